use gatepass_tests::{Collection, Gatepass};
use serde_json::{Value, json};

use crate::{echo, events, item, paths};

#[tokio::test]
async fn scripts_run_from_the_collection_inwards_and_pass_variables_and_headers_on() {
    let server = echo().await;
    let inner = item(
        "Inner",
        "{{base}}/{{path}}?who={{who}}",
        "pm.variables.set('who', pm.variables.get('who') + 'R'); pm.request.headers.add({key: 'X-Order', value: pm.variables.get('who')});",
        "pm.test('header', () => pm.expect(pm.response.json().headers['x-order']).to.equal('CFR'));\n\
         pm.test('status', () => pm.response.to.have.status(200));\n\
         pm.environment.set('seen', pm.response.json().query);",
    );
    let mut document = Collection::named("Ordered").variable("base", &server.origin()).json();
    document["event"] =
        events("pm.variables.set('who', 'C'); pm.collectionVariables.set('path', 'from-script');", "");
    document["item"] = json!([
        {
            "name": "Folder",
            "event": events("pm.variables.set('who', pm.variables.get('who') + 'F');", ""),
            "item": [inner],
        },
        item("After", "{{base}}/after?seen={{seen}}", "", ""),
    ]);
    let home = Gatepass::new();
    let file = home.file("ordered.json", &document);
    home.run(&["run", &file]).await.expect_code(0);
    assert_eq!(paths(&server), ["/from-script", "/after"]);
    assert_eq!(server.seen()[0].query, "who=CFR");
    assert!(server.seen()[1].query.contains("who"), "{}", server.seen()[1].query);
}

#[tokio::test]
async fn a_script_leads_the_run_to_another_request_skips_its_own_or_ends_it() {
    let server = echo().await;
    let url = |path: &str| format!("{}/{path}", server.origin());
    let document = Collection::named("Led")
        .item(item("A", &url("a"), "", "pm.execution.setNextRequest('C')"))
        .item(item("B", &url("b"), "", ""))
        .item(item("C", &url("c"), "pm.execution.skipRequest()", "throw new Error('not run')"))
        .item(item("D", &url("d"), "", "postman.setNextRequest(null)"))
        .item(item("E", &url("e"), "", ""))
        .json();
    let home = Gatepass::new();
    let file = home.file("led.json", &document);
    home.run(&["run", &file, "-n", "2"]).await.expect_code(0);
    assert_eq!(paths(&server), ["/a", "/d", "/a", "/d"]);
}

#[tokio::test]
async fn a_failed_test_or_script_fails_the_run_and_not_the_requests_behind_it() {
    let server = echo().await;
    let url = |path: &str| format!("{}/{path}", server.origin());
    let document = Collection::named("Failing")
        .item(item(
            "A",
            &url("a"),
            "nonsense(",
            "pm.test('no', () => pm.expect(1).to.equal(2));\n\nundefined.x",
        ))
        .item(item("B", &url("b"), "", "pm.test('yes', () => {})"))
        .json();
    let home = Gatepass::new();
    let file = home.file("failing.json", &document);
    let ran = home.run(&["run", &file]).await.expect_code(1);
    assert_eq!(paths(&server), ["/a", "/b"], "a broken pre-request script does not hold the request back");
    for told in ["expected 1 to equal 2", "SyntaxError", "cannot read property 'x' of undefined"] {
        assert!(ran.stdout.contains(told), "{told}: {}", ran.stdout);
    }
    server.seen().clear();
    home.run(&["run", &file, "--no-scripts"]).await.expect_code(0);
}

#[tokio::test]
async fn a_script_sends_requests_of_its_own() {
    let server = echo().await;
    let source = format!(
        "const first = await pm.sendRequest({{ url: '{0}/side', method: 'POST', header: {{'X-Side': '1'}}, body: {{ mode: 'raw', raw: 'hello' }} }});\n\
         pm.variables.set('echoed', first.json().body);\n\
         pm.sendRequest('http://127.0.0.1:1/', (error) => pm.variables.set('refused', error ? 'yes' : 'no'));",
        server.origin()
    );
    let url = format!("{}/main?{{{{echoed}}}}&{{{{refused}}}}", server.origin());
    let document = Collection::named("Side").item(item("Main", &url, &source, "")).json();
    let home = Gatepass::new();
    let file = home.file("side.json", &document);
    home.run(&["run", &file]).await.expect_code(0);
    let seen = server.seen();
    assert_eq!((seen[0].path.as_str(), seen[0].body.as_str()), ("/side", "hello"));
    assert_eq!(seen[0].headers.get("x-side").map(String::as_str), Some("1"));
    assert_eq!((seen[1].path.as_str(), seen[1].query.as_str()), ("/main", "hello&yes"));
}

#[tokio::test]
async fn the_report_holds_assertions_and_console() {
    let server = echo().await;
    let document = Collection::named("Told")
        .item(item("A", &server.origin(), "", "console.log('seen', {a: 1}); pm.test('fine', () => {});"))
        .json();
    let home = Gatepass::new();
    let file = home.file("told.json", &document);
    let ran = home.run(&["run", &file, "--json"]).await.expect_code(0);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["run"]["stats"]["assertions"]["total"], 1, "{report}");
    assert_eq!(report["run"]["executions"][0]["assertions"][0]["assertion"], "fine");
}
