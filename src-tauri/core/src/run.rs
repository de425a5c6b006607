//! A run: requests in order, once or several times over, one iteration after the other or some side by side.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use gatepass_oauth::keeper::SendTerms;
use gatepass_oauth::ports::{FlowObserver, Timer};

use crate::pipeline::{Cursor, Draft, LiveVariables, Pipeline, Verdict};
use crate::ports::Unwatched;
use crate::scripting::NextRequest;
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
    /// Whether the first request that fails ends the run.
    pub bail: bool,
    /// How long an iteration waits between two of its requests.
    pub delay: Duration,
}

impl Plan {
    /// These requests, once, in order.
    pub fn once(requests: Vec<Draft>) -> Self {
        Self { requests, iterations: 1, data: Vec::new(), parallel: 1, bail: false, delay: Duration::ZERO }
    }

    /// The request at a position, with the data of its iteration and the variables as scripts left them.
    fn draft(&self, at: Position, live: Option<&LiveVariables>) -> Draft {
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

    /// Where a request of that name or id stands. Of several with one name it is the last, as in Postman.
    fn place_of(&self, wanted: &str) -> Option<usize> {
        let id = |draft: &Draft| draft.id.as_ref().is_some_and(|id| id.as_str() == wanted);
        let by_id = self.requests.iter().rposition(id);
        by_id.or_else(|| self.requests.iter().rposition(|draft| draft.name == wanted))
    }
}

/// Which request of which iteration; both count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    pub iteration: usize,
    pub request: usize,
}

/// Hears how a run goes. With several iterations side by side the calls of different iterations mingle.
pub trait Reporter: Send + Sync {
    fn request_started(&self, at: Position, draft: &Draft) {
        let _ = (at, draft);
    }

    /// A request that was held back or got no answer is reported here as well: [`Verdict::failure`] says why.
    fn request_ended(&self, at: Position, draft: &Draft, verdict: &Verdict);
}

/// How a run went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Requests that were sent or held back.
    pub requests: usize,
    /// Those that were held back, got no answer, or whose scripts failed or found something wrong.
    pub failed: usize,
    /// Iterations that came to their end.
    pub iterations: usize,
    /// Whether a failure ended the run before its time.
    pub bailed: bool,
}

/// Runs the plan. Tokens are obtained and renewed on the way; a request that is held back counts as failed, and the
/// run goes on. Dropping the future ends the run at once.
///
/// What scripts do to variables holds for the rest of the run; iterations that run side by side each have their own
/// copy, which begins as the plan has it.
pub async fn run(
    pipeline: &Pipeline,
    plan: &Plan,
    terms: &SendTerms,
    timer: &dyn Timer,
    observer: &Arc<dyn FlowObserver>,
    reporter: &dyn Reporter,
) -> Summary {
    let carried = Mutex::default();
    let course = Course { pipeline, plan, terms, timer, observer, reporter, carried: &carried };
    let mut summary = Summary::default();
    let mut iterations = stream::iter(0..plan.iterations)
        .map(|iteration| course.iterate(iteration))
        .buffer_unordered(plan.parallel.max(1));
    while let Some(iteration) = iterations.next().await {
        summary.requests += iteration.requests;
        summary.failed += iteration.failed;
        if iteration.bailed {
            summary.bailed = true;
            break;
        }
        summary.iterations += 1;
    }
    summary
}

/// What all iterations of a run share.
struct Course<'a> {
    pipeline: &'a Pipeline,
    plan: &'a Plan,
    terms: &'a SendTerms,
    timer: &'a dyn Timer,
    observer: &'a Arc<dyn FlowObserver>,
    reporter: &'a dyn Reporter,
    /// The variables after the last request of an iteration, for the next one.
    carried: &'a Mutex<Option<LiveVariables>>,
}

impl Course<'_> {
    async fn iterate(&self, iteration: usize) -> Summary {
        let mut summary = Summary::default();
        let alone = self.plan.parallel <= 1;
        let mut live = if alone { self.lock_carried().clone() } else { None };
        let mut next = (!self.plan.requests.is_empty()).then_some(0);
        while let Some(request) = next {
            if summary.requests > 0 && !self.plan.delay.is_zero() {
                self.timer.sleep(self.plan.delay).await;
            }
            let ended = self.send(Position { iteration, request }, live.as_ref()).await;
            summary.requests += 1;
            summary.failed += usize::from(!ended.succeeded);
            live = ended.live.or(live);
            if !ended.succeeded && self.plan.bail {
                summary.bailed = true;
                break;
            }
            next = match ended.next {
                NextRequest::InOrder => Some(request + 1).filter(|next| *next < self.plan.requests.len()),
                NextRequest::Named(name) => self.plan.place_of(&name),
                NextRequest::End => None,
            };
        }
        if alone {
            *self.lock_carried() = live;
        }
        summary
    }

    async fn send(&self, at: Position, live: Option<&LiveVariables>) -> Ended {
        let draft = self.plan.draft(at, live);
        self.reporter.request_started(at, &draft);
        let verdict =
            self.pipeline.send(draft.clone(), self.terms, &Unwatched, Arc::clone(self.observer)).await;
        self.reporter.request_ended(at, &draft, &verdict);
        Ended {
            succeeded: verdict.failure().is_none() && verdict.scripts.passed(),
            live: verdict.variables,
            next: verdict.scripts.next_request,
        }
    }

    fn lock_carried(&self) -> MutexGuard<'_, Option<LiveVariables>> {
        self.carried.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a request means for the rest of its iteration.
