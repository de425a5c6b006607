//! The sample collection: a Postman v2.1 document with a folder for each grant.

use serde_json::{Value, json};
use url::Url;

use crate::clients::CLIENTS;

/// A collection that shows what Gatepass does with tokens, for the playground at `base`. Everything in it goes through the
/// variable `base_url`. OAuth settings stand in Postman's own `auth.oauth2` keys, and beside them as `gatepass.<name>`
/// where Postman has none.
pub fn sample_collection(base: &Url) -> Value {
    json!({
        "info": {
            "_postman_id": "6f1d2b1e-5f0c-4c0e-9a55-0a7e9a3d6c01",
            "name": "Playground",
            "description": "A tour of tokens on the built-in playground: a provider and an API on this machine, with tokens that live half a minute.\n\nOpen a request, choose Get New Token, sign in as alice (password alice) or bob (password bob), and send. Then wait, and send again: the token renews itself.",
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "auth": oauth2(&person(false)),
        "variable": [{"key": "base_url", "value": base.origin().ascii_serialization(), "type": "string"}],
        "item": [
            as_a_person(),
            as_a_web_site(),
            as_a_machine(),
            on_a_device(),
            with_a_password(),
            when_things_go_wrong(),
        ],
    })
}

fn as_a_person() -> Value {
    folder(
        "Sign in as a person",
        "Authorization code with PKCE, the way to sign people in. These requests inherit the collection's authorization: one token for all of them.",
        None,
        vec![
            get(
                "Who am I",
                "/api/me",
                "Whom the access token speaks for, and how many seconds it still lives.",
            ),
            get("List photos", "/api/photos", "Needs the scope photos.read, which the collection asks for."),
            get(
                "One photo",
                "/api/photos/1",
                "A photo of alice's. Signed in as bob you get 404; his begin at 4.",
            ),
            with_auth(
                get(
                    "What does my ID token say",
                    "/api/id-token",
                    "Sends the ID token instead of the access token: see the token type in the Authorization tab. The API verifies it and shows its claims.",
                ),
                &person(true),
            ),
            post(
                "Echo",
                "/api/echo",
                "What you send comes back as it arrived, the token shortened.",
                json!({"hello": "playground"}),
            ),
        ],
    )
}

fn as_a_web_site() -> Value {
    let auth = [
        &[("tokenName", "Web site"), ("grant_type", "authorization_code_with_pkce")][..],
        &code_settings("playground-web", "openid profile email offline_access photos.read photos.write"),
        &[("clientSecret", secret("playground-web")), ("client_authentication", "header")],
        &[("gatepass.client_authentication", "client_secret_basic")],
    ]
    .concat();
    folder(
        "Sign in at a web site",
        "Authorization code for a confidential client: it has a secret and sends it by HTTP Basic. Its ID tokens are signed with RS256, and it may also star photos.",
        Some(&auth),
        vec![
            get(
                "Who am I, at the web site",
                "/api/me",
                "The same person through another client, so another token.",
            ),
            post(
                "Star a photo",
                "/api/photos/1/stars",
                "Needs photos.write, which this folder asks for.",
                json!({}),
            ),
        ],
    )
}

fn as_a_machine() -> Value {
    let auth = [
        ("tokenName", "Machine"),
        ("grant_type", "client_credentials"),
        ("accessTokenUrl", "{{base_url}}/token"),
        ("clientId", "playground-machine"),
        ("clientSecret", secret("playground-machine")),
        ("client_authentication", "body"),
        ("scope", "photos.read"),
        ("addTokenTo", "header"),
        ("headerPrefix", "Bearer"),
        ("gatepass.client_authentication", "client_secret_post"),
        ("gatepass.issuer", "{{base_url}}"),
    ];
    folder(
        "As a machine",
        "Client credentials: no person, no browser. The token is fetched, and fetched anew, when a request needs it.",
        Some(&auth),
        vec![
            get("Who am I, as a machine", "/api/me", "The subject is the client itself."),
            get("List everybody's photos", "/api/photos", "A machine sees them all."),
        ],
    )
}

fn on_a_device() -> Value {
    let auth = [
        ("tokenName", "Television"),
        ("accessTokenUrl", "{{base_url}}/token"),
        ("clientId", "playground-device"),
        ("scope", "openid profile offline_access photos.read"),
        ("addTokenTo", "header"),
        ("headerPrefix", "Bearer"),
        ("gatepass.grant", "device_code"),
        ("gatepass.device_authorization_endpoint", "{{base_url}}/device_authorization"),
        ("gatepass.client_authentication", "none"),
        ("gatepass.issuer", "{{base_url}}"),
    ];
    folder(
        "On a device",
        "Device code, for things without a keyboard: a code is shown here and typed in a browser. ID tokens for this client are signed with EdDSA.",
        Some(&auth),
        vec![get("Who am I, on the device", "/api/me", "The person who typed the code.")],
    )
}

fn with_a_password() -> Value {
    let auth = [
        ("tokenName", "Password"),
        ("grant_type", "password_credentials"),
        ("accessTokenUrl", "{{base_url}}/token"),
        ("clientId", "playground"),
        ("username", "bob"),
        ("password", "bob"),
        ("scope", "openid profile email offline_access photos.read"),
        ("addTokenTo", "header"),
        ("headerPrefix", "Bearer"),
        ("gatepass.client_authentication", "none"),
        ("gatepass.issuer", "{{base_url}}"),
    ];
    folder(
        "With a password (old)",
        "The password grant hands the person's password to the client. OAuth 2.1 has removed it; some servers still want it.",
        Some(&auth),
        vec![get(
            "Who is bob",
            "/api/me",
            "Signed in with the name and password of the authorization settings.",
        )],
    )
}

fn when_things_go_wrong() -> Value {
    let none = |request| with_no_auth(request);
    folder(
        "When things go wrong",
        "Refusals, and how they are got over.",
        None,
        vec![
            none(get("No token needed", "/api/public", "For everybody.")),
            none(get(
                "No token sent",
                "/api/me",
                "401, and a WWW-Authenticate header that says what is missing.",
            )),
            post(
                "Star a photo without the scope",
                "/api/photos/1/stars",
                "403 insufficient_scope: the collection does not ask for photos.write. Add it to the scopes and get a new token.",
                json!({}),
            ),
            none(post(
                "Expire every access token",
                "/playground/expire",
                "After this the API answers 401 invalid_token, however long a token should still live. Send Who am I: it is renewed and sent again.",
                json!({}),
            )),
            none(post(
                "Revoke every refresh token",
                "/playground/revoke",
                "After this nothing can be renewed any more: the next renewal says that you have to sign in.",
                json!({}),
            )),
        ],
    )
}

/// The collection's own authorization; the ID token is sent instead of the access token if so wished.
fn person(sends_id_token: bool) -> Vec<(&'static str, &'static str)> {
    let own = [
        ("tokenName", "Person"),
        ("grant_type", "authorization_code_with_pkce"),
        ("client_authentication", "body"),
        ("gatepass.client_authentication", "none"),
        ("gatepass.use_token", if sends_id_token { "id_token" } else { "access_token" }),
    ];
    [&own[..], &code_settings("playground", "openid profile email offline_access photos.read")].concat()
}

fn code_settings(client: &'static str, scope: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![
        ("authUrl", "{{base_url}}/authorize"),
        ("accessTokenUrl", "{{base_url}}/token"),
        ("clientId", client),
        ("scope", scope),
        ("challengeAlgorithm", "S256"),
        ("redirect_uri", "http://127.0.0.1:{port}/callback"),
        ("addTokenTo", "header"),
        ("headerPrefix", "Bearer"),
        ("gatepass.issuer", "{{base_url}}"),
    ]
}

