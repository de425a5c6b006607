//! A refresh looks as the first request did: the same client authentication, rows, origin and certificate, whatever the
//! grant and whatever the method.

use super::*;
use crate::testing::keys;

const METHODS: [&str; 7] = [
    "none",
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "private_key_jwt",
    "tls_client_auth",
    "self_signed_tls_client_auth",
];

/// Every grant that asks a token endpoint, with what it needs.
fn grants() -> Vec<Value> {
    vec![
        json!({"grant": "authorization_code"}),
        json!({"grant": "authorization_code", "response_type": "code token"}),
        json!({"grant": "password", "username": "alice", "password": "alice's"}),
        json!({"grant": "client_credentials"}),
        json!({"grant": "device_code"}),
        json!({"grant": "jwt_bearer", "assertion": "a.finished.one"}),
        json!({"grant": "saml2_bearer", "assertion": "<Assertion/>"}),
        json!({
            "grant": "token_exchange", "subject_token": "subject",
            "subject_token_type": "urn:ietf:params:oauth:token-type:access_token"
        }),
        json!({"grant": "ciba", "login_hint": "alice"}),
        json!({"grant": "refresh_token", "refresh_token": "pasted"}),
    ]
}

/// What of a request belongs to the client, not to the grant.
fn of_the_client(request: &SeenRequest) -> Vec<(String, Option<String>)> {
    let mut seen: Vec<(String, Option<String>)> =
        ["client_id", "client_secret", "client_assertion_type", "tenant"]
            .iter()
            .map(|name| ((*name).to_owned(), request.field(name)))
            .collect();
    for name in ["authorization", "x-tenant", "origin", "content-type", "accept"] {
        seen.push((name.to_owned(), request.header(name).map(str::to_owned)));
    }
    // Each assertion is new; what it says about the client is not.
    let assertion = request.field("client_assertion").map(|text| {
        let jwt = Jwt::decode(&Secret::new(text)).unwrap();
        let claim = |name: &str| jwt.claims()[name].clone();
        format!("{:?} {} {} {}", jwt.alg(), claim("iss"), claim("sub"), claim("aud"))
    });
    seen.push(("assertion".to_owned(), assertion));
    seen.push(("certificate".to_owned(), request.client_certificate.then(|| "shown".to_owned())));
    seen
}

#[test]
fn a_refresh_authenticates_as_the_first_request_did_for_every_grant_and_method() {
    let mut pairs = 0;
    for grant in grants() {
        for method in METHODS {
            let mut config = json!({
                "client_authentication": method, "client_secret": "a client secret that is long enough",
                "client_key": {"pem": keys::P256_SEC1, "kid": "mine"}, "scope": "photos",
                "origin": "https://spa.example.com", "extra": {"token": [
                    {"name": "tenant", "value": "blue", "in": "body"},
                    {"name": "x-tenant", "value": "blue", "in": "header"}
                ]}
            });
            if method.contains("tls") {
                config["client_certificate"] = json!({"pem": keys::P256_WITH_CERTIFICATE});
            }
            config.as_object_mut().unwrap().extend(grant.as_object().unwrap().clone());
            let scene = Scene::new(config);
            for number in 1..=2 {
                scene.world.provider.on("/token", Answer::json(json!({
                    "access_token": format!("access-{number}"), "refresh_token": format!("refresh-{number}"),
                    "token_type": "Bearer", "expires_in": 600
                })));
            }
            scene.world.provider.on("/device", Answer::json(json!({
                "device_code": "d", "user_code": "U", "verification_uri": "https://id.example.com/d", "expires_in": 60
            })));
            scene
                .world
                .provider
                .on("/backchannel", Answer::json(json!({"auth_req_id": "r", "expires_in": 60})));
            scene.login_page(&[("code", "c"), ("access_token", "front"), ("token_type", "Bearer")]);
            let about = format!("{grant} with {method}");
            scene.run().unwrap_or_else(|failure| panic!("{about}: {}", failure.cause));
            let keeper = Keeper::new(scene.world.surroundings());
            let refreshed = scene.world.simulation.run(keeper.refresh(&scene.demand, scene.steps.clone()));
            refreshed.unwrap_or_else(|failure| panic!("{about}: {}", failure.cause));
            let requests = scene.world.provider.seen("/token");
            assert_eq!(requests.len(), 2, "{about}");
            assert_eq!(requests[1].field("grant_type").as_deref(), Some("refresh_token"), "{about}");
            assert_eq!(of_the_client(&requests[0]), of_the_client(&requests[1]), "{about}");
            pairs += 1;
        }
    }
    assert_eq!(pairs, grants().len() * METHODS.len());
}
