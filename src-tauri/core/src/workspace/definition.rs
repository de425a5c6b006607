//! The content of a collection, folder or request.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Auth, Variable};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    Collection,
    Folder,
    Request,
}

/// What a collection, folder or request says. No `Debug`: it holds auth and secret variables.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Definition {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// `None`: as the parent says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<Auth>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<Variable>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scripts: Vec<Script>,
    /// Sending settings that differ from the parent's, by name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub settings: Map<String, Value>,
    /// Only for requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestDefinition>,
    /// What an import brought that we have no field for; goes back out on export.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub unknown: Map<String, Value>,
}

impl Definition {
    /// What was kept from an import of that format: a member of [`Self::unknown`] under the format's name.
    pub fn kept_from(&self, format: &str) -> Option<&Map<String, Value>> {
        self.unknown.get(format).and_then(Value::as_object)
    }
}

/// A folder or collection has nothing beyond its definition; named for readers of signatures.
pub type Folder = Definition;

/// A request as written: every text may hold variables.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RequestDefinition {
    pub method: String,
    /// The URL as typed, query included. The Params table is a view of it.
    pub url: String,
    /// Query rows that are switched off, which the URL cannot show, with the place they stand at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disabled_query: Vec<(usize, KeyValue)>,
    /// Values for `:name` segments of the path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path_variables: Vec<KeyValue>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<KeyValue>,
    #[serde(default)]
    pub body: Body,
}

/// A row of a table: headers, params, form fields.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KeyValue {
    pub name: String,
    pub value: String,
    #[serde(default = "yes")]
    pub enabled: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Body {
    #[default]
    None,
    /// `language`: json, xml, text, html, javascript.
    Raw {
        language: String,
        text: String,
    },
    UrlEncoded {
        fields: Vec<KeyValue>,
    },
    FormData {
        fields: Vec<FormField>,
    },
    File {
        path: String,
    },
    GraphQl {
        query: String,
        variables: String,
    },
}

/// A field of a multipart form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormField {
    pub name: String,
    pub part: FormPart,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    #[serde(default = "yes")]
    pub enabled: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FormPart {
    Text(String),
    Files(Vec<String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ScriptEvent {
    PreRequest,
    Test,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    pub event: ScriptEvent,
    pub source: String,
    /// Other fields of the imported script, kept for export.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub unknown: Map<String, Value>,
}

fn yes() -> bool {
    true
}
