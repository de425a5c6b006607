//! What may be written to a terminal: text from servers and files must not steer it.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};

use gatepass_app::oauth::inert::is_treacherous;
use serde_json::Value;

use crate::arguments::Colour;

/// One line of text from outside, with everything that would steer a terminal or turn the line around taken out.
pub fn inert(text: &str) -> String {
    gatepass_app::oauth::inert::inert(text, 4_000)
}

/// The same for addresses, which a person needs whole.
pub fn inert_long(text: &str) -> String {
    gatepass_app::oauth::inert::inert(text, 1 << 20)
}

/// Whether the report is coloured.
pub fn coloured(choice: Colour) -> bool {
    match choice {
        Colour::On => true,
        Colour::Off => false,
        Colour::Auto => std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
    }
}

/// A line on stdout. A reader that went away (`| head`) is no error.
pub fn line(text: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// A JSON document on stdout, in one line. Characters that would steer a terminal stand there as escapes: to a program
/// it is the same document.
pub fn document(document: &Value) {
    line(format_args!("{}", escaped(document.to_string())));
}

/// JSON text in which nothing would steer a terminal, and which says the same.
pub fn escaped(text: String) -> String {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 64);
    for character in text.chars() {
        if is_treacherous(character) {
            // Only within strings: the rest of a JSON document is plain ASCII.
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    out
}

/// The body of an answer on stdout: as it came for a file or another program, without what would steer it for a
/// terminal.
pub fn body(body: &[u8]) {
    let mut out = std::io::stdout().lock();
    // A reader that has seen enough (`| head`) is no error.
    let _ = match out.is_terminal() {
        true => out.write_all(harmless(body).as_bytes()),
        false => out.write_all(body),
    };
    let _ = out.flush();
}

fn harmless(body: &[u8]) -> String {
    let keeps = |character: &char| matches!(character, '\n' | '\t') || !is_treacherous(*character);
    String::from_utf8_lossy(body).chars().filter(keeps).collect()
}

/// A line on stderr, likewise.
pub fn remark(text: std::fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Writes a line to stdout, where results go.
macro_rules! say {
    ($($text:tt)*) => { $crate::terminal::line(format_args!($($text)*)) };
}

/// Writes a line to stderr, where everything else goes.
macro_rules! tell {
    ($($text:tt)*) => { $crate::terminal::remark(format_args!($($text)*)) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_the_same_to_a_program_and_steers_no_terminal() {
        let hostile = serde_json::json!({ "a\u{202e}": "\u{1b}[31m\u{9b}2J\u{e0001} é 你好" });
        let text = escaped(hostile.to_string());
        assert!(!text.chars().any(is_treacherous), "{text:?}");
        assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(hostile));
        assert!(text.contains("é 你好"), "what is harmless stays readable");
    }

    #[test]
    fn a_body_keeps_its_lines_and_loses_what_would_steer() {
        assert_eq!(harmless(b"a\tb\r\n\x1b[2Jc\xff\n"), "a\tb\n[2Jc\u{fffd}\n");
    }
}
