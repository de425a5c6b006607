//! Running a list of requests.

use std::sync::Arc;

use gatepass_core::run::{Finished, Plan, Reporter, run};
use gatepass_oauth::keeper::SendTerms;
use gatepass_oauth::ports::FlowObserver;
use gatepass_platform::timer::TokioTimer;

use crate::{App, Outside};

impl Outside {
    /// Runs a plan. With an application, what is sent is remembered in its history.
    pub async fn run(
        &self,
        app: Option<&App>,
        plan: &Plan,
        terms: &SendTerms,
        observer: Arc<dyn FlowObserver>,
        reporter: &dyn Reporter,
    ) -> Finished {
        let pipeline = self.pipeline_with_scripts(app.map(App::recorder));
        run(&pipeline, plan, terms, &TokioTimer, &observer, reporter).await
    }
}
