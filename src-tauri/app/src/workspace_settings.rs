//! How a workspace sends: what holds for all of its requests, and certificates by host.

use std::collections::BTreeMap;

use gatepass_core::workspace::{HostSettings, WorkspaceSettings};
use serde_json::Value;
use url::Url;

use crate::App;
use crate::dto::{ErrorView, HostSettingsEdit, HostSettingsView, WorkspaceSettingsView};

const DOTS: &str = "•••";

impl App {
    /// What was set for the whole workspace.
    pub async fn workspace_settings(&self) -> Result<WorkspaceSettingsView, ErrorView> {
        Ok(view(&self.stored_workspace_settings().await?))
    }

    /// Sets sending settings by name; `null` goes back to the default. A proxy that comes back as it was shown keeps
    /// its password.
    pub async fn set_workspace_settings(
        &self,
        settings: BTreeMap<String, Value>,
    ) -> Result<WorkspaceSettingsView, ErrorView> {
        self.change_workspace_settings(|stored| {
            for (name, value) in settings {
                let shown = stored.sending.get(&name).map(without_password);
                if value.is_null() {
                    stored.sending.shift_remove(&name);
                } else if shown.as_ref() != Some(&value) {
                    stored.sending.insert(name, value);
                }
            }
        })
        .await
    }

    /// Replaces the certificates by host.
    pub async fn set_host_settings(
        &self,
        hosts: Vec<HostSettingsEdit>,
    ) -> Result<WorkspaceSettingsView, ErrorView> {
        self.change_workspace_settings(|stored| {
            let before = std::mem::take(&mut stored.hosts);
            stored.hosts = hosts.into_iter().map(|edit| edited(edit, &before)).collect();
        })
        .await
    }

    /// Lets settings and cookies of the workspace hold, from the first send or sign-in on.
    ///
    /// # Errors
    /// They hold a secret, and the key store does not open: nothing may leave without them.
    pub async fn ready_to_send(&self) -> Result<(), ErrorView> {
        self.inner
            .sending_ready
            .get_or_try_init(|| async {
                let settings = self.stored_workspace_settings().await?.send_settings();
                self.outside().set_send_settings(settings);
                Ok::<_, ErrorView>(())
            })
            .await?;
        self.bring_cookies().await;
        Ok(())
    }

    async fn change_workspace_settings(
        &self,
        change: impl FnOnce(&mut WorkspaceSettings),
    ) -> Result<WorkspaceSettingsView, ErrorView> {
        let _one_at_a_time = self.editing().lock().await;
        let mut settings = self.stored_workspace_settings().await?;
        change(&mut settings);
        let content = self.definitions().seal_workspace_settings(self.workspace(), &settings).await?;
        self.database().workspace_settings().save(self.workspace(), &content).await?;
        self.outside().set_send_settings(settings.send_settings());
        Ok(view(&settings))
    }

    async fn stored_workspace_settings(&self) -> Result<WorkspaceSettings, ErrorView> {
        match self.database().workspace_settings().load(self.workspace()).await? {
            None => Ok(WorkspaceSettings::default()),
            Some(content) => {
                Ok(self.definitions().open_workspace_settings(self.workspace(), &content).await?)
            }
        }
    }
}

fn edited(edit: HostSettingsEdit, before: &[HostSettings]) -> HostSettings {
    let kept = || before.iter().find(|old| old.host == edit.host).map(|old| old.passphrase.clone());
    let passphrase = edit.passphrase.clone().or_else(kept).unwrap_or_default();
    HostSettings {
        host: edit.host,
        certificate: edit.certificate,
        key: edit.key,
        passphrase,
        ca_bundle: edit.ca_bundle,
        enabled: edit.enabled,
    }
}

fn view(settings: &WorkspaceSettings) -> WorkspaceSettingsView {
    WorkspaceSettingsView {
        sending: settings
            .sending
            .iter()
            .map(|(name, value)| (name.clone(), without_password(value)))
            .collect(),
        hosts: settings
            .hosts
            .iter()
            .map(|host| HostSettingsView {
                host: host.host.clone(),
                certificate: host.certificate.clone(),
                key: host.key.clone(),
                has_passphrase: !host.passphrase.is_empty(),
                ca_bundle: host.ca_bundle.clone(),
                enabled: host.enabled,
            })
            .collect(),
    }
}

/// A proxy's address may hold a password; no other setting is a URL.
fn without_password(value: &Value) -> Value {
    let parsed = value.as_str().and_then(|text| Some((text, Url::parse(text).ok()?)));
    match parsed {
        Some((text, url)) if url.password().is_some() => {
            let password = format!(":{}@", url.password().unwrap_or_default());
            Value::from(text.replacen(&password, &format!(":{DOTS}@"), 1))
        }
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_proxys_password_is_dots_and_everything_else_as_it_is() {
        assert_eq!(
            without_password(&json!("http://a:hunter22@p.test:3128")),
            json!("http://a:•••@p.test:3128")
        );
        for value in [json!("http://p.test:3128"), json!("system"), json!(true), json!(5)] {
            assert_eq!(without_password(&value), value);
        }
    }

    #[test]
    fn a_passphrase_that_is_not_touched_is_kept_for_its_host() {
        let before = [HostSettings { host: "a".into(), passphrase: "hunter22".into(), ..Default::default() }];
        let edit = |host: &str, passphrase: Option<&str>| HostSettingsEdit {
            host: host.into(),
            certificate: String::new(),
            key: String::new(),
            passphrase: passphrase.map(str::to_owned),
            ca_bundle: String::new(),
            enabled: true,
        };
        assert_eq!(edited(edit("a", None), &before).passphrase, "hunter22");
        assert_eq!(edited(edit("a", Some("")), &before).passphrase, "");
        assert_eq!(edited(edit("b", None), &before).passphrase, "");
    }
}
