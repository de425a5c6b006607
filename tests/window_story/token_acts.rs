//! What can be done with a token: looked at from all sides, renamed, ended, and found among all others.

use gatepass_tests::{
    Browser, Collection, Misbehaving, Provider, Window,
    auth_config::{changed, machine, signs_in, signs_in_with_secret},
    eventually,
    http::{Answer, Server},
    misbehaving::Case,
};
use serde_json::json;
use thirtyfour::By;

use crate::{Story, card_is, open_authorization, send};

/// Opens the card's overflow menu and chooses in it.
async fn act(window: &Window<'_>, action: &str) {
    window.click("token-menu").await;
    window.click(action).await;
}

/// A client that may do everything with its tokens.
async fn confidential() -> Story {
    Story::new(3600, |provider| {
        changed(&signs_in_with_secret(provider, "basic"), json!({ "token_name": "Alice" }))
    })
    .await
    .signed_in()
    .await
}

#[tokio::test]
async fn a_token_is_introspected_and_its_person_looked_up() {
    let story = confidential().await;
    let window = story.window(&Browser::Missing).await;
    card_is(&window, "valid").await;
    act(&window, "introspect-token").await;
    let active = window.find_css("[data-testid=inspected-claims] [data-name=active]").await;
    assert_eq!(active.text().await.unwrap(), "true");
    window.screenshot("introspected").await;
    window.press("token-inspection", thirtyfour::Key::Escape + "").await;
    window.wait_until_gone("token-inspection").await;
    act(&window, "fetch-userinfo").await;
    let subject = window.find_css("[data-testid=inspected-claims] [data-name=sub]").await;
    assert!(subject.text().await.unwrap().contains("alice"));
    let check = window.find_css("[data-testid=token-inspection] [data-check=sub]").await;
    assert_eq!(check.attr("data-result").await.unwrap().as_deref(), Some("pass"));
    window.screenshot("user-info").await;
}

