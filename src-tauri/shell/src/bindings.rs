//! Writes the window's TypeScript types from the Rust types, commands and events.

use std::fmt::Write as _;

use gatepass_app::dto;
use ts_rs::{Config, TS};

/// One command as TypeScript sees it.
pub(crate) struct CommandSignature {
    name: &'static str,
    doc: String,
    args: Vec<(&'static str, String)>,
    returns: String,
}

impl CommandSignature {
    pub(crate) fn of<R: TS>(name: &'static str, doc: &[&str], args: Vec<(&'static str, String)>) -> Self {
        Self {
            name,
            doc: doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" "),
            args,
            returns: type_name::<R>(),
        }
    }
}

fn config() -> Config {
    // JSON numbers: everything that crosses is far below 2^53.
    Config::new().with_large_int("number")
}

/// The TypeScript name of a type.
pub(crate) fn type_name<T: TS>() -> String {
    match T::name(&config()) {
        name if name == "null" => "null".to_owned(),
        name => name,
    }
}

/// The whole file.
pub fn bindings() -> String {
    let mut out = String::from(
        "// Generated from the Rust commands and types by `make bindings`. Do not edit: a check compares it.\n\n",
    );
    macro_rules! declare {
        ($($type:ty),* $(,)?) => { $( let _ = writeln!(out, "export {}\n", <$type as TS>::decl(&config())); )* };
    }
    declare!(
        serde_json::Value,
        dto::AdviceView,
        dto::AssertionView,
        dto::AuthView,
        dto::BodyFilter,
        dto::BodyHits,
        dto::BodyLines,
        dto::BodyLook,
        dto::BodyText,
        dto::BodyView,
        dto::ChallengeView,
        dto::CheckView,
        dto::ClaimView,
        dto::ClientKeyView,
        dto::CollectionScripts,
        dto::ConfigCheckView,
        dto::CodeHeader,
        dto::CodePart,
        dto::CodeRequestView,
        dto::ConsoleLineView,
        dto::CookieEdit,
        dto::CookieView,
        dto::DisabledRow,
        dto::DiscoveryView,
        dto::EffectiveAuthView,
        dto::EndedView,
        dto::EnvironmentView,
        dto::ErrorView,
        dto::FixView,
        dto::FlowChanged,
        dto::FlowExchangeView,
        dto::FlowFormat,
        dto::FlowStepView,
        dto::FlowView,
        dto::FormFieldView,
        dto::HeldBackView,
        dto::HistoryDetail,
        dto::HistoryView,
        dto::HostSettingsEdit,
        dto::HostSettingsView,
        dto::ImportItem,
        dto::ImportPreview,
        dto::ImportResult,
        dto::ImportWarning,
        dto::InspectedView,
        dto::KeyPartView,
        dto::KeyStoreView,
        dto::NodeDetail,
        dto::NodeHealth,
        dto::NodeKindView,
        dto::NodeView,
        dto::PlaygroundView,
        dto::RedirectView,
        dto::RegistrationView,
        dto::RequestEdit,
        dto::RequestView,
        dto::ResourceView,
        dto::ResponseView,
        dto::RowView,
        dto::RunAssertionView,
        dto::RunEnd,
        dto::RunExchangeView,
        dto::RunOptions,
        dto::RunProgress,
        dto::RunRow,
        dto::RunStarted,
        dto::ScriptErrorView,
        dto::ScriptPlace,
        dto::ScriptReportView,
        dto::ScriptView,
        dto::ScriptsView,
        dto::SendIntent,
        dto::SendOutcome,
        dto::SendProgress,
        dto::SendSettingView,
        dto::SettingsView,
        dto::StatusView,
        dto::TokenCardView,
        dto::TokenChanged,
        dto::TokenPart,
        dto::TokenView,
        dto::Tone,
        dto::VariableInScope,
        dto::VariableView,
        dto::WaitingView,
        dto::WillSendView,
        dto::WorkspaceSettingsView,
        dto::WorkspaceView,
    );
    out.push_str("/** Every command of the native side: its arguments and what it answers. It fails with an ErrorView. */\n");
    out.push_str("export interface Commands {\n");
    for command in crate::commands::signatures() {
        if !command.doc.is_empty() {
            let _ = writeln!(out, "  /** {} */", command.doc);
        }
        let args: Vec<String> =
            command.args.iter().map(|(name, kind)| format!("{}: {kind}", camel_case(name))).collect();
        let args = if args.is_empty() {
            "Record<string, never>".to_owned()
        } else {
            format!("{{ {} }}", args.join("; "))
        };
        let _ = writeln!(out, "  {}: {{ args: {args}; returns: {} }};", command.name, command.returns);
    }
    out.push_str(
        "}\n\n/** Every event of the native side and what it carries. */\nexport interface Events {\n",
    );
    for (name, payload) in crate::events::names() {
        let _ = writeln!(out, "  \"{name}\": {payload};");
    }
    out.push_str("}\n");
    out
}

fn camel_case(name: &str) -> String {
    let mut out = String::new();
    let mut upper = false;
    for character in name.chars() {
        match character {
            '_' => upper = true,
            _ if upper => {
                out.extend(character.to_uppercase());
                upper = false;
            }
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    /// Writes the file when asked to, else compares: the window is never built on stale types.
    #[test]
    fn the_generated_bindings_are_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/src/ipc/bindings.ts");
        let fresh = super::bindings();
        if std::env::var_os("WRITE_BINDINGS").is_some() {
            std::fs::write(path, &fresh).expect("write ui/src/ipc/bindings.ts");
        }
        let stored = std::fs::read_to_string(path).unwrap_or_default();
        assert!(stored == fresh, "ui/src/ipc/bindings.ts is stale: run `make bindings`");
    }
}
