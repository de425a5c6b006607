//! Why no answer came, in words for a person, and in the two types that the ports speak.

use std::error::Error;
use std::io;
use std::time::Duration;

use gatepass_core::ports::{SendFailure, SendFailureKind};
use gatepass_oauth::ports::{TransportError, TransportErrorKind};
use rustls::CertificateError;
use url::Url;

use super::connect::DnsFailure;

/// One failure, before it is told to whichever side asked.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub(super) kind: SendFailureKind,
    pub(super) message: String,
    pub(super) cause: String,
    pub(super) next_step: String,
    /// Whether the request may have reached the other side.
    pub(super) may_have_arrived: bool,
}

impl Trouble {
    /// A failure before anything left.
    pub(super) fn before_sending(
        kind: SendFailureKind,
        message: impl Into<String>,
        cause: impl Into<String>,
        next_step: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            message: message.into(),
            cause: cause.into(),
            next_step: next_step.into(),
            may_have_arrived: false,
        }
    }

    /// The request cannot be sent as it stands.
    pub(super) fn invalid(
        message: impl Into<String>,
        cause: impl Into<String>,
        next_step: impl Into<String>,
    ) -> Self {
        Self::before_sending(SendFailureKind::Invalid, message, cause, next_step)
    }

    /// Why it happened.
    pub(crate) fn cause(&self) -> &str {
        &self.cause
    }

    /// A failure after the request left.
    pub(super) fn after_sending(
        kind: SendFailureKind,
        message: impl Into<String>,
        cause: impl Into<String>,
        next_step: impl Into<String>,
    ) -> Self {
        Self { may_have_arrived: true, ..Self::before_sending(kind, message, cause, next_step) }
    }

    /// The time allowed for the whole exchange is over.
    pub(super) fn timed_out(limit: Duration, url: &Url, may_have_arrived: bool) -> Self {
        Self {
            kind: SendFailureKind::Timeout,
            message: format!("{} did not answer within {}.", authority(url), spoken(limit)),
            cause: "The server is slow or unreachable, or the time limit is too short for this request."
                .to_owned(),
            next_step: "Try again, or raise the time limit in the settings.".to_owned(),
            may_have_arrived,
        }
    }
}

impl From<Trouble> for SendFailure {
    fn from(trouble: Trouble) -> Self {
        SendFailure {
            kind: trouble.kind,
            message: trouble.message,
            cause: trouble.cause,
            next_step: trouble.next_step,
        }
    }
}

impl From<Trouble> for TransportError {
    fn from(trouble: Trouble) -> Self {
        let kind = match trouble.kind {
            SendFailureKind::Invalid => TransportErrorKind::InvalidRequest,
            SendFailureKind::Dns => TransportErrorKind::Dns,
            SendFailureKind::Connect => TransportErrorKind::Connect,
            SendFailureKind::Tls => TransportErrorKind::Tls,
            SendFailureKind::Timeout => TransportErrorKind::Timeout,
            SendFailureKind::Broken | SendFailureKind::Limit | SendFailureKind::Cancelled => {
                TransportErrorKind::Broken
            }
        };
        TransportError {
            kind,
            message: format!("{} {}", trouble.message, trouble.cause),
            may_have_arrived: trouble.may_have_arrived,
        }
    }
}

/// Reads what reqwest says went wrong on the way to `url`. `proxy` is the configured proxy's authority, and
/// `untouched` says that not a byte of the request can have been written.
pub(super) fn explain(error: &reqwest::Error, url: &Url, proxy: Option<&str>, untouched: bool) -> Trouble {
    let mut trouble = classify(error, url, proxy);
    trouble.may_have_arrived = !(untouched || error.is_connect() || error.is_builder());
    trouble
}

fn classify(error: &reqwest::Error, url: &Url, proxy: Option<&str>) -> Trouble {
    let here = authority(url);
    if let Some(dns) = find::<DnsFailure>(error) {
        return dns_trouble(dns);
    }
    if let Some(tls) = find::<rustls::Error>(error) {
        return tls_trouble(tls, &here);
    }
    if let Some(trouble) = proxy_trouble(error, &here, proxy) {
        return trouble;
    }
    if error.is_connect() {
        return connect_trouble(error, proxy.unwrap_or(&here), proxy.is_some());
    }
    if let Some(http) = find::<hyper::Error>(error) {
        return http_trouble(http, &here);
    }
    if error.is_builder() || error.is_request() && find::<http::Error>(error).is_some() {
        return Trouble::invalid(
            format!("The request to {here} cannot be sent as it stands."),
            innermost(error),
            "Check the URL, the method and the headers.",
        );
    }
    broken(&here, innermost(error))
}

fn dns_trouble(dns: &DnsFailure) -> Trouble {
    Trouble::before_sending(
        SendFailureKind::Dns,
        format!("The host name {} could not be resolved.", dns.host),
        format!("The system's name lookup said: {}.", dns.reason),
        "Check the spelling of the host, and that this machine is online (or on the right VPN).",
    )
}

fn tls_trouble(error: &rustls::Error, here: &str) -> Trouble {
    let (message, cause, next_step) = match error {
        rustls::Error::InvalidCertificate(certificate) => certificate_trouble(certificate, here),
        rustls::Error::AlertReceived(alert) => (
            format!("{here} ended the TLS handshake with the alert {alert:?}."),
            "The server does not accept what was offered: often it wants a client certificate, or another \
             one than was sent."
                .to_owned(),
            "Check the client certificate and the host name.".to_owned(),
        ),
        rustls::Error::InvalidMessage(_) => (
            format!("{here} does not speak TLS."),
            "What came back is not a TLS record: a plain HTTP port most likely.".to_owned(),
            "Use http:// for this port, or the port that serves https.".to_owned(),
        ),
        other => (
            format!("No TLS connection to {here} could be made."),
            format!("The handshake failed: {other}."),
            "Check that the server speaks TLS 1.2 or 1.3.".to_owned(),
        ),
    };
    Trouble::before_sending(SendFailureKind::Tls, message, cause, next_step)
}