#[tokio::test]
async fn a_token_says_which_settings_it_is_found_by() {
    let story = confidential().await;
    let window = story.window(&Browser::Missing).await;
    card_is(&window, "valid").await;
    act(&window, "why-this-token").await;
    let said = eventually("the settings are listed", async || {
        let dialog = window.web().find(By::Css("[data-testid=token-why]")).await.ok()?;
        let said = dialog.prop("innerText").await.ok()??;
        said.contains(&story.provider.issuer).then_some(said)
    })
    .await;
    for part in ["basic", "authorization_code", "Alice", "not set"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    window.screenshot("why-this-token").await;
}

#[tokio::test]
async fn a_renamed_token_stays_the_same_token() {
    let story = confidential().await;
    let before = story.home.show("Photos").await["access_token"].clone();
    let window = story.window(&Browser::Missing).await;
    card_is(&window, "valid").await;
    act(&window, "rename-token").await;
    window.enter("token-rename", "Admin").await;
    window.click("token-rename-use").await;
    window.find_where("token-list-item", "data-name", "Admin").await;
    card_is(&window, "valid").await;
    assert_eq!(story.home.show("Photos").await["access_token"], before, "the settings ask for the new name");
    send(&window, "200").await;
    assert!(story.provider.token_requests("authorization_code").await.is_empty(), "nobody signed in again");
}

#[tokio::test]
async fn signing_out_ends_the_token_at_the_provider_and_here() {
    let story = confidential().await;
    let window = story.window(&Browser::Notes).await;
    card_is(&window, "valid").await;
    act(&window, "sign-out").await;
    window.screenshot("sign-out").await;
    window.click("sign-out-confirm").await;
    card_is(&window, "none").await;
    assert!(story.home.noted_url().await.path().contains("session/end"), "the provider's page was opened");
    assert!(story.provider.log().await.iter().any(|seen| seen.path().contains("revocation")));
    window.find_where("flow-log-step", "data-step", "end_session").await;
}

#[tokio::test]
async fn a_deleted_token_can_be_brought_back() {
    let story = confidential().await;
    let window = story.window(&Browser::Missing).await;
    card_is(&window, "valid").await;
    act(&window, "delete-token").await;
    card_is(&window, "none").await;
    window.click("toast-action").await;
    card_is(&window, "valid").await;
    send(&window, "200").await;
    assert!(story.provider.token_requests("authorization_code").await.is_empty());
}

#[tokio::test]
async fn all_tokens_are_filtered_chosen_and_deleted_together() {
    let provider = Provider::start(&[]).await;
    let home = gatepass_tests::Gatepass::new();
    for name in ["Reader", "Writer", "Nightly job"] {
        let config = changed(&machine(&provider, "cc"), json!({ "token_name": name }));
        let document =
            Collection::named(name).oauth2(&config).get("List", &format!("{}/photos", provider.api));
        home.import(&document.json()).await;
        home.run(&["token", "get", name]).await.expect_code(0);
    }
    let window = Window::open(&home, &Browser::Missing).await;
    let rows = async || window.web().find_all(By::Css("[data-testid=all-tokens-row]")).await.unwrap().len();
    let shown = async |wanted| {
        eventually("the rows are shown", async || (rows().await == wanted).then_some(())).await;
    };
    window.click("open-all-tokens").await;
    window.find("all-tokens-row").await;
    shown(3).await;
    window.screenshot("all-tokens").await;
    window.enter("all-tokens-filter", "writer").await;
    shown(1).await;
    window.click("all-tokens-choose-all").await;
    window.enter("all-tokens-filter", "cc").await;
    shown(3).await;
    window.wait_for_text("all-tokens-delete", "1").await;
    window.click("all-tokens-choose-all").await;
    window.wait_for_text("all-tokens-delete", "3").await;
    window.click("all-tokens-delete").await;
    window.wait_until_gone("all-tokens-row").await;
    let listed = home.run(&["token", "list", "--json"]).await.expect_code(0).json();
    assert_eq!(listed, json!({ "tokens": [] }));
    // Whatever is opened next stands in front again.
    window.open_node(&["Reader", "List"]).await;
    window.find("url-input").await;
}

#[tokio::test]
async fn the_flow_log_keeps_earlier_exchanges_and_copies_a_step_with_its_secrets_only_when_asked() {
    let story = confidential().await;
    let window = story.window(&Browser::Missing).await;
    card_is(&window, "valid").await;
    for _ in 0..2 {
        window.click("refresh-token").await;
        window.find_where("flow-log-step", "data-step", "refresh").await;
        card_is(&window, "valid").await;
    }
    eventually("both are done", async || (story.refreshes().await == 2).then_some(())).await;
    window.click("flow-menu").await;
    let earlier = window.web().find_all(By::Css("[data-testid=flow-earlier]"));
    assert_eq!(earlier.await.unwrap().len(), 2);
    window.screenshot("flow-menu").await;
    window.click_css("[data-testid=flow-earlier]:last-of-type").await;
    window.click("flow-newest").await;
    window.click_where("flow-log-step", "data-step", "refresh").await;
    window.click_where("flow-step-curl", "data-step", "refresh").await;
    window.click("copy-curl-secrets").await;
    window.screenshot("copy-with-secrets").await;
    window.find("copy-curl-secrets-confirm").await;
    assert!(!window.has("toast").await, "nothing is copied before the answer");
}

#[tokio::test]
async fn the_origin_that_a_single_page_app_needs_is_one_click() {
    let refusal = json!({ "error": "invalid_request", "error_description":
        "AADSTS9002327: Tokens issued for the 'Single-Page Application' client-type may only be redeemed via cross-origin requests." });
    let provider =
        Misbehaving::start(Case::default().token(move |turn| match turn.request.headers.get("origin") {
            Some(_) => turn.honest(),
            None => Answer::json(400, &refusal),
        }))
        .await;
    let home = gatepass_tests::Gatepass::new();
    let document = Collection::named("Photos")
        .oauth2(&signs_in(&provider.issuer, "app"))
        .get("List photos", &format!("{}/api/photos", provider.issuer));
    home.import(&document.json()).await;
    let window = Window::open(&home, &Browser::SignsInAs("alice")).await;
    open_authorization(&window, &["Photos", "List photos"]).await;
    window.click("get-new-token").await;
    window.wait_for_text("error-fix", "Origin").await;
    window.screenshot("single-page-app").await;
    window.click("error-fix").await;
    card_is(&window, "valid").await;
    let redeemed = provider.token_requests("authorization_code").pop().unwrap();
    assert!(redeemed.headers.contains_key("origin"));
}

#[tokio::test]
async fn advice_about_the_settings_is_settled_with_a_click() {
    let story = Story::new(3600, |provider| {
        changed(&signs_in(&provider.issuer, "native"), json!({ "pkce": "plain", "send_in": "query" }))
    })
    .await;
    let window = story.window(&Browser::Missing).await;
    for setting in ["pkce", "send_in"] {
        let advice = format!("[data-testid=auth-advice][data-setting={setting}]");
        window.click_css(&format!("{advice} [data-testid=advice-fix]")).await;
        eventually("it is settled", async || {
            window.web().find(By::Css(&advice)).await.is_err().then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn an_api_that_names_its_provider_fills_in_the_settings() {
    let provider = Provider::start(&[]).await;
    let issuer = provider.issuer.clone();
    let api = Server::start(move |request| {
        let origin = format!("http://{}", request.headers.get("host").map_or("", String::as_str));
        if request.path.starts_with("/.well-known/") {
            return Answer::json(
                200,
                &json!({ "resource": origin, "authorization_servers": [issuer], "scopes_supported": ["api:read"] }),
            );
        }
        let pointer = format!("Bearer resource_metadata=\"{origin}/.well-known/oauth-protected-resource\"");
        Answer::json(401, &json!({})).header("www-authenticate", &pointer)
    })
    .await;
    let home = gatepass_tests::Gatepass::new();
    home.import(&Collection::named("Photos").get("List photos", &format!("{}/photos", api.origin())).json())
        .await;
    let window = Window::open(&home, &Browser::Missing).await;
    window.open_node(&["Photos", "List photos"]).await;
    send(&window, "401").await;
    window.click("fill-in").await;
    window.wait_for_text("fill-in-dialog", &provider.issuer).await;
    window.screenshot("fill-in").await;
    window.click("fill-in-use").await;
    window.click("editor-tab-authorization").await;
    let filled = window.find("oauth-issuer").await.prop("value").await.unwrap();
    assert_eq!(filled, Some(provider.issuer.clone()));
}
