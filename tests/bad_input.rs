//! Bad input and bad surroundings: a clear message, nothing lost, no panic.
#![allow(clippy::unwrap_used)]

use std::{os::unix::fs::PermissionsExt, path::Path, time::Instant};

use gatepass_tests::{
    Collection, Gatepass,
    gatepass::Finished,
    http::{Answer, Server},
    process::program,
};
use serde_json::{Value, json};

/// A failure that a person can act upon: three sentences, no panic, no back trace.
#[track_caller]
fn told_clearly(finished: Finished, code: i32) -> Finished {
    let finished = finished.expect_code(code);
    for start in ["error: ", "why: ", "what to do: "] {
        assert!(finished.stderr.lines().any(|line| line.starts_with(start)), "{start}: {}", finished.stderr);
    }
    assert!(!finished.stderr.contains("panicked"), "{}", finished.stderr);
    finished
}

fn large(requests: usize, url: &str) -> Value {
    let mut collection = Collection::named("Large");
    for folder in 0..requests / 100 {
        let mut inner = Collection::named(&format!("Folder {folder}"));
        for request in 0..100 {
            inner = inner.get(&format!("Request {folder}-{request}"), url);
        }
        collection = collection.folder(inner);
    }
    collection.json()
}

async fn echo() -> Server {
    Server::start(|request| Answer::json(200, &json!({ "length": request.query.len() }))).await
}

#[tokio::test]
async fn broken_and_foreign_documents_are_refused_with_a_reason() {
    let home = Gatepass::new();
    let documents: [(&str, Vec<u8>); 11] = [
        ("cut off", br#"{ "info": { "name": "Cut", "schema": "https://schema"#.to_vec()),
        ("empty", Vec::new()),
        ("blank", b" \n\t ".to_vec()),
        ("a number", b"42".to_vec()),
        ("a list", b"[1, 2, 3]".to_vec()),
        ("null", b"null".to_vec()),
        ("other JSON", br#"{ "compilerOptions": { "strict": true } }"#.to_vec()),
        ("HTML", b"<!doctype html><title>Sign in</title>".to_vec()),
        ("bytes", vec![0xff, 0xfe, 0x00, 0x80, 0x81]),
        ("deep", "[".repeat(200_000).into_bytes()),
        ("a JSON word", b"nul".to_vec()),
    ];
    for (what, bytes) in documents {
        let file = home.home().join("document.json");
        std::fs::write(&file, bytes).unwrap();
        let finished = home.run(&["import", file.to_str().unwrap()]).await;
        assert!(!finished.stderr.contains("panicked"), "{what}: {}", finished.stderr);
        told_clearly(finished, 2);
    }
    home.run(&["token", "list"]).await.expect_code(0);
}

#[tokio::test]
async fn a_file_that_is_not_there_or_not_readable_is_named() {
    let home = Gatepass::new();
    let finished = told_clearly(home.run(&["import", "/nonexistent/file.json"]).await, 2);
    assert!(finished.stderr.contains("/nonexistent/file.json"), "{}", finished.stderr);
    told_clearly(home.run(&["import", home.home().to_str().unwrap()]).await, 2);
}

#[tokio::test]
async fn one_odd_item_does_not_spoil_the_rest() {
    let server = echo().await;
    let home = Gatepass::new();
    let document = Collection::named("Odd")
        .item(json!({ "name": "No request at all" }))
        .item(json!({ "name": "A number", "request": 7 }))
        .item(json!("just text"))
        .item(json!({ "name": "Odd parts", "request": { "method": 3, "url": { "raw": null }, "header": "X: y", "body": [] } }))
        .get("Good", &server.origin());
    let told = home.import(&document.json()).await;
    assert!(!told["warnings"].as_array().unwrap().is_empty(), "what was left out is said: {told}");
    home.run(&["send", "Odd", "Good"]).await.expect_code(0);
}

#[tokio::test]
async fn ten_thousand_requests_come_in_and_can_be_used() {
    let server = echo().await;
    let home = Gatepass::new();
    let file = home.file("large.json", &large(10_000, &server.origin()));
    home.run(&["import", &file]).await.expect_code(0);
    home.run(&["send", "Large", "Request 99-99"]).await.expect_code(0);
    let started = Instant::now();
    home.run(&["run", &file, "--folder", "Folder 50"]).await.expect_code(0);
    assert_eq!(server.seen().len(), 101);
    assert!(started.elapsed().as_secs() < 60);
}

#[tokio::test]
async fn a_url_of_two_megabytes_is_sent_or_refused_by_the_server_but_never_cut() {
    let server = echo().await;
    let home = Gatepass::new();
    let url = format!("{}/?q={}", server.origin(), "x".repeat(2 << 20));
    let file = home.file("long.json", &Collection::named("Long").get("Get", &url).json());
    home.run(&["import", &file]).await.expect_code(0);
    for collection in ["Long", &file] {
        let finished = home.run(&["send", collection, "Get", "--json"]).await;
        assert!(!finished.stderr.contains("panicked"), "{}", finished.stderr);
        match finished.code {
            Some(0) => {
                let body: Value = serde_json::from_str(finished.json()["body"].as_str().unwrap()).unwrap();
                assert_eq!(body["length"], 2 + (2 << 20));
            }
            _ => {
                let error = finished.error(1);
                assert!(error.to_string().len() < 20_000, "an error is for reading");
            }
        }
    }
}

#[tokio::test]
async fn urls_that_are_none_are_named() {
    let home = Gatepass::new();
    for url in ["", "{{base}}/path", "http://", "not a url", "ftp://127.0.0.1/", "http://127.0.0.1:99999/"] {
        let file = home.file("odd.json", &Collection::named("Odd").get("Get", url).json());
        let finished = home.run(&["send", &file, "Get"]).await;
        told_clearly(finished, 1);
    }
}

#[tokio::test]
async fn line_breaks_in_headers_never_reach_the_wire() {
    let server = echo().await;
    let home = Gatepass::new();
    let document = Collection::named("Split").item(json!({ "name": "Get", "request": {
        "method": "GET", "url": server.origin(),
        "header": [{ "key": "X-A", "value": "a\r\nX-Injected: yes" }],
    } }));
    let file = home.file("split.json", &document.json());
    told_clearly(home.run(&["send", &file, "Get"]).await, 1);
    assert!(server.seen().is_empty());
}

/// A home with one imported collection, and the path of its database.
async fn with_database() -> (Gatepass, std::path::PathBuf) {
    let home = Gatepass::new();
    home.import(&Collection::named("Kept").get("Get", "http://127.0.0.1:9/").json()).await;
    let database = std::fs::read_dir(home.data_dir()).unwrap().flatten().map(|entry| entry.path());
    let is_sqlite = |path: &std::path::PathBuf| {
        std::fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"SQLite format 3\0"))
    };
    let database = database.into_iter().find(is_sqlite).expect("there is a database");
    (home, database)
}

