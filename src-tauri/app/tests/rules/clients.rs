//! The client at its provider: registered, checked, given keys; and what an API's 401 asks for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use gatepass_app::KeyStoreKind;
use gatepass_app::dto::{FlowFormat, ResponseView, SendIntent, SendOutcome, StatusView};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::common::{Desk, folder};

/// A server that answers by path, and remembers the bodies that it was sent.
struct Server {
    base: String,
    bodies: Arc<Mutex<Vec<(String, String)>>>,
}

impl Server {
    /// `answer` is asked with the base address and the path for status, further header lines and JSON.
    async fn start(answer: impl Fn(&str, &str) -> (u16, String, Value) + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let bodies: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let (own, heard) = (base.clone(), Arc::clone(&bodies));
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let (head, body) = read_request(&mut socket).await;
                let path = head.split_whitespace().nth(1).unwrap_or_default().to_owned();
                heard.lock().unwrap().push((path.clone(), body));
                let (status, headers, json) = answer(&own, &path);
                let json = json.to_string();
                let answer = format!(
                    "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{headers}connection: close\r\n\r\n{json}",
                    json.len()
                );
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        });
        Self { base, bodies }
    }

    fn body_sent_to(&self, path: &str) -> String {
        let bodies = self.bodies.lock().unwrap();
        bodies.iter().rev().find(|(known, _)| known == path).map(|(_, body)| body.clone()).unwrap()
    }
}

async fn read_request(socket: &mut tokio::net::TcpStream) -> (String, String) {
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok())
                .unwrap_or(0);
            if body.len() >= length {
                return (head.to_owned(), body.to_owned());
            }
        }
        match socket.read(&mut buffer).await {
            Ok(0) | Err(_) => return (String::new(), String::new()),
            Ok(count) => read.extend_from_slice(&buffer[..count]),
        }
    }
}

/// A collection with these OAuth 2.0 settings, and a request to `url` that inherits them.
async fn collection(desk: &Desk, url: &str, params: Value) -> (String, String) {
    let collection = desk.app.create_collection("Photos".to_owned()).await.unwrap().id;
    let request = desk.app.create_request(collection.clone(), "List".to_owned()).await.unwrap().id;
    desk.app.set_auth(collection.clone(), Some("oauth2".to_owned())).await.unwrap();
    let params: BTreeMap<String, Value> = params.as_object().unwrap().clone().into_iter().collect();
    desk.app.set_auth_params(collection.clone(), params).await.unwrap();
    let edit = serde_json::from_value(json!({ "url": url })).unwrap();
    desk.app.edit_request(request.clone(), edit).await.unwrap();
    (collection, request)
}

async fn desk(data: &tempfile::TempDir) -> Desk {
    Desk::open(data.path(), Some(KeyStoreKind::File)).await
}

