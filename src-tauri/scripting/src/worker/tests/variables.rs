//! The scopes of variables.

use gatepass_core::scripting::VariableScope;
use serde_json::json;

use super::stage::{Stage, console};

#[test]
fn the_stronger_scope_wins_as_in_postman() {
    let mut stage = Stage::new("test");
    stage.job["variables"] = json!({
        "environmentName": "", "environmentId": "",
        "globals": {"a": "g", "b": "g", "c": "g", "d": "g", "e": "g", "f": "g"},
        "collection": {"a": "c", "b": "c", "c": "c", "d": "c", "e": "c"},
        "folders": [{"a": "inner", "b": "inner"}, {"b": "outer", "c": "outer", "d": "outer"}],
        "environment": {"a": "env", "b": "env", "c": "env"},
        "iterationData": {"a": "data", "b": "data"},
        "local": {"a": "local"},
    });
    let report = stage.run(
        "console.log('abcdef'.split('').map((name) => pm.variables.get(name)).join(' '));\n\
         console.log(pm.variables.replaceIn('{{a}}-{{b}}-{{unknown}}'), pm.variables.has('f'), pm.variables.has('x'));\n\
         console.log(pm.globals.get('a'), pm.collectionVariables.get('a'), pm.environment.get('a'), pm.iterationData.get('a'));",
    );
    assert_eq!(
        console(&report),
        ["local data env outer c g", "local-data-{{unknown}} true false", "g c env data"]
    );
}

#[test]
fn changes_are_seen_at_once_and_reported_once_each() {
    let (report, _) = Stage::new("test").run_all(&[
        ("collection", "Photos API", "pm.environment.set('n', 1); pm.environment.set('n', 2); pm.globals.set('g', 'x'); pm.variables.set('l', 'local'); pm.collectionVariables.set('o', {a: [1]})"),
        ("request", "Get a photo", "console.log(pm.environment.get('n') + 1, pm.variables.get('l'), pm.collectionVariables.get('o').a[0]); pm.globals.unset('g')"),
    ]);
    assert_eq!(console(&report), ["3 local 1"]);
    let told: Vec<(VariableScope, &str, Option<&str>)> =
        report.changes.iter().map(|c| (c.scope, c.key.as_str(), c.text.as_deref())).collect();
    assert_eq!(
        told,
        [
            (VariableScope::Environment, "n", Some("2")),
            (VariableScope::Globals, "g", None),
            (VariableScope::Local, "l", Some("local")),
            (VariableScope::Collection, "o", Some("[object Object]")),
        ]
    );
    assert_eq!(report.changes[0].value, Some(json!(2)));
    assert_eq!(report.changes[3].value, Some(json!({"a": [1]})));
}

#[test]
fn the_row_of_the_data_file_cannot_be_written() {
    let report =
        Stage::new("test").run("pm.iterationData.set('x', 1); console.log(pm.iterationData.has('x'))");
    assert_eq!(console(&report), ["false"]);
    assert!(report.changes.is_empty());
}

#[test]
fn dynamic_variables_come_from_the_application() {
    let stage = Stage::answering("test", |question| {
        let value = if question["name"] == "guid" { json!("G") } else { json!(null) };
        (json!({ "value": value }), "")
    });
    let report = stage.run("console.log(pm.variables.replaceIn('{{$guid}} {{$nothing}}'))");
    assert_eq!(console(&report), ["G {{$nothing}}"]);
}
