//! The `gatepass` command line, in a home of its own.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;

use crate::process::program;

/// The longest that one command may take; only a command that hangs reaches it.
const LIMIT: Duration = Duration::from_secs(120);

/// What `BROWSER` is set to.
#[derive(Clone, Debug)]
pub enum Browser {
    /// Signs in as this user, over plain HTTP.
    SignsInAs(&'static str),
    /// Opens the page and presses Cancel.
    Refuses,
    /// Writes the URL down and does nothing more: see [`Gatepass::noted_url`].
    Notes,
    /// Does nothing, as a person who has walked away.
    NeverFinishes,
    /// Not a program: opening it fails.
    Missing,
}

/// An isolated home: data folder, key store, XDG folders. Several programs (the command line, the window) can share it.
#[derive(Debug)]
pub struct Gatepass {
    home: TempDir,
}

/// A finished command.
#[derive(Debug)]
pub struct Finished {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Gatepass {
    /// A fresh home, with nothing in it.
    pub fn new() -> Self {
        let home = tempfile::Builder::new()
            .prefix("gatepass-test-")
            .tempdir()
            .expect("a temporary folder can be made");
        for folder in ["data", "run"] {
            std::fs::create_dir(home.path().join(folder)).expect("a new folder takes sub-folders");
        }
        // The desktop's parts refuse a runtime folder that others can read.
        let private = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o700);
        std::fs::set_permissions(home.path().join("run"), private)
            .expect("our own folder can be made private");
        Self { home }
    }

    /// The home folder itself, for files that a test wants to put somewhere.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// `GATEPASS_DATA_DIR`: the database, its lock file and the key file are in it.
    pub fn data_dir(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// The whole environment that programs of this home are started with; nothing else is inherited.
    pub fn environment(&self, browser: &Browser) -> Vec<(String, OsString)> {
        let home = self.home.path();
        let inherited = ["PATH", "LANG", "TMPDIR", "RUST_BACKTRACE", "DISPLAY", "XAUTHORITY"];
        let mut environment: Vec<(String, OsString)> =
            inherited.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var_os(name)?))).collect();
        let own: [(&str, OsString); 8] = [
            ("HOME", home.into()),
            ("XDG_DATA_HOME", home.join("share").into()),
            ("XDG_CONFIG_HOME", home.join("config").into()),
            ("XDG_CACHE_HOME", home.join("cache").into()),
            ("XDG_RUNTIME_DIR", home.join("run").into()),
            ("GATEPASS_DATA_DIR", self.data_dir().into()),
            ("GATEPASS_KEY_STORE", "file".into()),
            ("BROWSER", self.browser_line(browser)),
        ];
        environment.extend(own.map(|(name, value)| (name.to_owned(), value)));
        environment
    }

    /// A command with these arguments; change it further, then [`Run::run`] it. The browser signs in as alice.
    pub fn command<S: AsRef<str>>(&self, arguments: &[S]) -> Run<'_> {
        let mut command = tokio::process::Command::new(program("gatepass"));
        command.args(arguments.iter().map(AsRef::as_ref)).kill_on_drop(true).current_dir(self.home.path());
        command.env_clear().envs(self.environment(&Browser::SignsInAs("alice")));
        Run { gatepass: self, command, input: None }
    }

    /// Runs a command whose person, if it needs one, is alice, to its end.
    pub async fn run<S: AsRef<str>>(&self, arguments: &[S]) -> Finished {
        self.command(arguments).run().await
    }

    /// Imports a document and returns what `import --json` says about it.
    pub async fn import(&self, document: &Value) -> Value {
        let file = self.file("import.json", document);
        self.run(&["import", &file, "--json"]).await.expect_code(0).json()
    }

    /// The stored token of a collection or request, as `token show --json` tells it.
    pub async fn show(&self, target: &str) -> Value {
        self.run(&["token", "show", target, "--json"]).await.expect_code(0).json()
    }

    /// Waits until that token is past its end.
    pub async fn until_expired(&self, target: &str) {
        crate::eventually("the token expires", async || {
            (self.show(target).await["status"] == "expired").then_some(())
        })
        .await;
    }

    /// Waits until a token that somebody may renew meanwhile is past its end or in its margin, or has been renewed.
    pub async fn until_expired_or_renewed(&self, target: &str) {
        let before = self.show(target).await["access_token"].clone();
        crate::eventually("the token expires or is renewed", async || {
            let shown = self.show(target).await;
            (shown["status"] != "valid" || shown["access_token"] != before).then_some(())
        })
        .await;
    }

    /// Writes a file into the home and returns its path, as text for an argument.
    pub fn file(&self, name: &str, content: &Value) -> String {
        let path = self.home.path().join(name);
        std::fs::write(&path, content.to_string()).expect("the home can be written to");
        path.to_str().expect("temporary paths are plain text").to_owned()
    }

    /// The URL that [`Browser::Notes`] was given, once it is there.
    pub async fn noted_url(&self) -> url::Url {
        let file = self.note();
        crate::eventually("the browser is opened", async || {
            let text = std::fs::read_to_string(&file).ok()?;
            Some(url::Url::parse(&text).expect("the browser is given a URL"))
        })
        .await
    }

    fn note(&self) -> PathBuf {
        self.home.path().join("noted-url")
    }

    fn browser_line(&self, browser: &Browser) -> OsString {
        let sign_in = program("sign-in").display().to_string();
        match browser {
            Browser::SignsInAs(user) => format!("{sign_in} --user {user}"),
            Browser::Refuses => format!("{sign_in} --refuse"),
            Browser::Notes => format!("{sign_in} --note {}", self.note().display()),
            Browser::NeverFinishes => "true".to_owned(),
            Browser::Missing => "/nonexistent/browser".to_owned(),
        }
        .into()
    }
}

