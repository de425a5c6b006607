//! What the provider's metadata (RFC 8414 §2, OpenID Connect Discovery §3, and the extensions) says it does not do.

use serde_json::Value;

use super::{Warning, WarningKind};
use crate::authorization_server::{AuthorizationServer, Endpoint};
use crate::client_authentication::{chosen_method, method_name};
use crate::config::{AuthConfig, Grant, Par, Pkce, RequestObject};
use crate::inert::inert;

pub(super) fn unsupported(config: &AuthConfig, server: &AuthorizationServer) -> Vec<Warning> {
    let mut warnings = Vec::new();
    warnings.extend(grant(config, server));
    warnings.extend(client_authentication(config, server));
    warnings.extend(scopes(config, server));
    if config.grant == Grant::AuthorizationCode || config.grant == Grant::Implicit {
        warnings.extend(authorization_request(config, server));
    }
    warnings.extend(dpop(config, server));
    warnings.extend(id_token_algorithm(config, server));
    warnings
}

/// The `grant_type` of each grant, as `grant_types_supported` lists it.
fn grant_type(grant: Grant) -> &'static str {
    match grant {
        Grant::AuthorizationCode => "authorization_code",
        Grant::Implicit => "implicit",
        Grant::Password => "password",
        Grant::ClientCredentials => "client_credentials",
        Grant::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
        Grant::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
        Grant::Saml2Bearer => "urn:ietf:params:oauth:grant-type:saml2-bearer",
        Grant::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
        Grant::Ciba => "urn:openid:params:grant-type:ciba",
        Grant::RefreshToken => "refresh_token",
    }
}

fn grant(config: &AuthConfig, server: &AuthorizationServer) -> Option<Warning> {
    let supported = server.supported("grant_types_supported")?;
    let ours = grant_type(config.grant);
    (!supported.contains(&ours)).then(|| {
        missing("grant", format!("The provider does not announce the grant {ours}"), "grants", &supported)
    })
}

fn client_authentication(config: &AuthConfig, server: &AuthorizationServer) -> Option<Warning> {
    let supported = server.supported("token_endpoint_auth_methods_supported")?;
    let ours = method_name(chosen_method(config, Some(&supported)));
    // Public clients work at many providers that do not list them.
    if ours == "none" || supported.contains(&ours) {
        return None;
    }
    let message = format!("The provider does not announce client authentication by {ours}");
    let warning = missing("client_authentication", message, "methods", &supported);
    Some(warning.fix("Choose the method automatically", "client_authentication", "auto"))
}

fn scopes(config: &AuthConfig, server: &AuthorizationServer) -> Option<Warning> {
    let supported = server.supported("scopes_supported")?;
    let unknown: Vec<&str> = config.scopes().filter(|scope| !supported.contains(scope)).collect();
    if unknown.is_empty() {
        return None;
    }
    Some(Warning::new(
        "scope",
        WarningKind::Unsupported,
        format!("The provider does not announce {}", unknown.join(", ")),
        "It may know scopes that it does not announce; if it answers invalid_scope, check their spelling.",
    ))
}

fn authorization_request(config: &AuthConfig, server: &AuthorizationServer) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = [
        response_type(config, server),
        pkce(config, server),
        pushed(config, server),
        request_object(config, server),
    ]
    .into_iter()
    .flatten()
    .collect();
    for (setting, value, list) in [
        ("response_mode", config.response_mode.as_deref(), "response_modes_supported"),
        ("prompt", config.prompt.as_deref(), "prompt_values_supported"),
        ("acr_values", config.acr_values.as_deref(), "acr_values_supported"),
        ("ui_locales", config.ui_locales.as_deref(), "ui_locales_supported"),
    ] {
        warnings.extend(values(setting, value, list, server));
    }
    let types: Vec<&str> =
        config.authorization_details.iter().filter_map(|detail| detail.get("type")?.as_str()).collect();
    let list = "authorization_details_types_supported";
    warnings.extend(values("authorization_details", Some(&types.join(" ")), list, server));
    warnings
}

/// Values separated by spaces, each of which should be in a list of the metadata.
fn values(
    setting: &'static str,
    value: Option<&str>,
    list: &str,
    server: &AuthorizationServer,
) -> Option<Warning> {
    let supported = server.supported(list)?;
    let unknown: Vec<&str> = value?.split_whitespace().filter(|value| !supported.contains(value)).collect();
    if unknown.is_empty() {
        return None;
    }
    let message = format!("The provider does not announce {}", unknown.join(", "));
    Some(missing(setting, message, "values", &supported))
}

