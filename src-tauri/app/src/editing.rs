//! Opening a node in the editor, and saving what is changed there as it is changed.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use gatepass_core::template::{Origin, Scopes};
use gatepass_core::workspace::{
    Auth, AuthKind, Body, Definition, FormField, FormPart, KeyValue, RequestDefinition, Variable,
};
use gatepass_storage::tables::nodes::StoredNode;
use serde_json::Value;

use crate::App;
use crate::definitions::Shown;
use crate::dto::{
    AuthView, BodyView, DisabledRow, EffectiveAuthView, ErrorView, FormFieldView, NodeDetail, NodeView,
    RequestEdit, RequestView, RowView, ScriptsView, VariableInScope, VariableView,
};
use crate::node_settings::node_settings;

impl App {
    /// A node with its content, for the editor.
    pub async fn open_node(&self, id: String) -> Result<NodeDetail, ErrorView> {
        let lineage = self.lineage(&id).await?;
        let mut shown = Vec::with_capacity(lineage.len());
        for stored in &lineage {
            shown.push(self.definitions().show(stored).await?);
        }
        let owner = shown.iter().position(|shown| shown.definition.auth.is_some());
        let effective_auth = EffectiveAuthView {
            from_node: owner.map(|at| lineage[at].node.id.to_string()),
            from_name: owner.map(|at| lineage[at].node.name.clone()),
            auth: owner.and_then(|at| auth_view(&shown[at])),
        };
        let own = &shown[0];
        let scope = in_scope(&self.scopes(&lineage, &shown).await?);
        Ok(NodeDetail {
            node: NodeView::from(&lineage[0].node),
            description: own.definition.description.clone(),
            auth: auth_view(own),
            effective_auth,
            variables: own.definition.variables.iter().map(VariableView::from).collect(),
            scripts: ScriptsView::from(&own.definition),
            settings: node_settings(self.outside().send_settings(), &lineage, &shown),
            scope,
            request: own.definition.request.as_ref().map(RequestView::from),
        })
    }

    /// Changes parts of a request.
    pub async fn edit_request(&self, id: String, edit: RequestEdit) -> Result<NodeView, ErrorView> {
        self.change(&id, |definition| {
            let Some(request) = &mut definition.request else {
                return Err(ErrorView::plain(
                    "usage",
                    "This is no request",
                    "Only requests have a method and a URL.",
                    "Open a request.",
                ));
            };
            apply(request, edit);
            Ok(())
        })
        .await?;
        Ok(NodeView::from(&self.node(&id).await?.node))
    }

    /// Sets the kind of auth by Postman's name; `None` inherits. What was set for another kind comes back with it, for
    /// as long as the application runs.
    pub async fn set_auth(&self, id: String, kind: Option<String>) -> Result<NodeDetail, ErrorView> {
        let kind = match kind.as_deref() {
            None | Some("inherit") => None,
            Some(name) => Some(AuthKind::parse(name).ok_or_else(|| unknown_kind(name))?),
        };
        self.change(&id, |definition| {
            if definition.auth.as_ref().map(|auth| auth.kind) != kind {
                let mut left = self.inner.left_auths.lock().unwrap_or_else(PoisonError::into_inner);
                let left = left.entry(id.clone()).or_default();
                left.extend(definition.auth.take());
                let again = left.iter().rposition(|auth| Some(auth.kind) == kind).map(|at| left.remove(at));
                definition.auth = again.or_else(|| kind.map(first_settings));
            }
            Ok(())
        })
        .await?;
        self.open_node(id).await
    }

