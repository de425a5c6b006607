//! The engine without the rest of Gatepass, and without a runtime: a machine gets a token, uses it, and gets the next one
//! when that is over. Every port is implemented here, as small as it can be; a real program puts its own HTTP client
//! with TLS, its own store and its own runtime in their places.
//!
//! ```sh
//! gatepass playground --port 4000 &
//! cargo run --package gatepass-oauth --example machine_token -- http://127.0.0.1:4000 reports secret photos:read
//! ```
// An example stands for the outside world that the engine itself never touches.
#![allow(clippy::disallowed_methods)]

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use gatepass_oauth::keeper::{Decision, SendTerms, TokenDemand};
use gatepass_oauth::ports::{
    AwaitedRedirect, BrowserOpener, Clock, Completeness, FlowObserver, HttpClient, IncomingResponse,
    OutgoingRequest, Randomness, RedirectListener, RedirectTarget, RefreshGuard, RefreshLock, Spawner, Timer,
    TokenStore, TransportError, TransportErrorKind, UnixMillis,
};
use gatepass_oauth::token_set::StoredTokens;
use gatepass_oauth::transcript::FlowStep;
use gatepass_oauth::{AuthConfig, Code, Failure, Keeper, Secret, Surroundings, TokenKey};

fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [issuer, client_id, client_secret, scope] = arguments.as_slice() else {
        eprintln!("usage: machine_token ISSUER CLIENT_ID CLIENT_SECRET SCOPE");
        return std::process::ExitCode::from(2);
    };
    let config = AuthConfig::from_json(&serde_json::json!({
        "grant": "client_credentials", "issuer": issuer, "client_id": client_id, "client_secret": client_secret,
        "scope": scope,
    }));
    let told = config.and_then(|config| {
        let demand = TokenDemand { config, environment: String::new() };
        block_on(twice(&Keeper::new(surroundings()), &demand))
    });
    match told {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{}\n{}\n{}", failure.message, failure.cause, failure.next_step);
            std::process::ExitCode::FAILURE
        }
    }
}

/// Asks for the token of two requests: the second one costs nothing while the first one's token lives.
async fn twice(keeper: &Keeper, demand: &TokenDemand) -> Result<(), Failure> {
    for _ in 0..2 {
        let mut request =
            http::Request::get("https://api.example.com/").body(Vec::new()).expect("a valid request");
        match keeper.for_sending(demand, &SendTerms::default(), Arc::new(Told)).await? {
            Decision::Send(token) => token.attach(&mut request)?,
            Decision::SendWithout { notice } => println!("{notice}"),
            Decision::HeldBack(held) => println!("{}", held.message),
        }
        let authorization = request.headers().get(http::header::AUTHORIZATION);
        let scheme = authorization.and_then(|value| value.to_str().ok()?.split_once(' '));
        // The token itself is not for a terminal.
        println!("Authorization: {} …", scheme.map_or("none", |(scheme, _)| scheme));
    }
    Ok(())
}

/// Prints each step of a flow.
struct Told;

impl FlowObserver for Told {
    fn step(&self, step: &FlowStep) {
        println!("{:?} {:?} {} ms: {}", step.step, step.result, step.ms, step.detail);
    }
}

fn surroundings() -> Surroundings {
    Surroundings {
        http: Arc::new(PlainHttp),
        clock: Arc::new(SystemClock),
        timer: Arc::new(Threads),
        spawner: Arc::new(Threads),
        randomness: Arc::new(Urandom),
        store: Arc::new(InMemory::default()),
        lock: Arc::new(OneProcess),
        browser: Arc::new(Nobody),
        redirect: Arc::new(Nobody),
    }
}

/// HTTP/1.1 without TLS, one request a connection: enough for a provider on this machine.
struct PlainHttp;

#[async_trait]
impl HttpClient for PlainHttp {
    async fn send(&self, outgoing: OutgoingRequest) -> Result<IncomingResponse, TransportError> {
        let (kind, authority) = (TransportErrorKind::Connect, outgoing.request.uri().authority().cloned());
        let authority = authority.ok_or_else(|| lost(kind, "the URL has no host", false))?;
        let address = (authority.host().trim_matches(['[', ']']), authority.port_u16().unwrap_or(80));
        let mut socket =
            std::net::TcpStream::connect(address).map_err(|error| lost(kind, &error.to_string(), false))?;
        let broken = |error: std::io::Error| lost(TransportErrorKind::Broken, &error.to_string(), true);
        socket.write_all(&written(&outgoing.request, authority.as_str())).map_err(broken)?;
        let mut bytes = Vec::new();
        let limit = outgoing.body_limit as u64 + 64 * 1024;
        socket.take(limit).read_to_end(&mut bytes).map_err(broken)?;
        read(&bytes, outgoing.body_limit)
            .ok_or_else(|| lost(TransportErrorKind::Broken, "no HTTP answer", true))
    }
}

