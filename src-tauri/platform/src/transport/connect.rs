//! How a connection comes to be: names are looked up, and it is seen when one is being made.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Instant;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tower_layer::Layer;
use tower_service::Service;

tokio::task_local! {
    /// The request on whose behalf this task is polling.
    pub(super) static ON_BEHALF_OF: Arc<Watch>;
}

/// What is seen of one request while it is under way.
#[derive(Debug)]
pub(super) struct Watch {
    start: Instant,
    connecting: AtomicBool,
    /// Microseconds from the start until a connection of its own stood; 0: none was made.
    connected_us: AtomicU64,
    connections: AtomicU32,
    body_touched: AtomicBool,
}

impl Watch {
    pub(super) fn new(start: Instant) -> Arc<Self> {
        Arc::new(Self {
            start,
            connecting: AtomicBool::new(false),
            connected_us: AtomicU64::new(0),
            connections: AtomicU32::new(0),
            body_touched: AtomicBool::new(false),
        })
    }

    /// Microseconds since the start.
    pub(super) fn elapsed_us(&self) -> u64 {
        self.start.elapsed().as_micros() as u64
    }

    /// Whether a connection is being made at this moment.
    pub(super) fn is_connecting(&self) -> bool {
        self.connecting.load(Ordering::Relaxed)
    }

    /// When the connection stood; `None` if a kept one was used.
    pub(super) fn connected_us(&self) -> Option<u64> {
        Some(self.connected_us.load(Ordering::Relaxed)).filter(|us| *us > 0)
    }

    /// How many connections were made so far.
    pub(super) fn connections(&self) -> u32 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Notes that the body has been asked for: the head of the request may be on the wire from here on.
    pub(super) fn body_is_read(&self) {
        self.body_touched.store(true, Ordering::Release);
    }

    /// Whether the body has been asked for.
    pub(super) fn body_was_read(&self) -> bool {
        self.body_touched.load(Ordering::Acquire)
    }
}

/// Tells the request's [`Watch`] when a connection is made for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct WatchConnecting;

impl<S> Layer<S> for WatchConnecting {
    type Service = Watched<S>;

    fn layer(&self, inner: S) -> Watched<S> {
        Watched { inner }
    }
}

/// A connector that is watched.
#[derive(Clone, Debug)]
pub(super) struct Watched<S> {
    inner: S,
}

impl<S, R> Service<R> for Watched<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let connection = self.inner.call(target);
        let Ok(watch) = ON_BEHALF_OF.try_with(Arc::clone) else { return Box::pin(connection) };
        watch.connecting.store(true, Ordering::Relaxed);
        Box::pin(async move {
            let made = connection.await;
            watch.connected_us.store(watch.elapsed_us().max(1), Ordering::Relaxed);
            watch.connections.fetch_add(1, Ordering::Relaxed);
            watch.connecting.store(false, Ordering::Relaxed);
            made
        })
    }
}

/// A host name that has no address.
#[derive(Debug, thiserror::Error)]
#[error("{host} could not be resolved: {reason}")]
pub(super) struct DnsFailure {
    pub(super) host: String,
    pub(super) reason: String,
}

/// Asks the system, and knows that `localhost` and the names under it are this machine (RFC 6761 §6.3).
#[derive(Clone, Copy, Debug)]
pub(super) struct SystemNames;

impl Resolve for SystemNames {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        Box::pin(async move {
            if host.ends_with(".localhost") {
                let here = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
                return Ok(Box::new(here.into_iter().map(|ip| SocketAddr::new(ip, 0))) as Addrs);
            }
            let found = tokio::net::lookup_host((host.as_str(), 0)).await;
            match found.map(Iterator::collect::<Vec<_>>) {
                Ok(found) => Ok(Box::new(found.into_iter()) as Addrs),
                Err(error) => {
                    let reason = error.to_string();
                    let reason = reason.trim_start_matches("failed to lookup address information: ");
                    Err(DnsFailure { host, reason: reason.to_owned() }.into())
                }
            }
        })
    }
}
