//! What a document brings in, before anything of it is stored: the data of the preview.

use gatepass_core::workspace::{AuthKind, Branch, Environment, NodeKind, Variable};
use gatepass_oauth::Secret;
use serde::Serialize;

/// The content of a document. No `Debug`: it holds secrets.
#[derive(Default)]
pub struct Imported {
    /// What the document is, for a person: `Postman collection 2.1`.
    pub format: String,
    /// Collections, ready to be planted.
    pub branches: Vec<Branch>,
    pub environments: Vec<Environment>,
    pub globals: Vec<Variable>,
    /// What could not be carried over as it was.
    pub warnings: Vec<Warning>,
    /// Token values that stood in the document. They are used only if a person accepts them.
    pub offered_tokens: Vec<OfferedToken>,
}

/// One thing that could not be carried over as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// Where: `Photos API/Albums/List`.
    pub item: String,
    /// Why.
    pub reason: String,
    /// What happens with it now.
    pub what_happens: String,
}

/// A token value that stood in an auth config. No `Debug`.
#[derive(Clone)]
pub struct OfferedToken {
    /// Where it stood: `Photos API/Albums`.
    pub item: String,
    /// The token's name in the auth config, `default` if it has none.
    pub token_name: String,
    pub access_token: Secret,
}

/// How much a document brings in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    pub collections: usize,
    pub folders: usize,
    pub requests: usize,
    pub environments: usize,
    /// Of collections, folders, environments and the globals.
    pub variables: usize,
    /// They run only after they were trusted.
    pub scripts: usize,
    /// Places that carry an OAuth 2.0 config of their own.
    pub oauth_configs: usize,
}

impl Imported {
    /// How much there is, for the preview.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts {
            environments: self.environments.len(),
            variables: self.globals.len()
                + self.environments.iter().map(|environment| environment.variables.len()).sum::<usize>(),
            ..Counts::default()
        };
        let mut waiting: Vec<&Branch> = self.branches.iter().collect();
        while let Some(branch) = waiting.pop() {
            match branch.kind {
                NodeKind::Collection => counts.collections += 1,
                NodeKind::Folder => counts.folders += 1,
                NodeKind::Request => counts.requests += 1,
            }
            let definition = &branch.definition;
            counts.variables += definition.variables.len();
            counts.scripts += definition.scripts.len();
            let own = definition.auth.as_ref().is_some_and(|auth| auth.kind == AuthKind::OAuth2);
            counts.oauth_configs += usize::from(own);
            waiting.extend(&branch.children);
        }
        counts
    }
}

/// Collects warnings while a document is walked through.
#[derive(Default)]
pub(crate) struct Notes {
    place: Vec<String>,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) offered_tokens: Vec<OfferedToken>,
    /// How many warnings were left out.
    beyond: usize,
}

/// More warnings than a person reads.
const WARNING_LIMIT: usize = 1000;
/// How much of a name a warning repeats, in characters: each holds the names of all that is around its place.
const NAME_LIMIT: usize = 200;

impl Notes {
    /// Everything noted until the matching [`Self::leave`] concerns `name`.
    pub(crate) fn enter(&mut self, name: &str) {
        self.place.push(name.chars().take(NAME_LIMIT).collect());
    }

    pub(crate) fn leave(&mut self) {
        self.place.pop();
    }

    pub(crate) fn warn(&mut self, reason: impl Into<String>, what_happens: impl Into<String>) {
        if self.warnings.len() >= WARNING_LIMIT {
            self.beyond += 1;
            return;
        }
        self.warnings.push(Warning {
            item: self.item(),
            reason: reason.into(),
            what_happens: what_happens.into(),
        });
    }

    pub(crate) fn offer(&mut self, token_name: &str, access_token: &str) {
        let token_name = if token_name.is_empty() { "default" } else { token_name };
        self.offered_tokens.push(OfferedToken {
            item: self.item(),
            token_name: token_name.to_owned(),
            access_token: Secret::from(access_token),
        });
    }

    /// The warnings, with a last one that says how many more there were.
    pub(crate) fn finish(mut self) -> (Vec<Warning>, Vec<OfferedToken>) {
        if self.beyond > 0 {
            self.warnings.push(Warning {
                item: String::new(),
                reason: format!("{} more remarks of the kinds above", self.beyond),
                what_happens: "They are not listed".to_owned(),
            });
        }
        (self.warnings, self.offered_tokens)
    }

    fn item(&self) -> String {
        self.place.join("/")
    }
}
