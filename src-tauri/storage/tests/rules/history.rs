//! History: written behind the request, found again.

use gatepass_core::workspace::Id;
use gatepass_storage::tables::history::{HistoryEntry, HistoryQuery};
use gatepass_storage::{Database, OpenOptions, StorageFailure};

use crate::common::{open, with_workspace};

fn entry(workspace: &Id, number: u64) -> HistoryEntry {
    HistoryEntry {
        workspace: workspace.clone(),
        request: Some(Id::from_text(format!("request {}", number % 2))),
        sent_at: number as i64,
        name: "List 100% of photos_".into(),
        method: if number.is_multiple_of(3) { "POST" } else { "GET" }.into(),
        url: format!("https://api.example.com/photos/{number}"),
        status: (number != 5).then_some(200 + (number % 2) as u16 * 204),
        failure: (number == 5).then(|| "connection refused".into()),
        duration_us: 1500,
        size: number,
    }
}

async fn found(database: &Database, workspace: &Id, query: HistoryQuery) -> Vec<u64> {
    let rows = database.history().search(workspace, &query, 100).await.unwrap();
    rows.into_iter().map(|row| row.entry.size).collect()
}

fn text(text: &str) -> HistoryQuery {
    HistoryQuery { text: text.into(), ..HistoryQuery::default() }
}

#[tokio::test]
async fn nothing_recorded_is_lost_at_a_clean_end() {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = with_workspace(directory.path()).await;
    for number in 0..1203 {
        database.history().record(entry(&workspace, number), number.to_le_bytes().to_vec());
    }
    database.close().await.unwrap();
    let database = open(directory.path()).await;
    let rows = database.history().search(&workspace, &HistoryQuery::default(), 2000).await.unwrap();
    assert_eq!(rows.len(), 1203);
    assert_eq!(rows[0].entry, entry(&workspace, 1202));
    assert_eq!(rows[1202 - 5].entry, entry(&workspace, 5));
    assert_eq!(database.history().exchange(rows[0].id).await.unwrap(), Some(1202u64.to_le_bytes().to_vec()));
}

#[tokio::test]
async fn what_is_recorded_reaches_the_disk_by_itself() {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = with_workspace(directory.path()).await;
    database.history().record(entry(&workspace, 1), Vec::new());
    while found(&database, &workspace, HistoryQuery::default()).await.is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn history_is_searched_by_words_and_read_in_pages() {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = with_workspace(directory.path()).await;
    for number in 0..10 {
        database.history().record(entry(&workspace, number), Vec::new());
    }
    database.history().flush().await.unwrap();
    assert_eq!(found(&database, &workspace, text("post /photos/")).await, [9, 6, 3, 0]);
    assert_eq!(found(&database, &workspace, text("404 POST")).await, [9, 3]);
    assert_eq!(found(&database, &workspace, text("100%")).await.len(), 10);
    assert_eq!(found(&database, &workspace, text("10%0")).await, [0u64; 0]);
    assert_eq!(found(&database, &workspace, text("ph_tos")).await, [0u64; 0]);
    assert_eq!(found(&database, &workspace, text(r"'; DROP \")).await, [0u64; 0]);
    let odd = HistoryQuery { request: Some(Id::from_text("request 1")), ..HistoryQuery::default() };
    assert_eq!(found(&database, &workspace, odd).await, [9, 7, 5, 3, 1]);
    let first = database.history().search(&workspace, &HistoryQuery::default(), 4).await.unwrap();
    let next = HistoryQuery { before: Some(first[3].id), ..HistoryQuery::default() };
    assert_eq!(found(&database, &workspace, next).await, [5, 4, 3, 2, 1, 0]);
    assert!(found(&database, &Id::from_text("another"), HistoryQuery::default()).await.is_empty());
}

#[tokio::test]
async fn old_history_goes_and_takes_its_exchanges_along() {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = with_workspace(directory.path()).await;
    for number in 0..10 {
        database.history().record(entry(&workspace, number), vec![1]);
    }
    database.history().flush().await.unwrap();
    let all = database.history().search(&workspace, &HistoryQuery::default(), 100).await.unwrap();
    assert_eq!(database.history().prune(&workspace, 4).await.unwrap(), 6);
    assert_eq!(found(&database, &workspace, HistoryQuery::default()).await, [9, 8, 7, 6]);
    assert_eq!(database.history().exchange(all[9].id).await.unwrap(), None);
    assert!(database.history().delete(all[0].id).await.unwrap());
    assert!(!database.history().delete(all[0].id).await.unwrap());
    assert_eq!(database.history().exchange(all[0].id).await.unwrap(), None);
    assert_eq!(database.history().prune(&workspace, 4).await.unwrap(), 0);
}

#[tokio::test]
async fn history_of_a_workspace_that_is_gone_does_not_hold_up_the_rest() {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = with_workspace(directory.path()).await;
    database.history().record(entry(&Id::from_text("gone"), 1), vec![1]);
    database.history().record(entry(&workspace, 2), vec![2]);
    database.history().flush().await.unwrap();
    let rows = database.history().search(&workspace, &HistoryQuery::default(), 10).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(database.history().exchange(rows[0].id).await.unwrap(), Some(vec![2]));
}

#[tokio::test]
async fn history_that_does_not_fit_on_the_disk_is_kept_and_said() {
    let directory = tempfile::tempdir().unwrap();
    let (database, workspace) = with_workspace(directory.path()).await;
    database.close().await.unwrap();
    let options = OpenOptions { max_pages: Some(60), ..OpenOptions::default() };
    let full = Database::open(directory.path(), options).await.unwrap();
    full.history().record(entry(&workspace, 1), vec![7; 1_000_000]);
    assert_eq!(full.history().flush().await, Err(StorageFailure::Full));
    assert_eq!(full.history().trouble(), Some(StorageFailure::Full));
    assert!(found(&full, &workspace, HistoryQuery::default()).await.is_empty());
    // Still there to be written: closing says that it is not.
    assert_eq!(full.close().await, Err(StorageFailure::Full));
}
