//! What a document is, and who reads it.

use serde_json::Value;

use crate::failure::{ReadFailure, ReadFailureKind, UNDERSTOOD};
use crate::imported::Imported;
use crate::parts::shown;
use crate::{bruno, curl, har, http_file, insomnia, openapi, postman, yaml};

/// The largest document that is read, in bytes: in memory it becomes several times as large.
const SIZE_LIMIT: usize = 64 << 20;

/// A document as the formats see it.
pub struct Document {
    /// The text, without byte order mark.
    pub text: String,
    /// The text as a tree, if it is JSON, or YAML of a format that is written in it.
    pub json: Option<Value>,
    /// The file's name, empty for pasted text.
    pub file_name: String,
}

/// What a format says to a document: not mine, or mine and this came of it.
pub(crate) enum Answer {
    NotMine(Document),
    Mine(Result<Imported, ReadFailure>),
}

/// The formats in the order in which they are asked. A new one is a line here and a file of its own.
const FORMATS: [fn(Document) -> Answer; 7] =
    [postman::read, openapi::read, insomnia::read, bruno::read, har::read, curl::read, http_file::read];

/// Reads a document of any known format. `file_name` may help to tell formats apart and may be empty.
///
/// # Errors
/// Nothing could be taken from it; the failure says what it looks like and what would be understood.
pub fn read(bytes: &[u8], file_name: &str) -> Result<Imported, ReadFailure> {
    let mut document = open(bytes, file_name)?;
    for format in FORMATS {
        match format(document) {
            Answer::Mine(result) => return result,
            Answer::NotMine(back) => document = back,
        }
    }
    Err(foreign(&document))
}

fn open(bytes: &[u8], file_name: &str) -> Result<Document, ReadFailure> {
    if bytes.len() > SIZE_LIMIT {
        return Err(ReadFailure::new(
            ReadFailureKind::TooLarge,
            "The document is too large",
            format!("It has {} MiB; at most {} are read", bytes.len() >> 20, SIZE_LIMIT >> 20),
            "Leave out saved responses, or export the collection in parts.",
        ));
    }
    let text = text_of(bytes)?;
    if text.trim().is_empty() {
        return Err(ReadFailure::new(
            ReadFailureKind::Empty,
            "There is nothing to import",
            "The document is empty",
            UNDERSTOOD,
        ));
    }
    let json = if text.trim_start().starts_with(['{', '[']) {
        parse(&text)?
    } else if yaml::is_recognised(&text) {
        Some(yaml::parse(&text)?)
    } else {
        None
    };
    Ok(Document { text, json, file_name: file_name.to_owned() })
}

/// The text in UTF-8 or UTF-16, without its byte order mark.
fn text_of(bytes: &[u8]) -> Result<String, ReadFailure> {
    let utf16 = |decode: fn([u8; 2]) -> u16, bytes: &[u8]| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| decode([pair[0], pair[1]])).collect();
        String::from_utf16(&units).ok()
    };
    let text = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => std::str::from_utf8(rest).ok().map(str::to_owned),
        [0xFF, 0xFE, rest @ ..] => utf16(u16::from_le_bytes, rest),
        [0xFE, 0xFF, rest @ ..] => utf16(u16::from_be_bytes, rest),
        _ => std::str::from_utf8(bytes).ok().map(str::to_owned),
    };
    text.ok_or_else(|| {
        let looks = match bytes {
            [b'P', b'K', ..] => "It looks like a ZIP archive",
            [0x1F, 0x8B, ..] => "It looks like a gzip archive",
            [0x89, b'P', b'N', b'G', ..] | [0xFF, 0xD8, ..] => "It looks like an image",
            [b'%', b'P', b'D', b'F', ..] => "It looks like a PDF",
            _ => "It is neither UTF-8 nor UTF-16",
        };
        ReadFailure::new(ReadFailureKind::NotText, "The document is no text", looks, UNDERSTOOD)
    })
}

/// `None` if the text only begins like JSON (a templating language, an ini file).
fn parse(text: &str) -> Result<Option<Value>, ReadFailure> {
    let error = match serde_json::from_str(text) {
        Ok(value) => return Ok(Some(value)),
        Err(error) => error,
    };
    // Within the first line of an object the text cannot be meant as JSON if not even a name follows the brace.
    let begins = text.trim_start().trim_start_matches(['{', '[']).trim_start();
    if !begins.is_empty()
        && !begins.starts_with(['"', '{', '[', '}', ']', '-'])
        && !begins.starts_with(char::is_alphanumeric)
    {
        return Ok(None);
    }
    let place = format!("line {}, column {}", error.line(), error.column());
    let cause = if error.is_eof() {
        format!("The JSON ends in the middle ({place})")
    } else if error.to_string().contains("recursion limit") {
        format!("The JSON is nested deeper than 128 levels ({place})")
    } else {
        format!("The JSON is broken: {error}")
    };
    Err(ReadFailure::new(
        ReadFailureKind::Broken,
        "The document cannot be read",
        cause,
        "Export or copy it again, whole.",
    ))
}

/// Says what a document of no known format looks like.
fn foreign(document: &Document) -> ReadFailure {
    let known = match &document.json {
        Some(json) => looks_like_json(json),
        None => looks_like_text(&document.text),
    };
    match known {
        Some(name) => ReadFailure::new(
            ReadFailureKind::Unsupported,
            format!("{name} cannot be imported yet"),
            format!("The document looks like {name}"),
            UNDERSTOOD,
        ),
        None => ReadFailure::new(
            ReadFailureKind::Unknown,
            "The document is of no known format",
            match &document.json {
                Some(Value::Object(members)) => {
                    let names: Vec<&str> = members.keys().take(5).map(String::as_str).collect();
                    format!("It is JSON with the members: {}", shown(&names.join(", ")))
                }
                Some(_) => "It is JSON, but no object with a collection in it".to_owned(),
                None => "It is text, but not JSON".to_owned(),
            },
            UNDERSTOOD,
        ),
    }
}

fn looks_like_json(json: &Value) -> Option<&'static str> {
    let has = |name: &str| json.get(name).is_some();
    if json.get("_type").and_then(Value::as_str) == Some("export") || has("__export_format") {
        Some("an Insomnia export")
    } else if has("bruno") || (has("brunoConfig") && has("items")) {
        Some("a Bruno collection in JSON")
    } else if json.get("clientName").and_then(Value::as_str) == Some("Thunder Client") {
        Some("a Thunder Client collection")
    } else {
        None
    }
}

fn looks_like_text(text: &str) -> Option<&'static str> {
    let start = text.trim_start();
    let begins =
        |prefix: &str| start.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
    if begins("<!doctype html") || begins("<html") {
        Some("an HTML page")
    } else if begins("<") {
        Some("XML")
    } else {
        None
    }
}
