//! A worker process: this program once more, with nothing but a pipe.

use std::io;
use std::path::PathBuf;
use std::process::Stdio;

use bytes::BytesMut;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::worker::WORKER_ARGUMENT;

pub(super) struct Worker {
    pub(super) input: ChildStdin,
    pub(super) output: ChildStdout,
    /// What has been read and is no whole frame yet.
    pub(super) unread: BytesMut,
    /// Killed when it is dropped.
    _child: Child,
}

impl Worker {
    /// # Errors
    /// The system starts no process.
    pub(super) fn start(memory: usize) -> io::Result<Self> {
        let mut command = Command::new(this_program()?);
        command.arg(WORKER_ARGUMENT).arg(memory.to_string());
        command.env_clear();
        // The clock that scripts see is the one on the wall.
        for kept in ["TZ", "SystemRoot"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        if cfg!(unix) {
            command.current_dir("/");
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn()?;
        let missing = || io::Error::other("the process has no pipe");
        Ok(Self {
            input: child.stdin.take().ok_or_else(missing)?,
            output: child.stdout.take().ok_or_else(missing)?,
            unread: BytesMut::with_capacity(1 << 16),
            _child: child,
        })
    }
}

/// On Linux the program that runs, even if its file has been replaced meanwhile.
fn this_program() -> io::Result<PathBuf> {
    let own = PathBuf::from("/proc/self/exe");
    if cfg!(target_os = "linux") && own.exists() { Ok(own) } else { std::env::current_exe() }
}
