//! The userinfo endpoint (OIDC Core §5.3).

use http::StatusCode;
use serde_json::json;

use crate::{answer::Answer, api::bearer, error::OAuthError, incoming::Incoming, visit::Visit};

pub(crate) fn answer(visit: &mut Visit, incoming: &Incoming) -> Result<Answer, OAuthError> {
    let caller = bearer::access_token(visit, incoming)?.with_scope("openid")?;
    let user = caller.user()?;
    let mut claims = user.claims(&caller.scope);
    claims.insert("sub".into(), json!(user.subject));
    Ok(Answer::json(StatusCode::OK, &claims.into()))
}
