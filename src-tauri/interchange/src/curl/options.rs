//! cURL's options: how they are spelt, which take a value, and which change nothing about the request.

/// One-letter options and their long names.
const SHORT: [(char, &str); 59] = [
    ('0', "http1.0"),
    ('1', "tlsv1"),
    ('2', "sslv2"),
    ('3', "sslv3"),
    ('4', "ipv4"),
    ('6', "ipv6"),
    ('a', "append"),
    ('A', "user-agent"),
    ('b', "cookie"),
    ('B', "use-ascii"),
    ('c', "cookie-jar"),
    ('C', "continue-at"),
    ('d', "data"),
    ('D', "dump-header"),
    ('e', "referer"),
    ('E', "cert"),
    ('f', "fail"),
    ('F', "form"),
    ('g', "globoff"),
    ('G', "get"),
    ('h', "help"),
    ('H', "header"),
    ('i', "include"),
    ('I', "head"),
    ('j', "junk-session-cookies"),
    ('J', "remote-header-name"),
    ('k', "insecure"),
    ('K', "config"),
    ('l', "list-only"),
    ('L', "location"),
    ('m', "max-time"),
    ('M', "manual"),
    ('n', "netrc"),
    ('N', "no-buffer"),
    ('o', "output"),
    ('O', "remote-name"),
    ('p', "proxytunnel"),
    ('P', "ftp-port"),
    ('q', "disable"),
    ('Q', "quote"),
    ('r', "range"),
    ('R', "remote-time"),
    ('s', "silent"),
    ('S', "show-error"),
    ('t', "telnet-option"),
    ('T', "upload-file"),
    ('u', "user"),
    ('U', "proxy-user"),
    ('v', "verbose"),
    ('V', "version"),
    ('w', "write-out"),
    ('x', "proxy"),
    ('X', "request"),
    ('y', "speed-time"),
    ('Y', "speed-limit"),
    ('z', "time-cond"),
    ('Z', "parallel"),
    ('#', "progress-bar"),
    (':', "next"),
];

/// Long options whose value is the next word.
const WITH_VALUE: &[&str] = &[
    "abstract-unix-socket",
    "alt-svc",
    "aws-sigv4",
    "cacert",
    "capath",
    "cert",
    "cert-type",
    "ciphers",
    "config",
    "connect-timeout",
    "connect-to",
    "continue-at",
    "cookie",
    "cookie-jar",
    "create-file-mode",
    "crlfile",
    "curves",
    "data",
    "data-ascii",
    "data-binary",
    "data-raw",
    "data-urlencode",
    "delegation",
    "dns-interface",
    "dns-servers",
    "doh-url",
    "dump-header",
    "egd-file",
    "engine",
    "etag-compare",
    "etag-save",
    "expect100-timeout",
    "form",
    "form-string",
    "ftp-port",
    "happy-eyeballs-timeout-ms",
    "haproxy-clientip",
    "header",
    "hostpubmd5",
    "hsts",
    "interface",
    "ipfs-gateway",
    "json",
    "keepalive-time",
    "key",
    "key-type",
    "limit-rate",
    "local-port",
    "login-options",
    "max-filesize",
    "max-redirs",
    "max-time",
    "netrc-file",
    "noproxy",
    "oauth2-bearer",
    "output",
    "output-dir",
    "parallel-max",
    "pass",
    "pinnedpubkey",
    "preproxy",
    "proto",
    "proto-default",
    "proto-redir",
    "proxy",
    "proxy-cacert",
    "proxy-cert",
    "proxy-header",
    "proxy-key",
    "proxy-pass",
    "proxy-user",
    "proxy1.0",
    "pubkey",
    "quote",
    "random-file",
    "range",
    "rate",
    "referer",
    "request",
    "request-target",
    "resolve",
    "retry",
    "retry-delay",
    "retry-max-time",
    "service-name",
    "socks4",
    "socks4a",
    "socks5",
    "socks5-hostname",
    "speed-limit",
    "speed-time",
    "stderr",
    "telnet-option",
    "time-cond",
    "tls-max",
    "tls13-ciphers",
    "tlspassword",
    "tlsuser",
    "trace",
    "trace-ascii",
    "unix-socket",
    "upload-file",
    "url",
    "url-query",
    "user",
    "user-agent",
    "variable",
    "write-out",
];

