//! Userinfo is not what it should be (OpenID Connect Core section 5.3).

use serde_json::json;

use super::Case;

/// About another person than the ID token.
pub fn about_somebody_else() -> Case {
    Case::default().userinfo(|turn| {
        turn.altered(|claims| {
            claims.insert("sub".into(), json!("mallory"));
        })
    })
}
