//! A token as one request sends it (RFC 6750, RFC 9449).

use std::sync::Arc;

use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use url::Url;
use url::form_urlencoded;

use crate::client_authentication::certificate;
use crate::config::{AuthConfig, SendIn, UseToken};
use crate::dpop::{self, DpopKey, Proof};
use crate::endpoints::KnownProviders;
use crate::failure::{Code, Failure};
use crate::ports::{ClientCertificate, Clock, Randomness};
use crate::secret::Secret;
use crate::token_set::StoredTokens;

const DPOP: HeaderName = HeaderName::from_static("dpop");

/// What is sent with a request: one token, and how it is placed.
#[derive(Clone)]
pub struct UsableToken {
    token: Secret,
    kind: UseToken,
    token_name: String,
    scheme: String,
    send_in: SendIn,
    header_name: String,
    parameter_name: String,
    possession: Option<Possession>,
    client_certificate: Option<ClientCertificate>,
    refreshed: bool,
    renewable: bool,
    version: u64,
}

/// What a token that is bound to a key needs with each request (RFC 9449 §7).
#[derive(Clone)]
pub(super) struct Possession {
    key: Arc<DpopKey>,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    known: Arc<KnownProviders>,
}

impl Possession {
    pub(super) fn new(
        key: Arc<DpopKey>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        known: Arc<KnownProviders>,
    ) -> Self {
        Self { key, clock, randomness, known }
    }

    fn proof(&self, method: &http::Method, url: &Url, token: &Secret) -> Result<HeaderValue, Failure> {
        let nonce = self.known.nonces.of(url);
        let proof = Proof { method, url, access_token: Some(token), nonce: nonce.as_deref() };
        let proof = self.key.prove(&proof, &*self.clock, &*self.randomness)?;
        sensitive(proof.expose())
    }
}

/// Where the token goes, for senders whose body is not in memory.
#[derive(Clone)]
pub enum Placement {
    /// Headers to set, replacing any of the same name.
    Headers(Vec<(HeaderName, HeaderValue)>),
    /// A query parameter to append. The URL with it must not be logged or kept.
    Query { name: String, value: Secret },
    /// A field to append to a form body.
    Body { name: String, value: Secret },
}

impl UsableToken {
    /// Whether the access token or the ID token is sent.
    pub fn kind(&self) -> UseToken {
        self.kind
    }

    /// The name that the person gave the token set.
    pub fn token_name(&self) -> &str {
        &self.token_name
    }

    /// Whether it was renewed or obtained for this very send.
    pub fn refreshed(&self) -> bool {
        self.refreshed
    }

    /// Tells two token sets under one key apart.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The token's text, for scripts and variables.
    pub fn token(&self) -> &Secret {
        &self.token
    }

    /// The client's certificate: an access token that was obtained with it may be bound to it, and is then worth
    /// nothing on a connection without it (RFC 8705 §3).
    pub fn client_certificate(&self) -> Option<&ClientCertificate> {
        self.client_certificate.as_ref()
    }

    /// What will be sent, blanked: `Authorization: Bearer eyJ…x3Q`.
    pub fn preview(&self) -> String {
        let token = self.token.preview();
        match self.send_in {
            SendIn::Header if self.scheme.is_empty() => format!("{}: {token}", self.header_name),
            SendIn::Header => format!("{}: {} {token}", self.header_name, self.scheme),
            SendIn::Query => format!("?{}={token}", self.parameter_name),
            SendIn::Body => format!("body: {}={token}", self.parameter_name),
        }
    }

    /// Where the token goes in a request of this method to this URL.
    ///
    /// # Errors
    /// [`Code::Configuration`] if the header name or the token cannot stand in a header.
    pub fn placement(&self, method: &http::Method, url: &Url) -> Result<Placement, Failure> {
        let name = self.parameter_name.clone();
        let value = self.token.clone();
        match self.send_in {
            SendIn::Query => Ok(Placement::Query { name, value }),
            SendIn::Body => Ok(Placement::Body { name, value }),
            SendIn::Header => {
                let mut headers = vec![self.header()?];
                if let Some(possession) = &self.possession {
                    headers.push((DPOP, possession.proof(method, url, &self.token)?));
                }
                Ok(Placement::Headers(headers))
            }
        }
    }

    /// Takes over the nonce of an API's answer, and says whether the same request should be sent once more with it
    /// and the same token (RFC 9449 §9). Not more than once for a request.
    pub fn wants_nonce(&self, url: &Url, status: http::StatusCode, headers: &http::HeaderMap) -> bool {
        let Some(possession) = &self.possession else { return false };
        let is_new = possession.known.nonces.learn(url, headers);
        let challenges = headers.get_all(http::header::WWW_AUTHENTICATE).iter();
        let asks = challenges
            .filter_map(|value| value.to_str().ok())
            .any(|challenge| dpop::api_wants_nonce(status, challenge));
        is_new && asks
    }

