use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::support::*;

fn bytes(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap()
}

/// Verifies a JWT by the published keys alone, as any client would.
fn verifies(world: &World, token: &str) -> bool {
    let jwks = world.get("/jwks", &[]).json();
    let header = jose_header(token);
    let key = jwks["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"]).unwrap();
    assert_eq!(key["alg"], header["alg"]);
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (message, signature) = (message.as_bytes(), URL_SAFE_NO_PAD.decode(signature).unwrap());
    match header["alg"].as_str().unwrap() {
        "ES256" => {
            let point = [&[4][..], &bytes(&key["x"]), &bytes(&key["y"])].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, &signature).is_ok()
        }
        "RS256" => RsaPublicKeyComponents { n: bytes(&key["n"]), e: bytes(&key["e"]) }
            .verify(&RSA_PKCS1_2048_8192_SHA256, message, &signature)
            .is_ok(),
        "EdDSA" => UnparsedPublicKey::new(&ED25519, bytes(&key["x"])).verify(message, &signature).is_ok(),
        other => panic!("unexpected algorithm {other}"),
    }
}

#[test]
fn metadata_names_the_issuer_exactly_and_only_endpoints_that_answer() {
    let world = World::new();
    for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
        let metadata = world.get(path, &[]).json();
        assert_eq!(metadata["issuer"], ISSUER);
        assert_eq!(world.playground.issuer(), ISSUER);
        let mut endpoints = 0;
        for (name, value) in metadata.as_object().unwrap() {
            if name.ends_with("_endpoint") || name == "jwks_uri" {
                let path = value.as_str().unwrap().strip_prefix(ISSUER).unwrap();
                assert_ne!(world.get(path, &[]).status(), 404, "{name}");
                endpoints += 1;
            }
        }
        assert_eq!(endpoints, 8);
        assert_eq!(metadata["authorization_response_iss_parameter_supported"], true);
        assert_eq!(metadata["code_challenge_methods_supported"], serde_json::json!(["S256"]));
    }
}

#[test]
fn the_api_names_its_authorization_server() {
    let metadata = World::new().get("/.well-known/oauth-protected-resource/api", &[]).json();
    assert_eq!(metadata["resource"], format!("{ISSUER}/api"));
    assert_eq!(metadata["authorization_servers"][0], ISSUER);
}

#[test]
fn published_keys_have_no_private_part_and_distinct_names() {
    let jwks = World::new().get("/jwks", &[]).json();
    let keys = jwks["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 3);
    for secret in ["d", "p", "q", "dp", "dq", "qi", "k"] {
        assert!(keys.iter().all(|key| key.get(secret).is_none()));
    }
    let names: std::collections::BTreeSet<_> = keys.iter().map(|key| key["kid"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 3);
}

#[test]
fn access_tokens_and_id_tokens_verify_by_the_published_keys() {
    let world = World::new();
    let tokens = world.tokens_of("alice");
    assert_eq!(jose_header(tokens["id_token"].as_str().unwrap())["alg"], "ES256");
    assert!(verifies(&world, tokens["access_token"].as_str().unwrap()));
    assert!(verifies(&world, tokens["id_token"].as_str().unwrap()));
}

#[test]
fn the_web_client_gets_rs256_and_the_device_client_eddsa() {
    let world = World::new();
    let form = [("grant_type", "password"), ("username", "bob"), ("password", "bob"), ("scope", "openid")];
    let tokens = world.token_by_basic(WEB, &form).json();
    let id_token = tokens["id_token"].as_str().unwrap();
    assert_eq!(jose_header(id_token)["alg"], "RS256");
    assert!(verifies(&world, id_token));

    let tokens = crate::device_grant::tokens_of(&world, "alice");
    let id_token = tokens["id_token"].as_str().unwrap();
    assert_eq!(jose_header(id_token)["alg"], "EdDSA");
    assert!(verifies(&world, id_token));
}

#[test]
fn two_playgrounds_do_not_accept_each_others_tokens() {
    let (one, other) = (World::new(), World::new());
    let tokens = one.tokens_of("alice");
    let token = tokens["access_token"].as_str().unwrap();
    assert_eq!(one.get_with("/api/me", token).status(), 200);
    other.get_with("/api/me", token).error(401, "invalid_token");
}
