//! A node opened in the editor.

use serde::{Deserialize, Serialize};
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
    /// A kind that this window does not edit yet; it is kept and sent as it is.
    Other {
        name: String,
    },
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
