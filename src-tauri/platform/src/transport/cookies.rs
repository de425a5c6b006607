//! Cookies between exchanges (RFC 6265).

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use cookie_store::{CookieDomain, CookieExpiration, CookieStore, RawCookie};
use gatepass_core::cookie::Cookie;
use gatepass_core::ports::ScriptCookies;
use gatepass_core::scripting::{CookieCall, Refusal, ScriptCookie};
use gatepass_oauth::ports::UnixMillis;
use url::Url;

/// Where the cookies of a workspace are kept. Asked at each hop of a request whose settings have cookies on.
pub trait CookieJar: Send + Sync {
    /// The value of the `Cookie` header for this URL; `None` if there is nothing to send.
    fn cookie_header(&self, url: &Url) -> Option<String>;
    /// Takes in the `Set-Cookie` values of an answer from this URL. What RFC 6265 refuses is left out.
    fn take_in(&self, url: &Url, set_cookie: &[&str]);
}

/// A jar in memory, which can be looked into, edited, and filled with what was kept elsewhere.
#[derive(Default)]
pub struct MemoryCookieJar {
    cookies: RwLock<CookieStore>,
}

impl MemoryCookieJar {
    /// All cookies that have not expired, by domain, path and name.
    pub fn cookies(&self) -> Vec<Cookie> {
        let mut cookies: Vec<Cookie> = self.read().iter_unexpired().map(shown).collect();
        cookies.sort_by(|a, b| (&a.domain, &a.path, &a.name).cmp(&(&b.domain, &b.path, &b.name)));
        cookies
    }

