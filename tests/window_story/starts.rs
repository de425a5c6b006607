//! Starts that cannot go as usual: the window says what happened, why and what to do, and loses nothing.

use std::path::PathBuf;

use gatepass_tests::{
    Browser, Collection, Conditions, Gatepass, Provider, SecretService, Window, auth_config::machine,
};
use thirtyfour::Key;

use crate::{card_is, open_authorization};

/// A home with a collection in it, and the path of its database.
async fn with_database() -> (Gatepass, PathBuf) {
    let home = Gatepass::new();
    home.import(&Collection::named("Kept").get("Get", "http://127.0.0.1:9/").json()).await;
    let database = home.data_dir().join("gatepass.db");
    assert!(database.is_file());
    (home, database)
}

/// Waits for the page with this problem, keeps a picture of it, and returns what it says.
async fn problem(window: &Window<'_>, code: &str) -> String {
    window.wait_for_attribute("error-message", "data-code", code).await;
    window.screenshot(&format!("start-{code}")).await;
    window.text("error-message").await
}

async fn sqlite(database: &std::path::Path, statement: &str) {
    let output = tokio::process::Command::new("sqlite3").arg(database).arg(statement).output().await;
    let output = output.expect("sqlite3 is installed by `make setup`");
    assert!(output.status.success(), "{output:?}");
}

#[tokio::test]
async fn a_damaged_database_is_said_and_can_be_set_aside() {
    let (home, database) = with_database().await;
    let mut damaged = std::fs::read(&database).unwrap();
    damaged[100..].fill(0x5a);
    std::fs::write(&database, &damaged).unwrap();
    let window = Window::open(&home, &Browser::Missing).await;
    let said = problem(&window, "database_damaged").await;
    assert!(said.contains("damaged") && said.contains("gatepass.db") && said.contains("backup"), "{said}");
    assert_eq!(std::fs::read(&database).unwrap(), damaged, "it was left as it is");
    window.click("start-empty").await;
    let kept = window.text("start-kept-path").await;
    window.screenshot("start-kept-aside").await;
    assert_eq!(std::fs::read(kept.trim()).unwrap(), damaged, "nothing was deleted");
    window.click("start-go-on").await;
    window.find("new-collection").await;
    assert!(!window.has("error-message").await);
}

#[tokio::test]
async fn a_backup_that_was_put_in_place_is_opened_without_a_new_start() {
    let (home, database) = with_database().await;
    let backup = std::fs::read(&database).unwrap();
    std::fs::write(&database, b"this is a text file, and was never a database".repeat(100)).unwrap();
    let window = Window::open(&home, &Browser::Missing).await;
    problem(&window, "database_damaged").await;
    window.click("start-again").await;
    problem(&window, "database_damaged").await;
    std::fs::write(&database, backup).unwrap();
    window.click("start-again").await;
    window.find_where("tree-item", "data-name", "Kept").await;
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_to_that_version() {
    let (home, database) = with_database().await;
    let newer = "INSERT INTO _sqlx_migrations SELECT 99999999999999, description, installed_on, success, checksum, \
                 execution_time FROM _sqlx_migrations LIMIT 1";
    sqlite(&database, newer).await;
    let before = std::fs::read(&database).unwrap();
    let window = Window::open(&home, &Browser::Missing).await;
    let said = problem(&window, "database_newer").await;
    assert!(said.contains("newer") && said.contains("99999999999999"), "{said}");
    assert!(!window.has("start-empty").await, "only a damaged one is set aside");
    assert_eq!(std::fs::read(&database).unwrap(), before);
}

#[tokio::test]
async fn a_database_that_can_only_be_read_is_said_and_opens_once_it_can_be_written() {
    let (home, database) = with_database().await;
    let conditions = Conditions { read_only: Some(&database), ..Conditions::ORDINARY };
    let window = Window::open_under(&home, &Browser::Missing, &conditions).await;
    let said = problem(&window, "database_read_only").await;
    assert!(said.contains("permission"), "{said}");
    window.quit().await;
    let window = Window::open(&home, &Browser::Missing).await;
    window.find_where("tree-item", "data-name", "Kept").await;
}

/// A home whose client secret and token are protected by a key file or a keyring.
async fn with_a_token(provider: &Provider, home: &Gatepass, session: Option<&SecretService>) {
    let document = Collection::named("Photos")
        .oauth2(&machine(provider, "cc"))
        .get("List photos", &format!("{}/photos", provider.api));
    let file = home.file("photos.json", &document.json());
    let store = if session.is_some() { "keyring" } else { "file" };
    for arguments in [["import", &file].as_slice(), &["token", "get", "Photos"]] {
        let mut arguments = arguments.to_vec();
        arguments.extend(["--key-store", store]);
        let mut command = home.command(&arguments);
        if let Some(session) = session {
            command = command.env("DBUS_SESSION_BUS_ADDRESS", &session.address);
        }
        command.run().await.expect_code(0);
    }
}

#[tokio::test]
async fn a_lost_key_is_asked_about_and_its_return_brings_everything_back() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    with_a_token(&provider, &home, None).await;
    let (key, aside) = (home.data_dir().join("vault.key"), home.home().join("aside"));
    std::fs::rename(&key, &aside).unwrap();
    let window = Window::open(&home, &Browser::Missing).await;
    window.wait_for_text("key-store-dialog", "gone").await;
    window.screenshot("start-lost-key").await;
    assert!(window.text("key-store-dialog").await.contains("Restore"));
    assert!(!key.exists(), "no new key is made over the old secrets");
    std::fs::rename(&aside, &key).unwrap();
    window.click("key-store-try-again").await;
    window.wait_until_gone("key-store-dialog").await;
    open_authorization(&window, &["Photos", "List photos"]).await;
    card_is(&window, "valid").await;
}

