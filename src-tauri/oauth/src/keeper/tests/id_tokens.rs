//! ID tokens through the whole keeper, signed with a key that the provider publishes.

use super::*;
use crate::jwt::{Algorithm, Jwk, PrivateKey, SigningKey, sign};
use crate::testing::keys;
use crate::token_set::CheckResult;

const ISSUER: &str = "https://id.example.com";

struct Provider {
    scene: Scene,
    key: PrivateKey,
}

impl Provider {
    fn new() -> Self {
        let scene = Scene::new();
        let key = PrivateKey::from_pem(&Secret::new(keys::P256_SEC1), None)
            .unwrap_or_else(|failure| panic!("{}", failure.cause));
        let mut jwk = key.public_key().to_members();
        jwk.insert("kid".to_owned(), "k1".into());
        assert!(Jwk::from_json(&Value::Object(jwk.clone())).is_ok());
        scene.world.provider.on("/jwks", Answer::json(json!({"keys": [jwk]})));
        scene.world.provider.on("/.well-known/openid-configuration", Answer::json(json!({
            "issuer": ISSUER, "jwks_uri": "https://id.example.com/jwks", "token_endpoint": "https://id.example.com/token",
            "authorization_endpoint": "https://id.example.com/authorize", "id_token_signing_alg_values_supported": ["ES256"]
        })));
        Self { scene, key }
    }

    fn id_token(&self, change: Value) -> String {
        let now = self.scene.now() / 1000;
        let mut claims =
            json!({"iss": ISSUER, "sub": "alice", "aud": "photos", "iat": now, "exp": now + 300});
        claims.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let header = json!({"kid": "k1", "typ": "JWT"});
        let (header, claims) = (header.as_object().unwrap().clone(), claims.as_object().unwrap().clone());
        sign(Algorithm::Es256, SigningKey::Private(&self.key), header, &claims).unwrap().expose().to_owned()
    }

    fn grants(&self, id_token: Option<String>) {
        let mut answer =
            json!({"access_token": "a", "refresh_token": "r", "token_type": "Bearer", "expires_in": 300});
        if let Some(id_token) = id_token {
            answer["id_token"] = id_token.into();
        }
        self.scene.world.provider.from_now_on("/token", Answer::json(answer));
    }

    fn demand(&self, extra: Value) -> TokenDemand {
        let mut config = json!({
            "grant": "password", "username": "alice", "password": "alice", "client_id": "photos", "issuer": ISSUER,
            "scope": "openid"
        });
        config.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let config = AuthConfig::from_json(&config).unwrap_or_else(|failure| panic!("{}", failure.cause));
        TokenDemand { config, environment: String::new() }
    }

    fn failed_checks(&self, demand: &TokenDemand) -> Vec<String> {
        let checks = self.scene.stored(demand).tokens.id_token_checks;
        checks
            .into_iter()
            .filter(|check| check.result == CheckResult::Fail)
            .map(|check| check.check)
            .collect()
    }
}

#[test]
fn a_sound_id_token_passes_its_checks_and_is_sent() {
    let provider = Provider::new();
    let demand = provider.demand(json!({"use_token": "id_token"}));
    let id_token = provider.id_token(json!({}));
    provider.grants(Some(id_token.clone()));
    assert_eq!(provider.scene.sent(&demand).token().expose(), id_token);
    assert!(provider.failed_checks(&demand).is_empty());
    let checks = provider.scene.stored(&demand).tokens.id_token_checks;
    assert!(checks.iter().any(|check| check.check == "signature" && check.result == CheckResult::Pass));
}

#[test]
fn an_id_token_for_another_client_is_kept_marked_and_not_sent_as_id_token() {
    let provider = Provider::new();
    let demand = provider.demand(json!({"use_token": "id_token"}));
    provider.grants(Some(provider.id_token(json!({"aud": "billing"}))));
    let held = provider.scene.held(&demand, &SendTerms::default());
    assert_eq!(held.reason, HeldReason::IdTokenInvalid);
    assert_eq!(provider.failed_checks(&demand), ["aud"]);
    let by_access_token = provider.demand(json!({}));
    assert_eq!(provider.scene.sent(&by_access_token).token().expose(), "a");
}

