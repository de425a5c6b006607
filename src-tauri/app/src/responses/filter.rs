//! JSONPath (RFC 9535) over a body: which lines of its formatted look belong to a match.

use std::collections::HashSet;

use serde_json::Value;
use serde_json_path::JsonPath;

use crate::dto::{BodyFilter, ErrorView};

/// Larger bodies are not filtered: the whole of one is read into memory for it.
pub(super) const LIMIT: u64 = 32 << 20;

/// `text` is the formatted look of a JSON body.
///
/// # Errors
/// The path is no JSONPath, or the body is no JSON.
pub(super) fn filter(text: &[u8], path: &str) -> Result<BodyFilter, ErrorView> {
    let path = JsonPath::parse(path).map_err(|error| {
        ErrorView::plain(
            "usage",
            "This is no JSONPath",
            error.to_string(),
            "A path begins with $, for example $.items[*].title.",
        )
    })?;
    let value: Value = serde_json::from_slice(text).map_err(|error| {
        ErrorView::plain("usage", "The body is not JSON", error.to_string(), "Look at it without a filter.")
    })?;
    let found: HashSet<String> =
        path.query_located(&value).locations().map(|location| location.to_json_pointer()).collect();
    drop(value);
    Ok(BodyFilter { matches: found.len(), ranges: ranges(text, &found) })
}

/// Walks through formatted JSON, in which every member and element begins a line of its own, and so does every closing
/// bracket.
fn ranges(text: &[u8], wanted: &HashSet<String>) -> Vec<(usize, usize)> {
    let mut ranges = Vec::new();
    // The places that are open: how long the pointer is without them, and the index of the next element.
    let mut open: Vec<(usize, Option<usize>)> = Vec::new();
    let mut pointer = String::new();
    // The match that is open: where it began, and how deep.
    let mut inside: Option<(usize, usize)> = None;
    for (number, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if matches!(line.first(), Some(b'}' | b']')) {
            if let Some((length, _)) = open.pop() {
                pointer.truncate(length);
            }
            if let Some((first, depth)) = inside
                && depth == open.len()
            {
                ranges.push((first, number));
                inside = None;
            }
            continue;
        }
        let length = pointer.len();
        match open.last_mut() {
            None => {}
            Some((_, Some(index))) => {
                pointer.push_str(&format!("/{index}"));
                *index += 1;
            }
            Some((_, None)) => pointer.push_str(&key(line)),
        }
        let hit = inside.is_none() && wanted.contains(&pointer);
        let is_open = matches!(line.last(), Some(b'{' | b'['));
        if hit && is_open {
            inside = Some((number, open.len()));
        } else if hit {
            ranges.push((number, number));
        }
        if is_open {
            open.push((length, (line.last() == Some(&b'[')).then_some(0)));
        } else {
            pointer.truncate(length);
        }
    }
    ranges
}

/// The key at the beginning of a line, as a step of a JSON pointer.
fn key(line: &[u8]) -> String {
    let mut keys = serde_json::Deserializer::from_slice(line).into_iter::<String>();
    let key = keys.next().and_then(Result::ok).unwrap_or_default();
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TEXT: &str = "{\n  \"items\": [\n    {\n      \"t\": \"a\",\n      \"n/~\": {}\n    },\n    {\n      \
                        \"t\": \"b [\"\n    }\n  ],\n  \"total\": 2\n}";

    fn lines(path: &str) -> (usize, Vec<(usize, usize)>) {
        let found = filter(TEXT.as_bytes(), path).unwrap();
        (found.matches, found.ranges)
    }

    #[test]
    fn every_match_is_told_by_its_lines() {
        assert_eq!(lines("$.items[*].t"), (2, vec![(3, 3), (7, 7)]));
        assert_eq!(lines("$.items[1]"), (1, vec![(6, 8)]));
        assert_eq!(lines("$['items'][0]['n/~']"), (1, vec![(4, 4)]));
        assert_eq!(lines("$.total"), (1, vec![(10, 10)]));
        assert_eq!(lines("$"), (1, vec![(0, 11)]));
        assert_eq!(lines("$.absent"), (0, vec![]));
    }

    #[test]
    fn a_match_inside_of_another_is_part_of_it() {
        assert_eq!(lines("$..*"), (7, vec![(1, 9), (10, 10)]));
        assert_eq!(lines("$.items[?@.t == 'b ['].t"), (1, vec![(7, 7)]));
    }

    #[test]
    fn what_is_no_path_is_said_to_be_none() {
        assert_eq!(filter(TEXT.as_bytes(), "items").unwrap_err().message, "This is no JSONPath");
    }
}
