//! An API request, over all its redirects.

use std::time::Instant;

use async_trait::async_trait;
use gatepass_core::exchange::{Exchange, Hop, OutgoingRequest, SendSettings, SentRequest, Timing, WholeBody};
use gatepass_core::ports::{Progress, SendFailure, SendFailureKind, Stage, Transport};
use http::header;
use url::Url;

use super::HttpTransport;
use super::connect::Watch;
use super::failures::{Trouble, authority};
use super::hop::Sending;
use super::outgoing::Prepared;
use super::receive;
use super::redirect::{self, Redirect};
use super::response::{Head, drain, take_cookies, whole};

#[async_trait]
impl Transport for HttpTransport {
    async fn send(
        &self,
        request: OutgoingRequest,
        progress: &(dyn Progress + 'static),
    ) -> Result<Exchange, SendFailure> {
        let start = Instant::now();
        let exchange = match request.settings.timeout {
            None => self.exchange(request, progress, start).await,
            Some(limit) => {
                let url = request.url.clone();
                tokio::time::timeout(limit, self.exchange(request, progress, start))
                    .await
                    .unwrap_or_else(|_| Err(Trouble::timed_out(limit, &url, true)))
            }
        };
        exchange.map_err(SendFailure::from)
    }

    async fn read_body(&self, request: &OutgoingRequest) -> Result<WholeBody, SendFailure> {
        Ok(Prepared::whole_body(request).await?)
    }
}

impl HttpTransport {
    async fn exchange(
        &self,
        mut request: OutgoingRequest,
        progress: &(dyn Progress + 'static),
        start: Instant,
    ) -> Result<Exchange, Trouble> {
        let mut settings = std::mem::take(&mut request.settings);
        let mut certificate = request.client_certificate.take();
        let own_connection = request.own_connection.take();
        let mut redirects = Vec::new();
        let watch = Watch::new(start);
        let mut prepared = Prepared::api(request, settings.http_version).await?;
        loop {
            let jar = self.cookies.as_deref().filter(|_| settings.cookies);
            let cookies = jar.and_then(|jar| jar.cookie_header(&prepared.url));
            // What was set for the host stands before what the token is bound to.
            let bound = certificate.as_ref().filter(|_| settings.client_certificate.is_none());
            let client = match &own_connection {
                Some(own) => self.pools.own_client(own, &settings, bound)?,
                None => self.pools.client(&settings, bound)?,
            };
            let response = Sending {
                client: &client,
                request: &prepared,
                cookies: cookies.as_deref(),
                settings: &settings,
                watch: &watch,
                progress,
                watch_body: false,
            }
            .head()
            .await?;
            let first_byte_us = watch.elapsed_us();
            if let Some(jar) = jar {
                take_cookies(jar, &prepared.url, &response);
            }
            if let Some(next) = next_hop(&response, &prepared, &settings, redirects.len())? {
                redirects.push(Hop {
                    url: prepared.url.clone(),
                    status: response.status().as_u16(),
                    location: next.url.to_string(),
                });
                drain(response).await;
                if next.crosses_origin {
                    settings = self.for_other_origin(settings, &next.url);
                    certificate = None;
                }
                prepared.redirect(next, settings.keep_authorization_across_origins, settings.http_version);
                continue;
            }
            let head = Head::of(&response);
            let limit = settings.body_limit;
            let watched = receive::is_event_stream(response.headers()).then_some(progress);
            let reached = |bytes, of| progress.reached(Stage::Receiving { bytes, of });
            let received =
                receive::body(response, &prepared.method, limit, &self.spool, &reached, watched).await;
            let body = whole(received, &prepared.url, limit)?;
            let total_us = watch.elapsed_us();
            return Ok(Exchange {
                request: sent(prepared, cookies.as_deref()),
                response: head.with(body),
                redirects,
                timing: Timing { connect_us: watch.connected_us(), first_byte_us, total_us },
            });
        }
    }

    /// The settings for a host that a redirect leads to: the certificate of one host is not shown to another.
    fn for_other_origin(&self, settings: SendSettings, url: &Url) -> SendSettings {
        let theirs = self.host_settings.for_url(url);
        SendSettings {
            client_certificate: theirs.client_certificate,
            ca_bundle: theirs.ca_bundle.or(settings.ca_bundle),
            ..settings
        }
    }
}

/// The request as it went out the last time.
fn sent(prepared: Prepared, cookies: Option<&str>) -> SentRequest {
    SentRequest {
        method: prepared.method.to_string(),
        headers: prepared.shown_headers(cookies),
        body_size: prepared.content.length(),
        url: prepared.url,
    }
}

/// Where the answer sends us, if we are to go there.
fn next_hop(
    response: &reqwest::Response,
    prepared: &Prepared,
    settings: &SendSettings,
    hops: usize,
) -> Result<Option<Redirect>, Trouble> {
    if !settings.follow_redirects {
        return Ok(None);
    }
    let location = response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
    let keep_method = settings.keep_method_on_redirect;
    let next = redirect::follow(response.status(), location, &prepared.url, &prepared.method, keep_method)
        .filter(|next| settings.keep_authorization_across_origins || !prepared.body_must_stay(next));
    if next.is_some() && hops >= settings.max_redirects {
        return Err(Trouble::after_sending(
            SendFailureKind::Limit,
            format!("The request was redirected more than {} times.", settings.max_redirects),
            format!(
                "The last redirect came from {}; most likely they go in a circle.",
                authority(&prepared.url)
            ),
            "Turn off following redirects to see the answers, or raise the limit in the settings.",
        ));
    }
    Ok(next)
}
