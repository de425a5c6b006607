//! The table of totals, and figures for people.

use std::fmt::Write as _;

use super::super::tally::{Count, Spread, Tally};
use super::Paint;

/// The widths of the columns, without borders. The last one grows where a line below needs it.
const WIDTHS: [usize; 3] = [25, 18, 18];

pub(super) fn totals(tally: &Tally, took_ms: f64, paint: Paint) -> String {
    let all = |total: usize| Count { total, failed: 0 };
    let mut rows = vec![
        ("iterations", all(tally.iterations)),
        ("requests", tally.requests),
        ("test-scripts", tally.test_scripts),
        ("prerequest-scripts", tally.prerequest_scripts),
        ("assertions", tally.assertions),
    ];
    if !tally.renewals.is_empty() {
        rows.push(("tokens renewed", all(tally.renewals.len())));
    }
    let mut notes = vec![
        format!("total run duration: {}", duration(took_ms)),
        format!("total data received: {}", size(tally.received)),
    ];
    if !tally.response.is_empty() {
        notes.push(spread("average response time", &tally.response));
        notes.push(spread("average first byte time", &tally.first_byte));
    }
    let longest = notes.iter().map(|note| note.chars().count()).max().unwrap_or(0);
    let mut widths = WIDTHS;
    widths[2] += longest.saturating_sub(WIDTHS.iter().sum::<usize>());
    let frame = Frame { widths, paint };

    let mut text = frame.line('┌', '┬', '┐');
    frame.head(&mut text);
    for (label, count) in rows {
        let _ = write!(text, "\n{}", frame.line('├', '┼', '┤'));
        frame.row(&mut text, label, count);
    }
    for (at, note) in notes.iter().enumerate() {
        let joint = if at == 0 { '┴' } else { '─' };
        let width = widths.iter().sum::<usize>();
        let _ = write!(text, "\n{}\n│ {note:<width$} │", frame.line('├', joint, '┤'));
    }
    let _ = write!(text, "\n{}", frame.line('└', '─', '┘'));
    text
}

struct Frame {
    widths: [usize; 3],
    paint: Paint,
}

impl Frame {
    fn line(&self, left: char, middle: char, right: char) -> String {
        let [first, second, third] = self.widths.map(|width| "─".repeat(width));
        format!("{left}{first}{middle}{second}{middle}{third}{right}")
    }

    fn head(&self, text: &mut String) {
        let [label, executed, failed] = self.widths.map(|width| width - 2);
        let _ = write!(text, "\n│ {:label$} │ {:>executed$} │ {:>failed$} │", "", "executed", "failed");
    }

    fn row(&self, text: &mut String, label: &str, count: Count) {
        let [label_width, executed, failed] = self.widths.map(|width| width - 2);
        let label = format!("{label:>label_width$}");
        let failures = format!("{:>failed$}", count.failed);
        let (label, failures) = match count.failed {
            0 => (self.paint.green(&label), failures),
            _ => (self.paint.red(&label), self.paint.red(&failures)),
        };
        let _ = write!(text, "\n│ {label} │ {:>executed$} │ {failures} │", count.total);
    }
}

fn spread(label: &str, spread: &Spread) -> String {
    let [average, least, most, deviation] =
        [spread.average, spread.least, spread.most, spread.deviation()].map(duration);
    format!("{label}: {average} [min: {least}, max: {most}, s.d.: {deviation}]")
}

/// `412µs`, `68ms`, `2.5s`, `1m 3.2s`.
pub(super) fn duration(ms: f64) -> String {
    if ms < 1.0 {
        format!("{}µs", (ms * 1000.0) as u64)
    } else if ms < 1998.0 {
        format!("{}ms", ms as u64)
    } else if ms < 60_000.0 {
        format!("{}s", tenths(ms / 1000.0))
    } else {
        let minutes = (ms / 60_000.0).floor();
        let seconds = (ms - minutes * 60_000.0) / 1000.0;
        if minutes < 60.0 {
            format!("{minutes}m {}s", tenths(seconds))
        } else {
            format!("{}h {}m {}s", (minutes / 60.0).floor(), minutes % 60.0, tenths(seconds))
        }
    }
}

fn tenths(value: f64) -> String {
    let tenths = (value * 10.0).floor() / 10.0;
    format!("{tenths}")
}

/// `357B`, `1.2kB`.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let rounded = (value * 100.0).round() / 100.0;
    format!("{rounded}{}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short() {
        let durations = [0.412, 68.9, 1997.0, 2_500.0, 63_250.0, 3_723_000.0].map(duration);
        assert_eq!(durations, ["412µs", "68ms", "1997ms", "2.5s", "1m 3.2s", "1h 2m 3s"]);
        assert_eq!([0, 357, 1_234, 5_000_000].map(size), ["0B", "357B", "1.23kB", "5MB"]);
    }

    #[test]
    fn every_line_of_the_table_is_as_wide_as_the_others() {
        let tally = Tally { iterations: 3, received: 12, ..Tally::default() };
        let text = totals(&tally, 12.0, Paint(false));
        let widths: Vec<usize> = text.lines().map(|line| line.chars().count()).collect();
        assert!(widths.iter().all(|width| *width == widths[0]), "{text}");
    }
}
