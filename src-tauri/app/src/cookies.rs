//! The cookies of the workspace: in memory while it runs, as ciphertext in the database behind that.

use std::sync::Arc;

use gatepass_core::cookie::Cookie;
use gatepass_platform::transport::MemoryCookieJar;
use gatepass_storage::tables::cookies::{CookieChange, StoredCookie};
use tokio::sync::Mutex;

use crate::App;
use crate::dto::{CookieEdit, CookieView, ErrorView};

/// What the database is known to hold; `None` until it was read.
#[derive(Default)]
pub(crate) struct KeptCookies(Mutex<Option<Vec<Cookie>>>);

impl App {
    /// All cookies of the workspace that have not expired, by domain, path and name; values stay here.
    pub async fn cookies(&self) -> Result<Vec<CookieView>, ErrorView> {
        self.bring_cookies().await;
        Ok(self.jar().cookies().iter().map(CookieView::from).collect())
    }

    /// The value of a cookie, because the person asked to see it.
    pub async fn reveal_cookie(
        &self,
        domain: String,
        path: String,
        name: String,
    ) -> Result<String, ErrorView> {
        self.bring_cookies().await;
        Ok(self.stored_cookie(&domain, &path, &name).map(|cookie| cookie.value).unwrap_or_default())
    }

    /// Sets a cookie, in the place of the one with the same domain, path and name.
    pub async fn set_cookie(&self, cookie: CookieEdit) -> Result<Vec<CookieView>, ErrorView> {
        self.bring_cookies().await;
        let domain = cookie.domain.trim().trim_start_matches('.').to_ascii_lowercase();
        let path = if cookie.path.starts_with('/') { cookie.path } else { format!("/{}", cookie.path) };
        let kept = || self.stored_cookie(&domain, &path, &cookie.name).map(|cookie| cookie.value);
        let value = cookie.value.clone().or_else(kept).unwrap_or_default();
        let taken = self.jar().put(&Cookie {
            name: cookie.name.trim().to_owned(),
            value,
            domain,
            host_only: cookie.host_only,
            path,
            secure: cookie.secure,
            http_only: cookie.http_only,
            expires_at: cookie.expires_at,
        });
        if !taken {
            return Err(ErrorView::plain(
                "usage",
                "This cookie cannot be set",
                "A cookie needs a name and a host that can be asked, and must not have expired.",
                "Correct its name, domain or expiry.",
            ));
        }
        self.keep_cookies().await?;
        self.cookies().await
    }

    /// Deletes one cookie.
    pub async fn delete_cookie(
        &self,
        domain: String,
        path: String,
        name: String,
    ) -> Result<Vec<CookieView>, ErrorView> {
        self.bring_cookies().await;
        self.jar().remove(&domain, &path, &name);
        self.keep_cookies().await?;
        self.cookies().await
    }

    /// Deletes the cookies of a domain; all for `None`.
    pub async fn delete_cookies(&self, domain: Option<String>) -> Result<Vec<CookieView>, ErrorView> {
        self.bring_cookies().await;
        for cookie in self.jar().cookies() {
            if domain.as_ref().is_none_or(|domain| *domain == cookie.domain) {
                self.jar().remove(&cookie.domain, &cookie.path, &cookie.name);
            }
        }
        self.keep_cookies().await?;
        self.cookies().await
    }

    /// Writes down what changed since the last time. Without a key store cookies live as long as the process.
    pub async fn keep_cookies(&self) -> Result<(), ErrorView> {
        let mut kept = self.inner.cookies.0.lock().await;
        // What was never read cannot be told from what was deleted.
        let Some(before) = kept.as_mut() else { return Ok(()) };
        let now = self.jar().cookies();
        if *before == now {
            return Ok(());
        }
        let gone = before.iter().filter(|old| !now.iter().any(|cookie| cookie.place() == old.place()));
        let mut changes: Vec<CookieChange> = gone
            .map(|old| CookieChange::Remove {
                domain: old.domain.clone(),
                path: old.path.clone(),
                name: old.name.clone(),
            })
            .collect();
        for cookie in now.iter().filter(|cookie| !before.contains(cookie)) {
            changes.push(CookieChange::Put(self.definitions().seal_cookie(self.workspace(), cookie).await?));
        }
        self.database().cookies().change(self.workspace(), &changes).await?;
        *before = now;
        Ok(())
    }

    /// Reads the stored cookies into the jar, once. A key store that does not open leaves them where they are.
    pub(crate) async fn bring_cookies(&self) {
        let mut kept = self.inner.cookies.0.lock().await;
        if kept.is_some() {
            return;
        }
        match self.read_cookies().await {
            Ok(cookies) => {
                let in_memory = self.jar().cookies();
                for cookie in &cookies {
                    if !in_memory.iter().any(|newer| newer.place() == cookie.place()) {
                        self.jar().put(cookie);
                    }
                }
                *kept = Some(cookies);
            }
            Err(error) => tracing::warn!("stored cookies are not sent: {}", error.message),
        }
    }

    async fn read_cookies(&self) -> Result<Vec<Cookie>, ErrorView> {
        let mut cookies = Vec::new();
        for stored in self.database().cookies().list(self.workspace()).await? {
            cookies.push(self.definitions().open_cookie(self.workspace(), stored).await?);
        }
        Ok(cookies)
    }

    fn stored_cookie(&self, domain: &str, path: &str, name: &str) -> Option<Cookie> {
        self.jar().cookies().into_iter().find(|cookie| cookie.place() == (domain, path, name))
    }

    fn jar(&self) -> &Arc<MemoryCookieJar> {
        self.outside().cookies()
    }
}

impl From<&Cookie> for CookieView {
    fn from(cookie: &Cookie) -> Self {
        Self {
            name: cookie.name.clone(),
            domain: cookie.domain.clone(),
            path: cookie.path.clone(),
            host_only: cookie.host_only,
            secure: cookie.secure,
            http_only: cookie.http_only,
            expires_at: cookie.expires_at,
        }
    }
}

/// A cookie and its sealed value as a row.
pub(crate) fn row(cookie: &Cookie, sealed: Vec<u8>) -> StoredCookie {
    StoredCookie {
        domain: cookie.domain.clone(),
        path: cookie.path.clone(),
        name: cookie.name.clone(),
        host_only: cookie.host_only,
        secure: cookie.secure,
        http_only: cookie.http_only,
        expires_at: cookie.expires_at,
        sealed,
    }
}
