//! Servers of our own, on loopback only: for the browser that comes back from a sign-in (RFC 8252 §7.3), and for
//! the playground.
//!
//! A redirect is received like this: `target` reads what the redirect URI asks for, `sockets` binds both address
//! families, `port` accepts connections within bounds, `answer` decides about each request, `page` shows how it
//! ended. When no login waits on a port any more, its sockets close at once.

mod answer;
mod mount;
mod page;
mod port;
mod sockets;
mod target;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use gatepass_oauth::failure::{Code, Failure};
use gatepass_oauth::ports::{AwaitedRedirect, RedirectListener, RedirectTarget};
use gatepass_oauth::secret::Secret;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use self::answer::{Answer, Waiting};
pub use self::mount::{Mounted, PureHandler, mount};
use self::page::Outcome;
use self::port::Port;
use self::target::Target;

/// Listens for authorization responses. Clones share their ports.
#[derive(Clone, Default)]
pub struct LoopbackListener {
    ports: Arc<Mutex<Ports>>,
}

#[derive(Default)]
struct Ports {
    open: HashMap<u16, Port>,
    /// Tasks that still hold the sockets of a port that was closed a moment ago.
    closing: HashMap<u16, Vec<JoinHandle<()>>>,
}

impl LoopbackListener {
    /// A listener that listens to nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Ports> {
        self.ports.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens or joins the port, once what is left of an earlier listener on it has gone.
    async fn register(&self, target: &Target, waiting: &Arc<Waiting>) -> Result<u16, Failure> {
        loop {
            let leftover = {
                let mut ports = self.lock();
                match target.port.and_then(|port| ports.closing.remove(&port)) {
                    Some(leftover) => leftover,
                    None => return ports.join(target, waiting),
                }
            };
            for task in leftover {
                // Aborted already: this only waits until its socket is dropped.
                let _ = task.await;
            }
        }
    }
}

impl Ports {
    fn join(&mut self, target: &Target, waiting: &Arc<Waiting>) -> Result<u16, Failure> {
        if let Some(port) = target.port.and_then(|port| self.open.get(&port)) {
            if !port.serves(target) {
                return Err(sockets::in_use(
                    target,
                    port.number,
                    "another sign-in, with another certificate",
                ));
            }
            port.add(Arc::clone(waiting));
            return Ok(port.number);
        }
        let port = Port::open(target)?;
        let number = port.number;
        port.add(Arc::clone(waiting));
        self.closing.remove(&number);
        self.open.insert(number, port);
        Ok(number)
    }

    fn leave(&mut self, number: u16, waiting: &Arc<Waiting>) {
        let Some(port) = self.open.get(&number) else { return };
        if port.remove(waiting)
            && let Some(port) = self.open.remove(&number)
        {
            self.closing.retain(|_, tasks| tasks.iter().any(|task| !task.is_finished()));
            self.closing.insert(number, port.close());
        }
    }
}

#[async_trait]
impl RedirectListener for LoopbackListener {
    async fn listen(
        &self,
        target: &RedirectTarget,
        state: &Secret,
    ) -> Result<Box<dyn AwaitedRedirect>, Failure> {
        let parsed = Target::parse(target)?;
        let (sender, answer) = oneshot::channel();
        let waiting = Arc::new(Waiting::new(&parsed, state.clone(), sender));
        let port = self.register(&parsed, &waiting).await?;
        Ok(Box::new(Awaited {
            redirect_uri: parsed.with_port(port),
            answer: Some(answer),
            reply: None,
            place: Place { ports: Arc::clone(&self.ports), port, waiting },
        }))
    }
}

/// One login's place on a port; given up when dropped.
struct Place {
    ports: Arc<Mutex<Ports>>,
    port: u16,
    waiting: Arc<Waiting>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.ports.lock().unwrap_or_else(PoisonError::into_inner).leave(self.port, &self.waiting);
    }
}

/// One login that waits.
struct Awaited {
    redirect_uri: String,
    answer: Option<oneshot::Receiver<Answer>>,
    reply: Option<oneshot::Sender<Outcome>>,
    #[expect(dead_code, reason = "held for its Drop")]
    place: Place,
}

#[async_trait]
impl AwaitedRedirect for Awaited {
    fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    async fn receive(&mut self) -> Result<Vec<(String, Secret)>, Failure> {
        let answer = match self.answer.as_mut() {
            Some(answer) => answer.await.ok(),
            None => None,
        };
        // Only now: a caller that gave up waiting before may ask again.
        self.answer = None;
        let Answer { parameters, reply } = answer.ok_or_else(|| {
            Failure::new(
                Code::Cancelled,
                "The sign-in no longer waits for the browser.",
                "Its answer has been handed over already, or its listener was closed.",
                "Start the sign-in again.",
            )
        })?;
        self.reply = Some(reply);
        Ok(parameters)
    }

    async fn conclude(&mut self, outcome: Result<(), Failure>) {
        if let Some(reply) = self.reply.take() {
            // The browser may have gone: nobody is to be told then.
            let _ = reply.send(Outcome::from(outcome));
        }
    }
}
