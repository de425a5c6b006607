//! Mutual TLS (RFC 8705): the certificate is the proof, the body says whose it is.

use super::{Authenticated, missing};
use crate::config::{AuthConfig, ClientAuthentication};
use crate::failure::Failure;
use crate::ports::ClientCertificate;
use crate::secret::Secret;

/// `tls_client_auth` and `self_signed_tls_client_auth` differ at the provider alone.
pub(super) fn authenticate(
    config: &AuthConfig,
    method: ClientAuthentication,
) -> Result<Authenticated, Failure> {
    if certificate(config).is_none() {
        return Err(missing(
            method,
            "a client certificate",
            "Add the client’s certificate with its private key as PEM or PKCS#12.",
        ));
    }
    Ok(Authenticated::by(method).with_client_id(config))
}

/// The certificate of the config. It is presented with every method: tokens may be bound to it (RFC 8705 §3).
pub(crate) fn certificate(config: &AuthConfig) -> Option<ClientCertificate> {
    let certificate = config.client_certificate.as_ref()?;
    match (&certificate.pem, &certificate.pkcs12) {
        (Some(pem), _) => Some(ClientCertificate::Pem(with_key(pem, config))),
        (None, Some(container)) => Some(ClientCertificate::Pkcs12 {
            base64: container.clone(),
            password: certificate.password.clone().unwrap_or_else(|| Secret::new("")),
        }),
        (None, None) => None,
    }
}

/// A certificate without a key in its PEM text belongs to the client key.
fn with_key(certificate: &Secret, config: &AuthConfig) -> Secret {
    let key = config.client_key.as_ref().and_then(|key| key.pem.as_ref());
    match key {
        Some(key) if !certificate.expose().contains("PRIVATE KEY-----") => {
            Secret::new(format!("{}\n{}", certificate.expose(), key.expose()))
        }
        _ => certificate.clone(),
    }
}
