#![allow(clippy::unwrap_used)]
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::*;
use crate::authorization_server::Metadata;
use crate::id_token::IdTokenVerdict;
use crate::ports::{TransportError, TransportErrorKind};
use crate::token_set::{Check, CheckResult};

fn config(extra: Value) -> AuthConfig {
    let mut value = json!({"grant": "authorization_code", "client_id": "photos"});
    value.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    AuthConfig::from_json(&value).unwrap()
}

fn explain_at(step: Step, extra: Value, error: &str, description: &str) -> Failure {
    let config = config(extra);
    let situation = Situation::of(step, &config, None);
    let description = Some(description).filter(|text| !text.is_empty());
    provider_error(&ProviderError { error, description, ..ProviderError::default() }, &situation)
}

fn explain(extra: Value, error: &str, description: &str) -> Failure {
    explain_at(Step::Token, extra, error, description)
}

fn with_metadata(extra: Value, metadata: Value, error: &str) -> Failure {
    let config = config(extra);
    let metadata = Metadata::new(metadata.as_object().unwrap().clone());
    let server = AuthorizationServer::new(&config, Some(Arc::new(metadata)));
    let situation = Situation::of(Step::Token, &config, Some(&server));
    provider_error(&ProviderError { error, ..ProviderError::default() }, &situation)
}

#[track_caller]
fn fix_of(failure: &Failure) -> (&str, &Value) {
    let fix = failure.fix.as_ref().unwrap();
    (fix.setting.as_str(), &fix.value)
}

#[test]
fn a_rate_limit_is_told_before_what_the_request_is_blamed_for() {
    let config = config(json!({}));
    let told = |error: &str| {
        let reported = ProviderError { error, status: Some(429), ..ProviderError::default() };
        provider_error(&reported, &Situation::of(Step::Token, &config, None)).message
    };
    let limited = "The provider limits how often it is asked";
    for error in
        ["invalid_grant", "invalid_request", "invalid_scope", "authorization_pending", "rate_limited"]
    {
        assert_eq!(told(error), limited, "{error}");
    }
    for error in ["invalid_client", "access_denied", "login_required"] {
        assert_ne!(told(error), limited, "{error}");
    }
}

#[test]
fn a_pending_sign_in_asks_to_finish_it() {
    let failure = explain(json!({"grant": "device_code"}), "authorization_pending", "");
    assert_eq!(failure.code, Code::SignInNeeded);
    assert!(failure.next_step.contains("Finish the sign-in"));
}

// Client.

#[test]
fn invalid_client_offers_the_other_place_for_the_secret() {
    let basic = explain(json!({"client_secret": "s3cret"}), "invalid_client", "");
    assert_eq!(basic.message, "The provider refused this client");
    assert_eq!(fix_of(&basic), ("client_authentication", &json!("client_secret_post")));
    let post = explain(
        json!({"client_secret": "s3cret", "client_authentication": "client_secret_post"}),
        "invalid_client",
        "",
    );
    assert_eq!(fix_of(&post), ("client_authentication", &json!("client_secret_basic")));
}

#[test]
fn invalid_client_with_special_characters_offers_the_other_encoding() {
    let auto = explain(json!({"client_secret": "s+cret%"}), "invalid_client", "");
    assert_eq!(fix_of(&auto), ("basic_encoding", &json!("raw")));
    let raw = explain(json!({"client_secret": "s+cret%", "basic_encoding": "raw"}), "invalid_client", "");
    assert_eq!(fix_of(&raw), ("basic_encoding", &json!("rfc6749")));
}

#[test]
fn invalid_client_of_a_public_client_asks_for_the_secret() {
    let failure = explain(json!({}), "invalid_client", "");
    assert!(failure.next_step.contains("secret") && failure.fix.is_none());
}

#[test]
fn invalid_client_names_a_method_that_the_provider_does_not_announce() {
    let failure = with_metadata(
        json!({"client_secret": "s", "client_authentication": "client_secret_basic"}),
        json!({"token_endpoint_auth_methods_supported": ["client_secret_post"]}),
        "invalid_client",
    );
    assert!(failure.cause.contains("client_secret_basic") && failure.cause.contains("client_secret_post"));
    assert_eq!(fix_of(&failure), ("client_authentication", &json!("auto")));
}

