//! Each grant through its form: filled in by hand, with nothing shown that the grant does not use.

use gatepass_tests::{
    Browser, Chromium, Collection, Gatepass, Misbehaving, Person, Provider, TokenCommand, Window,
    auth_config::{changed, machine, signs_in, signs_in_with_secret},
    eventually, misbehaving,
    provider::CLIENT_SECRET,
};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::{card_is, open_authorization, send};

/// A home with a collection that names its provider and client, and nothing else.
async fn home_with(config: &Value, api: &str) -> Gatepass {
    let home = Gatepass::new();
    let document = Collection::named("Photos").oauth2(config).get("List photos", &format!("{api}/photos"));
    home.import(&document.json()).await;
    home
}

fn client(issuer: &str, client_id: &str, scope: &str) -> Value {
    json!({ "type": "oauth2", "grant": "client_credentials", "issuer": issuer, "client_id": client_id, "scope": scope })
}

/// Opens the form of the collection and chooses the grant in it.
async fn form<'a>(home: &'a Gatepass, browser: &Browser, grant: &str) -> Window<'a> {
    let window = Window::open(home, browser).await;
    open_authorization(&window, &["Photos"]).await;
    if window.attribute("oauth-grant-select", "data-value").await.as_deref() != Some(grant) {
        window.choose("oauth-grant-select", grant).await;
        window.wait_for_attribute("oauth-grant-select", "data-value", grant).await;
    }
    window
}

/// Which of these settings the form shows, Advanced closed.
async fn shows(window: &Window<'_>, wanted: &[&str]) {
    const ALL: [&str; 17] = [
        "oauth-client-id",
        "oauth-client-secret",
        "oauth-client-auth-select",
        "oauth-client-key",
        "oauth-scope",
        "oauth-redirect-uri",
        "oauth-refresh-url",
        "oauth-username",
        "oauth-password",
        "oauth-assertion",
        "oauth-assertion-claims",
        "oauth-subject-select",
        "oauth-actor-select",
        "oauth-requested-token-type",
        "oauth-login-hint",
        "oauth-binding-message",
        "oauth-refresh-token",
    ];
    window.find(wanted[0]).await;
    let mut shown = Vec::new();
    for name in ALL {
        if window.has(name).await {
            shown.push(name);
        }
    }
    assert_eq!(shown, wanted);
}

async fn get(window: &Window<'_>) {
    window.click("get-new-token").await;
    card_is(window, "valid").await;
}

/// Sends the collection's request with the token that was got.
async fn sent(window: &Window<'_>) {
    window.open_node(&["Photos", "List photos"]).await;
    send(window, "200").await;
}

#[tokio::test]
async fn authorization_code_from_nothing_but_the_issuer_and_a_client_id() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    home.import(&Collection::named("Photos").get("List photos", &format!("{}/photos", provider.api)).json())
        .await;
    let window = Window::open(&home, &Browser::SignsInAs("alice")).await;
    window.open_node(&["Photos"]).await;
    window.click("editor-tab-authorization").await;
    window.choose("auth-type-select", "oauth2").await;
    shows(
        &window,
        &[
            "oauth-client-id",
            "oauth-client-secret",
            "oauth-client-auth-select",
            "oauth-scope",
            "oauth-redirect-uri",
            "oauth-refresh-url",
        ],
    )
    .await;
    window.enter("oauth-issuer", &provider.issuer).await;
    // Leaving the field is enough to read what the issuer publishes.
    window.enter("oauth-client-id", "native").await;
    window.wait_for_text("oauth-endpoints", "found").await;
    window.press("oauth-scope", Key::Backspace + "").await;
    window.press("oauth-scope", "openid offline_access api:read,").await;
    window.click("get-new-token").await;
    card_is(&window, "valid").await;
    assert_eq!(window.attribute("verdict", "class").await.map(|class| class.contains("ok")), Some(true));
    window.screenshot("grant-authorization-code").await;
    sent(&window).await;
}

