//! The vault's key in a file that only its owner can read: for machines without a keyring.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::VaultKey;

/// A file with the vault's key: one line of Base64, mode 0600.
#[derive(Clone, Debug)]
pub struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    /// `vault.key` in a data directory.
    pub fn in_dir(directory: &Path) -> Self {
        Self { path: directory.join("vault.key") }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The key, or `None` if there is no file.
    ///
    /// # Errors
    ///
    /// `PermissionDenied` if others may read or write it: what they may have seen protects nothing. `InvalidData` if it
    /// holds something else than a key. Otherwise what the system says. It is never changed or removed.
    pub fn load(&self) -> io::Result<Option<VaultKey>> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        self.check_owner_only()?;
        let damaged = || {
            let message = format!("{} does not hold a key of 32 bytes", self.path.display());
            io::Error::new(io::ErrorKind::InvalidData, message)
        };
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| damaged())?);
        if bytes.len() != 32 {
            return Err(damaged());
        }
        let mut key = VaultKey::default();
        key.copy_from_slice(&bytes);
        Ok(Some(key))
    }

    /// The key in the file; if there is no file, `key`, which is then in it, on disk. Of two processes that do this at
    /// once, both get the key of the one that was first.
    ///
    /// # Errors
    ///
    /// As [`KeyFile::load`], and what the system says when it cannot be written.
    pub fn load_or_create(&self, key: &VaultKey) -> io::Result<VaultKey> {
        if let Some(found) = self.load()? {
            return Ok(found);
        }
        match self.create(key) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => self.load()?.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound)),
        }
    }

    /// Whole or not at all: written beside, then put in place unless there is one.
    fn create(&self, key: &VaultKey) -> io::Result<()> {
        let directory = self.path.parent().unwrap_or(Path::new("."));
        // Readable by its owner alone, as tempfile makes them.
        let mut file = tempfile::Builder::new().prefix(".vault-").tempfile_in(directory)?;
        let text = Zeroizing::new(STANDARD.encode(key.as_slice()));
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist_noclobber(&self.path).map_err(|refused| refused.error)?;
        // The name has to be on disk too, before anything is sealed with the key.
        #[cfg(unix)]
        fs::File::open(directory)?.sync_all()?;
        Ok(())
    }

    #[cfg(unix)]
    fn check_owner_only(&self) -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&self.path)?.permissions().mode() & 0o777;
        if mode & 0o077 == 0 {
            return Ok(());
        }
        let message =
            format!("{} has mode {mode:04o}: others than its owner may use it", self.path.display());
        Err(io::Error::new(io::ErrorKind::PermissionDenied, message))
    }

    /// Access lists are inherited from the user's profile, which is the user's own.
    #[cfg(not(unix))]
    fn check_owner_only(&self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn key(byte: u8) -> VaultKey {
        VaultKey::new([byte; 32])
    }

    #[test]
    fn a_key_that_was_created_is_loaded_again_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::in_dir(folder.path());
        assert!(file.load().unwrap().is_none());
        assert_eq!(*file.load_or_create(&key(1)).unwrap(), [1; 32]);
        assert_eq!(*file.load_or_create(&key(2)).unwrap(), [1; 32]);
        assert_eq!(*file.load().unwrap().unwrap(), [1; 32]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn of_many_that_create_at_once_all_get_the_same_key() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::in_dir(folder.path());
        let keys: Vec<[u8; 32]> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16)
                .map(|n| {
                    scope.spawn({
                        let file = &file;
                        move || *file.load_or_create(&key(n)).unwrap()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.windows(2).all(|pair| pair[0] == pair[1]));
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_for_its_owner_and_refused_if_it_is_not() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::in_dir(folder.path());
        file.load_or_create(&key(1)).unwrap();
        assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(file.load().unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    }

    #[test]
    fn a_damaged_file_is_an_error_and_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::in_dir(folder.path());
        file.load_or_create(&key(1)).unwrap();
        for damage in ["", "not base64!", "c2hvcnQ="] {
            fs::write(file.path(), damage).unwrap();
            assert_eq!(file.load_or_create(&key(2)).unwrap_err().kind(), io::ErrorKind::InvalidData);
            assert_eq!(fs::read_to_string(file.path()).unwrap(), damage);
        }
    }
}