    /// Sets auth parameters by name; `null` removes one. An object `{"$keep": place}` anywhere in a value stands for
    /// the secret that is stored at that place (as listed in [`AuthView::secrets`]).
    pub async fn set_auth_params(
        &self,
        id: String,
        params: BTreeMap<String, Value>,
    ) -> Result<NodeDetail, ErrorView> {
        self.change(&id, |definition| {
            let auth = definition.auth.get_or_insert_with(|| Auth::new(AuthKind::OAuth2));
            let before = Value::Object(auth.params.clone());
            for (name, mut value) in params {
                if value.is_null() {
                    auth.params.remove(&name);
                } else {
                    put_back_kept(&mut value, &before);
                    auth.params.insert(name, value);
                }
            }
            Ok(())
        })
        .await?;
        self.open_node(id).await
    }

    /// The value of one secret parameter, because the person asked to see it. `name` as in [`AuthView::secrets`].
    pub async fn reveal_auth_secret(&self, id: String, name: String) -> Result<String, ErrorView> {
        let definition = self.definitions().open(&self.node(&id).await?).await?;
        let params = definition.auth.map(|auth| Value::Object(auth.params)).unwrap_or_default();
        match params.pointer(&format!("/{name}")) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(value) => Ok(value.to_string()),
            None => Ok(String::new()),
        }
    }

    /// Replaces the variables of a collection or folder. A secret one whose value is `None` keeps its value.
    pub async fn set_variables(
        &self,
        id: String,
        variables: Vec<VariableView>,
    ) -> Result<NodeDetail, ErrorView> {
        self.change(&id, |definition| {
            definition.variables = merged(variables, &definition.variables);
            Ok(())
        })
        .await?;
        self.open_node(id).await
    }

    /// The value of a secret variable of a collection or folder, because the person asked to see it.
    pub async fn reveal_variable(&self, id: String, key: String) -> Result<String, ErrorView> {
        let definition = self.definitions().open(&self.node(&id).await?).await?;
        let value = definition.variables.into_iter().find(|variable| variable.key == key);
        Ok(value.map(|variable| variable.value).unwrap_or_default())
    }

    /// Loads, changes and saves one definition; edits of this process queue, so that none is lost.
    pub(crate) async fn change(
        &self,
        id: &str,
        change: impl FnOnce(&mut Definition) -> Result<(), ErrorView>,
    ) -> Result<(), ErrorView> {
        let _one_at_a_time = self.editing().lock().await;
        let stored = self.node(id).await?;
        let mut definition = self.definitions().open(&stored).await?;
        let scripts = definition.scripts.clone();
        change(&mut definition)?;
        if definition.scripts != scripts {
            self.trust_edited_scripts(&stored.node.collection, &scripts, &definition.scripts).await?;
        }
        let content = self.definitions().seal(&stored.node.id, &definition).await?;
        let method = definition.request.as_ref().map(|request| request.method.as_str());
        let auth = definition.auth.as_ref().map(|auth| auth.kind);
        self.database().nodes().save(&stored.node.id, method, auth, &content).await?;
        Ok(())
    }

    /// The variables that templates of a node can use, for showing.
    async fn scopes(&self, lineage: &[StoredNode], shown: &[Shown]) -> Result<Scopes, ErrorView> {
        let mut scopes = Scopes::new();
        if let Some(stored) = self.stored_chosen_environment().await? {
            let environment = self.definitions().show_environment(&stored).await?;
            scopes = scopes.with(Origin::Environment(environment.name), environment.variables);
        }
        for (stored, shown) in lineage.iter().zip(shown) {
            let variables = shown.definition.variables.clone();
            let origin = match stored.node.parent {
                Some(_) => Origin::Folder(stored.node.name.clone()),
                None => Origin::Collection(stored.node.name.clone()),
            };
            scopes = scopes.with(origin, variables);
        }
        Ok(scopes.with(Origin::Globals, self.shown_globals().await?))
    }
}

/// What a fresh auth of a kind starts with.
fn first_settings(kind: AuthKind) -> Auth {
    let mut auth = Auth::new(kind);
    if kind == AuthKind::OAuth2 {
        auth.params.insert("grant".to_owned(), "authorization_code".into());
        auth.params.insert("scope".to_owned(), "openid".into());
    }
    auth
}

