//! The request itself was refused: redirect URI, PKCE, scopes, resources, extensions.

use url::Url;

use super::client::grant_in_words;
use super::{Explanation, Report};
use crate::config::{Par, Pkce};
use crate::error_code::{BasicErrorCode as Basic, ErrorCode};
use crate::transcript::Step;

/// What only the description tells: providers report these under several names.
pub(super) fn explain_by_description(report: &Report<'_>) -> Option<Explanation> {
    if is_about_redirect_uri(report) {
        return Some(redirect_uri(report));
    }
    let is_invalid = report.code == ErrorCode::Basic(Basic::InvalidRequest);
    if is_invalid && is_about_pkce(report) {
        return Some(pkce_required(report));
    }
    if is_invalid && report.mentions(&["pushed", "request_uri"]) {
        return Some(pushed_required(report));
    }
    None
}

pub(super) fn explain_extension(report: &Report<'_>, name: &str) -> Option<Explanation> {
    let explanation = match name {
        "insufficient_scope" => Explanation::new(
            "The token lacks a scope",
            "What was asked for needs a scope that this token was not granted.",
            "Add the scope and get a new token.",
        ),
        "unsupported_response_type" => Explanation::new(
            "The provider does not know this response type",
            format!("“{}” is not supported, or not for this client.", report.config().response_type),
            "Use the response type code.",
        )
        .fix("Use the response type code", "response_type", "code"),
        "unsupported_response_mode" => Explanation::new(
            "The provider does not know this response mode",
            "It can’t send its answer the way that was asked for.",
            "Leave the response mode empty.",
        )
        .fix("Use the usual response mode", "response_mode", serde_json::Value::Null),
        "invalid_target" => Explanation::new(
            "The provider does not know this resource",
            "A resource or audience that was asked for is not registered there, or not for this client.",
            "Compare resource and audience with what the provider documents.",
        ),
        "invalid_authorization_details" => Explanation::new(
            "The authorization details were refused",
            "A type in them is unknown to the provider, or a field does not fit.",
            "Compare authorization_details with what the provider documents.",
        ),
        "use_dpop_nonce" => Explanation::new(
            "The provider keeps asking for another nonce",
            "The DPoP proof was sent again with the nonce that it gave, and it wants yet another one.",
            "Try again. If it stays so, the provider’s servers may not share their nonces.",
        ),
        "invalid_dpop_proof" => invalid_dpop_proof(report),
        "invalid_request_object" | "invalid_request_uri" => Explanation::new(
            "The signed request was refused",
            "Its key, algorithm, audience or one of its parameters is not what the provider expects.",
            "Compare the client’s key with the registration, or turn the request object off.",
        )
        .fix("Turn the request object off", "request_object", "off"),
        "request_not_supported" | "request_uri_not_supported" => Explanation::new(
            "The provider takes no request objects",
            "It does not know this extension.",
            "Turn the request object off.",
        )
        .fix("Turn the request object off", "request_object", "off"),
        "invalid_token" => Explanation::new(
            "The token was not accepted",
            "It has expired, was revoked, or is meant for somebody else.",
            "Refresh it, or get a new one.",
        ),
        "unsupported_token_type" => Explanation::new(
            "This token can’t be revoked",
            "The provider does not revoke tokens of this type.",
            "Revoke the refresh token instead; access tokens then end by themselves.",
        ),
        _ => return None,
    };
    Some(explanation)
}

pub(super) fn unsupported_grant_type(report: &Report<'_>) -> Explanation {
    Explanation::new(
        "The provider does not know this grant",
        format!("It does not support “{}”, or not for this client.", grant_in_words(report.config().grant)),
        "Choose a grant that the provider supports.",
    )
}

pub(super) fn invalid_request() -> Explanation {
    Explanation::new(
        "The provider refused the request",
        "A parameter is missing, unknown, given twice, or has a value that it does not accept.",
        "Look at the request in the flow log, and compare it with the provider’s documentation.",
    )
}

fn is_about_redirect_uri(report: &Report<'_>) -> bool {
    let about =
        ["redirect_uri", "redirect uri", "redirect url", "reply url", "reply address", "callback url"];
    matches!(report.name, "redirect_uri_mismatch" | "invalid_redirect_uri")
        || (matches!(&report.code, ErrorCode::Basic(Basic::InvalidRequest | Basic::UnauthorizedClient))
            && report.mentions(&about))
}

