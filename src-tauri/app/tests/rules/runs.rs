//! Runs in the window.

use std::time::Duration;

use gatepass_app::KeyStoreKind;
use gatepass_app::dto::{RunEnd, RunOptions, RunRow};
use serde_json::json;

use crate::common::Desk;

/// A collection with a request to each of these URLs. Returns its id.
async fn collection(desk: &Desk, urls: &[&str]) -> String {
    let items: Vec<_> = (1..)
        .zip(urls)
        .map(|(number, url)| json!({ "name": format!("Request {number}"), "request": { "method": "GET", "url": url } }))
        .collect();
    let schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
    let document = json!({ "info": { "name": "Runs", "schema": schema }, "item": items });
    let imported = desk.app.import_text(document.to_string(), String::new()).await.unwrap();
    imported.nodes[0].id.clone()
}

/// Waits for the end of the run that was begun last, and returns all of its rows.
async fn ended(desk: &Desk, run: &str) -> (Vec<RunRow>, RunEnd) {
    loop {
        {
            let told = desk.heard.runs.lock().unwrap();
            let own = || told.iter().filter(|progress| progress.run == run);
            if let Some(end) = own().find_map(|progress| progress.end) {
                return (own().flat_map(|progress| progress.rows.clone()).collect(), end);
            }
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// An address that nobody listens on.
fn nobody() -> String {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    format!("http://127.0.0.1:{port}/{{{{name}}}}")
}

fn once() -> RunOptions {
    RunOptions { parallel: 1, ..RunOptions::default() }
}

#[tokio::test]
async fn every_row_of_the_data_is_an_iteration_and_what_failed_can_be_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path(), Some(KeyStoreKind::File)).await;
    let node = collection(&desk, &[&nobody(), &nobody()]).await;
    let data = folder.path().join("rows.csv");
    std::fs::write(&data, "name\na\nb,c\n").unwrap();
    let options = RunOptions { data: Some(data.display().to_string()), ..once() };
    let started = desk.app.start_run(node.clone(), options).await.unwrap();
    assert_eq!((started.name.as_str(), started.iterations, started.requests), ("Runs", 2, 2));
    assert_eq!(started.notes.len(), 1, "the ragged row is named: {:?}", started.notes);
    let (rows, end) = ended(&desk, &started.run).await;
    assert_eq!(end, RunEnd::Finished);
    let seen: Vec<(usize, &str)> = rows.iter().map(|row| (row.iteration, row.name.as_str())).collect();
    assert_eq!(seen, [(0, "Request 1"), (0, "Request 2"), (1, "Request 1"), (1, "Request 2")]);
    assert!(rows.iter().all(|row| row.failure.is_some() && row.status.is_none()));
    let looked_at = desk.app.run_exchange(started.run.clone(), 2).await.unwrap();
    assert!(looked_at.url.ends_with("/b"), "{}", looked_at.url);
    assert_eq!(looked_at.errors.len(), 1);

    let only = vec![rows[1].node.clone().unwrap()];
    let again = desk.app.start_run(node, RunOptions { only, ..once() }).await.unwrap();
    let (rows, _) = ended(&desk, &again.run).await;
    assert_eq!(rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["Request 2"]);
    assert!(desk.app.run_exchange(started.run, 0).await.is_err(), "only the last run is kept");
}

#[tokio::test]
async fn a_run_that_is_stopped_gives_up_what_is_on_its_way_and_says_so_once() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path(), Some(KeyStoreKind::File)).await;
    // Connections are taken by the system and answered by nobody.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let node = collection(&desk, &[&nobody(), &url]).await;
    let started = desk.app.start_run(node, once()).await.unwrap();
    while desk.heard.runs.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    desk.app.stop_run(started.run.clone()).await.unwrap();
    desk.app.stop_run(started.run.clone()).await.unwrap();
    let (rows, end) = ended(&desk, &started.run).await;
    assert_eq!((rows.len(), end), (1, RunEnd::Stopped));
    let ends = desk.heard.runs.lock().unwrap().iter().filter(|progress| progress.end.is_some()).count();
    assert_eq!(ends, 1);
}

#[tokio::test]
async fn the_first_failure_ends_a_run_that_is_to_stop_there() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path(), Some(KeyStoreKind::File)).await;
    let node = collection(&desk, &[&nobody(), &nobody()]).await;
    let options = RunOptions { stop_at_failure: true, iterations: Some(3), ..once() };
    let started = desk.app.start_run(node, options).await.unwrap();
    let (rows, end) = ended(&desk, &started.run).await;
    assert_eq!((rows.len(), end), (1, RunEnd::Bailed));
}
