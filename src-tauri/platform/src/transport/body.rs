//! Request bodies: checked before anything is sent, streamed from disk, and the same again at each redirect.

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt};
use gatepass_core::exchange::{OutgoingBody, OutgoingPart, PartContent};
use gatepass_oauth::ports::Randomness;
use http_body::{Frame, SizeHint};
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

use super::connect::Watch;
use super::failures::Trouble;
use crate::randomness::SystemRandomness;

/// How much of a file is read at once.
const FILE_CHUNK: usize = 64 * 1024;
/// How much is read into memory where a signature covers the body, in bytes.
const MOST_IN_MEMORY: u64 = 512 << 20;

/// A body that can be sent any number of times.
#[derive(Clone)]
pub(super) enum Content {
    Empty,
    Bytes(Bytes),
    Segments { segments: Arc<[Segment]>, length: u64 },
}

/// A piece of a body.
#[derive(Clone)]
pub(super) enum Segment {
    Bytes(Bytes),
    File { path: PathBuf, length: u64 },
}

impl Segment {
    fn length(&self) -> u64 {
        match self {
            Segment::Bytes(bytes) => bytes.len() as u64,
            Segment::File { length, .. } => *length,
        }
    }
}

impl Content {
    /// Looks at what is to be sent: files have to be there. Also gives the boundary, if it is a multipart body.
    pub(super) async fn of(
        body: OutgoingBody,
        boundary: impl FnOnce() -> String,
    ) -> Result<(Self, Option<String>), Trouble> {
        match body {
            OutgoingBody::Empty => Ok((Content::Empty, None)),
            OutgoingBody::Bytes(bytes) if bytes.is_empty() => Ok((Content::Empty, None)),
            OutgoingBody::Bytes(bytes) => Ok((Content::Bytes(bytes), None)),
            OutgoingBody::File(path) => Ok((Content::segments(vec![file(path).await?]), None)),
            OutgoingBody::Multipart(parts) => {
                let boundary = boundary();
                Ok((Content::segments(multipart(parts, &boundary).await?), Some(boundary)))
            }
        }
    }

    fn segments(segments: Vec<Segment>) -> Self {
        let length = segments.iter().map(Segment::length).sum();
        Content::Segments { segments: segments.into(), length }
    }

    /// How many bytes it has.
    pub(super) fn length(&self) -> u64 {
        match self {
            Content::Empty => 0,
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::Segments { length, .. } => *length,
        }
    }

    /// All of it, for a signature.
    pub(super) async fn in_memory(self) -> Result<Bytes, Trouble> {
        let Content::Segments { segments, length } = self else {
            return Ok(match self {
                Content::Bytes(bytes) => bytes,
                _ => Bytes::new(),
            });
        };
        if length > MOST_IN_MEMORY {
            return Err(Trouble::invalid(
                "The body is too large for this authorization.",
                format!(
                    "It signs the whole body, which has {} MiB; up to {} are read into memory.",
                    length >> 20,
                    MOST_IN_MEMORY >> 20
                ),
                "Send a smaller file, or choose an authorization that does not cover the body.",
            ));
        }
        let mut whole = Vec::with_capacity(length as usize);
        let mut chunks = read(&segments);
        while let Some(chunk) = chunks.next().await {
            whole.extend_from_slice(&chunk.map_err(|error| {
                Trouble::invalid(
                    "A file of the body cannot be read.",
                    format!("{error}."),
                    "Choose the file again, or check that it may be read.",
                )
            })?);
        }
        Ok(whole.into())
    }

    /// The body for one sending; `watch` hears when it is first read, where that matters.
    pub(super) fn to_wire(&self, watch: Option<Arc<Watch>>) -> Option<reqwest::Body> {
        match (self, watch) {
            (Content::Empty, _) => None,
            (Content::Bytes(bytes), None) => Some(bytes.clone().into()),
            (Content::Bytes(bytes), Some(watch)) => Some(reqwest::Body::wrap(WatchedBody {
                inner: http_body_util::Full::new(bytes.clone()),
                watch,
            })),
            (Content::Segments { segments, length }, _) => {
                Some(reqwest::Body::wrap(Streamed { stream: read(segments), left: *length }))
            }
        }
    }
}

