//! `make scoreboard`: the long runs. It prints a line for each check (id, figure, how many, seed, seconds) and writes the
//! table to the file that it is given. Names of checks behind the file choose some of them.
//!
//! What needs the built programs is run from here; what is within one crate is that crate's own test, with its long
//! setting, through cargo.

mod table;

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use gatepass_tests::process::repository;
use gatepass_tests::survival::{
    Draw, Interrupted, cut_network, error_answers, restarts, stopped_holder, storms,
};
use table::{Figure, Table};

const SEED: u64 = 20_261_124;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().map(PathBuf::from);
    let wanted: Vec<String> = arguments.collect();
    let mut table = Table::new(wanted);
    tokens_survive(&mut table).await;
    nobody_gets_in(&mut table).await;
    table.print();
    if let Some(file) = &file {
        table.write(file);
    }
    if table.failed() {
        std::process::exit(1);
    }
}

async fn tokens_survive(table: &mut Table) {
    table
        .run("T1", "killed at every system call of a send that refreshes", async || {
            kills_at_system_calls().await
        })
        .await;
    table.run("T1", "killed at random instants", async || kills_at_instants(500).await).await;
    table
        .run("T2", "10 processes at one expiry: refresh requests", async || {
            let rounds = 200;
            Figure::of(storms(rounds, 10).await, rounds)
        })
        .await;
    table
        .run("T2", "a stopped holder: seconds until others fail visibly", async || {
            let waited = stopped_holder().await;
            Figure {
                text: format!("{:.1} s", waited.as_secs_f64()),
                n: 1,
                holds: waited < Duration::from_secs(35),
            }
        })
        .await;
    table
        .run("T3", "the network cut at 12 points: refresh token kept", async || {
            let (kept, all) = cut_network(50).await;
            Figure::of(kept, all)
        })
        .await;
    table
        .run("T3", "error answers: given up, and only for invalid_grant", async || {
            let (given_up, expected, all) = error_answers(420).await;
            Figure { text: format!("{given_up} of {all}"), n: all, holds: given_up == expected && all == 420 }
        })
        .await;
    table
        .run("T4", "grants × methods whose refresh authenticates as the first request", async || {
            tests("gatepass-oauth", &["--lib", "a_refresh_authenticates_as_the_first_request_did"], &[], 70)
                .await
        })
        .await;
    table
        .run("T5", "200 tokens over 100 restarts, half of them killed: usable", async || {
            let tokens = 200;
            Figure::of(restarts(tokens, 100, SEED).await, tokens)
        })
        .await;
    table
        .run("T6", "stories of clock jumps and sleep", async || {
            let arguments = ["--lib", "no_jump_of_the_clock_in_five_thousand", "--", "--ignored"];
            tests("gatepass-oauth", &arguments, &[], 5000).await
        })
        .await;
    table
        .run("T7", "4 processes × 10,000 writes on one database", async || {
            let long = [("GATEPASS_STORAGE_WRITES", "10000")];
            let arguments = ["--test", "rules", "four_processes_write_at_once"];
            tests("gatepass-storage", &arguments, &long, 40_000).await
        })
        .await;
    table
        .run("T7", "a save that was reported survives a kill", async || {
            let long = [("GATEPASS_STORAGE_KILLS", "500")];
            tests("gatepass-storage", &["--test", "rules", "survives_a_kill_at_any_moment"], &long, 500).await
        })
        .await;
}

async fn nobody_gets_in(table: &mut Table) {
    table
        .run("S1", "relying-party modules and must-accept traps", async || {
            tests("gatepass-tests", &["--test", "id_tokens", "--", "oidcc_client_test"], &[], 0).await
        })
        .await;
    table
        .run("S3", "forged callbacks refused, and the real one accepted", async || {
            tests("gatepass-platform", &["--test", "loopback", "a_thousand_forged"], &[], 1000).await
        })
        .await;
    table
        .run("S4", "hostile addresses never opened", async || {
            tests("gatepass-oauth", &["--lib", "a_thousand_hostile_addresses"], &[], 1000).await
        })
        .await;
    table
        .run("S5", "redirects: no credential leaves its origin", async || {
            tests("gatepass-platform", &["--test", "redirects"], &[], 0).await
        })
        .await;
    table
        .run("S6", "hostile texts through a shell, as copied cURL", async || {
            let long = [("GATEPASS_CURL_CASES", "5000")];
            tests("gatepass-app", &["--lib", "hostile_text_reaches_curl"], &long, 5000).await
        })
        .await;
    table
        .run("S7", "secrets in the clear, anywhere", async || {
            tests("gatepass-tests", &["--test", "secrets"], &[], 0).await
        })
        .await;
}

/// With strace, which sends the signal before the call is made. Calls that are made very often are tried up to a limit.
async fn kills_at_system_calls() -> Figure {
    const EACH: usize = 12;
    let send = Interrupted::new().await;
    let calls = send.system_calls().await;
    let made: usize = calls.iter().map(|(_, count)| count).sum();
    let mut kills = 0;
    for (name, count) in &calls {
        // Evenly spread over those there are, the first and the last among them.
        let tried = (*count).min(EACH);
        for at in 0..tried {
            let nth = if tried == 1 { 1 } else { 1 + at * (count - 1) / (tried - 1) };
            send.killed_at(name, nth).await;
            kills += 1;
        }
    }
    let text = format!("{kills} of {kills} recovered ({} kinds of calls, {made} made)", calls.len());
    Figure { text, n: kills, holds: true }
}

async fn kills_at_instants(times: usize) -> Figure {
    let send = Interrupted::new().await;
    let mut draw = Draw(SEED);
    for _ in 0..times {
        send.killed_after(Duration::from_micros(draw.below(900_000))).await;
    }
    Figure::of(times, times)
}

/// Runs tests of one crate by name, with settings in the environment; `n` is what the test counts itself, 0: the tests.
async fn tests(package: &str, arguments: &[&str], settings: &[(&str, &str)], n: usize) -> Figure {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = tokio::process::Command::new(cargo)
        .current_dir(repository())
        .args(["test", "--locked", "--quiet", "--package", package])
        .args(arguments)
        .envs(settings.iter().copied())
        .stdin(Stdio::null())
        .output()
        .await
        .expect("cargo can be started");
    let text = String::from_utf8_lossy(&output.stdout);
    let count = |word: &str| -> usize {
        let before = |line: &str| line.split(word).next()?.split_whitespace().last()?.parse::<usize>().ok();
        text.lines().filter(|line| line.starts_with("test result:")).filter_map(before).sum()
    };
    let (passed, failed) = (count(" passed"), count(" failed"));
    let holds = output.status.success() && passed > 0 && failed == 0;
    if !holds {
        eprintln!("{text}\n{}", String::from_utf8_lossy(&output.stderr));
    }
    match n {
        0 => Figure { text: format!("{passed} of {} hold", passed + failed), n: passed + failed, holds },
        n => Figure { text: if holds { format!("{n} of {n}") } else { "failed".to_owned() }, n, holds },
    }
}
