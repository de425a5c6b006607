//! Step 3, and step 8: the scripts of a request and of what it stands in.
//!
//! Postman's order: those of the collection, of its folders from the outermost to the innermost, then its own. A script
//! that fails is told of in the report; the ones behind it run, and the request is sent all the same.

mod host;
mod job;

use std::sync::Arc;

use gatepass_oauth::Secret;
use gatepass_oauth::keeper::SendTerms;
use gatepass_oauth::ports::FlowObserver;

use self::host::Host;
use super::inherit::{Inherited, inherit};
use super::live::LiveVariables;
use super::record::Recorded;
use super::token::{TokenReady, TokenState};
use super::verdict::{Journal, Stopped};
use super::{Draft, Outcome, Pipeline, ScriptPermission, Verdict, Warning};
use crate::exchange::CredentialPlaces;
use crate::ports::Progress;
use crate::redaction::Redaction;
use crate::scripting::{ScriptJob, ScriptReport, ScriptRequest, VariableChange};
use crate::workspace::{Auth, ScriptEvent};

/// A variable that takes a secret's text becomes one itself if the secret is at least this long.
const SPREADS_FROM: usize = 8;

/// A request as its pre-request scripts left it, its token settled as far as it can be without a person.
pub(super) struct Scripted {
    pub(super) inherited: Inherited,
    pub(super) token: TokenState,
}

impl Pipeline {
    /// Step 3. What the scripts changed holds for this request, and the token is looked for again: it may be another
    /// one now.
    pub(super) async fn run_pre_request(
        &self,
        ready: TokenReady,
        terms: &SendTerms,
        progress: &(dyn Progress + 'static),
        journal: &mut Journal,
    ) -> Result<Scripted, Stopped> {
        let TokenReady { mut inherited, token } = ready;
        self.count_held_back(&inherited.draft, journal);
        if let Some(token) = token.filter(|_| !self.runs_scripts(&inherited.draft, ScriptEvent::PreRequest)) {
            return Ok(Scripted { inherited, token });
        }
        let host = Host::new(self, &inherited, terms, journal.observer()).await;
        let job = job::before(self, &inherited, &host);
        let given = job.request.auth.clone();
        let mut report = self.execute(job, &host).await;
        let secrets = host.into_secrets();
        for secret in &secrets {
            journal.keep_secret(secret.expose());
        }
        blank(&mut report, journal.secrets());
        spread_secrecy(&mut report.changes, journal.secrets());
        let started_at = inherited.started_at;
        let mut draft = inherited.draft;
        if !report.changes.is_empty() {
            let mut live = LiveVariables::of(&draft);
            live.apply(&report.changes);
            live.put_around(&mut draft);
            journal.variables = Some(live);
        }
        if let Some(request) = report.request.take() {
            take_over(*request, given.as_ref(), &mut draft);
        }
        let skipped = report.skip_request;
        journal.scripts.absorb(report);
        if skipped {
            return Err(Stopped::Skipped);
        }
        inherited = inherit(draft);
        inherited.started_at = started_at;
        let (token, findings) = self.settle_token(&inherited, terms, progress, journal, false).await;
        journal.found(findings);
        Ok(Scripted { inherited, token: token.unwrap_or(TokenState::NotNeeded) })
    }

    /// Step 8. They run as well if there was no answer, as in Postman; not if the request never left.
    pub(super) async fn run_tests(
        &self,
        recorded: Recorded,
        terms: &SendTerms,
        observer: Arc<dyn FlowObserver>,
    ) -> Verdict {
        let Recorded { mut verdict, draft, request, mut secrets } = recorded;
        if !self.runs_scripts(&draft, ScriptEvent::Test) {
            return verdict;
        }
        let exchange = match &verdict.outcome {
            Outcome::Answered(exchange) => Some(exchange.as_ref()),
            _ => None,
        };
        let mut inherited = inherit(draft);
        inherited.settings = request.settings.clone();
        let host = Host::new(self, &inherited, terms, observer).await;
        let job = job::after(self, &inherited, &request, exchange, &host);
        let mut report = self.execute(job, &host).await;
        // What the tests do to the request no longer matters.
        report.request = None;
        secrets.extend(host.into_secrets());
        blank(&mut report, &secrets);
        spread_secrecy(&mut report.changes, &secrets);
        if !report.changes.is_empty() {
            let mut live = verdict.variables.take().unwrap_or_else(|| LiveVariables::of(&inherited.draft));
            live.apply(&report.changes);
            verdict.variables = Some(live);
        }
        verdict.scripts.absorb(report);
        verdict.secrets = secrets;
        verdict
    }

    /// Whether there are scripts for this event, and they may run here.
    pub(super) fn runs_scripts(&self, draft: &Draft, event: ScriptEvent) -> bool {
        self.scripting.is_some()
            && draft.scripts == ScriptPermission::Granted
            && job::placed(draft, event).next().is_some()
    }

    async fn execute(&self, job: ScriptJob, host: &Host<'_>) -> ScriptReport {
        match &self.scripting {
            Some(scripting) => scripting.engine.run(job, host).await,
            None => ScriptReport::default(),
        }
    }

    /// Writes down how many scripts stay where they are, and warns of those that nobody trusts.
    fn count_held_back(&self, draft: &Draft, journal: &mut Journal) {
        let count = |event| job::placed(draft, event).count();
        let all = count(ScriptEvent::PreRequest) + count(ScriptEvent::Test);
        let runs = self.scripting.is_some() && draft.scripts == ScriptPermission::Granted;
        if all == 0 || runs {
            return;
        }
        journal.scripts.held_back = all;
        if draft.scripts == ScriptPermission::NotTrusted {
            let scripts = if all == 1 { "1 script was".to_owned() } else { format!("{all} scripts were") };
            journal.warn(Warning::new(format!(
                "{scripts} held back: nobody has said yet that the scripts of this collection may run"
            )));
        }
    }
}

/// Lets the request that scripts made take the place of the one in the draft.
fn take_over(request: ScriptRequest, given: Option<&Auth>, draft: &mut Draft) {
    let definition = Arc::make_mut(&mut draft.definition);
    definition.request = Some(request.request);
    if let Some(mut auth) = request.auth.filter(|auth| Some(auth) != given) {
        // These are there to be read: what is sent is decided by the config.
        for token in job::TOKEN_PARAMETERS {
            auth.params.shift_remove(token);
        }
        definition.auth = Some(auth);
    }
}

fn blank(report: &mut ScriptReport, secrets: &[Secret]) {
    let places = CredentialPlaces::default();
    let redaction = Redaction::of(secrets, &places);
    report.blank_texts(|text| redaction.text(text));
}

/// A variable that a secret was written into is kept as a secret from now on.
fn spread_secrecy(changes: &mut [VariableChange], secrets: &[Secret]) {
    for change in changes {
        let Some(text) = &change.text else { continue };
        let holds = |secret: &Secret| secret.expose().len() >= SPREADS_FROM && text.contains(secret.expose());
        change.secret |= secrets.iter().any(holds);
    }
}
