//! Import: first a preview, then the real thing. Nothing that comes in runs by itself.

use std::path::PathBuf;
use std::sync::Arc;

use gatepass_core::exchange::ResponseBody;
use gatepass_core::pipeline::{Draft, Outcome, Trouble};
use gatepass_core::ports::Unwatched;
use gatepass_core::workspace::{Definition, NodeKind, RequestDefinition};
use gatepass_interchange::{Imported, ReadFailure};
use gatepass_oauth::keeper::SendTerms;

use crate::App;
use crate::dto::{EnvironmentView, ErrorView, ImportItem, ImportPreview, ImportResult, ImportWarning};
use crate::sending::Unobserved;

/// Larger files are no collections, in bytes.
const FILE_LIMIT: u64 = 64 << 20;

impl App {
    /// What a pasted or dropped text would bring in. `name` is its file name, if it had one.
    pub async fn preview_import(&self, text: String, name: String) -> Result<ImportPreview, ErrorView> {
        Ok(preview(&read(text.into_bytes(), name).await?))
    }

    pub async fn preview_import_file(&self, path: String) -> Result<ImportPreview, ErrorView> {
        let (bytes, name) = read_file(PathBuf::from(path)).await?;
        Ok(preview(&read(bytes, name).await?))
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

    pub async fn import_file(&self, path: String) -> Result<ImportResult, ErrorView> {
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
        let mut nodes = Vec::new();
        for branch in imported.branches {
            nodes.extend(self.plant(branch, None).await?);
        }
        let mut environments = Vec::new();
        for environment in imported.environments {
            self.save_environment(&environment).await?;
            environments.push(EnvironmentView::from(&environment));
        }
        if !imported.globals.is_empty() {
            self.add_globals(imported.globals).await?;
        }
        self.say_imported().await?;
        self.say_workspace_changed();
        Ok(ImportResult { nodes, environments, warnings })
    }
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

fn preview(imported: &Imported) -> ImportPreview {
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
    ImportPreview { format: imported.format.clone(), items, warnings: warnings(imported) }
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
