//! A value that must not be seen: it has no `Debug`, no `Display` and no `Serialize`, so that a log line, an
//! error text or an export that would show it does not compile.

use serde::{Deserialize, Deserializer};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A token, password, client secret or private key in memory. Overwritten when dropped.
///
/// Compared in constant time. Read it only where it leaves for the wire, the vault, or a person who asked for it.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

impl Secret {
    /// Takes ownership of a value that from now on is a secret.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself. Every call is a place to look at in a review.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is no value at all: an empty secret is never sent.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What may be shown of a token: its first and last three characters, and of a short one nothing.
    pub fn preview(&self) -> String {
        let characters: Vec<char> = self.0.chars().collect();
        if characters.len() < 16 {
            return "•••".to_owned();
        }
        let (start, end) = (&characters[..3], &characters[characters.len() - 3..]);
        format!("{}…{}", start.iter().collect::<String>(), end.iter().collect::<String>())
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl From<&str> for Secret {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl From<&Secret> for Secret {
    fn from(secret: &Secret) -> Self {
        secret.clone()
    }
}

impl From<&String> for Secret {
    fn from(text: &String) -> Self {
        Secret::new(text.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn shows_at_most_the_first_and_last_three_characters() {
        assert_eq!(Secret::new("eyJhbGciOiJSUzI1NiJ9.e30.h3Q").preview(), "eyJ…h3Q");
    }

    #[test]
    fn shows_nothing_of_a_short_secret() {
        assert_eq!(Secret::new("hunter2hunter2").preview(), "•••");
    }
}
