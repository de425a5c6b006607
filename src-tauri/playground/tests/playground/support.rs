//! A playground with a clock that is turned by hand, and somebody to talk to it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use gatepass_playground::{Playground, Settings, Surroundings};
use http::{Request, Response};
use serde_json::Value;
use url::{Url, form_urlencoded};

pub const ISSUER: &str = "http://127.0.0.1:9400";
pub const CALLBACK: &str = "http://127.0.0.1:50123/callback";
pub const VERIFIER: &str = "a-code-verifier-of-more-than-forty-three-characters";
pub const FULL_SCOPE: &str = "openid profile email offline_access photos.read";
pub const WEB: (&str, &str) = ("playground-web", "web-secret-that-everybody-knows");
pub const MACHINE: (&str, &str) = ("playground-machine", "machine-secret-that-everybody-knows");

/// A clock that stands still until it is moved, and numbered bytes in place of random ones.
pub struct Still {
    now: AtomicI64,
    drawn: AtomicU64,
}

impl Surroundings for Still {
    fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let number = self.drawn.fetch_add(1, Ordering::SeqCst);
            let block = digest(&SHA256, &number.to_be_bytes());
            chunk.copy_from_slice(&block.as_ref()[..chunk.len()]);
        }
    }
}

pub struct World {
    pub playground: Playground,
    pub still: Arc<Still>,
}

impl World {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::new(Url::parse(ISSUER).unwrap());
        change(&mut settings);
        let still = Arc::new(Still { now: AtomicI64::new(1_750_000_000), drawn: AtomicU64::new(0) });
        Self { playground: Playground::new(settings, still.clone()), still }
    }

    pub fn now(&self) -> i64 {
        self.still.now()
    }

    pub fn pass(&self, seconds: i64) {
        self.still.now.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn send(&self, request: Request<Vec<u8>>) -> Reply {
        Reply(self.playground.answer(request))
    }

    /// GET of a path, with these headers.
    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send(request("GET", path, headers, Vec::new()))
    }

    /// GET of a path with a bearer token.
    pub fn get_with(&self, path: &str, token: &str) -> Reply {
        self.get(path, &[("authorization", &format!("Bearer {token}"))])
    }

    /// POST of a form.
    pub fn post(&self, path: &str, form: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
        let headers = [&[("content-type", "application/x-www-form-urlencoded")], headers].concat();
        self.send(request("POST", path, &headers, encoded(form).into_bytes()))
    }

    /// A token request of the public client.
    pub fn token(&self, form: &[(&str, &str)]) -> Reply {
        self.post("/token", &[form, &[("client_id", "playground")]].concat(), &[])
    }

    /// A token request of a confidential client, by HTTP Basic.
    pub fn token_by_basic(&self, client: (&str, &str), form: &[(&str, &str)]) -> Reply {
        self.post("/token", form, &[("authorization", &basic(client))])
    }

    pub fn refresh(&self, refresh_token: &str) -> Reply {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh_token)])
    }

    pub fn exchange(&self, code: &str) -> Reply {
        self.token(&exchange_form(code))
    }

    /// The token response of a whole sign-in of this user, with every scope but photos.write.
    pub fn tokens_of(&self, user: &str) -> Value {
        let mut browser = Browser::new(self);
        let callback = browser.sign_in_and_allow(&authorization_path(&[]), user);
        let reply = self.exchange(&parameter(&callback, "code").unwrap());
        assert_eq!(reply.status(), 200, "{}", reply.text());
        reply.json()
    }
}

pub fn exchange_form(code: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ]
}

/// The path of an authorization request of the public client; `changes` replace parameters, an empty value removes one.
pub fn authorization_path(changes: &[(&str, &str)]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
    let mut parameters = BTreeMap::from([
        ("client_id", "playground"),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("scope", FULL_SCOPE),
        ("state", "the-state"),
        ("nonce", "the-nonce"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ]);
    parameters.extend(changes.iter().copied());
    parameters.retain(|_, value| !value.is_empty());
    format!("/authorize?{}", encoded(&parameters.into_iter().collect::<Vec<_>>()))
}

pub fn basic((id, secret): (&str, &str)) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

pub fn encoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Request<Vec<u8>> {
    let mut builder = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        builder = builder.header("host", "127.0.0.1:9400");
    }
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(body).unwrap()
}

