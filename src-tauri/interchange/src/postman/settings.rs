//! `protocolProfileBehavior`: the sending settings that Postman writes into collections.

use gatepass_core::workspace::{Body, RequestDefinition};
use serde_json::{Map, Value, json};

/// Postman's name, ours, and whether one says the opposite of the other.
const SWITCHES: [(&str, &str, bool); 6] = [
    ("followRedirects", "follow_redirects", false),
    ("followOriginalHttpMethod", "keep_method_on_redirect", false),
    ("followAuthorizationHeader", "keep_authorization_across_origins", false),
    ("strictSSL", "verify_tls", false),
    ("disableCookies", "cookies", true),
    ("disableUrlEncoding", "encode_url", true),
];
/// Methods whose body Postman sends only if it is told so.
const WITHOUT_BODY: [&str; 5] = ["GET", "HEAD", "COPY", "PURGE", "UNLOCK"];

pub(super) fn read(behavior: Option<&Value>, request: Option<&RequestDefinition>) -> Map<String, Value> {
    let mut settings = Map::new();
    for (theirs, ours, opposite) in SWITCHES {
        if let Some(switch) = behavior.and_then(|behavior| behavior.get(theirs)).and_then(Value::as_bool) {
            settings.insert(ours.to_owned(), json!(switch != opposite));
        }
    }
    if let Some(most) = behavior.and_then(|behavior| behavior.get("maxRedirects")).and_then(Value::as_u64) {
        settings.insert("max_redirects".to_owned(), json!(most));
    }
    if let Some(version @ ("auto" | "http1" | "http2")) =
        behavior.and_then(|behavior| behavior.get("protocolVersion")).and_then(Value::as_str)
    {
        settings.insert("http_version".to_owned(), json!(version));
    }
    let unpruned = behavior.and_then(|behavior| behavior.get("disableBodyPruning")).and_then(Value::as_bool);
    if request.is_some_and(may_be_pruned) && unpruned != Some(true) {
        settings.insert("send_body".to_owned(), json!(false));
    }
    settings
}

/// Empty if there is nothing to say.
pub(super) fn write(
    settings: &Map<String, Value>,
    request: Option<&RequestDefinition>,
) -> Map<String, Value> {
    let mut behavior = Map::new();
    for (theirs, ours, opposite) in SWITCHES {
        if let Some(switch) = settings.get(ours).and_then(Value::as_bool) {
            behavior.insert(theirs.to_owned(), json!(switch != opposite));
        }
    }
    for (theirs, ours) in [("maxRedirects", "max_redirects"), ("protocolVersion", "http_version")] {
        if let Some(value) = settings.get(ours) {
            behavior.insert(theirs.to_owned(), value.clone());
        }
    }
    let sent = settings.get("send_body").and_then(Value::as_bool).unwrap_or(true);
    if request.is_some_and(may_be_pruned) && sent {
        behavior.insert("disableBodyPruning".to_owned(), json!(true));
    }
    behavior
}

fn may_be_pruned(request: &RequestDefinition) -> bool {
    let method = request.method.to_ascii_uppercase();
    request.body != Body::None && WITHOUT_BODY.contains(&method.as_str())
}
