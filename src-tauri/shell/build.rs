fn main() {
    // The context macro wants this folder to exist, also for a lint run on a clean checkout before the UI is built.
    std::fs::create_dir_all("ui/dist").expect("create ui/dist");
    // With a pattern of our own nobody else says that these count.
    println!("cargo:rerun-if-changed=src-tauri/shell/capabilities");
    tauri_build::try_build(
        tauri_build::Attributes::new().capabilities_path_pattern("./src-tauri/shell/capabilities/**/*"),
    )
    .expect("tauri-build failed");
}
