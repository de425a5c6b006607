//! `pm.request`, `pm.sendRequest`, tokens and cookie jars.

use serde_json::{Value, json};

use super::stage::{Stage, console};

fn changed(stage: &Stage, source: &str) -> Value {
    let report = stage.run(source);
    assert_eq!(report.errors, []);
    serde_json::to_value(report.request.expect("the request was changed")).unwrap()
}

#[test]
fn a_request_that_is_only_looked_at_is_not_changed() {
    let mut stage = Stage::new("prerequest");
    stage.job["request"]["url"] = "{{base}}/a.b/:id?x={{y}}&z#f".into();
    stage.job["request"]["path_variables"] = json!([{"name": "id", "value": "7", "enabled": true}]);
    let report = stage.run(
        "console.log(pm.request.url.toString(), pm.request.url.getHost(), pm.request.url.getPath(), pm.request.url.getQueryString());\n\
         console.log(pm.request.headers.get('accept'), pm.request.method, pm.request.url.query.get('x'));",
    );
    assert_eq!(
        console(&report),
        ["{{base}}/a.b/:id?x={{y}}&z#f {{base}} /a.b/7 x={{y}}&z", "application/json GET {{y}}"]
    );
    assert!(report.request.is_none());
}

#[test]
fn a_pre_request_script_changes_url_method_headers_and_body() {
    let stage = Stage::new("prerequest");
    let request = changed(
        &stage,
        "pm.request.method = 'POST';\n\
         pm.request.headers.add({key: 'X-A', value: '1'}); pm.request.headers.upsert({key: 'accept', value: 'text/plain'});\n\
         pm.request.addHeader('X-B: 2');\n\
         pm.request.url.query.add({key: 'y', value: '2'}); pm.request.addQueryParams('z=3');\n\
         pm.request.body = {mode: 'raw', raw: JSON.stringify({a: 1}), options: {raw: {language: 'json'}}};",
    );
    assert_eq!(request["method"], "POST");
    assert_eq!(request["url"], "http://api.test/photos?size=1&y=2&z=3");
    let headers: Vec<(&str, &str)> = request["headers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["name"].as_str().unwrap(), row["value"].as_str().unwrap()))
        .collect();
    assert_eq!(headers, [("accept", "text/plain"), ("X-A", "1"), ("X-B", "2")]);
    assert_eq!(request["body"], json!({"kind": "raw", "language": "json", "text": "{\"a\":1}"}));

    let request =
        changed(&stage, "pm.request.url = 'https://other.test/x'; pm.request.removeHeader('Accept');");
    assert_eq!(request["url"], "https://other.test/x");
    assert_eq!(request.get("headers").and_then(Value::as_array).map_or(0, Vec::len), 0);
}

#[test]
fn the_authorization_can_be_read_and_replaced_and_tokens_are_in_it() {
    let mut stage = Stage::new("prerequest");
    stage.job["request"]["auth"] = json!({"type": "oauth2", "params": {
        "client_id": "c", "token_endpoint": "https://id.test/t", "accessToken": "AT", "idToken": "IT",
    }});
    let report = stage.run(
        "console.log(pm.request.auth.type, pm.request.auth.parameters().get('accessToken'), pm.request.auth.oauth2.get('idToken'));\n\
         console.log(pm.request.auth.oauth2.get('clientId'), pm.request.auth.parameters().get('accessTokenUrl'));",
    );
    assert_eq!(console(&report), ["oauth2 AT IT", "c https://id.test/t"]);
    assert!(report.request.is_none());
    let request = changed(
        &stage,
        "pm.request.auth = {type: 'bearer', bearer: [{key: 'token', value: 'T', type: 'string'}]}",
    );
    assert_eq!(request["auth"], json!({"type": "bearer", "params": {"token": "T"}}));
    let request = changed(&stage, "pm.request.authorizeUsing('basic', {username: 'u', password: 'p'})");
    assert_eq!(request["auth"], json!({"type": "basic", "params": {"username": "u", "password": "p"}}));
}

#[test]
fn a_request_of_a_script_is_a_question_and_its_answer_a_response() {
    let stage = Stage::answering("prerequest", |question| {
        let path = question["request"]["url"].as_str().unwrap().to_owned();
        if path.ends_with("/down") {
            return (json!({"refused": {"code": "network", "message": "connection refused"}}), "");
        }
        let response = json!({
            "code": 201, "status": "Created", "version": "HTTP/1.1", "responseTime": 3.0, "size": 8,
            "headers": [["Set-Cookie", "sid=1; Path=/"]],
        });
        (json!({ "response": response }), "{\"n\":42}")
    });
    let report = stage.run(
        "const response = await pm.sendRequest({url: 'http://h/a', method: 'POST', header: {'X-A': '1'}, body: {mode: 'urlencoded', urlencoded: [{key: 'k', value: 'v'}]}});\n\
         console.log(response.code, response.json().n, response.headers.get('set-cookie'), response.cookies.get('sid'));\n\
         pm.sendRequest('http://h/b', (error, response, {cookies}) => { console.log(error, response.status, cookies.get('sid')); });\n\
         pm.sendRequest('http://h/down', (error, response) => console.log(error.message, error.code, response));\n\
         try { await pm.sendRequest('http://h/down') } catch (error) { console.log('caught', error.message) }\n\
         pm.test('its response has the assertions', () => response.to.have.status(201));",
    );
    let mut lines = console(&report);
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "201 42 sid=1; Path=/ 1",
            "caught connection refused",
            "connection refused network undefined",
            "null Created 1",
        ]
    );
    assert!(report.passed());
    let asked = stage.asked();
    assert_eq!(asked[0]["ask"], "sendRequest");
    assert_eq!(asked[0]["request"]["method"], "POST");
    assert_eq!(asked[0]["request"]["body"]["fields"][0]["name"], "k");
}

