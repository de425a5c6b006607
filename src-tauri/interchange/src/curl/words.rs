//! Command lines into words, by the quoting of the shell that they were written for.

use std::iter::Peekable;
use std::str::Chars;

use crate::failure::{ReadFailure, ReadFailureKind};

/// The words of each command that calls curl, without `curl` itself, and the shell variables that they use.
pub(super) fn split(text: &str) -> Result<(Vec<Vec<String>>, Vec<String>), ReadFailure> {
    let mut lexer = Lexer { chars: text.chars().peekable(), ..Lexer::default() };
    if is_command_prompt(text) { lexer.command_prompt() } else { lexer.posix() }?;
    let commands = lexer.commands.into_iter().filter_map(|mut words| {
        let at = curl_at(&words)?;
        Some(words.split_off(at + 1))
    });
    Ok((commands.collect(), lexer.variables))
}

/// Where `curl` stands: first, or behind what people copy along with it (`$ curl`, `sudo curl`, `A=b curl`).
pub(super) fn curl_at(words: &[impl AsRef<str>]) -> Option<usize> {
    for (at, word) in words.iter().enumerate().take(8) {
        let word = word.as_ref();
        let program = word.rsplit(['/', '\\']).next().unwrap_or(word);
        if program.eq_ignore_ascii_case("curl") || program.eq_ignore_ascii_case("curl.exe") {
            return Some(at);
        }
        let assignment = word.split_once('=').is_some_and(|(name, _)| is_name(name));
        if !assignment && !matches!(word, "$" | "%" | ">" | "sudo" | "time" | "exec" | "command") {
            return None;
        }
    }
    None
}

/// Whether carets quote: at the ends of lines, or before quotation marks as browsers copy them.
fn is_command_prompt(text: &str) -> bool {
    text.contains("^\"") || text.lines().any(|line| line.trim_end().ends_with('^'))
}

struct Lexer<'a> {
    chars: Peekable<Chars<'a>>,
    commands: Vec<Vec<String>>,
    words: Vec<String>,
    /// The word at hand; `None` between words (a word may be empty: `''`).
    word: Option<String>,
    variables: Vec<String>,
    /// Behind a pipe: what stands there is no command of its own.
    piped: bool,
}

impl Default for Lexer<'_> {
    fn default() -> Self {
        Self {
            chars: "".chars().peekable(),
            commands: Vec::new(),
            words: Vec::new(),
            word: None,
            variables: Vec::new(),
            piped: false,
        }
    }
}

