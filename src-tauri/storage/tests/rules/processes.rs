//! Several processes on one data directory: each is this test's own program, started again as one role.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use gatepass_oauth::ports::RefreshLock as _;
use gatepass_storage::{DATABASE_FILE, Database, InstanceLock, OpenOptions, RefreshLockFiles};
use serde_json::json;

use crate::common::{key, open, sealed};

/// How much each of four processes writes; the long run sets it to 10,000.
fn writes() -> u32 {
    std::env::var("GATEPASS_STORAGE_WRITES").ok().map_or(250, |text| text.parse().unwrap())
}

/// How often a process is killed; the long run sets it to 500.
fn kills() -> u64 {
    std::env::var("GATEPASS_STORAGE_KILLS").ok().map_or(25, |text| text.parse().unwrap())
}

#[test]
fn four_processes_write_at_once_without_losing_an_update() {
    let directory = tempfile::tempdir().unwrap();
    let children: Vec<Role> = (0..4).map(|_| Role::start("count", directory.path())).collect();
    for child in children {
        child.succeeds();
    }
    let counted = block_on(async {
        let database = open(directory.path()).await;
        database.settings().load("count").await.unwrap().unwrap()
    });
    assert_eq!(counted, json!(4 * writes()));
}

#[test]
fn processes_that_start_together_make_one_database() {
    for _ in 0..5 {
        let directory = tempfile::tempdir().unwrap();
        let children: Vec<Role> = (0..4).map(|_| Role::start("first workspace", directory.path())).collect();
        let mut workspaces: Vec<String> = children.into_iter().map(|mut child| child.line()).collect();
        workspaces.dedup();
        assert_eq!(workspaces.len(), 1, "{workspaces:?}");
    }
}

#[test]
fn a_change_by_another_process_is_seen_before_its_save_returns() {
    let directory = tempfile::tempdir().unwrap();
    block_on(async {
        let database = open(directory.path()).await;
        let tokens = database.token_sets();
        let mut child = Role::start("save tokens", directory.path());
        // Keeps what it read for as long as the generation stays the same, as the keeper does.
        let mut kept = (tokens.generation(), None);
        for _ in 0..100 {
            let saved: u32 = child.line().parse().unwrap();
            let generation = tokens.generation();
            if generation != kept.0 {
                kept = (generation, tokens.load(&key(1)).await.unwrap());
            }
            let read = kept.1.as_ref().map(|tokens| number(&tokens.sealed)).unwrap();
            assert!(read >= saved, "{saved} was saved, {read} is still believed");
        }
    });
}

#[test]
fn what_was_reported_saved_survives_a_kill_at_any_moment() {
    let directory = tempfile::tempdir().unwrap();
    let mut saved = 0;
    for round in 0..kills() {
        let mut child = Role::start("save tokens", directory.path());
        saved = child.line().parse().unwrap();
        // Some moment of a later save; which one does not matter, only that it differs.
        std::thread::sleep(Duration::from_micros(round * 977 % 20_000));
        child.process.kill().unwrap();
        // What it said before it died is in the pipe.
        saved = child.lines().last().map_or(saved, |line| line.parse().unwrap());
        block_on(async {
            let database = open(directory.path()).await;
            let tokens = database.token_sets();
            let found = number(&tokens.load(&key(1)).await.unwrap().unwrap().sealed);
            assert!(found == saved || found == saved + 1, "{saved} was reported, {found} is there");
            // Whatever the killed one left announced has been settled.
            assert_eq!(tokens.generation(), tokens.generation());
            database.close().await.unwrap();
        });
    }
    assert!(saved > 0);
}

#[cfg(unix)]
#[test]
fn the_death_of_a_holder_frees_the_lock_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let mut child = Role::start("hold a lock", directory.path());
    let holder: u32 = child.line().parse().unwrap();
    block_on(async {
        let locks = RefreshLockFiles::beside(directory.path());
        let failure = locks.acquire(&key(1), Duration::from_millis(50)).await.err().unwrap();
        assert!(failure.cause.contains(&format!("process {holder}")), "{}", failure.cause);
        let waiting =
            tokio::spawn(async move { locks.acquire(&key(1), Duration::from_secs(30)).await.is_ok() });
        tokio::time::sleep(Duration::from_millis(20)).await;
        let killed = Instant::now();
        child.process.kill().unwrap();
        assert!(waiting.await.unwrap());
        // The patience of the wait would be 30 s: half of it is far from what a slow machine needs.
        assert!(killed.elapsed() < Duration::from_secs(15));
    });
}

