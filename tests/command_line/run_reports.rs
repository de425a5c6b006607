//! What `gatepass run` tells, to a person, to a program and to a CI server.

use gatepass_tests::{
    Collection, Gatepass, Provider,
    auth_config::machine,
    http::{Answer, Server},
};
use serde_json::{Value, json};

/// Answers 200, or the status that the path names, with what it was asked.
async fn server() -> Server {
    Server::start(|request| {
        let status = request.path.trim_start_matches('/').parse().unwrap_or(200);
        Answer::json(
            status,
            &json!({ "path": request.path, "authorization": request.headers.get("authorization") }),
        )
    })
    .await
}

fn dead() -> String {
    format!("http://127.0.0.1:{}/", gatepass_tests::process::free_port())
}

fn read(home: &Gatepass, name: &str) -> String {
    std::fs::read_to_string(home.home().join(name)).unwrap()
}

fn body_of(execution: &Value) -> String {
    let bytes = execution["response"]["stream"]["data"].as_array().unwrap();
    String::from_utf8(bytes.iter().map(|byte| byte.as_u64().unwrap() as u8).collect()).unwrap()
}

#[tokio::test]
async fn the_json_report_has_the_shape_of_newmans() {
    let server = server().await;
    let home = Gatepass::new();
    let folder = Collection::named("Folder").get("Dead", &dead());
    let one = json!({ "id": "one", "name": "One", "request": {
        "method": "POST", "url": format!("{}/201?a=b", server.origin()), "body": { "mode": "raw", "raw": "hi" },
    }});
    let document = Collection::named("Shape").item(one).folder(folder).variable("v", "1");
    let file = home.file("shape.json", &document.json());
    let arguments = ["run", &file, "-n", "2", "-r", "json", "--reporter-json-export", "report.json"];
    let ran = home.run(&arguments).await.expect_code(1);
    assert_eq!(ran.stdout, "", "only the reporters that were asked for");
    let report: Value = serde_json::from_str(&read(&home, "report.json")).unwrap();
    let run = &report["run"];
    assert_eq!(report["collection"]["info"]["name"], "Shape");
    assert_eq!(report["collection"]["item"][1]["item"][0]["name"], "Dead");
    for (name, total, failed) in [
        ("iterations", 2, 0),
        ("items", 4, 0),
        ("requests", 4, 2),
        ("assertions", 0, 0),
        ("testScripts", 0, 0),
        ("prerequestScripts", 0, 0),
    ] {
        assert_eq!(run["stats"][name], json!({ "total": total, "pending": 0, "failed": failed }), "{name}");
    }
    let executions = run["executions"].as_array().unwrap();
    assert_eq!(executions.len(), 4);
    let first = &executions[0];
    assert_eq!(first["item"], json!({ "id": "one", "name": "One" }));
    assert_eq!(first["item"]["id"], report["collection"]["item"][0]["id"]);
    assert_eq!(first["cursor"]["length"], 2);
    assert_eq!(first["cursor"]["cycles"], 2);
    assert_eq!(first["request"]["method"], "POST");
    assert_eq!(first["request"]["url"]["path"], json!(["201"]));
    assert_eq!(first["request"]["url"]["query"], json!([{ "key": "a", "value": "b" }]));
    assert_eq!(first["request"]["body"]["mode"], "raw");
    assert_eq!(first["response"]["code"], 201);
    assert!(body_of(first).contains("/201"));
    assert!(executions[1]["requestError"]["message"].is_string());
    assert_eq!(run["failures"].as_array().unwrap().len(), 2);
    assert_eq!(run["failures"][0]["source"]["name"], "Dead");
    assert_eq!(run["failures"][0]["parent"]["name"], "Folder");
    assert_eq!(run["failures"][1]["cursor"]["iteration"], 1);
    assert!(run["timings"]["responseAverage"].as_f64().unwrap() > 0.0);
    assert!(run["timings"]["completed"].as_i64() >= run["timings"]["started"].as_i64());
    assert!(run["transfers"]["responseTotal"].as_u64().unwrap() > 0);
    assert_eq!(run["error"], Value::Null);
}

#[tokio::test]
async fn several_reporters_tell_of_one_run() {
    let server = server().await;
    let home = Gatepass::new();
    let document = Collection::named("Several")
        .get("Alive <&>", &format!("{}/200", server.origin()))
        .get("Dead", &dead());
    let file = home.file("several.json", &document.json());
    let arguments = [
        "run",
        &file,
        "-r",
        "cli,json,junit",
        "--reporter-json-export=a.json",
        "--reporter-junit-export=a.xml",
    ];
    let ran = home.run(&arguments).await.expect_code(1);
    for told in [
        "Several",
        "→ Alive <&>",
        "[200 OK, ",
        "[errored]",
        "requests",
        "total run duration",
        "inside \"Dead\"",
    ] {
        assert!(ran.stdout.contains(told), "{told}: {}", ran.stdout);
    }
    let report: Value = serde_json::from_str(&read(&home, "a.json")).unwrap();
    assert_eq!(report["run"]["executions"].as_array().unwrap().len(), 2);
    let xml = read(&home, "a.xml");
    assert!(xml.contains("<testsuite name=\"Alive &lt;&amp;&gt;\""), "{xml}");
    assert!(xml.contains("<error type=\"RequestError\""), "{xml}");
    assert_eq!(xml.matches("<testsuite ").count(), 2);
    assert!(!home.home().join("a.json.partial").exists());
}

