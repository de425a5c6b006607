//! Child processes that never outlive the test that started them.

use std::{
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command},
};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::io::AsyncBufReadExt as _;

/// The root of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the repository")
}

/// The folder that the running test was built into (`target/debug` or `target/release`): the built programs lie there.
pub fn built() -> PathBuf {
    let test = std::env::current_exe().expect("a running program has a path");
    let folder = test.parent().expect("a program lies in a folder");
    if folder.ends_with("deps") {
        folder.parent().expect("deps/ lies in the profile's folder")
    } else {
        folder
    }
    .to_path_buf()
}

/// The path of a built program, or a panic that says how to build it.
pub fn program(name: &str) -> PathBuf {
    let path = built().join(name);
    assert!(
        path.is_file(),
        "{} is missing: the tests start the built programs; `make test` builds them first",
        path.display()
    );
    path
}

/// A port that was free a moment ago, for programs that cannot be told to choose one themselves.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}

/// A child in a process group of its own; dropping it ends the whole group.
#[derive(Debug)]
pub struct Group {
    child: Child,
}

impl Group {
    /// Starts `command` as the leader of a new group.
    pub fn start(command: &mut Command) -> Self {
        let child = command.process_group(0).spawn();
        Self {
            child: child.unwrap_or_else(|error| panic!("cannot start {:?}: {error}", command.get_program())),
        }
    }

    /// The leader's process id, which is also the group's.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The leader itself, for its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // The leader is still ours to wait for, so its id cannot have been given to anybody else.
        let group = Pid::from_child(&self.child);
        for signal in [Signal::TERM, Signal::KILL] {
            if kill_process_group(group, signal).is_err() {
                break;
            }
            for _ in 0..40 {
                if matches!(self.child.try_wait(), Ok(Some(_))) {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(25));
            }
        }
        let _ = self.child.wait();
    }
}

/// Every running process of this program that has `variable=value` in its environment.
pub fn running(program: &Path, variable: &str, value: &Path) -> Vec<u32> {
    let marker = format!("{variable}={}", value.display());
    let entries = std::fs::read_dir("/proc").expect("/proc is there").flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|id| std::fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|exe| exe == program))
        .filter(|id| {
            let environment = std::fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
            environment.split(|byte| *byte == 0).any(|line| line == marker.as_bytes())
        })
        .collect()
}

/// Sends SIGKILL to one process.
pub fn kill(id: u32) {
    let id = i32::try_from(id).ok().and_then(Pid::from_raw).expect("process ids are positive");
    // An error means that it is gone already, which is what was wanted.
    let _ = kill_process(id, Signal::KILL);
}

/// Stops one process where it is (SIGSTOP).
pub fn stop(id: u32) {
    send(id, Signal::STOP);
}

/// Lets a stopped process go on (SIGCONT).
pub fn wake(id: u32) {
    send(id, Signal::CONT);
}

fn send(id: u32, signal: Signal) {
    let id = i32::try_from(id).ok().and_then(Pid::from_raw).expect("process ids are positive");
    kill_process(id, signal).expect("a process of ours takes our signal");
}

/// The first line on the program's stderr that holds `wanted`. What comes after it is read away, so that the program
/// never waits for a reader.
///
/// # Panics
/// When the program ends without such a line.
pub async fn line_of(program: &mut tokio::process::Child, wanted: &str) -> String {
    let mut lines = tokio::io::BufReader::new(program.stderr.take().expect("stderr is piped")).lines();
    let found = loop {
        match lines.next_line().await.expect("what it prints is UTF-8") {
            Some(line) if line.contains(wanted) => break line,
            Some(_) => {}
            None => panic!("it ended without a word of {wanted}"),
        }
    };
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    found
}
