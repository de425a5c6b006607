//! The table of keeping a token fresh, through the command line: what becomes of a send, for every state of the token,
//! with auto-refresh on, off in the config, and off for this call (`--no-auth-refresh`).
//!
//! | token | on | off |
//! | --- | --- | --- |
//! | valid | sent | sent |
//! | inside the margin | renewed, then sent (the old one if renewing fails) | sent |
//! | expired | renewed silently, else held back | held back |
//! | none | obtained silently, or held back where a person is needed | held back |
//! | refused with a 401 | renewed once, sent once more | the answer is shown |
#![allow(clippy::unwrap_used)]

use gatepass_tests::{
    Collection, Gatepass, Provider,
    auth_config::{changed, machine, signs_in},
    gatepass::Finished,
    provider::Seen,
};
use serde_json::{Value, json};

/// How auto-refresh is set.
#[derive(Clone, Copy, Debug, PartialEq)]
enum AutoRefresh {
    On,
    /// The switch of the auth config.
    Off,
    /// The option of this call.
    NotThisTime,
}

use AutoRefresh::{NotThisTime, Off, On};

const BOTH_OFF: [AutoRefresh; 2] = [Off, NotThisTime];

/// One collection of one person or machine.
struct Scene {
    provider: Provider,
    home: Gatepass,
    auto_refresh: AutoRefresh,
}

impl Scene {
    /// `config` on a fresh provider; its tokens live for an hour unless `lifetime` says otherwise.
    async fn new(auto_refresh: AutoRefresh, lifetime: u64, config: impl Fn(&Provider) -> Value) -> Self {
        let provider = Provider::start(&["--ttl-access", &lifetime.to_string()]).await;
        let config = changed(&config(&provider), json!({ "auto_refresh": auto_refresh != Off }));
        let home = Gatepass::new();
        let document =
            Collection::named("Photos").oauth2(&config).get("List", &format!("{}/photos", provider.api));
        home.import(&document.json()).await;
        Self { provider, home, auto_refresh }
    }

    async fn person(auto_refresh: AutoRefresh, lifetime: u64) -> Self {
        Self::new(auto_refresh, lifetime, |provider| signs_in(&provider.issuer, "native")).await
    }

    /// With a token that is always inside the margin: it lives an hour, and the margin is longer.
    async fn inside_the_margin(auto_refresh: AutoRefresh) -> Self {
        let config = |provider: &Provider| {
            changed(&signs_in(&provider.issuer, "native"), json!({ "refresh_margin_seconds": 100_000 }))
        };
        let scene = Self::new(auto_refresh, 3600, config).await;
        scene.home.run(&["token", "get", "Photos"]).await.expect_code(0);
        scene.provider.forget_log().await;
        scene
    }

    async fn signed_in(self) -> Self {
        self.home.run(&["token", "get", "Photos"]).await.expect_code(0);
        self.provider.forget_log().await;
        self
    }

    async fn expired(self) -> Self {
        let scene = self.signed_in().await;
        scene.home.until_expired("Photos").await;
        scene
    }

    async fn token(&self) -> String {
        self.home.show("Photos").await["access_token"].as_str().unwrap().to_owned()
    }

    /// Sends without anybody there to sign in.
    async fn send(&self, options: &[&str]) -> Finished {
        let mut arguments = vec!["send", "Photos", "List", "--json"];
        arguments.extend(options);
        if self.auto_refresh == NotThisTime {
            arguments.push("--no-auth-refresh");
        }
        self.home.command(&arguments).without_env("BROWSER").run().await
    }

    /// Sends, and returns the request that the API saw last.
    async fn sent(&self, options: &[&str]) -> Seen {
        let finished = self.send(options).await;
        let seen = self.provider.api_requests().await.pop();
        seen.unwrap_or_else(|| panic!("nothing was sent: {finished:?}"))
    }

    /// Sends, which must be held back; returns the error document.
    async fn held_back(&self) -> Value {
        let error = self.send(&[]).await.error(3);
        assert!(self.provider.api_requests().await.is_empty(), "held back means not sent");
        assert_eq!(self.token_requests().await, 0, "and nobody was asked for a token");
        error
    }

    async fn token_requests(&self) -> usize {
        self.provider.log().await.iter().filter(|seen| seen.path() == "/token").count()
    }
}

#[tokio::test]
async fn a_valid_token_is_sent() {
    for auto_refresh in [On, Off, NotThisTime] {
        let scene = Scene::person(auto_refresh, 3600).await.signed_in().await;
        assert_eq!(scene.sent(&[]).await.token(), Some(scene.token().await.as_str()));
        assert_eq!(scene.token_requests().await, 0, "{auto_refresh:?}");
    }
}

#[tokio::test]
async fn inside_the_margin_it_is_renewed_and_then_sent() {
    let scene = Scene::inside_the_margin(On).await;
    let old = scene.token().await;
    let sent = scene.sent(&[]).await;
    assert_eq!(scene.token_requests().await, 1);
    assert_eq!(sent.token(), Some(scene.token().await.as_str()));
    assert_ne!(sent.token(), Some(old.as_str()));
}

#[tokio::test]
async fn inside_the_margin_the_old_one_is_sent_when_renewing_fails() {
    let scene = Scene::inside_the_margin(On).await;
    let old = scene.token().await;
    scene.provider.fault(json!({ "path": "/token", "status": 503, "times": 9 })).await;
    let sent = scene.sent(&[]).await;
    assert_eq!((sent.token(), sent.status), (Some(old.as_str()), Some(200)));
    assert!(scene.token_requests().await >= 1, "it was tried");
    let shown = scene.home.show("Photos").await;
    assert_eq!((&shown["status"], &shown["has_refresh_token"]), (&json!("failed"), &json!(true)));
}

