//! The least server that can be measured against: kept connections, a small JSON answer, and the moment of each request.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 27\r\n\r\n{\"ok\":true,\"items\":[1,2,3]}";

#[derive(Clone)]
pub struct Server {
    pub url: String,
    seen: Arc<Mutex<Vec<Instant>>>,
    arrived: Arc<Notify>,
}

impl Server {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let url = format!("http://{}", listener.local_addr().expect("address"));
        let server = Self { url, seen: Arc::default(), arrived: Arc::default() };
        let accepting = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                tokio::spawn(accepting.clone().serve(stream));
            }
        });
        server
    }

    async fn serve(self, mut stream: TcpStream) {
        let mut buffer = Vec::with_capacity(8 << 10);
        loop {
            while let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                buffer.drain(..end + 4);
                self.seen.lock().expect("lock").push(Instant::now());
                self.arrived.notify_waiters();
                if stream.write_all(ANSWER).await.is_err() {
                    return;
                }
            }
            match stream.read_buf(&mut buffer).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
    }

    /// When each request came, since the last time this was asked.
    pub fn take(&self) -> Vec<Instant> {
        std::mem::take(&mut *self.seen.lock().expect("lock"))
    }

    /// Waits until so many requests have come.
    pub async fn until(&self, count: usize) {
        loop {
            let arrived = self.arrived.notified();
            if self.seen.lock().expect("lock").len() >= count {
                return;
            }
            arrived.await;
        }
    }
}
