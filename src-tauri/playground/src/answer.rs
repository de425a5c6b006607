//! What goes back: JSON, a page, a redirect; with the headers that every answer carries.

use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::Value;

use crate::pages::Page;

pub(crate) struct Answer {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Vec<u8>,
}

impl Answer {
    pub fn empty(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    pub fn json(status: StatusCode, body: &Value) -> Self {
        let mut answer = Self::empty(status).with(header::CONTENT_TYPE, "application/json");
        answer.body = body.to_string().into_bytes();
        answer
    }

    pub fn page(status: StatusCode, page: &Page) -> Self {
        let mut answer = Self::empty(status)
            .with(header::CONTENT_TYPE, "text/html; charset=utf-8")
            .with(header::CONTENT_SECURITY_POLICY, &page.policy());
        answer.body = page.html().into_bytes();
        answer
    }

    /// 303, so that whatever the method was, what follows is a GET.
    pub fn redirect(location: &str) -> Self {
        Self::empty(StatusCode::SEE_OTHER).with(header::LOCATION, location)
    }

    /// Adds a header. A value that no header can carry is left out (nothing a client sends is put into one unencoded).
    pub fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    pub fn without_body(mut self) -> Self {
        self.body.clear();
        self
    }

    pub fn into_response(self) -> Response<Vec<u8>> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        // The path has secrets, the origin has none. Any stricter, and browsers send `Origin: null` with our forms.
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("origin"));
        for (name, value) in self.headers {
            headers.append(name, value);
        }
        response
    }
}
