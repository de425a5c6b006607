//! The real OpenID provider of `tests/provider/`, one for each test, on a port of its own.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use crate::process::{Group, built, repository};

/// The secret of the confidential clients.
pub const CLIENT_SECRET: &str = "secret-secret-secret-secret-secret-1234";

/// A running provider; dropping it ends it.
#[derive(Debug)]
pub struct Provider {
    /// `http://127.0.0.1:<port>`, exactly as in the metadata and in ID tokens.
    pub issuer: String,
    /// Where the resource server answers: `<issuer>/api`.
    pub api: String,
    /// `https://localhost:<port>` where TLS was asked for.
    pub tls: Option<String>,
    /// The certificate authority of [`Provider::tls`], a PEM file.
    pub ca: Option<String>,
    state: PathBuf,
    client: reqwest::Client,
    group: Group,
}

/// One request as it reached the provider.
#[derive(Clone, Debug, Deserialize)]
pub struct Seen {
    pub method: String,
    /// Path and query.
    pub url: String,
    /// What was answered; `None` when the connection ended before an answer was out.
    pub status: Option<u16>,
    /// Names in lower case.
    pub headers: HashMap<String, String>,
    pub body: String,
}

impl Seen {
    /// The path without the query.
    pub fn path(&self) -> &str {
        self.url.split('?').next().unwrap_or_default()
    }

    /// A field of the form body, decoded.
    pub fn form(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.body.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The token of the Authorization header, whatever its scheme.
    pub fn token(&self) -> Option<&str> {
        self.headers.get("authorization")?.split_once(' ').map(|(_, token)| token)
    }
}

impl Provider {
    /// Starts a provider with options as on its command line, for example `["--ttl-access", "10"]`.
    ///
    /// # Panics
    /// When Node or the provider's packages are missing, with what to do.
    pub async fn start(options: &[&str]) -> Self {
        let folder = repository().join("tests/provider");
        assert!(
            folder.join("node_modules/oidc-provider").is_dir(),
            "the provider's packages are not installed: run `make setup`, or `npm ci` in tests/provider"
        );
        // Keys are kept between runs: making them takes longer than starting.
        let state = built().join("provider-state");
        let mut command = Command::new("node");
        command
            .arg(folder.join("main.mjs"))
            .args(["--port", "0", "--end-with-stdin"])
            .arg("--state")
            .arg(state);
        command.args(options).env("NODE_NO_WARNINGS", "1").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut group = Group::start(&mut command);
        let output = group.child().stdout.take().expect("stdout is piped");
        let ready = tokio::task::spawn_blocking(move || ready_line(output))
            .await
            .expect("reading a line does not panic");
        let text = |name: &str| ready[name].as_str().map(str::to_owned);
        Self {
            issuer: text("issuer").expect("READY names the issuer"),
            api: text("api").expect("READY names the API"),
            tls: text("tls"),
            ca: text("ca"),
            state: text("state").expect("READY names the folder of keys").into(),
            client: reqwest::Client::builder().no_proxy().build().expect("a plain client can be built"),
            group,
        }
    }

    /// Everything that reached it so far, oldest first.
    pub async fn log(&self) -> Vec<Seen> {
        let answer = self.client.get(self.hook("log")).send().await.expect("the provider answers");
        answer.json().await.expect("the log is JSON")
    }

    /// The log's token requests with this `grant_type`.
    pub async fn token_requests(&self, grant_type: &str) -> Vec<Seen> {
        let is_one =
            |seen: &Seen| seen.path() == "/token" && seen.form("grant_type").as_deref() == Some(grant_type);
        self.log().await.into_iter().filter(is_one).collect()
    }

    /// The log's requests to the resource server.
    pub async fn api_requests(&self) -> Vec<Seen> {
        self.log().await.into_iter().filter(|seen| seen.path().starts_with("/api/")).collect()
    }

    /// Empties the log.
    pub async fn forget_log(&self) {
        self.client.delete(self.hook("log")).send().await.expect("the provider answers");
    }

    /// Changes options of the run, for example `json!({"ttl-access": 2})`.
    pub async fn change(&self, options: Value) {
        self.call("options", options).await;
    }

    /// Makes coming requests to a path fail or wait: `{path, times, delay_ms, status, headers, body, hang_up}`.
    pub async fn fault(&self, fault: Value) {
        self.call("fault", fault).await;
    }

    /// Takes back every access token of a client, leaving its refresh tokens alone; returns how many.
    pub async fn revoke_access_tokens(&self, client_id: &str) -> u64 {
        self.call("revoke-access", json!({ "client_id": client_id })).await["revoked"]
            .as_u64()
            .unwrap_or_default()
    }

    /// Takes back every refresh token of a client, leaving its access tokens alone; returns how many.
    pub async fn revoke_refresh_tokens(&self, client_id: &str) -> u64 {
        self.call("revoke-refresh", json!({ "client_id": client_id })).await["revoked"]
            .as_u64()
            .unwrap_or_default()
    }

    /// Answers for the person who was shown this user code: signs in, or refuses when `user` is `deny`.
    pub async fn answer_device(&self, user_code: &str, user: &str) {
        self.call("device", json!({ "user_code": user_code, "user": user })).await;
    }

    /// The private key of a client as JWK: `c-rs`, `c-ps`, `c-es`, `c-ed`, `c-enc-rsa` or `c-enc-ec`.
    pub fn client_jwk(&self, kid: &str) -> Value {
        let file = std::fs::read(self.state.join("client-jwks.json")).expect("the clients' keys are written");
        let set: Value = serde_json::from_slice(&file).expect("they are JSON");
        let keys = set["keys"].as_array().expect("a key set holds keys");
        keys.iter().find(|key| key["kid"] == kid).unwrap_or_else(|| panic!("no key {kid}")).clone()
    }

    /// The same as PEM.
    pub fn client_pem(&self, kid: &str) -> String {
        let file = self.state.join(format!("client-{kid}.pem"));
        std::fs::read_to_string(file).expect("the clients' keys are written")
    }

    /// A file beside [`Provider::ca`], for example `client.p12`; where TLS was asked for.
    pub fn tls_file(&self, name: &str) -> Vec<u8> {
        let folder = Path::new(self.ca.as_deref().expect("the provider was started with --tls or --mtls"));
        let file = folder.with_file_name(name);
        std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }

    /// Ends the process, so that its port refuses connections.
    pub fn stop(self) {
        drop(self.group);
    }

    async fn call(&self, hook: &str, body: Value) -> Value {
        let answer =
            self.client.post(self.hook(hook)).json(&body).send().await.expect("the provider answers");
        let status = answer.status();
        let value = answer.json().await.expect("hooks answer in JSON");
        assert!(status.is_success(), "hook {hook} with {body}: {status} {value}");
        value
    }

    fn hook(&self, name: &str) -> Url {
        Url::parse(&format!("{}/_test/{name}", self.issuer)).expect("an issuer and a path make a URL")
    }
}

fn ready_line(output: std::process::ChildStdout) -> Value {
    let mut lines = BufReader::new(output).lines();
    let ready = lines.find_map(|line| line.ok()?.strip_prefix("READY ").map(str::to_owned));
    let ready = ready.expect("the provider ended before it was ready; see what it printed above");
    serde_json::from_str(&ready).expect("READY carries JSON")
}
