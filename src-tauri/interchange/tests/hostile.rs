//! Documents that somebody made to do harm, or that broke on the way: nothing panics, nothing takes long.
#![allow(clippy::unwrap_used)]

use gatepass_interchange::read;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

/// A format: how its documents begin, and the pieces that they consist of.
struct Vocabulary {
    file_name: &'static str,
    head: &'static str,
    pieces: &'static [&'static str],
}

const CURL: Vocabulary = Vocabulary {
    file_name: "",
    head: "curl ",
    pieces: &[
        "'",
        "\"",
        "\\",
        "$'",
        "^",
        "^\"",
        "^\\^\"",
        "`",
        "$(",
        "${A}",
        "$A",
        "\n",
        "\r\n",
        "\\\n",
        "^\n",
        " ",
        "|",
        "&",
        ";",
        "#",
        "--",
        "-",
        "-d",
        "-H",
        "-F",
        "-u",
        "-b",
        "-T",
        "-X",
        "-G",
        "-sSLk",
        "--json",
        "--next",
        "--aws-sigv4",
        "--data-urlencode",
        "--oauth2-bearer",
        "--url-query",
        "@",
        "=",
        ":",
        "<",
        ";type=",
        "a=b&c",
        "https://h/p?q#f",
        "\\x",
        "\\u",
        "\\ud83d",
        "\\777",
        "é",
        "😀",
        "\0",
        "curl ",
    ],
};

const HTTP_FILE: Vocabulary = Vocabulary {
    file_name: "a.http",
    head: "POST https://h/\n",
    pieces: &[
        "\n",
        "\n\n",
        "###",
        "\n### ",
        "# @name ",
        "# @timeout ",
        "@a = ",
        "GET ",
        "https://h/",
        " HTTP/1.1",
        "?a=b",
        "\n  &c",
        "Content-Type: multipart/form-data; boundary=b\n",
        "--b",
        "--b--",
        "X-REQUEST-TYPE: GraphQL\n",
        "Authorization: Basic ",
        "Authorization: Digest a b\n",
        "< ",
        "<@",
        "<> ",
        ">> ",
        "> {%",
        "< {%",
        "%}",
        "{{",
        "}}",
        "{",
        "$processEnv ",
        "$randomInt 1",
        ":",
        "=",
        "&",
        ";",
        "é",
        "\0",
    ],
};

const YAML: Vocabulary = Vocabulary {
    file_name: "a.yaml",
    head: "openapi: 3.1.0\ninfo: {title: a}\npaths:\n",
    pieces: &[
        "\n",
        "\n  ",
        "\n    ",
        "  /a:\n",
        "    get:\n",
        "- ",
        ": ",
        "? ",
        "|\n",
        ">-\n",
        "'",
        "\"",
        "{",
        "}",
        "[",
        "]",
        ",",
        "&a ",
        "*a",
        "<<: *a\n",
        "!!binary ",
        "!!float x",
        "!include x",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "# x\n",
        "$ref: '#/'",
        "\t",
        "1e999",
        ".nan",
        "0x",
        "~",
        "servers: [{url: h}]\n",
        "components:\n",
        "é",
        "\0",
    ],
};

const BRU: Vocabulary = Vocabulary {
    file_name: "a.bru",
    head: "meta {\n  name: a\n  seq: 1\n}\n\npost {\n  url: https://h/?a=b\n  body: json\n  auth: oauth2\n}\n\n",
    pieces: &[
        "\n",
        "}\n",
        "]\n",
        "{\n",
        "headers {\n",
        "body:json {\n",
        "auth:oauth2 {\n",
        "vars:secret [\n",
        "params:query {\n",
        "auth:oauth2:additional_params:auth_req:headers {\n",
        "body:multipart-form {\n",
        "settings {\n",
        "tests {\n",
        "  a: b\n",
        "  ~a: b\n",
        "  \"a\\\" b\": c\n",
        "  a: '''\n",
        "  '''\n",
        "  tags: [\n",
        "  grant_type: x\n",
        "  x: @file(a|b)\n",
        "@contentType(",
        "{{process.env.A}}",
        "{{",
        "}}",
        ":",
        "é",
        "\0",
    ],
};

/// Documents of `vocabulary`: its head, then up to 60 of its pieces with other text between them.
fn documents(vocabulary: &'static Vocabulary) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => proptest::sample::select(vocabulary.pieces).prop_map(str::to_owned),
        1 => "\\PC{0,8}",
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..60)
        .prop_map(|pieces| format!("{}{}", vocabulary.head, pieces.concat()))
}

/// The text, and what is left when it breaks off.
fn reads_without_panic(vocabulary: &Vocabulary, text: &str) {
    let _ = read(text.as_bytes(), vocabulary.file_name);
    let half = &text.as_bytes()[..text.len() / 2];
    let _ = read(half, vocabulary.file_name);
}

/// Each piece again and again: whoever looks back from each to the first never comes to an end.
fn reads_repetitions(vocabulary: &Vocabulary) {
    for piece in vocabulary.pieces {
        let text = format!("{}{}", vocabulary.head, piece.repeat(200_000 / piece.len()));
        let _ = read(text.as_bytes(), vocabulary.file_name);
    }
}

