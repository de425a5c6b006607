//! Tokens bound to a key (DPoP, RFC 9449) or to a certificate (RFC 8705 section 3).

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use gatepass_tests::{
    Provider, TokenCommand,
    auth_config::{changed, machine, signs_in},
    provider::Seen,
};
use serde_json::{Value, json};

use crate::{part, seen_at};

fn bound(provider: &Provider, client_id: &str) -> Value {
    changed(&signs_in(&provider.issuer, client_id), json!({ "dpop": true }))
}

/// Header and claims of the proof in a request.
fn proof(seen: &Seen) -> (Value, Value) {
    let proof = &seen.headers["dpop"];
    (part(proof, 0), part(proof, 1))
}

#[tokio::test]
async fn token_and_api_requests_prove_possession_of_one_key() {
    let provider = Provider::start(&[]).await;
    let token = TokenCommand::on(&bound(&provider, "native-dpop"));
    let tokens = token.get().await;
    assert_eq!(tokens["token_type"], "DPoP");
    token.refresh().await;
    let url = format!("{}/photos?page=2", provider.api);
    token.send(&url).await.expect_code(0);
    let renewed = token.show().await;
    let requests = [
        provider.token_requests("authorization_code").await.remove(0),
        provider.token_requests("refresh_token").await.remove(0),
        provider.api_requests().await.remove(0),
    ];
    let proofs = requests.each_ref().map(proof);
    for (header, claims) in &proofs {
        assert_eq!((&header["typ"], &header["jwk"]), (&json!("dpop+jwt"), &proofs[0].0["jwk"]), "one key");
        assert!(header["jwk"]["d"].is_null(), "the private half stays here");
        assert!(claims["jti"].is_string() && claims["iat"].is_u64(), "{claims}");
    }
    let place = |claims: &Value| (claims["htm"].clone(), claims["htu"].clone());
    assert_eq!(place(&proofs[0].1), (json!("POST"), json!(format!("{}/token", provider.issuer))));
    assert_eq!(place(&proofs[2].1), (json!("GET"), json!(format!("{}/photos", provider.api))), "no query");
    let hash = BASE64URL.encode(digest(&SHA256, renewed["access_token"].as_str().unwrap().as_bytes()));
    assert_eq!(proofs[2].1["ath"], json!(hash));
    assert!(requests[2].headers["authorization"].starts_with("DPoP "));
    let asked = seen_at(&provider, "/auth").await.remove(0);
    assert!(crate::parameter(&asked, "dpop_jkt").is_some(), "the code is bound to the key too");
}

#[tokio::test]
async fn a_nonce_is_taken_up_and_the_request_sent_once_more() {
    let provider = Provider::start(&[]).await;
    let token = TokenCommand::on(&bound(&provider, "native-dpop-nonce"));
    let tokens = token.get().await;
    let requests = provider.token_requests("authorization_code").await;
    let nonces: Vec<_> = requests.iter().map(|seen| proof(seen).1["nonce"].is_string()).collect();
    assert_eq!(nonces, [false, true], "first without, then with the nonce of the answer");
    assert_eq!(requests[0].form("code"), requests[1].form("code"), "the code was not used up by the first");
    let retried = tokens["flow"].as_array().unwrap().iter().any(|step| step["result"] == "retried");
    assert!(retried, "the flow says so: {tokens}");
    token.send(&format!("{}/photos", provider.api)).await.expect_code(0);
    let requests = provider.api_requests().await;
    let nonces: Vec<_> = requests.iter().map(|seen| proof(seen).1["nonce"].is_string()).collect();
    assert_eq!(nonces, [false, true], "the API has a nonce of its own");
}

#[tokio::test]
async fn a_machines_token_is_bound_too_and_userinfo_gets_its_proof() {
    let provider = Provider::start(&[]).await;
    let machine = TokenCommand::on(&changed(&machine(&provider, "cc"), json!({ "dpop": true })));
    assert_eq!(machine.get().await["token_type"], "DPoP");
    machine.send(&format!("{}/photos", provider.api)).await.expect_code(0);
    let person = TokenCommand::on(&bound(&provider, "native-dpop"));
    person.get().await;
    assert_eq!(person.succeed("userinfo").await["claims"]["sub"], "alice");
}

#[tokio::test]
async fn without_dpop_nothing_is_proved() {
    let provider = Provider::start(&[]).await;
    let token = TokenCommand::on(&signs_in(&provider.issuer, "native-auto"));
    assert_eq!(token.get().await["token_type"], "Bearer");
    assert_eq!(provider.token_requests("authorization_code").await[0].headers.get("dpop"), None);
}

#[tokio::test]
async fn a_token_bound_to_a_certificate_is_sent_with_it() {
    let provider = Provider::start(&["--mtls"]).await;
    let file = |name: &str| String::from_utf8(provider.tls_file(name)).unwrap();
    let certificate = json!({ "pem": format!("{}{}", file("client.pem"), file("client.key")) });
    let config = changed(
        &signs_in(&provider.issuer, "mtls-pki"),
        json!({ "client_authentication": "tls_client_auth", "client_certificate": certificate }),
    );
    let trusting = ["--ssl-extra-ca-certs", provider.ca.as_deref().unwrap()];
    let token = TokenCommand::on(&config).options(&trusting);
    let tokens = token.get().await;
    let url = format!("{}/api/photos", provider.tls.as_ref().unwrap());
    token.send(&url).await.expect_code(0);
    assert_eq!(token.succeed("userinfo").await["claims"]["sub"], "alice");
    // Whoever has the token alone has nothing.
    let authority = reqwest::Certificate::from_pem(file("ca.pem").as_bytes()).unwrap();
    let thief = reqwest::Client::builder().add_root_certificate(authority).no_proxy().build().unwrap();
    let stolen = thief.get(&url).bearer_auth(tokens["access_token"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(stolen.status(), 401);
}
