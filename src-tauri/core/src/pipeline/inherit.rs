//! Step 1: what the request takes over from the folders and the collection that it stands in.

use std::sync::Arc;

use gatepass_oauth::ports::UnixMillis;

use super::draft::Draft;
use crate::exchange::SendSettings;
use crate::template::{Origin, Scopes, VariableSet};
use crate::workspace::settings::{self, send_body};
use crate::workspace::{Auth, AuthKind, Id, RequestDefinition};

/// Where an authorization is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthOrigin {
    /// On the request itself.
    Own,
    /// On that folder or collection.
    Ancestor { id: Id, name: String },
    /// Nowhere: nothing is attached.
    Nowhere,
}

/// A request that needs to ask nobody above it any more. Its texts still hold variables.
pub(super) struct Inherited {
    /// What it was made from: scripts look at it, and change it.
    pub(super) draft: Draft,
    pub(super) auth: Auth,
    pub(super) auth_origin: AuthOrigin,
    pub(super) scopes: Scopes,
    /// Empty for none.
    pub(super) environment: String,
    pub(super) settings: SendSettings,
    /// Whether a body is sent at all: an imported GET with a body may say no.
    pub(super) send_body: bool,
    /// When it was started; for the record.
    pub(super) started_at: Option<UnixMillis>,
}

impl Inherited {
    /// The request as written; `None` if the draft is none.
    pub(super) fn request(&self) -> Option<&RequestDefinition> {
        self.draft.definition.request.as_ref()
    }
}

pub(super) fn inherit(draft: Draft) -> Inherited {
    let scopes = scopes(&draft);
    let (auth, auth_origin) = auth(&draft);
    let mut sending = draft.settings.clone();
    for ancestor in draft.ancestors.iter().rev() {
        settings::apply(&ancestor.definition.settings, &mut sending);
    }
    settings::apply(&draft.definition.settings, &mut sending);
    let send_body = send_body(&draft.definition.settings);
    let environment = draft.environment.as_ref().map(|environment| environment.id.to_string());
    Inherited {
        auth,
        auth_origin,
        scopes,
        environment: environment.unwrap_or_default(),
        settings: sending,
        send_body,
        draft,
        started_at: None,
    }
}

/// The variables in the order of their strength: for this send, of the data file, of the environment, of the request
/// and what it stands in (nearest first), global.
fn scopes(draft: &Draft) -> Scopes {
    let mut scopes = Scopes::new();
    scopes.push(Origin::Local, Arc::clone(&draft.local));
    scopes.push(Origin::IterationData, Arc::clone(&draft.iteration_data));
    if let Some(environment) = &draft.environment {
        let (origin, variables) = environment.scope();
        scopes.push(origin, variables);
    }
    if !draft.definition.variables.is_empty() {
        let own = Arc::new(VariableSet::new(draft.definition.variables.clone()));
        scopes.push(Origin::Folder(draft.name.clone()), own);
    }
    for ancestor in &draft.ancestors {
        let (origin, variables) = ancestor.scope();
        scopes.push(origin, variables);
    }
    scopes.push(Origin::Globals, Arc::clone(&draft.globals));
    scopes
}

/// The nearest authorization that is set.
fn auth(draft: &Draft) -> (Auth, AuthOrigin) {
    if let Some(auth) = &draft.definition.auth {
        return (auth.clone(), AuthOrigin::Own);
    }
    let set =
        draft.ancestors.iter().find_map(|ancestor| Some((ancestor, ancestor.definition.auth.as_ref()?)));
    match set {
        Some((ancestor, auth)) => {
            (auth.clone(), AuthOrigin::Ancestor { id: ancestor.id.clone(), name: ancestor.name.clone() })
        }
        None => (Auth::new(AuthKind::NoAuth), AuthOrigin::Nowhere),
    }
}
