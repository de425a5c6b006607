//! Blanking: what may be shown of requests and answers. Parameters and headers are shown by a list of harmless
//! names; answers are shown but for what is named like a secret, looks like one, or is one that we know.

use http::{HeaderMap, Request, Response};
use serde_json::Value;
use url::Url;

use super::RedactedExchange;
use crate::config::{Assertion, AuthConfig, ClientKey};
use crate::encoding::text_to_show;
use crate::inert::inert;
use crate::secret::Secret;

/// What stands in place of a secret.
pub const BLANK: &str = "•••";

/// At most this much of a body is kept in the transcript.
const BODY_SHOWN: usize = 20_000;

/// Parameters whose values are no secrets (IANA OAuth Parameters registry).
const HARMLESS_PARAMETERS: [&str; 46] = [
    "acr_values",
    "actor_token_type",
    "audience",
    "authorization_details",
    "binding_message",
    "claims",
    "client_assertion_type",
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "display",
    "dpop_jkt",
    "error",
    "error_description",
    "error_uri",
    "expires_in",
    "grant_type",
    "interval",
    "iss",
    "issued_token_type",
    "issuer",
    "login_hint",
    "max_age",
    "nonce",
    "post_logout_redirect_uri",
    "prompt",
    "redirect_uri",
    "request_uri",
    "requested_expiry",
    "requested_token_type",
    "resource",
    "response_mode",
    "response_type",
    "scope",
    "session_state",
    "subject_token_type",
    "token_type",
    "token_type_hint",
    "ui_locales",
    "user_code",
    "username",
    "verification_uri",
    "access_type",
    "domain_hint",
    "kc_idp_hint",
    "connection",
];

/// Request headers that are shown as they are.
const HARMLESS_REQUEST_HEADERS: [&str; 8] = [
    "accept",
    "content-type",
    "content-length",
    "origin",
    "user-agent",
    "host",
    "accept-language",
    "dpop-nonce",
];

/// Parts of field names that mark a value as a secret.
const SECRET_NAME_PARTS: [&str; 11] = [
    "token",
    "secret",
    "password",
    "assertion",
    "credential",
    "cookie",
    "private",
    "apikey",
    "api_key",
    "device_code",
    "auth_req_id",
];

/// Ends of field names that mark a value as harmless in spite of [`SECRET_NAME_PARTS`].
const HARMLESS_NAME_ENDS: [&str; 8] =
    ["_type", "_endpoint", "_uri", "_supported", "_methods", "_expires_in", "_alg", "_algs"];

/// The secrets that a flow knows, so that they are blanked wherever they turn up: in an error page too.
#[derive(Clone, Default)]
pub struct Blanks {
    known: Vec<Secret>,
}

impl Blanks {
    /// The secrets of an auth config.
    pub fn of(config: &AuthConfig) -> Self {
        let mut blanks = Self::default();
        let single = [
            &config.client_secret,
            &config.code_verifier,
            &config.id_token_hint,
            &config.login_hint_token,
            &config.password,
            &config.subject_token,
            &config.actor_token,
            &config.refresh_token,
        ];
        for secret in single.into_iter().flatten() {
            blanks.add(secret);
        }
        if let Some(Assertion::Finished(assertion)) = &config.assertion {
            blanks.add(assertion);
        }
        for key in [&config.client_key, &config.id_token_decryption_key].into_iter().flatten() {
            blanks.add_key(key);
        }
        let extra = &config.extra;
        for row in extra.authorization.iter().chain(&extra.token).chain(&extra.refresh) {
            if !HARMLESS_PARAMETERS.contains(&row.name.as_str()) {
                blanks.add(&row.value);
            }
        }
        blanks
    }

    /// From now on this value is blanked, in each of the spellings in which a server may send it back. Very short
    /// ones are left out: blanking `a` everywhere hides nothing and garbles everything.
    pub fn add(&mut self, secret: &Secret) {
        if secret.expose().len() < 4 || self.known.contains(secret) {
            return;
        }
        for spelling in spellings(secret.expose()) {
            let spelling = Secret::from(spelling);
            if !self.known.contains(&spelling) {
                self.known.push(spelling);
            }
        }
        // A longer secret may contain a shorter one: the longer goes first.
        self.known.sort_by_key(|secret| std::cmp::Reverse(secret.expose().len()));
    }

    fn add_key(&mut self, key: &ClientKey) {
        for secret in [&key.pem, &key.jwk, &key.pkcs12, &key.password].into_iter().flatten() {
            self.add(secret);
        }
    }

