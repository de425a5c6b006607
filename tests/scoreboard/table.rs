//! The figures and where they are written.

use std::fmt::Write as _;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::time::Instant;

use futures_util::FutureExt as _;

use crate::SEED;

/// What a check found.
pub struct Figure {
    pub text: String,
    pub n: usize,
    pub holds: bool,
}

impl Figure {
    /// So many of so many; all of them have to be.
    pub fn of(good: usize, all: usize) -> Self {
        Self { text: format!("{good} of {all}"), n: all, holds: good == all }
    }
}

pub struct Table {
    wanted: Vec<String>,
    rows: Vec<Row>,
}

struct Row {
    id: &'static str,
    what: &'static str,
    figure: Figure,
    seconds: u64,
}

impl Table {
    /// With the checks whose ids are wanted; all, if none is.
    pub fn new(wanted: Vec<String>) -> Self {
        Self { wanted, rows: Vec::new() }
    }

    /// Runs one check. One that panics has failed, and the others go on.
    pub async fn run(&mut self, id: &'static str, what: &'static str, check: impl AsyncFnOnce() -> Figure) {
        if !self.wanted.is_empty() && !self.wanted.iter().any(|wanted| wanted == id) {
            return;
        }
        let began = Instant::now();
        let figure = AssertUnwindSafe(check()).catch_unwind().await;
        let figure = figure.unwrap_or_else(|_| Figure { text: "failed".to_owned(), n: 0, holds: false });
        let row = Row { id, what, figure, seconds: began.elapsed().as_secs() };
        println!("{}", row.line());
        self.rows.push(row);
    }

    pub fn failed(&self) -> bool {
        self.rows.iter().any(|row| !row.figure.holds)
    }

    pub fn print(&self) {
        println!("\n{}", self.text());
    }

    pub fn write(&self, file: &Path) {
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let head = format!(
            "# Scoreboard\n\nPrinted by `make scoreboard` on {} on {cores} cores, seed {SEED}, unoptimised builds. What each id means:\n\
             `tests/scoreboard/main.rs`. T1 at system calls is done with strace, which kills before the call is made; a call\n\
             that is made more often than twelve times is tried at twelve places spread over the run.\n\n",
            today()
        );
        std::fs::write(file, format!("{head}{}", self.text())).expect("write the table");
    }

    fn text(&self) -> String {
        let mut text =
            String::from("| id | what | figure | n | seconds | |\n| --- | --- | --- | --- | --- | --- |\n");
        for Row { id, what, figure, seconds } in &self.rows {
            let verdict = if figure.holds { "holds" } else { "fails" };
            let _ =
                writeln!(text, "| {id} | {what} | {} | {} | {seconds} | {verdict} |", figure.text, figure.n);
        }
        text
    }
}

impl Row {
    fn line(&self) -> String {
        let Row { id, what, figure, seconds } = self;
        format!("{id}, {what}: {}, n {}, seed {SEED}, {seconds} s", figure.text, figure.n)
    }
}

fn today() -> String {
    let date = std::process::Command::new("date").arg("+%Y-%m-%d").output().expect("run date");
    String::from_utf8_lossy(&date.stdout).trim().to_owned()
}
