//! The provider's endpoints, one file each. Every request to one of them is built here, so that client
//! authentication, DPoP, `Origin` and extra parameters cannot differ from one to the next.

pub mod end_session;
mod form;
pub mod introspection;
pub mod jwks;
pub mod protected_resource;
pub mod pushed_authorization_request;
pub mod registration;
pub mod revocation;
pub mod token;
pub mod userinfo;

use http::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue, ORIGIN};
use url::Url;

pub use form::Form;

use self::jwks::KeySets;
use crate::authorization_server::{AuthorizationServer, Endpoint, KnownServers};
use crate::client_authentication::{self, Provider, uses_mutual_tls};
use crate::config::{AuthConfig, ExtraParameter, ExtraPlace};
use crate::dpop::{DpopKey, Nonces, Proof};
use crate::explain::Situation;
use crate::failure::{Code, Failure};
use crate::flow::{Exchanged, Flow, Unanswered};
use crate::ports::ClientCertificate;
use crate::secret::Secret;
use crate::token_response::Circumstances;
use crate::transcript::{Blanks, Step, StepResult};

const DPOP: HeaderName = HeaderName::from_static("dpop");

/// A client speaking with its provider in the course of one flow.
#[derive(Clone, Copy)]
pub struct Dialogue<'a> {
    pub config: &'a AuthConfig,
    pub server: &'a AuthorizationServer,
    pub flow: &'a Flow,
    /// What this process has learnt of its providers.
    pub known: &'a KnownProviders,
    /// The key that tokens are bound to, where they are (RFC 9449).
    pub dpop_key: Option<&'a DpopKey>,
}

/// What a process learns of its providers in the course of all flows.
#[derive(Default)]
pub struct KnownProviders {
    pub servers: KnownServers,
    pub key_sets: KeySets,
    pub nonces: Nonces,
}

/// A request to an endpoint, before it is sent.
pub struct Call<'a> {
    pub step: Step,
    pub endpoint: Endpoint,
    /// Where it goes, if not to the endpoint itself (a refresh URL).
    pub address: Option<&'a str>,
    pub form: Form,
    /// The rows of free parameters that belong to this request.
    pub extra: &'a [ExtraParameter],
    /// Whether a proof of possession goes along, where tokens are bound to a key: on token requests it does.
    pub proves_possession: bool,
}

/// An answer, with what was noticed while the request was made.
pub struct Answered {
    pub exchanged: Exchanged,
    pub notices: Vec<String>,
}

impl Dialogue<'_> {
    /// Authenticates the client and sends the form. Where the provider wants a nonce in the proof of possession, the
    /// request is made anew and sent once more (RFC 9449 §8).
    ///
    /// # Errors
    /// The config cannot make the request, or no answer came.
    pub async fn post(&self, call: Call<'_>) -> Result<Answered, Unanswered> {
        let first = self.post_once(&call).await?;
        if !first.wants_nonce {
            return Ok(first.answered);
        }
        first.answered.exchanged.end(
            self.flow,
            StepResult::Retried,
            "The provider wants its nonce in the DPoP proof",
        );
        Ok(self.post_once(&call).await?.answered)
    }

    async fn post_once(&self, call: &Call<'_>) -> Result<Attempt, Unanswered> {
        let unsent = |failure| Unanswered { failure, may_have_arrived: false };
        let mut draft = self.draft(call).map_err(unsent)?;
        let key = self.dpop_key.filter(|_| call.proves_possession);
        if let Some(key) = key {
            draft.headers.push((DPOP, self.proof(key, &draft.url).map_err(unsent)?));
        }
        let request = draft.request().map_err(unsent)?;
        let exchanged = self.flow.send(call.step, request, draft.client_certificate).await?;
        let response = &exchanged.incoming.response;
        let is_new = self.known.nonces.learn(&draft.url, response.headers());
        let wants_nonce = is_new
            && key.is_some()
            && matches!(response.status().as_u16(), 400 | 401)
            && String::from_utf8_lossy(response.body()).contains("use_dpop_nonce");
        Ok(Attempt { answered: Answered { exchanged, notices: draft.notices }, wants_nonce })
    }

    fn proof(&self, key: &DpopKey, url: &Url) -> Result<HeaderValue, Failure> {
        let nonce = self.known.nonces.of(url);
        let proof = Proof { method: &http::Method::POST, url, access_token: None, nonce: nonce.as_deref() };
        let surroundings = self.flow.surroundings();
        let proof = key.prove(&proof, &*surroundings.clock, &*surroundings.randomness)?;
        header_value("DPoP", proof.expose())
    }

    /// What is being done, so that a refusal can be explained.
    pub fn situation(&self, step: Step) -> Situation<'_> {
        Situation::of(step, self.config, Some(self.server))
    }

    /// What is known when the answer of an endpoint is read.
    pub(crate) fn circumstances<'a>(
        &'a self,
        step: Step,
        exchanged: &'a Exchanged,
        blanks: &'a Blanks,
    ) -> Circumstances<'a> {
        Circumstances {
            place: &exchanged.place,
            received_at: self.flow.clock().now(),
            asked_scope: None,
            blanks,
            situation: self.situation(step),
        }
    }

    /// Builds the request, without anything that depends on the moment of sending.
    fn draft(&self, call: &Call<'_>) -> Result<Draft, Failure> {
        let mut url = match call.address {
            Some(address) => crate::authorization_server::endpoint_url(call.endpoint.as_str(), address)?,
            None if uses_mutual_tls(self.config) => self.server.require_mtls(call.endpoint)?,
            None => self.server.require(call.endpoint)?,
        };
        let authenticated = self.authenticate(call.endpoint)?;
        let mut form = call.form.clone();
        for (name, value) in &authenticated.params {
            if !form.has(name) {
                form.push(name, value);
            }
            if *name != "client_id" {
                self.flow.blank(value);
            }
        }
        let mut headers = vec![
            (ACCEPT, HeaderValue::from_static("application/json")),
            (CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded")),
        ];
        if let Some(origin) = &self.config.origin {
            headers.push((ORIGIN, header_value("origin", origin)?));
        }
        for (name, value) in &authenticated.headers {
            headers.push((name.clone(), header_value(name.as_str(), value.expose())?));
            // An error page may send the credentials back, without their scheme too.
            self.flow.blank(&Secret::new(value.expose().rsplit(' ').next().unwrap_or_default()));
        }
        place_extra(call.extra, &mut form, &mut url, &mut headers)?;
        Ok(Draft {
            url,
            form,
            headers,
            client_certificate: authenticated.client_certificate,
            notices: authenticated.notices,
        })
    }

    fn authenticate(&self, endpoint: Endpoint) -> Result<client_authentication::Authenticated, Failure> {
        let own = |what: &str| self.server.supported(&format!("{}_{what}", endpoint.as_str()));
        let of_token = |what: &str| self.server.supported(&format!("token_endpoint_{what}"));
        let listed = |what: &str| own(what).or_else(|| of_token(what));
        let methods = listed("auth_methods_supported");
        let algorithms = listed("auth_signing_alg_values_supported");
        let provider = Provider {
            issuer: self.server.issuer(),
            token_endpoint: self.server.endpoint(Endpoint::Token),
            methods: methods.as_deref(),
            signing_algorithms: algorithms.as_deref(),
        };
        let surroundings = self.flow.surroundings();
        client_authentication::authenticate(
            self.config,
            &provider,
            &*surroundings.clock,
            &*surroundings.randomness,
        )
    }
}

