#![allow(clippy::unwrap_used)]
use std::time::Duration;

use gatepass_oauth::ports::{Clock, Randomness, UnixMillis};

use super::*;
use crate::workspace::Variable;

fn scopes(variables: &[(&str, &str)]) -> Scopes {
    let variables = variables.iter().map(|(key, value)| Variable::new(*key, *value)).collect();
    Scopes::new().with(Origin::Globals, variables)
}

fn resolve(text: &str, variables: &[(&str, &str)]) -> (String, Vec<Problem>) {
    let scopes = scopes(variables);
    let mut resolver = Resolver::new(&scopes, &NoDynamic);
    let resolved = resolver.resolve(text, "URL").into_owned();
    (resolved, resolver.finish().problems)
}

fn unresolved(name: &str) -> Problem {
    Problem { name: name.into(), place: "URL".into(), kind: ProblemKind::Unresolved }
}

#[test]
fn replaces_variables_and_leaves_other_braces_alone() {
    let variables = [("a", "1"), ("b", "2")];
    for (text, expected) in [
        ("{{a}}-{{b}}", "1-2"),
        (r#"{"x":{"y":{{a}}}}"#, r#"{"x":{"y":1}}"#),
        ("{{{a}}}", "{1}"),
        ("}}{{a}}{", "}}1{"),
        ("{{a", "{{a"),
        ("{{a}b}}{{b}}", "{{a}b}}2"),
        ("{a}", "{a}"),
        ("{{}}", "{{}}"),
        ("{{}}{{a}}", "{{}}1"),
    ] {
        assert_eq!(resolve(text, &variables), (expected.to_owned(), vec![]), "{text}");
    }
}

#[test]
fn a_value_may_hold_variables_and_a_name_may_be_composed() {
    let variables =
        [("base", "https://{{host_{{stage}}}}"), ("host_test", "t.example.com"), ("stage", "test")];
    assert_eq!(resolve("{{base}}/x", &variables).0, "https://t.example.com/x");
}

#[test]
fn an_unknown_variable_stays_as_it_is_and_is_reported_once_with_its_place() {
    let (text, problems) = resolve("{{nope}}/{{nope}}/{{outer{{nope}}}}", &[]);
    assert_eq!(text, "{{nope}}/{{nope}}/{{outer{{nope}}}}");
    assert_eq!(problems, [unresolved("nope")]);
}

#[test]
fn a_report_names_the_variable_that_leads_to_the_unknown_one() {
    let (text, problems) = resolve("{{base}}/x", &[("base", "https://{{host}}")]);
    assert_eq!(text, "https://{{host}}/x");
    assert_eq!(problems[0].to_string(), "URL, in the variable “base”: no variable named “host”");
}

#[test]
fn a_variable_that_refers_to_itself_is_named_with_its_way_around() {
    let (text, problems) = resolve("{{a}} {{ok}}", &[("a", "x{{b}}"), ("b", "y{{a}}"), ("ok", "fine")]);
    assert_eq!(text, "xy{{a}} fine");
    let path = vec!["a".to_owned(), "b".to_owned(), "a".to_owned()];
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].name, "a");
    assert_eq!(problems[0].kind, ProblemKind::RefersToItself { path });
}

#[test]
fn a_long_chain_of_variables_ends_with_a_report_and_not_with_the_stack() {
    let chain: Vec<(String, String)> =
        (0..10_000).map(|at| (format!("v{at}"), format!("{{{{v{}}}}}", at + 1))).collect();
    let chain: Vec<(&str, &str)> = chain.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(resolve("{{v0}}", &chain).1[0].kind, ProblemKind::TooDeep);
}

#[test]
fn variables_that_double_each_other_do_not_fill_the_memory() {
    let bombs: Vec<(String, String)> =
        (0..40).map(|at| (format!("v{at}"), format!("{{{{v{}}}}}{{{{v{}}}}}", at + 1, at + 1))).collect();
    let mut bombs: Vec<(&str, &str)> =
        bombs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    bombs.push(("v40", "12345678"));
    let (text, problems) = resolve("{{v0}}", &bombs);
    assert!(text.len() <= LENGTH_LIMIT);
    assert!(problems.iter().any(|problem| problem.kind == ProblemKind::TooLong), "{problems:?}");
}

