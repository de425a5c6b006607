#![allow(clippy::unwrap_used)]

use serde_json::{Map, json};

use super::*;
use crate::workspace::{Auth, Id, KeyValue, RequestDefinition, Script, ScriptEvent, Variable};

const CANARY: &str = "canary-9f3b1c";

fn header(name: &str, value: &str) -> KeyValue {
    KeyValue { name: name.into(), value: value.into(), enabled: true, description: String::new() }
}

fn with_params(kind: AuthKind, params: Value) -> Definition {
    let params = params.as_object().unwrap().clone();
    Definition { auth: Some(Auth { kind, params }), ..Definition::default() }
}

/// The plain part, after checking that the secrets are out of it and that both parts make the whole again.
fn checked(definition: &Definition) -> Value {
    let Parts { plain, secrets } = definition.split();
    assert!(!plain.to_string().contains(CANARY), "{plain}");
    let secrets = Secrets::from_vault(&secrets.expose_for_vault()).unwrap();
    assert!(Definition::join(plain.clone(), &secrets).is_ok_and(|joined| joined == *definition));
    assert!(Definition::join(plain.clone(), &Secrets::default()).is_ok(), "the plain part has the shape");
    plain
}

#[test]
fn damaged_content_is_refused_without_quoting_it() {
    let request = serde_json::json!({ "request": CANARY, "auth": CANARY, "variables": CANARY });
    let refused = Definition::join(request, &Secrets::default()).err().unwrap().to_string();
    assert!(!refused.contains(CANARY), "{refused}");
}

#[test]
fn no_secret_of_an_auth_config_stays_in_the_plain_part() {
    let secrets = [
        "client_secret",
        "password",
        "assertion",
        "subject_token",
        "actor_token",
        "refresh_token",
        "code_verifier",
        "id_token_hint",
        "login_hint_token",
        "something_from_a_later_version",
    ];
    let mut params = Map::new();
    for name in secrets {
        params.insert(name.to_owned(), json!(CANARY));
    }
    for name in ["client_key", "client_certificate", "redirect_certificate", "id_token_decryption_key"] {
        let key =
            json!({"pem": CANARY, "jwk": {"d": CANARY}, "pkcs12": CANARY, "password": CANARY, "kid": "k1"});
        params.insert(name.to_owned(), key);
    }
    params.insert("client/key~".to_owned(), json!([CANARY, {"deep": CANARY}]));
    let row = json!([{"name": "n", "value": CANARY, "in": "body", "enabled": true}]);
    params.insert("extra".to_owned(), json!({"authorization": row, "token": row, "refresh": row}));
    params.insert("client_id".to_owned(), json!("photos"));
    let plain = checked(&with_params(AuthKind::OAuth2, Value::Object(params)));
    assert_eq!(plain["auth"]["params"]["client_id"], "photos");
    assert_eq!(plain["auth"]["params"]["client_key"]["kid"], "k1");
    assert_eq!(plain["auth"]["params"]["extra"]["token"][0]["name"], "n");
}

#[test]
fn a_structure_written_as_text_is_secret_as_a_whole() {
    let text = json!({"token": [{"name": "n", "value": CANARY}]}).to_string();
    checked(&with_params(
        AuthKind::OAuth2,
        json!({"extra": text, "client_key": text, "assertion": text, "subject_token": {"deep": CANARY}}),
    ));
}

#[test]
fn the_claims_of_an_assertion_that_is_made_here_can_be_read() {
    let assertion = json!({"claims": {"sub": "alice"}});
    let plain = checked(&with_params(AuthKind::OAuth2, json!({"assertion": assertion})));
    assert_eq!(plain["auth"]["params"]["assertion"], assertion);
}

#[test]
fn of_every_kind_of_auth_only_known_harmless_parameters_stay() {
    for (kind, params) in [
        (AuthKind::Bearer, json!({"token": CANARY})),
        (AuthKind::Basic, json!({"username": "alice", "password": CANARY})),
        (AuthKind::ApiKey, json!({"key": "X-Key", "value": CANARY, "in": "header"})),
        (AuthKind::Digest, json!({"username": "alice", "password": CANARY, "nonce": CANARY})),
        (
            AuthKind::OAuth1,
            json!({"consumerKey": "k", "consumerSecret": CANARY, "token": CANARY, "tokenSecret": CANARY, "privateKey": CANARY}),
        ),
        (AuthKind::AwsV4, json!({"accessKey": "k", "secretKey": CANARY, "sessionToken": CANARY})),
        (AuthKind::Hawk, json!({"authId": "i", "authKey": CANARY})),
        (AuthKind::Ntlm, json!({"username": "alice", "password": CANARY})),
        (AuthKind::EdgeGrid, json!({"accessToken": CANARY, "clientToken": CANARY, "clientSecret": CANARY})),
        (AuthKind::Jwt, json!({"algorithm": "HS256", "secret": CANARY, "privateKey": CANARY})),
        (AuthKind::Asap, json!({"iss": "i", "privateKey": CANARY})),
        (AuthKind::NoAuth, json!({"left over": CANARY})),
    ] {
        checked(&with_params(kind, params));
    }
}