    /// The text without any known secret, and without anything that looks like a JWT.
    pub fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.known {
            if text.contains(secret.expose()) {
                text = text.replace(secret.expose(), BLANK);
            }
        }
        blank_jwts(&text)
    }

    /// What the other side says, for a person: without secrets, harmless, in one line of at most `limit` characters.
    pub fn line(&self, text: &str, limit: usize) -> String {
        // What is made harmless may turn out to be a secret only then: `s\0e\0c\0r\0e\0t`.
        let harmless = inert(&self.text(text), usize::MAX);
        inert(&self.text(&harmless), limit)
    }

    /// The URL with the values of all but harmless parameters blanked, in query and fragment.
    pub fn url(&self, url: &Url) -> String {
        let mut shown = url.clone();
        // Neither call can fail on a URL with a host, and one without has no user information.
        let _ = shown.set_password(None);
        if !shown.username().is_empty() {
            let _ = shown.set_username(BLANK);
        }
        shown.set_query(None);
        shown.set_fragment(None);
        let mut text = self.text(shown.as_str());
        if let Some(query) = url.query() {
            text.push('?');
            text.push_str(&self.form(query));
        }
        if let Some(fragment) = url.fragment() {
            text.push('#');
            text.push_str(&if fragment.contains('=') { self.form(fragment) } else { BLANK.to_owned() });
        }
        text
    }

    /// A form body or query, with the values of all but harmless parameters blanked.
    pub fn form(&self, body: &str) -> String {
        body.split('&').map(|field| self.form_field(field)).collect::<Vec<_>>().join("&")
    }

    fn form_field(&self, field: &str) -> String {
        match field.split_once('=') {
            Some((name, value)) if HARMLESS_PARAMETERS.contains(&name) || value.is_empty() => {
                format!("{}={}", self.text(name), self.text(value))
            }
            Some((name, _)) => format!("{}={BLANK}", self.text(name)),
            None => self.text(field),
        }
    }

    /// A JSON value with every secret field blanked.
    pub fn json(&self, value: &Value) -> Value {
        match value {
            Value::Object(map) => Value::Object(
                map.iter().map(|(name, value)| (self.text(name), self.json_field(name, value))).collect(),
            ),
            Value::Array(values) => Value::Array(values.iter().map(|value| self.json(value)).collect()),
            Value::String(text) => Value::String(self.text(text)),
            _ => value.clone(),
        }
    }

    fn json_field(&self, name: &str, value: &Value) -> Value {
        match value {
            Value::String(text) if text.is_empty() => value.clone(),
            Value::String(_) if names_a_secret(name) => Value::String(BLANK.to_owned()),
            Value::String(text) if name == "code" && !is_error_code(text) => Value::String(BLANK.to_owned()),
            _ => self.json(value),
        }
    }

    /// A body as it may be shown, by what it is: JSON, a form, or text.
    pub fn body(&self, content_type: Option<&str>, body: &[u8]) -> String {
        if body.is_empty() {
            return String::new();
        }
        let text = text_to_show(body);
        let trimmed = text.trim_start_matches('\u{feff}').trim();
        let shown = match serde_json::from_str::<Value>(trimmed) {
            Ok(value @ (Value::Object(_) | Value::Array(_))) => self.json(&value).to_string(),
            _ if is_bare_value(trimmed) => BLANK.to_owned(),
            _ if is_form(content_type, trimmed) => self.form(trimmed),
            _ => self.loose_text(trimmed),
        };
        shorten(&shown, BODY_SHOWN)
    }

    /// The first `limit` characters of a body that was not understood, on one line, for an error message.
    pub fn excerpt(&self, content_type: Option<&str>, body: &[u8], limit: usize) -> String {
        let head = &body[..body.len().min(limit * 16)];
        let shown = self.body(content_type, head);
        let line: String =
            shown.split_whitespace().collect::<Vec<_>>().join(" ").chars().map(printable).collect();
        shorten(&line, limit)
    }

    /// Text of no known shape: broken JSON, HTML. Values that follow a secret's name are blanked.
    fn loose_text(&self, text: &str) -> String {
        let text = self.text(text).replace("&quot;", "\"");
        let mut shown = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some((at, name_length)) = next_secret_name(rest) {
            let after = &rest[at + name_length..];
            let value_at = after.find(|c: char| !"\"'=: \t".contains(c)).unwrap_or(after.len());
            let value_length = after[value_at..]
                .find(|c: char| "\"'&,<>} \n\r\t".contains(c))
                .unwrap_or(after.len() - value_at);
            let has_value = after[..value_at].contains(['=', ':', '"']) && value_length > 0;
            shown.push_str(&rest[..at + name_length + value_at]);
            if has_value {
                shown.push_str(BLANK);
                rest = &after[value_at + value_length..];
            } else {
                rest = &after[value_at..];
            }
        }
        shown.push_str(rest);
        shown
    }

    /// The headers of a request: all but a harmless few are blanked, the scheme of `Authorization` is kept.
    fn request_headers(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        headers
            .iter()
            .map(|(name, value)| {
                let text = String::from_utf8_lossy(value.as_bytes());
                let shown = match name.as_str() {
                    "authorization" => {
                        format!("{} {BLANK}", text.split_whitespace().next().unwrap_or_default())
                    }
                    harmless if HARMLESS_REQUEST_HEADERS.contains(&harmless) => self.text(&text),
                    _ => BLANK.to_owned(),
                };
                (name.to_string(), shown)
            })
            .collect()
    }

    fn response_headers(&self, headers: &HeaderMap) -> Vec<(String, String)> {
        headers
            .iter()
            .map(|(name, value)| {
                let text = String::from_utf8_lossy(value.as_bytes());
                let shown = match name.as_str() {
                    "set-cookie" | "authorization" => BLANK.to_owned(),
                    "location" | "content-location" => {
                        Url::parse(&text).map_or_else(|_| BLANK.to_owned(), |url| self.url(&url))
                    }
                    _ => self.text(&text),
                };
                (name.to_string(), shown)
            })
            .collect()
    }

    /// The request as it may be shown, without an answer yet.
    pub fn request(&self, request: &Request<Vec<u8>>) -> RedactedExchange {
        let url = request.uri().to_string();
        let content_type =
            request.headers().get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        RedactedExchange {
            method: request.method().to_string(),
            url: Url::parse(&url).map_or_else(|_| BLANK.to_owned(), |url| self.url(&url)),
            request_headers: self.request_headers(request.headers()),
            request_body: self.body(content_type, request.body()),
            status: 0,
            response_headers: Vec::new(),
            response_body: String::new(),
        }
    }

    /// Adds the answer as it may be shown.
    pub fn response(&self, exchange: &mut RedactedExchange, response: &Response<Vec<u8>>) {
        let content_type =
            response.headers().get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        exchange.status = response.status().as_u16();
        exchange.response_headers = self.response_headers(response.headers());
        exchange.response_body = self.body(content_type, response.body());
    }
}

