//! Secrets that are looked for everywhere: the scan for what lies about in the clear.

use std::path::{Path, PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use serde_json::{Value, json};

use crate::{
    auth_config::{changed, signs_in},
    collection::{Collection, environment},
    gatepass::Gatepass,
    misbehaving::Misbehaving,
};

/// Values that stand nowhere else in the world.
pub const CANARIES: [&str; 6] = [
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

/// Whether bytes hold a text in any of the ways in which it may be written down: plain, UTF-16, hexadecimal, percent,
/// Base64.
pub fn holds(bytes: &[u8], secret: &str) -> bool {
    // Every spelling is ASCII (with NULs in it for UTF-16), which becoming text leaves as it is; and a search in text is
    // quick in an unoptimised build too.
    let text = String::from_utf8_lossy(bytes);
    spellings(secret).iter().any(|spelling| text.contains(std::str::from_utf8(spelling).expect("ASCII")))
}

/// Panics when any file below the home holds one of the secrets. A test first takes away what it put there itself.
#[track_caller]
pub fn scan(home: &Gatepass, secrets: &[String]) {
    let mut all = Vec::new();
    files(home.home(), &mut all);
    let mut scanned = 0;
    for file in &all {
        let bytes = std::fs::read(file).unwrap_or_default();
        scanned += 1;
        for secret in secrets {
            assert!(!holds(&bytes, secret), "{} holds {secret}", file.display());
        }
    }
    assert!(scanned >= 1, "there was something to scan");
}

/// A collection “Photos” with a secret in every place that takes one.
pub fn collection(provider: &Misbehaving) -> Value {
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

/// An environment “Local” with a secret variable.
pub fn secret_environment() -> Value {
    let mut environment = environment("Local", &[("open", "plain-to-see")]);
    environment["values"].as_array_mut().unwrap().push(json!({
        "key": "hidden", "value": CANARIES[3], "type": "secret", "enabled": true,
    }));
    environment
}
