//! The playground listens only while it is used.

use gatepass_app::KeyStoreKind;
use gatepass_app::dto::{SendIntent, SendOutcome};

use crate::common::{Desk, folder, named};

fn listens(port: u16) -> bool {
    std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn port_of(issuer: &str) -> u16 {
    issuer.rsplit(':').next().unwrap().trim_end_matches('/').parse().unwrap()
}

/// A data directory in which the playground was opened once. Gives its rows and port.
async fn opened_once(data: &std::path::Path) -> (Vec<gatepass_app::dto::NodeView>, u16) {
    let desk = Desk::open(data, Some(KeyStoreKind::File)).await;
    let workspace = desk.app.open_playground().await.unwrap();
    let port = port_of(&workspace.playground.unwrap().issuer);
    desk.app.close().await;
    assert!(!listens(port), "it ends with the window");
    (workspace.nodes, port)
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_at_its_requests_does_not_wake_it_and_sending_one_does() {
    let data = folder();
    let (nodes, port) = opened_once(data.path()).await;
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let request = named(&nodes, "No token needed").to_owned();
    for node in &nodes {
        desk.app.open_node(node.id.clone()).await.unwrap();
        desk.app.token_card(node.id.clone()).await.unwrap();
        desk.app.token_key(node.id.clone()).await.unwrap();
        desk.app.will_send(node.id.clone()).await.unwrap();
    }
    desk.app.tree_health().await.unwrap();
    desk.app.open_workspace().await.unwrap();
    assert!(!listens(port), "nothing was used yet");
    match desk.app.send(request, SendIntent::Plain).await.unwrap() {
        SendOutcome::Answered { response } => assert_eq!(response.status, 200),
        other => panic!("{other:?}"),
    }
    assert!(listens(port), "on the port that its collection names");
    desk.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_to_another_program_on_its_port() {
    let data = folder();
    let (nodes, port) = opened_once(data.path()).await;
    let taken = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    taken.set_nonblocking(true).unwrap();
    let desk = Desk::open(data.path(), Some(KeyStoreKind::File)).await;
    let error = desk.app.send(named(&nodes, "Who is bob").to_owned(), SendIntent::Plain).await.unwrap_err();
    assert_eq!(error.code, "port_in_use");
    assert!(error.next_step.contains("new port"), "{}", error.next_step);
    assert_eq!(taken.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "nobody called");
    let before = nodes.len();
    assert_eq!(desk.app.tree().await.unwrap().len(), before, "no second collection came in by itself");
    let again = desk.app.open_playground().await.unwrap();
    assert_ne!(port_of(&again.playground.unwrap().issuer), port);
    assert_eq!(again.nodes.len(), before * 2);
    desk.app.close().await;
}
