//! The window beside an empty one of the same toolkit: start and memory.

use std::path::Path;
use std::time::{Duration, Instant};

use gatepass_tests::{Collection, Gatepass, Provider, auth_config};
use tokio::process::{Child, Command};

use crate::screen::Screen;
use crate::table::{Table, median};

/// How long a window is left alone before its memory is read.
const SETTLE: Duration = Duration::from_secs(6);
const REQUESTS: usize = 5_000;
const TOKENS: usize = 200;

pub async fn beside_an_empty_one(binaries: &Path, table: &mut Table) {
    let ours = binaries.join("gatepass-desktop");
    let empty = binaries.join("examples").join("empty_window");
    if !ours.is_file() || !empty.is_file() {
        table.left_out("window", "gatepass-desktop and its example empty_window are not built there");
        return;
    }
    let (_provider, home) = used_home().await;
    let screen = Screen::open();
    let mut memory = [Vec::new(), Vec::new()];
    let mut start = [Vec::new(), Vec::new()];
    for _ in 0..5 {
        for (which, program) in [&ours, &empty].into_iter().enumerate() {
            let (painted, pss) = look_at(program, &home, &screen).await;
            start[which].push(painted);
            memory[which].push(pss);
        }
    }
    let [ours_ms, empty_ms] = start.map(median);
    let [ours_mb, empty_mb] = memory.map(median);
    table.row(
        "window: start until its content is painted, 5,000 requests and 200 tokens stored",
        format!("{ours_ms:.0} ms, {:.2} ×", ours_ms / empty_ms),
        format!("empty Tauri window: {empty_ms:.0} ms"),
        "≤ 1.4 ×",
    );
    table.row(
        "the same: memory of all its processes, idle (PSS)",
        format!("{ours_mb:.0} MB, {:.2} ×", ours_mb / empty_mb),
        format!("empty Tauri window: {empty_mb:.0} MB"),
        "≤ 1.25 ×",
    );
}

/// A home that has been worked in for a while.
async fn used_home() -> (Provider, Gatepass) {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let mut collection = Collection::named("Bench").oauth2(&auth_config::machine(&provider, "cc"));
    for number in 0..REQUESTS {
        collection = collection.get(&format!("Request {number}"), &format!("{}/{number}", provider.api));
    }
    home.import(&collection.json()).await;
    for number in 0..TOKENS {
        home.run(&["token", "get", "Bench", "--name", &format!("token-{number}")]).await.expect_code(0);
    }
    (provider, home)
}

/// Milliseconds until a program has painted, and the memory of its processes a little later.
async fn look_at(program: &Path, home: &Gatepass, screen: &Screen) -> (f64, f64) {
    screen.until_clear().await;
    let began = Instant::now();
    let mut child = Command::new("dbus-run-session")
        .arg("--")
        .arg(program)
        .env_clear()
        .envs(home.environment(&gatepass_tests::Browser::Missing))
        .env("NO_AT_BRIDGE", "1")
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("dbus-run-session (apt: dbus)");
    screen.until_painted().await;
    let painted = began.elapsed().as_secs_f64() * 1000.0;
    tokio::time::sleep(SETTLE).await;
    let pss = memory_mb(&child);
    end(&mut child).await;
    (painted, pss)
}

/// The proportional set size of the program and all that it started; the D-Bus session around it does not count.
fn memory_mb(child: &Child) -> f64 {
    let family = descendants(child.id().expect("still running"));
    let of = |id: &u32| {
        let name = std::fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
        if name.starts_with("dbus-") || name.starts_with("at-spi") {
            return 0.0;
        }
        let rollup = std::fs::read_to_string(format!("/proc/{id}/smaps_rollup")).unwrap_or_default();
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap_or("0");
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(0.0) / 1000.0
    };
    family.iter().map(of).sum()
}

fn descendants(top: u32) -> Vec<u32> {
    let mut family = vec![top];
    let mut at = 0;
    while at < family.len() {
        let children = format!("/proc/{0}/task/{0}/children", family[at]);
        let text = std::fs::read_to_string(children).unwrap_or_default();
        family.extend(text.split_whitespace().filter_map(|id| id.parse::<u32>().ok()));
        at += 1;
    }
    family
}

/// Ends the program itself; the session around it goes with it.
async fn end(child: &mut Child) {
    for id in descendants(child.id().unwrap_or_default()).into_iter().skip(1) {
        let _ = Command::new("kill").arg(id.to_string()).stderr(std::process::Stdio::null()).status().await;
    }
    let _ = tokio::time::timeout(Duration::from_secs(5), child.wait()).await;
}
