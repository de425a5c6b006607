//! A browser with a provider's login page behind it, a person, and an observer that remembers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use async_trait::async_trait;
use url::Url;

use crate::failure::{Code, Failure};
use crate::ports::{
    AwaitedRedirect, BrowserOpener, FlowObserver, Person, RedirectListener, RedirectTarget, WaitingFor,
};
use crate::secret::Secret;
use crate::transcript::FlowStep;

/// What the login page answers to an authorization request: the parameters of the redirect, or nothing.
type LoginPage = Box<dyn Fn(&Url) -> Option<Vec<(String, String)>> + Send + Sync>;

/// A browser and the loopback listener that it comes back to.
#[derive(Default)]
pub struct FakeBrowser {
    state: Arc<Mutex<BrowserState>>,
}

#[derive(Default)]
struct BrowserState {
    opened: Vec<Url>,
    page: Option<LoginPage>,
    answers: Vec<(String, Vec<(String, String)>)>,
    waiting: Vec<Waker>,
    concluded: Vec<bool>,
}

impl FakeBrowser {
    /// What the login page does from now on.
    pub fn login_page(&self, page: impl Fn(&Url) -> Option<Vec<(String, String)>> + Send + Sync + 'static) {
        self.state().page = Some(Box::new(page));
    }

    /// The URLs that were opened.
    pub fn opened(&self) -> Vec<Url> {
        self.state().opened.clone()
    }

    /// How the page in the browser was told that it ended: true for well.
    pub fn concluded(&self) -> Vec<bool> {
        self.state().concluded.clone()
    }

    fn state(&self) -> MutexGuard<'_, BrowserState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl BrowserOpener for FakeBrowser {
    async fn open(&self, url: &Url) -> Result<(), Failure> {
        let mut state = self.state();
        state.opened.push(url.clone());
        let answer = state.page.as_ref().and_then(|page| page(url));
        let asked = url.query_pairs().find(|(name, _)| name == "state").map(|(_, value)| value.into_owned());
        if let (Some(answer), Some(asked)) = (answer, asked) {
            state.answers.push((asked, answer));
            for waker in state.waiting.drain(..) {
                waker.wake();
            }
        }
        Ok(())
    }
}

#[async_trait]
impl RedirectListener for FakeBrowser {
    async fn listen(
        &self,
        target: &RedirectTarget,
        state: &Secret,
    ) -> Result<Box<dyn AwaitedRedirect>, Failure> {
        if !target.redirect_uri.starts_with("http://127.0.0.1") {
            return Err(Failure::new(
                Code::Unsupported,
                "Not ours to serve",
                "It is not loopback",
                "Paste the URL.",
            ));
        }
        Ok(Box::new(FakeRedirect {
            redirect_uri: target.redirect_uri.replace("{port}", "49152"),
            login: state.expose().to_owned(),
            state: self.state.clone(),
        }))
    }
}

struct FakeRedirect {
    redirect_uri: String,
    login: String,
    state: Arc<Mutex<BrowserState>>,
}

#[async_trait]
impl AwaitedRedirect for FakeRedirect {
    fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    async fn receive(&mut self) -> Result<Vec<(String, Secret)>, Failure> {
        let parameters = std::future::poll_fn(|context| {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            match state.answers.iter().position(|(login, _)| *login == self.login) {
                Some(at) => Poll::Ready(state.answers.remove(at).1),
                None => {
                    state.waiting.push(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await;
        Ok(parameters.into_iter().map(|(name, value)| (name, Secret::from(value))).collect())
    }

    async fn conclude(&mut self, outcome: Result<(), Failure>) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).concluded.push(outcome.is_ok());
    }
}

/// A person who can paste and cancel.
#[derive(Default)]
pub struct FakePerson {
    state: Mutex<PersonState>,
}

#[derive(Default)]
struct PersonState {
    shown: Vec<WaitingFor>,
    pasted: Vec<String>,
    cancelled: bool,
    waiting: Vec<Waker>,
}

impl FakePerson {
    /// Pastes a URL.
    pub fn paste(&self, url: &str) {
        self.change(|state| state.pasted.push(url.to_owned()));
    }

    /// Clicks on Cancel.
    pub fn cancel(&self) {
        self.change(|state| state.cancelled = true);
    }

    /// What the person was shown.
    pub fn shown(&self) -> Vec<WaitingFor> {
        self.state().shown.clone()
    }

    fn change(&self, change: impl FnOnce(&mut PersonState)) {
        let mut state = self.state();
        change(&mut state);
        for waker in state.waiting.drain(..) {
            waker.wake();
        }
    }

    fn state(&self) -> MutexGuard<'_, PersonState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn until<T>(&self, mut take: impl FnMut(&mut PersonState) -> Option<T>) -> T {
        std::future::poll_fn(|context| {
            let mut state = self.state();
            match take(&mut state) {
                Some(value) => Poll::Ready(value),
                None => {
                    state.waiting.push(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }
}

#[async_trait]
impl Person for FakePerson {
    fn waiting(&self, wait: &WaitingFor) {
        self.state().shown.push(wait.clone());
    }

    async fn pasted_callback(&self) -> Secret {
        self.until(|state| (!state.pasted.is_empty()).then(|| Secret::from(state.pasted.remove(0)))).await
    }

    async fn cancelled(&self) {
        self.until(|state| state.cancelled.then_some(())).await;
    }
}

/// An observer that remembers every step.
#[derive(Default)]
pub struct Steps(Mutex<Vec<FlowStep>>);

impl Steps {
    /// The steps so far.
    pub fn all(&self) -> Vec<FlowStep> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl FlowObserver for Steps {
    fn step(&self, step: &FlowStep) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(step.clone());
    }
}
