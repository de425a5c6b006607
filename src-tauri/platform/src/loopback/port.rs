//! One port on loopback: its sockets, its connections within bounds, and the logins that wait on it.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use gatepass_oauth::failure::{Code, Failure};
use gatepass_oauth::secret::Secret;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinHandle};
use tokio_rustls::TlsAcceptor;

use super::answer::{self, Verdict, Waiting};
use super::page::{self, Outcome};
use super::sockets;
use super::target::Target;
use crate::transport::{Identity, tls};

/// Connections at one time; beyond, the oldest that has not asked anything yet makes room.
const MAX_CONNECTIONS: usize = 64;
/// How long a connection may take to ask.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the page waits to hear how it ended.
const HOLD: Duration = Duration::from_secs(10);
/// How long the last pages may take to be written once nothing waits any more.
const FAREWELL: Duration = Duration::from_millis(800);
const MAX_HEADERS: usize = 100;
const MAX_BODY: usize = 256 * 1024;

/// An open port.
pub(super) struct Port {
    pub(super) number: u16,
    certificate: Option<Secret>,
    logins: Arc<Logins>,
    accepting: Vec<JoinHandle<()>>,
}

/// What the connections of a port share.
struct Logins {
    port: u16,
    secure: bool,
    waiting: Mutex<Vec<Arc<Waiting>>>,
    connections: Mutex<VecDeque<Connection>>,
}

struct Connection {
    task: AbortHandle,
    /// Whether it has asked something: it is answered then, and not pushed out.
    has_asked: Arc<AtomicBool>,
}

impl Port {
    /// Binds the port, both families, and starts to accept.
    pub(super) fn open(target: &Target) -> Result<Self, Failure> {
        let acceptor = target.certificate.as_ref().map(acceptor).transpose()?;
        let (number, listeners) =
            sockets::bind(target.port).map_err(|error| sockets::refused(target, &error))?;
        let logins = Arc::new(Logins {
            port: number,
            secure: acceptor.is_some(),
            waiting: Mutex::default(),
            connections: Mutex::default(),
        });
        let accepting = listeners
            .into_iter()
            .map(|listener| tokio::spawn(accept(listener, acceptor.clone(), Arc::clone(&logins))))
            .collect();
        Ok(Self { number, certificate: target.certificate.clone(), logins, accepting })
    }

    /// Whether a login with this target can wait here.
    pub(super) fn serves(&self, target: &Target) -> bool {
        self.certificate == target.certificate
    }

    pub(super) fn add(&self, waiting: Arc<Waiting>) {
        self.logins.waiting().push(waiting);
    }

    /// Takes a login away. Says whether it was the last.
    pub(super) fn remove(&self, waiting: &Arc<Waiting>) -> bool {
        let mut all = self.logins.waiting();
        all.retain(|other| !Arc::ptr_eq(other, waiting));
        all.is_empty()
    }

    /// Stops accepting at once; connections that are being answered get a moment. Gives the tasks that hold the
    /// sockets, which are about to end.
    pub(super) fn close(self) -> Vec<JoinHandle<()>> {
        for task in &self.accepting {
            task.abort();
        }
        let logins = Arc::clone(&self.logins);
        logins.drop_connections(|connection| !connection.has_asked.load(Ordering::Acquire));
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                tokio::time::sleep(FAREWELL).await;
                logins.drop_connections(|_| true);
            });
        } else {
            logins.drop_connections(|_| true);
        }
        self.accepting
    }
}

impl Logins {
    fn waiting(&self) -> MutexGuard<'_, Vec<Arc<Waiting>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn connections(&self) -> MutexGuard<'_, VecDeque<Connection>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn drop_connections(&self, which: impl Fn(&Connection) -> bool) {
        for connection in self.connections().iter().filter(|connection| which(connection)) {
            connection.task.abort();
        }
    }

    /// Makes a place for one more connection: `false` if all are being answered.
    fn make_room(&self) -> bool {
        let mut connections = self.connections();
        connections.retain(|connection| !connection.task.is_finished());
        if connections.len() < MAX_CONNECTIONS {
            return true;
        }
        let idle = connections.iter().position(|connection| !connection.has_asked.load(Ordering::Acquire));
        match idle.and_then(|at| connections.remove(at)) {
            Some(oldest) => {
                oldest.task.abort();
                true
            }
            None => false,
        }
    }
}