#[test]
fn invalid_client_with_an_assertion_offers_the_other_audience() {
    let failure = explain(json!({"client_key": {"pem": "k"}}), "invalid_client", "");
    assert_eq!(fix_of(&failure), ("assertion_audience", &json!("token_endpoint")));
    let failure = explain(
        json!({"client_key": {"pem": "k"}, "assertion_audience": "token_endpoint"}),
        "invalid_client",
        "",
    );
    assert_eq!(fix_of(&failure), ("assertion_audience", &json!("issuer")));
}

#[test]
fn a_wrong_clock_explains_a_refused_assertion_and_a_refused_proof() {
    for (extra, error) in [
        (json!({"client_key": {"pem": "k"}}), "invalid_client"),
        (json!({"grant": "jwt_bearer"}), "invalid_grant"),
        (json!({"dpop": true}), "invalid_dpop_proof"),
    ] {
        let config = config(extra);
        let situation = Situation { clock_ahead: Some(-600), ..Situation::of(Step::Token, &config, None) };
        let failure = provider_error(&ProviderError { error, ..ProviderError::default() }, &situation);
        assert!(failure.cause.contains("10 min behind"), "{error}: {}", failure.cause);
        assert!(failure.next_step.contains("clock"));
    }
}

#[test]
fn unauthorized_client_names_the_grant() {
    let failure = explain(json!({"grant": "client_credentials"}), "unauthorized_client", "");
    assert!(failure.cause.contains("client credentials"));
    let failure = explain(json!({"grant": "password"}), "unauthorized_client", "");
    assert_eq!(fix_of(&failure), ("grant", &json!("authorization_code")));
}

// Redirect URI.

#[test]
fn a_redirect_uri_that_is_not_registered_is_shown_as_it_was_sent() {
    for (error, description) in [
        ("redirect_uri_mismatch", ""),
        ("invalid_redirect_uri", ""),
        ("invalid_request", "Invalid parameter: redirect_uri"),
        ("invalid_request", "The redirect URI in the request did not match"),
        ("invalid_request", "AADSTS50011: The reply address does not match"),
    ] {
        let config = config(json!({}));
        let situation = Situation {
            redirect_uri: Some("http://127.0.0.1:53127/callback"),
            ..Situation::of(Step::Authorization, &config, None)
        };
        let said = ProviderError { error, description: Some(description), ..ProviderError::default() };
        let failure = provider_error(&said, &situation);
        assert_eq!(failure.message, "This redirect URI isn’t registered", "{error} {description}");
        assert!(failure.cause.contains("http://127.0.0.1:53127/callback"));
    }
}

#[test]
fn a_changing_port_can_be_fixed_with_one_click() {
    let failure = explain(json!({}), "redirect_uri_mismatch", "");
    assert_eq!(fix_of(&failure), ("redirect_uri", &json!("http://127.0.0.1:8765/callback")));
    let failure = explain(json!({"redirect_uri": "https://app.example/cb"}), "redirect_uri_mismatch", "");
    assert!(failure.fix.is_none());
}

// Scopes.

#[test]
fn invalid_scope_names_what_the_provider_does_not_announce() {
    let failure = with_metadata(
        json!({"scope": "openid photos:raed"}),
        json!({"scopes_supported": ["openid", "photos:read"]}),
        "invalid_scope",
    );
    assert!(failure.cause.contains("photos:raed") && !failure.cause.contains("openid"));
    assert_eq!(fix_of(&failure), ("scope", &json!("openid")));
}

#[test]
fn invalid_scope_at_a_refresh_is_about_what_was_granted() {
    let failure = explain_at(Step::Refresh, json!({"scope": "a b"}), "invalid_scope", "");
    assert!(failure.cause.contains("granted at sign-in"));
}

#[test]
fn a_missing_openid_scope_can_be_added_with_one_click() {
    let failure = missing_id_token(&config(json!({"scope": "profile email"})));
    assert_eq!(fix_of(&failure), ("scope", &json!("openid profile email")));
    assert!(missing_id_token(&config(json!({"scope": "openid"}))).fix.is_none());
}

// PKCE and pushed requests.

