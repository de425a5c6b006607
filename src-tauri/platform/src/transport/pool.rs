//! Pools of kept connections: one for each way of making a connection, so that a connection made with one client
//! certificate, proxy or trust never carries a request that asked for another.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};
use std::time::{Duration, SystemTime};

use gatepass_core::exchange::{HttpVersion, OwnConnection, Proxy, SendSettings};
use gatepass_oauth::ports::ClientCertificate;
use reqwest::redirect::Policy;
use url::Url;

use super::certificates::{Identity, authorities};
use super::connect::{SystemNames, WatchConnecting};
use super::failures::Trouble;
use super::tls;

/// How many header fields of an answer are read; hyper itself bounds their size to about 400 KiB.
pub(super) const MAX_RESPONSE_HEADERS: usize = 256;
/// The same bound for HTTP/2, in bytes.
const MAX_RESPONSE_HEADER_BYTES: u32 = 400 * 1024;
/// How long an idle connection is kept.
const KEEP_ALIVE: Duration = Duration::from_secs(60);
/// How many pools are kept; beyond, the one unused for longest goes.
const MAX_POOLS: usize = 32;

/// Everything that makes one connection unlike another.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Kind {
    verify_tls: bool,
    proxy: Proxy,
    version: HttpVersion,
    ca_bundle: Option<FileStamp>,
    identity: Option<IdentityKey>,
}

/// A file as it is now: a replaced certificate makes a new pool.
#[derive(Clone, PartialEq, Eq, Hash)]
struct FileStamp {
    path: PathBuf,
    modified: Option<SystemTime>,
    size: u64,
}

/// A client certificate, without keeping the key itself in memory.
#[derive(Clone, PartialEq, Eq, Hash)]
enum IdentityKey {
    Files { certificate: FileStamp, key: Option<FileStamp>, passphrase: [u8; 32] },
    Given([u8; 32]),
}

impl FileStamp {
    fn of(path: &Path) -> Self {
        let metadata = std::fs::metadata(path).ok();
        Self {
            path: path.to_owned(),
            modified: metadata.as_ref().and_then(|found| found.modified().ok()),
            size: metadata.map_or(0, |found| found.len()),
        }
    }
}

impl Kind {
    fn of(settings: &SendSettings, given: Option<&ClientCertificate>) -> Self {
        let identity = match (given, &settings.client_certificate) {
            (Some(ClientCertificate::Pem(pem)), _) => Some(IdentityKey::Given(digest(&[pem.expose()]))),
            (Some(ClientCertificate::Pkcs12 { base64, password }), _) => {
                Some(IdentityKey::Given(digest(&[base64.expose(), password.expose()])))
            }
            (None, Some(files)) => Some(IdentityKey::Files {
                certificate: FileStamp::of(&files.certificate),
                key: files.key.as_deref().map(FileStamp::of),
                passphrase: digest(&[files.passphrase.as_deref().unwrap_or_default()]),
            }),
            (None, None) => None,
        };
        Self {
            verify_tls: settings.verify_tls,
            proxy: settings.proxy.clone(),
            version: settings.http_version,
            ca_bundle: settings.ca_bundle.as_deref().map(FileStamp::of),
            identity,
        }
    }
}

fn digest(parts: &[&str]) -> [u8; 32] {
    let mut context = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    let mut bytes = [0; 32];
    bytes.copy_from_slice(context.finish().as_ref());
    bytes
}

/// All pools.
#[derive(Default)]
pub(super) struct Pools {
    clients: RwLock<HashMap<Kind, Pooled>>,
    /// Connections that nobody shares, as long as somebody holds them.
    own: Mutex<Vec<Own>>,
    uses: AtomicU64,
}

struct Own {
    holder: Weak<()>,
    kind: Kind,
    client: reqwest::Client,
}

struct Pooled {
    client: reqwest::Client,
    last_use: Arc<AtomicU64>,
}

