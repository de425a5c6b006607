//! `gatepass run` on a collection file: no database, no keyring.

use std::path::Path;
use std::time::{Duration, Instant};

use gatepass_tests::{Collection, Provider, auth_config};
use tokio::process::{Child, Command};

use crate::server::Server;
use crate::table::{Table, median};

/// Requests a measurement, after a tenth of them to warm up.
const REQUESTS: usize = 4_000;

/// A request on a kept connection beside the same in a bare reqwest loop.
pub async fn request_beside_reqwest(gatepass: &Path, table: &mut Table) {
    let server = Server::start().await;
    let folder = tempfile::tempdir().expect("folder");
    let file = collection(folder.path(), &server.url, 1);
    let mut ours = Vec::new();
    let mut bare = Vec::new();
    // Taking turns, so that a slow moment of the machine hits both.
    for _ in 0..5 {
        let count = REQUESTS.to_string();
        run(gatepass, &[&file, "--iteration-count", &count, "--silent"]).wait().await.expect("gatepass");
        ours.push(per_request_us(&server.take()));
        let client = reqwest::Client::new();
        for _ in 0..REQUESTS {
            let answer = client.get(format!("{}/0", server.url)).send().await.expect("answer");
            answer.bytes().await.expect("body");
        }
        bare.push(per_request_us(&server.take()));
    }
    let (ours, bare) = (median(ours), median(bare));
    table.row(
        "a request in `gatepass run`, kept connection, small JSON",
        format!("{:.0} µs, {:.2} ×", ours, ours / bare),
        format!("bare reqwest loop: {bare:.0} µs"),
        "≤ 1.3 ×",
    );
}

/// A request with a token in the keeper's memory, over one without.
pub async fn authorized_over_plain(gatepass: &Path, table: &mut Table) {
    let provider = Provider::start(&[]).await;
    let server = Server::start().await;
    let folder = tempfile::tempdir().expect("folder");
    let plain = collection(folder.path(), &server.url, 1);
    let config = auth_config::machine(&provider, "cc");
    let url = format!("{}/0", server.url);
    let authorized =
        write(folder.path(), "authorized.json", Collection::named("Bench").oauth2(&config).get("0", &url));
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        for (file, figures) in [(&authorized, &mut with), (&plain, &mut without)] {
            let count = REQUESTS.to_string();
            run(gatepass, &[file, "--iteration-count", &count, "--silent"]).wait().await.expect("gatepass");
            figures.push(per_request_us(&server.take()));
        }
    }
    let (with, without) = (median(with), median(without));
    table.row(
        "a request with a token in the keeper's memory, over one without",
        format!("{:+.0} µs", with - without),
        format!("{with:.0} µs and {without:.0} µs"),
        "≤ 50 µs",
    );
}

/// From the start of the program until its first request arrives.
pub async fn start(gatepass: &Path, table: &mut Table) {
    let server = Server::start().await;
    let folder = tempfile::tempdir().expect("folder");
    let file = collection(folder.path(), &server.url, 1);
    let mut starts = Vec::new();
    for _ in 0..21 {
        let began = Instant::now();
        let mut child = run(gatepass, &[&file, "--silent"]);
        server.until(1).await;
        starts.push(milliseconds(server.take()[0] - began));
        child.wait().await.expect("gatepass");
    }
    let mut bare = Vec::new();
    for _ in 0..21 {
        let began = Instant::now();
        Command::new(gatepass)
            .arg("--version")
            .stdout(std::process::Stdio::null())
            .status()
            .await
            .expect("gatepass");
        bare.push(milliseconds(began.elapsed()));
    }
    table.row(
        "start of the command line on a collection file until the first request arrives",
        format!("{:.1} ms", median(starts)),
        format!("`gatepass --version`: {:.1} ms", median(bare)),
        "≤ 25 ms",
    );
}

/// A collection of 10,000 requests: the start, and the most memory that was in use at its end.
pub async fn large_collection(gatepass: &Path, table: &mut Table) {
    let server = Server::start().await;
    let folder = tempfile::tempdir().expect("folder");
    let file = collection(folder.path(), &server.url, 10_000);
    let began = Instant::now();
    let mut child = run(gatepass, &[&file, "--silent"]);
    server.until(1).await;
    let start = server.take()[0] - began;
    server.until(9_900).await;
    let memory = peak_memory_mb(&child);
    child.wait().await.expect("gatepass");
    table.row(
        "a collection of 10,000 requests: start",
        format!("{:.2} s", start.as_secs_f64()),
        format!("file of {:.1} MB", std::fs::metadata(&file).map_or(0.0, |file| file.len() as f64 / 1e6)),
        "≤ 0.3 s",
    );
    table.row("the same: peak memory", format!("{memory:.0} MB"), String::new(), "≤ 100 MB");
}

pub fn collection(folder: &Path, url: &str, requests: usize) -> String {
    let mut collection = Collection::named("Bench");
    for number in 0..requests {
        collection = collection.get(&format!("Request {number}"), &format!("{url}/{number}"));
    }
    write(folder, "bench.json", collection)
}

pub fn write(folder: &Path, name: &str, collection: Collection) -> String {
    let file = folder.join(name);
    std::fs::write(&file, collection.json().to_string()).expect("write the collection");
    file.display().to_string()
}

pub fn run(gatepass: &Path, arguments: &[&str]) -> Child {
    Command::new(gatepass)
        .arg("run")
        .args(arguments)
        .env_remove("GATEPASS_DATA_DIR")
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("start gatepass")
}

/// Without the first tenth: connections and caches are made there.
pub fn per_request_us(moments: &[Instant]) -> f64 {
    let warm = &moments[moments.len() / 10..];
    let took = *warm.last().expect("requests") - warm[0];
    took.as_secs_f64() * 1e6 / (warm.len() - 1) as f64
}

pub fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// The high-water mark of a running process.
fn peak_memory_mb(child: &Child) -> f64 {
    let id = child.id().expect("still running");
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0");
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(0.0) / 1000.0
}
