//! What goes wrong on this side of the browser.

use super::span;
use crate::failure::{Code, Failure};

/// The port of the redirect URI is taken. `configured` is the redirect URI of the config.
pub fn port_in_use(port: u16, configured: &str) -> Failure {
    let failure = Failure::new(
        Code::PortInUse,
        format!("Port {port} is in use"),
        format!(
            "Another program listens on 127.0.0.1:{port}, so the browser’s answer can’t reach Gatepass. Nothing was \
             sent."
        ),
        "Close the other program, or use a free port if the provider allows a changing one.",
    );
    match with_free_port(configured, port) {
        Some(free) => failure.with_fix("Use a free port", "redirect_uri", free.into()),
        None => failure,
    }
}

/// Loopback redirect URIs may have any port (RFC 8252 §7.3).
fn with_free_port(configured: &str, port: u16) -> Option<String> {
    let place = format!(":{port}");
    configured.contains(&place).then(|| configured.replacen(&place, ":{port}", 1))
}

/// Nobody came back from the browser. `listening` says whether the redirect URI is one that we serve.
pub fn login_timed_out(seconds: u64, redirect_uri: &str, listening: bool) -> Failure {
    let waited = span(seconds);
    let (cause, next_step) = if listening {
        (
            format!("Nobody came back to {redirect_uri} within {waited}."),
            "Try again. If the browser shows an error, compare client ID and redirect URI with the registration.",
        )
    } else {
        (
            format!("{redirect_uri} can’t be received here, and no URL was pasted within {waited}."),
            "Try again, and paste the URL that the browser ends on.",
        )
    };
    Failure::new(Code::Timeout, "The sign-in took too long", cause, next_step)
}
