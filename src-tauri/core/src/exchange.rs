//! A request as it leaves and an answer as it comes.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gatepass_oauth::ports::ClientCertificate;
use url::Url;

/// A request with nothing left to decide: no variable, no inherited setting, its authorization attached.
#[derive(Clone)]
pub struct OutgoingRequest {
    /// Any valid token, custom methods included.
    pub method: String,
    pub url: Url,
    /// In the order in which they are sent; names may repeat.
    pub headers: Vec<(String, String)>,
    pub body: OutgoingBody,
    pub settings: SendSettings,
    pub credentials: CredentialPlaces,
    /// The certificate that the token is bound to (RFC 8705 §3). The settings' one for this host stands before it,
    /// and it follows no redirect to another origin.
    pub client_certificate: Option<ClientCertificate>,
    /// Requests with the same one leave over one connection, one after the other, and no other request does.
    pub own_connection: Option<OwnConnection>,
}

/// A connection that is kept for the requests that carry this. It is closed once nobody holds it any more.
#[derive(Clone, Debug, Default)]
pub struct OwnConnection(Arc<()>);

impl OwnConnection {
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells one from another, and whether anybody still holds it.
    pub fn token(&self) -> &Arc<()> {
        &self.0
    }
}

/// A request body, read into memory.
pub struct WholeBody {
    pub bytes: Bytes,
    /// The content type that goes with the bytes, if there was none or another: that of a multipart form names the
    /// boundary between its parts.
    pub content_type: Option<String>,
}

/// Where a request carries credentials beside the headers that always do (`Authorization`, `Cookie`,
/// `Proxy-Authorization`). None of these places follows a redirect to another origin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CredentialPlaces {
    /// Names of headers, in any case: an API key's, or the header that the auth config chose for the token.
    pub headers: Vec<String>,
    /// Whether the body holds one (RFC 6750 §2.2). Such a body is not sent again to another origin.
    pub body: bool,
}

#[derive(Clone)]
pub enum OutgoingBody {
    Empty,
    Bytes(Bytes),
    /// Streamed from disk.
    File(PathBuf),
    Multipart(Vec<OutgoingPart>),
}

#[derive(Clone)]
pub struct OutgoingPart {
    pub name: String,
    pub file_name: Option<String>,
    pub content_type: Option<String>,
    pub content: PartContent,
}

#[derive(Clone)]
pub enum PartContent {
    Bytes(Bytes),
    File(PathBuf),
}

/// How a request is sent. Pools of connections are never shared across different values of these.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SendSettings {
    pub verify_tls: bool,
    pub follow_redirects: bool,
    pub max_redirects: usize,
    /// Keep method and body on 301, 302 and 303.
    pub keep_method_on_redirect: bool,
    /// Whether credentials follow a redirect to another origin. Off unless the user insists.
    pub keep_authorization_across_origins: bool,
    /// From the start to the last byte; `None`: no limit.
    pub timeout: Option<Duration>,
    pub proxy: Proxy,
    pub http_version: HttpVersion,
    /// PEM with certificates that are trusted beside the system's.
    pub ca_bundle: Option<PathBuf>,
    /// What holds for some hosts alone: see [`Self::for_url`].
    pub hosts: Arc<[HostRule]>,
    /// PEM certificate and key for mutual TLS, by file.
    pub client_certificate: Option<ClientCertificateFiles>,
    pub cookies: bool,
    /// Where relative paths of body files start; `None`: where the process stands.
    pub working_dir: Option<PathBuf>,
    /// How many bytes of body are read at most, after decompression.
    pub body_limit: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Proxy {
    System,
    None,
    Custom(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HttpVersion {
    Auto,
    Http1,
    Http2,
}

/// A client certificate in files. `Debug` shows no passphrase.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ClientCertificateFiles {
    pub certificate: PathBuf,
    pub key: Option<PathBuf>,
    pub passphrase: Option<String>,
}

impl fmt::Debug for ClientCertificateFiles {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("ClientCertificateFiles");
        shown.field("certificate", &self.certificate).field("key", &self.key).finish_non_exhaustive()
    }
}

/// What holds for one host, or for several that a pattern names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HostRule {
    /// `api.example.com`, `*.example.com` (every host under it), `*`, each with or without `:port`; a URL pattern as
    /// Postman writes them (`https://api.example.com/*`) counts by its host and port.
    pub host: String,
    pub client_certificate: Option<ClientCertificateFiles>,
    /// In the place of the general one.
    pub ca_bundle: Option<PathBuf>,
}

impl HostRule {
    fn fits(&self, url: &Url) -> bool {
        let (scheme, pattern) = match self.host.split_once("://") {
            Some((scheme, pattern)) => (Some(scheme), pattern),
            None => (None, self.host.as_str()),
        };
        if scheme.is_some_and(|scheme| scheme != "*" && !scheme.eq_ignore_ascii_case(url.scheme())) {
            return false;
        }
        let pattern = pattern.split('/').next().unwrap_or_default().trim();
        let (host, port) = match pattern.rsplit_once(':') {
            // The colons of an IPv6 address stand between brackets.
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (pattern, None),
        };
        let port_fits = match port {
            None | Some("*") => true,
            Some(port) => port.parse().ok() == url.port_or_known_default(),
        };
        let named = url.host_str().unwrap_or_default();
        let host_fits = match host.strip_prefix("*.") {
            _ if host == "*" => true,
            Some(parent) => {
                let above = named.len().checked_sub(parent.len() + 1).map(|at| named.split_at(at));
                above.is_some_and(|(_, rest)| rest[1..].eq_ignore_ascii_case(parent) && rest.starts_with('.'))
            }
            None => named.eq_ignore_ascii_case(host),
        };
        host_fits && port_fits
    }
}

