//! Token exchange (RFC 8693): a token of the playground for another one, for the same person, held by a machine.

use serde_json::{Value, json};

use super::{
    ACCESS_TOKEN, ID_TOKEN,
    issue::{Issue, issue, live},
};
use crate::{
    bounded::Fingerprint, clients::Client, error::OAuthError, incoming::Parameters, keys::SignedToken,
    scope::Scope, visit::Visit,
};

const ACCESS_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:access_token";
const ID_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:id_token";
const JWT_TYPE: &str = "urn:ietf:params:oauth:token-type:jwt";

pub(super) fn grant(
    visit: &mut Visit,
    client: &'static Client,
    form: &Parameters,
) -> Result<Value, OAuthError> {
    refuse_other_wishes(visit, form)?;
    let subject = given_token(visit, form, "subject_token")?;
    let family = family_of(visit, &subject)?;
    let actor = match form.one("actor_token") {
        Some(_) => Some(given_token(visit, form, "actor_token")?),
        None if form.one("actor_token_type").is_some() => {
            return Err(OAuthError::invalid_request("There is an actor_token_type but no actor_token."));
        }
        None => None,
    };
    let scope = scope(visit, form, &subject, &family)?;
    // Who has acted before stays on record, inside who acts now.
    let mut act = json!({"sub": actor.as_ref().and_then(|actor| actor.text("sub")).unwrap_or(client.id)});
    if subject.claims["act"].is_object() {
        act["act"] = subject.claims["act"].clone();
    }
    let mut response =
        issue(visit, Issue { actor: Some(act), renewable: false, ..Issue::new(family, scope) })?;
    response["issued_token_type"] = json!(ACCESS_TOKEN_TYPE);
    Ok(response)
}

fn refuse_other_wishes(visit: &Visit, form: &Parameters) -> Result<(), OAuthError> {
    let api = visit.api();
    if form.all("audience").any(|audience| audience != api) {
        return Err(OAuthError::new("invalid_target", format!("The only audience here is {api}.")));
    }
    match form.one("requested_token_type") {
        None | Some(ACCESS_TOKEN_TYPE | JWT_TYPE) => Ok(()),
        Some(_) => {
            Err(OAuthError::invalid_request(format!("The only token to be had is a {ACCESS_TOKEN_TYPE}.")))
        }
    }
}

/// The token in the parameter `name`, if it is ours, of the type that is said, and neither expired nor revoked.
fn given_token(visit: &Visit, form: &Parameters, name: &str) -> Result<SignedToken, OAuthError> {
    let kind = form.required(&format!("{name}_type"))?;
    let refuse = |why: &str| OAuthError::invalid_request(format!("The {name} {why}."));
    let kinds: &[&str] = match kind {
        ACCESS_TOKEN_TYPE => &[ACCESS_TOKEN],
        ID_TOKEN_TYPE => &[ID_TOKEN],
        JWT_TYPE => &[ACCESS_TOKEN, ID_TOKEN],
        _ => return Err(refuse("is of a type that the playground does not exchange")),
    };
    let token =
        visit.keys.verify(form.required(name)?).ok_or_else(|| refuse("is no token of this playground"))?;
    if !kinds.contains(&token.kind.as_str()) {
        return Err(refuse("is not of the type that is said"));
    }
    if token.claims["exp"].as_i64().is_none_or(|exp| exp <= visit.now) {
        return Err(refuse("has expired"));
    }
    family_of(visit, &token)?;
    Ok(token)
}

/// The grant that a token came of, if neither has ended. The error is what RFC 8693 §2.2.2 wants for any bad token.
fn family_of(visit: &Visit, token: &SignedToken) -> Result<Fingerprint, OAuthError> {
    let issued = token.text("jti").and_then(|id| visit.state.issued.find(&Fingerprint::of(id)));
    issued
        .filter(|issued| issued.ended.is_none() && visit.state.live_grant(&issued.grant).is_ok())
        .map(|issued| issued.grant)
        .ok_or_else(|| OAuthError::invalid_request("A token of the exchange was revoked."))
}

/// What is asked for, or all that the subject token allows; never `offline_access`, which is for whoever signed in.
fn scope(
    visit: &Visit,
    form: &Parameters,
    subject: &SignedToken,
    family: &Fingerprint,
) -> Result<Scope, OAuthError> {
    let granted = match subject.text("scope") {
        Some(scope) => Scope::parse(scope).unwrap_or_default(),
        None => live(visit, family)?.scope,
    };
    let granted: Vec<&str> =
        granted.names().filter(|name| !matches!(*name, "offline_access" | "openid")).collect();
    let granted = Scope::parse(&granted.join(" ")).unwrap_or_default();
    let scope = match form.one("scope") {
        Some(asked) => Scope::parse(asked).unwrap_or_default(),
        None => granted.clone(),
    };
    if scope.is_empty() || !scope.is_subset_of(&granted) {
        return Err(OAuthError::new(
            "invalid_scope",
            format!("Of the subject token, this much can be passed on: {}.", granted.text()),
        ));
    }
    Ok(scope)
}
