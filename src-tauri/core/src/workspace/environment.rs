//! A set of variables that can be chosen; its id is part of the key of every token.

use serde::{Deserialize, Serialize};

use super::{Id, Variable};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    pub id: Id,
    pub name: String,
    /// A colour name for the square beside it; production environments are red.
    #[serde(default)]
    pub colour: Option<String>,
    pub variables: Vec<Variable>,
}