fn unknown_kind(name: &str) -> ErrorView {
    ErrorView::plain(
        "usage",
        format!("There is no kind of authorization named “{name}”"),
        "The kinds are those of Postman.",
        "Choose one from the list.",
    )
}

fn put_back_kept(value: &mut Value, before: &Value) {
    match value {
        Value::Object(map) => {
            if let Some(place) = map.get("$keep").and_then(Value::as_str) {
                *value = before.pointer(&format!("/{place}")).cloned().unwrap_or_else(|| Value::from(""));
                return;
            }
            map.values_mut().for_each(|inner| put_back_kept(inner, before));
        }
        Value::Array(list) => list.iter_mut().for_each(|inner| put_back_kept(inner, before)),
        _ => {}
    }
}

fn auth_view(shown: &Shown) -> Option<AuthView> {
    let auth = shown.definition.auth.as_ref()?;
    let plain = shown.definition.split().plain;
    let params = plain.pointer("/auth/params").and_then(Value::as_object).cloned().unwrap_or_default();
    let secrets = shown
        .secret_places
        .iter()
        .filter_map(|place| place.strip_prefix("/auth/params/"))
        .map(str::to_owned)
        .collect();
    Some(AuthView { kind: auth.kind.as_str().to_owned(), params: params.into_iter().collect(), secrets })
}

fn in_scope(scopes: &Scopes) -> Vec<VariableInScope> {
    let named = |name: &str, origin: &Origin| {
        let winner = scopes.winner(name);
        let secret = winner.as_ref().is_some_and(|winner| winner.secret);
        VariableInScope {
            key: name.to_owned(),
            value: winner.filter(|_| !secret).map(|winner| winner.value.to_owned()),
            secret,
            origin: origin_in_words(origin),
        }
    };
    scopes.names().into_iter().map(|(name, origin)| named(name, origin)).collect()
}

fn origin_in_words(origin: &Origin) -> String {
    match origin {
        Origin::Local => "this send".to_owned(),
        Origin::IterationData => "data file".to_owned(),
        Origin::Environment(name) => format!("environment {name}"),
        Origin::Folder(name) => format!("folder {name}"),
        Origin::Collection(name) => format!("collection {name}"),
        Origin::Globals => "globals".to_owned(),
    }
}

/// Variables as they come back from the window: a hidden value that was not touched stays, also under a new name.
pub(crate) fn merged(views: Vec<VariableView>, before: &[Variable]) -> Vec<Variable> {
    // The first of a name keeps the value of the first, the second that of the second: names may be there twice.
    let mut left: Vec<&Variable> = before.iter().collect();
    let mut former: Vec<Option<&Variable>> = Vec::with_capacity(views.len());
    for view in &views {
        let at = left.iter().position(|old| old.key == view.key);
        former.push(at.map(|at| left.remove(at)));
    }
    // What is then without a counterpart on both sides was renamed, unless it cannot be told which is which.
    left.retain(|old| old.secret);
    let mut renamed = left.into_iter();
    let hidden = |(view, old): &(&VariableView, &Option<&Variable>)| view.value.is_none() && old.is_none();
    if views.iter().zip(&former).filter(hidden).count() == renamed.len() {
        for (view, old) in views.iter().zip(&mut former) {
            if view.value.is_none() && old.is_none() {
                *old = renamed.next();
            }
        }
    }
    let merged = views.into_iter().zip(former).map(|(view, old)| {
        let value = view.value.or_else(|| old.map(|old| old.value.clone())).unwrap_or_default();
        Variable { key: view.key, value, secret: view.secret, enabled: view.enabled }
    });
    merged.collect()
}

impl From<&Variable> for VariableView {
    fn from(variable: &Variable) -> Self {
        Self {
            key: variable.key.clone(),
            value: (!variable.secret).then(|| variable.value.clone()),
            secret: variable.secret,
            enabled: variable.enabled,
        }
    }
}

