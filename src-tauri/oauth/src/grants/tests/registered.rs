//! Dynamic client registration (RFC 7591).

use super::*;

#[test]
fn a_registration_carries_the_public_keys_and_wishes_of_the_client() {
    let config = json!({
        "grant": "client_credentials", "client_authentication": "private_key_jwt", "dpop": true,
        "client_key": {"pem": crate::testing::keys::P256_SEC1, "kid": "mine"}, "id_token_signed_response_alg": "ES256"
    });
    let config = AuthConfig::from_json(&config).unwrap_or_else(|failure| panic!("{}", failure.cause));
    let metadata = crate::endpoints::registration::request(&config, None);
    assert_eq!(metadata["token_endpoint_auth_method"], "private_key_jwt");
    assert_eq!(metadata["jwks"]["keys"][0]["kid"], "mine");
    assert!(metadata["jwks"]["keys"][0].get("d").is_none());
    assert_eq!(metadata["dpop_bound_access_tokens"], true);
    assert_eq!(metadata["id_token_signed_response_alg"], "ES256");
}

#[test]
fn a_client_is_registered_as_the_config_wants_to_use_it() {
    let scene = Scene::new(json!({
        "grant": "authorization_code", "registration_endpoint": "https://id.example.com/register"
    }));
    scene.world.provider.on(
        "/register",
        Answer::status(
            201,
            json!({
                "client_id": "c1", "client_secret": "canary-secret", "client_id_issued_at": 1
            }),
        ),
    );
    let keeper = Keeper::new(scene.world.surroundings());
    let registered = keeper.register(&scene.demand.config, scene.steps.clone());
    let registration = scene.world.simulation.run(registered).ok().unwrap();
    assert_eq!(registration.client_id, "c1");
    assert_eq!(registration.client_secret.unwrap().expose(), "canary-secret");
    let sent: Value = serde_json::from_str(&scene.world.provider.seen("/register")[0].body).unwrap();
    assert_eq!(sent["redirect_uris"], json!(["http://127.0.0.1/callback"]));
    assert_eq!(sent["token_endpoint_auth_method"], "none");
    assert_eq!(sent["grant_types"], json!(["authorization_code", "refresh_token"]));
    assert!(!serde_json::to_string(&scene.steps.all()).unwrap().contains("canary-secret"));
}
