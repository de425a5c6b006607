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