impl Lexer<'_> {
    fn push(&mut self, character: char) {
        self.word.get_or_insert_default().push(character);
    }

    fn end_word(&mut self) {
        if let Some(word) = self.word.take()
            && !self.piped
        {
            self.words.push(word);
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        self.piped = false;
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }

    fn posix(&mut self) -> Result<(), ReadFailure> {
        while let Some(character) = self.chars.next() {
            match character {
                '\\' | '`' if self.at_line_end() => self.skip_line_end(),
                '\\' => {
                    if let Some(next) = self.chars.next() {
                        self.push(next);
                    }
                }
                '\'' => self.single_quoted()?,
                '"' => self.double_quoted()?,
                '$' if self.chars.peek() == Some(&'\'') => {
                    self.chars.next();
                    self.ansi_quoted()?;
                }
                '$' => self.variable(),
                '\n' | ';' => self.end_command(),
                '|' => {
                    self.end_word();
                    self.piped = self.chars.peek() != Some(&'|');
                    if !self.piped {
                        self.chars.next();
                        self.end_command();
                    }
                }
                // An ampersand within a word is meant as part of an unquoted URL.
                '&' if self.word.is_none() => self.end_command(),
                '#' if self.word.is_none() => self.skip_line(),
                character if character.is_whitespace() => self.end_word(),
                character => self.push(character),
            }
        }
        self.end_command();
        Ok(())
    }

    fn single_quoted(&mut self) -> Result<(), ReadFailure> {
        self.word.get_or_insert_default();
        loop {
            match self.chars.next() {
                Some('\'') => return Ok(()),
                Some(character) => self.push(character),
                None => return Err(unclosed('\'')),
            }
        }
    }

    fn double_quoted(&mut self) -> Result<(), ReadFailure> {
        self.word.get_or_insert_default();
        loop {
            match self.chars.next() {
                Some('"') => return Ok(()),
                Some('\\') => match self.chars.next() {
                    Some('\n') => {}
                    Some(quoted @ ('"' | '\\' | '$' | '`')) => self.push(quoted),
                    Some(other) => {
                        self.push('\\');
                        self.push(other);
                    }
                    None => return Err(unclosed('"')),
                },
                Some('$') => self.variable(),
                Some(character) => self.push(character),
                None => return Err(unclosed('"')),
            }
        }
    }

    /// `$'…'`, as browsers copy bodies with line breaks in them.
    fn ansi_quoted(&mut self) -> Result<(), ReadFailure> {
        self.word.get_or_insert_default();
        // Bytes, because \x41 and \303 are bytes of UTF-8.
        let mut bytes = Vec::new();
        loop {
            match self.chars.next() {
                Some('\'') => break,
                Some('\\') => self.ansi_escape(&mut bytes),
                Some(character) => push_utf8(&mut bytes, character),
                None => return Err(unclosed('\'')),
            }
        }
        self.word.get_or_insert_default().push_str(&String::from_utf8_lossy(&bytes));
        Ok(())
    }

    fn ansi_escape(&mut self, bytes: &mut Vec<u8>) {
        match self.chars.next() {
            Some('n') => bytes.push(b'\n'),
            Some('r') => bytes.push(b'\r'),
            Some('t') => bytes.push(b'\t'),
            Some('a') => bytes.push(7),
            Some('b') => bytes.push(8),
            Some('e' | 'E') => bytes.push(27),
            Some('f') => bytes.push(12),
            Some('v') => bytes.push(11),
            Some('x') => bytes.push(self.number(16, 2) as u8),
            Some('u') => push_utf8(bytes, self.scalar(4)),
            Some('U') => push_utf8(bytes, self.scalar(8)),
            Some(digit @ '0'..='7') => {
                let rest = self.octal(digit);
                bytes.push(rest as u8);
            }
            Some(other) => push_utf8(bytes, other),
            None => {}
        }
    }

    /// `\uXXXX`; two of them may be the halves of one character.
    fn scalar(&mut self, digits: usize) -> char {
        let unit = self.number(16, digits);
        if !(0xD800..0xDC00).contains(&unit) {
            return char::from_u32(unit).unwrap_or('\u{FFFD}');
        }
        let mut ahead = self.chars.clone();
        if ahead.next() != Some('\\') || ahead.next() != Some('u') {
            return '\u{FFFD}';
        }
        self.chars = ahead;
        let low = self.number(16, 4);
        let joined = 0x10000 + ((unit - 0xD800) << 10) + (low.wrapping_sub(0xDC00) & 0x3FF);
        char::from_u32(joined).unwrap_or('\u{FFFD}')
    }

    fn octal(&mut self, first: char) -> u32 {
        let first = first.to_digit(8).unwrap_or(0);
        let mut value = first;
        for _ in 0..2 {
            let Some(digit) = self.chars.peek().and_then(|next| next.to_digit(8)) else { break };
            value = value * 8 + digit;
            self.chars.next();
        }
        value
    }

    fn number(&mut self, radix: u32, digits: usize) -> u32 {
        let mut value: u32 = 0;
        for _ in 0..digits {
            let Some(digit) = self.chars.peek().and_then(|next| next.to_digit(radix)) else { break };
            value = value.wrapping_mul(radix) | digit;
            self.chars.next();
        }
        value
    }

    /// `$NAME` and `${NAME}` become our variables; anything else behind a dollar stays as it is.
    fn variable(&mut self) {
        let mut ahead = self.chars.clone();
        let braced = ahead.peek() == Some(&'{');
        if braced {
            ahead.next();
        }
        let mut name = String::new();
        while let Some(next) = ahead.peek().filter(|next| next.is_ascii_alphanumeric() || **next == '_') {
            name.push(*next);
            ahead.next();
        }
        if !is_name(&name) || braced && ahead.next() != Some('}') {
            self.push('$');
            return;
        }
        self.chars = ahead;
        self.word.get_or_insert_default().push_str(&format!("{{{{{name}}}}}"));
        if self.variables.len() < 100 && !self.variables.contains(&name) {
            self.variables.push(name);
        }
    }

    /// Windows: a caret takes the meaning from the next character, and the program itself reads the quotes.
    fn command_prompt(&mut self) -> Result<(), ReadFailure> {
        let mut quoted = false;
        while let Some(character) = self.chars.next() {
            match character {
                '^' if self.at_line_end() => {
                    self.skip_line_end();
                    // Browsers write a line break within an argument as a caret and an empty line.
                    if quoted && self.at_line_end() {
                        self.skip_line_end();
                        self.push('\n');
                    }
                }
                '^' => match self.chars.next() {
                    Some('\\') if self.chars.peek() == Some(&'^') => {
                        self.chars.next();
                        let next = self.chars.next().unwrap_or('"');
                        self.push(next);
                    }
                    Some('"') => self.toggle(&mut quoted),
                    Some(next) => self.push(next),
                    None => {}
                },
                '\\' if matches!(self.chars.peek(), Some('"' | '\\')) => {
                    let next = self.chars.next().unwrap_or('\\');
                    self.push(next);
                }
                '"' if quoted && self.chars.peek() == Some(&'"') => {
                    self.chars.next();
                    self.push('"');
                }
                '"' => self.toggle(&mut quoted),
                character if quoted => self.push(character),
                '\n' => self.end_command(),
                '&' | '|' if self.word.is_none() => self.end_command(),
                character if character.is_whitespace() => self.end_word(),
                character => self.push(character),
            }
        }
        self.end_command();
        if quoted { Err(unclosed('"')) } else { Ok(()) }
    }

    fn toggle(&mut self, quoted: &mut bool) {
        *quoted = !*quoted;
        self.word.get_or_insert_default();
    }

    fn at_line_end(&mut self) -> bool {
        let mut ahead = self.chars.clone();
        match ahead.next() {
            Some('\r') => ahead.next() == Some('\n'),
            next => next == Some('\n'),
        }
    }

    fn skip_line_end(&mut self) {
        if self.chars.next() == Some('\r') {
            self.chars.next();
        }
    }

    fn skip_line(&mut self) {
        while self.chars.peek().is_some_and(|next| *next != '\n') {
            self.chars.next();
        }
    }
}

