//! `gatepass token …` on one auth config, in a home of its own.

use serde_json::Value;

use crate::{
    Browser, Collection, Gatepass,
    gatepass::{Finished, Run},
};

/// One auth config and whoever signs in for it: alice, unless said otherwise.
#[derive(Debug)]
pub struct TokenCommand {
    home: Gatepass,
    config: Value,
    browser: Browser,
    options: Vec<String>,
}

impl TokenCommand {
    /// On this config, in a fresh home.
    pub fn on(config: &Value) -> Self {
        let home = Gatepass::new();
        home.file("auth.json", config);
        Self { home, config: config.clone(), browser: Browser::SignsInAs("alice"), options: Vec::new() }
    }

    /// With somebody else at the browser.
    #[must_use]
    pub fn browser(mut self, browser: Browser) -> Self {
        self.browser = browser;
        self
    }

    /// With more options for every command.
    #[must_use]
    pub fn options(mut self, options: &[&str]) -> Self {
        self.options = options.iter().map(|option| (*option).to_owned()).collect();
        self
    }

    /// From now on with another config, in the same home.
    pub fn turn_to(&mut self, config: &Value) {
        self.home.file("auth.json", config);
        self.config = config.clone();
    }

    /// The home, for other commands in it.
    pub fn home(&self) -> &Gatepass {
        &self.home
    }

    /// `token get`, which must succeed; the document, with the refresh token in it.
    pub async fn get(&self) -> Value {
        self.succeed("get").await
    }

    /// `token refresh`, which must succeed; the document, with the refresh token in it.
    pub async fn refresh(&self) -> Value {
        self.succeed("refresh").await
    }

    /// `token show`.
    pub async fn show(&self) -> Value {
        self.succeed("show").await
    }

    /// `token get`, which must fail; the error.
    pub async fn refused(&self) -> Value {
        self.command("get").run().await.error(3)
    }

    /// `introspect`, `userinfo`, `revoke` or another of them, which must succeed; the document.
    pub async fn succeed(&self, action: &str) -> Value {
        self.command(action).run().await.expect_code(0).json()
    }

    /// `token get` with more options for this time, about to be run.
    pub fn get_with(&self, options: &[&str]) -> Run<'_> {
        let mut run = vec!["get"];
        run.extend(options);
        self.command_of(&run)
    }

    /// Any command on the token, about to be run.
    pub fn command(&self, action: &str) -> Run<'_> {
        self.command_of(&[action])
    }

    fn command_of(&self, action: &[&str]) -> Run<'_> {
        let config = self.home.home().join("auth.json");
        let config = config.to_str().expect("temporary paths are plain text");
        let mut arguments = vec!["token"];
        arguments.extend(action);
        arguments.extend(["--config", config, "--json", "--reveal-refresh-token"]);
        arguments.extend(self.options.iter().map(String::as_str));
        self.home.command(&arguments).browser(&self.browser)
    }

    /// Sends a GET request with this config's token, without anybody there to sign in.
    pub async fn send(&self, url: &str) -> Finished {
        let document = Collection::named("Photos").oauth2(&self.config).get("List", url).json();
        let file = self.home.file("photos.json", &document);
        let mut arguments = vec!["send", &file, "List", "--json"];
        arguments.extend(self.options.iter().map(String::as_str));
        self.home.command(&arguments).without_env("BROWSER").run().await
    }
}

/// What became of one check of the ID token: `pass`, `fail` or `skipped`.
///
/// # Panics
/// When the document tells of no such check.
#[track_caller]
pub fn check<'a>(document: &'a Value, name: &str) -> &'a str {
    let checks = document["id_token_checks"].as_array();
    let mut checks = checks.into_iter().flatten();
    let check = checks.find(|check| check["check"] == name);
    check.and_then(|check| check["result"].as_str()).unwrap_or_else(|| panic!("no check {name}: {document}"))
}
