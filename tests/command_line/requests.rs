//! Which request is meant.

use gatepass_tests::{
    Collection, Gatepass, Provider,
    auth_config::machine,
    http::{Answer, Server},
};
use serde_json::json;

async fn server() -> Server {
    Server::start(|request| Answer::json(200, &json!({ "path": request.path }))).await
}

fn tree(origin: &str) -> serde_json::Value {
    let url = |path: &str| format!("{origin}/{path}");
    let inner = Collection::named("Inner").get("Get", &url("inner")).get("Only here", &url("only"));
    let outer = Collection::named("Outer").get("Get", &url("outer")).folder(inner);
    Collection::named("Tree").get("Top", &url("top")).folder(outer).json()
}

#[tokio::test]
async fn a_name_a_path_or_an_id() {
    let server = server().await;
    let home = Gatepass::new();
    home.import(&tree(&server.origin())).await;
    for request in ["Top", "Only here", "Outer/Get", "Outer/Inner/Get", "Inner/Get"] {
        home.run(&["send", "Tree", request]).await.expect_code(0);
    }
    let paths: Vec<_> = server.seen().into_iter().map(|request| request.path).collect();
    assert_eq!(paths, ["/top", "/only", "/outer", "/inner", "/inner"]);
}

#[tokio::test]
async fn an_ambiguous_name_is_an_error_that_lists_the_paths() {
    let server = server().await;
    let home = Gatepass::new();
    home.import(&tree(&server.origin())).await;
    let error = home.run(&["send", "Tree", "Get", "--json"]).await.error(2);
    assert_eq!(error["code"], "usage", "{error}");
    let text = error.to_string();
    assert!(text.contains("Outer/Get") && text.contains("Outer/Inner/Get"), "{error}");
    assert!(server.seen().is_empty(), "none of them was sent");
}

#[tokio::test]
async fn what_is_not_there_is_wrong_usage() {
    let server = server().await;
    let home = Gatepass::new();
    home.import(&tree(&server.origin())).await;
    for arguments in [["send", "Tree", "Gone", "--json"], ["send", "Forest", "Top", "--json"]] {
        let error = home.run(&arguments).await.error(2);
        assert_eq!(error["code"], "usage", "{error}");
        assert!(error["message"].to_string().contains(if arguments[1] == "Tree" {
            "Gone"
        } else {
            "Forest"
        }));
    }
}

#[tokio::test]
async fn a_data_folder_of_the_environment_counts_once_a_database_is_there() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let photos = Collection::named("Photos")
        .oauth2(&machine(&provider, "cc"))
        .get("List", &format!("{}/photos", provider.api));
    let file = home.file("photos.json", &photos.json());
    home.run(&["send", &file, "List"]).await.expect_code(0);
    assert!(!home.data_dir().join("gatepass.db").exists(), "a file alone makes no database");
    home.run(&["token", "get", &file]).await.expect_code(0);
    provider.forget_log().await;
    home.run(&["send", &file, "List"]).await.expect_code(0);
    assert_eq!(provider.token_requests("client_credentials").await.len(), 0, "the stored token is used");
}

#[tokio::test]
async fn a_request_of_a_file_needs_no_database() {
    let server = server().await;
    let home = Gatepass::new();
    let file = home.file("tree.json", &tree(&server.origin()));
    let command = home.command(&["send", &file, "Outer/Get"]);
    let sent = command.without_env("GATEPASS_DATA_DIR").without_env("GATEPASS_KEY_STORE").run().await;
    assert_eq!(sent.expect_code(0).stdout.trim_end(), r#"{"path":"/outer"}"#);
    assert!(!home.home().join("share").exists(), "nothing was made in the data folder");
}
