//! The client was not recognised, or may not do this.

use serde_json::Value;

use super::{Explanation, Report};
use crate::client_authentication::{basic_encoding_matters, method_name};
use crate::config::{BasicEncoding, ClientAuthentication as Method, Grant};

pub(super) fn explain_extension(name: &str) -> Option<Explanation> {
    match name {
        "invalid_client_metadata" => Some(Explanation::new(
            "The provider refused the registration",
            "A value of the client’s metadata is not accepted.",
            "Change the value that it names, or register the client by hand.",
        )),
        _ => None,
    }
}

const REFUSED: &str = "The provider refused this client";

pub(super) fn invalid_client(report: &Report<'_>) -> Explanation {
    let method = report.situation.method();
    if let Some(explanation) = unsupported_method(report, method) {
        return explanation;
    }
    match method {
        Method::Auto | Method::None => Explanation::new(
            REFUSED,
            "It was sent as a public client: its ID, and no secret. Either the ID is unknown, or this provider wants \
             the client to authenticate.",
            "Check the client ID. If the client was given a secret, enter it.",
        ),
        Method::ClientSecretBasic => basic(report),
        Method::ClientSecretPost => Explanation::new(
            REFUSED,
            "The secret is wrong or has expired, or this client must send it in a Basic header instead of the body.",
            "Check client ID and secret, or send the secret in a Basic header.",
        )
        .fix("Send the secret in a Basic header", "client_authentication", "client_secret_basic"),
        Method::ClientSecretJwt | Method::PrivateKeyJwt => assertion(report, method),
        Method::TlsClientAuth | Method::SelfSignedTlsClientAuth => Explanation::new(
            REFUSED,
            "It was to be known by its TLS certificate. The certificate is not the registered one, or did not reach \
             the provider (a proxy in between ends TLS).",
            "Compare the certificate with the registration, and check that the endpoint is the one for mutual TLS.",
        ),
    }
}

/// The metadata says that the method is not even possible.
fn unsupported_method(report: &Report<'_>, method: Method) -> Option<Explanation> {
    let supported = report.situation.supported("token_endpoint_auth_methods_supported")?;
    if supported.is_empty() || supported.contains(&method_name(method)) || method == Method::None {
        return None;
    }
    let explanation = Explanation::new(
        REFUSED,
        format!(
            "It authenticated by {}; this provider announces {}.",
            method_name(method),
            crate::inert::inert(&supported.join(", "), 200)
        ),
        "Choose one of the methods that the provider announces, or let it be chosen automatically.",
    );
    Some(explanation.fix("Choose the method automatically", "client_authentication", "auto"))
}

fn basic(report: &Report<'_>) -> Explanation {
    let config = report.config();
    if basic_encoding_matters(config) {
        let (sent, label, other) = match config.basic_encoding {
            BasicEncoding::Raw => ("raw", "Form-urlencode the credentials", "rfc6749"),
            BasicEncoding::Auto | BasicEncoding::Rfc6749 => {
                ("form-urlencoded, as RFC 6749 says", "Send the credentials raw", "raw")
            }
        };
        return Explanation::new(
            REFUSED,
            format!(
                "The client ID or secret holds special characters and was sent {sent}; this provider may expect it \
                 the other way. Or the secret is wrong."
            ),
            "Try the other encoding; if that changes nothing, check client ID and secret.",
        )
        .fix(label, "basic_encoding", other);
    }
    Explanation::new(
        REFUSED,
        "The secret is wrong or has expired, or this client must send it in the request body instead of a Basic \
         header.",
        "Check client ID and secret, or send the secret in the body.",
    )
    .fix("Send the secret in the body", "client_authentication", "client_secret_post")
}

fn assertion(report: &Report<'_>, method: Method) -> Explanation {
    if let Some(note) = report.situation.clock_note() {
        return Explanation::new(
            REFUSED,
            format!("{note} The client’s assertion seems expired or not yet valid to the provider."),
            "Set this computer’s clock, then try again.",
        );
    }
    let (audience, label, other) = match report.config().assertion_audience.as_deref() {
        None | Some("issuer") => ("issuer", "Address the assertion to the token endpoint", "token_endpoint"),
        Some("token_endpoint") => ("token endpoint", "Address the assertion to the issuer", "issuer"),
        Some(_) => ("value set by hand", "Address the assertion to the issuer", "issuer"),
    };
    let key = match method {
        Method::PrivateKeyJwt => "the key or its kid is not the registered one",
        _ => "the secret is wrong",
    };
    Explanation::new(
        REFUSED,
        format!(
            "Its assertion was not accepted: {key}, or its audience (the {audience}) is not the one expected."
        ),
        "Compare key, kid and algorithm with the registration, or try the other audience.",
    )
    .fix(label, "assertion_audience", other)
}

pub(super) fn unauthorized_client(report: &Report<'_>) -> Explanation {
    let grant = report.config().grant;
    let explanation = Explanation::new(
        "This client may not use this grant",
        format!("Its registration does not allow “{}”.", grant_in_words(grant)),
        "Allow the grant in the client’s registration at the provider, or choose another grant.",
    );
    match grant {
        Grant::Implicit | Grant::Password => {
            explanation.fix("Use the authorization code grant", "grant", Value::from("authorization_code"))
        }
        _ => explanation,
    }
}

pub(super) fn grant_in_words(grant: Grant) -> String {
    grant.as_str().replace('_', " ")
}
