//! Locks between processes: files that are locked, never deleted, and say inside who holds them.
//!
//! The lock is the kernel's (`flock`, `LockFileEx`), so the death of a process releases it at once, whatever the file
//! says. Waiting is asking again after a short sleep: no thread is blocked, and a wait can be dropped.

use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use gatepass_oauth::failure::{Code, Failure};
use gatepass_oauth::ports::{RefreshGuard, RefreshLock};
use gatepass_oauth::token_key::TokenKey;

/// The longest pause between two attempts: how late a waiter can notice that the lock is free.
const LONGEST_PAUSE: Duration = Duration::from_millis(16);

/// Where the locks of token sets stand, in the data directory.
const LOCK_DIRECTORY: &str = "locks";
const INSTANCE_FILE: &str = "gatepass.instance.lock";

/// The lock under which one process at a time renews a token set: a file for each token key, beside the database.
#[derive(Debug, Clone)]
pub struct RefreshLockFiles {
    directory: PathBuf,
}

impl RefreshLockFiles {
    /// The locks of the database in `data_directory`.
    pub fn beside(data_directory: &Path) -> Self {
        Self { directory: data_directory.join(LOCK_DIRECTORY) }
    }
}

#[async_trait]
impl RefreshLock for RefreshLockFiles {
    async fn acquire(&self, key: &TokenKey, patience: Duration) -> Result<Box<dyn RefreshGuard>, Failure> {
        let file = self.directory.join(format!("{}.lock", key.as_str()));
        let acquired = match make_private_directory(&self.directory) {
            Ok(()) => LockFile::at(file).acquire(patience).await,
            Err(error) => Err(Refused::Io(error)),
        };
        match acquired {
            Ok(guard) => Ok(Box::new(guard)),
            Err(Refused::Held(holder)) => Err(Failure::new(
                Code::Storage,
                "Another process is renewing this token and does not finish",
                format!("{holder} has held the lock for more than {} s.", patience.as_secs()),
                "End that process or let it go on, then try again.",
            )),
            Err(Refused::Io(error)) => Err(Failure::new(
                Code::Storage,
                "The lock that protects this token from being renewed twice could not be taken",
                format!("{}: {error}.", self.directory.display()),
                "Give yourself write permission for the data directory, and make room on its disk.",
            )),
        }
    }
}

impl RefreshGuard for LockFileGuard {}

/// Proof that this process is the only window on its data directory. Released when dropped, or by death.
#[derive(Debug)]
pub struct InstanceLock {
    _guard: LockFileGuard,
}

/// Why the data directory is not ours.
#[derive(Debug, thiserror::Error)]
pub enum AlreadyRunning {
    /// Another window has it.
    #[error("Gatepass already runs on this data directory: {holder}")]
    Held { holder: Holder },
    /// The lock file could not be made or locked.
    #[error("the lock of the data directory could not be taken: {0}")]
    Io(#[from] io::Error),
}

impl InstanceLock {
    /// Takes the data directory for this window, at once or not at all.
    ///
    /// # Errors
    /// [`AlreadyRunning::Held`] if another window has it.
    pub fn acquire(data_directory: &Path) -> Result<Self, AlreadyRunning> {
        make_private_directory(data_directory)?;
        let file = LockFile::at(data_directory.join(INSTANCE_FILE));
        match file.try_acquire()? {
            Some(guard) => Ok(Self { _guard: guard }),
            None => Err(AlreadyRunning::Held { holder: file.holder() }),
        }
    }
}

/// A file that is locked to exclude others. It is never deleted: whoever waits for it must wait for the same file.
#[derive(Debug)]
pub(crate) struct LockFile {
    path: PathBuf,
}

/// Why a lock was not acquired.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("{0} holds the lock")]
    Held(Holder),
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl LockFile {
    pub(crate) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Waits for the lock for at most `patience`.
    pub(crate) async fn acquire(&self, patience: Duration) -> Result<LockFileGuard, Refused> {
        let deadline = Instant::now() + patience;
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(guard) = self.try_acquire()? {
                return Ok(guard);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Refused::Held(self.holder()));
            }
            tokio::time::sleep(pause.min(left)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Takes the lock if nobody has it.
    pub(crate) fn try_acquire(&self) -> io::Result<Option<LockFileGuard>> {
        let mut file = owner_only().read(true).write(true).create(true).truncate(false).open(&self.path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // For the message that others show; the lock holds without it, so a full disk is no reason to fail.
        let _ = file.set_len(0).and_then(|()| write!(file, "{} {}", std::process::id(), program_name()));
        Ok(Some(LockFileGuard { file }))
    }

    /// Who wrote their name into the file last.
    fn holder(&self) -> Holder {
        let mut text = String::new();
        let read = File::open(&self.path).and_then(|file| file.take(256).read_to_string(&mut text));
        Holder::parse(if read.is_ok() { &text } else { "" })
    }
}

/// The lock, held. Dropping it releases.
#[derive(Debug)]
pub(crate) struct LockFileGuard {
    file: File,
}

impl Drop for LockFileGuard {
    fn drop(&mut self) {
        let _ = self.file.rewind().and_then(|()| self.file.set_len(0));
        let _ = self.file.unlock();
    }
}

/// The process that holds a lock, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its process id.
    pub process: Option<u32>,
    /// The name of its program.
    pub program: String,
}

impl Holder {
    fn parse(text: &str) -> Self {
        let (process, program) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        Self { process: process.parse().ok(), program: program.to_owned() }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(process) = self.process else {
            return formatter.write_str("another process");
        };
        match self.program.as_str() {
            "" => write!(formatter, "process {process}")?,
            program => write!(formatter, "process {process} ({program})")?,
        }
        if is_stopped(process) { formatter.write_str(", which is stopped,") } else { Ok(()) }
    }
}

/// Whether the process has been suspended, where the system can tell cheaply.
fn is_stopped(process: u32) -> bool {
    // The state follows the name, which stands in brackets and may hold anything, a bracket included.
    std::fs::read_to_string(format!("/proc/{process}/stat"))
        .ok()
        .and_then(|stat| stat.rsplit_once(") ").map(|(_, rest)| rest.starts_with(['T', 't'])))
        .unwrap_or(false)
}

fn program_name() -> String {
    std::env::current_exe()
        .ok()
        .and_then(|path| path.file_stem().map(|name| name.to_string_lossy().into_owned()))
        .unwrap_or_default()
}

/// Options for a file that only its owner can read and write.
pub(crate) fn owner_only() -> OpenOptions {
    #[cfg_attr(not(unix), allow(unused_mut))]
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a directory, and those above it, that only its owner can enter. One that exists stays as it is.
pub(crate) fn make_private_directory(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
