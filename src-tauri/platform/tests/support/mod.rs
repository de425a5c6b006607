//! A server that answers with whatever bytes a test wants, and remembers exactly what it was asked.
#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses its part")]

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use gatepass_core::exchange::{Exchange, OutgoingBody, OutgoingRequest, Proxy, SendSettings};
use gatepass_core::ports::{SendFailure, Transport, Unwatched};
use gatepass_platform::transport::HttpTransport;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use url::Url;

/// A request as it came over the wire.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Number of the connection that it came on, from 0.
    pub connection: usize,
    pub request_line: String,
    /// Names as sent, in order.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// The client certificate, for the server's decision only.
    pub client: Option<Vec<u8>>,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn path(&self) -> &str {
        self.request_line.split(' ').nth(1).unwrap_or_default()
    }

    pub fn method(&self) -> &str {
        self.request_line.split(' ').next().unwrap_or_default()
    }
}

/// An authority of our own, with what it vouches for.
pub struct Authority {
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
    pem: String,
}

impl Authority {
    pub fn new() -> Self {
        let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = rcgen::KeyPair::generate().unwrap();
        // Each a name of its own: two authorities of one name are one to who looks for an issuer.
        let name = format!("Test Authority {:?}", &key.public_key_raw()[..8]);
        parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
        let pem = parameters.self_signed(&key).unwrap().pem();
        Self { issuer: rcgen::Issuer::new(parameters, key), pem }
    }

    /// Its certificate as a CA bundle file.
    pub fn bundle(&self, folder: &std::path::Path) -> std::path::PathBuf {
        let path = folder.join("ca.pem");
        std::fs::write(&path, &self.pem).unwrap();
        path
    }

    /// Certificate and key for these names, as PEM.
    pub fn pem_for(&self, names: &[&str], expired: bool) -> String {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut parameters = rcgen::CertificateParams::new(names).unwrap();
        if expired {
            parameters.not_after = rcgen::date_time_ymd(2001, 1, 1);
        }
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        format!("{}{}", certificate.pem(), key.serialize_pem())
    }

    /// A server for these names, which asks for a client certificate and takes any.
    pub fn server(&self, names: &[&str], expired: bool) -> rustls::ServerConfig {
        server(&self.pem_for(names, expired))
    }
}

/// A server that vouches for itself.
pub fn self_signed(name: &str) -> rustls::ServerConfig {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    server(&format!("{}{}", made.cert.pem(), made.signing_key.serialize_pem()))
}

fn server(pem: &str) -> rustls::ServerConfig {
    let chain = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>().unwrap();
    let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(Arc::new(AnyClient))
        .with_single_cert(chain, key)
        .unwrap()
}

#[derive(Debug)]
struct AnyClient;

impl ClientCertVerifier for AnyClient {
    fn root_hint_subjects(&self) -> &[rustls::DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: rustls::pki_types::UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &rustls::DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = rustls::crypto::aws_lc_rs::default_provider().signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, &algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        rustls::crypto::aws_lc_rs::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

/// What a test server does with a request.
pub enum Act {
    /// Writes these bytes and waits for the next request.
    Write(Vec<u8>),
    /// Writes these bytes and closes.
    WriteAndClose(Vec<u8>),
    /// Writes the first part, then the second over and over until the client goes.
    WriteForever(Vec<u8>, Vec<u8>),
    /// Writes these bytes and then says nothing more.
    WriteAndHang(Vec<u8>),
    /// Says nothing.
    Hang,
}

pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
    secure: bool,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub async fn start(act: impl Fn(&Seen) -> Act + Send + Sync + 'static) -> Self {
        Self::on("127.0.0.1:0".parse().unwrap(), act).await
    }

    pub async fn on(address: SocketAddr, act: impl Fn(&Seen) -> Act + Send + Sync + 'static) -> Self {
        Self::over(address, None, act).await
    }

    pub async fn tls(
        config: rustls::ServerConfig,
        act: impl Fn(&Seen) -> Act + Send + Sync + 'static,
    ) -> Self {
        Self::over("127.0.0.1:0".parse().unwrap(), Some(TlsAcceptor::from(Arc::new(config))), act).await
    }

    async fn over(
        address: SocketAddr,
        tls: Option<TlsAcceptor>,
        act: impl Fn(&Seen) -> Act + Send + Sync + 'static,
    ) -> Self {
        let secure = tls.is_some();
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let (act, remembered) = (Arc::new(act), Arc::clone(&seen));
        let task = tokio::spawn(async move {
            let mut connection = 0;
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (act, seen, tls) = (Arc::clone(&act), Arc::clone(&remembered), tls.clone());
                tokio::spawn(async move {
                    let Some(tls) = tls else { return converse(stream, connection, &*act, &seen).await };
                    // A client that refuses our certificate ends the handshake.
                    let Ok(stream) = tls.accept(stream).await else { return };
                    let client = stream.get_ref().1.peer_certificates().map(|chain| chain[0].to_vec());
                    converse(
                        stream,
                        connection,
                        &|seen: &Seen| act(&Seen { client: client.clone(), ..seen.clone() }),
                        &seen,
                    )
                    .await;
                });
                connection += 1;
            }
        });
        Self { address, seen, task, secure }
    }

