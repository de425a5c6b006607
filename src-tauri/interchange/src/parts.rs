//! The pieces that formats build their requests from.

use gatepass_core::workspace::{
    Auth, AuthKind, Body, Branch, Definition, KeyValue, NodeKind, RequestDefinition,
};
use serde_json::{Map, Value, json};

pub(crate) fn collection(name: &str, definition: Definition, children: Vec<Branch>) -> Branch {
    let name = if name.trim().is_empty() { "Imported collection" } else { name.trim() };
    Branch { kind: NodeKind::Collection, name: name.to_owned(), definition, children }
}

pub(crate) fn folder(name: &str, definition: Definition, children: Vec<Branch>) -> Branch {
    let name = if name.trim().is_empty() { "Folder" } else { name.trim() };
    Branch { kind: NodeKind::Folder, name: name.to_owned(), definition, children }
}

/// A request; without a name it is called after its method and path.
pub(crate) fn request(name: &str, definition: Definition) -> Branch {
    let name = match (name.trim(), &definition.request) {
        ("", Some(request)) => request_name(request),
        (name, _) => name.to_owned(),
    };
    Branch { kind: NodeKind::Request, name, definition, children: Vec::new() }
}

/// `GET /albums/17`: what a request is called that nobody named.
pub(crate) fn request_name(request: &RequestDefinition) -> String {
    let (_, rest) = request.url.split_once("://").unwrap_or(("", &request.url));
    let path = rest.find('/').map_or("/", |start| &rest[start..]);
    let path = path.split(['?', '#']).next().unwrap_or(path);
    format!("{} {}", request.method, shown(path))
}

/// The host of a URL as it is typed, with its port; empty if there is none.
pub(crate) fn host(url: &str) -> &str {
    let (_, rest) = url.split_once("://").unwrap_or(("", url));
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

pub(crate) fn row(name: impl Into<String>, value: impl Into<String>) -> KeyValue {
    KeyValue { name: name.into(), value: value.into(), enabled: true, description: String::new() }
}

/// The value of the last header of that name that is switched on.
pub(crate) fn header<'a>(headers: &'a [KeyValue], name: &str) -> Option<&'a str> {
    let mut named = headers.iter().filter(|header| header.enabled && header.name.eq_ignore_ascii_case(name));
    named.next_back().map(|header| header.value.as_str())
}

pub(crate) fn auth<const N: usize>(kind: AuthKind, params: [(&str, &str); N]) -> Auth {
    let params = params.into_iter().map(|(name, value)| (name.to_owned(), json!(value)));
    Auth { kind, params: params.collect() }
}

/// Adds an OAuth 2.0 parameter that says something.
pub(crate) fn put(params: &mut Map<String, Value>, name: &str, value: &str) {
    if !value.trim().is_empty() {
        params.insert(name.to_owned(), json!(value));
    }
}

/// The language of a raw body by its media type.
pub(crate) fn language(content_type: &str) -> &'static str {
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (_, subtype) = media_type.split_once('/').unwrap_or_default();
    let suffix = subtype.rsplit('+').next().unwrap_or_default();
    match suffix {
        "json" | "x-ndjson" => "json",
        "xml" => "xml",
        "html" | "xhtml" => "html",
        "javascript" | "ecmascript" | "x-javascript" => "javascript",
        _ => "text",
    }
}

pub(crate) fn is_media_type(content_type: &str, media_type: &str) -> bool {
    content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(media_type)
}

pub(crate) const URL_ENCODED: &str = "application/x-www-form-urlencoded";
pub(crate) const MULTIPART: &str = "multipart/form-data";

/// The body that a text is, by its media type: a form in rows, or the text itself.
pub(crate) fn text_body(content_type: &str, text: String) -> Body {
    if is_media_type(content_type, URL_ENCODED)
        && let Some(fields) = form_fields(&text)
    {
        return Body::UrlEncoded { fields };
    }
    Body::Raw { language: language(content_type).to_owned(), text }
}

/// The fields of a urlencoded form, decoded; `None` if rows would send something else than the text.
fn form_fields(text: &str) -> Option<Vec<KeyValue>> {
    let text = text.trim_end_matches(['\r', '\n']);
    if text.contains(['\r', '\n']) || text.split('&').any(|pair| pair.is_empty() || !pair.contains('=')) {
        return None;
    }
    let pairs = url::form_urlencoded::parse(text.as_bytes());
    let fields: Vec<KeyValue> = pairs.map(|(name, value)| row(name, value)).collect();
    // What is no UTF-8 once it is decoded would be sent as replacement characters.
    let whole =
        fields.iter().all(|field| !field.name.contains('\u{FFFD}') && !field.value.contains('\u{FFFD}'));
    whole.then_some(fields)
}

