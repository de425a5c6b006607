use std::sync::Arc;

use serde_json::json;

use super::super::{Composed, ComposedBody, Draft, LEFT_OUT};
use super::stage::{Stage, auth, get, header, request};
use crate::template::VariableSet;
use crate::workspace::{Body, Variable};

fn compose(draft: Draft, secrets: bool) -> Composed {
    let stage = Stage::new();
    let composed = stage.world.simulation.run(stage.pipeline().compose(draft, secrets));
    assert!(stage.sent().is_empty(), "nothing leaves");
    composed.unwrap()
}

fn everything(composed: &Composed) -> String {
    let body = match &composed.body {
        ComposedBody::Text(text) => text.as_str(),
        _ => "",
    };
    format!("{} {} {:?} {body}", composed.method, composed.url, composed.headers)
}

#[test]
fn secrets_are_left_out_unless_they_are_asked_for() {
    let draft = || {
        let mut draft = get("http://api.test/{{path}}?api_key=query-secret");
        let key = Variable { secret: true, ..Variable::new("key", "variable-secret") };
        draft.local = Arc::new(VariableSet::new(vec![Variable::new("path", "a"), key]));
        request(&mut draft).method = "POST".into();
        request(&mut draft).headers = vec![header("X-Api-Key", "header-secret")];
        request(&mut draft).body = Body::Raw { language: "json".into(), text: "{\"k\": \"{{key}}\"}".into() };
        Arc::make_mut(&mut draft.definition).auth = auth("bearer", json!({"token": "bearer-secret"}));
        draft
    };
    let secrets = ["query-secret", "header-secret", "variable-secret", "bearer-secret"];
    let without = everything(&compose(draft(), false));
    let with = everything(&compose(draft(), true));
    for secret in secrets {
        assert!(!without.contains(secret), "{without}");
        assert!(with.contains(secret), "{with}");
    }
    assert!(without.contains("http://api.test/a?api_key=YOUR_SECRET"), "{without}");
    assert!(without.contains(&format!("Bearer {LEFT_OUT}")), "{without}");
}

#[test]
fn a_token_that_there_is_not_yet_is_shown_where_it_would_be() {
    let mut draft = get("http://api.test/");
    let config = json!({
        "grant": "authorization_code", "authorization_endpoint": "https://id.test/a",
        "token_endpoint": "https://id.test/t", "client_id": "c", "header_prefix": "Token",
    });
    Arc::make_mut(&mut draft.definition).auth = auth("oauth2", config);
    let composed = compose(draft, true);
    assert_eq!(composed.headers, [("Authorization".to_owned(), format!("Token {LEFT_OUT}"))]);
}

#[test]
fn a_password_for_a_challenge_is_told_apart() {
    let mut draft = get("http://api.test/");
    Arc::make_mut(&mut draft.definition).auth =
        auth("ntlm", json!({"username": "CORP\\alice", "password": "hunter22"}));
    let challenge = compose(draft.clone(), false).challenge.unwrap();
    assert_eq!(
        (challenge.scheme, challenge.username.as_str(), challenge.password.as_str()),
        ("ntlm", "CORP\\alice", LEFT_OUT)
    );
    assert_eq!(compose(draft, true).challenge.unwrap().password, "hunter22");
}
