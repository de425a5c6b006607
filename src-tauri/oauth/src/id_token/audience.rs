//! Who issued the token, and for whom (OpenID Connect Core §3.1.3.7, 2–5; §12.2).

use serde_json::{Map, Value};

use super::{Expectations, fail, pass, shown, skip};
use crate::token_set::Check;

pub(super) fn check_issuer(claims: &Map<String, Value>, expectations: &Expectations<'_>) -> Check {
    const NAME: &str = "iss";
    let Some(Value::String(issuer)) = claims.get(NAME) else {
        return fail(NAME, "The claim is missing or not a text.".to_owned());
    };
    if let Some(former) = former(NAME, expectations)
        && former.as_str() != Some(issuer)
    {
        return fail(NAME, format!("{}; at sign-in it was {}.", shown(&claims[NAME]), shown(former)));
    }
    let rule = expectations.issuer;
    if !rule.is_set() {
        return skip(
            NAME,
            format!("{}; no issuer is set that it could be compared with.", shown(&claims[NAME])),
        );
    }
    let tenant = claims.get("tid").and_then(Value::as_str);
    if !rule.accepts(issuer, tenant) {
        return fail(NAME, format!("{}, expected {}.", shown(&claims[NAME]), rule.describe()));
    }
    if rule.issuer() == Some(issuer) {
        pass(NAME, format!("{}, as expected.", shown(&claims[NAME])))
    } else {
        pass(
            NAME,
            format!(
                "{}, accepted by an override of this auth config: {}.",
                shown(&claims[NAME]),
                rule.describe()
            ),
        )
    }
}

pub(super) fn check_audience(claims: &Map<String, Value>, expectations: &Expectations<'_>) -> Check {
    const NAME: &str = "aud";
    let client = expectations.client_id;
    let Some(audiences) = audiences(claims) else {
        return fail(NAME, "The claim is missing, empty, or holds something that is no text.".to_owned());
    };
    let named = shown(&claims[NAME]);
    if !audiences.contains(&client) {
        return fail(NAME, format!("{named}; this client is {client}."));
    }
    if let Some(former) = expectations.former
        && !same_members(&audiences, self::audiences(former).unwrap_or_default())
    {
        let before = former.get(NAME).map_or_else(|| "missing".to_owned(), shown);
        return fail(NAME, format!("{named}; at sign-in it was {before}."));
    }
    match audiences.len() {
        1 => pass(NAME, format!("{client}, this client.")),
        _ => pass(NAME, format!("{named}: this client and others; azp decides.")),
    }
}

pub(super) fn check_authorized_party(claims: &Map<String, Value>, expectations: &Expectations<'_>) -> Check {
    const NAME: &str = "azp";
    let several = audiences(claims).is_some_and(|audiences| audiences.len() > 1);
    match claims.get(NAME) {
        None if several => {
            fail(NAME, "The claim is missing; with several audiences it has to name this client.".to_owned())
        }
        None => skip(NAME, "Not there, and with one audience not needed.".to_owned()),
        Some(Value::String(party)) if party == expectations.client_id => {
            pass(NAME, format!("{party}, this client."))
        }
        Some(other) => fail(NAME, format!("{}; this client is {}.", shown(other), expectations.client_id)),
    }
}

/// `aud` as a list; `None` if it is nothing that an audience can be.
fn audiences(claims: &Map<String, Value>) -> Option<Vec<&str>> {
    match claims.get("aud")? {
        Value::String(one) => Some(vec![one]),
        Value::Array(several) if !several.is_empty() => several.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

fn same_members(first: &[&str], second: Vec<&str>) -> bool {
    first.iter().all(|member| second.contains(member)) && second.iter().all(|member| first.contains(member))
}

fn former<'a>(name: &str, expectations: &Expectations<'a>) -> Option<&'a Value> {
    expectations.former?.get(name)
}
