//! The least window of this toolkit: what `make bench` holds Gatepass's own window against.

fn main() {
    tauri::Builder::default()
        .setup(|app| {
            let page = tauri::WebviewUrl::External("about:blank".parse()?);
            tauri::WebviewWindowBuilder::new(app, "main", page)
                .title("Empty")
                .inner_size(1280.0, 800.0)
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
        .expect("an empty window opens wherever there is a display");
}
