//! Hawk: a MAC over the request line, and over the body where it is asked for (mozilla/hawk, version 1 of its
//! header).

use aws_lc_rs::{digest, hmac};
use gatepass_oauth::Failure;

use super::written::{
    Moment, body, digest_base64, flag, header, hmac_base64, path_and_query, quoted, required, text, unusable,
};
use super::{Journal, set_header};
use crate::exchange::OutgoingRequest;
use crate::workspace::Auth;

const KIND: &str = "Hawk";

/// Whether the body is part of the MAC.
pub(super) fn covers_body(auth: &Auth) -> bool {
    flag(auth, "includePayloadHash")
}

/// Adds the `Authorization` header. Parameters by Postman's names: `authId`, `authKey`, `algorithm` (`sha256`, `sha1`),
/// `nonce`, `timestamp` (seconds), `extraData`, `app`, `delegation`, `includePayloadHash`.
///
/// # Errors
/// Key or id are missing, or the algorithm is not known.
pub(super) fn sign(
    auth: &Auth,
    request: &mut OutgoingRequest,
    moment: Moment<'_>,
    journal: &mut Journal,
) -> Result<(), Failure> {
    let id = required(auth, "authId", KIND, "Hawk auth id")?;
    let key = required(auth, "authKey", KIND, "Hawk auth key")?;
    journal.keep_secret(&key);
    let (mac_algorithm, hash_algorithm) = match text(auth, "algorithm").as_deref() {
        None | Some("sha256") => (hmac::HMAC_SHA256, &digest::SHA256),
        Some("sha1") => (hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &digest::SHA1_FOR_LEGACY_USE_ONLY),
        Some(_) => {
            return Err(unusable(KIND, "Its algorithm is neither sha256 nor sha1", "Choose one of them."));
        }
    };
    let timestamp = text(auth, "timestamp").unwrap_or_else(|| moment.seconds().to_string());
    let nonce = text(auth, "nonce").unwrap_or_else(|| moment.nonce(4));
    let hash = covers_body(auth).then(|| {
        let essence =
            header(request, "content-type").unwrap_or_default().split(';').next().unwrap_or_default();
        let mut payload = format!("hawk.1.payload\n{}\n", essence.trim().to_ascii_lowercase()).into_bytes();
        payload.extend_from_slice(body(request));
        payload.push(b'\n');
        digest_base64(hash_algorithm, &payload)
    });
    let extra = text(auth, "extraData");
    let app = text(auth, "app");
    let delegation = text(auth, "delegation");

    let mut lines = vec![
        "hawk.1.header".to_owned(),
        timestamp.clone(),
        nonce.clone(),
        request.method.to_uppercase(),
        path_and_query(&request.url).to_owned(),
        request.url.host_str().unwrap_or_default().to_ascii_lowercase(),
        request.url.port_or_known_default().unwrap_or_default().to_string(),
        hash.clone().unwrap_or_default(),
        extra.as_deref().unwrap_or_default().replace('\\', "\\\\").replace('\n', "\\n"),
    ];
    if let Some(app) = &app {
        lines.push(app.clone());
        lines.push(delegation.clone().unwrap_or_default());
    }
    let mac = hmac_base64(mac_algorithm, key.as_bytes(), format!("{}\n", lines.join("\n")).as_bytes());

    let mut fields = vec![("id", id), ("ts", timestamp), ("nonce", nonce)];
    fields.extend(hash.map(|hash| ("hash", hash)));
    fields.extend(extra.map(|extra| ("ext", extra)));
    fields.push(("mac", mac));
    if let Some(app) = app {
        fields.push(("app", app));
        fields.extend(delegation.map(|delegation| ("dlg", delegation)));
    }
    let fields: Vec<String> =
        fields.into_iter().map(|(name, value)| format!("{name}={}", quoted(&value))).collect();
    set_header(request, "Authorization", format!("Hawk {}", fields.join(", ")));
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};

    use super::super::examples::{authorization, request, signed};
    use super::*;

    /// The credentials of Hawk's own examples.
    fn params(more: Value) -> Value {
        let mut params = json!({
            "authId": "dh37fgj492je", "authKey": "werxhqb98rpaxn39848xrunpaw3489ruxnpa98w4rxn", "algorithm": "sha256",
            "timestamp": "1353832234", "nonce": "j4h3g2", "extraData": "some-app-ext-data",
        });
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        params
    }

    #[test]
    fn the_examples_of_hawk_come_out_as_printed() {
        let get = request("GET", "http://example.com:8000/resource/1?b=1&a=2", &[], "");
        assert_eq!(
            authorization(&signed("hawk", params(json!({})), get, sign)),
            "Hawk id=\"dh37fgj492je\", ts=\"1353832234\", nonce=\"j4h3g2\", ext=\"some-app-ext-data\", \
             mac=\"6R4rV5iE+NPoym+WwjeHzjAGXUtLNIxmo1vpMofpLAE=\""
        );
        let post = request(
            "POST",
            "http://example.com:8000/resource/1?b=1&a=2",
            &[("Content-Type", "text/plain")],
            "Thank you for flying Hawk",
        );
        assert_eq!(
            authorization(&signed("hawk", params(json!({"includePayloadHash": true})), post, sign)),
            "Hawk id=\"dh37fgj492je\", ts=\"1353832234\", nonce=\"j4h3g2\", \
             hash=\"Yi9LfIIFRtBEPt74PVmbTF/xVAwPn7ub15ePICfgnuY=\", ext=\"some-app-ext-data\", \
             mac=\"aSe1DERmZuRl3pI36/9BdZmnErTw3sNzOOAUlfeKjVw=\""
        );
    }

    #[test]
    fn an_application_with_its_delegation_is_part_of_the_mac() {
        let get = || request("GET", "http://example.com/", &[], "");
        let with =
            authorization(&signed("hawk", params(json!({"app": "a1", "delegation": "d1"})), get(), sign));
        let without = authorization(&signed("hawk", params(json!({})), get(), sign));
        assert!(with.ends_with("app=\"a1\", dlg=\"d1\""), "{with}");
        let mac = |header: &str| header.split("mac=").nth(1).unwrap()[..46].to_owned();
        assert_ne!(mac(&with), mac(&without));
    }
}
