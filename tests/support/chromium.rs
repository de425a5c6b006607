//! A real browser: headless Chromium, driven by chromedriver.

use std::process::{Command, Stdio};

use tempfile::TempDir;
use thirtyfour::{By, Capabilities, WebDriver};
use url::Url;

use crate::{eventually, person::Person, process::free_port, webdriver::Session};

/// A running browser with an empty profile; dropping it ends it.
#[derive(Debug)]
pub struct Chromium {
    web: Session,
    _profile: TempDir,
}

impl Chromium {
    /// Starts a browser.
    ///
    /// # Panics
    /// When Chromium or chromedriver (Debian: `chromium`, `chromium-driver`) is not there.
    pub async fn start() -> Self {
        let profile =
            tempfile::Builder::new().prefix("gatepass-chromium-").tempdir().expect("a temporary folder");
        let port = free_port();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}")).env("HOME", profile.path());
        let web = Session::open(command.stderr(Stdio::null()), port, capabilities(&profile)).await;
        Self { web, _profile: profile }
    }

    /// Opens an authorization URL, types user name and password, consents, and returns the text of the page on which
    /// the browser ends: the client's.
    pub async fn sign_in(&self, url: &Url, person: &Person) -> String {
        self.web.goto(url.as_str()).await.expect("the page opens");
        self.type_into("input[name=username], input[type=text], input[type=email]", &person.username).await;
        self.type_into("input[type=password]", &person.password).await;
        self.click("form button[type=submit], form button").await;
        let provider = url.origin();
        eventually("the browser is back at the client", async || {
            let here = self.web.current_url().await.ok()?;
            if here.origin() != provider {
                return self.web.find(By::Css("body")).await.ok()?.text().await.ok();
            }
            // The password page may still be there, or the consent page has come: only the latter has no password.
            let still_signing_in = self.web.find(By::Css("input[type=password]")).await.is_ok();
            if !still_signing_in && let Ok(allow) = self.web.find(By::Css("form button")).await {
                let _ = allow.click().await;
            }
            None
        })
        .await
    }

    /// The browser itself, for what the verbs above do not cover.
    pub fn web(&self) -> &WebDriver {
        &self.web
    }

    async fn type_into(&self, css: &str, text: &str) {
        let field = eventually(css, async || self.web.find(By::Css(css)).await.ok()).await;
        field.send_keys(text).await.expect("the field takes keys");
    }

    async fn click(&self, css: &str) {
        let button = eventually(css, async || self.web.find(By::Css(css)).await.ok()).await;
        button.click().await.expect("the button takes a click");
    }
}

fn capabilities(profile: &TempDir) -> Capabilities {
    let arguments = [
        "--headless=new",
        "--no-sandbox", // the tests may run as root, where Chromium's sandbox does not start
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--disable-sync",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        &format!("--user-data-dir={}", profile.path().display()),
    ];
    let mut capabilities = Capabilities::new();
    capabilities
        .set("goog:chromeOptions", serde_json::json!({ "args": arguments }))
        .expect("text and lists can be serialised");
    capabilities
}