async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>, logins: Arc<Logins>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: it passes.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        if !logins.make_room() {
            continue;
        }
        let has_asked = Arc::new(AtomicBool::new(false));
        let task =
            tokio::spawn(converse(stream, acceptor.clone(), Arc::clone(&logins), Arc::clone(&has_asked)));
        logins.connections().push_back(Connection { task: task.abort_handle(), has_asked });
    }
}

async fn converse(
    stream: TcpStream,
    acceptor: Option<TlsAcceptor>,
    logins: Arc<Logins>,
    has_asked: Arc<AtomicBool>,
) {
    // Only fails on a socket that is gone already.
    let _ = stream.set_nodelay(true);
    let Some(acceptor) = acceptor else { return serve(stream, logins, has_asked).await };
    if let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, acceptor.accept(stream)).await {
        serve(stream, logins, has_asked).await;
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, logins: Arc<Logins>, has_asked: Arc<AtomicBool>) {
    let service = service_fn(|request| {
        has_asked.store(true, Ordering::Release);
        let logins = Arc::clone(&logins);
        async move { Ok::<_, Infallible>(respond(request, &logins).await) }
    });
    let connection = http1::Builder::new()
        .keep_alive(false)
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(answer::MAX_HEAD)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    // A client that breaks off or asks nonsense is not worth a word.
    let _ = tokio::time::timeout(PATIENCE * 2 + HOLD, connection).await;
}

async fn respond(request: Request<Incoming>, logins: &Logins) -> Response<Full<Bytes>> {
    match judge(request, logins).await {
        Verdict::Refused(status, why) => page::refusal(status, why),
        Verdict::AskForFragment => page::fragment(),
        Verdict::Accepted { waiting, parameters, by_script } => {
            let Some(outcome) = waiting.deliver(parameters) else {
                return page::refusal(StatusCode::CONFLICT, "This answer has been received already.");
            };
            let outcome = match tokio::time::timeout(HOLD, outcome).await {
                Ok(Ok(outcome)) => outcome,
                // Nobody said in time, or at all.
                _ => Outcome::Pending,
            };
            if by_script { page::outcome_text(&outcome) } else { page::outcome(&outcome) }
        }
    }
}

async fn judge(request: Request<Incoming>, logins: &Logins) -> Verdict {
    let (head, body) = request.into_parts();
    let waiting = logins.waiting().clone();
    if let Some(verdict) = answer::judge_head(&head, logins.port, &waiting) {
        return verdict;
    }
    match tokio::time::timeout(PATIENCE, Limited::new(body, MAX_BODY).collect()).await {
        Ok(Ok(body)) => answer::judge_post(&head, &body.to_bytes(), logins.secure, &waiting),
        Ok(Err(_)) => Verdict::Refused(StatusCode::PAYLOAD_TOO_LARGE, "This is too long, or was cut off."),
        Err(_) => Verdict::Refused(StatusCode::REQUEST_TIMEOUT, "This took too long."),
    }
}

/// Whether a `Host` header means this machine and this port; `also` knows further names.
pub(super) fn is_host_of(host: &str, port: u16, also: impl Fn(&str) -> bool) -> bool {
    let host = host.to_ascii_lowercase();
    // An IPv6 address has colons of its own inside its brackets.
    let (name, given) = match host.rsplit_once(':') {
        Some((name, given)) if !given.ends_with(']') => (name, given.parse::<u16>().ok()),
        _ => (host.as_str(), Some(0)),
    };
    let is_port = given == Some(port) || given == Some(0) && matches!(port, 80 | 443);
    is_port && (matches!(name, "127.0.0.1" | "localhost" | "[::1]") || also(name))
}

fn acceptor(pem: &Secret) -> Result<TlsAcceptor, Failure> {
    let refused = |cause: String| {
        Failure::new(
            Code::Configuration,
            "The certificate for the https redirect URI cannot be used.",
            cause,
            "Give a PEM certificate and its private key, made for localhost or 127.0.0.1.",
        )
    };
    let Identity { chain, key } = Identity::from_pem(pem.expose().as_bytes(), None)
        .map_err(|trouble| refused(trouble.cause().to_owned()))?;
    let config = rustls::ServerConfig::builder_with_provider(tls::crypto_provider())
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| refused(format!("{error}.")))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