#[test]
fn a_provider_that_requires_pkce_gets_it_with_one_click() {
    for description in ["PKCE is required", "code challenge required", "Missing parameter: code_challenge"] {
        let failure = explain(json!({"pkce": "off"}), "invalid_request", description);
        assert_eq!(failure.message, "The provider requires PKCE");
        assert_eq!(fix_of(&failure), ("pkce", &json!("S256")));
    }
    assert!(explain(json!({}), "invalid_request", "PKCE is required").fix.is_none());
    let failure = explain(json!({"pkce": "off"}), "invalid_grant", "PKCE verification failed");
    assert_eq!(fix_of(&failure), ("pkce", &json!("S256")));
}

#[test]
fn a_provider_that_requires_pushed_requests_gets_them_with_one_click() {
    let failure =
        explain(json!({"par": "never"}), "invalid_request", "Pushed Authorization Request is required");
    assert_eq!(fix_of(&failure), ("par", &json!("always")));
}

// Entra.

#[test]
fn aadsts9002327_offers_the_origin_of_the_redirect_uri() {
    let description = "AADSTS9002327: Tokens issued for the 'Single-Page Application' client-type may only be \
                       redeemed via cross-origin requests.";
    let failure =
        explain(json!({"redirect_uri": "http://localhost:8080/callback"}), "invalid_request", description);
    assert_eq!(failure.message, "Registered as a single-page app");
    assert_eq!(fix_of(&failure), ("origin", &json!("http://localhost:8080")));
    let sent = explain(json!({"origin": "http://localhost"}), "invalid_request", description);
    assert!(sent.fix.is_none() && sent.cause.contains("http://localhost"));
}

#[test]
fn aadsts65001_offers_the_consent_page() {
    let failure =
        explain(json!({}), "invalid_grant", "AADSTS65001: The user or administrator has not consented");
    assert_eq!(failure.code, Code::SignInNeeded);
    assert_eq!(fix_of(&failure), ("prompt", &json!("consent")));
}

#[test]
fn an_unknown_entra_number_falls_back_to_the_oauth_error() {
    let failure = explain(json!({}), "invalid_client", "AADSTS99: unheard of");
    assert_eq!(failure.message, "The provider refused this client");
}

// Sign-in.

#[test]
fn declined_access_is_access_denied_and_says_that_nothing_was_stored() {
    let failure = explain_at(Step::Callback, json!({"scope": "photos:read"}), "access_denied", "");
    assert_eq!(failure.code, Code::AccessDenied);
    assert!(failure.cause.contains("photos:read") && failure.cause.contains("Nothing was stored"));
}

#[test]
fn what_only_a_person_can_solve_needs_a_sign_in() {
    for error in
        ["login_required", "interaction_required", "consent_required", "insufficient_user_authentication"]
    {
        assert_eq!(explain(json!({}), error, "").code, Code::SignInNeeded, "{error}");
    }
}

// Refresh tokens.

#[test]
fn a_refused_refresh_token_is_told_apart_by_what_the_provider_says() {
    for (description, message) in [
        ("Token reuse detected", "The refresh token was already used"),
        ("refresh token has already been used", "The refresh token was already used"),
        ("Token has been revoked", "The refresh token was revoked"),
        ("Session not active", "The refresh token was revoked"),
        ("Refresh token expired", "The refresh token has expired"),
        ("refresh token was issued to another client", "The refresh token belongs to another client"),
        ("", "The refresh token is no longer good"),
        ("AADSTS700082: The refresh token has expired due to inactivity.", "The refresh token has expired"),
    ] {
        let failure = explain_at(Step::Refresh, json!({}), "invalid_grant", description);
        assert_eq!(failure.message, message, "{description}");
        assert_eq!(failure.code, Code::SignInNeeded);
        assert_eq!(failure.oauth_error.as_deref(), Some("invalid_grant"));
    }
}

#[test]
fn a_refused_code_is_no_refused_refresh_token() {
    let failure = explain(json!({}), "invalid_grant", "expired");
    assert_eq!(failure.message, "The code was not accepted");
    assert_eq!(failure.code, Code::ProviderError);
}

// Limits.

