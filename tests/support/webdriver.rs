//! A WebDriver server of our own with one session on it; Chromium and the window are driven the same way.

use std::{
    ops::Deref,
    process::{Command, Stdio},
    time::Duration,
};

use thirtyfour::{Capabilities, WebDriver};

use crate::{eventually, process::Group};

/// How long one WebDriver command may take. The library's own limit, two minutes, would hide what hangs.
const COMMAND_LIMIT: Duration = Duration::from_secs(20);

/// A session with the server that it runs on. Dropping it ends both, with every process that they started.
#[derive(Debug)]
pub struct Session {
    web: WebDriver,
    _server: Group,
}

impl Session {
    /// Starts the server, which has been told to listen on `port`, and opens a session.
    pub async fn open(server: &mut Command, port: u16, capabilities: Capabilities) -> Self {
        let server = Group::start(server.stdin(Stdio::null()).stdout(Stdio::null()));
        let address = format!("http://127.0.0.1:{port}");
        let web = eventually("a WebDriver session opens", async || {
            WebDriver::builder(&address, capabilities.clone()).request_timeout(COMMAND_LIMIT).await.ok()
        })
        .await;
        Self { web, _server: server }
    }

    /// Ends the session politely: the browser or window closes as if a person had closed it.
    pub async fn quit(&self) {
        self.web.clone().quit().await.expect("the session ends");
    }
}

impl Deref for Session {
    type Target = WebDriver;

    fn deref(&self) -> &WebDriver {
        &self.web
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Otherwise the library waits for a polite end, in vain where the program was killed. An error means that the
        // session has ended already.
        let _ = self.web.clone().leak();
    }
}
