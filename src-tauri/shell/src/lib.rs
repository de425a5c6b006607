//! The desktop window: the only folder that names Tauri.

mod bindings;
mod chooser;
mod commands;
mod desk;
mod events;
mod starting;
mod window;

pub use bindings::bindings;

use std::sync::Arc;

use gatepass_app::{Environment, Options};
use tauri::Manager as _;

use desk::Desk;

/// Opens the window and runs until it is closed.
///
/// `environment` holds the environment variables that count; they are read in `main` and nowhere else.
pub fn run(environment: Environment) {
    let options = Options::from_environment(&environment);
    let one_window = tauri_plugin_single_instance::Builder::new()
        .dbus_id(format!("dev.gatepass.d{}", options.data_dir_fingerprint()))
        .callback(|app, _arguments, _folder| window::bring_forward(app))
        .build();
    let built = tauri::Builder::default()
        .plugin(one_window)
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .invoke_handler(commands::handler())
        .setup(move |app| {
            let outbox = Arc::new(events::Outbox::new(app.handle().clone()));
            let desk =
                Desk::open(options.clone(), outbox, Arc::new(chooser::Dialogs::new(app.handle().clone())));
            app.manage(desk);
            window::open(app, &options)?;
            Ok(())
        })
        .build(tauri::generate_context!());
    match built {
        Ok(app) => app.run(|app, event| {
            if let tauri::RunEvent::Exit = event {
                // Whoever starts it again from now on wants a new window; it waits for the data directory.
                tauri_plugin_single_instance::destroy(app);
                app.state::<Desk>().close();
            }
        }),
        Err(error) => {
            // Without a window there is only the terminal to say it.
            eprintln!(
                "error: the window could not be opened\nwhy: {error}\nwhat to do: check that a display is there (DISPLAY or WAYLAND_DISPLAY)"
            );
            std::process::exit(1);
        }
    }
}
