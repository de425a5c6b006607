//! `history` and `history_exchanges`: what was sent and how it ended.
//!
//! Recording costs the request nothing: entries go to a task that commits them in batches behind it. They are on disk
//! after [`History::flush`], at the latest after [`crate::Database::close`]; a process that is killed may lose the last
//! fraction of a second. What cannot be written (a full disk) is kept in memory and tried again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use gatepass_core::workspace::Id;
use gatepass_oauth::ports::UnixMillis;
use sqlx::{QueryBuilder, Sqlite, SqlitePool};
use tokio::sync::{mpsc, oneshot};

use crate::database::Inner;
use crate::failure::StorageFailure;
use crate::write::begin_immediate;

/// How long the first entry of a batch waits for company.
const GATHERING: Duration = Duration::from_millis(100);
/// How many entries are committed together at most.
const BATCH: usize = 500;
/// How many rows one statement inserts.
const ROWS: usize = 100;
/// How many unwritten entries are kept at most; the oldest are given up first.
const UNWRITTEN_LIMIT: usize = 10_000;

/// One exchange to be remembered. The caller has blanked what is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEntry {
    pub workspace: Id,
    /// The request it came from, if it was a saved one.
    pub request: Option<Id>,
    pub sent_at: UnixMillis,
    pub name: String,
    pub method: String,
    pub url: String,
    /// `None` if no answer came.
    pub status: Option<u16>,
    /// Why no answer came.
    pub failure: Option<String>,
    pub duration_us: u64,
    /// Size of the answer's body in bytes.
    pub size: u64,
}

/// An entry as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// Rises with every entry.
    pub id: i64,
    pub entry: HistoryEntry,
}

/// Which entries are wanted.
#[derive(Debug, Clone, Default)]
pub struct HistoryQuery {
    /// Words that name, method, URL or status have to hold, all of them, in any case of ASCII letters.
    pub text: String,
    /// Only those of this request.
    pub request: Option<Id>,
    /// Only those older than this entry: the last one of the page before.
    pub before: Option<i64>,
}

/// The table of history.
pub struct History<'a> {
    inner: &'a Inner,
}

impl<'a> History<'a> {
    pub(crate) fn new(inner: &'a Inner) -> Self {
        Self { inner }
    }

    /// Remembers an exchange, soon. `exchange` is everything that is shown when the entry is opened again, as bytes
    /// of the caller's making.
    pub fn record(&self, entry: HistoryEntry, exchange: Vec<u8>) {
        self.inner.recorder.send(Order::Record(Box::new((entry, exchange))));
    }

    /// Waits until everything recorded so far is on disk.
    ///
    /// # Errors
    /// Why it is not. It is kept and tried again.
    pub async fn flush(&self) -> Result<(), StorageFailure> {
        let (answer, answered) = oneshot::channel();
        self.inner.recorder.send(Order::Flush(answer));
        answered.await.unwrap_or(Err(StorageFailure::Closed))
    }

