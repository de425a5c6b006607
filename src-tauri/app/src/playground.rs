//! The playground: the built-in provider and API, on a port of this machine while it is used.

use std::sync::Arc;

use gatepass_oauth::ports::{Clock as _, Randomness as _};
use gatepass_oauth::{Code, Failure};
use gatepass_platform::clock::SystemClock;
use gatepass_platform::loopback::{Mounted, mount};
use gatepass_platform::randomness::SystemRandomness;
use gatepass_playground::{Playground, Settings, Surroundings, sample_collection};
use serde_json::{Value, json};
use url::Url;

use crate::App;
use crate::dto::{ErrorView, PlaygroundView, WorkspaceView};

/// The setting that remembers the collection and the port: the collection names the port, so the next start uses it
/// again if it is free.
const REMEMBERED: &str = "playground";

/// How long its tokens live in the window, in seconds: short enough to see one renewed.
const LIFETIME: u64 = 30;

/// A playground that answers.
pub struct RunningPlayground {
    mounted: Mounted,
    playground: Arc<Playground>,
    base: Url,
}

impl RunningPlayground {
    /// Starts one on `port` (0: a free one), with tokens that live `lifetime_seconds`.
    ///
    /// # Errors
    /// [`Code::PortInUse`], naming the port.
    pub async fn start(port: u16, lifetime_seconds: u64) -> Result<Self, Failure> {
        // The port must be known before the playground can be made, and the listener before the port is.
        let slot: Arc<std::sync::OnceLock<Arc<Playground>>> = Arc::default();
        let answering = Arc::clone(&slot);
        let mounted = mount(
            port,
            Arc::new(move |request| match answering.get() {
                Some(playground) => playground.answer(request),
                None => not_ready(),
            }),
        )
        .await?;
        let base = Url::parse(&format!("http://127.0.0.1:{}", mounted.port())).map_err(|error| {
            Failure::new(
                Code::Configuration,
                "The playground has no address",
                error.to_string(),
                "Try again.",
            )
        })?;
        let mut settings = Settings::new(base.clone());
        settings.lifetime_seconds = lifetime_seconds;
        let playground = Arc::new(Playground::new(settings, Arc::new(Real)));
        let _ = slot.set(Arc::clone(&playground));
        Ok(Self { mounted, playground, base })
    }

    pub fn port(&self) -> u16 {
        self.mounted.port()
    }

    pub fn issuer(&self) -> &str {
        self.playground.issuer()
    }

    /// Where its API is.
    pub fn api(&self) -> String {
        self.playground.api()
    }

    /// The line that the command line prints when it answers.
    pub fn ready(&self) -> Value {
        let users: Vec<Value> = Playground::users()
            .iter()
            .map(|user| json!({ "username": user.username, "password": user.password }))
            .collect();
        json!({ "issuer": self.issuer(), "api": self.api(), "users": users })
    }

    /// The collection that shows each grant, as a Postman document.
    pub fn sample_collection(&self) -> Value {
        sample_collection(&self.base)
    }

    pub async fn shut_down(self) {
        self.mounted.shut_down().await;
    }
}

impl App {
    /// Starts the playground if it does not run, and brings its collection in if it is not there. Returns the
    /// workspace as it is then.
    pub async fn open_playground(&self) -> Result<WorkspaceView, ErrorView> {
        self.start_playground().await?;
        self.open_workspace().await
    }

    async fn start_playground(&self) -> Result<(), ErrorView> {
        let mut running = self.inner.playground.lock().await;
        let remembered = self.remembered_playground().await?;
        if running.is_none() {
            let port = remembered.as_ref().map_or(0, |(port, _)| *port);
            let started = match RunningPlayground::start(port, LIFETIME).await {
                Err(failure) if port != 0 && failure.code == Code::PortInUse => {
                    RunningPlayground::start(0, LIFETIME).await?
                }
                started => started?,
            };
            *running = Some(started);
        }
        let Some(playground) = running.as_ref() else { return Ok(()) };
        let known = match &remembered {
            Some((port, collection)) if *port == playground.port() => self.node(collection).await.is_ok(),
            _ => false,
        };
        if !known {
            let document = playground.sample_collection().to_string();
            let imported = gatepass_interchange::read(document.as_bytes(), "playground.json")?;
            let brought = self.bring_in(imported).await?;
            if let Some(collection) = brought.nodes.first() {
                let remembered = json!({ "port": playground.port(), "collection": collection.id });
                self.database().settings().save(REMEMBERED, &remembered).await?;
            }
        }
        Ok(())
    }

    /// Before a request or sign-in of the playground's own collection: it listens only from then on, and a restart of
    /// the window does not break its requests.
    ///
    /// # Errors
    /// Another program has its port: what the collection would send there is not meant for that one.
    pub(crate) async fn wake_playground(&self, collection: &str) -> Result<(), ErrorView> {
        let Some((port, remembered)) = self.remembered_playground().await? else { return Ok(()) };
        if remembered != collection {
            return Ok(());
        }
        let mut running = self.inner.playground.lock().await;
        if running.is_none() {
            let started = RunningPlayground::start(port, LIFETIME).await.map_err(|failure| {
                let next_step =
                    "End that program, or open the playground once more: it gets a new port and a new collection.";
                Failure { next_step: next_step.to_owned(), ..failure }
            });
            *running = Some(started?);
        }
        Ok(())
    }

    pub(crate) async fn playground_view(&self) -> Result<Option<PlaygroundView>, ErrorView> {
        let running = self.inner.playground.lock().await;
        let Some(playground) = running.as_ref() else { return Ok(None) };
        let collection = self.remembered_playground().await?.map(|(_, collection)| collection);
        Ok(Some(PlaygroundView {
            issuer: playground.issuer().to_owned(),
            api: playground.api(),
            collection: collection.unwrap_or_default(),
        }))
    }

    pub(crate) async fn close_playground(&self) {
        if let Some(playground) = self.inner.playground.lock().await.take() {
            playground.shut_down().await;
        }
    }

    async fn remembered_playground(&self) -> Result<Option<(u16, String)>, ErrorView> {
        let stored = self.database().settings().load(REMEMBERED).await?;
        Ok(stored.and_then(|value| {
            let port = u16::try_from(value.get("port")?.as_u64()?).ok()?;
            Some((port, value.get("collection")?.as_str()?.to_owned()))
        }))
    }
}

/// The machine's clock and randomness, as the playground wants them.
struct Real;

impl Surroundings for Real {
    fn now(&self) -> i64 {
        SystemClock.now().div_euclid(1000)
    }

    fn fill_random(&self, bytes: &mut [u8]) {
        SystemRandomness.fill(bytes);
    }
}

fn not_ready() -> http::Response<Vec<u8>> {
    let mut response = http::Response::new(b"The playground is starting.".to_vec());
    *response.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE;
    response
}
