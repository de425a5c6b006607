//! Cookies between exchanges (RFC 6265).

use std::sync::{PoisonError, RwLock};

use cookie_store::CookieStore;
use url::Url;

/// Where the cookies of a workspace are kept. Asked at each hop of a request whose settings have cookies on.
pub trait CookieJar: Send + Sync {
    /// The value of the `Cookie` header for this URL; `None` if there is nothing to send.
    fn cookie_header(&self, url: &Url) -> Option<String>;
    /// Takes in the `Set-Cookie` values of an answer from this URL. What RFC 6265 refuses is left out.
    fn take_in(&self, url: &Url, set_cookie: &[&str]);
}

/// A jar that lives as long as the process.
#[derive(Default)]
pub struct MemoryCookieJar {
    cookies: RwLock<CookieStore>,
}

impl CookieJar for MemoryCookieJar {
    fn cookie_header(&self, url: &Url) -> Option<String> {
        let cookies = self.cookies.read().unwrap_or_else(PoisonError::into_inner);
        let pairs: Vec<String> =
            cookies.get_request_values(url).map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    fn take_in(&self, url: &Url, set_cookie: &[&str]) {
        let mut cookies = self.cookies.write().unwrap_or_else(PoisonError::into_inner);
        for line in set_cookie {
            if let Err(reason) = cookies.parse(line, url) {
                tracing::debug!(host = url.host_str(), %reason, "a cookie was not taken");
            }
        }
    }
}
