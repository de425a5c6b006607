//! cURL command lines, and what becomes of them.
#![allow(clippy::unwrap_used)]

use gatepass_core::workspace::{AuthKind, Body, Definition, FormPart, RequestDefinition};
use gatepass_interchange::{Imported, ReadFailureKind, read};
use serde_json::json;

fn imported(text: &str) -> Imported {
    read(text.as_bytes(), "").unwrap_or_else(|failure| panic!("{text}: {failure}"))
}

/// The definition of the only request.
fn definition(text: &str) -> Definition {
    let mut collection = imported(text).branches.remove(0);
    assert_eq!(collection.children.len(), 1, "{text}");
    collection.children.remove(0).definition
}

fn request(text: &str) -> RequestDefinition {
    definition(text).request.unwrap()
}

fn headers(request: &RequestDefinition) -> Vec<(&str, &str)> {
    request.headers.iter().map(|header| (header.name.as_str(), header.value.as_str())).collect()
}

fn fields(request: &RequestDefinition) -> Vec<(&str, &str)> {
    let Body::UrlEncoded { fields } = &request.body else { panic!("it is a form") };
    fields.iter().map(|field| (field.name.as_str(), field.value.as_str())).collect()
}

#[test]
fn what_a_browser_copies_comes_in_whole() {
    let bash = include_str!("documents/orders.curl.sh");
    let prompt = include_str!("documents/orders.curl.cmd");
    for (text, quoting) in [(bash, "bash"), (prompt, "cmd")] {
        let definition = definition(text);
        let request = definition.request.unwrap();
        assert_eq!(request.method, "POST", "{quoting}");
        assert_eq!(request.url, "https://shop.example.com/api/orders?draft=1&lang=de", "{quoting}");
        assert_eq!(
            headers(&request),
            [
                ("accept", "application/json, text/plain, */*"),
                ("content-type", "application/json"),
                ("origin", "https://shop.example.com")
            ],
            "{quoting}"
        );
        let Body::Raw { language, text } = request.body else { panic!("it is raw") };
        assert_eq!((language.as_str(), text.as_str()), ("json", r#"{"item":"17","note":"50% \"off\""}"#));
        let auth = definition.auth.unwrap();
        assert_eq!((auth.kind, auth.text("token")), (AuthKind::Bearer, "ey.access.token"), "{quoting}");
    }
}

#[test]
fn the_method_follows_from_the_options() {
    for (command, method) in [
        ("curl h", "GET"),
        ("curl -I h", "HEAD"),
        ("curl -d a=1 h", "POST"),
        ("curl --json '{}' h", "POST"),
        ("curl -F a=1 h", "POST"),
        ("curl -T file h", "PUT"),
        ("curl -G -d a=1 h", "GET"),
        ("curl -XPATCH -d a=1 h", "PATCH"),
        ("curl --request=PURGE h", "PURGE"),
    ] {
        assert_eq!(request(command).method, method, "{command}");
    }
}

#[test]
fn data_becomes_what_curl_sends() {
    let form = request("curl h -d 'a=1 2' -d b=%C3%A9 --data-urlencode 'c=x&y' --data-urlencode =z");
    assert!(matches!(&form.body, Body::Raw { text, .. } if text == "a=1 2&b=%C3%A9&c=x%26y&z"));
    let form = request("curl h -d a=1%202 --data-urlencode 'c=x&y'");
    assert_eq!(fields(&form), [("a", "1 2"), ("c", "x&y")]);
    assert!(form.headers.is_empty());
    // Sent as a form, whatever it looks like: cURL says so, too.
    let json = request(r#"curl h -d '{"a":1}'"#);
    assert_eq!(headers(&json), [("Content-Type", "application/x-www-form-urlencoded")]);
    let json = request(r#"curl h --json '{"a":' --json '1}'"#);
    assert!(matches!(&json.body, Body::Raw { language, text } if language == "json" && text == r#"{"a":1}"#));
    assert_eq!(headers(&json), [("Content-Type", "application/json"), ("Accept", "application/json")]);
}

#[test]
fn data_goes_into_the_query_when_get_is_asked_for() {
    let request = request("curl -G 'https://h/p?x=1#top' -d a=1 --data-urlencode 'q=a b' --url-query c=%");
    assert_eq!(request.url, "https://h/p?x=1&c=%25&a=1&q=a+b#top");
    assert!(matches!(request.body, Body::None));
}

#[test]
fn forms_keep_their_files_and_types() {
    let request = request(
        "curl h -F 'a=1;type=text/csv' -F 'f=@x.png;type=image/png' -F many=@a,b --form-string 's=@no'",
    );
    let Body::FormData { fields } = request.body else { panic!("it is form data") };
    assert_eq!(
        (&fields[0].part, fields[0].content_type.as_deref()),
        (&FormPart::Text("1".into()), Some("text/csv"))
    );
    assert_eq!(fields[1].part, FormPart::Files(vec!["x.png".into()]));
    assert_eq!(fields[2].part, FormPart::Files(vec!["a".into(), "b".into()]));
    assert_eq!(fields[3].part, FormPart::Text("@no".into()));
}

#[test]
fn users_and_tokens_become_auths() {
    for (command, kind, name, value) in [
        ("curl -u alice:se:cret h", AuthKind::Basic, "password", "se:cret"),
        ("curl --digest -ualice:p h", AuthKind::Digest, "username", "alice"),
        ("curl --ntlm -u alice:p h", AuthKind::Ntlm, "username", "alice"),
        ("curl --oauth2-bearer abc h", AuthKind::Bearer, "token", "abc"),
        ("curl -H 'Authorization: Basic YTpi' h", AuthKind::Basic, "password", "b"),
        ("curl --aws-sigv4 aws:amz:eu-central-1:s3 -u k:s h", AuthKind::AwsV4, "region", "eu-central-1"),
    ] {
        let definition = definition(command);
        let auth = definition.auth.unwrap();
        assert_eq!((auth.kind, auth.text(name)), (kind, value), "{command}");
        assert!(definition.request.unwrap().headers.is_empty());
    }
}

#[test]
fn settings_come_along() {
    let settings = definition(
        "curl -k -L --max-redirs 3 -m 1.5 -x localhost:3128 --http1.1 --cacert ca.pem --location-trusted h",
    )
    .settings;
    let expected = json!({"verify_tls": false, "follow_redirects": true, "max_redirects": 3, "timeout_ms": 1500,
        "proxy": "http://localhost:3128", "http_version": "http1", "ca_bundle": "ca.pem",
        "keep_authorization_across_origins": true});
    assert_eq!(serde_json::Value::Object(settings), expected);
}

#[test]
fn several_commands_and_urls_become_several_requests() {
    let collection = imported(
        "# list\ncurl https://h/a https://h/b\n\ncurl -d x=1 https://h/c --next -X DELETE https://h/d",
    )
    .branches
    .remove(0);
    let names: Vec<&str> = collection.children.iter().map(|child| child.name.as_str()).collect();
    assert_eq!(names, ["GET /a", "GET /b", "POST /c", "DELETE /d"]);
    assert_eq!(collection.name, "h");
}

#[test]
fn what_is_not_carried_over_is_said_without_its_value() {
    let imported = imported(
        "curl \"https://h/$ID\" --cert me.pem:hunter2 -H @headers.txt -b jar.txt --data-urlencode q@query.txt --frobnicate",
    );
    let said: Vec<String> = imported
        .warnings
        .iter()
        .map(|warning| format!("{} {}", warning.reason, warning.what_happens))
        .collect();
    for part in ["{{ID}}", "--cert ", "headers.txt", "jar.txt", "query.txt", "--frobnicate"] {
        assert!(said.iter().any(|said| said.contains(part)), "{part}: {said:?}");
    }
    assert!(!said.iter().any(|said| said.contains("hunter2")));
}

#[test]
fn a_file_is_named_and_not_opened() {
    let imported = imported("curl -d @/etc/passwd https://h/");
    let request = imported.branches[0].children[0].definition.request.as_ref().unwrap();
    assert!(matches!(&request.body, Body::File { path } if path == "/etc/passwd"));
    assert!(imported.warnings[0].reason.contains("/etc/passwd"));
}

#[test]
fn a_command_without_url_or_with_an_open_quote_is_broken() {
    for text in ["curl -v", "curl 'https://h/"] {
        assert_eq!(
            read(text.as_bytes(), "").err().map(|failure| failure.kind),
            Some(ReadFailureKind::Broken)
        );
    }
}
