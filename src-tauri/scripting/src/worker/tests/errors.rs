//! Scripts that throw, loop, fill the memory, or wait for ever.

use std::time::{Duration, Instant};

use gatepass_core::scripting::ScriptErrorKind;

use super::stage::Stage;

#[test]
fn an_error_names_script_line_column_and_message() {
    let report = Stage::new("prerequest").run("const a = 1;\n\n   a.b.c();");
    let error = &report.errors[0];
    assert_eq!(error.kind, ScriptErrorKind::Thrown);
    assert_eq!(error.name, "TypeError");
    assert_eq!(error.message, "cannot read property 'c' of undefined");
    assert_eq!(error.script, "pre-request script of Get a photo");
    assert_eq!(error.line, Some(3));
    assert!(error.column.is_some_and(|column| column >= 4), "{error:?}");
}

#[test]
fn what_is_no_javascript_is_a_syntax_error_with_its_line() {
    let (report, _) = Stage::new("test").run_all(&[
        ("collection", "Photos API", "pm.test('x', () => {\n  if (\n});"),
        ("request", "Get a photo", "pm.test('runs', () => {})"),
    ]);
    let error = &report.errors[0];
    assert_eq!((error.kind, error.line), (ScriptErrorKind::Syntax, Some(3)), "{error:?}");
    assert_eq!(error.script, "test script of Photos API");
    assert_eq!(report.assertions[0].name, "runs");
}

#[test]
fn errors_in_callbacks_and_promises_are_told_as_well() {
    let report = Stage::new("test").run(
        "setTimeout(() => { throw new RangeError('in a timer') }, 1);\n\
         Promise.reject(new Error('left behind'));\n\
         Promise.reject(new Error('looked after')).catch(() => {});\n\
         throw 'just a text';",
    );
    let told: Vec<(&str, &str)> =
        report.errors.iter().map(|error| (error.name.as_str(), error.message.as_str())).collect();
    assert_eq!(told, [("", "just a text"), ("RangeError", "in a timer"), ("Error", "left behind")]);
}

/// Runs a script that would never end, and holds the time it was given against the time it took.
fn overrun(source: &str) {
    let stage = Stage { deadline: 200, ..Stage::new("test") };
    let began = Instant::now();
    let (report, spent) =
        stage.run_all(&[("request", "Bomb", source), ("request", "After", "pm.test('after', () => {})")]);
    assert_eq!(report.errors.len(), 1, "{source}: {:?}", report.errors);
    let error = &report.errors[0];
    assert_eq!(error.kind, ScriptErrorKind::Deadline, "{source}: {error:?}");
    assert_eq!(error.script, "test script of Bomb");
    assert_eq!(
        error.message,
        "the script ran longer than the 200 ms that it may, and was ended; the script behind it did not run"
    );
    assert!(began.elapsed() < Duration::from_secs(30), "{source}");
    assert!(spent, "{source}");
}

#[test]
fn loops_regular_expressions_promises_and_timers_without_end_are_stopped_at_the_deadline() {
    overrun("let i = 0;\nwhile (true) i++;");
    overrun("for (;;) { try { while (true); } catch {} }");
    overrun("/^(a+)+$/.test('a'.repeat(64) + '!');");
    overrun("const again = () => { Promise.resolve().then(again) }; again();");
    overrun("setInterval(() => {}, 0);");
    overrun("await new Promise((go) => setTimeout(go, 1e9));");
    overrun("pm.test('never', () => { while (true); });");
    overrun("(async () => { while (true) await null; })();");
    overrun("'x'.repeat(1e3).replace(/x/g, () => { for (;;); })");
    overrun("JSON.stringify({ toJSON() { for (;;); } })");
}

#[test]
fn of_a_loop_that_is_stopped_the_function_around_it_is_named() {
    let stage = Stage { deadline: 100, ..Stage::new("test") };
    let report = stage.run("const a = 1;\n\nfunction spin() {\n  while (true) a;\n}\nspin();");
    assert!(report.errors[0].stack.contains("spin"), "{:?}", report.errors);
    assert!(report.errors[0].line.is_some_and(|line| (3..=6).contains(&line)), "{:?}", report.errors);
}

#[test]
fn memory_without_end_is_refused_and_the_realm_is_given_up() {
    for source in [
        "const all = []; for (;;) all.push(new Array(1000).fill(1));",
        "let text = 'x'; for (;;) text += text;",
        "const all = []; for (;;) all.push(new ArrayBuffer(1 << 20));",
        "const grow = (list) => grow([list, new Uint8Array(1 << 20)]); grow([]);",
        // Each promise waits for the one behind it, so all of them are kept.
        "const again = () => Promise.resolve().then(again); again();",
    ] {
        let stage = Stage { deadline: 20_000, memory: 48 << 20, ..Stage::new("test") };
        let (report, spent) = stage.run_all(&[("request", "Bomb", source)]);
        let kinds: Vec<_> = report.errors.iter().map(|error| error.kind).collect();
        // A recursion may meet the end of the stack first, and a text the longest that there can be.
        let other = ["stack", "too long"];
        let other = report.errors.iter().any(|error| other.iter().any(|end| error.message.contains(end)));
        assert!(kinds == [ScriptErrorKind::Memory] && spent || other, "{source}: {:?}", report.errors);
    }
}

#[test]
fn recursion_without_end_is_an_error_like_any_other() {
    let stage = Stage::new("test");
    let report = stage.run("const down = () => down() + 1; down();");
    assert!(report.errors[0].message.contains("stack"), "{:?}", report.errors);
    assert_eq!(stage.run("pm.test('goes on', () => {})").assertions.len(), 1);
}

#[test]
fn a_script_that_awaits_what_never_comes_is_told_at_once() {
    let began = Instant::now();
    let stage = Stage { deadline: 60_000, ..Stage::new("test") };
    let report = stage.run("await new Promise(() => {});");
    assert_eq!(report.errors[0].kind, ScriptErrorKind::Stuck);
    let report = stage.run("pm.test('hangs', (done) => {});");
    assert_eq!(
        report.assertions[0].error.as_ref().unwrap().message,
        "the test waits for something that never comes"
    );
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[test]
fn hostile_texts_cross_the_pipe_as_valid_json() {
    let report = Stage::new("test").run(
        "console.log('\\ud800 \\u0000 \\\\ud800 \\u2028'); pm.environment.set('\\udfff', '\\ud800');\n\
         throw Object.create(null);",
    );
    assert!(report.console[0].text.contains('\u{fffd}') && report.console[0].text.contains("\\ud800"));
    assert_eq!(report.errors.len(), 1);
    let report = Stage::new("test").run("throw { get message() { throw 1 }, get name() { throw 2 } }");
    assert_eq!(report.errors[0].message, "an error that cannot be looked at");
}

#[test]
fn a_console_without_end_is_cut() {
    let report = Stage::new("test").run("for (let i = 0; i < 5000; i++) console.log(i)");
    assert_eq!(report.console.len(), 2_001);
    assert!(report.console[2_000].text.contains("full"));
}
