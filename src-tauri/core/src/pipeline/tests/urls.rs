use super::super::{Outcome, Trouble};
use super::stage::{Stage, get, header, request};
use crate::ports::SendFailureKind;

fn sent(url: &str) -> String {
    let stage = Stage::new();
    let verdict = stage.send(get(url));
    assert!(verdict.failure().is_none(), "{url}: {:?}", verdict.failure());
    stage.sent()[0].url.to_string()
}

fn refused(url: &str) -> (String, String, String) {
    let stage = Stage::new();
    let verdict = stage.send(get(url));
    let Outcome::Failed(Trouble::Send(failure)) = verdict.outcome else { panic!("{url} was sent") };
    assert_eq!(failure.kind, SendFailureKind::Invalid);
    assert!(stage.sent().is_empty());
    (failure.message, failure.cause, failure.next_step)
}

#[test]
fn a_url_without_scheme_is_http() {
    assert_eq!(sent("localhost:3000/a"), "http://localhost:3000/a");
    assert_eq!(sent("api.example.com"), "http://api.example.com/");
    assert_eq!(sent("  https://api.example.com/a  "), "https://api.example.com/a");
}

#[test]
fn characters_that_cannot_stand_in_a_url_are_encoded_and_percent_signs_are_left_alone() {
    assert_eq!(
        sent("http://h/a b/é?q=x y&r='\"&s=%20%zz"),
        "http://h/a%20b/%C3%A9?q=x%20y&r=%27%22&s=%20%zz"
    );
    assert_eq!(sent("http://h/a?x=1+2&y=a/b:c@d"), "http://h/a?x=1+2&y=a/b:c@d");
}

#[test]
fn an_unresolved_variable_in_path_or_query_is_sent_encoded() {
    assert_eq!(sent("http://h/{{nope}}?a={{nope}}"), "http://h/%7B%7Bnope%7D%7D?a={{nope}}");
}

#[test]
fn the_fragment_is_not_sent() {
    assert_eq!(sent("http://h/a?b#c"), "http://h/a?b");
}

#[test]
fn path_variables_replace_whole_segments_only() {
    let stage = Stage::new();
    let mut draft = get("http://h:80/photos/:id/:id.json/:other?x=:id");
    request(&mut draft).path_variables = vec![header("id", "{{n}}/7?#")];
    request(&mut draft).path_variables.push(header("n", "unused"));
    stage.send(draft);
    assert_eq!(stage.sent()[0].url.as_str(), "http://h/photos/%7B%7Bn%7D%7D/7%3F%23/:id.json/:other?x=:id");
}

#[test]
fn an_empty_url_is_a_clear_error() {
    assert_eq!(refused("  ").0, "The request has no URL");
}

#[test]
fn a_scheme_that_cannot_be_requested_is_named() {
    assert_eq!(refused("ftp://h/a").0, "A URL that begins with ftp: cannot be requested");
    assert_eq!(refused("file:///etc/passwd").0, "A URL that begins with file: cannot be requested");
}

#[test]
fn a_host_that_is_an_unresolved_variable_is_an_error_that_says_so() {
    let (message, cause, _) = refused("{{base}}/photos");
    assert_eq!(message, "The URL's host is a variable without a value");
    assert_eq!(cause, "“{{base}}” could not be replaced");
    assert!(refused("https://{{a b}}:x/photos").2.contains("variable"));
}

#[test]
fn an_unreadable_url_is_quoted_without_its_credentials() {
    let (_, cause, _) = refused("http://alice:hunter2@exa mple/?key=hunter3");
    assert!(!cause.contains("hunter"), "{cause}");
}

#[test]
fn a_url_of_two_megabytes_goes_through() {
    let url = format!("http://h/?{}", "a=%20b&".repeat((2 << 20) / 7));
    assert_eq!(sent(&url).len(), url.len());
}
