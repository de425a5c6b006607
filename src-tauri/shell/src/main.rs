#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() {
    gatepass_app::scripting::serve_if_worker();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("GATEPASS_LOG").unwrap_or_else(|_| "warn".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    gatepass_shell::run(gatepass_app::Environment::read());
}