#[test]
fn secret_variables_credential_headers_settings_and_imported_fields_are_taken_out() {
    let secret = Variable { secret: true, ..Variable::new("key", CANARY) };
    let settings = json!({"proxy": format!("http://u:{CANARY}@proxy"), "verify_tls": false});
    let plain = checked(&Definition {
        variables: vec![Variable::new("host", "example.com"), secret],
        request: Some(RequestDefinition {
            headers: vec![
                header("Accept", "*/*"),
                header("authorization", CANARY),
                header("X-API-Key", CANARY),
            ],
            ..RequestDefinition::default()
        }),
        scripts: vec![Script {
            event: ScriptEvent::Test,
            source: "pm.test()".into(),
            unknown: json!({"id": CANARY}).as_object().unwrap().clone(),
        }],
        settings: settings.as_object().unwrap().clone(),
        unknown: json!({"postman": {"response": [CANARY]}}).as_object().unwrap().clone(),
        ..Definition::default()
    });
    assert_eq!(plain["variables"][0]["value"], "example.com");
    assert_eq!(plain["request"]["headers"][0]["value"], "*/*");
    assert_eq!(plain["settings"]["verify_tls"], false);
}

#[test]
fn a_value_that_is_only_variables_is_no_secret() {
    let definition =
        with_params(AuthKind::OAuth2, json!({"client_secret": "{{secret}}", "password": "x{{y}}"}));
    let Parts { plain, secrets } = definition.split();
    assert_eq!(plain["auth"]["params"]["client_secret"], "{{secret}}");
    assert_eq!(secrets.places().collect::<Vec<_>>(), ["/auth/params/password"]);
}

#[test]
fn the_secret_values_of_an_environment_are_taken_out() {
    let secret = Variable { secret: true, ..Variable::new("key", CANARY) };
    let environment = Environment {
        id: Id::from_text("e1"),
        name: "Staging".into(),
        colour: None,
        variables: vec![Variable::new("host", "x"), secret],
    };
    let Parts { plain, secrets } = environment.split();
    assert!(!plain.to_string().contains(CANARY));
    assert_eq!(Environment::join(plain, &secrets).unwrap(), environment);
}

#[test]
fn damaged_parts_are_an_error_that_shows_no_secret() {
    assert!(Secrets::from_vault(b"{\"/a\": ").is_err());
    let secrets = Secrets::from_vault(br#"{"/request/headers/3/value": "canary-9f3b1c"}"#).unwrap();
    let error = Definition::join(json!({}), &secrets).err().unwrap().to_string();
    assert!(error.contains("/request/headers/3/value") && !error.contains(CANARY), "{error}");
}

#[test]
fn of_a_workspaces_settings_passphrases_and_the_proxy_are_secret() {
    let settings = crate::workspace::WorkspaceSettings {
        sending: Map::from_iter([
            ("proxy".to_owned(), json!(format!("http://alice:{CANARY}@proxy.test:3128"))),
            ("verify_tls".to_owned(), json!(false)),
        ]),
        hosts: vec![crate::workspace::HostSettings {
            host: "api.test".to_owned(),
            certificate: "/certificates/client.pem".to_owned(),
            passphrase: CANARY.to_owned(),
            enabled: true,
            ..Default::default()
        }],
    };
    let Parts { plain, secrets } = settings.split();
    assert!(!plain.to_string().contains(CANARY), "{plain}");
    assert_eq!(plain["hosts"][0]["certificate"], "/certificates/client.pem");
    assert!(crate::workspace::WorkspaceSettings::join(plain, &secrets).unwrap() == settings);
}

#[test]
fn the_claims_of_an_assertion_that_is_built_here_can_be_read_and_a_finished_one_cannot() {
    let built = json!({"assertion": {"claims": {"sub": "alice"}}, "client_key": {"pem": CANARY}});
    let plain = checked(&with_params(AuthKind::OAuth2, built));
    assert_eq!(plain["auth"]["params"]["assertion"]["claims"]["sub"], "alice");
    checked(&with_params(AuthKind::OAuth2, json!({"assertion": CANARY})));
}