/// Options about the terminal, files for the output, and repetition: the request is the same without them.
const WITHOUT_MEANING: &[&str] = &[
    "compressed",
    "connect-timeout",
    "cookie-jar",
    "create-dirs",
    "disable",
    "dump-header",
    "fail",
    "fail-early",
    "fail-with-body",
    "globoff",
    "help",
    "include",
    "ipv4",
    "ipv6",
    "keepalive-time",
    "limit-rate",
    "no-buffer",
    "no-progress-meter",
    "output",
    "output-dir",
    "parallel",
    "parallel-max",
    "path-as-is",
    "progress-bar",
    "remote-header-name",
    "remote-name",
    "remote-name-all",
    "remote-time",
    "retry",
    "retry-all-errors",
    "retry-connrefused",
    "retry-delay",
    "retry-max-time",
    "show-error",
    "silent",
    "speed-limit",
    "speed-time",
    "ssl-no-revoke",
    "ssl-reqd",
    "stderr",
    "styled-output",
    "tcp-nodelay",
    "tlsv1",
    "tlsv1.2",
    "tlsv1.3",
    "trace",
    "trace-ascii",
    "trace-time",
    "verbose",
    "write-out",
    "basic",
    "anyauth",
    "junk-session-cookies",
    "no-keepalive",
    "no-sessionid",
    "proto",
    "proto-default",
    "proto-redir",
];

pub(super) fn has_meaning(name: &str) -> bool {
    !WITHOUT_MEANING.contains(&name)
}

/// What a word of a command line is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Argument {
    Url(String),
    /// The long name, and the value if it takes one.
    Option(String, Option<String>),
}

/// Reads the words of one command.
pub(super) fn read(words: Vec<String>) -> Vec<Argument> {
    let mut arguments = Vec::new();
    let mut words = words.into_iter();
    let mut only_urls = false;
    while let Some(word) = words.next() {
        if only_urls || !word.starts_with('-') || word == "-" {
            arguments.push(Argument::Url(word));
        } else if word == "--" {
            only_urls = true;
        } else if let Some(long) = word.strip_prefix("--") {
            arguments.push(read_long(long, &mut words));
        } else {
            read_short(&word[1..], &mut words, &mut arguments);
        }
    }
    arguments
}

fn read_long(long: &str, words: &mut impl Iterator<Item = String>) -> Argument {
    let takes_value = |name: &str| WITH_VALUE.contains(&name);
    match long.split_once('=') {
        Some((name, value)) if takes_value(name) => Argument::Option(name.to_owned(), Some(value.to_owned())),
        _ if takes_value(long) => Argument::Option(long.to_owned(), words.next()),
        _ => Argument::Option(long.to_owned(), None),
    }
}

/// `-sSL`, `-XPOST`, `-H 'a: b'`: letters, until one that takes the rest, or the next word, as its value.
fn read_short(letters: &str, words: &mut impl Iterator<Item = String>, arguments: &mut Vec<Argument>) {
    for (at, letter) in letters.char_indices() {
        let Some((_, long)) = SHORT.iter().find(|(short, _)| *short == letter) else {
            arguments.push(Argument::Option(letter.to_string(), None));
            continue;
        };
        if WITH_VALUE.contains(long) {
            let rest = &letters[at + letter.len_utf8()..];
            let value = if rest.is_empty() { words.next() } else { Some(rest.to_owned()) };
            arguments.push(Argument::Option((*long).to_owned(), value));
            return;
        }
        arguments.push(Argument::Option((*long).to_owned(), None));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_may_stand_together_and_hold_their_value() {
        let option =
            |name: &str, value: Option<&str>| Argument::Option(name.to_owned(), value.map(str::to_owned));
        let words = ["-sLXPUT", "-H", "a: b", "--data=x", "-", "--", "-u"].map(str::to_owned);
        assert_eq!(
            read(words.to_vec()),
            [
                option("silent", None),
                option("location", None),
                option("request", Some("PUT")),
                option("header", Some("a: b")),
                option("data", Some("x")),
                Argument::Url("-".to_owned()),
                Argument::Url("-u".to_owned()),
            ]
        );
    }
}
