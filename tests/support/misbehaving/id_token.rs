//! ID tokens that must be refused, and some odd ones that must be accepted (OpenID Connect Core section 3.1.3.7).

use serde_json::{Value, json};

use super::{Case, Signing};
use crate::http::Answer;

/// `aud` names another client.
pub fn for_another_client() -> Case {
    claim("aud", json!("somebody-else"))
}

/// `aud` is missing.
pub fn without_audience() -> Case {
    claim("aud", Value::Null)
}

/// `iss` is another provider.
pub fn from_another_issuer() -> Case {
    claim("iss", json!("https://id.example.test"))
}

/// `iss` is missing.
pub fn without_issuer() -> Case {
    claim("iss", Value::Null)
}

/// `sub` is missing.
pub fn without_subject() -> Case {
    claim("sub", Value::Null)
}

/// Expired an hour ago: beyond any leeway.
pub fn expired() -> Case {
    Case::default().id_token(|token| {
        token.claims.insert("iat".into(), json!(token.now - 7200));
        token.claims.insert("exp".into(), json!(token.now - 3600));
    })
}

/// Valid from tomorrow on.
pub fn not_yet_valid() -> Case {
    Case::default().id_token(|token| {
        token.claims.insert("nbf".into(), json!(token.now + 86400));
    })
}

/// Issued a day from now.
pub fn from_the_future() -> Case {
    Case::default().id_token(|token| {
        token.claims.insert("iat".into(), json!(token.now + 86400));
    })
}

/// Without an `iat`.
pub fn without_issue_time() -> Case {
    claim("iat", Value::Null)
}

/// Without the nonce of the authorization request.
pub fn without_nonce() -> Case {
    claim("nonce", Value::Null)
}

/// With the nonce of another sign-in.
pub fn nonce_of_another_login() -> Case {
    claim("nonce", json!("replayed"))
}

/// `at_hash` belongs to another access token.
pub fn for_another_access_token() -> Case {
    claim("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"))
}

/// `c_hash` belongs to another code.
pub fn for_another_code() -> Case {
    claim("c_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"))
}

/// The person signed in two hours ago.
pub fn signed_in_long_ago() -> Case {
    Case::default().id_token(|token| {
        token.claims.insert("auth_time".into(), json!(token.now - 7200));
    })
}

/// Two audiences, and an `azp` that is not us.
pub fn authorized_for_another_party() -> Case {
    Case::default().id_token(|token| {
        let ours = token.claims["aud"].clone();
        token.claims.insert("aud".into(), json!([ours, "somebody-else"]));
        token.claims.insert("azp".into(), json!("somebody-else"));
    })
}

/// The signature does not fit.
pub fn broken_signature() -> Case {
    signed(Signing::Rs256Broken)
}

/// Signed with a key that the provider never published, under the `kid` of one that it did.
pub fn signed_by_a_stranger() -> Case {
    signed(Signing::Rs256WithForeignKey)
}

/// `alg: none`.
pub fn unsigned() -> Case {
    signed(Signing::None)
}

/// HS256 with the public RSA key as the secret.
pub fn public_key_as_secret() -> Case {
    signed(Signing::Hs256WithPublicKey)
}

/// A `kid` that is in no key set, also after fetching it again.
pub fn unknown_key() -> Case {
    Case::default().id_token(|token| {
        token.header.insert("kid".into(), json!("nobody-knows"));
    })
}

/// Three parts of which none is a JWT's.
pub fn not_a_jwt() -> Case {
    Case::default().token(|turn| {
        turn.altered(|tokens| {
            tokens.insert("id_token".into(), json!("not.a.jwt"));
        })
    })
}

/// To be accepted: `aud` as a list with one entry.
pub fn audience_as_a_list() -> Case {
    Case::default().id_token(|token| {
        let ours = token.claims["aud"].clone();
        token.claims.insert("aud".into(), json!([ours]));
    })
}

/// To be accepted: no `kid`, and one key of that type in the set.
pub fn without_key_id() -> Case {
    Case::default().id_token(|token| {
        token.header.insert("kid".into(), Value::Null);
    })
}

/// A second RSA key in the set, so that a token without `kid` does not say which one it is signed with.
pub fn key_set_with_one_more_rsa_key() -> Case {
    one_more_key("another")
}

/// To be accepted: the key that signs, and before it another one under the same `kid`.
pub fn two_keys_of_one_name() -> Case {
    one_more_key("rsa-1")
}

/// To be accepted within a minute: the provider's clock is ahead of ours (negative: behind).
pub fn clock_ahead_by(seconds: i64) -> Case {
    Case::default().id_token(move |token| {
        for name in ["iat", "exp", "auth_time"] {
            let moment = token.claims[name].as_i64().unwrap_or_default();
            token.claims.insert(name.into(), json!(moment + seconds));
        }
    })
}

/// To be accepted: another algorithm that the metadata lists.
pub fn signed(signing: Signing) -> Case {
    Case::default().id_token(move |token| token.signing = signing)
}

/// The key set is an error page.
pub fn key_set_is_html() -> Case {
    Case::default().jwks(|_| Answer::html(500, "<h1>Oops</h1>"))
}

/// The key set is empty.
pub fn key_set_is_empty() -> Case {
    Case::default().jwks(|_| Answer::json(200, &json!({ "keys": [] })))
}

/// The public key of RFC 7638 section 3.1, which signs nothing here.
fn one_more_key(kid: &'static str) -> Case {
    let key = json!({
        "kty": "RSA", "use": "sig", "kid": kid, "e": "AQAB",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n\
              3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgd\
              AZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur\
              -kEgU8awapJzKnqDKgw",
    });
    Case::default().jwks(move |turn| {
        turn.altered(|set| {
            if let Some(keys) = set.get_mut("keys").and_then(Value::as_array_mut) {
                keys.insert(0, key.clone());
            }
        })
    })
}

/// One claim with another value; `null` takes it away.
pub fn claim(name: &'static str, value: Value) -> Case {
    Case::default().id_token(move |token| {
        if value.is_null() {
            token.claims.shift_remove(name);
        } else {
            token.claims.insert(name.into(), value.clone());
        }
    })
}
