//! One window a data directory.

use gatepass_app::KeyStoreKind;

use crate::common::{Desk, eventually, folder, with_a_secret};

#[tokio::test]
async fn a_second_window_on_the_same_data_directory_says_so() {
    let data = folder();
    let first = Desk::window(data.path()).await.unwrap();
    // The patience passes without waiting for it.
    tokio::time::pause();
    let error = Desk::window(data.path()).await.err().unwrap();
    tokio::time::resume();
    assert!(error.message.contains("Another window"), "{}", error.message);
    assert!(error.cause.contains(&std::process::id().to_string()), "who has it: {}", error.cause);
    first.app.close().await;
}

#[tokio::test]
async fn a_window_that_is_just_closing_is_waited_for() {
    let data = folder();
    let first = Desk::window(data.path()).await.unwrap();
    let (second, ()) = tokio::join!(Desk::window(data.path()), async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        first.app.close().await;
    });
    second.unwrap().app.close().await;
}

#[tokio::test]
async fn the_command_line_works_beside_a_window() {
    let data = folder();
    let window = Desk::window(data.path()).await.unwrap();
    let command = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    command.import(&with_a_secret()).await;
    command.app.close().await;
    eventually(async || (*window.heard.workspaces.lock().unwrap() > 0).then_some(())).await;
    assert_eq!(window.app.tree().await.unwrap().len(), 2, "and what it imported is there");
    window.app.close().await;
}