/// Anything that needs the database.
async fn list(home: &Gatepass) -> Finished {
    home.run(&["token", "list"]).await
}

#[tokio::test]
async fn a_damaged_database_is_said_and_left_as_it_is() {
    let (home, database) = with_database().await;
    let good = std::fs::read(&database).unwrap();
    for damage in ["overwritten", "cut", "not a database"] {
        let mut bytes = good.clone();
        match damage {
            "overwritten" => bytes[100..].fill(0x5a),
            "cut" => bytes.truncate(good.len() / 2 + 7),
            _ => bytes = b"this is a text file, and was never a database".repeat(100),
        }
        std::fs::write(&database, &bytes).unwrap();
        let error = home.run(&["token", "list", "--json"]).await.error(3);
        assert_eq!(error["code"], "storage", "{damage}: {error}");
        assert_eq!(
            std::fs::read(&database).unwrap(),
            bytes,
            "{damage}: never wiped, never repaired in silence"
        );
    }
    std::fs::write(&database, &good).unwrap();
    list(&home).await.expect_code(0);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_said_and_left_as_it_is() {
    let (home, database) = with_database().await;
    sqlite(&database, "INSERT INTO _sqlx_migrations SELECT 99999999999999, description, installed_on, success, checksum, execution_time FROM _sqlx_migrations LIMIT 1").await;
    let before = std::fs::read(&database).unwrap();
    let error = home.run(&["token", "list", "--json"]).await.error(3);
    assert_eq!(error["code"], "storage", "{error}");
    assert!(error["message"].to_string().contains("newer"), "{error}");
    assert_eq!(std::fs::read(&database).unwrap(), before);
}

#[tokio::test]
async fn a_locked_database_is_waited_for_and_then_said() {
    let (home, database) = with_database().await;
    let mut holder = tokio::process::Command::new("sqlite3");
    holder
        .arg(&database)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true);
    let mut holder = holder.spawn().expect("sqlite3 is installed by `make setup`");
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    let mut stdin = holder.stdin.take().unwrap();
    stdin.write_all(b"BEGIN EXCLUSIVE; SELECT 'held';\n").await.unwrap();
    let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    assert_eq!(lines.next_line().await.unwrap().as_deref(), Some("held"));
    let document =
        home.file("more.json", &Collection::named("More").get("Get", "http://127.0.0.1:9/").json());
    let finished = told_clearly(home.run(&["import", &document]).await, 3);
    assert!(finished.stderr.contains("another process"), "{}", finished.stderr);
    stdin.write_all(b"ROLLBACK;\n.quit\n").await.unwrap();
    holder.wait().await.unwrap();
    home.run(&["import", &document]).await.expect_code(0);
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_written_is_said() {
    // Root may write everywhere, so the folder is one in which nobody can: a file stands in its place.
    let home = Gatepass::new();
    let blocked = home.home().join("blocked");
    std::fs::write(&blocked, "a file").unwrap();
    let finished = home.run(&["token", "list", "--data-dir", blocked.to_str().unwrap()]).await;
    let finished = told_clearly(finished, 3);
    assert!(finished.stderr.contains("blocked"), "{}", finished.stderr);
    assert_eq!(std::fs::read_to_string(&blocked).unwrap(), "a file");
}

#[tokio::test]
async fn a_read_only_database_is_said_and_can_be_written_again_later() {
    let (home, _) = with_database().await;
    let document =
        home.file("more.json", &Collection::named("More").get("Get", "http://127.0.0.1:9/").json());
    let data = home.data_dir();
    // A read-only file system, which also stops root.
    let script = format!(
        "mount --bind {data} {data} && mount -o remount,ro,bind {data} && exec {gatepass} import {document}",
        data = data.display(),
        gatepass = program("gatepass").display(),
    );
    let finished = told_clearly(in_a_mount_namespace(&home, &script).await, 3);
    assert!(finished.stderr.to_lowercase().contains("read"), "{}", finished.stderr);
    home.run(&["import", &document]).await.expect_code(0);
}

#[tokio::test]
async fn a_full_disk_is_said_and_what_was_there_stays() {
    let home = Gatepass::new();
    let small = home.file("small.json", &Collection::named("Small").get("Get", "http://127.0.0.1:9/").json());
    let big = home.file("big.json", &large(3_000, "http://127.0.0.1:9/"));
    let gatepass = program("gatepass").display().to_string();
    let data = home.data_dir();
    let script = format!(
        "mount -t tmpfs -o size=700k,mode=700 tmpfs {data} || exit 99
         {gatepass} import {small} >/dev/null || exit 98
         {gatepass} import {big} >/dev/null; full=$?
         {gatepass} token list >/dev/null 2>&1 || exit 97
         {gatepass} send Small Get >/dev/null 2>&1; [ $? = 1 ] || exit 96
         {gatepass} send Large 'Request 0-0' >/dev/null 2>&1; [ $? = 2 ] || exit 95
         exit $full",
        data = data.display()
    );
    let finished = told_clearly(in_a_mount_namespace(&home, &script).await, 3);
    assert!(finished.stderr.contains("full"), "{}", finished.stderr);
}

/// Runs a shell script with mounts of its own, which needs no root where user namespaces are allowed.
async fn in_a_mount_namespace(home: &Gatepass, script: &str) -> Finished {
    let mut command = tokio::process::Command::new("unshare");
    command.args(["--mount", "--map-root-user", "bash", "-c", script]);
    command.env_clear().envs(home.environment(&gatepass_tests::Browser::Missing));
    let output = command.output().await.expect("util-linux is installed");
    Finished {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

async fn sqlite(database: &Path, statement: &str) {
    let output = tokio::process::Command::new("sqlite3").arg(database).arg(statement).output().await;
    let output = output.expect("sqlite3 is installed by `make setup`");
    assert!(output.status.success(), "{output:?}");
}

#[tokio::test]
async fn a_key_file_that_others_can_read_is_refused() {
    let home = Gatepass::new();
    let bearer = json!({ "type": "bearer", "bearer": [{ "key": "token", "value": "a secret" }] });
    home.import(&Collection::named("Secret").auth(bearer).get("Get", "http://127.0.0.1:9/").json()).await;
    let key = home.data_dir().join("vault.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let error = home.run(&["send", "Secret", "Get", "--json"]).await.error(3);
    assert_eq!(error["code"], "key_store", "{error}");
    assert!(error.to_string().contains("0600"), "{error}");
}

#[tokio::test]
async fn a_collection_without_a_list_of_items_says_so() {
    let home = Gatepass::new();
    let mut document = Collection::named("Odd").json();
    document["item"] = json!("all of them");
    let told = home.import(&document).await;
    assert!(!told["warnings"].as_array().unwrap().is_empty(), "{told}");
}
