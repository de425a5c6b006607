//! JWT bearer: a token that the client signs for itself (RFC 7519), made anew for each request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepass_oauth::jwt::{self, Algorithm, PrivateKey, SigningKey};
use gatepass_oauth::{Failure, Secret};

use super::written::{Moment, flag, object, required, text, unusable};
use super::{Journal, set_header, set_query};
use crate::exchange::OutgoingRequest;
use crate::workspace::Auth;

const KIND: &str = "JWT";

/// Signs the token and puts it into a header or the query. Parameters by Postman's names: `algorithm`, `secret` with
/// `isSecretBase64Encoded`, or `privateKey` (PEM); `payload` and `header` (JSON objects); `addTokenTo` (`header`,
/// `queryParam`), `headerPrefix`, `queryParamKey`.
///
/// # Errors
/// The key does not fit the algorithm, or a part is no JSON object.
pub(super) fn sign(
    auth: &Auth,
    request: &mut OutgoingRequest,
    _moment: Moment<'_>,
    journal: &mut Journal,
) -> Result<(), Failure> {
    let token = token(auth, journal)?;
    journal.keep_secret(token.expose());
    if text(auth, "addTokenTo").as_deref() == Some("queryParam") {
        let name = text(auth, "queryParamKey").unwrap_or_else(|| "token".to_owned());
        set_query(request, &name, token.expose());
    } else {
        // Absent means the usual prefix; left empty on purpose means none.
        let prefix =
            auth.params.get("headerPrefix").map_or("Bearer", |given| given.as_str().unwrap_or_default());
        let value = format!("{} {}", prefix.trim(), token.expose());
        set_header(request, "Authorization", value.trim_start().to_owned());
    }
    Ok(())
}

fn token(auth: &Auth, journal: &mut Journal) -> Result<Secret, Failure> {
    let algorithm = algorithm(&text(auth, "algorithm").unwrap_or_else(|| "HS256".to_owned()), KIND)?;
    let header = object(auth, "header", KIND, "JWT header")?;
    let payload = object(auth, "payload", KIND, "payload")?;
    if algorithm.is_symmetric() {
        let secret = required(auth, "secret", KIND, "secret")?;
        journal.keep_secret(&secret);
        if flag(auth, "isSecretBase64Encoded") {
            let bytes = STANDARD.decode(secret.trim()).map_err(|_| {
                unusable(KIND, "The secret is not valid Base64", "Correct it, or say that it is not encoded.")
            })?;
            return jwt::sign(algorithm, SigningKey::SecretBytes(&bytes), header, &payload);
        }
        return jwt::sign(algorithm, SigningKey::Secret(&Secret::from(secret)), header, &payload);
    }
    let pem = required(auth, "privateKey", KIND, "private key")?;
    let key = PrivateKey::from_pem(&Secret::from(pem), None)?;
    jwt::sign(algorithm, SigningKey::Private(&key), header, &payload)
}

/// The algorithm of that name.
pub(super) fn algorithm(name: &str, kind: &str) -> Result<Algorithm, Failure> {
    Algorithm::parse(name).ok_or_else(|| {
        unusable(
            kind,
            "The signature algorithm is not known",
            "Choose one of HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA.",
        )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::super::examples::{authorization, request, signed};
    use super::*;

    fn get() -> OutgoingRequest {
        request("GET", "http://api.test/x?a=1", &[], "")
    }

    #[test]
    fn the_token_everybody_knows_comes_out() {
        let params = json!({
            "algorithm": "HS256", "secret": "your-256-bit-secret", "header": "{\"typ\": \"JWT\"}",
            "payload": "{\"sub\": \"1234567890\", \"name\": \"John Doe\", \"iat\": 1516239022}",
        });
        assert_eq!(
            authorization(&signed("jwt", params, get(), sign)),
            "Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.\
             eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.\
             SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
        );
    }

    #[test]
    fn an_encoded_secret_is_the_same_key() {
        let params = |secret: &str, encoded: bool| json!({"secret": secret, "isSecretBase64Encoded": encoded, "payload": {"a": 1}, "headerPrefix": ""});
        let plain = authorization(&signed("jwt", params("a secret of some length", false), get(), sign));
        let encoded = STANDARD.encode("a secret of some length");
        assert_eq!(authorization(&signed("jwt", params(&encoded, true), get(), sign)), plain);
        assert!(plain.starts_with("eyJ"), "an empty prefix is none: {plain}");
    }

    #[test]
    fn the_query_can_carry_it() {
        let params =
            json!({"secret": "s", "addTokenTo": "queryParam", "queryParamKey": "jwt", "payload": "{}"});
        let sent = signed("jwt", params, get(), sign);
        assert!(sent.url.as_str().starts_with("http://api.test/x?a=1&jwt=eyJ"), "{}", sent.url);
        assert!(sent.headers.is_empty());
    }

    #[test]
    fn a_payload_that_is_no_object_is_named_and_not_quoted() {
        let mut sent = get();
        let auth =
            super::super::examples::auth("jwt", json!({"secret": "s", "payload": "{\"sub\": hunter2}"}));
        let failure =
            super::super::examples::with_moment(|moment, journal| sign(&auth, &mut sent, moment, journal))
                .unwrap_err();
        assert!(failure.cause.contains("payload"), "{}", failure.cause);
        assert!(!failure.cause.contains("hunter2"), "{}", failure.cause);
    }
}