    /// Puts a cookie in, in place of the one with the same name, domain and path. Says whether it was taken: a cookie
    /// needs a host that can be asked and a valid name, and must not have expired.
    pub fn put(&self, cookie: &Cookie) -> bool {
        let scheme = if cookie.secure { "https" } else { "http" };
        let Ok(url) = Url::parse(&format!("{scheme}://{}{}", cookie.domain, cookie.path)) else {
            return false;
        };
        let mut raw = RawCookie::build((cookie.name.clone(), cookie.value.clone()))
            .path(cookie.path.clone())
            .secure(cookie.secure)
            .http_only(cookie.http_only);
        if !cookie.host_only {
            raw = raw.domain(cookie.domain.clone());
        }
        if let Some(at) = cookie.expires_at {
            let Ok(at) = time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000) else {
                return false;
            };
            raw = raw.expires(at);
        }
        self.write().insert_raw(&raw.build(), &url).is_ok()
    }

    /// Takes one out. Says whether it was there.
    pub fn remove(&self, domain: &str, path: &str, name: &str) -> bool {
        self.write().remove(domain, path, name).is_some()
    }

    /// Takes all out.
    pub fn clear(&self) {
        self.write().clear();
    }

    fn read(&self) -> RwLockReadGuard<'_, CookieStore> {
        self.cookies.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, CookieStore> {
        self.cookies.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Scripts see what is sent to a URL, and change the jar that it comes from.
impl ScriptCookies for MemoryCookieJar {
    fn list(&self, url: &Url) -> Vec<ScriptCookie> {
        self.read().matches(url).into_iter().map(|cookie| told(shown(cookie))).collect()
    }

    fn change(
        &self,
        url: &Url,
        call: CookieCall,
        cookie: Option<ScriptCookie>,
        name: Option<&str>,
    ) -> Result<(), Refusal> {
        match (call, cookie) {
            (CookieCall::List, _) => {}
            (CookieCall::Set, Some(cookie)) => self.set_from_script(url, cookie)?,
            (CookieCall::Set, None) => {
                return Err(Refusal::new("usage", "A cookie to set needs a name and a value"));
            }
            (CookieCall::Unset | CookieCall::Clear, _) => {
                let wanted = name.filter(|_| call == CookieCall::Unset);
                for cookie in ScriptCookies::list(self, url) {
                    if wanted.is_none_or(|name| cookie.name == name) {
                        self.remove(&cookie.domain, &cookie.path, &cookie.name);
                    }
                }
            }
        }
        Ok(())
    }
}

impl MemoryCookieJar {
    fn set_from_script(&self, url: &Url, cookie: ScriptCookie) -> Result<(), Refusal> {
        let host = url.host_str().unwrap_or_default();
        let domain = cookie.domain.trim_start_matches('.').to_owned();
        let host_only = domain.is_empty() || domain.eq_ignore_ascii_case(host);
        let taken = self.put(&Cookie {
            name: cookie.name,
            value: cookie.value,
            domain: if domain.is_empty() { host.to_owned() } else { domain },
            host_only,
            path: if cookie.path.is_empty() { "/".to_owned() } else { cookie.path },
            secure: cookie.secure,
            http_only: cookie.http_only,
            expires_at: cookie.expires,
        });
        if taken {
            Ok(())
        } else {
            Err(Refusal::new("usage", "The cookie's name, domain or path cannot be used, or it has expired"))
        }
    }
}

fn told(cookie: Cookie) -> ScriptCookie {
    ScriptCookie {
        name: cookie.name,
        value: cookie.value,
        domain: cookie.domain,
        path: cookie.path,
        secure: cookie.secure,
        http_only: cookie.http_only,
        expires: cookie.expires_at,
    }
}

impl CookieJar for MemoryCookieJar {
    fn cookie_header(&self, url: &Url) -> Option<String> {
        let cookies = self.read();
        let mut header = String::new();
        for (name, value) in cookies.get_request_values(url) {
            if !header.is_empty() {
                header.push_str("; ");
            }
            header.push_str(name);
            header.push('=');
            header.push_str(value);
        }
        (!header.is_empty()).then_some(header)
    }

    fn take_in(&self, url: &Url, set_cookie: &[&str]) {
        let mut cookies = self.write();
        for line in set_cookie {
            if let Err(reason) = cookies.parse(line, url) {
                tracing::debug!(host = url.host_str(), %reason, "a cookie was not taken");
            }
        }
    }
}

fn shown(cookie: &cookie_store::Cookie<'static>) -> Cookie {
    let (domain, host_only) = match &cookie.domain {
        CookieDomain::HostOnly(host) => (host.clone(), true),
        CookieDomain::Suffix(domain) => (domain.clone(), false),
        CookieDomain::NotPresent | CookieDomain::Empty => (String::new(), true),
    };
    Cookie {
        name: cookie.name().to_owned(),
        value: cookie.value().to_owned(),
        domain,
        host_only,
        path: cookie.path.to_string(),
        secure: cookie.secure().unwrap_or_default(),
        http_only: cookie.http_only().unwrap_or_default(),
        expires_at: match cookie.expires {
            CookieExpiration::AtUtc(at) => Some((at.unix_timestamp_nanos() / 1_000_000) as UnixMillis),
            CookieExpiration::SessionEnd => None,
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn jar(set_cookie: &[&str]) -> MemoryCookieJar {
        let jar = MemoryCookieJar::default();
        jar.take_in(&url("https://www.shop.example/cart/view"), set_cookie);
        jar
    }

    #[test]
    fn cookies_go_back_where_they_belong() {
        let jar = jar(&[
            "a=1",
            "b=2; Domain=shop.example; Path=/",
            "c=3; Path=/; Secure",
            "d=4; Domain=evil.example",
        ]);
        let sent = |text: &str| {
            let header = jar.cookie_header(&url(text)).unwrap_or_default();
            let mut pairs: Vec<&str> = header.split("; ").collect();
            pairs.sort_unstable();
            pairs.join(";")
        };
        assert_eq!(sent("https://www.shop.example/cart/x"), "a=1;b=2;c=3");
        assert_eq!(sent("https://www.shop.example/"), "b=2;c=3");
        assert_eq!(sent("http://www.shop.example/"), "b=2");
        assert_eq!(sent("https://api.shop.example/"), "b=2");
        assert_eq!(sent("https://evil.example/"), "");
        assert_eq!(sent("https://notshop.example/"), "");
    }

    #[test]
    fn what_is_shown_can_be_put_back() {
        let first = jar(&["a=1", "b=2; Domain=shop.example; Path=/x; HttpOnly; Secure; Max-Age=3600"]);
        let shown = first.cookies();
        assert_eq!(shown.len(), 2);
        assert!(shown[0].domain == "shop.example" && !shown[0].host_only && shown[0].expires_at.is_some());
        assert!(shown[1].domain == "www.shop.example" && shown[1].host_only && shown[1].path == "/cart");
        let second = MemoryCookieJar::default();
        assert!(shown.iter().all(|cookie| second.put(cookie)));
        assert!(second.cookies() == shown);
    }

    #[test]
    fn a_cookie_can_be_edited_and_removed() {
        let jar = jar(&["a=1"]);
        let mut cookie = jar.cookies().remove(0);
        cookie.value = "2".to_owned();
        assert!(jar.put(&cookie));
        assert_eq!(jar.cookie_header(&url("https://www.shop.example/cart/")).as_deref(), Some("a=2"));
        assert!(jar.remove("www.shop.example", "/cart", "a"));
        assert!(!jar.remove("www.shop.example", "/cart", "a"));
        assert!(jar.cookies().is_empty());
    }

    #[test]
    fn an_expired_cookie_ends_the_one_that_it_replaces() {
        let jar = jar(&["a=1"]);
        jar.take_in(&url("https://www.shop.example/cart/view"), &["a=; Max-Age=0"]);
        assert_eq!(jar.cookie_header(&url("https://www.shop.example/cart/")), None);
    }
}
