//! Sending a request from the window.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use gatepass_core::exchange::{Exchange, ShownHop};
use gatepass_core::pipeline::{Outcome, Pipeline, Trouble, Verdict};
use gatepass_core::ports::{Progress, Stage};
use gatepass_oauth::keeper::{HeldBack, Offer, SendTerms};
use gatepass_oauth::ports::FlowObserver;
use gatepass_oauth::transcript::FlowStep;
use tokio::sync::watch;

use crate::App;
use crate::dto::{
    BodyFilter, BodyHits, BodyLines, BodyLook, BodyText, ErrorView, FlowChanged, FlowStepView, HeldBackView,
    RedirectView, ResponseView, ScriptReportView, SendIntent, SendOutcome, SendProgress,
};

impl App {
    /// Sends a request, as the intent says. It ends with an answer, held back with offers, failed or cancelled.
    pub async fn send(&self, node: String, intent: SendIntent) -> Result<SendOutcome, ErrorView> {
        let mut wishes = self.inner.sends.begin(&node);
        let ended = tokio::select! {
            outcome = self.send_now(&node, intent) => outcome,
            _ = wishes.wait_for(|wish| *wish == Wish::Cancel) => Ok(SendOutcome::Cancelled),
        };
        self.inner.sends.end(&node, &wishes);
        self.inner.listener.flow_changed(FlowChanged { node });
        ended
    }

    /// Ends a Send that is under way. Nothing happens if none is.
    pub async fn cancel_send(&self, node: String) -> Result<(), ErrorView> {
        self.inner.sends.tell(&node, Wish::Cancel);
        Ok(())
    }

    /// Ends the stream that a Send is receiving; what came until then is its answer. Nothing happens if none is.
    pub async fn stop_stream(&self, node: String) -> Result<(), ErrorView> {
        self.inner.sends.tell(&node, Wish::Enough);
        Ok(())
    }

    /// The whole text of a response body up to 5 MiB, formatted or raw.
    pub async fn response_text(&self, id: String, look: BodyLook) -> Result<BodyText, ErrorView> {
        self.inner.shelf.text(&id, look).await
    }

    /// A window of lines of a response body, formatted or raw.
    pub async fn response_lines(
        &self,
        id: String,
        look: BodyLook,
        first: usize,
        count: usize,
    ) -> Result<BodyLines, ErrorView> {
        self.inner.shelf.lines(&id, look, first, count).await
    }

    /// What a JSONPath leaves of a JSON body, as lines of its formatted look.
    pub async fn response_filter(&self, id: String, path: String) -> Result<BodyFilter, ErrorView> {
        self.inner.shelf.filter(&id, path).await
    }

    /// The lines of a body that hold a text, in any case of letters.
    pub async fn response_search(
        &self,
        id: String,
        look: BodyLook,
        text: String,
    ) -> Result<BodyHits, ErrorView> {
        self.inner.shelf.search(&id, look, text).await
    }

    /// An image as a `data:` URL.
    pub async fn response_image(&self, id: String) -> Result<String, ErrorView> {
        self.inner.shelf.image(&id).await
    }

    /// Saves a body to a file that the person chooses. Returns where; `None`: nowhere.
    pub async fn save_response(&self, id: String, name: String) -> Result<Option<String>, ErrorView> {
        let Some(path) = self.chooser().save_as("Save response", &name).await else { return Ok(None) };
        self.inner.shelf.save(&id, &path).await?;
        Ok(Some(path.display().to_string()))
    }

    /// XML or HTML of a request's body, an element a line. Only white space between elements changes.
    pub async fn format_markup(&self, text: String, html: bool) -> Result<String, ErrorView> {
        tokio::task::spawn_blocking(move || crate::responses::formatted_markup(&text, html)).await.map_err(
            |error| {
                ErrorView::plain("storage", "The text was not formatted", error.to_string(), "Try again.")
            },
        )
    }

    async fn send_now(&self, node: &str, intent: SendIntent) -> Result<SendOutcome, ErrorView> {
        if let Some(outcome) = self.prepare(node, intent).await? {
            return Ok(outcome);
        }
        let draft = self.draft(node).await?;
        let terms = SendTerms {
            send_anyway: matches!(intent, SendIntent::SendAnyway | SendIntent::SendWithoutToken),
            ..SendTerms::default()
        };
        let observer: Arc<dyn FlowObserver> = match self.pipeline().demand_of(draft.clone()).await {
            Ok(Some(demand)) => {
                self.inner.watched.look_at(&demand, node);
                self.inner.watched.used(&demand.key(), self.now());
                self.record_flow(node, &demand.key())
            }
            _ => Arc::new(Unobserved),
        };
        let progress = Reported { node: node.to_owned(), app: self.clone(), begun: Mutex::default() };
        let pipeline = self.outside().pipeline_with_scripts(Some(self.recorder()));
        let verdict = pipeline.send(draft.clone(), &terms, &progress, observer).await;
        if let Err(error) = self.keep_cookies().await {
            tracing::warn!("cookies of this answer are kept in memory only: {}", error.message);
        }
        // The request is done: what cannot be written down is told beside its answer.
        let unsaved = match self.keep_script_changes(&draft, &verdict.scripts.changes).await {
            Ok(changed) => {
                if changed {
                    self.say_workspace_changed();
                }
                None
            }
            Err(error) => {
                Some(format!("What the scripts set was not saved: {}. {}", error.message, error.cause))
            }
        };
        let mut outcome = self.outcome(node, verdict);
        if let (Some(unsaved), SendOutcome::Answered { response }) = (unsaved, &mut outcome) {
            response.warnings.push(unsaved);
        }
        Ok(outcome)
    }

