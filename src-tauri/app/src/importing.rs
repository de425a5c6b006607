//! Import: first a preview, then the real thing. Nothing that comes in runs by itself.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use gatepass_core::exchange::ResponseBody;
use gatepass_core::pipeline::{Draft, Outcome, Trouble};
use gatepass_core::ports::Unwatched;
use gatepass_core::workspace::{Definition, NodeKind, RequestDefinition, Variable};
use gatepass_interchange::{Imported, ReadFailure};
use gatepass_oauth::keeper::SendTerms;

use crate::App;
use crate::dto::{
    EnvironmentView, ErrorView, ImportItem, ImportPreview, ImportResult, ImportWarning, NodeView,
    VariableView,
};
use crate::folder;
use crate::sending::Unobserved;

/// Larger files are no collections, in bytes.
const FILE_LIMIT: u64 = 64 << 20;

impl App {
    /// What a pasted or dropped text would bring in. `name` is its file name, if it had one.
    pub async fn preview_import(&self, text: String, name: String) -> Result<ImportPreview, ErrorView> {
        Ok(self.inner.imports.look_at(read(text.into_bytes(), name).await?))
    }

    /// What a URL's answer would bring in. Nothing else is asked for, whatever the document refers to.
    pub async fn preview_import_url(&self, url: String) -> Result<ImportPreview, ErrorView> {
        let (bytes, name) = self.fetch(&url).await?;
        Ok(self.inner.imports.look_at(read(bytes, name).await?))
    }

    /// What a file would bring in that the person chooses; `None`: none was chosen.
    pub async fn choose_import(&self) -> Result<Option<ImportPreview>, ErrorView> {
        let Some(path) = self.chooser().files("Import", false).await.into_iter().next() else {
            return Ok(None);
        };
        let (bytes, name) = read_file(path).await?;
        Ok(Some(self.inner.imports.look_at(read(bytes, name).await?)))
    }

    /// The same for a collection that lies in a folder, as Bruno's do.
    pub async fn choose_import_folder(&self) -> Result<Option<ImportPreview>, ErrorView> {
        let Some(path) = self.chooser().folder("Import a folder").await else { return Ok(None) };
        Ok(Some(self.inner.imports.look_at(folder::read(path).await?)))
    }

    /// Brings in what was looked at last, without the items of its preview at the places `without`.
    pub async fn confirm_import(&self, id: String, without: Vec<usize>) -> Result<ImportResult, ErrorView> {
        let looked_at = self.inner.imports.take(&id).ok_or_else(looked_at_no_longer)?;
        self.bring_in(leave_out(looked_at, &without)).await
    }

    /// Takes a whole import back out: what it made goes to the trash, and the globals are as they were.
    pub async fn undo_import(&self, id: String) -> Result<(), ErrorView> {
        let Some(came_in) = self.inner.imports.forget(&id) else { return Err(looked_at_no_longer()) };
        for collection in came_in.collections {
            self.delete_node(collection).await?;
        }
        for environment in came_in.environments {
            self.delete_environment(environment).await?;
        }
        if let Some(globals) = came_in.globals_before {
            self.put_back_globals(globals).await?;
        }
        Ok(())
    }

    /// Brings in what a text holds.
    pub async fn import_text(&self, text: String, name: String) -> Result<ImportResult, ErrorView> {
        self.bring_in(read(text.into_bytes(), name).await?).await
    }

    /// Brings in what a URL answers with. Nothing else is asked for, whatever the document refers to.
    pub async fn import_url(&self, url: &str) -> Result<ImportResult, ErrorView> {
        let (bytes, name) = self.fetch(url).await?;
        self.bring_in(read(bytes, name).await?).await
    }

    /// Brings in a file, or a collection that lies in a folder.
    pub async fn import_file(&self, path: String) -> Result<ImportResult, ErrorView> {
        if std::path::Path::new(&path).is_dir() {
            return self.bring_in(folder::read(PathBuf::from(path)).await?).await;
        }
        let (bytes, name) = read_file(PathBuf::from(path)).await?;
        self.bring_in(read(bytes, name).await?).await
    }

