//! The main job in the real window, driven by what a person sees and clicks, against the real provider.
//!
//! Every test opens a window of its own on a home of its own. Without a display they fail: nothing else would notice a
//! broken window.
#![allow(clippy::unwrap_used)]

mod answers;
mod bodies;
mod editing;
mod errors;
mod first_start;
mod grants;
mod keeping_fresh;
mod looking_back;
mod restart;
mod runs;
mod security;
mod sending;
mod sign_in;
mod starts;
mod token_acts;

use gatepass_tests::{Browser, Collection, Gatepass, Provider, Window, auth_config::signs_in};
use serde_json::Value;

/// A provider, and a home with the collection “Photos” on it.
struct Story {
    provider: Provider,
    home: Gatepass,
}

impl Story {
    /// A person's config for a public client, whose tokens live for `lifetime` seconds.
    async fn of_a_person(lifetime: u64) -> Self {
        Self::new(lifetime, |provider| signs_in(&provider.issuer, "native")).await
    }

    async fn new(lifetime: u64, config: impl Fn(&Provider) -> Value) -> Self {
        let lifetime = lifetime.to_string();
        let provider = Provider::start(&["--ttl-access", &lifetime, "--ttl-id", &lifetime]).await;
        let home = Gatepass::new();
        let url = format!("{}/photos", provider.api);
        let document = Collection::named("Photos").oauth2(&config(&provider)).get("List photos", &url);
        home.import(&document.json()).await;
        Self { provider, home }
    }

    /// The same with a token already there.
    async fn signed_in(self) -> Self {
        self.home.run(&["token", "get", "Photos"]).await.expect_code(0);
        self.provider.forget_log().await;
        self
    }

    /// Opens the window, and in it the request's Authorization tab.
    async fn window(&self, browser: &Browser) -> Window<'_> {
        let window = Window::open(&self.home, browser).await;
        open_authorization(&window, &["Photos", "List photos"]).await;
        window
    }

    /// How many refresh requests the provider has seen.
    async fn refreshes(&self) -> usize {
        self.provider.token_requests("refresh_token").await.len()
    }
}

/// Opens a node's Authorization tab and waits for its token card.
async fn open_authorization(window: &Window<'_>, path: &[&str]) {
    window.open_node(path).await;
    window.click("editor-tab-authorization").await;
    window.find("token-card").await;
}

/// Waits for a status on the token card.
async fn card_is(window: &Window<'_>, status: &str) {
    window.wait_for_attribute("token-card", "data-status", status).await;
}

/// Clicks Send and waits for an answer with this status.
async fn send(window: &Window<'_>, status: &str) {
    window.click("send-button").await;
    window.wait_for_text("response-status", status).await;
}
