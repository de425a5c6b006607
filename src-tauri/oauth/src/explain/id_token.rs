//! An ID token that is not to be believed, or that did not come.

use serde_json::{Value, json};

use crate::config::AuthConfig;
use crate::failure::{Code, Failure};
use crate::id_token::IdTokenVerdict;
use crate::inert::inert;
use crate::token_set::{Check, CheckResult};

/// The failure for a verdict in which a check failed; `None` if none did.
pub fn id_token(verdict: &IdTokenVerdict, config: &AuthConfig) -> Option<Failure> {
    let failed: Vec<&Check> =
        verdict.checks.iter().filter(|check| check.result == CheckResult::Fail).collect();
    let first = failed.first()?;
    let (message, next_step) = match first.check.as_str() {
        "signature" => (
            "The ID token’s signature doesn’t hold",
            "Check jwks_uri and the signature algorithm. Don’t trust what the token says until then.",
        ),
        "iss" => (
            "The ID token comes from another issuer",
            "Compare the issuer with the one in the token; they have to be the same to the letter.",
        ),
        "aud" | "azp" => (
            "The ID token isn’t for this client",
            "Compare the client ID with the registration. Don’t use a token that was made for another client.",
        ),
        "exp" | "nbf" | "iat" => (
            "The ID token isn’t valid at this time",
            "Check this computer’s clock; if it is right, get a new token.",
        ),
        "nonce" => ("The ID token belongs to another sign-in", "Sign in again."),
        "at_hash" | "c_hash" => ("The ID token belongs to another token", "Sign in again."),
        "sub" => ("The ID token is about somebody else", "Sign in again as the person meant."),
        "auth_time" => ("The sign-in is older than allowed", "Sign in again, with prompt=login."),
        "acr" => ("The sign-in was not strong enough", "Sign in again in the way that acr_values asks for."),
        _ => ("The ID token did not pass its checks", "Look at the checks that failed."),
    };
    let mut cause: String =
        failed.iter().map(|check| format!("{}: {} ", check.check, check.detail)).collect();
    cause.push_str("It was kept and marked, and is not sent as ID token.");
    let mut failure = Failure::new(Code::IdTokenInvalid, message, cause, next_step);
    failure.id_token_checks.clone_from(&verdict.checks);
    if first.check == "iss"
        && let Some(issuer) = verdict.claims.get("iss").and_then(Value::as_str)
    {
        return Some(with_override(failure, issuer, config));
    }
    Some(failure)
}

/// The issuer that answered is not the one that was asked: in metadata (RFC 8414 §3.3) or in an authorization
/// response (RFC 9207 §2.4).
pub fn issuer_mismatch(expected: &str, found: &str, config: &AuthConfig) -> Failure {
    let failure = Failure::new(
        Code::IssuerMismatch,
        "Another issuer answered",
        format!(
            "Expected {}, found {}. They have to be the same to the letter.",
            inert(expected, 200),
            inert(found, 200)
        ),
        "Correct the issuer. If the answer came to a sign-in, somebody may have swapped providers: start again.",
    );
    with_override(failure, found, config)
}

/// Shared issuers are known to differ: Microsoft Entra's `common` announces a template with `{tenantid}`, and each
/// tenant signs in its own name. That can be accepted with one click, and is then shown in every verdict. No other
/// mismatch gets such an offer.
fn with_override(failure: Failure, found: &str, config: &AuthConfig) -> Failure {
    let asked = config.issuer.as_deref().unwrap_or_default();
    let Some(template) = announced_template(found, asked).or_else(|| entra_template(found, asked)) else {
        return failure;
    };
    if config.accepted_issuers.contains(&template) {
        return failure;
    }
    let mut accepted = config.accepted_issuers.clone();
    accepted.push(template.clone());
    let mut failure =
        failure.with_fix("Accept the issuers of all tenants", "accepted_issuers", json!(accepted));
    failure.next_step = format!(
        "This issuer is shared by several tenants, and each signs in its own name. Accept {template}, or enter the \
         issuer of one tenant."
    );
    failure
}

/// A template that the server at the very place that was asked announces.
fn announced_template(found: &str, asked: &str) -> Option<String> {
    let origin_of = |text: &str| Some(url::Url::parse(text).ok()?.origin()).filter(url::Origin::is_tuple);
    let is_template = found.contains("{tenantid}") && found.bytes().all(|byte| byte.is_ascii_graphic());
    (is_template && origin_of(found)? == origin_of(asked)?).then(|| found.to_owned())
}

/// `https://login.microsoftonline.com/{tenantid}/v2.0` for the issuer of one tenant, where all tenants were asked.
fn entra_template(issuer: &str, asked: &str) -> Option<String> {
    let shared = ["/common", "/organizations", "/consumers"];
    if host_of(issuer) != host_of(asked) || !shared.iter().any(|segment| asked.contains(segment)) {
        return None;
    }
    let hosts = [
        "login.microsoftonline.com",
        "login.microsoftonline.us",
        "login.partner.microsoftonline.cn",
        "sts.windows.net",
    ];
    let host = host_of(issuer).filter(|host| hosts.contains(host))?;
    let path = issuer.strip_prefix("https://")?.strip_prefix(host)?.strip_prefix('/')?;
    let rest = path.find('/').map_or("", |slash| &path[slash..]);
    rest.bytes().all(|byte| byte.is_ascii_graphic()).then(|| format!("https://{host}/{{tenantid}}{rest}"))
}

fn host_of(issuer: &str) -> Option<&str> {
    issuer.strip_prefix("https://")?.split('/').next()
}

/// An ID token is wanted, and none came.
pub fn missing_id_token(config: &AuthConfig) -> Failure {
    let message = "There is no ID token";
    if config.scopes().any(|scope| scope == "openid") {
        return Failure::new(
            Code::InvalidResponse,
            message,
            "The scope openid was asked for, and the provider’s answer holds no ID token: it does not speak OpenID \
             Connect, or did not grant the scope.",
            "Compare the granted scopes with those asked for, or send the access token.",
        );
    }
    let scope: Vec<&str> = std::iter::once("openid").chain(config.scopes()).collect();
    Failure::new(
        Code::Configuration,
        message,
        "Providers send one only if the scope openid is asked for, and it is not.",
        "Add the scope openid and get a new token, or send the access token.",
    )
    .with_fix("Add the scope openid", "scope", scope.join(" ").into())
}