#[cfg(unix)]
#[test]
fn a_stopped_holder_is_named_when_patience_ends() {
    let directory = tempfile::tempdir().unwrap();
    let mut child = Role::start("hold a lock", directory.path());
    let holder = child.line();
    signal("-STOP", &holder);
    block_on(async {
        let locks = RefreshLockFiles::beside(directory.path());
        let failure = locks.acquire(&key(1), Duration::from_millis(100)).await.err().unwrap();
        assert!(failure.cause.contains(&format!("process {holder}")), "{}", failure.cause);
        if cfg!(target_os = "linux") {
            assert!(failure.cause.contains("stopped"), "{}", failure.cause);
        }
    });
}

#[cfg(unix)]
#[test]
fn a_stopped_window_keeps_its_data_directory_and_a_dead_one_does_not() {
    let directory = tempfile::tempdir().unwrap();
    let mut child = Role::start("be the window", directory.path());
    let holder = child.line();
    signal("-STOP", &holder);
    assert!(InstanceLock::acquire(directory.path()).is_err());
    child.process.kill().unwrap();
    child.process.wait().unwrap();
    InstanceLock::acquire(directory.path()).unwrap();
}

/// Disk errors where a limit on the size of files makes every write beyond it fail.
#[cfg(unix)]
#[test]
fn a_write_that_the_disk_refuses_is_not_reported_saved() {
    for kilobytes in [4, 40, 100, 140, 180, 220, 300] {
        let directory = tempfile::tempdir().unwrap();
        let program = std::env::current_exe().unwrap();
        let limited = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", kilobytes * 2);
        let mut command = Command::new("sh");
        command.args(["-c", &limited]).arg(program);
        let mut child = Role::start_as(command, "save large tokens", directory.path());
        let mut saved = Vec::new();
        let mut failed = false;
        for line in child.lines() {
            match line.strip_prefix("failed ") {
                Some(_) => failed = true,
                None => saved.push(line.parse::<u32>().unwrap()),
            }
        }
        assert!(failed, "{kilobytes} kB were enough for everything");
        block_on(async {
            let database = open(directory.path()).await;
            let found: Vec<u32> =
                database.token_sets().list().await.unwrap().iter().map(|set| number(&set.sealed)).collect();
            assert_eq!(found, saved, "with {kilobytes} kB");
        });
    }
}

/// Root may write anywhere, so the test becomes somebody else if it has to.
#[cfg(unix)]
#[test]
fn a_database_that_cannot_be_written_is_said_to_be_and_left_as_it_is() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;
    const NOBODY: u32 = 65534;
    let parent = tempfile::tempdir().unwrap();
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(parent.path(), 0o755);
    let program = parent.path().join("program");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    for (directory_mode, file_mode) in [(0o777, 0o444), (0o555, 0o666), (0o555, 0o444)] {
        let directory = parent.path().join(format!("{directory_mode:o}-{file_mode:o}"));
        let file = directory.join(DATABASE_FILE);
        block_on(async { open(&directory).await.close().await.unwrap() });
        let before = fs::read(&file).unwrap();
        fs::read_dir(&directory).unwrap().for_each(|entry| mode(&entry.unwrap().path(), 0o666));
        mode(&file, file_mode);
        mode(&directory, directory_mode);
        let mut command = Command::new(&program);
        if fs::metadata(&file).unwrap().uid() == 0 {
            command.uid(NOBODY).gid(NOBODY).current_dir("/");
        }
        let said = Role::start_as(command, "open", &directory).line();
        assert!(said.starts_with("ReadOnly"), "{directory_mode:o} {file_mode:o}: {said}");
        mode(&directory, 0o755);
        assert!(fs::read(&file).unwrap() == before);
    }
}

