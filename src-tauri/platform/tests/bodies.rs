//! Bodies as they go out: multipart, files, and what makes them impossible.
#![allow(clippy::unwrap_used)]

mod support;

use bytes::Bytes;
use gatepass_core::exchange::{OutgoingBody, OutgoingPart, OutgoingRequest, PartContent};
use gatepass_core::ports::SendFailureKind;
use support::{Server, failure, fields, get, ok, send, transport};
use url::Url;

fn part(name: &str, content: &'static [u8]) -> OutgoingPart {
    OutgoingPart {
        name: name.to_owned(),
        file_name: None,
        content_type: None,
        content: PartContent::Bytes(Bytes::from_static(content)),
    }
}

fn multipart(url: Url, parts: Vec<OutgoingPart>) -> OutgoingRequest {
    OutgoingRequest { method: "POST".to_owned(), body: OutgoingBody::Multipart(parts), ..get(url) }
}

#[tokio::test]
async fn a_multipart_body_is_written_as_browsers_do() {
    let server = Server::start(|_| ok("")).await;
    let (transport, spool) = transport();
    let path = spool.path().join("a.txt");
    std::fs::write(&path, b"from disk").unwrap();
    let parts = vec![
        part("plain", b"1"),
        OutgoingPart { content_type: Some("application/json".to_owned()), ..part("js\"on", b"{}") },
        OutgoingPart {
            file_name: Some("\u{e4} \"b\".txt".to_owned()),
            content: PartContent::File(path),
            ..part("file", b"")
        },
    ];
    let mut request = multipart(server.url("/"), parts);
    request.headers = fields(&[("Content-Type", "multipart/form-data; boundary=XX")]);
    let exchange = send(&transport, request).await.unwrap();
    let expected = "--XX\r\nContent-Disposition: form-data; name=\"plain\"\r\n\r\n1\r\n\
         --XX\r\nContent-Disposition: form-data; name=\"js%22on\"\r\nContent-Type: application/json\r\n\r\n{}\r\n\
         --XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\u{e4} %22b%22.txt\"\r\n\
         Content-Type: application/octet-stream\r\n\r\nfrom disk\r\n--XX--\r\n";
    let seen = server.last();
    assert_eq!(String::from_utf8(seen.body).unwrap(), expected);
    assert_eq!(exchange.request.body_size, expected.len() as u64);
}

#[tokio::test]
async fn a_boundary_is_made_where_none_is_given() {
    let server = Server::start(|_| ok("")).await;
    let (transport, _spool) = transport();
    let mut boundaries = Vec::new();
    for given in [None, Some("multipart/form-data"), Some("text/plain")] {
        let mut request = multipart(server.url("/"), vec![part("a", b"b")]);
        request.headers.extend(given.map(|given| ("Content-Type".to_owned(), given.to_owned())));
        send(&transport, request).await.unwrap();
        let seen = server.last();
        let (essence, boundary) = seen.header("content-type").unwrap().split_once("; boundary=").unwrap();
        assert_eq!(essence, "multipart/form-data");
        assert!(seen.body.starts_with(format!("--{boundary}\r\n").as_bytes()));
        boundaries.push(boundary.to_owned());
    }
    boundaries.dedup();
    assert_eq!(boundaries.len(), 3, "each body has a boundary of its own");
}

#[tokio::test]
async fn line_breaks_in_part_names_never_reach_the_wire() {
    let server = Server::start(|_| ok("")).await;
    let (transport, _spool) = transport();
    for hostile in ["a\r\nX: y", "a\nb", "a\rb", "a\0b"] {
        for part in [
            part(hostile, b""),
            OutgoingPart { file_name: Some(hostile.to_owned()), ..part("a", b"") },
            OutgoingPart { content_type: Some(hostile.to_owned()), ..part("a", b"") },
        ] {
            let failure = failure(&transport, multipart(server.url("/"), vec![part])).await;
            assert_eq!(failure.kind, SendFailureKind::Invalid);
        }
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_file_that_is_not_there_is_said_before_anything_is_sent() {
    let server = Server::start(|_| ok("")).await;
    let (transport, spool) = transport();
    for path in [spool.path().join("missing.bin"), spool.path().to_owned()] {
        let name = path.display().to_string();
        let request = OutgoingRequest { body: OutgoingBody::File(path), ..get(server.url("/")) };
        let failure = failure(&transport, request).await;
        assert_eq!(failure.kind, SendFailureKind::Invalid);
        assert!(failure.message.contains(&name), "{failure:?}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn the_length_is_that_of_the_body_whatever_the_user_wrote() {
    let server = Server::start(|_| ok("")).await;
    let (transport, _spool) = transport();
    let mut request = support::post(server.url("/"), "seven b");
    request.headers = fields(&[("Content-Length", "3")]);
    send(&transport, request).await.unwrap();
    assert_eq!(server.last().header("content-length"), Some("7"));
    assert_eq!(server.last().body, b"seven b");
}
