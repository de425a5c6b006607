//! One request as the endpoints see it: checked for size and host, its parameters read.

use http::{HeaderMap, Method, Request, StatusCode, header, uri::Authority};
use url::{Url, form_urlencoded};

use crate::{answer::Answer, error::OAuthError};

/// The largest body that is read, in bytes.
const LARGEST_BODY: usize = 64 * 1024;
/// The longest path and query that is read, in bytes.
const LONGEST_TARGET: usize = 16 * 1024;

pub(crate) struct Incoming {
    pub method: Method,
    pub path: String,
    pub query: Parameters,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Incoming {
    /// Takes a request in, or says why not: too large, or not addressed to this machine.
    pub fn read(request: Request<Vec<u8>>) -> Result<Self, Answer> {
        let (parts, body) = request.into_parts();
        if body.len() > LARGEST_BODY {
            return Err(refusal(StatusCode::PAYLOAD_TOO_LARGE, "The body is larger than 64 KiB."));
        }
        if parts.uri.path_and_query().is_some_and(|target| target.as_str().len() > LONGEST_TARGET) {
            return Err(refusal(StatusCode::URI_TOO_LONG, "The address is longer than 16 KiB."));
        }
        if !addressed_to_loopback(parts.uri.authority(), &parts.headers) {
            // A page of another site whose name was made to resolve to 127.0.0.1 (DNS rebinding) ends here.
            return Err(refusal(
                StatusCode::MISDIRECTED_REQUEST,
                "The playground answers only as 127.0.0.1, localhost or [::1]; the Host header names something else.",
            ));
        }
        Ok(Self {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: Parameters::parse(parts.uri.query().unwrap_or_default().as_bytes()),
            headers: parts.headers,
            body,
        })
    }

    /// The path in pieces: `/api/photos` is `["api", "photos"]`, `/` is `[""]`.
    pub fn segments(&self) -> Vec<&str> {
        self.path.strip_prefix('/').unwrap_or(&self.path).split('/').collect()
    }

    /// A header's text; none when it is absent, repeated, or not text.
    pub fn header(&self, name: header::HeaderName) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let first = values.next()?;
        if values.next().is_some() {
            return None;
        }
        first.to_str().ok()
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        let cookies = self.headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// The form in the body: `application/x-www-form-urlencoded`, no parameter twice but those in `repeatable`.
    pub fn form(&self, repeatable: &[&str]) -> Result<Parameters, OAuthError> {
        if self.body.is_empty() {
            return Ok(Parameters::default());
        }
        if !self.is_form() {
            return Err(OAuthError::invalid_request(
                "The body must be a form: send it with Content-Type: application/x-www-form-urlencoded.",
            )
            .with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let form = Parameters::parse(&self.body);
        form.refuse_repeated(repeatable)?;
        Ok(form)
    }

    pub fn is_form(&self) -> bool {
        let kind =
            self.header(header::CONTENT_TYPE).and_then(|value| value.split(';').next()).unwrap_or_default();
        kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
    }

    /// Whether the request was made by one of our own pages, or by something that is no browser. A browser names the page
    /// that a POST comes from; only `issuer` (by any of this machine's names) is ours.
    pub fn is_our_own(&self, issuer: &str) -> bool {
        if !self.headers.contains_key(header::ORIGIN) {
            return true;
        }
        let origin = self.header(header::ORIGIN).and_then(|origin| Url::parse(origin).ok());
        let ours = Url::parse(issuer).ok();
        match (origin, ours) {
            (Some(origin), Some(ours)) => {
                origin.scheme() == ours.scheme()
                    && origin.port_or_known_default() == ours.port_or_known_default()
                    && is_loopback(origin.host_str().unwrap_or_default())
            }
            _ => false,
        }
    }
}

/// Parameters of a query or a form, in order. A parameter without a value counts as absent (RFC 6749 §3.1).
#[derive(Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    pub fn one(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.0
            .iter()
            .filter(move |(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// Every parameter, those without a value too.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub fn required(&self, name: &str) -> Result<&str, OAuthError> {
        self.one(name).ok_or_else(|| OAuthError::invalid_request(format!("The parameter {name} is missing.")))
    }

    /// RFC 6749 §3.1, §3.2: no parameter more than once.
    pub fn refuse_repeated(&self, repeatable: &[&str]) -> Result<(), OAuthError> {
        let mut seen = std::collections::HashSet::new();
        for (name, _) in &self.0 {
            if !seen.insert(name.as_str()) && !repeatable.contains(&name.as_str()) {
                // The name is the client's text; it is shown only when it is one that cannot mean anything else.
                let shown = if is_plain(name) { name.as_str() } else { "with an unusual name" };
                return Err(OAuthError::invalid_request(format!(
                    "The parameter {shown} is there more than once."
                )));
            }
        }
        Ok(())
    }
}

/// Whether `host` (as in a URL or a Host header, without a port) is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|own| own.eq_ignore_ascii_case(host))
}

fn is_plain(name: &str) -> bool {
    name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn addressed_to_loopback(target: Option<&Authority>, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let host = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
    let ours = |authority: &Authority| !authority.as_str().contains('@') && is_loopback(authority.host());
    host.is_some_and(|host| ours(&host)) && target.is_none_or(ours)
}

fn refusal(status: StatusCode, description: &str) -> Answer {
    OAuthError::invalid_request(description).with_status(status).into()
}
