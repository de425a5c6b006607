//! Where a redirect leads, and what may go along: pure rules, no sending.

use gatepass_core::exchange::CredentialPlaces;
use http::header::{self, HeaderName};
use http::{Method, StatusCode};
use url::Url;

/// One redirect, read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Redirect {
    pub(super) url: Url,
    pub(super) method: Method,
    /// Whether body and the headers that describe it stay behind.
    pub(super) drop_body: bool,
    /// Whether scheme, host or port differ: credentials stay behind then.
    pub(super) crosses_origin: bool,
}

/// What an answer says about where to go next. `None`: it is the final one (also when its `Location` is
/// missing, no URL, or of another scheme than http and https: the person then sees the answer as it is).
pub(super) fn follow(
    status: StatusCode,
    location: Option<&str>,
    from: &Url,
    method: &Method,
    keep_method: bool,
) -> Option<Redirect> {
    if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let mut url = from.join(location?).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    // RFC 9110 §10.2.2: a fragment is inherited by a Location that has none.
    if url.fragment().is_none() {
        url.set_fragment(from.fragment());
    }
    let becomes_get = !keep_method && turns_into_get(status, method);
    Some(Redirect {
        crosses_origin: url.origin() != from.origin(),
        url,
        method: if becomes_get { Method::GET } else { method.clone() },
        drop_body: becomes_get,
    })
}

/// RFC 9110 §15.4: 303 asks for a GET of whatever was not GET or HEAD; 301 and 302 turn a POST into one by long
/// custom; 307 and 308 change nothing.
fn turns_into_get(status: StatusCode, method: &Method) -> bool {
    match status {
        StatusCode::SEE_OTHER => !matches!(*method, Method::GET | Method::HEAD),
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => *method == Method::POST,
        _ => false,
    }
}

/// Whether a header describes the body, and so goes with it.
pub(super) fn describes_body(name: &HeaderName) -> bool {
    [
        header::CONTENT_TYPE,
        header::CONTENT_LENGTH,
        header::CONTENT_ENCODING,
        header::CONTENT_LANGUAGE,
        header::CONTENT_LOCATION,
        header::TRANSFER_ENCODING,
    ]
    .contains(name)
}

/// Whether a header carries a credential, or belongs to one origin alone, and so must not reach another.
///
/// Beside the standard ones and those that the request names, names that sound like a credential count: an API key
/// that was typed in by hand is a header like any other to us.
pub(super) fn stays_within_origin(name: &HeaderName, places: &CredentialPlaces) -> bool {
    const ALWAYS: [HeaderName; 4] =
        [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION, header::HOST];
    const SOUNDS_LIKE: [&str; 11] = [
        "auth",
        "token",
        "secret",
        "password",
        "apikey",
        "api-key",
        "api_key",
        "session",
        "signature",
        "credential",
        "dpop",
    ];
    ALWAYS.contains(name)
        || places.headers.iter().any(|place| place.eq_ignore_ascii_case(name.as_str()))
        || SOUNDS_LIKE.iter().any(|word| name.as_str().contains(word))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn read(status: u16, method: Method, keep: bool) -> Option<Redirect> {
        let status = StatusCode::from_u16(status).unwrap();
        follow(status, Some("/next"), &url("https://a.example/x"), &method, keep)
    }

    #[test]
    fn the_method_changes_as_rfc_9110_says() {
        let table = [
            (301, Method::GET, Method::GET, false),
            (301, Method::POST, Method::GET, true),
            (301, Method::PUT, Method::PUT, false),
            (302, Method::POST, Method::GET, true),
            (302, Method::DELETE, Method::DELETE, false),
            (303, Method::POST, Method::GET, true),
            (303, Method::PUT, Method::GET, true),
            (303, Method::HEAD, Method::HEAD, false),
            (307, Method::POST, Method::POST, false),
            (308, Method::POST, Method::POST, false),
        ];
        for (status, method, expected, drop_body) in table {
            let redirect = read(status, method.clone(), false).unwrap();
            assert_eq!((redirect.method, redirect.drop_body), (expected, drop_body), "{status} {method}");
            let kept = read(status, method.clone(), true).unwrap();
            assert_eq!((kept.method, kept.drop_body), (method, false), "{status} kept");
        }
    }

    #[test]
    fn other_answers_are_final() {
        for status in [200, 201, 300, 304, 305, 306, 401, 404, 500] {
            assert_eq!(read(status, Method::GET, false), None, "{status}");
        }
    }

    #[test]
    fn scheme_host_and_port_make_an_origin() {
        let from = url("https://a.example/x");
        let table = [
            ("https://a.example/y", false),
            ("https://A.EXAMPLE:443/y", false),
            ("/y", false),
            ("//a.example/y", false),
            ("http://a.example/y", true),
            ("https://a.example:8443/y", true),
            ("https://b.example/y", true),
            ("https://sub.a.example/y", true),
            ("https://a.example.evil/y", true),
            ("https://a.example@b.example/y", true),
        ];
        for (location, crosses) in table {
            let redirect = follow(StatusCode::FOUND, Some(location), &from, &Method::GET, false).unwrap();
            assert_eq!(redirect.crosses_origin, crosses, "{location}");
        }
    }

    #[test]
    fn a_location_that_cannot_be_followed_makes_the_answer_final() {
        for location in [None, Some("ftp://a.example/"), Some("file:///etc/passwd"), Some("http://[::1")] {
            let redirect = follow(StatusCode::FOUND, location, &url("http://a.example"), &Method::GET, false);
            assert_eq!(redirect, None, "{location:?}");
        }
    }

    #[test]
    fn a_fragment_is_inherited_unless_the_location_has_one() {
        let from = url("http://a.example/x#part");
        let inherited = follow(StatusCode::FOUND, Some("/y"), &from, &Method::GET, false).unwrap();
        assert_eq!(inherited.url.fragment(), Some("part"));
        let own = follow(StatusCode::FOUND, Some("/y#other"), &from, &Method::GET, false).unwrap();
        assert_eq!(own.url.fragment(), Some("other"));
    }

    #[test]
    fn credential_headers_are_known_by_standard_by_request_and_by_sound() {
        let places = CredentialPlaces { headers: vec!["X-Custom".to_owned()], body: false };
        for name in [
            "authorization",
            "cookie",
            "proxy-authorization",
            "host",
            "x-custom",
            "x-api-key",
            "x-auth-token",
            "apikey",
            "dpop",
            "x-amz-security-token",
        ] {
            assert!(stays_within_origin(&HeaderName::from_static(name), &places), "{name}");
        }
        for name in ["accept", "content-type", "user-agent", "x-request-id", "accept-language", "range"] {
            assert!(!stays_within_origin(&HeaderName::from_static(name), &places), "{name}");
        }
    }
}
