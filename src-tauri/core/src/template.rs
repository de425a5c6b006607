//! `{{variables}}`: substitution only, no expressions.
//!
//! The innermost braces are replaced first, so a name may itself be composed (`{{host_{{stage}}}}`), and a value may
//! hold further variables. What cannot be replaced stays in the text as it is and is reported, with its name and the
//! place where it stands: the request is still sent, as in Postman.

mod dynamic;
mod scopes;

pub use dynamic::{Builtin, Dynamic, FirstOf, NoDynamic, Substitute};
pub use scopes::{Origin, Scopes, VariableSet, Winner};

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use gatepass_oauth::Secret;

/// How deep variables may refer to variables. Postman stops at 20; nobody writes more by hand.
const DEPTH_LIMIT: usize = 50;
/// How long one text may become, in bytes: a few variables that double each other would fill the memory otherwise.
const LENGTH_LIMIT: usize = 64 << 20;
/// How many values with variables in them are expanded for one request: circles that branch would never end.
const EXPANSION_LIMIT: usize = 200_000;
/// How many problems are told apart: nobody reads more.
const PROBLEM_LIMIT: usize = 100;

/// Replaces the variables in the texts of one request, and remembers what it could not replace.
pub struct Resolver<'a> {
    scopes: &'a Scopes,
    dynamic: &'a dyn Dynamic,
    /// Values that themselves hold variables, resolved once.
    known: HashMap<String, String>,
    problems: Vec<Problem>,
    secrets: Vec<Secret>,
    /// Whether the text at hand was cut where another way in would have cut it elsewhere.
    cut: bool,
    /// How many values were expanded so far.
    expansions: usize,
}

/// A variable that stays in the text as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The variable's name, without braces.
    pub name: String,
    /// Where it stands: `URL`, `header Accept`, …; the variables on the way to it included.
    pub place: String,
    pub kind: ProblemKind,
}

/// Why a variable was not replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProblemKind {
    /// No scope has an enabled variable of that name.
    Unresolved,
    /// Its value leads back to itself; the way there, from the variable to itself.
    RefersToItself { path: Vec<String> },
    /// More levels of variables in variables than are followed.
    TooDeep,
    /// The text would become longer than anything that can be sent.
    TooLong,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, place, kind } = self;
        match kind {
            ProblemKind::Unresolved => write!(formatter, "{place}: no variable named “{name}”"),
            ProblemKind::RefersToItself { path } => {
                write!(formatter, "{place}: the variable “{name}” refers to itself ({})", path.join(" → "))
            }
            ProblemKind::TooDeep => {
                write!(formatter, "{place}: “{name}” lies more than {DEPTH_LIMIT} variables deep")
            }
            ProblemKind::TooLong => write!(formatter, "{place}: with “{name}” the text becomes too long"),
        }
    }
}

/// What a [`Resolver`] saw.
#[derive(Default)]
pub struct Findings {
    /// What stayed in the text, in the order in which it was met, each once.
    pub problems: Vec<Problem>,
    /// The secret values that now stand in the texts: to be blanked wherever the request is shown or kept.
    pub secrets: Vec<Secret>,
}

impl<'a> Resolver<'a> {
    pub fn new(scopes: &'a Scopes, dynamic: &'a dyn Dynamic) -> Self {
        Self {
            scopes,
            dynamic,
            known: HashMap::new(),
            problems: Vec::new(),
            secrets: Vec::new(),
            cut: false,
            expansions: 0,
        }
    }