#[test]
fn what_is_shared_is_not_copied_without_end() {
    let urls = "https://h/ ".repeat(20_000);
    let command = format!("curl {urls} -d {}", "x".repeat(200_000));
    let imported = read(command.as_bytes(), "").ok().unwrap();
    assert!(imported.branches[0].children.len() < 1000);
    assert!(imported.warnings.iter().any(|warning| warning.reason.contains("So many URLs")));
    let name = "n".repeat(1_000_000);
    let file = format!("### {name}\nGET https://h/{}\n", "{{$env.A}}".repeat(2000));
    let imported = read(file.as_bytes(), "a.http").ok().unwrap();
    assert!(imported.warnings.iter().all(|warning| warning.item.len() < 1000));
}

#[test]
fn a_piece_repeated_without_end_is_read_in_one_go() {
    for vocabulary in [&CURL, &HTTP_FILE, &YAML, &BRU] {
        reads_repetitions(vocabulary);
    }
}

const OPEN_COLLECTION: &str = r#"{"opencollection": "1.0.0", "info": {"name": "a"}, "config": {"environments": [
    {"name": "e", "variables": [{"name": "a", "value": {"data": "b"}}]}]}, "request": {"headers": [{"name": "X", "value": "1"}],
    "auth": {"type": "oauth2", "flow": "password", "credentials": {"clientId": "c"}, "pkce": {"enabled": true},
    "additionalParameters": {"accessTokenRequest": [{"name": "a", "value": "b"}]}}}, "items": [{"info": {"type": "folder"},
    "items": [{"info": {"name": "b", "seq": 1}, "http": {"url": "h", "params": [{"name": "q", "type": "query"}],
    "body": [{"selected": true, "body": {"type": "multipart-form", "data": [{"name": "f", "type": "file", "value": ["a"]}]}}]},
    "runtime": {"scripts": [{"code": "x"}]}}]}]}"#;

/// A tree that somebody's tool wrote, and others like it in which some places hold something else.
fn damaged(document: &'static str) -> impl Strategy<Value = Value> {
    let change = (any::<Index>(), any::<Index>(), 0..12_usize);
    proptest::collection::vec(change, 1..12).prop_map(move |changes| {
        let mut json: Value = serde_json::from_str(document).unwrap();
        for (place, other, with) in changes {
            let places = places(&json);
            let other = json.pointer(other.get(places.as_slice()).as_str()).cloned();
            *json.pointer_mut(place.get(places.as_slice()).as_str()).unwrap() = match with {
                0 => Value::Null,
                1 => json!(true),
                2 => json!(-1.5e300),
                3 => json!(""),
                4 => json!("é{{%}}\0/?#&=:"),
                5 => json!([]),
                6 => json!({}),
                7 => json!([[[{"a": [null]}]]]),
                8 => json!({"$ref": "#"}),
                9 => json!({"$ref": other_place(&places)}),
                _ => other.unwrap_or_default(),
            };
        }
        json
    })
}

/// A description of version 3 that differs from the one of version 2 in every part.
fn library() -> Value {
    json!({"openapi": "3.1.0", "servers": [{"url": "/{a}", "variables": {"a": {"default": "b"}}}],
        "components": {"securitySchemes": {"accounts": {"type": "oauth2", "flows": {"password": {"tokenUrl": "t"}}},
            "key": {"type": "openIdConnect", "openIdConnectUrl": "https://h/.well-known/openid-configuration"}}}})
}

fn other_place(places: &[String]) -> String {
    format!("#{}", places.last().map(String::as_str).unwrap_or_default())
}

/// The JSON pointers of everything in a tree.
fn places(json: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut at = 0;
    while at < found.len() && found.len() < 5000 {
        let place = found[at].clone();
        let escaped = |name: &str| format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
        match json.pointer(&place) {
            Some(Value::Object(members)) => found.extend(members.keys().map(|name| escaped(name))),
            Some(Value::Array(items)) => {
                found.extend((0..items.len()).map(|index| escaped(&index.to_string())))
            }
            _ => {}
        }
        at += 1;
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_curl_command_panics(text in documents(&CURL)) {
        reads_without_panic(&CURL, &text);
    }

    #[test]
    fn no_http_file_panics(text in documents(&HTTP_FILE)) {
        reads_without_panic(&HTTP_FILE, &text);
    }

    #[test]
    fn no_archive_panics(json in damaged(include_str!("documents/checkout.har"))) {
        let _ = read(json.to_string().as_bytes(), "");
    }

    #[test]
    fn no_description_panics(json in damaged(include_str!("documents/stock.swagger.json"))) {
        let _ = read(json.to_string().as_bytes(), "");
        let (mut newer, library) = (json, library());
        if let (Some(members), Some(of_library)) = (newer.as_object_mut(), library.as_object()) {
            members.shift_remove("swagger");
            for (name, value) in of_library {
                members.entry(name).or_insert(value.clone());
            }
        }
        let _ = read(newer.to_string().as_bytes(), "");
    }

    #[test]
    fn no_yaml_panics(text in documents(&YAML)) {
        reads_without_panic(&YAML, &text);
    }

    #[test]
    fn no_insomnia_export_panics(json in damaged(include_str!("documents/weather.insomnia.json"))) {
        let _ = read(json.to_string().as_bytes(), "");
        let tree = json!({"type": "collection.insomnia.rest/5.0", "collection": json["resources"],
            "environments": json["resources"][5]});
        let _ = read(tree.to_string().as_bytes(), "");
    }

    #[test]
    fn no_bru_file_panics(text in documents(&BRU)) {
        reads_without_panic(&BRU, &text);
    }

    #[test]
    fn no_open_collection_panics(json in damaged(OPEN_COLLECTION)) {
        let _ = read(json.to_string().as_bytes(), "");
    }
}
