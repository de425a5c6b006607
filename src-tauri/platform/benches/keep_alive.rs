//! What the transport costs: small requests on one kept connection over loopback, beside a bare reqwest loop in the
//! same process, in turns. Prints `id, figure, n, seed, seconds`; fails if the target is missed.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use gatepass_core::exchange::{OutgoingBody, OutgoingRequest, Proxy, ResponseBody, SendSettings};
use gatepass_core::ports::{Transport, Unwatched};
use gatepass_platform::loopback::{PureHandler, mount};
use gatepass_platform::transport::HttpTransport;
use url::Url;

const ROUNDS: usize = 15;
const REQUESTS: usize = 2000;
const TARGET: f64 = 1.3;

fn main() {
    let start = Instant::now();
    let port = server();
    let url = Url::parse(&format!("http://127.0.0.1:{port}/items/1")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime.block_on(first_request(&url));
    println!("transport-first-request-ms, {first:.2}, 1, 0, {:.1}", start.elapsed().as_secs_f64());
    let ratio = runtime.block_on(compare(&url));
    println!(
        "transport-over-reqwest, {ratio:.3}, {}, 0, {:.1}",
        ROUNDS * REQUESTS,
        start.elapsed().as_secs_f64()
    );
    assert!(ratio <= TARGET, "the target is {TARGET}");
}

/// A small JSON answer from a thread of its own.
fn server() -> u16 {
    let (tell, port) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let handler: PureHandler = Arc::new(|_| {
                let body = br#"{"id":1,"name":"item","tags":["a","b"],"price":12.5}"#.to_vec();
                http::Response::builder().header("content-type", "application/json").body(body).unwrap()
            });
            let mounted = mount(0, handler).await.unwrap();
            tell.send(mounted.port()).unwrap();
            std::future::pending::<()>().await;
        });
    });
    port.recv().unwrap()
}

fn transport() -> HttpTransport {
    HttpTransport::new(Arc::new(|_: &Url| SendSettings::default()), std::env::temp_dir())
}

/// From nothing to the first answer, in milliseconds: part of the start of every command.
async fn first_request(url: &Url) -> f64 {
    let start = Instant::now();
    assert!(send(&transport(), url, &SendSettings::default()).await > 0);
    start.elapsed().as_secs_f64() * 1000.0
}

async fn send(transport: &HttpTransport, url: &Url, settings: &SendSettings) -> usize {
    let request = OutgoingRequest {
        method: "GET".to_owned(),
        url: url.clone(),
        headers: vec![("Accept".to_owned(), "application/json".to_owned())],
        body: OutgoingBody::Empty,
        settings: settings.clone(),
        credentials: Default::default(),
        client_certificate: None,
        own_connection: None,
    };
    match Transport::send(transport, request, &Unwatched).await.unwrap().response.body {
        ResponseBody::Memory(bytes) => bytes.len(),
        ResponseBody::File(_) => panic!("a small answer"),
    }
}

async fn compare(url: &Url) -> f64 {
    let bare = reqwest::Client::builder().no_proxy().build().unwrap();
    let settings = SendSettings { proxy: Proxy::None, ..SendSettings::default() };
    let transport = transport();
    let mut ratios = Vec::new();
    for round in 0..ROUNDS {
        let theirs = timed(async || {
            let response = bare.get(url.clone()).send().await.unwrap();
            response.bytes().await.unwrap().len()
        })
        .await;
        let ours = timed(async || send(&transport, url, &settings).await).await;
        // The first round makes the connections.
        if round > 0 {
            ratios.push(ours.as_secs_f64() / theirs.as_secs_f64());
        }
    }
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

async fn timed(mut request: impl AsyncFnMut() -> usize) -> Duration {
    let start = Instant::now();
    for _ in 0..REQUESTS {
        assert!(request().await > 0);
    }
    start.elapsed()
}