#[tokio::test]
async fn a_report_that_cannot_be_written_is_said_before_anything_is_sent() {
    let server = server().await;
    let home = Gatepass::new();
    let file = home.file("one.json", &Collection::named("One").get("One", &server.origin()).json());
    for (reporter, option) in [("json", "--reporter-json-export"), ("junit", "--reporter-junit-export")] {
        let ran =
            home.run(&["run", &file, "-r", reporter, option, "/nonexistent/report"]).await.expect_code(2);
        assert!(ran.stderr.contains("/nonexistent/report"), "{}", ran.stderr);
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_report_says_which_request_got_the_token_and_holds_no_secret() {
    let provider = Provider::start(&[]).await;
    let server = server().await;
    let home = Gatepass::new();
    let document = Collection::named("Secret")
        .oauth2(&machine(&provider, "cc"))
        .get("First", &format!("{}/first", server.origin()))
        .get("Second", &format!("{}/second", server.origin()));
    let file = home.file("secret.json", &document.json());
    let arguments = [
        "run",
        &file,
        "-r",
        "cli,json,junit",
        "--reporter-json-export=a.json",
        "--reporter-junit-export=a.xml",
    ];
    let ran = home.run(&arguments).await.expect_code(0);
    assert!(ran.stdout.contains("was obtained for “First”"), "{}", ran.stdout);
    let report: Value = serde_json::from_str(&read(&home, "a.json")).unwrap();
    assert_eq!(report["run"]["tokens"][0]["item"], "First");
    assert_eq!(report["run"]["executions"][0]["auth"]["refreshed"], true);
    assert_eq!(report["run"]["executions"][1]["auth"]["refreshed"], false);
    // The API sends back what it was sent: that is a secret there as well.
    let token = server.seen()[0].token().unwrap().to_owned();
    let bodies: Vec<String> = report["run"]["executions"].as_array().unwrap().iter().map(body_of).collect();
    assert!(bodies[0].contains("/first"));
    for text in [&ran.stdout, &ran.stderr, &read(&home, "a.json"), &read(&home, "a.xml"), &bodies.concat()] {
        assert!(!text.contains(&token));
        assert!(!text.contains(gatepass_tests::provider::CLIENT_SECRET));
    }
}

#[tokio::test]
async fn the_variables_at_the_end_can_be_written_out_and_run_with_again() {
    let server = server().await;
    let home = Gatepass::new();
    let file = home.file("vars.json", &Collection::named("Vars").get("One", "{{base}}/{{name}}").json());
    let environment = gatepass_tests::collection::environment("Staging", &[("base", &server.origin())]);
    let environment = home.file("staging.json", &environment);
    home.run(&[
        "run",
        &file,
        "-e",
        &environment,
        "--global-var",
        "name=a",
        "--export-environment",
        "e.json",
        "--export-globals",
        "g.json",
    ])
    .await
    .expect_code(0);
    let exported: Value = serde_json::from_str(&read(&home, "e.json")).unwrap();
    assert_eq!(exported["name"], "Staging");
    assert_eq!(exported["_postman_variable_scope"], "environment");
    assert_eq!(exported["values"][0]["key"], "base");
    home.run(&["run", &file, "-e", "e.json", "-g", "g.json"]).await.expect_code(0);
    assert_eq!(server.seen().len(), 2);
    assert_eq!(server.seen()[1].path, "/a");
}

#[tokio::test]
async fn the_time_allowed_for_a_run_ends_it_and_the_reports_tell_so() {
    let server = Server::start(|request| {
        let answer = Answer::json(200, &json!({}));
        if request.path == "/hang" { answer.manner(gatepass_tests::http::Manner::Never) } else { answer }
    })
    .await;
    let home = Gatepass::new();
    let url = |path: &str| format!("{}/{path}", server.origin());
    let document = Collection::named("Slow").get("Answers", &url("")).get("Hangs", &url("hang"));
    let file = home.file("slow.json", &document.json());
    let ran = home.run(&["run", &file, "--timeout", "2000", "--json"]).await.expect_code(1);
    let report = ran.json();
    assert_eq!(report["run"]["executions"].as_array().unwrap().len(), 1);
    assert_eq!(report["run"]["timedOut"], true);
    assert!(report["run"]["error"]["message"].is_string());
}

#[tokio::test]
async fn folders_are_run_in_the_order_of_the_collection_and_each_once() {
    let server = server().await;
    let home = Gatepass::new();
    let url = |path: &str| format!("{}/{path}", server.origin());
    let inner = Collection::named("Inner").get("b", &url("b"));
    let outer = Collection::named("Outer").get("a", &url("a")).folder(inner);
    let document = Collection::named("Folders").folder(outer).get("c", &url("c")).get("d", &url("d"));
    let file = home.file("folders.json", &document.json());
    home.run(&["run", &file, "--folder", "d", "--folder", "Outer/Inner", "--folder", "Outer"])
        .await
        .expect_code(0);
    let paths: Vec<String> = server.seen().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/a", "/b", "/d"]);
}
