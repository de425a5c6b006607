//! The one window: what it may load, and how it looks before its page has painted.

use gatepass_app::Options;
use tauri::webview::{Color, NewWindowResponse, PageLoadEvent};
use tauri::{AppHandle, Manager as _, Url, WebviewUrl, WebviewWindowBuilder};
use tauri_plugin_dialog::FileDialogBuilder;

const LABEL: &str = "main";
/// `--bg-frame` of the dark theme: what shows until the page paints, instead of the toolkit's grey.
const FRAME: Color = Color(0x10, 0x12, 0x17, 0xff);

/// Builds the window, hidden until its page has loaded.
pub(crate) fn open(app: &tauri::App, options: &Options) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, LABEL, WebviewUrl::default())
        .title("Gatepass")
        .inner_size(1280.0, 800.0)
        .min_inner_size(900.0, 600.0)
        .background_color(FRAME)
        .data_directory(options.data_dir.join("web-view"))
        // The page handles drops itself; the native handler would swallow them.
        .disable_drag_drop_handler()
        .visible(false)
        .on_navigation(is_our_page)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_page_load(|window, load| {
            if load.event() == PageLoadEvent::Finished {
                let _ = window.show();
            }
        })
        .build()?;
    Ok(())
}

/// Shows the window that is already open, because the program was started a second time.
pub(crate) fn bring_forward(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let _ = window.unminimize();
        let _ = window.show();
        let _ = window.set_focus();
    }
}

/// A dialog that belongs to the window, so that it stands before it.
pub(crate) fn parented(
    app: &AppHandle,
    dialog: FileDialogBuilder<tauri::Wry>,
) -> FileDialogBuilder<tauri::Wry> {
    match app.get_webview_window(LABEL) {
        Some(window) => dialog.set_parent(&window),
        None => dialog,
    }
}

/// The window shows its own page and nothing else, whatever a link or a script asks for; and, in a frame without
/// scripts, the text of an answer, which is handed to it and comes from nowhere.
fn is_our_page(url: &Url) -> bool {
    let preview = url.as_str() == "about:srcdoc";
    let packaged = url.scheme() == "tauri" && url.host_str() == Some("localhost")
        || url.scheme() == "http" && url.host_str() == Some("tauri.localhost");
    let developing = cfg!(not(feature = "custom-protocol"))
        && url.scheme() == "http"
        && url.host_str() == Some("127.0.0.1")
        && url.port() == Some(1420);
    packaged || developing || preview
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn navigation_to_anything_but_the_own_page_is_denied() {
        for foreign in [
            "https://example.com/",
            "http://127.0.0.1:9999/",
            "file:///etc/passwd",
            "data:text/html,<h1>x</h1>",
            "tauri://elsewhere/",
            "http://tauri.localhost.example.com/",
            "javascript:alert(1)",
            "about:blank",
        ] {
            assert!(!is_our_page(&Url::parse(foreign).expect("a URL")), "{foreign}");
        }
        assert!(is_our_page(&Url::parse("tauri://localhost/index.html").expect("a URL")));
    }
}
