//! The window beside an empty one of the same toolkit: start and memory.

use std::path::Path;
use std::time::{Duration, Instant};

use tokio::process::{Child, Command};

use crate::table::{Table, median};

/// How long a window is left alone before its memory is read.
const SETTLE: Duration = Duration::from_secs(4);

pub async fn beside_an_empty_one(binaries: &Path, table: &mut Table) {
    let ours = binaries.join("gatepass-desktop");
    let empty = binaries.join("examples").join("empty_window");
    if !ours.is_file() || !empty.is_file() {
        table.left_out("window", "gatepass-desktop and its example empty_window are not built there");
        return;
    }
    let mut memory = [Vec::new(), Vec::new()];
    let mut start = [Vec::new(), Vec::new()];
    for _ in 0..5 {
        for (which, program) in [&ours, &empty].into_iter().enumerate() {
            let (shown, pss) = look_at(program).await;
            start[which].push(shown);
            memory[which].push(pss);
        }
    }
    let [ours_ms, empty_ms] = start.map(median);
    let [ours_mb, empty_mb] = memory.map(median);
    table.row(
        "window: start until it is shown",
        format!("{ours_ms:.0} ms, {:.2} ×", ours_ms / empty_ms),
        format!("empty Tauri window: {empty_ms:.0} ms"),
        "≤ 1.4 ×",
    );
    table.row(
        "window: memory of all its processes, idle (PSS)",
        format!("{ours_mb:.0} MB, {:.2} ×", ours_mb / empty_mb),
        format!("empty Tauri window: {empty_mb:.0} MB"),
        "≤ 1.25 ×",
    );
}

/// Milliseconds until a window of the program is on the screen, and the memory of its processes a little later.
async fn look_at(program: &Path) -> (f64, f64) {
    let folder = tempfile::tempdir().expect("folder");
    let began = Instant::now();
    let mut child = Command::new("dbus-run-session")
        .arg("--")
        .arg(program)
        .env("HOME", folder.path())
        .env("XDG_DATA_HOME", folder.path().join("data"))
        .env("XDG_CONFIG_HOME", folder.path().join("config"))
        .env("XDG_CACHE_HOME", folder.path().join("cache"))
        .env("XDG_RUNTIME_DIR", folder.path())
        .env("GATEPASS_DATA_DIR", folder.path().join("gatepass"))
        .env("GATEPASS_KEY_STORE", "file")
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("dbus-run-session (apt: dbus)");
    until_shown().await;
    let shown = began.elapsed().as_secs_f64() * 1000.0;
    tokio::time::sleep(SETTLE).await;
    let pss = memory_mb(&child);
    end(&mut child).await;
    (shown, pss)
}

/// Asks the X server until it shows a mapped window that is no helper of the toolkit.
async fn until_shown() {
    for _ in 0..4_000 {
        let found = Command::new("xdotool")
            .args(["search", "--onlyvisible", "--name", "^(Gatepass|Empty)$"])
            .stderr(std::process::Stdio::null())
            .output()
            .await
            .expect("xdotool (apt: xdotool)");
        if !found.stdout.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    panic!("no window was shown");
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
