//! No answer came.

use crate::failure::{Code, Failure};
use crate::ports::{TransportError, TransportErrorKind};

/// Explains why a provider could not be reached. `host` is its host, with the port where one is given.
pub fn unreachable(host: &str, error: &TransportError) -> Failure {
    let said = &error.message;
    let (code, message, cause, next_step) = match error.kind {
        TransportErrorKind::Dns => (
            Code::Network,
            format!("The host {host} was not found"),
            format!("{said} Nothing was sent."),
            "Check the URL for typing errors, and the network connection.".to_owned(),
        ),
        TransportErrorKind::Connect => (
            Code::Network,
            format!("{host} could not be reached"),
            format!("{said} Nothing was sent."),
            "Check that the server runs, its port, and the proxy settings.".to_owned(),
        ),
        TransportErrorKind::Tls => tls(host, said),
        TransportErrorKind::Timeout => (
            Code::Timeout,
            format!("{host} did not answer in time"),
            arrival(said, error.may_have_arrived),
            "Try again, or raise the time limit in the settings of this host.".to_owned(),
        ),
        TransportErrorKind::Broken => (
            Code::Network,
            format!("The connection to {host} broke"),
            arrival(said, error.may_have_arrived),
            "Try again. If it happens each time, look at the server’s log.".to_owned(),
        ),
        TransportErrorKind::InvalidRequest => (
            Code::Configuration,
            format!("The request to {host} can’t be sent"),
            format!("{said} Nothing was sent."),
            "Correct the setting that holds what can’t be sent.".to_owned(),
        ),
    };
    Failure::new(code, message, cause, next_step)
}

/// Adapters tell in words what was wrong with the certificate; the words of rustls and of the systems are known.
fn tls(host: &str, said: &str) -> (Code, String, String, String) {
    let lower = said.to_lowercase();
    let mentions = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let (message, cause, next_step) = if mentions(&[
        "unknownissuer",
        "unknown issuer",
        "unknown ca",
        "self-signed",
        "self signed",
        "not trusted",
    ]) {
        (
            format!("The certificate of {host} is not trusted"),
            "It was issued by a CA that this computer does not know.",
            "If it is a private CA, add its certificate in the settings of this host.",
        )
    } else if mentions(&["expired"]) {
        (
            format!("The certificate of {host} has expired"),
            "Its validity has ended, or this computer’s clock is wrong.",
            "Have the certificate renewed, and check this computer’s clock.",
        )
    } else if mentions(&["notvalidyet", "not valid yet", "not yet valid"]) {
        (
            format!("The certificate of {host} is not valid yet"),
            "Its validity has not begun: this computer’s clock is most likely wrong.",
            "Check this computer’s clock.",
        )
    } else if mentions(&["notvalidforname", "not valid for name", "hostname", "name mismatch"]) {
        (
            format!("The certificate is not for {host}"),
            "It names other hosts than the one that was asked.",
            "Check the URL; use the name that the certificate carries.",
        )
    } else if mentions(&[
        "certificaterequired",
        "certificate required",
        "handshake failure",
        "bad certificate",
    ]) {
        (
            format!("{host} refused the TLS handshake"),
            "It may want a client certificate, or not accept the one presented.",
            "Check the client certificate in the settings of this host or of this client.",
        )
    } else {
        (
            format!("No secure connection to {host}"),
            "The TLS handshake failed.",
            "If the server uses a private CA, add its certificate in the settings of this host.",
        )
    };
    (Code::Tls, message, format!("{cause} {said} Nothing was sent."), next_step.to_owned())
}

fn arrival(said: &str, may_have_arrived: bool) -> String {
    if may_have_arrived {
        format!("{said} The request may have arrived.")
    } else {
        format!("{said} Nothing was sent.")
    }
}
