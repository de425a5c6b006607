//! Answers that come bit by bit.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use gatepass_core::exchange::ResponseBody;
use gatepass_core::ports::{Progress, Stage, Transport};
use support::{get, transport};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// Sees the parts of a stream, and has enough of it at the second event.
#[derive(Default)]
struct Impatient {
    seen: Mutex<String>,
    more: Arc<Notify>,
    enough: Notify,
}

impl Progress for Impatient {
    fn reached(&self, _stage: Stage) {}

    fn streamed(&self, part: &[u8]) {
        let mut seen = self.seen.lock().unwrap();
        seen.push_str(std::str::from_utf8(part).unwrap());
        if seen.contains("two") {
            self.enough.notify_one();
        } else {
            self.more.notify_one();
        }
    }

    fn enough(&self) -> BoxFuture<'_, ()> {
        Box::pin(self.enough.notified())
    }
}

/// Sends the second event only after the first was seen, and then never ends.
async fn endless(content_type: &'static str, more: Arc<Notify>) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = [0; 1024];
        let _ = stream.read(&mut asked).await.unwrap();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\n\r\ndata: one\n\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        more.notified().await;
        stream.write_all(b"data: two\n\n").await.unwrap();
        std::future::pending::<()>().await;
    });
    address
}

#[tokio::test]
async fn events_are_told_as_they_come_and_what_came_is_the_answer_when_they_are_stopped() {
    let progress = Impatient::default();
    let address = endless("text/event-stream; charset=utf-8", progress.more.clone()).await;
    let (transport, _spool) = transport();
    let url = format!("http://{address}/").parse().unwrap();
    let exchange = Transport::send(&transport, get(url), &progress).await.unwrap();
    let ResponseBody::Memory(body) = exchange.response.body else { panic!("it is small") };
    assert_eq!(body, "data: one\n\ndata: two\n\n");
    assert_eq!(*progress.seen.lock().unwrap(), "data: one\n\ndata: two\n\n");
}