    /// Why the last batch could not be written, if it could not.
    pub fn trouble(&self) -> Option<StorageFailure> {
        self.inner.recorder.trouble.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Entries that match, newest first, at most `limit`.
    pub async fn search(
        &self,
        workspace: &Id,
        query: &HistoryQuery,
        limit: u32,
    ) -> Result<Vec<HistoryRow>, StorageFailure> {
        let mut sql = QueryBuilder::new(
            "SELECT id, workspace_id, request_id, sent_at, name, method, url, status, failure, duration_us, size
             FROM history WHERE workspace_id = ",
        );
        sql.push_bind(workspace.as_str());
        if let Some(request) = &query.request {
            sql.push(" AND request_id = ").push_bind(request.as_str());
        }
        if let Some(before) = query.before {
            sql.push(" AND id < ").push_bind(before);
        }
        for word in query.text.split_whitespace() {
            sql.push(" AND (method || ' ' || url || ' ' || name || ' ' || coalesce(status, '')) LIKE ")
                .push_bind(format!("%{}%", escape_like(word)))
                .push(r" ESCAPE '\'");
        }
        sql.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
        let rows: Vec<Row> = sql.build_query_as().fetch_all(&self.inner.readers).await?;
        Ok(rows.into_iter().map(HistoryRow::from).collect())
    }

    /// What was recorded with an entry; `None` if the entry is gone.
    pub async fn exchange(&self, id: i64) -> Result<Option<Vec<u8>>, StorageFailure> {
        Ok(sqlx::query_scalar!("SELECT exchange FROM history_exchanges WHERE history_id = ?1", id)
            .fetch_optional(&self.inner.readers)
            .await?)
    }

    /// Deletes one entry. Says whether it was there.
    pub async fn delete(&self, id: i64) -> Result<bool, StorageFailure> {
        let mut transaction = self.inner.begin().await?;
        let outcome =
            sqlx::query!("DELETE FROM history WHERE id = ?1", id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(outcome.rows_affected() > 0)
    }

    /// Deletes all but the newest `keep` entries of a workspace. Returns how many went.
    pub async fn prune(&self, workspace: &Id, keep: u32) -> Result<u64, StorageFailure> {
        let workspace = workspace.as_str();
        let mut transaction = self.inner.begin().await?;
        let outcome = sqlx::query!(
            "DELETE FROM history WHERE workspace_id = ?1 AND id <= (
                 SELECT id FROM history WHERE workspace_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
            workspace,
            keep
        )
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(outcome.rows_affected())
    }
}

fn escape_like(word: &str) -> String {
    word.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_")
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    workspace_id: String,
    request_id: Option<String>,
    sent_at: i64,
    name: String,
    method: String,
    url: String,
    status: Option<u16>,
    failure: Option<String>,
    duration_us: i64,
    size: i64,
}

impl From<Row> for HistoryRow {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            entry: HistoryEntry {
                workspace: Id::from_text(row.workspace_id),
                request: row.request_id.map(Id::from_text),
                sent_at: row.sent_at,
                name: row.name,
                method: row.method,
                url: row.url,
                status: row.status,
                failure: row.failure,
                duration_us: row.duration_us.unsigned_abs(),
                size: row.size.unsigned_abs(),
            },
        }
    }
}

enum Order {
    Record(Box<(HistoryEntry, Vec<u8>)>),
    Flush(oneshot::Sender<Result<(), StorageFailure>>),
}

/// The way to the task that writes. The task ends with the last sender, after writing what it has.
pub(crate) struct Recorder {
    orders: mpsc::UnboundedSender<Order>,
    trouble: Arc<Mutex<Option<StorageFailure>>>,
}

impl Recorder {
    /// Starts the task on the current runtime.
    pub(crate) fn start(writer: SqlitePool, patience: Duration) -> Self {
        let (orders, received) = mpsc::unbounded_channel();
        let trouble = Arc::new(Mutex::new(None));
        let task = Task { writer, patience, unwritten: Vec::new(), trouble: Arc::clone(&trouble) };
        tokio::spawn(task.run(received));
        Self { orders, trouble }
    }

    fn send(&self, order: Order) {
        // Fails only when the runtime is gone: a flush then hears of it by its dropped answer.
        let _ = self.orders.send(order);
    }
}

struct Task {
    writer: SqlitePool,
    patience: Duration,
    unwritten: Vec<(HistoryEntry, Vec<u8>)>,
    trouble: Arc<Mutex<Option<StorageFailure>>>,
}

