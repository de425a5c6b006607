//! Sending settings by the names that definitions keep them under.
//!
//! | name | value |
//! | --- | --- |
//! | `verify_tls`, `follow_redirects`, `keep_method_on_redirect`, `keep_authorization_across_origins`, `cookies` | true, false |
//! | `max_redirects` | number |
//! | `timeout_ms` | milliseconds, 0 for no limit |
//! | `proxy` | `system`, `none`, or a URL |
//! | `http_version` | `auto`, `http1`, `http2` |
//! | `ca_bundle` | path of a PEM file |
//! | `body_limit` | bytes |
//! | `encode_url` | kept for export: what cannot stand in a URL is encoded in any case, and nothing else ever is |
//! | `send_body` | false: the body is not sent. Only on requests: imported ones whose method has none elsewhere |

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::exchange::{HttpVersion, Proxy, SendSettings};

/// Lets the settings that are set take the place of those in `sending`. What does not fit a setting changes nothing.
pub fn apply(settings: &Map<String, Value>, sending: &mut SendSettings) {
    for (name, value) in settings {
        match name.as_str() {
            "verify_tls" => switch(value, &mut sending.verify_tls),
            "follow_redirects" => switch(value, &mut sending.follow_redirects),
            "keep_method_on_redirect" => switch(value, &mut sending.keep_method_on_redirect),
            "keep_authorization_across_origins" => {
                switch(value, &mut sending.keep_authorization_across_origins)
            }
            "cookies" => switch(value, &mut sending.cookies),
            "max_redirects" => {
                if let Some(most) = value.as_u64() {
                    sending.max_redirects = usize::try_from(most).unwrap_or(usize::MAX);
                }
            }
            "body_limit" => {
                if let Some(limit) = value.as_u64() {
                    sending.body_limit = limit;
                }
            }
            "timeout_ms" => {
                if let Some(millis) = value.as_u64() {
                    sending.timeout = (millis > 0).then(|| Duration::from_millis(millis));
                }
            }
            "proxy" => match value.as_str() {
                Some("system") => sending.proxy = Proxy::System,
                Some("none") => sending.proxy = Proxy::None,
                Some(url) if !url.is_empty() => sending.proxy = Proxy::Custom(url.to_owned()),
                _ => {}
            },
            "http_version" => match value.as_str() {
                Some("auto") => sending.http_version = HttpVersion::Auto,
                Some("http1") => sending.http_version = HttpVersion::Http1,
                Some("http2") => sending.http_version = HttpVersion::Http2,
                _ => {}
            },
            "ca_bundle" => match value.as_str() {
                Some(path) if !path.is_empty() => sending.ca_bundle = Some(PathBuf::from(path)),
                _ => {}
            },
            _ => {}
        }
    }
}

/// Whether a request with these settings of its own sends its body.
pub fn send_body(settings: &Map<String, Value>) -> bool {
    settings.get("send_body").and_then(Value::as_bool).unwrap_or(true)
}

fn switch(value: &Value, setting: &mut bool) {
    if let Some(value) = value.as_bool() {
        *setting = value;
    }
}
