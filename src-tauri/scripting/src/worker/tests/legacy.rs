//! The globals of Postman's first years.

use serde_json::json;

use super::stage::{Stage, console, outcome};

#[test]
fn tests_by_name_are_assertions() {
    let report = Stage::new("test")
        .run("tests['code'] = responseCode.code === 200; tests['no'] = false; tests.yes = 'x';");
    let told: Vec<(String, bool)> =
        report.assertions.iter().map(|assertion| (assertion.name.clone(), assertion.passed)).collect();
    assert_eq!(told, [("code".to_owned(), true), ("no".to_owned(), false), ("yes".to_owned(), true)]);
}

#[test]
fn the_answer_the_request_and_the_run_are_there_as_globals() {
    let mut stage = Stage::new("test");
    stage.job["variables"]["iterationData"] = json!({"row": 1});
    let report = stage.run(
        "console.log(responseBody, responseTime, responseCode.name, responseHeaders['X-Id']);\n\
         console.log(request.method, request.url, request.headers.accept, iteration, data.row);\n\
         console.log(postman.getResponseHeader('x-id'), xml2Json('<a><b>1</b></a>'));",
    );
    assert_eq!(
        console(&report),
        [
            "{\"id\":7,\"tags\":[\"a\"]} 12 OK 7",
            "GET http://api.test/photos?size=1 application/json 1 1",
            "7 { a: { b: '1' } }",
        ]
    );
}

#[test]
fn names_of_globals_can_be_used_for_what_a_script_declares() {
    let report = Stage::new("test").run(
        "const responseBody = 1; let data = JSON.parse(pm.response.text()); const request = pm.request; var tests2 = {};\n\
         pm.test('own', () => pm.expect(data.id).to.equal(7));",
    );
    assert_eq!(outcome(&report), ["own"]);
}

#[test]
fn variables_are_set_through_postman_too() {
    let report = Stage::new("prerequest").run(
        "postman.setEnvironmentVariable('a', 1); postman.setGlobalVariable('b', true);\n\
         console.log(postman.getEnvironmentVariable('a'), postman.getGlobalVariable('b'));\n\
         postman.clearEnvironmentVariable('a');",
    );
    assert_eq!(console(&report), ["1 true"]);
    assert_eq!(report.changes.len(), 2);
    assert_eq!((report.changes[0].key.as_str(), &report.changes[0].text), ("a", &None));
    assert_eq!(report.changes[1].text.as_deref(), Some("true"));
}