#[tokio::test]
async fn inside_the_margin_nothing_is_renewed_when_off() {
    for auto_refresh in BOTH_OFF {
        let scene = Scene::inside_the_margin(auto_refresh).await;
        assert_eq!(scene.sent(&[]).await.token(), Some(scene.token().await.as_str()));
        assert_eq!(scene.token_requests().await, 0, "{auto_refresh:?}");
    }
}

#[tokio::test]
async fn an_expired_one_is_renewed_and_then_sent() {
    let scene = Scene::person(On, 1).await.expired().await;
    scene.provider.change(json!({ "ttl-access": 3600 })).await;
    let sent = scene.sent(&[]).await;
    assert_eq!(sent.status, Some(200));
    assert_eq!(scene.provider.token_requests("refresh_token").await.len(), 1);
}

#[tokio::test]
async fn an_expired_one_that_cannot_be_renewed_is_held_back() {
    let config = |provider: &Provider| {
        changed(&signs_in(&provider.issuer, "native-norefresh"), json!({ "scope": "openid api:read" }))
    };
    let scene = Scene::new(On, 3600, config).await.expired().await;
    let error = scene.held_back().await;
    assert_eq!(error["code"], "sign_in_needed", "{error}");
}

#[tokio::test]
async fn an_expired_one_whose_renewal_fails_is_not_sent() {
    let scene = Scene::person(On, 1).await.expired().await;
    scene.provider.fault(json!({ "path": "/token", "status": 503, "times": 9 })).await;
    let error = scene.send(&[]).await.error(3);
    assert!(error.to_string().contains("503"), "the reason is told: {error}");
    assert!(scene.provider.api_requests().await.is_empty());
    assert_eq!(scene.home.show("Photos").await["has_refresh_token"], true);
}

#[tokio::test]
async fn an_expired_one_is_held_back_when_off_and_sent_only_by_demand() {
    for auto_refresh in BOTH_OFF {
        let scene = Scene::person(auto_refresh, 1).await.expired().await;
        let old = scene.token().await;
        let error = scene.held_back().await;
        assert!(error["next_step"].to_string().contains("--send-anyway"), "it says how: {error}");
        let sent = scene.sent(&["--send-anyway"]).await;
        assert_eq!((sent.token(), sent.status), (Some(old.as_str()), Some(401)));
        assert_eq!(scene.token_requests().await, 0, "{auto_refresh:?}");
    }
}

#[tokio::test]
async fn without_one_a_machine_gets_its_own() {
    let scene = Scene::new(On, 3600, |provider| machine(provider, "cc")).await;
    assert_eq!(scene.sent(&[]).await.status, Some(200));
    assert_eq!(scene.token_requests().await, 1);
}

#[tokio::test]
async fn without_one_a_request_that_needs_a_person_is_held_back() {
    let scene = Scene::person(On, 3600).await;
    let error = scene.held_back().await;
    assert_eq!(error["code"], "sign_in_needed", "{error}");
    assert_eq!(scene.sent(&["--send-anyway"]).await.token(), None);
}

#[tokio::test]
async fn without_one_everything_is_held_back_when_off() {
    for auto_refresh in BOTH_OFF {
        let person = Scene::person(auto_refresh, 3600).await;
        person.held_back().await;
        let machine = Scene::new(auto_refresh, 3600, |provider| machine(provider, "cc")).await;
        machine.held_back().await;
        assert_eq!(machine.sent(&["--send-anyway"]).await.token(), None);
        assert_eq!(machine.token_requests().await, 0, "{auto_refresh:?}");
    }
}

#[tokio::test]
async fn a_refused_one_is_renewed_once_and_sent_once_more() {
    let scene = Scene::person(On, 3600).await.signed_in().await;
    scene.provider.revoke_access_tokens("native").await;
    let sent = scene.send(&[]).await.expect_code(0).json();
    assert_eq!((&sent["status"], &sent["auth"]["refreshed"]), (&json!(200), &json!(true)));
    let statuses: Vec<_> = scene.provider.api_requests().await.iter().map(|seen| seen.status).collect();
    assert_eq!(statuses, [Some(401), Some(200)]);
    assert_eq!(scene.token_requests().await, 1);
}

#[tokio::test]
async fn a_refused_one_is_shown_when_off() {
    for auto_refresh in BOTH_OFF {
        let scene = Scene::person(auto_refresh, 3600).await.signed_in().await;
        scene.provider.revoke_access_tokens("native").await;
        assert_eq!(scene.send(&[]).await.json()["status"], 401);
        assert_eq!(scene.provider.api_requests().await.len(), 1, "{auto_refresh:?}");
        assert_eq!(scene.token_requests().await, 0);
    }
}

// It is the ID token's own end that counts where the ID token is what is sent (pains 14).
#[tokio::test]
async fn the_end_of_the_token_that_is_sent_decides() {
    let config = |provider: &Provider| {
        changed(&signs_in(&provider.issuer, "native"), json!({ "use_token": "id_token" }))
    };
    let scene = Scene::new(On, 3600, config).await;
    scene.provider.change(json!({ "ttl-id": 1 })).await;
    let scene = scene.signed_in().await;
    let old = scene.home.show("Photos").await["id_token"].clone();
    gatepass_tests::eventually("the ID token has ended", async || {
        let status = scene.home.show("Photos").await["status"].clone();
        (status == "expired").then_some(())
    })
    .await;
    scene.provider.change(json!({ "ttl-id": 3600 })).await;
    let sent = scene.sent(&[]).await;
    assert_eq!(sent.status, Some(200));
    assert_ne!(sent.token(), old.as_str());
    assert_eq!(scene.provider.token_requests("refresh_token").await.len(), 1);
}
