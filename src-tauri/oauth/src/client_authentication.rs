//! How the client proves who it is (RFC 6749 §2.3, OpenID Connect Core §9, RFC 7523, RFC 8705): one function for
//! every endpoint and every grant, so that a refresh can't differ from the first request.

use crate::config::{AuthConfig, ClientAuthentication};
use crate::failure::{Code, Failure};
use crate::ports::{ClientCertificate, Clock, Randomness};
use crate::secret::Secret;

mod assertion;
mod client_secret_basic;
mod client_secret_jwt;
mod client_secret_post;
mod none;
mod private_key_jwt;
mod tls_client_auth;

pub use client_secret_basic::basic_encoding_matters;
pub(crate) use tls_client_auth::certificate;

/// What the provider says about client authentication at the endpoint that is called, and who it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Provider<'a> {
    /// The issuer, where known.
    pub issuer: Option<&'a str>,
    /// The token endpoint, whichever endpoint is called: an assertion may be addressed to it.
    pub token_endpoint: Option<&'a str>,
    /// `token_endpoint_auth_methods_supported`, or the list of the endpoint called where it has its own.
    pub methods: Option<&'a [&'a str]>,
    /// `token_endpoint_auth_signing_alg_values_supported`, or the like.
    pub signing_algorithms: Option<&'a [&'a str]>,
}

/// What a request has to carry so that the client is known. It has no `Debug`, as it holds credentials.
pub struct Authenticated {
    /// The method that was used; never [`ClientAuthentication::Auto`].
    pub method: ClientAuthentication,
    /// Header fields to set.
    pub headers: Vec<(http::HeaderName, Secret)>,
    /// Form parameters to append. `client_id` is among them exactly where the method wants it in the body.
    pub params: Vec<(&'static str, Secret)>,
    /// The certificate for mutual TLS: the client's proof, or what its tokens are bound to (RFC 8705 §3).
    pub client_certificate: Option<ClientCertificate>,
    /// What a person should know about how it was done.
    pub notices: Vec<String>,
}

/// Authenticates the client of `config` for one request.
///
/// # Errors
/// [`Code::Configuration`] if the method needs something that the config lacks.
pub fn authenticate(
    config: &AuthConfig,
    provider: &Provider<'_>,
    clock: &dyn Clock,
    randomness: &dyn Randomness,
) -> Result<Authenticated, Failure> {
    let method = chosen_method(config, provider.methods);
    if config.client_id.is_empty() && method != ClientAuthentication::None {
        return Err(missing(method, "a client ID", "Enter the client ID that the provider gave you."));
    }
    let mut authenticated = match method {
        ClientAuthentication::Auto | ClientAuthentication::None => none::authenticate(config),
        ClientAuthentication::ClientSecretBasic => client_secret_basic::authenticate(config)?,
        ClientAuthentication::ClientSecretPost => client_secret_post::authenticate(config)?,
        ClientAuthentication::ClientSecretJwt => {
            client_secret_jwt::authenticate(config, provider, clock, randomness)?
        }
        ClientAuthentication::PrivateKeyJwt => {
            private_key_jwt::authenticate(config, provider, clock, randomness)?
        }
        ClientAuthentication::TlsClientAuth | ClientAuthentication::SelfSignedTlsClientAuth => {
            tls_client_auth::authenticate(config, method)?
        }
    };
    authenticated.client_certificate = tls_client_auth::certificate(config);
    Ok(authenticated)
}

/// The method that [`authenticate`] uses: the config's own, or what [`ClientAuthentication::Auto`] comes to, given
/// the methods that the provider supports.
pub fn chosen_method(config: &AuthConfig, supported: Option<&[&str]>) -> ClientAuthentication {
    use ClientAuthentication as Method;
    if config.client_authentication != Method::Auto {
        return config.client_authentication;
    }
    let supports = |method: Method| {
        supported.is_some_and(|supported| supported.iter().any(|name| *name == method_name(method)))
    };
    let has_secret = config.client_secret.as_ref().is_some_and(|secret| !secret.is_empty());
    let with_secret = [Method::ClientSecretBasic, Method::ClientSecretPost, Method::ClientSecretJwt];
    let with_certificate = [Method::TlsClientAuth, Method::SelfSignedTlsClientAuth];
    // A key serves no other purpose than to authenticate, a certificate may; so the key comes first.
    if config.client_key.is_some() && (supports(Method::PrivateKeyJwt) || !has_secret) {
        return Method::PrivateKeyJwt;
    }
    if config.client_certificate.is_some() {
        if let Some(method) = with_certificate.into_iter().find(|method| supports(*method)) {
            return method;
        }
        if !has_secret {
            return Method::TlsClientAuth;
        }
    }
    if !has_secret {
        return Method::None;
    }
    // What is not announced is Basic (RFC 8414 §2).
    with_secret.into_iter().find(|method| supports(*method)).unwrap_or(Method::ClientSecretBasic)
}

/// Whether requests of this config go to the mutual-TLS aliases of the endpoints (RFC 8705 §5): they do whenever
/// a client certificate is presented.
pub fn uses_mutual_tls(config: &AuthConfig) -> bool {
    config.client_certificate.is_some()
}

/// The registered name of a method, as in `token_endpoint_auth_methods_supported`.
pub fn method_name(method: ClientAuthentication) -> &'static str {
    match method {
        ClientAuthentication::Auto => "auto",
        ClientAuthentication::None => "none",
        ClientAuthentication::ClientSecretBasic => "client_secret_basic",
        ClientAuthentication::ClientSecretPost => "client_secret_post",
        ClientAuthentication::ClientSecretJwt => "client_secret_jwt",
        ClientAuthentication::PrivateKeyJwt => "private_key_jwt",
        ClientAuthentication::TlsClientAuth => "tls_client_auth",
        ClientAuthentication::SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
    }
}

impl Authenticated {
    fn by(method: ClientAuthentication) -> Self {
        Self {
            method,
            headers: Vec::new(),
            params: Vec::new(),
            client_certificate: None,
            notices: Vec::new(),
        }
    }

    fn with_client_id(mut self, config: &AuthConfig) -> Self {
        if !config.client_id.is_empty() {
            self.params.push(("client_id", Secret::new(config.client_id.as_str())));
        }
        self
    }
}

/// The client secret, which an empty text is not.
fn client_secret(config: &AuthConfig, method: ClientAuthentication) -> Result<&Secret, Failure> {
    config.client_secret.as_ref().filter(|secret| !secret.is_empty()).ok_or_else(|| {
        missing(method, "a client secret", "Enter the client secret, or choose client authentication “none”.")
    })
}

fn missing(method: ClientAuthentication, what: &str, next_step: &str) -> Failure {
    Failure::new(
        Code::Configuration,
        format!("Client authentication needs {what}"),
        format!(
            "The method is {}, and the auth config holds no {}. Nothing was sent.",
            method_name(method),
            what.trim_start_matches("a ")
        ),
        next_step,
    )
}

#[cfg(test)]
mod tests;
