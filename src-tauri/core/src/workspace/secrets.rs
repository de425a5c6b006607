//! Which values of a definition are secrets, and how they are taken out before it is written down.
//!
//! A definition is kept in two parts: plain JSON that anybody who reads the database may see, and the secrets, by the
//! JSON pointer (RFC 6901) of the place that they were taken from, which are kept as ciphertext. What is not known to
//! be harmless counts as a secret: of an authorization only the parameters listed here stay in the plain part.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{AuthKind, Definition, Environment};
use crate::template::is_only_variables;

/// The secrets of one definition or environment: JSON pointer → value. No `Debug`, no `Serialize`.
#[derive(Clone, PartialEq, Default)]
pub struct Secrets(BTreeMap<String, Value>);

/// A definition or environment in its two parts.
pub struct Parts {
    /// Without a secret. It still has the shape of the whole: where a text was taken out stands an empty one.
    pub plain: Value,
    pub secrets: Secrets,
}

/// The two parts do not fit together, or are not what was written.
#[derive(Debug, thiserror::Error)]
#[error("the stored definition cannot be read: {0}")]
pub struct Unreadable(String);

impl Secrets {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The pointers of the places that hold secrets: which, but not what.
    pub fn places(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Everything as bytes: to be encrypted at once and never to go elsewhere.
    pub fn expose_for_vault(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(serde_json::to_vec(&self.0).expect("JSON values always serialise"))
    }

    /// The way back from the vault.
    ///
    /// # Errors
    /// The bytes are not what [`Self::expose_for_vault`] wrote.
    pub fn from_vault(bytes: &[u8]) -> Result<Self, Unreadable> {
        // The error's text may quote the input, so it is not passed on.
        serde_json::from_slice(bytes).map(Self).map_err(|_| Unreadable("its secrets are damaged".to_owned()))
    }
}

impl Definition {
    /// Takes the secrets out.
    pub fn split(&self) -> Parts {
        let mut plain = serde_json::to_value(self).expect("a definition always serialises");
        let mut taken = Taken::default();
        if let (Some(auth), Some(params)) = (&self.auth, plain.pointer_mut("/auth/params")) {
            taken.auth(auth.kind, params);
        }
        taken.variables(plain.pointer_mut("/variables"));
        taken.headers(plain.pointer_mut("/request/headers"));
        taken.settings(plain.pointer_mut("/settings"));
        taken.imported(&mut plain);
        Parts { plain, secrets: taken.0 }
    }

    /// Puts the secrets back.
    ///
    /// # Errors
    /// The parts are not what [`Self::split`] made.
    pub fn join(plain: Value, secrets: &Secrets) -> Result<Self, Unreadable> {
        serde_json::from_value(joined(plain, secrets)?).map_err(|error| Unreadable(error.to_string()))
    }
}

impl Environment {
    /// Takes the secrets out.
    pub fn split(&self) -> Parts {
        let mut plain = serde_json::to_value(self).expect("an environment always serialises");
        let mut taken = Taken::default();
        taken.variables(plain.pointer_mut("/variables"));
        Parts { plain, secrets: taken.0 }
    }

    /// Puts the secrets back.
    ///
    /// # Errors
    /// The parts are not what [`Self::split`] made.
    pub fn join(plain: Value, secrets: &Secrets) -> Result<Self, Unreadable> {
        serde_json::from_value(joined(plain, secrets)?).map_err(|error| Unreadable(error.to_string()))
    }
}

/// Whether a parameter of an authorization may be seen by anybody, whatever its value.
pub fn is_public_parameter(kind: AuthKind, name: &str) -> bool {
    public_parameters(kind).contains(&name)
}

/// Whether a header of that name carries a credential.
pub fn is_secret_header(name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
        "dpop",
        "x-api-key",
        "api-key",
        "apikey",
        "x-auth-token",
        "x-access-token",
        "x-csrf-token",
        "x-amz-security-token",
    ];
    NAMES.iter().any(|secret| name.trim().eq_ignore_ascii_case(secret))
}