/// Leaves out the header that the kind of body says by itself.
pub(crate) fn without_implied_content_type(request: &mut RequestDefinition) {
    let implied = match request.body {
        Body::UrlEncoded { .. } => URL_ENCODED,
        Body::FormData { .. } => MULTIPART,
        _ => return,
    };
    request.headers.retain(|header| {
        let named = header.name.eq_ignore_ascii_case("content-type");
        let plain = implied == MULTIPART || !header.value.contains(';');
        !(named && plain && is_media_type(&header.value, implied))
    });
}

/// Takes `Authorization: Bearer …` and `Basic …` out of the headers: as an auth the value is kept as a secret and
/// can be changed for one that renews itself.
pub(crate) fn take_authorization(headers: &mut Vec<KeyValue>) -> Option<Auth> {
    let at = headers
        .iter()
        .position(|header| header.enabled && header.name.trim().eq_ignore_ascii_case("authorization"))?;
    let (scheme, credentials) = headers[at].value.trim().split_once(' ')?;
    let credentials = credentials.trim();
    let auth = if scheme.eq_ignore_ascii_case("bearer") {
        auth(AuthKind::Bearer, [("token", credentials)])
    } else if scheme.eq_ignore_ascii_case("basic") {
        let (username, password) = basic_credentials(credentials)?;
        self::auth(AuthKind::Basic, [("username", &username), ("password", &password)])
    } else {
        return None;
    };
    headers.remove(at);
    Some(auth)
}

/// What stands behind `Basic`: base64 (RFC 7617), or as people write it, `name password` and `name:password`.
fn basic_credentials(text: &str) -> Option<(String, String)> {
    let pair = |text: &str, separator: char| {
        let (name, password) = text.split_once(separator)?;
        Some((name.trim().to_owned(), password.trim().to_owned()))
    };
    if let Some(written) = pair(text, ' ').or_else(|| pair(text, ':')) {
        return Some(written);
    }
    use base64::Engine as _;
    let decoded = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
    let decoded = String::from_utf8(decoded).ok()?;
    decoded.split_once(':').map(|(name, password)| (name.to_owned(), password.to_owned()))
}

/// A value as text: strings as they are, null as nothing, numbers, switches and structures as JSON.
pub(crate) fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// Text of a document on its way into a message: bounded, and without control characters.
pub(crate) fn shown(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(120).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_language_is_that_of_the_media_type() {
        for (content_type, language) in [
            ("application/json; charset=utf-8", "json"),
            ("application/problem+json", "json"),
            ("text/xml", "xml"),
            ("application/soap+xml", "xml"),
            ("text/html", "html"),
            ("application/octet-stream", "text"),
            ("", "text"),
        ] {
            assert_eq!(super::language(content_type), language, "{content_type}");
        }
    }

    #[test]
    fn only_a_form_that_rows_can_say_becomes_rows() {
        let fields = form_fields("a=1%202&b=%C3%A9&c=").unwrap();
        let read: Vec<_> = fields.iter().map(|field| (field.name.as_str(), field.value.as_str())).collect();
        assert_eq!(read, [("a", "1 2"), ("b", "é"), ("c", "")]);
        for text in ["just text", "a=1&&b=2", "a=1&b", "a=%FF", "a=1\nb=2"] {
            assert!(form_fields(text).is_none(), "{text}");
        }
    }

    #[test]
    fn credentials_move_from_the_header_to_the_auth() {
        for (value, name, expected) in [
            ("Bearer abc", "token", "abc"),
            ("bearer  {{token}}", "token", "{{token}}"),
            ("Basic YWxpY2U6YTpi", "password", "a:b"),
            ("Basic alice secret", "password", "secret"),
            ("Basic {{user}}:{{password}}", "username", "{{user}}"),
        ] {
            let mut headers = vec![row("authorization", value)];
            let auth = take_authorization(&mut headers).unwrap();
            assert_eq!(auth.text(name), expected, "{value}");
            assert!(headers.is_empty());
        }
        let mut headers = vec![row("Authorization", "Signature keyId=1")];
        assert!(take_authorization(&mut headers).is_none());
        assert_eq!(headers.len(), 1);
    }
}
