//! The history: what was sent and how it ended, written behind the request, secrets blanked.

use std::sync::Arc;

use gatepass_core::ports::{Record, Recorder};
use gatepass_core::workspace::Id;
use gatepass_storage::Database;
use gatepass_storage::tables::history::{HistoryEntry, HistoryQuery};
use serde_json::json;

use crate::App;
use crate::dto::{ErrorView, HistoryView};

/// More rows than a list shows at once.
const ROW_LIMIT: usize = 1_000;

pub(crate) struct HistoryRecorder {
    database: Database,
    workspace: Id,
}

impl HistoryRecorder {
    pub(crate) fn new(database: Database, workspace: Id) -> Self {
        Self { database, workspace }
    }
}

impl Recorder for HistoryRecorder {
    fn record(&self, record: Record) {
        let (status, failure, size, duration_us) = match &record.answer {
            Ok(answer) => (Some(answer.status), None, answer.body.size(), answer.timing.total_us),
            Err(failure) => (None, Some(failure.message.clone()), 0, 0),
        };
        // The body stays out: it may be of any size, and holds whatever the API sends.
        let exchange = json!({
            "request": { "headers": record.shown.headers, "body_size": record.shown.body_size },
            "response": record.answer.as_ref().ok().map(|answer| json!({
                "reason": answer.reason, "version": answer.version, "headers": answer.headers,
            })),
        });
        let entry = HistoryEntry {
            workspace: self.workspace.clone(),
            request: record.request,
            sent_at: record.sent_at,
            name: record.name,
            method: record.shown.method,
            url: record.shown.url,
            status,
            failure,
            duration_us,
            size,
        };
        self.database.history().record(entry, exchange.to_string().into_bytes());
    }
}

impl App {
    /// What remembers exchanges in the history of this workspace.
    pub fn recorder(&self) -> Arc<dyn Recorder> {
        Arc::new(HistoryRecorder::new(self.database().clone(), self.workspace().clone()))
    }

    /// The latest exchanges whose name, method, URL or status hold all words of `query`, newest first.
    pub async fn history(&self, query: String, limit: usize) -> Result<Vec<HistoryView>, ErrorView> {
        // What was recorded a moment ago belongs in the list.
        self.database().history().flush().await?;
        let query = HistoryQuery { text: query, ..HistoryQuery::default() };
        let limit = u32::try_from(limit.min(ROW_LIMIT)).unwrap_or(0);
        let rows = self.database().history().search(self.workspace(), &query, limit).await?;
        Ok(rows
            .into_iter()
            .map(|row| HistoryView {
                id: row.id.to_string(),
                node: row.entry.request.map(|id| id.to_string()),
                method: row.entry.method,
                url: row.entry.url,
                status: row.entry.status,
                total_ms: row.entry.duration_us as f64 / 1000.0,
                at: row.entry.sent_at,
            })
            .collect())
    }
}
