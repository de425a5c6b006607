//! One body and the ways to look at it, each made when it is first asked for.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use gatepass_core::exchange::ResponseBody;

use super::growing::Growing;
use super::lines::{Index, Lines};
use super::markup::{self, Markup};
use super::{format, hex, unreadable};
use crate::dto::{BodyLines, BodyLook, BodyText, ErrorView};

/// Up to this size, in bytes, a text is formatted in memory, and at once.
const AT_ONCE: u64 = 8 << 20;

/// A body that is looked at.
pub(super) struct Looks {
    body: ResponseBody,
    format: Format,
    content_type: String,
    folder: PathBuf,
    raw: OnceLock<Result<Lines, String>>,
    pretty: OnceLock<Result<Pretty, String>>,
}

/// What the pretty look does.
#[derive(Clone, Copy, PartialEq)]
enum Format {
    Json,
    Markup(Markup),
    None,
}

enum Pretty {
    Ready(Lines),
    Growing(Arc<Growing>),
}

impl Looks {
    /// `kind` as in [`crate::dto::ResponseView::body_kind`]; large formatted copies go into `folder`.
    pub(super) fn new(body: ResponseBody, kind: &str, content_type: &str, folder: &Path) -> Self {
        let format = match kind {
            "json" => Format::Json,
            "xml" if body.size() <= AT_ONCE => Format::Markup(Markup::Xml),
            "html" if body.size() <= AT_ONCE => Format::Markup(Markup::Html),
            _ => Format::None,
        };
        Self {
            body,
            format,
            content_type: content_type.to_owned(),
            folder: folder.to_owned(),
            raw: OnceLock::new(),
            pretty: OnceLock::new(),
        }
    }

    pub(super) fn body(&self) -> &ResponseBody {
        &self.body
    }

    pub(super) fn content_type(&self) -> &str {
        &self.content_type
    }

    /// `count` lines from line `first`.
    pub(super) fn window(&self, look: BodyLook, first: usize, count: usize) -> Result<BodyLines, ErrorView> {
        match look {
            BodyLook::Hex => self.hex(first, count),
            BodyLook::Raw => self.raw_window(first, count, None),
            BodyLook::Pretty => match self.pretty() {
                Ok(Pretty::Ready(lines)) => window_of(lines, first, count, None),
                Ok(Pretty::Growing(growing)) => match growing.window(first, count) {
                    Ok(window) => Ok(BodyLines {
                        total: window.total,
                        complete: window.complete,
                        first,
                        lines: texts(window.lines),
                        problem: None,
                    }),
                    Err(problem) => self.raw_window(first, count, Some(problem)),
                },
                Err(problem) => self.raw_window(first, count, problem),
            },
        }
    }

    /// The whole text if it is not longer than `limit` bytes.
    pub(super) fn text(&self, look: BodyLook, limit: u64) -> Result<BodyText, ErrorView> {
        if look == BodyLook::Hex {
            let lines = hex::lines(0, &self.bytes(0, limit)?);
            let (text, lines) = (lines.join("\n"), lines.len());
            return Ok(BodyText { size: text.len() as u64, text: Some(text), lines, problem: None });
        }
        let finished;
        let (lines, problem) = match (look, self.pretty_or_none(look)) {
            (_, Some(Ok(Pretty::Ready(lines)))) => (lines, None),
            // A copy is only made of a body that is large itself.
            (_, Some(Ok(Pretty::Growing(_)))) if self.body.size() > limit => {
                return Ok(BodyText { text: None, lines: 0, size: self.body.size(), problem: None });
            }
            (_, Some(Ok(Pretty::Growing(growing)))) => match growing.finished() {
                Ok(lines) => {
                    finished = lines;
                    (&finished, None)
                }
                Err(problem) => (self.raw()?, Some(problem)),
            },
            (_, Some(Err(problem))) => (self.raw()?, problem),
            (_, None) => (self.raw()?, None),
        };
        let text = if lines.size() <= limit {
            let bytes = lines.read(0, lines.size()).map_err(|error| unreadable(&error))?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        } else {
            None
        };
        Ok(BodyText { text, lines: lines.total(), size: lines.size(), problem })
    }

