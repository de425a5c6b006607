//! The desktop window, driven over WebDriver by the names in its `data-testid` attributes.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use serde_json::json;
use thirtyfour::{By, Capabilities, Key, WebDriver, WebElement};

use crate::{
    gatepass::{Browser, Gatepass},
    process::{built, free_port, kill, program, running},
    secret_service::SecretService,
    wait::{LIMIT, eventually},
    webdriver::Session,
};

/// An open window of a home; dropping it ends it, with its D-Bus session and its driver.
#[derive(Debug)]
pub struct Window<'a> {
    home: &'a Gatepass,
    web: Session,
}

/// What is different from an ordinary start.
#[derive(Debug, Default)]
pub struct Conditions<'c> {
    /// The session that the window finds its keyring in, instead of a bus of its own with none.
    pub session: Option<&'c SecretService>,
    /// The key store that is chosen by the environment; `None` leaves the choice to the window.
    pub key_store: Option<&'c str>,
    /// A file that can only be read, as on a read-only file system, which also stops root.
    pub read_only: Option<&'c Path>,
}

impl Conditions<'_> {
    /// An ordinary start: a key file, and everything can be written.
    pub const ORDINARY: Conditions<'static> =
        Conditions { session: None, key_store: Some("file"), read_only: None };

    /// The command that starts the driver, which starts the window.
    fn command(&self, port: u16) -> Command {
        let driver = format!("WebKitWebDriver --port={port}");
        // A bus of its own: the application is one instance for each session bus and data folder, and an earlier
        // test's window that is still closing must not turn this one away.
        let driver = match self.session {
            Some(_) => format!("exec {driver}"),
            None => format!("exec dbus-run-session -- {driver}"),
        };
        match self.read_only {
            None => shell("bash", &[], &driver),
            Some(file) => {
                let file = file.display();
                let mount = format!("mount --bind {file} {file} && mount -o remount,ro,bind {file}");
                let arguments = ["--mount", "--map-root-user", "bash"];
                shell("unshare", &arguments, &format!("{mount} && {driver}"))
            }
        }
    }
}

fn shell(program: &str, arguments: &[&str], script: &str) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).args(["-c", script]);
    command
}

impl<'a> Window<'a> {
    /// Opens the window on this home.
    ///
    /// # Panics
    /// Without a display: these tests are not skipped, because nothing else would then notice a broken window.
    pub async fn open(home: &'a Gatepass, browser: &Browser) -> Self {
        Self::open_under(home, browser, &Conditions::ORDINARY).await
    }

    /// The same under other conditions.
    ///
    /// # Panics
    /// Without a display.
    pub async fn open_under(home: &'a Gatepass, browser: &Browser, conditions: &Conditions<'_>) -> Self {
        assert!(
            std::env::var_os("DISPLAY").is_some_and(|display| !display.is_empty()),
            "window tests need a display: run them by `make test`, or under xvfb-run"
        );
        let port = free_port();
        let mut command = conditions.command(port);
        command.env_clear().envs(home.environment(browser));
        match conditions.key_store {
            Some(chosen) => command.env("GATEPASS_KEY_STORE", chosen),
            None => command.env_remove("GATEPASS_KEY_STORE"),
        };
        if let Some(session) = conditions.session {
            command.env("DBUS_SESSION_BUS_ADDRESS", &session.address);
        }
        command.env("TAURI_WEBVIEW_AUTOMATION", "true").env("NO_AT_BRIDGE", "1");
        let web = Session::open(&mut command, port, capabilities(&program("gatepass-desktop"))).await;
        Self { home, web }
    }

    /// Closes the window as a person does, and waits until the application has ended.
    pub async fn quit(self) {
        self.web.quit().await;
        eventually("the application has ended", async || self.processes().is_empty().then_some(())).await;
    }

    /// Ends the application with SIGKILL, in whatever it is doing.
    pub fn kill(self) {
        self.processes().into_iter().for_each(kill);
    }

    /// The ids of this home's running application: one, while it is open.
    pub fn processes(&self) -> Vec<u32> {
        running(&program("gatepass-desktop"), "GATEPASS_DATA_DIR", &self.home.data_dir())
    }

    /// The first element with this `data-testid`, as soon as it is shown.
    pub async fn find(&self, testid: &str) -> WebElement {
        self.find_css(&by_testid(testid)).await
    }

    /// The first element with this `data-testid` and this attribute, for example `("tree-item", "data-name", "Photos")`.
    pub async fn find_where(&self, testid: &str, attribute: &str, value: &str) -> WebElement {
        self.find_css(&format!("{}[{attribute}={}]", by_testid(testid), json!(value))).await
    }

    /// The first element that matches a CSS selector, as soon as it is shown.
    pub async fn find_css(&self, css: &str) -> WebElement {
        self.until(&format!("{css} is shown"), async || {
            let element = self.web.find(By::Css(css)).await.ok()?;
            element.is_displayed().await.unwrap_or(false).then_some(element)
        })
        .await
    }

    /// Whether such an element is in the window right now.
    pub async fn has(&self, testid: &str) -> bool {
        self.web.find(By::Css(by_testid(testid))).await.is_ok()
    }

    /// Clicks, as soon as the element takes clicks.
    pub async fn click(&self, testid: &str) {
        self.click_css(&by_testid(testid)).await;
    }

    /// Clicks the element with this attribute.
    pub async fn click_where(&self, testid: &str, attribute: &str, value: &str) {
        self.click_css(&format!("{}[{attribute}={}]", by_testid(testid), json!(value))).await;
    }

