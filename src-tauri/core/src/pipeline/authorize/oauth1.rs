//! OAuth 1.0 (RFC 5849): each request is signed with the secrets of the client and of the token.

mod rsa;

use aws_lc_rs::{digest, hmac};
use bytes::Bytes;
use gatepass_oauth::Failure;
use url::form_urlencoded;

use super::written::{
    Moment, body, digest_base64, flag, header, hmac_base64, percent_encode, required, text, unusable,
};
use super::{FORM, Journal, set_header};
use crate::exchange::{OutgoingBody, OutgoingRequest};
use crate::workspace::Auth;

const KIND: &str = "OAuth 1.0";

/// The signature methods (RFC 5849 §3.4, with the longer hashes that came after it).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Hmac(Hash),
    Rsa(Hash),
    Plaintext,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

/// Where the parameters go.
enum Place {
    Header,
    Body,
    Query,
}

/// Whether the body is part of the signature by its hash: a form is by its fields.
pub(super) fn covers_body(auth: &Auth, request: &OutgoingRequest) -> bool {
    flag(auth, "includeBodyHash") && !is_form(request)
}

/// Signs the request and adds the parameters to header, form body or query. Parameters by Postman's names:
/// `consumerKey`, `consumerSecret`, `token`, `tokenSecret`, `signatureMethod`, `privateKey` (PEM), `timestamp`,
/// `nonce`, `version`, `realm`, `callback`, `verifier`, `addParamsToHeader`, `addEmptyParamsToSign`,
/// `includeBodyHash`, `disableHeaderEncoding`.
///
/// # Errors
/// The signature method is not known, or the private key cannot be used.
pub(super) fn sign(
    auth: &Auth,
    request: &mut OutgoingRequest,
    moment: Moment<'_>,
    journal: &mut Journal,
) -> Result<(), Failure> {
    let method = Method::parse(&text(auth, "signatureMethod").unwrap_or_else(|| "HMAC-SHA1".to_owned()))?;
    for secret in ["consumerSecret", "token", "tokenSecret"] {
        journal.keep_secret(auth.text(secret));
    }
    let mut parameters = parameters(auth, request, method, moment);
    let base = base_string(request, &parameters);
    let signature = signature(auth, method, &base)?;
    journal.keep_secret(&signature);
    parameters.push(("oauth_signature".to_owned(), signature));
    match place(auth, request) {
        Place::Header => put_into_header(auth, parameters, request),
        Place::Body => put_into_body(&parameters, request),
        Place::Query => drop(request.url.query_pairs_mut().extend_pairs(parameters)),
    }
    Ok(())
}