    /// Places the token in the request.
    ///
    /// # Errors
    /// [`Code::Configuration`] if the token goes into the body and the body is no form, or if something cannot
    /// stand in a header or URL.
    pub fn attach(&self, request: &mut http::Request<Vec<u8>>) -> Result<(), Failure> {
        let url = Url::parse(&request.uri().to_string()).map_err(|error| {
            Failure::new(
                Code::Configuration,
                "The token cannot be placed in the request",
                format!("The URL is not absolute: {error}"),
                "Write the URL with its scheme and host.",
            )
        })?;
        match self.placement(request.method(), &url)? {
            Placement::Headers(headers) => {
                for (name, value) in headers {
                    request.headers_mut().insert(name, value);
                }
                Ok(())
            }
            Placement::Query { name, value } => append_to_query(request, url, &name, &value),
            Placement::Body { name, value } => append_to_form(request, &name, &value),
        }
    }

    fn header(&self) -> Result<(HeaderName, HeaderValue), Failure> {
        let name = HeaderName::from_bytes(self.header_name.as_bytes()).map_err(|_| {
            Failure::new(
                Code::Configuration,
                format!("\u{201c}{}\u{201d} cannot be the name of a header", self.header_name.escape_debug()),
                "Header names are letters, digits and hyphens",
                "Correct the header name in the auth settings.",
            )
        })?;
        let text = match self.scheme.as_str() {
            "" => self.token.expose().to_owned(),
            scheme => format!("{scheme} {}", self.token.expose()),
        };
        Ok((name, sensitive(&text)?))
    }
}

fn sensitive(text: &str) -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::from_str(text).map_err(|_| {
        Failure::new(
            Code::Configuration,
            "The token cannot be sent in a header",
            "The token or its prefix holds a line break or another character that headers do not allow",
            "Correct the header prefix, or get a new token.",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn append_to_query(
    request: &mut http::Request<Vec<u8>>,
    mut url: Url,
    name: &str,
    value: &Secret,
) -> Result<(), Failure> {
    url.query_pairs_mut().append_pair(name, value.expose());
    *request.uri_mut() = url.as_str().parse().map_err(|_| {
        Failure::new(
            Code::Configuration,
            "The token cannot be placed in the URL",
            "The URL with the token in it is not valid or too long",
            "Send the token in a header.",
        )
    })?;
    Ok(())
}

fn append_to_form(request: &mut http::Request<Vec<u8>>, name: &str, value: &Secret) -> Result<(), Failure> {
    let content_type = request.headers().get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
    let is_form = content_type.is_some_and(|text| text.starts_with("application/x-www-form-urlencoded"));
    let is_blank = content_type.is_none() && request.body().is_empty();
    if !is_form && !is_blank {
        return Err(Failure::new(
            Code::Configuration,
            "The token cannot be placed in the body",
            "Only a form body (application/x-www-form-urlencoded) can carry it (RFC 6750 §2.2)",
            "Send the token in a header, or make the body a form.",
        ));
    }
    let field = form_urlencoded::Serializer::new(String::new()).append_pair(name, value.expose()).finish();
    let body = request.body_mut();
    if !body.is_empty() {
        body.push(b'&');
    }
    body.extend_from_slice(field.as_bytes());
    request
        .headers_mut()
        .entry(CONTENT_TYPE)
        .or_insert(HeaderValue::from_static("application/x-www-form-urlencoded"));
    Ok(())
}

impl UsableToken {
    /// The token that `config` sends out of `stored`; `None` if the set has no such token. A token bound to a key is
    /// sent with the DPoP scheme and a proof, always in a header (RFC 9449 §7.1).
    pub(super) fn new(
        config: &AuthConfig,
        stored: &StoredTokens,
        version: u64,
        possession: Option<Possession>,
    ) -> Option<Self> {
        let tokens = &stored.tokens;
        let token = match config.use_token {
            UseToken::AccessToken => tokens.access_token.clone(),
            UseToken::IdToken => tokens.id_token.clone(),
        }?;
        let is_bound = tokens.token_type.eq_ignore_ascii_case(dpop::SCHEME);
        let possession = possession.filter(|_| is_bound && config.use_token == UseToken::AccessToken);
        let scheme = if possession.is_some() { dpop::SCHEME } else { config.header_prefix.trim() };
        Some(Self {
            token,
            kind: config.use_token,
            token_name: config.token_name.clone(),
            scheme: scheme.to_owned(),
            send_in: if possession.is_some() { SendIn::Header } else { config.send_in },
            header_name: config.header_name.clone(),
            parameter_name: config.parameter_name.clone(),
            possession,
            client_certificate: certificate(config).filter(|_| config.use_token == UseToken::AccessToken),
            refreshed: false,
            renewable: false,
            version,
        })
    }

    pub(super) fn given(self, refreshed: bool, renewable: bool) -> Self {
        Self { refreshed, renewable, ..self }
    }

    /// Whether a 401 may cause a renewal: not twice for one request, and not with auto-refresh off.
    pub(super) fn is_renewable(&self) -> bool {
        self.renewable
    }
}
