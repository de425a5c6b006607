//! The history: what was sent and how it ended, written behind the request, secrets blanked.

use std::sync::Arc;

use gatepass_core::ports::{Record, Recorder};
use gatepass_core::workspace::{Branch, Definition, Id, KeyValue, NodeKind, RequestDefinition};
use gatepass_storage::Database;
use gatepass_storage::tables::history::{HistoryEntry, HistoryQuery, HistoryRow};
use serde_json::{Value, json};

use crate::App;
use crate::dto::{ErrorView, HistoryDetail, HistoryView, NodeView};
use crate::tree::missing;

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

    /// The latest exchanges whose name, method, URL or status hold all words of `query`, newest first; only those
    /// older than the entry `before`, if one is named.
    pub async fn history(
        &self,
        query: String,
        before: Option<String>,
        limit: usize,
    ) -> Result<Vec<HistoryView>, ErrorView> {
        // What was recorded a moment ago belongs in the list.
        self.database().history().flush().await?;
        let before = before.as_deref().map(entry_id).transpose()?;
        let query = HistoryQuery { text: query, before, ..HistoryQuery::default() };
        let limit = u32::try_from(limit.min(ROW_LIMIT)).unwrap_or(0);
        let rows = self.database().history().search(self.workspace(), &query, limit).await?;
        Ok(rows.iter().map(HistoryView::from).collect())
    }

    /// One exchange with everything that was kept of it.
    pub async fn history_entry(&self, id: String) -> Result<HistoryDetail, ErrorView> {
        let (row, kept) = self.recorded(&id).await?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(HistoryDetail {
            entry: HistoryView::from(&row),
            request_headers: headers(&kept["request"]["headers"]),
            request_body_size: kept["request"]["body_size"].as_u64().unwrap_or_default(),
            reason: text(&kept["response"]["reason"]),
            http_version: text(&kept["response"]["version"]),
            response_headers: headers(&kept["response"]["headers"]),
        })
    }

    /// Deletes one entry of the history.
    pub async fn delete_history(&self, id: String) -> Result<(), ErrorView> {
        self.database().history().delete(entry_id(&id)?).await?;
        Ok(())
    }

    /// Deletes the whole history of the workspace.
    pub async fn clear_history(&self) -> Result<(), ErrorView> {
        self.database().history().flush().await?;
        self.database().history().prune(self.workspace(), 0).await?;
        Ok(())
    }

    /// Makes a request of an exchange, at the end of `parent`: its method, URL, and the headers that were typed. What
    /// was blanked when it was recorded stays out.
    pub async fn request_from_history(&self, id: String, parent: String) -> Result<NodeView, ErrorView> {
        let (row, kept) = self.recorded(&id).await?;
        let typed = headers(&kept["request"]["headers"]).into_iter().filter(|(name, value)| {
            let made = MADE_BY_THE_TRANSPORT.iter().any(|other| other.eq_ignore_ascii_case(name));
            !made && !value.contains(BLANK)
        });
        let request = RequestDefinition {
            method: row.entry.method,
            url: row.entry.url,
            headers: typed
                .map(|(name, value)| KeyValue { name, value, enabled: true, description: String::new() })
                .collect(),
            ..RequestDefinition::default()
        };
        let branch = Branch {
            kind: NodeKind::Request,
            name: if row.entry.name.is_empty() { "From history".to_owned() } else { row.entry.name },
            definition: Definition { request: Some(request), ..Definition::default() },
            children: Vec::new(),
        };
        self.plant(branch, Some(&parent)).await?.into_iter().next().ok_or_else(|| missing(&parent))
    }

    async fn recorded(&self, id: &str) -> Result<(HistoryRow, Value), ErrorView> {
        let number = entry_id(id)?;
        let query = HistoryQuery { before: number.checked_add(1), ..HistoryQuery::default() };
        let rows = self.database().history().search(self.workspace(), &query, 1).await?;
        let row = rows.into_iter().find(|row| row.id == number).ok_or_else(|| missing(id))?;
        let kept = self.database().history().exchange(number).await?.unwrap_or_default();
        Ok((row, serde_json::from_slice(&kept).unwrap_or_default()))
    }
}

/// What stands where a secret was.
const BLANK: &str = "•••";
/// Headers that nobody types: they are made anew for each send.
const MADE_BY_THE_TRANSPORT: [&str; 9] = [
    "authorization",
    "accept-encoding",
    "connection",
    "content-length",
    "cookie",
    "dpop",
    "host",
    "transfer-encoding",
    "user-agent",
];

fn entry_id(id: &str) -> Result<i64, ErrorView> {
    id.parse().map_err(|_| missing(id))
}

fn headers(kept: &Value) -> Vec<(String, String)> {
    serde_json::from_value(kept.clone()).unwrap_or_default()
}

impl From<&HistoryRow> for HistoryView {
    fn from(row: &HistoryRow) -> Self {
        let entry = &row.entry;
        Self {
            id: row.id.to_string(),
            node: entry.request.as_ref().map(Id::to_string),
            name: entry.name.clone(),
            method: entry.method.clone(),
            url: entry.url.clone(),
            status: entry.status,
            failure: entry.failure.clone(),
            total_ms: entry.duration_us as f64 / 1000.0,
            size: entry.size,
            at: entry.sent_at,
        }
    }
}
