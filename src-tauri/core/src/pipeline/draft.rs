//! What is to be sent, with everything that it may draw on.

use std::sync::Arc;

use crate::exchange::SendSettings;
use crate::template::{Origin, VariableSet};
use crate::workspace::{Definition, Environment, Id, NodeKind, ScriptEvent};

/// A request with its surroundings. Cheap to clone: what is large is shared.
#[derive(Clone)]
pub struct Draft {
    /// The saved request that it is, if it is one.
    pub id: Option<Id>,
    pub name: String,
    pub definition: Arc<Definition>,
    /// Folders and collection that it stands in, the nearest first.
    pub ancestors: Vec<Ancestor>,
    pub environment: Option<Arc<ChosenEnvironment>>,
    pub globals: Arc<VariableSet>,
    /// The row of the data file, in a run.
    pub iteration_data: Arc<VariableSet>,
    /// Variables for this send alone; they win over all others.
    pub local: Arc<VariableSet>,
    /// The workspace's settings: where request, folders and collection say nothing, these hold.
    pub settings: SendSettings,
    /// Whether the scripts of request, folders and collection may run.
    pub scripts: ScriptPermission,
    /// Where in a run it stands; for scripts.
    pub cursor: Cursor,
}

/// Whether scripts may run. They come with collections from anywhere, so somebody has to have said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ScriptPermission {
    /// A person trusts these scripts: they named the file, wrote them, or were asked.
    Granted,
    /// Nobody has said that these scripts may run.
    #[default]
    NotTrusted,
    /// A person wants none to run.
    SwitchedOff,
}

/// Which iteration of how many; the first is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub iteration: usize,
    pub iterations: usize,
}

impl Default for Cursor {
    /// A request that is sent by itself.
    fn default() -> Self {
        Self { iteration: 0, iterations: 1 }
    }
}

/// A folder or collection around a request.
#[derive(Clone)]
pub struct Ancestor {
    pub id: Id,
    pub name: String,
    pub kind: NodeKind,
    pub definition: Arc<Definition>,
    variables: Arc<VariableSet>,
}

/// The environment that was chosen. Its id is part of the key of every token.
pub struct ChosenEnvironment {
    pub id: Id,
    pub name: String,
    variables: Arc<VariableSet>,
}

impl Draft {
    /// A request that stands alone.
    pub fn new(name: impl Into<String>, definition: Arc<Definition>) -> Self {
        Self {
            id: None,
            name: name.into(),
            definition,
            ancestors: Vec::new(),
            environment: None,
            globals: Arc::default(),
            iteration_data: Arc::default(),
            local: Arc::default(),
            settings: SendSettings::default(),
            scripts: ScriptPermission::default(),
            cursor: Cursor::default(),
        }
    }

    /// How many scripts stand around and on it for an event.
    pub fn script_count(&self, event: ScriptEvent) -> usize {
        let above = self.ancestors.iter().map(|ancestor| &ancestor.definition);
        let scripts = above.chain([&self.definition]).flat_map(|definition| &definition.scripts);
        scripts.filter(|script| script.event == event).count()
    }

    /// The names above it, from the collection down.
    pub fn path(&self) -> impl Iterator<Item = &str> {
        self.ancestors.iter().rev().map(|ancestor| ancestor.name.as_str())
    }
}

impl Ancestor {
    pub fn new(id: Id, name: impl Into<String>, kind: NodeKind, definition: Arc<Definition>) -> Self {
        let variables = Arc::new(VariableSet::new(definition.variables.clone()));
        Self { id, name: name.into(), kind, definition, variables }
    }

    pub(super) fn variables(&self) -> &Arc<VariableSet> {
        &self.variables
    }

    pub(super) fn set_variables(&mut self, variables: Arc<VariableSet>) {
        self.variables = variables;
    }

    pub(super) fn scope(&self) -> (Origin, Arc<VariableSet>) {
        let origin = match self.kind {
            NodeKind::Collection => Origin::Collection(self.name.clone()),
            NodeKind::Folder | NodeKind::Request => Origin::Folder(self.name.clone()),
        };
        (origin, Arc::clone(&self.variables))
    }
}

impl ChosenEnvironment {
    /// Its variables, as they stand.
    pub fn variables(&self) -> &VariableSet {
        &self.variables
    }

    /// The same environment with other variables.
    pub(super) fn with(&self, variables: VariableSet) -> Self {
        Self { id: self.id.clone(), name: self.name.clone(), variables: Arc::new(variables) }
    }

    /// What scripts write to where no environment was chosen. It counts as none for tokens.
    pub(super) fn unnamed() -> Self {
        Self { id: Id::from_text(""), name: String::new(), variables: Arc::default() }
    }

    pub(super) fn scope(&self) -> (Origin, Arc<VariableSet>) {
        (Origin::Environment(self.name.clone()), Arc::clone(&self.variables))
    }
}

impl From<Environment> for ChosenEnvironment {
    fn from(environment: Environment) -> Self {
        let variables = Arc::new(VariableSet::new(environment.variables));
        Self { id: environment.id, name: environment.name, variables }
    }
}
