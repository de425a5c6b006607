//! The authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1, RFC 7636, RFC 8707, RFC 9396).

use serde_json::Value;
use url::Url;

use crate::config::{AuthConfig, ExtraPlace};
use crate::endpoints::Form;
use crate::failure::{Code, Failure};
use crate::pkce::ProofKey;
use crate::ports::Randomness;
use crate::random;
use crate::secret::Secret;

/// One authorization request, and the secrets of this login that its answer is held against.
pub struct AuthorizationRequest {
    /// All parameters, as they are sent in the URL, pushed, or signed.
    pub parameters: Form,
    /// Bound to this login: 256 random bits.
    pub state: Secret,
    /// For the ID token; absent where none can come.
    pub nonce: Option<Secret>,
    /// The proof key, where PKCE is on and a code is asked for.
    pub proof_key: Option<ProofKey>,
    /// What is asked for: `code`, `id_token`, `token`, or several of them.
    pub response_type: String,
    /// Where the answer goes, with its real port.
    pub redirect_uri: String,
}

/// What the free parameters of a config cannot replace: each login's own secrets, and what the answer is held
/// against.
const OURS: [&str; 6] =
    ["state", "nonce", "code_challenge", "code_challenge_method", "redirect_uri", "response_type"];

impl AuthorizationRequest {
    /// The request of one login. `state` was made for it with [`random::state`]; `thumbprint` is that of the key
    /// that the tokens are to be bound to (RFC 9449 §10).
    ///
    /// # Errors
    /// [`Code::Configuration`] if the code verifier of the config is not one.
    pub fn new(
        config: &AuthConfig,
        redirect_uri: &str,
        state: Secret,
        thumbprint: Option<String>,
        randomness: &dyn Randomness,
    ) -> Result<Self, Failure> {
        let response_type = response_type(config);
        let asks_for = |name: &str| response_type.split_whitespace().any(|part| part == name);
        let wants_id_token = asks_for("id_token") || config.scopes().any(|scope| scope == "openid");
        let nonce = wants_id_token.then(|| random::nonce(randomness));
        let proof_key = if asks_for("code") { ProofKey::for_login(config, randomness)? } else { None };
        let json = |value: Value| value.to_string();
        let mut parameters = Form::new()
            .with("response_type", response_type.as_str())
            .with("client_id", config.client_id.as_str())
            .with("redirect_uri", redirect_uri)
            .with_some("scope", config.scope.as_deref().map(str::trim))
            .with("state", &state)
            .with_some("nonce", nonce.as_ref())
            .with_some("code_challenge", proof_key.as_ref().map(ProofKey::challenge))
            .with_some("code_challenge_method", proof_key.as_ref().map(ProofKey::method))
            .with_some("response_mode", config.response_mode.as_deref())
            .with_some("prompt", config.prompt.as_deref())
            .with_some("login_hint", config.login_hint.as_deref())
            .with_some("id_token_hint", config.id_token_hint.as_ref())
            .with_some("max_age", config.max_age.map(|seconds| seconds.to_string()))
            .with_some("acr_values", config.acr_values.as_deref())
            .with_some("ui_locales", config.ui_locales.as_deref())
            .with_some("claims", config.claims.clone().map(json))
            .with_some("audience", config.audience.as_deref())
            .with_some("dpop_jkt", thumbprint);
        if !config.authorization_details.is_empty() {
            parameters
                .push("authorization_details", json(Value::Array(config.authorization_details.clone())));
        }
        for resource in &config.resource {
            parameters.push("resource", resource);
        }
        add_rows(config, &mut parameters);
        let redirect_uri = redirect_uri.to_owned();
        Ok(Self { parameters, state, nonce, proof_key, response_type, redirect_uri })
    }

    /// The URL for the browser, with all parameters in it.
    pub fn url(&self, endpoint: &Url) -> Url {
        with_parameters(endpoint, &self.parameters)
    }
}

/// What is asked for. The implicit grant asks for tokens at once, unless its config says which.
pub fn response_type(config: &AuthConfig) -> String {
    let configured = config.response_type.split_whitespace().collect::<Vec<_>>().join(" ");
    match config.grant {
        crate::config::Grant::Implicit if configured.is_empty() || configured == "code" => {
            let wants_id_token = config.scopes().any(|scope| scope == "openid");
            if wants_id_token { "id_token token".to_owned() } else { "token".to_owned() }
        }
        _ if configured.is_empty() => "code".to_owned(),
        _ => configured,
    }
}

/// Whether the answer comes in the fragment, which only the page in the browser can read.
pub fn answers_in_fragment(config: &AuthConfig) -> bool {
    match config.response_mode.as_deref() {
        Some(mode) => {
            mode == "fragment" || mode == "fragment.jwt" || (mode == "jwt" && response_type(config) != "code")
        }
        None => response_type(config) != "code",
    }
}

