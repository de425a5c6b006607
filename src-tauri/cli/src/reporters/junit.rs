//! The report for CI servers: JUnit's XML, a test suite a request.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::tally::{FailureKind, Tally};
use super::{End, Item, Report, Scene, full_name, unwritten};
use crate::outcome::Stop;

/// Writes a file at the end of the run.
pub struct JunitReport {
    file: PathBuf,
    suites: Vec<Suite>,
    places: std::collections::HashMap<usize, usize>,
}

/// A request, in all its iterations.
struct Suite {
    name: String,
    id: String,
    cases: Vec<Case>,
    errors: Vec<String>,
    seconds: f64,
    times: usize,
}

/// An assertion, in all its iterations.
struct Case {
    name: String,
    skipped: bool,
    failures: Vec<(String, String)>,
}

impl JunitReport {
    /// # Errors
    /// The file cannot be made: said before anything is sent.
    pub fn to_file(file: &Path) -> Result<Self, Stop> {
        std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(file)
            .map_err(|error| unwritten(file, &error))?;
        Ok(Self { file: file.to_owned(), suites: Vec::new(), places: Default::default() })
    }

    fn suite(&mut self, item: &Item<'_>) -> &mut Suite {
        let at = *self.places.entry(item.at.request).or_insert_with(|| {
            self.suites.push(Suite {
                name: full_name(item.draft),
                id: item.draft.id.as_ref().map(ToString::to_string).unwrap_or_default(),
                cases: Vec::new(),
                errors: Vec::new(),
                seconds: 0.0,
                times: 0,
            });
            self.suites.len() - 1
        });
        &mut self.suites[at]
    }
}

impl Report for JunitReport {
    fn item_ended(&mut self, _scene: &Scene, item: &Item<'_>) {
        let suite = self.suite(item);
        suite.times += 1;
        if let Some(exchange) = item.verdict.exchange() {
            suite.seconds += exchange.timing.total_us as f64 / 1e6;
        }
        for failure in item.failures {
            let kind = match failure.kind {
                FailureKind::Assertion => continue,
                FailureKind::Request => "RequestError".to_owned(),
                FailureKind::Script(_) => format!("{} at {}", failure.name, failure.place),
            };
            suite.errors.push(format!("Iteration: {}\n{kind}: {}\n", item.at.iteration, failure.message));
        }
        for assertion in &item.verdict.scripts.assertions {
            let at = suite.cases.iter().position(|case| case.name == assertion.name).unwrap_or_else(|| {
                suite.cases.push(Case { name: assertion.name.clone(), skipped: false, failures: Vec::new() });
                suite.cases.len() - 1
            });
            let case = &mut suite.cases[at];
            case.skipped |= assertion.skipped;
            if !assertion.passed {
                let error = assertion.error.clone().unwrap_or_default();
                case.failures.push((error.message, error.stack));
            }
        }
    }

    fn concluded(&mut self, scene: &Scene, _end: &End<'_>, _tally: &Tally) -> Result<(), Stop> {
        std::fs::write(&self.file, document(scene, &self.suites))
            .map_err(|error| unwritten(&self.file, &error))
    }
}

fn document(scene: &Scene, suites: &[Suite]) -> String {
    let sum = |of: fn(&Suite) -> usize| suites.iter().map(of).sum::<usize>();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        xml,
        "<testsuites name={} tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.3}\">",
        quoted(&scene.collection),
        sum(Suite::tests),
        sum(Suite::failed),
        sum(|suite| suite.errors.len()),
        suites.iter().map(|suite| suite.seconds).sum::<f64>(),
    );
    for suite in suites {
        suite.write(scene, &mut xml);
    }
    xml.push_str("</testsuites>\n");
    xml
}

impl Suite {
    /// What broke outside of assertions is a case of its own, so that CI servers show it.
    fn tests(&self) -> usize {
        self.cases.len() + usize::from(!self.errors.is_empty())
    }

    fn failed(&self) -> usize {
        self.cases.iter().filter(|case| !case.failures.is_empty()).count()
    }

    fn write(&self, scene: &Scene, xml: &mut String) {
        let time = self.seconds / self.times.max(1) as f64;
        let class = quoted(&class_name(&self.name));
        let _ = writeln!(
            xml,
            "  <testsuite name={} id={} timestamp=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{time:.3}\">",
            quoted(&self.name),
            quoted(&self.id),
            timestamp(scene.started_at),
            self.tests(),
            self.failed(),
            self.errors.len(),
            self.cases.iter().filter(|case| case.skipped).count(),
        );
        for case in &self.cases {
            let head =
                format!("    <testcase name={} time=\"{time:.3}\" classname={class}", quoted(&case.name));
            match case.failures.first() {
                Some((message, stack)) => {
                    let detail = format!(
                        "Failed {} times.\nRequest name: {}.\nTest description: {}.\nError message: {message}.\n{stack}",
                        case.failures.len(),
                        self.name,
                        case.name,
                    );
                    let _ = writeln!(
                        xml,
                        "{head}>\n      <failure type=\"AssertionFailure\" message={}>{}</failure>\n    </testcase>",
                        quoted(message),
                        escaped(&detail),
                    );
                }
                None if case.skipped => {
                    let _ = writeln!(xml, "{head}>\n      <skipped/>\n    </testcase>");
                }
                None => {
                    let _ = writeln!(xml, "{head}/>");
                }
            }
        }
        if let Some(first) = self.errors.first() {
            let all = escaped(&self.errors.join("\n---\n"));
            let message = first.lines().nth(1).unwrap_or_default();
            let _ = writeln!(
                xml,
                "    <testcase name={} time=\"{time:.3}\" classname={class}>\n      <error type=\"RequestError\" message={}>{all}</error>\n    </testcase>\n    <system-err>{all}</system-err>",
                quoted(&format!("{} runs without errors", self.name)),
                quoted(message),
            );
        }
        xml.push_str("  </testsuite>\n");
    }
}

/// `Folder / get a photo` is the class `FolderGetAPhoto`.
fn class_name(name: &str) -> String {
    let words = name.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words
        .map(|word| {
            let mut letters = word.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
        })
        .collect()
}

/// RFC 3339 in UTC, by the calendar of Howard Hinnant's `civil_from_days`.
fn timestamp(millis: i64) -> String {
    let (days, rest) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hours, minutes, seconds) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{:03}Z", rest % 1_000)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text).replace('\n', "&#10;"))
}

/// Text for XML 1.0; characters that it cannot hold at all are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(character),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_cannot_break_out_of_the_document() {
        assert_eq!(escaped("a<b>&\"c\u{1b}[2J]]>"), "a&lt;b&gt;&amp;&quot;c[2J]]&gt;");
        assert_eq!(quoted("one\ntwo"), "\"one&#10;two\"");
    }

    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(timestamp(951_782_400_123), "2000-02-29T00:00:00.123Z");
        assert_eq!(timestamp(1_795_532_085_535), "2026-11-24T14:54:45.535Z");
    }

    #[test]
    fn a_class_is_named_in_one_word() {
        assert_eq!(class_name("Folder / get a photo"), "FolderGetAPhoto");
    }
}
