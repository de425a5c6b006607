//! Which variable wins, and where it comes from.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::scripting::VariableChange;
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
    /// What scripts read where it is no text: `{{name}}` is the text, `pm.variables.get` the number.
    typed: HashMap<String, Value>,
}

impl VariableSet {
    pub fn new(variables: Vec<Variable>) -> Self {
        let by_name = variables
            .iter()
            .enumerate()
            .filter(|(_, variable)| variable.enabled)
            .map(|(at, variable)| (variable.key.clone(), at))
            .collect();
        Self { variables, by_name, typed: HashMap::new() }
    }

    /// A row of a data file in JSON: what is no text keeps its type for scripts.
    pub fn of_json(row: Map<String, Value>) -> Self {
        let variables = row.iter().map(|(key, value)| Variable::new(key.as_str(), as_text(value))).collect();
        let typed = row.into_iter().filter(|(_, value)| !value.is_string()).collect();
        Self { typed, ..Self::new(variables) }
    }

    /// All variables in their order, disabled ones included.
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// The enabled variables as scripts read them.
    pub fn values(&self) -> Map<String, Value> {
        let enabled = self.by_name.iter().map(|(name, at)| (*at, name));
        let mut enabled: Vec<(usize, &String)> = enabled.collect();
        enabled.sort_unstable();
        let value = |(at, name): (usize, &String)| {
            let typed = self.typed.get(name).cloned();
            (name.clone(), typed.unwrap_or_else(|| Value::from(self.variables[at].value.as_str())))
        };
        enabled.into_iter().map(value).collect()
    }

    /// The set as these changes leave it. A secret stays one, whatever its new value.
    pub fn changed<'c>(&self, changes: impl IntoIterator<Item = &'c VariableChange>) -> Self {
        let mut set = self.clone();
        for change in changes {
            set.change(change);
        }
        set
    }

    fn change(&mut self, change: &VariableChange) {
        let VariableChange { key, text, value, secret, .. } = change;
        self.typed.remove(key);
        let Some(text) = text else {
            if self.by_name.remove(key).is_some() {
                let typed = std::mem::take(&mut self.typed);
                let mut variables = std::mem::take(&mut self.variables);
                variables.retain(|variable| !variable.enabled || variable.key != *key);
                *self = Self { typed, ..Self::new(variables) };
            }
            return;
        };
        if let Some(value) = value {
            self.typed.insert(key.clone(), value.clone());
        }
        match self.by_name.get(key) {
            Some(at) => {
                let variable = &mut self.variables[*at];
                variable.value.clone_from(text);
                variable.secret |= secret;
            }
            None => {
                self.by_name.insert(key.clone(), self.variables.len());
                self.variables
                    .push(Variable { secret: *secret, ..Variable::new(key.as_str(), text.as_str()) });
            }
        }
    }

    fn find(&self, name: &str) -> Option<&Variable> {
        self.by_name.get(name).map(|at| &self.variables[*at])
    }
}

/// A value as a template puts it.
fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
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

    /// The values of all secret variables, whichever wins.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let all = self.layers.iter().flat_map(|(_, set)| &set.variables);
        all.filter(|variable| variable.secret && variable.enabled).map(|variable| variable.value.as_str())
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