/// A boundary that no body contains by chance: 144 random bits.
pub(super) fn random_boundary() -> String {
    use base64::Engine as _;
    let mut random = [0_u8; 18];
    SystemRandomness.fill(&mut random);
    format!("gatepass-{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(random))
}

async fn file(path: PathBuf) -> Result<Segment, Trouble> {
    let unreadable = |path: &Path, reason: String| {
        Trouble::invalid(
            format!("The file {} cannot be sent.", path.display()),
            format!("{reason}."),
            "Choose the file again, or check that it may be read.",
        )
    };
    match tokio::fs::metadata(&path).await {
        Ok(found) if found.is_dir() => Err(unreadable(&path, "It is a folder".to_owned())),
        // Opened as well: a file that is there may still not be readable.
        Ok(found) => match tokio::fs::File::open(&path).await {
            Ok(_) => Ok(Segment::File { path, length: found.len() }),
            Err(error) => Err(unreadable(&path, error.to_string())),
        },
        Err(error) => Err(unreadable(&path, error.to_string())),
    }
}

/// RFC 7578, with names written as browsers do (WHATWG HTML, "multipart/form-data encoding").
async fn multipart(parts: Vec<OutgoingPart>, boundary: &str) -> Result<Vec<Segment>, Trouble> {
    let mut segments = Vec::with_capacity(parts.len() * 2 + 1);
    let mut separator = format!("--{boundary}\r\n");
    for part in parts {
        let mut head = std::mem::replace(&mut separator, format!("\r\n--{boundary}\r\n"));
        head.push_str("Content-Disposition: form-data; name=\"");
        head.push_str(&quoted(&part.name, "name of a form field")?);
        head.push('"');
        if let Some(file_name) = &part.file_name {
            head.push_str("; filename=\"");
            head.push_str(&quoted(file_name, "file name of a form field")?);
            head.push('"');
        }
        head.push_str("\r\n");
        if let Some(content_type) = &part.content_type {
            head.push_str("Content-Type: ");
            head.push_str(single_line(content_type, "content type of a form field")?);
            head.push_str("\r\n");
        } else if part.file_name.is_some() {
            head.push_str("Content-Type: application/octet-stream\r\n");
        }
        head.push_str("\r\n");
        segments.push(Segment::Bytes(head.into()));
        segments.push(match part.content {
            PartContent::Bytes(bytes) => Segment::Bytes(bytes),
            PartContent::File(path) => file(path).await?,
        });
    }
    let end =
        if segments.is_empty() { format!("--{boundary}--\r\n") } else { format!("\r\n--{boundary}--\r\n") };
    segments.push(Segment::Bytes(end.into()));
    Ok(segments)
}

fn quoted(text: &str, what: &str) -> Result<String, Trouble> {
    Ok(single_line(text, what)?.replace('"', "%22"))
}

fn single_line<'a>(text: &'a str, what: &str) -> Result<&'a str, Trouble> {
    if text.contains(['\r', '\n', '\0']) {
        return Err(Trouble::invalid(
            format!("The {what} holds a line break or a NUL character."),
            "It would end the header that it stands in, and could smuggle in another.",
            "Remove the character; it may come from a variable.",
        ));
    }
    Ok(text)
}

type Chunks = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send + Sync>>;

/// The segments one after the other; a file is opened when its turn comes.
fn read(segments: &Arc<[Segment]>) -> Chunks {
    let queue: VecDeque<Segment> = segments.iter().cloned().collect();
    Box::pin(stream::iter(queue).flat_map(|segment| -> Chunks {
        match segment {
            Segment::Bytes(bytes) => Box::pin(stream::iter([Ok(bytes)])),
            Segment::File { path, length } => Box::pin(
                stream::once(async move {
                    let file = tokio::fs::File::open(path).await?;
                    Ok(ReaderStream::with_capacity(file.take(length), FILE_CHUNK))
                })
                .flat_map(|opened: io::Result<_>| -> Chunks {
                    match opened {
                        Ok(chunks) => Box::pin(chunks),
                        Err(error) => Box::pin(stream::iter([Err(error)])),
                    }
                }),
            ),
        }
    }))
}

/// A stream of known length.
struct Streamed {
    stream: Chunks,
    left: u64,
}

impl http_body::Body for Streamed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match std::task::ready!(self.stream.as_mut().poll_next(context)) {
            Some(Ok(chunk)) => {
                self.left = self.left.saturating_sub(chunk.len() as u64);
                Poll::Ready(Some(Ok(Frame::data(chunk))))
            }
            Some(Err(error)) => Poll::Ready(Some(Err(error))),
            None if self.left > 0 => {
                let error =
                    io::Error::new(io::ErrorKind::UnexpectedEof, "a file grew shorter while it was sent");
                Poll::Ready(Some(Err(error)))
            }
            None => Poll::Ready(None),
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// A body that notes when it is first read.
struct WatchedBody {
    inner: http_body_util::Full<Bytes>,
    watch: Arc<Watch>,
}

impl http_body::Body for WatchedBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.watch.body_is_read();
        Pin::new(&mut self.inner).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
