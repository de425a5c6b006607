use gatepass_tests::{
    Collection, Gatepass, Provider,
    auth_config::{machine, signs_in},
};
use serde_json::json;

use crate::{echo, item};

#[tokio::test]
async fn tokens_are_there_before_the_pre_request_script_inherited_ones_too() {
    let (provider, server) = (Provider::start(&[]).await, echo().await);
    let source = format!(
        "const token = pm.request.auth.parameters().get('accessToken');\n\
         if (token !== pm.request.auth.oauth2.get('accessToken')) throw new Error('two tokens');\n\
         console.log('the token is', token);\n\
         await pm.sendRequest({{ url: '{}/side', header: {{ Authorization: 'Bearer ' + token }} }});",
        server.origin()
    );
    let document = Collection::named("Tokens")
        .oauth2(&machine(&provider, "cc"))
        .item(item("Main", &format!("{}/main", server.origin()), &source, ""))
        .json();
    let home = Gatepass::new();
    let file = home.file("tokens.json", &document);
    let ran = home.run(&["run", &file]).await.expect_code(0);
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].path, "/side");
    let token = seen[0].token().expect("the script sent it");
    assert_eq!(seen[1].token(), Some(token), "the request carries the same");
    assert!(ran.stdout.contains("the token is •••"), "{}", ran.stdout);
    assert!(!ran.stdout.contains(token) && !ran.stderr.contains(token), "a token that is printed is blanked");
    assert_eq!(provider.token_requests("client_credentials").await.len(), 1);
}

#[tokio::test]
async fn variables_that_a_pre_request_script_sets_are_seen_by_the_auth_config() {
    let (provider, server) = (Provider::start(&[]).await, echo().await);
    let mut config = machine(&provider, "cc");
    let client = config["client_id"].take();
    config["client_id"] = json!("{{client}}");
    let source = format!("pm.environment.set('client', {client})");
    let document = Collection::named("Prepared")
        .oauth2(&config)
        .item(item("Main", &format!("{}/main", server.origin()), &source, ""))
        .json();
    let home = Gatepass::new();
    let file = home.file("prepared.json", &document);
    home.run(&["run", &file]).await.expect_code(0);
    assert!(server.seen()[0].token().is_some());
    let requests = provider.token_requests("client_credentials").await;
    assert_eq!(requests.len(), 1, "none was asked for before the script had run");
}

#[tokio::test]
async fn scripts_renew_and_revoke_tokens_and_never_have_anybody_sign_in() {
    let (provider, server) = (Provider::start(&[]).await, echo().await);
    let document = Collection::named("Managed")
        .item(json!({
            "name": "Machine",
            "request": { "method": "GET", "url": format!("{}/a", server.origin()),
                         "auth": Collection::named("x").oauth2(&machine(&provider, "cc")).json()["auth"] },
            "event": crate::events(
                "const before = (await gatepass.oauth.getToken()).access_token;\n\
                 const after = (await gatepass.oauth.refreshToken()).access_token;\n\
                 pm.variables.set('renewed', before !== after);",
                "pm.test('renewed', () => pm.expect(pm.variables.get('renewed')).to.equal(true));",
            ),
        }))
        .item(json!({
            "name": "Person",
            "request": { "method": "GET", "url": format!("{}/b", server.origin()),
                         "auth": Collection::named("x").oauth2(&signs_in(&provider.issuer, "native")).json()["auth"] },
            "event": crate::events(
                "try { await gatepass.oauth.getToken(); } catch (error) { console.log('code', error.code); }\n\
                 pm.request.auth = { type: 'noauth' };",
                "",
            ),
        }))
        .json();
    let home = Gatepass::new();
    let file = home.file("managed.json", &document);
    let ran = home.run(&["run", &file]).await.expect_code(0);
    assert!(ran.stdout.contains("code sign_in_needed"), "{}", ran.stdout);
    assert_eq!(server.seen()[1].token(), None, "the script took the authorization away");
}
