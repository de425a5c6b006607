//! `docs/oauth-support.md` names the test that shows each row: a name that is no test, and a row without one, fail here.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use gatepass_tests::process::repository;

#[test]
fn every_row_of_the_support_page_names_tests_that_exist() {
    let page = fs::read_to_string(repository().join("docs/oauth-support.md")).unwrap();
    let mut tests = BTreeSet::new();
    for folder in ["src-tauri", "tests"] {
        collect(&repository().join(folder), &mut tests);
    }
    assert!(tests.len() > 500, "the search itself works: {} tests", tests.len());
    let mut rows = 0;
    for line in page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---")) {
        let last = line.trim_end_matches('|').trim_end().rsplit(" | ").next().unwrap();
        if last == "shown by" {
            continue;
        }
        let named: Vec<&str> = last.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "no test is named: {line}");
        for name in named {
            assert!(tests.contains(name), "there is no test {name}: {line}");
        }
        rows += 1;
    }
    assert!(rows > 100, "the page was read: {rows} rows");
    for name in in_running_text(&page) {
        assert!(tests.contains(name), "there is no test {name}");
    }
}

/// Names of tests outside of tables: whatever stands in backticks and reads like one.
fn in_running_text(page: &str) -> Vec<&str> {
    let lines = page.lines().filter(|line| !line.starts_with('|'));
    lines
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .filter(|word| {
            word.matches('_').count() > 3 && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        })
        .collect()
}

/// The names of all functions behind a `#[test]` of some kind below a folder.
fn collect(folder: &Path, tests: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            if name != "node_modules" && name != "target" {
                collect(&path, tests);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let mut is_test = false;
            for line in text.lines().map(str::trim_start) {
                if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                    is_test = true;
                } else if let Some(rest) = function(line).filter(|_| is_test) {
                    tests.insert(rest.to_owned());
                    is_test = false;
                }
            }
        }
    }
}

fn function(line: &str) -> Option<&str> {
    let line = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?;
    line.split(['(', '<']).next()
}