    async fn fetch(&self, url: &str) -> Result<(Vec<u8>, String), ErrorView> {
        let request = RequestDefinition {
            method: "GET".to_owned(),
            url: url.to_owned(),
            ..RequestDefinition::default()
        };
        let definition = Definition { request: Some(request), ..Definition::default() };
        let mut draft = Draft::new("import", Arc::new(definition));
        draft.settings = self.outside().send_settings();
        let pipeline = self.outside().pipeline(None);
        let sent = pipeline.send(draft, &SendTerms::default(), &Unwatched, Arc::new(Unobserved)).await;
        let exchange = match sent.outcome {
            Outcome::Answered(exchange) => exchange,
            Outcome::Failed(Trouble::Send(failure)) => return Err(failure.into()),
            Outcome::Failed(Trouble::Auth(failure)) => return Err(failure.into()),
            Outcome::HeldBack(held) => {
                return Err(ErrorView::plain("network", "The URL was not asked", held.message, "Try again."));
            }
            Outcome::Skipped => unreachable!("an import has no script that could skip it"),
        };
        let response = exchange.response;
        if !(200..300).contains(&response.status) {
            return Err(ErrorView::plain(
                "usage",
                "The URL does not lead to a document",
                format!("The server answered {} {}.", response.status, response.reason),
                "Open it in a browser to see why; a page that asks to sign in cannot be imported.",
            ));
        }
        if response.body.size() > FILE_LIMIT {
            return Err(too_large(response.body.size()));
        }
        let name =
            exchange.request.url.path_segments().and_then(|mut path| path.next_back().map(str::to_owned));
        let bytes = match &response.body {
            ResponseBody::Memory(bytes) => bytes.to_vec(),
            ResponseBody::File(file) => read_file(file.path.clone()).await?.0,
        };
        Ok((bytes, name.unwrap_or_default()))
    }

    pub(crate) async fn bring_in(&self, imported: Imported) -> Result<ImportResult, ErrorView> {
        let warnings = warnings(&imported);
        let mut came_in = CameIn::default();
        let mut nodes: Vec<NodeView> = Vec::new();
        for branch in imported.branches {
            nodes.extend(self.plant(branch, None).await?);
        }
        came_in.collections =
            nodes.iter().filter(|node| node.parent.is_none()).map(|node| node.id.clone()).collect();
        let mut environments = Vec::new();
        for environment in imported.environments {
            self.save_environment(&environment).await?;
            environments.push(EnvironmentView::from(&environment));
        }
        came_in.environments = environments.iter().map(|environment| environment.id.clone()).collect();
        if !imported.globals.is_empty() {
            came_in.globals_before = Some(self.globals().await?);
            self.add_globals(imported.globals).await?;
        }
        let globals = self.shown_globals().await?.iter().map(VariableView::from).collect();
        self.say_imported().await?;
        Ok(ImportResult { id: self.inner.imports.remember(came_in), nodes, environments, globals, warnings })
    }
}

/// How many imports can be undone.
const UNDOABLE: usize = 8;

/// What was looked at last and not brought in yet, and what came in lately. No `Debug`: both hold secrets.
#[derive(Default)]
pub(crate) struct Imports {
    looked_at: Mutex<Option<(String, Imported)>>,
    came_in: Mutex<VecDeque<(String, CameIn)>>,
}

/// What one import made.
#[derive(Default)]
struct CameIn {
    collections: Vec<String>,
    environments: Vec<String>,
    /// `None`: it brought no globals.
    globals_before: Option<Vec<Variable>>,
}

impl Imports {
    fn look_at(&self, imported: Imported) -> ImportPreview {
        let id = uuid::Uuid::new_v4().to_string();
        let preview = preview(id.clone(), &imported);
        *self.looked_at.lock().unwrap_or_else(PoisonError::into_inner) = Some((id, imported));
        preview
    }

    fn take(&self, id: &str) -> Option<Imported> {
        let mut looked_at = self.looked_at.lock().unwrap_or_else(PoisonError::into_inner);
        looked_at.take_if(|(known, _)| known == id).map(|(_, imported)| imported)
    }

    fn remember(&self, came_in: CameIn) -> String {
        let id = uuid::Uuid::new_v4().to_string();
        let mut all = self.came_in.lock().unwrap_or_else(PoisonError::into_inner);
        all.push_back((id.clone(), came_in));
        if all.len() > UNDOABLE {
            all.pop_front();
        }
        id
    }

