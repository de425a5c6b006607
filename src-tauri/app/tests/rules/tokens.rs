//! Tokens while a window is open.

use std::time::Duration;

use gatepass_app::KeyStoreKind;
use gatepass_app::dto::{StatusView, TokenPart};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::common::{Desk, eventually, folder};

#[tokio::test(flavor = "multi_thread")]
async fn a_change_by_another_process_is_heard() {
    let data = folder();
    let window = Desk::window(data.path()).await.unwrap();
    let request = request_with(&window, &slow_provider(Duration::ZERO, 600).await).await;
    let key = window.app.token_key(request.clone()).await.unwrap().unwrap();
    let heard = async || {
        let mut tokens = window.heard.tokens.lock().unwrap();
        let heard = tokens.contains(&key);
        tokens.clear();
        heard.then_some(())
    };
    let other = Desk::open(data.path(), None).await;
    other.app.get_new_token(request.clone()).await.unwrap();
    eventually(heard).await;
    assert_eq!(window.app.token_card(request).await.unwrap().status, StatusView::Valid);
    // Whatever is still to be said about the first change has been said before the second.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    window.heard.tokens.lock().unwrap().clear();
    other.app.delete_token(key.clone()).await.unwrap();
    eventually(heard).await;
    other.app.close().await;
    window.app.close().await;
}

/// A provider that answers each token request after a while, with tokens that live for `lifetime` seconds.
async fn slow_provider(after: Duration, lifetime: u64) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/token", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut number = 0;
        while let Ok((mut socket, _)) = listener.accept().await {
            number += 1;
            tokio::spawn(async move {
                let mut request = vec![0; 16_384];
                let _ = socket.read(&mut request).await;
                tokio::time::sleep(after).await;
                let body = json!({
                    "access_token": format!("access-{number}"), "refresh_token": format!("refresh-{number}"),
                    "token_type": "Bearer", "expires_in": lifetime,
                });
                let body = body.to_string();
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = socket.write_all(answer.as_bytes()).await;
            });
        }
    });
    address
}

/// A request that gets its token from `token_endpoint` with a password.
async fn request_with(desk: &Desk, token_endpoint: &str) -> String {
    let collection = desk.app.create_collection("Photos".to_owned()).await.unwrap().id;
    let request = desk.app.create_request(collection.clone(), "List".to_owned()).await.unwrap().id;
    desk.app.set_auth(collection.clone(), Some("oauth2".to_owned())).await.unwrap();
    let params = json!({
        "grant": "password", "client_id": "photos", "username": "alice", "password": "alice", "scope": "photos",
        "token_endpoint": token_endpoint,
    });
    let params = params
        .as_object()
        .unwrap()
        .clone()
        .into_iter()
        .collect::<std::collections::BTreeMap<String, Value>>();
    desk.app.set_auth_params(collection, params).await.unwrap();
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_waits_for_a_refresh_that_has_left_and_keeps_its_answer() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let provider = slow_provider(Duration::from_millis(700), 600).await;
    let request = request_with(&desk, &provider).await;
    assert!(desk.app.get_new_token(request.clone()).await.unwrap().failure.is_none());
    let key = desk.app.token_key(request.clone()).await.unwrap().unwrap();
    let app = desk.app.clone();
    let refreshing = tokio::spawn(async move { app.refresh_token(request).await });
    eventually(async || {
        let listed = desk.app.list_tokens().await.unwrap();
        (listed[0].status == StatusView::Refreshing).then_some(())
    })
    .await;
    desk.app.close().await;
    refreshing.abort();
    let again = Desk::open(data.path(), None).await;
    let refresh_token = again.app.reveal_token(key, TokenPart::RefreshToken).await.unwrap();
    assert_eq!(refresh_token, "refresh-2");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_card_shows_the_steps_of_a_renewal_in_the_background() {
    let data = folder();
    let desk = Desk::window(data.path()).await.unwrap();
    let provider = slow_provider(Duration::ZERO, 3).await;
    let request = request_with(&desk, &provider).await;
    let first = desk.app.get_new_token(request.clone()).await.unwrap();
    assert_eq!(first.status, StatusView::Valid);
    let steps = eventually(async || {
        let card = desk.app.token_card(request.clone()).await.unwrap();
        let steps: Vec<String> = card.flow.into_iter().map(|step| step.step).collect();
        steps.contains(&"refresh".to_owned()).then_some(steps)
    })
    .await;
    assert_eq!(
        steps.first().map(String::as_str),
        Some("refresh"),
        "the flow of the renewal alone: {steps:?}"
    );
    assert!(desk.heard.flows.lock().unwrap().contains(&request), "and the window was told");
    desk.app.close().await;
}
