//! Akamai EdgeGrid: `EG1-HMAC-SHA256` over the request line, chosen headers and the body of a POST.

use aws_lc_rs::{digest, hmac};
use gatepass_oauth::Failure;
use time::OffsetDateTime;
use time::macros::format_description;
use url::Url;

use super::written::{
    Moment, body, digest_base64, header, hmac_base64, host, path_and_query, required, text, unusable,
};
use super::{Journal, set_header};
use crate::exchange::OutgoingRequest;
use crate::workspace::Auth;

const KIND: &str = "Akamai EdgeGrid";
/// How much of a body is signed where the config says nothing, in bytes.
const USUAL_MAX_BODY: usize = 131_072;

/// Adds the `Authorization` header. Parameters by Postman's names: `accessToken`, `clientToken`, `clientSecret`,
/// `nonce`, `timestamp` (`20140321T19:34:21+0000`), `baseURL` (the host that is signed, if it is not the URL's),
/// `headersToSign` (names, separated by commas), `maxBodySize`.
///
/// # Errors
/// A credential is missing, or `baseURL` is no URL.
pub(super) fn sign(
    auth: &Auth,
    request: &mut OutgoingRequest,
    moment: Moment<'_>,
    journal: &mut Journal,
) -> Result<(), Failure> {
    let client_token = required(auth, "clientToken", KIND, "client token")?;
    let access_token = required(auth, "accessToken", KIND, "access token")?;
    let client_secret = required(auth, "clientSecret", KIND, "client secret")?;
    for secret in [&client_token, &access_token, &client_secret] {
        journal.keep_secret(secret);
    }
    let timestamp = text(auth, "timestamp").unwrap_or_else(|| timestamp(moment.seconds()));
    let nonce = text(auth, "nonce").unwrap_or_else(|| {
        let mut bytes = [0; 16];
        moment.randomness.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    });
    let unsigned = format!(
        "EG1-HMAC-SHA256 client_token={client_token};access_token={access_token};timestamp={timestamp};nonce={nonce};"
    );
    let signed = [
        request.method.to_uppercase(),
        request.url.scheme().to_owned(),
        signed_host(auth, request)?,
        path_and_query(&request.url).to_owned(),
        signed_headers(auth, request),
        content_hash(auth, request),
        unsigned.clone(),
    ]
    .join("\t");
    let key = hmac_base64(hmac::HMAC_SHA256, client_secret.as_bytes(), timestamp.as_bytes());
    let signature = hmac_base64(hmac::HMAC_SHA256, key.as_bytes(), signed.as_bytes());
    set_header(request, "Authorization", format!("{unsigned}signature={signature}"));
    Ok(())
}

fn timestamp(seconds: i64) -> String {
    let format = format_description!("[year][month][day]T[hour]:[minute]:[second]+0000");
    let now = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    now.format(format).expect("a date has all the parts of this format")
}

fn signed_host(auth: &Auth, request: &OutgoingRequest) -> Result<String, Failure> {
    let Some(base) = text(auth, "baseURL") else { return Ok(host(request)) };
    let whole = if base.contains("://") { base } else { format!("https://{base}") };
    match Url::parse(&whole) {
        Ok(url) if url.has_host() => Ok(url[url::Position::BeforeHost..url::Position::AfterPort].to_owned()),
        _ => Err(unusable(
            KIND,
            "The base URL is no URL",
            "Correct it, or leave it empty to sign the request's host.",
        )),
    }
}

/// `name:value` of each, white space folded, in the order in which they are named.
fn signed_headers(auth: &Auth, request: &OutgoingRequest) -> String {
    let names = text(auth, "headersToSign").unwrap_or_default();
    let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
    let lines: Vec<String> = names
        .filter_map(|name| {
            let folded: Vec<&str> = header(request, name)?.split_whitespace().collect();
            Some(format!("{}:{}", name.to_ascii_lowercase(), folded.join(" ")))
        })
        .collect();
    lines.join("\t")
}

/// Of a POST with a body, and of no other method.
fn content_hash(auth: &Auth, request: &OutgoingRequest) -> String {
    let body = body(request);
    if !request.method.eq_ignore_ascii_case("POST") || body.is_empty() {
        return String::new();
    }
    let most = text(auth, "maxBodySize").and_then(|size| size.parse().ok()).unwrap_or(USUAL_MAX_BODY);
    digest_base64(&digest::SHA256, &body[..body.len().min(most)])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::super::examples::{authorization, request, signed};
    use super::*;

    /// The signature with the credentials of Akamai's published test data.
    fn signature(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
        let params = json!({
            "accessToken": "akab-access-token-xxx-xxxxxxxxxxxxxxxx",
            "clientToken": "akab-client-token-xxx-xxxxxxxxxxxxxxxx",
            "clientSecret": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=",
            "nonce": "nonce-xx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", "timestamp": "20140321T19:34:21+0000",
            "headersToSign": "X-Test1,X-Test2,X-Test3", "maxBodySize": 2048,
        });
        let url = format!("https://akaa-baseurl-xxxxxxxxxxx-xxxxxxxxxxxxx.luna.akamaiapis.net{path}");
        let header = authorization(&signed("edgegrid", params, request(method, &url, headers, body), sign));
        let (unsigned, signature) = header.split_once("signature=").unwrap();
        assert_eq!(
            unsigned,
            "EG1-HMAC-SHA256 client_token=akab-client-token-xxx-xxxxxxxxxxxxxxxx;\
             access_token=akab-access-token-xxx-xxxxxxxxxxxxxxxx;timestamp=20140321T19:34:21+0000;\
             nonce=nonce-xx-xxxx-xxxx-xxxx-xxxxxxxxxxxx;"
        );
        signature.to_owned()
    }

    #[test]
    fn akamais_published_requests_get_their_published_signatures() {
        assert_eq!(signature("GET", "/", &[], ""), "tL+y4hxyHxgWVD30X3pWnGKHcPzmrIF+LThiAOhMxYU=");
        assert_eq!(
            signature("GET", "/testapi/v1/t1?p1=1&p2=2", &[], ""),
            "hKDH1UlnQySSHjvIcZpDMbQHihTQ0XyVAKZaApabdeA="
        );
        assert_eq!(
            signature("POST", "/testapi/v1/t3", &[], "datadatadatadatadatadatadatadata"),
            "hXm4iCxtpN22m4cbZb4lVLW5rhX8Ca82vCFqXzSTPe4="
        );
    }

    #[test]
    fn a_header_counts_with_its_white_space_folded() {
        let plain = signature("GET", "/testapi/v1/t4", &[("X-Test1", "test-simple-header")], "");
        assert_eq!(plain, "8F9AybcRw+PLxnvT+H0JRkjROrrUgsxJTnRXMzqvcwY=");
        let padded = signature("GET", "/testapi/v1/t4", &[("X-Test1", "  test-simple-header ")], "");
        assert_eq!(padded, plain);
        assert_ne!(signature("GET", "/testapi/v1/t4", &[], ""), plain);
    }

    #[test]
    fn the_time_is_written_in_utc() {
        assert_eq!(timestamp(1_395_430_461), "20140321T19:34:21+0000");
    }
}