    /// The lines that hold `wanted`, and whether there are more than `limit`.
    pub(super) fn search(
        &self,
        look: BodyLook,
        wanted: &str,
        limit: usize,
    ) -> Result<(Vec<usize>, bool), ErrorView> {
        let finished;
        let lines = match self.pretty_or_none(look) {
            Some(Ok(Pretty::Ready(lines))) => lines,
            Some(Ok(Pretty::Growing(growing))) => match growing.finished() {
                Ok(lines) => {
                    finished = lines;
                    &finished
                }
                Err(_) => self.raw()?,
            },
            _ => self.raw()?,
        };
        lines.search(wanted, limit).map_err(|error| unreadable(&error))
    }

    /// Bytes as they came.
    pub(super) fn bytes(&self, from: u64, length: u64) -> Result<Vec<u8>, ErrorView> {
        let length = length.min(self.body.size().saturating_sub(from));
        let read = match &self.body {
            ResponseBody::Memory(bytes) => {
                let from = (from as usize).min(bytes.len());
                Ok(bytes[from..(from + length as usize).min(bytes.len())].to_vec())
            }
            ResponseBody::File(file) => super::lines::read_file(&file.path, from, length),
        };
        read.map_err(|error| unreadable(&error))
    }

    fn hex(&self, first: usize, count: usize) -> Result<BodyLines, ErrorView> {
        let total = self.body.size().div_ceil(hex::WIDTH) as usize;
        let at = first as u64 * hex::WIDTH;
        let lines = hex::lines(at, &self.bytes(at, count as u64 * hex::WIDTH)?);
        Ok(BodyLines { total, complete: true, first, lines, problem: None })
    }

    fn raw_window(
        &self,
        first: usize,
        count: usize,
        problem: Option<String>,
    ) -> Result<BodyLines, ErrorView> {
        window_of(self.raw()?, first, count, problem)
    }

    fn raw(&self) -> Result<&Lines, ErrorView> {
        let raw = self.raw.get_or_init(|| Lines::of_body(&self.body).map_err(|error| error.to_string()));
        raw.as_ref().map_err(unreadable)
    }

    /// `None`: this look formats nothing.
    fn pretty_or_none(&self, look: BodyLook) -> Option<Result<&Pretty, Option<String>>> {
        (look == BodyLook::Pretty).then(|| self.pretty())
    }

    /// The formatted text; else why it is not (`None`: there is nothing to format).
    fn pretty(&self) -> Result<&Pretty, Option<String>> {
        if self.format == Format::None {
            return Err(None);
        }
        self.pretty.get_or_init(|| self.formatted()).as_ref().map_err(|problem| Some(problem.clone()))
    }

    fn formatted(&self) -> Result<Pretty, String> {
        match (&self.format, &self.body) {
            (Format::Json, ResponseBody::File(file)) if file.size > AT_ONCE => {
                Growing::start(Arc::clone(file), &self.folder)
                    .map(Pretty::Growing)
                    .map_err(|error| format!("The formatted copy could not be written: {error}"))
            }
            (Format::Markup(markup), _) => {
                let bytes = self.bytes(0, AT_ONCE).map_err(|error| error.cause)?;
                let text = markup::pretty(&String::from_utf8_lossy(&bytes), *markup).into_bytes();
                let mut index = Index::default();
                index.take(&text);
                Ok(Pretty::Ready(Lines::of_memory(text, index)))
            }
            _ => format::pretty(&self.body).map(Pretty::Ready).map_err(|problem| problem.to_string()),
        }
    }
}

fn window_of(
    lines: &Lines,
    first: usize,
    count: usize,
    problem: Option<String>,
) -> Result<BodyLines, ErrorView> {
    let shown = lines.window(first, count).map_err(|error| unreadable(&error))?;
    Ok(BodyLines { total: lines.total(), complete: true, first, lines: texts(shown), problem })
}

fn texts(lines: Vec<Vec<u8>>) -> Vec<String> {
    lines.into_iter().map(|line| String::from_utf8_lossy(&line).into_owned()).collect()
}
