//! What a redirect URI asks of the listener.

use gatepass_oauth::failure::{Code, Failure};
use gatepass_oauth::ports::RedirectTarget;
use serde_json::json;
use url::{Host, Url};

/// The placeholder for any free port.
const ANY_PORT: &str = "{port}";

/// A loopback redirect URI, read.
pub(super) struct Target {
    /// As configured, with its placeholder.
    uri: String,
    /// `None`: any free port.
    pub(super) port: Option<u16>,
    /// Host as it stands in the URI, lower-case.
    pub(super) host: String,
    /// The exact path, percent-encoding as the browser will send it.
    pub(super) path: String,
    /// The redirect URI's own query (RFC 6749 §3.1.2), which comes back with each answer.
    pub(super) own_query: Option<String>,
    /// PEM certificate and key for `https`.
    pub(super) certificate: Option<gatepass_oauth::secret::Secret>,
    pub(super) fragment: bool,
    pub(super) form_post: bool,
}

impl Target {
    pub(super) fn parse(target: &RedirectTarget) -> Result<Self, Failure> {
        let uri = target.redirect_uri.as_str();
        let any_port = uri.contains(ANY_PORT);
        // Any number stands in for the placeholder while the rest is read.
        let url = Url::parse(&uri.replacen(ANY_PORT, "1", 1))
            .map_err(|error| refused(format!("The redirect URI {uri} is not a URL."), format!("{error}.")))?;
        let secure = match url.scheme() {
            "http" => false,
            "https" => true,
            other => {
                let cause = format!(
                    "Its scheme is {other}; a browser comes back to this machine over http or https."
                );
                return Err(refused(format!("The redirect URI {uri} cannot be listened on."), cause));
            }
        };
        if !is_loopback(&url) {
            return Err(refused(
                format!("The redirect URI {uri} is not on this machine."),
                "Only 127.0.0.1, [::1] and localhost can be listened on.".to_owned(),
            ));
        }
        if url.fragment().is_some() {
            return Err(refused(
                format!("The redirect URI {uri} has a fragment."),
                "RFC 6749 §3.1.2 forbids it: answers may come in the fragment.".to_owned(),
            ));
        }
        if secure && target.certificate.is_none() {
            return Err(refused(
                format!("The redirect URI {uri} needs a certificate."),
                "It is https, and the listener has no certificate to show to the browser.".to_owned(),
            ));
        }
        if url.port() == Some(0) {
            return Err(refused(
                format!("The redirect URI {uri} names port 0."),
                "Write {port} where any free port will do.".to_owned(),
            ));
        }
        Ok(Self {
            port: if any_port { None } else { url.port_or_known_default() },
            host: url.host_str().unwrap_or_default().to_ascii_lowercase(),
            path: url.path().to_owned(),
            own_query: url.query().map(str::to_owned),
            certificate: target.certificate.clone().filter(|_| secure),
            fragment: target.fragment,
            form_post: target.form_post,
            uri: uri.to_owned(),
        })
    }

    /// The redirect URI as it is sent: otherwise exactly as configured.
    pub(super) fn with_port(&self, port: u16) -> String {
        self.uri.replacen(ANY_PORT, &port.to_string(), 1)
    }

    /// The failure with the offer to listen on any free port instead, where that can be written.
    pub(super) fn offering_any_port(&self, failure: Failure) -> Failure {
        let fixed = Url::parse(&self.uri).ok().and_then(|url| {
            let before = &url[..url::Position::AfterHost];
            let after = &url[url::Position::BeforePath..];
            Some(format!("{before}:{ANY_PORT}{after}")).filter(|_| self.port.is_some())
        });
        match fixed {
            Some(uri) => failure.with_fix("Use any free port", "redirect_uri", json!(uri)),
            None => failure,
        }
    }
}

/// Whether what goes there arrives at the addresses that are bound. `localhost` and the names under it are this
/// machine (RFC 6761 §6.3); of 127.0.0.0/8 only the first address is bound.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.octets() == [127, 0, 0, 1],
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => {
            let name = name.to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        }
        None => false,
    }
}

fn refused(message: String, cause: String) -> Failure {
    Failure::new(
        Code::Configuration,
        message,
        cause,
        "Use http://127.0.0.1:{port}/callback, or paste the URL that the browser ends on.",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parse(uri: &str) -> Result<Target, Failure> {
        Target::parse(&RedirectTarget {
            redirect_uri: uri.to_owned(),
            certificate: None,
            fragment: false,
            form_post: false,
        })
    }

    #[test]
    fn the_placeholder_means_any_port_and_the_rest_stays_as_written() {
        let target = parse("http://127.0.0.1:{port}/a%20b?x=1").unwrap();
        assert_eq!(target.port, None);
        assert_eq!(target.path, "/a%20b");
        assert_eq!(target.own_query.as_deref(), Some("x=1"));
        assert_eq!(target.with_port(4321), "http://127.0.0.1:4321/a%20b?x=1");
    }

    #[test]
    fn a_fixed_port_is_kept_and_the_default_one_is_known() {
        assert_eq!(parse("http://localhost:8080/callback").unwrap().port, Some(8080));
        assert_eq!(parse("http://localhost/callback").unwrap().port, Some(80));
    }

    #[test]
    fn what_is_not_loopback_is_refused() {
        for uri in [
            "https://app.example/callback",
            "http://127.0.0.1.evil.example/",
            "http://10.0.0.1:8080/",
            "http://0.0.0.0:8080/",
            "myapp://callback",
            "http://localhost:0/",
            "http://localhost:8080/#x",
            "https://localhost:8080/",
            "not a url",
        ] {
            assert_eq!(parse(uri).err().map(|failure| failure.code), Some(Code::Configuration), "{uri}");
        }
    }
}