/// Appends parameters to an endpoint that may have a query of its own (RFC 6749 §3.1).
pub fn with_parameters(endpoint: &Url, parameters: &Form) -> Url {
    let mut url = endpoint.clone();
    url.set_fragment(None);
    {
        let mut query = url.query_pairs_mut();
        for (name, value) in parameters.parameters() {
            query.append_pair(name, value.expose());
        }
    }
    url
}

fn add_rows(config: &AuthConfig, parameters: &mut Form) {
    let rows = config.extra.authorization.iter();
    let rows = rows.filter(|row| row.enabled && row.place != Some(ExtraPlace::Header));
    let rows: Vec<_> =
        rows.filter(|row| !row.name.is_empty() && !OURS.contains(&row.name.as_str())).collect();
    for row in &rows {
        parameters.remove(&row.name);
    }
    for row in rows {
        parameters.push(&row.name, &row.value);
    }
}

/// Whether a URL may be handed to the system's browser: `https`, or `http` on this machine. Everything else could
/// start a program or leak a login.
///
/// # Errors
/// [`Code::Configuration`], saying what is wrong with it.
pub fn check_openable(url: &Url) -> Result<(), Failure> {
    let cause = match url.scheme() {
        "https" if url.has_host() => None,
        "http" if is_loopback(url) => None,
        "http" => Some("Over plain http anyone on the way can read and change the sign-in page.".to_owned()),
        scheme => Some(format!("Its scheme is `{scheme}`; a sign-in page has https.")),
    };
    let cause = cause.or_else(|| {
        let has_login = !url.username().is_empty() || url.password().is_some();
        has_login.then(|| "It has a user name in front of its host, which hides where it leads.".to_owned())
    });
    match cause {
        None => Ok(()),
        Some(cause) => Err(Failure::new(
            Code::Configuration,
            format!("This address is not opened in the browser: {}", url.host_str().unwrap_or(url.scheme())),
            cause,
            "Correct the endpoint in the auth settings.",
        )),
    }
}

