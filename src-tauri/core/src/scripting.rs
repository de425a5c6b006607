//! What scripts are given, what they may ask for while they run, and what they give back.
//!
//! The engine that runs them is behind [`ScriptEngine`](crate::ports::ScriptEngine); who answers them is a
//! [`ScriptHost`](crate::ports::ScriptHost). Everything here crosses a process boundary as JSON, with the members named
//! in the way of JavaScript.

mod report;
mod variables;

pub use report::{
    Assertion, AssertionError, ConsoleLevel, ConsoleLine, NextRequest, ScriptError, ScriptErrorKind,
    ScriptReport, Visualization,
};
pub use variables::{VariableChange, VariableScope};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::exchange::ResponseBody;
use crate::workspace::{Auth, NodeKind, RequestDefinition, ScriptEvent};

/// The scripts of one event of one request, in the order in which they run, and what they can see.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScriptJob {
    pub event: ScriptEvent,
    pub scripts: Vec<PlacedScript>,
    pub info: ScriptInfo,
    pub variables: VisibleVariables,
    /// Before it is sent: as written. After: as it left, credentials included.
    pub request: ScriptRequest,
    /// The answer; `None` before sending, and if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<ScriptResponse>,
    /// What the jar holds for the URL of the request.
    #[serde(default)]
    pub cookies: Vec<ScriptCookie>,
}

/// A script and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedScript {
    pub kind: NodeKind,
    /// The name of the collection, folder or request.
    pub name: String,
    pub source: String,
}

/// What `pm.info` and `pm.execution.location` tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScriptInfo {
    pub request_name: String,
    pub request_id: String,
    /// Counts from 0.
    pub iteration: usize,
    pub iteration_count: usize,
    /// From the collection down to the request.
    pub location: Vec<String>,
}

/// The variables that a script can see, by scope. Only enabled ones, secret ones included.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VisibleVariables {
    pub environment_name: String,
    pub environment_id: String,
    pub environment: Map<String, Value>,
    pub globals: Map<String, Value>,
    pub collection: Map<String, Value>,
    /// Of the request itself and its folders, the strongest first.
    pub folders: Vec<Map<String, Value>>,
    pub iteration_data: Map<String, Value>,
    pub local: Map<String, Value>,
}

/// A request as scripts see and change it: what the workspace keeps, and its authorization.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ScriptRequest {
    #[serde(flatten)]
    pub request: RequestDefinition,
    /// For a request of the collection: what holds for it, inherited or not. With OAuth 2.0 the parameters
    /// `accessToken` and `idToken` are filled in as far as there are tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<Auth>,
}

/// An answer as scripts see it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScriptResponse {
    pub code: u16,
    /// The reason phrase; the usual one where the protocol has none.
    pub status: String,
    /// `HTTP/1.1`.
    pub version: String,
    pub headers: Vec<(String, String)>,
    /// Milliseconds.
    pub response_time: f64,
    /// Bytes of body, after decompression.
    pub size: u64,
    /// Travels beside the JSON; not given to scripts where it is larger than they may hold.
    #[serde(skip)]
    pub body: Option<ResponseBody>,
}

/// A cookie as scripts see it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScriptCookie {
    pub name: String,
    pub value: String,
    pub domain: String,
    #[serde(default = "root")]
    pub path: String,
    #[serde(default)]
    pub secure: bool,
    #[serde(default)]
    pub http_only: bool,
    /// Milliseconds since 1970; `None`: until the end of the session.
    #[serde(default)]
    pub expires: Option<i64>,
}

fn root() -> String {
    "/".to_owned()
}

/// What a script asks for while it runs.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "camelCase")]
pub enum Question {
    /// `pm.sendRequest`. Its texts are sent as they are; files cannot be sent.
    SendRequest { request: Box<ScriptRequest> },
    /// `gatepass.oauth.*`. Without a name the request's own token is meant.
    Oauth { call: OauthCall, name: Option<String> },
    /// `pm.cookies.jar()`.
    Cookies { call: CookieCall, url: String, cookie: Option<ScriptCookie>, name: Option<String> },
    /// `pm.vault.*`.
    Vault { call: VaultCall, key: String, value: Option<String> },
    /// A dynamic variable of `pm.variables.replaceIn`, without its `$`.
    Dynamic { name: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OauthCall {
    /// The stored token if it is good, a renewed one, or one that can be had without a person.
    GetToken,
    RefreshToken,
    /// Revokes at the provider and deletes here.
    RevokeToken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CookieCall {
    /// All that are sent to that URL.
    List,
    Set,
    /// The one of that name.
    Unset,
    /// All of that URL.
    Clear,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum VaultCall {
    Get,
    Set,
    Unset,
}

/// What a question is answered with.
#[derive(Clone)]
pub enum Answer {
    Response(Box<ScriptResponse>),
    Value(Value),
}

/// Why a question is not answered. The script gets it as an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// For programs: `network`, `sign_in_needed`, …
    pub code: String,
    /// For people: what happened, why, what to do.
    pub message: String,
}

impl Refusal {
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into() }
    }
}
