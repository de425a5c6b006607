//! One run of a collection, by either program, in a form that can be compared.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gatepass_tests::http::{Request, Server};
use gatepass_tests::process::{program, repository};
use serde_json::Value;

/// What a run did.
pub struct Run {
    pub items: Vec<Executed>,
    pub environment: BTreeMap<String, Value>,
    pub globals: BTreeMap<String, Value>,
}

/// A request of the run.
pub struct Executed {
    pub name: String,
    pub iteration: u64,
    /// `None` if there was no answer.
    pub status: Option<u64>,
    pub assertions: Vec<(String, bool, Option<String>)>,
    /// What reached the server, redirects and repetitions included.
    pub sent: Vec<Seen>,
}

/// A request as it arrived.
#[derive(Debug, PartialEq)]
pub struct Seen {
    pub method: String,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Run {
    pub fn names(&self) -> Vec<(u64, &str)> {
        self.items.iter().map(|item| (item.iteration, item.name.as_str())).collect()
    }
}

impl Seen {
    pub fn header(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect()
    }

    /// Boundaries are made up: they are called alike here, and what counts them is left out.
    fn of(request: &Request, origin: &str) -> Self {
        let boundary = request.headers.get("content-type").and_then(|kind| kind.split_once("boundary="));
        let plain = |text: &str| {
            let text = text.replace(origin.trim_start_matches("http://"), "HOST");
            boundary.map_or_else(
                || text.clone(),
                |(_, boundary)| text.replace(boundary.trim_matches('"'), "BOUNDARY"),
            )
        };
        let headers =
            request.fields.iter().filter(|(name, _)| boundary.is_none() || name != "content-length");
        Self {
            method: request.method.clone(),
            url: match request.query.as_str() {
                "" => request.path.clone(),
                query => format!("{}?{query}", request.path),
            },
            headers: headers.map(|(name, value)| (name.clone(), plain(value))).collect(),
            body: plain(&request.body),
        }
    }
}

/// Runs it with Newman.
pub async fn newman(server: &Server, collection: &str, options: &[&str]) -> Run {
    let script = folder().join("node_modules/newman/bin/newman.js");
    assert!(script.is_file(), "{} is missing: make setup installs it", script.display());
    let mut command = tokio::process::Command::new("node");
    command.arg(script);
    run(command, server, collection, options).await
}

/// Runs it with Gatepass.
pub async fn gatepass(server: &Server, collection: &str, options: &[&str]) -> Run {
    run(tokio::process::Command::new(program("gatepass")), server, collection, options).await
}

fn folder() -> PathBuf {
    repository().join("tests/newman")
}

async fn run(
    mut command: tokio::process::Command,
    server: &Server,
    collection: &str,
    options: &[&str],
) -> Run {
    let made = tempfile::tempdir().unwrap();
    let out = |name: &str| made.path().join(name);
    let before = server.seen().len();
    command
        .args(["run", &format!("collections/{collection}.json"), "-r", "json"])
        .args(["--global-var", &format!("base={}", server.origin()), "--working-dir", "."])
        .arg("--reporter-json-export")
        .arg(out("report.json"))
        .arg("--export-environment")
        .arg(out("environment.json"))
        .arg("--export-globals")
        .arg(out("globals.json"))
        .args(options)
        .current_dir(folder())
        .env("HOME", made.path())
        .env_remove("GATEPASS_DATA_DIR")
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true);
    let ran = command.output().await.unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(out("report.json").is_file(), "no report: {said}");
    let report = read(&out("report.json"));
    let seen = server.seen().split_off(before);
    Run {
        items: items(&report, &seen, &server.origin()),
        environment: variables(&read(&out("environment.json"))),
        globals: variables(&read(&out("globals.json"))),
    }
}

fn read(file: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// The executions, each with what it sent: what arrives after a request's first belongs to it until the next one's.
fn items(report: &Value, seen: &[Request], origin: &str) -> Vec<Executed> {
    let executions = report["run"]["executions"].as_array().unwrap();
    let mut sent = seen.iter().peekable();
    let mut items = Vec::new();
    for execution in executions {
        let mut own = Vec::new();
        if execution.get("request").is_some()
            && let Some(first) = sent.next()
        {
            own.push(Seen::of(first, origin));
            while let Some(more) = sent.next_if(|more| follows(first, more)) {
                own.push(Seen::of(more, origin));
            }
        }
        let assertions = execution["assertions"].as_array().into_iter().flatten();
        items.push(Executed {
            name: execution["item"]["name"].as_str().unwrap_or_default().to_owned(),
            iteration: execution["cursor"]["iteration"].as_u64().unwrap_or_default(),
            status: execution["response"]["code"].as_u64(),
            assertions: assertions
                .map(|assertion| {
                    (
                        assertion["assertion"].as_str().unwrap_or_default().to_owned(),
                        assertion["skipped"].as_bool().unwrap_or_default(),
                        assertion["error"]["message"].as_str().map(str::to_owned),
                    )
                })
                .collect(),
            sent: own,
        });
    }
    items
}

/// Whether it is the second half of a redirect or of a challenge that was answered.
fn follows(first: &Request, request: &Request) -> bool {
    let redirected = first.path.starts_with("/redirect/");
    let landed =
        request.path.ends_with("/landed") || (request.path == "/redirect/301" && request.query.is_empty());
    let challenged = first.path == "/digest" && !first.headers.contains_key("authorization");
    (redirected && landed) || (challenged && request.path == first.path)
}

fn variables(document: &Value) -> BTreeMap<String, Value> {
    let rows = document["values"].as_array().unwrap().iter();
    rows.map(|row| (row["key"].as_str().unwrap().to_owned(), row["value"].clone()))
        .filter(|(key, _)| key != "base")
        .collect()
}
