//! A pure request → response function on a port of this machine.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gatepass_oauth::failure::{Code, Failure};
use http::header::{self, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

use super::port::is_host_of;
use super::sockets;

/// What answers: called on the runtime's threads, so it must not wait for anything.
pub type PureHandler = Arc<dyn Fn(Request<Vec<u8>>) -> Response<Vec<u8>> + Send + Sync>;

const MAX_CONNECTIONS: usize = 256;
const MAX_HEAD: usize = 64 * 1024;
const MAX_BODY: usize = 4 * 1024 * 1024;
/// How long a kept connection may be silent.
const KEEP_ALIVE: Duration = Duration::from_secs(90);
/// How long requests under way may take when it is shut down.
const FAREWELL: Duration = Duration::from_secs(2);

/// A mounted handler. Dropping it ends it without waiting for requests that are under way.
pub struct Mounted {
    port: u16,
    stop: watch::Sender<bool>,
    accepting: Vec<JoinHandle<()>>,
}

impl Mounted {
    /// The port on 127.0.0.1 (and on ::1, where the machine has it).
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Accepts nothing more, and lets requests that are under way end.
    pub async fn shut_down(mut self) {
        // The tasks may have ended by themselves: then nobody is told.
        let _ = self.stop.send(true);
        for task in std::mem::take(&mut self.accepting) {
            let _ = task.await;
        }
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        for task in &self.accepting {
            task.abort();
        }
    }
}

/// Serves `handler` on a port of loopback; 0: any free one. Only requests to a loopback `Host` reach it, with bodies
/// up to 4 MiB.
///
/// # Errors
///
/// `port_in_use` if the port is taken, `network` if no socket can be had.
pub async fn mount(port: u16, handler: PureHandler) -> Result<Mounted, Failure> {
    let (port, listeners) = sockets::bind((port != 0).then_some(port)).map_err(|error| {
        if error.kind() == std::io::ErrorKind::AddrInUse {
            return Failure::new(
                Code::PortInUse,
                format!("Port {port} is taken."),
                "Another program listens on it, on 127.0.0.1 or ::1.",
                "Choose another port, or 0 for any free one.",
            );
        }
        Failure::new(
            Code::Network,
            format!("Port {port} cannot be listened on."),
            format!("{error}."),
            "Choose a port above 1023, or 0 for any free one.",
        )
    })?;
    let (stop, stopped) = watch::channel(false);
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let accepting = listeners
        .into_iter()
        .map(|listener| {
            let (handler, places) = (Arc::clone(&handler), Arc::clone(&places));
            tokio::spawn(accept(listener, port, handler, places, stopped.clone()))
        })
        .collect();
    Ok(Mounted { port, stop, accepting })
}

async fn accept(
    listener: TcpListener,
    port: u16,
    handler: PureHandler,
    places: Arc<Semaphore>,
    mut stopped: watch::Receiver<bool>,
) {
    let open = GracefulShutdown::new();
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => break,
        };
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors, most likely: it passes.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
            let serving = serve(stream, port, Arc::clone(&handler), open.watcher());
            connections.spawn(async move {
                serving.await;
                drop(place);
            });
        }
    }
    drop(listener);
    // What takes longer is cut off when the set of connections is dropped.
    let _ = tokio::time::timeout(FAREWELL, open.shutdown()).await;
}

async fn serve(stream: TcpStream, port: u16, handler: PureHandler, watcher: Watcher) {
    // Only fails on a socket that is gone already.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let handler = Arc::clone(&handler);
        async move { Ok::<_, Infallible>(respond(request, port, &handler).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(KEEP_ALIVE)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    // A client that breaks off or asks nonsense is not worth a word.
    let _ = watcher.watch(connection).await;
}

async fn respond(request: Request<Incoming>, port: u16, handler: &PureHandler) -> Response<Full<Bytes>> {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if !host.is_some_and(|host| is_host_of(host, port, |name| name.ends_with(".localhost"))) {
        return plain(StatusCode::MISDIRECTED_REQUEST, "This host is not served here.\n");
    }
    let (head, body) = request.into_parts();
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => handler(Request::from_parts(head, body.to_bytes().into())).map(Full::from),
        Err(_) => plain(StatusCode::PAYLOAD_TOO_LARGE, "The body is too long, or was cut off.\n"),
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
