//! A collection to work on, wherever it comes from: a file that a person names, or the database.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use gatepass_core::exchange::SendSettings;
use gatepass_core::find;
use gatepass_core::pipeline::{Ancestor, ChosenEnvironment, Draft, LiveVariables, ScriptPermission};
use gatepass_core::template::VariableSet;
use gatepass_core::workspace::{Branch, Definition, Environment, Id, Node, NodeKind, Planted, Variable};
use gatepass_interchange::postman::{Options, write_collection};
use gatepass_interchange::{DataFile, Imported, read_data};
use serde_json::Value;

use crate::App;
use crate::dto::ErrorView;

/// A collection, whole and in memory, its secrets open.
pub struct Source {
    /// Each behind its parent.
    nodes: Vec<Node>,
    definitions: Vec<Arc<Definition>>,
    places: HashMap<Id, usize>,
    /// Collection and folders as requests see them above themselves: made once, shared by all drafts.
    containers: HashMap<Id, Ancestor>,
    /// What could not be carried over from a file.
    pub notes: Vec<String>,
    /// Nodes whose scripts nobody trusts. None in a file: to name it is to trust it.
    untrusted: HashSet<Id>,
}

/// Variables from outside the collection. Cheap to hand to every draft.
#[derive(Clone, Default)]
pub struct Surrounding {
    environment: Option<Arc<ChosenEnvironment>>,
    globals: Arc<VariableSet>,
}

impl Surrounding {
    pub fn new(environment: Option<Environment>, globals: Vec<Variable>) -> Self {
        Self {
            environment: environment.map(|environment| Arc::new(ChosenEnvironment::from(environment))),
            globals: Arc::new(VariableSet::new(globals)),
        }
    }

    /// Puts it around a draft.
    pub(crate) fn around(&self, draft: &mut Draft) {
        draft.environment = self.environment.clone();
        draft.globals = Arc::clone(&self.globals);
    }

    /// The variables in it, as a run that changes none leaves them.
    pub fn variables(&self) -> LiveVariables {
        let mut draft = Draft::new("", Arc::default());
        self.around(&mut draft);
        LiveVariables::of(&draft)
    }

    /// The part of a token's key that keeps environments apart; empty without one.
    pub fn environment_id(&self) -> &str {
        self.environment.as_ref().map_or("", |environment| environment.id.as_str())
    }
}

impl Source {
    /// Reads a collection file.
    ///
    /// # Errors
    /// Why nothing could be taken from it.
    pub fn of_file(path: &Path) -> Result<Self, ErrorView> {
        let imported = read_document(path)?;
        let notes = imported
            .warnings
            .iter()
            .map(|warning| format!("{}: {}. {}", warning.item, warning.reason, warning.what_happens))
            .collect();
        let Some(branch) = imported.branches.into_iter().next() else {
            return Err(ErrorView::plain(
                "usage",
                format!("{} holds no collection", path.display()),
                format!("It is a {}.", imported.format),
                "Name a collection; environments go behind -e, globals behind -g.",
            ));
        };
        Ok(Self::of_branch(branch, notes))
    }

    /// Reads a collection of the database by its name, else by its id.
    pub async fn of_database(app: &App, name: &str) -> Result<Self, ErrorView> {
        let mut all = Vec::new();
        for workspace in app.database().workspaces().list().await? {
            all.extend(app.database().nodes().tree(&workspace.id).await?);
        }
        let collections: Vec<&Node> = all.iter().filter(|node| node.kind == NodeKind::Collection).collect();
        let by_name: Vec<&&Node> = collections.iter().filter(|node| node.name == name).collect();
        let found = match by_name.as_slice() {
            [one] => **one,
            [] => match collections.iter().find(|node| node.id.as_str() == name) {
                Some(one) => one,
                None => return Err(unknown_collection(name, &collections)),
            },
            several => {
                let ids: Vec<&str> = several.iter().map(|node| node.id.as_str()).collect();
                return Err(ErrorView::plain(
                    "usage",
                    format!("“{name}” is the name of {} collections", several.len()),
                    format!("Their ids are {}.", ids.join(", ")),
                    "Use an id, or rename one of them.",
                ));
            }
        };
        let trusted = app.trusted_scripts(&found.id).await?;
        let (mut planted, mut untrusted) = (Vec::new(), HashSet::new());
        for stored in app.database().nodes().branch(&found.id).await? {
            let definition = app.definitions().open(&stored).await?;
            if !trusted.covers(&definition.scripts) {
                untrusted.insert(stored.node.id.clone());
            }
            planted.push(Planted { node: stored.node, definition });
        }
        Ok(Self { untrusted, ..Self::of_planted(planted, Vec::new()) })
    }

    fn of_branch(branch: Branch, notes: Vec<String>) -> Self {
        let mut planted = branch.plant(None);
        adopt_identities(&mut planted);
        Self::of_planted(planted, notes)
    }

