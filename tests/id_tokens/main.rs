//! ID tokens through the command line: every signature algorithm and every encryption against the real provider, and
//! the relying-party tests of the OpenID Foundation against the misbehaving one.
#![allow(clippy::unwrap_used)]

mod accepted;
mod algorithms;
mod relying_party;
mod store;

use gatepass_tests::{Misbehaving, TokenCommand, auth_config::signs_in, misbehaving::Case};
use serde_json::Value;

/// The checks, in the order in which they are told.
const CHECKS: [&str; 13] = [
    "signature",
    "iss",
    "aud",
    "azp",
    "exp",
    "nbf",
    "iat",
    "nonce",
    "at_hash",
    "c_hash",
    "sub",
    "auth_time",
    "acr",
];

/// Every check has its verdict and its reason, whatever the document.
#[track_caller]
fn all_checks_are_told(document: &Value) {
    let checks = document["id_token_checks"].as_array().unwrap_or_else(|| panic!("no checks: {document}"));
    let names: Vec<&str> = checks.iter().filter_map(|check| check["check"].as_str()).collect();
    assert_eq!(names, CHECKS, "{document}");
    for check in checks {
        assert!(["pass", "fail", "skipped"].contains(&check["result"].as_str().unwrap()), "{check}");
        assert!(check["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "no reason: {check}");
    }
}

/// The checks that failed, by name, with their reasons.
fn failed(document: &Value) -> Vec<(&str, &str)> {
    let checks = document["id_token_checks"].as_array().into_iter().flatten();
    checks
        .filter(|check| check["result"] == "fail")
        .filter_map(|check| Some((check["check"].as_str()?, check["detail"].as_str()?)))
        .collect()
}

/// Somebody signs in at a provider that misbehaves in this way, and the ID token is refused by these checks alone.
/// Returns the error: it names the rule, what came, and what to do.
async fn refused(case: Case, config: impl FnOnce(Value) -> Value, by: &[&str]) -> Value {
    let provider = Misbehaving::start(case).await;
    let token = TokenCommand::on(&config(signs_in(&provider.issuer, "app")));
    let error = token.refused().await;
    assert_eq!(error["code"], "id_token_invalid", "{error}");
    all_checks_are_told(&error);
    let names: Vec<&str> = failed(&error).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, by, "{error}");
    for part in ["message", "cause", "next_step"] {
        assert!(error[part].as_str().is_some_and(|text| !text.is_empty()), "{part}: {error}");
    }
    store::keeps_it_marked(&token).await;
    error
}

/// The reason that a check gives.
#[track_caller]
fn reason<'a>(document: &'a Value, name: &str) -> &'a str {
    let found = failed(document).into_iter().find(|(check, _)| *check == name);
    found.unwrap_or_else(|| panic!("{name} did not fail: {document}")).1
}
