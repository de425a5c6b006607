//! Bodies of responses, kept on the native side: the window asks for a window of lines and never holds the whole of
//! a large one.

mod format;
mod lines;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use gatepass_core::exchange::ResponseBody;

use crate::dto::{BodyLines, BodyLook, BodyText, ErrorView};
use lines::Lines;

/// How many bodies are kept; older ones are let go, with their files.
const SHELF_LENGTH: usize = 40;
/// Up to this size, in bytes, a body is handed over whole to the editor.
const WHOLE_LIMIT: u64 = 5 << 20;
/// Longer lines are cut when shown, in characters.
const LINE_LIMIT: usize = 10_000;

/// The bodies that can still be looked at.
pub(crate) struct Shelf {
    bodies: Mutex<VecDeque<(String, Arc<Kept>)>>,
    /// Where formatted copies of large bodies go.
    folder: PathBuf,
}

struct Kept {
    body: ResponseBody,
    json: bool,
    raw: OnceLock<Result<Lines, String>>,
    pretty: OnceLock<Result<Lines, String>>,
}

impl Shelf {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { bodies: Mutex::default(), folder }
    }

    /// Keeps a body and names it. `json`: whether the pretty look formats it.
    pub(crate) fn keep(&self, body: ResponseBody, json: bool) -> String {
        let id = uuid::Uuid::new_v4().to_string();
        let kept = Kept { body, json, raw: OnceLock::new(), pretty: OnceLock::new() };
        let mut bodies = self.bodies.lock().unwrap_or_else(PoisonError::into_inner);
        bodies.push_back((id.clone(), Arc::new(kept)));
        if bodies.len() > SHELF_LENGTH {
            bodies.pop_front();
        }
        id
    }

    /// `count` lines from line `first` (counted from 0). Long lines are cut.
    pub(crate) async fn lines(
        &self,
        id: &str,
        look: BodyLook,
        first: usize,
        count: usize,
    ) -> Result<BodyLines, ErrorView> {
        self.looked_at(id, look, move |lines, problem| {
            let shown = lines.window(first, count.min(2_000)).map_err(|error| unreadable(&error))?;
            Ok(BodyLines {
                total: lines.total(),
                first,
                lines: shown.iter().map(|line| cut(line)).collect(),
                problem,
            })
        })
        .await
    }

    /// The whole text, of bodies up to 5 MiB; `text` is absent for larger ones.
    pub(crate) async fn text(&self, id: &str, look: BodyLook) -> Result<BodyText, ErrorView> {
        self.looked_at(id, look, |lines, problem| {
            let text = if lines.size() <= WHOLE_LIMIT {
                let bytes = lines.all().map_err(|error| unreadable(&error))?;
                Some(String::from_utf8_lossy(&bytes).into_owned())
            } else {
                None
            };
            Ok(BodyText { text, lines: lines.total(), size: lines.size(), problem })
        })
        .await
    }

    async fn looked_at<T: Send + 'static>(
        &self,
        id: &str,
        look: BodyLook,
        read: impl FnOnce(&Lines, Option<String>) -> Result<T, ErrorView> + Send + 'static,
    ) -> Result<T, ErrorView> {
        let kept = self.find(id)?;
        let folder = self.folder.clone();
        // Formatting a large body reads and writes files: not on the async threads.
        tokio::task::spawn_blocking(move || {
            let raw =
                || kept.raw.get_or_init(|| Lines::of_body(&kept.body).map_err(|error| error.to_string()));
            if look == BodyLook::Raw || !kept.json {
                return read(raw().as_ref().map_err(unreadable)?, None);
            }
            let pretty = kept
                .pretty
                .get_or_init(|| format::pretty(&kept.body, &folder).map_err(|problem| problem.to_string()));
            match pretty {
                Ok(lines) => read(lines, None),
                Err(problem) => read(raw().as_ref().map_err(unreadable)?, Some(problem.clone())),
            }
        })
        .await
        .unwrap_or_else(|error| Err(unreadable(&error)))
    }

    fn find(&self, id: &str) -> Result<Arc<Kept>, ErrorView> {
        let bodies = self.bodies.lock().unwrap_or_else(PoisonError::into_inner);
        bodies.iter().find(|(known, _)| known == id).map(|(_, kept)| Arc::clone(kept)).ok_or_else(|| {
            ErrorView::plain(
                "usage",
                "This response is no longer kept",
                format!("The last {SHELF_LENGTH} responses are."),
                "Send the request again.",
            )
        })
    }
}

fn cut(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    match text.char_indices().nth(LINE_LIMIT) {
        Some((end, _)) => format!("{}… ({} more bytes)", &text[..end], text.len() - end),
        None => text.into_owned(),
    }
}

fn unreadable(error: &impl ToString) -> ErrorView {
    ErrorView::plain(
        "storage",
        "The response body cannot be read",
        error.to_string(),
        "Send the request again; check that there is room on the disk.",
    )
}