    fn forget(&self, id: &str) -> Option<CameIn> {
        let mut all = self.came_in.lock().unwrap_or_else(PoisonError::into_inner);
        let at = all.iter().position(|(known, _)| known == id)?;
        all.remove(at).map(|(_, came_in)| came_in)
    }
}

/// The items stand in the order of [`preview`]: collections, environments, globals.
fn leave_out(mut imported: Imported, without: &[usize]) -> Imported {
    let mut place = 0;
    let mut stays = || {
        place += 1;
        !without.contains(&(place - 1))
    };
    imported.branches.retain(|_| stays());
    imported.environments.retain(|_| stays());
    if !stays() {
        imported.globals.clear();
    }
    imported
}

fn looked_at_no_longer() -> ErrorView {
    ErrorView::plain(
        "usage",
        "This import is no longer at hand",
        "Another one was looked at, brought in or undone since.",
        "Open the import dialog again.",
    )
}

/// Parsing a large document takes a while: not on the async threads.
async fn read(bytes: Vec<u8>, name: String) -> Result<Imported, ErrorView> {
    tokio::task::spawn_blocking(move || gatepass_interchange::read(&bytes, &name))
        .await
        .map_err(|error| {
            ErrorView::plain("storage", "The import was interrupted", error.to_string(), "Try again.")
        })?
        .map_err(ErrorView::from)
}

async fn read_file(path: PathBuf) -> Result<(Vec<u8>, String), ErrorView> {
    let unreadable = |error: std::io::Error| {
        ErrorView::plain(
            "usage",
            "The file cannot be read",
            format!("{}: {error}", path.display()),
            "Choose a file that exists and that you may read.",
        )
    };
    let size = tokio::fs::metadata(&path).await.map_err(unreadable)?.len();
    if size > FILE_LIMIT {
        return Err(too_large(size));
    }
    let bytes = tokio::fs::read(&path).await.map_err(unreadable)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok((bytes, name))
}

fn too_large(size: u64) -> ErrorView {
    ErrorView::plain(
        "usage",
        "The document is too large to import",
        format!("It has {} MiB; at most {} are read.", size >> 20, FILE_LIMIT >> 20),
        "Leave out saved responses, or export the collection in parts.",
    )
}

fn preview(id: String, imported: &Imported) -> ImportPreview {
    let counts = imported.counts();
    let mut items = Vec::new();
    for branch in &imported.branches {
        let (mut requests, mut folders) = (0, 0);
        let mut waiting = vec![branch];
        while let Some(branch) = waiting.pop() {
            requests += usize::from(branch.kind == NodeKind::Request);
            folders += usize::from(branch.kind == NodeKind::Folder);
            waiting.extend(&branch.children);
        }
        items.push(ImportItem {
            kind: "collection".to_owned(),
            name: branch.name.clone(),
            detail: format!("{} in {}", counted(requests, "request"), counted(folders, "folder")),
        });
    }
    for environment in &imported.environments {
        items.push(ImportItem {
            kind: "environment".to_owned(),
            name: environment.name.clone(),
            detail: counted(environment.variables.len(), "variable"),
        });
    }
    if !imported.globals.is_empty() {
        items.push(ImportItem {
            kind: "globals".to_owned(),
            name: "Globals".to_owned(),
            detail: counted(imported.globals.len(), "variable"),
        });
    }
    ImportPreview {
        id,
        format: imported.format.clone(),
        items,
        requests: counts.requests,
        scripts: counts.scripts,
        oauth_configs: counts.oauth_configs,
        warnings: warnings(imported),
    }
}

fn warnings(imported: &Imported) -> Vec<ImportWarning> {
    let said = imported.warnings.iter().map(|warning| ImportWarning {
        item: warning.item.clone(),
        reason: warning.reason.clone(),
        what_happens: warning.what_happens.clone(),
    });
    let offered = imported.offered_tokens.iter().map(|offered| ImportWarning {
        item: offered.item.clone(),
        reason: format!("The document holds a token value (“{}”)", offered.token_name),
        what_happens: "It is not used. Get a new token, or paste it where you want it.".to_owned(),
    });
    said.chain(offered).collect()
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

impl From<ReadFailure> for ErrorView {
    fn from(failure: ReadFailure) -> Self {
        Self::plain("usage", failure.message, failure.cause, failure.next_step)
    }
}
