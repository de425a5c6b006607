//! The honest part: what every case starts from.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Map, Value, json};
use url::{Url, form_urlencoded};

use super::{
    case::IdToken,
    keys::{Keys, Signing, algorithm, decode, encode},
};
use crate::http::{Answer, Request};

/// The secret that confidential clients have here, whatever their id.
pub const CLIENT_SECRET: &str = "the secret of every client here, long enough for HS256";
/// Who signs in.
pub const SUBJECT: &str = "alice";
/// Seconds that access and ID tokens live.
const LIFETIME: u64 = 3600;

/// State of an honest provider.
#[derive(Debug)]
pub(super) struct Honest {
    issuer: String,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    keys: Keys,
    issued: usize,
    codes: HashMap<String, Grant>,
    refresh_tokens: HashMap<String, Grant>,
    access_tokens: HashMap<String, Grant>,
}

/// What somebody agreed to.
#[derive(Clone, Debug, Default)]
struct Grant {
    client_id: String,
    scope: String,
    nonce: Option<String>,
    redirect_uri: String,
    code_challenge: Option<String>,
    challenge_is_plain: bool,
}

/// What an ID token tells the hash of, because it came along.
#[derive(Debug, Default)]
struct Hashed {
    access_token: Option<String>,
    code: Option<String>,
}

type Pairs = Vec<(String, String)>;

type Forge<'a> = &'a dyn Fn(&mut IdToken);

impl Honest {
    pub fn new(issuer: &str) -> Self {
        let state = State {
            keys: Keys::generate(1),
            issued: 0,
            codes: HashMap::new(),
            refresh_tokens: HashMap::new(),
            access_tokens: HashMap::new(),
        };
        Self { issuer: issuer.to_owned(), state: Mutex::new(state) }
    }

    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    pub fn rotate_keys(&self) {
        self.state().keys = Keys::generate(2);
    }

    /// Answers a request; ID tokens pass through `forge` before they are signed.
    pub fn answer(&self, request: &Request, forge: Forge<'_>) -> Answer {
        match request.path.as_str() {
            "/.well-known/openid-configuration" | "/.well-known/oauth-authorization-server" => {
                self.metadata()
            }
            "/jwks" => Answer::json(200, &self.state().keys.jwks()),
            "/authorize" => self.authorize(request, forge),
            "/device" => self.authorize_device(request),
            "/token" => self.token(request, forge),
            "/me" => self.userinfo(request),
            path if path.starts_with("/api/") => self.api(request),
            _ => Answer::json(404, &json!({ "error": "not_found" })),
        }
    }

