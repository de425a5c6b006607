//! Kept connections, proxies, HTTP/2, cookies, and what a person sees while they wait.
#![allow(clippy::unwrap_used)]

mod support;

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use gatepass_core::exchange::{HttpVersion, OutgoingRequest, Proxy, SendSettings};
use gatepass_core::ports::{Progress, SendFailureKind, Stage, Transport};
use gatepass_platform::transport::MemoryCookieJar;
use http_body_util::Full;
use hyper_util::rt::{TokioExecutor, TokioIo};
use support::{Act, Server, answer, direct, failure, fields, get, ok, post, send, socks_proxy, transport};
use tokio::net::TcpListener;
use url::Url;

/// Answers the first request of each connection, and closes without a word at the second.
async fn forgetful() -> Server {
    let last = Arc::new(AtomicUsize::new(usize::MAX));
    Server::start(move |seen| {
        if last.swap(seen.connection, Ordering::SeqCst) == seen.connection {
            Act::WriteAndClose(Vec::new())
        } else {
            ok("hello")
        }
    })
    .await
}

#[tokio::test]
async fn a_request_without_effect_is_sent_again_if_a_kept_connection_was_closed_under_it() {
    let server = forgetful().await;
    let (transport, _spool) = transport();
    send(&transport, get(server.url("/"))).await.unwrap();
    send(&transport, get(server.url("/"))).await.unwrap();
    let connections: Vec<usize> = server.seen().iter().map(|seen| seen.connection).collect();
    assert_eq!(connections, [0, 0, 1]);
}

#[tokio::test]
async fn a_request_with_an_effect_is_never_sent_twice() {
    let server = forgetful().await;
    let (transport, _spool) = transport();
    send(&transport, get(server.url("/"))).await.unwrap();
    assert_eq!(failure(&transport, post(server.url("/"), "x")).await.kind, SendFailureKind::Broken);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test]
async fn a_new_connection_that_breaks_is_not_tried_again() {
    let server = Server::start(|_| Act::WriteAndClose(Vec::new())).await;
    let (transport, _spool) = transport();
    assert_eq!(failure(&transport, get(server.url("/"))).await.kind, SendFailureKind::Broken);
    assert_eq!(server.seen().len(), 1);
}

fn through(proxy: &str, url: Url) -> OutgoingRequest {
    let settings = SendSettings { proxy: Proxy::Custom(proxy.to_owned()), ..direct() };
    OutgoingRequest { settings, ..get(url) }
}

#[tokio::test]
async fn a_proxy_gets_the_whole_url_and_its_own_credentials() {
    let proxy = Server::start(|_| ok("by proxy")).await;
    let (transport, _spool) = transport();
    let address = format!("http://user:pass@{}", proxy.address);
    send(&transport, through(&address, "http://api.invalid/a?b".parse().unwrap())).await.unwrap();
    let seen = proxy.last();
    assert_eq!(seen.request_line, "GET http://api.invalid/a?b HTTP/1.1");
    assert_eq!(seen.header("host"), Some("api.invalid"));
    assert_eq!(seen.header("proxy-authorization"), Some("Basic dXNlcjpwYXNz"));
}

