//! The scripts of collections: what becomes of the variables that they set, and whose word it is that they may run.
//!
//! Scripts that were imported run after a person has said that they may: of each collection the scripts that somebody
//! trusts are known by their hashes. Whoever edits a trusted script trusts what they write; another import brings
//! another collection, and asks anew. A file that a person names on the command line needs no such word.

use std::collections::HashSet;

use aws_lc_rs::digest::{SHA256, digest};
use gatepass_core::pipeline::{Draft, ScriptPermission};
use gatepass_core::scripting::{
    Assertion, ConsoleLine, ScriptError, ScriptReport, VariableChange, VariableScope,
};
use gatepass_core::template::VariableSet;
use gatepass_core::workspace::{Environment, Id, NodeKind, Script, ScriptEvent, Variable};
use serde_json::{Value, json};

use crate::App;
use crate::dto::{
    AssertionView, CollectionScripts, ConsoleLineView, ErrorView, ScriptErrorView, ScriptReportView,
    ScriptView,
};

pub use gatepass_scripting::{Limits as ScriptLimits, serve_if_worker};

impl App {
    /// The scripts of a collection, for a person to look at before they trust them.
    pub async fn collection_scripts(&self, collection: String) -> Result<CollectionScripts, ErrorView> {
        let collection = self.collection_of(&collection).await?;
        let trusted = self.trusted_scripts(&collection).await?;
        let mut scripts = Vec::new();
        for stored in self.database().nodes().branch(&collection).await? {
            for script in self.definitions().show(&stored).await?.definition.scripts {
                scripts.push(ScriptView {
                    node: stored.node.id.to_string(),
                    name: stored.node.name.clone(),
                    event: event_name(script.event).to_owned(),
                    trusted: trusted.covers([&script]),
                    source: script.source,
                });
            }
        }
        Ok(CollectionScripts { trusted: scripts.iter().all(|script| script.trusted), scripts })
    }

    /// From now on the scripts that a collection has now may run.
    pub async fn trust_scripts(&self, collection: String) -> Result<CollectionScripts, ErrorView> {
        {
            let _one_at_a_time = self.editing().lock().await;
            let id = self.collection_of(&collection).await?;
            let mut trusted = Trusted::default();
            for stored in self.database().nodes().branch(&id).await? {
                let shown = self.definitions().show(&stored).await?;
                trusted.0.extend(shown.definition.scripts.iter().map(fingerprint));
            }
            self.save_trusted_scripts(&id, &trusted).await?;
        }
        self.collection_scripts(collection).await
    }

    /// The collection that a node is or stands in.
    async fn collection_of(&self, node: &str) -> Result<Id, ErrorView> {
        Ok(self.node(node).await?.node.collection)
    }

    pub(crate) async fn trusted_scripts(&self, collection: &Id) -> Result<Trusted, ErrorView> {
        let stored = self.database().settings().load(&setting(collection)).await?;
        let hashes = stored.as_ref().and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Ok(Trusted(hashes.iter().filter_map(Value::as_str).map(str::to_owned).collect()))
    }

    async fn save_trusted_scripts(&self, collection: &Id, trusted: &Trusted) -> Result<(), ErrorView> {
        let mut hashes: Vec<&String> = trusted.0.iter().collect();
        hashes.sort_unstable();
        self.database().settings().save(&setting(collection), &json!(hashes)).await?;
        Ok(())
    }

    /// Whether the scripts on and around a draft may run. It belongs to that collection.
    pub(crate) async fn script_permission(
        &self,
        collection: &Id,
        draft: &Draft,
    ) -> Result<ScriptPermission, ErrorView> {
        let found = fingerprints(draft);
        if found.is_empty() {
            return Ok(ScriptPermission::Granted);
        }
        let trusted = self.trusted_scripts(collection).await?;
        Ok(match found.iter().all(|found| trusted.0.contains(found)) {
            true => ScriptPermission::Granted,
            false => ScriptPermission::NotTrusted,
        })
    }

    /// Who edits scripts that they trust, or writes where there were none, trusts what they write.
    pub(crate) async fn trust_edited_scripts(
        &self,
        collection: &Id,
        before: &[Script],
        after: &[Script],
    ) -> Result<(), ErrorView> {
        let mut trusted = self.trusted_scripts(collection).await?;
        if trusted.covers(before) {
            trusted.0.extend(after.iter().map(fingerprint));
            self.save_trusted_scripts(collection, &trusted).await?;
        }
        Ok(())
    }

