//! The command line's contract, on the built program: streams, exit codes, documents.
#![allow(clippy::unwrap_used)]

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The program on a data directory of its own, with a key file.
fn gatepass(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gatepass"));
    command
        .env_clear()
        .env("HOME", home)
        .env("GATEPASS_DATA_DIR", home.join("data"))
        .env("GATEPASS_KEY_STORE", "file")
        .stdin(Stdio::null());
    command
}

fn run<S: AsRef<OsStr>>(home: &TempDir, arguments: &[S]) -> Output {
    gatepass(home.path()).args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[track_caller]
fn document(output: &Output) -> Value {
    serde_json::from_str(&stdout(output)).unwrap_or_else(|_| panic!("no single document: {output:?}"))
}

fn file(home: &TempDir, name: &str, content: &Value) -> String {
    let path = home.path().join(name);
    std::fs::write(&path, content.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

fn collection(url: &str) -> Value {
    json!({
        "info": {
            "name": "Photos",
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "item": [{ "name": "List", "request": { "method": "GET", "url": url } }],
    })
}

/// Answers every request with what `answer` makes of its first line.
fn server(answer: impl Fn(&str) -> (u16, String) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut reader = BufReader::new(socket.unwrap());
            let mut first = String::new();
            reader.read_line(&mut first).unwrap();
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line.trim().is_empty() {
                    break;
                }
            }
            reader.read_exact(&mut vec![0; length]).unwrap();
            let (status, body) = answer(&first);
            let head = format!(
                "HTTP/1.1 {status} Answer\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ = reader.into_inner().write_all((head + &body).as_bytes());
        }
    });
    origin
}

#[test]
fn wrong_usage_is_told_like_every_other_error() {
    let home = tempfile::tempdir().unwrap();
    for arguments in [
        &["run"][..],
        &["send", "a"],
        &["token", "fetch"],
        &["run", "a", "--parallel", "many"],
        &["--key-store", "drawer", "run", "a"],
        &["token", "get"],
    ] {
        let output = run(&home, arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = stderr(&output);
        let starts: Vec<_> =
            said.lines().filter_map(|line| line.split_once(": ")).map(|(start, _)| start).collect();
        assert_eq!(starts, ["error", "why", "what to do"], "{said}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        let output = run(&home, &[arguments, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(document(&output)["error"]["code"], "usage", "{arguments:?}");
    }
}

#[test]
fn help_and_version_are_no_errors() {
    let home = tempfile::tempdir().unwrap();
    for arguments in [&["--help"][..], &["--version"], &["token", "get", "--help"]] {
        let output = run(&home, arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(output.stderr.is_empty() && !output.stdout.is_empty(), "{arguments:?}");
    }
    assert_eq!(run::<&str>(&home, &[]).status.code(), Some(2));
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_no_text_is_refused_without_a_panic() {
    use std::os::unix::ffi::OsStrExt as _;
    let home = tempfile::tempdir().unwrap();
    let output = run(&home, &[OsStr::new("run"), OsStr::from_bytes(b"\xff.json")]);
    assert_eq!(output.status.code(), Some(2));
    assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let home = tempfile::tempdir().unwrap();
    let origin = server(|_| (200, "x".repeat(1 << 20)));
    let file = file(&home, "photos.json", &collection(&origin));
    for arguments in [&["send", &file, "List"][..], &["export", &file], &["run", &file, "-n", "20"]] {
        let mut child = gatepass(home.path())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
        assert!(!stderr(&output).contains("panicked"), "{}", stderr(&output));
    }
}

#[test]
fn every_command_prints_one_document_when_asked_for_json() {
    let home = tempfile::tempdir().unwrap();
    let file = file(&home, "photos.json", &collection("http://127.0.0.1:9/"));
    let exported = run(&home, &["export", &file, "--json"]);
    assert_eq!(document(&exported)["info"]["name"], "Photos");
    let target = home.path().join("out.json");
    let written = run(&home, &["export", &file, "--json", "-o", target.to_str().unwrap()]);
    assert_eq!(document(&written)["done"], true);
    assert!(target.exists());
    let refused = run(&home, &["export", "/nowhere.json", "--json"]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(document(&refused)["error"]["code"], "usage");
    assert_eq!(document(&run(&home, &["token", "list", "--json"]))["tokens"], json!([]));
}

#[test]
fn a_url_is_imported_and_nothing_else_is_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let text = collection("http://127.0.0.1:9/").to_string();
    let origin = server(move |line| match line.contains("/photos.json") {
        true => (200, text.clone()),
        false => (404, String::new()),
    });
    let imported = document(&run(&home, &["import", &format!("{origin}/photos.json"), "--json"]));
    assert_eq!(imported["collections"][0]["name"], "Photos");
    let missing = run(&home, &["import", &format!("{origin}/other.json")]);
    assert_eq!(missing.status.code(), Some(2), "unreadable input");
    assert!(stderr(&missing).contains("404"), "{}", stderr(&missing));
    let unreachable = run(&home, &["import", "http://127.0.0.1:9/photos.json"]);
    assert_eq!(unreachable.status.code(), Some(2), "{}", stderr(&unreachable));
}

#[test]
fn globals_of_the_database_hold_as_in_the_window() {
    let home = tempfile::tempdir().unwrap();
    let origin = server(|line| (200, line.to_owned()));
    let globals = json!({
        "name": "Globals", "_postman_variable_scope": "globals",
        "values": [{ "key": "album", "value": "summer", "enabled": true }],
    });
    for document in [globals, collection(&format!("{origin}/{{{{album}}}}"))] {
        let file = file(&home, "import.json", &document);
        assert_eq!(run(&home, &["import", &file]).status.code(), Some(0));
    }
    let sent = stdout(&run(&home, &["send", "Photos", "List"]));
    assert!(sent.starts_with("GET /summer "), "{sent}");
    let given = stdout(&run(&home, &["send", "Photos", "List", "--global-var", "album=winter"]));
    assert!(given.starts_with("GET /winter "), "{given}");
}

/// A config for a provider at `origin` that needs no person.
fn config(home: &TempDir, origin: &str) -> String {
    let config = json!({
        "type": "oauth2", "grant": "client_credentials", "client_id": "photos", "client_secret": "s",
        "token_endpoint": format!("{origin}/token"), "revocation_endpoint": format!("{origin}/revoke"),
    });
    file(home, "auth.json", &config)
}

#[test]
fn a_token_that_would_steer_the_terminal_is_not_printed_as_it_is() {
    let home = tempfile::tempdir().unwrap();
    let token =
        json!({ "access_token": "a\u{1b}[2J\r\nX: y\u{9b}", "token_type": "Bearer", "expires_in": 600 });
    let origin = server(move |_| (200, token.to_string()));
    let config = config(&home, &origin);
    for option in [&[][..], &["--header"]] {
        let output = run(&home, &[&["token", "get", "--config", &config], option].concat());
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
    }
    let json = run(&home, &["token", "get", "--config", &config, "--json"]);
    assert!(json.stdout.iter().all(|byte| *byte == b'\n' || (0x20..0x7f).contains(byte)), "{json:?}");
}

#[test]
fn tokens_that_the_provider_did_not_take_back_are_gone_here_and_that_is_said() {
    let home = tempfile::tempdir().unwrap();
    let origin = server(|line| match line.contains("/token") {
        true => (200, json!({ "access_token": "a", "token_type": "Bearer", "expires_in": 600 }).to_string()),
        false => (503, String::new()),
    });
    let config = config(&home, &origin);
    for option in [&[][..], &["--json"]] {
        assert_eq!(stdout(&run(&home, &["token", "get", "--config", &config])), "a\n");
        let output = run(&home, &[&["token", "revoke", "--config", &config], option].concat());
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        let said = stdout(&output) + &stderr(&output);
        assert!(said.contains("removed here all the same"), "{said}");
        let shown = document(&run(&home, &["token", "show", "--config", &config, "--json"]));
        assert_eq!((&shown["status"], &shown["name"]), (&json!("none"), &json!("default")));
    }
}