#[tokio::test]
async fn a_lost_key_can_be_left_behind_and_what_it_sealed_is_kept() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    with_a_token(&provider, &home, None).await;
    std::fs::remove_file(home.data_dir().join("vault.key")).unwrap();
    let window = Window::open(&home, &Browser::Missing).await;
    window.click("key-store-start-over").await;
    window.screenshot("start-over").await;
    window.click("key-store-start-over-confirm").await;
    let kept = window.text("key-store-kept-aside").await;
    assert!(PathBuf::from(kept.trim()).is_file(), "{kept}");
    window.screenshot("start-over-done").await;
}

#[tokio::test]
async fn a_locked_keyring_is_said_and_opens_once_it_is_unlocked() {
    let provider = Provider::start(&[]).await;
    let home = Gatepass::new();
    let session = SecretService::unlocked(&home, "right").await;
    with_a_token(&provider, &home, Some(&session)).await;
    drop(session);
    let locked = SecretService::unlocked(&home, "wrong").await;
    let under = Conditions { session: Some(&locked), key_store: Some("keyring"), ..Conditions::ORDINARY };
    let window = Window::open_under(&home, &Browser::Missing, &under).await;
    window.open_node(&["Photos", "List photos"]).await;
    window.wait_for_attribute("key-store", "data-state", "locked").await;
    window.click("key-store").await;
    let said = window.wait_for_text("key-store-dialog", "keyring").await;
    window.screenshot("start-locked-keyring").await;
    assert!(!said.contains("Start over"), "a locked keyring is not lost: {said}");
    window.quit().await;
    drop(locked);
    let session = SecretService::unlocked(&home, "right").await;
    let under = Conditions { session: Some(&session), key_store: Some("keyring"), ..Conditions::ORDINARY };
    let window = Window::open_under(&home, &Browser::Missing, &under).await;
    open_authorization(&window, &["Photos", "List photos"]).await;
    card_is(&window, "valid").await;
}

#[tokio::test]
async fn without_a_keyring_the_first_secret_asks_how_it_is_to_be_kept() {
    let home = Gatepass::new();
    let none = SecretService::none(&home).await;
    let under = Conditions { session: Some(&none), key_store: None, ..Conditions::ORDINARY };
    let window = Window::open_under(&home, &Browser::Missing, &under).await;
    window.click("new-collection").await;
    window.press("rename-field", Key::Enter + "").await;
    window.open_node(&["New collection"]).await;
    window.click("editor-tab-authorization").await;
    window.choose("auth-type-select", "oauth2").await;
    window.press("oauth-client-secret", "a secret").await;
    window.find("key-store-dialog").await;
    window.screenshot("start-undecided").await;
    window.click("key-store-file").await;
    window.wait_until_gone("key-store-dialog").await;
    window.wait_for_attribute("key-store", "data-state", "ready").await;
    assert!(home.data_dir().join("vault.key").is_file());
}
