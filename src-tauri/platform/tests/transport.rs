//! API requests over real sockets: what is sent is exact, and failures are told apart.
#![allow(clippy::unwrap_used)]

mod support;

use gatepass_core::exchange::{OutgoingBody, ResponseBody};
use gatepass_core::ports::SendFailureKind;
use support::{Act, Server, failure, fields, get, ok, post, send, transport};
use url::Url;

#[tokio::test]
async fn sends_the_headers_in_order_and_adds_only_what_is_needed() {
    let server = Server::start(|_| ok("hello")).await;
    let (transport, _spool) = transport();
    let mut request = post(server.url("/a?b=1"), "{}");
    request.headers = fields(&[("X-First", "1"), ("Content-Type", "application/json"), ("X-Last", "2")]);
    let exchange = send(&transport, request).await.unwrap();
    let seen = server.last();
    assert_eq!(seen.request_line, "POST /a?b=1 HTTP/1.1");
    let names: Vec<&str> = seen.headers.iter().map(|(name, _)| name.as_str()).collect();
    let expected = [
        "Host",
        "X-First",
        "Content-Type",
        "X-Last",
        "User-Agent",
        "Accept",
        "Accept-Encoding",
        "Content-Length",
    ];
    assert_eq!(names, expected);
    assert_eq!(seen.body, b"{}");
    assert_eq!(exchange.request.headers, seen.headers);
    assert_eq!(exchange.response.status, 200);
    assert_eq!(exchange.response.remote_address.as_deref(), Some(server.address.to_string().as_str()));
    assert!(matches!(exchange.response.body, ResponseBody::Memory(bytes) if &bytes[..] == b"hello"));
    assert!(exchange.timing.connect_us.is_some());
}

#[tokio::test]
async fn what_the_user_sets_is_not_overridden() {
    let server = Server::start(|_| ok("")).await;
    let (transport, _spool) = transport();
    let mut request = get(server.url("/"));
    request.headers = fields(&[
        ("user-agent", "mine"),
        ("accept", "text/csv"),
        ("accept-encoding", "identity"),
        ("Host", "other.example"),
    ]);
    send(&transport, request).await.unwrap();
    assert_eq!(
        server.last().headers,
        fields(&[
            ("User-Agent", "mine"),
            ("Accept", "text/csv"),
            ("Accept-Encoding", "identity"),
            ("Host", "other.example")
        ])
    );
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request() {
    let server = Server::start(|_| ok("x")).await;
    let (transport, _spool) = transport();
    for _ in 0..3 {
        let exchange = send(&transport, get(server.url("/"))).await.unwrap();
        drop(exchange);
    }
    assert!(server.seen().iter().all(|seen| seen.connection == 0));
    let kept = send(&transport, get(server.url("/"))).await.unwrap();
    assert_eq!(kept.timing.connect_us, None);
}

#[tokio::test]
async fn line_breaks_never_reach_the_wire() {
    let server = Server::start(|_| ok("")).await;
    let (transport, _spool) = transport();
    for hostile in ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b"] {
        let mut in_value = get(server.url("/"));
        in_value.headers = fields(&[("X-A", hostile)]);
        let mut in_name = get(server.url("/"));
        in_name.headers = fields(&[(hostile, "x")]);
        let mut in_method = get(server.url("/"));
        in_method.method = hostile.to_owned();
        for request in [in_value, in_name, in_method] {
            let failure = failure(&transport, request).await;
            assert_eq!(failure.kind, SendFailureKind::Invalid, "{failure:?}");
        }
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_refused_connection_names_host_and_port() {
    let (transport, _spool) = transport();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = Url::parse(&format!("http://{closed}/")).unwrap();
    let failure = failure(&transport, get(url)).await;
    assert_eq!(failure.kind, SendFailureKind::Connect);
    assert!(failure.message.contains(&closed.to_string()), "{failure:?}");
}

#[tokio::test]
async fn a_cut_off_body_is_a_failure_and_says_so() {
    let server = Server::start(|_| {
        Act::WriteAndClose(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this".to_vec())
    })
    .await;
    let (transport, _spool) = transport();
    let failure = failure(&transport, get(server.url("/"))).await;
    assert_eq!(failure.kind, SendFailureKind::Broken);
    assert!(failure.message.contains("cut off"), "{failure:?}");
}

#[tokio::test]
async fn an_empty_post_says_that_its_body_has_no_bytes() {
    let server = Server::start(|_| ok("")).await;
    let (transport, _spool) = transport();
    let mut request = post(server.url("/"), "");
    request.body = OutgoingBody::Empty;
    send(&transport, request).await.unwrap();
    assert_eq!(server.last().header("content-length"), Some("0"));
}
