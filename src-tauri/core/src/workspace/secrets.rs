//! Which values of a definition are secrets, and how they are taken out before it is written down.
//!
//! A definition is kept in two parts: plain JSON that anybody who reads the database may see, and the secrets, by the
//! JSON pointer (RFC 6901) of the place that they were taken from, which are kept as ciphertext. What is not known to
//! be harmless counts as a secret: of an authorization only the parameters listed here stay in the plain part.

mod names;

pub use names::{is_public_parameter, is_secret_field, is_secret_header};

use std::collections::BTreeMap;

use serde_json::Value;
use zeroize::Zeroizing;

use super::{AuthKind, Definition, Environment, WorkspaceSettings};
use crate::template::is_only_variables;
use names::{EXTRA_PUBLIC, HOST_PUBLIC, KEY_PUBLIC, SETTINGS_PUBLIC};

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
        taken.all_but_public(SETTINGS_PUBLIC, "/settings", plain.pointer_mut("/settings"));
        taken.imported(&mut plain);
        Parts { plain, secrets: taken.0 }
    }

    /// Puts the secrets back.
    ///
    /// # Errors
    /// The parts are not what [`Self::split`] made.
    pub fn join(plain: Value, secrets: &Secrets) -> Result<Self, Unreadable> {
        serde_json::from_value(joined(plain, secrets)?).map_err(|_| misshapen())
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
        serde_json::from_value(joined(plain, secrets)?).map_err(|_| misshapen())
    }
}

impl WorkspaceSettings {
    /// Takes the secrets out.
    pub fn split(&self) -> Parts {
        let mut plain = serde_json::to_value(self).expect("settings always serialise");
        let mut taken = Taken::default();
        taken.all_but_public(SETTINGS_PUBLIC, "/sending", plain.pointer_mut("/sending"));
        for (at, host) in rows(plain.pointer_mut("/hosts")) {
            taken.all_but(HOST_PUBLIC, &format!("/hosts/{at}"), host);
        }
        Parts { plain, secrets: taken.0 }
    }

    /// Puts the secrets back.
    ///
    /// # Errors
    /// The parts are not what [`Self::split`] made.
    pub fn join(plain: Value, secrets: &Secrets) -> Result<Self, Unreadable> {
        serde_json::from_value(joined(plain, secrets)?).map_err(|_| misshapen())
    }
}

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
                // The claims of an assertion that is built and signed here; a finished one is a credential.
                "assertion" if kind == AuthKind::OAuth2 && value.get("claims").is_some() => {}
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

    /// As [`Self::all_but`], where there may be nothing.
    fn all_but_public(&mut self, public: &[&str], place: &str, value: Option<&mut Value>) {
        if let Some(value) = value {
            self.all_but(public, place, value);
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

/// The parser's own words quote the value that it stumbled over, which may be a secret.
fn misshapen() -> Unreadable {
    Unreadable("one of its values is of another kind than what was saved".to_owned())
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

#[cfg(test)]
mod tests;
