//! PKCS#12 containers (RFC 7292), turned into PEM: for client keys here, and for whoever makes TLS connections.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p12_keystore::Pkcs12Archive;
use zeroize::Zeroizing;

use crate::failure::{Code, Failure};
use crate::secret::Secret;

/// The private key and the certificates of a container, as PEM blocks: the key first, then its certificate, then
/// the others. `container` is Base64, in one line or several.
///
/// # Errors
/// [`Code::Configuration`] if it is no container, the password is wrong, or it holds no private key.
pub fn to_pem(container: &Secret, password: Option<&Secret>) -> Result<Secret, Failure> {
    let compact: Zeroizing<String> = Zeroizing::new(container.expose().split_whitespace().collect());
    let bytes = STANDARD
        .decode(compact.as_bytes())
        .map(Zeroizing::new)
        .map_err(|_| unreadable("It is not Base64.", "Choose the file again."))?;
    bytes_to_pem(&bytes, password)
}

/// The same for the bytes of a file.
///
/// # Errors
/// As [`to_pem`].
pub fn bytes_to_pem(container: &[u8], password: Option<&Secret>) -> Result<Secret, Failure> {
    let password = password.map_or("", Secret::expose);
    let archive = Pkcs12Archive::from_pkcs12(container, password).map_err(|_| {
        unreadable(
            "The password is wrong, or the file is damaged or none of its kind.",
            "Enter its password again.",
        )
    })?;
    let Some(key) = archive.keys.first() else {
        return Err(unreadable("It holds no private key.", "Export it again, with the private key."));
    };
    let own_id = key.local_key_id.as_ref().map(|id| id.0.as_slice());
    let (own, others): (Vec<_>, Vec<_>) = archive
        .certs
        .iter()
        .partition(|certificate| own_id.is_some() && certificate.local_key_id.as_deref() == own_id);
    let mut pem = block("PRIVATE KEY", key.key.as_der());
    for certificate in own.into_iter().chain(others) {
        pem.push_str(&block("CERTIFICATE", certificate.cert.as_der()));
    }
    Ok(Secret::new(std::mem::take(&mut *pem)))
}

/// One PEM block (RFC 7468).
fn block(label: &str, der: &[u8]) -> Zeroizing<String> {
    let body = Zeroizing::new(STANDARD.encode(der));
    let mut text = Zeroizing::new(format!("-----BEGIN {label}-----\n"));
    for line in body.as_bytes().chunks(64) {
        text.extend(line.iter().map(|byte| char::from(*byte)));
        text.push('\n');
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}

fn unreadable(cause: &str, next_step: &str) -> Failure {
    Failure::new(Code::Configuration, "The PKCS#12 file can’t be read", cause, next_step)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::testing::keys;

    fn container() -> Secret {
        Secret::from(keys::P256_PKCS12)
    }

    #[test]
    fn the_key_comes_first_and_its_certificate_next() {
        let pem = to_pem(&container(), Some(&Secret::from(keys::PKCS12_PASSWORD))).unwrap();
        let labels: Vec<&str> = pem.expose().lines().filter(|line| line.starts_with("-----BEGIN")).collect();
        assert_eq!(labels, ["-----BEGIN PRIVATE KEY-----", "-----BEGIN CERTIFICATE-----"]);
        assert!(
            keys::P256_WITH_CERTIFICATE
                .contains(pem.expose().split_once("-----BEGIN CERTIFICATE-----").unwrap().1)
        );
    }

    #[test]
    fn a_wrong_password_is_told() {
        for password in [None, Some(Secret::from("hunter2"))] {
            let failure = to_pem(&container(), password.as_ref()).err().unwrap();
            assert!(failure.cause.contains("password"));
            assert!(!serde_json::to_string(&failure).unwrap().contains("hunter2"));
        }
    }

    #[test]
    fn what_is_no_container_is_told() {
        for text in ["", "!", "AAAA"] {
            assert!(to_pem(&Secret::from(text), None).is_err(), "{text}");
        }
    }

    proptest! {
        // Each case derives keys, which takes its time in an unoptimised build.
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = bytes_to_pem(&bytes, None);
        }

        #[test]
        fn a_damaged_container_never_panics(at in 0usize..1000, value in any::<u8>()) {
            let mut bytes = STANDARD.decode(keys::P256_PKCS12).unwrap();
            let length = bytes.len();
            bytes[at % length] = value;
            let _ = bytes_to_pem(&bytes, Some(&Secret::from(keys::PKCS12_PASSWORD)));
        }
    }
}