/// A parameter in the query of a URL.
pub fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// The payload of a JWT, unverified.
pub fn claims(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

/// The header of a JWT.
pub fn jose_header(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap()).unwrap()
}

pub struct Reply(pub Response<Vec<u8>>);

impl Reply {
    pub fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.0.headers().get(name).map(|value| value.to_str().unwrap())
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.0.body().clone()).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(self.0.body()).unwrap_or_else(|_| panic!("not JSON: {}", self.text()))
    }

    pub fn location(&self) -> Url {
        let location = self.header("location").unwrap_or_else(|| panic!("no redirect: {}", self.text()));
        Url::parse(ISSUER).unwrap().join(location).unwrap()
    }

    /// Checks that it is this OAuth error, and gives its description.
    pub fn error(&self, status: u16, error: &str) -> String {
        assert_eq!((self.status(), self.json()["error"].as_str()), (status, Some(error)), "{}", self.text());
        self.json()["error_description"].as_str().unwrap().to_owned()
    }
}

/// A browser: keeps cookies, follows redirects within the playground, stops at the client's redirect URI.
pub struct Browser<'w> {
    world: &'w World,
    cookies: BTreeMap<String, String>,
}

/// Where a browser has come to.
pub struct At {
    pub path: String,
    pub reply: Reply,
}

impl At {
    /// The callback that the browser was sent to.
    pub fn callback(&self) -> Url {
        let location = self.reply.location();
        assert!(!location.as_str().starts_with(ISSUER), "still with the provider");
        location
    }
}

impl<'w> Browser<'w> {
    pub fn new(world: &'w World) -> Self {
        Self { world, cookies: BTreeMap::new() }
    }

    pub fn get(&mut self, path: &str) -> At {
        self.go("GET", path, Vec::new())
    }

    pub fn post(&mut self, path: &str, form: &[(&str, &str)]) -> At {
        self.go("POST", path, encoded(form).into_bytes())
    }

    /// Sends the sign-in page that `at` shows.
    pub fn sign_in(&mut self, at: &At, username: &str, password: &str) -> At {
        let form = [("username", username), ("password", password), ("decision", "sign-in")];
        self.post(&format!("{}/sign-in", at.path), &form)
    }

    /// Sends the consent page that `at` shows.
    pub fn decide(&mut self, at: &At, user: &str, decision: &str) -> At {
        let subject = format!("user-{user}");
        self.post(&format!("{}/consent", at.path), &[("subject", &subject), ("decision", decision)])
    }

    /// Opens an authorization request, signs in, allows, and returns the callback.
    pub fn sign_in_and_allow(&mut self, path: &str, user: &str) -> Url {
        let page = self.get(path);
        assert_eq!(page.reply.status(), 200, "{}", page.reply.text());
        let mut at = self.sign_in(&page, user, user);
        if at.reply.text().contains("Allow access?") {
            at = self.decide(&at, user, "allow");
        }
        at.callback()
    }

    pub fn cookies(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn go(&mut self, method: &str, path: &str, body: Vec<u8>) -> At {
        let (mut method, mut path, mut body) = (method.to_owned(), path.to_owned(), body);
        for _ in 0..10 {
            let cookies = self.cookies();
            let mut headers = vec![("cookie", cookies.as_str())];
            if method == "POST" {
                headers.extend([("content-type", "application/x-www-form-urlencoded"), ("origin", ISSUER)]);
            }
            let reply = self.world.send(request(&method, &path, &headers, body));
            for cookie in reply.0.headers().get_all("set-cookie") {
                let (name, value) =
                    cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
            match reply.header("location").filter(|location| location.starts_with('/')) {
                Some(location) => {
                    (method, path, body) = ("GET".to_owned(), location.to_owned(), Vec::new());
                }
                None => return At { path, reply },
            }
        }
        panic!("the browser was sent around in circles");
    }
}
