//! Embeds the libraries that scripts can require. `make setup` bundles them.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const MISSING: &str =
    "the libraries for scripts are not bundled yet: run `make setup` (or `make libraries` alone)";

fn main() {
    let bundles =
        PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("libraries/dist");
    println!("cargo::rerun-if-changed={}", bundles.display());
    let mut files = bundled(&bundles);
    files.sort();
    if files.is_empty() {
        println!("cargo::error={MISSING}");
        return;
    }
    let mut table = String::from("[\n");
    for file in files {
        println!("cargo::rerun-if-changed={}", file.display());
        let stem = file.file_stem().and_then(|stem| stem.to_str()).expect("bundle.mjs names files plainly");
        let name = stem.replace("__", "/");
        writeln!(table, "    ({name:?}, include_str!({:?})),", file.display().to_string())
            .expect("memory takes it");
    }
    table.push(']');
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it")).join("libraries.rs");
    fs::write(out, table).expect("the build folder can be written to");
}

fn bundled(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.path());
    files.filter(|file| file.extension().is_some_and(|extension| extension == "js")).collect()
}
