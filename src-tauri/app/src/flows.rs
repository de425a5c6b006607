//! The flow log: the steps of the last exchanges of each token, kept in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use gatepass_oauth::TokenKey;
use gatepass_oauth::ports::FlowObserver;
use gatepass_oauth::transcript::FlowStep;

/// More steps than any flow has; a loop that retries for hours must not fill the memory.
const STEP_LIMIT: usize = 200;

#[derive(Default)]
pub(crate) struct Flows {
    last: Mutex<HashMap<TokenKey, Arc<Flow>>>,
}

/// The steps of one flow as they come.
pub(crate) struct Flow {
    steps: Mutex<Vec<FlowStep>>,
    changed: Box<dyn Fn() + Send + Sync>,
}

impl Flows {
    /// Begins to record a flow for a token. It becomes that token's last flow with its first step: a send that needed
    /// none leaves the log as it is.
    pub(crate) fn record(
        self: &Arc<Self>,
        key: &TokenKey,
        changed: impl Fn() + Send + Sync + 'static,
    ) -> Arc<Recording> {
        let flow = Arc::new(Flow { steps: Mutex::default(), changed: Box::new(changed) });
        Arc::new(Recording { flows: Arc::clone(self), key: key.clone(), flow })
    }

    /// The steps of the last flow of a token.
    pub(crate) fn of(&self, key: &TokenKey) -> Vec<FlowStep> {
        self.lock().get(key).map(|flow| flow.steps()).unwrap_or_default()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<TokenKey, Arc<Flow>>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flow {
    fn steps(&self) -> Vec<FlowStep> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Hears the steps of one flow.
pub(crate) struct Recording {
    flows: Arc<Flows>,
    key: TokenKey,
    flow: Arc<Flow>,
}

impl FlowObserver for Recording {
    fn step(&self, step: &FlowStep) {
        let first = {
            let mut steps = self.flow.steps.lock().unwrap_or_else(PoisonError::into_inner);
            if steps.len() < STEP_LIMIT {
                steps.push(step.clone());
            }
            steps.len() == 1
        };
        if first {
            self.flows.lock().insert(self.key.clone(), Arc::clone(&self.flow));
        }
        (self.flow.changed)();
    }
}
