//! What is to be sent, with everything that it may draw on.

use std::sync::Arc;

use crate::exchange::SendSettings;
use crate::template::{Origin, VariableSet};
use crate::workspace::{Definition, Environment, Id, NodeKind};

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
        }
    }
}

impl Ancestor {
    pub fn new(id: Id, name: impl Into<String>, kind: NodeKind, definition: Arc<Definition>) -> Self {
        let variables = Arc::new(VariableSet::new(definition.variables.clone()));
        Self { id, name: name.into(), kind, definition, variables }
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