#[tokio::test]
async fn implicit_hands_the_tokens_over_from_a_real_browser() {
    let provider = Provider::start(&[]).await;
    let home = home_with(&client(&provider.issuer, "implicit", "openid email"), &provider.api).await;
    let window = form(&home, &Browser::Notes, "implicit").await;
    shows(&window, &["oauth-client-id", "oauth-scope", "oauth-redirect-uri"]).await;
    assert!(window.text("auth-advice").await.contains("OAuth 2.1"), "it is marked as deprecated");
    window.choose("oauth-response-type-select", "id_token").await;
    window.wait_for_text("save-state", "Saved").await;
    window.click("get-new-token").await;
    let chromium = Chromium::start().await;
    chromium.sign_in(&home.noted_url().await, &Person::named("alice")).await;
    card_is(&window, "valid").await;
    let email = window.find_where("claim", "data-name", "email").await.text().await.unwrap();
    assert!(email.contains("alice@"), "{email}");
    window.screenshot("grant-implicit").await;
    assert!(provider.log().await.iter().all(|seen| seen.path() != "/token"), "nothing was redeemed");
}

#[tokio::test]
async fn hybrid_is_an_answer_of_the_authorization_code_grant() {
    let provider = Provider::start(&[]).await;
    let config = client(&provider.issuer, "hybrid", "openid offline_access api:read");
    let home = home_with(&config, &provider.api).await;
    let window = form(&home, &Browser::SignsInAs("alice"), "authorization_code").await;
    window.press("oauth-client-secret", CLIENT_SECRET).await;
    window.click("oauth-advanced").await;
    for setting in ["oauth-response-type-select", "oauth-prompt"] {
        window.find(setting).await.scroll_into_view().await.unwrap();
        match setting {
            "oauth-prompt" => window.enter(setting, "consent").await,
            select => window.choose(select, "code id_token").await,
        }
    }
    get(&window).await;
    window.screenshot("grant-hybrid").await;
    let verdicts =
        window.web().find_all(thirtyfour::By::Css("[data-testid=flow-log-step][data-step=id_token]"));
    assert_eq!(verdicts.await.unwrap().len(), 2, "one for each of the two ID tokens");
    sent(&window).await;
}

#[tokio::test]
async fn password() {
    let provider = Provider::start(&[]).await;
    let home = home_with(&client(&provider.issuer, "basic", "openid api:read"), &provider.api).await;
    let window = form(&home, &Browser::Missing, "password").await;
    shows(
        &window,
        &[
            "oauth-client-id",
            "oauth-client-secret",
            "oauth-client-auth-select",
            "oauth-scope",
            "oauth-refresh-url",
            "oauth-username",
            "oauth-password",
        ],
    )
    .await;
    window.press("oauth-client-secret", CLIENT_SECRET).await;
    window.press("oauth-username", "alice").await;
    window.press("oauth-password", "alice").await;
    get(&window).await;
    window.screenshot("grant-password").await;
    // What was typed is stored, and shown no more.
    assert_eq!(window.attribute("oauth-password", "type").await.as_deref(), Some("password"));
    sent(&window).await;
}

#[tokio::test]
async fn client_credentials() {
    let provider = Provider::start(&[]).await;
    let home = home_with(&client(&provider.issuer, "cc", "api:read"), &provider.api).await;
    let window = form(&home, &Browser::Missing, "client_credentials").await;
    shows(
        &window,
        &[
            "oauth-client-id",
            "oauth-client-secret",
            "oauth-client-auth-select",
            "oauth-scope",
            "oauth-refresh-url",
        ],
    )
    .await;
    window.press("oauth-client-secret", CLIENT_SECRET).await;
    get(&window).await;
    window.screenshot("grant-client-credentials").await;
    sent(&window).await;
}

#[tokio::test]
async fn device_code_shows_the_code_as_text_and_picture_and_counts_down() {
    let provider = Provider::start(&[]).await;
    let home =
        home_with(&client(&provider.issuer, "device", "openid offline_access api:read"), &provider.api).await;
    let window = form(&home, &Browser::NeverFinishes, "device_code").await;
    shows(
        &window,
        &[
            "oauth-client-id",
            "oauth-client-secret",
            "oauth-client-auth-select",
            "oauth-scope",
            "oauth-refresh-url",
        ],
    )
    .await;
    window.click("get-new-token").await;
    let code = window.text("device-user-code").await;
    assert_eq!(
        window.attribute("login-url", "data-value").await.as_deref(),
        Some(format!("{}/device", provider.issuer).as_str())
    );
    window.find_css("[data-testid=login-waiting] svg[role=img]").await;
    let left = window.text("login-time-left").await;
    eventually("the countdown runs", async || (window.text("login-time-left").await != left).then_some(()))
        .await;
    window.screenshot("grant-device-code").await;
    provider.answer_device(code.trim(), "bob").await;
    card_is(&window, "valid").await;
    window.wait_until_gone("login-waiting").await;
    let subject = window.find_where("claim", "data-name", "sub").await.text().await.unwrap();
    assert!(subject.contains("bob"), "{subject}");
    sent(&window).await;
}

