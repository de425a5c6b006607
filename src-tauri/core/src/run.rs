//! A run: requests in order, once or several times over, one iteration after the other or some side by side.

mod plan;

pub use plan::{Bail, Plan, Position};

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::StreamExt;
use futures_util::stream;
use gatepass_oauth::keeper::SendTerms;
use gatepass_oauth::ports::{FlowObserver, Timer};

use crate::pipeline::{Draft, LiveVariables, Pipeline, Verdict};
use crate::ports::Unwatched;
use crate::scripting::NextRequest;

/// Hears how a run goes. With several iterations side by side the calls of different iterations mingle.
pub trait Reporter: Send + Sync {
    fn iteration_started(&self, iteration: usize) {
        let _ = iteration;
    }

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

/// How a run went, and what it left behind.
pub struct Finished {
    pub summary: Summary,
    /// The variables after the last request of the last iteration; `None` if no script changed any.
    pub variables: Option<LiveVariables>,
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
) -> Finished {
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
    drop(iterations);
    let carried = carried.into_inner().unwrap_or_else(PoisonError::into_inner);
    Finished { summary, variables: carried.live }
}

/// What all iterations of a run share.
struct Course<'a> {
    pipeline: &'a Pipeline,
    plan: &'a Plan,
    terms: &'a SendTerms,
    timer: &'a dyn Timer,
    observer: &'a Arc<dyn FlowObserver>,
    reporter: &'a dyn Reporter,
    carried: &'a Mutex<Carried>,
}

/// The variables after the last request of an iteration, for the next one and for the end.
#[derive(Default)]
struct Carried {
    iteration: usize,
    live: Option<LiveVariables>,
}

impl Course<'_> {
    async fn iterate(&self, iteration: usize) -> Summary {
        let mut summary = Summary::default();
        let alone = self.plan.parallel <= 1;
        self.reporter.iteration_started(iteration);
        let mut live = if alone { self.lock_carried().live.clone() } else { None };
        let mut next = (!self.plan.requests.is_empty()).then_some(0);
        while let Some(request) = next {
            let follows = summary.requests > 0 || (alone && iteration > 0);
            if follows && !self.plan.delay.is_zero() {
                self.timer.sleep(self.plan.delay).await;
            }
            let ended = self.send(Position { iteration, request }, live.as_ref()).await;
            summary.requests += 1;
            summary.failed += usize::from(ended.errored || ended.failed);
            live = ended.live.or(live);
            if self.plan.bail.ends(ended.errored, ended.failed) {
                summary.bailed = true;
                break;
            }
            next = match ended.next {
                NextRequest::InOrder => Some(request + 1).filter(|next| *next < self.plan.requests.len()),
                NextRequest::Named(name) => self.plan.place_of(&name),
                NextRequest::End => None,
            };
        }
        let mut carried = self.lock_carried();
        if iteration >= carried.iteration {
            *carried = Carried { iteration, live };
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
            errored: verdict.failure().is_some() || !verdict.scripts.errors.is_empty(),
            failed: !verdict.scripts.passed(),
            live: verdict.variables,
            next: verdict.scripts.next_request,
        }
    }

    fn lock_carried(&self) -> MutexGuard<'_, Carried> {
        self.carried.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a request means for the rest of its iteration.
struct Ended {
    errored: bool,
    failed: bool,
    live: Option<LiveVariables>,
    next: NextRequest,
}

#[cfg(test)]
mod tests;
