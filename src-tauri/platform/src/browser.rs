//! The person's browser.

use std::process::Stdio;
use std::time::Duration;

use async_trait::async_trait;
use gatepass_oauth::authorization_request::check_openable;
use gatepass_oauth::failure::{Code, Failure};
use gatepass_oauth::ports::BrowserOpener;
use tokio::process::Command;
use url::Url;

/// How long a failure to start is looked for: launchers that find no browser end quickly, and with an error.
const LOOK: Duration = Duration::from_millis(500);

/// Opens URLs in the browser that `BROWSER` names, else in the system's own.
#[derive(Clone, Debug)]
pub struct SystemBrowser {
    command: Option<String>,
    allowed_hosts: Vec<String>,
}

impl SystemBrowser {
    /// `command`: the value of `BROWSER`, split into words like a shell's, with quotes and without a shell; the URL
    /// becomes the last word. `None` or blank: the system's way.
    pub fn new(command: Option<String>) -> Self {
        Self { command: command.filter(|command| !command.trim().is_empty()), allowed_hosts: Vec::new() }
    }

    /// The same, for hosts that the person allowed to be opened over plain `http` too.
    pub fn allowing(mut self, hosts: impl IntoIterator<Item = String>) -> Self {
        self.allowed_hosts.extend(hosts.into_iter().map(|host| host.to_ascii_lowercase()));
        self
    }

    /// The engine's rule, and the hosts that were allowed beside it.
    fn check(&self, url: &Url) -> Result<(), Failure> {
        let is_plain = url.scheme() == "http" && url.username().is_empty() && url.password().is_none();
        let host = url.host_str().unwrap_or_default();
        if is_plain && self.allowed_hosts.iter().any(|allowed| allowed == host) {
            return Ok(());
        }
        check_openable(url)
    }

    /// Program and arguments, without the URL.
    fn words(&self) -> Result<Vec<String>, Failure> {
        let Some(command) = &self.command else {
            return Ok(SYSTEM.iter().map(|word| (*word).to_owned()).collect());
        };
        shlex::split(command).filter(|words| !words.is_empty()).ok_or_else(|| {
            Failure::new(
                Code::Configuration,
                "The browser's command cannot be read.",
                format!("BROWSER is {command:?}, which has a quote that does not end."),
                "Correct BROWSER, or remove it to use the system's browser.",
            )
        })
    }
}

#[cfg(target_os = "macos")]
const SYSTEM: &[&str] = &["open"];
#[cfg(windows)]
const SYSTEM: &[&str] = &["rundll32", "url.dll,FileProtocolHandler"];
#[cfg(not(any(target_os = "macos", windows)))]
const SYSTEM: &[&str] = &["xdg-open"];

#[async_trait]
impl BrowserOpener for SystemBrowser {
    async fn open(&self, url: &Url) -> Result<(), Failure> {
        self.check(url)?;
        let words = self.words()?;
        let mut child = Command::new(&words[0])
            .args(&words[1..])
            .arg(url.as_str())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| not_started(&words[0], &format!("{error}.")))?;
        match tokio::time::timeout(LOOK, child.wait()).await {
            Ok(Ok(status)) if !status.success() => {
                Err(not_started(&words[0], &format!("It ended at once with {status}.")))
            }
            Ok(_) => Ok(()),
            Err(_) => {
                // It is the browser itself: wait for its end elsewhere, so that no zombie stays.
                tokio::spawn(async move { child.wait().await });
                Ok(())
            }
        }
    }
}

fn not_started(program: &str, cause: &str) -> Failure {
    Failure::new(
        Code::Configuration,
        format!("The browser could not be opened: {program} did not start it."),
        cause,
        "Copy the link into a browser, or set BROWSER to one that is installed.",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn only_https_loopback_http_and_allowed_hosts_are_opened() {
        let browser = SystemBrowser::new(None).allowing(["Intranet.example".to_owned()]);
        for allowed in [
            "https://id.example/authorize?x=1",
            "http://127.0.0.1:8080/",
            "http://localhost/",
            "http://[::1]:3000/",
            "http://intranet.example/login",
        ] {
            assert!(browser.check(&url(allowed)).is_ok(), "{allowed}");
        }
        for refused in [
            "http://id.example/",
            "http://127.0.0.1.example/",
            "https://id.example@evil.example/",
            "http://user@intranet.example/",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/html,x",
            "smb://host/share",
            "ms-msdt:/id",
            "mailto:a@b",
            "x-apple.systempreferences:x",
        ] {
            assert!(browser.check(&url(refused)).is_err(), "{refused}");
        }
    }

    #[test]
    fn the_command_is_split_like_a_shell_word_list() {
        let words = |command: &str| SystemBrowser::new(Some(command.to_owned())).words();
        assert_eq!(words("firefox").unwrap(), ["firefox"]);
        assert_eq!(words(" 'my browser'  --profile \"a b\" ").unwrap(), ["my browser", "--profile", "a b"]);
        assert_eq!(words("x $HOME `id` ;rm").unwrap(), ["x", "$HOME", "`id`", ";rm"]);
        assert!(words("firefox 'half").is_err());
        assert_eq!(SystemBrowser::new(Some("  ".to_owned())).words().unwrap(), SYSTEM);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn the_url_is_one_last_argument_whatever_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("arguments");
        let script = folder.path().join("browser");
        std::fs::write(
            &script,
            format!("#!/bin/sh\nfor a in \"$@\"; do echo \"<$a>\"; done > '{}'\n", out.display()),
        )
        .unwrap();
        std::fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let hostile = url("https://id.example/a?x=$(touch /tmp/x)&y=`id`;z='\"%20 --flag");
        let browser = SystemBrowser::new(Some(format!("'{}' --new", script.display())));
        browser.open(&hostile).await.unwrap();
        let arguments = std::fs::read_to_string(&out).unwrap();
        assert_eq!(arguments, format!("<--new>\n<{hostile}>\n"));
    }

    #[tokio::test]
    async fn what_could_not_be_started_is_named() {
        let browser = SystemBrowser::new(Some("no-such-browser-anywhere --x".to_owned()));
        let failure = browser.open(&url("https://id.example/")).await.unwrap_err();
        assert!(failure.message.contains("no-such-browser-anywhere"), "{failure:?}");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_launcher_that_fails_at_once_is_a_failure() {
        let browser = SystemBrowser::new(Some("false".to_owned()));
        let failure = browser.open(&url("https://id.example/")).await.unwrap_err();
        assert!(failure.cause.contains("exit status: 1"), "{failure:?}");
    }
}
