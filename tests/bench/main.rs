//! `make bench`: what Gatepass costs, measured beside what it is built on, in one run on one machine. It prints a table
//! and writes it to the file that it is given. Nothing here decides whether a test passes.

mod beside;
mod command_line;
mod expiry;
mod screen;
mod server;
mod table;
mod window;

use std::path::PathBuf;

use gatepass_tests::process::{built, program};
use table::Table;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let binaries = built();
    let gatepass = program("gatepass");
    // A bare loop that was not optimised would flatter the program beside it.
    if cfg!(debug_assertions) {
        eprintln!("This is not a release build: the figures mean nothing. Use make bench.");
    }

    let mut table = Table::default();
    command_line::request_beside_reqwest(&gatepass, &mut table).await;
    command_line::authorized_over_plain(&gatepass, &mut table).await;
    command_line::start(&gatepass, &mut table).await;
    command_line::large_collection(&gatepass, &mut table).await;
    beside::newman(&gatepass, &mut table).await;
    beside::hurl(&gatepass, &mut table).await;
    expiry::thousand_sends(&gatepass, &mut table).await;
    match std::env::var_os("DISPLAY") {
        Some(_) => window::beside_an_empty_one(&binaries, &mut table).await,
        None => table.left_out("window", "there is no display"),
    }
    table.print();
    if let Some(file) = std::env::args().nth(1) {
        table.write(&PathBuf::from(file));
    }
}