    fn metadata(&self) -> Answer {
        let at = |path: &str| format!("{}{path}", self.issuer);
        Answer::json(
            200,
            &json!({
                "issuer": self.issuer,
                "authorization_endpoint": at("/authorize"),
                "token_endpoint": at("/token"),
                "jwks_uri": at("/jwks"),
                "userinfo_endpoint": at("/me"),
                "device_authorization_endpoint": at("/device"),
                "response_types_supported": ["code", "code id_token", "code token", "code id_token token", "id_token", "token", "id_token token"],
                "response_modes_supported": ["query", "fragment", "form_post"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256", "ES256", "PS256", "HS256"],
                "code_challenge_methods_supported": ["S256", "plain"],
                "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
                "authorization_response_iss_parameter_supported": true,
            }),
        )
    }

    /// Signs everybody in at once, without a page.
    fn authorize(&self, request: &Request, forge: Forge<'_>) -> Answer {
        let Some(redirect) = request.query("redirect_uri").and_then(|uri| Url::parse(&uri).ok()) else {
            return Answer::html(400, "<h1>redirect_uri is missing</h1>");
        };
        let grant = Grant {
            client_id: request.query("client_id").unwrap_or_default(),
            scope: request.query("scope").unwrap_or_default(),
            nonce: request.query("nonce"),
            redirect_uri: redirect.to_string(),
            code_challenge: request.query("code_challenge"),
            challenge_is_plain: request.query("code_challenge_method").as_deref() == Some("plain"),
        };
        let response_type = request.query("response_type").unwrap_or_default();
        let mut answer = self.authorization_response(&grant, &response_type, forge);
        answer.push(("iss".into(), self.issuer.clone()));
        answer.extend(request.query("state").map(|state| ("state".into(), state)));
        let usual = if response_type == "code" { "query" } else { "fragment" };
        send_back(redirect, &answer, request.query("response_mode").as_deref().unwrap_or(usual))
    }

    /// RFC 6749 sections 4.1.2 and 4.2.2, OpenID Connect Core section 3.3.2.5.
    fn authorization_response(&self, grant: &Grant, response_type: &str, forge: Forge<'_>) -> Pairs {
        let wants = |part: &str| response_type.split(' ').any(|wanted| wanted == part);
        let mut answer = Pairs::new();
        let mut hashed = Hashed::default();
        if wants("code") {
            let code = self.name("code");
            self.state().codes.insert(code.clone(), grant.clone());
            answer.push(("code".into(), code.clone()));
            hashed.code = Some(code);
        }
        if wants("token") {
            let token = self.name("access");
            self.state().access_tokens.insert(token.clone(), grant.clone());
            answer.push(("access_token".into(), token.clone()));
            answer.push(("token_type".into(), "Bearer".into()));
            answer.push(("expires_in".into(), LIFETIME.to_string()));
            hashed.access_token = Some(token);
        }
        if wants("id_token") {
            answer.push(("id_token".into(), self.id_token(grant, &hashed, forge)));
        }
        answer
    }

    /// RFC 8628 section 3.2; whoever is meant has signed in before the first question.
    fn authorize_device(&self, request: &Request) -> Answer {
        let device_code = self.name("device");
        let grant = Grant {
            client_id: request.form("client_id").unwrap_or_default(),
            scope: request.form("scope").unwrap_or_default(),
            ..Grant::default()
        };
        self.state().codes.insert(device_code.clone(), grant);
        Answer::json(
            200,
            &json!({
                "device_code": device_code, "user_code": "WDJB-MJHT", "verification_uri": format!("{}/activate", self.issuer),
                "expires_in": 600, "interval": 1,
            }),
        )
    }

    fn token(&self, request: &Request, forge: Forge<'_>) -> Answer {
        let grant = match request.form("grant_type").as_deref() {
            Some("authorization_code") => self.redeem(request),
            Some("refresh_token") => {
                let token = request.form("refresh_token").unwrap_or_default();
                self.state()
                    .refresh_tokens
                    .remove(&token)
                    .ok_or("the refresh token is unknown or already used")
            }
            Some("client_credentials") => {
                Ok(Grant { scope: request.form("scope").unwrap_or_default(), ..Grant::default() })
            }
            Some("urn:ietf:params:oauth:grant-type:device_code") => {
                let code = request.form("device_code").unwrap_or_default();
                self.state().codes.remove(&code).ok_or("the device code is unknown or already used")
            }
            Some("urn:ietf:params:oauth:grant-type:saml2-bearer") => asserted(request),
            _ => return Answer::json(400, &json!({ "error": "unsupported_grant_type" })),
        };
        match grant {
            Ok(grant) => Answer::json(200, &Value::Object(self.issue(grant, forge))),
            Err(reason) => {
                Answer::json(400, &json!({ "error": "invalid_grant", "error_description": reason }))
            }
        }
    }

    /// RFC 6749 section 4.1.3 and RFC 7636 section 4.6.
    fn redeem(&self, request: &Request) -> Result<Grant, &'static str> {
        let code = request.form("code").unwrap_or_default();
        let grant = self.state().codes.remove(&code).ok_or("the code is unknown or already used")?;
        let same_redirect = request
            .form("redirect_uri")
            .and_then(|uri| Url::parse(&uri).ok())
            .is_some_and(|uri| uri.as_str() == grant.redirect_uri);
        if !same_redirect {
            return Err("redirect_uri is not the one of the authorization request");
        }
        if let Some(challenge) = &grant.code_challenge {
            let verifier = request.form("code_verifier").unwrap_or_default();
            let hashed = encode(digest(&SHA256, verifier.as_bytes()).as_ref());
            if *challenge != if grant.challenge_is_plain { verifier } else { hashed } {
                return Err("code_verifier does not match the challenge");
            }
        }
        Ok(grant)
    }