    /// What an offer does before the request is sent. Returns how it ended if nothing is to be sent after all.
    async fn prepare(&self, node: &str, intent: SendIntent) -> Result<Option<SendOutcome>, ErrorView> {
        let card = match intent {
            SendIntent::Plain | SendIntent::SendAnyway | SendIntent::SendWithoutToken => return Ok(None),
            SendIntent::RefreshAndSend => self.refresh_token(node.to_owned()).await?,
            SendIntent::SignInAndSend | SendIntent::GetTokenAndSend => {
                self.get_new_token(node.to_owned()).await?
            }
        };
        if let Some(error) = card.failure {
            return Ok(Some(SendOutcome::Failed { error }));
        }
        // A sign-in that was cancelled leaves no failure behind, and no token either.
        Ok((card.token_type.is_none()).then_some(SendOutcome::Cancelled))
    }

    fn outcome(&self, node: &str, verdict: Verdict) -> SendOutcome {
        let story = story(&verdict);
        let refreshed = verdict.auth.as_ref().is_some_and(|auth| auth.refreshed || auth.renewed_after_401);
        let warnings = verdict.warnings.iter().map(|warning| warning.message.clone()).collect();
        let flow = verdict.flow.iter().map(FlowStepView::from).collect();
        let redirects = verdict.redirects.into_iter().map(RedirectView::from).collect();
        let sent_url = verdict.request.as_ref().map(|request| request.url.clone()).unwrap_or_default();
        let scripts = verdict.scripts.into();
        match verdict.outcome {
            Outcome::Answered(exchange) => {
                let challenge = self.inner.challenges.hear(node, &exchange);
                let mut response = self.response(*exchange, story, refreshed, warnings, flow, sent_url);
                response.challenge = challenge;
                response.scripts = scripts;
                response.redirects = redirects;
                SendOutcome::Answered { response }
            }
            Outcome::HeldBack(held) => SendOutcome::HeldBack { held: held.into() },
            Outcome::Skipped => SendOutcome::Failed { error: skipped() },
            Outcome::Failed(Trouble::Send(failure)) => SendOutcome::Failed { error: failure.into() },
            Outcome::Failed(Trouble::Auth(failure)) => SendOutcome::Failed { error: failure.into() },
        }
    }

    fn response(
        &self,
        exchange: Exchange,
        auth_story: Vec<String>,
        refreshed: bool,
        warnings: Vec<String>,
        flow: Vec<FlowStepView>,
        sent_url: String,
    ) -> ResponseView {
        let response = exchange.response;
        let content_type = response.header("content-type").unwrap_or_default().to_owned();
        let size = response.body.size();
        let body_kind = body_kind(&content_type, size);
        ResponseView {
            status: response.status,
            reason: response.reason,
            http_version: response.version,
            total_ms: exchange.timing.total_us as f64 / 1000.0,
            connect_ms: exchange.timing.connect_us.map(|us| us as f64 / 1000.0),
            first_byte_ms: exchange.timing.first_byte_us as f64 / 1000.0,
            size,
            headers: response.headers,
            id: self.inner.shelf.keep(response.body, body_kind, &content_type),
            content_type,
            body_kind: body_kind.to_owned(),
            auth_story,
            refreshed,
            redirects: Vec::new(),
            warnings,
            flow,
            sent_url,
            challenge: None,
            scripts: ScriptReportView::default(),
        }
    }

    pub(crate) fn pipeline(&self) -> &Pipeline {
        &self.inner.pipeline
    }
}

fn skipped() -> ErrorView {
    ErrorView::plain(
        "cancelled",
        "The request was not sent",
        "A pre-request script called pm.execution.skipRequest().",
        "Change the script, or what it decides by.",
    )
}

/// What was done for authorization, a line each.
fn story(verdict: &Verdict) -> Vec<String> {
    let Some(auth) = &verdict.auth else { return Vec::new() };
    let mut story = Vec::new();
    if auth.refreshed && !auth.renewed_after_401 {
        story.push("The token was renewed first.".to_owned());
    }
    if let Some(preview) = &auth.preview {
        story.push(format!("Sent with {preview}"));
    }
    if auth.renewed_after_401 {
        story.push("The API answered 401; the token was renewed once and the request sent again.".to_owned());
    }
    if let Some(failure) = &auth.renewal_failure {
        story.push(format!("The API answered 401, and the token could not be renewed: {failure}"));
    }
    story
}