    fn of_planted(planted: Vec<Planted>, notes: Vec<String>) -> Self {
        let mut source = Self {
            nodes: Vec::with_capacity(planted.len()),
            definitions: Vec::with_capacity(planted.len()),
            places: HashMap::with_capacity(planted.len()),
            containers: HashMap::new(),
            notes,
            untrusted: HashSet::new(),
        };
        for Planted { node, definition } in planted {
            let definition = Arc::new(definition);
            if node.kind != NodeKind::Request {
                let ancestor =
                    Ancestor::new(node.id.clone(), node.name.clone(), node.kind, Arc::clone(&definition));
                source.containers.insert(node.id.clone(), ancestor);
            }
            source.places.insert(node.id.clone(), source.nodes.len());
            source.nodes.push(node);
            source.definitions.push(definition);
        }
        source
    }

    /// The collection as a tree, for export.
    pub fn into_branch(self) -> Branch {
        // From the end, every node is complete when its parent takes it in.
        let mut open: HashMap<Id, Vec<Branch>> = HashMap::new();
        let mut root = None;
        for (node, definition) in self.nodes.into_iter().zip(self.definitions).rev() {
            let mut children = open.remove(&node.id).unwrap_or_default();
            children.reverse();
            let definition = Definition::clone(&definition);
            let branch = Branch { kind: node.kind, name: node.name, definition, children };
            match node.parent {
                Some(parent) => open.entry(parent).or_default().push(branch),
                None => root = Some(branch),
            }
        }
        root.unwrap_or_else(|| Branch {
            kind: NodeKind::Collection,
            name: String::new(),
            definition: Definition::default(),
            children: Vec::new(),
        })
    }

    /// The collection as a Postman document for reports: without secrets, and everything in it with its identity.
    pub fn into_document(self) -> Value {
        let ids: Vec<String> = self.nodes.iter().map(|node| node.id.to_string()).collect();
        let mut document = write_collection(&self.into_branch(), Options { secrets: false });
        let mut ids = ids.into_iter();
        if let Some(info) = document.get_mut("info").and_then(Value::as_object_mut) {
            info.insert("_postman_id".to_owned(), ids.next().into());
        }
        identify(&mut document, &mut ids);
        document
    }

    /// The collection's name.
    pub fn name(&self) -> &str {
        self.nodes.first().map_or("", |node| node.name.as_str())
    }

    /// All nodes, each behind its parent.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The node that `wanted` means: a request, else a folder; the collection itself for `None`.
    ///
    /// # Errors
    /// Nothing or several things are meant.
    pub fn find(&self, wanted: Option<&str>) -> Result<&Node, ErrorView> {
        let Some(wanted) = wanted else {
            return self.nodes.first().ok_or_else(|| unknown_collection("", &[]));
        };
        let found = match find::request(&self.nodes, wanted) {
            Err(find::NotFound::Nothing { .. }) => {
                find::folder(&self.nodes, wanted).or_else(|_| find::request(&self.nodes, wanted))
            }
            found => found,
        };
        found.map_err(|not_found| {
            ErrorView::plain(
                "usage",
                capitalised(&not_found.to_string()),
                format!("It was looked for in “{}”.", self.name()),
                "Name it by its id, its name, or its path: Folder/Sub/Name.",
            )
        })
    }

    /// The requests at and below a node, in tree order.
    pub fn requests_below(&self, top: &Node) -> Vec<&Node> {
        let mut inside = HashSet::from([&top.id]);
        let mut requests = Vec::new();
        // A parent stands before its children, so one pass finds the whole branch.
        for node in &self.nodes {
            if node.id == top.id || node.parent.as_ref().is_some_and(|parent| inside.contains(parent)) {
                inside.insert(&node.id);
                if node.kind == NodeKind::Request {
                    requests.push(node);
                }
            }
        }
        requests
    }

    /// The requests at and below the nodes that are named, each once and in tree order; all for no name.
    ///
    /// # Errors
    /// A name means nothing or several things.
    pub fn requests_of(&self, named: &[String]) -> Result<Vec<&Node>, ErrorView> {
        if named.is_empty() {
            return Ok(self.requests_below(self.find(None)?));
        }
        let mut chosen = HashSet::new();
        for name in named {
            chosen.extend(self.requests_below(self.find(Some(name))?).into_iter().map(|node| &node.id));
        }
        Ok(self.nodes.iter().filter(|node| chosen.contains(&node.id)).collect())
    }

    /// A node as the pipeline takes it. A collection or folder asks for nothing itself: its auth and variables hold.
    pub fn draft(&self, node: &Node, surrounding: &Surrounding, settings: &SendSettings) -> Draft {
        let own = self.places.get(&node.id).map(|at| Arc::clone(&self.definitions[*at]));
        let definition = own.filter(|_| node.kind == NodeKind::Request).unwrap_or_default();
        let mut draft = Draft::new(node.name.clone(), definition);
        draft.id = Some(node.id.clone());
        let mut above = if node.kind == NodeKind::Request { node.parent.as_ref() } else { Some(&node.id) };
        while let Some(ancestor) = above.and_then(|id| self.containers.get(id)) {
            draft.ancestors.push(ancestor.clone());
            above = self.places.get(&ancestor.id).and_then(|at| self.nodes[*at].parent.as_ref());
        }
        surrounding.around(&mut draft);
        draft.settings = settings.clone();
        let around = draft.ancestors.iter().map(|ancestor| &ancestor.id).chain([&node.id]);
        draft.scripts = match around.into_iter().any(|id| self.untrusted.contains(id)) {
            true => ScriptPermission::NotTrusted,
            false => ScriptPermission::Granted,
        };
        draft
    }

