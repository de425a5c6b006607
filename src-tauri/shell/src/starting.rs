//! The commands for a window whose database does not open: the only ones that work then.

use gatepass_app::dto::ErrorView;

use crate::bindings::CommandSignature;
use crate::desk::Desk;

#[tauri::command]
pub(crate) async fn start_again(desk: tauri::State<'_, Desk>) -> Result<(), ErrorView> {
    desk.start_again().await
}

#[tauri::command]
pub(crate) async fn start_empty(desk: tauri::State<'_, Desk>) -> Result<String, ErrorView> {
    desk.start_empty().await
}

/// The same for the generated TypeScript.
pub(crate) fn signatures() -> [CommandSignature; 2] {
    [
        CommandSignature::of::<()>(
            "start_again",
            &["Tries once more to open the workspace, after it could not be opened."],
            Vec::new(),
        ),
        CommandSignature::of::<String>(
            "start_empty",
            &[
                "Sets a damaged database aside and starts with an empty one. Returns where the damaged one is kept.",
            ],
            Vec::new(),
        ),
    ]
}