#[test]
fn a_rate_limit_says_when_to_come_back() {
    let config = config(json!({}));
    let said = ProviderError {
        error: "too_many_requests",
        status: Some(429),
        retry_after: Some(30),
        ..ProviderError::default()
    };
    let failure = provider_error(&said, &Situation::of(Step::Token, &config, None));
    assert_eq!(failure.message, "The provider limits how often it is asked");
    assert!(failure.next_step.contains("30 s"));
}

#[test]
fn an_error_of_the_provider_stays_one_that_passes() {
    assert!(explain(json!({}), "temporarily_unavailable", "").is_passing());
    assert!(!explain(json!({}), "invalid_client", "").is_passing());
}

// Text from outside.

#[test]
fn what_the_provider_says_is_shown_as_its_words_and_is_inert() {
    let failure = explain(
        json!({}),
        "invalid_request\u{1b}[2J",
        "<b>bad</b>\u{202e}\n\u{1b}]8;;https://evil.example\u{7}click",
    );
    let all = serde_json::to_string(&failure).unwrap();
    assert!(!all.contains("\\u001b") && !failure.cause.contains('\u{202e}') && !failure.cause.contains('\n'));
    assert!(failure.cause.contains("The provider says: “<b>bad</b>"));
}

#[test]
fn a_long_description_is_cut() {
    let failure = explain(json!({}), "invalid_request", &"x".repeat(100_000));
    assert!(failure.cause.chars().count() < 900);
}

#[test]
fn a_secret_that_the_provider_repeats_is_blanked() {
    let failure = explain(
        json!({"client_secret": "s3cret-canary"}),
        "invalid_client",
        "The secret 's3cret-canary' is wrong",
    );
    assert!(!serde_json::to_string(&failure).unwrap().contains("canary"));
}

#[test]
fn an_unknown_error_keeps_its_name_and_points_to_the_flow_log() {
    let failure = explain(json!({}), "flux_capacitor_empty", "Add plutonium");
    assert_eq!(failure.oauth_error.as_deref(), Some("flux_capacitor_empty"));
    assert!(failure.cause.contains("Add plutonium") && failure.next_step.contains("flow log"));
}

#[test]
fn titles_are_short_and_nothing_shouts() {
    for error in [
        "invalid_client",
        "unauthorized_client",
        "invalid_scope",
        "invalid_grant",
        "access_denied",
        "unsupported_grant_type",
        "unsupported_response_type",
        "invalid_target",
        "use_dpop_nonce",
        "invalid_dpop_proof",
        "slow_down",
        "server_error",
        "expired_token",
        "login_required",
        "consent_required",
        "invalid_request",
        "redirect_uri_mismatch",
        "request_not_supported",
        "invalid_authorization_details",
        "unsupported_token_type",
        "insufficient_scope",
        "invalid_token",
    ] {
        for grant in ["authorization_code", "password", "jwt_bearer", "token_exchange", "refresh_token"] {
            let failure = explain(json!({ "grant": grant }), error, "");
            assert!(failure.message.split(' ').count() <= 8, "{}", failure.message);
            for text in [&failure.message, &failure.cause, &failure.next_step] {
                assert!(!text.is_empty() && !text.contains('!') && !text.contains("please"), "{text}");
            }
        }
    }
}

// This side.

#[test]
fn a_login_that_nobody_finished_is_a_timeout() {
    let failure = login_timed_out(300, "http://127.0.0.1:1/callback", true);
    assert_eq!(failure.code, Code::Timeout);
    assert!(failure.cause.contains("5 min"));
    assert!(login_timed_out(300, "https://app.example/cb", false).next_step.contains("paste"));
}

// Connections.

fn unreached(kind: TransportErrorKind, message: &str, may_have_arrived: bool) -> Failure {
    unreachable("id.example.com", &TransportError { kind, message: message.to_owned(), may_have_arrived })
}

#[test]
fn an_unknown_ca_leads_to_the_settings_of_the_host() {
    for message in ["invalid peer certificate: UnknownIssuer", "self-signed certificate in chain"] {
        let failure = unreached(TransportErrorKind::Tls, message, false);
        assert_eq!(failure.code, Code::Tls);
        assert!(failure.message.contains("not trusted") && failure.next_step.contains("add its certificate"));
    }
}

