//! One request being answered: what every endpoint is given.

use crate::{Settings, Surroundings, keys::SigningKeys, state::State};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

pub(crate) struct Visit<'a> {
    pub settings: &'a Settings,
    pub issuer: &'a str,
    pub keys: &'a SigningKeys,
    pub surroundings: &'a dyn Surroundings,
    pub state: &'a mut State,
    /// Unix seconds, the same throughout one request.
    pub now: i64,
}

impl Visit<'_> {
    /// The absolute URL of `path` (which starts with a slash).
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    /// The identifier of the API as a resource and audience (RFC 8707, 9068).
    pub fn api(&self) -> String {
        self.url("/api")
    }

    /// How long access tokens and ID tokens live, in seconds.
    pub fn lifetime(&self) -> i64 {
        i64::try_from(self.settings.lifetime_seconds).unwrap_or(i64::MAX / 4).min(i64::MAX / 4)
    }

    /// 256 unpredictable bits as text that is safe in a URL, a header and HTML.
    pub fn random_text(&self) -> String {
        let mut bytes = [0; 32];
        self.surroundings.fill_random(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }
}
