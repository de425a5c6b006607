//! Which variable wins, and where it comes from.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::workspace::Variable;

/// Where a variable is defined, the strongest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "scope", content = "name", rename_all = "snake_case")]
pub enum Origin {
    /// Set for this send alone.
    Local,
    /// A row of the data file of a run.
    IterationData,
    Environment(String),
    /// The nearest folder is stronger than those around it.
    Folder(String),
    Collection(String),
    Globals,
}

/// The variables of one place. Disabled ones do not count; of several with one name the last counts, as in Postman.
#[derive(Clone, Default)]
pub struct VariableSet {
    variables: Vec<Variable>,
    by_name: HashMap<String, usize>,
}

impl VariableSet {
    pub fn new(variables: Vec<Variable>) -> Self {
        let by_name = variables
            .iter()
            .enumerate()
            .filter(|(_, variable)| variable.enabled)
            .map(|(at, variable)| (variable.key.clone(), at))
            .collect();
        Self { variables, by_name }
    }

    fn find(&self, name: &str) -> Option<&Variable> {
        self.by_name.get(name).map(|at| &self.variables[*at])
    }
}

/// The variable that a name stands for.
pub struct Winner<'a> {
    /// As written: it may hold further variables.
    pub value: &'a str,
    pub secret: bool,
    pub origin: &'a Origin,
    /// Weaker scopes that have a variable of that name too.
    pub hidden: Vec<&'a Origin>,
}

/// All variables that a request can see. Cheap to clone: the sets are shared.
#[derive(Clone, Default)]
pub struct Scopes {
    layers: Vec<(Origin, Arc<VariableSet>)>,
}

impl Scopes {
    /// No variables at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a scope that is weaker than those added before.
    pub fn push(&mut self, origin: Origin, variables: Arc<VariableSet>) {
        if !variables.variables.is_empty() {
            self.layers.push((origin, variables));
        }
    }

    /// The same as [`Self::push`], for building in one expression.
    pub fn with(mut self, origin: Origin, variables: Vec<Variable>) -> Self {
        self.push(origin, Arc::new(VariableSet::new(variables)));
        self
    }

    /// The variable that `name` stands for; for the hover as well as for sending.
    pub fn winner(&self, name: &str) -> Option<Winner<'_>> {
        let mut found = self.layers.iter().filter_map(|(origin, set)| Some((origin, set.find(name)?)));
        let (origin, variable) = found.next()?;
        Some(Winner {
            value: &variable.value,
            secret: variable.secret,
            origin,
            hidden: found.map(|(origin, _)| origin).collect(),
        })
    }

    /// The names that can be used, each once with the origin of its winner, strongest scope first.
    pub fn names(&self) -> Vec<(&str, &Origin)> {
        let mut seen = std::collections::HashSet::new();
        self.layers
            .iter()
            .flat_map(|(origin, set)| set.variables.iter().map(move |variable| (variable, origin)))
            .filter(|(variable, _)| variable.enabled && seen.insert(variable.key.as_str()))
            .map(|(variable, origin)| (variable.key.as_str(), origin))
            .collect()
    }
}
