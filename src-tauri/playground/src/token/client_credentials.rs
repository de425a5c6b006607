//! Client credentials (RFC 6749 §4.4): a machine, for itself.

use serde_json::Value;

use super::issue::{Issue, begin_grant, issue};
use crate::{
    authorization::scope_of, clients::Client, error::OAuthError, incoming::Parameters, scope::Scope,
    visit::Visit,
};

pub(super) fn grant(
    visit: &mut Visit,
    client: &'static Client,
    form: &Parameters,
) -> Result<Value, OAuthError> {
    let scope = scope_of(form)?;
    if !scope.is_subset_of(&for_machines()) {
        return Err(OAuthError::new(
            "invalid_scope",
            format!("A machine is nobody: it may ask for {} only.", for_machines().text()),
        ));
    }
    let family = begin_grant(visit, client, None, &scope);
    issue(visit, Issue { renewable: false, ..Issue::new(family, scope) })
}

/// Scopes that mean something without a person.
fn for_machines() -> Scope {
    Scope::parse("photos.read photos.write").unwrap_or_default()
}
