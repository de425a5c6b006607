//! The listener for authorization responses, against real sockets.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use gatepass_oauth::ports::{AwaitedRedirect, RedirectListener, RedirectTarget};
use gatepass_oauth::secret::Secret;
use gatepass_platform::loopback::LoopbackListener;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

fn target(uri: &str) -> RedirectTarget {
    RedirectTarget { redirect_uri: uri.to_owned(), certificate: None, fragment: false, form_post: false }
}

async fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    // A connection that is closed without an answer is one, too.
    let _ = stream.read_to_string(&mut answer).await;
    answer
}

fn get(port: u16, path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n")
}

fn port_of(awaited: &dyn AwaitedRedirect) -> u16 {
    Url::parse(awaited.redirect_uri()).unwrap().port().unwrap()
}

fn plain(parameters: Vec<(String, Secret)>) -> Vec<(String, String)> {
    parameters.into_iter().map(|(name, value)| (name, value.expose().to_owned())).collect()
}

#[tokio::test]
async fn receives_the_answer_and_tells_the_browser_how_it_ended() {
    let listener = LoopbackListener::new();
    let state = Secret::new("the-state");
    let mut awaited = listener.listen(&target("http://127.0.0.1:{port}/callback"), &state).await.unwrap();
    let port = port_of(&*awaited);
    let browser = tokio::spawn(async move {
        ask(&format!("127.0.0.1:{port}"), &get(port, "/callback?code=abc&state=the-state")).await
    });
    let parameters = plain(awaited.receive().await.unwrap());
    assert_eq!(
        parameters,
        [("code".to_owned(), "abc".to_owned()), ("state".to_owned(), "the-state".to_owned())]
    );
    awaited.conclude(Ok(())).await;
    let page = browser.await.unwrap();
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("Signed in") && page.contains("You can close this window"), "{page}");
    drop(awaited);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err(), "the port is closed");
}

#[tokio::test]
async fn a_foreign_state_changes_nothing() {
    let listener = LoopbackListener::new();
    let state = Secret::new("the-state");
    let mut awaited = listener.listen(&target("http://localhost:{port}/cb"), &state).await.unwrap();
    let port = port_of(&*awaited);
    let address = format!("127.0.0.1:{port}");
    for path in [
        "/cb?code=x&state=other",
        "/cb?code=x",
        "/other?code=x&state=the-state",
        "/cb?code=a&code=b&state=the-state",
    ] {
        let answer = ask(&address, &get(port, path)).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{path}: {answer}");
    }
    let real = tokio::spawn(async move { ask(&address, &get(port, "/cb?code=real&state=the-state")).await });
    assert_eq!(plain(awaited.receive().await.unwrap())[0].1, "real");
    awaited.conclude(Ok(())).await;
    assert!(real.await.unwrap().contains("Signed in"));
}
