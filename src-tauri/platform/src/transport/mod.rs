//! The one door through which API requests and token requests leave.
//!
//! A request goes: checked and completed (`outgoing`, `fields`, `body`) → a pool of connections chosen by its settings
//! (`pool`) → sent (`hop`), redirects followed by our own rules (`redirect`) → the answer read within its limits
//! (`receive`). `exchange` is that way for an API request, `engine` for one of the OAuth engine; whatever goes
//! wrong is told in `failures`.
//!
//! Header names go out in Title-Case over HTTP/1, as old servers expect (they are compared without case, RFC 9110
//! §5.1), and several fields of one name go out together, at the place of the first.

mod body;
mod certificates;
mod connect;
mod cookies;
mod engine;
mod exchange;
mod failures;
mod fields;
mod hop;
mod outgoing;
mod pool;
mod receive;
mod redirect;
mod response;
mod spool;
pub(crate) mod tls;

use std::path::PathBuf;
use std::sync::Arc;

use gatepass_core::exchange::SendSettings;
use url::Url;

pub(crate) use self::certificates::Identity;
pub use self::cookies::{CookieJar, MemoryCookieJar};
use self::pool::Pools;
use self::spool::Spool;

/// The settings of a workspace for a URL's host: the same for token requests as for API requests.
pub trait HostSettings: Send + Sync {
    /// Proxy, trust, client certificate, HTTP version and time limit for this URL.
    fn for_url(&self, url: &Url) -> SendSettings;
}

impl<F: Fn(&Url) -> SendSettings + Send + Sync> HostSettings for F {
    fn for_url(&self, url: &Url) -> SendSettings {
        self(url)
    }
}

/// Sends requests over HTTP: the engine's ([`gatepass_oauth::ports::HttpClient`]) and the client's
/// ([`gatepass_core::ports::Transport`]). Cheap to clone: clones share their connections.
///
/// - Token requests take their settings from [`HostSettings`]; they are never redirected, carry no cookies, and end
///   after 60 seconds where the settings have no limit.
/// - API requests bring their settings along. A redirect to another origin leaves credentials behind, and the client
///   certificate is the one that [`HostSettings`] has for that host.
/// - Bodies up to 1 MiB stay in memory; larger ones are spooled to disk while they come.
#[derive(Clone)]
pub struct HttpTransport {
    pools: Arc<Pools>,
    host_settings: Arc<dyn HostSettings>,
    cookies: Option<Arc<dyn CookieJar>>,
    spool: Arc<Spool>,
}

impl HttpTransport {
    /// A transport with these settings for token requests (and for hosts that a redirect leads to), and without
    /// cookies. Large bodies are kept in files below `spool` until they are dropped.
    pub fn new(host_settings: Arc<dyn HostSettings>, spool: PathBuf) -> Self {
        Self { pools: Arc::default(), host_settings, cookies: None, spool: Arc::new(Spool::in_folder(spool)) }
    }

    /// The same connections under the settings of another workspace.
    pub fn with_host_settings(&self, host_settings: Arc<dyn HostSettings>) -> Self {
        Self { host_settings, ..self.clone() }
    }

    /// The same connections with a jar for API requests.
    pub fn with_cookies(&self, cookies: Arc<dyn CookieJar>) -> Self {
        Self { cookies: Some(cookies), ..self.clone() }
    }
}