fn push_utf8(bytes: &mut Vec<u8>, character: char) {
    bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

fn unclosed(quote: char) -> ReadFailure {
    ReadFailure::new(
        ReadFailureKind::Broken,
        "The cURL command cannot be read",
        format!("A quotation mark ({quote}) is opened and not closed"),
        "Copy the whole command, from curl to the last argument.",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn words(text: &str) -> Vec<Vec<String>> {
        split(text).unwrap_or_else(|failure| panic!("{failure}")).0
    }

    #[test]
    fn quotes_of_a_posix_shell_are_read_as_it_reads_them() {
        for (written, read) in [
            (r#"curl 'a b'"c d"e\ f"#, "a bc de f"),
            (r#"curl 'it'\''s'"#, "it's"),
            (r#"curl "a \"b\" \n \\""#, r#"a "b" \n \"#),
            (r"curl $'a\nb\x41\u00e9\303\251\'\\'", "a\nbAéé'\\"),
            (r"curl $'\ud83d\ude00'", "😀"),
            ("curl ''", ""),
            ("curl a\\\n b", "a"),
            ("curl http://h/?a=1&b=2", "http://h/?a=1&b=2"),
        ] {
            assert_eq!(words(written)[0][0], read, "{written}");
        }
    }

    #[test]
    fn quotes_of_the_command_prompt_are_read_as_it_reads_them() {
        let copied = "curl ^\"https://h/?a=1^&b=2^\" ^\r\n  -H ^\"x: y^\" ^\r\n  --data-raw ^\"^{^\\^\"a^\\^\": 1^}^\"";
        assert_eq!(words(copied), [["https://h/?a=1&b=2", "-H", "x: y", "--data-raw", r#"{"a": 1}"#]]);
        let typed = "curl ^\n -d \"{\\\"a\\\": 1}\" https://h/";
        assert_eq!(words(typed), [["-d", r#"{"a": 1}"#, "https://h/"]]);
    }

    #[test]
    fn several_commands_are_told_apart_and_others_are_left_out() {
        let text = "# first\n$ curl a | jq .x\ncurl b && curl c; echo done\nsudo curl d # last\n";
        let first: Vec<String> = words(text).into_iter().map(|mut words| words.remove(0)).collect();
        assert_eq!(first, ["a", "b", "c", "d"]);
    }

    #[test]
    fn variables_of_the_shell_become_ours_outside_of_single_quotes() {
        let (commands, variables) = split(r#"curl "$HOST/${ID}" '$not' $5"#).unwrap();
        assert_eq!(commands[0], ["{{HOST}}/{{ID}}", "$not", "$5"]);
        assert_eq!(variables, ["HOST", "ID"]);
    }

    #[test]
    fn an_open_quote_is_said() {
        for text in ["curl 'a", "curl \"a", "curl $'a", "curl ^\"a"] {
            assert!(split(text).is_err_and(|failure| failure.cause.contains("not closed")), "{text}");
        }
    }
}