#[test]
fn circles_that_branch_at_every_turn_come_to_an_end() {
    let turns: Vec<(String, String)> = (0..40)
        .map(|at| (format!("v{at}"), format!("{{{{v{0}}}}}{{{{v{0}}}}}{{{{$now}}}}", (at + 1) % 40)))
        .collect();
    let turns: Vec<(&str, &str)> = turns.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let (_, problems) = resolve("{{v0}}", &turns);
    assert!(problems.iter().any(|problem| matches!(problem.kind, ProblemKind::RefersToItself { .. })));
}

#[test]
fn a_text_of_two_megabytes_of_braces_is_read_once() {
    for piece in ["{{", "}}", "{{a", "{{a}}", "{{a}", "{"] {
        let text = piece.repeat((2 << 20) / piece.len());
        let (resolved, _) = resolve(&text, &[("a", "1")]);
        assert!(resolved == text || piece == "{{a}}");
    }
}

#[test]
fn the_stronger_scope_wins_and_the_hidden_ones_are_known() {
    let one = |value: &str| vec![Variable::new("x", value)];
    let scopes = Scopes::new()
        .with(Origin::Local, vec![Variable { enabled: false, ..Variable::new("x", "off") }])
        .with(Origin::IterationData, vec![])
        .with(Origin::Environment("Staging".into()), one("environment"))
        .with(Origin::Folder("Albums".into()), one("folder"))
        .with(Origin::Collection("Photos".into()), one("collection"))
        .with(Origin::Globals, one("globals"));
    let winner = scopes.winner("x").unwrap();
    assert_eq!((winner.value, winner.origin), ("environment", &Origin::Environment("Staging".into())));
    assert_eq!(
        winner.hidden,
        [&Origin::Folder("Albums".into()), &Origin::Collection("Photos".into()), &Origin::Globals]
    );
}

#[test]
fn of_two_variables_with_one_name_the_last_enabled_one_counts() {
    let scopes = Scopes::new().with(
        Origin::Globals,
        vec![
            Variable::new("x", "first"),
            Variable::new("x", "second"),
            Variable { enabled: false, ..Variable::new("x", "third") },
        ],
    );
    assert_eq!(scopes.winner("x").unwrap().value, "second");
}

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> UnixMillis {
        1_700_000_000_123
    }
    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

impl Randomness for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

#[test]
fn dynamic_variables_come_from_the_clock_and_the_randomness_given() {
    let scopes = scopes(&[("$timestamp", "mine")]);
    let builtin = Builtin { clock: &Fixed, randomness: &Fixed };
    let mut resolver = Resolver::new(&scopes, &builtin);
    let mut resolve = |text| resolver.resolve(text, "body").into_owned();
    assert_eq!(resolve("{{$isoTimestamp}}"), "2023-11-14T22:13:20.123Z");
    assert_eq!(resolve("{{$guid}}"), "07070707-0707-4707-8707-070707070707");
    assert!(resolve("{{$randomInt}}").parse::<u64>().unwrap() <= 1000);
    assert_eq!(resolve("{{$timestamp}}"), "mine");
    assert_eq!(resolve("{{$nope}}"), "{{$nope}}");
}

#[test]
fn a_variable_with_a_dynamic_value_is_made_anew_each_time() {
    struct Counter(std::sync::atomic::AtomicU32);
    impl Dynamic for Counter {
        fn value(&self, _name: &str) -> Option<Substitute> {
            let count = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Some(Substitute::plain(count.to_string()))
        }
    }
    let scopes = scopes(&[("id", "n{{$count}}")]);
    let counter = Counter(0.into());
    let mut resolver = Resolver::new(&scopes, &counter);
    assert_eq!(resolver.resolve("{{id}} {{id}}", "body"), "n0 n1");
}

#[test]
fn secret_values_that_were_used_are_known_for_blanking() {
    let secret = Variable { secret: true, ..Variable::new("key", "hunter2") };
    let scopes = Scopes::new().with(Origin::Globals, vec![secret, Variable::new("auth", "Key {{key}}")]);
    let mut resolver = Resolver::new(&scopes, &NoDynamic);
    assert_eq!(resolver.resolve("{{auth}}", "header"), "Key hunter2");
    let secrets = resolver.finish().secrets;
    assert_eq!(secrets.iter().map(Secret::expose).collect::<Vec<_>>(), ["hunter2"]);
}

#[test]
fn only_a_text_of_nothing_but_variables_holds_no_value_of_its_own() {
    for text in ["{{a}}", "{{a}}{{b}}", " {{a}} "] {
        assert!(is_only_variables(text), "{text}");
    }
    for text in ["", "a", "{{a}}b", "{{a", "{{}}", "{{a{{b}}}}", "x{{a}}"] {
        assert!(!is_only_variables(text), "{text}");
    }
}
