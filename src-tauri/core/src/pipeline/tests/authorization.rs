use std::sync::Arc;

use serde_json::{Value, json};

use super::super::{CredentialPlace, Draft, Outcome, Trouble, WillSend};
use super::stage::{Seen, Stage, auth, get, header, request};

fn draft(kind: &str, params: Value) -> Draft {
    let mut draft = get("http://api.test/a?x=1");
    Arc::make_mut(&mut draft.definition).auth = auth(kind, params);
    draft
}

fn sent(kind: &str, params: Value) -> Seen {
    let stage = Stage::new();
    stage.send(draft(kind, params));
    stage.sent().remove(0)
}

#[test]
fn a_bearer_token_takes_the_place_of_an_authorization_header() {
    let stage = Stage::new();
    let mut draft = draft("bearer", json!({"token": " abc\n"}));
    request(&mut draft).headers = vec![header("authorization", "Basic old")];
    stage.send(draft);
    let sent = stage.sent().remove(0);
    assert_eq!(sent.headers, [("Authorization".to_owned(), "Bearer abc".to_owned())]);
    assert_eq!(sent.credentials.headers, ["Authorization"]);
}

#[test]
fn basic_credentials_are_joined_and_encoded() {
    let sent = sent("basic", json!({"username": "Aladdin", "password": "open sesame"}));
    assert_eq!(sent.header("Authorization"), Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
}

#[test]
fn an_api_key_goes_into_the_header_or_the_query_it_names() {
    let sent_header = sent("apikey", json!({"key": "X-Own-Key", "value": "k 1"}));
    assert_eq!(sent_header.header("x-own-key"), Some("k 1"));
    assert_eq!(sent_header.credentials.headers, ["X-Own-Key"], "it stays within its origin on redirects");
    let sent_query = sent("apikey", json!({"key": "x", "value": "k&1", "in": "query"}));
    assert_eq!(sent_query.url.as_str(), "http://api.test/a?x=k%261");
}

#[test]
fn an_empty_credential_is_a_warning() {
    for (kind, params) in
        [("bearer", json!({"token": ""})), ("basic", json!({})), ("apikey", json!({"value": "v"}))]
    {
        let stage = Stage::new();
        let verdict = stage.send(draft(kind, params));
        assert_eq!(stage.sent()[0].header("Authorization"), None);
        assert_eq!(verdict.warnings.len(), 1, "{kind}");
    }
}

#[test]
fn the_preview_says_what_will_be_sent_and_shows_no_secret() {
    let stage = Stage::new();
    let token = "eyJhbGciOiJSUzI1NiJ9.e30.h3Q";
    let credential = |place, name: &str, preview: &str| WillSend::Credential {
        place,
        name: name.into(),
        preview: preview.into(),
        token: None,
    };
    assert_eq!(stage.will_send(get("http://h/")), WillSend::Nothing);
    assert_eq!(
        stage.will_send(draft("bearer", json!({"token": token}))),
        credential(CredentialPlace::Header, "Authorization", "Bearer eyJ…h3Q")
    );
    assert_eq!(
        stage.will_send(draft("basic", json!({"username": "alice", "password": "hunter2"}))),
        credential(CredentialPlace::Header, "Authorization", "Basic alice:•••")
    );
    assert_eq!(
        stage.will_send(draft("apikey", json!({"key": "k", "value": "hunter2", "in": "query"}))),
        credential(CredentialPlace::Query, "k", "•••")
    );
    assert_eq!(
        stage.will_send(draft("digest", json!({"username": "alice", "password": "hunter2"}))),
        credential(CredentialPlace::Header, "Authorization", "Digest alice:•••, once the API asks for it")
    );
}

#[test]
fn a_setting_of_the_auth_config_that_is_not_known_is_named() {
    let stage = Stage::new();
    let verdict = stage.send(draft("oauth2", json!({"grant": "client_credentials", "colour": "red"})));
    let Outcome::Failed(Trouble::Auth(failure)) = &verdict.outcome else { panic!("it was sent") };
    assert!(failure.cause.contains("colour"), "{}", failure.cause);
    assert!(stage.sent().is_empty());
}
