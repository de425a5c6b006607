//! The flow log as a person takes it elsewhere: shown, copied as cURL, exported as Markdown or HAR.

mod curl;
mod har;
mod markdown;

use std::sync::Arc;

use gatepass_oauth::transcript::{FlowStep, StepResult};

use crate::App;
use crate::dto::{ErrorView, FlowFormat, FlowStepView, FlowView};
use crate::flows::Flow;
use crate::tokens::parsed;

/// Steps as a document, secrets blanked.
pub fn export(steps: &[FlowStep], format: FlowFormat) -> String {
    match format {
        FlowFormat::Markdown => markdown::document(steps),
        FlowFormat::Har => har::document(steps),
    }
}

impl App {
    /// The last flows of a token, newest first.
    pub async fn flows(&self, key: String) -> Result<Vec<FlowView>, ErrorView> {
        Ok(self.inner.flows.all_of(&parsed(&key)?).rev().map(|flow| view(&flow)).collect())
    }

    /// One flow of a token as a document, or with `None` all that are kept, secrets blanked.
    pub async fn export_flow(
        &self,
        key: String,
        flow: Option<String>,
        format: FlowFormat,
    ) -> Result<String, ErrorView> {
        let wanted = |one: &Arc<Flow>| flow.as_ref().is_none_or(|id| *id == one.id.to_string());
        let flows = self.inner.flows.all_of(&parsed(&key)?).filter(wanted);
        let steps: Vec<FlowStep> = flows.flat_map(|flow| flow.steps()).collect();
        if steps.is_empty() { Err(no_such_flow()) } else { Ok(export(&steps, format)) }
    }

    /// The request of one step as a cURL command for a POSIX shell: with its secrets only because the person asked.
    pub async fn flow_step_as_curl(
        &self,
        key: String,
        flow: String,
        step: usize,
        with_secrets: bool,
    ) -> Result<String, ErrorView> {
        let flow = self.inner.flows.all_of(&parsed(&key)?).find(|one| one.id.to_string() == flow);
        let step = flow.and_then(|flow| flow.steps().into_iter().nth(step)).ok_or_else(no_such_flow)?;
        let command = match (&step.sent, &step.exchange) {
            (Some(sent), _) if with_secrets => Some(curl::with_secrets(sent)),
            (_, Some(exchange)) => Some(curl::blanked(exchange)),
            (_, None) => None,
        };
        command.ok_or_else(|| {
            ErrorView::plain(
                "usage",
                "This step sent no request",
                "It happened in the browser, or within Gatepass.",
                "Choose a step with a request.",
            )
        })
    }
}

fn view(flow: &Flow) -> FlowView {
    let steps = flow.steps();
    FlowView {
        id: flow.id.to_string(),
        at: steps.first().map_or(0, |step| step.at),
        failed: steps.last().is_some_and(|step| step.result == StepResult::Failed),
        steps: steps.iter().map(FlowStepView::from).collect(),
    }
}

fn no_such_flow() -> ErrorView {
    ErrorView::plain(
        "usage",
        "There is no such flow",
        "The last flows of a token are kept while Gatepass runs; this one is gone, or has no steps.",
        "Choose one from the list.",
    )
}
