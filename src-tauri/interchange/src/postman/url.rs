//! A URL as text and as Postman's members. Both ways leave every character as it was typed.

use gatepass_core::workspace::{KeyValue, RequestDefinition};
use serde_json::{Map, Value, json};

use super::rows;

/// Puts the URL into `request`.
pub(super) fn read(url: Option<&Value>, request: &mut RequestDefinition) {
    match url {
        Some(Value::String(text)) => request.url = text.clone(),
        Some(Value::Object(members)) => {
            let composed = compose(members, &mut request.disabled_query);
            request.url = composed.unwrap_or_else(|| rows::text(members.get("raw")));
            request.path_variables = read_path_variables(members.get("variable"));
        }
        _ => {}
    }
}

/// The text of the members; `None` if they name neither host nor path, so that only `raw` can tell.
fn compose(url: &Map<String, Value>, disabled: &mut Vec<(usize, KeyValue)>) -> Option<String> {
    let host = joined(url.get("host"), ".");
    let path = joined(url.get("path"), "/");
    let mut text = String::new();
    let protocol = rows::text(url.get("protocol"));
    let protocol = protocol.trim_end_matches("://").trim_end_matches(':');
    if !protocol.is_empty() {
        text.push_str(protocol);
        text.push_str("://");
    }
    text.push_str(host.as_deref().unwrap_or_default());
    let port = rows::text(url.get("port"));
    if !port.is_empty() {
        text.push(':');
        text.push_str(&port);
    }
    if let Some(path) = &path {
        text.push('/');
        text.push_str(path.strip_prefix('/').filter(|_| url["path"].is_string()).unwrap_or(path));
    }
    let query = compose_query(url.get("query"), disabled);
    if host.is_none() && path.is_none() {
        return None;
    }
    if let Some(query) = query {
        text.push('?');
        text.push_str(&query);
    }
    if let Some(Value::String(hash)) = url.get("hash") {
        text.push('#');
        text.push_str(hash);
    }
    Some(text)
}

/// A list of segments (texts, or objects with `value`) or their text; `None` if there is nothing.
fn joined(value: Option<&Value>, separator: &str) -> Option<String> {
    match value? {
        Value::Array(parts) if parts.is_empty() => None,
        Value::Array(parts) => {
            let parts: Vec<String> = parts
                .iter()
                .map(|part| rows::text(part.as_object().map_or(Some(part), |part| part.get("value"))))
                .collect();
            Some(parts.join(separator))
        }
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

fn compose_query(query: Option<&Value>, disabled: &mut Vec<(usize, KeyValue)>) -> Option<String> {
    let list = match query? {
        Value::String(text) if !text.is_empty() => return Some(text.clone()),
        Value::Array(list) => list,
        _ => return None,
    };
    let mut pieces = Vec::new();
    for (at, row) in list.iter().enumerate() {
        match row {
            Value::String(text) => pieces.push(text.clone()),
            _ if rows::is_disabled(row) => disabled.extend(rows::read_row(row).map(|row| (at, row))),
            _ => pieces.push(compose_pair(row)),
        }
    }
    (!pieces.is_empty()).then(|| pieces.join("&"))
}

fn compose_pair(row: &Value) -> String {
    let key = rows::text(row.get("key"));
    match row.get("value") {
        None | Some(Value::Null) => key,
        value => format!("{key}={}", rows::text(value)),
    }
}

fn read_path_variables(list: Option<&Value>) -> Vec<KeyValue> {
    let rows = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let variables = rows.iter().filter_map(|row| {
        let mut variable = rows::read_row(row)?;
        if variable.name.is_empty() {
            variable.name = rows::text(row.get("id"));
        }
        Some(variable)
    });
    variables.collect()
}

/// The URL of `request` in members.
pub(super) fn write(request: &RequestDefinition) -> Value {
    let mut members = Map::new();
    members.insert("raw".to_owned(), json!(request.url));
    let (rest, hash) = split_once_outside(&request.url, '#');
    let (rest, query) = split_once_outside(rest, '?');
    let rest = match rest.split_once("://") {
        Some((protocol, rest)) if !protocol.contains(['/', '{', '}']) || is_variable(protocol) => {
            members.insert("protocol".to_owned(), json!(protocol));
            rest
        }
        _ => rest,
    };
    let (authority, path) = split_once_outside(rest, '/');
    if !authority.is_empty() {
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if is_port(port) => (host, Some(port)),
            _ => (authority, None),
        };
        members.insert("host".to_owned(), json!(split_outside(host, '.')));
        if let Some(port) = port {
            members.insert("port".to_owned(), json!(port));
        }
    }
    if let Some(path) = path {
        members.insert("path".to_owned(), json!(split_outside(path, '/')));
    }
    let query = write_query(query, &request.disabled_query);
    if !query.is_empty() {
        members.insert("query".to_owned(), Value::Array(query));
    }
    if let Some(hash) = hash {
        members.insert("hash".to_owned(), json!(hash));
    }
    if !request.path_variables.is_empty() {
        members.insert("variable".to_owned(), rows::write(&request.path_variables));
    }
    Value::Object(members)
}

fn write_query(query: Option<&str>, disabled: &[(usize, KeyValue)]) -> Vec<Value> {
    let enabled = query.map(|query| split_outside(query, '&')).unwrap_or_default();
    let mut enabled = enabled.into_iter().map(|pair| match split_once_outside(pair, '=') {
        (key, None) => json!({"key": key, "value": null}),
        (key, Some(value)) => json!({"key": key, "value": value}),
    });
    let mut disabled: Vec<&(usize, KeyValue)> = disabled.iter().collect();
    disabled.sort_by_key(|(at, _)| *at);
    let mut list = Vec::new();
    for (at, row) in disabled {
        list.extend(enabled.by_ref().take(at.saturating_sub(list.len())));
        list.push(Value::Object(rows::write_row(row)));
    }
    list.extend(enabled);
    list
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && (text.bytes().all(|byte| byte.is_ascii_digit()) || is_variable(text))
}

fn is_variable(text: &str) -> bool {
    gatepass_core::template::is_only_variables(text)
}

/// Splits at every `separator` that does not stand between `{{` and `}}`.
fn split_outside(text: &str, separator: char) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for place in places_outside(text, separator) {
        pieces.push(&text[start..place]);
        start = place + separator.len_utf8();
    }
    pieces.push(&text[start..]);
    pieces
}

