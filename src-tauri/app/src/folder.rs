//! A collection that lies in a folder, a file a request: read whole, nothing outside of it.

use std::path::{Path, PathBuf};

use gatepass_interchange::Imported;
use gatepass_interchange::bruno::read_folder;

use crate::dto::ErrorView;

/// No collection has more files, nor deeper folders, nor more text.
const MOST_FILES: usize = 20_000;
const MOST_LEVELS: usize = 64;
const MOST_BYTES: u64 = 64 << 20;
const ENDINGS: [&str; 4] = ["bru", "json", "yml", "yaml"];

/// Reads the collection in a folder. Links are not followed, hidden folders and `node_modules` are passed over.
///
/// # Errors
/// The folder cannot be read, is too large, or holds no collection.
pub(crate) async fn read(folder: PathBuf) -> Result<Imported, ErrorView> {
    let read = tokio::task::spawn_blocking(move || {
        let mut found = Found { files: Vec::new(), bytes: 0 };
        found.take(&folder, "", 0).map_err(|error| {
            ErrorView::plain(
                "usage",
                "The folder cannot be imported",
                format!("{}: {error}.", folder.display()),
                "Name the folder of a Bruno collection that you may read.",
            )
        })?;
        Ok(read_folder(&found.files)?)
    });
    read.await.unwrap_or_else(|error| {
        Err(ErrorView::plain("storage", "The import was interrupted", error.to_string(), "Try again."))
    })
}

struct Found {
    files: Vec<(String, Vec<u8>)>,
    bytes: u64,
}

impl Found {
    fn take(&mut self, folder: &Path, place: &str, level: usize) -> std::io::Result<()> {
        if level > MOST_LEVELS {
            return Err(std::io::Error::other("its folders are nested too deep"));
        }
        let mut entries: Vec<_> = std::fs::read_dir(folder)?.collect::<Result<_, _>>()?;
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let within = if place.is_empty() { name.clone() } else { format!("{place}/{name}") };
            let kind = entry.file_type()?;
            if kind.is_dir() && !name.starts_with('.') && name != "node_modules" {
                self.take(&entry.path(), &within, level + 1)?;
            } else if kind.is_file() && ends_well(&name) {
                self.bytes += entry.metadata()?.len();
                if self.files.len() >= MOST_FILES || self.bytes > MOST_BYTES {
                    return Err(std::io::Error::other("it holds more than any collection"));
                }
                self.files.push((within, std::fs::read(entry.path())?));
            }
        }
        Ok(())
    }
}

fn ends_well(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, ending)| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn a_folder_is_read_whole_and_what_is_hidden_or_linked_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("bruno.json", "{\"version\": \"1\", \"name\": \"Things\", \"type\": \"collection\"}");
        let request = |name: &str| {
            format!("meta {{\n  name: {name}\n  type: http\n}}\n\nget {{\n  url: http://h/{name}\n}}\n")
        };
        write("users/one.bru", &request("one"));
        write(".git/two.bru", &request("two"));
        write("notes.txt", "no");
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("three.bru"), request("three")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(outside.path(), folder.path().join("linked")).unwrap();
        let imported = read(folder.path().to_owned()).await.unwrap();
        let branch = &imported.branches[0];
        assert_eq!(branch.name, "Things");
        assert_eq!(branch.children.len(), 1);
        assert_eq!(branch.children[0].children[0].name, "one");
    }

    #[tokio::test]
    async fn a_folder_without_a_collection_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path().to_owned()).await.map(|_| ()).unwrap_err().code, "usage");
        assert_eq!(read(folder.path().join("gone")).await.map(|_| ()).unwrap_err().code, "usage");
    }
}