fn printable(character: char) -> char {
    match character {
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
            '\u{fffd}'
        }
        other if other.is_control() => '\u{fffd}',
        other => other,
    }
}

fn names_a_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !HARMLESS_NAME_ENDS.iter().any(|end| name.ends_with(end))
        && SECRET_NAME_PARTS.iter().any(|part| name.contains(part))
}

/// `code` in an error object is a number or a word, not an authorization code.
fn is_error_code(text: &str) -> bool {
    text.len() <= 32 && !text.chars().any(|c| c.is_ascii_digit()) || text.bytes().all(|b| b.is_ascii_digit())
}

/// A single word that may be a token which came without any wrapping: long, of the characters that tokens have
/// (RFC 9110 §11.2, token68), with a digit among them.
fn is_bare_value(text: &str) -> bool {
    let word = text.trim_end_matches('=');
    word.len() >= 16
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
        && word.bytes().any(|byte| byte.is_ascii_digit())
}

/// A content type alone makes no form: of half a JSON text under a false one, all would be taken for a name.
fn is_form(content_type: Option<&str>, text: &str) -> bool {
    let is_declared = content_type.is_some_and(|text| text.starts_with("application/x-www-form-urlencoded"));
    text.contains('=') && !text.contains(['<', '{', '"']) && (is_declared || !text.contains([' ', '\n']))
}

fn next_secret_name(text: &str) -> Option<(usize, usize)> {
    const NAMES: [&str; 9] = [
        "access_token",
        "refresh_token",
        "id_token",
        "client_secret",
        "password",
        "code_verifier",
        "assertion",
        "device_code",
        "\"code\"",
    ];
    let lower = text.to_ascii_lowercase();
    NAMES.iter().filter_map(|name| lower.find(name).map(|at| (at, name.len()))).min()
}

/// Blanks every run of characters that has the shape of a JWT: three or more Base64 parts, the first of a header.
fn blank_jwts(text: &str) -> String {
    if !text.contains("eyJ") {
        return text.to_owned();
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '=');
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("eyJ") {
        let end = rest[at..].find(|c: char| !is_part(c)).map_or(rest.len(), |length| at + length);
        shown.push_str(&rest[..at]);
        let run = &rest[at..end];
        shown.push_str(if run.contains('.') || run.len() > 40 { BLANK } else { run });
        rest = &rest[end..];
    }
    shown.push_str(rest);
    shown
}

