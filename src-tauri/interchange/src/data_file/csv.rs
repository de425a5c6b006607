//! A table as csv-parse reads it with the options that Newman gives it: names in the first line, blanks around values
//! taken off, quotes kept where they stand within an unquoted value, rows of any length.

use serde_json::{Map, Number, Value};

use super::{DataFile, Notes};

/// Reads a table. What is wrong with it is the error: it names the line.
pub(super) fn read(text: &str) -> Result<DataFile, String> {
    let mut records = Records::new(text);
    let Some(head) = records.next().transpose()? else { return Ok(DataFile::default()) };
    let names: Vec<String> = head.fields.into_iter().map(|field| field.text).collect();
    let mut file = DataFile::default();
    let mut odd = Notes::default();
    for record in records {
        let Record { fields, line } = record?;
        if fields.len() != names.len() {
            let (have, want) = (counted(fields.len(), "value"), counted(names.len(), "column"));
            let effect =
                if fields.len() < names.len() { "the rest is not set" } else { "the rest is left out" };
            odd.say(|| format!("line {line} of the data has {have} for {want}: {effect}"));
        }
        let row = names.iter().cloned().zip(fields.into_iter().map(Field::value));
        file.rows.push(row.collect::<Map<String, Value>>());
    }
    file.notes = odd.told();
    Ok(file)
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

struct Record {
    fields: Vec<Field>,
    /// Where it begins; the first is 1.
    line: usize,
}

struct Field {
    text: String,
    quoted: bool,
}

impl Field {
    /// A number if it is one to JavaScript and was not quoted. Words stay words, `true` included.
    fn value(self) -> Value {
        let number = if self.quoted { None } else { number(&self.text) };
        number.map_or_else(|| Value::String(self.text), Value::Number)
    }
}

fn number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let radix = digits.len() == text.len()
        && ["0x", "0o", "0b", "0X", "0O", "0B"].iter().any(|prefix| text.starts_with(prefix));
    if radix {
        // JavaScript takes it for a number, and then reads its first digit only.
        let radix = match text.as_bytes()[1].to_ascii_lowercase() {
            b'x' => 16,
            b'o' => 8,
            _ => 2,
        };
        return (text.len() > 2 && text[2..].chars().all(|digit| digit.is_digit(radix))).then(|| 0.into());
    }
    let plain = digits.bytes().any(|byte| byte.is_ascii_digit())
        && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    if !plain {
        return None;
    }
    let value: f64 = text.parse().ok().filter(|value: &f64| value.is_finite())?;
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return Some(Number::from(value as i64));
    }
    // A large whole number is written by its leading digits and zeros, in both languages.
    let whole = (value.fract() == 0.0).then(|| format!("{value}").parse::<u64>().ok()).flatten();
    whole.map(Number::from).or_else(|| Number::from_f64(value))
}

/// Splits the text into records.
struct Records<'t> {
    rest: &'t str,
    /// What ends a line: what ended the first one.
    line_end: &'static str,
    line: usize,
}

impl<'t> Records<'t> {
    fn new(text: &'t str) -> Self {
        let line_end = match text.find(['\n', '\r']) {
            Some(at) if text[at..].starts_with("\r\n") => "\r\n",
            Some(at) if text[at..].starts_with('\r') => "\r",
            _ => "\n",
        };
        Self { rest: text, line_end, line: 1 }
    }

    fn record(&mut self) -> Result<Record, String> {
        let line = self.line;
        let mut fields = Vec::new();
        loop {
            let (field, ended) = self.field()?;
            fields.push(field);
            if ended {
                return Ok(Record { fields, line });
            }
        }
    }

    /// One field, and whether the record ends with it.
    fn field(&mut self) -> Result<(Field, bool), String> {
        self.skip_blanks();
        match self.rest.strip_prefix('"') {
            Some(rest) => {
                self.rest = rest;
                self.quoted()
            }
            None => Ok(self.unquoted()),
        }
    }

    fn quoted(&mut self) -> Result<(Field, bool), String> {
        let began = self.line;
        let mut text = String::new();
        loop {
            let Some(at) = self.rest.find('"') else {
                return Err(format!("The quote that is opened in line {began} is never closed"));
            };
            let (before, behind) = (&self.rest[..at], &self.rest[at + 1..]);
            self.line += before.matches(self.line_end).count();
            text.push_str(before);
            self.rest = behind;
            match behind.strip_prefix('"') {
                Some(behind) => {
                    text.push('"');
                    self.rest = behind;
                }
                None => break,
            }
        }
        self.skip_blanks();
        match self.end_of_field() {
            Some(ended) => Ok((Field { text, quoted: true }, ended)),
            None => Err(format!(
                "In line {} something stands behind a closing quote: a quote within a value is written twice",
                self.line
            )),
        }
    }

    fn unquoted(&mut self) -> (Field, bool) {
        let comma = self.rest.find(',').unwrap_or(self.rest.len());
        let end = self.rest.find(self.line_end).unwrap_or(self.rest.len()).min(comma);
        let text = self.rest[..end].trim_end_matches(is_blank).to_owned();
        self.rest = &self.rest[end..];
        let ended = self.end_of_field().unwrap_or(true);
        (Field { text, quoted: false }, ended)
    }

