//! A request as a cURL command for a POSIX shell.

use gatepass_oauth::transcript::{RedactedExchange, SentRequest};

/// With the secrets blanked, as the flow log shows it.
pub(super) fn blanked(exchange: &RedactedExchange) -> String {
    let headers = exchange.request_headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    command(&exchange.method, &exchange.url, headers, &exchange.request_body)
}

/// As it left, for a person who asked for that.
pub(super) fn with_secrets(sent: &SentRequest) -> String {
    let headers = sent.headers.iter().map(|(name, value)| (name.as_str(), value.expose()));
    command(&sent.method, sent.url.expose(), headers, sent.body.expose())
}

fn command<'a>(
    method: &str,
    url: &str,
    headers: impl Iterator<Item = (&'a str, &'a str)>,
    body: &str,
) -> String {
    // Brackets and braces in a URL are patterns to curl.
    let literal = if url.contains(['[', ']', '{', '}']) { "--globoff " } else { "" };
    let mut parts = vec![format!("curl {literal}-X {} {}", quoted(method), quoted(url))];
    parts.extend(headers.map(|(name, value)| {
        // A header without a value is one that curl leaves out, unless it ends with a semicolon.
        let header = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        format!("-H {}", quoted(&header))
    }));
    if !body.is_empty() {
        parts.push(format!("--data-raw {}", quoted(body)));
    }
    parts.join(" \\\n  ")
}

/// One word of a POSIX shell (§2.2.2 of its command language): between single quotes nothing has a meaning. NUL
/// cannot be in a word at all.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\0', "\u{fffd}").replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::process::Command;

    use super::*;

    /// The words that a shell makes of a command, without running it.
    fn words(command: &str) -> Vec<String> {
        let script = format!("curl() {{ printf '%s\\0' \"$@\"; }}\n{command}");
        let out = Command::new("sh").arg("-c").arg(script).output().unwrap();
        assert!(out.status.success(), "{command}");
        let text = String::from_utf8(out.stdout).unwrap();
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    /// Pseudo-random text of everything that has a meaning to a shell, the same in each run.
    fn hostile(seed: u64) -> String {
        const PIECES: [&str; 24] = [
            "'",
            "\"",
            "\\",
            "$(touch pwned)",
            "`id`",
            "\n",
            "\r",
            "\t",
            ";",
            "&",
            "|",
            ">",
            "<",
            "*",
            "?",
            "~",
            "#",
            "!",
            "${HOME}",
            "é",
            "\u{202e}",
            "\u{1b}[31m",
            "-",
            "a b",
        ];
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut text = String::new();
        for _ in 0..8 {
            state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
            text.push_str(PIECES[(state >> 59) as usize % PIECES.len()]);
        }
        text
    }

    /// How many texts are tried; the long run sets it to 5,000.
    fn cases() -> u64 {
        std::env::var("GATEPASS_CURL_CASES").ok().map_or(200, |text| text.parse().unwrap())
    }

    #[test]
    fn hostile_text_reaches_curl_as_it_is_and_runs_nothing() {
        for seed in 0..cases() {
            let (header, body) = (hostile(seed), hostile(seed + 10_000));
            let exchange = RedactedExchange {
                method: "POST".to_owned(),
                url: format!("https://id.example.com/token?q={}", hostile(seed + 20_000)),
                request_headers: vec![("x-note".to_owned(), header.clone())],
                request_body: body.clone(),
                status: 200,
                response_headers: Vec::new(),
                response_body: String::new(),
            };
            let words: Vec<String> =
                words(&blanked(&exchange)).into_iter().filter(|word| word != "--globoff").collect();
            let header = format!("x-note: {header}");
            assert_eq!(words, ["-X", "POST", exchange.url.as_str(), "-H", &header, "--data-raw", &body]);
        }
    }

    #[test]
    fn the_url_is_no_pattern_to_curl() {
        let sent = SentRequest::of(&http::Request::get("https://h/a?b[0]=c").body(Vec::new()).unwrap());
        assert_eq!(with_secrets(&sent), "curl --globoff -X GET 'https://h/a?b[0]=c'");
    }
}