#[test]
fn an_expired_or_early_certificate_points_to_the_clock() {
    for message in ["invalid peer certificate: Expired", "invalid peer certificate: NotValidYet"] {
        assert!(unreached(TransportErrorKind::Tls, message, false).next_step.contains("clock"), "{message}");
    }
}

#[test]
fn whether_the_request_may_have_arrived_is_said() {
    assert!(unreached(TransportErrorKind::Broken, "reset.", true).cause.contains("may have arrived"));
    assert!(unreached(TransportErrorKind::Timeout, "connect.", false).cause.contains("Nothing was sent"));
}

// ID tokens.

fn verdict(failed: &str, claims: Value) -> IdTokenVerdict {
    let check = |name: &str| Check {
        check: name.to_owned(),
        result: if name == failed { CheckResult::Fail } else { CheckResult::Pass },
        detail: "photos-web, expected photos-desktop.".to_owned(),
    };
    IdTokenVerdict {
        header: Map::new(),
        claims: claims.as_object().unwrap().clone(),
        checks: ["signature", "iss", "aud", "exp", "nonce", "sub"].map(check).to_vec(),
    }
}

#[test]
fn a_failed_check_is_told_with_the_values_compared() {
    let failure = id_token(&verdict("aud", json!({})), &config(json!({}))).unwrap();
    assert_eq!(failure.code, Code::IdTokenInvalid);
    assert_eq!(failure.message, "The ID token isn’t for this client");
    assert!(
        failure.cause.contains("photos-web, expected photos-desktop") && failure.cause.contains("not sent")
    );
    assert_eq!(failure.id_token_checks.len(), 6);
}

#[test]
fn a_sound_verdict_is_no_failure() {
    assert!(id_token(&verdict("", json!({})), &config(json!({}))).is_none());
}

#[test]
fn entras_shared_issuer_offers_the_tenant_override() {
    let template = "https://login.microsoftonline.com/{tenantid}/v2.0";
    let common = config(json!({"issuer": "https://login.microsoftonline.com/common/v2.0"}));
    let claims = json!({"iss": "https://login.microsoftonline.com/9188040d-6c67/v2.0"});
    let failure = id_token(&verdict("iss", claims.clone()), &common).unwrap();
    assert_eq!(fix_of(&failure), ("accepted_issuers", &json!([template])));
    let in_metadata = issuer_mismatch(common.issuer.as_deref().unwrap(), template, &common);
    assert_eq!(fix_of(&in_metadata), ("accepted_issuers", &json!([template])));
    let one_tenant = config(json!({"issuer": "https://login.microsoftonline.com/aaaa/v2.0"}));
    assert!(id_token(&verdict("iss", claims), &one_tenant).unwrap().fix.is_none());
}

#[test]
fn a_template_is_taken_only_from_the_place_that_was_asked() {
    let offered = |asked: &str, found: &str| {
        issuer_mismatch(asked, found, &config(json!({ "issuer": asked }))).fix.is_some()
    };
    assert!(offered("https://id.example.com/shared", "https://id.example.com/{tenantid}/v2.0"));
    assert!(!offered("https://id.example.com/shared", "https://evil.example/{tenantid}/v2.0"));
    assert!(!offered("https://id.example.com/shared", "http://id.example.com/{tenantid}/v2.0"));
    assert!(!offered("https://id.example.com/shared", "https://id.example.com/\u{1b}{tenantid}"));
}

#[test]
fn no_other_issuer_mismatch_offers_an_override() {
    for (asked, found) in [
        ("https://id.example.com/common", "https://evil.example/tenant/v2.0"),
        ("https://evil.example/common/v2.0", "https://login.microsoftonline.com/9188040d/v2.0"),
        (
            "https://login.microsoftonline.com/common/v2.0",
            "https://login.microsoftonline.com.evil.example/x/v2.0",
        ),
        ("https://login.microsoftonline.com/common/v2.0", "http://login.microsoftonline.com/x/v2.0"),
    ] {
        let failure = issuer_mismatch(asked, found, &config(json!({ "issuer": asked })));
        assert!(failure.fix.is_none(), "{asked} {found}");
        assert_eq!(failure.code, Code::IssuerMismatch);
    }
}
