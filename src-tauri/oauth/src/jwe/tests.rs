#![allow(clippy::unwrap_used)]
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::jwt::Jwt;
use crate::testing::keys;

const SECRET: &str = "a client secret that is long enough for it";
const INNER: &str = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.";

struct Example {
    name: String,
    token: String,
    private: Option<PrivateKey>,
}

impl Example {
    fn open(&self, token: &str) -> Result<String, JweError> {
        let secret = Secret::from(SECRET);
        let keys = DecryptionKeys { private: self.private.as_ref(), secret: Some(&secret) };
        decrypt(&Secret::from(token), keys).map(|inner| inner.expose().to_owned())
    }
}

fn private(pem: &str) -> PrivateKey {
    PrivateKey::from_pem(&Secret::from(pem), None).unwrap()
}

/// Tokens that another implementation encrypted.
fn examples() -> Vec<Example> {
    let rows: Value = serde_json::from_str(keys::ENCRYPTED_TOKENS).unwrap();
    let example = |row: &Value| Example {
        name: format!("{} {} {}", row["alg"], row["enc"], row["key"]),
        token: row["token"].as_str().unwrap().to_owned(),
        private: match row["key"].as_str().unwrap() {
            "rsa" => Some(private(keys::RSA_PKCS8)),
            "P-256" => Some(private(keys::P256_SEC1)),
            "P-521" => Some(private(keys::P521_SEC1)),
            _ => None,
        },
    };
    rows.as_array().unwrap().iter().map(example).collect()
}

#[test]
fn opens_what_another_implementation_encrypted() {
    for example in examples() {
        assert_eq!(example.open(&example.token), Ok(INNER.to_owned()), "{}", example.name);
    }
}

#[test]
fn a_token_changed_in_any_part_is_refused() {
    for example in examples() {
        let parts: Vec<&str> = example.token.split('.').collect();
        for (index, part) in parts.iter().enumerate() {
            if part.is_empty() {
                continue;
            }
            let mut bytes = base64url::decode(part).unwrap();
            let last = bytes.len() - 1;
            // Of the header, a character that leaves it JSON of the same meaning: an added space.
            if index == 0 {
                bytes.push(b' ');
            } else {
                bytes[last] ^= 1;
            }
            let mut changed: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
            changed[index] = base64url::encode(bytes);
            assert_eq!(
                example.open(&changed.join(".")),
                Err(JweError::Failed),
                "{} part {index}",
                example.name
            );
        }
    }
}

#[test]
fn a_tag_cut_short_is_refused() {
    for example in examples() {
        let (rest, tag) = example.token.rsplit_once('.').unwrap();
        let tag = base64url::decode(tag).unwrap();
        for length in [0, 1, tag.len() - 1] {
            let cut = format!("{rest}.{}", base64url::encode(&tag[..length]));
            assert_eq!(example.open(&cut), Err(JweError::Failed), "{}", example.name);
        }
    }
}

#[test]
fn content_moved_into_the_tag_is_refused() {
    for example in examples() {
        let parts: Vec<&str> = example.token.split('.').collect();
        let (mut ciphertext, tag) =
            (base64url::decode(parts[3]).unwrap(), base64url::decode(parts[4]).unwrap());
        let longer = [vec![ciphertext.pop().unwrap()], tag].concat();
        let moved =
            [parts[0], parts[1], parts[2], &base64url::encode(ciphertext), &base64url::encode(longer)];
        assert_eq!(example.open(&moved.join(".")), Err(JweError::Failed), "{}", example.name);
    }
}

#[test]
fn a_key_on_another_curve_is_the_wrong_key() {
    let key = private(keys::P384_SEC1);
    for example in examples().iter().filter(|example| example.name.contains("ECDH-ES")) {
        let keys = DecryptionKeys { private: Some(&key), secret: None };
        let error = decrypt(&Secret::from(example.token.as_str()), keys).err().unwrap();
        assert!(matches!(error, JweError::WrongKey { .. }), "{}", example.name);
    }
}

#[test]
fn another_key_does_not_open_it() {
    for example in examples().iter().filter(|example| example.name.contains("rsa")) {
        let other = PrivateKey::from_jwk(&Secret::from(keys::RFC_7515_A2_RSA)).unwrap();
        let keys = DecryptionKeys { private: Some(&other), secret: None };
        assert_eq!(decrypt(&Secret::from(example.token.as_str()), keys).err(), Some(JweError::Failed));
    }
}

