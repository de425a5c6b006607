//! Sign-ins under way: what each waits for, and the person's two ways to end the wait.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use gatepass_oauth::Secret;
use gatepass_oauth::ports::{Person, WaitingFor};
use tokio::sync::watch;

use crate::dto::WaitingView;

/// The sign-ins of this process, by the node whose card shows them.
#[derive(Default)]
pub(crate) struct Logins {
    waiting: Mutex<HashMap<String, Arc<Login>>>,
}

/// One sign-in, seen from the person's side.
pub(crate) struct Login {
    waiting_for: Mutex<Option<WaitingFor>>,
    pasted: watch::Sender<Option<Secret>>,
    cancelled: watch::Sender<bool>,
    changed: Box<dyn Fn() + Send + Sync>,
}

impl Logins {
    /// Begins a sign-in for `node`; one that is still under way there is cancelled. `changed` is called whenever
    /// what it waits for changes.
    pub(crate) fn begin(&self, node: &str, changed: impl Fn() + Send + Sync + 'static) -> Arc<Login> {
        let login = Arc::new(Login {
            waiting_for: Mutex::new(None),
            pasted: watch::channel(None).0,
            cancelled: watch::channel(false).0,
            changed: Box::new(changed),
        });
        if let Some(before) = self.lock().insert(node.to_owned(), Arc::clone(&login)) {
            before.cancel();
        }
        login
    }

    /// Forgets a sign-in that ended, unless another one has begun for the same node.
    pub(crate) fn end(&self, node: &str, login: &Arc<Login>) {
        let mut waiting = self.lock();
        if waiting.get(node).is_some_and(|current| Arc::ptr_eq(current, login)) {
            waiting.remove(node);
        }
    }

    /// The sign-in under way for `node`.
    pub(crate) fn of(&self, node: &str) -> Option<Arc<Login>> {
        self.lock().get(node).cloned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Login>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Login {
    /// What it waits for, once it waits for a person.
    pub(crate) fn view(&self) -> Option<WaitingView> {
        self.waiting_for.lock().unwrap_or_else(PoisonError::into_inner).clone().map(WaitingView::from)
    }

    /// The page that the person is to open, if there is one and it is a web page.
    pub(crate) fn page(&self) -> Option<url::Url> {
        let page = match self.view()? {
            WaitingView::SignIn { authorization_url, .. } => authorization_url,
            WaitingView::Device { verification_uri, verification_uri_complete, .. } => {
                verification_uri_complete.unwrap_or(verification_uri)
            }
            WaitingView::Backchannel { .. } => return None,
        };
        url::Url::parse(&page).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
    }

    /// The person pasted the URL that the browser ended on.
    pub(crate) fn paste(&self, url: Secret) {
        self.pasted.send_replace(Some(url));
    }

    pub(crate) fn cancel(&self) {
        self.cancelled.send_replace(true);
    }
}

#[async_trait]
impl Person for Login {
    fn waiting(&self, wait: &WaitingFor) {
        *self.waiting_for.lock().unwrap_or_else(PoisonError::into_inner) = Some(wait.clone());
        (self.changed)();
    }

    async fn pasted_callback(&self) -> Secret {
        let mut pasted = self.pasted.subscribe();
        loop {
            // Each pasted URL is handed out once: a wrong one must not be tried for ever. Taking it is no news, or this
            // loop would wake itself without end and starve Cancel and the time limit beside it.
            let mut taken = None;
            self.pasted.send_if_modified(|url| {
                taken = url.take();
                false
            });
            if let Some(url) = taken {
                return url;
            }
            if pasted.changed().await.is_err() {
                return std::future::pending().await;
            }
        }
    }

    async fn cancelled(&self) {
        let mut cancelled = self.cancelled.subscribe();
        let _ = cancelled.wait_for(|cancelled| *cancelled).await;
    }
}

impl From<WaitingFor> for WaitingView {
    fn from(wait: WaitingFor) -> Self {
        match wait {
            WaitingFor::SignIn { authorization_url, redirect_uri, listening, browser_problem, until } => {
                Self::SignIn { authorization_url, redirect_uri, listening, browser_problem, until }
            }
            WaitingFor::Device {
                user_code,
                verification_uri,
                verification_uri_complete,
                until,
                interval,
            } => Self::Device { user_code, verification_uri, verification_uri_complete, until, interval },
            WaitingFor::Backchannel { binding_message, until } => {
                Self::Backchannel { binding_message, until }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_pasted_url_is_handed_out_once() {
        let login = Logins::default().begin("node", || {});
        login.paste(Secret::new("http://127.0.0.1/callback?code=1"));
        assert!(login.pasted_callback().await == Secret::new("http://127.0.0.1/callback?code=1"));
        let again = tokio::time::timeout(std::time::Duration::from_millis(50), login.pasted_callback()).await;
        assert!(again.is_err(), "it was handed out twice");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn cancel_is_noticed_while_nothing_is_pasted() {
        let login = Logins::default().begin("node", || {});
        let waiting = tokio::spawn({
            let login = Arc::clone(&login);
            async move {
                tokio::select! {
                    biased;
                    _ = login.pasted_callback() => "pasted",
                    () = login.cancelled() => "cancelled",
                }
            }
        });
        tokio::task::yield_now().await;
        login.cancel();
        let ended = tokio::time::timeout(std::time::Duration::from_secs(30), waiting).await;
        assert_eq!(ended.ok().and_then(Result::ok), Some("cancelled"));
    }

    #[tokio::test]
    async fn a_second_sign_in_for_the_same_node_cancels_the_first() {
        let logins = Logins::default();
        let first = logins.begin("node", || {});
        let second = logins.begin("node", || {});
        first.cancelled().await;
        logins.end("node", &first);
        assert!(logins.of("node").is_some_and(|current| Arc::ptr_eq(&current, &second)));
    }

    #[tokio::test]
    async fn only_web_pages_are_opened_again() {
        let login = Logins::default().begin("node", || {});
        let device = |complete: Option<&str>| WaitingFor::Device {
            user_code: "WDJB-MJHT".to_owned(),
            verification_uri: "https://id.example.com/device".to_owned(),
            verification_uri_complete: complete.map(str::to_owned),
            until: 0,
            interval: 5,
        };
        login.waiting(&device(None));
        assert_eq!(login.page().map(String::from).as_deref(), Some("https://id.example.com/device"));
        login.waiting(&device(Some("file:///etc/passwd")));
        assert_eq!(login.page(), None);
    }
}
