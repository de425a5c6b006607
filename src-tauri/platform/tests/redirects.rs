//! Redirects over real sockets: scheme × host × port × status × header. No credential leaves its origin.
#![allow(clippy::unwrap_used)]

mod support;

use gatepass_core::exchange::{CredentialPlaces, OutgoingBody, SendSettings};
use gatepass_core::ports::SendFailureKind;
use support::{
    Act, Authority, Seen, Server, answer, direct, failure, fields, get, ok, post, send, transport,
};
use url::Url;

const STATUSES: [&str; 5] = [
    "301 Moved Permanently",
    "302 Found",
    "303 See Other",
    "307 Temporary Redirect",
    "308 Permanent Redirect",
];

/// Redirects `/start?status&to`, answers everything else.
fn act(seen: &Seen) -> Act {
    let path = seen.path().to_owned();
    let Some((start, query)) = path.split_once('?').filter(|(start, _)| *start == "/start") else {
        return ok("arrived");
    };
    assert_eq!(start, "/start");
    let form = support::form(query);
    Act::Write(answer(&form["status"], &[("Location", &form["to"])], b"moved"))
}

fn start(from: &Server, status: &str, to: &Url) -> Url {
    let mut url = from.url("/start");
    url.query_pairs_mut().append_pair("status", status).append_pair("to", to.as_str());
    url
}

const CREDENTIALS: [(&str, &str); 6] = [
    ("Authorization", "Bearer canary-1"),
    ("Cookie", "session=canary-2"),
    ("Proxy-Authorization", "Basic canary-3"),
    ("X-Custom", "canary-4"),
    ("X-Api-Key", "canary-5"),
    ("X-Auth-Token", "canary-6"),
];

struct Places {
    first: Server,
    other_port: Server,
    other_scheme: Server,
    bundle: std::path::PathBuf,
    _folder: tempfile::TempDir,
}

impl Places {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new();
        Self {
            first: Server::start(act).await,
            other_port: Server::start(act).await,
            other_scheme: Server::tls(authority.server(&["127.0.0.1"], false), act).await,
            bundle: authority.bundle(folder.path()),
            _folder: folder,
        }
    }

    fn settings(&self) -> SendSettings {
        SendSettings { ca_bundle: Some(self.bundle.clone()), ..direct() }
    }
}

#[tokio::test]
async fn no_credential_header_leaves_its_origin_whatever_the_status() {
    let places = Places::new().await;
    let (transport, _spool) = transport();
    let targets = [
        (places.first.url("/end"), &places.first, true),
        (places.first.url_by_name("/end"), &places.first, false),
        (places.other_port.url("/end"), &places.other_port, false),
        (places.other_scheme.url("/end"), &places.other_scheme, false),
    ];
    for status in STATUSES {
        for (target, arrives_at, same_origin) in &targets {
            for method in ["GET", "POST", "PUT"] {
                let case = format!("{method} {status} to {target}");
                let mut request = get(start(&places.first, status, target));
                request.method = method.to_owned();
                request.headers = fields(&CREDENTIALS);
                request.headers.push(("X-Trace".to_owned(), "t".to_owned()));
                request.credentials =
                    CredentialPlaces { headers: vec!["x-custom".to_owned()], ..CredentialPlaces::default() };
                request.settings = places.settings();
                let exchange = send(&transport, request).await.unwrap();
                assert_eq!(exchange.redirects.len(), 1, "{case}");
                assert_eq!(exchange.request.url, *target, "{case}");
                let seen = arrives_at.last();
                assert_eq!(seen.path(), "/end", "{case}");
                assert_eq!(seen.header("x-trace"), Some("t"), "{case}");
                for (name, value) in CREDENTIALS {
                    assert_eq!(seen.header(name), same_origin.then_some(value), "{case}: {name}");
                }
                let host = &target[url::Position::BeforeHost..url::Position::AfterPort];
                assert_eq!(seen.header("host"), Some(host), "{case}");
            }
        }
    }
}

#[tokio::test]
async fn credentials_cross_origins_only_if_the_user_insists() {
    let places = Places::new().await;
    let (transport, _spool) = transport();
    let mut request = get(start(&places.first, "302 Found", &places.other_port.url("/end")));
    request.headers = fields(&CREDENTIALS);
    request.settings.keep_authorization_across_origins = true;
    send(&transport, request).await.unwrap();
    for (name, value) in CREDENTIALS {
        assert_eq!(places.other_port.last().header(name), Some(value));
    }
}

