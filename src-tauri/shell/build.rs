use std::path::Path;

/// The table of commands: what the page may call is read from it, so that nothing can be called that is not listed.
const COMMANDS: &str = "src-tauri/shell/src/commands.rs";
/// The commands that work before the workspace is open.
const STARTING: &str = "src-tauri/shell/src/starting.rs";

fn main() {
    // The context macro wants this folder to exist, also for a lint run on a clean checkout before the UI is built.
    std::fs::create_dir_all("ui/dist").expect("create ui/dist");
    // With patterns of our own nobody else says that these count.
    println!("cargo:rerun-if-changed=src-tauri/shell/capabilities");
    println!("cargo:rerun-if-changed={COMMANDS}");
    println!("cargo:rerun-if-changed={STARTING}");
    let permissions = write_permissions();
    let manifest = tauri_build::AppManifest::new().permissions_path_pattern(permissions.leak());
    let attributes = tauri_build::Attributes::new()
        .app_manifest(manifest)
        .capabilities_path_pattern("./src-tauri/shell/capabilities/**/*");
    tauri_build::try_build(attributes).expect("tauri-build failed");
}

/// Writes the permission `own-commands`, which the capability of the window names, and returns where it stands.
fn write_permissions() -> String {
    let source = std::fs::read_to_string(COMMANDS).expect("read the table of commands");
    let (_, table) = source.split_once("\ncommands! {\n").expect("the table of commands");
    let starting = std::fs::read_to_string(STARTING).expect("read the commands of a start");
    let starting = starting.lines().filter_map(|line| line.strip_prefix("pub(crate) async fn "));
    let names: Vec<String> = table
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .chain(starting)
        .filter_map(|line| line.split_once('('))
        .filter(|(name, _)| {
            !name.is_empty() && name.bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'_')
        })
        .map(|(name, _)| format!("{name:?}"))
        .collect();
    let text = format!(
        "[[permission]]\nidentifier = \"own-commands\"\ndescription = \"The commands of the table\"\ncommands.allow = [{}]\n",
        names.join(", ")
    );
    let folder = std::env::var_os("OUT_DIR").expect("cargo says where to write");
    let file = Path::new(&folder).join("own-commands.toml");
    std::fs::write(&file, text).expect("write the permission");
    file.display().to_string()
}