fn secret(client: &str) -> &'static str {
    CLIENTS.iter().find(|known| known.id == client).and_then(|client| client.secret).unwrap_or_default()
}

fn oauth2(settings: &[(&str, &str)]) -> Value {
    let settings: Vec<Value> =
        settings.iter().map(|(key, value)| json!({"key": key, "value": value, "type": "string"})).collect();
    json!({"type": "oauth2", "oauth2": settings})
}

fn folder(name: &str, description: &str, auth: Option<&[(&str, &str)]>, items: Vec<Value>) -> Value {
    let folder = json!({"name": name, "description": description, "item": items});
    match auth {
        Some(auth) => set(folder, &["auth"], oauth2(auth)),
        None => folder,
    }
}

fn with_auth(request: Value, settings: &[(&str, &str)]) -> Value {
    set(request, &["request", "auth"], oauth2(settings))
}

fn with_no_auth(request: Value) -> Value {
    set(request, &["request", "auth"], json!({"type": "noauth"}))
}

fn set(mut document: Value, path: &[&str], value: Value) -> Value {
    path.iter().fold(&mut document, |place, key| &mut place[*key]).clone_from(&value);
    document
}

fn get(name: &str, path: &str, description: &str) -> Value {
    request("GET", name, path, description)
}

fn post(name: &str, path: &str, description: &str, body: Value) -> Value {
    let body = json!({
        "mode": "raw",
        "raw": format!("{body:#}"),
        "options": {"raw": {"language": "json"}},
    });
    set(request("POST", name, path, description), &["request", "body"], body)
}

fn request(method: &str, name: &str, path: &str, description: &str) -> Value {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    json!({
        "name": name,
        "request": {
            "method": method,
            "header": [{"key": "Accept", "value": "application/json"}],
            "url": {"raw": format!("{{{{base_url}}}}{path}"), "host": ["{{base_url}}"], "path": segments},
            "description": description,
        },
        "response": [],
    })
}
