//! One request from draft to verdict. Each step takes what the step before it made, by value: skipping one does not
//! compile.
//!
//! | step | takes | makes | file |
//! | --- | --- | --- | --- |
//! | inherit | [`Draft`] | [`Inherited`](inherit::Inherited): auth, variables and settings of the ancestors | `inherit.rs` |
//! | token | `Inherited` | [`TokenReady`](token::TokenReady): stored or silently renewed; a failure is kept for later | `token.rs` |
//! | scripts | `TokenReady` | [`Scripted`](scripts::Scripted): as its pre-request scripts left it, the token settled anew | `scripts.rs` |
//! | resolve | `Scripted` | [`Resolved`](resolve::Resolved): no variable left, URL, headers and body complete | `resolve.rs` |
//! | authorize | `Resolved` | [`Authorized`](authorize::Authorized): the credential in its place, what was missing obtained | `authorize.rs` |
//! | send | `Authorized` | [`Sent`](send::Sent): the exchange; after a 401 renewed once and sent once more | `send.rs` |
//! | record | `Sent` | [`Recorded`](record::Recorded): what is kept and shown, secrets blanked | `record.rs` |
//! | tests | `Recorded` | [`Verdict`]: what the test scripts found is in it | `scripts.rs` |
//!
//! Nobody is asked before `authorize`: a person is troubled only for a request that is otherwise ready to leave.
//! Dropping the future cancels it at whatever it is waiting for.

mod authorize;
mod challenge;
mod compose;
mod draft;
mod inherit;
mod live;
mod oauth_names;
mod preview;
mod record;
mod resolve;
mod scripts;
mod send;
mod token;
mod verdict;

pub use compose::{Composed, ComposedBody, ComposedChallenge, ComposedContent, ComposedPart, LEFT_OUT};
pub use draft::{Ancestor, ChosenEnvironment, Cursor, Draft, ScriptPermission};
pub use inherit::AuthOrigin;
pub use live::LiveVariables;
pub use preview::{CredentialPlace, WillSend};
pub use verdict::{AuthReport, Outcome, Trouble, Verdict, Warning};

use std::sync::Arc;

use gatepass_oauth::Keeper;
use gatepass_oauth::keeper::SendTerms;
use gatepass_oauth::ports::{Clock, FlowObserver, Randomness};

use crate::ports::{Progress, Recorder, ScriptCookies, ScriptEngine, Transport};
use verdict::{Journal, Stopped};

/// What sending needs from outside. Cheap to clone.
#[derive(Clone)]
pub struct Pipeline {
    pub keeper: Keeper,
    pub transport: Arc<dyn Transport>,
    pub clock: Arc<dyn Clock>,
    pub randomness: Arc<dyn Randomness>,
    /// Where exchanges are remembered; `None` for runs that keep nothing.
    pub recorder: Option<Arc<dyn Recorder>>,
    /// What runs scripts; `None` where none are run.
    pub scripting: Option<Scripting>,
}

/// What scripts are run by. Cheap to clone.
#[derive(Clone)]
pub struct Scripting {
    pub engine: Arc<dyn ScriptEngine>,
    /// The jar that the transport uses.
    pub cookies: Option<Arc<dyn ScriptCookies>>,
}

impl Pipeline {
    /// Sends a request, if it may be sent.
    ///
    /// `observer` hears of the steps of a token flow as they happen; they are in the verdict too.
    pub async fn send(
        &self,
        draft: Draft,
        terms: &SendTerms,
        progress: &(dyn Progress + 'static),
        observer: Arc<dyn FlowObserver>,
    ) -> Verdict {
        let mut journal = Journal::new(Arc::clone(&observer));
        match self.steps(draft, terms, progress, &mut journal).await {
            Ok(sent) => {
                let recorded = self.record(sent, journal);
                self.run_tests(recorded, terms, observer).await
            }
            Err(stopped) => journal.conclude(stopped),
        }
    }

    async fn steps(
        &self,
        draft: Draft,
        terms: &SendTerms,
        progress: &(dyn Progress + 'static),
        journal: &mut Journal,
    ) -> Result<send::Sent, Stopped> {
        let inherited = inherit::inherit(draft);
        let ready = self.make_token_ready(inherited, terms, progress, journal).await;
        let scripted = self.run_pre_request(ready, terms, progress, journal).await?;
        let resolved = self.resolve(scripted, journal).await?;
        let authorized = self.authorize(resolved, terms, journal).await?;
        self.send_out(authorized, progress, journal).await
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::stage as testing;
