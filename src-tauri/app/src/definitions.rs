//! Definitions and environments between memory, where they are whole, and the database, where their secrets are
//! ciphertext.

use std::sync::Arc;

use gatepass_core::cookie::Cookie;
use gatepass_core::workspace::{Definition, Environment, Id, Parts, Secrets, WorkspaceSettings};
use gatepass_oauth::ports::Randomness;
use gatepass_oauth::{Code, Failure};
use gatepass_storage::tables::Content;
use gatepass_storage::tables::cookies::StoredCookie;
use gatepass_storage::tables::environments::StoredEnvironment;
use gatepass_storage::tables::nodes::StoredNode;
use serde_json::Value;

use crate::cookies;
use crate::vault::{Door, Vault};

pub(crate) struct Definitions {
    door: Arc<Door>,
    randomness: Arc<dyn Randomness>,
}

/// A definition for looking at: without its secrets if the vault does not open.
pub(crate) struct Shown {
    pub definition: Definition,
    /// Where there are secrets: JSON pointers into the definition.
    pub secret_places: Vec<String>,
}

impl Definitions {
    pub(crate) fn new(door: Arc<Door>, randomness: Arc<dyn Randomness>) -> Self {
        Self { door, randomness }
    }

    /// For writing: opens the vault only if there is a secret.
    pub(crate) async fn seal(&self, id: &Id, definition: &Definition) -> Result<Content, Failure> {
        self.seal_parts(&node_row(id), definition.split()).await
    }

    /// The whole definition, for sending and editing.
    pub(crate) async fn open(&self, stored: &StoredNode) -> Result<Definition, Failure> {
        let (plain, secrets) = self.open_parts(&node_row(&stored.node.id), &stored.content).await?;
        Definition::join(plain, &secrets).map_err(unreadable)
    }

    /// The definition for showing: a vault that does not open leaves the rest readable.
    pub(crate) async fn show(&self, stored: &StoredNode) -> Result<Shown, Failure> {
        let opened = match self.open_parts(&node_row(&stored.node.id), &stored.content).await {
            Ok(opened) => opened,
            Err(failure) if failure.code == Code::KeyStore => {
                (plain_part(&stored.content)?, Secrets::default())
            }
            Err(failure) => return Err(failure),
        };
        let secret_places = opened.1.places().map(str::to_owned).collect();
        Ok(Shown { definition: Definition::join(opened.0, &opened.1).map_err(unreadable)?, secret_places })
    }

    /// Seals a copied node's secrets for its new row.
    pub(crate) fn reseal(
        &self,
        vault: Option<&Vault>,
        from: &Id,
        to: &Id,
        sealed: &[u8],
    ) -> Result<Vec<u8>, Failure> {
        let vault = vault.ok_or_else(|| damaged("it gained a secret while it was copied"))?;
        let plain = vault.open(&node_row(from), sealed)?;
        Ok(vault.seal(&node_row(to), &plain, &*self.randomness))
    }

    pub(crate) async fn seal_environment(
        &self,
        environment: &Environment,
    ) -> Result<StoredEnvironment, Failure> {
        let content = self.seal_parts(&environment_row(&environment.id), environment.split()).await?;
        Ok(StoredEnvironment {
            id: environment.id.clone(),
            name: environment.name.clone(),
            colour: environment.colour.clone(),
            variables: content,
        })
    }

    pub(crate) async fn open_environment(&self, stored: &StoredEnvironment) -> Result<Environment, Failure> {
        let (plain, secrets) = self.open_parts(&environment_row(&stored.id), &stored.variables).await?;
        Environment::join(plain, &secrets).map_err(unreadable)
    }

    /// An environment for showing: a vault that does not open leaves secret values empty.
    pub(crate) async fn show_environment(&self, stored: &StoredEnvironment) -> Result<Environment, Failure> {
        match self.open_environment(stored).await {
            Err(failure) if failure.code == Code::KeyStore => {
                Environment::join(plain_part(&stored.variables)?, &Secrets::default()).map_err(unreadable)
            }
            opened => opened,
        }
    }

    pub(crate) async fn seal_workspace_settings(
        &self,
        workspace: &Id,
        settings: &WorkspaceSettings,
    ) -> Result<Content, Failure> {
        self.seal_parts(&workspace_settings_row(workspace), settings.split()).await
    }

    pub(crate) async fn open_workspace_settings(
        &self,
        workspace: &Id,
        content: &Content,
    ) -> Result<WorkspaceSettings, Failure> {
        let (plain, secrets) = self.open_parts(&workspace_settings_row(workspace), content).await?;
        WorkspaceSettings::join(plain, &secrets).map_err(unreadable)
    }

    pub(crate) async fn seal_cookie(&self, workspace: &Id, cookie: &Cookie) -> Result<StoredCookie, Failure> {
        let row = cookie_row(workspace, cookie.place());
        let sealed = self.door.open().await?.seal(&row, cookie.value.as_bytes(), &*self.randomness);
        Ok(cookies::row(cookie, sealed))
    }

    pub(crate) async fn open_cookie(&self, workspace: &Id, stored: StoredCookie) -> Result<Cookie, Failure> {
        let row = cookie_row(workspace, (&stored.domain, &stored.path, &stored.name));
        let value = self.door.open().await?.open(&row, &stored.sealed)?;
        let value = String::from_utf8(value.to_vec()).map_err(|_| damaged("a cookie's value is no text"))?;
        Ok(Cookie {
            name: stored.name,
            value,
            domain: stored.domain,
            host_only: stored.host_only,
            path: stored.path,
            secure: stored.secure,
            http_only: stored.http_only,
            expires_at: stored.expires_at,
        })
    }

    async fn seal_parts(&self, row: &str, parts: Parts) -> Result<Content, Failure> {
        let text = parts.plain.to_string();
        if parts.secrets.is_empty() {
            return Ok(Content { text, secrets: None });
        }
        let vault = self.door.open().await?;
        let sealed = vault.seal(row, &parts.secrets.expose_for_vault(), &*self.randomness);
        Ok(Content { text, secrets: Some(sealed) })
    }

    async fn open_parts(&self, row: &str, content: &Content) -> Result<(Value, Secrets), Failure> {
        let plain = plain_part(content)?;
        let Some(sealed) = &content.secrets else { return Ok((plain, Secrets::default())) };
        let vault = self.door.open().await?;
        let secrets = Secrets::from_vault(&vault.open(row, sealed)?).map_err(unreadable)?;
        Ok((plain, secrets))
    }
}

fn plain_part(content: &Content) -> Result<Value, Failure> {
    serde_json::from_str(&content.text).map_err(|error| damaged(&error.to_string()))
}

fn unreadable(error: impl std::error::Error) -> Failure {
    damaged(&error.to_string())
}

fn damaged(why: &str) -> Failure {
    Failure::new(
        Code::Storage,
        "A stored request cannot be read",
        format!("Its definition is not what was written: {why}."),
        "Restore the database from a backup, or make the request anew.",
    )
}

fn node_row(id: &Id) -> String {
    format!("nodes/{id}")
}

fn workspace_settings_row(workspace: &Id) -> String {
    format!("workspace_settings/{workspace}")
}

/// The parts of a cookie's place hold no line break.
fn cookie_row(workspace: &Id, (domain, path, name): (&str, &str, &str)) -> String {
    format!("cookies/{workspace}\n{domain}\n{path}\n{name}")
}

fn environment_row(id: &Id) -> String {
    format!("environments/{id}")
}
