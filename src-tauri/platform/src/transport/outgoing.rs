//! A request made ready for the wire: checked, with the few headers that a transport has to add.

use std::borrow::Cow;

use gatepass_core::exchange::{CredentialPlaces, HttpVersion, OutgoingRequest, SendSettings};
use http::Method;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;
use url::Url;

use super::body::{Content, random_boundary};
use super::failures::Trouble;
use super::redirect::{self, Redirect};

/// What is sent if the user chose none.
pub(super) const USER_AGENT: &str = concat!("Gatepass/", env!("CARGO_PKG_VERSION"));
/// What we can decode.
const ENCODINGS: &str = "gzip, deflate, br, zstd";

/// A request as it goes over the wire, for one hop.
pub(super) struct Prepared {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) fields: Vec<Field>,
    pub(super) content: Content,
    credentials: CredentialPlaces,
}

/// One header field, with its name as the user wrote it.
pub(super) struct Field {
    shown: Cow<'static, str>,
    name: HeaderName,
    value: HeaderValue,
}

impl Prepared {
    /// Checks and completes an API request: `Host` first, then the user's headers in their order, then what the
    /// user did not set of `User-Agent`, `Accept`, `Accept-Encoding`, and the length of the body.
    pub(super) async fn api(request: OutgoingRequest, version: HttpVersion) -> Result<Self, Trouble> {
        let mut fields = Fields::of(request.headers.len() + 5);
        let url = checked(request.url)?;
        let method = method(&request.method)?;
        fields.host(&url, version, &request.headers);
        for (name, value) in request.headers {
            fields.push(name, value.as_bytes())?;
        }
        fields.userinfo(&url);
        let given_boundary = fields.boundary();
        let (content, boundary) =
            Content::of(request.body, || given_boundary.unwrap_or_else(random_boundary)).await?;
        if let Some(boundary) = boundary {
            fields.multipart(&boundary)?;
        }
        fields.default(header::USER_AGENT, "User-Agent", USER_AGENT);
        fields.default(header::ACCEPT, "Accept", "*/*");
        fields.default(header::ACCEPT_ENCODING, "Accept-Encoding", ENCODINGS);
        fields.length(&method, &content);
        Ok(Self {
            method,
            url: without_userinfo(url),
            fields: fields.list,
            content,
            credentials: request.credentials,
        })
    }

    /// Checks and completes a request of the engine: nothing is added but `Host`, `User-Agent` and the length. Gives
    /// the settings for its URL, too.
    pub(super) fn engine(
        request: http::Request<Vec<u8>>,
        settings: impl FnOnce(&Url) -> SendSettings,
    ) -> Result<(Self, SendSettings), Trouble> {
        let (head, body) = request.into_parts();
        let url = Url::parse(&head.uri.to_string()).map_err(|error| {
            Trouble::invalid(
                "The endpoint's URL cannot be asked.",
                format!("{error}."),
                "Check the endpoint in the auth config.",
            )
        })?;
        let url = checked(url)?;
        let settings = settings(&url);
        let mut fields = Fields::of(head.headers.len() + 3);
        if !head.headers.contains_key(header::HOST) {
            fields.host(&url, settings.http_version, &[]);
        }
        for (name, value) in &head.headers {
            fields.list.push(Field {
                shown: name.to_string().into(),
                name: name.clone(),
                value: value.clone(),
            });
        }
        fields.userinfo(&url);
        let content = if body.is_empty() { Content::Empty } else { Content::Bytes(body.into()) };
        fields.default(header::USER_AGENT, "User-Agent", USER_AGENT);
        fields.length(&head.method, &content);
        let prepared = Self {
            method: head.method,
            url: without_userinfo(url),
            fields: fields.list,
            content,
            credentials: CredentialPlaces::default(),
        };
        Ok((prepared, settings))
    }

    /// Whether the body may not go where `redirect` leads, because it carries a credential.
    pub(super) fn body_must_stay(&self, redirect: &Redirect) -> bool {
        self.credentials.body && redirect.crosses_origin && !redirect.drop_body
    }

    /// Turns it into the request of the next hop.
    pub(super) fn redirect(&mut self, redirect: Redirect, keep_credentials: bool, version: HttpVersion) {
        if redirect.drop_body {
            self.content = Content::Empty;
            self.fields.retain(|field| !redirect::describes_body(&field.name));
        }
        if redirect.crosses_origin {
            let places = &self.credentials;
            self.fields.retain(|field| {
                let stays = redirect::stays_within_origin(&field.name, places);
                !stays || keep_credentials && field.name != header::HOST
            });
            let mut fields = Fields { list: Vec::with_capacity(self.fields.len() + 1) };
            fields.host(&redirect.url, version, &[]);
            fields.list.append(&mut self.fields);
            self.fields = fields.list;
        }
        self.method = redirect.method;
        self.url = without_userinfo(redirect.url);
    }

