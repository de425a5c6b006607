//! Where bodies go that are too large for memory: files for their owner alone, gone with the last reference.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gatepass_core::exchange::SpooledBody;
use tokio::fs::File;

const PREFIX: &str = "gatepass-";
const SUFFIX: &str = ".body";
/// A file of this age was left by a process that was killed: no other keeps one for so long.
const LEFT_BEHIND: Duration = Duration::from_secs(7 * 24 * 3600);

/// A folder of spooled bodies.
#[derive(Debug)]
pub(super) struct Spool {
    folder: PathBuf,
    /// Whether leftovers have been looked for.
    swept: AtomicBool,
}

impl Spool {
    /// Nothing is touched until a body is put into it.
    pub(super) fn in_folder(folder: PathBuf) -> Self {
        Self { folder, swept: AtomicBool::new(false) }
    }

    /// A new, empty file, which goes away when the body is dropped.
    pub(super) async fn create(&self) -> io::Result<(File, SpooledBody)> {
        let folder = self.folder.clone();
        let first = !self.swept.swap(true, Ordering::Relaxed);
        let made =
            tokio::task::spawn_blocking(move || create(&folder, first)).await.map_err(io::Error::other)?;
        let (file, path) = made?;
        Ok((File::from_std(file), SpooledBody { path, size: 0 }))
    }
}

fn create(folder: &Path, first: bool) -> io::Result<(fs::File, PathBuf)> {
    crate::paths::create_private_dir(folder)?;
    if first {
        sweep(folder);
    }
    // Readable by its owner alone, as tempfile makes them.
    let file = tempfile::Builder::new().prefix(PREFIX).suffix(SUFFIX).tempfile_in(folder)?;
    let (file, path) = file.into_parts();
    Ok((file, path.keep().map_err(|kept| kept.error)?))
}

/// Removes what killed processes left. What cannot be removed stays: it is only space.
fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let ours = name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        let old = || {
            let modified = entry.metadata().and_then(|metadata| metadata.modified()).ok();
            modified.and_then(|at| at.elapsed().ok()).is_some_and(|age| age > LEFT_BEHIND)
        };
        if ours && old() {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_old_files_of_ours_are_swept() {
        let folder = tempfile::tempdir().unwrap();
        let long_ago = std::time::SystemTime::now() - LEFT_BEHIND * 2;
        for (name, old) in [("gatepass-a.body", true), ("gatepass-b.body", false), ("theirs.body", true)] {
            let file = fs::File::create(folder.path().join(name)).unwrap();
            if old {
                file.set_modified(long_ago).unwrap();
            }
        }
        sweep(folder.path());
        let mut left: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["gatepass-b.body", "theirs.body"]);
    }
}
