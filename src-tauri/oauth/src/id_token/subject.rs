//! Whom the token is about, in answer to which sign-in, and how sure of it the provider is (OpenID Connect Core
//! §2, §3.1.3.7, 11–12; §5.3.2; §5.5.1.1; §12.2).

use serde_json::{Map, Value};

use super::{Expectations, fail, pass, shown, skip};
use crate::secret::Secret;
use crate::token_set::Check;

pub(super) fn check_nonce(claims: &Map<String, Value>, expectations: &Expectations<'_>) -> Check {
    const NAME: &str = "nonce";
    match (expectations.nonce, claims.get(NAME)) {
        (None, None) => skip(NAME, "None was sent.".to_owned()),
        (None, Some(_)) => {
            skip(NAME, "The token carries one, but none was sent that it could be compared with.".to_owned())
        }
        (Some(_), None) if expectations.is_refresh() => {
            skip(NAME, "Not there; at a refresh it need not be.".to_owned())
        }
        (Some(_), None) => {
            fail(NAME, "The claim is missing: the token may belong to another sign-in.".to_owned())
        }
        (Some(sent), Some(Value::String(found))) if *sent == Secret::from(found.as_str()) => {
            pass(NAME, format!("{}, as sent.", sent.preview()))
        }
        (Some(sent), Some(found)) => fail(
            NAME,
            format!("{}; sent was {}: the token belongs to another sign-in.", shown(found), sent.preview()),
        ),
    }
}

pub(super) fn check_subject(claims: &Map<String, Value>, expectations: &Expectations<'_>) -> Check {
    const NAME: &str = "sub";
    let subject = match claims.get(NAME) {
        None => return fail(NAME, "The claim is missing.".to_owned()),
        Some(Value::String(subject)) if (1..=255).contains(&subject.len()) => subject,
        Some(other) => return fail(NAME, format!("“{}” is no text of 1 to 255 characters.", shown(other))),
    };
    let named = shown(&claims[NAME]);
    if let Some(former) = expectations.former
        && former.get(NAME).and_then(Value::as_str) != Some(subject)
    {
        let before = former.get(NAME).map_or_else(|| "missing".to_owned(), shown);
        return fail(NAME, format!("{named}; before it was {before}: this token is about somebody else."));
    }
    if let Some(userinfo) = expectations.userinfo_subject
        && userinfo != subject
    {
        let other = crate::inert::inert(userinfo, 200);
        return fail(NAME, format!("{named}; userinfo says {other}. What userinfo says is not to be used."));
    }
    match (expectations.former, expectations.userinfo_subject) {
        (_, Some(_)) => pass(NAME, format!("{named}, as userinfo says.")),
        (Some(_), None) => pass(NAME, format!("{named}, as before.")),
        (None, None) => pass(NAME, format!("{named}.")),
    }
}

pub(super) fn check_authentication_context(
    claims: &Map<String, Value>,
    expectations: &Expectations<'_>,
) -> Check {
    const NAME: &str = "acr";
    let found = claims.get(NAME);
    let essential = essential_contexts(expectations.claims);
    let wished: Vec<&str> = expectations.acr_values.unwrap_or_default().split_whitespace().collect();
    let accepted = essential.as_deref().filter(|values| !values.is_empty()).unwrap_or(&wished);
    let asked = accepted.join(" ");
    match found {
        _ if expectations.is_refresh() => {
            skip(NAME, "A refresh is no sign-in: it held for the authorization request.".to_owned())
        }
        None if essential.is_some() => {
            fail(NAME, "The claim is missing, though it was asked for as essential.".to_owned())
        }
        None if !accepted.is_empty() => skip(
            NAME,
            format!("Not there. Asked for was {asked}, which is a wish that providers may ignore."),
        ),
        None => skip(NAME, "Not there, and not asked for.".to_owned()),
        Some(value) if accepted.is_empty() => {
            skip(NAME, format!("{}; no value was asked for.", shown(value)))
        }
        Some(value) if value.as_str().is_some_and(|value| accepted.contains(&value)) => {
            pass(NAME, format!("{}, as asked for.", shown(value)))
        }
        Some(value) => fail(NAME, format!("{}; asked for was {asked}.", shown(value))),
    }
}

/// The values of `acr` that the `claims` parameter makes essential; an empty list if any will do.
fn essential_contexts(claims: Option<&Value>) -> Option<Vec<&str>> {
    let request = claims?.get("id_token")?.get("acr")?;
    if request.get("essential").and_then(Value::as_bool) != Some(true) {
        return None;
    }
    let several = request.get("values").and_then(Value::as_array).into_iter().flatten();
    Some(request.get("value").into_iter().chain(several).filter_map(Value::as_str).collect())
}