/// Whether a parameter in a URL or form carries a credential.
pub fn is_secret_field(name: &str) -> bool {
    const NAMES: [&str; 24] = [
        "access_token",
        "id_token",
        "refresh_token",
        "token",
        "auth_token",
        "api_key",
        "apikey",
        "api-key",
        "x-api-key",
        "key",
        "client_secret",
        "client_assertion",
        "assertion",
        "subject_token",
        "actor_token",
        "code",
        "code_verifier",
        "password",
        "passwd",
        "secret",
        "signature",
        "sig",
        "x-amz-signature",
        "x-amz-security-token",
    ];
    NAMES.iter().any(|secret| name.trim().eq_ignore_ascii_case(secret))
}

fn public_parameters(kind: AuthKind) -> &'static [&'static str] {
    match kind {
        AuthKind::NoAuth | AuthKind::Bearer => &[],
        AuthKind::Basic => &["username"],
        AuthKind::ApiKey => &["key", "in"],
        AuthKind::Digest => &["username", "realm", "algorithm", "qop", "disableRetryRequest"],
        AuthKind::OAuth1 => &[
            "consumerKey",
            "signatureMethod",
            "realm",
            "version",
            "callback",
            "addParamsToHeader",
            "addEmptyParamsToSign",
            "includeBodyHash",
            "disableHeaderEncoding",
        ],
        AuthKind::AwsV4 => &["accessKey", "region", "service", "addAuthDataToQuery"],
        AuthKind::Hawk => &["authId", "algorithm", "user", "app", "delegation", "includePayloadHash"],
        AuthKind::Ntlm => &["username", "domain", "workstation", "disableRetryRequest"],
        AuthKind::EdgeGrid => &["baseURL", "headersToSign", "maxBodySize"],
        AuthKind::Jwt => &[
            "algorithm",
            "isSecretBase64Encoded",
            "addTokenTo",
            "headerPrefix",
            "queryParamKey",
            "header",
            "payload",
        ],
        AuthKind::Asap => &["alg", "kid", "iss", "aud", "sub", "exp", "claims"],
        AuthKind::OAuth2 => OAUTH2_PUBLIC,
    }
}

/// The keys of an auth config whose values are no secret (see `gatepass_oauth::config`).
const OAUTH2_PUBLIC: &[&str] = &[
    "type",
    "grant",
    "token_name",
    "issuer",
    "accepted_issuers",
    "authorization_endpoint",
    "token_endpoint",
    "refresh_endpoint",
    "device_authorization_endpoint",
    "pushed_authorization_request_endpoint",
    "backchannel_authentication_endpoint",
    "registration_endpoint",
    "jwks_uri",
    "userinfo_endpoint",
    "introspection_endpoint",
    "revocation_endpoint",
    "end_session_endpoint",
    "mtls_endpoint_aliases",
    "client_id",
    "client_authentication",
    "basic_encoding",
    "assertion_audience",
    "scope",
    "audience",
    "resource",
    "authorization_details",
    "redirect_uri",
    "response_type",
    "response_mode",
    "pkce",
    "prompt",
    "login_hint",
    "max_age",
    "acr_values",
    "ui_locales",
    "claims",
    "binding_message",
    "username",
    "subject_token_type",
    "actor_token_type",
    "requested_token_type",
    "dpop",
    "par",
    "request_object",
    "id_token_signed_response_alg",
    "origin",
    "use_token",
    "send_in",
    "header_name",
    "header_prefix",
    "parameter_name",
    "auto_refresh",
    "refresh_margin_seconds",
    "silent_renewal",
    "retry_on_401",
    "login_timeout_seconds",
    "allow_invalid_id_token",
];

/// What may be seen of a key, a certificate, and a free parameter.
const KEY_PUBLIC: &[&str] = &["alg", "kid"];
const EXTRA_PUBLIC: &[&str] = &["name", "in", "enabled", "description"];
/// Sending settings that are no secret.
const SETTINGS_PUBLIC: &[&str] = &[
    "verify_tls",
    "follow_redirects",
    "max_redirects",
    "keep_method_on_redirect",
    "keep_authorization_across_origins",
    "timeout_ms",
    "http_version",
    "cookies",
    "encode_url",
    "ca_bundle",
    "body_limit",
];