fn redirect_uri(report: &Report<'_>) -> Explanation {
    let configured = &report.config().redirect_uri;
    let sent = report.situation.redirect();
    let message = "This redirect URI isn’t registered";
    if configured.contains("{port}") {
        let fixed = configured.replace("{port}", "8765");
        return Explanation::new(
            message,
            format!(
                "{sent} was sent. Providers compare it to the letter, and this one may compare the port too, so a \
                 changing port never matches."
            ),
            format!("Register {fixed} at the provider and use this fixed port."),
        )
        .fix("Use fixed port 8765", "redirect_uri", fixed);
    }
    Explanation::new(
        message,
        format!("{sent} was sent. Providers compare it to the letter: scheme, host, port, path and slash."),
        "Register exactly this URI at the provider, or enter the one that is registered.",
    )
}

fn is_about_pkce(report: &Report<'_>) -> bool {
    report.mentions(&["pkce", "code_challenge", "code challenge", "code_verifier", "proof key"])
}

fn pkce_required(report: &Report<'_>) -> Explanation {
    let cause = match report.config().pkce {
        Pkce::Off => "It was sent without a code challenge.",
        Pkce::Plain => "The challenge was sent plain, and this provider wants it hashed.",
        Pkce::S256 => "The code challenge or verifier that was sent is not accepted.",
    };
    let explanation = Explanation::new("The provider requires PKCE", cause, "Use PKCE with S256.");
    match report.config().pkce {
        Pkce::S256 => explanation,
        Pkce::Off | Pkce::Plain => explanation.fix("Use PKCE with S256", "pkce", "S256"),
    }
}

fn pushed_required(report: &Report<'_>) -> Explanation {
    let explanation = Explanation::new(
        "The provider wants the request pushed first",
        "It takes authorization requests only by a request_uri from its PAR endpoint (RFC 9126).",
        "Push the authorization request.",
    );
    match report.config().par {
        Par::Always => explanation,
        Par::Auto | Par::Never => explanation.fix("Push the authorization request", "par", "always"),
    }
}

pub(super) fn invalid_scope(report: &Report<'_>) -> Explanation {
    let asked: Vec<&str> = report.config().scopes().collect();
    let message = "The provider does not grant these scopes";
    if asked.is_empty() {
        return Explanation::new(
            message,
            "No scope was asked for, and this provider has no default.",
            "Enter the scopes that are needed.",
        );
    }
    let known = report.situation.supported("scopes_supported").unwrap_or_default();
    let (granted, unknown): (Vec<&str>, Vec<&str>) = asked.iter().partition(|scope| known.contains(scope));
    if known.is_empty() || unknown.is_empty() {
        let during = if report.situation.step == Step::Refresh {
            "a refresh can’t ask for more than was granted at sign-in."
        } else {
            "one of them is unknown, malformed, or not allowed for this client."
        };
        return Explanation::new(
            message,
            format!("Asked for was {}; {during}", asked.join(" ")),
            "Compare the scopes with those of the client’s registration.",
        );
    }
    Explanation::new(
        message,
        format!("It does not announce {}.", unknown.join(", ")),
        "Remove what is unknown, or check its spelling.",
    )
    .fix("Ask only for announced scopes", "scope", granted.join(" "))
}

fn invalid_dpop_proof(report: &Report<'_>) -> Explanation {
    let message = "The DPoP proof was refused";
    if let Some(note) = report.situation.clock_note() {
        return Explanation::new(
            message,
            format!("{note} The proof seems too old, or not yet made, to the provider."),
            "Set this computer’s clock, then try again.",
        );
    }
    Explanation::new(
        message,
        "The provider sees another method, URL or key than was signed: a proxy in between may change the URL, or the \
         token belongs to another key.",
        "Get a new token. If it stays so, compare the URL in the proof with the one that the provider sees.",
    )
}

/// The origin of a redirect URI, as browsers send it.
pub(super) fn origin_of(redirect_uri: &str) -> Option<String> {
    let url = Url::parse(&redirect_uri.replace("{port}", "8765")).ok()?;
    let origin = url.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}