fn written(request: &http::Request<Vec<u8>>, host: &str) -> Vec<u8> {
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let length = request.body().len();
    let mut head = format!(
        "{} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n",
        request.method()
    );
    for (name, value) in request.headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap_or_default()));
    }
    [head.as_bytes(), b"\r\n", request.body()].concat()
}

fn read(bytes: &[u8], limit: usize) -> Option<IncomingResponse> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let mut lines = head.lines();
    let status: u16 = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut response = http::Response::builder().status(status);
    let (mut chunked, mut announced) = (false, None);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        chunked |= name == "transfer-encoding" && value.eq_ignore_ascii_case("chunked");
        if name == "content-length" {
            announced = value.parse::<usize>().ok();
        }
        response = response.header(name, value);
    }
    let mut body = bytes[end + 4..].to_vec();
    if chunked {
        body = unchunked(&body)?;
    }
    let completeness = match announced {
        Some(length) if body.len() < length.min(limit) => Completeness::CutOff,
        _ if body.len() > limit => Completeness::TooLong,
        _ => Completeness::Whole,
    };
    body.truncate(limit);
    Some(IncomingResponse { response: response.body(body).ok()?, completeness })
}

fn unchunked(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = bytes.windows(2).position(|window| window == b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(&bytes[..end]).ok()?.trim(), 16).ok()?;
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(bytes.get(end + 2..end + 2 + length)?);
        bytes = bytes.get(end + 4 + length..)?;
    }
}

fn lost(kind: TransportErrorKind, message: &str, may_have_arrived: bool) -> TransportError {
    TransportError { kind, message: message.to_owned(), may_have_arrived }
}

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> UnixMillis {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        UnixMillis::try_from(since.as_millis()).unwrap_or(UnixMillis::MAX)
    }

    fn monotonic(&self) -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed()
    }
}

/// A thread for each task and each wait: simple, and good enough for one token.
struct Threads;

impl Spawner for Threads {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        std::thread::spawn(move || block_on(task));
    }
}

#[async_trait]
impl Timer for Threads {
    async fn sleep(&self, duration: Duration) {
        let until = Instant::now() + duration;
        let mut waits = false;
        std::future::poll_fn(|context| {
            if Instant::now() >= until {
                return Poll::Ready(());
            }
            if !std::mem::replace(&mut waits, true) {
                let waker = context.waker().clone();
                std::thread::spawn(move || {
                    std::thread::sleep(until.saturating_duration_since(Instant::now()));
                    waker.wake();
                });
            }
            Poll::Pending
        })
        .await;
    }
}

/// The system's random source.
struct Urandom;

impl Randomness for Urandom {
    fn fill(&self, bytes: &mut [u8]) {
        let source = std::fs::File::open("/dev/urandom").and_then(|mut source| source.read_exact(bytes));
        source.expect("a Unix system has a random source");
    }
}

/// Tokens that end with the process.
#[derive(Default)]
struct InMemory {
    kept: Mutex<HashMap<TokenKey, StoredTokens>>,
    generation: AtomicU64,
}

impl InMemory {
    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<TokenKey, StoredTokens>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl TokenStore for InMemory {
    async fn load(&self, key: &TokenKey) -> Result<Option<StoredTokens>, Failure> {
        Ok(self.kept().get(key).cloned())
    }

    async fn save(&self, key: &TokenKey, tokens: &StoredTokens) -> Result<(), Failure> {
        self.kept().insert(key.clone(), tokens.clone());
        self.generation.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    async fn delete(&self, key: &TokenKey) -> Result<bool, Failure> {
        self.generation.fetch_add(1, Ordering::SeqCst);
        Ok(self.kept().remove(key).is_some())
    }

    async fn list(&self) -> Result<Vec<(TokenKey, StoredTokens)>, Failure> {
        Ok(self.kept().iter().map(|(key, stored)| (key.clone(), stored.clone())).collect())
    }

    async fn mark_refresh(&self, _: &TokenKey, _: Option<UnixMillis>) -> Result<(), Failure> {
        Ok(())
    }

    fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }
}

/// No other process knows these tokens, so there is nobody to lock out.
struct OneProcess;

impl RefreshGuard for OneProcess {}

#[async_trait]
impl RefreshLock for OneProcess {
    async fn acquire(&self, _: &TokenKey, _: Duration) -> Result<Box<dyn RefreshGuard>, Failure> {
        Ok(Box::new(Self))
    }
}

/// A machine has no browser.
struct Nobody;

fn nobody() -> Failure {
    Failure::new(
        Code::Unsupported,
        "Nobody can sign in here",
        "This program has neither a browser nor a listener.",
        "Use a grant that needs no person.",
    )
}

#[async_trait]
impl BrowserOpener for Nobody {
    async fn open(&self, _: &url::Url) -> Result<(), Failure> {
        Err(nobody())
    }
}

#[async_trait]
impl RedirectListener for Nobody {
    async fn listen(&self, _: &RedirectTarget, _: &Secret) -> Result<Box<dyn AwaitedRedirect>, Failure> {
        Err(nobody())
    }
}

/// Runs a future to its end on this thread.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = std::pin::pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        std::thread::park();
    }
}
