//! A pure handler on a port of this machine.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;

use gatepass_core::exchange::ResponseBody;
use gatepass_oauth::failure::Code;
use gatepass_platform::loopback::{PureHandler, mount};
use support::{post, send, transport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

fn echo() -> PureHandler {
    Arc::new(|request: http::Request<Vec<u8>>| {
        let text =
            format!("{} {} {}", request.method(), request.uri(), String::from_utf8_lossy(request.body()));
        http::Response::builder().status(201).header("x-a", "b").body(text.into_bytes()).unwrap()
    })
}

#[tokio::test]
async fn requests_reach_the_handler_until_it_is_shut_down() {
    let mounted = mount(0, echo()).await.unwrap();
    let (transport, _spool) = transport();
    for host in ["127.0.0.1", "localhost"] {
        let url = Url::parse(&format!("http://{host}:{}/a?b=c", mounted.port())).unwrap();
        let exchange = send(&transport, post(url, "hello")).await.unwrap();
        assert_eq!(exchange.response.status, 201);
        assert_eq!(exchange.response.header("x-a"), Some("b"));
        let ResponseBody::Memory(body) = exchange.response.body else { panic!("a short answer") };
        assert_eq!(&body[..], b"POST /a?b=c hello");
    }
    let port = mounted.port();
    mounted.shut_down().await;
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
    // The port is free for the next at once.
    mount(port, echo()).await.unwrap();
}

#[tokio::test]
async fn a_name_that_was_made_to_lead_here_gets_nothing() {
    let mounted = mount(0, echo()).await.unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", mounted.port())).await.unwrap();
    let request =
        format!("GET / HTTP/1.1\r\nHost: evil.example:{}\r\nConnection: close\r\n\r\n", mounted.port());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 421"), "{answer}");
}

#[tokio::test]
async fn a_body_over_the_bound_is_refused() {
    let mounted = mount(0, echo()).await.unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", mounted.port())).await.unwrap();
    let request =
        format!("POST / HTTP/1.1\r\nHost: localhost:{}\r\nContent-Length: 5000000\r\n\r\n", mounted.port());
    stream.write_all(request.as_bytes()).await.unwrap();
    let (mut reader, mut writer) = stream.split();
    let upload = async {
        // The server stops reading and answers: writing may fail then.
        let _ = writer.write_all(&vec![b'x'; 5_000_000]).await;
    };
    let mut answer = vec![0; 12];
    let (_, read) = tokio::join!(upload, reader.read_exact(&mut answer));
    read.unwrap();
    assert_eq!(answer, b"HTTP/1.1 413");
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let first = mount(0, echo()).await.unwrap();
    let failure = mount(first.port(), echo()).await.err().unwrap();
    assert_eq!(failure.code, Code::PortInUse);
    assert!(failure.message.contains(&first.port().to_string()), "{failure:?}");
}