/// Collects what is taken out.
#[derive(Default)]
struct Taken(Secrets);

impl Taken {
    fn auth(&mut self, kind: AuthKind, params: &mut Value) {
        let Some(params) = params.as_object_mut() else { return };
        for (name, value) in params {
            let place = format!("/auth/params/{}", escaped(name));
            match name.as_str() {
                _ if is_public_parameter(kind, name) => {}
                "extra" if kind == AuthKind::OAuth2 && value.is_object() => self.extra(&place, value),
                "client_key" | "client_certificate" | "redirect_certificate" | "id_token_decryption_key"
                    if value.is_object() =>
                {
                    self.all_but(KEY_PUBLIC, &place, value);
                }
                _ => self.take(place, value),
            }
        }
    }

    /// `{"authorization": [{"name", "value", …}], "token": […], "refresh": […]}`.
    fn extra(&mut self, place: &str, extra: &mut Value) {
        let Some(lists) = extra.as_object_mut() else { return };
        for (list, rows) in lists {
            let place = format!("{place}/{}", escaped(list));
            match rows.as_array_mut() {
                None => self.take(place, rows),
                Some(rows) => {
                    for (at, row) in rows.iter_mut().enumerate() {
                        self.all_but(EXTRA_PUBLIC, &format!("{place}/{at}"), row);
                    }
                }
            }
        }
    }

    fn variables(&mut self, variables: Option<&mut Value>) {
        for (at, variable) in rows(variables) {
            if variable.get("secret").and_then(Value::as_bool) == Some(true)
                && let Some(value) = variable.get_mut("value")
            {
                self.take(format!("/variables/{at}/value"), value);
            }
        }
    }

    fn headers(&mut self, headers: Option<&mut Value>) {
        for (at, header) in rows(headers) {
            if is_secret_header(header.get("name").and_then(Value::as_str).unwrap_or_default())
                && let Some(value) = header.get_mut("value")
            {
                self.take(format!("/request/headers/{at}/value"), value);
            }
        }
    }

    fn settings(&mut self, settings: Option<&mut Value>) {
        if let Some(settings) = settings {
            self.all_but(SETTINGS_PUBLIC, "/settings", settings);
        }
    }

    /// What an import brought that nobody here has read: secret as a whole.
    fn imported(&mut self, plain: &mut Value) {
        if let Some(unknown) = plain.as_object_mut().and_then(|plain| plain.shift_remove("unknown")) {
            self.0.0.insert("/unknown".to_owned(), unknown);
        }
        for (at, script) in rows(plain.pointer_mut("/scripts")) {
            if let Some(unknown) = script.as_object_mut().and_then(|script| script.shift_remove("unknown")) {
                self.0.0.insert(format!("/scripts/{at}/unknown"), unknown);
            }
        }
    }

    /// Takes the values of an object, but for the names listed; anything else than an object as a whole.
    fn all_but(&mut self, public: &[&str], place: &str, value: &mut Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    if !public.contains(&name.as_str()) {
                        self.take(format!("{place}/{}", escaped(name)), value);
                    }
                }
            }
            _ => self.take(place.to_owned(), value),
        }
    }

    /// Takes one value, unless it says nothing by itself.
    fn take(&mut self, place: String, value: &mut Value) {
        let replacement = match &*value {
            Value::Null | Value::Bool(_) => return,
            Value::String(text) if text.is_empty() || is_only_variables(text) => return,
            Value::String(_) => Value::String(String::new()),
            Value::Number(_) | Value::Array(_) | Value::Object(_) => Value::Null,
        };
        self.0.0.insert(place, std::mem::replace(value, replacement));
    }
}

fn rows(list: Option<&mut Value>) -> impl Iterator<Item = (usize, &mut Value)> {
    list.and_then(Value::as_array_mut).into_iter().flatten().enumerate()
}

