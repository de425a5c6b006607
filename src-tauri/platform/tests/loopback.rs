//! The listener for authorization responses, against real sockets: who is answered, and who changes nothing.
#![allow(clippy::unwrap_used)]

mod support;

use std::net::Ipv6Addr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gatepass_oauth::failure::{Code, Failure};
use gatepass_oauth::ports::{AwaitedRedirect, RedirectListener, RedirectTarget};
use gatepass_oauth::secret::Secret;
use gatepass_platform::loopback::LoopbackListener;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

const CALLBACK: &str = "http://127.0.0.1:{port}/callback";

fn target(uri: &str) -> RedirectTarget {
    RedirectTarget { redirect_uri: uri.to_owned(), certificate: None, fragment: false, form_post: false }
}

/// One login: its wait, its port, its state.
struct Login {
    awaited: Box<dyn AwaitedRedirect>,
    port: u16,
}

impl Login {
    async fn start(listener: &LoopbackListener, target: &RedirectTarget, state: &str) -> Self {
        let awaited = listener.listen(target, &Secret::new(state)).await.unwrap();
        let port = Url::parse(awaited.redirect_uri()).unwrap().port().unwrap();
        Self { awaited, port }
    }

    async fn receive(&mut self) -> Vec<(String, String)> {
        let parameters = self.awaited.receive().await.unwrap();
        parameters.into_iter().map(|(name, value)| (name, value.expose().to_owned())).collect()
    }

    /// The login ends well when the right answer comes; gives the page that the browser then sees.
    async fn ends_with(mut self, request: String) -> (Vec<(String, String)>, String) {
        let browser = tokio::spawn(ask(self.port, request));
        let parameters = self.receive().await;
        self.awaited.conclude(Ok(())).await;
        (parameters, browser.await.unwrap())
    }
}

async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: String) -> String {
    let mut answer = Vec::new();
    // A connection that is closed without an answer is one, too.
    let _ = stream.write_all(request.as_bytes()).await;
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

async fn ask(port: u16, request: String) -> String {
    converse(TcpStream::connect(("127.0.0.1", port)).await.unwrap(), request).await
}

fn get(port: u16, path: &str) -> String {
    with_headers(port, path, "")
}

fn with_headers(port: u16, path: &str, headers: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}\r\n")
}

fn post(port: u16, path: &str, headers: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("closed")
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    support::fields(list)
}

async fn has_ipv6() -> bool {
    tokio::net::TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.is_ok()
}

#[tokio::test]
async fn the_browser_hears_how_it_ended() {
    let listener = LoopbackListener::new();
    let login = Login::start(&listener, &target(CALLBACK), "st").await;
    let port = login.port;
    let (parameters, page) = login.ends_with(get(port, "/callback?code=a%20b&state=st&iss=x")).await;
    assert_eq!(parameters, pairs(&[("code", "a b"), ("state", "st"), ("iss", "x")]));
    assert!(page.contains("Signed in") && page.contains("You can close this window"), "{page}");

    let mut login = Login::start(&listener, &target(CALLBACK), "st").await;
    let browser = tokio::spawn(ask(login.port, get(login.port, "/callback?error=access_denied&state=st")));
    assert_eq!(login.receive().await[0], ("error".to_owned(), "access_denied".to_owned()));
    let hostile =
        Failure::new(Code::AccessDenied, "<script>alert(1)</script>", "\"><img src=x>", "Ask & try");
    login.awaited.conclude(Err(hostile)).await;
    let page = browser.await.unwrap();
    assert!(page.contains("Sign-in failed"), "{page}");
    assert!(
        page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && page.contains("Ask &amp; try"),
        "{page}"
    );
    assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
}

#[tokio::test]
async fn the_page_is_self_contained_under_a_strict_policy() {
    let listener = LoopbackListener::new();
    let login = Login::start(&listener, &target(CALLBACK), "st").await;
    let port = login.port;
    let (_, page) = login.ends_with(get(port, "/callback?code=a&state=st")).await;
    let (head, body) = page.split_once("\r\n\r\n").unwrap();
    let head = head.to_ascii_lowercase();
    assert!(head.contains("content-security-policy: default-src 'none'; style-src 'nonce-"), "{head}");
    for expected in [
        "frame-ancestors 'none'",
        "form-action 'none'",
        "base-uri 'none'",
        "cache-control: no-store",
        "referrer-policy: no-referrer",
        "x-content-type-options: nosniff",
    ] {
        assert!(head.contains(expected), "{expected}: {head}");
    }
    assert!(!head.contains("script-src") && !body.contains("<script"), "no script where none is needed");
    assert!(!body.contains("http:") && !body.contains("https:"), "nothing from elsewhere: {body}");
    assert!(!body.contains("code") || !body.contains("st\""), "the answer itself is not shown");
}

