//! A collection as Bruno keeps it: a folder of files. Whoever calls has read the files; nothing is opened here.

use gatepass_core::workspace::{Branch, Environment, KeyValue, NodeKind};
use indexmap::IndexMap;
use serde_json::Value;

use super::sheet::Sheet;
use super::{bru, open_collection};
use crate::failure::{ReadFailure, ReadFailureKind, UNDERSTOOD};
use crate::imported::{Imported, Notes};
use crate::{parts, yaml};

/// Deeper than anybody nests folders.
const DEPTH_LIMIT: usize = 64;
/// How much the headers of a folder may be that are written into each request, in bytes.
const HEADER_LIMIT: usize = 4 << 10;

/// Reads the files of a Bruno collection, `.bru` or OpenCollection YAML: pairs of a path within the collection's folder
/// (`users/get.bru`; both kinds of slash are understood) and the file's content. Other files are passed over, files
/// that are broken are said in a warning.
///
/// # Errors
/// None of the files is Bruno's.
pub fn read_folder(files: &[(String, Vec<u8>)]) -> Result<Imported, ReadFailure> {
    let mut notes = Notes::default();
    let mut root = Folder::default();
    let mut imported = Imported { format: "Bruno collection".to_owned(), ..Imported::default() };
    let mut any = false;
    for (path, bytes) in files {
        let segments: Vec<&str> = path.split(['/', '\\']).filter(|part| !matches!(*part, "" | ".")).collect();
        let Some(file) = File::of(&segments) else { continue };
        let Ok(text) = std::str::from_utf8(bytes) else {
            notes.warn(format!("The file {} is no text", parts::shown(path)), "It is left out");
            continue;
        };
        any |= file.place(text, &mut root, &mut imported.environments, &mut notes);
    }
    if !any {
        return Err(ReadFailure::new(
            ReadFailureKind::Unknown,
            "The folder holds no Bruno collection",
            "None of its files is a .bru file or OpenCollection YAML",
            UNDERSTOOD,
        ));
    }
    imported.branches.push(root.into_branch("", NodeKind::Collection, &[], &mut notes));
    (imported.warnings, imported.offered_tokens) = notes.finish();
    Ok(imported)
}

/// A file that is one of Bruno's by its name.
struct File<'a> {
    folders: &'a [&'a str],
    stem: &'a str,
    language: Language,
}

#[derive(Clone, Copy, PartialEq)]
enum Language {
    Bru,
    Yaml,
    /// `bruno.json`: only the name of the collection is of interest.
    Json,
}

impl<'a> File<'a> {
    fn of(segments: &'a [&'a str]) -> Option<Self> {
        let (name, folders) = segments.split_last()?;
        let ignored = folders.iter().any(|folder| folder.starts_with('.') || *folder == "node_modules");
        if ignored || folders.len() > DEPTH_LIMIT {
            return None;
        }
        let (stem, extension) = name.rsplit_once('.')?;
        let language = match extension.to_ascii_lowercase().as_str() {
            "bru" => Language::Bru,
            "yml" | "yaml" => Language::Yaml,
            "json" if *name == "bruno.json" && folders.is_empty() => Language::Json,
            _ => return None,
        };
        Some(Self { folders, stem, language })
    }

    /// Whether the file was one of Bruno's.
    fn place(
        &self,
        text: &str,
        root: &mut Folder,
        environments: &mut Vec<Environment>,
        notes: &mut Notes,
    ) -> bool {
        let tree = match self.language {
            Language::Bru => Value::Null,
            Language::Json => match serde_json::from_str::<Value>(text) {
                Ok(config) => {
                    root.name = parts::text(config.get("name"));
                    return false;
                }
                Err(_) => return false,
            },
            Language::Yaml => match yaml::parse(text) {
                Ok(tree) => tree,
                Err(failure) => {
                    notes.warn(
                        format!("The file {} is broken: {}", parts::shown(self.stem), failure.cause),
                        "It is left out",
                    );
                    return false;
                }
            },
        };
        let bru = self.language == Language::Bru;
        if self.folders == ["environments"] {
            environments.push(if bru {
                bru::environment(&bru::parse(text), self.stem, notes)
            } else {
                open_collection::environment(&tree, self.stem, notes)
            });
            return true;
        }
        if !bru
            && !["info", "http", "graphql", "request", "opencollection"]
                .iter()
                .any(|part| tree.get(part).is_some())
        {
            return false;
        }
        let mut sheet = if bru {
            bru::read_sheet(&bru::parse(text), notes)
        } else {
            open_collection::read_sheet(&tree, notes)
        };
        let folder = self
            .folders
            .iter()
            .fold(root, |folder, name| folder.folders.entry((*name).to_owned()).or_default());
        let collection = matches!(self.stem, "collection" | "opencollection") && self.folders.is_empty();
        if collection || self.stem == "folder" {
            folder.sheet = Some(sheet);
        } else {
            if sheet.name.is_empty() {
                sheet.name = self.stem.to_owned();
            }
            folder.requests.push(sheet);
        }
        true
    }
}