struct Attempt {
    answered: Answered,
    wants_nonce: bool,
}

struct Draft {
    url: Url,
    form: Form,
    headers: Vec<(HeaderName, HeaderValue)>,
    client_certificate: Option<ClientCertificate>,
    notices: Vec<String>,
}

impl Draft {
    fn request(&self) -> Result<http::Request<Vec<u8>>, Failure> {
        let mut request = http::Request::post(self.url.as_str())
            .body(self.form.encode().as_bytes().to_vec())
            .map_err(|error| unsendable("URL", &error.to_string()))?;
        for (name, value) in &self.headers {
            request.headers_mut().insert(name.clone(), value.clone());
        }
        Ok(request)
    }
}

/// Puts the enabled rows where they belong. A row replaces a standard parameter of the same name: it was written
/// by a person who knows this provider.
fn place_extra(
    rows: &[ExtraParameter],
    form: &mut Form,
    url: &mut Url,
    headers: &mut Vec<(HeaderName, HeaderValue)>,
) -> Result<(), Failure> {
    let enabled: Vec<&ExtraParameter> =
        rows.iter().filter(|row| row.enabled && !row.name.is_empty()).collect();
    for row in &enabled {
        if row.place.unwrap_or(ExtraPlace::Body) == ExtraPlace::Body {
            form.remove(&row.name);
        }
    }
    for row in enabled {
        match row.place.unwrap_or(ExtraPlace::Body) {
            ExtraPlace::Body => form.push(&row.name, &row.value),
            ExtraPlace::Query => {
                url.query_pairs_mut().append_pair(&row.name, row.value.expose());
            }
            ExtraPlace::Header => {
                let name = HeaderName::from_bytes(row.name.as_bytes())
                    .map_err(|_| unsendable(&row.name, "it cannot be the name of a header"))?;
                headers.retain(|(existing, _)| *existing != name);
                headers.push((name, header_value(&row.name, row.value.expose())?));
            }
        }
    }
    Ok(())
}

/// A header's value, marked as one that is not to be shown.
fn header_value(name: &str, text: &str) -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::from_str(text.trim()).map_err(|_| {
        unsendable(name, "its value holds a line break or another character that headers do not allow")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn unsendable(name: &str, reason: &str) -> Failure {
    Failure::new(
        Code::Configuration,
        format!("\u{201c}{}\u{201d} cannot be sent", name.escape_debug()),
        format!("Nothing was sent: {reason}."),
        "Correct it in the auth settings.",
    )
}