    /// Writes down what the scripts of a request did to the environment, the globals and the collection around it.
    /// Variables that are secret stay so. Says whether there was anything.
    pub(crate) async fn keep_script_changes(
        &self,
        draft: &Draft,
        changes: &[VariableChange],
    ) -> Result<bool, ErrorView> {
        let of = |scope| -> Vec<VariableChange> {
            changes.iter().filter(|change| change.scope == scope).cloned().collect()
        };
        let mut kept = false;
        let environment = of(VariableScope::Environment);
        if let Some(chosen) = draft.environment.as_deref().filter(|_| !environment.is_empty()) {
            let _one_at_a_time = self.editing().lock().await;
            let before = self.environment(chosen.id.as_str()).await?;
            let variables = changed(before.variables, &environment);
            self.save_environment(&Environment { variables, ..before }).await?;
            kept = true;
        }
        let globals = of(VariableScope::Globals);
        if !globals.is_empty() {
            self.change_globals(|before| changed(before, &globals)).await?;
            kept = true;
        }
        let collection = of(VariableScope::Collection);
        let around = draft.ancestors.iter().find(|ancestor| ancestor.kind == NodeKind::Collection);
        if let Some(around) = around.filter(|_| !collection.is_empty()) {
            self.change(around.id.as_str(), |definition| {
                definition.variables = changed(std::mem::take(&mut definition.variables), &collection);
                Ok(())
            })
            .await?;
            kept = true;
        }
        Ok(kept)
    }
}

fn fingerprints(draft: &Draft) -> Vec<String> {
    let around = draft.ancestors.iter().map(|ancestor| &ancestor.definition);
    let scripts = around.chain([&draft.definition]).flat_map(|definition| &definition.scripts);
    scripts.map(fingerprint).collect()
}

fn changed(before: Vec<Variable>, changes: &[VariableChange]) -> Vec<Variable> {
    VariableSet::new(before).changed(changes).variables().to_vec()
}

/// The scripts of a collection that somebody trusts, by their hashes.
#[derive(Default)]
pub(crate) struct Trusted(HashSet<String>);

impl Trusted {
    pub(crate) fn covers<'s>(&self, scripts: impl IntoIterator<Item = &'s Script>) -> bool {
        scripts.into_iter().all(|script| self.0.contains(&fingerprint(script)))
    }
}

fn setting(collection: &Id) -> String {
    format!("trusted_scripts/{collection}")
}

/// The event counts: a harmless test may be no harmless pre-request script.
fn fingerprint(script: &Script) -> String {
    let text = format!("{}\n{}", event_name(script.event), script.source);
    let hash = digest(&SHA256, text.as_bytes());
    // Half of it is far more than anybody can search through.
    hash.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn event_name(event: ScriptEvent) -> &'static str {
    match event {
        ScriptEvent::PreRequest => "prerequest",
        ScriptEvent::Test => "test",
    }
}

impl From<ScriptReport> for ScriptReportView {
    fn from(report: ScriptReport) -> Self {
        Self {
            assertions: report.assertions.into_iter().map(AssertionView::from).collect(),
            console: report.console.into_iter().map(ConsoleLineView::from).collect(),
            errors: report.errors.into_iter().map(ScriptErrorView::from).collect(),
            held_back: report.held_back,
        }
    }
}

impl From<Assertion> for AssertionView {
    fn from(assertion: Assertion) -> Self {
        let Assertion { name, passed, skipped, error, script, .. } = assertion;
        let line = error.as_ref().and_then(|error| error.line);
        Self { name, passed, skipped, message: error.map(|error| error.message), script, line }
    }
}

impl From<ConsoleLine> for ConsoleLineView {
    fn from(line: ConsoleLine) -> Self {
        Self { level: word(&line.level), text: line.text, script: line.script }
    }
}

impl From<ScriptError> for ScriptErrorView {
    fn from(error: ScriptError) -> Self {
        Self {
            kind: word(&error.kind),
            message: error.to_string(),
            script: error.script,
            line: error.line,
            column: error.column,
        }
    }
}

/// The word that a value without content is written as.
fn word(value: &impl serde::Serialize) -> String {
    let value = serde_json::to_value(value).ok();
    value.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
}