    fn issue(&self, grant: Grant, forge: Forge<'_>) -> Map<String, Value> {
        let access_token = self.name("access");
        let mut answer = Map::new();
        answer.insert("access_token".into(), json!(access_token));
        answer.insert("token_type".into(), json!("Bearer"));
        answer.insert("expires_in".into(), json!(LIFETIME));
        answer.insert("scope".into(), json!(grant.scope));
        if grant.scope.split(' ').any(|scope| scope == "openid") {
            let hashed = Hashed { access_token: Some(access_token.clone()), code: None };
            answer.insert("id_token".into(), json!(self.id_token(&grant, &hashed, forge)));
        }
        if !grant.client_id.is_empty() {
            let refresh_token = self.name("refresh");
            answer.insert("refresh_token".into(), json!(refresh_token));
            self.state().refresh_tokens.insert(refresh_token, grant.clone());
        }
        self.state().access_tokens.insert(access_token, grant);
        answer
    }

    fn id_token(&self, grant: &Grant, hashed: &Hashed, forge: Forge<'_>) -> String {
        let now = now();
        let claims = json!({
            "iss": self.issuer, "sub": SUBJECT, "aud": grant.client_id, "iat": now, "exp": now + LIFETIME,
            "auth_time": now,
        });
        let Value::Object(mut claims) = claims else { unreachable!("json! with braces makes an object") };
        if let Some(nonce) = &grant.nonce {
            claims.insert("nonce".into(), json!(nonce));
        }
        for (name, value) in [("at_hash", &hashed.access_token), ("c_hash", &hashed.code)] {
            if let Some(value) = value {
                let half = encode(&digest(&SHA256, value.as_bytes()).as_ref()[..16]);
                claims.insert(name.into(), json!(half));
            }
        }
        let mut token = IdToken { header: Map::new(), claims, signing: Signing::Rs256, now };
        token.header.insert("typ".into(), json!("JWT"));
        forge(&mut token);
        let state = self.state();
        // A case that set these keeps them; what it left out follows from how it signs.
        token.header.entry("alg").or_insert_with(|| json!(algorithm(token.signing)));
        token.header.entry("kid").or_insert_with(|| json!(state.keys.kid(token.signing)));
        token.header.retain(|_, value| !value.is_null());
        state.keys.sign(&token.header, &token.claims, token.signing, CLIENT_SECRET)
    }

    fn userinfo(&self, request: &Request) -> Answer {
        match self.knows(request) {
            Some(_) => Answer::json(200, &json!({ "sub": SUBJECT })),
            None => unauthorized(),
        }
    }

    fn api(&self, request: &Request) -> Answer {
        match self.knows(request) {
            Some(grant) => {
                Answer::json(200, &json!({ "ok": true, "path": request.path, "scope": grant.scope }))
            }
            None => unauthorized(),
        }
    }

    fn knows(&self, request: &Request) -> Option<Grant> {
        self.state().access_tokens.get(request.token()?).cloned()
    }

    /// A name that was not given before: `code-1`, `access-2`, …
    fn name(&self, kind: &str) -> String {
        let mut state = self.state();
        state.issued += 1;
        format!("{kind}-{}-of-the-misbehaving-provider", state.issued)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends the browser back to the client (OAuth 2.0 Multiple Response Type Encoding Practices, Form Post Response Mode).
fn send_back(mut redirect: Url, answer: &Pairs, mode: &str) -> Answer {
    match mode {
        "fragment" => {
            let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(answer).finish();
            redirect.set_fragment(Some(&text));
            Answer::redirect(redirect.as_str())
        }
        "form_post" => {
            let field = |(name, value): &(String, String)| {
                format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">")
            };
            let fields: String = answer.iter().map(field).collect();
            Answer::html(200, &format!("<form method=\"post\" action=\"{redirect}\">{fields}</form>"))
        }
        _ => {
            redirect.query_pairs_mut().extend_pairs(answer);
            Answer::redirect(redirect.as_str())
        }
    }
}

/// RFC 7522 section 2.1: the assertion is XML in Base64url, and here the person is whoever its NameID says.
fn asserted(request: &Request) -> Result<Grant, &'static str> {
    let assertion =
        decode(&request.form("assertion").unwrap_or_default()).ok_or("the assertion is no Base64url")?;
    let assertion = String::from_utf8(assertion).map_err(|_| "the assertion is no text")?;
    let is_assertion =
        assertion.trim_start().starts_with('<') && assertion.contains(&format!(">{SUBJECT}</"));
    let scope = request.form("scope").unwrap_or_default();
    if is_assertion { Ok(Grant { scope, ..Grant::default() }) } else { Err("the assertion is about nobody") }
}

fn unauthorized() -> Answer {
    Answer::json(401, &json!({ "error": "invalid_token" }))
        .header("www-authenticate", "Bearer error=\"invalid_token\"")
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970").as_secs()
}