    /// The headers for the wire, with the jar's cookies joined to those of the user.
    pub(super) fn header_map(&self, cookies: Option<&str>) -> HeaderMap {
        let mut map = HeaderMap::with_capacity(self.fields.len() + 1);
        for field in &self.fields {
            map.append(&field.name, field.value.clone());
        }
        if let Some(joined) = self.joined_cookies(cookies) {
            map.insert(header::COOKIE, joined);
        }
        map
    }

    /// The headers for a person: names as written, in order.
    pub(super) fn shown_headers(&self, cookies: Option<&str>) -> Vec<(String, String)> {
        let joined = self.joined_cookies(cookies);
        let mut shown: Vec<(String, String)> = self
            .fields
            .iter()
            .filter(|field| joined.is_none() || field.name != header::COOKIE)
            .map(|field| {
                (
                    field.shown.clone().into_owned(),
                    String::from_utf8_lossy(field.value.as_bytes()).into_owned(),
                )
            })
            .collect();
        // Where the HTTP library adds it (see `Fields::host`), it is not among ours.
        if !self.fields.iter().any(|field| field.name == header::HOST) {
            shown.insert(0, ("Host".to_owned(), host(&self.url).to_owned()));
        }
        if let Some(joined) = joined {
            shown.push(("Cookie".to_owned(), String::from_utf8_lossy(joined.as_bytes()).into_owned()));
        }
        shown
    }

    fn joined_cookies(&self, cookies: Option<&str>) -> Option<HeaderValue> {
        let cookies = cookies?;
        let own = self.fields.iter().filter(|field| field.name == header::COOKIE);
        let mut joined: Vec<u8> = Vec::new();
        for value in own.map(|field| field.value.as_bytes()).chain([cookies.as_bytes()]) {
            if !joined.is_empty() {
                joined.extend_from_slice(b"; ");
            }
            joined.extend_from_slice(value);
        }
        HeaderValue::from_bytes(&joined).ok().map(|mut value| {
            value.set_sensitive(true);
            value
        })
    }
}

/// The header fields while they are put together.
struct Fields {
    list: Vec<Field>,
}

impl Fields {
    fn of(capacity: usize) -> Self {
        Self { list: Vec::with_capacity(capacity) }
    }

    fn has(&self, name: &HeaderName) -> bool {
        self.list.iter().any(|field| field.name == *name)
    }

    /// Adds a header of the user. The value itself never goes into the error: it may be a secret.
    fn push(&mut self, shown: String, value: &[u8]) -> Result<(), Trouble> {
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

    fn default(&mut self, name: HeaderName, shown: &'static str, value: &'static str) {
        if !self.has(&name) {
            self.list.push(Field { shown: shown.into(), name, value: HeaderValue::from_static(value) });
        }
    }

    /// `Host` stands first by custom (RFC 9110 §7.2). HTTP/2 has `:authority` instead, so where the version is
    /// not known beforehand it is left to the HTTP library.
    fn host(&mut self, url: &Url, version: HttpVersion, given: &[(String, String)]) {
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
    fn userinfo(&mut self, url: &Url) {
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
    fn boundary(&self) -> Option<String> {
        let field = self.list.iter().find(|field| field.name == header::CONTENT_TYPE)?;
        let (_, parameter) = field.value.to_str().ok()?.split_once("boundary=")?;
        let boundary = parameter.split(';').next()?.trim().trim_matches('"');
        let usable =
            !boundary.is_empty() && boundary.len() <= 70 && boundary.bytes().all(|b| b.is_ascii_graphic());
        usable.then(|| boundary.to_owned())
    }

    fn multipart(&mut self, boundary: &str) -> Result<(), Trouble> {
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
    fn length(&mut self, method: &Method, content: &Content) {
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
fn host(url: &Url) -> &str {
    &url[url::Position::BeforeHost..url::Position::AfterPort]
}

fn method(text: &str) -> Result<Method, Trouble> {
    let method = Method::from_bytes(text.as_bytes()).map_err(|_| {
        Trouble::invalid(
            format!("{text:?} is no method that can be sent."),
            "A method is one word without spaces or control characters (RFC 9110 §9.1).",
            "Correct the method.",
        )
    })?;
    if method == Method::CONNECT {
        return Err(Trouble::invalid(
            "CONNECT is not a request to a resource.",
            "It asks a proxy for a tunnel (RFC 9110 §9.3.6), which the proxy setting does by itself.",
            "Use another method; set the proxy in the settings.",
        ));
    }
    Ok(method)
}

fn checked(url: Url) -> Result<Url, Trouble> {
    if matches!(url.scheme(), "http" | "https") && url.has_host() {
        return Ok(url);
    }
    Err(Trouble::invalid(
        format!("A URL with the scheme {} cannot be asked.", url.scheme()),
        "Requests go over http or https.",
        "Correct the URL.",
    ))
}

fn without_userinfo(mut url: Url) -> Url {
    if !url.username().is_empty() || url.password().is_some() {
        // Cannot fail: the URL has a host.
        let _ = url.set_username("");
        let _ = url.set_password(None);
    }
    url
}