impl Pools {
    /// The client of a connection that nobody shares. Those that nobody holds any more are closed.
    pub(super) fn own_client(
        &self,
        own: &OwnConnection,
        settings: &SendSettings,
        given: Option<&ClientCertificate>,
    ) -> Result<reqwest::Client, Trouble> {
        let kind = Kind::of(settings, given);
        let mut all = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|entry| entry.holder.strong_count() > 0);
        let holder = Arc::downgrade(own.token());
        let found = all.iter().find(|entry| entry.holder.ptr_eq(&holder) && entry.kind == kind);
        if let Some(entry) = found {
            return Ok(entry.client.clone());
        }
        let client = build(settings, given)?;
        all.push(Own { holder, kind, client: client.clone() });
        Ok(client)
    }

    /// The client for these settings, made if there is none. `given` stands before the settings' certificate.
    pub(super) fn client(
        &self,
        settings: &SendSettings,
        given: Option<&ClientCertificate>,
    ) -> Result<reqwest::Client, Trouble> {
        let kind = Kind::of(settings, given);
        let now = self.uses.fetch_add(1, Ordering::Relaxed);
        if let Some(pooled) = self.clients.read().unwrap_or_else(PoisonError::into_inner).get(&kind) {
            pooled.last_use.store(now, Ordering::Relaxed);
            return Ok(pooled.client.clone());
        }
        let client = build(settings, given)?;
        let mut clients = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        if clients.len() >= MAX_POOLS {
            let oldest = clients.iter().min_by_key(|(_, pooled)| pooled.last_use.load(Ordering::Relaxed));
            if let Some(kind) = oldest.map(|(kind, _)| kind.clone()) {
                clients.remove(&kind);
            }
        }
        // Two that found none at the same time share the first one's.
        let pooled =
            clients.entry(kind).or_insert_with(|| Pooled { client, last_use: Arc::new(AtomicU64::new(now)) });
        Ok(pooled.client.clone())
    }
}

fn build(settings: &SendSettings, given: Option<&ClientCertificate>) -> Result<reqwest::Client, Trouble> {
    let extra = settings.ca_bundle.as_deref().map(authorities).transpose()?.unwrap_or_default();
    let identity = match (given, &settings.client_certificate) {
        (Some(given), _) => Some(Identity::from_config(given)?),
        (None, Some(files)) => Some(Identity::from_files(files)?),
        (None, None) => None,
    };
    let tls = tls::client_config(settings.verify_tls, extra, identity, settings.http_version)?;
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(Policy::none())
        .referer(false)
        // The body is decoded by us, so that the headers stay as they came.
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .http1_title_case_headers()
        .http1_max_headers(MAX_RESPONSE_HEADERS)
        .http2_max_header_list_size(MAX_RESPONSE_HEADER_BYTES)
        .pool_idle_timeout(KEEP_ALIVE)
        .dns_resolver(Arc::new(SystemNames))
        .connector_layer(WatchConnecting);
    builder = match settings.http_version {
        HttpVersion::Auto => builder,
        HttpVersion::Http1 => builder.http1_only(),
        HttpVersion::Http2 => builder.http2_prior_knowledge(),
    };
    builder = match &settings.proxy {
        Proxy::System => builder,
        Proxy::None => builder.no_proxy(),
        Proxy::Custom(address) => builder.proxy(reqwest::Proxy::all(address).map_err(|error| {
            Trouble::invalid(
                "The proxy's address cannot be used.",
                format!("{error}."),
                "Write it as http://host:port or socks5://host:port in the settings.",
            )
        })?),
    };
    builder.build().map_err(|error| {
        Trouble::invalid(
            "No connection can be prepared with these settings.",
            format!("{error}."),
            "Check proxy, certificates and HTTP version in the settings.",
        )
    })
}

/// The configured proxy's host and port, for a person: never its credentials.
pub(super) fn proxy_authority(proxy: &Proxy) -> Option<String> {
    match proxy {
        Proxy::Custom(address) => {
            let url = Url::parse(address).or_else(|_| Url::parse(&format!("http://{address}"))).ok()?;
            Some(super::failures::authority(&url))
        }
        Proxy::System | Proxy::None => None,
    }
}
