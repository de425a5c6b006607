//! Collections as Postman exports them (format v2.1).

use serde_json::{Map, Value, json};

/// What Postman has a key for: ours, Postman's.
const POSTMAN_KEYS: [(&str, &str); 11] = [
    ("token_name", "tokenName"),
    ("authorization_endpoint", "authUrl"),
    ("token_endpoint", "accessTokenUrl"),
    ("refresh_endpoint", "refreshTokenUrl"),
    ("client_id", "clientId"),
    ("client_secret", "clientSecret"),
    ("scope", "scope"),
    ("redirect_uri", "redirect_uri"),
    ("username", "username"),
    ("password", "password"),
    ("header_prefix", "headerPrefix"),
];

/// A collection, or a folder of one.
#[derive(Clone, Debug)]
pub struct Collection {
    name: String,
    auth: Option<Value>,
    items: Vec<Value>,
    variables: Vec<Value>,
}

impl Collection {
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), auth: None, items: Vec::new(), variables: Vec::new() }
    }

    /// `auth.oauth2` by an auth config: in Postman's keys where it has them, else as `gatepass.<name>`.
    #[must_use]
    pub fn oauth2(mut self, config: &Value) -> Self {
        self.auth = Some(oauth2(config));
        self
    }

    /// Any other `auth` object.
    #[must_use]
    pub fn auth(mut self, auth: Value) -> Self {
        self.auth = Some(auth);
        self
    }

    /// A GET request that inherits its authorization.
    #[must_use]
    pub fn get(self, name: &str, url: &str) -> Self {
        self.item(json!({ "name": name, "request": { "method": "GET", "header": [], "url": url } }))
    }

    /// Any item, as it stands in the document.
    #[must_use]
    pub fn item(mut self, item: Value) -> Self {
        self.items.push(item);
        self
    }

    #[must_use]
    pub fn folder(mut self, folder: Self) -> Self {
        let mut item = json!({ "name": folder.name, "item": folder.items });
        if let Some(auth) = folder.auth {
            item["auth"] = auth;
        }
        self.items.push(item);
        self
    }

    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push(json!({ "key": name, "value": value }));
        self
    }

    /// The document.
    pub fn json(&self) -> Value {
        let mut document = json!({
            "info": {
                "name": self.name,
                "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
            },
            "item": self.items,
            "variable": self.variables,
        });
        if let Some(auth) = &self.auth {
            document["auth"] = auth.clone();
        }
        document
    }
}

/// An `auth` object with OAuth 2.0.
pub fn oauth2(config: &Value) -> Value {
    let empty = Map::new();
    let rows = config.as_object().unwrap_or(&empty).iter().filter(|(key, _)| *key != "type");
    let rows: Vec<Value> = rows.map(|(key, value)| row(key, value)).collect();
    json!({ "type": "oauth2", "oauth2": rows })
}

/// An environment as Postman exports it.
pub fn environment(name: &str, values: &[(&str, &str)]) -> Value {
    let values: Vec<Value> =
        values.iter().map(|(key, value)| json!({ "key": key, "value": value, "enabled": true })).collect();
    json!({ "name": name, "values": values, "_postman_variable_scope": "environment" })
}

fn row(key: &str, value: &Value) -> Value {
    match (key, value.as_str()) {
        ("grant", Some("authorization_code")) => {
            json!({ "key": "grant_type", "value": "authorization_code_with_pkce" })
        }
        ("grant", Some("password")) => json!({ "key": "grant_type", "value": "password_credentials" }),
        ("grant", _) => json!({ "key": "grant_type", "value": value }),
        ("client_authentication", Some("client_secret_basic")) => json!({ "key": key, "value": "header" }),
        ("client_authentication", Some("client_secret_post")) => json!({ "key": key, "value": "body" }),
        _ => match POSTMAN_KEYS.iter().find(|(ours, _)| *ours == key) {
            Some((_, postmans)) => json!({ "key": postmans, "value": value }),
            None => json!({ "key": format!("gatepass.{key}"), "value": value }),
        },
    }
}
