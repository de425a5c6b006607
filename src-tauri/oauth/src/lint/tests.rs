#![allow(clippy::unwrap_used)]
use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::authorization_server::Metadata;

fn config(extra: Value) -> AuthConfig {
    let mut value = json!({"grant": "authorization_code", "client_id": "photos"});
    value.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    AuthConfig::from_json(&value).unwrap()
}

fn settings(extra: Value) -> Vec<&'static str> {
    lint(&config(extra), None).into_iter().map(|warning| warning.setting).collect()
}

/// Warnings about a config, given this metadata.
fn against(extra: Value, metadata: Value) -> Vec<Warning> {
    let config = config(extra);
    let metadata = Metadata::new(metadata.as_object().unwrap().clone());
    lint(&config, Some(&AuthorizationServer::new(&config, Some(Arc::new(metadata)))))
}

#[track_caller]
fn only(warnings: Vec<Warning>) -> Warning {
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    warnings.into_iter().next().unwrap()
}

#[track_caller]
fn fix_of(warning: &Warning) -> (&str, &Value) {
    let fix = warning.fix.as_ref().unwrap();
    (fix.setting.as_str(), &fix.value)
}

#[test]
fn a_config_in_good_order_has_no_warnings() {
    assert!(settings(json!({"issuer": "https://id.example.com", "scope": "openid"})).is_empty());
    assert!(settings(json!({"grant": "client_credentials", "client_secret": "s"})).is_empty());
    let metadata = json!({
        "grant_types_supported": ["authorization_code"], "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"], "scopes_supported": ["openid"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"]
    });
    assert!(against(json!({"scope": "openid", "client_secret": "s"}), metadata).is_empty());
}

#[test]
fn what_oauth_2_1_removed_is_marked_with_the_reason() {
    for (extra, setting) in [
        (json!({"grant": "implicit"}), "grant"),
        (json!({"grant": "password"}), "grant"),
        (json!({"response_type": "code token"}), "response_type"),
        (json!({"pkce": "off"}), "pkce"),
        (json!({"pkce": "plain"}), "pkce"),
        (json!({"send_in": "query"}), "send_in"),
    ] {
        let warning = only(lint(&config(extra.clone()), None));
        assert_eq!((warning.setting, warning.kind), (setting, WarningKind::Deprecated), "{extra}");
        assert!(!warning.reason.is_empty() && warning.fix.is_some());
    }
}

#[test]
fn plain_is_fine_where_s256_is_not_possible() {
    let metadata = json!({"code_challenge_methods_supported": ["plain"]});
    assert!(against(json!({"pkce": "plain"}), metadata.clone()).is_empty());
    let warning = only(against(json!({}), metadata));
    assert_eq!((warning.setting, warning.kind), ("pkce", WarningKind::Unsupported));
}

#[test]
fn pkce_is_of_no_concern_to_other_grants() {
    assert!(settings(json!({"grant": "client_credentials", "pkce": "off"})).is_empty());
}

#[test]
fn an_endpoint_without_tls_is_fine_on_this_machine_alone() {
    for local in ["http://127.0.0.1:8080/token", "http://localhost/token", "http://[::1]/token"] {
        assert!(settings(json!({ "token_endpoint": local })).is_empty(), "{local}");
    }
    for remote in ["http://id.example.com/token", "http://127.0.0.1.example.com/", "http://10.0.0.1/token"] {
        assert_eq!(settings(json!({ "token_endpoint": remote })), ["token_endpoint"], "{remote}");
    }
}

#[test]
fn an_id_token_needs_the_scope_openid() {
    let warning = only(lint(&config(json!({"use_token": "id_token", "scope": "profile"})), None));
    assert_eq!(fix_of(&warning), ("scope", &json!("profile openid")));
    assert!(settings(json!({"use_token": "id_token", "scope": "openid"})).is_empty());
}