#[test]
fn a_refresh_answer_s_id_token_is_validated_again_and_has_to_be_about_the_same_person() {
    for (change, failed) in [
        (json!({}), vec![]),
        (json!({"sub": "mallory"}), vec!["sub"]),
        (json!({"aud": "billing"}), vec!["aud"]),
        (json!({"iss": "https://evil.example.com"}), vec!["iss"]),
    ] {
        let provider = Provider::new();
        let demand = provider.demand(json!({}));
        provider.grants(Some(provider.id_token(json!({}))));
        provider.scene.sent(&demand);
        provider.grants(Some(provider.id_token(change.clone())));
        let outcome = provider.scene.refresh(&demand);
        assert_eq!(outcome.is_ok(), failed.is_empty(), "{change}");
        assert_eq!(provider.failed_checks(&demand), failed, "{change}");
    }
}

#[test]
fn a_refused_id_token_is_not_what_the_next_one_is_held_against() {
    let provider = Provider::new();
    let demand = provider.demand(json!({}));
    provider.grants(Some(provider.id_token(json!({}))));
    provider.scene.sent(&demand);
    for _ in 0..2 {
        provider.grants(Some(provider.id_token(json!({"sub": "mallory"}))));
        assert!(provider.scene.refresh(&demand).is_err(), "also the second time: alice signed in");
        assert_eq!(provider.failed_checks(&demand), ["sub"]);
    }
    provider.grants(Some(provider.id_token(json!({}))));
    assert!(provider.scene.refresh(&demand).is_ok());
    assert!(provider.failed_checks(&demand).is_empty());
}

#[test]
fn a_refresh_answer_without_id_token_keeps_the_one_there_was_with_its_verdict() {
    let provider = Provider::new();
    let demand = provider.demand(json!({}));
    let id_token = provider.id_token(json!({}));
    provider.grants(Some(id_token.clone()));
    provider.scene.sent(&demand);
    let checks = provider.scene.stored(&demand).tokens.id_token_checks;
    provider.grants(None);
    provider.scene.refresh(&demand).unwrap();
    let stored = provider.scene.stored(&demand);
    assert_eq!(text(stored.tokens.id_token.as_ref()), id_token);
    assert_eq!(stored.tokens.id_token_checks, checks);
}

#[test]
fn a_provider_that_is_not_the_one_configured_is_refused_before_anything_is_sent() {
    let provider = Provider::new();
    provider.scene.world.provider.from_now_on(
        "/.well-known/openid-configuration",
        Answer::json(json!({
            "issuer": "https://evil.example.com", "token_endpoint": "https://evil.example.com/token"
        })),
    );
    let held = provider.scene.held(&provider.demand(json!({})), &SendTerms::default());
    assert_eq!(held.failure.unwrap().code, Code::IssuerMismatch);
    assert_eq!(provider.scene.token_requests(), 0);
}

#[test]
fn the_rotated_refresh_token_is_on_disk_before_the_id_token_is_judged() {
    let provider = Provider::new();
    let demand = provider.demand(json!({}));
    provider.grants(Some(provider.id_token(json!({}))));
    provider.scene.sent(&demand);
    // Another process, which has no keys in memory yet.
    let other = Scene {
        keeper: Keeper::new(provider.scene.world.surroundings()),
        world: provider.scene.world.clone(),
    };
    provider.scene.world.journal.clear();
    other.refresh(&demand).unwrap();
    let lines = provider.scene.world.journal.lines();
    let at = |line: &str| lines.iter().position(|found| found == line).unwrap();
    assert!(at("POST /token") < at("save") && at("save") < at("GET /jwks"), "{lines:?}");
    assert!(provider.failed_checks(&demand).is_empty());
}

#[test]
fn an_id_token_that_was_never_judged_is_not_sent_but_renewed() {
    let provider = Provider::new();
    let demand = provider.demand(json!({"use_token": "id_token"}));
    provider.grants(Some(provider.id_token(json!({}))));
    provider.scene.sent(&demand);
    provider.scene.refresh(&demand).unwrap();
    let mut stored = provider.scene.stored(&demand);
    stored.tokens.id_token_checks = vec![Check {
        check: "signature".to_owned(),
        result: CheckResult::Fail,
        detail: "Not verified: the process ended between storing and verifying. Refresh once more."
            .to_owned(),
    }];
    provider.scene.store(&demand, stored);
    let before = provider.scene.token_requests();
    assert!(provider.scene.sent(&demand).refreshed());
    assert_eq!(provider.scene.token_requests(), before + 1);
    assert!(provider.failed_checks(&demand).is_empty());
}