#[derive(Default)]
struct Folder {
    /// From `bruno.json`.
    name: String,
    sheet: Option<Sheet>,
    folders: IndexMap<String, Folder>,
    requests: Vec<Sheet>,
}

impl Folder {
    fn into_branch(
        self,
        path_name: &str,
        kind: NodeKind,
        inherited: &[KeyValue],
        notes: &mut Notes,
    ) -> Branch {
        let mut sheet = self.sheet.unwrap_or_default();
        let names = [sheet.name.as_str(), self.name.as_str(), path_name, "Bruno collection"];
        let name = names.into_iter().find(|name| !name.trim().is_empty()).unwrap_or_default().to_owned();
        notes.enter(&name);
        let headers = inheritable(std::mem::take(&mut sheet.headers), inherited, notes);
        let folders = self.folders.into_iter().map(|(path_name, folder)| {
            let position = folder.sheet.as_ref().map_or(0.0, |sheet| sheet.position);
            (position, folder.into_branch(&path_name, NodeKind::Folder, &headers, notes))
        });
        let mut children = sort(folders.collect());
        let requests = self.requests.into_iter().filter_map(|request| {
            let position = request.position;
            request.into_request(&headers, notes).map(|branch| (position, branch))
        });
        children.extend(sort(requests.collect()));
        let definition = sheet.into_definition(notes);
        notes.leave();
        match kind {
            NodeKind::Collection => parts::collection(&name, definition, children),
            _ => parts::folder(&name, definition, children),
        }
    }
}

/// By position, then by name.
pub(super) fn sort(mut branches: Vec<(f64, Branch)>) -> Vec<Branch> {
    branches.sort_by(|(one, a), (other, b)| one.total_cmp(other).then_with(|| a.name.cmp(&b.name)));
    branches.into_iter().map(|(_, branch)| branch).collect()
}

/// The headers of a folder with those around it. They are written into each request, as ours inherit none.
pub(super) fn inheritable(own: Vec<KeyValue>, around: &[KeyValue], notes: &mut Notes) -> Vec<KeyValue> {
    if own.is_empty() {
        return around.to_vec();
    }
    let others = around.iter().filter(|header| parts::header(&own, &header.name).is_none()).take(100);
    let all: Vec<KeyValue> =
        others.cloned().chain(own.iter().filter(|header| header.enabled).cloned()).collect();
    let size: usize = all.iter().map(|header| header.name.len() + header.value.len() + 50).sum();
    if size > HEADER_LIMIT {
        notes.warn(
            "It has more headers for all its requests than are copied",
            "They are left out; add them to the requests",
        );
        return around.to_vec();
    }
    notes.warn("It has headers for all its requests", "They are written into each of the requests");
    all
}