#[tokio::test]
async fn jwt_bearer_is_built_from_claims_and_signed_with_a_key() {
    let provider = Provider::start(&[]).await;
    let home = home_with(&client(&provider.issuer, "jwt-bearer", "api:read"), &provider.api).await;
    let window = form(&home, &Browser::Missing, "jwt_bearer").await;
    window.choose("oauth-client-auth-select", "none").await;
    shows(
        &window,
        &[
            "oauth-client-id",
            "oauth-client-auth-select",
            "oauth-client-key",
            "oauth-scope",
            "oauth-refresh-url",
            "oauth-assertion-claims",
        ],
    )
    .await;
    window.enter("oauth-assertion-claims", r#"{"sub": "alice"}"#).await;
    window.click("oauth-client-key-jwk").await;
    window.enter("oauth-client-key", &provider.client_jwk("c-es").to_string()).await;
    get(&window).await;
    window.screenshot("grant-jwt-bearer").await;
    sent(&window).await;
    assert!(window.document("response-body").await.contains("alice"));
}

#[tokio::test]
async fn jwt_bearer_takes_a_finished_assertion() {
    let provider = Provider::start(&[]).await;
    let built = TokenCommand::on(&json!({
        "grant": "jwt_bearer", "issuer": provider.issuer, "client_id": "jwt-bearer", "client_authentication": "none",
        "client_key": { "jwk": provider.client_jwk("c-es") }, "assertion": { "claims": { "sub": "alice" } },
    }));
    built.get().await;
    let used = provider.token_requests("urn:ietf:params:oauth:grant-type:jwt-bearer").await;
    let assertion = used[0].form("assertion").unwrap();
    let home = home_with(&client(&provider.issuer, "jwt-bearer", "api:read"), &provider.api).await;
    let window = form(&home, &Browser::Missing, "jwt_bearer").await;
    window.choose("oauth-client-auth-select", "none").await;
    window.click("oauth-assertion-pasted").await;
    window.enter("oauth-assertion", &assertion).await;
    get(&window).await;
    let used = provider.token_requests("urn:ietf:params:oauth:grant-type:jwt-bearer").await;
    assert_eq!(used[1].form("assertion"), Some(assertion));
}

// No honest provider here takes SAML: the misbehaving one reads the assertion and believes it.
#[tokio::test]
async fn saml_bearer_keeps_the_lines_of_what_was_pasted() {
    let provider = Misbehaving::honest().await;
    let home =
        home_with(&client(&provider.issuer, "machine", "photos"), &format!("{}/api", provider.issuer)).await;
    let window = form(&home, &Browser::Missing, "saml2_bearer").await;
    shows(
        &window,
        &[
            "oauth-client-id",
            "oauth-client-secret",
            "oauth-client-auth-select",
            "oauth-scope",
            "oauth-refresh-url",
            "oauth-assertion",
        ],
    )
    .await;
    let xml = "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">\n  <saml:Subject>\n    \
               <saml:NameID>alice</saml:NameID>\n  </saml:Subject>\n</saml:Assertion>";
    let file = home.home().join("assertion.xml");
    std::fs::write(&file, xml).unwrap();
    window.press("oauth-client-secret", misbehaving::CLIENT_SECRET).await;
    window.choose_file("oauth-assertion-file", file.to_str().unwrap()).await;
    get(&window).await;
    window.screenshot("grant-saml-bearer").await;
    let request = provider.token_requests("urn:ietf:params:oauth:grant-type:saml2-bearer").pop().unwrap();
    let encoded = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, xml);
    assert_eq!(request.form("assertion"), Some(encoded), "every line break is where it was");
}