fn certificate_trouble(error: &CertificateError, here: &str) -> (String, String, String) {
    let trust = "Add the authority's certificate as CA bundle for this host, or turn off TLS verification \
                 for it if you know what answers there.";
    match error {
        CertificateError::UnknownIssuer => (
            format!("The certificate of {here} is not trusted: unknown CA."),
            "It is signed by an authority that neither the system nor a CA bundle knows, or by itself."
                .to_owned(),
            trust.to_owned(),
        ),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            format!("The certificate of {here} is for another name."),
            format!("{error}."),
            "Use the name that the certificate was made for, or have it made for this one.".to_owned(),
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => (
            format!("The certificate of {here} has expired."),
            format!("{error}."),
            "Have it renewed; if it is valid, correct this machine's clock.".to_owned(),
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => (
            format!("The certificate of {here} is not valid yet."),
            format!("{error}."),
            "Correct this machine's clock, or wait until the certificate is valid.".to_owned(),
        ),
        CertificateError::Revoked => (
            format!("The certificate of {here} has been revoked."),
            "Its authority withdrew it.".to_owned(),
            "Ask whoever runs the server for a new certificate.".to_owned(),
        ),
        other => (
            format!("The certificate of {here} is not trusted."),
            // Self-signed certificates marked as an authority come as this one.
            format!("{other}."),
            trust.to_owned(),
        ),
    }
}

fn proxy_trouble(error: &reqwest::Error, here: &str, proxy: Option<&str>) -> Option<Trouble> {
    let said = chain(error)
        .map(ToString::to_string)
        .find(|text| text.contains("tunnel error") || text.contains("SOCKS error"))?;
    let name = proxy.map_or_else(|| "The system's proxy".to_owned(), |proxy| format!("The proxy {proxy}"));
    Some(Trouble::before_sending(
        SendFailureKind::Connect,
        format!("{name} did not open a way to {here}."),
        format!("{}: {}.", said, innermost(error)),
        "Check the proxy's address and credentials in the settings, or send without it.",
    ))
}

fn connect_trouble(error: &reqwest::Error, there: &str, is_proxy: bool) -> Trouble {
    let there = if is_proxy { format!("the proxy {there}") } else { there.to_owned() };
    let kind = chain(error).filter_map(|error| error.downcast_ref::<io::Error>()).map(io::Error::kind).last();
    let (what, cause) = match kind {
        Some(io::ErrorKind::ConnectionRefused) => {
            ("connection refused", "Nothing listens on that port, or a firewall refuses it.")
        }
        Some(io::ErrorKind::TimedOut) => {
            ("no answer", "The host is down, or a firewall drops what is sent to it.")
        }
        Some(io::ErrorKind::NetworkUnreachable) => ("network unreachable", "This machine has no way there."),
        Some(io::ErrorKind::HostUnreachable) => ("host unreachable", "The host is down or not in reach."),
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof) => {
            ("the connection was closed at once", "The server does not want this connection.")
        }
        _ if error.is_timeout() => ("no answer", "The host is down, or a firewall drops what is sent to it."),
        _ => ("no connection", ""),
    };
    let cause = if cause.is_empty() { format!("{}.", innermost(error)) } else { cause.to_owned() };
    Trouble::before_sending(
        SendFailureKind::Connect,
        format!("Could not connect to {there}: {what}."),
        cause,
        "Check host and port, and that the server is running.",
    )
}

fn http_trouble(error: &hyper::Error, here: &str) -> Trouble {
    if error.is_parse_too_large() {
        return Trouble::after_sending(
            SendFailureKind::Limit,
            format!("{here} sent more headers than are read."),
            format!(
                "At most {} header fields and about 400 KiB of them are read.",
                super::pool::MAX_RESPONSE_HEADERS
            ),
            "This protects against servers that never stop; nothing can be changed here.",
        );
    }
    if error.is_parse() {
        return Trouble::after_sending(
            SendFailureKind::Broken,
            format!("{here} did not answer in HTTP."),
            format!("{error}."),
            "Check the port and the scheme: an https port asked with http:// answers like this.",
        );
    }
    if error.is_incomplete_message() || error.is_canceled() {
        return broken(here, "The server closed it before it had answered".to_owned());
    }
    broken(here, innermost(error))
}

fn broken(here: &str, reason: String) -> Trouble {
    Trouble::after_sending(
        SendFailureKind::Broken,
        format!("The connection to {here} broke."),
        format!("{}.", reason.trim_end_matches('.')),
        "Try again; if it happens each time, look at the server's log.",
    )
}

/// Host and port, as a person would name the other side.
pub(super) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or("(no host)");
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// A duration as a person says it.
fn spoken(duration: Duration) -> String {
    let millis = duration.as_millis();
    if millis.is_multiple_of(1000) { format!("{} s", millis / 1000) } else { format!("{millis} ms") }
}

/// The error and everything that it was caused by. An [`io::Error`] hides the error that it carries from
/// `source`, so that one is looked into.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    fn next<'a>(error: &&'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
        let error: &'a (dyn Error + 'static) = *error;
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(carried) => Some(carried),
            None => error.source(),
        }
    }
    std::iter::successors(Some(error), next)
}

/// The first error of that type in the chain.
pub(super) fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    chain(error).find_map(|error| error.downcast_ref::<E>())
}

/// The last error of the chain: the one that says most.
fn innermost(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}
