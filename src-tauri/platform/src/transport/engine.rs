//! A request of the OAuth engine: never redirected, without cookies, and its answer is handed over even if it is cut
//! off.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use gatepass_core::exchange::{ResponseBody, SendSettings};
use gatepass_core::ports::{SendFailureKind, Unwatched};
use gatepass_oauth::ports::{
    ClientCertificate, Completeness, HttpClient, IncomingResponse, OutgoingRequest, TransportError,
};

use super::HttpTransport;
use super::connect::Watch;
use super::failures::Trouble;
use super::hop::Sending;
use super::outgoing::Prepared;
use super::receive::{self, Ending};
use super::response::unusable;

/// How long a token request may take where the settings have no limit: waiters queue up behind it.
const TOKEN_REQUEST_LIMIT: Duration = Duration::from_secs(60);

#[async_trait]
impl HttpClient for HttpTransport {
    async fn send(&self, request: OutgoingRequest) -> Result<IncomingResponse, TransportError> {
        Ok(self.engine_exchange(request).await?)
    }
}

impl HttpTransport {
    async fn engine_exchange(&self, request: OutgoingRequest) -> Result<IncomingResponse, Trouble> {
        let OutgoingRequest { request, client_certificate, body_limit } = request;
        let (prepared, settings) = Prepared::engine(request, |url| self.host_settings.for_url(url))?;
        let watch = Watch::new(Instant::now());
        let limit = settings.timeout.unwrap_or(TOKEN_REQUEST_LIMIT);
        let answer =
            self.engine_answer(&prepared, client_certificate.as_ref(), body_limit, &settings, &watch);
        tokio::time::timeout(limit, answer).await.unwrap_or_else(|_| {
            let untouched = prepared.content.length() > 0 && !watch.body_was_read();
            Err(Trouble::timed_out(limit, &prepared.url, !untouched))
        })
    }

    async fn engine_answer(
        &self,
        prepared: &Prepared,
        certificate: Option<&ClientCertificate>,
        body_limit: usize,
        settings: &SendSettings,
        watch: &Arc<Watch>,
    ) -> Result<IncomingResponse, Trouble> {
        let client = self.pools.client(settings, certificate)?;
        let response = Sending {
            client: &client,
            request: prepared,
            cookies: None,
            settings,
            watch,
            progress: &Unwatched,
            watch_body: prepared.content.length() > 0,
        }
        .head()
        .await?;
        let (status, version, headers) = (response.status(), response.version(), response.headers().clone());
        let limit = body_limit as u64;
        let received = receive::body(response, &prepared.method, limit, &self.spool, &|_, _| {}, None).await;
        let completeness = match received.ending {
            Ending::Whole => Completeness::Whole,
            Ending::TooLong => Completeness::TooLong,
            Ending::CutOff(_) => Completeness::CutOff,
            ending @ (Ending::Undecodable(_) | Ending::NoRoom(_)) => {
                return Err(unusable(ending, &prepared.url, limit));
            }
        };
        let mut response = http::Response::new(in_memory(received.body).await?);
        *response.status_mut() = status;
        *response.version_mut() = version;
        *response.headers_mut() = headers;
        Ok(IncomingResponse { response, completeness })
    }
}

async fn in_memory(body: ResponseBody) -> Result<Vec<u8>, Trouble> {
    match body {
        ResponseBody::Memory(bytes) => Ok(bytes.into()),
        ResponseBody::File(file) => tokio::fs::read(&file.path).await.map_err(|error| {
            Trouble::after_sending(
                SendFailureKind::Broken,
                "The answer could not be read back from disk.",
                format!("{error}."),
                "Try again.",
            )
        }),
    }
}
