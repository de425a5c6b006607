//! What may be shown or kept of an API request and its answer.

use gatepass_oauth::Secret;
use gatepass_oauth::transcript::BLANK;
use url::Url;

use crate::exchange::CredentialPlaces;
use crate::workspace::secrets::{is_secret_field, is_secret_header};

/// Shorter secrets are blanked only where they are the whole value: any text holds an `a`.
const FOUND_WITHIN_FROM: usize = 4;

/// Blanks what is named like a secret, and the secrets that are known.
pub struct Redaction<'a> {
    secrets: &'a [Secret],
    places: &'a CredentialPlaces,
}

impl<'a> Redaction<'a> {
    /// With the secrets that a request was made with, and the places that it carries them in.
    pub fn of(secrets: &'a [Secret], places: &'a CredentialPlaces) -> Self {
        Self { secrets, places }
    }

    /// The URL without password, secret parameters, and secrets in its path.
    pub fn url(&self, url: &Url) -> String {
        let mut shown = url.clone();
        if url.password().is_some() {
            // Cannot fail for a URL that has a password.
            let _ = shown.set_password(Some(BLANK));
        }
        if let Some(query) = url.query() {
            let pieces: Vec<String> = query.split('&').map(|piece| self.pair(piece)).collect();
            shown.set_query(Some(&pieces.join("&")));
        }
        if self.secrets.iter().any(|secret| !secret.is_empty()) {
            let segments: Vec<String> = url.path().split('/').map(|segment| self.segment(segment)).collect();
            shown.set_path(&segments.join("/"));
        }
        // The marker itself would be encoded, and is meant for people.
        shown.as_str().replace("%E2%80%A2", "•")
    }

    /// Header fields, those that carry credentials blanked.
    pub fn headers(&self, headers: &[(String, String)]) -> Vec<(String, String)> {
        headers.iter().map(|(name, value)| (name.clone(), self.header(name, value))).collect()
    }

    /// A text without the secrets that are known.
    pub fn text(&self, text: &str) -> String {
        let mut shown = text.to_owned();
        for secret in self.secrets {
            let secret = secret.expose();
            if secret.len() >= FOUND_WITHIN_FROM && shown.contains(secret) {
                shown = shown.replace(secret, BLANK);
            } else if shown == secret && !secret.is_empty() {
                shown = BLANK.to_owned();
            }
        }
        shown
    }

    fn header(&self, name: &str, value: &str) -> String {
        let chosen = self.places.headers.iter().any(|header| header.eq_ignore_ascii_case(name));
        if !chosen && !is_secret_header(name) {
            return self.text(value);
        }
        match value.split_once(' ') {
            // Of an authorization the scheme may be seen (RFC 9110 §11.4).
            Some((scheme, _)) if name.to_ascii_lowercase().ends_with("authorization") => {
                format!("{} {BLANK}", self.text(scheme))
            }
            _ => BLANK.to_owned(),
        }
    }

    fn pair(&self, piece: &str) -> String {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        let decoded = |text: &str| {
            url::form_urlencoded::parse(text.as_bytes())
                .next()
                .map(|(text, _)| text.into_owned())
                .unwrap_or_default()
        };
        let (plain_name, plain_value) = (decoded(name), decoded(&value.replace('=', "%3D")));
        let shown_name = if self.text(&plain_name) == plain_name { name } else { BLANK };
        if value.is_empty() {
            return piece.replace(name, shown_name);
        }
        if is_secret_field(&plain_name) || self.text(&plain_value) != plain_value {
            format!("{shown_name}={BLANK}")
        } else {
            format!("{shown_name}={value}")
        }
    }

    fn segment(&self, segment: &str) -> String {
        let plain = url::form_urlencoded::parse(
            segment.replace('+', "%2B").replace('=', "%3D").replace('&', "%26").as_bytes(),
        )
        .next()
        .map(|(text, _)| text.into_owned())
        .unwrap_or_default();
        if self.text(&plain) == plain { segment.to_owned() } else { BLANK.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn url(text: &str, secrets: &[&str]) -> String {
        let secrets: Vec<Secret> = secrets.iter().map(|secret| Secret::from(*secret)).collect();
        Redaction::of(&secrets, &CredentialPlaces::default()).url(&Url::parse(text).unwrap())
    }

    #[test]
    fn parameters_that_are_named_like_a_secret_are_blanked() {
        assert_eq!(
            url("https://h/p?a=1&access_token=abc&Api_Key=x&b", &[]),
            "https://h/p?a=1&access_token=•••&Api_Key=•••&b"
        );
    }

    #[test]
    fn known_secrets_are_blanked_wherever_they_stand_and_however_they_are_encoded() {
        assert_eq!(
            url("https://h/keys/my%20key%21/x?q=a+my+key!+b", &["my key!"]),
            "https://h/keys/•••/x?q=•••"
        );
        assert_eq!(url("https://h/my==key/x?q=my==key", &["my==key"]), "https://h/•••/x?q=•••");
    }

    #[test]
    fn a_password_in_the_url_is_blanked() {
        assert_eq!(url("https://alice:hunter2@h/", &[]), "https://alice:•••@h/");
    }

    #[test]
    fn a_url_without_secrets_is_shown_as_it_is() {
        let text = "https://h:8443/a%20b/c;d=1?x=%2F&y&z=1=2&%C3%A9=u";
        assert_eq!(url(text, &["nothing of it"]), text);
    }

    #[test]
    fn headers_with_credentials_show_at_most_their_scheme() {
        let places = CredentialPlaces { headers: vec!["X-Own".to_owned()], body: false };
        let secrets = [Secret::from("hunter22")];
        let headers = [
            ("Authorization", "Bearer abc"),
            ("cookie", "a=b"),
            ("x-own", "k"),
            ("X-Note", "is hunter22"),
            ("Accept", "*/*"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let shown: Vec<String> =
            Redaction::of(&secrets, &places).headers(&headers).into_iter().map(|(_, value)| value).collect();
        assert_eq!(shown, ["Bearer •••", "•••", "•••", "is •••", "*/*"]);
    }
}
