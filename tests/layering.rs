//! The rooms of the house, as `docs/architecture.md` draws them, kept by the build: who may depend on whom, and who may
//! name the crates that reach the outside world. `deny.toml` says the same of the resolved tree; this says it of what
//! the Cargo.toml files ask for, development dependencies included.
#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use gatepass_tests::process::repository;
use serde_json::Value;

/// Each room, and the rooms that it may name.
const ROOMS: &[(&str, &[&str])] = &[
    ("gatepass-oauth", &[]),
    ("gatepass-core", &["gatepass-oauth"]),
    ("gatepass-storage", &["gatepass-core", "gatepass-oauth"]),
    ("gatepass-platform", &["gatepass-core", "gatepass-oauth"]),
    ("gatepass-interchange", &["gatepass-core", "gatepass-oauth"]),
    ("gatepass-scripting", &["gatepass-core", "gatepass-oauth"]),
    ("gatepass-playground", &[]),
    (
        "gatepass-app",
        &[
            "gatepass-core",
            "gatepass-interchange",
            "gatepass-oauth",
            "gatepass-platform",
            "gatepass-playground",
            "gatepass-scripting",
            "gatepass-storage",
        ],
    ),
    ("gatepass-cli", &["gatepass-app"]),
    ("gatepass-desktop", &["gatepass-app"]),
    // The acceptance tests start programs by path; linking a room would let them cheat.
    ("gatepass-tests", &[]),
];

/// Crates that reach outside, and the rooms that may name them.
const DOORS: &[(&str, &[&str])] = &[
    ("reqwest", &["gatepass-platform", "gatepass-tests"]),
    ("hyper", &["gatepass-platform"]),
    ("sqlx", &["gatepass-storage"]),
    ("rusqlite", &[]),
    ("keyring", &["gatepass-platform"]),
    ("oauth2", &["gatepass-oauth"]),
    ("jsonwebtoken", &["gatepass-oauth"]),
    ("rquickjs", &["gatepass-scripting"]),
    ("tauri", &["gatepass-desktop"]),
    ("clap", &["gatepass-cli"]),
    ("thirtyfour", &["gatepass-tests"]),
];

/// What the two innermost rooms must not name at all: they are usable without a runtime, and without a machine.
const OUTSIDE: &[&str] =
    &["tokio", "async-std", "smol", "reqwest", "hyper", "sqlx", "tauri", "keyring", "getrandom", "rand"];

#[test]
fn every_room_names_only_the_rooms_below_it() {
    let rooms = rooms();
    let drawn: BTreeSet<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    let built: BTreeSet<&str> = rooms.iter().map(|(room, _)| room.as_str()).collect();
    assert_eq!(built, drawn, "a new room belongs into this table, and into docs/architecture.md");
    for (room, allowed) in ROOMS {
        let ours = named_by(&rooms, room).into_iter().filter(|name| name.starts_with("gatepass-"));
        let foreign: Vec<String> = ours.filter(|name| !allowed.contains(&name.as_str())).collect();
        assert!(foreign.is_empty(), "{room} must not depend on {foreign:?}");
    }
}

#[test]
fn each_door_to_the_outside_is_in_one_room() {
    let rooms = rooms();
    for (door, owners) in DOORS {
        for (room, dependencies) in &rooms {
            let opens = dependencies.iter().any(|(name, _)| name == door);
            assert!(
                !opens || owners.contains(&room.as_str()),
                "{room} names {door}, which belongs to {owners:?}"
            );
        }
    }
}

#[test]
fn only_the_module_jwt_names_jsonwebtoken() {
    let engine = repository().join("src-tauri/oauth/src");
    let inside = |file: &Path| file == engine.join("jwt.rs") || file.starts_with(engine.join("jwt"));
    let naming: Vec<PathBuf> = sources(&engine)
        .into_iter()
        .filter(|file| fs::read_to_string(file).unwrap().contains("jsonwebtoken::"))
        .collect();
    assert!(naming.iter().any(|file| inside(file)), "the module is somewhere else now: {naming:?}");
    let outside: Vec<&PathBuf> = naming.iter().filter(|file| !inside(file)).collect();
    assert!(outside.is_empty(), "{outside:?} must ask the module jwt instead");
}

#[test]
fn the_engine_and_the_core_need_no_runtime_and_no_machine() {
    let rooms = rooms();
    for room in ["gatepass-oauth", "gatepass-core", "gatepass-playground"] {
        let (_, dependencies) = rooms.iter().find(|(name, _)| name == room).unwrap();
        let shipped = dependencies.iter().filter(|(_, development)| !development);
        let outside: Vec<&String> =
            shipped.map(|(name, _)| name).filter(|name| OUTSIDE.contains(&name.as_str())).collect();
        assert!(outside.is_empty(), "{room} must not depend on {outside:?}");
    }
}

#[test]
fn a_plain_build_needs_no_webkit() {
    let metadata = metadata();
    let defaults = metadata["workspace_default_members"].as_array().unwrap();
    assert!(!defaults.is_empty());
    for member in defaults {
        let package =
            metadata["packages"].as_array().unwrap().iter().find(|package| package["id"] == *member).unwrap();
        let names = package["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .map(|dependency| dependency["name"].as_str().unwrap());
        assert!(!names.clone().any(|name| name.starts_with("tauri")), "{} names Tauri", package["name"]);
    }
}

/// A room's dependencies, each with whether it is only for development.
type Dependencies = Vec<(String, bool)>;

fn rooms() -> Vec<(String, Dependencies)> {
    let metadata = metadata();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let dependencies = |package: &Value| {
        let list = package["dependencies"].as_array().unwrap().iter();
        list.map(|dependency| (text(&dependency["name"]), dependency["kind"] == "dev")).collect()
    };
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages.map(|package| (text(&package["name"]), dependencies(package))).collect()
}

fn named_by(rooms: &[(String, Dependencies)], room: &str) -> BTreeSet<String> {
    let (_, dependencies) = rooms.iter().find(|(name, _)| name == room).unwrap();
    dependencies.iter().map(|(name, _)| name.clone()).collect()
}

/// Every Rust file below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

fn metadata() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version", "1", "--no-deps", "--offline"]).current_dir(repository());
    let output = command.output().expect("cargo describes the workspace");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
