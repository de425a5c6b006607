//! A D-Bus session with a real gnome-keyring in it, or with none.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use crate::{gatepass::Gatepass, process::Group};

/// A running session; dropping it ends the bus and the keyring.
#[derive(Debug)]
pub struct SecretService {
    /// What `DBUS_SESSION_BUS_ADDRESS` has to be.
    pub address: String,
    _session: Group,
}

/// A session bus that starts no service by itself.
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

impl SecretService {
    /// With the keyrings of this home, unlocked with a password; the first password makes them.
    pub async fn unlocked(home: &Gatepass, password: &str) -> Self {
        let start =
            "printf '%s\\n' \"$PASSWORD\" | gnome-keyring-daemon --daemonize --unlock --components=secrets \
                     >/dev/null 2>&1
                     until dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
                         org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q true
                     do sleep 0.02; done";
        Self::start(home, start, password).await
    }

    /// A bus on which nobody offers a keyring.
    pub async fn none(home: &Gatepass) -> Self {
        Self::start(home, "true", "").await
    }

    async fn start(home: &Gatepass, start: &str, password: &str) -> Self {
        let config = home.home().join("bus.conf");
        std::fs::write(&config, BARE_BUS).expect("the home can be written to");
        let mut command = Command::new("dbus-run-session");
        command.arg("--config-file").arg(config).args(["--", "bash", "-c"]);
        // The session lives as long as its standard input.
        command.arg(format!("{start}; echo \"$DBUS_SESSION_BUS_ADDRESS\"; exec cat"));
        command.env_clear().envs(home.environment(&crate::Browser::Missing));
        command.env_remove("DISPLAY").env_remove("XDG_DATA_HOME").env("PASSWORD", password);
        let mut session =
            Group::start(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()));
        let output = session.child().stdout.take().expect("stdout is piped");
        let line = tokio::task::spawn_blocking(move || BufReader::new(output).lines().next());
        let address = line.await.expect("reading a line does not panic");
        let address =
            address.and_then(Result::ok).expect("the session prints its address; is dbus installed?");
        Self { address, _session: session }
    }
}
