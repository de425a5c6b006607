//! Secrets stay on the native side: nothing that crosses to the window holds one, but for what was asked to be seen.

use gatepass_app::KeyStoreKind;
use gatepass_app::dto::{SendIntent, TokenPart, VariableView};
use serde_json::{Value, json};

use crate::common::{Desk, folder, named};

/// Everything that the window can ask for without asking to see a secret, as the page gets it.
async fn everything(desk: &Desk) -> String {
    let mut told: Vec<Value> = Vec::new();
    let workspace = desk.app.open_workspace().await.unwrap();
    for node in &workspace.nodes {
        told.push(json!(desk.app.open_node(node.id.clone()).await.unwrap()));
        told.push(json!(desk.app.token_card(node.id.clone()).await.unwrap()));
        told.push(json!(desk.app.will_send(node.id.clone()).await.unwrap()));
    }
    told.push(json!(workspace));
    told.push(json!(desk.app.tree_health().await.unwrap()));
    told.push(json!(desk.app.list_tokens().await.unwrap()));
    told.push(json!(desk.app.history(String::new(), None, 1_000).await.unwrap()));
    json!(told).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_crosses_to_the_window_or_lies_readable_on_disk() {
    let data = folder();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let nodes = desk.app.open_playground().await.unwrap().nodes;
    let folder_with_auth = named(&nodes, "With a password (old)").to_owned();
    let request = named(&nodes, "Who is bob").to_owned();
    let set = async |params: Value| {
        let params = params.as_object().unwrap().clone().into_iter().collect();
        desk.app.set_auth_params(folder_with_auth.clone(), params).await.unwrap();
    };
    set(json!({
        "password": "bob",
        "extra": { "token": [{ "name": "hint", "value": "canary-extra", "in": "body", "enabled": true }] },
    }))
    .await;
    desk.app
        .set_variables(
            folder_with_auth.clone(),
            vec![VariableView {
                key: "hidden".to_owned(),
                value: Some("canary-variable".to_owned()),
                secret: true,
                enabled: true,
            }],
        )
        .await
        .unwrap();
    desk.app.get_new_token(request.clone()).await.unwrap();
    let key = desk.app.token_key(request.clone()).await.unwrap().unwrap();
    desk.app.send(request.clone(), SendIntent::Plain).await.unwrap();
    // A failed one: what is said about it is looked at too.
    set(json!({ "password": "canary-wrong-password" })).await;
    let failed = desk.app.get_new_token(request.clone()).await.unwrap();
    assert!(failed.failure.is_some());
    let told = everything(&desk).await + &json!(failed).to_string();

    let mut canaries: Vec<String> =
        ["canary-extra", "canary-variable", "canary-wrong-password"].map(str::to_owned).to_vec();
    for part in [TokenPart::AccessToken, TokenPart::IdToken, TokenPart::RefreshToken] {
        canaries.push(desk.app.reveal_token(key.clone(), part).await.unwrap());
    }
    desk.app.close().await;
    for canary in &canaries {
        assert!(!told.contains(canary.as_str()), "the window got {canary}");
    }
    let mut files = 0;
    let mut waiting = vec![data.path().to_owned()];
    while let Some(entry) = waiting.pop() {
        if entry.is_dir() {
            waiting.extend(std::fs::read_dir(entry).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        files += 1;
        let bytes = std::fs::read(&entry).unwrap();
        for canary in &canaries {
            let found = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
            assert!(!found, "{} holds {canary}", entry.display());
        }
    }
    assert!(files > 2);
}