impl Default for Gatepass {
    fn default() -> Self {
        Self::new()
    }
}

/// A command that is about to be run.
#[derive(Debug)]
pub struct Run<'a> {
    gatepass: &'a Gatepass,
    command: tokio::process::Command,
    input: Option<String>,
}

impl Run<'_> {
    /// With another browser than alice's.
    #[must_use]
    pub fn browser(mut self, browser: &Browser) -> Self {
        self.command.env("BROWSER", self.gatepass.browser_line(browser));
        self
    }

    /// With one more variable, or another value for one.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Without this variable.
    #[must_use]
    pub fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// With text on standard input, which is otherwise empty.
    #[must_use]
    pub fn input(mut self, text: &str) -> Self {
        self.input = Some(text.to_owned());
        self
    }

    /// Starts it and leaves it running; it is killed when the value is dropped.
    pub fn start(mut self) -> tokio::process::Child {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        self.command.spawn().expect("the built program can be started")
    }

    /// Runs it to its end.
    ///
    /// # Panics
    /// When it has not ended after two minutes.
    pub async fn run(mut self) -> Finished {
        let input = self.input.take().unwrap_or_default();
        let mut child = self.start();
        let mut stdin = child.stdin.take().expect("stdin is piped");
        // A program that does not read its input closes the pipe: not our concern.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        let output = tokio::time::timeout(LIMIT, child.wait_with_output()).await;
        let output = output.expect("the command hangs").expect("its output can be read");
        Finished {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("what it prints is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("what it prints is UTF-8"),
        }
    }
}

impl Finished {
    /// Panics with everything it printed unless it exited with this code.
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// The `error` object of the JSON document, after an exit with this code.
    #[track_caller]
    pub fn error(self, code: i32) -> Value {
        let document = self.expect_code(code).json();
        let mut keys = keys(&document["error"]);
        keys.sort_unstable();
        let contract = ["cause", "code", "flow", "id_token_checks", "message", "next_step", "oauth_error"];
        assert_eq!(keys, contract, "{document}");
        document["error"].clone()
    }

    /// The one JSON document on standard output.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| {
            panic!("not one JSON document: {error}\nstdout: {}\nstderr: {}", self.stdout, self.stderr)
        })
    }
}

/// The keys of a JSON object, in its order; none for anything else.
pub fn keys(value: &Value) -> Vec<&str> {
    value.as_object().map(|object| object.keys().map(String::as_str).collect()).unwrap_or_default()
}
