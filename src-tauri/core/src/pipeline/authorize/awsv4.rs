//! AWS Signature, version 4, made by AWS's own signer.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode, sign as sign_request,
};
use aws_sigv4::sign::v4::SigningParams;
use gatepass_oauth::Failure;

use super::written::{Moment, body, flag, host, required, text, unusable};
use super::{Journal, set_header};
use crate::exchange::OutgoingRequest;
use crate::workspace::Auth;

const KIND: &str = "AWS Signature";

/// Adds the signature to the headers or the query. Parameters by Postman's names: `accessKey`, `secretKey`,
/// `sessionToken`, `region` (`us-east-1` if empty), `service` (`execute-api` if empty), `addAuthDataToQuery`.
///
/// Host, content type and every `X-Amz-…` header are signed; others may be changed on the way without harm.
///
/// # Errors
/// A key is missing, or the request cannot be signed as it stands.
pub(super) fn sign(
    auth: &Auth,
    request: &mut OutgoingRequest,
    moment: Moment<'_>,
    journal: &mut Journal,
) -> Result<(), Failure> {
    let access_key = required(auth, "accessKey", KIND, "access key")?;
    let secret_key = required(auth, "secretKey", KIND, "secret key")?;
    let session_token = text(auth, "sessionToken");
    journal.keep_secret(&secret_key);
    journal.keep_secret(session_token.as_deref().unwrap_or_default());
    let region = text(auth, "region").unwrap_or_else(|| "us-east-1".to_owned());
    let service = text(auth, "service").unwrap_or_else(|| "execute-api".to_owned());
    let into_query = flag(auth, "addAuthDataToQuery");
    let identity = Credentials::new(access_key, secret_key, session_token, None, "auth config").into();
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(moment.now).unwrap_or_default());
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(&region)
        .name(&service)
        .time(now)
        .settings(settings(&service, into_query))
        .build()
        .map_err(|error| refused(&error))?
        .into();

    let host = host(request);
    let signed = request.headers.iter().filter(|(name, _)| {
        let name = name.to_ascii_lowercase();
        name == "content-type" || name.starts_with("x-amz-") && name != "x-amz-date"
    });
    let headers = [("host", host.as_str())]
        .into_iter()
        .chain(signed.map(|(name, value)| (name.as_str(), value.as_str())));
    let payload = match (service.as_str(), into_query) {
        // A presigned S3 address says nothing of the body.
        ("s3", true) => SignableBody::UnsignedPayload,
        _ => SignableBody::Bytes(body(request)),
    };
    let signable = SignableRequest::new(&request.method, request.url.as_str(), headers, payload)
        .map_err(|error| refused(&error))?;
    let (instructions, _) =
        sign_request(signable, &parameters).map_err(|error| refused(&error))?.into_parts();
    let (headers, query) = instructions.into_parts();
    for header in headers {
        set_header(request, spelling(header.name()), header.value().to_owned());
    }
    for (name, value) in query {
        request.url.query_pairs_mut().append_pair(name, &value);
    }
    Ok(())
}

/// S3 takes paths as they are and wants the body's hash in a header of its own; all others do neither.
fn settings(service: &str, into_query: bool) -> SigningSettings {
    let mut settings = SigningSettings::default();
    if service == "s3" {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    if into_query {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.payload_checksum_kind = PayloadChecksumKind::NoHeader;
        settings.expires_in = Some(Duration::from_secs(86_400));
    }
    settings
}

/// As AWS writes them.
fn spelling(name: &str) -> &str {
    match name {
        "authorization" => "Authorization",
        "x-amz-date" => "X-Amz-Date",
        "x-amz-security-token" => "X-Amz-Security-Token",
        "x-amz-content-sha256" => "X-Amz-Content-Sha256",
        other => other,
    }
}

/// The signer's words are about the form of the request, and hold no key.
fn refused(error: &dyn std::error::Error) -> Failure {
    unusable(
        KIND,
        format!("The request cannot be signed: {error}"),
        "Check the URL and the headers of the request.",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};

    use super::super::examples::{at, auth, authorization, request};
    use super::*;

    /// 2015-08-30T12:36:00Z, the moment of AWS's test suite.
    const MOMENT: i64 = 1_440_938_160_000;

    fn signed(params: Value, mut request: OutgoingRequest) -> OutgoingRequest {
        let mut all = json!({
            "accessKey": "AKIDEXAMPLE", "secretKey": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "region": "us-east-1",
            "service": "service",
        });
        all.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
        at(MOMENT, |moment, journal| sign(&auth("awsv4", all), &mut request, moment, journal)).unwrap();
        request
    }

    fn get(path: &str) -> OutgoingRequest {
        request("GET", &format!("https://example.amazonaws.com{path}"), &[], "")
    }

    fn signature(request: &OutgoingRequest) -> String {
        authorization(request).split("Signature=").nth(1).unwrap().to_owned()
    }

    #[test]
    fn requests_of_awss_test_suite_get_their_published_signatures() {
        let vanilla = signed(json!({}), get("/"));
        assert_eq!(
            authorization(&vanilla),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=host;x-amz-date, \
             Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        );
        let query = signed(json!({}), get("/?Param2=value2&Param1=value1"));
        assert_eq!(signature(&query), "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
    }

    #[test]
    fn a_session_token_is_sent_and_signed() {
        let sent = signed(json!({"sessionToken": "the session"}), get("/"));
        let token = sent.headers.iter().find(|(name, _)| name == "X-Amz-Security-Token").unwrap();
        assert_eq!(token.1, "the session");
        assert!(authorization(&sent).contains("SignedHeaders=host;x-amz-date;x-amz-security-token"));
        assert!(sent.credentials.headers.contains(&"X-Amz-Security-Token".to_owned()));
    }

    #[test]
    fn the_query_can_carry_the_signature() {
        let sent = signed(json!({"addAuthDataToQuery": true, "sessionToken": "t"}), get("/?a=1"));
        let query = sent.url.query().unwrap();
        assert!(query.starts_with("a=1&") && query.contains("X-Amz-Signature="), "{query}");
        assert!(query.contains("X-Amz-Security-Token=t"), "{query}");
        assert!(sent.headers.is_empty());
    }

    #[test]
    fn the_body_is_part_of_the_signature_and_s3_gets_its_hash() {
        let post = |body: &str| request("POST", "https://example.amazonaws.com/", &[], body);
        assert_ne!(signature(&signed(json!({}), post("one"))), signature(&signed(json!({}), post("two"))));
        let sent = signed(json!({"service": "s3"}), post("one"));
        assert!(sent.headers.iter().any(|(name, _)| name == "X-Amz-Content-Sha256"));
    }
}
