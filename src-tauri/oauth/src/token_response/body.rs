//! From bytes to an object: JSON, or a form where the content type or the body says so (old GitHub, old Facebook).

use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::encoding::utf_16_units;
use crate::ports::{Completeness, IncomingResponse};

/// The object in an answer's body.
///
/// # Errors
/// Why there is none, as the beginning of a sentence without its full stop.
pub fn read_object(incoming: &IncomingResponse) -> Result<Map<String, Value>, String> {
    let body = incoming.response.body();
    match incoming.completeness {
        Completeness::Whole => {}
        Completeness::TooLong => return Err("It is longer than 1 MiB".to_owned()),
        Completeness::CutOff => return Err("The connection ended in the middle of it".to_owned()),
    }
    let text = decode(body)?;
    let text = text.trim();
    if text.is_empty() {
        return Err("It is empty".to_owned());
    }
    let content_type = incoming.response.headers().get(http::header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    if text.starts_with('{') {
        return match serde_json::from_str(text) {
            Ok(Value::Object(object)) => Ok(object),
            Ok(_) => Err("It is JSON, but no object".to_owned()),
            Err(error) if error.is_eof() => Err("It is JSON that ends in the middle".to_owned()),
            Err(_) => Err("It begins like JSON and is not".to_owned()),
        };
    }
    if looks_like_form(content_type, text) {
        return Ok(read_form(text));
    }
    Err(if text.starts_with('<') {
        "It is a web page or XML".to_owned()
    } else {
        "It is neither JSON nor a form".to_owned()
    })
}

fn decode(body: &[u8]) -> Result<String, String> {
    if let Some(units) = utf_16_units(body) {
        return String::from_utf16(&units).map_err(|_| "It is not valid UTF-16".to_owned());
    }
    match body {
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
        [0x1f, 0x8b, ..] => Err("It is compressed and does not say so".to_owned()),
        _ => utf8(body),
    }
}

fn utf8(bytes: &[u8]) -> Result<String, String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| "It is not valid UTF-8".to_owned())
}

fn looks_like_form(content_type: &str, text: &str) -> bool {
    let known = ["access_token=", "error=", "id_token="];
    let begins_known = known.iter().any(|name| text.starts_with(name) || text.contains(&format!("&{name}")));
    let is_declared = content_type.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded");
    (is_declared && text.contains('=') || begins_known) && !text.contains(['<', '\n'])
}

fn read_form(text: &str) -> Map<String, Value> {
    form_urlencoded::parse(text.as_bytes())
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
        .collect()
}