/// A member name as it stands in a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn joined(mut plain: Value, secrets: &Secrets) -> Result<Value, Unreadable> {
    for (place, secret) in &secrets.0 {
        put(&mut plain, place, secret.clone())
            .ok_or_else(|| Unreadable(format!("nothing stands at {place}")))?;
    }
    Ok(plain)
}

fn put(plain: &mut Value, place: &str, secret: Value) -> Option<()> {
    let (parent, name) = place.rsplit_once('/')?;
    match plain.pointer_mut(parent)? {
        Value::Object(members) => drop(members.insert(name.replace("~1", "/").replace("~0", "~"), secret)),
        Value::Array(items) => *items.get_mut(name.parse::<usize>().ok()?)? = secret,
        _ => return None,
    }
    Some(())
}

/// What an import could not place, as a member of [`Definition::unknown`] under the format's own name.
impl Definition {
    /// The fields kept from an import of that format.
    pub fn kept_from(&self, format: &str) -> Option<&Map<String, Value>> {
        self.unknown.get(format).and_then(Value::as_object)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::workspace::{Auth, Id, KeyValue, RequestDefinition, Script, ScriptEvent, Variable};

    const CANARY: &str = "canary-9f3b1c";

    fn header(name: &str, value: &str) -> KeyValue {
        KeyValue { name: name.into(), value: value.into(), enabled: true, description: String::new() }
    }

    fn with_params(kind: AuthKind, params: Value) -> Definition {
        let params = params.as_object().unwrap().clone();
        Definition { auth: Some(Auth { kind, params }), ..Definition::default() }
    }

    /// The plain part, after checking that the secrets are out of it and that both parts make the whole again.
    fn checked(definition: &Definition) -> Value {
        let Parts { plain, secrets } = definition.split();
        assert!(!plain.to_string().contains(CANARY), "{plain}");
        let secrets = Secrets::from_vault(&secrets.expose_for_vault()).unwrap();
        assert!(Definition::join(plain.clone(), &secrets).is_ok_and(|joined| joined == *definition));
        assert!(Definition::join(plain.clone(), &Secrets::default()).is_ok(), "the plain part has the shape");
        plain
    }

    #[test]
    fn no_secret_of_an_auth_config_stays_in_the_plain_part() {
        let secrets = [
            "client_secret",
            "password",
            "assertion",
            "subject_token",
            "actor_token",
            "refresh_token",
            "code_verifier",
            "id_token_hint",
            "login_hint_token",
            "something_from_a_later_version",
        ];
        let mut params = Map::new();
        for name in secrets {
            params.insert(name.to_owned(), json!(CANARY));
        }
        for name in ["client_key", "client_certificate", "redirect_certificate", "id_token_decryption_key"] {
            let key = json!({"pem": CANARY, "jwk": {"d": CANARY}, "pkcs12": CANARY, "password": CANARY, "kid": "k1"});
            params.insert(name.to_owned(), key);
        }
        params.insert("client/key~".to_owned(), json!([CANARY, {"deep": CANARY}]));
        let row = json!([{"name": "n", "value": CANARY, "in": "body", "enabled": true}]);
        params.insert("extra".to_owned(), json!({"authorization": row, "token": row, "refresh": row}));
        params.insert("client_id".to_owned(), json!("photos"));
        let plain = checked(&with_params(AuthKind::OAuth2, Value::Object(params)));
        assert_eq!(plain["auth"]["params"]["client_id"], "photos");
        assert_eq!(plain["auth"]["params"]["client_key"]["kid"], "k1");
        assert_eq!(plain["auth"]["params"]["extra"]["token"][0]["name"], "n");
    }

    #[test]
    fn a_structure_written_as_text_is_secret_as_a_whole() {
        let text = json!({"token": [{"name": "n", "value": CANARY}]}).to_string();
        checked(&with_params(
            AuthKind::OAuth2,
            json!({"extra": text, "client_key": text, "assertion": {"claims": {"a": CANARY}}}),
        ));
    }

    #[test]
    fn of_every_kind_of_auth_only_known_harmless_parameters_stay() {
        for (kind, params) in [
            (AuthKind::Bearer, json!({"token": CANARY})),
            (AuthKind::Basic, json!({"username": "alice", "password": CANARY})),
            (AuthKind::ApiKey, json!({"key": "X-Key", "value": CANARY, "in": "header"})),
            (AuthKind::Digest, json!({"username": "alice", "password": CANARY, "nonce": CANARY})),
            (
                AuthKind::OAuth1,
                json!({"consumerKey": "k", "consumerSecret": CANARY, "token": CANARY, "tokenSecret": CANARY, "privateKey": CANARY}),
            ),
            (AuthKind::AwsV4, json!({"accessKey": "k", "secretKey": CANARY, "sessionToken": CANARY})),
            (AuthKind::Hawk, json!({"authId": "i", "authKey": CANARY})),
            (AuthKind::Ntlm, json!({"username": "alice", "password": CANARY})),
            (
                AuthKind::EdgeGrid,
                json!({"accessToken": CANARY, "clientToken": CANARY, "clientSecret": CANARY}),
            ),
            (AuthKind::Jwt, json!({"algorithm": "HS256", "secret": CANARY, "privateKey": CANARY})),
            (AuthKind::Asap, json!({"iss": "i", "privateKey": CANARY})),
            (AuthKind::NoAuth, json!({"left over": CANARY})),
        ] {
            checked(&with_params(kind, params));
        }
    }

    #[test]
    fn secret_variables_credential_headers_settings_and_imported_fields_are_taken_out() {
        let secret = Variable { secret: true, ..Variable::new("key", CANARY) };
        let settings = json!({"proxy": format!("http://u:{CANARY}@proxy"), "verify_tls": false});
        let plain = checked(&Definition {
            variables: vec![Variable::new("host", "example.com"), secret],
            request: Some(RequestDefinition {
                headers: vec![
                    header("Accept", "*/*"),
                    header("authorization", CANARY),
                    header("X-API-Key", CANARY),
                ],
                ..RequestDefinition::default()
            }),
            scripts: vec![Script {
                event: ScriptEvent::Test,
                source: "pm.test()".into(),
                unknown: json!({"id": CANARY}).as_object().unwrap().clone(),
            }],
            settings: settings.as_object().unwrap().clone(),
            unknown: json!({"postman": {"response": [CANARY]}}).as_object().unwrap().clone(),
            ..Definition::default()
        });
        assert_eq!(plain["variables"][0]["value"], "example.com");
        assert_eq!(plain["request"]["headers"][0]["value"], "*/*");
        assert_eq!(plain["settings"]["verify_tls"], false);
    }

    #[test]
    fn a_value_that_is_only_variables_is_no_secret() {
        let definition =
            with_params(AuthKind::OAuth2, json!({"client_secret": "{{secret}}", "password": "x{{y}}"}));
        let Parts { plain, secrets } = definition.split();
        assert_eq!(plain["auth"]["params"]["client_secret"], "{{secret}}");
        assert_eq!(secrets.places().collect::<Vec<_>>(), ["/auth/params/password"]);
    }

    #[test]
    fn the_secret_values_of_an_environment_are_taken_out() {
        let secret = Variable { secret: true, ..Variable::new("key", CANARY) };
        let environment = Environment {
            id: Id::from_text("e1"),
            name: "Staging".into(),
            colour: None,
            variables: vec![Variable::new("host", "x"), secret],
        };
        let Parts { plain, secrets } = environment.split();
        assert!(!plain.to_string().contains(CANARY));
        assert_eq!(Environment::join(plain, &secrets).unwrap(), environment);
    }

    #[test]
    fn damaged_parts_are_an_error_that_shows_no_secret() {
        assert!(Secrets::from_vault(b"{\"/a\": ").is_err());
        let secrets = Secrets::from_vault(br#"{"/request/headers/3/value": "canary-9f3b1c"}"#).unwrap();
        let error = Definition::join(json!({}), &secrets).err().unwrap().to_string();
        assert!(error.contains("/request/headers/3/value") && !error.contains(CANARY), "{error}");
    }
}