#[test]
fn tokens_are_asked_for_by_name() {
    let stage = Stage::answering("prerequest", |question| match question["call"].as_str() {
        Some("revokeToken") => (json!({"value": {"done": true}}), ""),
        _ if question["name"] == "none" => {
            (json!({"refused": {"code": "sign_in_needed", "message": "nobody has signed in"}}), "")
        }
        _ => (json!({"value": {"access_token": "AT", "id_token": null, "token_type": "Bearer"}}), ""),
    });
    let report = stage.run(
        "const tokens = await gatepass.oauth.getToken('admin'); console.log(tokens.access_token, tokens.accessToken, tokens.idToken);\n\
         console.log((await gatepass.oauth.refreshToken()).access_token, (await gatepass.oauth.revokeToken('admin')).done);\n\
         try { await gatepass.oauth.getToken('none') } catch (error) { console.log(error.code) }",
    );
    assert_eq!(console(&report), ["AT AT null", "AT true", "sign_in_needed"]);
    assert_eq!(stage.asked()[0], json!({"ask": "oauth", "call": "getToken", "name": "admin"}));
    assert_eq!(stage.asked()[1]["name"], Value::Null);
}

#[test]
fn the_cookie_jar_is_asked_with_callbacks_or_promises() {
    let stage = Stage::answering("prerequest", |question| match question["call"].as_str() {
        Some("list") => (json!({"value": [{"name": "a", "value": "1", "domain": "h", "path": "/"}]}), ""),
        _ => (json!({"value": null}), ""),
    });
    let report = stage.run(
        "const jar = pm.cookies.jar();\n\
         jar.set('http://h', 'b', '2', (error, cookie) => console.log('set', error));\n\
         console.log(await jar.get('http://h', 'a'), (await jar.getAll('http://h')).length);\n\
         await jar.unset('http://h', 'a'); await jar.clear('http://h');",
    );
    let mut lines = console(&report);
    lines.sort_unstable();
    assert_eq!(lines, ["1 1", "set null"]);
    let calls: Vec<Value> = stage.asked().iter().map(|question| question["call"].clone()).collect();
    assert_eq!(calls, ["set", "list", "list", "unset", "clear"]);
}
