//! Authorizations by Bruno's names; OAuth 2.0 by those of our auth config.

use gatepass_core::workspace::{Auth, AuthKind};
use serde_json::{Map, Value, json};

use crate::imported::Notes;
use crate::parts::{self, put, shown, text};

/// Bruno's names and ours.
const SAME: [(&str, &str); 10] = [
    ("callback_url", "redirect_uri"),
    ("authorization_url", "authorization_endpoint"),
    ("access_token_url", "token_endpoint"),
    ("refresh_token_url", "refresh_endpoint"),
    ("client_id", "client_id"),
    ("client_secret", "client_secret"),
    ("scope", "scope"),
    ("username", "username"),
    ("password", "password"),
    ("credentials_id", "token_name"),
];

/// The auth of a mode. `None`: as the parent says. `extra`: additional parameters in our form.
pub(super) fn read(
    mode: &str,
    theirs: &Map<String, Value>,
    extra: Map<String, Value>,
    notes: &mut Notes,
) -> Option<Auth> {
    let value = |name: &str| text(theirs.get(name));
    Some(match mode {
        "" | "inherit" => return None,
        "none" => Auth::new(AuthKind::NoAuth),
        "bearer" => parts::auth(AuthKind::Bearer, [("token", &value("token"))]),
        "basic" | "digest" | "ntlm" => parts::auth(
            AuthKind::parse(mode)?,
            [("username", &value("username")), ("password", &value("password"))],
        ),
        "apikey" => {
            let place = if value("placement").starts_with("query") { "query" } else { "header" };
            parts::auth(AuthKind::ApiKey, [("key", &value("key")), ("value", &value("value")), ("in", place)])
        }
        "awsv4" => parts::auth(
            AuthKind::AwsV4,
            [
                ("accessKey", &value("accessKeyId")),
                ("secretKey", &value("secretAccessKey")),
                ("sessionToken", &value("sessionToken")),
                ("region", &value("region")),
                ("service", &value("service")),
            ],
        ),
        "oauth2" => oauth2(theirs, extra, notes),
        other => {
            notes.warn(
                format!("The authorization of the kind {} is not carried over", shown(other)),
                "It is inherited from the parent; set it up by hand",
            );
            return None;
        }
    })
}

fn oauth2(theirs: &Map<String, Value>, extra: Map<String, Value>, notes: &mut Notes) -> Auth {
    let value = |name: &str| text(theirs.get(name));
    let mut params = Map::new();
    let grant = value("grant_type");
    let grant = match grant.as_str() {
        "" => "authorization_code",
        long if long.starts_with("resource_owner_password") => "password",
        known => known,
    };
    if !matches!(grant, "authorization_code" | "client_credentials" | "password" | "implicit" | "device_code")
    {
        notes.warn(
            format!("The grant type “{}” is not known", shown(grant)),
            "It stands in the auth config as it is; choose a grant before getting a token",
        );
    }
    params.insert("grant".to_owned(), json!(grant));
    if grant == "authorization_code" {
        params.insert("pkce".to_owned(), json!(if value("pkce") == "true" { "S256" } else { "off" }));
    }
    for (name, ours) in SAME {
        put(&mut params, ours, &value(name));
    }
    if params.contains_key("client_secret") {
        let header = value("credentials_placement") == "basic_auth_header";
        let method = if header { "client_secret_basic" } else { "client_secret_post" };
        params.insert("client_authentication".to_owned(), json!(method));
    }
    if matches!(value("token_placement").as_str(), "url" | "query") {
        params.insert("send_in".to_owned(), json!("query"));
        put(&mut params, "parameter_name", &value("token_query_key"));
    } else if value("token_header_prefix") != "Bearer" {
        put(&mut params, "header_prefix", &value("token_header_prefix"));
    }
    if value("token_source") == "id_token" {
        params.insert("use_token".to_owned(), json!("id_token"));
    }
    if value("auto_refresh_token") == "false" {
        params.insert("auto_refresh".to_owned(), json!(false));
    }
    if !extra.is_empty() {
        params.insert("extra".to_owned(), Value::Object(extra));
    }
    if !value("state").is_empty() {
        notes.warn(
            "A fixed state is set",
            "It is not sent: every sign-in gets a random one, which is compared",
        );
    }
    Auth { kind: AuthKind::OAuth2, params }
}

/// An additional parameter of a request to the provider, in our form.
pub(super) fn extra(name: &str, value: &str, place: &str, enabled: bool) -> Value {
    let place = match place {
        "header" | "headers" => "header",
        "body" => "body",
        _ => "query",
    };
    json!({"name": name, "value": value, "in": place, "enabled": enabled})
}
