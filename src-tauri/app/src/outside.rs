//! The composition root of everything that reaches outside: each adapter is built here, once.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use gatepass_core::exchange::SendSettings;
use gatepass_core::pipeline::{Pipeline, Scripting};
use gatepass_core::ports::Recorder;
use gatepass_oauth::Failure;
use gatepass_oauth::keeper::{Keeper, Surroundings};
use gatepass_oauth::ports::{BrowserOpener, Clock, Randomness, RefreshLock, TokenStore};
use gatepass_platform::browser::SystemBrowser;
use gatepass_platform::clock::SystemClock;
use gatepass_platform::loopback::LoopbackListener;
use gatepass_platform::randomness::SystemRandomness;
use gatepass_platform::spawner::TokioSpawner;
use gatepass_platform::timer::TokioTimer;
use gatepass_platform::transport::{HttpTransport, MemoryCookieJar};

use gatepass_scripting::Sandbox;

use crate::memory_tokens::{MemoryTokens, NoOtherProcess};
use crate::options::Options;
use crate::scripting::ScriptLimits;

/// The transport, the keeper and the clock. Cheap to clone.
#[derive(Clone)]
pub struct Outside {
    transport: HttpTransport,
    keeper: Keeper,
    browser: Arc<dyn BrowserOpener>,
    settings: Arc<RwLock<SendSettings>>,
    script_limits: Arc<RwLock<ScriptLimits>>,
    cookies: Arc<MemoryCookieJar>,
    spool: PathBuf,
}

impl Outside {
    /// With tokens that are kept in the database.
    pub(crate) fn with_database(
        options: &Options,
        tokens: impl TokenStore + 'static,
        lock: impl RefreshLock + 'static,
    ) -> Self {
        Self::build(options, options.data_dir.join("spool"), Arc::new(tokens), Arc::new(lock))
    }

    /// With tokens that end with the process: needs no database and no keyring.
    pub fn in_memory(options: &Options) -> Self {
        Self::build(
            options,
            std::env::temp_dir(),
            Arc::new(MemoryTokens::default()),
            Arc::new(NoOtherProcess),
        )
    }

    fn build(
        options: &Options,
        spool: PathBuf,
        store: Arc<dyn TokenStore>,
        lock: Arc<dyn RefreshLock>,
    ) -> Self {
        let settings = Arc::new(RwLock::new(SendSettings::default()));
        let for_hosts = Arc::clone(&settings);
        let transport = HttpTransport::new(
            Arc::new(move |url: &url::Url| {
                for_hosts.read().unwrap_or_else(PoisonError::into_inner).clone().for_url(url)
            }),
            spool.clone(),
        );
        let browser = browser(options);
        let keeper = Keeper::new(Surroundings {
            http: Arc::new(transport.clone()),
            clock: Arc::new(SystemClock),
            timer: Arc::new(TokioTimer),
            spawner: Arc::new(TokioSpawner::current()),
            randomness: Arc::new(SystemRandomness),
            store,
            lock,
            browser: Arc::clone(&browser),
            redirect: Arc::new(LoopbackListener::new()),
        });
        let cookies = Arc::new(MemoryCookieJar::default());
        let transport = transport.with_cookies(cookies.clone());
        Self { transport, keeper, browser, settings, script_limits: Arc::default(), cookies, spool }
    }

    /// Gets and keeps tokens.
    pub fn keeper(&self) -> &Keeper {
        &self.keeper
    }

    /// What opens sign-in pages.
    pub(crate) fn browser(&self) -> &dyn BrowserOpener {
        &*self.browser
    }

    /// What sends requests; `recorder` remembers them.
    pub fn pipeline(&self, recorder: Option<Arc<dyn Recorder>>) -> Pipeline {
        Pipeline {
            keeper: self.keeper.clone(),
            transport: Arc::new(self.transport.clone()),
            clock: Arc::new(SystemClock),
            randomness: Arc::new(SystemRandomness),
            recorder,
            scripting: None,
        }
    }

    /// The same, and it runs scripts. To be made for one run: what the scripts needed ends with it.
    pub fn pipeline_with_scripts(&self, recorder: Option<Arc<dyn Recorder>>) -> Pipeline {
        let limits = *self.script_limits.read().unwrap_or_else(PoisonError::into_inner);
        let scripting =
            Scripting { engine: Arc::new(Sandbox::new(limits)), cookies: Some(self.cookies.clone()) };
        Pipeline { scripting: Some(scripting), ..self.pipeline(recorder) }
    }

    /// How much scripts may take from now on.
    pub fn set_script_limits(&self, limits: ScriptLimits) {
        *self.script_limits.write().unwrap_or_else(PoisonError::into_inner) = limits;
    }

    /// How requests are sent from now on: token requests and API requests alike.
    pub fn set_send_settings(&self, settings: SendSettings) {
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    /// How requests are sent where nothing else is said.
    pub fn send_settings(&self) -> SendSettings {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The jar that requests send from and answers fill.
    pub fn cookies(&self) -> &Arc<MemoryCookieJar> {
        &self.cookies
    }

    pub(crate) fn spool(&self) -> &Path {
        &self.spool
    }

    pub(crate) fn randomness() -> Arc<dyn Randomness> {
        Arc::new(SystemRandomness)
    }

    /// Milliseconds since 1970.
    pub fn now(&self) -> i64 {
        SystemClock.now()
    }
}

fn browser(options: &Options) -> Arc<dyn BrowserOpener> {
    if options.open_browser {
        Arc::new(SystemBrowser::new(options.browser.clone()))
    } else {
        Arc::new(NoBrowser)
    }
}

/// Opens nothing, because nothing was to be opened.
struct NoBrowser;

#[async_trait]
impl BrowserOpener for NoBrowser {
    async fn open(&self, _url: &url::Url) -> Result<(), Failure> {
        Ok(())
    }
}
