//! What a run is made of.

use std::sync::Arc;
use std::time::Duration;

use crate::pipeline::{Cursor, Draft, LiveVariables};
use crate::template::VariableSet;

/// What is run.
#[derive(Clone)]
pub struct Plan {
    /// In the order in which they are sent.
    pub requests: Vec<Draft>,
    /// How often all of them are sent. Iterations beyond the last row of data use that row, as in Newman.
    pub iterations: usize,
    /// A row of the data file for each iteration; empty for none.
    pub data: Vec<Arc<VariableSet>>,
    /// How many iterations run side by side at most; 0 counts as 1. Within an iteration requests keep their order.
    pub parallel: usize,
    /// What ends the run before its time.
    pub bail: Bail,
    /// How long an iteration waits between two of its requests, and one that follows upon another before its first.
    pub delay: Duration,
}

impl Plan {
    /// These requests, once, in order.
    pub fn once(requests: Vec<Draft>) -> Self {
        Self {
            requests,
            iterations: 1,
            data: Vec::new(),
            parallel: 1,
            bail: Bail::Never,
            delay: Duration::ZERO,
        }
    }

    /// The request at a position, with the data of its iteration and the variables as scripts left them.
    pub(super) fn draft(&self, at: Position, live: Option<&LiveVariables>) -> Draft {
        let mut draft = self.requests[at.request].clone();
        if let Some(row) = self.data.get(at.iteration).or_else(|| self.data.last()) {
            draft.iteration_data = Arc::clone(row);
        }
        if let Some(live) = live {
            live.put_around(&mut draft);
        }
        draft.cursor = Cursor { iteration: at.iteration, iterations: self.iterations };
        draft
    }

    /// Where a request of that name or id stands; the id may be the one that it had where it was imported from. Of several with one name it is the last, as in Postman.
    pub(super) fn place_of(&self, wanted: &str) -> Option<usize> {
        let imported = |draft: &Draft| {
            let kept = draft.definition.unknown.values();
            kept.filter_map(|kept| kept.get("id")?.as_str()).any(|id| id == wanted)
        };
        let id = |draft: &Draft| draft.id.as_ref().is_some_and(|id| id.as_str() == wanted) || imported(draft);
        let by_id = self.requests.iter().rposition(id);
        by_id.or_else(|| self.requests.iter().rposition(|draft| draft.name == wanted))
    }
}

/// What ends a run before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bail {
    #[default]
    Never,
    /// A request that is held back or gets no answer, or a script that does not come to its end.
    OnError,
    /// That, or an assertion that fails.
    OnFailure,
}

impl Bail {
    pub(super) fn ends(self, errored: bool, failed: bool) -> bool {
        match self {
            Bail::Never => false,
            Bail::OnError => errored,
            Bail::OnFailure => errored || failed,
        }
    }
}

/// Which request of which iteration; both count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    pub iteration: usize,
    pub request: usize,
}
