//! The one door through which API requests and token requests leave.
//!
//! A request goes: checked and completed ([`outgoing`]) → a pool of connections chosen by its settings ([`pool`]) →
//! sent, redirects followed by our own rules ([`redirect`]) → the answer read within its limits ([`receive`]).
//! Whatever goes wrong is told in [`failures`].
//!
//! Header names go out in Title-Case over HTTP/1, as old servers expect (they are compared without case, RFC 9110
//! §5.1), and several fields of one name go out together, at the place of the first.

mod body;
mod certificates;
mod connect;
mod cookies;
mod failures;
mod outgoing;
mod pool;
mod receive;
mod redirect;
pub(crate) mod tls;

use std::future::{Future, poll_fn};
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use gatepass_core::exchange::{self as api, Exchange, Hop, SendSettings, SentRequest, Timing};
use gatepass_core::ports::{Progress, SendFailure, SendFailureKind, Stage, Transport, Unwatched};
use gatepass_oauth::ports::{
    ClientCertificate, Completeness, HttpClient, IncomingResponse, OutgoingRequest, TransportError,
};
use http::header;
use url::Url;

pub(crate) use self::certificates::Identity;
use self::connect::{ON_BEHALF_OF, Watch};
pub use self::cookies::{CookieJar, MemoryCookieJar};
use self::failures::{Trouble, authority};
use self::outgoing::Prepared;
use self::pool::{Pools, proxy_authority};
use self::receive::{Ending, Received};

/// How long a token request may take where the settings have no limit: waiters queue up behind it.
const TOKEN_REQUEST_LIMIT: Duration = Duration::from_secs(60);
/// What spooled bodies are called.
const SPOOL_PREFIX: &str = "gatepass-";

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

/// Sends requests over HTTP. Cheap to clone: clones share their connections.
#[derive(Clone)]
pub struct HttpTransport {
    pools: Arc<Pools>,
    host_settings: Arc<dyn HostSettings>,
    cookies: Option<Arc<dyn CookieJar>>,
    spool: Arc<PathBuf>,
}

