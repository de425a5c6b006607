//! `pm`, `console`, timers and what browsers have.

use gatepass_core::scripting::{ConsoleLevel, NextRequest};
use serde_json::json;

use super::stage::{Stage, console, outcome};

#[test]
fn a_test_passes_fails_or_is_skipped_and_says_why_and_where() {
    let report = Stage::new("test").run(
        "pm.test('is two', () => pm.expect(1 + 1).to.equal(2));\n\
         pm.test('is three', () => pm.expect(1 + 1).to.equal(3));\n\
         pm.test.skip('later', () => { throw new Error('never') });\n\
         pm.test('throws', () => { null.x; });",
    );
    let told = outcome(&report);
    assert_eq!(told[..3], ["is two", "is three: expected 2 to equal 3", "later (skipped)"]);
    assert!(told[3].starts_with("throws: cannot read property 'x' of null"), "{told:?}");
    let failed = report.assertions[1].error.as_ref().unwrap();
    assert_eq!((failed.name.as_str(), failed.line), ("AssertionError", Some(2)), "{failed:?}");
    assert!(failed.stack.contains("test script of Get a photo:2:"), "{}", failed.stack);
    assert_eq!(report.assertions.iter().map(|a| a.index).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert!(!report.passed());
}

#[test]
fn tests_may_be_asynchronous_with_a_promise_or_a_callback() {
    let report = Stage::new("test").run(
        "pm.test('promise', async () => { await new Promise((go) => setTimeout(go, 5)); pm.expect(1).to.equal(1); });\n\
         pm.test('rejected', async () => { await null; pm.expect(1).to.equal(2); });\n\
         pm.test('callback', (done) => setTimeout(done, 5));\n\
         pm.test('callback with error', (done) => setTimeout(() => done(new Error('late')), 1));",
    );
    assert_eq!(
        outcome(&report),
        ["promise", "rejected: expected 1 to equal 2", "callback", "callback with error: late"]
    );
}

#[test]
fn the_response_has_the_assertions_of_postman() {
    let report = Stage::new("test").run(
        "pm.test('all', () => {\n\
           pm.response.to.have.status(200);\n\
           pm.response.to.have.status('OK');\n\
           pm.response.to.be.ok; pm.response.to.be.success; pm.response.to.not.be.error;\n\
           pm.response.to.be.json; pm.response.to.be.withBody;\n\
           pm.response.to.have.header('x-id'); pm.response.to.have.header('X-Id', '7');\n\
           pm.response.to.not.have.header('x-other');\n\
           pm.response.to.have.jsonBody('tags[0]', 'a');\n\
           pm.response.to.have.jsonBody({id: 7, tags: ['a']});\n\
           pm.response.to.have.jsonSchema({type: 'object', required: ['id']});\n\
           pm.expect(pm.response.responseTime).to.be.below(200);\n\
           pm.response.to.have.responseTime.below(200);\n\
           pm.expect(pm.response).to.have.property('code', 200);\n\
           pm.expect('').to.not.be.ok; pm.expect(true).to.be.ok;\n\
         });\n\
         pm.test('status', () => pm.response.to.have.status(404));\n\
         pm.test('class', () => pm.response.to.be.clientError);\n\
         pm.test('header', () => pm.response.to.have.header('x-id', '8'));\n\
         pm.test('schema', () => pm.response.to.have.jsonSchema({required: ['none']}));\n\
         pm.test('not found', () => pm.response.to.be.notFound);",
    );
    assert_eq!(
        outcome(&report),
        [
            "all",
            "status: expected response to have status code 404 but got 200",
            "class: expected response code to be 4XX but found 200",
            "header: expected 'x-id' response header to be '8' but got '7'",
            "schema: expected data to satisfy schema but found following errors: \ndata should have required property 'none'",
            "not found: expected response to have status code 404 but got 200",
        ]
    );
}

#[test]
fn the_response_is_read_in_its_own_encoding() {
    let mut stage = Stage::new("test");
    stage.job["response"]["headers"] = json!([["Content-Type", "text/plain; charset=ISO-8859-1"]]);
    stage.body = vec![b'c', b'a', b'f', 0xe9];
    let report = stage.run(
        "console.log(pm.response.text()); console.log(pm.response.stream.length, pm.response.size().body);\n\
         try { pm.response.json() } catch (error) { console.log(error.name) }",
    );
    assert_eq!(console(&report), ["café", "4 20", "JSONError"]);
}

#[test]
fn info_and_location_tell_where_a_script_stands() {
    let report = Stage::new("prerequest").run(
        "console.log(pm.info.eventName, pm.info.iteration, pm.info.iterationCount, pm.info.requestName, pm.info.requestId);\n\
         console.log(pm.execution.location.join(' / '), '|', pm.execution.location.current);\n\
         console.log(typeof pm.response, pm.environment.name);",
    );
    assert_eq!(
        console(&report),
        [
            "prerequest 1 3 Get a photo r1",
            "Photos API / Photos / Get a photo | Get a photo",
            "undefined Staging"
        ]
    );
}

#[test]
fn a_script_can_choose_the_next_request_or_skip_its_own() {
    let stage = Stage::new("prerequest");
    let report = stage.run("pm.execution.setNextRequest('List')");
    assert_eq!(report.next_request, NextRequest::Named("List".to_owned()));
    assert_eq!(stage.run("postman.setNextRequest(null)").next_request, NextRequest::End);
    assert_eq!(stage.run("1").next_request, NextRequest::InOrder);
    let (report, _) = stage.run_all(&[
        ("collection", "Photos API", "pm.execution.skipRequest(); console.log('not reached')"),
        ("request", "Get a photo", "console.log('not run')"),
    ]);
    assert!(report.skip_request && report.errors.is_empty() && report.console.is_empty());
    let report = Stage::new("test").run("pm.execution.skipRequest()");
    assert!(report.errors[0].message.contains("not a function"), "{:?}", report.errors);
}

#[test]
fn scripts_run_in_the_order_they_come_in_and_one_that_fails_stops_no_other() {
    let (report, _) = Stage::new("test").run_all(&[
        ("collection", "Photos API", "console.log(1); throw new TypeError('first')"),
        ("folder", "Photos", "console.log(2); const x = 1;"),
        ("request", "Get a photo", "const x = 2; console.log(x + 1)"),
    ]);
    let lines: Vec<_> =
        report.console.iter().map(|line| (line.script.as_str(), line.text.as_str())).collect();
    assert_eq!(
        lines,
        [
            ("test script of Photos API", "1"),
            ("test script of Photos", "2"),
            ("test script of Get a photo", "3")
        ]
    );
    assert_eq!(report.errors.len(), 1);
    assert_eq!(report.errors[0].script, "test script of Photos API");
}

#[test]
fn what_a_script_declares_or_overwrites_is_its_own() {
    let stage = Stage::new("test");
    stage.run("var a = 1; let b = 2; function c() {} pm = 'gone'; console = null; tests['x'] = true;");
    let report =
        stage.run("console.log(typeof a, typeof b, typeof c, typeof pm, Object.keys(tests).length);");
    assert_eq!(console(&report), ["undefined undefined undefined object 0"]);
}

#[test]
fn the_console_shows_values_as_a_person_reads_them() {
    let report = Stage::new("test").run(
        "console.log('a', 1, true, null, undefined, [1, 'b'], {c: {d: [1]}});\n\
         console.warn('%s is %d', 'x', 5);\n\
         const circle = {}; circle.self = circle; console.error(circle);\n\
         console.info(new Map([[1, 'one']]), new Date(0), /x/g, () => 1, Symbol('s'), 10n);\n\
         console.debug(pm.request.headers);",
    );
    assert_eq!(
        console(&report)[..4],
        [
            "a 1 true null undefined [ 1, 'b' ] { c: { d: [ 1 ] } }",
            "x is 5",
            "{ self: [Circular] }",
            "Map(1) { 1 => 'one' } 1970-01-01T00:00:00.000Z /x/g [Function: (anonymous)] Symbol(s) 10n",
        ]
    );
    let levels: Vec<ConsoleLevel> = report.console.iter().map(|line| line.level).collect();
    use ConsoleLevel::{Debug, Error, Info, Log, Warn};
    assert_eq!(levels, [Log, Warn, Error, Info, Debug]);
}

#[test]
fn timers_fire_in_their_order_and_the_script_waits_for_them() {
    let report = Stage::new("test").run(
        "setTimeout(() => console.log('second'), 12);\n\
         setTimeout((text) => console.log(text), 4, 'first');\n\
         const gone = setTimeout(() => console.log('never'), 1); clearTimeout(gone);\n\
         let count = 0; const every = setInterval(() => { if (++count === 3) { clearInterval(every); console.log('thrice'); } }, 20);\n\
         console.log('now');",
    );
    assert_eq!(console(&report), ["now", "first", "second", "thrice"]);
}

#[test]
fn what_browsers_have_is_there() {
    let report = Stage::new("test").run(
        "const hex = (buffer) => Array.from(new Uint8Array(buffer), (b) => b.toString(16).padStart(2, '0')).join('');\n\
         console.log(btoa('hé!'), atob('aOkh'), new TextEncoder().encode('é').length, new TextDecoder().decode(new Uint8Array([195, 169])));\n\
         const url = new URL('../b?x=1#h', 'https://u:p@h.test:8443/a/c/d'); url.searchParams.append('y', 'a b');\n\
         console.log(url.href, url.origin, url.host, url.searchParams.get('x'));\n\
         console.log(new URLSearchParams({q: 'a&b', r: 'ü'}).toString(), [...new URLSearchParams('a=1&a=2')].length);\n\
         console.log(hex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode('abc'))).slice(0, 8));\n\
         const key = await crypto.subtle.importKey('raw', new TextEncoder().encode('key'), {name: 'HMAC', hash: 'SHA-256'}, false, ['sign']);\n\
         console.log(hex(await crypto.subtle.sign('HMAC', key, new TextEncoder().encode('text'))).slice(0, 8));\n\
         console.log(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()));\n\
         console.log(crypto.getRandomValues(new Uint8Array(4)).length, Buffer.from('aGk=', 'base64').toString());",
    );
    assert_eq!(
        console(&report),
        [
            "aOkh hé! 2 é",
            "https://u:p@h.test:8443/a/b?x=1&y=a+b#h https://h.test:8443 h.test:8443 1",
            "q=a%26b&r=%C3%BC 2",
            "ba7816bf",
            "6afa9046",
            "true",
            "4 hi",
        ]
    );
}

#[test]
fn nothing_leads_outside() {
    let report = Stage::new("test").run(
        "for (const name of ['process', 'std', 'os', 'fetch', 'XMLHttpRequest', 'WebSocket', 'Deno', 'module', '__dirname', 'native', 'inner', 'bridge']) \
           if (typeof globalThis[name] !== 'undefined') console.log(name);\n\
         for (const name of ['fs', 'child_process', 'net', 'http', 'os', 'vm', 'node:fs', '../../etc/passwd']) \
           try { require(name); console.log(name) } catch (error) { if (!/Cannot find module/.test(error.message)) console.log(error.message) }\n\
         try { await import('fs'); console.log('imported'); } catch {}\n\
         try { Function('return this')().constructor.constructor('return process')(); console.log('escaped') } catch {}",
    );
    assert_eq!(console(&report), Vec::<&str>::new());
}

#[test]
fn a_visualization_is_handed_over() {
    let report = Stage::new("test").run("pm.visualizer.set('<b>{{x}}</b>', {x: 1})");
    let visualization = report.visualization.unwrap();
    assert_eq!(visualization.template, "<b>{{x}}</b>");
    assert_eq!(visualization.data, json!({"x": 1}));
}

#[test]
fn cookies_of_the_request_can_be_read() {
    let mut stage = Stage::new("test");
    stage.job["cookies"] = json!([{"name": "sid", "value": "1", "domain": "api.test", "path": "/"}]);
    let report = stage.run(
        "console.log(pm.cookies.get('sid'), pm.cookies.has('sid'), pm.cookies.has('no'), pm.cookies.toObject());\n\
         console.log(postman.getResponseCookie('sid').value, responseCookies.length);",
    );
    assert_eq!(console(&report), ["1 true false { sid: '1' }", "1 1"]);
}
