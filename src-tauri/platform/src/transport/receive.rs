//! Reading an answer: decompressed, bounded, and put on disk once it is no longer small.

use std::io;
use std::pin::Pin;
use std::sync::Arc;

use async_compression::tokio::bufread::{
    BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder,
};
use bytes::Bytes;
use futures_util::TryStreamExt;
use gatepass_core::exchange::{ResponseBody, SpooledBody};
use gatepass_core::ports::Progress;
use http::header::{self, HeaderMap};
use http::{Method, StatusCode};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader};
use tokio_util::io::StreamReader;

use super::failures::find;
use super::spool::Spool;

/// Bodies up to this size stay in memory.
const IN_MEMORY: usize = 1024 * 1024;
/// How much decompressed content is taken at once.
const CHUNK: usize = 64 * 1024;
/// A coding in a coding in a coding has no honest use.
const MAX_CODINGS: usize = 2;

/// A body, and how it ended.
pub(super) struct Received {
    pub(super) body: ResponseBody,
    pub(super) ending: Ending,
}

/// How a body ended.
pub(super) enum Ending {
    Whole,
    /// There is more than the limit; the first part is here.
    TooLong,
    /// The connection ended before the announced end: why.
    CutOff(String),
    /// It is not what `Content-Encoding` says: why.
    Undecodable(String),
    /// It could not be kept on disk: why.
    NoRoom(String),
}

/// Whether the body comes bit by bit, each part of use by itself (WHATWG HTML, "Server-sent events").
pub(super) fn is_event_stream(headers: &HeaderMap) -> bool {
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("text/event-stream")
}

/// Reads the body of an answer. `limit` counts decompressed bytes; `received` hears of each part. `watched` sees the
/// parts of a stream as they come, and may have enough of it.
pub(super) async fn body(
    response: reqwest::Response,
    method: &Method,
    limit: u64,
    spool: &Spool,
    received: &(dyn Fn(u64, Option<u64>) + Sync),
    watched: Option<&(dyn Progress + 'static)>,
) -> Received {
    let codings = codings(method, response.status(), response.headers());
    let announced = announced(response.headers()).filter(|_| codings.is_empty());
    let mut source = match Source::open(response, &codings).await {
        Ok(source) => source,
        Err(ending) => return Received { body: ResponseBody::Memory(Bytes::new()), ending },
    };
    let mut sink = Sink::Empty;
    let mut size = 0_u64;
    let mut enough = match watched {
        Some(progress) => progress.enough(),
        None => Box::pin(std::future::pending()),
    };
    let ending = loop {
        let next = tokio::select! {
            next = source.next() => next,
            () = &mut enough => Ok(None),
        };
        let mut chunk = match next {
            Ok(None) => break Ending::Whole,
            Ok(Some(chunk)) => chunk,
            Err(ending) => break ending,
        };
        let room = limit - size;
        let too_long = chunk.len() as u64 > room;
        if too_long {
            chunk.truncate(room as usize);
        }
        size += chunk.len() as u64;
        if let Some(progress) = watched {
            progress.streamed(&chunk);
        }
        if let Err(error) = sink.take(chunk, announced, spool).await {
            break Ending::NoRoom(error.to_string());
        }
        if too_long {
            break Ending::TooLong;
        }
        received(size, announced);
    };
    match sink.finish().await {
        Ok(body) => Received { body, ending },
        Err(error) => {
            Received { body: ResponseBody::Memory(Bytes::new()), ending: Ending::NoRoom(error.to_string()) }
        }
    }
}

/// The codings to undo, in the order in which they were applied; none if there is no body to undo them on, or one
/// of them is unknown (the body is then shown as it came).
fn codings(method: &Method, status: StatusCode, headers: &HeaderMap) -> Vec<Coding> {
    if *method == Method::HEAD || status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED {
        return Vec::new();
    }
    let mut codings = Vec::new();
    for value in headers.get_all(header::CONTENT_ENCODING) {
        for name in value.to_str().unwrap_or("?").split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match Coding::parse(name) {
                Some(Coding::Identity) => {}
                Some(coding) if codings.len() < MAX_CODINGS => codings.push(coding),
                _ => return Vec::new(),
            }
        }
    }
    codings
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

#[derive(Clone, Copy)]
enum Coding {
    Identity,
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Coding {
    fn parse(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "identity" => Coding::Identity,
            "gzip" | "x-gzip" => Coding::Gzip,
            "deflate" => Coding::Deflate,
            "br" => Coding::Brotli,
            "zstd" => Coding::Zstd,
            _ => return None,
        })
    }
}

/// Where the bytes come from.
enum Source {
    Plain(reqwest::Response),
    Decoded(Encoded),
}

