//! The flow log: the last exchanges of each token with its provider, step by step, kept in memory.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gatepass_oauth::TokenKey;
use gatepass_oauth::ports::FlowObserver;
use gatepass_oauth::transcript::FlowStep;

/// More steps than any flow has; a loop that retries for hours must not fill the memory.
const STEP_LIMIT: usize = 200;

/// How many flows of one token are kept.
const FLOWS_OF_A_TOKEN: usize = 20;

/// How many flows are kept of all tokens together.
const FLOWS_OF_ALL: usize = 400;

/// The flows, oldest first.
#[derive(Default)]
pub(crate) struct Flows {
    kept: Mutex<VecDeque<(TokenKey, Arc<Flow>)>>,
    next_id: AtomicU64,
}

/// The steps of one flow as they come.
pub(crate) struct Flow {
    /// Tells it from the others of this process.
    pub(crate) id: u64,
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
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let flow = Arc::new(Flow { id, steps: Mutex::default(), changed: Box::new(changed) });
        Arc::new(Recording { flows: Arc::clone(self), key: key.clone(), flow })
    }

    /// The steps of the last flow of a token.
    pub(crate) fn of(&self, key: &TokenKey) -> Vec<FlowStep> {
        self.all_of(key).next_back().map(|flow| flow.steps()).unwrap_or_default()
    }

    /// The last flows of a token, oldest first.
    pub(crate) fn all_of(&self, key: &TokenKey) -> impl DoubleEndedIterator<Item = Arc<Flow>> + use<> {
        let of_key = |(of, flow): &(TokenKey, Arc<Flow>)| (of == key).then(|| Arc::clone(flow));
        self.lock().iter().filter_map(of_key).collect::<Vec<_>>().into_iter()
    }

    fn keep(&self, key: &TokenKey, flow: &Arc<Flow>) {
        let mut kept = self.lock();
        if kept.iter().filter(|(of, _)| of == key).count() >= FLOWS_OF_A_TOKEN
            && let Some(oldest) = kept.iter().position(|(of, _)| of == key)
        {
            kept.remove(oldest);
        }
        if kept.len() >= FLOWS_OF_ALL {
            kept.pop_front();
        }
        kept.push_back((key.clone(), Arc::clone(flow)));
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(TokenKey, Arc<Flow>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flow {
    pub(crate) fn steps(&self) -> Vec<FlowStep> {
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
            self.flows.keep(&self.key, &self.flow);
        }
        (self.flow.changed)();
    }
}

#[cfg(test)]
mod tests {
    use gatepass_oauth::transcript::{Step, StepResult};

    use super::*;

    fn key(number: usize) -> TokenKey {
        let config = serde_json::json!({ "grant": "password", "client_id": number.to_string() });
        match gatepass_oauth::AuthConfig::from_json(&config) {
            Ok(config) => TokenKey::of(&config, ""),
            Err(failure) => panic!("{}", failure.cause),
        }
    }

    fn flow(flows: &Arc<Flows>, key: &TokenKey, detail: usize) {
        flows.record(key, || {}).step(&FlowStep {
            step: Step::Token,
            result: StepResult::Ok,
            ms: 1,
            detail: detail.to_string(),
            at: 0,
            exchange: None,
            sent: None,
        });
    }

    #[test]
    fn the_last_twenty_flows_of_a_token_are_kept() {
        let flows = Arc::new(Flows::default());
        (0..25).for_each(|number| flow(&flows, &key(1), number));
        let kept: Vec<String> = flows.all_of(&key(1)).map(|flow| flow.steps()[0].detail.clone()).collect();
        assert_eq!(kept.len(), 20);
        assert_eq!((kept[0].as_str(), kept[19].as_str()), ("5", "24"));
        assert_eq!(flows.of(&key(1))[0].detail, "24");
    }

    #[test]
    fn many_tokens_do_not_fill_the_memory() {
        let flows = Arc::new(Flows::default());
        (0..500).for_each(|number| flow(&flows, &key(number), number));
        assert!(flows.of(&key(99)).is_empty());
        assert_eq!(flows.of(&key(100))[0].detail, "100");
    }

    #[test]
    fn a_recording_without_a_step_leaves_the_last_flow_as_it_is() {
        let flows = Arc::new(Flows::default());
        flow(&flows, &key(1), 7);
        drop(flows.record(&key(1), || {}));
        assert_eq!(flows.of(&key(1))[0].detail, "7");
    }
}