/// What the other processes do. Ignored, so that it runs only when a test starts it by name.
#[test]
#[ignore = "a role that other tests start as a process of its own"]
fn role() {
    let Ok(role) = std::env::var("GATEPASS_TEST_ROLE") else { return };
    let directory = std::env::var("GATEPASS_TEST_DIRECTORY").unwrap();
    let directory = Path::new(&directory);
    match role.as_str() {
        "count" => block_on(count(directory)),
        "first workspace" => block_on(async {
            let first = open(directory).await.workspaces().first_or_insert("One").await.unwrap();
            say(first.id);
        }),
        "open" => block_on(async {
            match Database::open(directory, OpenOptions::default()).await {
                Ok(_) => say("opened"),
                Err(failure) => say(format!("{failure:?}")),
            }
        }),
        "save tokens" => block_on(save_tokens(directory)),
        "save large tokens" => block_on(save_large_tokens(directory)),
        "hold a lock" => block_on(async {
            let _held = RefreshLockFiles::beside(directory).acquire(&key(1), Duration::ZERO).await.unwrap();
            say(std::process::id());
            std::future::pending().await
        }),
        "be the window" => {
            let _held = InstanceLock::acquire(directory).unwrap();
            say(std::process::id());
            std::thread::sleep(Duration::from_secs(600));
        }
        _ => panic!("no such role: {role}"),
    }
}

async fn count(directory: &Path) {
    let database = open(directory).await;
    for _ in 0..writes() {
        let settings = database.settings();
        let more = |before: Option<serde_json::Value>| json!(before.map_or(0, |n| n.as_u64().unwrap()) + 1);
        settings.update("count", more).await.unwrap();
    }
    database.close().await.unwrap();
}

/// Saves ever higher numbers under one key, saying each when it is saved, until it is killed.
async fn save_tokens(directory: &Path) {
    let database = open(directory).await;
    let tokens = database.token_sets();
    let before = tokens.load(&key(1)).await.unwrap().map_or(0, |tokens| number(&tokens.sealed));
    for next in before + 1.. {
        tokens.save(sealed(1, &next.to_le_bytes())).await.unwrap();
        say(next);
    }
}

/// Saves under new keys until the disk takes no more, and a little longer.
async fn save_large_tokens(directory: &Path) {
    let database = match Database::open(directory, OpenOptions::default()).await {
        Ok(database) => database,
        Err(failure) => return say(format!("failed {failure}")),
    };
    for next in 1..60u32 {
        let mut content = next.to_le_bytes().to_vec();
        content.resize(9000, 1);
        match database.token_sets().save(sealed(next, &content)).await {
            Ok(()) => say(next),
            Err(failure) => say(format!("failed {failure:?}")),
        }
    }
}

fn number(content: &[u8]) -> u32 {
    u32::from_le_bytes(content[..4].try_into().unwrap())
}

fn say(what: impl std::fmt::Display) {
    use std::io::Write as _;
    // Not println: that one is captured by the test harness. A closed pipe means that nobody listens any more.
    let mut out = std::io::stdout();
    if writeln!(out, "say {what}").and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

#[cfg(unix)]
fn signal(signal: &str, process: &str) {
    assert!(Command::new("kill").args([signal, process]).status().unwrap().success());
}

/// A process in a role, killed when dropped.
struct Role {
    process: Child,
    said: std::io::Lines<BufReader<ChildStdout>>,
}

impl Role {
    fn start(role: &str, directory: &Path) -> Self {
        Self::start_as(Command::new(std::env::current_exe().unwrap()), role, directory)
    }

    fn start_as(mut command: Command, role: &str, directory: &Path) -> Self {
        command.args(["--exact", "processes::role", "--ignored", "--nocapture"]);
        command.env("GATEPASS_TEST_ROLE", role).env("GATEPASS_TEST_DIRECTORY", directory);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, said }
    }

    /// What it says, without what the test harness says around it.
    fn lines(&mut self) -> impl Iterator<Item = String> {
        self.said
            .by_ref()
            .map_while(Result::ok)
            .filter_map(|line| line.strip_prefix("say ").map(str::to_owned))
    }

    fn line(&mut self) -> String {
        self.lines().next().expect("the process ended without saying anything")
    }

    fn succeeds(mut self) {
        self.lines().for_each(drop);
        assert!(self.process.wait().unwrap().success());
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
