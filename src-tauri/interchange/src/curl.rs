//! cURL command lines: one or several, as bash, zsh or Windows' command prompt quote them.
//!
//! Nothing is run: files that a command names (`-d @file`) are named in the request, and not opened.

mod command;
mod options;
mod words;
mod write;

pub use write::write;

use gatepass_core::workspace::{Branch, Definition};

use crate::detect::{Answer, Document};
use crate::failure::{ReadFailure, ReadFailureKind};
use crate::imported::{Imported, Notes};
use crate::parts;

/// The largest text that is read as command lines, in bytes.
const SIZE_LIMIT: usize = 16 << 20;

/// Reads command lines that begin with `curl`.
pub(crate) fn read(document: Document) -> Answer {
    if document.json.is_some() || !begins_with_curl(&document.text) {
        return Answer::NotMine(document);
    }
    Answer::Mine(read_commands(&document.text))
}

/// Comments may stand before the first command, and what people copy along with it: `$ curl …`.
fn begins_with_curl(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !is_comment(line));
    lines.next().is_some_and(|line| {
        let words: Vec<&str> = line.split_whitespace().take(8).collect();
        words::curl_at(&words).is_some()
    })
}

fn is_comment(line: &str) -> bool {
    // `### ` begins a request in an .http file, `#!` a script.
    line.starts_with('#') && !line.starts_with("###") || line.to_ascii_lowercase().starts_with("rem ")
}

fn read_commands(text: &str) -> Result<Imported, ReadFailure> {
    if text.len() > SIZE_LIMIT {
        return Err(ReadFailure::new(
            ReadFailureKind::TooLarge,
            "The command line is too large",
            format!("It has {} MiB; at most {} are read", text.len() >> 20, SIZE_LIMIT >> 20),
            "Put large bodies into a file and name it with -d @file.",
        ));
    }
    let mut notes = Notes::default();
    let (commands, variables) = words::split(text)?;
    for name in &variables {
        notes.warn(
            format!("The shell's variable ${} is used", parts::shown(name)),
            format!("It becomes the variable {{{{{}}}}}: give it a value", parts::shown(name)),
        );
    }
    let mut requests = Vec::new();
    for words in commands {
        requests.extend(command::read(words, &mut notes));
    }
    if requests.is_empty() {
        return Err(ReadFailure::new(
            ReadFailureKind::Broken,
            "The cURL command cannot be imported",
            "It names no URL",
            "Copy the whole command, from curl to the last argument.",
        ));
    }
    let name = collection_name(&requests);
    let (warnings, offered_tokens) = notes.finish();
    Ok(Imported {
        format: "cURL command line".to_owned(),
        branches: vec![parts::collection(&name, Definition::default(), requests)],
        warnings,
        offered_tokens,
        ..Imported::default()
    })
}

/// The host, if all requests go to the same.
fn collection_name(requests: &[Branch]) -> String {
    let host = |branch: &Branch| {
        branch.definition.request.as_ref().map(|request| parts::host(&request.url).to_owned())
    };
    let first = requests.first().and_then(host).unwrap_or_default();
    let same = requests.iter().all(|request| host(request).as_deref() == Some(&first));
    if same && !first.is_empty() { parts::shown(&first) } else { "cURL commands".to_owned() }
}
