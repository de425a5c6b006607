//! What scripts do to variables.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The scopes that a script can write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VariableScope {
    Environment,
    Globals,
    Collection,
    /// For the rest of the run, and kept nowhere.
    Local,
}

/// One variable set or taken away.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct VariableChange {
    pub scope: VariableScope,
    pub key: String,
    /// What templates put in its place; `None`: the variable is gone.
    pub text: Option<String>,
    /// What scripts read again, where that is no text: numbers and objects stay what they are for the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Whether it is kept as a secret.
    #[serde(default)]
    pub secret: bool,
}

impl fmt::Debug for VariableChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.text.is_some() { "set" } else { "unset" };
        write!(formatter, "{kind} {} in {:?}", self.key, self.scope)
    }
}
