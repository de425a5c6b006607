//! One request on its way, until the head of its answer is there.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;

use gatepass_core::exchange::SendSettings;
use gatepass_core::ports::{Progress, Stage};
use http::Method;

use super::connect::{ON_BEHALF_OF, Watch};
use super::failures::{self, Trouble, find};
use super::outgoing::Prepared;
use super::pool::proxy_authority;

/// What one sending needs.
pub(super) struct Sending<'a> {
    pub(super) client: &'a reqwest::Client,
    pub(super) request: &'a Prepared,
    /// What the jar adds.
    pub(super) cookies: Option<&'a str>,
    pub(super) settings: &'a SendSettings,
    pub(super) watch: &'a Arc<Watch>,
    pub(super) progress: &'a (dyn Progress + 'static),
    /// Whether it has to be known for sure that nothing has left, if that is so.
    pub(super) watch_body: bool,
}

impl Sending<'_> {
    /// Sends, and waits for the head of the answer.
    ///
    /// A kept connection may be closed by the server in the very moment in which it is used. A request without effect
    /// and body is then sent once more, on a new connection (RFC 9110 §9.2.2).
    pub(super) async fn head(&self) -> Result<reqwest::Response, Trouble> {
        let connections = self.watch.connections();
        let answer = match self.attempt().await {
            Err(error)
                if self.watch.connections() == connections && self.may_be_repeated() && is_stale(&error) =>
            {
                self.attempt().await
            }
            answer => answer,
        };
        answer.map_err(|error| {
            let untouched = self.watch_body && !self.watch.body_was_read();
            let proxy = proxy_authority(&self.settings.proxy);
            failures::explain(&error, &self.request.url, proxy.as_deref(), untouched)
        })
    }

    fn may_be_repeated(&self) -> bool {
        matches!(self.request.method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE)
            && self.request.content.length() == 0
    }

    async fn attempt(&self) -> Result<reqwest::Response, reqwest::Error> {
        let mut request = reqwest::Request::new(self.request.method.clone(), self.request.url.clone());
        *request.headers_mut() = self.request.header_map(self.cookies);
        *request.body_mut() = self.request.content.to_wire(self.watch_body.then(|| Arc::clone(self.watch)));
        let mut answer =
            pin!(ON_BEHALF_OF.scope(Arc::clone(self.watch), async { self.client.execute(request).await }));
        let mut told = None;
        poll_fn(|context| {
            let polled = answer.as_mut().poll(context);
            let stage = if self.watch.is_connecting() { Stage::Connecting } else { Stage::Waiting };
            if polled.is_pending() && told != Some(stage) {
                told = Some(stage);
                self.progress.reached(stage);
            }
            polled
        })
        .await
    }
}

fn is_stale(error: &reqwest::Error) -> bool {
    find::<hyper::Error>(error).is_some_and(hyper::Error::is_incomplete_message)
}