fn apply(request: &mut RequestDefinition, edit: RequestEdit) {
    if let Some(method) = edit.method {
        request.method = method;
    }
    if let Some(url) = edit.url {
        request.url = url;
    }
    if let Some(rows) = edit.disabled_query {
        request.disabled_query = rows.into_iter().map(|row| (row.at, row.row.into())).collect();
    }
    if let Some(rows) = edit.path_variables {
        request.path_variables = rows.into_iter().map(KeyValue::from).collect();
    }
    if let Some(rows) = edit.headers {
        request.headers = rows.into_iter().map(KeyValue::from).collect();
    }
    if let Some(body) = edit.body {
        apply_body(&mut request.body, body);
    }
}

fn apply_body(body: &mut Body, view: BodyView) {
    match view {
        BodyView::None => *body = Body::None,
        BodyView::Raw { language, text } => *body = Body::Raw { language, text },
        BodyView::UrlEncoded { fields } => {
            *body = Body::UrlEncoded { fields: fields.into_iter().map(KeyValue::from).collect() };
        }
        BodyView::FormData { fields } => {
            *body = Body::FormData { fields: fields.into_iter().map(FormField::from).collect() };
        }
        BodyView::File { path } => *body = Body::File { path },
        BodyView::GraphQl { query, variables } => *body = Body::GraphQl { query, variables },
    }
}

impl From<&RequestDefinition> for RequestView {
    fn from(request: &RequestDefinition) -> Self {
        Self {
            method: request.method.clone(),
            url: request.url.clone(),
            disabled_query: request
                .disabled_query
                .iter()
                .map(|(at, row)| DisabledRow { at: *at, row: row.into() })
                .collect(),
            path_variables: request.path_variables.iter().map(RowView::from).collect(),
            headers: request.headers.iter().map(RowView::from).collect(),
            body: BodyView::from(&request.body),
        }
    }
}

impl From<&Body> for BodyView {
    fn from(body: &Body) -> Self {
        match body {
            Body::None => Self::None,
            Body::Raw { language, text } => Self::Raw { language: language.clone(), text: text.clone() },
            Body::UrlEncoded { fields } => {
                Self::UrlEncoded { fields: fields.iter().map(RowView::from).collect() }
            }
            Body::FormData { fields } => {
                Self::FormData { fields: fields.iter().map(FormFieldView::from).collect() }
            }
            Body::File { path } => Self::File { path: path.clone() },
            Body::GraphQl { query, variables } => {
                Self::GraphQl { query: query.clone(), variables: variables.clone() }
            }
        }
    }
}

impl From<&FormField> for FormFieldView {
    fn from(field: &FormField) -> Self {
        let (value, files) = match &field.part {
            FormPart::Text(text) => (text.clone(), None),
            FormPart::Files(paths) => (String::new(), Some(paths.clone())),
        };
        Self {
            name: field.name.clone(),
            value,
            files,
            content_type: field.content_type.clone().unwrap_or_default(),
            enabled: field.enabled,
            description: field.description.clone(),
        }
    }
}

impl From<FormFieldView> for FormField {
    fn from(field: FormFieldView) -> Self {
        Self {
            name: field.name,
            part: field.files.map_or(FormPart::Text(field.value), FormPart::Files),
            content_type: Some(field.content_type).filter(|given| !given.is_empty()),
            enabled: field.enabled,
            description: field.description,
        }
    }
}

impl From<&KeyValue> for RowView {
    fn from(row: &KeyValue) -> Self {
        Self {
            name: row.name.clone(),
            value: row.value.clone(),
            enabled: row.enabled,
            description: row.description.clone(),
        }
    }
}

impl From<RowView> for KeyValue {
    fn from(row: RowView) -> Self {
        Self { name: row.name, value: row.value, enabled: row.enabled, description: row.description }
    }
}
