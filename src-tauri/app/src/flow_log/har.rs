//! Steps as an HTTP archive (HAR 1.2), which browsers' developer tools and many others open.

use gatepass_oauth::transcript::{FlowStep, RedactedExchange};
use serde_json::{Value, json};

/// An archive with one entry for each request of the steps. Steps without a request have no place in it.
pub(super) fn document(steps: &[FlowStep]) -> String {
    let entries: Vec<Value> =
        steps.iter().filter_map(|step| Some(entry(step, step.exchange.as_ref()?))).collect();
    let archive = json!({ "log": {
        "version": "1.2",
        "creator": { "name": "Gatepass", "version": env!("CARGO_PKG_VERSION") },
        "entries": entries,
    }});
    format!("{archive:#}\n")
}

fn entry(step: &FlowStep, exchange: &RedactedExchange) -> Value {
    let mut request = json!({
        "method": exchange.method,
        "url": exchange.url,
        "httpVersion": "unknown",
        "cookies": [],
        "headers": pairs(&exchange.request_headers),
        "queryString": query(&exchange.url),
        "headersSize": -1,
        "bodySize": exchange.request_body.len(),
    });
    if !exchange.request_body.is_empty() {
        let kind = header(&exchange.request_headers, "content-type");
        request["postData"] = json!({ "mimeType": kind, "text": exchange.request_body });
    }
    let reason = http::StatusCode::from_u16(exchange.status).ok();
    let reason = reason.and_then(|status| status.canonical_reason()).unwrap_or_default();
    json!({
        "startedDateTime": crate::token_report::rfc3339_to_the_millisecond(step.at),
        "time": step.ms,
        "request": request,
        "response": {
            "status": exchange.status,
            "statusText": reason,
            "httpVersion": "unknown",
            "cookies": [],
            "headers": pairs(&exchange.response_headers),
            "content": {
                "size": exchange.response_body.len(),
                "mimeType": header(&exchange.response_headers, "content-type"),
                "text": exchange.response_body,
            },
            "redirectURL": header(&exchange.response_headers, "location"),
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": { "send": 0, "wait": step.ms, "receive": 0 },
        "comment": format!("{}: {}", super::markdown::name_of(step), step.detail),
    })
}

fn pairs(headers: &[(String, String)]) -> Vec<Value> {
    headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> &'a str {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
}

fn query(url: &str) -> Vec<Value> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    url::form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::flow_log::markdown::tests::steps;

    #[test]
    fn an_archive_has_what_the_format_requires_of_each_entry() {
        let archive: Value = serde_json::from_str(&document(&steps())).unwrap();
        assert_eq!(archive["log"]["version"], "1.2");
        let entries = archive["log"]["entries"].as_array().unwrap();
        assert_eq!(entries.len(), 1, "the step without a request is left out");
        let entry = &entries[0];
        assert_eq!(entry["startedDateTime"], "2026-01-01T00:00:00.5Z");
        assert_eq!(entry["request"]["postData"]["mimeType"], "application/x-www-form-urlencoded");
        assert_eq!(entry["request"]["queryString"], json!([{ "name": "a", "value": "b c" }]));
        assert_eq!(entry["response"]["statusText"], "Bad Request");
        for part in ["cookies", "headers", "headersSize", "bodySize"] {
            assert!(!entry["request"][part].is_null() && !entry["response"][part].is_null(), "{part}");
        }
    }
}