#[tokio::test]
async fn a_proxy_that_is_down_or_refuses_is_named_without_its_password() {
    let (transport, _spool) = transport();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refusing =
        Server::start(|_| Act::WriteAndClose(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n".to_vec()))
            .await;
    for address in [closed, refusing.address] {
        let request =
            through(&format!("http://user:canary@{address}"), "https://api.invalid/".parse().unwrap());
        let failure = failure(&transport, request).await;
        assert_eq!(failure.kind, SendFailureKind::Connect, "{failure:?}");
        assert!(failure.message.contains(&format!("proxy {address}")), "{failure:?}");
        assert!(!format!("{failure:?}").contains("canary"), "{failure:?}");
    }
}

#[tokio::test]
async fn a_socks_proxy_resolves_the_name() {
    let server = Server::start(|_| ok("behind")).await;
    let proxy = socks_proxy(server.address, "api.invalid").await;
    let (transport, _spool) = transport();
    let request = through(&format!("socks5h://{proxy}"), "http://api.invalid/".parse().unwrap());
    assert_eq!(send(&transport, request).await.unwrap().response.status, 200);
    assert_eq!(server.last().header("host"), Some("api.invalid"));
}

#[tokio::test]
async fn http2_is_spoken_where_it_is_asked_for() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let service =
            hyper::service::service_fn(|request: http::Request<hyper::body::Incoming>| async move {
                let host = request.headers().get("host").is_some();
                let text = format!("{:?} host={host} {}", request.version(), request.uri());
                Ok::<_, Infallible>(http::Response::new(Full::<Bytes>::from(text)))
            });
        let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        server.serve_connection(TokioIo::new(stream), service).await.unwrap();
    });
    let (transport, _spool) = transport();
    let mut request = get(url.clone());
    request.settings.http_version = HttpVersion::Http2;
    let exchange = send(&transport, request).await.unwrap();
    assert_eq!(exchange.response.version, "HTTP/2");
    let gatepass_core::exchange::ResponseBody::Memory(body) = exchange.response.body else { panic!() };
    assert_eq!(String::from_utf8_lossy(&body), format!("HTTP/2.0 host=false {url}"));
}

#[tokio::test]
async fn cookies_go_with_the_hops_of_a_redirect_and_beside_those_of_the_user() {
    let server = Server::start(|seen| match seen.path() {
        "/" => {
            Act::Write(answer("302 Found", &[("Set-Cookie", "jar=1; Path=/"), ("Location", "/next")], b""))
        }
        _ => ok(""),
    })
    .await;
    let (transport, _spool) = transport();
    let transport = transport.with_cookies(Arc::new(MemoryCookieJar::default()));
    let mut request = get(server.url("/"));
    request.headers = fields(&[("Cookie", "mine=2")]);
    let exchange = send(&transport, request).await.unwrap();
    assert_eq!(server.last().header("cookie"), Some("mine=2; jar=1"));
    assert!(exchange.request.headers.contains(&("Cookie".to_owned(), "mine=2; jar=1".to_owned())));
    let mut off = get(server.url("/next"));
    off.settings.cookies = false;
    send(&transport, off).await.unwrap();
    assert_eq!(server.last().header("cookie"), None);
}

#[derive(Default)]
struct Stages(Mutex<Vec<Stage>>);

impl Progress for Stages {
    fn reached(&self, stage: Stage) {
        self.0.lock().unwrap().push(stage);
    }
}

#[tokio::test]
async fn a_person_who_waits_sees_for_what() {
    let server = Server::start(|_| ok("hello")).await;
    let (transport, _spool) = transport();
    let (first, kept) = (Stages::default(), Stages::default());
    Transport::send(&transport, get(server.url("/")), &first).await.unwrap();
    Transport::send(&transport, get(server.url("/")), &kept).await.unwrap();
    let received = Stage::Receiving { bytes: 5, of: Some(5) };
    assert_eq!(*first.0.lock().unwrap(), [Stage::Connecting, Stage::Waiting, received]);
    assert_eq!(*kept.0.lock().unwrap(), [Stage::Waiting, received]);
}

#[tokio::test]
async fn dropping_the_future_ends_the_request() {
    let server = Server::start(|_| Act::Hang).await;
    let (transport, _spool) = transport();
    for connection in 0..2 {
        let mut request = std::pin::pin!(send(&transport, get(server.url("/"))));
        while server.seen().len() == connection {
            let turn = tokio::time::timeout(std::time::Duration::from_millis(10), &mut request).await;
            assert!(turn.is_err(), "nobody answers");
        }
        // Not on the connection of the one that was given up: its answer would be taken for this one's.
        assert_eq!(server.last().connection, connection);
    }
}