fn response_type(config: &AuthConfig, server: &AuthorizationServer) -> Option<Warning> {
    let supported = server.supported("response_types_supported")?;
    let ours = match config.grant {
        Grant::Implicit if config.response_type == "code" => return None,
        _ => config.response_type.as_str(),
    };
    // The order of the parts does not matter (OAuth 2.0 Multiple Response Types §5).
    let parts = |text: &str| {
        let mut parts: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        parts.sort();
        parts
    };
    (!supported.iter().any(|known| parts(known) == parts(ours))).then(|| {
        missing(
            "response_type",
            format!("The provider does not announce the response type {ours}"),
            "response types",
            &supported,
        )
    })
}

fn pkce(config: &AuthConfig, server: &AuthorizationServer) -> Option<Warning> {
    let supported = server.supported("code_challenge_methods_supported")?;
    let ours = match config.pkce {
        Pkce::Off => return None,
        Pkce::S256 => "S256",
        Pkce::Plain => "plain",
    };
    if config.grant != Grant::AuthorizationCode || supported.contains(&ours) {
        return None;
    }
    let message = format!("The provider does not announce PKCE with {ours}");
    let warning = missing("pkce", message, "methods", &supported);
    Some(if supported.contains(&"S256") {
        warning.fix("Use PKCE with S256", "pkce", "S256")
    } else {
        warning
    })
}

fn pushed(config: &AuthConfig, server: &AuthorizationServer) -> Option<Warning> {
    let required = server.flag("require_pushed_authorization_requests");
    let possible = server.endpoint(Endpoint::PushedAuthorizationRequest).is_some();
    match config.par {
        Par::Never if required => Some(
            Warning::new(
                "par",
                WarningKind::Unsupported,
                "The provider requires pushed requests",
                "It takes authorization requests only by its PAR endpoint, and pushing is set to never.",
            )
            .fix("Push where required", "par", "auto"),
        ),
        Par::Always if !possible => Some(
            Warning::new(
                "par",
                WarningKind::Unsupported,
                "The provider has no endpoint for pushed requests",
                "Pushing is set to always, and neither the metadata nor the config names the endpoint.",
            )
            .fix("Push where required", "par", "auto"),
        ),
        _ => None,
    }
}

fn request_object(config: &AuthConfig, server: &AuthorizationServer) -> Option<Warning> {
    let refused = server.metadata()?.document().get("request_parameter_supported").and_then(Value::as_bool)
        == Some(false);
    (config.request_object == RequestObject::Signed && refused).then(|| {
        Warning::new(
            "request_object",
            WarningKind::Unsupported,
            "The provider takes no request objects",
            "Its metadata says so, and the authorization request is set to be signed.",
        )
        .fix("Turn the request object off", "request_object", "off")
    })
}

fn dpop(config: &AuthConfig, server: &AuthorizationServer) -> Option<Warning> {
    if !config.dpop {
        return None;
    }
    match server.supported("dpop_signing_alg_values_supported") {
        Some(supported) if supported.contains(&"ES256") => None,
        Some(supported) => Some(missing(
            "dpop",
            "The provider does not announce DPoP with ES256".to_owned(),
            "algorithms",
            &supported,
        )),
        None => Some(
            Warning::new(
                "dpop",
                WarningKind::Unsupported,
                "The provider does not announce DPoP",
                "It will most likely answer with tokens that are not bound to a key.",
            )
            .fix("Turn DPoP off", "dpop", false),
        ),
    }
}

fn id_token_algorithm(config: &AuthConfig, server: &AuthorizationServer) -> Option<Warning> {
    let ours = config.id_token_signed_response_alg.as_deref()?;
    let supported = server.supported("id_token_signing_alg_values_supported")?;
    (!supported.contains(&ours)).then(|| {
        missing(
            "id_token_signed_response_alg",
            format!("The provider does not announce ID tokens signed with {}", inert(ours, 40)),
            "algorithms",
            &supported,
        )
    })
}

fn missing(setting: &'static str, message: String, what: &str, supported: &[&str]) -> Warning {
    let list = if supported.is_empty() { "none".to_owned() } else { inert(&supported.join(", "), 300) };
    Warning::new(setting, WarningKind::Unsupported, message, format!("The {what} it announces: {list}."))
}
