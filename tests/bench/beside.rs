//! `gatepass run` beside the programs that it takes the place of. They take turns, on the same server, in one run.

use std::path::{Path, PathBuf};
use std::time::Instant;

use gatepass_tests::Collection;
use gatepass_tests::process::repository;
use serde_json::json;
use tokio::process::Command;

use crate::command_line::{collection, milliseconds, per_request_us, run, write};
use crate::server::Server;
use crate::table::{Table, median};

/// Requests a measurement: enough for ten milliseconds each to end soon.
const REQUESTS: usize = 400;
/// Requests a measurement of programs that are quick.
const QUICK_REQUESTS: usize = 4_000;
const ROUNDS: usize = 3;

/// Newman, as `make setup` installs it.
pub async fn newman(gatepass: &Path, table: &mut Table) {
    let script = repository().join("tests/newman/node_modules/newman/bin/newman.js");
    if !script.is_file() {
        return table.left_out("beside Newman", "it is not installed: make setup");
    }
    let server = Server::start().await;
    let folder = tempfile::tempdir().expect("folder");
    let plain = collection(folder.path(), &server.url, 1);
    requests(gatepass, &script, &server, &plain, "a request, beside Newman", "≥ 40 ×", table).await;
    let scripted = write(folder.path(), "scripted.json", scripted(&server.url));
    let what = "a request with a pre-request script and three assertions, beside Newman";
    requests(gatepass, &script, &server, &scripted, what, "≥ 40 ×, ≤ 370 µs", table).await;
    start(gatepass, &script, &server, &plain, table).await;
}

async fn requests(
    gatepass: &Path,
    newman: &Path,
    server: &Server,
    file: &str,
    what: &str,
    target: &str,
    table: &mut Table,
) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let count = QUICK_REQUESTS.to_string();
        run(gatepass, &[file, "--iteration-count", &count, "--silent"]).wait().await.expect("gatepass");
        ours.push(per_request_us(&server.take()));
        newman_run(newman, file, REQUESTS).status().await.expect("node");
        theirs.push(per_request_us(&server.take()));
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let figure = format!("{ours:.0} µs, {:.0} × as fast", theirs / ours);
    table.row(what, figure, format!("Newman: {:.1} ms", theirs / 1000.0), target);
}

async fn start(gatepass: &Path, newman: &Path, server: &Server, file: &str, table: &mut Table) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for (is_ours, figures) in [(true, &mut ours), (false, &mut theirs)] {
            let began = Instant::now();
            let mut child = match is_ours {
                true => run(gatepass, &[file, "--silent"]),
                false => newman_run(newman, file, 1).spawn().expect("node"),
            };
            server.until(1).await;
            figures.push(milliseconds(server.take()[0] - began));
            child.wait().await.expect("the program ends");
        }
    }
    let (ours, theirs) = (median(ours), median(theirs));
    table.row(
        "start until the first request arrives, beside Newman",
        format!("{ours:.1} ms, {:.0} × as fast", theirs / ours),
        format!("Newman: {theirs:.0} ms"),
        "≥ 30 ×",
    );
}

/// Hurl, where somebody has installed it.
pub async fn hurl(gatepass: &Path, table: &mut Table) {
    let Some(hurl) = in_path("hurl") else {
        return table.left_out("beside hurl", "it is not installed: cargo install hurl");
    };
    let server = Server::start().await;
    let folder = tempfile::tempdir().expect("folder");
    let file = collection(folder.path(), &server.url, 1);
    let theirs_file = folder.path().join("bench.hurl");
    std::fs::write(&theirs_file, format!("GET {}/0\nHTTP 200\n", server.url)).expect("write the file");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let count = QUICK_REQUESTS.to_string();
    for _ in 0..ROUNDS {
        run(gatepass, &[&file, "--iteration-count", &count, "--silent"]).wait().await.expect("gatepass");
        ours.push(per_request_us(&server.take()));
        let mut command = Command::new(&hurl);
        command.args(["--no-output", "--jobs", "1", "--repeat", &count]).arg(&theirs_file);
        quiet(&mut command).status().await.expect("hurl");
        theirs.push(per_request_us(&server.take()));
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let figure = format!("{ours:.0} µs, {:.1} × as fast", theirs / ours);
    table.row("a request, beside hurl", figure, format!("hurl: {theirs:.0} µs"), "≥ 2 ×");
}

fn newman_run(script: &Path, file: &str, count: usize) -> Command {
    let mut command = Command::new("node");
    command.arg(script).args(["run", file, "--iteration-count", &count.to_string(), "--silent"]);
    quiet(&mut command);
    command
}

fn quiet(command: &mut Command) -> &mut Command {
    command
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
}

fn in_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// One request with a pre-request script and three assertions.
fn scripted(url: &str) -> Collection {
    let event = |listen: &str, lines: &[&str]| json!({ "listen": listen, "script": { "exec": lines } });
    Collection::named("Scripted").item(json!({
        "name": "One",
        "request": { "method": "GET", "header": [], "url": format!("{url}/{{{{number}}}}") },
        "event": [
            event("prerequest", &["pm.variables.set('number', pm.info.iteration);"]),
            event("test", &[
                "pm.test('status', () => pm.response.to.have.status(200));",
                "pm.test('json', () => pm.expect(pm.response.json().ok).to.equal(true));",
                "pm.test('items', () => pm.expect(pm.response.json().items).to.have.lengthOf(3));",
            ]),
        ],
    }))
}
