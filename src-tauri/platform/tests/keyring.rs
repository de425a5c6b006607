//! The keyring, against a real gnome-keyring on a D-Bus session of its own.
//!
//! Each test starts `dbus-run-session` and, in it, this test binary once more for each step (`the_step`), since the
//! session that a process sees is chosen when it starts.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

use gatepass_platform::VaultKey;
use gatepass_platform::keyring::{Keyring, KeyringError};

/// How the session's keyring starts.
enum Daemon {
    UnlockedWith(&'static str),
    None,
}

/// Runs the steps in a new session whose keyrings are kept below `home`. Gives what each step printed.
fn session(home: &Path, daemon: &Daemon, steps: &[&str]) -> Vec<String> {
    for tool in ["dbus-run-session", "gnome-keyring-daemon"] {
        let found = Command::new("which").arg(tool).output().is_ok_and(|output| output.status.success());
        assert!(found, "{tool} is missing: `make setup` installs it");
    }
    let runtime = tempfile::tempdir().unwrap();
    let this = std::env::current_exe().unwrap();
    let start = match daemon {
        Daemon::UnlockedWith(password) => {
            format!(
                "printf '%s\\n' '{password}' | gnome-keyring-daemon --daemonize --unlock --components=secrets >/dev/null 2>&1"
            )
        }
        // Keeps D-Bus from starting one by itself.
        Daemon::None => "true".to_owned(),
    };
    let mut script = format!("{start}\n");
    for step in steps {
        script.push_str(&format!(
            "KEYRING_STEP='{step}' '{}' --exact the_step --ignored --nocapture 2>&1 | grep '^=> '\n",
            this.display()
        ));
    }
    let mut command = Command::new("dbus-run-session");
    if matches!(daemon, Daemon::None) {
        let config = runtime.path().join("bus.conf");
        std::fs::write(&config, BARE_BUS).unwrap();
        command.arg("--config-file").arg(config);
    }
    let output = command
        .args(["--", "bash", "-c", &script])
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", runtime.path())
        .env_remove("XDG_DATA_HOME")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let results: Vec<String> =
        text.lines().filter_map(|line| line.strip_prefix("=> ")).map(str::to_owned).collect();
    assert_eq!(results.len(), steps.len(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    results
}

/// A session bus that starts no service.
const BARE_BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <keep_umask/>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

#[test]
#[ignore = "a step of the other tests, in a session that they start"]
fn the_step() {
    let Ok(step) = std::env::var("KEYRING_STEP") else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (verb, byte) = step.split_once(' ').unwrap_or((&step, "0"));
    let key = VaultKey::new([byte.parse().unwrap(); 32]);
    let keyring = Keyring::entry("vault test");
    let result = runtime.block_on(async {
        match verb {
            "store" => keyring.store(&key).await.map(|()| "stored".to_owned()),
            _ => keyring.load().await.map(|key| key.map_or("none".to_owned(), |key| key[0].to_string())),
        }
    });
    println!(
        "\n=> {}",
        match result {
            Ok(done) => done,
            Err(KeyringError::Absent) => "absent".to_owned(),
            Err(KeyringError::Locked(_)) => "locked".to_owned(),
            Err(other) => format!("{other:?}"),
        }
    );
}

#[test]
fn a_stored_key_is_loaded_again_also_in_the_next_session() {
    let home = tempfile::tempdir().unwrap();
    let unlocked = Daemon::UnlockedWith("test");
    assert_eq!(
        session(home.path(), &unlocked, &["load", "store 7", "load", "store 7"]),
        ["none", "stored", "7", "stored"]
    );
    assert_eq!(session(home.path(), &unlocked, &["load"]), ["7"]);
}

#[test]
fn another_key_in_the_entry_is_never_overwritten() {
    let home = tempfile::tempdir().unwrap();
    let results = session(home.path(), &Daemon::UnlockedWith("test"), &["store 7", "store 8", "load"]);
    assert_eq!(results[0], "stored");
    assert!(results[1].contains("holds another key"), "{results:?}");
    assert_eq!(results[2], "7");
}

#[test]
fn a_locked_keyring_is_told_from_one_that_is_not_there() {
    let home = tempfile::tempdir().unwrap();
    let unlocked = Daemon::UnlockedWith("right");
    assert_eq!(session(home.path(), &unlocked, &["store 7"]), ["stored"]);
    assert_eq!(
        session(home.path(), &Daemon::UnlockedWith("wrong"), &["load", "store 8"]),
        ["locked", "locked"]
    );
    assert_eq!(session(home.path(), &unlocked, &["load"]), ["7"], "the entry is untouched");
    assert_eq!(session(home.path(), &Daemon::None, &["load", "store 8"]), ["absent", "absent"]);
}
