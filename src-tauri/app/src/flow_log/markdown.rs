//! Steps as Markdown, to be pasted into an issue: what a server said stands in it as text and steers nothing.

use std::fmt::Write as _;

use gatepass_oauth::transcript::{FlowStep, RedactedExchange};

use crate::token_report::rfc3339_to_the_millisecond;

/// A table of the steps, and below it what crossed the wire in each.
pub(super) fn document(steps: &[FlowStep]) -> String {
    let mut text = String::from("# Token flow\n\n");
    if let Some(first) = steps.first() {
        let _ = writeln!(text, "Begun {}. Secrets are blanked.\n", rfc3339_to_the_millisecond(first.at));
    }
    text.push_str("| | step | result | ms | |\n| --- | --- | --- | --- | --- |\n");
    for (number, step) in (1..).zip(steps) {
        let detail = escaped(&step.detail);
        let _ =
            writeln!(text, "| {number} | {} | {} | {} | {detail} |", name_of(step), result_of(step), step.ms);
    }
    for (number, step) in (1..).zip(steps) {
        if let Some(exchange) = &step.exchange {
            let _ = write!(text, "\n## {number}. {}\n\n", name_of(step));
            text.push_str(&fenced(&request(exchange)));
            text.push('\n');
            text.push_str(&fenced(&response(exchange)));
        }
    }
    text
}

/// The step's name in JSON.
pub(super) fn name_of(step: &FlowStep) -> String {
    crate::error::name_of(&step.step)
}

fn result_of(step: &FlowStep) -> String {
    crate::error::name_of(&step.result)
}

fn request(exchange: &RedactedExchange) -> String {
    let mut text = format!("{} {}\n", exchange.method, exchange.url);
    message(&mut text, &exchange.request_headers, &exchange.request_body);
    text
}

fn response(exchange: &RedactedExchange) -> String {
    if exchange.status == 0 {
        return "No answer came.\n".to_owned();
    }
    let mut text = format!("{}\n", exchange.status);
    message(&mut text, &exchange.response_headers, &exchange.response_body);
    text
}

fn message(text: &mut String, headers: &[(String, String)], body: &str) {
    for (name, value) in headers {
        let _ = writeln!(text, "{name}: {value}");
    }
    if !body.is_empty() {
        let _ = writeln!(text, "\n{body}");
    }
}

/// A code block that nothing within can end: its fence is longer than every run of backticks (CommonMark §4.5).
fn fenced(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let text: String = text.chars().map(|c| if c == '\r' { '\n' } else { c }).collect();
    format!("{fence}http\n{}\n{fence}\n", text.trim_end())
}

/// Text on one line in which nothing is markup (CommonMark §2.4).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' => escaped.push(' '),
            _ if character.is_ascii_punctuation() && !",.:;()/\"'".contains(character) => {
                escaped.push('\\');
                escaped.push(character);
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
pub(super) mod tests {
    use gatepass_oauth::transcript::{Step, StepResult};

    use super::*;

    pub(in crate::flow_log) fn steps() -> Vec<FlowStep> {
        let exchange = RedactedExchange {
            method: "POST".to_owned(),
            url: "https://id.example.com/token?a=b%20c".to_owned(),
            request_headers: vec![(
                "content-type".to_owned(),
                "application/x-www-form-urlencoded".to_owned(),
            )],
            request_body: "grant_type=refresh_token&refresh_token=•••".to_owned(),
            status: 400,
            response_headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            response_body: "{\"error\":\"```\\n# no heading\"}".to_owned(),
        };
        let step = |step, detail: &str, exchange| FlowStep {
            step,
            result: StepResult::Failed,
            ms: 12,
            detail: detail.to_owned(),
            at: 1_767_225_600_500,
            exchange,
            sent: None,
        };
        vec![
            step(Step::Refresh, "the answer | <b>says</b> [no](http://evil)\n# x", Some(exchange)),
            step(Step::Store, "kept", None),
        ]
    }

    #[test]
    fn the_steps_stand_in_a_table_and_the_exchanges_below() {
        let text = document(&steps());
        assert!(text.contains("| 2 | store | failed | 12 | kept |"), "{text}");
        assert!(text.contains("POST https://id.example.com/token?a=b%20c\n"), "{text}");
        assert!(text.contains("Begun 2026-01-01T00:00:00.5Z"), "{text}");
    }

    #[test]
    fn what_a_server_says_is_no_markup() {
        let text = document(&steps());
        assert!(text.contains(r"the answer \| \<b\>says\</b\> \[no\](http://evil) \# x"), "{text}");
        let body = text.split("````http").nth(1).unwrap_or_default();
        assert!(body.contains("```\\n# no heading"), "a fence in a body does not end the block: {text}");
    }
}
