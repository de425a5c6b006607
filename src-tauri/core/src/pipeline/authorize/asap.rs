//! ASAP: a short-lived JWT that a service signs for another one (Atlassian's service-to-service authentication).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatepass_oauth::jwt::{self, PrivateKey, SigningKey};
use gatepass_oauth::{Failure, Secret};
use serde_json::{Map, Value, json};

use super::jwt::algorithm;
use super::written::{Moment, object, required, text, unusable};
use super::{Journal, set_header};
use crate::exchange::OutgoingRequest;
use crate::workspace::Auth;

const KIND: &str = "ASAP";
/// How long a token lives where the config says nothing, in seconds.
const USUAL_LIFETIME: i64 = 3600;

/// Adds the `Authorization` header. Parameters by Postman's names: `iss`, `sub`, `aud` (several separated by commas),
/// `kid`, `alg`, `privateKey` (PEM, or the data URI `data:application/pkcs8;kid=…;base64,…`), `exp` (a lifetime: `90`
/// seconds, `30s`, `15m`, `1h`, `2d`), `claims` (a JSON object).
///
/// # Errors
/// A part that every such token has is missing, or the key does not fit the algorithm.
pub(super) fn sign(
    auth: &Auth,
    request: &mut OutgoingRequest,
    moment: Moment<'_>,
    journal: &mut Journal,
) -> Result<(), Failure> {
    let algorithm = algorithm(&text(auth, "alg").unwrap_or_else(|| "RS256".to_owned()), KIND)?;
    let (key, named) = private_key(&required(auth, "privateKey", KIND, "private key")?)?;
    let kid = match text(auth, "kid").or(named) {
        Some(kid) => kid,
        None => required(auth, "kid", KIND, "key id")?,
    };
    let header = Map::from_iter([("typ".to_owned(), json!("JWT")), ("kid".to_owned(), json!(kid))]);
    let claims = claims(auth, moment)?;
    let token = jwt::sign(algorithm, SigningKey::Private(&key), header, &claims)?;
    journal.keep_secret(token.expose());
    set_header(request, "Authorization", format!("Bearer {}", token.expose()));
    Ok(())
}

fn claims(auth: &Auth, moment: Moment<'_>) -> Result<Map<String, Value>, Failure> {
    let mut claims = object(auth, "claims", KIND, "additional claims")?;
    let issuer = required(auth, "iss", KIND, "issuer")?;
    let audience = required(auth, "aud", KIND, "audience")?;
    let mut audiences: Vec<&str> =
        audience.split(',').map(str::trim).filter(|audience| !audience.is_empty()).collect();
    let audience = match audiences.len() {
        1 => json!(audiences.remove(0)),
        _ => json!(audiences),
    };
    let lifetime = match text(auth, "exp") {
        None => USUAL_LIFETIME,
        Some(written) => lifetime(&written).ok_or_else(|| {
            unusable(KIND, "The expiry is no lifetime", "Write it as 90 (seconds), 30s, 15m, 1h or 2d.")
        })?,
    };
    let now = moment.seconds();
    let mut set = |name: &str, value: Value| drop(claims.insert(name.to_owned(), value));
    set("iss", json!(issuer));
    set("sub", json!(text(auth, "sub").unwrap_or_else(|| issuer.clone())));
    set("aud", audience);
    set("iat", json!(now));
    set("exp", json!(now + lifetime));
    if !claims.contains_key("jti") {
        claims.insert("jti".to_owned(), json!(moment.nonce(20)));
    }
    Ok(claims)
}

/// Seconds.
fn lifetime(written: &str) -> Option<i64> {
    let end = written.find(|c: char| !c.is_ascii_digit()).unwrap_or(written.len());
    let count: i64 = written[..end].parse().ok()?;
    let unit = match written[end..].trim() {
        "" | "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
        "d" | "day" | "days" => 86_400,
        _ => return None,
    };
    count.checked_mul(unit)
}

/// The key, and its id if it came along.
fn private_key(written: &str) -> Result<(PrivateKey, Option<String>), Failure> {
    let Some(uri) = written.strip_prefix("data:application/pkcs8;") else {
        return Ok((PrivateKey::from_pem(&Secret::from(written), None)?, None));
    };
    let (parameters, encoded) = uri.split_once("base64,").ok_or_else(broken)?;
    let kid = parameters.split(';').find_map(|parameter| parameter.strip_prefix("kid="));
    let kid = kid.map(percent_decoded);
    let compact: String = encoded.split_ascii_whitespace().collect();
    STANDARD.decode(&compact).map_err(|_| broken())?;
    let pem = Secret::from(format!("-----BEGIN PRIVATE KEY-----\n{compact}\n-----END PRIVATE KEY-----\n"));
    Ok((PrivateKey::from_pem(&pem, None)?, kid))
}

fn percent_decoded(text: &str) -> String {
    let pairs = url::form_urlencoded::parse(text.as_bytes()).next();
    pairs.map(|(text, _)| text.into_owned()).unwrap_or_default()
}

fn broken() -> Failure {
    unusable(
        KIND,
        "The private key's data URI cannot be read",
        "Paste it whole (data:application/pkcs8;kid=…;base64,…), or the key as PEM.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_is_read_with_and_without_unit() {
        let table = [("90", 90), ("30s", 30), ("15m", 900), ("1h", 3600), ("2 days", 172_800)];
        for (written, seconds) in table {
            assert_eq!(lifetime(written), Some(seconds), "{written}");
        }
        for written in ["", "h", "1 fortnight", "-5m", "99999999999999999d"] {
            assert_eq!(lifetime(written), None, "{written}");
        }
    }
}
