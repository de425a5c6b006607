//! One request from draft to verdict. Each step takes what the step before it made, by value: skipping one does not
//! compile.
//!
//! | step | takes | makes | file |
//! | --- | --- | --- | --- |
//! | inherit | [`Draft`] | [`Inherited`](inherit::Inherited): auth, variables and settings of the ancestors | `inherit.rs` |
//! | token | `Inherited` | [`TokenReady`](token::TokenReady): stored or silently renewed; a failure is kept for later | `token.rs` |
//! | resolve | `TokenReady` | [`Resolved`](resolve::Resolved): no variable left, URL, headers and body complete | `resolve.rs` |
//! | authorize | `Resolved` | [`Authorized`](authorize::Authorized): the credential in its place, what was missing obtained | `authorize.rs` |
//! | send | `Authorized` | [`Sent`](send::Sent): the exchange; after a 401 renewed once and sent once more | `send.rs` |
//! | record | `Sent` | [`Verdict`]: what is kept and shown, secrets blanked | `record.rs` |
//!
//! Nobody is asked before `authorize`: a person is troubled only for a request that is otherwise ready to leave.
//! Dropping the future cancels it at whatever it is waiting for.

mod authorize;
mod draft;
mod inherit;
mod oauth_names;
mod preview;
mod record;
mod resolve;
mod send;
mod token;
mod verdict;

pub use draft::{Ancestor, ChosenEnvironment, Draft};
pub use inherit::AuthOrigin;
pub use preview::{CredentialPlace, WillSend};
pub use verdict::{AuthReport, Outcome, Trouble, Verdict, Warning};

use std::sync::Arc;

use gatepass_oauth::Keeper;
use gatepass_oauth::keeper::SendTerms;
use gatepass_oauth::ports::{Clock, FlowObserver, Randomness};

use crate::ports::{Progress, Recorder, Transport};
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
        let mut journal = Journal::new(observer);
        match self.steps(draft, terms, progress, &mut journal).await {
            Ok(sent) => self.record(sent, journal),
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
        let resolved = self.resolve(ready, journal).await?;
        let authorized = self.authorize(resolved, terms, journal).await?;
        self.send_out(authorized, progress, journal).await
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) use tests::stage as testing;
