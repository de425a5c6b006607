//! The API that the provider protects: small, and true to RFC 6750.

pub(crate) mod bearer;
pub(crate) mod photos;

use http::{StatusCode, header};
use serde_json::{Map, Value, json};

use crate::{answer::Answer, error::OAuthError, incoming::Incoming, users, visit::Visit};

/// `GET /api/public`: for everybody.
pub(crate) fn public(visit: &mut Visit, _: &Incoming) -> Result<Answer, OAuthError> {
    let body = json!({"message": "This needs no token.", "time": visit.now, "issuer": visit.issuer});
    Ok(Answer::json(StatusCode::OK, &body))
}

/// `GET /api/me`: who the access token speaks for, and how long still.
pub(crate) fn me(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    let caller = bearer::access_token(visit, incoming)?;
    let mut body = json!({
        "sub": caller.token.claims["sub"],
        "client_id": caller.token.claims["client_id"],
        "scope": caller.scope.text(),
        "token": "access_token",
        "expires_in": caller.expires_at - visit.now,
    });
    if let Some(user) = caller.token.text("sub").and_then(users::by_subject) {
        body["username"] = json!(user.username);
        for (name, value) in user.claims(&caller.scope) {
            body[name] = value;
        }
    }
    if caller.token.claims["act"].is_object() {
        body["act"] = caller.token.claims["act"].clone();
    }
    Ok(Answer::json(StatusCode::OK, &body))
}

/// `GET /api/id-token`: takes the ID token where the others take the access token, verifies it, and says what is in it.
pub(crate) fn id_token(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    let caller = bearer::id_token(visit, incoming)?;
    let body = json!({
        "message": "This request was sent with the ID token, and its signature, issuer, audience and expiry are right.",
        "token": "id_token",
        "expires_in": caller.expires_at - visit.now,
        "claims": caller.token.claims,
    });
    Ok(Answer::json(StatusCode::OK, &body))
}

/// `/api/echo`: the request as it arrived, its token shortened.
pub(crate) fn echo(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    bearer::access_token(visit, incoming)?;
    let headers: Map<String, Value> = incoming
        .headers
        .keys()
        .map(|name| {
            let values =
                incoming.headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
            let joined = values.collect::<Vec<_>>().join(", ");
            let is_secret = *name == header::AUTHORIZATION || *name == header::COOKIE;
            (name.to_string(), json!(if is_secret { shortened(&joined) } else { joined }))
        })
        .collect();
    let mut body = json!({
        "method": incoming.method.as_str(),
        "path": incoming.path,
        "query": pairs(incoming.query.pairs()),
        "headers": headers,
    });
    if incoming.is_form() {
        let form =
            incoming.form(&[]).map(|form| pairs(form.pairs().filter(|(name, _)| *name != "access_token")));
        body["form"] = form.unwrap_or_default();
    } else if let Ok(json) = serde_json::from_slice::<Value>(&incoming.body) {
        body["json"] = json;
    } else if !incoming.body.is_empty() {
        body["text"] = json!(String::from_utf8_lossy(&incoming.body));
    }
    Ok(Answer::json(StatusCode::OK, &body))
}

fn pairs<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Value {
    pairs.map(|(name, value)| json!([name, value])).collect()
}

/// A credential so that it can be recognised but not used: its first word, and the last three characters.
fn shortened(credential: &str) -> String {
    let (scheme, secret) = credential.split_once(' ').unwrap_or(("", credential));
    let last: String = secret.chars().skip(secret.chars().count().saturating_sub(3).max(3)).collect();
    format!("{scheme} …{last}").trim_start().to_owned()
}
