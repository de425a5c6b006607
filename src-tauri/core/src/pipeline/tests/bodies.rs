use serde_json::json;

use super::super::Verdict;
use super::stage::{Seen, Stage, get, header, request};
use crate::exchange::{OutgoingBody, PartContent};
use crate::workspace::{Body, FormField, FormPart, KeyValue};
use std::sync::Arc;

fn sent(body: Body) -> (Seen, Verdict) {
    let stage = Stage::new();
    let mut draft = get("http://api.test/");
    request(&mut draft).method = "POST".into();
    request(&mut draft).body = body;
    let verdict = stage.send(draft);
    (stage.sent().remove(0), verdict)
}

fn raw(language: &str, text: &str) -> Body {
    Body::Raw { language: language.into(), text: text.into() }
}

#[test]
fn a_raw_body_is_sent_untouched_with_the_content_type_of_its_language() {
    let text = "{\n  \"a\" : 1.0,\t\"b\":\"é\" }\r\n";
    for (language, content_type) in [
        ("json", "application/json"),
        ("xml", "application/xml"),
        ("html", "text/html"),
        ("javascript", "application/javascript"),
        ("text", "text/plain"),
    ] {
        let (sent, _) = sent(raw(language, text));
        assert_eq!((sent.text().as_str(), sent.header("content-type")), (text, Some(content_type)));
    }
}

#[test]
fn an_empty_body_has_no_content_type() {
    for body in [Body::None, raw("json", "")] {
        let (sent, _) = sent(body);
        assert_eq!((sent.text().as_str(), sent.header("content-type")), ("", None));
    }
}

#[test]
fn the_content_type_that_the_user_set_stays() {
    let stage = Stage::new();
    let mut draft = get("http://api.test/");
    request(&mut draft).body = raw("json", "{}");
    request(&mut draft).headers = vec![header("content-TYPE", "application/vnd.api+json")];
    stage.send(draft);
    let sent = stage.sent().remove(0);
    assert_eq!(sent.headers.len(), 1);
    assert_eq!(sent.header("content-type"), Some("application/vnd.api+json"));
}

#[test]
fn a_form_is_encoded_as_postman_does_it() {
    let fields = vec![
        header("a b", "1&2=3"),
        KeyValue { enabled: false, ..header("off", "x") },
        header("é", "(!'*)~-._%"),
        header("empty", ""),
    ];
    let (sent, _) = sent(Body::UrlEncoded { fields });
    assert_eq!(sent.text(), "a%20b=1%262%3D3&%C3%A9=%28%21%27%2A%29~-._%25&empty=");
    assert_eq!(sent.header("content-type"), Some("application/x-www-form-urlencoded"));
}

#[test]
fn a_multipart_form_keeps_its_parts_and_says_what_is_missing() {
    let field = |name: &str, part| FormField {
        name: name.into(),
        part,
        content_type: None,
        enabled: true,
        description: String::new(),
    };
    let fields = vec![
        FormField {
            content_type: Some("application/json".into()),
            ..field("meta", FormPart::Text("{}".into()))
        },
        field("photo", FormPart::Files(vec!["/tmp/a b.png".into(), "c.unheard".into()])),
        field("none", FormPart::Files(vec![])),
        FormField { enabled: false, ..field("off", FormPart::Text("x".into())) },
    ];
    let (sent, verdict) = sent(Body::FormData { fields });
    let OutgoingBody::Multipart(parts) = &sent.body else { panic!("it is a multipart body") };
    let shown: Vec<(&str, Option<&str>, Option<&str>)> = parts
        .iter()
        .map(|part| (part.name.as_str(), part.file_name.as_deref(), part.content_type.as_deref()))
        .collect();
    assert_eq!(
        shown,
        [
            ("meta", None, Some("application/json")),
            ("photo", Some("a b.png"), Some("image/png")),
            ("photo", Some("c.unheard"), None)
        ]
    );
    assert!(matches!(&parts[1].content, PartContent::File(path) if path.to_str() == Some("/tmp/a b.png")));
    assert!(verdict.warnings[0].message.contains("“none”"));
    assert_eq!(sent.header("content-type"), None, "the transport knows the boundary");
}

#[test]
fn relative_files_start_from_the_working_folder() {
    let stage = Stage::new();
    let mut draft = get("http://api.test/");
    draft.settings.working_dir = Some("/work".into());
    for (written, path) in [("a.bin", "/work/a.bin"), ("/b.bin", "/b.bin")] {
        request(&mut draft).body = Body::File { path: written.into() };
        stage.send(draft.clone());
        let sent = stage.sent().pop().unwrap();
        assert!(matches!(&sent.body, OutgoingBody::File(sent) if sent.to_str() == Some(path)), "{written}");
    }
}

#[test]
fn graphql_becomes_json_and_broken_variables_are_a_warning() {
    let body = |variables: &str| Body::GraphQl { query: "query { a }".into(), variables: variables.into() };
    let (seen, _) = sent(body("{\"n\": 1}"));
    assert_eq!(seen.text(), r#"{"query":"query { a }","variables":{"n":1}}"#);
    let (seen, verdict) = sent(body("{"));
    assert_eq!(seen.text(), r#"{"query":"query { a }","variables":{}}"#);
    assert!(verdict.warnings[0].message.contains("GraphQL variables"));
}

#[test]
fn a_file_body_without_a_file_is_a_warning() {
    let (sent, verdict) = sent(Body::File { path: String::new() });
    assert!(matches!(sent.body, OutgoingBody::Empty));
    assert_eq!(verdict.warnings.len(), 1);
}

#[test]
fn a_body_that_the_settings_hold_back_is_not_sent() {
    let stage = Stage::new();
    let mut draft = get("http://api.test/");
    request(&mut draft).body = raw("json", "{}");
    Arc::make_mut(&mut draft.definition).settings = json!({"send_body": false}).as_object().unwrap().clone();
    stage.send(draft);
    let sent = stage.sent().remove(0);
    assert_eq!((sent.text().as_str(), sent.header("content-type")), ("", None));
}