#[tokio::test]
async fn a_thousand_forged_callbacks_change_nothing_and_the_real_one_succeeds() {
    let listener = LoopbackListener::new();
    let login = Login::start(&listener, &target(CALLBACK), "the-real-state").await;
    let port = login.port;
    let right = "/callback?code=forged&state=the-real-state";
    let long = "x".repeat(100_000);
    let forged: Vec<String> = vec![
        get(port, "/callback?code=forged&state=the-real-stat"),
        get(port, "/callback?code=forged&state=the-real-state-"),
        get(port, "/callback?code=forged&state="),
        get(port, "/callback?code=forged"),
        get(port, "/callback"),
        get(port, "/callback?state=the-real-state&state=the-real-state&code=forged"),
        get(port, "/callback?code=forged&code=again&state=the-real-state"),
        get(port, "/callback/?code=forged&state=the-real-state"),
        get(port, "/Callback?code=forged&state=the-real-state"),
        get(port, "/?code=forged&state=the-real-state"),
        get(port, "/favicon.ico"),
        get(port, "//callback?code=forged&state=the-real-state"),
        with_headers(port, right, "Origin: https://evil.example\r\n"),
        with_headers(port, right, "Origin: null\r\n"),
        with_headers(port, right, "Sec-Fetch-Mode: no-cors\r\n"),
        with_headers(port, right, "Sec-Fetch-Mode: cors\r\n"),
        with_headers(port, right, "Host: 127.0.0.1\r\n"),
        format!("GET {right} HTTP/1.1\r\nHost: evil.example:{port}\r\n\r\n"),
        format!("GET {right} HTTP/1.1\r\nHost: 127.0.0.1.evil.example:{port}\r\n\r\n"),
        format!("GET {right} HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n"),
        format!("GET {right} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
        format!("GET {right} HTTP/1.1\r\n\r\n"),
        post(port, right, "", "code=forged&state=the-real-state"),
        post(port, "/callback", "", "code=forged&state=the-real-state"),
        format!("HEAD {right} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"),
        format!("PUT {right} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"),
        format!("OPTIONS {right} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: https://evil.example\r\n\r\n"),
        format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"),
        get(port, &format!("/callback?code={long}&state=the-real-state")),
        with_headers(port, right, &format!("X-Long: {long}\r\n")),
        with_headers(port, right, &"X-Many: 1\r\n".repeat(500)),
        "\x16\x03\x01\x02\x00 not http at all\r\n\r\n".to_owned(),
        "GET\r\n\r\n".to_owned(),
    ];
    // Connections that ask nothing, as browsers open them in advance: far more than are kept.
    let mut idle = Vec::new();
    for _ in 0..200 {
        idle.push(TcpStream::connect(("127.0.0.1", port)).await.unwrap());
    }
    for round in 0..1000 {
        let request = forged[round % forged.len()].clone();
        let answer = ask(port, request.clone()).await;
        assert!(!answer.starts_with("HTTP/1.1 2"), "{request:.200}: {answer:.200}");
    }
    let (parameters, page) = login.ends_with(get(port, "/callback?code=real&state=the-real-state")).await;
    assert_eq!(parameters[0].1, "real");
    assert!(page.contains("Signed in"), "{page}");
}

#[tokio::test]
async fn a_browser_that_navigates_is_answered_although_it_kept_an_origin() {
    let listener = LoopbackListener::new();
    for origin in ["null", "https://id.example"] {
        let login = Login::start(&listener, &target(CALLBACK), "st").await;
        let port = login.port;
        let headers =
            format!("Origin: {origin}\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Site: cross-site\r\n");
        let request = with_headers(port, "/callback?code=c&state=st", &headers);
        let (parameters, _) = login.ends_with(request).await;
        assert_eq!(parameters[0].1, "c");
    }
}

#[tokio::test]
async fn a_second_answer_changes_nothing() {
    let listener = LoopbackListener::new();
    let mut login = Login::start(&listener, &target(CALLBACK), "st").await;
    let first = tokio::spawn(ask(login.port, get(login.port, "/callback?code=first&state=st")));
    assert_eq!(login.receive().await[0].1, "first");
    let second = ask(login.port, get(login.port, "/callback?code=second&state=st")).await;
    assert_eq!(status(&second), "409", "{second}");
    login.awaited.conclude(Ok(())).await;
    assert!(first.await.unwrap().contains("Signed in"));
    assert_eq!(login.awaited.receive().await.err().unwrap().code, Code::Cancelled);
}

#[tokio::test]
async fn both_address_families_are_listened_on() {
    if !has_ipv6().await {
        return;
    }
    let listener = LoopbackListener::new();
    for uri in ["http://localhost:{port}/callback", "http://[::1]:{port}/callback", CALLBACK] {
        let mut login = Login::start(&listener, &target(uri), "st").await;
        let port = login.port;
        let stream = TcpStream::connect((Ipv6Addr::LOCALHOST, port)).await.unwrap();
        let request = format!("GET /callback?code=six&state=st HTTP/1.1\r\nHost: [::1]:{port}\r\n\r\n");
        let browser = tokio::spawn(converse(stream, request));
        assert_eq!(login.receive().await[0].1, "six", "{uri}");
        login.awaited.conclude(Ok(())).await;
        assert_eq!(status(&browser.await.unwrap()), "200");
    }
}

#[tokio::test]
async fn several_logins_on_one_port_are_told_apart_by_state() {
    let listener = LoopbackListener::new();
    let first = Login::start(&listener, &target(CALLBACK), "state-one").await;
    let fixed = target(&format!("http://127.0.0.1:{}/callback", first.port));
    let other_path = target(&format!("http://localhost:{}/other", first.port));
    let second = Login::start(&listener, &fixed, "state-two").await;
    let third = Login::start(&listener.clone(), &other_path, "state-three").await;
    let port = first.port;
    assert_eq!(status(&ask(port, get(port, "/other?code=x&state=state-two")).await), "400");
    let (parameters, _) = second.ends_with(get(port, "/callback?code=two&state=state-two")).await;
    assert_eq!(parameters[0].1, "two");
    let (parameters, _) = third.ends_with(get(port, "/other?code=three&state=state-three")).await;
    assert_eq!(parameters[0].1, "three");
    let (parameters, _) = first.ends_with(get(port, "/callback?code=one&state=state-one")).await;
    assert_eq!(parameters[0].1, "one");
}

#[tokio::test]
async fn nothing_listens_once_nothing_waits_and_the_port_is_free_again() {
    let listener = LoopbackListener::new();
    let login = Login::start(&listener, &target(CALLBACK), "st").await;
    let port = login.port;
    let _idle = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    drop(login);
    let closed = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
        assert!(closed.elapsed() < Duration::from_secs(1), "still open");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // The same fixed port, over and over, at once: a login that failed is tried again.
    let fixed = target(&format!("http://127.0.0.1:{port}/callback"));
    for _ in 0..50 {
        drop(Login::start(&listener, &fixed, "st").await);
    }
    let login = Login::start(&listener, &fixed, "st").await;
    let (parameters, _) = login.ends_with(get(port, "/callback?code=again&state=st")).await;
    assert_eq!(parameters[0].1, "again");
}

#[tokio::test]
async fn the_last_page_is_written_whole_although_the_login_is_over() {
    let listener = LoopbackListener::new();
    for _ in 0..20 {
        let login = Login::start(&listener, &target(CALLBACK), "st").await;
        let port = login.port;
        // `ends_with` drops the login right after its conclusion.
        let (_, page) = login.ends_with(get(port, "/callback?code=a&state=st")).await;
        assert!(page.ends_with("</html>\n"), "{page}");
    }
}

#[tokio::test]
async fn a_busy_port_is_named_and_another_is_offered() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let busy = target(&format!("http://localhost:{port}/cb?x=1"));
    let failure = LoopbackListener::new().listen(&busy, &Secret::new("st")).await.err().unwrap();
    assert_eq!(failure.code, Code::PortInUse);
    assert!(failure.message.contains(&port.to_string()), "{failure:?}");
    assert_eq!(failure.fix.unwrap().value, "http://localhost:{port}/cb?x=1");
    drop(taken);
    if has_ipv6().await {
        let taken = tokio::net::TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.unwrap();
        let port = taken.local_addr().unwrap().port();
        let busy = target(&format!("http://127.0.0.1:{port}/cb"));
        let failure = LoopbackListener::new().listen(&busy, &Secret::new("st")).await.err().unwrap();
        assert_eq!(failure.code, Code::PortInUse, "a port that another program has on ::1 is not safe");
    }
}

