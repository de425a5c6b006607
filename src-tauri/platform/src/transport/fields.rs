//! Header fields while they are put together: the user's as they are, and the few that have to be added.

use std::borrow::Cow;

use gatepass_core::exchange::HttpVersion;
use http::Method;
use http::header::{self, HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;
use url::Url;

use super::body::Content;
use super::failures::Trouble;

/// What is sent if the user chose none.
const USER_AGENT: &str = concat!("Gatepass/", env!("CARGO_PKG_VERSION"));
/// What we can decode.
const ENCODINGS: &str = "gzip, deflate, br, zstd";

/// One header field, with its name as the user wrote it.
pub(super) struct Field {
    pub(super) shown: Cow<'static, str>,
    pub(super) name: HeaderName,
    pub(super) value: HeaderValue,
}

/// The header fields while they are put together.
pub(super) struct Fields {
    pub(super) list: Vec<Field>,
}

impl Fields {
    pub(super) fn of(capacity: usize) -> Self {
        Self { list: Vec::with_capacity(capacity) }
    }

    fn has(&self, name: &HeaderName) -> bool {
        self.list.iter().any(|field| field.name == *name)
    }

    /// Adds a header of the user. The value itself never goes into the error: it may be a secret.
    pub(super) fn push(&mut self, shown: String, value: &[u8]) -> Result<(), Trouble> {
        let name = HeaderName::from_bytes(shown.as_bytes()).map_err(|_| {
            Trouble::invalid(
                format!("{shown:?} is no name that a header can have."),
                "A header name holds letters, digits and some signs, and no space, colon or line break.",
                "Correct the name in the Headers tab.",
            )
        })?;
        let mut value = HeaderValue::from_bytes(value).map_err(|_| {
            Trouble::invalid(
                format!("The value of the header {shown} holds a line break or a control character."),
                "It would end the header, and could smuggle in another.",
                "Remove the character; it may come from a variable or a token that was pasted with its line end.",
            )
        })?;
        // Sensitive values are not entered into HTTP/2's compression tables.
        value.set_sensitive(matches!(
            name,
            header::AUTHORIZATION | header::COOKIE | header::PROXY_AUTHORIZATION
        ));
        // The length is ours to say, since we know the body.
        if name != header::CONTENT_LENGTH {
            self.list.push(Field { shown: shown.into(), name, value });
        }
        Ok(())
    }

    /// Who asks, unless the user said so.
    pub(super) fn user_agent(&mut self) {
        self.default(header::USER_AGENT, "User-Agent", USER_AGENT);
    }

    /// What may come back, unless the user said so.
    pub(super) fn accept(&mut self) {
        self.default(header::ACCEPT, "Accept", "*/*");
        self.default(header::ACCEPT_ENCODING, "Accept-Encoding", ENCODINGS);
    }

    fn default(&mut self, name: HeaderName, shown: &'static str, value: &'static str) {
        if !self.has(&name) {
            self.list.push(Field { shown: shown.into(), name, value: HeaderValue::from_static(value) });
        }
    }

    /// `Host` stands first by custom (RFC 9110 §7.2). HTTP/2 has `:authority` instead, so where the version is
    /// not known beforehand it is left to the HTTP library.
    pub(super) fn host(&mut self, url: &Url, version: HttpVersion, given: &[(String, String)]) {
        let may_be_http2 = match version {
            HttpVersion::Auto => url.scheme() == "https",
            HttpVersion::Http1 => false,
            HttpVersion::Http2 => true,
        };
        if may_be_http2 || given.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            return;
        }
        if let Ok(value) = HeaderValue::from_str(host(url)) {
            self.list.push(Field { shown: "Host".into(), name: header::HOST, value });
        }
    }

    /// `http://user:password@host` means Basic authentication (RFC 7617) unless a header says otherwise.
    pub(super) fn userinfo(&mut self, url: &Url) {
        use base64::Engine as _;
        if url.username().is_empty() && url.password().is_none() || self.has(&header::AUTHORIZATION) {
            return;
        }
        let mut plain = percent_decode_str(url.username()).collect::<Vec<u8>>();
        plain.push(b':');
        plain.extend(percent_decode_str(url.password().unwrap_or_default()));
        let encoded = format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(plain));
        if let Ok(mut value) = HeaderValue::from_str(&encoded) {
            value.set_sensitive(true);
            self.list.push(Field { shown: "Authorization".into(), name: header::AUTHORIZATION, value });
        }
    }

    /// The boundary that the user wrote into the content type, where it is one that can be used.
    pub(super) fn boundary(&self) -> Option<String> {
        let field = self.list.iter().find(|field| field.name == header::CONTENT_TYPE)?;
        let (_, parameter) = field.value.to_str().ok()?.split_once("boundary=")?;
        let boundary = parameter.split(';').next()?.trim().trim_matches('"');
        let usable =
            !boundary.is_empty() && boundary.len() <= 70 && boundary.bytes().all(|b| b.is_ascii_graphic());
        usable.then(|| boundary.to_owned())
    }

    pub(super) fn multipart(&mut self, boundary: &str) -> Result<(), Trouble> {
        let at = self.list.iter().position(|field| field.name == header::CONTENT_TYPE);
        let essence = at
            .and_then(|at| self.list[at].value.to_str().ok())
            .map(|given| given.split(';').next().unwrap_or_default().trim().to_owned())
            .filter(|essence| essence.to_ascii_lowercase().starts_with("multipart/"))
            .unwrap_or_else(|| "multipart/form-data".to_owned());
        let value = HeaderValue::from_str(&format!("{essence}; boundary={boundary}")).map_err(|_| {
            Trouble::invalid(
                "The content type of the multipart body cannot be sent.",
                "It holds a character that a header cannot have.",
                "Correct the Content-Type header.",
            )
        })?;
        match at {
            Some(at) => self.list[at].value = value,
            None => self.list.push(Field { shown: "Content-Type".into(), name: header::CONTENT_TYPE, value }),
        }
        Ok(())
    }

    /// The length of the body; also zero, where the method means one to be expected (RFC 9110 §8.6).
    pub(super) fn length(&mut self, method: &Method, content: &Content) {
        let expects_body = matches!(*method, Method::POST | Method::PUT | Method::PATCH);
        if self.has(&header::TRANSFER_ENCODING) || self.has(&header::CONTENT_LENGTH) {
            return;
        }
        if content.length() > 0 || expects_body {
            self.list.push(Field {
                shown: "Content-Length".into(),
                name: header::CONTENT_LENGTH,
                value: HeaderValue::from(content.length()),
            });
        }
    }
}

/// Host and port as they stand in the URL: the port only where it is not the scheme's own.
pub(super) fn host(url: &Url) -> &str {
    &url[url::Position::BeforeHost..url::Position::AfterPort]
}