/// Splits at the first `separator` that does not stand between `{{` and `}}`.
fn split_once_outside(text: &str, separator: char) -> (&str, Option<&str>) {
    match places_outside(text, separator).next() {
        Some(place) => (&text[..place], Some(&text[place + separator.len_utf8()..])),
        None => (text, None),
    }
}

/// Where `separator` stands outside of variables. Every character is looked at once.
fn places_outside(text: &str, separator: char) -> impl Iterator<Item = usize> {
    // Behind this no variable ends any more: braces are ordinary characters there.
    let last_end = text.rfind("}}").unwrap_or(0);
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let place = at + text[at..].find([separator, '{'])?;
            let rest = &text[place..];
            if rest.starts_with(separator) {
                at = place + separator.len_utf8();
                return Some(place);
            }
            let name = rest.strip_prefix("{{").filter(|_| place + 2 <= last_end);
            at = place + name.and_then(|name| name.find("}}")).map_or(1, |end| end + 4);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(url: &str) -> RequestDefinition {
        RequestDefinition { url: url.to_owned(), ..RequestDefinition::default() }
    }

    #[test]
    fn text_becomes_members_and_the_same_text_again() {
        for text in [
            "https://api.example.com:8443/v1/photos/:id?a=1&b&c=&d=x=y#top",
            "{{base}}/photos",
            "{{host.name}}:{{port}}/a?x={{a&b}}",
            "localhost:3000/",
            "http://[::1]:8080/x",
            "/only/path",
            "?only=query",
            "{{scheme}}://h/p",
            "https://h/redirect?to=https://x/y?z#w#v",
            "{{unclosed/a?b",
            "",
        ] {
            let mut again = RequestDefinition::default();
            read(Some(&write(&request(text))), &mut again);
            assert_eq!(again.url, text);
        }
    }

    #[test]
    fn members_are_those_that_postman_writes() {
        assert_eq!(
            write(&request("https://api.example.com:8443/v1/:id?a=1&b#top")),
            json!({
                "raw": "https://api.example.com:8443/v1/:id?a=1&b#top", "protocol": "https",
                "host": ["api", "example", "com"], "port": "8443", "path": ["v1", ":id"],
                "query": [{"key": "a", "value": "1"}, {"key": "b", "value": null}], "hash": "top"
            })
        );
        assert_eq!(write(&request("{{base}}/a"))["host"], json!(["{{base}}"]));
    }

    #[test]
    fn rows_that_are_switched_off_leave_the_text_and_keep_their_place() {
        let url = json!({"host": ["h"], "path": ["p"], "query": [
            {"key": "a", "value": "1", "disabled": true}, {"key": "b", "value": "2"},
            {"key": "c", "value": "3", "disabled": true}]});
        let mut request = RequestDefinition::default();
        read(Some(&url), &mut request);
        assert_eq!(request.url, "h/p?b=2");
        assert_eq!(request.disabled_query.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0, 2]);
        assert_eq!(write(&request)["query"], url["query"]);
    }

    #[test]
    fn a_place_behind_the_end_is_the_end() {
        let row = |name: &str| KeyValue { name: name.to_owned(), enabled: false, ..KeyValue::default() };
        let disabled_query = vec![(9, row("c")), (0, row("a")), (0, row("b"))];
        let request = RequestDefinition { disabled_query, ..request("h/p?x") };
        let url = write(&request);
        let keys: Vec<&str> =
            url["query"].as_array().into_iter().flatten().filter_map(|row| row["key"].as_str()).collect();
        assert_eq!(keys, ["a", "b", "x", "c"]);
    }

    #[test]
    fn only_raw_is_read_where_there_is_nothing_else() {
        let mut request = RequestDefinition::default();
        read(Some(&json!({"raw": "https://x.example/a?b=c"})), &mut request);
        assert_eq!(request.url, "https://x.example/a?b=c");
    }

    #[test]
    fn a_query_of_a_hundred_thousand_braces_is_split_in_one_go() {
        for piece in ["{{", "{", "{{a}}&", "&", "}}", "{{&", "{{&}"] {
            write(&request(&format!("https://h/p?{}", piece.repeat(100_000))));
        }
    }
}
