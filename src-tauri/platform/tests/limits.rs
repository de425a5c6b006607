//! Answers that never end, that blow up, or that are not what they say.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use async_compression::tokio::write::{BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder, ZstdEncoder};
use gatepass_core::exchange::ResponseBody;
use gatepass_core::ports::SendFailureKind;
use support::{Act, Server, answer, failure, get, send, transport};
use tokio::io::{AsyncWrite, AsyncWriteExt};

async fn encoded(coding: &str, content: &[u8]) -> Vec<u8> {
    async fn finish(mut encoder: impl AsyncWrite + Unpin, content: &[u8]) {
        encoder.write_all(content).await.unwrap();
        encoder.shutdown().await.unwrap();
    }
    let mut out = Vec::new();
    match coding {
        "gzip" | "x-gzip" => finish(GzipEncoder::new(&mut out), content).await,
        "deflate" => finish(ZlibEncoder::new(&mut out), content).await,
        "bare deflate" => finish(DeflateEncoder::new(&mut out), content).await,
        "br" => finish(BrotliEncoder::new(&mut out), content).await,
        "zstd" => finish(ZstdEncoder::new(&mut out), content).await,
        other => panic!("{other}"),
    }
    out
}

fn bytes(body: &ResponseBody) -> Vec<u8> {
    match body {
        ResponseBody::Memory(bytes) => bytes.to_vec(),
        ResponseBody::File(file) => std::fs::read(&file.path).unwrap(),
    }
}

