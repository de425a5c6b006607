//! What an API client does around a request: cookies, files, workspaces, command lines.

use gatepass_tests::{
    Collection, Gatepass,
    http::{Answer, Server},
};
use serde_json::{Value, json};

async fn api() -> Server {
    Server::start(|request| {
        let answer =
            Answer::json(200, &json!({ "cookie": request.headers.get("cookie"), "body": request.body }));
        match request.path.as_str() {
            "/set" => answer.header("set-cookie", "session=s3cr3t-cookie; Path=/; HttpOnly"),
            _ => answer,
        }
    })
    .await
}

fn file(home: &Gatepass, name: &str, content: &Value) -> String {
    let path = home.home().join(name);
    std::fs::write(&path, content.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

fn posting_a_file(origin: &str, path: &str) -> Value {
    let body = json!({ "mode": "file", "file": { "src": path } });
    let request = json!({ "method": "POST", "url": format!("{origin}/upload"), "body": body });
    Collection::named("Files").item(json!({ "name": "upload", "request": request })).json()
}

#[tokio::test]
async fn cookies_come_from_a_jar_and_go_into_one() {
    let server = api().await;
    let home = Gatepass::new();
    let collection = Collection::named("C")
        .get("first", &format!("{}/first", server.origin()))
        .get("set", &format!("{}/set", server.origin()))
        .get("last", &format!("{}/last", server.origin()))
        .json();
    let collection = file(&home, "c.json", &collection);
    let jar = json!({ "cookies": [{ "key": "a", "value": "1", "domain": "127.0.0.1", "path": "/", "hostOnly": true }] });
    let jar = file(&home, "jar.json", &jar);
    let out = home.home().join("out.json");
    home.run(&["run", &collection, "--cookie-jar", &jar, "--export-cookie-jar", out.to_str().unwrap()])
        .await
        .expect_code(0);
    let sent: Vec<_> = server.seen().iter().map(|seen| seen.headers.get("cookie").cloned()).collect();
    assert_eq!(sent[0].as_deref(), Some("a=1"));
    let last = sent[2].clone().unwrap();
    assert!(last.contains("a=1") && last.contains("session=s3cr3t-cookie"), "{last}");
    let written: Value = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
    let names: Vec<&str> =
        written["cookies"].as_array().unwrap().iter().filter_map(|cookie| cookie["key"].as_str()).collect();
    assert_eq!(names, ["a", "session"]);
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(std::fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn cookies_of_a_workspace_outlive_the_process_as_ciphertext() {
    let server = api().await;
    let home = Gatepass::new();
    let collection = Collection::named("C")
        .get("set", &format!("{}/set", server.origin()))
        .get("last", &format!("{}/last", server.origin()))
        .json();
    home.import(&collection).await;
    home.run(&["send", "C", "set"]).await.expect_code(0);
    home.run(&["send", "C", "last"]).await.expect_code(0);
    assert_eq!(server.seen()[1].headers["cookie"], "session=s3cr3t-cookie");
    for entry in std::fs::read_dir(home.data_dir()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = if path.is_file() { std::fs::read(&path).unwrap() } else { continue };
        assert!(!bytes.windows(13).any(|window| window == b"s3cr3t-cookie"), "{}", path.display());
    }
}

#[tokio::test]
async fn a_body_file_starts_from_the_working_folder_and_a_missing_one_is_named() {
    let server = api().await;
    let home = Gatepass::new();
    std::fs::write(home.home().join("data.bin"), "what is in it").unwrap();
    let collection = file(&home, "c.json", &posting_a_file(&server.origin(), "data.bin"));
    let folder = home.home().to_str().unwrap();
    home.run(&["send", &collection, "upload", "--working-dir", folder]).await.expect_code(0);
    assert_eq!(server.seen()[0].body, "what is in it");
    let missing = file(&home, "m.json", &posting_a_file(&server.origin(), "gone.bin"));
    let refused = home.run(&["send", &missing, "upload", "--working-dir", folder]).await;
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(refused.stderr.contains("gone.bin"), "{}", refused.stderr);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_collection_in_another_workspace_is_found_by_its_name() {
    let server = api().await;
    let home = Gatepass::new();
    home.import(&Collection::named("Here").get("r", &format!("{}/here", server.origin())).json()).await;
    let there = Collection::named("There").get("r", &format!("{}/there", server.origin())).json();
    let there = file(&home, "there.json", &there);
    home.run(&["import", &there, "--workspace", "Elsewhere"]).await.expect_code(0);
    home.run(&["send", "There", "r"]).await.expect_code(0);
    home.run(&["run", "Here"]).await.expect_code(0);
    let paths: Vec<String> = server.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(paths, ["/there", "/here"]);
    let refused = home.run(&["send", "Nowhere", "r", "--json"]).await.error(2);
    assert!(
        refused["cause"].as_str().unwrap().contains("There"),
        "all workspaces are looked through: {refused}"
    );
}

#[tokio::test]
async fn the_folder_of_a_bruno_collection_is_imported() {
    let server = api().await;
    let home = Gatepass::new();
    let folder = home.home().join("things");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("bruno.json"), r#"{"version": "1", "name": "Things", "type": "collection"}"#)
        .unwrap();
    let request =
        format!("meta {{\n  name: one\n  type: http\n}}\n\nget {{\n  url: {}/bru\n}}\n", server.origin());
    std::fs::write(folder.join("one.bru"), request).unwrap();
    home.run(&["import", folder.to_str().unwrap()]).await.expect_code(0);
    home.run(&["send", "Things", "one"]).await.expect_code(0);
    assert_eq!(server.seen()[0].path, "/bru");
}

#[tokio::test]
async fn a_request_becomes_a_command_line_without_its_secrets() {
    let server = api().await;
    let home = Gatepass::new();
    let auth = json!({ "type": "bearer", "bearer": [{ "key": "token", "value": "canary-token-1" }] });
    let collection =
        Collection::named("C").auth(auth).get("r", &format!("{}/curl?it=is", server.origin())).json();
    let named = format!("{}#r", file(&home, "c.json", &collection));
    let without = home.run(&["export", &named, "--format", "curl"]).await;
    assert!(
        without.stdout.starts_with("curl --url ") && without.stdout.contains("YOUR_SECRET"),
        "{}",
        without.stdout
    );
    assert!(!without.stdout.contains("canary-token-1"), "{}", without.stdout);
    assert!(server.seen().is_empty(), "nothing is sent for it");
    let with = home.run(&["export", &named, "--format", "curl", "--include-secrets"]).await;
    assert!(with.stdout.contains("'Authorization: Bearer canary-token-1'"), "{}", with.stdout);
    let whole = home.run(&["export", &named, "--format", "postman", "--json"]).await.error(2);
    assert_eq!(whole["code"], "usage");
}

#[tokio::test]
async fn the_variable_for_the_data_folder_alone_opens_no_database() {
    let server = api().await;
    let home = Gatepass::new();
    let collection = Collection::named("C").get("r", &format!("{}/r", server.origin())).json();
    let collection = file(&home, "c.json", &collection);
    home.run(&["run", &collection]).await.expect_code(0);
    assert_eq!(std::fs::read_dir(home.data_dir()).unwrap().count(), 0);
    home.run(&["run", &collection, "--data-dir", home.data_dir().to_str().unwrap()]).await.expect_code(0);
    assert!(std::fs::read_dir(home.data_dir()).unwrap().count() > 0);
}
