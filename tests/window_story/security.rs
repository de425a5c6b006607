//! What the page of the window may do, and what it may not, whatever got into it.

use gatepass_tests::{
    Browser, Collection, Gatepass, Misbehaving, Window,
    canaries::{self, CANARIES, holds},
    collection::environment,
    http::{Answer, Server},
};
use serde_json::{Value, json};

use crate::{card_is, open_authorization, send};

/// Runs a script in the page that calls `done(text)`, and returns the text.
async fn ask(window: &Window<'_>, script: &str, arguments: Vec<Value>) -> String {
    let script = format!("const done = arguments[arguments.length - 1]; {script}");
    let answer = window.web().execute_async(&script, arguments).await.unwrap();
    answer.json().as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_page_reaches_nothing_of_the_system() {
    let home = Gatepass::new();
    let window = Window::open(&home, &Browser::Missing).await;
    window.find("new-collection").await;
    let call = "window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1])
                .then((answer) => done('allowed: ' + JSON.stringify(answer)), (error) => done('refused: ' + error));";
    // Commands are there at all: otherwise every refusal below would mean nothing.
    let own = ask(&window, call, vec![json!("open_workspace"), json!({})]).await;
    assert!(own.starts_with("allowed"), "{own}");
    for (command, arguments) in [
        ("plugin:fs|read_text_file", json!({ "path": "/etc/passwd" })),
        ("plugin:shell|execute", json!({ "program": "id", "args": [] })),
        ("plugin:shell|open", json!({ "path": "/etc/passwd" })),
        ("plugin:opener|open_url", json!({ "url": "file:///etc/passwd" })),
        ("plugin:http|fetch", json!({ "clientConfig": { "method": "GET", "url": "http://127.0.0.1/" } })),
        ("plugin:process|exit", json!({ "code": 0 })),
        ("plugin:clipboard-manager|read_text", json!({})),
        (
            "plugin:webview|create_webview_window",
            json!({ "options": { "label": "b", "url": "https://example.test" } }),
        ),
        ("plugin:webview|create_webview", json!({ "windowLabel": "main", "options": { "label": "b" } })),
        ("plugin:window|create", json!({ "options": { "label": "b" } })),
        ("plugin:window|set_title", json!({ "label": "main", "value": "pwned" })),
        ("plugin:dialog|open", json!({ "options": {} })),
        ("plugin:dialog|save", json!({ "options": {} })),
        ("plugin:path|resolve_directory", json!({ "directory": 21 })),
        ("plugin:menu|new", json!({ "kind": "Menu" })),
        ("plugin:tray|new", json!({ "options": {} })),
        ("plugin:event|emit", json!({ "event": "token-changed", "payload": { "key": "x" } })),
        ("plugin:app|version", json!({})),
        ("no_such_command", json!({})),
    ] {
        let answer = ask(&window, call, vec![json!(command), arguments]).await;
        assert!(answer.starts_with("refused"), "{command}: {answer}");
    }
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere_and_runs_no_text() {
    let server = Server::start(|_| Answer::new(200, "text/javascript", "document.title = 'pwned'")).await;
    let elsewhere = server.origin();
    let home = Gatepass::new();
    let window = Window::open(&home, &Browser::Missing).await;
    window.find("new-collection").await;
    for script in [
        "fetch(arguments[0]).then(() => done('loaded'), () => done('refused'));",
        "const image = new Image(); image.onload = () => done('loaded'); image.onerror = () => done('refused'); image.src = arguments[0];",
        "const it = document.createElement('script'); it.onload = () => done('loaded'); it.onerror = () => done('refused'); it.src = arguments[0]; document.head.append(it);",
        "const it = document.createElement('iframe'); it.src = arguments[0]; document.body.append(it); setTimeout(() => done('refused'), 300);",
        "const it = document.createElement('link'); it.rel = 'stylesheet'; it.onload = () => done('loaded'); it.onerror = () => done('refused'); it.href = arguments[0]; document.head.append(it);",
        "try { new WebSocket(arguments[0].replace('http', 'ws')).onopen = () => done('loaded'); } catch { } setTimeout(() => done('refused'), 300);",
        "done(navigator.sendBeacon(arguments[0], 'x') ? 'queued' : 'refused');",
        "done(window.open(arguments[0]) ? 'opened' : 'refused');",
        "location.href = arguments[0]; setTimeout(() => done(location.origin === arguments[0] ? 'went there' : 'refused'), 300);",
        "try { eval('1'); done('evaluated'); } catch { done('refused'); }",
        "try { new Function('return 1')(); done('evaluated'); } catch { done('refused'); }",
        "const it = document.createElement('script'); it.textContent = 'document.title = \"pwned\"'; document.head.append(it); done(document.title === 'pwned' ? 'ran' : 'refused');",
        "const it = document.createElement('div'); it.innerHTML = '<img src=\"data:,\" onerror=\"document.title=1\">'; document.body.append(it); setTimeout(() => done(document.title === '1' ? 'ran' : 'refused'), 300);",
    ] {
        let answer = ask(&window, script, vec![json!(elsewhere)]).await;
        assert!(["refused", "queued"].contains(&answer.as_str()), "{script}: {answer}");
    }
    assert!(server.seen().is_empty(), "nothing left for elsewhere: {:?}", server.seen());
    window.find("new-collection").await;
}

#[tokio::test]
async fn every_text_of_a_collection_is_shown_as_text() {
    let markup = "<img src=x onerror=\"document.title='pwned'\"><script>document.title='pwned'</script>";
    let server = Server::start(move |_| {
        let body = json!({ markup: [markup, { "html": markup }] }).to_string();
        Answer::new(200, "application/json", body).header("x-markup", markup)
    })
    .await;
    let home = Gatepass::new();
    let row = json!([{ "key": markup, "value": markup, "description": markup }]);
    let request = json!({ "name": markup, "request": {
        "method": "POST", "description": markup,
        "url": { "raw": format!("{}/?q={markup}", server.origin()), "host": [server.origin()], "path": [""],
                 "query": [{ "key": "q", "value": markup, "description": markup }] },
        "header": [{ "key": "X-Markup", "value": markup, "description": markup }],
        "body": { "mode": "urlencoded", "urlencoded": row },
    } });
    let config = json!({
        "type": "oauth2", "grant": "authorization_code", "issuer": markup, "client_id": markup, "scope": markup,
        "token_name": markup,
    });
    let document = Collection::named(markup).oauth2(&config).variable(markup, markup).item(request);
    home.import(&document.json()).await;
    home.import(&environment(markup, &[(markup, markup)])).await;
    let window = Window::open(&home, &Browser::Missing).await;
    let safe = async |window: &Window<'_>| {
        assert_eq!(window.web().title().await.unwrap(), "Gatepass");
        let foreign = window.web().find_all(thirtyfour::By::Css("img[src=x], img[onerror]")).await.unwrap();
        assert!(foreign.is_empty(), "markup became an element");
    };
    window.click_css("[data-testid=tree-item][data-kind=collection] .tw").await;
    for row in ["collection", "request"] {
        window.click_css(&format!("[data-testid=tree-item][data-kind={row}]")).await;
        for tab in ["params", "headers", "body", "variables", "scripts", "settings", "authorization"] {
            let tab = format!("editor-tab-{tab}");
            if window.has(&tab).await {
                window.click(&tab).await;
                safe(&window).await;
            }
        }
    }
    window.click("get-new-token").await;
    window.find("error-message").await;
    safe(&window).await;
    window.choose("auth-type-select", "noauth").await;
    window.click("send-button").await;
    window.find("response-status").await;
    window.find("response-body").await;
    safe(&window).await;
    for tab in ["headers", "preview", "cookies", "timeline"] {
        window.click(&format!("response-tab-{tab}")).await;
        safe(&window).await;
    }
    window.click("open-command-palette").await;
    window.find("palette-item").await;
    safe(&window).await;
    window.press("command-palette", thirtyfour::Key::Escape + "").await;
    window.click("sidebar-tab-history").await;
    window.click("history-item").await;
    safe(&window).await;
    window.click("sidebar-tab-environments").await;
    window.click("environment-item").await;
    safe(&window).await;
}

#[tokio::test]
async fn no_secret_is_left_in_the_clear_by_the_window_or_its_web_view() {
    let provider = Misbehaving::honest().await;
    let home = Gatepass::new();
    home.import(&canaries::secret_environment()).await;
    home.import(&canaries::collection(&provider)).await;
    std::fs::remove_file(home.home().join("import.json")).unwrap();
    let window = Window::open(&home, &Browser::SignsInAs("alice")).await;
    open_authorization(&window, &["Photos", "List"]).await;
    window.click("get-new-token").await;
    card_is(&window, "valid").await;
    send(&window, "200").await;
    window.click("refresh-token").await;
    gatepass_tests::eventually("the token is refreshed", async || {
        (provider.token_requests("refresh_token").len() == 1).then_some(())
    })
    .await;
    card_is(&window, "valid").await;
    for request in ["Bearer", "Basic"] {
        window.open_node(&["Photos", request]).await;
        window.click("editor-tab-authorization").await;
        window.click("send-button").await;
    }
    gatepass_tests::eventually("all requests have arrived", async || {
        (provider.seen_at("/api/photos").len() == 3).then_some(())
    })
    .await;
    let mut secrets: Vec<String> = CANARIES.iter().map(|canary| (*canary).to_owned()).collect();
    for seen in provider.seen_at("/token") {
        secrets.extend(["code", "code_verifier", "refresh_token"].iter().filter_map(|name| seen.form(name)));
    }
    secrets.extend(provider.seen_at("/api/photos")[0].token().map(str::to_owned));
    let page = window.web().source().await.unwrap();
    for secret in &secrets {
        assert!(!holds(page.as_bytes(), secret), "the page holds {secret}");
    }
    // What lies about while it runs, after a kill in the middle, and after it was closed.
    canaries::scan(&home, &secrets);
    window.kill();
    canaries::scan(&home, &secrets);
    let window = Window::open(&home, &Browser::Missing).await;
    window.find("token-list-item").await;
    window.quit().await;
    canaries::scan(&home, &secrets);
}