#[tokio::test]
async fn every_coding_is_undone_and_the_headers_stay_as_they_came() {
    let (transport, _spool) = transport();
    let content: Vec<u8> = (0..30_000_u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
    for coding in ["gzip", "x-gzip", "deflate", "bare deflate", "br", "zstd"] {
        let body = encoded(coding, &content).await;
        let name = if coding == "bare deflate" { "deflate" } else { coding };
        let server =
            Server::start(move |_| Act::Write(answer("200 OK", &[("Content-Encoding", name)], &body))).await;
        let exchange = send(&transport, get(server.url("/"))).await.unwrap();
        assert!(bytes(&exchange.response.body) == content, "{coding}");
        assert_eq!(exchange.response.header("content-encoding"), Some(name));
    }
}

#[tokio::test]
async fn two_codings_are_undone_in_reverse() {
    let (transport, _spool) = transport();
    let body = encoded("br", &encoded("gzip", b"twice").await).await;
    let server =
        Server::start(move |_| Act::Write(answer("200 OK", &[("Content-Encoding", "gzip, br")], &body)))
            .await;
    let exchange = send(&transport, get(server.url("/"))).await.unwrap();
    assert_eq!(bytes(&exchange.response.body), b"twice");
}

#[tokio::test]
async fn an_unknown_coding_and_an_empty_body_are_shown_as_they_came() {
    let (transport, _spool) = transport();
    for (coding, body) in [("compress", b"raw".as_slice()), ("gzip", b""), ("identity", b"plain")] {
        let server =
            Server::start(move |_| Act::Write(answer("200 OK", &[("Content-Encoding", coding)], body))).await;
        let exchange = send(&transport, get(server.url("/"))).await.unwrap();
        assert_eq!(bytes(&exchange.response.body), body, "{coding}");
    }
}

#[tokio::test]
async fn a_decompression_bomb_is_stopped_at_the_limit() {
    let (transport, spool) = transport();
    // 16 MiB of zeros in a few hundred bytes, and the same again compressed.
    let inner = encoded("zstd", &vec![0; 16 << 20]).await;
    let bomb = encoded("gzip", &inner).await;
    assert!(bomb.len() < 10_000);
    let server =
        Server::start(move |_| Act::Write(answer("200 OK", &[("Content-Encoding", "zstd, gzip")], &bomb)))
            .await;
    let mut request = get(server.url("/"));
    request.settings.body_limit = 2 << 20;
    let failure = failure(&transport, request).await;
    assert_eq!(failure.kind, SendFailureKind::Limit, "{failure:?}");
    assert_eq!(std::fs::read_dir(spool.path()).unwrap().count(), 0, "nothing is left on disk");
}

#[tokio::test]
async fn an_endless_body_is_stopped_at_the_limit() {
    let (transport, _spool) = transport();
    let server = Server::start(|_| {
        Act::WriteForever(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec(),
            [b"1000\r\n".as_slice(), &[b'x'; 0x1000], b"\r\n"].concat(),
        )
    })
    .await;
    let mut request = get(server.url("/"));
    request.settings.body_limit = 3 << 20;
    assert_eq!(failure(&transport, request).await.kind, SendFailureKind::Limit);
}

#[tokio::test]
async fn endless_headers_are_refused() {
    let (transport, _spool) = transport();
    let long =
        Server::start(|_| Act::WriteForever(b"HTTP/1.1 200 OK\r\nX-A: ".to_vec(), vec![b'a'; 65536])).await;
    let many =
        Server::start(|_| Act::WriteForever(b"HTTP/1.1 200 OK\r\n".to_vec(), b"X-A: b\r\n".to_vec())).await;
    for server in [long, many] {
        let failure = failure(&transport, get(server.url("/"))).await;
        assert_eq!(failure.kind, SendFailureKind::Limit, "{failure:?}");
    }
}

#[tokio::test]
async fn a_large_body_is_on_disk_for_its_owner_alone_and_goes_with_the_exchange() {
    let (transport, spool) = transport();
    let content: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let body = answer("200 OK", &[], &content);
    let server = Server::start(move |_| Act::Write(body.clone())).await;
    let exchange = send(&transport, get(server.url("/"))).await.unwrap();
    let ResponseBody::File(file) = &exchange.response.body else { panic!("a large body stays in memory") };
    assert_eq!(file.size, content.len() as u64);
    assert!(std::fs::read(&file.path).unwrap() == content);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file.path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    drop(exchange);
    assert_eq!(std::fs::read_dir(spool.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn what_is_cut_off_or_not_what_it_says_is_broken() {
    let (transport, spool) = transport();
    let whole = encoded("gzip", &vec![7; 100_000]).await;
    let half = whole[..whole.len() / 2].to_vec();
    let cut = [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n"
            .iter()
            .copied()
            .chain(std::iter::repeat_n(0, 1_500_000))
            .collect(),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n".to_vec(),
        answer("200 OK", &[("Content-Encoding", "gzip")], &half),
        answer("200 OK", &[("Content-Encoding", "gzip")], b"not gzip at all"),
        b"HTTP/1.1 200 OK\r\nContent-".to_vec(),
        b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(),
    ];
    for bytes in cut {
        let shown = String::from_utf8_lossy(&bytes[..20]).into_owned();
        let server = Server::start(move |_| Act::WriteAndClose(bytes.clone())).await;
        let failure = failure(&transport, get(server.url("/"))).await;
        assert_eq!(failure.kind, SendFailureKind::Broken, "{shown}: {failure:?}");
    }
    assert_eq!(std::fs::read_dir(spool.path()).map_or(0, Iterator::count), 0, "nothing is left on disk");
}

#[tokio::test]
async fn the_time_limit_holds_from_the_start_to_the_last_byte() {
    let (transport, _spool) = transport();
    let silent = Server::start(|_| Act::Hang).await;
    let stalls =
        Server::start(|_| Act::WriteAndHang(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n".to_vec())).await;
    for server in [silent, stalls] {
        let mut request = get(server.url("/"));
        request.settings.timeout = Some(Duration::from_millis(200));
        let failure = failure(&transport, request).await;
        assert_eq!(failure.kind, SendFailureKind::Timeout);
        assert!(failure.message.contains("200 ms"), "{failure:?}");
    }
}