    /// `text` with its variables replaced; `place` says in reports where the text stands. Linear in the result.
    pub fn resolve<'t>(&mut self, text: &'t str, place: &str) -> Cow<'t, str> {
        if !text.contains("{{") {
            return Cow::Borrowed(text);
        }
        let mut resolved = String::with_capacity(text.len());
        self.expand(text, &mut resolved, &mut Vec::new(), place);
        Cow::Owned(resolved)
    }

    /// What could not be replaced, and which secrets were used.
    pub fn finish(self) -> Findings {
        Findings { problems: self.problems, secrets: self.secrets }
    }

    /// Appends the expanded text to `out`. Says whether the result may differ the next time.
    fn expand(&mut self, text: &str, out: &mut String, within: &mut Vec<String>, place: &str) -> bool {
        let mut volatile = false;
        // Where in `out` the braces that are still open begin. What follows them is the name, as far as it is known.
        let mut open: Vec<usize> = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            if rest.starts_with('{') {
                let run = rest.len() - rest.trim_start_matches('{').len();
                if run % 2 == 1 {
                    // A name holds no brace, so what was opened before is plain text.
                    open.clear();
                    out.push('{');
                }
                for _ in 0..run / 2 {
                    open.push(out.len());
                    out.push_str("{{");
                }
                rest = &rest[run..];
            } else if rest.starts_with("}}")
                && let Some(start) = open.pop()
            {
                rest = &rest[2..];
                let name = out[start + 2..].to_owned();
                match self.substitute(&name, out, start, within, place) {
                    Some(differs) => volatile |= differs,
                    None => {
                        open.clear();
                        out.push_str("}}");
                    }
                }
            } else {
                open.clear();
                out.push('}');
                rest = &rest[1..];
            }
        }
        out.push_str(rest);
        volatile
    }

    /// Puts the value of `name` in the place of everything in `out` from `start` on; `None` leaves `out` as it is.
    fn substitute(
        &mut self,
        name: &str,
        out: &mut String,
        start: usize,
        within: &mut Vec<String>,
        place: &str,
    ) -> Option<bool> {
        if name.is_empty() {
            return None;
        }
        let scopes = self.scopes;
        let Some(winner) = scopes.winner(name) else {
            let dynamic = name.strip_prefix('$').and_then(|name| self.dynamic.value(name));
            let Some(substitute) = dynamic else {
                return self.report(name, within, place, ProblemKind::Unresolved);
            };
            if substitute.secret {
                self.remember_secret(&substitute.text);
            }
            return self.put(name, &substitute.text, out, start, within, place).map(|()| true);
        };
        let value = winner.value;
        if let Some(first) = within.iter().position(|outer| outer == name) {
            let path = within[first..].iter().cloned().chain([name.to_owned()]).collect();
            return self.report(name, within, place, ProblemKind::RefersToItself { path });
        }
        if !value.contains("{{") {
            if winner.secret {
                self.remember_secret(value);
            }
            return self.put(name, value, out, start, within, place).map(|()| false);
        }
        if let Some(known) = self.known.get(name).cloned() {
            return self.put(name, &known, out, start, within, place).map(|()| false);
        }
        self.expansions += 1;
        if within.len() >= DEPTH_LIMIT || self.expansions > EXPANSION_LIMIT {
            return self.report(name, within, place, ProblemKind::TooDeep);
        }
        let mut expanded = String::with_capacity(value.len());
        within.push(name.to_owned());
        let cut = std::mem::take(&mut self.cut);
        let volatile = self.expand(value, &mut expanded, within, place);
        within.pop();
        if winner.secret {
            self.remember_secret(&expanded);
        }
        self.put(name, &expanded, out, start, within, place)?;
        // A cycle is cut at another variable depending on where it was entered, so such a value is not kept.
        if !volatile && !self.cut {
            self.known.insert(name.to_owned(), expanded);
        }
        self.cut |= cut;
        Some(volatile)
    }

    fn put(
        &mut self,
        name: &str,
        value: &str,
        out: &mut String,
        start: usize,
        within: &[String],
        place: &str,
    ) -> Option<()> {
        if start + value.len() > LENGTH_LIMIT {
            self.report(name, within, place, ProblemKind::TooLong);
            return None;
        }
        out.truncate(start);
        out.push_str(value);
        Some(())
    }

    /// Remembers a problem once. Always `None`, for the caller to return.
    fn report(&mut self, name: &str, within: &[String], place: &str, kind: ProblemKind) -> Option<bool> {
        self.cut |= matches!(kind, ProblemKind::RefersToItself { .. } | ProblemKind::TooDeep);
        let place = match within.last() {
            Some(outer) => format!("{place}, in the variable “{outer}”"),
            None => place.to_owned(),
        };
        let problem = Problem { name: name.to_owned(), place, kind };
        if self.problems.len() < PROBLEM_LIMIT && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
        None
    }

    fn remember_secret(&mut self, value: &str) {
        if !value.is_empty() && !self.secrets.iter().any(|secret| secret.expose() == value) {
            self.secrets.push(Secret::from(value));
        }
    }
}

/// Whether the text is made of variables and nothing else: such a text holds no value of its own.
pub fn is_only_variables(text: &str) -> bool {
    let mut rest = text.trim();
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let Some(name) = rest.strip_prefix("{{") else { return false };
        let Some(end) = name.find("}}") else { return false };
        if end == 0 || name[..end].contains(['{', '}']) {
            return false;
        }
        rest = &name[end + 2..];
    }
    true
}

#[cfg(test)]
mod tests;
