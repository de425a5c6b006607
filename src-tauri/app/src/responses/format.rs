//! JSON made readable without understanding it: white space is all that changes, so that numbers keep every digit
//! and members their order, and a body of any size passes through in little memory.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};

use gatepass_core::exchange::ResponseBody;

use super::lines::{Index, Lines};

/// Deeper nesting is no document that a person reads.
const DEPTH_LIMIT: usize = 2_000;

/// Formats a JSON body in memory.
///
/// # Errors
/// What is wrong with it, with the place; or why it could not be read.
pub(super) fn pretty(body: &ResponseBody) -> Result<Lines, Problem> {
    let mut out = Indexed { out: Vec::new(), index: Index::default() };
    match body {
        ResponseBody::Memory(bytes) => reformat(&mut bytes.as_ref(), &mut out)?,
        ResponseBody::File(file) => reformat(&mut File::open(&file.path)?, &mut out)?,
    }
    Ok(Lines::of_memory(out.out, out.index))
}

#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    #[error("This is not valid JSON: {what} at byte {at}")]
    NotJson { what: &'static str, at: u64 },
    #[error("The formatted copy could not be written: {0}")]
    Io(#[from] io::Error),
}

/// Writes on, and keeps the index of lines.
struct Indexed<W> {
    out: W,
    index: Index,
}

impl<W: Write> Write for Indexed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write_all(bytes)?;
        self.index.take(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// What may come next.
#[derive(Clone, Copy, PartialEq)]
enum Expect {
    Value,
    ValueOrEnd,
    KeyOrEnd,
    Key,
    Colon,
    CommaOrEnd,
    Nothing,
}

/// Formats `input` piece by piece.
///
/// # Errors
/// What is wrong with it, with the place; or why it could not be read or written.
pub(super) fn reformat(input: &mut dyn Read, out: &mut dyn Write) -> Result<(), Problem> {
    let mut reader = BufReader::with_capacity(1 << 16, input);
    let mut buffer = vec![0_u8; 1 << 16];
    let mut formatter = Formatter::default();
    let mut pending = Vec::with_capacity(1 << 17);
    loop {
        let read = reader.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        formatter.take(&buffer[..read], &mut pending)?;
        out.write_all(&pending)?;
        pending.clear();
    }
    formatter.finish()?;
    Ok(())
}

struct Formatter {
    stack: Vec<u8>,
    expect: Expect,
    in_string: bool,
    escaped: bool,
    in_scalar: bool,
    at: u64,
}

impl Default for Formatter {
    fn default() -> Self {
        Self {
            stack: Vec::new(),
            expect: Expect::Value,
            in_string: false,
            escaped: false,
            in_scalar: false,
            at: 0,
        }
    }
}

impl Formatter {
    fn take(&mut self, chunk: &[u8], out: &mut Vec<u8>) -> Result<(), Problem> {
        for &byte in chunk {
            if self.in_string {
                self.string_byte(byte, out)?;
            } else if self.in_scalar && (byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')) {
                out.push(byte);
            } else {
                self.in_scalar = false;
                self.structural_byte(byte, out)?;
            }
            self.at += 1;
        }
        Ok(())
    }

    fn string_byte(&mut self, byte: u8, out: &mut Vec<u8>) -> Result<(), Problem> {
        if byte < 0x20 {
            return Err(self.wrong("a control character in a string"));
        }
        out.push(byte);
        if self.escaped {
            self.escaped = false;
        } else if byte == b'\\' {
            self.escaped = true;
        } else if byte == b'"' {
            self.in_string = false;
        }
        Ok(())
    }

    fn structural_byte(&mut self, byte: u8, out: &mut Vec<u8>) -> Result<(), Problem> {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => Ok(()),
            // A byte order mark in front is tolerated, and dropped.
            0xEF | 0xBB | 0xBF if self.at < 3 => Ok(()),
            b'{' | b'[' => {
                self.before_value(out)?;
                if self.stack.len() == DEPTH_LIMIT {
                    return Err(self.wrong("deeper nesting than can be shown"));
                }
                self.stack.push(byte);
                out.push(byte);
                self.expect = if byte == b'{' { Expect::KeyOrEnd } else { Expect::ValueOrEnd };
                Ok(())
            }
            b'}' | b']' => {
                let opening = if byte == b'}' { b'{' } else { b'[' };
                let empty = matches!(self.expect, Expect::KeyOrEnd | Expect::ValueOrEnd);
                if self.stack.pop() != Some(opening) || !(empty || self.expect == Expect::CommaOrEnd) {
                    return Err(self.wrong("a closing bracket out of place"));
                }
                if !empty {
                    self.new_line(out);
                }
                out.push(byte);
                self.after_value();
                Ok(())
            }
            b'"' if matches!(self.expect, Expect::Key | Expect::KeyOrEnd) => {
                self.new_line(out);
                out.push(byte);
                self.in_string = true;
                self.expect = Expect::Colon;
                Ok(())
            }
            b'"' => {
                self.before_value(out)?;
                out.push(byte);
                self.in_string = true;
                self.after_value();
                Ok(())
            }
            b':' if self.expect == Expect::Colon => {
                out.extend_from_slice(b": ");
                self.expect = Expect::Value;
                Ok(())
            }
            b',' if self.expect == Expect::CommaOrEnd => {
                out.push(byte);
                if self.stack.last() == Some(&b'{') {
                    self.expect = Expect::Key;
                } else {
                    self.expect = Expect::Value;
                }
                Ok(())
            }
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => {
                self.before_value(out)?;
                out.push(byte);
                self.in_scalar = true;
                self.after_value();
                Ok(())
            }
            _ => Err(self.wrong("an unexpected character")),
        }
    }

    /// Array elements stand on lines of their own; member values stand behind their colon.
    fn before_value(&mut self, out: &mut Vec<u8>) -> Result<(), Problem> {
        if !matches!(self.expect, Expect::Value | Expect::ValueOrEnd) {
            return Err(self.wrong("a value out of place"));
        }
        if self.stack.last() == Some(&b'[') {
            self.new_line(out);
        }
        Ok(())
    }

    fn after_value(&mut self) {
        self.expect = if self.stack.is_empty() { Expect::Nothing } else { Expect::CommaOrEnd };
    }

    fn new_line(&self, out: &mut Vec<u8>) {
        out.push(b'\n');
        out.resize(out.len() + self.stack.len() * 2, b' ');
    }

    fn finish(self) -> Result<(), Problem> {
        if self.in_string || self.expect != Expect::Nothing {
            return Err(self.wrong("it ends too early"));
        }
        Ok(())
    }

    fn wrong(&self, what: &'static str) -> Problem {
        Problem::NotJson { what, at: self.at }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn formatted(text: &str) -> Result<String, String> {
        let mut out = Vec::new();
        reformat(&mut text.as_bytes(), &mut out).map_err(|problem| problem.to_string())?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn only_white_space_changes() {
        let text = r#"{"b":1.10,"a":[true,null,{"x":"y\"}"}],"a":12345678901234567890123,"e":{},"l":[]}"#;
        let pretty = formatted(text).unwrap();
        let without: String = pretty.split_whitespace().collect();
        assert_eq!(without, text);
        assert!(pretty.starts_with("{\n  \"b\": 1.10,\n  \"a\": [\n    true,"), "{pretty}");
        assert!(pretty.contains("\"e\": {},\n  \"l\": []\n}"), "{pretty}");
    }

    #[test]
    fn what_is_formatted_already_stays_as_it_is() {
        let once = formatted(r#"[{"a":[1,2]},"x"]"#).unwrap();
        assert_eq!(formatted(&once).unwrap(), once);
    }

    #[test]
    fn broken_json_is_told_with_the_place() {
        for (text, at) in
            [("{\"a\":1,}", 7), ("[1 2]", 3), ("{\"a\"", 4), ("", 0), ("]", 0), ("<html>", 0), ("1 2", 2)]
        {
            let problem = formatted(text).unwrap_err();
            assert!(problem.ends_with(&format!("at byte {at}")), "{text}: {problem}");
        }
    }

    #[test]
    fn bottomless_nesting_is_refused() {
        assert!(formatted(&"[".repeat(1_000_000)).unwrap_err().contains("deeper nesting"));
    }
}
