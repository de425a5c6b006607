//! The figures, with what they are held against.

use std::fmt::Write as _;
use std::path::Path;

#[derive(Default)]
pub struct Table {
    rows: Vec<[String; 4]>,
}

impl Table {
    /// One figure: what was measured, the figure, what it stands beside, and the target.
    pub fn row(&mut self, what: &str, figure: String, beside: String, target: &str) {
        eprintln!("{what}: {figure} ({beside})");
        self.rows.push([what.to_owned(), figure, beside, target.to_owned()]);
    }

    pub fn left_out(&mut self, what: &str, why: &str) {
        self.row(what, "not measured".to_owned(), why.to_owned(), "");
    }

    pub fn print(&self) {
        print!("{}", self.text());
    }

    pub fn write(&self, file: &Path) {
        let head = format!(
            "# Benchmarks\n\nPrinted by `make bench` on {}, {}. Figures are medians of one run; those beside them come from the same run.\n\n",
            today(),
            machine()
        );
        std::fs::write(file, format!("{head}{}", self.text())).expect("write the table");
    }

    fn text(&self) -> String {
        let mut text = String::from("| what | figure | beside | target |\n| --- | --- | --- | --- |\n");
        for [what, figure, beside, target] in &self.rows {
            let _ = writeln!(text, "| {what} | {figure} | {beside} | {target} |");
        }
        text
    }
}

fn today() -> String {
    let date = std::process::Command::new("date").arg("+%Y-%m-%d").output().expect("run date");
    String::from_utf8_lossy(&date.stdout).trim().to_owned()
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let model = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = model
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("an unknown processor", |line| line.trim_start_matches(['\t', ' ', ':']));
    format!("{cores} cores of {model}")
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