struct Ended {
    succeeded: bool,
    live: Option<LiveVariables>,
    next: NextRequest,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::pipeline::testing::{Stage, auth, get};
    use crate::ports::SendFailureKind;
    use crate::workspace::Variable;
    use serde_json::json;

    #[derive(Default)]
    struct Heard(Mutex<Vec<(usize, usize, Option<String>)>>);

    impl Reporter for Heard {
        fn request_ended(&self, at: Position, _draft: &Draft, verdict: &Verdict) {
            self.0.lock().unwrap().push((at.iteration, at.request, verdict.failure()));
        }
    }

    fn go(stage: &Stage, plan: &Plan) -> (Summary, Vec<(usize, usize, Option<String>)>) {
        let heard = Heard::default();
        let (pipeline, terms) = (stage.pipeline(), SendTerms::default());
        let timer: Arc<dyn Timer> = stage.world.simulation.clone();
        let observer = stage.observer();
        let running = run(&pipeline, plan, &terms, timer.as_ref(), &observer, &heard);
        let summary = stage.world.simulation.run(running);
        (summary, heard.0.into_inner().unwrap())
    }

    fn paths(stage: &Stage) -> Vec<String> {
        stage.sent().iter().map(|sent| sent.url.path().to_owned()).collect()
    }

    #[test]
    fn requests_go_out_in_order_in_each_iteration_with_its_row_of_data() {
        let stage = Stage::new();
        let row = |value: &str| Arc::new(VariableSet::new(vec![Variable::new("row", value)]));
        let plan = Plan {
            iterations: 3,
            data: vec![row("one"), row("two")],
            ..Plan::once(vec![get("http://h/a/{{row}}"), get("http://h/b/{{row}}")])
        };
        let (summary, _) = go(&stage, &plan);
        assert_eq!(paths(&stage), ["/a/one", "/b/one", "/a/two", "/b/two", "/a/two", "/b/two"]);
        assert_eq!(summary, Summary { requests: 6, failed: 0, iterations: 3, bailed: false });
    }

    #[test]
    fn a_request_that_fails_or_is_held_back_counts_and_the_run_goes_on() {
        let stage = Stage::new();
        stage.answer_with_failure(SendFailureKind::Connect);
        let mut held = get("http://h/held");
        Arc::make_mut(&mut held.definition).auth = auth(
            "oauth2",
            json!({"grant": "authorization_code", "authorization_endpoint": "https://id.test/a", "token_endpoint": "https://id.test/t", "client_id": "c"}),
        );
        let (summary, heard) = go(&stage, &Plan::once(vec![get("http://h/a"), held, get("http://h/c")]));
        assert_eq!(summary, Summary { requests: 3, failed: 2, iterations: 1, bailed: false });
        assert_eq!(paths(&stage), ["/a", "/c"]);
        assert!(heard[0].2.is_some() && heard[1].2.is_some() && heard[2].2.is_none());
    }

    #[test]
    fn bail_ends_the_run_at_the_first_failure() {
        let stage = Stage::new();
        stage.answer(200, &[]);
        stage.answer_with_failure(SendFailureKind::Timeout);
        let requests = vec![get("http://h/a"), get("http://h/b"), get("http://h/c")];
        let (summary, _) = go(&stage, &Plan { bail: true, iterations: 5, ..Plan::once(requests) });
        assert_eq!(summary, Summary { requests: 2, failed: 1, iterations: 0, bailed: true });
        assert_eq!(paths(&stage), ["/a", "/b"]);
    }

    #[test]
    fn no_more_iterations_than_asked_for_run_side_by_side() {
        let stage = Stage::new();
        stage.answer_slowly(&[30, 10, 20, 10, 10, 10]);
        let plan = Plan { iterations: 6, parallel: 3, ..Plan::once(vec![get("http://h/a")]) };
        let (summary, heard) = go(&stage, &plan);
        assert_eq!(summary.requests, 6);
        assert_eq!(stage.most_waiting(), 3);
        let order: Vec<usize> = heard.iter().map(|(iteration, _, _)| *iteration).collect();
        assert_eq!(order[0], 1, "the quickest ends first: {order:?}");
    }

    #[test]
    fn the_delay_lies_between_the_requests_of_an_iteration() {
        let stage = Stage::new();
        let before = gatepass_oauth::ports::Clock::monotonic(&*stage.world.simulation);
        let requests = vec![get("http://h/a"), get("http://h/b"), get("http://h/c")];
        go(&stage, &Plan { delay: Duration::from_millis(500), ..Plan::once(requests) });
        let passed = gatepass_oauth::ports::Clock::monotonic(&*stage.world.simulation) - before;
        assert_eq!(passed, Duration::from_secs(1));
    }
}