/// The protocol parameters, unencoded, without the signature.
fn parameters(
    auth: &Auth,
    request: &OutgoingRequest,
    method: Method,
    moment: Moment<'_>,
) -> Vec<(String, String)> {
    let keeps_empty = flag(auth, "addEmptyParamsToSign");
    let optional = |name: &str| {
        Some(text(auth, name).unwrap_or_default()).filter(|text| keeps_empty || !text.is_empty())
    };
    let timestamp = text(auth, "timestamp").unwrap_or_else(|| moment.seconds().to_string());
    let nonce = text(auth, "nonce").unwrap_or_else(|| moment.nonce(16));
    let version = text(auth, "version").or_else(|| {
        let emptied = auth.params.contains_key("version");
        (!emptied).then(|| "1.0".to_owned())
    });
    let body_hash = (covers_body(auth, request) && !body(request).is_empty())
        .then(|| digest_base64(method.hash().digest(), body(request)));
    let all = [
        ("oauth_consumer_key", Some(text(auth, "consumerKey").unwrap_or_default())),
        ("oauth_token", optional("token")),
        ("oauth_signature_method", Some(method.name().to_owned())),
        ("oauth_timestamp", Some(timestamp)),
        ("oauth_nonce", Some(nonce)),
        ("oauth_version", version),
        ("oauth_callback", optional("callback")),
        ("oauth_verifier", optional("verifier")),
        ("oauth_body_hash", body_hash),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// RFC 5849 §3.4.1.
fn base_string(request: &OutgoingRequest, parameters: &[(String, String)]) -> String {
    let mut all: Vec<(String, String)> =
        parameters.iter().map(|(name, value)| (percent_encode(name), percent_encode(value))).collect();
    let mut take = |encoded: &[u8]| {
        let pairs = form_urlencoded::parse(encoded);
        all.extend(pairs.map(|(name, value)| (percent_encode(&name), percent_encode(&value))));
    };
    take(request.url.query().unwrap_or_default().as_bytes());
    if is_form(request) {
        take(body(request));
    }
    all.sort();
    let all: Vec<String> = all.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    // The URL without query, its default port left out, which is how it is kept.
    let url = &request.url[..url::Position::AfterPath];
    format!(
        "{}&{}&{}",
        percent_encode(&request.method.to_uppercase()),
        percent_encode(url),
        percent_encode(&all.join("&"))
    )
}

fn signature(auth: &Auth, method: Method, base: &str) -> Result<String, Failure> {
    // Spaces at the ends of a secret are part of it.
    let secrets = format!(
        "{}&{}",
        percent_encode(auth.text("consumerSecret")),
        percent_encode(auth.text("tokenSecret"))
    );
    Ok(match method {
        Method::Plaintext => secrets,
        Method::Hmac(hash) => hmac_base64(hash.hmac(), secrets.as_bytes(), base.as_bytes()),
        Method::Rsa(hash) => {
            let pem = required(auth, "privateKey", KIND, "private key")?;
            rsa::sign(&pem, hash, base.as_bytes())?
        }
    })
}

fn place(auth: &Auth, request: &OutgoingRequest) -> Place {
    if flag(auth, "addParamsToHeader") {
        Place::Header
    } else if is_form(request) && matches!(request.method.to_ascii_uppercase().as_str(), "POST" | "PUT") {
        Place::Body
    } else {
        Place::Query
    }
}

/// RFC 5849 §3.5.1.
fn put_into_header(auth: &Auth, parameters: Vec<(String, String)>, request: &mut OutgoingRequest) {
    let plain = flag(auth, "disableHeaderEncoding");
    let encoded = |text: &str| if plain { text.to_owned() } else { percent_encode(text) };
    let realm = text(auth, "realm").map(|realm| format!("realm=\"{}\"", realm.replace('"', "%22")));
    let fields = parameters.iter().map(|(name, value)| format!("{name}=\"{}\"", encoded(value)));
    let fields: Vec<String> = realm.into_iter().chain(fields).collect();
    set_header(request, "Authorization", format!("OAuth {}", fields.join(",")));
}

/// RFC 5849 §3.5.2.
fn put_into_body(parameters: &[(String, String)], request: &mut OutgoingRequest) {
    let mut form = body(request).to_vec();
    for (name, value) in parameters {
        if !form.is_empty() {
            form.push(b'&');
        }
        form.extend_from_slice(format!("{name}={}", percent_encode(value)).as_bytes());
    }
    request.body = OutgoingBody::Bytes(Bytes::from(form));
    request.credentials.body = true;
}

fn is_form(request: &OutgoingRequest) -> bool {
    header(request, "content-type").is_some_and(|value| value.trim().to_ascii_lowercase().starts_with(FORM))
}

impl Method {
    fn parse(name: &str) -> Result<Self, Failure> {
        Ok(match name.to_ascii_uppercase().as_str() {
            "HMAC-SHA1" => Method::Hmac(Hash::Sha1),
            "HMAC-SHA256" => Method::Hmac(Hash::Sha256),
            "HMAC-SHA512" => Method::Hmac(Hash::Sha512),
            "RSA-SHA1" => Method::Rsa(Hash::Sha1),
            "RSA-SHA256" => Method::Rsa(Hash::Sha256),
            "RSA-SHA512" => Method::Rsa(Hash::Sha512),
            "PLAINTEXT" => Method::Plaintext,
            _ => {
                return Err(unusable(
                    KIND,
                    "The signature method is not known",
                    "Choose HMAC-SHA1, HMAC-SHA256, HMAC-SHA512, RSA-SHA1, RSA-SHA256, RSA-SHA512 or PLAINTEXT.",
                ));
            }
        })
    }

    fn name(self) -> &'static str {
        match self {
            Method::Hmac(Hash::Sha1) => "HMAC-SHA1",
            Method::Hmac(Hash::Sha256) => "HMAC-SHA256",
            Method::Hmac(Hash::Sha512) => "HMAC-SHA512",
            Method::Rsa(Hash::Sha1) => "RSA-SHA1",
            Method::Rsa(Hash::Sha256) => "RSA-SHA256",
            Method::Rsa(Hash::Sha512) => "RSA-SHA512",
            Method::Plaintext => "PLAINTEXT",
        }
    }

    fn hash(self) -> Hash {
        match self {
            Method::Hmac(hash) | Method::Rsa(hash) => hash,
            Method::Plaintext => Hash::Sha1,
        }
    }
}

impl Hash {
    fn digest(self) -> &'static digest::Algorithm {
        match self {
            Hash::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            Hash::Sha256 => &digest::SHA256,
            Hash::Sha512 => &digest::SHA512,
        }
    }

    fn hmac(self) -> hmac::Algorithm {
        match self {
            Hash::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Hash::Sha256 => hmac::HMAC_SHA256,
            Hash::Sha512 => hmac::HMAC_SHA512,
        }
    }
}

#[cfg(test)]
mod tests;
