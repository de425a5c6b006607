//! Names that begin with `$`: made at the moment of use, or taken from a token set.

mod made_up;
mod words;

use gatepass_oauth::ports::{Clock, Randomness};
use time::OffsetDateTime;
use time::macros::format_description;

/// What a dynamic variable stands for this time.
#[derive(Clone)]
pub struct Substitute {
    pub text: String,
    /// Whether it has to be blanked wherever the request is shown or kept.
    pub secret: bool,
}

impl Substitute {
    /// A text that anybody may see.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), secret: false }
    }

    /// A text that nobody may see.
    pub fn secret(text: impl Into<String>) -> Self {
        Self { text: text.into(), secret: true }
    }
}

/// Knows some of the names that begin with `$`.
pub trait Dynamic: Send + Sync {
    /// The value of `name`, which comes without its `$`; `None` if this knows no such name.
    fn value(&self, name: &str) -> Option<Substitute>;
}

/// Knows none.
pub struct NoDynamic;

impl Dynamic for NoDynamic {
    fn value(&self, _name: &str) -> Option<Substitute> {
        None
    }
}

/// Asks one after the other.
pub struct FirstOf<'a>(pub &'a [&'a dyn Dynamic]);

impl Dynamic for FirstOf<'_> {
    fn value(&self, name: &str) -> Option<Substitute> {
        self.0.iter().find_map(|dynamic| dynamic.value(name))
    }
}

/// `$guid`, `$timestamp`, `$isoTimestamp` and the `$random…` family, as Postman has them.
pub struct Builtin<'a> {
    pub clock: &'a dyn Clock,
    pub randomness: &'a dyn Randomness,
}

impl Dynamic for Builtin<'_> {
    fn value(&self, name: &str) -> Option<Substitute> {
        let text = match name {
            "guid" | "randomUUID" => self.guid(),
            "timestamp" => (self.clock.now() / 1000).to_string(),
            "isoTimestamp" => self.iso_timestamp()?,
            _ => made_up::value(name, self.clock.now(), self.randomness)?,
        };
        Some(Substitute::plain(text))
    }
}

impl Builtin<'_> {
    fn guid(&self) -> String {
        let mut bytes = [0; 16];
        self.randomness.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }

    fn iso_timestamp(&self) -> Option<String> {
        let nanos = i128::from(self.clock.now()) * 1_000_000;
        let now = OffsetDateTime::from_unix_timestamp_nanos(nanos).ok()?;
        now.format(format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z"))
            .ok()
    }
}
