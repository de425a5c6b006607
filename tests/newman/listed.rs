//! The differences that are meant, from the table in `docs/newman-differences.md`.

use std::collections::BTreeSet;

use gatepass_tests::process::repository;

/// The rows of the table: `*: aspect` concerns every collection, `collection: aspect` every request of one, and
/// `collection / request: aspect` a single one.
pub struct Listed {
    collection: String,
    rows: Vec<String>,
}

impl Listed {
    pub fn read(collection: &str) -> Self {
        let text = std::fs::read_to_string(repository().join("docs/newman-differences.md")).unwrap();
        let (_, table) = text.split_once("## Found by the comparison").expect("the section is there");
        let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
        let rows = rows.map(|(place, _)| place.to_owned());
        Self { collection: collection.to_owned(), rows: rows.collect() }
    }

    pub fn holds(&self, place: &str) -> bool {
        self.rows.iter().any(|row| concerns(row, place))
    }

    /// The rows about this collection that none of these places needs.
    pub fn of_this_collection_without(&self, places: &BTreeSet<&str>) -> Vec<&str> {
        let own = self.rows.iter().filter(|row| {
            let (place, _) = row.rsplit_once(": ").unwrap_or((row, ""));
            place.split(" / ").next() == Some(self.collection.as_str())
        });
        own.map(String::as_str).filter(|row| !places.iter().any(|place| concerns(row, place))).collect()
    }
}

fn concerns(row: &str, place: &str) -> bool {
    let (Some((row_place, row_aspect)), Some((place, aspect))) =
        (row.rsplit_once(": "), place.rsplit_once(": "))
    else {
        return false;
    };
    let fits = row_place == "*" || row_place == place || place.starts_with(&format!("{row_place} / "));
    fits && row_aspect == aspect
}