async fn answered(desk: &Desk, node: &str) -> ResponseView {
    match desk.app.send(node.to_owned(), SendIntent::Plain).await.unwrap() {
        SendOutcome::Answered { response } => response,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_client_is_filled_in_where_its_settings_stand() {
    let provider = Server::start(|_, _| {
        let given = json!({
            "client_id": "given", "client_secret": "canary-given-secret", "client_secret_expires_at": 0,
            "token_endpoint_auth_method": "client_secret_post",
        });
        (201, String::new(), given)
    })
    .await;
    let data = folder();
    let desk = desk(&data).await;
    let params = json!({
        "grant": "client_credentials", "registration_endpoint": format!("{}/register", provider.base),
        "token_endpoint": format!("{}/token", provider.base),
    });
    let (collection, request) = collection(&desk, "http://127.0.0.1:9/", params).await;
    let registered = desk.app.register_client(request).await.unwrap();
    assert_eq!((registered.node.as_str(), registered.client_id.as_str()), (collection.as_str(), "given"));
    assert!(registered.has_secret && registered.secret_expires_at.is_none());
    assert!(!format!("{registered:?}").contains("canary"), "the window does not get the secret");
    let auth = desk.app.open_node(collection.clone()).await.unwrap().auth.unwrap();
    assert_eq!(auth.params["client_id"], "given");
    assert_eq!(auth.params["client_authentication"], "client_secret_post");
    let secret = desk.app.reveal_auth_secret(collection, "client_secret".to_owned()).await.unwrap();
    assert_eq!(secret, "canary-given-secret");
    let sent: Value = serde_json::from_str(&provider.body_sent_to("/register")).unwrap();
    assert_eq!(sent["grant_types"], json!(["client_credentials"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_registration_changes_no_setting() {
    let provider = Server::start(|_, _| {
        (400, String::new(), json!({ "error": "invalid_client_metadata", "error_description": "no" }))
    })
    .await;
    let data = folder();
    let desk = desk(&data).await;
    let params = json!({
        "grant": "client_credentials", "client_id": "before",
        "registration_endpoint": format!("{}/register", provider.base),
    });
    let (collection, _) = collection(&desk, "http://127.0.0.1:9/", params).await;
    let refused = desk.app.register_client(collection.clone()).await.unwrap_err();
    assert_eq!(refused.oauth_error.as_deref(), Some("invalid_client_metadata"));
    let auth = desk.app.open_node(collection).await.unwrap().auth.unwrap();
    assert_eq!(auth.params["client_id"], "before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_client_key_stays_inside_and_its_public_half_can_be_exported() {
    let data = folder();
    let desk = desk(&data).await;
    let params =
        json!({ "grant": "client_credentials", "client_id": "c", "token_endpoint": "http://127.0.0.1:9/" });
    let (collection, request) = collection(&desk, "http://127.0.0.1:9/", params).await;
    let made = desk.app.generate_client_key(request.clone(), "ES256".to_owned()).await.unwrap();
    assert_eq!((made.node.as_str(), made.algorithm.as_str()), (collection.as_str(), "ES256"));
    let exported: Value = serde_json::from_str(&desk.app.public_jwks(request).await.unwrap()).unwrap();
    assert_eq!(exported, serde_json::from_str::<Value>(&made.jwks).unwrap());
    assert_eq!(exported["keys"][0]["kid"], made.kid.as_str());
    assert!(exported["keys"][0].get("d").is_none());
    let auth = desk.app.open_node(collection).await.unwrap().auth.unwrap();
    assert!(auth.secrets.contains(&"client_key/pem".to_owned()), "{:?}", auth.secrets);
    assert!(!format!("{:?}", auth.params).contains("PRIVATE KEY"));
    let refused = desk.app.generate_client_key(made.node, "HS256".to_owned()).await.unwrap_err();
    assert_eq!(refused.code, "configuration");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_of_a_config_uses_the_metadata_of_its_provider() {
    let provider = Server::start(|base, _| {
        let metadata = json!({
            "issuer": base, "token_endpoint": format!("{base}/token"),
            "grant_types_supported": ["authorization_code"],
        });
        (200, String::new(), metadata)
    })
    .await;
    let data = folder();
    let desk = desk(&data).await;
    let params = json!({ "grant": "password", "issuer": provider.base, "client_id": "c" });
    let (_, request) = collection(&desk, "http://127.0.0.1:9/", params).await;
    let checked = desk.app.check_config(request).await.unwrap();
    assert!(checked.with_metadata && checked.problem.is_none());
    let kinds: Vec<&str> = checked.advice.iter().map(|advice| advice.kind.as_str()).collect();
    assert!(kinds.contains(&"deprecated") && kinds.contains(&"unsupported"), "{kinds:?}");
    assert!(checked.advice.iter().any(|advice| advice.fix.is_some()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_without_metadata_says_why_and_goes_on() {
    let data = folder();
    let desk = desk(&data).await;
    let params = json!({ "grant": "password", "issuer": "http://127.0.0.1:9", "client_id": "c" });
    let (_, request) = collection(&desk, "http://127.0.0.1:9/", params).await;
    let checked = desk.app.check_config(request).await.unwrap();
    assert!(!checked.with_metadata);
    assert_eq!(checked.problem.unwrap().code, "network");
    assert!(!checked.advice.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_401_that_points_to_metadata_offers_what_to_fill_in() {
    let api = Server::start(|base, path| match path {
        "/.well-known/oauth-protected-resource" => {
            let metadata = json!({
                "resource": base, "authorization_servers": ["https://id.example.com"],
                "scopes_supported": ["photos", "albums"],
            });
            (200, String::new(), metadata)
        }
        _ => {
            let challenge = format!(
                "www-authenticate: Bearer resource_metadata=\"{base}/.well-known/oauth-protected-resource\"\r\n"
            );
            (401, challenge, json!({}))
        }
    })
    .await;
    let data = folder();
    let desk = desk(&data).await;
    let collection = desk.app.create_collection("Photos".to_owned()).await.unwrap().id;
    let request = desk.app.create_request(collection, "List".to_owned()).await.unwrap().id;
    let edit = serde_json::from_value(json!({ "url": format!("{}/photos", api.base) })).unwrap();
    desk.app.edit_request(request.clone(), edit).await.unwrap();
    assert!(desk.app.read_resource_metadata(request.clone()).await.is_err(), "nothing was asked yet");
    let challenge = answered(&desk, &request).await.challenge.unwrap();
    assert!(challenge.resource_metadata.unwrap().ends_with("/oauth-protected-resource"));
    let found = desk.app.read_resource_metadata(request).await.unwrap();
    assert_eq!(found.issuers, ["https://id.example.com"]);
    assert_eq!(found.params["issuer"], "https://id.example.com");
    assert_eq!(found.params["scope"], "photos albums");
    assert_eq!(found.params["resource"], json!([api.base]));
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_about_another_api_is_not_believed() {
    let api = Server::start(|base, path| match path {
        "/metadata" => {
            let metadata = json!({ "resource": "https://other", "authorization_servers": ["https://evil"] });
            (200, String::new(), metadata)
        }
        _ => (401, format!("www-authenticate: Bearer resource_metadata=\"{base}/metadata\"\r\n"), json!({})),
    })
    .await;
    let data = folder();
    let desk = desk(&data).await;
    let collection = desk.app.create_collection("Photos".to_owned()).await.unwrap().id;
    let request = desk.app.create_request(collection, "List".to_owned()).await.unwrap().id;
    let edit = serde_json::from_value(json!({ "url": format!("{}/photos", api.base) })).unwrap();
    desk.app.edit_request(request.clone(), edit).await.unwrap();
    answered(&desk, &request).await;
    let refused = desk.app.read_resource_metadata(request).await.unwrap_err();
    assert_eq!(refused.code, "invalid_response");
    assert!(refused.cause.contains("https://other"), "{}", refused.cause);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stronger_sign_in_is_made_as_the_api_asked_and_the_settings_stay() {
    let server = Server::start(|_, path| match path {
        "/ciba" => (200, String::new(), json!({ "auth_req_id": "r", "expires_in": 60, "interval": 1 })),
        "/token" => {
            let tokens = json!({ "access_token": "strong-token", "token_type": "Bearer", "expires_in": 600 });
            (200, String::new(), tokens)
        }
        _ => {
            let challenge =
                "www-authenticate: Bearer error=\"insufficient_user_authentication\", acr_values=\"gold\"\r\n";
            (401, challenge.to_owned(), json!({}))
        }
    })
    .await;
    let data = folder();
    let desk = desk(&data).await;
    let params = json!({
        "grant": "ciba", "client_id": "c", "client_secret": "s3cr3t", "login_hint": "alice", "scope": "photos",
        "token_endpoint": format!("{}/token", server.base),
        "backchannel_authentication_endpoint": format!("{}/ciba", server.base),
    });
    let (collection, request) = collection(&desk, &format!("{}/photos", server.base), params).await;
    desk.app.get_new_token(request.clone()).await.unwrap();
    let challenge = answered(&desk, &request).await.challenge.unwrap();
    assert!(challenge.step_up);
    assert_eq!(challenge.acr_values.as_deref(), Some("gold"));
    let card = desk.app.step_up(request.clone()).await.unwrap();
    assert!(card.failure.is_none(), "{:?}", card.failure);
    assert_eq!(card.status, StatusView::Valid);
    assert!(server.body_sent_to("/ciba").contains("acr_values=gold"), "{}", server.body_sent_to("/ciba"));
    let auth = desk.app.open_node(collection).await.unwrap().auth.unwrap();
    assert!(!auth.params.contains_key("acr_values"), "the settings are the person's");
}

#[tokio::test(flavor = "multi_thread")]
async fn flows_are_exported_without_secrets_and_copied_with_them_only_when_asked() {
    let provider = Server::start(|_, _| {
        let tokens = json!({ "access_token": "canary-access", "token_type": "Bearer", "expires_in": 600 });
        (200, String::new(), tokens)
    })
    .await;
    let data = folder();
    let desk = desk(&data).await;
    let params = json!({
        "grant": "client_credentials", "client_id": "c", "client_secret": "canary-secret", "scope": "photos",
        "token_endpoint": format!("{}/token", provider.base), "client_authentication": "client_secret_post",
    });
    let (_, request) = collection(&desk, "http://127.0.0.1:9/", params).await;
    desk.app.get_new_token(request.clone()).await.unwrap();
    desk.app.get_new_token(request.clone()).await.unwrap();
    let key = desk.app.token_key(request).await.unwrap().unwrap();
    let flows = desk.app.flows(key.clone()).await.unwrap();
    assert_eq!(flows.len(), 2);
    assert!(flows[0].at >= flows[1].at && !flows[0].failed, "newest first");
    for format in [FlowFormat::Markdown, FlowFormat::Har] {
        for flow in [None, Some(flows[0].id.clone())] {
            let text = desk.app.export_flow(key.clone(), flow, format).await.unwrap();
            assert!(text.contains("/token") && !text.contains("canary"), "{text}");
        }
    }
    let at = flows[0].steps.iter().position(|step| step.step == "token").unwrap();
    let copy = |with_secrets| desk.app.flow_step_as_curl(key.clone(), flows[0].id.clone(), at, with_secrets);
    let blanked = copy(false).await.unwrap();
    assert!(blanked.contains("grant_type=client_credentials") && !blanked.contains("canary"), "{blanked}");
    assert!(copy(true).await.unwrap().contains("canary-secret"));
    assert!(!serde_json::to_string(&flows).unwrap().contains("canary"), "nothing of it crosses unasked");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_provider_is_asked_about_a_token_and_told_of_its_end() {
    let provider = Server::start(|_, path| match path {
        "/token" => (
            200,
            String::new(),
            json!({ "access_token": "some-token", "token_type": "Bearer", "expires_in": 600 }),
        ),
        "/introspect" => (200, String::new(), json!({ "active": true, "scope": "photos" })),
        "/userinfo" => (200, String::new(), json!({ "sub": "alice", "name": "Alice" })),
        _ => (200, String::new(), json!({})),
    })
    .await;
    let data = folder();
    let desk = desk(&data).await;
    let at = |path: &str| format!("{}/{path}", provider.base);
    let params = json!({
        "grant": "password", "client_id": "c", "client_secret": "s3cr3t", "username": "alice", "password": "pw",
        "token_endpoint": at("token"), "introspection_endpoint": at("introspect"),
        "userinfo_endpoint": at("userinfo"), "revocation_endpoint": at("revoke"),
    });
    let (_, request) = collection(&desk, "http://127.0.0.1:9/", params).await;
    desk.app.get_new_token(request.clone()).await.unwrap();
    let inspected = desk.app.introspect_token(request.clone()).await.unwrap();
    assert!(inspected.claims.iter().any(|claim| claim.name == "active" && claim.json == "true"));
    let person = desk.app.userinfo(request.clone()).await.unwrap();
    assert!(person.claims.iter().any(|claim| claim.name == "name" && claim.json == "\"Alice\""));
    let ended = desk.app.log_out(request).await.unwrap();
    assert_eq!(ended.card.status, StatusView::None);
    assert!(provider.body_sent_to("/revoke").contains("token=some-token"));
}
