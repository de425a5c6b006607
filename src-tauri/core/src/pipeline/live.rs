//! The variables as scripts leave them: what one request of a run hands on to the next.

use std::sync::Arc;

use super::draft::{ChosenEnvironment, Draft};
use crate::scripting::{VariableChange, VariableScope};
use crate::template::VariableSet;
use crate::workspace::NodeKind;

/// The variables that scripts can change, as they stand after a request. Cheap to clone.
#[derive(Clone)]
pub struct LiveVariables {
    /// The chosen environment, or what scripts wrote where none was chosen.
    pub environment: Option<Arc<ChosenEnvironment>>,
    pub globals: Arc<VariableSet>,
    /// Of the collection; `None` for a request that stands in none.
    pub collection: Option<Arc<VariableSet>>,
    /// Of `pm.variables.set`.
    pub local: Arc<VariableSet>,
}

impl LiveVariables {
    /// Those around a draft.
    pub fn of(draft: &Draft) -> Self {
        let collection = draft.ancestors.iter().find(|ancestor| ancestor.kind == NodeKind::Collection);
        Self {
            environment: draft.environment.clone(),
            globals: Arc::clone(&draft.globals),
            collection: collection.map(|collection| Arc::clone(collection.variables())),
            local: Arc::clone(&draft.local),
        }
    }

    /// Puts them around another draft of the same run.
    pub fn put_around(&self, draft: &mut Draft) {
        draft.environment.clone_from(&self.environment);
        draft.globals = Arc::clone(&self.globals);
        draft.local = Arc::clone(&self.local);
        let collection = draft.ancestors.iter_mut().find(|ancestor| ancestor.kind == NodeKind::Collection);
        if let (Some(ancestor), Some(variables)) = (collection, &self.collection) {
            ancestor.set_variables(Arc::clone(variables));
        }
    }

    /// Takes changes over, in their order.
    pub fn apply(&mut self, changes: &[VariableChange]) {
        let of = |scope| changes.iter().filter(move |change| change.scope == scope);
        let touched = |scope| of(scope).next().is_some();
        if touched(VariableScope::Environment) {
            let before = self.environment.take().unwrap_or_else(|| Arc::new(ChosenEnvironment::unnamed()));
            let variables = before.variables().changed(of(VariableScope::Environment));
            self.environment = Some(Arc::new(before.with(variables)));
        }
        if touched(VariableScope::Globals) {
            self.globals = Arc::new(self.globals.changed(of(VariableScope::Globals)));
        }
        if touched(VariableScope::Local) {
            self.local = Arc::new(self.local.changed(of(VariableScope::Local)));
        }
        if touched(VariableScope::Collection)
            && let Some(collection) = &mut self.collection
        {
            *collection = Arc::new(collection.changed(of(VariableScope::Collection)));
        }
    }
}