/// As it is, and as forms, URLs, JSON and HTML spell it.
fn spellings(text: &str) -> [String; 5] {
    let form: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let percent = form.replace('+', "%20");
    let json = Value::from(text).to_string();
    let json = json[1..json.len() - 1].to_owned();
    let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    [text.to_owned(), form, percent, json, html]
}

fn shorten(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn shows_only_parameters_known_to_be_harmless() {
        let shown = Blanks::default()
            .form("grant_type=authorization_code&code=SplxlOB&x_own=s3cr3t&client_id=photos");
        assert_eq!(shown, "grant_type=authorization_code&code=•••&x_own=•••&client_id=photos");
    }

    #[test]
    fn blanks_a_known_secret_wherever_it_turns_up() {
        let secret = "canary \"&/<1> \\";
        let mut blanks = Blanks::default();
        blanks.add(&Secret::new(secret));
        for spelling in spellings(secret) {
            let shown = blanks.body(Some("text/html"), format!("<p>You sent {spelling}</p>").as_bytes());
            assert!(!shown.contains("canary"), "{shown}");
        }
    }

    #[test]
    fn blanks_a_known_secret_that_is_written_with_invisible_characters() {
        let mut blanks = Blanks::default();
        blanks.add(&Secret::new("canary"));
        assert_eq!(blanks.line("a\u{0}c\u{0}a\u{200b}nary!", 80), "a•••!");
    }

    #[test]
    fn blanks_a_known_secret_in_names_too() {
        let mut blanks = Blanks::default();
        blanks.add(&Secret::new("canary"));
        assert_eq!(blanks.body(None, br#"{"a":{"my-canary":1}}"#), r#"{"a":{"my-•••":1}}"#);
        assert_eq!(blanks.body(None, b"canary=&b=2"), "•••=&b=•••");
    }

    #[test]
    fn blanks_tokens_in_json_of_any_depth_and_keeps_the_rest() {
        let body = br#"{"token_type":"bot","authed_user":{"access_token":"xoxp-1","id":"U1"},"scope":"a b"}"#;
        let shown = Blanks::default().body(Some("application/json"), body);
        assert_eq!(
            shown,
            r#"{"token_type":"bot","authed_user":{"access_token":"•••","id":"U1"},"scope":"a b"}"#
        );
    }

    #[test]
    fn blanks_tokens_in_a_cut_off_body() {
        let body = br#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","refresh_token":"tGzv3JOkF0X"#;
        let shown = Blanks::default().excerpt(Some("application/json"), body, 300);
        assert_eq!(shown, r#"{"access_token":"•••","refresh_token":"•••"#);
    }

    #[test]
    fn blanks_what_looks_like_a_jwt() {
        let shown = Blanks::default().text("got eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln here");
        assert_eq!(shown, "got ••• here");
    }

    #[test]
    fn keeps_the_scheme_of_an_authorization_header_alone() {
        let request = Request::post("https://id.example.com/token?api_key=abc&client_id=photos")
            .header("Authorization", "Basic cGhvdG9zOnMzY3IzdA==")
            .header("X-Own", "s3cr3t")
            .header("Accept", "application/json")
            .body(Vec::new())
            .unwrap();
        let shown = Blanks::default().request(&request);
        assert_eq!(shown.url, "https://id.example.com/token?api_key=•••&client_id=photos");
        assert_eq!(shown.request_headers[0].1, "Basic •••");
        assert_eq!(shown.request_headers[1].1, "•••");
        assert_eq!(shown.request_headers[2].1, "application/json");
    }

    #[test]
    fn blanks_the_fragment_of_an_authorization_response() {
        let url =
            Url::parse("http://127.0.0.1:8080/cb#access_token=abc&token_type=Bearer&state=xyz").unwrap();
        assert_eq!(
            Blanks::default().url(&url),
            "http://127.0.0.1:8080/cb#access_token=•••&token_type=Bearer&state=•••"
        );
    }

    #[test]
    fn an_excerpt_is_one_line_of_printable_characters() {
        let shown = Blanks::default().excerpt(Some("text/plain"), b"a\r\n\x1b[31mb \xe2\x80\xae c", 300);
        assert_eq!(shown, "a \u{fffd}[31mb \u{fffd} c");
    }

    #[test]
    fn an_excerpt_ends_after_the_limit() {
        assert_eq!(Blanks::default().excerpt(None, "é".repeat(500).as_bytes(), 3), "ééé…");
    }
}
