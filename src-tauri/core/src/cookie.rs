//! A cookie, as jars keep it and people see it (RFC 6265).

use gatepass_oauth::ports::UnixMillis;

/// One cookie. No `Debug`: most of them are credentials.
#[derive(Clone, PartialEq, Eq)]
pub struct Cookie {
    pub name: String,
    pub value: String,
    /// Host or domain, without a leading dot.
    pub domain: String,
    /// Whether it is sent to that very host only, and not to those under it.
    pub host_only: bool,
    pub path: String,
    pub secure: bool,
    pub http_only: bool,
    /// `None`: until the end of the session.
    pub expires_at: Option<UnixMillis>,
}

impl Cookie {
    /// What a cookie is known by: another one with the same takes its place.
    pub fn place(&self) -> (&str, &str, &str) {
        (&self.domain, &self.path, &self.name)
    }
}