#[test]
fn a_missing_or_unfit_key_is_told() {
    let ed25519 = private(keys::ED25519_PKCS8);
    for example in examples() {
        let token = Secret::from(example.token.as_str());
        let without = decrypt(&token, DecryptionKeys::default()).err().unwrap();
        assert!(matches!(without, JweError::NoKey(_)), "{}", example.name);
        if example.private.is_some() {
            let unfit =
                decrypt(&token, DecryptionKeys { private: Some(&ed25519), secret: None }).err().unwrap();
            assert!(matches!(unfit, JweError::WrongKey { .. }), "{}", example.name);
        }
    }
}

#[test]
fn what_is_not_supported_is_named() {
    for (header, name) in [
        (json!({"alg": "RSA1_5", "enc": "A128GCM"}), "RSA1_5"),
        (json!({"alg": "dir", "enc": "A1024GCM"}), "A1024GCM"),
        (json!({"alg": "dir", "enc": "A128GCM", "zip": "DEF"}), "zip"),
        (json!({"alg": "dir", "enc": "A128GCM", "crit": ["exp"]}), "crit"),
        (json!({"alg": "PBES2-HS256+A128KW", "enc": "A128GCM"}), "PBES2-HS256+A128KW"),
    ] {
        let token = Secret::new(format!("{}....", base64url::encode(header.to_string())));
        let error = decrypt(&token, DecryptionKeys::default()).err().unwrap();
        assert_eq!(error, JweError::Unsupported(name.to_owned()));
    }
}

#[test]
fn a_point_that_is_not_on_the_curve_is_refused() {
    let header = json!({
        "alg": "ECDH-ES", "enc": "A128GCM",
        "epk": {"kty": "EC", "crv": "P-256", "x": base64url::encode([1; 32]), "y": base64url::encode([1; 32])}
    });
    let token = Secret::new(format!(
        "{}..AAAAAAAAAAAAAAAA.AA.AAAAAAAAAAAAAAAAAAAAAA",
        base64url::encode(header.to_string())
    ));
    let key = private(keys::P256_SEC1);
    let keys = DecryptionKeys { private: Some(&key), secret: None };
    assert_eq!(decrypt(&token, keys).err(), Some(JweError::Failed));
}

#[test]
fn derives_the_key_of_rfc_7518_appendix_c() {
    let shared = [
        158, 86, 217, 29, 129, 113, 53, 211, 114, 131, 66, 131, 191, 132, 38, 156, 251, 49, 110, 163, 218,
        128, 106, 72, 246, 218, 167, 121, 140, 254, 144, 196,
    ];
    let key = key_management::concat_kdf(&shared, "A128GCM", b"Alice", b"Bob", 16);
    assert_eq!(base64url::encode(&*key), "VqqN6vgjbSBcIijNcacQGg");
}

#[test]
fn opens_the_example_of_rfc_7516_a_3() {
    let token = "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.6KB707dM9YTIgHtLvtgWQ8mKwboJW3of9locizkDTHzBC2\
                 IlrT1oOQ.AxY8DCtDaGlsbGljb3RoZQ.KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY.U0m_YmjN04DJvceFICbCVQ";
    let parts = Parts::of(token).unwrap();
    let key = key_management::unwrap(&base64url::decode("GawgguFyGrWKav7AX4VKUg").unwrap(), &parts).unwrap();
    let content = content::decrypt(ContentEncryption::A128CbcHs256, &key, &parts).unwrap();
    assert_eq!(std::str::from_utf8(&content).unwrap(), "Live long and prosper.");
}

#[test]
fn what_was_inside_can_be_decoded() {
    let example = &examples()[0];
    let inner = Secret::new(example.open(&example.token).unwrap());
    assert_eq!(Jwt::decode(&inner).unwrap().claims()["sub"], "alice");
}

proptest! {
    #[test]
    fn never_panics(parts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 4), row in 0usize..15) {
        let example = &examples()[row];
        let header = example.token.split('.').next().unwrap();
        let rest: Vec<String> = parts.iter().map(base64url::encode).collect();
        let token = format!("{header}.{}", rest.join("."));
        prop_assert!(example.open(&token).is_err());
    }
}