impl SendSettings {
    /// The settings with what holds for this URL's host in its place. Of several rules the first that fits counts.
    pub fn for_url(mut self, url: &Url) -> Self {
        if let Some(rule) = self.hosts.iter().find(|rule| rule.fits(url)) {
            self.client_certificate = rule.client_certificate.clone().or(self.client_certificate);
            self.ca_bundle = rule.ca_bundle.clone().or(self.ca_bundle);
        }
        self
    }
}

impl Default for SendSettings {
    fn default() -> Self {
        Self {
            verify_tls: true,
            follow_redirects: true,
            max_redirects: 10,
            keep_method_on_redirect: false,
            keep_authorization_across_origins: false,
            timeout: None,
            proxy: Proxy::System,
            http_version: HttpVersion::Auto,
            ca_bundle: None,
            hosts: Arc::default(),
            client_certificate: None,
            cookies: true,
            working_dir: None,
            body_limit: 2 << 30,
        }
    }
}

/// What was sent and what came back.
#[derive(Clone)]
pub struct Exchange {
    pub request: SentRequest,
    pub response: Response,
    /// Earlier hops, oldest first: a redirect each.
    pub redirects: Vec<Hop>,
    pub timing: Timing,
}

/// The request as it went over the wire the last time, credentials included: redact before showing or keeping.
#[derive(Clone)]
pub struct SentRequest {
    pub method: String,
    pub url: Url,
    pub headers: Vec<(String, String)>,
    pub body_size: u64,
}

/// A redirect as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownHop {
    /// What was asked for.
    pub url: String,
    pub status: u16,
    /// Where the answer pointed, made absolute.
    pub location: String,
}

/// A request as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownRequest {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    /// In bytes; 0 if it never left and its size is not known.
    pub body_size: u64,
}

#[derive(Clone)]
pub struct Hop {
    pub url: Url,
    pub status: u16,
    pub location: String,
}

#[derive(Clone)]
pub struct Response {
    pub status: u16,
    pub reason: String,
    /// `HTTP/1.1`, `HTTP/2`.
    pub version: String,
    pub headers: Vec<(String, String)>,
    pub body: ResponseBody,
    pub remote_address: Option<String>,
}

/// The body after decompression: small ones in memory, larger ones in a file of their own.
#[derive(Clone)]
pub enum ResponseBody {
    Memory(Bytes),
    File(Arc<SpooledBody>),
}

/// A body on disk; the file goes away with the last reference.
pub struct SpooledBody {
    pub path: PathBuf,
    pub size: u64,
}

impl Drop for SpooledBody {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

impl ResponseBody {
    /// Size in bytes after decompression.
    pub fn size(&self) -> u64 {
        match self {
            ResponseBody::Memory(bytes) => bytes.len() as u64,
            ResponseBody::File(file) => file.size,
        }
    }
}

/// Where the time went, in microseconds from the start. A part that did not happen (a kept connection) is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    pub connect_us: Option<u64>,
    pub first_byte_us: u64,
    pub total_us: u64,
}

impl Response {
    /// The reason phrase as it came; the usual one for the status where the protocol or the server has none.
    pub fn reason_phrase(&self) -> &str {
        let usual = || http::StatusCode::from_u16(self.status).ok()?.canonical_reason();
        if self.reason.is_empty() { usual().unwrap_or_default() } else { &self.reason }
    }

    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_rule_is_for_the_hosts_that_its_pattern_names() {
        let table = [
            ("api.test", "https://API.test/x", true),
            ("api.test", "https://api.test:8443/x", true),
            ("api.test:443", "https://api.test/x", true),
            ("api.test:443", "https://api.test:8443/x", false),
            ("api.test", "https://notapi.test/", false),
            ("*.test", "https://api.test/", true),
            ("*.test", "https://a.b.test/", true),
            ("*.test", "https://test/", false),
            ("*.api.test", "https://evilapi.test/", false),
            ("*", "http://anything/", true),
            ("https://api.test/*", "https://api.test/x/y", true),
            ("https://api.test/*", "http://api.test/", false),
            ("[::1]:8443", "https://[::1]:8443/", true),
            ("[::1]", "https://[::1]:8443/", true),
            ("", "https://api.test/", false),
        ];
        for (host, url, fits) in table {
            let rule = HostRule { host: host.to_owned(), client_certificate: None, ca_bundle: None };
            assert_eq!(rule.fits(&Url::parse(url).unwrap()), fits, "{host} for {url}");
        }
    }

    #[test]
    fn a_passphrase_is_not_in_what_is_printed() {
        let files = ClientCertificateFiles {
            certificate: "c.pem".into(),
            key: None,
            passphrase: Some("hunter22".to_owned()),
        };
        assert!(!format!("{files:?}").contains("hunter22"));
    }
}
