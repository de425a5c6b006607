//! The least window of this toolkit: what `make bench` holds Gatepass's own window against. Its page is served from the
//! program as Gatepass's is, and holds one word,
//! where the benches look for content.

use tauri::webview::Color;

const PAGE: &str =
    "<!doctype html><title>Empty</title><body style=\"background:#fff;padding:160px 40px\">Empty</body>";

fn main() {
    tauri::Builder::default()
        .register_uri_scheme_protocol("empty", |_, _| {
            tauri::http::Response::builder()
                .header("content-type", "text/html")
                .body(PAGE.as_bytes().to_vec())
                .expect("a response of fixed parts")
        })
        .setup(|app| {
            let page = tauri::WebviewUrl::CustomProtocol("empty://localhost/".parse()?);
            tauri::WebviewWindowBuilder::new(app, "main", page)
                .title("Empty")
                .inner_size(1280.0, 800.0)
                .background_color(Color(0x10, 0x12, 0x17, 0xff))
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
        .expect("an empty window opens wherever there is a display");
}
