//! The authorization response is not what it should be (RFC 6749 section 4.1.2, RFC 9207).

use url::Url;

use super::Case;
use crate::http::Answer;

/// The person refused.
pub fn denied() -> Case {
    error("access_denied", "The user refused.")
}

/// The provider shows its own error page and never redirects, as for a redirect URI that is not registered.
pub fn redirect_uri_not_registered() -> Case {
    Case::default().authorization(|_| Answer::html(400, "<h1>Error</h1><p>redirect_uri did not match</p>"))
}

/// Any error of RFC 6749 section 4.1.2.1.
pub fn error(code: &'static str, description: &'static str) -> Case {
    altered(move |pairs| {
        pairs.retain(|(name, _)| name != "code");
        pairs.push(("error".into(), code.into()));
        pairs.push(("error_description".into(), description.into()));
    })
}

/// Another `state` than was sent.
pub fn wrong_state() -> Case {
    with("state", "somebody-elses")
}

/// No `state`.
pub fn without_state() -> Case {
    without("state")
}

/// RFC 9207: the answer says that it comes from another provider (a mix-up).
pub fn wrong_issuer() -> Case {
    with("iss", "https://id.example.test")
}

/// RFC 9207: announced in the metadata, and missing.
pub fn without_issuer() -> Case {
    without("iss")
}

/// Two codes.
pub fn two_codes() -> Case {
    altered(|pairs| pairs.push(("code".into(), "injected".into())))
}

/// Neither a code nor an error.
pub fn without_code() -> Case {
    without("code")
}

/// One parameter with another value.
pub fn with(name: &'static str, value: &'static str) -> Case {
    altered(move |pairs| {
        pairs.retain(|(key, _)| key != name);
        pairs.push((name.into(), value.into()));
    })
}

/// One parameter less.
pub fn without(name: &'static str) -> Case {
    altered(move |pairs| pairs.retain(|(key, _)| key != name))
}

fn altered(change: impl Fn(&mut Vec<(String, String)>) + Send + Sync + 'static) -> Case {
    Case::default().authorization(move |turn| {
        let honest = turn.honest();
        let target = honest.headers.iter().find(|(name, _)| name == "location");
        let Some(mut target) = target.and_then(|(_, target)| Url::parse(target).ok()) else { return honest };
        let mut pairs: Vec<(String, String)> = target.query_pairs().into_owned().collect();
        change(&mut pairs);
        target.query_pairs_mut().clear().extend_pairs(pairs);
        Answer::redirect(target.as_str())
    })
}
