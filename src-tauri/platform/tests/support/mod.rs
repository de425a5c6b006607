//! A server that answers with whatever bytes a test wants, and remembers exactly what it was asked.
#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses its part")]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use gatepass_core::exchange::{OutgoingBody, OutgoingRequest, SendSettings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use url::Url;

/// A request as it came over the wire.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Number of the connection that it came on, from 0.
    pub connection: usize,
    pub request_line: String,
    /// Names as sent, in order.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn path(&self) -> &str {
        self.request_line.split(' ').nth(1).unwrap_or_default()
    }

    pub fn method(&self) -> &str {
        self.request_line.split(' ').next().unwrap_or_default()
    }
}

/// What a test server does with a request.
pub enum Act {
    /// Writes these bytes and waits for the next request.
    Write(Vec<u8>),
    /// Writes these bytes and closes.
    WriteAndClose(Vec<u8>),
    /// Writes the first part, then the second over and over until the client goes.
    WriteForever(Vec<u8>, Vec<u8>),
    /// Says nothing.
    Hang,
}

pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub async fn start(act: impl Fn(&Seen) -> Act + Send + Sync + 'static) -> Self {
        Self::on("127.0.0.1:0".parse().unwrap(), act).await
    }

    pub async fn on(address: SocketAddr, act: impl Fn(&Seen) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (act, remembered) = (Arc::new(act), Arc::clone(&seen));
        let task = tokio::spawn(async move {
            let mut connection = 0;
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (act, seen) = (Arc::clone(&act), Arc::clone(&remembered));
                tokio::spawn(async move { converse(stream, connection, &*act, &seen).await });
                connection += 1;
            }
        });
        Self { address, seen, task }
    }

    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn last(&self) -> Seen {
        self.seen().last().cloned().expect("something was asked")
    }
}

async fn converse(
    mut stream: TcpStream,
    connection: usize,
    act: &(dyn Fn(&Seen) -> Act + Send + Sync),
    seen: &Mutex<Vec<Seen>>,
) {
    let mut buffer = Vec::new();
    while let Some(mut request) = read(&mut stream, &mut buffer).await {
        request.connection = connection;
        let next = act(&request);
        seen.lock().unwrap().push(request);
        match next {
            Act::Write(bytes) => stream.write_all(&bytes).await.unwrap(),
            Act::WriteAndClose(bytes) => {
                stream.write_all(&bytes).await.unwrap();
                return;
            }
            Act::WriteForever(first, again) => {
                let mut sent = stream.write_all(&first).await;
                while sent.is_ok() {
                    sent = stream.write_all(&again).await;
                }
                return;
            }
            Act::Hang => std::future::pending().await,
        }
    }
}

async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Seen> {
    let head_end = loop {
        if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&buffer[..head_end]).into_owned();
    buffer.drain(..head_end + 4);
    let mut lines = head.split("\r\n");
    let mut seen = Seen { request_line: lines.next()?.to_owned(), ..Seen::default() };
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        seen.headers.push((name.to_owned(), value.to_owned()));
    }
    let length: usize = seen.header("content-length").map_or(0, |value| value.parse().unwrap());
    while buffer.len() < length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    seen.body = buffer.drain(..length).collect();
    Some(seen)
}

/// An answer with a length.
pub fn answer(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len()).into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}

pub fn ok(body: &str) -> Act {
    Act::Write(answer("200 OK", &[("Content-Type", "text/plain")], body.as_bytes()))
}

/// A request with nothing of its own.
pub fn get(url: Url) -> OutgoingRequest {
    OutgoingRequest {
        method: "GET".to_owned(),
        url,
        headers: Vec::new(),
        body: OutgoingBody::Empty,
        settings: SendSettings { proxy: gatepass_core::exchange::Proxy::None, ..SendSettings::default() },
        credentials: Default::default(),
    }
}

pub fn post(url: Url, body: &'static str) -> OutgoingRequest {
    OutgoingRequest {
        method: "POST".to_owned(),
        body: OutgoingBody::Bytes(Bytes::from_static(body.as_bytes())),
        ..get(url)
    }
}

pub fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The query or form as a map.
pub fn form(pairs: &str) -> HashMap<String, String> {
    url::form_urlencoded::parse(pairs.as_bytes()).into_owned().collect()
}