    /// The id of the collection.
    pub fn id(&self) -> Option<&Id> {
        self.nodes.first().map(|node| &node.id)
    }
}

/// Lets nodes keep the identities that their file gives them: scripts name requests by them.
fn adopt_identities(planted: &mut [Planted]) {
    let mut adopted: HashMap<Id, Id> = HashMap::new();
    let mut taken = HashSet::new();
    for Planted { node, definition } in planted.iter() {
        let given = definition.kept_from("postman").and_then(|kept| match node.kind {
            NodeKind::Collection => kept.get("info")?.get("_postman_id"),
            NodeKind::Folder | NodeKind::Request => kept.get("id").or_else(|| kept.get("_postman_id")),
        });
        let given = given.and_then(Value::as_str).filter(|given| !given.is_empty());
        if let Some(given) = given.filter(|given| taken.insert(given.to_string())) {
            adopted.insert(node.id.clone(), Id::from_text(given));
        }
    }
    let adopt = |id: &mut Id| {
        if let Some(given) = adopted.get(id) {
            id.clone_from(given);
        }
    };
    for Planted { node, .. } in planted {
        adopt(&mut node.id);
        adopt(&mut node.collection);
        node.parent.iter_mut().for_each(adopt);
    }
}

/// Writes identities into the items of a document, which stand there in the order of the nodes.
fn identify(parent: &mut Value, ids: &mut impl Iterator<Item = String>) {
    for item in parent.get_mut("item").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(members) = item.as_object_mut() {
            members.insert("id".to_owned(), ids.next().into());
        }
        identify(item, ids);
    }
}

/// The rows of a data file.
///
/// # Errors
/// Why the file cannot be read, or is neither JSON nor CSV; the line is named.
pub fn data_of_file(path: &Path) -> Result<DataFile, ErrorView> {
    Ok(read_data(&bytes_of(path)?)?)
}

impl App {
    /// The id of the workspace that holds a collection (by name or id); `None` if there is none, or if it is this one.
    pub async fn other_workspace_holding(&self, collection: &str) -> Result<Option<String>, ErrorView> {
        let named = |node: &Node| {
            node.kind == NodeKind::Collection && (node.name == collection || node.id.as_str() == collection)
        };
        if self.database().nodes().tree(self.workspace()).await?.iter().any(named) {
            return Ok(None);
        }
        for workspace in self.database().workspaces().list().await? {
            if self.database().nodes().tree(&workspace.id).await?.iter().any(named) {
                return Ok(Some(workspace.id.to_string()));
            }
        }
        Ok(None)
    }
}

/// An environment from a file. Its id is made from its name, so that its tokens are found again at the next call.
///
/// # Errors
/// Why nothing could be taken from the file.
pub fn environment_of_file(path: &Path) -> Result<Environment, ErrorView> {
    let imported = read_document(path)?;
    match imported.environments.into_iter().next() {
        Some(environment) => {
            let id = Id::from_text(format!("file/{}", environment.name));
            Ok(Environment { id, ..environment })
        }
        None => Err(ErrorView::plain(
            "usage",
            format!("{} holds no environment", path.display()),
            format!("It is a {}.", imported.format),
            "Name an environment that was exported from Postman or Gatepass.",
        )),
    }
}

/// Global variables from a file.
///
/// # Errors
/// Why nothing could be taken from the file.
pub fn globals_of_file(path: &Path) -> Result<Vec<Variable>, ErrorView> {
    let imported = read_document(path)?;
    if imported.globals.is_empty()
        && let Some(environment) = imported.environments.into_iter().next()
    {
        return Ok(environment.variables);
    }
    Ok(imported.globals)
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, ErrorView> {
    std::fs::read(path).map_err(|error| {
        ErrorView::plain(
            "usage",
            format!("{} cannot be read", path.display()),
            format!("{error}."),
            "Name a file that exists and that you may read.",
        )
    })
}

fn read_document(path: &Path) -> Result<Imported, ErrorView> {
    let bytes = bytes_of(path)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(gatepass_interchange::read(&bytes, &name)?)
}

fn unknown_collection(name: &str, collections: &[&Node]) -> ErrorView {
    let known: Vec<String> = collections.iter().take(10).map(|node| format!("“{}”", node.name)).collect();
    ErrorView::plain(
        "usage",
        format!("There is no collection “{name}”"),
        if known.is_empty() {
            "No such file exists, and the database holds no collection.".to_owned()
        } else {
            format!("No such file exists; the database holds {}.", known.join(", "))
        },
        "Name a collection file, or import one first.",
    )
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
