//! Where the platform keeps a program's data.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The folder of this program inside the platform's own.
const FOLDER: &str = "gatepass";

/// The data directory: `given` if there is one, else the platform's place for a user's data. It may not exist yet.
///
/// The platform's place is `$XDG_DATA_HOME` or `~/.local/share` (Linux and others), `~/Library/Application Support`
/// (macOS), `%APPDATA%` (Windows), with `gatepass` in it.
pub fn data_dir(given: Option<&Path>) -> PathBuf {
    match given {
        Some(given) => given.to_owned(),
        None => platform_place(|name| std::env::var_os(name)).join(FOLDER),
    }
}

/// Creates the directory, for its owner alone where the platform has such a thing. One that exists stays as it is.
///
/// # Errors
///
/// What the system says when it cannot be created.
pub fn create_private_dir(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Without any of the variables, the current directory stands in: better a visible file than none.
#[cfg(windows)]
fn platform_place(variable: impl Fn(&str) -> Option<OsString>) -> PathBuf {
    absolute(&variable, "APPDATA")
        .or_else(|| absolute(&variable, "USERPROFILE").map(|home| home.join("AppData").join("Roaming")))
        .unwrap_or_default()
}

#[cfg(target_os = "macos")]
fn platform_place(variable: impl Fn(&str) -> Option<OsString>) -> PathBuf {
    absolute(&variable, "HOME")
        .map(|home| home.join("Library").join("Application Support"))
        .unwrap_or_default()
}

#[cfg(not(any(windows, target_os = "macos")))]
fn platform_place(variable: impl Fn(&str) -> Option<OsString>) -> PathBuf {
    absolute(&variable, "XDG_DATA_HOME")
        .or_else(|| absolute(&variable, "HOME").map(|home| home.join(".local").join("share")))
        .unwrap_or_default()
}

/// The XDG specification wants relative paths ignored; elsewhere they make no sense either.
fn absolute(variable: &impl Fn(&str) -> Option<OsString>, name: &str) -> Option<PathBuf> {
    variable(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_given_directory_is_taken_as_it_is() {
        assert_eq!(data_dir(Some(Path::new("some/where"))), Path::new("some/where"));
    }

    #[cfg(not(any(windows, target_os = "macos")))]
    #[test]
    fn the_xdg_variable_stands_before_home_and_only_if_absolute() {
        let with = |pairs: &'static [(&str, &str)]| {
            platform_place(move |name| {
                pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
            })
        };
        assert_eq!(with(&[("XDG_DATA_HOME", "/data"), ("HOME", "/home/a")]), Path::new("/data"));
        assert_eq!(
            with(&[("XDG_DATA_HOME", "data"), ("HOME", "/home/a")]),
            Path::new("/home/a/.local/share")
        );
        assert_eq!(with(&[("HOME", "/home/a")]), Path::new("/home/a/.local/share"));
    }

    #[cfg(unix)]
    #[test]
    fn a_new_directory_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        create_private_dir(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        create_private_dir(&path).unwrap();
    }
}
