//! A hand-written HTTP/1.1 server on loopback, because a well-behaved one cannot be made to misbehave.
//! One request a connection; every byte of the answer is the test's.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

/// One request as it arrived.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub method: String,
    /// Without the query.
    pub path: String,
    pub query: String,
    /// Names in lower case.
    pub headers: HashMap<String, String>,
    /// The header lines in their order, names in lower case.
    pub fields: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    /// A parameter of the query, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        pair(&self.query, name)
    }

    /// A field of the form body, decoded.
    pub fn form(&self, name: &str) -> Option<String> {
        pair(&self.body, name)
    }

    /// The token of the Authorization header, whatever its scheme.
    pub fn token(&self) -> Option<&str> {
        self.headers.get("authorization")?.split_once(' ').map(|(_, token)| token)
    }
}

fn pair(encoded: &str, name: &str) -> Option<String> {
    url::form_urlencoded::parse(encoded.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

/// What is sent back, and how.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub manner: Manner,
}

/// How an answer travels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Manner {
    /// Whole, at once.
    #[default]
    Whole,
    /// Whole, after a while.
    After(Duration),
    /// Promises the whole body, sends half of it and hangs up.
    CutInHalf,
    /// Never: the connection stays open and silent.
    Never,
    /// Hangs up without a byte.
    HangUp,
}

impl Answer {
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self { status, headers, body: body.into(), manner: Manner::Whole }
    }

    pub fn json(status: u16, value: &Value) -> Self {
        Self::new(status, "application/json", value.to_string()).header("cache-control", "no-store")
    }

    pub fn html(status: u16, markup: &str) -> Self {
        Self::new(status, "text/html; charset=utf-8", markup)
    }

    pub fn redirect(location: &str) -> Self {
        Self::new(302, "text/plain", "").header("location", location)
    }

    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    #[must_use]
    pub fn manner(mut self, manner: Manner) -> Self {
        self.manner = manner;
        self
    }
}

/// A running server. Dropping it closes the port and every open connection.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    accepting: JoinHandle<()>,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Listens on a free loopback port and answers by `handler`.
    pub async fn start(handler: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        Self::on(listener, Arc::new(handler))
    }

    /// The same on a listener of the caller's choice.
    pub fn on(listener: TcpListener, handler: Arc<dyn Fn(&Request) -> Answer + Send + Sync>) -> Self {
        let address = listener.local_addr().expect("a bound socket has an address");
        let seen: Arc<Mutex<Vec<Request>>> = Arc::default();
        let log = seen.clone();
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new(); // aborted with this task
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, handler.clone(), log.clone()));
            }
        });
        Self { address, accepting, seen }
    }

    /// Listens on a free loopback port and keeps its connections: `handler` is told on which one a request came,
    /// counted from 0.
    pub async fn keeping(handler: impl Fn(usize, &Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let seen: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (log, handler) = (seen.clone(), Arc::new(handler));
        let accepting = tokio::spawn(async move {
            let mut connections = JoinSet::new(); // aborted with this task
            let mut number = 0;
            while let Ok((mut stream, _)) = listener.accept().await {
                let (log, handler, connection) = (log.clone(), handler.clone(), number);
                number += 1;
                connections.spawn(async move {
                    while let Some(request) = read(&mut stream).await {
                        let answer = handler(connection, &request);
                        log.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                        let mut whole = head(&answer, "keep-alive").into_bytes();
                        whole.extend_from_slice(&answer.body);
                        if stream.write_all(&whole).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self { address, accepting, seen }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:<port>`
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far, oldest first.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Closes the port: from now on connections are refused. What was seen stays.
    pub async fn stop(&mut self) {
        self.accepting.abort();
        // Only when the task is gone has it let go of the port.
        let _ = (&mut self.accepting).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    handler: Arc<dyn Fn(&Request) -> Answer + Send + Sync>,
    log: Arc<Mutex<Vec<Request>>>,
) {
    let Some(request) = read(&mut stream).await else { return };
    let answer = handler(&request);
    log.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    // A client that has gone away is its own business.
    let _ = write(&mut stream, answer).await;
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let header =
        |line: &str| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
    let fields: Vec<(String, String)> = lines.filter_map(header).collect();
    let headers: HashMap<String, String> = fields.iter().cloned().collect();
    let length: usize = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while bytes.len() < head_end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8_lossy(&bytes[head_end..]).into_owned();
    Some(Request { method, path: path.to_owned(), query: query.to_owned(), headers, fields, body })
}

fn head(answer: &Answer, connection: &str) -> String {
    let mut head = format!(
        "HTTP/1.1 {} \r\ncontent-length: {}\r\nconnection: {connection}\r\n",
        answer.status,
        answer.body.len()
    );
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    head
}

async fn write(stream: &mut TcpStream, answer: Answer) -> std::io::Result<()> {
    let head = head(&answer, "close");
    let mut sent = answer.body.len();
    match answer.manner {
        Manner::Whole => {}
        Manner::After(pause) => tokio::time::sleep(pause).await,
        Manner::CutInHalf => sent /= 2,
        Manner::Never => std::future::pending().await,
        Manner::HangUp => return Ok(()),
    }
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&answer.body[..sent]).await?;
    stream.shutdown().await
}
