//! The settings of a workspace as they are kept: what holds where a collection, folder or request says nothing, and
//! what holds for some hosts alone.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::settings;
use crate::exchange::{ClientCertificateFiles, HostRule, SendSettings};

/// No `Debug`: it holds passphrases, and a proxy's address may hold a password.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct WorkspaceSettings {
    /// By the names of [`settings`].
    #[serde(default)]
    pub sending: Map<String, Value>,
    /// The first that fits a host counts.
    #[serde(default)]
    pub hosts: Vec<HostSettings>,
}

/// Certificates for a host.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HostSettings {
    /// See [`HostRule::host`].
    pub host: String,
    /// Path of a PEM or PKCS#12 file; empty for none.
    #[serde(default)]
    pub certificate: String,
    /// Path of the private key, if it is not in the same file.
    #[serde(default)]
    pub key: String,
    #[serde(default)]
    pub passphrase: String,
    /// Path of a PEM file with certificates that are trusted beside the system's; empty for none.
    #[serde(default)]
    pub ca_bundle: String,
    #[serde(default = "yes")]
    pub enabled: bool,
}

impl WorkspaceSettings {
    /// How requests are sent, token requests included.
    pub fn send_settings(&self) -> SendSettings {
        let mut sending = SendSettings::default();
        settings::apply(&self.sending, &mut sending);
        let enabled = self.hosts.iter().filter(|host| host.enabled && !host.host.trim().is_empty());
        sending.hosts = enabled.map(HostRule::from).collect::<Arc<[_]>>();
        sending
    }
}

impl From<&HostSettings> for HostRule {
    fn from(host: &HostSettings) -> Self {
        let given = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
        Self {
            host: host.host.trim().to_owned(),
            client_certificate: given(&host.certificate).map(|certificate| ClientCertificateFiles {
                certificate: certificate.into(),
                key: given(&host.key).map(Into::into),
                passphrase: Some(host.passphrase.clone()).filter(|text| !text.is_empty()),
            }),
            ca_bundle: given(&host.ca_bundle).map(Into::into),
        }
    }
}

fn yes() -> bool {
    true
}