    pub fn url(&self, path: &str) -> Url {
        let scheme = if self.secure { "https" } else { "http" };
        Url::parse(&format!("{scheme}://{}{path}", self.address)).unwrap()
    }

    /// The same under the name `localhost`.
    pub fn url_by_name(&self, path: &str) -> Url {
        let mut url = self.url(path);
        url.set_host(Some("localhost")).unwrap();
        url
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub fn last(&self) -> Seen {
        self.seen().last().cloned().expect("something was asked")
    }
}

async fn converse(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    connection: usize,
    act: &(dyn Fn(&Seen) -> Act + Send + Sync),
    seen: &Mutex<Vec<Seen>>,
) {
    let mut buffer = Vec::new();
    while let Some(mut request) = read(&mut stream, &mut buffer).await {
        request.connection = connection;
        let next = act(&request);
        seen.lock().unwrap().push(request);
        match next {
            Act::Write(bytes) => {
                if stream.write_all(&bytes).await.is_err() || stream.flush().await.is_err() {
                    return;
                }
            }
            Act::WriteAndClose(bytes) => {
                // The client may have gone first.
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Act::WriteForever(first, again) => {
                let mut sent = stream.write_all(&first).await;
                while sent.is_ok() {
                    sent = stream.write_all(&again).await;
                }
                return;
            }
            Act::WriteAndHang(bytes) => {
                stream.write_all(&bytes).await.unwrap();
                std::future::pending().await
            }
            Act::Hang => std::future::pending().await,
        }
    }
}

async fn read(stream: &mut (impl AsyncRead + Unpin), buffer: &mut Vec<u8>) -> Option<Seen> {
    let head_end = loop {
        if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&buffer[..head_end]).into_owned();
    buffer.drain(..head_end + 4);
    let mut lines = head.split("\r\n");
    let mut seen = Seen { request_line: lines.next()?.to_owned(), ..Seen::default() };
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        seen.headers.push((name.to_owned(), value.to_owned()));
    }
    let length: usize = seen.header("content-length").map_or(0, |value| value.parse().unwrap());
    while buffer.len() < length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    seen.body = buffer.drain(..length).collect();
    Some(seen)
}

/// An answer with a length.
pub fn answer(status: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len()).into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    bytes
}

pub fn ok(body: &str) -> Act {
    Act::Write(answer("200 OK", &[("Content-Type", "text/plain")], body.as_bytes()))
}

/// A transport that asks no proxy, with the folder for its spooled bodies.
pub fn transport() -> (HttpTransport, tempfile::TempDir) {
    let spool = tempfile::tempdir().unwrap();
    let settings = |_: &Url| direct();
    (HttpTransport::new(Arc::new(settings), spool.path().to_owned()), spool)
}

pub fn direct() -> SendSettings {
    SendSettings { proxy: Proxy::None, ..SendSettings::default() }
}

pub async fn send(transport: &HttpTransport, request: OutgoingRequest) -> Result<Exchange, SendFailure> {
    Transport::send(transport, request, &Unwatched).await
}

/// The failure of a request that must not succeed.
pub async fn failure(transport: &HttpTransport, request: OutgoingRequest) -> SendFailure {
    send(transport, request).await.err().expect("the request fails")
}

/// A request with nothing of its own.
pub fn get(url: Url) -> OutgoingRequest {
    OutgoingRequest {
        method: "GET".to_owned(),
        url,
        headers: Vec::new(),
        body: OutgoingBody::Empty,
        settings: direct(),
        credentials: Default::default(),
        client_certificate: None,
        own_connection: None,
    }
}

pub fn post(url: Url, body: &'static str) -> OutgoingRequest {
    OutgoingRequest {
        method: "POST".to_owned(),
        body: OutgoingBody::Bytes(Bytes::from_static(body.as_bytes())),
        ..get(url)
    }
}

pub fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The query or form as a map.
pub fn form(pairs: &str) -> HashMap<String, String> {
    url::form_urlencoded::parse(pairs.as_bytes()).into_owned().collect()
}

/// SOCKS 5 without authentication (RFC 1928): one connection, asked to `wanted` and led elsewhere.
pub async fn socks_proxy(leads_to: std::net::SocketAddr, wanted: &'static str) -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut hello = [0; 2];
        client.read_exact(&mut hello).await.unwrap();
        let mut methods = vec![0; hello[1] as usize];
        client.read_exact(&mut methods).await.unwrap();
        client.write_all(&[5, 0]).await.unwrap();
        let mut request = [0; 5];
        client.read_exact(&mut request).await.unwrap();
        assert_eq!(request[3], 3, "socks5h leaves the name to the proxy");
        let mut name = vec![0; request[4] as usize + 2];
        client.read_exact(&mut name).await.unwrap();
        assert!(name.starts_with(wanted.as_bytes()));
        client.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 0]).await.unwrap();
        let mut server = tokio::net::TcpStream::connect(leads_to).await.unwrap();
        tokio::io::copy_bidirectional(&mut client, &mut server).await.unwrap();
    });
    address
}