#[tokio::test]
async fn form_post_answers_are_received_from_the_providers_origin() {
    let listener = LoopbackListener::new();
    let form_post = RedirectTarget { form_post: true, ..target(CALLBACK) };
    let login = Login::start(&listener, &form_post, "st").await;
    let port = login.port;
    let own = format!("Origin: http://127.0.0.1:{port}\r\n");
    let refused = ask(port, post(port, "/callback", &own, "code=x&state=st")).await;
    assert_eq!(status(&refused), "400", "our own page has nothing to send here");
    let too_long = format!("code={}&state=st", "x".repeat(300 * 1024));
    assert_eq!(status(&ask(port, post(port, "/callback", "", &too_long)).await), "413");
    let json = format!(
        "POST /callback HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n"
    );
    assert_eq!(status(&ask(port, json).await), "415");
    let request = post(port, "/callback", "Origin: https://id.example\r\n", "code=posted&state=st");
    let (parameters, page) = login.ends_with(request).await;
    assert_eq!(parameters, pairs(&[("code", "posted"), ("state", "st")]));
    assert!(page.contains("Signed in"));
}

#[tokio::test]
async fn a_fragment_is_handed_over_by_our_page_and_by_no_other() {
    let listener = LoopbackListener::new();
    let fragment = RedirectTarget { fragment: true, ..target(CALLBACK) };
    let login = Login::start(&listener, &fragment, "st").await;
    let port = login.port;
    let page = ask(port, get(port, "/callback")).await;
    assert_eq!(status(&page), "200");
    let nonce = page.split("script-src 'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert!(
        page.contains(&format!("<script nonce=\"{nonce}\">")) && page.contains("connect-src 'self'"),
        "{page}"
    );
    let again = ask(port, get(port, "/callback")).await;
    assert!(!again.contains(nonce), "each page has a nonce of its own");
    for foreign in ["Origin: https://evil.example\r\n", "Origin: null\r\n", ""] {
        let refused = ask(port, post(port, "/callback", foreign, "access_token=forged&state=st")).await;
        assert_eq!(status(&refused), "400", "{foreign}");
    }
    let own = format!("Origin: http://127.0.0.1:{port}\r\nSec-Fetch-Mode: cors\r\n");
    let (parameters, text) =
        login.ends_with(post(port, "/callback", &own, "access_token=t&id_token=i&state=st")).await;
    assert_eq!(parameters, pairs(&[("access_token", "t"), ("id_token", "i"), ("state", "st")]));
    assert!(text.contains("text/plain") && text.contains("Signed in\nYou can close this window"), "{text}");
}

