//! Secrets never lie about in the clear: not in the database and its WAL, not in temporary files, not in logs at their
//! most talkative, not in what is printed, not in the arguments of child processes.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use gatepass_tests::{
    Collection, Gatepass, Misbehaving,
    auth_config::{changed, signs_in},
    collection::environment,
};
use serde_json::{Value, json};

/// Values that stand nowhere else in the world.
const CANARIES: [&str; 6] = [
    "canary-client-secret-7f3a91c2",
    "canary-password-5d0be8aa",
    "canary-bearer-c4419f07",
    "canary-variable-1b6e2d93",
    "canary-extra-e80c55f1",
    "canary-basic-93ad7be4",
];

/// The ways in which a text may be written down.
fn spellings(secret: &str) -> Vec<Vec<u8>> {
    let bytes = secret.as_bytes();
    let utf16: Vec<u16> = secret.encode_utf16().collect();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
    let mut spellings = vec![
        bytes.to_vec(),
        utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        hex.to_uppercase().into_bytes(),
        percent.to_lowercase().into_bytes(),
        hex.into_bytes(),
        percent.into_bytes(),
    ];
    // Base64 at each of the three alignments, without the characters that depend on the neighbours.
    for skipped in 0..3 {
        let padded = [&vec![0; skipped][..], bytes].concat();
        let encoded = STANDARD_NO_PAD.encode(padded);
        spellings.push(encoded.as_bytes()[4 * usize::from(skipped > 0)..encoded.len() - 4].to_vec());
    }
    spellings
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    spellings(secret)
        .iter()
        .any(|spelling| bytes.windows(spelling.len()).any(|window| window == spelling.as_slice()))
}

/// Panics when a file below the home, other than the ones that the test itself wrote, holds one of the secrets.
#[track_caller]
fn scan(home: &Gatepass, own: &[&str], secrets: &[String]) {
    let mut all = Vec::new();
    files(home.home(), &mut all);
    let own: Vec<_> = own.iter().map(|name| home.home().join(name)).collect();
    let mut scanned = 0;
    for file in all.iter().filter(|file| !own.contains(file)) {
        let bytes = std::fs::read(file).unwrap_or_default();
        scanned += 1;
        for secret in secrets {
            assert!(!holds(&bytes, secret), "{} holds {secret}", file.display());
        }
    }
    assert!(scanned >= 1, "there was something to scan");
}

fn collection(provider: &Misbehaving) -> Value {
    let config = changed(
        &signs_in(&provider.issuer, "app"),
        json!({
            "client_secret": CANARIES[0], "password": CANARIES[1],
            "extra": { "token": [{ "name": "x", "value": CANARIES[4] }] },
        }),
    );
    let url = format!("{}/api/photos", provider.issuer);
    let bearer = json!({ "type": "bearer", "bearer": [{ "key": "token", "value": CANARIES[2] }] });
    let basic = json!({ "type": "basic", "basic": [
        { "key": "username", "value": "alice" }, { "key": "password", "value": CANARIES[5] },
    ] });
    Collection::named("Photos")
        .oauth2(&config)
        .get("List", &url)
        .item(json!({ "name": "Bearer", "request": { "method": "GET", "url": url, "auth": bearer } }))
        .item(json!({ "name": "Basic", "request": { "method": "GET", "url": url, "auth": basic } }))
        .json()
}

/// An environment with a secret variable.
fn secret_environment() -> Value {
    let mut environment = environment("Local", &[("open", "plain-to-see")]);
    environment["values"].as_array_mut().unwrap().push(json!({
        "key": "hidden", "value": CANARIES[3], "type": "secret", "enabled": true,
    }));
    environment
}

#[test]
fn the_scan_finds_what_it_looks_for() {
    let secret = "canary-test-0001";
    let texts = [
        secret.to_owned(),
        STANDARD_NO_PAD.encode(format!("a{secret}z")),
        "63616e6172792d746573742d30303031".into(),
    ];
    for text in texts {
        assert!(holds(format!("..{text}..").as_bytes(), secret), "{text}");
    }
    assert!(!holds(b"canary-test-0002", secret));
}

#[tokio::test]
async fn no_secret_is_written_in_the_clear_anywhere() {
    let provider = Misbehaving::honest().await;
    let home = Gatepass::new();
    home.import(&secret_environment()).await;
    home.import(&collection(&provider)).await;
    std::fs::remove_file(home.home().join("import.json")).unwrap();
    let mut said = String::new();
    let mut tokens = Vec::new();
    for (arguments, prints_tokens) in [
        (&["token", "get", "Photos", "--json", "--reveal-refresh-token", "-e", "Local"][..], true),
        (&["token", "refresh", "Photos", "--json", "--reveal-refresh-token", "-e", "Local"], true),
        (&["send", "Photos", "List", "-v", "-e", "Local"], false),
        (&["send", "Photos", "Bearer", "-v"], false),
        (&["send", "Photos", "Basic", "-v"], false),
        (&["run", "Photos", "-e", "Local"], false),
        (&["token", "list", "--json"], false),
        (&["token", "list"], false),
    ] {
        let finished = home.command(arguments).env("GATEPASS_LOG", "trace").run().await;
        if prints_tokens {
            let printed = finished.expect_code(0);
            let document = printed.json();
            for key in ["access_token", "refresh_token", "id_token"] {
                tokens.push(document[key].as_str().unwrap().to_owned());
            }
            said.push_str(&printed.stderr);
            said.push_str(&document["flow"].to_string());
        } else {
            said.push_str(&finished.stdout);
            said.push_str(&finished.stderr);
        }
    }
    for seen in provider.token_requests("authorization_code") {
        tokens.extend([seen.form("code").unwrap(), seen.form("code_verifier").unwrap()]);
    }
    let mut secrets: Vec<String> = CANARIES.iter().map(|canary| (*canary).to_owned()).collect();
    secrets.extend(tokens);
    scan(&home, &[], &secrets);
    for secret in &secrets {
        assert!(!holds(said.as_bytes(), secret), "{secret} was printed or logged:\n{said}");
    }
    assert!(provider.seen_at("/api/photos").len() >= 3, "it was no empty show");
}

#[tokio::test]
async fn errors_and_killed_processes_leave_nothing_behind_either() {
    let provider =
        Misbehaving::start(gatepass_tests::misbehaving::token_response::error("invalid_grant", "no")).await;
    let home = Gatepass::new();
    home.import(&collection(&provider)).await;
    std::fs::remove_file(home.home().join("import.json")).unwrap();
    let failed =
        home.command(&["token", "get", "Photos"]).env("GATEPASS_LOG", "trace").run().await.expect_code(3);
    let secrets: Vec<String> = CANARIES.iter().map(|canary| (*canary).to_owned()).collect();
    for secret in &secrets {
        assert!(!holds(failed.stderr.as_bytes(), secret), "{}", failed.stderr);
    }
    let mut running = home.command(&["send", "Photos", "Bearer"]).start();
    tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    let _ = running.kill().await;
    scan(&home, &[], &secrets);
}

#[tokio::test]
async fn no_secret_is_an_argument_of_the_browser() {
    let provider = Misbehaving::honest().await;
    let home = Gatepass::new();
    home.import(&collection(&provider)).await;
    let command = home.command(&["token", "get", "Photos"]).browser(&gatepass_tests::Browser::Notes);
    let mut waiting = command.start();
    let url = home.noted_url().await.to_string();
    waiting.kill().await.unwrap();
    for canary in CANARIES {
        assert!(!holds(url.as_bytes(), canary), "{url}");
    }
    assert!(!url.contains("code_verifier"), "{url}");
}