fn body_kind(content_type: &str, size: u64) -> &'static str {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        _ if size == 0 => "empty",
        "application/json" | "text/json" => "json",
        _ if essence.ends_with("+json") => "json",
        "text/html" | "application/xhtml+xml" => "html",
        "application/xml" | "text/xml" => "xml",
        _ if essence.ends_with("+xml") && !essence.starts_with("image/") => "xml",
        _ if essence.starts_with("image/") => "image",
        _ if essence.starts_with("text/") || essence.is_empty() => "text",
        "application/javascript" | "application/x-www-form-urlencoded" | "application/yaml" => "text",
        _ => "binary",
    }
}

impl From<ShownHop> for RedirectView {
    fn from(hop: ShownHop) -> Self {
        Self { status: hop.status, url: hop.url, location: hop.location }
    }
}

impl From<HeldBack> for HeldBackView {
    fn from(held: HeldBack) -> Self {
        Self {
            reason: serde_json::to_value(held.reason)
                .ok()
                .and_then(|value| value.as_str().map(str::to_owned))
                .unwrap_or_default(),
            message: held.message,
            offers: held.offers.into_iter().map(SendIntent::from).collect(),
            failure: held.failure.map(ErrorView::from),
        }
    }
}

impl From<Offer> for SendIntent {
    fn from(offer: Offer) -> Self {
        match offer {
            Offer::RefreshAndSend => Self::RefreshAndSend,
            Offer::SignInAndSend => Self::SignInAndSend,
            Offer::GetTokenAndSend => Self::GetTokenAndSend,
            Offer::SendAnyway => Self::SendAnyway,
            Offer::SendWithoutToken => Self::SendWithoutToken,
        }
    }
}

/// What a person wants of a Send that is under way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    GoOn,
    /// No more of a stream.
    Enough,
    Cancel,
}

/// Sends under way, by node.
#[derive(Default)]
pub(crate) struct Sends(Mutex<HashMap<String, watch::Sender<Wish>>>);

impl Sends {
    /// Begins a Send; one that is still under way for the same node is cancelled.
    fn begin(&self, node: &str) -> watch::Receiver<Wish> {
        let (sender, receiver) = watch::channel(Wish::GoOn);
        if let Some(before) = self.lock().insert(node.to_owned(), sender) {
            before.send_replace(Wish::Cancel);
        }
        receiver
    }

    fn end(&self, node: &str, mine: &watch::Receiver<Wish>) {
        let mut sends = self.lock();
        if sends.get(node).is_some_and(|current| current.subscribe().same_channel(mine)) {
            sends.remove(node);
        }
    }

    fn tell(&self, node: &str, wish: Wish) {
        if let Some(sender) = self.lock().get(node) {
            sender.send_replace(wish);
        }
    }

    /// Resolves when a person has enough of what the Send receives; never, if it is not under way.
    async fn enough(&self, node: &str) {
        let wishes = self.lock().get(node).map(watch::Sender::subscribe);
        if let Some(mut wishes) = wishes
            && wishes.wait_for(|wish| *wish == Wish::Enough).await.is_ok()
        {
            return;
        }
        std::future::pending().await
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, watch::Sender<Wish>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nobody looks at the steps of a request without OAuth.
pub(crate) struct Unobserved;

impl FlowObserver for Unobserved {
    fn step(&self, _step: &FlowStep) {}
}

/// Tells the shell how far a Send is.
struct Reported {
    node: String,
    app: App,
    /// The beginning of a character whose rest has not come yet.
    begun: Mutex<Vec<u8>>,
}

impl Reported {
    fn tell(&self, stage: &str, bytes: Option<u64>, of: Option<u64>, text: Option<String>) {
        let (node, stage) = (self.node.clone(), stage.to_owned());
        self.app.inner.listener.send_progress(SendProgress { node, stage, bytes, of, text });
    }
}

impl Progress for Reported {
    fn reached(&self, stage: Stage) {
        match stage {
            Stage::Token => self.tell("token", None, None, None),
            Stage::Connecting => self.tell("connecting", None, None, None),
            Stage::Waiting => self.tell("waiting", None, None, None),
            Stage::Receiving { bytes, of } => self.tell("receiving", Some(bytes), of, None),
        }
    }

    fn streamed(&self, part: &[u8]) {
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.extend_from_slice(part);
        let whole = match std::str::from_utf8(&begun) {
            Ok(_) => begun.len(),
            // Cut in the middle of a character, not broken.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => begun.len(),
        };
        let rest = begun.split_off(whole);
        let text = String::from_utf8_lossy(&std::mem::replace(&mut *begun, rest)).into_owned();
        if !text.is_empty() {
            self.tell("streaming", None, None, Some(text));
        }
    }

    fn enough(&self) -> futures_util::future::BoxFuture<'_, ()> {
        Box::pin(self.app.inner.sends.enough(&self.node))
    }
}
