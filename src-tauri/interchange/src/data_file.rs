//! The rows that a run is fed with: JSON or CSV, told apart by reading it, as Newman does.

mod csv;

use serde_json::{Map, Value};

use crate::failure::{ReadFailure, ReadFailureKind};

/// More notes than a person reads are counted instead of listed.
const NOTES: usize = 10;

/// The rows of a data file, and what is odd about them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DataFile {
    /// A row for each iteration. Numbers are numbers, as far as Newman takes them for such.
    pub rows: Vec<Map<String, Value>>,
    /// Rows that are longer or shorter than the head of a table, or no objects: each is named.
    pub notes: Vec<String>,
}

/// Reads a data file in UTF-8 or UTF-16, with or without a byte order mark; anything else counts as Latin 1.
///
/// # Errors
/// It is neither JSON nor a table, or a quote in it is never closed; the line is named.
pub fn read_data(bytes: &[u8]) -> Result<DataFile, ReadFailure> {
    let text = decoded(bytes);
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(DataFile::default());
    }
    match serde_json::from_str::<Value>(trimmed) {
        Ok(Value::Array(rows)) => Ok(of_json(rows)),
        Ok(Value::Object(row)) => Ok(DataFile { rows: vec![row], notes: Vec::new() }),
        // A list that breaks off is told as what it was meant to be.
        Err(error) if trimmed.starts_with(['[', '{']) => {
            Err(broken(format!("It looks like JSON, but {error}")))
        }
        Ok(_) | Err(_) => csv::read(&text).map_err(broken),
    }
}

fn of_json(values: Vec<Value>) -> DataFile {
    let mut file = DataFile::default();
    let mut odd = Notes::default();
    for (at, value) in values.into_iter().enumerate() {
        match value {
            Value::Object(row) => file.rows.push(row),
            _ => {
                odd.say(|| format!("row {} of the data is no object: its iteration has no data", at + 1));
                file.rows.push(Map::new());
            }
        }
    }
    file.notes = odd.told();
    file
}

fn broken(cause: String) -> ReadFailure {
    ReadFailure::new(
        ReadFailureKind::Broken,
        "The data file cannot be read",
        format!("{cause}."),
        "Give a JSON list of objects, or a CSV table whose first line names the columns.",
    )
}

/// The text, whatever program wrote it.
fn decoded(bytes: &[u8]) -> String {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        // Tables and JSON begin with a character of ASCII, whose other half is zero.
        [first, 0, _, 0, ..] if *first != 0 => utf16(bytes, u16::from_le_bytes),
        [0, first, 0, _, ..] if *first != 0 => utf16(bytes, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => eight_bits(rest),
        _ => eight_bits(bytes),
    }
}

fn eight_bits(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// The first few notes, and how many there were.
#[derive(Default)]
struct Notes {
    told: Vec<String>,
    all: usize,
}

impl Notes {
    fn say(&mut self, note: impl FnOnce() -> String) {
        self.all += 1;
        if self.told.len() < NOTES {
            self.told.push(note());
        }
    }

    fn told(mut self) -> Vec<String> {
        if self.all > self.told.len() {
            self.told.push(format!("{} more rows are like that", self.all - self.told.len()));
        }
        self.told
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn rows(bytes: &[u8]) -> Value {
        Value::Array(read_data(bytes).unwrap().rows.into_iter().map(Value::Object).collect())
    }

    #[test]
    fn json_is_taken_as_it_is() {
        assert_eq!(rows(br#" [{"a": 1, "b": true, "c": null}] "#), json!([{"a": 1, "b": true, "c": null}]));
        assert_eq!(rows(br#"{"a": "x"}"#), json!([{"a": "x"}]));
        assert_eq!(rows(b"[]"), json!([]));
        assert_eq!(rows(b"  "), json!([]));
    }

    #[test]
    fn a_row_that_is_no_object_is_named_and_its_iteration_has_no_data() {
        let file = read_data(br#"[{"a": 1}, 7, {"a": 3}]"#).unwrap();
        assert_eq!(file.rows.len(), 3);
        assert!(file.rows[1].is_empty());
        assert_eq!(file.notes, ["row 2 of the data is no object: its iteration has no data"]);
    }

    #[test]
    fn broken_json_is_not_taken_for_a_table() {
        let failure = read_data(b"[{\"a\": 1},\n {\"a\": ]").unwrap_err();
        assert!(failure.cause.contains("line 2"), "{}", failure.cause);
    }

    #[test]
    fn utf_16_and_marks_are_understood_in_either_order_of_bytes() {
        let text = "name,n\né,1\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let marked = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
        let expected = json!([{"name": "é", "n": 1}]);
        for bytes in [
            little.clone(),
            big.clone(),
            marked(&[0xFF, 0xFE], &little),
            marked(&[0xFE, 0xFF], &big),
            marked(&[0xEF, 0xBB, 0xBF], text.as_bytes()),
            text.as_bytes().to_vec(),
            b"name,n\n\xe9,1\n".to_vec(),
        ] {
            assert_eq!(rows(&bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn json_with_a_mark_is_json() {
        assert_eq!(rows(b"\xEF\xBB\xBF[{\"a\": 1}]"), json!([{"a": 1}]));
    }
}
