//! How a node sends, setting by setting: what is set on it, and what holds otherwise and why.

use gatepass_core::exchange::{HttpVersion, Proxy, SendSettings};
use gatepass_core::workspace::settings::apply;
use gatepass_storage::tables::nodes::StoredNode;
use serde_json::{Map, Value};

use crate::App;
use crate::definitions::Shown;
use crate::dto::{ErrorView, NodeDetail, SendSettingView};

impl App {
    /// Sets one sending setting of a node; `null` lets it inherit.
    pub async fn set_send_setting(
        &self,
        id: String,
        name: String,
        value: Value,
    ) -> Result<NodeDetail, ErrorView> {
        self.change(&id, |definition| {
            if !named(&SendSettings::default()).contains_key(&name) {
                return Err(ErrorView::plain(
                    "usage",
                    format!("There is no sending setting named “{name}”"),
                    "The window and this program differ.",
                    "Start Gatepass again.",
                ));
            }
            if value.is_null() {
                definition.settings.remove(&name);
            } else {
                definition.settings.insert(name, value);
            }
            Ok(())
        })
        .await?;
        self.open_node(id).await
    }
}

/// Every setting of the first node of a lineage. `outermost` holds where no node says anything.
pub(crate) fn node_settings(
    outermost: SendSettings,
    lineage: &[StoredNode],
    shown: &[Shown],
) -> Vec<SendSettingView> {
    let mut sending = outermost;
    let mut origins: Map<String, Value> = Map::new();
    for (stored, shown) in lineage.iter().zip(shown).skip(1).rev() {
        let settings = &shown.definition.settings;
        let kind = if stored.node.parent.is_some() { "folder" } else { "collection" };
        for name in settings.keys() {
            origins.insert(name.clone(), format!("{kind} {}", stored.node.name).into());
        }
        apply(settings, &mut sending);
    }
    let own = &shown[0].definition.settings;
    let view = |(name, inherited): (String, Value)| SendSettingView {
        own: own.get(&name).cloned().unwrap_or(Value::Null),
        origin: origins.get(&name).and_then(Value::as_str).unwrap_or("the settings").to_owned(),
        inherited,
        name,
    };
    named(&sending).into_iter().map(view).collect()
}

/// The settings that a node can have of its own, by the names of definitions.
fn named(sending: &SendSettings) -> Map<String, Value> {
    let millis = sending.timeout.map_or(0, |timeout| u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX));
    let proxy = match &sending.proxy {
        Proxy::System => "system",
        Proxy::None => "none",
        Proxy::Custom(url) => url,
    };
    let version = match sending.http_version {
        HttpVersion::Auto => "auto",
        HttpVersion::Http1 => "http1",
        HttpVersion::Http2 => "http2",
    };
    let bundle = sending.ca_bundle.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let all: [(&str, Value); 11] = [
        ("follow_redirects", sending.follow_redirects.into()),
        ("max_redirects", sending.max_redirects.into()),
        ("keep_method_on_redirect", sending.keep_method_on_redirect.into()),
        ("keep_authorization_across_origins", sending.keep_authorization_across_origins.into()),
        ("verify_tls", sending.verify_tls.into()),
        ("ca_bundle", bundle.into()),
        ("timeout_ms", millis.into()),
        ("http_version", version.into()),
        ("proxy", proxy.into()),
        ("cookies", sending.cookies.into()),
        ("body_limit", sending.body_limit.into()),
    ];
    all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_named_setting_is_one_that_sending_understands() {
        let strange = SendSettings {
            verify_tls: false,
            follow_redirects: false,
            max_redirects: 3,
            keep_method_on_redirect: true,
            keep_authorization_across_origins: true,
            timeout: Some(std::time::Duration::from_millis(1234)),
            proxy: Proxy::Custom("socks5://127.0.0.1:1".to_owned()),
            http_version: HttpVersion::Http2,
            ca_bundle: Some("/x.pem".into()),
            cookies: false,
            body_limit: 7,
            ..SendSettings::default()
        };
        let mut applied = SendSettings::default();
        apply(&named(&strange), &mut applied);
        assert_eq!(named(&applied), named(&strange));
    }
}