    /// Goes behind the comma or the end of the line, and says whether it was the latter; `None` for neither.
    fn end_of_field(&mut self) -> Option<bool> {
        if let Some(rest) = self.rest.strip_prefix(',') {
            self.rest = rest;
            return Some(false);
        }
        if let Some(rest) = self.rest.strip_prefix(self.line_end) {
            self.rest = rest;
            self.line += 1;
            return Some(true);
        }
        self.rest.is_empty().then_some(true)
    }

    fn skip_blanks(&mut self) {
        while let Some(first) = self.rest.chars().next() {
            if !is_blank(first) || self.rest.starts_with(self.line_end) {
                return;
            }
            self.rest = &self.rest[first.len_utf8()..];
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let record = self.record();
        if record.is_err() {
            self.rest = "";
        }
        Some(record)
    }
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn rows(text: &str) -> Value {
        Value::Array(read(text).unwrap().rows.into_iter().map(Value::Object).collect())
    }

    // What csv-parse 4.16 makes of the same text with Newman's options.
    #[test]
    fn tables_read_as_csv_parse_reads_them() {
        for (text, expected) in [
            ("a,b\n1,2\n", json!([{"a": 1, "b": 2}])),
            ("a,b\n1\n2,3,4\n", json!([{"a": 1}, {"a": 2, "b": 3}])),
            ("a,b\n1,2\n\n3,4", json!([{"a": 1, "b": 2}, {"a": ""}, {"a": 3, "b": 4}])),
            ("a,b\n1,2\n\n", json!([{"a": 1, "b": 2}, {"a": ""}])),
            ("a,b\n1,2\n  \n3,4\n", json!([{"a": 1, "b": 2}, {"a": ""}, {"a": 3, "b": 4}])),
            ("a,b\r\n1,2\n3,4\r\n", json!([{"a": 1, "b": "2\n3"}])),
            ("a,b\r1,2\r", json!([{"a": 1, "b": 2}])),
            ("a,b\n1,2\r3,4\n", json!([{"a": 1, "b": "2\r3"}])),
            ("a,b\n1,\"2\"\n\"x \"\"y\"\"\", z \n", json!([{"a": 1, "b": "2"}, {"a": "x \"y\"", "b": "z"}])),
            ("a,b\n x\"y\"z ,q\"w\"\n", json!([{"a": "x\"y\"z", "b": "q\"w\""}])),
            ("a,b\n\"multi\nline\",2\n", json!([{"a": "multi\nline", "b": 2}])),
            ("\"a b\" , c\n \" 1 \" , \"2\" \n", json!([{"a b": " 1 ", "c": "2"}])),
            ("a,a\n1,2\n", json!([{"a": 2}])),
            ("a,\n1,2\n", json!([{"a": 1, "": 2}])),
            ("a,b\n,\n", json!([{"a": "", "b": ""}])),
            ("a,b\n\"\",\"\"\n", json!([{"a": "", "b": ""}])),
            ("a;b\n1;2", json!([{"a;b": "1;2"}])),
            ("a,b", json!([])),
            ("", json!([])),
        ] {
            assert_eq!(rows(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_javascript_takes_for_a_number_is_one_unless_it_is_quoted() {
        for (text, expected) in [
            ("0", json!(0)),
            ("007", json!(7)),
            ("-5", json!(-5)),
            ("+5", json!(5)),
            ("-0", json!(0)),
            (".5", json!(0.5)),
            ("1.", json!(1)),
            ("1.50", json!(1.5)),
            ("1e3", json!(1000)),
            ("0x10", json!(0)),
            ("12345678901234567890", json!(12_345_678_901_234_567_000_u64)),
            ("123456789012345678", json!(123_456_789_012_345_680_u64)),
            ("1e400", json!("1e400")),
            ("1e3.5", json!("1e3.5")),
            ("-", json!("-")),
            ("true", json!("true")),
            ("12abc", json!("12abc")),
            ("Infinity", json!("Infinity")),
            ("\"5\"", json!("5")),
        ] {
            assert_eq!(rows(&format!("a\n{text}\n")), json!([{ "a": expected }]), "{text}");
        }
    }

    #[test]
    fn rows_of_another_length_are_named_by_their_line() {
        let file = read("a,b\n\"x\ny\",2\n1\n1,2,3\n").unwrap();
        assert_eq!(
            file.notes,
            [
                "line 4 of the data has 1 value for 2 columns: the rest is not set",
                "line 5 of the data has 3 values for 2 columns: the rest is left out",
            ]
        );
    }

    #[test]
    fn many_such_rows_are_counted() {
        let text = format!("a,b\n{}", "1\n".repeat(25));
        let notes = read(&text).unwrap().notes;
        assert_eq!(notes.len(), super::super::NOTES + 1);
        assert_eq!(notes.last().unwrap(), "15 more rows are like that");
    }

    #[test]
    fn a_quote_that_is_wrong_is_named_by_its_line() {
        assert!(read("a,b\n\"unclosed,2\n").unwrap_err().contains("line 2"));
        assert!(read("a,b\n1,2\n\"x\"y\",2\n").unwrap_err().contains("line 3"));
    }
}
