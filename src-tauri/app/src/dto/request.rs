//! A node opened in the editor.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::{AuthView, EffectiveAuthView, NodeView, VariableInScope, VariableView};

/// The content of a collection, folder or request.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NodeDetail {
    pub node: NodeView,
    pub description: String,
    /// `null`: inherits.
    pub auth: Option<AuthView>,
    /// What holds here, wherever it is set.
    pub effective_auth: EffectiveAuthView,
    pub variables: Vec<VariableView>,
    pub scripts: ScriptsView,
    /// Every sending setting, with what is set here and what holds otherwise.
    pub settings: Vec<SendSettingView>,
    /// Names that templates can use here.
    pub scope: Vec<VariableInScope>,
    /// Only for requests.
    pub request: Option<RequestView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RequestView {
    pub method: String,
    /// As typed, query included.
    pub url: String,
    /// Query rows that are switched off, with the place in the table that they stand at.
    pub disabled_query: Vec<DisabledRow>,
    pub path_variables: Vec<RowView>,
    pub headers: Vec<RowView>,
    pub body: BodyView,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DisabledRow {
    pub at: usize,
    pub row: RowView,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RowView {
    pub name: String,
    pub value: String,
    pub enabled: bool,
    pub description: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum BodyView {
    None,
    /// `language`: json, xml, text, html, javascript.
    Raw {
        language: String,
        text: String,
    },
    UrlEncoded {
        fields: Vec<RowView>,
    },
    FormData {
        fields: Vec<FormFieldView>,
    },
    /// The whole body is a file, by its path.
    File {
        path: String,
    },
    GraphQl {
        query: String,
        /// JSON text of the variables; empty for none.
        variables: String,
    },
}

/// A field of a multipart form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FormFieldView {
    pub name: String,
    /// Its text; unused while it has files.
    pub value: String,
    /// The paths of its files; `null`: it is text.
    pub files: Option<Vec<String>>,
    /// Empty: what fits the file, or none for text.
    pub content_type: String,
    pub enabled: bool,
    pub description: String,
}

/// The scripts of a node; empty where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ScriptsView {
    pub pre_request: String,
    pub tests: String,
}

/// When a script runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ScriptPlace {
    PreRequest,
    Tests,
}

/// A sending setting by the name that definitions keep it under.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SendSettingView {
    pub name: String,
    /// What is set on the node itself; `null`: nothing.
    pub own: Value,
    /// What holds without that.
    pub inherited: Value,
    /// Where that comes from, for a person: "collection Photos API", "the settings".
    pub origin: String,
}

/// What changed in a request; absent parts stay as they are.
#[derive(Debug, Clone, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RequestEdit {
    #[ts(optional)]
    pub method: Option<String>,
    #[ts(optional)]
    pub url: Option<String>,
    #[ts(optional)]
    pub disabled_query: Option<Vec<DisabledRow>>,
    #[ts(optional)]
    pub path_variables: Option<Vec<RowView>>,
    #[ts(optional)]
    pub headers: Option<Vec<RowView>>,
    #[ts(optional)]
    pub body: Option<BodyView>,
}