#[tokio::test]
async fn credentials_do_not_come_back_after_a_detour() {
    let places = Places::new().await;
    let (transport, _spool) = transport();
    let back = start(&places.other_port, "302 Found", &places.first.url("/end"));
    let mut request = get(start(&places.first, "302 Found", &back));
    request.headers = fields(&CREDENTIALS);
    request.credentials.headers = vec!["X-Custom".to_owned()];
    send(&transport, request).await.unwrap();
    let seen = places.first.last();
    assert_eq!(seen.path(), "/end");
    assert!(CREDENTIALS.iter().all(|(name, _)| seen.header(name).is_none()), "{seen:?}");
}

#[tokio::test]
async fn the_body_goes_along_only_where_the_method_stays() {
    let places = Places::new().await;
    let (transport, _spool) = transport();
    for status in STATUSES {
        for keep in [false, true] {
            let mut request = post(start(&places.first, status, &places.first.url("/end")), "the body");
            request.headers = fields(&[("Content-Type", "text/plain"), ("Content-Language", "en")]);
            request.settings.keep_method_on_redirect = keep;
            send(&transport, request).await.unwrap();
            let seen = places.first.last();
            let stays = keep || status.starts_with("307") || status.starts_with("308");
            let case = format!("{status} keep={keep}");
            assert_eq!(seen.method(), if stays { "POST" } else { "GET" }, "{case}");
            assert_eq!(seen.body, if stays { b"the body".as_slice() } else { b"" }, "{case}");
            for name in ["content-type", "content-language", "content-length"] {
                assert_eq!(seen.header(name).is_some(), stays, "{case}: {name}");
            }
        }
    }
}

#[tokio::test]
async fn a_file_body_is_sent_again_whole() {
    let places = Places::new().await;
    let (transport, spool) = transport();
    let path = spool.path().join("upload");
    let content: Vec<u8> = (0..300_000_u32).map(|n| n as u8).collect();
    std::fs::write(&path, &content).unwrap();
    let mut request =
        post(start(&places.first, "307 Temporary Redirect", &places.other_port.url("/end")), "");
    request.body = OutgoingBody::File(path);
    send(&transport, request).await.unwrap();
    assert_eq!(places.first.last().body, content);
    assert_eq!(places.other_port.last().body, content);
}

#[tokio::test]
async fn a_body_with_a_credential_is_not_sent_to_another_origin() {
    let places = Places::new().await;
    let (transport, _spool) = transport();
    let mut request = post(
        start(&places.first, "307 Temporary Redirect", &places.other_port.url("/end")),
        "access_token=canary",
    );
    request.credentials.body = true;
    let exchange = send(&transport, request).await.unwrap();
    assert_eq!(exchange.response.status, 307, "the person sees where it would have gone");
    assert!(places.other_port.seen().is_empty());
}

#[tokio::test]
async fn a_circle_ends_at_the_limit_and_says_so() {
    let circle = Server::start(|_| Act::Write(answer("302 Found", &[("Location", "/again")], b""))).await;
    let (transport, _spool) = transport();
    let mut request = get(circle.url("/"));
    request.settings.max_redirects = 5;
    let failure = failure(&transport, request).await;
    assert_eq!(failure.kind, SendFailureKind::Limit);
    assert!(failure.message.contains("more than 5 times"), "{failure:?}");
    assert_eq!(circle.seen().len(), 6);
}

#[tokio::test]
async fn what_is_not_to_be_followed_is_shown() {
    let places = Places::new().await;
    let (transport, _spool) = transport();
    let mut request = get(start(&places.first, "302 Found", &places.other_port.url("/end")));
    request.settings.follow_redirects = false;
    let exchange = send(&transport, request).await.unwrap();
    assert_eq!(exchange.response.status, 302);
    let file: Url = "file:///etc/passwd".parse().unwrap();
    let exchange = send(&transport, get(start(&places.first, "302 Found", &file))).await.unwrap();
    assert_eq!(exchange.response.status, 302);
    assert_eq!(exchange.response.header("location"), Some("file:///etc/passwd"));
}
