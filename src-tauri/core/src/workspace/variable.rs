//! A named value that templates refer to.

use std::fmt;

use serde::{Deserialize, Serialize};

fn yes() -> bool {
    true
}

/// A variable of a collection, folder, environment or the globals.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    pub key: String,
    #[serde(default)]
    pub value: String,
    /// A secret value is stored as ciphertext and never shown unless asked for.
    #[serde(default)]
    pub secret: bool,
    #[serde(default = "yes")]
    pub enabled: bool,
}

impl Variable {
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into(), secret: false, enabled: true }
    }
}

impl fmt::Debug for Variable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = if self.secret { "•••" } else { &self.value };
        formatter.debug_struct("Variable").field("key", &self.key).field("value", &value).finish()
    }
}
