//! The document, and how references in it are followed.

use std::cell::Cell;

use serde_json::Value;

use crate::imported::Notes;
use crate::parts::{shown, text};

/// How many references may lead to references.
const CHAIN_LIMIT: usize = 32;
/// How many bytes a document may become: parts that are referred to again and again grow fast.
const GROWTH_LIMIT: usize = 32 << 20;
/// What a value costs beside its text.
const VALUE_COST: usize = 100;

static NOTHING: Value = Value::Null;

pub(super) struct Specification<'a> {
    pub root: &'a Value,
    /// Version 2.0: other names for most things.
    pub swagger: bool,
    /// How many bytes it may still become.
    budget: Cell<usize>,
}

impl<'a> Specification<'a> {
    pub(super) fn new(root: &'a Value, swagger: bool) -> Self {
        Self { root, swagger, budget: Cell::new(GROWTH_LIMIT) }
    }

    /// What a value is, or what it refers to within the document; null where that is nowhere.
    pub(super) fn resolve(&self, value: &'a Value, notes: &mut Notes) -> &'a Value {
        let mut value = value;
        for _ in 0..CHAIN_LIMIT {
            let Some(reference) = value.get("$ref").and_then(Value::as_str) else { return value };
            match self.target(reference) {
                Some(target) => value = target,
                None => {
                    let (what, so) = if reference.starts_with('#') {
                        ("leads nowhere", "What it stands for is missing")
                    } else {
                        (
                            "leads out of the document",
                            "It is not followed; join the files into one before importing",
                        )
                    };
                    notes.warn(format!("The reference {} {what}", shown(reference)), so);
                    return &NOTHING;
                }
            }
        }
        notes.warn("References lead in a circle", "What they stand for is missing");
        &NOTHING
    }

    /// Pays for a value with a text of that length. `false`: the document has grown as far as it may.
    pub(super) fn spend(&self, length: usize) -> bool {
        let left = self.budget.get().checked_sub(VALUE_COST.saturating_add(length));
        self.budget.set(left.unwrap_or(0));
        left.is_some()
    }

    pub(super) fn is_exhausted(&self) -> bool {
        self.budget.get() < VALUE_COST
    }

    /// A text of the document; empty once it has grown as far as it may.
    pub(super) fn text(&self, value: Option<&Value>) -> String {
        let length = value.and_then(Value::as_str).map_or(0, str::len);
        if length == 0 || self.spend(length) { text(value) } else { String::new() }
    }

    /// A copy of a value of the document, with everything in it.
    pub(super) fn copy(&self, value: &Value) -> Option<Value> {
        let mut waiting = vec![value];
        while let Some(value) = waiting.pop() {
            let length = match value {
                Value::String(text) => text.len(),
                Value::Array(items) => {
                    waiting.extend(items);
                    0
                }
                Value::Object(members) => {
                    waiting.extend(members.values());
                    members.keys().map(String::len).sum()
                }
                _ => 0,
            };
            if !self.spend(length) {
                return None;
            }
        }
        Some(value.clone())
    }

    fn target(&self, reference: &str) -> Option<&'a Value> {
        let pointer = reference.strip_prefix('#')?;
        if pointer.contains('%') {
            // RFC 6901 §6: a pointer in a URI fragment is percent-encoded.
            let decoded = percent_decoded(pointer)?;
            return self.root.pointer(&decoded);
        }
        self.root.pointer(pointer)
    }

    /// The members of an object of the document, by its place.
    pub(super) fn members(&self, pointer: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.root.pointer(pointer).and_then(Value::as_object).into_iter().flatten()
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let digit = |at: usize| after.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}
