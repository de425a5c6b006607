use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::Draft;
use super::stage::{Seen, Stage, auth, get, request};
use crate::exchange::HttpVersion;
use crate::workspace::Body;

fn draft(kind: &str, params: Value) -> Draft {
    let mut draft = get("http://api.test/a?x=1");
    Arc::make_mut(&mut draft.definition).auth = auth(kind, params);
    draft
}

const ASKS: (&str, &str) = ("WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\", qop=\"auth\"");

fn digest() -> Draft {
    draft("digest", json!({"username": "alice", "password": "hunter22"}))
}

fn message_number(sent: &Seen) -> Option<u8> {
    let encoded = sent.header("Authorization")?.strip_prefix("NTLM ")?;
    STANDARD.decode(encoded).unwrap().get(8).copied()
}

/// The second message of a handshake, in its header.
fn second_message() -> String {
    let mut message = b"NTLMSSP\0".to_vec();
    message.extend_from_slice(&2_u32.to_le_bytes());
    message.extend_from_slice(&[0; 8]);
    message.extend_from_slice(&1_u32.to_le_bytes());
    message.extend_from_slice(&[7; 8]);
    message.extend_from_slice(&[0; 16]);
    format!("NTLM {}", STANDARD.encode(message))
}

#[test]
fn a_password_is_given_only_when_it_is_asked_for_and_only_once() {
    let stage = Stage::new();
    stage.answer(401, &[ASKS]);
    stage.answer(401, &[ASKS]);
    let verdict = stage.send(digest());
    let sent = stage.sent();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].header("Authorization"), None);
    assert!(sent[1].header("Authorization").unwrap().starts_with("Digest username=\"alice\""));
    assert_eq!(verdict.exchange().unwrap().response.status, 401);
    let shown = verdict.request.unwrap();
    let authorization = shown.headers.iter().find(|(name, _)| name == "Authorization").unwrap();
    assert_eq!(authorization.1, "Digest •••");
}

#[test]
fn what_was_not_refused_or_is_not_to_be_answered_is_left() {
    for (status, params) in [(200, json!({"username": "a"})), (401, json!({"disableRetryRequest": true}))] {
        let stage = Stage::new();
        stage.answer(status, &[ASKS]);
        stage.send(draft("digest", params));
        assert_eq!(stage.sent().len(), 1, "{status}");
    }
}

#[test]
fn a_body_is_sent_again_with_the_answer() {
    let stage = Stage::new();
    stage.answer(401, &[ASKS]);
    let mut draft = digest();
    request(&mut draft).method = "POST".into();
    request(&mut draft).body = Body::Raw { language: "text".into(), text: "the body".into() };
    stage.send(draft);
    assert_eq!(stage.sent()[1].text(), "the body");
}

#[test]
fn the_three_messages_of_ntlm_share_a_connection_of_their_own() {
    let stage = Stage::new();
    stage.answer(401, &[("WWW-Authenticate", "Negotiate"), ("WWW-Authenticate", "NTLM")]);
    stage.answer(401, &[("WWW-Authenticate", &second_message())]);
    let mut draft = draft("ntlm", json!({"username": "CORP\\alice", "password": "hunter22"}));
    request(&mut draft).method = "POST".into();
    request(&mut draft).body = Body::Raw { language: "text".into(), text: "the body".into() };
    let verdict = stage.send(draft);
    assert_eq!(verdict.exchange().unwrap().response.status, 200);
    let sent = stage.sent();
    assert_eq!(sent.iter().map(message_number).collect::<Vec<_>>(), [None, Some(1), Some(3)]);
    assert_eq!(sent.iter().map(Seen::text).collect::<Vec<_>>(), ["the body", "", "the body"]);
    let connections = sent.iter().map(|sent| sent.own_connection.as_ref().unwrap().token());
    let first = connections.clone().next().unwrap();
    assert!(connections.into_iter().all(|connection| Arc::ptr_eq(connection, first)));
    assert!(sent.iter().all(|sent| sent.settings.http_version == HttpVersion::Http1));
}

#[test]
fn a_server_that_does_not_speak_ntlm_gets_no_message() {
    let stage = Stage::new();
    stage.answer(401, &[("WWW-Authenticate", "Basic realm=\"r\"")]);
    stage.send(draft("ntlm", json!({"username": "alice", "password": "hunter22"})));
    assert_eq!(stage.sent().len(), 1);
}

#[test]
fn a_file_that_is_signed_is_read_before_and_sent_as_it_was_read() {
    let stage = Stage::new();
    let mut draft = draft("awsv4", json!({"accessKey": "a", "secretKey": "s"}));
    request(&mut draft).method = "PUT".into();
    request(&mut draft).body = Body::File { path: "/somewhere".into() };
    stage.send(draft);
    assert_eq!(stage.sent()[0].text(), "what the file holds");
}
