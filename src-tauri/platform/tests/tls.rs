//! Trust, client certificates, and pools of connections that are never shared across them.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use gatepass_core::exchange::{
    ClientCertificateFiles, HostRule, HttpVersion, OutgoingRequest, Proxy, SendSettings,
};
use gatepass_core::ports::SendFailureKind;
use gatepass_oauth::ports::{ClientCertificate, HttpClient};
use gatepass_oauth::secret::Secret;
use gatepass_platform::transport::HttpTransport;
use support::{Act, Authority, Seen, Server, answer, direct, failure, get, ok, send, transport};
use url::Url;

/// Made with: `openssl ecparam -name prime256v1 -genkey`, `openssl req -new -x509 -days 36500`, `openssl pkcs8 -topk8`,
/// `openssl pkcs12 -export` and the same with `-legacy` (RC2 and 3DES); the password is `hunter2`.
fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

const PASSWORD: &str = "hunter2";

fn trusting(bundle: &Path) -> SendSettings {
    SendSettings { ca_bundle: Some(bundle.to_owned()), ..direct() }
}

fn asking(url: Url, settings: SendSettings) -> OutgoingRequest {
    OutgoingRequest { settings, ..get(url) }
}

/// Says who the client said it is.
fn who(seen: &Seen) -> Act {
    let name = seen.client.as_ref().map_or("nobody", |certificate| {
        if certificate.windows(20).any(|part| part == b"gatepass test client") {
            "the client"
        } else {
            "another"
        }
    });
    ok(name)
}

async fn answer_text(transport: &HttpTransport, request: OutgoingRequest) -> String {
    let exchange = send(transport, request).await.unwrap();
    match exchange.response.body {
        gatepass_core::exchange::ResponseBody::Memory(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
        gatepass_core::exchange::ResponseBody::File(_) => panic!("a short answer"),
    }
}

#[tokio::test]
async fn each_reason_not_to_trust_a_server_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (Authority::new(), Authority::new());
    let bundle = ours.bundle(folder.path());
    let (transport, _spool) = transport();
    let table = [
        (theirs.server(&["127.0.0.1"], false), "unknown CA"),
        (support::self_signed("127.0.0.1"), "not trusted"),
        (ours.server(&["other.example"], false), "for another name"),
        (ours.server(&["127.0.0.1"], true), "expired"),
    ];
    for (config, expected) in table {
        let server = Server::tls(config, |_| ok("")).await;
        let failure = failure(&transport, asking(server.url("/"), trusting(&bundle))).await;
        assert_eq!(failure.kind, SendFailureKind::Tls, "{failure:?}");
        assert!(failure.message.contains(expected), "{expected}: {failure:?}");
        assert!(failure.message.contains(&server.address.to_string()), "{failure:?}");
        assert!(server.seen().is_empty());
    }
}

#[tokio::test]
async fn a_plain_port_asked_for_tls_is_said_to_be_one() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        std::future::pending::<()>().await
    });
    let (transport, _spool) = transport();
    let url = Url::parse(&format!("https://{address}/")).unwrap();
    let failure = failure(&transport, get(url)).await;
    assert_eq!(failure.kind, SendFailureKind::Tls);
    assert!(failure.message.contains("does not speak TLS"), "{failure:?}");
}

#[tokio::test]
async fn a_ca_bundle_and_turning_verification_off_both_work() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let server = Server::tls(authority.server(&["127.0.0.1"], false), |_| ok("hello")).await;
    let (transport, _spool) = transport();
    let bundle = authority.bundle(folder.path());
    assert_eq!(answer_text(&transport, asking(server.url("/"), trusting(&bundle))).await, "hello");
    let unverified = SendSettings { verify_tls: false, ..direct() };
    assert_eq!(answer_text(&transport, asking(server.url("/"), unverified)).await, "hello");
    assert_eq!(failure(&transport, get(server.url("/"))).await.kind, SendFailureKind::Tls);
}

