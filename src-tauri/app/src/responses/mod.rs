//! Bodies of responses, kept on the native side: the window asks for a window of lines and never holds the whole of
//! a large one.

mod filter;
mod format;
mod growing;
mod hex;
mod lines;
mod looks;
mod markup;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use gatepass_core::exchange::ResponseBody;

use crate::chooser::{not_written, write};
use crate::dto::{BodyFilter, BodyHits, BodyLines, BodyLook, BodyText, ErrorView};
use looks::Looks;

/// How many bodies are kept; older ones are let go, with their files.
const SHELF_LENGTH: usize = 40;
/// Up to this size, in bytes, a body is handed over whole to the editor.
const WHOLE_LIMIT: u64 = 5 << 20;
/// Larger images are not shown, in bytes.
const IMAGE_LIMIT: u64 = 20 << 20;
/// Longer lines are cut when shown, in characters.
const LINE_LIMIT: usize = 10_000;
/// More lines are not handed over at once.
const WINDOW_LIMIT: usize = 2_000;
/// More hits are not listed.
const HIT_LIMIT: usize = 10_000;

/// The bodies that can still be looked at.
pub(crate) struct Shelf {
    bodies: Mutex<VecDeque<(String, Arc<Looks>)>>,
    /// Where formatted copies of large bodies go.
    folder: PathBuf,
}

/// XML or HTML that someone writes, an element a line.
pub(crate) fn formatted_markup(text: &str, html: bool) -> String {
    markup::pretty(text, if html { markup::Markup::Html } else { markup::Markup::Xml })
}

impl Shelf {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { bodies: Mutex::default(), folder }
    }

    /// Keeps a body and names it. `kind` as in [`crate::dto::ResponseView::body_kind`].
    pub(crate) fn keep(&self, body: ResponseBody, kind: &str, content_type: &str) -> String {
        let id = uuid::Uuid::new_v4().to_string();
        let looks = Looks::new(body, kind, content_type, &self.folder);
        let mut bodies = self.bodies.lock().unwrap_or_else(PoisonError::into_inner);
        bodies.push_back((id.clone(), Arc::new(looks)));
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
        self.looked_at(id, move |looks| {
            let mut shown = looks.window(look, first, count.min(WINDOW_LIMIT))?;
            shown.lines.iter_mut().for_each(cut);
            Ok(shown)
        })
        .await
    }

    /// The whole text, of bodies up to 5 MiB; `text` is absent for larger ones.
    pub(crate) async fn text(&self, id: &str, look: BodyLook) -> Result<BodyText, ErrorView> {
        self.looked_at(id, move |looks| looks.text(look, WHOLE_LIMIT)).await
    }

    /// What a JSONPath leaves of a JSON body.
    pub(crate) async fn filter(&self, id: &str, path: String) -> Result<BodyFilter, ErrorView> {
        self.looked_at(id, move |looks| {
            if looks.body().size() > filter::LIMIT {
                return Err(ErrorView::plain(
                    "limit",
                    "This body is too large to be filtered",
                    format!("A filter reads up to {} MiB.", filter::LIMIT >> 20),
                    "Search in it instead, or save it and filter the file.",
                ));
            }
            let text = looks.text(BodyLook::Pretty, u64::MAX)?.text.unwrap_or_default();
            filter::filter(text.as_bytes(), &path)
        })
        .await
    }

    /// The lines that hold a text.
    pub(crate) async fn search(
        &self,
        id: &str,
        look: BodyLook,
        wanted: String,
    ) -> Result<BodyHits, ErrorView> {
        self.looked_at(id, move |looks| {
            let (lines, more) = looks.search(look, &wanted, HIT_LIMIT)?;
            Ok(BodyHits { lines, more })
        })
        .await
    }

    /// An image as a `data:` URL.
    pub(crate) async fn image(&self, id: &str) -> Result<String, ErrorView> {
        self.looked_at(id, |looks| {
            if looks.body().size() > IMAGE_LIMIT {
                return Err(ErrorView::plain(
                    "limit",
                    "This image is too large to be shown",
                    format!("Images are shown up to {} MiB.", IMAGE_LIMIT >> 20),
                    "Save it to a file, and open that.",
                ));
            }
            let bytes = looks.bytes(0, IMAGE_LIMIT)?;
            let text = base64::engine::general_purpose::STANDARD.encode(bytes);
            let media_type = looks.content_type().split(';').next().unwrap_or_default().trim();
            Ok(format!("data:{media_type};base64,{text}"))
        })
        .await
    }

    /// Writes a body to a file, as it came.
    pub(crate) async fn save(&self, id: &str, path: &Path) -> Result<(), ErrorView> {
        match self.find(id)?.body() {
            ResponseBody::Memory(bytes) => write(path, bytes).await,
            ResponseBody::File(file) => {
                let copied = tokio::fs::copy(&file.path, path).await;
                copied.map(drop).map_err(|error| not_written(path, &error))
            }
        }
    }

    /// Formatting and reading large bodies takes files and time: not on the async threads.
    async fn looked_at<T: Send + 'static>(
        &self,
        id: &str,
        look: impl FnOnce(&Looks) -> Result<T, ErrorView> + Send + 'static,
    ) -> Result<T, ErrorView> {
        let looks = self.find(id)?;
        tokio::task::spawn_blocking(move || look(&looks))
            .await
            .unwrap_or_else(|error| Err(unreadable(&error)))
    }

    fn find(&self, id: &str) -> Result<Arc<Looks>, ErrorView> {
        let bodies = self.bodies.lock().unwrap_or_else(PoisonError::into_inner);
        bodies.iter().find(|(known, _)| known == id).map(|(_, looks)| Arc::clone(looks)).ok_or_else(|| {
            ErrorView::plain(
                "usage",
                "This response is no longer kept",
                format!("The last {SHELF_LENGTH} responses are."),
                "Send the request again.",
            )
        })
    }
}

fn cut(line: &mut String) {
    if let Some((end, _)) = line.char_indices().nth(LINE_LIMIT) {
        let more = line.len() - end;
        line.truncate(end);
        line.push_str(&format!("… ({more} more bytes)"));
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
