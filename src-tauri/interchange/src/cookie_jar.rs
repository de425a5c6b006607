//! Cookie jars as `tough-cookie` serialises them, which is what Newman reads and writes.

use gatepass_core::cookie::Cookie;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::failure::{ReadFailure, ReadFailureKind};

/// Reads a jar. Cookies without name, value or domain are left out, as nothing could be sent of them.
///
/// # Errors
/// The bytes are no such document.
pub fn read(bytes: &[u8]) -> Result<Vec<Cookie>, ReadFailure> {
    let unreadable = |cause: String| ReadFailure {
        kind: ReadFailureKind::Broken,
        message: "The cookie jar cannot be read".to_owned(),
        cause,
        next_step: "Name a jar that --export-cookie-jar wrote, here or with Newman.".to_owned(),
    };
    // The parser's words could quote a cookie.
    let document: Value = serde_json::from_slice(bytes).map_err(|error| {
        unreadable(format!("It is not valid JSON (line {}, column {}).", error.line(), error.column()))
    })?;
    let cookies = document.get("cookies").and_then(Value::as_array);
    let cookies = cookies.ok_or_else(|| unreadable("It has no list named “cookies”.".to_owned()))?;
    Ok(cookies.iter().filter_map(read_cookie).collect())
}

fn read_cookie(cookie: &Value) -> Option<Cookie> {
    let text = |name: &str| cookie.get(name).and_then(Value::as_str);
    let yes = |name: &str| cookie.get(name).and_then(Value::as_bool);
    let expires = text("expires").and_then(|at| OffsetDateTime::parse(at, &Rfc3339).ok());
    let created = text("creation").and_then(|at| OffsetDateTime::parse(at, &Rfc3339).ok());
    let millis = |at: OffsetDateTime| (at.unix_timestamp_nanos() / 1_000_000) as i64;
    // A lifetime stands before a date (RFC 6265 §5.3).
    let lifetime = cookie.get("maxAge").and_then(Value::as_i64).zip(created);
    Some(Cookie {
        name: text("key")?.to_owned(),
        value: text("value").unwrap_or_default().to_owned(),
        domain: text("domain")?.trim_start_matches('.').to_owned(),
        host_only: yes("hostOnly").unwrap_or(true),
        path: text("path").unwrap_or("/").to_owned(),
        secure: yes("secure").unwrap_or_default(),
        http_only: yes("httpOnly").unwrap_or_default(),
        expires_at: match lifetime {
            Some((seconds, created)) => Some(millis(created).saturating_add(seconds.saturating_mul(1000))),
            None => expires.map(millis),
        },
    })
}

/// Writes a jar; `now` in milliseconds since 1970.
pub fn write(cookies: &[Cookie], now: i64) -> Value {
    let date = |millis: i64| {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
            .ok()
            .and_then(|at| at.format(&Rfc3339).ok())
    };
    let written = cookies.iter().map(|cookie| {
        let mut row = json!({"key": cookie.name, "value": cookie.value});
        if let Some(expires) = cookie.expires_at.and_then(date) {
            row["expires"] = json!(expires);
        }
        row["domain"] = json!(cookie.domain);
        row["path"] = json!(cookie.path);
        if cookie.secure {
            row["secure"] = json!(true);
        }
        if cookie.http_only {
            row["httpOnly"] = json!(true);
        }
        row["hostOnly"] = json!(cookie.host_only);
        row["creation"] = json!(date(now));
        row["lastAccessed"] = json!(date(now));
        row
    });
    json!({
        "version": "tough-cookie@4.1.4",
        "storeType": "MemoryCookieStore",
        "rejectPublicSuffixes": true,
        "enableLooseMode": false,
        "allowSpecialUseDomain": true,
        "prefixSecurity": "silent",
        "cookies": written.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_written_can_be_read_back() {
        let cookie = |name: &str, expires_at| Cookie {
            name: name.into(),
            value: "v".into(),
            domain: "api.test".into(),
            host_only: name == "a",
            path: "/x".into(),
            secure: true,
            http_only: name == "b",
            expires_at,
        };
        let cookies = [cookie("a", None), cookie("b", Some(1_800_000_000_000))];
        let document = write(&cookies, 1_700_000_000_000);
        assert!(read(document.to_string().as_bytes()).unwrap() == cookies);
    }

    #[test]
    fn a_lifetime_counts_from_the_creation() {
        let jar = br#"{"cookies": [{"key": "a", "value": "1", "domain": "h", "maxAge": 60,
                       "creation": "2026-01-01T00:00:00.000Z"}, {"value": "no name"}]}"#;
        let cookies = read(jar).unwrap();
        assert_eq!(cookies.len(), 1);
        assert_eq!(cookies[0].expires_at, Some(1_767_225_660_000));
    }

    #[test]
    fn something_else_is_refused_and_not_quoted() {
        for document in ["hunter22", "[]", "{\"cookies\": 1}"] {
            let failure = read(document.as_bytes()).map(|_| ()).unwrap_err();
            assert!(!failure.cause.contains("hunter22"), "{}", failure.cause);
        }
    }
}
