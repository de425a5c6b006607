//! `at_hash` and `c_hash`: which access token and which code belong to this ID token (OpenID Connect Core §3.1.3.6,
//! §3.2.2.9, §3.3.2.11).

use aws_lc_rs::digest::digest;

use super::{Expectations, Source, fail, pass, shown, skip};
use crate::jwt::{Jwt, base64url};
use crate::secret::Secret;
use crate::token_set::Check;

pub(super) fn check_access_token(jwt: &Jwt, expectations: &Expectations<'_>) -> Check {
    check(jwt, "at_hash", "access token", expectations.access_token, expectations)
}

pub(super) fn check_code(jwt: &Jwt, expectations: &Expectations<'_>) -> Check {
    check(jwt, "c_hash", "code", expectations.code, expectations)
}

fn check(
    jwt: &Jwt,
    name: &str,
    what: &str,
    value: Option<&Secret>,
    expectations: &Expectations<'_>,
) -> Check {
    let (claimed, value) = match (jwt.claims().get(name), value) {
        (None, Some(_)) if expectations.source == Source::AuthorizationEndpoint => {
            return fail(
                name,
                format!(
                    "The claim is missing; with {what} and ID token from the browser it has to be there."
                ),
            );
        }
        (None, _) => return skip(name, "Not there, and not needed.".to_owned()),
        (Some(_), None) => return skip(name, format!("There is no {what} to compare it with.")),
        (Some(claimed), Some(value)) => (claimed, value),
    };
    let Ok(algorithm) = jwt.algorithm() else {
        return skip(name, format!("Without a signature algorithm the hash of the {what} is not defined."));
    };
    let hash = digest(algorithm.hash(), value.expose().as_bytes());
    let expected = base64url::encode(&hash.as_ref()[..hash.as_ref().len() / 2]);
    match claimed.as_str().map(|text| text.trim_end_matches('=')) {
        Some(text) if text == expected => {
            pass(name, format!("It is the hash of the {what} that came along."))
        }
        _ => fail(name, format!("{}; the {what} that came along has {expected}.", shown(claimed))),
    }
}
