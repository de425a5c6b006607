//! The person at a terminal, and the record of what was done for them.

use std::io::IsTerminal as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use gatepass_app::dto::FlowFormat;
use gatepass_app::flow_log::export;
use gatepass_app::oauth::Secret;
use gatepass_app::oauth::ports::{FlowObserver, Person, WaitingFor};
use gatepass_app::oauth::transcript::FlowStep;
use tokio::sync::mpsc;

use crate::outcome::Stop;
use crate::terminal;

/// Says on stderr what is waited for; reads the callback URL from stdin where no browser is to be opened.
pub struct TerminalPerson {
    no_browser: bool,
    pasted: tokio::sync::Mutex<mpsc::UnboundedReceiver<String>>,
}

impl TerminalPerson {
    pub fn new(no_browser: bool) -> Self {
        let (sender, pasted) = mpsc::unbounded_channel();
        if no_browser {
            // A thread of its own: reading stdin blocks, and must not keep the program from ending.
            std::thread::spawn(move || {
                for line in std::io::stdin().lines() {
                    match line {
                        Ok(line) if line.trim().is_empty() => {}
                        Ok(line) if sender.send(line.trim().to_owned()).is_ok() => {}
                        _ => return,
                    }
                }
                // The end of stdin is no answer: whoever waits goes on until the time is up.
                std::mem::forget(sender);
            });
        } else {
            std::mem::forget(sender);
        }
        Self { no_browser, pasted: tokio::sync::Mutex::new(pasted) }
    }
}

#[async_trait]
impl Person for TerminalPerson {
    fn waiting(&self, wait: &WaitingFor) {
        match wait {
            WaitingFor::SignIn { authorization_url, redirect_uri, listening, browser_problem, .. } => {
                if let Some(problem) = browser_problem {
                    tell!("{}", terminal::inert(&format!("note: the browser was not opened: {problem}")));
                }
                if self.no_browser || browser_problem.is_some() {
                    tell!("Open this address to sign in:\n{}", terminal::inert_long(authorization_url));
                } else {
                    tell!(
                        "Waiting for the sign-in in the browser. If none opened:\n{}",
                        terminal::inert_long(authorization_url)
                    );
                }
                if self.no_browser || !listening {
                    tell!(
                        "Then paste the address that the browser ends on ({}…) here:",
                        terminal::inert(redirect_uri)
                    );
                }
            }
            WaitingFor::Device { user_code, verification_uri, verification_uri_complete, .. } => {
                let place = verification_uri_complete.as_deref().unwrap_or(verification_uri);
                tell!("Open {} and enter the code {}", terminal::inert(place), terminal::inert(user_code));
            }
            WaitingFor::Backchannel { binding_message, .. } => match binding_message {
                Some(message) => {
                    tell!("Approve the sign-in on your device: {}", terminal::inert(message))
                }
                None => tell!("Approve the sign-in on your device."),
            },
        }
    }

    async fn pasted_callback(&self) -> Secret {
        match self.pasted.lock().await.recv().await {
            Some(url) => Secret::new(url),
            None => std::future::pending().await,
        }
    }

    async fn cancelled(&self) {
        // Ctrl C ends the program as a whole.
        std::future::pending().await
    }
}

/// Whether a browser may be opened from `run` and `send`: somebody is there, or a browser was named.
pub fn somebody_is_there(named_browser: bool) -> bool {
    named_browser || (std::io::stdin().is_terminal() && std::io::stderr().is_terminal())
}

/// The steps that were taken.
#[derive(Default)]
pub struct Steps(Mutex<Vec<FlowStep>>);

impl Steps {
    pub fn taken(&self) -> Vec<FlowStep> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes the steps where `--flow-log` says, if it says so: also of a flow that failed.
    pub fn write_log(&self, file: Option<&Path>) -> Result<(), Stop> {
        let Some(file) = file else { return Ok(()) };
        let is_archive = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("har"));
        let format = if is_archive { FlowFormat::Har } else { FlowFormat::Markdown };
        std::fs::write(file, export(&self.taken(), format)).map_err(|error| {
            Stop::usage(
                "The flow log could not be written",
                format!("{}: {error}.", file.display()),
                "Name a file in a folder that exists and that you may write to.",
            )
        })
    }
}

impl FlowObserver for Steps {
    fn step(&self, step: &FlowStep) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(step.clone());
    }
}
