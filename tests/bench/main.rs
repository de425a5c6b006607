//! `make bench`: what Gatepass costs, measured beside what it is built on, in one run on one machine. It prints a table
//! and writes it to docs/benchmarks.md. Nothing here decides whether a test passes.

mod command_line;
mod expiry;
mod server;
mod table;
mod window;

use std::path::PathBuf;

use table::Table;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let binaries = PathBuf::from(arguments.next().unwrap_or_else(|| "target/release".to_owned()));
    let gatepass = binaries.join("gatepass");
    assert!(gatepass.is_file(), "{} is not there: make bench builds it first", gatepass.display());

    let mut table = Table::default();
    command_line::request_beside_reqwest(&gatepass, &mut table).await;
    command_line::start(&gatepass, &mut table).await;
    command_line::large_collection(&gatepass, &mut table).await;
    expiry::thousand_sends(&gatepass, &mut table).await;
    match std::env::var_os("DISPLAY") {
        Some(_) => window::beside_an_empty_one(&binaries, &mut table).await,
        None => table.left_out("window", "there is no display"),
    }
    table.print();
    if let Some(file) = arguments.next() {
        table.write(&PathBuf::from(file));
    }
}