    /// Clicks what matches a CSS selector.
    pub async fn click_css(&self, css: &str) {
        self.until(&format!("{css} takes a click"), async || {
            let element = self.web.find(By::Css(css)).await.ok()?;
            if !element.is_enabled().await.ok()? {
                return None;
            }
            element.click().await.ok()
        })
        .await;
    }

    /// Replaces the text of a field, plain or CodeMirror, by typing.
    pub async fn enter(&self, testid: &str, text: &str) {
        // A menu that is still closing may be in the way of the click.
        self.click(testid).await;
        let field = self.find(testid).await;
        field.send_keys(Key::Control + "a").await.expect("a field takes keys");
        field.send_keys(Key::Delete + "").await.expect("a field takes keys");
        field.send_keys(text).await.expect("a field takes keys");
    }

    /// Gives a file to a file field, which is hidden behind something prettier.
    pub async fn choose_file(&self, testid: &str, path: &str) {
        let css = by_testid(testid);
        self.until(&format!("{testid} takes a file"), async || {
            self.web.find(By::Css(css.as_str())).await.ok()?.send_keys(path).await.ok()
        })
        .await;
    }

    /// Opens a node of the tree by the names on the way to it, for example `["Photos", "Albums", "List albums"]`.
    pub async fn open_node(&self, path: &[&str]) {
        let Some((name, ancestors)) = path.split_last() else { return };
        for ancestor in ancestors {
            let row = format!("{}[data-name={}]", by_testid("tree-item"), json!(ancestor));
            self.find_css(&row).await;
            if self.web.find(By::Css(format!("{row}[aria-expanded=true]"))).await.is_err() {
                self.click_css(&format!("{row} .tw")).await;
                self.find_css(&format!("{row}[aria-expanded=true]")).await;
            }
        }
        self.click_where("tree-item", "data-name", name).await;
    }

    /// Sends keys to an element without changing what is there first.
    pub async fn press(&self, testid: &str, keys: impl Into<thirtyfour::TypingData>) {
        self.find(testid).await.send_keys(keys).await.expect("the element takes keys");
    }

    /// Chooses an option of a select by its `data-value`.
    pub async fn choose(&self, testid: &str, value: &str) {
        self.click(testid).await;
        self.click_where(&format!("{testid}-option"), "data-value", value).await;
    }

    /// The element's text, right now.
    pub async fn text(&self, testid: &str) -> String {
        self.find(testid).await.text().await.unwrap_or_default()
    }

    /// The whole text of a CodeMirror field (up to 10,000 characters).
    pub async fn document(&self, testid: &str) -> String {
        self.attribute(testid, "data-value").await.unwrap_or_default()
    }

    /// An attribute of the element, right now.
    pub async fn attribute(&self, testid: &str, attribute: &str) -> Option<String> {
        self.find(testid).await.attr(attribute).await.ok().flatten()
    }

    /// Waits until the element's text contains this, and returns it.
    pub async fn wait_for_text(&self, testid: &str, wanted: &str) -> String {
        let css = by_testid(testid);
        self.until(&format!("{testid} says {wanted:?}"), async || {
            let text = self.web.find(By::Css(css.as_str())).await.ok()?.text().await.ok()?;
            text.contains(wanted).then_some(text)
        })
        .await
    }

    /// Waits until an attribute has this value, for example `("token-card", "data-status", "valid")`.
    pub async fn wait_for_attribute(&self, testid: &str, attribute: &str, wanted: &str) {
        let css = by_testid(testid);
        self.until(&format!("{testid} has {attribute}={wanted:?}"), async || {
            let value = self.web.find(By::Css(css.as_str())).await.ok()?.attr(attribute).await.ok()??;
            (value == wanted).then_some(())
        })
        .await;
    }

    /// Waits until no such element is in the window.
    pub async fn wait_until_gone(&self, testid: &str) {
        self.until(&format!("{testid} is gone"), async || (!self.has(testid).await).then_some(())).await;
    }

    /// Saves what the window shows under `target/…/screenshots`, and returns the file.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let folder = built().join("screenshots");
        std::fs::create_dir_all(&folder).expect("the target folder can be written to");
        let file = folder.join(format!("{name}.png"));
        // The second frame after this moment shows what the document holds now.
        let painted = "const done = arguments[0], frame = requestAnimationFrame;
                       document.fonts.ready.then(() => frame(() => frame(() => setTimeout(done, 50))));";
        self.web.execute_async(painted, Vec::new()).await.expect("the window paints");
        let png = self.web.screenshot_as_png().await.expect("the driver takes a picture");
        std::fs::write(&file, png).expect("the target folder can be written to");
        file
    }

    /// The driver itself, for what the verbs above do not cover.
    pub fn web(&self) -> &WebDriver {
        &self.web
    }

    /// Like [`eventually`], but what the window showed when it failed is kept as a picture.
    async fn until<T>(&self, what: &str, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
        let found = tokio::time::timeout(LIMIT, async {
            loop {
                if let Some(value) = probe().await {
                    return value;
                }
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        });
        match found.await {
            Ok(value) => value,
            Err(_) => {
                let test = std::thread::current().name().unwrap_or("window").replace("::", "-");
                let picture = self.screenshot(&format!("failed-{test}")).await;
                panic!("waited {LIMIT:?} in vain: {what}; the window then: {}", picture.display());
            }
        }
    }
}

fn by_testid(testid: &str) -> String {
    format!("[data-testid={}]", json!(testid))
}

fn capabilities(program: &std::path::Path) -> Capabilities {
    let mut capabilities = Capabilities::new();
    capabilities
        .set("webkitgtk:browserOptions", json!({ "binary": program, "args": [] }))
        .expect("text and lists can be serialised");
    capabilities
}
