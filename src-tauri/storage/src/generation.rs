//! A number beside the database that tells every process, for the price of one small read, whether any token set may
//! have changed since it last looked.
//!
//! The file holds eight bytes, little endian. Even: at rest. Odd: somebody is committing a change. A change goes
//!
//! 1. take the lock file beside it (other writers of token sets wait here),
//! 2. write the next odd number,
//! 3. change and commit in the database,
//! 4. write the next even number,
//! 5. unlock.
//!
//! A reader takes the number *before* it reads token sets, and may keep what it read for as long as the number stays
//! the same. Reading before 2 sees the number change at 2; reading between 2 and 4 sees it change at 4, whether the
//! commit fell before or after that reading. A writer that dies between 2 and 4 leaves an odd number for good, and
//! its commit may be there or not: so [`Generation::current`] never gives the same answer twice while the number is
//! odd, and readers ask the database every time until the next writer, or the next start, makes it even again.
//!
//! The number need not survive a power failure: no reader does either.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::failure::StorageFailure;
use crate::lock::{LockFile, LockFileGuard, owner_only};

const GENERATION_FILE: &str = "gatepass.generation";
/// A file of its own: on Windows a locked file cannot be read by others.
const LOCK_FILE: &str = "gatepass.generation.lock";

pub(crate) struct Generation {
    file: File,
    lock: LockFile,
    /// Answers that were given once and are given to nobody again; above any number in the file.
    distrust: AtomicU64,
}

impl Generation {
    /// Opens the counter in `directory`, making it if there is none.
    pub(crate) fn open(directory: &Path) -> io::Result<Self> {
        let path = directory.join(GENERATION_FILE);
        let file = owner_only().read(true).write(true).create(true).truncate(false).open(path)?;
        Ok(Self { file, lock: LockFile::at(directory.join(LOCK_FILE)), distrust: AtomicU64::new(1 << 63) })
    }

    /// Changes whenever a token set may have changed. One system call.
    pub(crate) fn current(&self) -> u64 {
        match self.read() {
            Ok(number) if number % 2 == 0 => number,
            // A change is under way or was cut off, or the file cannot be read: trust nothing that was read before.
            _ => self.distrust.fetch_add(1, Ordering::Relaxed),
        }
    }

    /// Whether a writer of token sets died in the middle of a change (or is in the middle of one now).
    pub(crate) fn is_unsettled(&self) -> bool {
        self.read().is_ok_and(|number| number % 2 == 1)
    }

    /// Announces a change that is about to be committed. Waits for other writers for at most `patience`.
    pub(crate) async fn announce(&self, patience: Duration) -> Result<Announced<'_>, StorageFailure> {
        let guard = self.lock.acquire(patience).await.map_err(|refused| StorageFailure::Locked {
            detail: format!("It could not be written for {} s: {refused}.", patience.as_secs()),
        })?;
        let odd = self.read().unwrap_or_default() | 1;
        self.write(odd).map_err(StorageFailure::from)?;
        Ok(Announced { generation: self, odd, _guard: guard })
    }

    fn read(&self) -> io::Result<u64> {
        let mut bytes = [0; 8];
        match read_at(&self.file, &mut bytes)? {
            0 => Ok(0),
            8 => Ok(u64::from_le_bytes(bytes)),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    fn write(&self, number: u64) -> io::Result<()> {
        write_at(&self.file, &number.to_le_bytes())
    }
}

/// A change under way. Dropped without [`Announced::conclude`], the number stays odd: nobody knows whether the commit
/// happened.
pub(crate) struct Announced<'a> {
    generation: &'a Generation,
    odd: u64,
    _guard: LockFileGuard,
}

impl Announced<'_> {
    /// The commit is done, or will never be.
    pub(crate) fn conclude(self) {
        // Past the highest number the counter starts again; a failed write leaves it odd, which is safe.
        let even = self.odd.wrapping_add(1) & !(1 << 63);
        if let Err(error) = self.generation.write(even) {
            tracing::warn!(%error, "the generation of token sets could not be written; every send asks the database");
        }
    }
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8; 8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, bytes, 0)
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8; 8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, 0)
}

#[cfg(windows)]
fn read_at(file: &File, bytes: &mut [u8; 8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, bytes, 0)
}

#[cfg(windows)]
fn write_at(file: &File, bytes: &[u8; 8]) -> io::Result<()> {
    match std::os::windows::fs::FileExt::seek_write(file, bytes, 0)? {
        8 => Ok(()),
        _ => Err(io::ErrorKind::WriteZero.into()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn the_number_rests_between_changes_and_is_another_after_each() {
        let directory = tempfile::tempdir().unwrap();
        let (one, other) =
            (Generation::open(directory.path()).unwrap(), Generation::open(directory.path()).unwrap());
        let mut seen = vec![other.current()];
        for _ in 0..300 {
            one.announce(PATIENCE).await.unwrap().conclude();
            assert_eq!(other.current(), other.current());
            assert_eq!(one.current(), other.current());
            assert!(!seen.contains(&other.current()));
            seen.push(other.current());
        }
    }

    #[tokio::test]
    async fn while_a_change_is_under_way_nothing_is_believed() {
        let directory = tempfile::tempdir().unwrap();
        let (one, other) =
            (Generation::open(directory.path()).unwrap(), Generation::open(directory.path()).unwrap());
        let before = other.current();
        let announced = one.announce(PATIENCE).await.unwrap();
        let during = [other.current(), other.current()];
        announced.conclude();
        let after = other.current();
        assert!(during[0] != during[1] && !during.contains(&before) && !during.contains(&after));
        assert_ne!(before, after);
    }

    #[tokio::test]
    async fn a_change_that_was_cut_off_is_not_believed_until_the_next_one_ends() {
        let directory = tempfile::tempdir().unwrap();
        let (one, other) =
            (Generation::open(directory.path()).unwrap(), Generation::open(directory.path()).unwrap());
        let before = other.current();
        drop(one.announce(PATIENCE).await.unwrap());
        assert!(other.is_unsettled());
        assert_ne!(other.current(), other.current());
        one.announce(PATIENCE).await.unwrap().conclude();
        assert!(!other.is_unsettled());
        assert_ne!(other.current(), before);
        assert_eq!(other.current(), other.current());
    }

    #[tokio::test]
    async fn one_at_a_time_announces() {
        let directory = tempfile::tempdir().unwrap();
        let (one, other) =
            (Generation::open(directory.path()).unwrap(), Generation::open(directory.path()).unwrap());
        let announced = one.announce(PATIENCE).await.unwrap();
        let refused = other.announce(Duration::from_millis(20)).await.err().unwrap();
        assert!(matches!(refused, StorageFailure::Locked { .. }));
        announced.conclude();
        other.announce(PATIENCE).await.unwrap().conclude();
    }

    #[tokio::test]
    async fn past_the_highest_number_it_goes_on() {
        let directory = tempfile::tempdir().unwrap();
        let generation = Generation::open(directory.path()).unwrap();
        generation.write((1 << 63) - 2).unwrap();
        generation.announce(PATIENCE).await.unwrap().conclude();
        assert_eq!(generation.current(), 0);
        assert_eq!(generation.current(), 0);
    }
}