/// Whether a URL leads to this very machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::testing::Counting;

    fn request(extra: Value) -> AuthorizationRequest {
        let mut config = json!({
            "grant": "authorization_code", "client_id": "photos", "scope": "openid photos"
        });
        config.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let config = AuthConfig::from_json(&config).unwrap_or_else(|failure| panic!("{}", failure.cause));
        let randomness = Counting::default();
        let state = random::state(&randomness);
        AuthorizationRequest::new(&config, "http://127.0.0.1:1/cb", state, None, &randomness).unwrap()
    }

    fn query(request: &AuthorizationRequest) -> Vec<(String, String)> {
        request
            .url(&Url::parse("https://id.example.com/authorize").unwrap())
            .query_pairs()
            .into_owned()
            .collect()
    }

    fn value(request: &AuthorizationRequest, name: &str) -> Option<String> {
        let found: Vec<_> = query(request).into_iter().filter(|(field, _)| field == name).collect();
        assert!(found.len() < 2, "{name} is sent twice");
        found.into_iter().next().map(|(_, value)| value)
    }

    #[test]
    fn state_and_nonce_are_always_sent_long_and_different() {
        let request = request(json!({}));
        let (state, nonce) = (value(&request, "state").unwrap(), value(&request, "nonce").unwrap());
        assert!(state.len() >= 43 && nonce.len() >= 43 && state != nonce);
    }

    #[test]
    fn a_nonce_is_sent_only_where_an_id_token_may_come() {
        assert_eq!(value(&request(json!({"scope": "photos"})), "nonce"), None);
        assert!(
            value(&request(json!({"scope": "photos", "response_type": "code id_token"})), "nonce").is_some()
        );
    }

    #[test]
    fn the_code_challenge_is_s256_unless_turned_off() {
        assert_eq!(value(&request(json!({})), "code_challenge_method").as_deref(), Some("S256"));
        let off = request(json!({"pkce": "off"}));
        assert_eq!(value(&off, "code_challenge"), None);
        assert_eq!(value(&off, "code_challenge_method"), None);
    }

    #[test]
    fn nothing_empty_is_sent() {
        let request = request(
            json!({"scope": "", "prompt": "", "extra": {"authorization": [{"name": "x", "value": ""}]}}),
        );
        assert!(query(&request).iter().all(|(_, value)| !value.is_empty()), "{:?}", query(&request));
        assert_eq!(value(&request, "scope"), None);
    }

    #[test]
    fn every_optional_parameter_is_passed_on() {
        let request = request(json!({
            "response_mode": "query", "prompt": "login", "login_hint": "alice", "id_token_hint": "hint", "max_age": 0,
            "acr_values": "gold", "ui_locales": "de", "claims": {"id_token": {"acr": null}}, "audience": "https://api",
            "resource": ["https://a", "https://b"], "authorization_details": [{"type": "payment"}],
            "extra": {"authorization": [
                {"name": "access_type", "value": "offline"}, {"name": "off", "value": "1", "enabled": false},
                {"name": "X-Header", "value": "1", "in": "header"}
            ]}
        }));
        for (name, expected) in [
            ("response_mode", "query"),
            ("prompt", "login"),
            ("login_hint", "alice"),
            ("id_token_hint", "hint"),
            ("max_age", "0"),
            ("acr_values", "gold"),
            ("ui_locales", "de"),
            ("claims", r#"{"id_token":{"acr":null}}"#),
            ("audience", "https://api"),
            ("authorization_details", r#"[{"type":"payment"}]"#),
            ("access_type", "offline"),
        ] {
            assert_eq!(value(&request, name).as_deref(), Some(expected), "{name}");
        }
        let resources: Vec<_> = query(&request).into_iter().filter(|(name, _)| name == "resource").collect();
        assert_eq!(resources.len(), 2);
        assert_eq!(value(&request, "off"), None);
        assert_eq!(value(&request, "X-Header"), None);
    }

    #[test]
    fn a_free_parameter_replaces_a_standard_one_but_never_the_state() {
        let request = request(json!({"extra": {"authorization": [
            {"name": "scope", "value": "own"}, {"name": "state", "value": "fixed"}
        ]}}));
        assert_eq!(value(&request, "scope").as_deref(), Some("own"));
        assert_ne!(value(&request, "state").as_deref(), Some("fixed"));
    }

    #[test]
    fn a_query_of_the_endpoint_is_kept() {
        let url = request(json!({})).url(&Url::parse("https://id.example.com/authorize?tenant=a").unwrap());
        assert!(
            url.as_str().starts_with("https://id.example.com/authorize?tenant=a&response_type=code&"),
            "{url}"
        );
    }

    #[test]
    fn the_implicit_grant_asks_for_tokens_at_once() {
        assert_eq!(request(json!({"grant": "implicit"})).response_type, "id_token token");
        assert_eq!(request(json!({"grant": "implicit", "scope": "photos"})).response_type, "token");
        assert_eq!(
            request(json!({"grant": "implicit", "response_type": "id_token"})).response_type,
            "id_token"
        );
        assert!(request(json!({"grant": "implicit"})).proof_key.is_none());
    }

    #[test]
    fn a_thousand_hostile_addresses_are_never_opened() {
        const SCHEMES: [&str; 10] = [
            "file://",
            "javascript:",
            "data:text/html,",
            "vbscript:",
            "smb://",
            "ftp://",
            "ms-msdt:",
            "http://",
            "x-apple.systempreferences:",
            "chrome://",
        ];
        const HOSTS: [&str; 10] = [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "127.0.0.1@evil.example",
            "user:pass@evil.example",
            "0.0.0.0",
            "[::ffff:8.8.8.8]",
            "10.0.0.1",
            "evil.example:80",
            "xn--e1awd7f.example",
        ];
        const TAILS: [&str; 10] = [
            "/",
            "/?x=$(id)",
            "/;id",
            "/%0d%0aSet-Cookie:x",
            "/`id`",
            "/#--remote-debugging",
            "/ --no-sandbox",
            "/\"'",
            "/|cat",
            "/&calc",
        ];
        for scheme in SCHEMES {
            for host in HOSTS {
                for tail in TAILS {
                    let address = format!("{scheme}{host}{tail}");
                    let Ok(url) = Url::parse(&address) else { continue };
                    assert!(check_openable(&url).is_err(), "{address}");
                }
            }
        }
    }

    #[test]
    fn only_https_and_this_machine_are_opened_in_the_browser() {
        for allowed in [
            "https://id.example.com/a",
            "http://localhost:8080/a",
            "http://127.0.0.1/a",
            "http://127.9.9.9/",
            "http://[::1]:1/a",
        ] {
            assert!(check_openable(&Url::parse(allowed).unwrap()).is_ok(), "{allowed}");
        }
        for refused in [
            "http://id.example.com/a",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "ssh://host/",
            "https://user@evil.example.com/",
            "http://localhost.evil.example.com/",
            "ms-settings:a",
            "vbscript:x",
            "smb://host/share",
            "http://0.0.0.0/",
            "http://127.0.0.1.evil.example.com/",
        ] {
            assert!(check_openable(&Url::parse(refused).unwrap()).is_err(), "{refused}");
        }
    }
}
