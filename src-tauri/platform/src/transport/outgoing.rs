//! A request made ready for the wire: checked, with the few headers that a transport has to add.

use gatepass_core::exchange::{CredentialPlaces, HttpVersion, OutgoingRequest, SendSettings, WholeBody};
use http::Method;
use http::header::{self, HeaderMap, HeaderValue};
use url::Url;

use super::body::{Content, random_boundary};
use super::failures::Trouble;
use super::fields::{Field, Fields, host};
use super::redirect::{self, Redirect};

/// A request as it goes over the wire, for one hop.
pub(super) struct Prepared {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) fields: Vec<Field>,
    pub(super) content: Content,
    credentials: CredentialPlaces,
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
        fields.user_agent();
        fields.accept();
        fields.length(&method, &content);
        Ok(Self {
            method,
            url: without_userinfo(url),
            fields: fields.list,
            content,
            credentials: request.credentials,
        })
    }

    /// The body as [`Self::api`] would send it, in memory, with the content type that has to stand with it.
    pub(super) async fn whole_body(request: &OutgoingRequest) -> Result<WholeBody, Trouble> {
        let mut fields = Fields::of(1);
        for (name, value) in &request.headers {
            if name.eq_ignore_ascii_case("content-type") {
                fields.push(name.clone(), value.as_bytes())?;
            }
        }
        let given_boundary = fields.boundary();
        let (content, boundary) =
            Content::of(request.body.clone(), || given_boundary.unwrap_or_else(random_boundary)).await?;
        let mut content_type = None;
        if let Some(boundary) = boundary {
            fields.multipart(&boundary)?;
            let field = fields.list.iter().find(|field| field.name == header::CONTENT_TYPE);
            content_type = field.map(|field| String::from_utf8_lossy(field.value.as_bytes()).into_owned());
        }
        Ok(WholeBody { bytes: content.in_memory().await?, content_type })
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
        fields.user_agent();
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