impl Task {
    async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        while let Some(order) = orders.recv().await {
            let mut flushes = Vec::new();
            self.take(order, &mut flushes);
            let gathering = tokio::time::sleep(GATHERING);
            tokio::pin!(gathering);
            while flushes.is_empty() && self.unwritten.len() < BATCH {
                tokio::select! {
                    biased;
                    order = orders.recv() => match order {
                        Some(order) => self.take(order, &mut flushes),
                        None => break,
                    },
                    () = &mut gathering => break,
                }
            }
            let outcome = self.write_all().await;
            for flush in flushes {
                let _ = flush.send(outcome.clone());
            }
        }
        let _ = self.write_all().await;
    }

    fn take(&mut self, order: Order, flushes: &mut Vec<oneshot::Sender<Result<(), StorageFailure>>>) {
        match order {
            Order::Record(entry) => self.unwritten.push(*entry),
            Order::Flush(answer) => flushes.push(answer),
        }
    }

    async fn write_all(&mut self) -> Result<(), StorageFailure> {
        let mut outcome = Ok(());
        while !self.unwritten.is_empty() && outcome.is_ok() {
            let batch = self.unwritten.len().min(BATCH);
            outcome = self.write(&self.unwritten[..batch]).await;
            // What the database does not accept today it will not accept tomorrow: it must not stop the others.
            if matches!(outcome, Ok(()) | Err(StorageFailure::Refused { .. })) {
                self.unwritten.drain(..batch);
            }
        }
        if let Err(failure) = &outcome {
            let given_up = self.unwritten.len().saturating_sub(UNWRITTEN_LIMIT);
            self.unwritten.drain(..given_up);
            tracing::warn!(%failure, kept = self.unwritten.len(), given_up, "history could not be written");
        }
        *self.trouble.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = outcome.clone().err();
        outcome
    }

    async fn write(&self, batch: &[(HistoryEntry, Vec<u8>)]) -> Result<(), StorageFailure> {
        let mut transaction = begin_immediate(&self.writer, self.patience).await?;
        let workspaces =
            sqlx::query_scalar!("SELECT id FROM workspaces").fetch_all(&mut *transaction).await?;
        // No other process writes now: the ids that follow the last one ever given are ours. (Not a checked query:
        // SQLite's own table has columns without a type, which the checker does not survive.)
        let last: Option<i64> = sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = 'history'")
            .fetch_optional(&mut *transaction)
            .await?;
        // A workspace that was deleted meanwhile takes its history with it: no row, no failure.
        let rows: Vec<(i64, &(HistoryEntry, Vec<u8>))> = (last.unwrap_or_default() + 1..)
            .zip(batch.iter().filter(|(entry, _)| workspaces.iter().any(|id| id == entry.workspace.as_str())))
            .collect();
        for rows in rows.chunks(ROWS) {
            insert_entries(rows).build().execute(&mut *transaction).await?;
            insert_exchanges(rows).build().execute(&mut *transaction).await?;
        }
        Ok(transaction.commit().await?)
    }
}

fn insert_entries(rows: &[(i64, &(HistoryEntry, Vec<u8>))]) -> QueryBuilder<Sqlite> {
    let mut sql = QueryBuilder::new(
        "INSERT INTO history (id, workspace_id, request_id, sent_at, name, method, url, status, failure,
                              duration_us, size) ",
    );
    sql.push_values(rows, |mut values, (id, (entry, _))| {
        values
            .push_bind(*id)
            .push_bind(entry.workspace.as_str())
            .push_bind(entry.request.as_ref().map(Id::as_str))
            .push_bind(entry.sent_at)
            .push_bind(entry.name.as_str())
            .push_bind(entry.method.as_str())
            .push_bind(entry.url.as_str())
            .push_bind(entry.status)
            .push_bind(entry.failure.as_deref())
            .push_bind(i64::try_from(entry.duration_us).unwrap_or(i64::MAX))
            .push_bind(i64::try_from(entry.size).unwrap_or(i64::MAX));
    });
    sql
}

fn insert_exchanges(rows: &[(i64, &(HistoryEntry, Vec<u8>))]) -> QueryBuilder<Sqlite> {
    let mut sql = QueryBuilder::new("INSERT INTO history_exchanges (history_id, exchange) ");
    sql.push_values(rows, |mut values, (id, (_, exchange))| {
        values.push_bind(*id).push_bind(exchange.as_slice());
    });
    sql
}
