//! The smallest OAuth client that can tell whether a provider works.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use gatepass_tests::{
    Person,
    http::{Answer, Server},
};
use reqwest::redirect::Policy;
use serde_json::Value;
use url::Url;

const VERIFIER: &str = "a-code-verifier-that-is-long-enough-for-rfc-7636";

pub struct Client {
    pub id: &'static str,
    issuer: String,
    authorization_endpoint: String,
    listener: Server,
    http: reqwest::Client,
}

impl Client {
    pub async fn of(issuer: &str, id: &'static str, authorization_path: &str) -> Self {
        let listener = Server::start(|_| Answer::html(200, "<h1>Signed in</h1>")).await;
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        Self {
            id,
            issuer: issuer.to_owned(),
            authorization_endpoint: format!("{issuer}{authorization_path}"),
            listener,
            http,
        }
    }

    pub fn authorization_url(&self, more: &[(&str, &str)]) -> Url {
        let challenge = BASE64URL.encode(digest(&SHA256, VERIFIER.as_bytes()));
        let mut url = Url::parse(&self.authorization_endpoint).unwrap();
        url.query_pairs_mut()
            .append_pair("client_id", self.id)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", &self.redirect_uri())
            .append_pair("scope", "openid offline_access api:read")
            .append_pair("state", "the-state")
            .append_pair("nonce", "the-nonce")
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .append_pair("prompt", "consent")
            .extend_pairs(more);
        url
    }

    /// Signs in as alice and returns the whole token response.
    pub async fn obtain(&self, more: &[(&str, &str)]) -> Value {
        let landing = Person::named("alice").sign_in(&self.authorization_url(more)).await.unwrap();
        assert_eq!(landing.status, 200, "{landing:?}");
        let code = landing.redirect.query_pairs().find(|(name, _)| name == "code");
        let code = code.unwrap_or_else(|| panic!("no code in {}", landing.redirect)).1.into_owned();
        let (_, tokens) = self.exchange(&code).await;
        tokens
    }

    pub async fn exchange(&self, code: &str) -> (u16, Value) {
        let redirect_uri = self.redirect_uri();
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", VERIFIER),
        ])
        .await
    }

    pub async fn refresh(&self, tokens: &Value) -> (u16, Value) {
        let token = tokens["refresh_token"].as_str().expect("a refresh token");
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    pub async fn api(&self, path: &str, token: &Value) -> (u16, Value) {
        let request = self
            .http
            .get(format!("{}/api/{path}", self.issuer))
            .bearer_auth(token.as_str().expect("a token"));
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub async fn fetch(&self, path: &str) -> Value {
        self.http.get(format!("{}{path}", self.issuer)).send().await.unwrap().json().await.unwrap()
    }

    pub fn redirect_uri(&self) -> String {
        format!("{}/callback", self.listener.origin())
    }

    async fn token(&self, form: &[(&str, &str)]) -> (u16, Value) {
        let request = self
            .http
            .post(format!("{}/token", self.issuer))
            .form(&[form, &[("client_id", self.id)]].concat());
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null))
    }
}