#[tokio::test]
async fn token_exchange_takes_its_subject_from_a_token_here_by_name() {
    let provider = Provider::start(&[]).await;
    let home = home_with(&client(&provider.issuer, "basic", "api:write"), &provider.api).await;
    let alice = changed(&signs_in_with_secret(&provider, "basic"), json!({ "token_name": "Alice" }));
    home.import(&Collection::named("Alice").oauth2(&alice).json()).await;
    let alices = home.run(&["token", "get", "Alice"]).await.expect_code(0).stdout;
    let window = form(&home, &Browser::Missing, "token_exchange").await;
    shows(
        &window,
        &[
            "oauth-client-id",
            "oauth-client-secret",
            "oauth-client-auth-select",
            "oauth-scope",
            "oauth-refresh-url",
            "oauth-subject-select",
            "oauth-actor-select",
            "oauth-requested-token-type",
        ],
    )
    .await;
    window.press("oauth-client-secret", CLIENT_SECRET).await;
    window.choose("oauth-subject-select", "Alice").await;
    get(&window).await;
    window.screenshot("grant-token-exchange").await;
    let requests = provider.token_requests("urn:ietf:params:oauth:grant-type:token-exchange").await;
    assert_eq!(requests[0].form("subject_token").as_deref(), Some(alices.trim_end()));
    assert_eq!(requests[0].form("actor_token"), None);
    sent(&window).await;
}

#[tokio::test]
async fn ciba_waits_for_the_person_on_their_phone() {
    let provider = Provider::start(&[]).await;
    let home = home_with(&client(&provider.issuer, "ciba", "openid"), &provider.api).await;
    let window = form(&home, &Browser::Missing, "ciba").await;
    shows(
        &window,
        &[
            "oauth-client-id",
            "oauth-client-secret",
            "oauth-client-auth-select",
            "oauth-scope",
            "oauth-refresh-url",
            "oauth-login-hint",
            "oauth-binding-message",
        ],
    )
    .await;
    window.press("oauth-client-secret", CLIENT_SECRET).await;
    window.press("oauth-login-hint", "alice").await;
    window.press("oauth-binding-message", "W4SCT").await;
    get(&window).await;
    window.screenshot("grant-ciba").await;
    let log = provider.log().await;
    let asked = log.iter().find(|seen| seen.path() == "/backchannel").unwrap();
    assert_eq!(asked.form("binding_message").as_deref(), Some("W4SCT"));
}

#[tokio::test]
async fn a_pasted_refresh_token_gets_going() {
    let provider = Provider::start(&[]).await;
    let elsewhere = TokenCommand::on(&signs_in(&provider.issuer, "native")).get().await;
    let scope = "openid offline_access api:read";
    let home = home_with(&client(&provider.issuer, "native", scope), &provider.api).await;
    let window = form(&home, &Browser::Missing, "refresh_token").await;
    shows(
        &window,
        &[
            "oauth-client-id",
            "oauth-client-secret",
            "oauth-client-auth-select",
            "oauth-scope",
            "oauth-refresh-url",
            "oauth-refresh-token",
        ],
    )
    .await;
    window.press("oauth-refresh-token", elsewhere["refresh_token"].as_str().unwrap()).await;
    get(&window).await;
    window.screenshot("grant-refresh-token").await;
    sent(&window).await;
}

#[tokio::test]
async fn a_client_proves_itself_with_a_key_that_was_read_from_a_file() {
    let provider = Provider::start(&[]).await;
    let home = home_with(&client(&provider.issuer, "pkjwt-ES256", "api:read"), &provider.api).await;
    let window = form(&home, &Browser::Missing, "client_credentials").await;
    window.choose("oauth-client-auth-select", "private_key_jwt").await;
    let file = home.home().join("client.pem");
    std::fs::write(&file, provider.client_pem("c-es")).unwrap();
    window.choose_file("oauth-client-key-file", file.to_str().unwrap()).await;
    window.enter("oauth-client-key-kid", "c-es").await;
    assert!(!window.has("oauth-client-secret").await, "a key, and no secret");
    get(&window).await;
    window.screenshot("client-key").await;
    let request = provider.token_requests("client_credentials").await.remove(0);
    assert!(request.form("client_assertion").is_some());
    sent(&window).await;
}

#[tokio::test]
async fn a_client_is_registered_where_the_provider_lets_anybody_do_that() {
    let provider = Provider::start(&["--open"]).await;
    let config = changed(&machine(&provider, ""), json!({ "client_id": null, "client_secret": null }));
    let home = home_with(&config, &provider.api).await;
    let window = form(&home, &Browser::SignsInAs("alice"), "authorization_code").await;
    window.click("oauth-discover").await;
    window.click("register-client").await;
    eventually("the client has an ID", async || {
        let id = window.find("oauth-client-id").await.prop("value").await.ok()??;
        (!id.is_empty()).then_some(())
    })
    .await;
    window.wait_until_gone("register-client").await;
    window.screenshot("client-registered").await;
}
