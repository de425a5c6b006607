//! Requests of the OAuth engine: exact, never redirected, and it is known whether they may have arrived.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use gatepass_core::exchange::SendSettings;
use gatepass_oauth::ports::{
    Completeness, HttpClient, IncomingResponse, OutgoingRequest, TransportError, TransportErrorKind,
};
use gatepass_platform::transport::{HttpTransport, MemoryCookieJar};
use support::{Act, Server, answer, direct, ok, transport};
use url::Url;

async fn ask(transport: &HttpTransport, url: &Url) -> Result<IncomingResponse, TransportError> {
    let request = http::Request::post(url.as_str())
        .header("accept", "application/json")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(b"grant_type=client_credentials".to_vec())
        .unwrap();
    HttpClient::send(transport, OutgoingRequest { request, client_certificate: None, body_limit: 1000 }).await
}

fn limited(limit: Duration) -> (HttpTransport, tempfile::TempDir) {
    let (transport, spool) = transport();
    let settings = move |_: &Url| SendSettings { timeout: Some(limit), ..direct() };
    (transport.with_host_settings(Arc::new(settings)), spool)
}

#[tokio::test]
async fn nothing_is_added_but_what_the_transport_needs() {
    let server = Server::start(|_| ok("{}")).await;
    let (transport, _spool) = transport();
    let transport = transport.with_cookies(Arc::new(MemoryCookieJar::default()));
    ask(&transport, &server.url("/token")).await.unwrap();
    let seen = server.last();
    let names: Vec<&str> = seen.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Host", "Accept", "Content-Type", "User-Agent", "Content-Length"]);
    assert_eq!(seen.body, b"grant_type=client_credentials");
}

#[tokio::test]
async fn a_redirect_is_handed_over_and_not_followed() {
    let elsewhere = Server::start(|_| ok("{}")).await;
    let there = elsewhere.url("/").to_string();
    let server =
        Server::start(move |_| Act::Write(answer("307 Temporary Redirect", &[("Location", &there)], b"")))
            .await;
    let (transport, _spool) = transport();
    let answer = ask(&transport, &server.url("/token")).await.unwrap();
    assert_eq!(answer.response.status(), 307);
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn cookies_of_a_token_endpoint_are_not_kept() {
    let server = Server::start(|_| Act::Write(answer("200 OK", &[("Set-Cookie", "a=b")], b"{}"))).await;
    let (transport, _spool) = transport();
    let transport = transport.with_cookies(Arc::new(MemoryCookieJar::default()));
    ask(&transport, &server.url("/")).await.unwrap();
    ask(&transport, &server.url("/")).await.unwrap();
    assert_eq!(server.last().header("cookie"), None);
}

#[tokio::test]
async fn long_and_cut_off_answers_are_handed_over_as_such() {
    let (transport, _spool) = transport();
    let long = Server::start(|_| Act::Write(answer("200 OK", &[], &[b'x'; 5000]))).await;
    let answer = ask(&transport, &long.url("/")).await.unwrap();
    assert_eq!((answer.completeness, answer.response.body().len()), (Completeness::TooLong, 1000));
    let cut = Server::start(|_| {
        Act::WriteAndClose(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"access".to_vec())
    })
    .await;
    let answer = ask(&transport, &cut.url("/")).await.unwrap();
    assert_eq!(answer.completeness, Completeness::CutOff);
    assert_eq!(answer.response.body(), b"{\"access");
}

#[tokio::test]
async fn a_refused_connection_has_not_carried_the_request() {
    let (transport, _spool) = transport();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = ask(&transport, &Url::parse(&format!("http://{closed}/")).unwrap()).await.err().unwrap();
    assert_eq!(error.kind, TransportErrorKind::Connect);
    assert!(!error.may_have_arrived);
    assert!(error.message.contains(&closed.to_string()), "{error:?}");
}

#[tokio::test]
async fn a_name_without_address_has_not_carried_the_request() {
    let (transport, _spool) = transport();
    let error = ask(&transport, &Url::parse("http://no-such-host.invalid/").unwrap()).await.err().unwrap();
    assert_eq!(error.kind, TransportErrorKind::Dns);
    assert!(!error.may_have_arrived);
    assert!(error.message.contains("no-such-host.invalid"), "{error:?}");
}

#[tokio::test]
async fn silence_after_the_request_means_that_it_may_have_arrived() {
    let server = Server::start(|_| Act::Hang).await;
    let (transport, _spool) = limited(Duration::from_secs(2));
    let error = ask(&transport, &server.url("/")).await.err().unwrap();
    assert_eq!(error.kind, TransportErrorKind::Timeout);
    assert!(error.may_have_arrived);
}

#[tokio::test]
async fn a_handshake_that_never_ends_has_not_carried_the_request() {
    // Accepts the connection and says nothing: TLS waits, and the request with it.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("https://{}/", listener.local_addr().unwrap())).unwrap();
    let (transport, _spool) = limited(Duration::from_millis(300));
    let error = ask(&transport, &url).await.err().unwrap();
    assert_eq!(error.kind, TransportErrorKind::Timeout);
    assert!(!error.may_have_arrived);
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_request_may_have_carried_it_and_it_is_not_sent_again() {
    let server = Server::start(|_| Act::WriteAndClose(Vec::new())).await;
    let (transport, _spool) = transport();
    let error = ask(&transport, &server.url("/")).await.err().unwrap();
    assert_eq!(error.kind, TransportErrorKind::Broken);
    assert!(error.may_have_arrived);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn secrets_are_not_in_the_errors() {
    let server = Server::start(|_| Act::WriteAndClose(b"garbage\r\n\r\n".to_vec())).await;
    let (transport, _spool) = transport();
    let mut url = server.url("/token?client_secret=canary");
    url.set_username("user").unwrap();
    url.set_password(Some("canary")).unwrap();
    let error = ask(&transport, &url).await.err().unwrap();
    assert!(!error.message.contains("canary"), "{error:?}");
}