/// Bytes that may still be encoded.
type Encoded = Pin<Box<dyn AsyncBufRead + Send>>;

impl Source {
    async fn open(response: reqwest::Response, codings: &[Coding]) -> Result<Self, Ending> {
        if codings.is_empty() {
            return Ok(Source::Plain(response));
        }
        let mut stream: Encoded =
            Box::pin(StreamReader::new(response.bytes_stream().map_err(io::Error::other)));
        for coding in codings.iter().rev() {
            // Nothing at all is sent by some servers as the coding of nothing.
            let Some(first) = stream.fill_buf().await.map_err(ending)?.first().copied() else { break };
            stream = Box::pin(BufReader::with_capacity(CHUNK, decode(*coding, stream, first)));
        }
        Ok(Source::Decoded(stream))
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Ending> {
        match self {
            Source::Plain(response) => response.chunk().await.map_err(|error| Ending::CutOff(reason(&error))),
            Source::Decoded(reader) => {
                let chunk = Bytes::copy_from_slice(reader.fill_buf().await.map_err(ending)?);
                reader.consume(chunk.len());
                Ok(Some(chunk).filter(|chunk| !chunk.is_empty()))
            }
        }
    }
}

fn decode(coding: Coding, encoded: Encoded, first: u8) -> Pin<Box<dyn AsyncRead + Send>> {
    match coding {
        Coding::Identity => Box::pin(encoded),
        Coding::Gzip => {
            let mut decoder = GzipDecoder::new(encoded);
            decoder.multiple_members(true);
            Box::pin(decoder)
        }
        // RFC 9110 §8.4.1.2 means the zlib format; some servers send bare deflate data.
        Coding::Deflate if first & 0x0f == 8 && first >> 4 <= 7 => Box::pin(ZlibDecoder::new(encoded)),
        Coding::Deflate => Box::pin(DeflateDecoder::new(encoded)),
        Coding::Brotli => Box::pin(BrotliDecoder::new(encoded)),
        Coding::Zstd => {
            let mut decoder = ZstdDecoder::new(encoded);
            decoder.multiple_members(true);
            Box::pin(decoder)
        }
    }
}

fn ending(error: io::Error) -> Ending {
    match find::<reqwest::Error>(&error) {
        Some(network) => Ending::CutOff(reason(network)),
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            Ending::CutOff("the compressed data ends in the middle".to_owned())
        }
        None => Ending::Undecodable(error.to_string()),
    }
}

fn reason(error: &reqwest::Error) -> String {
    match find::<hyper::Error>(error) {
        Some(http) => http.to_string(),
        None => error.to_string(),
    }
}

/// Where the bytes go.
enum Sink {
    Empty,
    /// The usual small answer: one part, kept as it came.
    One(Bytes),
    Memory(Vec<u8>),
    Disk {
        file: tokio::fs::File,
        spooled: SpooledBody,
    },
}

impl Sink {
    async fn take(&mut self, chunk: Bytes, announced: Option<u64>, spool: &Spool) -> io::Result<()> {
        match self {
            Sink::Empty => *self = Sink::One(chunk),
            Sink::One(first) => {
                let expected = announced.unwrap_or(0).min(IN_MEMORY as u64) as usize;
                let mut bytes = Vec::with_capacity(expected.max(first.len() + chunk.len()));
                bytes.extend_from_slice(first);
                bytes.extend_from_slice(&chunk);
                *self = Sink::Memory(bytes);
            }
            Sink::Memory(bytes) => bytes.extend_from_slice(&chunk),
            Sink::Disk { file, spooled } => {
                file.write_all(&chunk).await?;
                spooled.size += chunk.len() as u64;
            }
        }
        let grown = match self {
            Sink::Memory(bytes) if bytes.len() > IN_MEMORY => std::mem::take(bytes),
            Sink::One(bytes) if bytes.len() > IN_MEMORY => bytes.to_vec(),
            _ => return Ok(()),
        };
        *self = Self::spill(&grown, spool).await?;
        Ok(())
    }

    async fn spill(bytes: &[u8], spool: &Spool) -> io::Result<Self> {
        let (mut file, mut spooled) = spool.create().await?;
        file.write_all(bytes).await?;
        spooled.size = bytes.len() as u64;
        Ok(Sink::Disk { file, spooled })
    }

    async fn finish(self) -> io::Result<ResponseBody> {
        Ok(match self {
            Sink::Empty => ResponseBody::Memory(Bytes::new()),
            Sink::One(bytes) => ResponseBody::Memory(bytes),
            Sink::Memory(bytes) => ResponseBody::Memory(bytes.into()),
            Sink::Disk { mut file, spooled } => {
                file.flush().await?;
                ResponseBody::File(Arc::new(spooled))
            }
        })
    }
}