#[tokio::test]
async fn a_signed_response_finds_its_login_by_the_state_inside() {
    let listener = LoopbackListener::new();
    let login = Login::start(&listener, &target(CALLBACK), "st").await;
    let port = login.port;
    // {"alg":"none"}.{"state":"st"} and {"state":"other"}
    let other = get(port, "/callback?response=eyJhbGciOiJub25lIn0.eyJzdGF0ZSI6Im90aGVyIn0.");
    assert_eq!(status(&ask(port, other).await), "400");
    let (parameters, _) =
        login.ends_with(get(port, "/callback?response=eyJhbGciOiJub25lIn0.eyJzdGF0ZSI6InN0In0.")).await;
    assert_eq!(parameters[0].0, "response");
}

#[tokio::test]
async fn the_redirect_uris_own_query_does_not_come_back_as_answer() {
    let listener = LoopbackListener::new();
    let login = Login::start(&listener, &target("http://127.0.0.1:{port}/cb?tenant=a"), "st").await;
    let port = login.port;
    let (parameters, _) = login.ends_with(get(port, "/cb?tenant=a&code=c&state=st")).await;
    assert_eq!(parameters, pairs(&[("code", "c"), ("state", "st")]));
}

#[tokio::test]
async fn an_https_redirect_is_served_with_the_given_certificate() {
    let authority = support::Authority::new();
    let pem = authority.pem_for(&["localhost"], false);
    let secure = RedirectTarget {
        certificate: Some(Secret::new(pem.clone())),
        ..target("https://localhost:{port}/callback")
    };
    let listener = LoopbackListener::new();
    let mut login = Login::start(&listener, &secure, "st").await;
    let port = login.port;
    let folder = tempfile::tempdir().unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority.bundle(folder.path())).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    // Plain HTTP on the same port gets nothing.
    let plain = ask(port, get(port, "/callback?code=plain&state=st")).await;
    assert!(!plain.starts_with("HTTP/1.1 200"), "{plain}");
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let stream = tokio_rustls::TlsConnector::from(Arc::new(config))
        .connect("localhost".try_into().unwrap(), stream)
        .await
        .unwrap();
    let request = format!("GET /callback?code=tls&state=st HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
    let browser = tokio::spawn(converse(stream, request));
    assert_eq!(login.receive().await[0].1, "tls");
    login.awaited.conclude(Ok(())).await;
    assert!(browser.await.unwrap().contains("Signed in"));

    let other = RedirectTarget { certificate: None, ..target(&format!("http://localhost:{port}/callback")) };
    let failure = listener.listen(&other, &Secret::new("x")).await.err().unwrap();
    assert_eq!(failure.code, Code::PortInUse, "one port is either http or https");
    let broken = RedirectTarget { certificate: Some(Secret::new("no pem")), ..secure };
    let failure = listener.listen(&broken, &Secret::new("x")).await.err().unwrap();
    assert_eq!(failure.code, Code::Configuration);
}
