//! The password grant (RFC 6749 §4.3). OAuth 2.1 has none; it is here for those who still meet it.

use serde_json::Value;

use super::issue::{Issue, begin_grant, issue};
use crate::{
    authorization::scope_of, clients::Client, error::OAuthError, incoming::Parameters, state::Session, users,
    visit::Visit,
};

pub(super) fn grant(
    visit: &mut Visit,
    client: &'static Client,
    form: &Parameters,
) -> Result<Value, OAuthError> {
    let (username, password) = (form.required("username")?, form.required("password")?);
    let scope = scope_of(form)?;
    let user = users::sign_in(username, password).ok_or_else(|| {
        OAuthError::invalid_grant(
            "This user name and password do not go together. Each user has their own name as password.",
        )
    })?;
    let session = Session { user, auth_time: visit.now };
    let family = begin_grant(visit, client, Some(session), &scope);
    issue(visit, Issue::new(family, scope))
}
