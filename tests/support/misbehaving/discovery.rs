//! The metadata is not what it should be (OpenID Connect Discovery section 4.3, RFC 8414 section 3.3).

use serde_json::{Value, json};

use super::Case;
use crate::http::{Answer, Manner};

/// A web page where the metadata should be.
pub fn html() -> Case {
    Case::default().discovery(|_| Answer::html(200, "<html><title>Welcome</title></html>"))
}

/// No metadata at all.
pub fn missing() -> Case {
    Case::default().discovery(|_| Answer::new(404, "text/plain", "not found"))
}

/// The metadata of another issuer: a mix-up, or an attack.
pub fn of_another_issuer() -> Case {
    with("issuer", json!("https://id.example.test"))
}

/// The issuer with a slash more than was asked for.
pub fn issuer_with_a_slash() -> Case {
    Case::default().discovery(|turn| {
        let issuer = format!("{}/", turn.issuer());
        turn.altered(|metadata| {
            metadata.insert("issuer".into(), json!(issuer));
        })
    })
}

/// An endpoint that is no web address.
pub fn hostile_endpoint(name: &'static str, address: &'static str) -> Case {
    with(name, json!(address))
}

/// Cut off.
pub fn cut_in_half() -> Case {
    Case::default().discovery(|turn| turn.honest().manner(Manner::CutInHalf))
}

/// Takes the request and never answers.
pub fn hangs() -> Case {
    Case::default().discovery(|turn| turn.honest().manner(Manner::Never))
}

/// One more field, or another value for one.
pub fn with(name: &'static str, value: Value) -> Case {
    Case::default().discovery(move |turn| {
        turn.altered(|metadata| {
            metadata.insert(name.into(), value.clone());
        })
    })
}

/// One field less.
pub fn without(name: &'static str) -> Case {
    Case::default().discovery(move |turn| {
        turn.altered(|metadata| {
            metadata.shift_remove(name);
        })
    })
}
