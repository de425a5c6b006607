//! What protects stored secrets: the OS keyring, a key file, a passphrase. A choice, never a fallback.

use std::os::unix::fs::PermissionsExt;

use gatepass_tests::{
    Gatepass, Provider, SecretService,
    auth_config::{machine, signs_in_with_secret},
    gatepass::Run,
};
use serde_json::json;

use crate::photos;

/// A command on the key store of a session.
fn with<'a>(home: &'a Gatepass, session: &SecretService, arguments: &[&str]) -> Run<'a> {
    home.command(arguments).env("DBUS_SESSION_BUS_ADDRESS", &session.address)
}

#[tokio::test]
async fn a_key_file_is_for_its_owner_alone() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    home.import(&photos(&provider, &machine(&provider, "cc"))).await;
    home.run(&["token", "get", "Photos"]).await.expect_code(0);
    let mode = |name: &str| home.data_dir().join(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("vault.key"), 0o600);
    for file in std::fs::read_dir(home.data_dir()).unwrap().flatten() {
        let (path, metadata) = (file.path(), file.metadata().unwrap());
        let is_open_to_others = metadata.permissions().mode() & 0o077 != 0;
        assert!(metadata.len() == 0 || !is_open_to_others, "{}", path.display());
    }
}

#[tokio::test]
async fn without_any_key_store_the_option_is_named_and_nothing_is_kept_unprotected() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let none = SecretService::none(&home).await;
    let config = home.file("auth.json", &machine(&provider, "cc"));
    let command = with(&home, &none, &["token", "get", "--config", &config, "--json"]);
    let error = command.without_env("GATEPASS_KEY_STORE").run().await.error(3);
    assert_eq!(error["code"], "key_store", "{error}");
    let advice = error["next_step"].as_str().unwrap();
    assert!(advice.contains("--key-store") && advice.contains("GATEPASS_KEY_STORE"), "{advice}");
    let listed = home.run(&["token", "list", "--json"]).await.expect_code(0).json();
    assert_eq!(listed, json!({ "tokens": [] }), "nothing was stored");
    assert!(!home.data_dir().join("vault.key").exists() || listed["tokens"] == json!([]));
}

#[tokio::test]
async fn without_a_session_bus_it_is_the_same() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &machine(&provider, "cc"));
    let command = home.command(&["token", "get", "--config", &config]).without_env("GATEPASS_KEY_STORE");
    let finished = command.run().await.expect_code(3);
    assert!(finished.stderr.contains("--key-store"), "{}", finished.stderr);
    assert!(finished.stdout.is_empty(), "{}", finished.stdout);
}

#[tokio::test]
async fn the_os_keyring_keeps_the_key_and_the_token_comes_back_in_the_next_session() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let arguments = |action| ["token", action, "Photos", "--json", "--key-store", "keyring"];
    let session = SecretService::unlocked(&home, "test").await;
    let file = home.file("photos.json", &photos(&provider, &signs_in_with_secret(&provider, "basic")));
    let imported = with(&home, &session, &["import", &file, "--key-store", "keyring"]).run().await;
    imported.expect_code(0);
    let got = with(&home, &session, &arguments("get")).run().await.expect_code(0).json();
    drop(session);
    assert!(!home.data_dir().join("vault.key").exists(), "no key beside the database");
    let session = SecretService::unlocked(&home, "test").await;
    let shown = with(&home, &session, &arguments("show")).run().await.expect_code(0).json();
    assert_eq!(shown["access_token"], got["access_token"]);
}

#[tokio::test]
async fn the_keyring_is_what_is_used_when_nobody_chose() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let session = SecretService::unlocked(&home, "test").await;
    let config = home.file("auth.json", &machine(&provider, "cc"));
    let command = with(&home, &session, &["token", "get", "--config", &config]);
    command.without_env("GATEPASS_KEY_STORE").run().await.expect_code(0);
    assert!(!home.data_dir().join("vault.key").exists());
}

// A locked keyring is an error to solve, never a reason to fall back.
#[tokio::test]
async fn a_locked_keyring_is_said_and_nothing_is_deleted() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &machine(&provider, "cc"));
    let arguments = |action| ["token", action, "--config", &config, "--json", "--key-store", "keyring"];
    let session = SecretService::unlocked(&home, "right").await;
    let got = with(&home, &session, &arguments("get")).run().await.expect_code(0).json();
    drop(session);
    let locked = SecretService::unlocked(&home, "wrong").await;
    let error = with(&home, &locked, &arguments("get")).run().await.error(3);
    assert_eq!(error["code"], "key_store", "{error}");
    assert!(!home.data_dir().join("vault.key").exists(), "no silent downgrade");
    drop(locked);
    let session = SecretService::unlocked(&home, "right").await;
    let shown = with(&home, &session, &arguments("show")).run().await.expect_code(0).json();
    assert_eq!(shown["access_token"], got["access_token"]);
}

#[tokio::test]
async fn a_passphrase_opens_what_it_closed_and_a_wrong_one_changes_nothing() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &machine(&provider, "cc"));
    let arguments = |action| ["token", action, "--config", &config, "--json", "--key-store", "passphrase"];
    let file = home.home().join("passphrase");
    let with_passphrase = async |action, passphrase: &str| {
        std::fs::write(&file, format!("{passphrase}\n")).unwrap();
        home.command(&arguments(action)).env("GATEPASS_PASSPHRASE_FILE", &file).run().await
    };
    let got = with_passphrase("get", "correct horse").await.expect_code(0).json();
    let error = with_passphrase("show", "battery staple").await.error(3);
    assert_eq!(error["code"], "key_store", "{error}");
    let shown = with_passphrase("show", "correct horse").await.expect_code(0).json();
    assert_eq!(shown["access_token"], got["access_token"]);
    let error = home.command(&arguments("show")).run().await.error(3);
    assert!(error["next_step"].to_string().contains("GATEPASS_PASSPHRASE_FILE"), "{error}");
}

#[tokio::test]
async fn another_key_store_than_the_databases_is_refused() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &machine(&provider, "cc"));
    let got = home.run(&["token", "get", "--config", &config]).await.expect_code(0).stdout;
    let passphrase = home.home().join("passphrase");
    std::fs::write(&passphrase, "another\n").unwrap();
    let command = home.command(&["token", "get", "--config", &config, "--key-store", "passphrase", "--json"]);
    let error = command.env("GATEPASS_PASSPHRASE_FILE", &passphrase).run().await.error(3);
    assert_eq!(error["code"], "key_store", "{error}");
    assert!(error["next_step"].to_string().contains("file"), "it names the right one: {error}");
    assert_eq!(home.run(&["token", "get", "--config", &config]).await.expect_code(0).stdout, got);
}

// A lost key is said; what is stored under it stays, in case the key comes back.
#[tokio::test]
async fn a_lost_key_is_said_and_its_return_brings_everything_back() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let config = home.file("auth.json", &machine(&provider, "cc"));
    let got = home.run(&["token", "get", "--config", &config]).await.expect_code(0).stdout;
    let (key, aside) = (home.data_dir().join("vault.key"), home.home().join("aside"));
    std::fs::rename(&key, &aside).unwrap();
    let error = home.run(&["token", "get", "--config", &config, "--json"]).await.error(3);
    assert_eq!(error["code"], "key_store", "{error}");
    assert!(!key.exists(), "no new key is made over the old secrets");
    std::fs::rename(&aside, &key).unwrap();
    assert_eq!(home.run(&["token", "get", "--config", &config]).await.expect_code(0).stdout, got);
}
