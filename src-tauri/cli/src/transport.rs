//! How requests leave, from the options: what they say stands before what the workspace says.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gatepass_app::core::exchange::{ClientCertificateFiles, HostRule, SendSettings};
use gatepass_app::interchange::cookie_jar;
use gatepass_app::{App, Outside};
use serde_json::Value;

use crate::arguments::{CookieJar, Transport};
use crate::outcome::Stop;

/// The settings of this call. `app`: the workspace whose settings are the base.
pub async fn send_settings(app: Option<&App>, transport: &Transport) -> Result<SendSettings, Stop> {
    let mut settings = match app {
        Some(app) => {
            app.ready_to_send().await?;
            app.outside().send_settings()
        }
        None => SendSettings::default(),
    };
    if transport.insecure {
        settings.verify_tls = false;
    }
    if transport.ignore_redirects {
        settings.follow_redirects = false;
    }
    if let Some(millis) = transport.timeout_request {
        settings.timeout = (millis > 0).then(|| Duration::from_millis(millis));
    }
    if let Some(bundle) = &transport.ssl_extra_ca_certs {
        settings.ca_bundle = Some(bundle.clone());
    }
    if let Some(certificate) = &transport.ssl_client_cert {
        settings.client_certificate = Some(ClientCertificateFiles {
            certificate: certificate.clone(),
            key: transport.ssl_client_key.clone(),
            passphrase: transport.ssl_client_passphrase.clone(),
        });
    }
    if let Some(list) = &transport.ssl_client_cert_list {
        let rules = certificate_list(list)?;
        settings.hosts = rules.into_iter().chain(settings.hosts.iter().cloned()).collect::<Arc<[_]>>();
    }
    settings.working_dir.clone_from(&transport.working_dir);
    Ok(settings)
}

/// Newman's list: `[{"matches": ["https://api.example.com/*"], "cert": {"src": "…"}, "key": {"src": "…"},
/// "passphrase": "…"}]`.
fn certificate_list(file: &Path) -> Result<Vec<HostRule>, Stop> {
    let document: Value = serde_json::from_slice(&read(file, "The list of client certificates")?)
        .map_err(|error| no_list(file, format!("line {}, column {}", error.line(), error.column())))?;
    let entries = document.as_array().ok_or_else(|| no_list(file, "it is no list".to_owned()))?;
    let mut rules = Vec::new();
    for entry in entries {
        let path = |name: &str| {
            let path = entry.get(name).and_then(|file| file.get("src")).and_then(Value::as_str);
            path.filter(|path| !path.is_empty()).map(PathBuf::from)
        };
        let Some(certificate) = path("cert").or_else(|| path("pfx")) else { continue };
        let files = ClientCertificateFiles {
            certificate,
            key: path("key"),
            passphrase: entry.get("passphrase").and_then(Value::as_str).map(str::to_owned),
        };
        let matches = entry.get("matches").and_then(Value::as_array).into_iter().flatten();
        for pattern in matches.filter_map(Value::as_str) {
            rules.push(HostRule {
                host: pattern.to_owned(),
                client_certificate: Some(files.clone()),
                ca_bundle: None,
            });
        }
    }
    Ok(rules)
}

/// Fills the jar from the file that was named, if one was.
pub fn take_cookies(outside: &Outside, jar: &CookieJar) -> Result<(), Stop> {
    let Some(file) = &jar.cookie_jar else { return Ok(()) };
    let cookies = cookie_jar::read(&read(file, "The cookie jar")?)
        .map_err(|failure| Stop::usage(failure.message, failure.cause, failure.next_step))?;
    for cookie in &cookies {
        outside.cookies().put(cookie);
    }
    Ok(())
}

/// Writes the jar to the file that was named, if one was. Cookies are credentials: the file is for its owner alone.
pub fn give_cookies(outside: &Outside, jar: &CookieJar) -> Result<(), Stop> {
    let Some(file) = &jar.export_cookie_jar else { return Ok(()) };
    let document = cookie_jar::write(&outside.cookies().cookies(), outside.now());
    write_privately(file, format!("{document:#}\n").as_bytes()).map_err(|error| {
        Stop::usage(
            "The cookie jar cannot be written",
            format!("{}: {error}.", file.display()),
            "Name a file in a folder that exists and that you may write to.",
        )
    })
}

fn write_privately(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(bytes)
}

fn read(file: &Path, what: &str) -> Result<Vec<u8>, Stop> {
    fs::read(file).map_err(|error| {
        Stop::usage(
            format!("{what} cannot be read"),
            format!("{}: {error}.", file.display()),
            "Name a file that exists and that you may read.",
        )
    })
}

fn no_list(file: &Path, why: String) -> Stop {
    Stop::usage(
        "The list of client certificates cannot be used",
        format!("{}: {why}.", file.display()),
        "Write it as Newman's: [{\"matches\": [\"https://host/*\"], \"cert\": {\"src\": \"…\"}, \"key\": {\"src\": \"…\"}}].",
    )
}