impl HttpTransport {
    /// A transport with these settings for token requests (and for hosts that a redirect leads to), and without
    /// cookies. Large bodies are kept in files below `spool` until they are dropped.
    pub fn new(host_settings: Arc<dyn HostSettings>, spool: PathBuf) -> Self {
        Self { pools: Arc::default(), host_settings, cookies: None, spool: Arc::new(spool) }
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

#[async_trait]
impl Transport for HttpTransport {
    async fn send(
        &self,
        request: api::OutgoingRequest,
        progress: &(dyn Progress + 'static),
    ) -> Result<Exchange, SendFailure> {
        let start = Instant::now();
        let exchange = match request.settings.timeout {
            None => self.exchange(request, progress, start).await,
            Some(limit) => {
                let url = request.url.clone();
                tokio::time::timeout(limit, self.exchange(request, progress, start))
                    .await
                    .unwrap_or_else(|_| Err(Trouble::timed_out(limit, &url, true)))
            }
        };
        exchange.map_err(SendFailure::from)
    }
}

#[async_trait]
impl HttpClient for HttpTransport {
    async fn send(&self, request: OutgoingRequest) -> Result<IncomingResponse, TransportError> {
        let watch = Watch::new(Instant::now());
        let limit = Arc::clone(&watch);
        self.engine_exchange(request, watch, &limit).await.map_err(TransportError::from)
    }
}

impl HttpTransport {
    /// One API request, over all its redirects.
    async fn exchange(
        &self,
        request: api::OutgoingRequest,
        progress: &(dyn Progress + 'static),
        start: Instant,
    ) -> Result<Exchange, Trouble> {
        let mut settings = request.settings.clone();
        let mut redirects = Vec::new();
        let watch = Watch::new(start);
        let mut prepared = Prepared::api(request).await?;
        loop {
            let jar = self.cookies.as_deref().filter(|_| settings.cookies);
            let cookies = jar.and_then(|jar| jar.cookie_header(&prepared.url));
            let client = self.pools.client(&settings, None)?;
            let sent =
                self.round_trip(&client, &prepared, cookies.as_deref(), &settings, &watch, progress, false);
            let response = sent.await?;
            let first_byte_us = watch.elapsed_us();
            if let Some(jar) = jar {
                take_cookies(jar, &prepared.url, &response);
            }
            match self.next_hop(&response, &prepared, &settings, &redirects)? {
                None => {
                    let timing = Timing { connect_us: watch.connected_us(), first_byte_us, total_us: 0 };
                    return self
                        .finish(
                            response,
                            prepared,
                            cookies.as_deref(),
                            &settings,
                            redirects,
                            timing,
                            &watch,
                            progress,
                        )
                        .await;
                }
                Some(next) => {
                    redirects.push(Hop {
                        url: prepared.url.clone(),
                        status: response.status().as_u16(),
                        location: next.url.to_string(),
                    });
                    drain(response).await;
                    if next.crosses_origin {
                        settings = self.for_other_origin(settings, &next.url);
                    }
                    prepared.redirect(
                        next,
                        settings.keep_authorization_across_origins,
                        settings.http_version,
                    );
                }
            }
        }
    }

    /// Sends one hop and waits for the head of its answer.
    #[expect(clippy::too_many_arguments, reason = "one hop is made of these")]
    async fn round_trip(
        &self,
        client: &reqwest::Client,
        prepared: &Prepared,
        cookies: Option<&str>,
        settings: &SendSettings,
        watch: &Arc<Watch>,
        progress: &(dyn Progress + 'static),
        note_body: bool,
    ) -> Result<reqwest::Response, Trouble> {
        let mut request = reqwest::Request::new(prepared.method.clone(), prepared.url.clone());
        *request.headers_mut() = prepared.header_map(cookies);
        *request.body_mut() = prepared.content.to_wire(note_body.then(|| Arc::clone(watch)));
        let answer = ON_BEHALF_OF.scope(Arc::clone(watch), async { client.execute(request).await });
        let mut answer = pin!(answer);
        let mut told = None;
        let answer = poll_fn(|context| {
            let polled = answer.as_mut().poll(context);
            let stage = if watch.is_connecting() { Stage::Connecting } else { Stage::Waiting };
            if polled.is_pending() && told != Some(stage) {
                told = Some(stage);
                progress.reached(stage);
            }
            match polled {
                Poll::Ready(ready) => Poll::Ready(ready),
                Poll::Pending => Poll::Pending,
            }
        });
        answer.await.map_err(|error| {
            let proxy = proxy_authority(&settings.proxy);
            failures::explain(&error, &prepared.url, proxy.as_deref(), note_body && !watch.body_was_read())
        })
    }

    /// Where the answer sends us, if we are to go there.
    fn next_hop(
        &self,
        response: &reqwest::Response,
        prepared: &Prepared,
        settings: &SendSettings,
        redirects: &[Hop],
    ) -> Result<Option<redirect::Redirect>, Trouble> {
        if !settings.follow_redirects {
            return Ok(None);
        }
        let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        let keep_method = settings.keep_method_on_redirect;
        let next =
            redirect::follow(response.status(), location, &prepared.url, &prepared.method, keep_method)
                .filter(|next| settings.keep_authorization_across_origins || !prepared.body_must_stay(next));
        if next.is_some() && redirects.len() >= settings.max_redirects {
            return Err(Trouble::after_sending(
                SendFailureKind::Limit,
                format!("The request was redirected more than {} times.", settings.max_redirects),
                format!(
                    "The last redirect came from {}; most likely they go in a circle.",
                    authority(&prepared.url)
                ),
                "Turn off following redirects to see the answers, or raise the limit in the settings.",
            ));
        }
        Ok(next)
    }

    /// The settings for a host that a redirect leads to: the certificate of one host is not shown to another.
    fn for_other_origin(&self, settings: SendSettings, url: &Url) -> SendSettings {
        let theirs = self.host_settings.for_url(url);
        SendSettings {
            client_certificate: theirs.client_certificate,
            ca_bundle: theirs.ca_bundle.or(settings.ca_bundle),
            ..settings
        }
    }

    #[expect(clippy::too_many_arguments, reason = "an exchange is made of these")]
    async fn finish(
        &self,
        response: reqwest::Response,
        prepared: Prepared,
        cookies: Option<&str>,
        settings: &SendSettings,
        redirects: Vec<Hop>,
        timing: Timing,
        watch: &Watch,
        progress: &(dyn Progress + 'static),
    ) -> Result<Exchange, Trouble> {
        let head = Head::of(&response);
        let received =
            receive::body(response, &prepared.method, settings.body_limit, &self.spool, &|bytes, of| {
                progress.reached(Stage::Receiving { bytes, of });
            })
            .await;
        let body = whole(received, &prepared.url, settings.body_limit)?;
        let headers = prepared.shown_headers(cookies);
        Ok(Exchange {
            request: SentRequest {
                method: prepared.method.to_string(),
                headers,
                body_size: prepared.content.length(),
                url: prepared.url,
            },
            response: head.with(body),
            redirects,
            timing: Timing { total_us: watch.elapsed_us(), ..timing },
        })
    }

    /// One request of the engine: never redirected, and its answer is handed over even if it is cut off.
    async fn engine_exchange(
        &self,
        request: OutgoingRequest,
        watch: Arc<Watch>,
        seen: &Watch,
    ) -> Result<IncomingResponse, Trouble> {
        let OutgoingRequest { request, client_certificate, body_limit } = request;
        let url = request.uri().to_string().parse().map_err(|error| {
            Trouble::invalid(
                format!("{} is no URL that can be asked.", request.uri()),
                format!("{error}."),
                "Check the endpoint in the auth config.",
            )
        })?;
        let settings = self.host_settings.for_url(&url);
        let limit = settings.timeout.unwrap_or(TOKEN_REQUEST_LIMIT);
        let prepared = Prepared::engine(request, settings.http_version)?;
        let work = self.engine_answer(&prepared, client_certificate.as_ref(), body_limit, &settings, &watch);
        tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
            let untouched = prepared.content.length() > 0 && !seen.body_was_read();
            Err(Trouble::timed_out(limit, &url, !untouched))
        })
    }

    async fn engine_answer(
        &self,
        prepared: &Prepared,
        certificate: Option<&ClientCertificate>,
        body_limit: usize,
        settings: &SendSettings,
        watch: &Arc<Watch>,
    ) -> Result<IncomingResponse, Trouble> {
        let client = self.pools.client(settings, certificate)?;
        let note_body = prepared.content.length() > 0;
        let sent = self.round_trip(&client, prepared, None, settings, watch, &Unwatched, note_body);
        let response = sent.await?;
        let (status, version, headers) = (response.status(), response.version(), response.headers().clone());
        let received =
            receive::body(response, &prepared.method, body_limit as u64, &self.spool, &|_, _| {}).await;
        let completeness = match received.ending {
            Ending::Whole => Completeness::Whole,
            Ending::TooLong => Completeness::TooLong,
            Ending::CutOff(_) => Completeness::CutOff,
            ending @ (Ending::Undecodable(_) | Ending::NoRoom(_)) => {
                return Err(unusable(ending, &prepared.url, body_limit as u64));
            }
        };
        let body = in_memory(received.body).await?;
        let mut response = http::Response::new(body);
        *response.status_mut() = status;
        *response.version_mut() = version;
        *response.headers_mut() = headers;
        Ok(IncomingResponse { response, completeness })
    }
}

/// Everything of an answer but its body.
struct Head {
    status: u16,
    reason: String,
    version: String,
    headers: Vec<(String, String)>,
    remote_address: Option<String>,
}

impl Head {
    fn of(response: &reqwest::Response) -> Self {
        let status = response.status();
        let given = response.extensions().get::<hyper::ext::ReasonPhrase>();
        let reason = match given {
            Some(reason) => String::from_utf8_lossy(reason.as_bytes()).into_owned(),
            None => status.canonical_reason().unwrap_or_default().to_owned(),
        };
        let headers = response.headers();
        Self {
            status: status.as_u16(),
            reason,
            version: match response.version() {
                http::Version::HTTP_2 => "HTTP/2".to_owned(),
                other => format!("{other:?}"),
            },
            headers: headers
                .iter()
                .map(|(name, value)| {
                    (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
                })
                .collect(),
            remote_address: response.remote_addr().map(|address| address.to_string()),
        }
    }

    fn with(self, body: api::ResponseBody) -> api::Response {
        api::Response {
            status: self.status,
            reason: self.reason,
            version: self.version,
            headers: self.headers,
            body,
            remote_address: self.remote_address,
        }
    }
}

/// The body, if all of it came.
fn whole(received: Received, url: &Url, limit: u64) -> Result<api::ResponseBody, Trouble> {
    match received.ending {
        Ending::Whole => Ok(received.body),
        ending => Err(unusable(ending, url, limit)),
    }
}

fn unusable(ending: Ending, url: &Url, limit: u64) -> Trouble {
    let here = authority(url);
    let (kind, message, cause, next_step) = match ending {
        Ending::Whole | Ending::TooLong => (
            SendFailureKind::Limit,
            format!("The body that {here} sends is larger than {limit} bytes."),
            "Reading stopped at the limit for the size of a response, which counts after decompression."
                .to_owned(),
            "Raise the limit in the settings if you trust this server.",
        ),
        Ending::CutOff(reason) => (
            SendFailureKind::Broken,
            format!("The answer of {here} was cut off."),
            format!("The connection ended before the announced end: {reason}."),
            "Try again; if it happens each time, look at the server or a proxy before it.",
        ),
        Ending::Undecodable(reason) => (
            SendFailureKind::Broken,
            format!("The body that {here} sent cannot be decompressed."),
            format!("It is not what its Content-Encoding says: {reason}."),
            "Send the header Accept-Encoding: identity to get it uncompressed.",
        ),
        Ending::NoRoom(reason) => (
            SendFailureKind::Limit,
            "The body could not be kept on disk.".to_owned(),
            format!("{reason}."),
            "Make room on the disk and send again.",
        ),
    };
    Trouble::after_sending(kind, message, cause, next_step)
}

async fn in_memory(body: api::ResponseBody) -> Result<Vec<u8>, Trouble> {
    match body {
        api::ResponseBody::Memory(bytes) => Ok(bytes.into()),
        api::ResponseBody::File(file) => tokio::fs::read(&file.path).await.map_err(|error| {
            Trouble::after_sending(
                SendFailureKind::Broken,
                "The answer could not be read back from disk.",
                format!("{error}."),
                "Try again.",
            )
        }),
    }
}

fn take_cookies(jar: &dyn CookieJar, url: &Url, response: &reqwest::Response) {
    let lines: Vec<&str> = response
        .headers()
        .get_all(header::SET_COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    if !lines.is_empty() {
        jar.take_in(url, &lines);
    }
}

/// Reads the rest of a redirect's body, if it is short, so that its connection can be used again.
async fn drain(mut response: reqwest::Response) {
    const WORTH_READING: usize = 64 * 1024;
    let mut read = 0;
    while let Ok(Some(chunk)) = response.chunk().await.map(|chunk: Option<Bytes>| chunk) {
        read += chunk.len();
        if read > WORTH_READING {
            return;
        }
    }
}
