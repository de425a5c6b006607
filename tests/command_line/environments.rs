//! Variables and environments: where values come from, and whose token is whose.

use gatepass_tests::{
    Collection, Gatepass, Provider,
    auth_config::{changed, machine, signs_in},
    collection::environment,
    http::{Answer, Server},
};
use serde_json::json;

use crate::photos;

/// Insomnia's bug number 260, open since 2017 (pains 17).
#[tokio::test]
async fn a_token_of_one_environment_is_never_used_in_another() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    home.import(&photos(&provider, &machine(&provider, "cc"))).await;
    for name in ["Staging", "Production"] {
        home.import(&environment(name, &[("unused", "same")])).await;
    }
    let token = async |environment: &str| {
        home.run(&["token", "get", "Photos", "-e", environment]).await.expect_code(0).stdout
    };
    let staging = token("Staging").await;
    let shown =
        home.run(&["token", "show", "Photos", "-e", "Production", "--json"]).await.expect_code(0).json();
    assert_eq!(shown["status"], "none", "same provider, same client, same scopes: not the same token");
    let production = token("Production").await;
    let without = home.run(&["token", "get", "Photos"]).await.expect_code(0).stdout;
    assert!(staging != production && staging != without && production != without);
    home.run(&["send", "Photos", "List photos", "-e", "Staging"]).await.expect_code(0);
    let sent = provider.api_requests().await;
    assert_eq!(sent[0].token(), Some(staging.trim_end()));
}

// Bruno: two folders with other clients or scopes got the same token (pains 18).
#[tokio::test]
async fn folders_with_another_client_or_scope_have_tokens_of_their_own() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = machine(&provider, "cc");
    let url = format!("{}/photos", provider.api);
    let folder =
        |name: &str, config| Collection::named(name).oauth2(&config).get(&format!("In {name}"), &url);
    let document = Collection::named("Photos")
        .folder(folder("One", config.clone()))
        .folder(folder("Another client", changed(&config, json!({ "client_id": "cc-short" }))))
        .folder(folder("Another scope", changed(&config, json!({ "scope": "api:write" }))));
    home.import(&document.json()).await;
    home.run(&["run", "Photos"]).await.expect_code(0);
    assert_eq!(provider.token_requests("client_credentials").await.len(), 3);
    let sent = provider.api_requests().await;
    let mut tokens: Vec<_> = sent.iter().map(|seen| seen.token().unwrap()).collect();
    tokens.sort_unstable();
    tokens.dedup();
    assert_eq!(tokens.len(), 3);
}

#[tokio::test]
async fn one_sign_in_serves_every_request_that_inherits_it() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let url = format!("{}/photos", provider.api);
    let folder = Collection::named("Folder").get("Deep", &url);
    let document =
        Collection::named("Photos").oauth2(&machine(&provider, "cc")).get("Top", &url).folder(folder);
    home.import(&document.json()).await;
    home.run(&["run", "Photos"]).await.expect_code(0);
    assert_eq!(provider.token_requests("client_credentials").await.len(), 1);
    let sent = provider.api_requests().await;
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].token(), sent[1].token());
}

#[tokio::test]
async fn everything_about_a_token_may_come_from_variables() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = json!({
        "type": "oauth2", "grant": "client_credentials", "issuer": "{{issuer}}", "client_id": "{{client}}",
        "client_secret": "{{secret}}", "scope": "{{scope}}",
    });
    let document = Collection::named("Photos").oauth2(&config).get("List photos", "{{issuer}}/api/photos");
    home.import(&document.json()).await;
    let values = [
        ("issuer", provider.issuer.as_str()),
        ("client", "cc"),
        ("secret", gatepass_tests::provider::CLIENT_SECRET),
        ("scope", "api:read"),
    ];
    home.import(&environment("Local", &values)).await;
    let sent =
        home.run(&["send", "Photos", "List photos", "-e", "Local", "--json"]).await.expect_code(0).json();
    assert_eq!(sent["status"], 200);
    // The same environment from a file.
    let file = home.file("local.json", &environment("From a file", &values));
    let sent =
        home.run(&["send", "Photos", "List photos", "-e", &file, "--json"]).await.expect_code(0).json();
    assert_eq!(sent["status"], 200);
}

#[tokio::test]
async fn nearer_variables_win_and_the_command_line_wins_over_all() {
    let server = Server::start(|_| Answer::json(200, &json!({}))).await;
    let home = Gatepass::new();
    let url = format!("{}/{{{{name}}}}", server.origin());
    home.import(&Collection::named("Names").variable("name", "collection").get("Get", &url).json()).await;
    home.import(&environment("Local", &[("name", "environment")])).await;
    for options in [
        &[][..],
        &["-e", "Local"],
        &["-e", "Local", "--env-var", "name=command-line"],
        &["--global-var", "name=global"],
    ] {
        home.run(&[&["send", "Names", "Get"], options].concat()).await.expect_code(0);
    }
    let paths: Vec<_> = server.seen().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/collection", "/environment", "/command-line", "/collection"]);
}

#[tokio::test]
async fn an_unresolved_variable_is_sent_as_it_stands_and_said() {
    let server = Server::start(|_| Answer::json(200, &json!({}))).await;
    let home = Gatepass::new();
    let url = format!("{}/a?b={{{{nowhere}}}}", server.origin());
    home.import(&Collection::named("Names").get("Get", &url).json()).await;
    let sent = home.run(&["send", "Names", "Get"]).await.expect_code(0);
    assert!(sent.stderr.contains("nowhere"), "{}", sent.stderr);
    assert_eq!(server.seen()[0].query("b").as_deref(), Some("{{nowhere}}"));
}

#[tokio::test]
async fn an_issuer_that_is_still_a_variable_is_named() {
    let home = Gatepass::new();
    let config = changed(&signs_in("{{issuer}}", "native"), json!({}));
    home.import(&Collection::named("Photos").oauth2(&config).get("List", "http://127.0.0.1:9/").json()).await;
    let error = home.run(&["token", "get", "Photos", "--json"]).await.error(3);
    assert!(error.to_string().contains("{{issuer}}"), "{error}");
}

#[tokio::test]
async fn an_environment_that_is_not_there_is_wrong_usage() {
    let home = Gatepass::new();
    home.import(&Collection::named("Names").get("Get", "http://127.0.0.1:9/").json()).await;
    let error = home.run(&["send", "Names", "Get", "-e", "Nowhere", "--json"]).await.error(2);
    assert!(error.to_string().contains("Nowhere"), "{error}");
}