#[tokio::test]
async fn every_form_of_client_certificate_is_shown_to_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let bundle = authority.bundle(folder.path());
    let server = Server::tls(authority.server(&["127.0.0.1"], false), who).await;
    let own = folder.path().join("own.pem");
    std::fs::write(&own, authority.pem_for(&["client.example"], false)).unwrap();
    let (transport, _spool) = transport();
    let files = |certificate: PathBuf, key: Option<PathBuf>, passphrase: Option<&str>| {
        let passphrase = passphrase.map(str::to_owned);
        Some(ClientCertificateFiles { certificate, key, passphrase })
    };
    let table = [
        (None, "nobody"),
        (files(own, None, None), "another"),
        (files(fixture("client.crt.pem"), Some(fixture("client.key.pem")), Some(PASSWORD)), "the client"),
        (files(fixture("client.p12"), None, Some(PASSWORD)), "the client"),
        (files(fixture("client-legacy.p12"), None, Some(PASSWORD)), "the client"),
    ];
    for (client_certificate, expected) in table {
        let settings = SendSettings { client_certificate, ..trusting(&bundle) };
        assert_eq!(answer_text(&transport, asking(server.url("/"), settings)).await, expected);
    }
    for wrong in [
        files(fixture("client.p12"), None, Some("wrong")),
        files(fixture("client.crt.pem"), Some(fixture("client.key.pem")), None),
        files(fixture("client.crt.pem"), None, None),
        files(fixture("no-such-file"), None, None),
    ] {
        let settings = SendSettings { client_certificate: wrong, ..trusting(&bundle) };
        let failure = failure(&transport, asking(server.url("/"), settings)).await;
        assert_eq!(failure.kind, SendFailureKind::Invalid, "{failure:?}");
        assert!(!format!("{failure:?}").contains(PASSWORD));
    }
}

#[tokio::test]
async fn connections_are_never_shared_across_certificates_proxies_or_trust() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let bundle = authority.bundle(folder.path());
    let server = Server::tls(authority.server(&["127.0.0.1"], false), who).await;
    let (transport, _spool) = transport();
    let with_certificate = SendSettings {
        client_certificate: Some(ClientCertificateFiles {
            certificate: fixture("client.p12"),
            key: None,
            passphrase: Some(PASSWORD.to_owned()),
        }),
        ..trusting(&bundle)
    };
    let ways = [
        trusting(&bundle),
        with_certificate,
        SendSettings { verify_tls: false, ..direct() },
        SendSettings { proxy: Proxy::System, ..trusting(&bundle) },
        SendSettings { http_version: HttpVersion::Http1, ..trusting(&bundle) },
    ];
    // Twice each, in turn: whatever is kept is there to be taken by mistake.
    for settings in ways.iter().chain(&ways) {
        answer_text(&transport, asking(server.url("/"), settings.clone())).await;
    }
    let connections: Vec<usize> = server.seen().iter().map(|seen| seen.connection).collect();
    assert_eq!(connections, [0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
    // What does not change the connection does not cost one.
    let patient = SendSettings { max_redirects: 3, body_limit: 100, cookies: false, ..trusting(&bundle) };
    answer_text(&transport, asking(server.url("/"), patient)).await;
    assert_eq!(server.last().connection, 0);
}

#[tokio::test]
async fn a_replaced_certificate_file_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let bundle = authority.bundle(folder.path());
    let server = Server::tls(authority.server(&["127.0.0.1"], false), who).await;
    let path = folder.path().join("client.pem");
    std::fs::write(&path, authority.pem_for(&["client.example"], false)).unwrap();
    let settings = SendSettings {
        client_certificate: Some(ClientCertificateFiles {
            certificate: path.clone(),
            key: None,
            passphrase: Some(PASSWORD.to_owned()),
        }),
        ..trusting(&bundle)
    };
    let (transport, _spool) = transport();
    assert_eq!(answer_text(&transport, asking(server.url("/"), settings.clone())).await, "another");
    std::fs::copy(fixture("client.p12"), &path).unwrap();
    assert_eq!(answer_text(&transport, asking(server.url("/"), settings)).await, "the client");
}

#[tokio::test]
async fn a_redirect_shows_another_host_only_the_certificate_that_is_meant_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let bundle = authority.bundle(folder.path());
    let other = Server::tls(authority.server(&["127.0.0.1"], false), who).await;
    let there = other.url("/").to_string();
    let first = Server::tls(authority.server(&["127.0.0.1"], false), move |_| {
        Act::Write(answer("302 Found", &[("Location", &there)], b""))
    })
    .await;
    let mine = SendSettings {
        client_certificate: Some(ClientCertificateFiles {
            certificate: fixture("client.p12"),
            key: None,
            passphrase: Some(PASSWORD.to_owned()),
        }),
        ..trusting(&bundle)
    };
    let (transport, _spool) = transport();
    assert_eq!(answer_text(&transport, asking(first.url("/"), mine.clone())).await, "nobody");
    let for_all = mine.clone();
    let transport = transport.with_host_settings(Arc::new(move |_: &Url| for_all.clone()));
    assert_eq!(answer_text(&transport, asking(first.url("/"), mine)).await, "the client");
}