#[test]
fn auto_refresh_may_need_offline_access() {
    let metadata = json!({"scopes_supported": ["openid", "offline_access"]});
    let warning = only(against(json!({"scope": "openid"}), metadata.clone()));
    assert_eq!(fix_of(&warning), ("scope", &json!("openid offline_access")));
    assert!(against(json!({"scope": "openid", "auto_refresh": false}), metadata.clone()).is_empty());
    assert!(against(json!({"scope": "openid offline_access"}), metadata).is_empty());
}

#[test]
fn what_the_metadata_does_not_list_is_named_with_what_it_lists() {
    for (extra, metadata, setting, named) in [
        (
            json!({"grant": "device_code"}),
            json!({"grant_types_supported": ["authorization_code"]}),
            "grant",
            "authorization_code",
        ),
        (
            json!({"response_type": "code id_token", "scope": "openid"}),
            json!({"response_types_supported": ["code"]}),
            "response_type",
            "code",
        ),
        (
            json!({"response_mode": "form_post"}),
            json!({"response_modes_supported": ["query"]}),
            "response_mode",
            "query",
        ),
        (
            json!({"prompt": "login consent"}),
            json!({"prompt_values_supported": ["login"]}),
            "prompt",
            "login",
        ),
        (json!({"acr_values": "gold"}), json!({"acr_values_supported": ["silver"]}), "acr_values", "silver"),
        (
            json!({"client_secret": "s", "client_authentication": "client_secret_post"}),
            json!({"token_endpoint_auth_methods_supported": ["client_secret_basic"]}),
            "client_authentication",
            "client_secret_basic",
        ),
        (json!({"dpop": true}), json!({"dpop_signing_alg_values_supported": ["EdDSA"]}), "dpop", "EdDSA"),
        (
            json!({"id_token_signed_response_alg": "PS256"}),
            json!({"id_token_signing_alg_values_supported": ["RS256"]}),
            "id_token_signed_response_alg",
            "RS256",
        ),
        (
            json!({"authorization_details": [{"type": "payment"}]}),
            json!({"authorization_details_types_supported": ["account"]}),
            "authorization_details",
            "account",
        ),
    ] {
        let warning = only(against(extra.clone(), metadata));
        assert_eq!((warning.setting, warning.kind), (setting, WarningKind::Unsupported), "{extra}");
        assert!(warning.reason.contains(named), "{}", warning.reason);
    }
}

#[test]
fn the_order_of_response_types_does_not_matter() {
    let extra = json!({"response_type": "id_token code", "scope": "openid"});
    assert!(against(extra, json!({"response_types_supported": ["code id_token"]})).is_empty());
}

#[test]
fn pushing_never_conflicts_with_a_provider_that_requires_it() {
    let metadata = json!({
        "require_pushed_authorization_requests": true, "pushed_authorization_request_endpoint": "https://id/par"
    });
    let warning = only(against(json!({"par": "never"}), metadata.clone()));
    assert_eq!(fix_of(&warning), ("par", &json!("auto")));
    assert!(against(json!({}), metadata).is_empty());
    assert_eq!(only(against(json!({"par": "always"}), json!({}))).setting, "par");
}

#[test]
fn dpop_that_is_not_announced_and_refused_request_objects_are_told() {
    assert_eq!(only(against(json!({"dpop": true}), json!({}))).setting, "dpop");
    let metadata = json!({"request_parameter_supported": false});
    assert_eq!(only(against(json!({"request_object": "signed"}), metadata)).setting, "request_object");
}

#[test]
fn a_public_client_is_not_warned_about_methods() {
    assert!(
        against(json!({}), json!({"token_endpoint_auth_methods_supported": ["client_secret_basic"]}))
            .is_empty()
    );
}

#[test]
fn unknown_scopes_are_named() {
    let warning = only(against(json!({"scope": "openid photos"}), json!({"scopes_supported": ["openid"]})));
    assert!(warning.message.contains("photos") && !warning.message.contains("openid"));
}
