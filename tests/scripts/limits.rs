use std::time::Duration;

use gatepass_tests::{Collection, Gatepass};

use crate::{echo, item, paths};

/// Runs a collection whose first request has that test script, and whose second one must be sent all the same.
async fn survives(script: &str, told: &str) {
    let server = echo().await;
    let url = |path: &str| format!("{}/{path}", server.origin());
    let document = Collection::named("Bomb")
        .item(item("A", &url("a"), "", script))
        .item(item("B", &url("b"), "", "pm.test('goes on', () => pm.response.to.have.status(200))"))
        .json();
    let home = Gatepass::new();
    let file = home.file("bomb.json", &document);
    let ran = home.run(&["run", &file, "--timeout-script", "700"]).await.expect_code(1);
    assert_eq!(paths(&server), ["/a", "/b"], "{script}");
    assert!(ran.stdout.contains(told), "{script}: {}", ran.stdout);
    assert!(ran.stdout.contains("goes on"), "{script}: {}", ran.stdout);
}

#[tokio::test]
async fn a_script_without_end_ends_at_the_deadline_and_the_run_goes_on() {
    survives("while (true) {}", "longer than the 700 ms").await;
    survives("/^(a+)+$/.test('a'.repeat(80) + '!')", "longer than the 700 ms").await;
    survives("const again = () => { Promise.resolve().then(again) }; again();", "longer than the 700 ms")
        .await;
    survives("setInterval(() => {}, 1)", "longer than the 700 ms").await;
}

#[tokio::test]
async fn a_script_that_fills_the_memory_is_stopped_and_the_run_goes_on() {
    let bomb = "const all = []; for (;;) all.push(new Uint8Array(1 << 24));";
    survives(bomb, "more memory than it may have").await;
}

#[tokio::test]
async fn a_script_that_waits_for_what_never_comes_is_told() {
    survives("await new Promise(() => {})", "awaits something that never comes").await;
}

/// The worker gives up everything before the first script runs, and there is none once the run is over.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_worker_has_no_environment_no_files_and_hardly_a_system_call() {
    let server = echo().await;
    let document = Collection::named("Busy")
        .item(item("A", &server.origin(), "", "const end = Date.now() + 4000; while (Date.now() < end) {}"))
        .json();
    let home = Gatepass::new();
    let file = home.file("busy.json", &document);
    let arguments = ["run", file.as_str()];
    let looking = async {
        loop {
            if let Some(worker) = workers().into_iter().find(|worker| worker.run_by(&file)) {
                return worker;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let (ran, worker) = tokio::join!(home.run(&arguments), looking);
    ran.expect_code(0);
    assert!(
        worker.environment.iter().all(|variable| variable.starts_with("TZ=")),
        "{:?}",
        worker.environment
    );
    assert!(worker.status.contains("Seccomp:\t2"), "{}", worker.status);
    assert!(worker.status.contains("NoNewPrivs:\t1"), "{}", worker.status);
    assert!(
        worker.files.iter().all(|file| file.starts_with("pipe:") || file == "/dev/null"),
        "{:?}",
        worker.files
    );
    assert!(!workers().iter().any(|other| other.id == worker.id), "it ends with the run");
}

#[cfg(target_os = "linux")]
struct WorkerSeen {
    id: u32,
    environment: Vec<String>,
    status: String,
    files: Vec<String>,
    /// The command line of the process that started it.
    parent: String,
}

#[cfg(target_os = "linux")]
impl WorkerSeen {
    fn run_by(&self, file: &str) -> bool {
        // What it holds besides is seen once it is confined.
        self.parent.contains(file) && self.status.contains("Seccomp:\t2")
    }
}

/// Every script worker on this machine.
#[cfg(target_os = "linux")]
fn workers() -> Vec<WorkerSeen> {
    let text = |path: String| std::fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let look = |id: u32| {
        let command = text(format!("/proc/{id}/cmdline")).ok()?;
        if command.split('\0').nth(1) != Some("--gatepass-script-worker") {
            return None;
        }
        let status = text(format!("/proc/{id}/status")).ok()?;
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:\t"))?;
        let environment = text(format!("/proc/{id}/environ")).ok()?;
        let files = std::fs::read_dir(format!("/proc/{id}/fd")).ok()?.flatten();
        let files =
            files.filter_map(|file| Some(std::fs::read_link(file.path()).ok()?.display().to_string()));
        Some(WorkerSeen {
            id,
            environment: environment.split('\0').filter(|one| !one.is_empty()).map(str::to_owned).collect(),
            files: files.collect(),
            parent: text(format!("/proc/{parent}/cmdline")).unwrap_or_default(),
            status,
        })
    };
    ids.filter_map(look).collect()
}