#[tokio::test]
async fn the_certificate_of_a_token_is_shown_where_the_token_goes_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let bundle = authority.bundle(folder.path());
    let other = Server::tls(authority.server(&["127.0.0.1"], false), who).await;
    let there = other.url("/").to_string();
    let api =
        Server::tls(authority.server(&["127.0.0.1"], false), move |seen| match seen.request_line.as_str() {
            "GET /away HTTP/1.1" => Act::Write(answer("302 Found", &[("Location", &there)], b"")),
            _ => who(seen),
        })
        .await;
    let bound = |url: Url, settings: SendSettings| OutgoingRequest {
        client_certificate: Some(ClientCertificate::Pkcs12 {
            base64: Secret::new(
                base64::engine::general_purpose::STANDARD
                    .encode(std::fs::read(fixture("client.p12")).unwrap()),
            ),
            password: Secret::new(PASSWORD),
        }),
        ..asking(url, settings)
    };
    let (transport, _spool) = transport();
    assert_eq!(answer_text(&transport, bound(api.url("/"), trusting(&bundle))).await, "the client");
    assert_eq!(answer_text(&transport, bound(api.url("/away"), trusting(&bundle))).await, "nobody");
    let file = folder.path().join("own.pem");
    std::fs::write(&file, authority.pem_for(&["client.example"], false)).unwrap();
    let own = ClientCertificateFiles { certificate: file, key: None, passphrase: None };
    let for_the_host = SendSettings { client_certificate: Some(own), ..trusting(&bundle) };
    assert_eq!(answer_text(&transport, bound(api.url("/"), for_the_host)).await, "another");
}

#[tokio::test]
async fn token_requests_show_the_certificate_of_the_auth_config() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let bundle = authority.bundle(folder.path());
    let server = Server::tls(authority.server(&["127.0.0.1"], false), who).await;
    let spool = tempfile::tempdir().unwrap();
    let transport = HttpTransport::new(Arc::new(move |_: &Url| trusting(&bundle)), spool.path().to_owned());
    let pkcs12 = std::fs::read(fixture("client.p12")).unwrap();
    let own = authority.pem_for(&["client.example"], false);
    let table = [
        (None, "nobody"),
        (Some(ClientCertificate::Pem(Secret::new(own))), "another"),
        (
            Some(ClientCertificate::Pkcs12 {
                base64: Secret::new(base64::engine::general_purpose::STANDARD.encode(pkcs12)),
                password: Secret::new(PASSWORD),
            }),
            "the client",
        ),
    ];
    for (client_certificate, expected) in table {
        let request = http::Request::post(server.url("/token").as_str()).body(b"a=b".to_vec()).unwrap();
        let request =
            gatepass_oauth::ports::OutgoingRequest { request, client_certificate, body_limit: 1 << 20 };
        let answer = HttpClient::send(&transport, request).await.unwrap();
        assert_eq!(String::from_utf8_lossy(answer.response.body()), expected);
    }
}

#[tokio::test]
async fn a_token_request_takes_proxy_and_certificate_by_the_host_of_its_endpoint() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let bundle = authority.bundle(folder.path());
    let server = Server::tls(authority.server(&["id.test", "other.test"], false), who).await;
    let spool = tempfile::tempdir().unwrap();
    let certificate = ClientCertificateFiles {
        certificate: fixture("client.p12"),
        key: None,
        passphrase: Some(PASSWORD.to_owned()),
    };
    for (host, expected) in [("id.test", "the client"), ("other.test", "nobody")] {
        let proxy = support::socks_proxy(server.address, host).await;
        let workspace = SendSettings {
            proxy: Proxy::Custom(format!("socks5h://{proxy}")),
            hosts: Arc::new([HostRule {
                host: "id.test".to_owned(),
                client_certificate: Some(certificate.clone()),
                ca_bundle: None,
            }]),
            ..trusting(&bundle)
        };
        let transport = HttpTransport::new(
            Arc::new(move |url: &Url| workspace.clone().for_url(url)),
            spool.path().to_owned(),
        );
        let request = http::Request::post(format!("https://{host}/token")).body(b"a=b".to_vec()).unwrap();
        let request =
            gatepass_oauth::ports::OutgoingRequest { request, client_certificate: None, body_limit: 1 << 20 };
        let answer = HttpClient::send(&transport, request).await.unwrap();
        assert_eq!(String::from_utf8_lossy(answer.response.body()), expected, "{host}");
    }
}
