//! YAML of the formats that are written in it, as the same tree that JSON becomes.

use serde_json::Value;
use serde_saphyr::{DuplicateKeyPolicy, Options};

use crate::failure::{ReadFailure, ReadFailureKind};

/// The largest document that is read as YAML, in bytes.
const SIZE_LIMIT: usize = 16 << 20;
/// How deep it may be nested: twice as deep as any description is.
const DEPTH_LIMIT: usize = 64;
/// How much it may hold once aliases are written out: a few lines of aliases of aliases would fill the memory.
const NODE_LIMIT: usize = 500_000;

/// Whether the text is YAML of one of our formats. Other text is not tried: almost any text is YAML of a kind.
pub(crate) fn is_recognised(text: &str) -> bool {
    let (mut info, mut http) = (false, false);
    text.lines().any(|line| match top_level(line) {
        Some(("openapi" | "swagger" | "opencollection" | "__export_format", _)) => true,
        Some(("type", value)) => value.contains("insomnia.rest/"),
        Some(("info", _)) => {
            info = true;
            http
        }
        Some(("http", _)) => {
            http = true;
            info
        }
        _ => false,
    })
}

/// The key and the rest of a line that is not indented.
fn top_level(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let key = key.trim_end().trim_matches(['"', '\'']);
    let plain = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    (plain && !key.is_empty() && (value.is_empty() || value.starts_with([' ', '\t']))).then_some((key, value))
}

/// Reads one document.
///
/// # Errors
/// It is broken, too large, too deep, or grows without end; the failure says where and quotes nothing.
pub(crate) fn parse(text: &str) -> Result<Value, ReadFailure> {
    if text.len() > SIZE_LIMIT {
        return Err(ReadFailure::new(
            ReadFailureKind::TooLarge,
            "The document is too large",
            format!("It has {} MiB of YAML; at most {} are read", text.len() >> 20, SIZE_LIMIT >> 20),
            "Convert it to JSON, or import it in parts.",
        ));
    }
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| {
        let place = error
            .location()
            .map(|location| format!(" (line {}, column {})", location.line(), location.column()))
            .unwrap_or_default();
        ReadFailure::new(
            ReadFailureKind::Broken,
            "The document cannot be read",
            format!("The YAML is broken, nested too deeply, or its aliases never end{place}"),
            "Export or copy it again, whole.",
        )
    })
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEPTH_LIMIT,
            max_nodes: NODE_LIMIT,
            max_events: 4 * NODE_LIMIT,
            max_documents: 1,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: NODE_LIMIT,
            max_replay_stack_depth: 32,
        },
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        // As YAML 1.2 has it: “no” is a country.
        strict_booleans: true,
        with_snippet: false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    #[test]
    fn yaml_becomes_the_tree_that_json_would() {
        let read = parse(
            "a: &a {b: 1, c: no}\nlist:\n  - *a\n  - {<<: *a, b: 2}\ntext: |\n  one\n  two\n200: ok\nempty:\nversion: '1.0'\n",
        );
        assert_eq!(
            read.ok().unwrap(),
            json!({"a": {"b": 1, "c": "no"}, "list": [{"b": 1, "c": "no"}, {"b": 2, "c": "no"}],
                "text": "one\ntwo\n", "200": "ok", "empty": null, "version": "1.0"})
        );
    }

    #[test]
    fn aliases_of_aliases_and_endless_depth_are_refused() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let before = format!("*a{}, ", level - 1).repeat(10);
            bomb.push_str(&format!("a{level}: &a{level} [{before}]\n"));
        }
        let deep = format!("a: {}{}", "[".repeat(5000), "]".repeat(5000));
        let deeper = (0..2000).map(|level| format!("{}a:\n", " ".repeat(level))).collect::<String>();
        for text in [bomb, deep, deeper, "a: 'secret".to_owned(), "a: *nobody".to_owned()] {
            let failure = parse(&text).err().unwrap();
            assert_eq!(failure.kind, ReadFailureKind::Broken);
            assert!(!failure.to_string().contains("secret"));
        }
    }

    #[test]
    fn what_is_as_deep_as_the_limit_is_read() {
        let mut text: String = (0..28).map(|level| format!("{}- a:\n", "    ".repeat(level))).collect();
        text.push_str(&format!("{}x", "    ".repeat(28)));
        assert!(parse(&text).is_ok());
    }

    #[test]
    fn only_documents_of_known_formats_are_taken_for_yaml() {
        for text in [
            "openapi: 3.1.0\n",
            "# x\n\"swagger\": '2.0'",
            "info:\n  name: a\nhttp:\n",
            "type: collection.insomnia.rest/5.0",
        ] {
            assert!(is_recognised(text), "{text}");
        }
        for text in ["hello: world", "  openapi: 3", "GET http://x", "type: other", "info:\ninfo:\n"] {
            assert!(!is_recognised(text), "{text}");
        }
    }
}
