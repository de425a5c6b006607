//! A request as a cURL command line, for a POSIX shell.

use gatepass_core::pipeline::{Composed, ComposedBody, ComposedContent};

/// One option a line. Everything that comes from the request stands between quotes: whatever it holds, the shell hands
/// it to cURL as it is, and cURL takes it for what it is.
pub fn write(request: &Composed) -> String {
    let mut options = Vec::new();
    let has_body = !matches!(request.body, ComposedBody::None | ComposedBody::Bytes);
    match (request.method.as_str(), has_body) {
        ("GET", false) | ("POST", true) => {}
        ("HEAD", false) => options.push("--head".to_owned()),
        (method, _) => options.push(format!("--request {}", quoted(method))),
    }
    // Brackets and braces in a URL are patterns to cURL.
    if request.url.contains(['[', ']', '{', '}']) {
        options.push("--globoff".to_owned());
    }
    if request.follow_redirects {
        options.push("--location".to_owned());
    }
    if !request.verify_tls {
        options.push("--insecure".to_owned());
    }
    if let Some(challenge) = &request.challenge {
        options.push(format!("--{}", challenge.scheme));
        options.push(format!("--user {}", quoted(&format!("{}:{}", challenge.username, challenge.password))));
    }
    for (name, value) in &request.headers {
        // cURL drops a header without value unless it ends with a semicolon.
        let line = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        options.push(format!("--header {}", quoted(&line)));
    }
    match &request.body {
        ComposedBody::None | ComposedBody::Bytes => {}
        ComposedBody::Text(text) => options.push(format!("--data-raw {}", quoted(text))),
        ComposedBody::File(path) => {
            options.push(format!("--data-binary {}", quoted(&format!("@{}", path.display()))));
        }
        ComposedBody::Form(parts) => {
            for part in parts {
                let kind = part.content_type.as_ref().map(|kind| format!(";type={kind}")).unwrap_or_default();
                let (marker, content) = match &part.content {
                    ComposedContent::Text(text) => ("", text.clone()),
                    ComposedContent::File(path) => ("@", path.display().to_string()),
                };
                let content = content.replace('\\', "\\\\").replace('"', "\\\"");
                options.push(format!(
                    "--form {}",
                    quoted(&format!("{}={marker}\"{content}\"{kind}", part.name))
                ));
            }
        }
    }
    let mut command = format!("curl --url {}", quoted(&request.url));
    for option in options {
        command.push_str(" \\\n  ");
        command.push_str(&option);
    }
    command
}

/// Between single quotes; with control characters that a terminal could act on, in the form of `$'…'`.
fn quoted(text: &str) -> String {
    let acts = |character: char| character.is_control() && character != '\n' && character != '\t';
    if !text.chars().any(acts) {
        return format!("'{}'", text.replace('\'', "'\\''"));
    }
    let mut out = String::from("$'");
    for character in text.chars() {
        match character {
            '\'' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            character if character.is_control() => {
                let mut bytes = [0; 4];
                for byte in character.encode_utf8(&mut bytes).bytes() {
                    out.push_str(&format!("\\x{byte:02x}"));
                }
            }
            character => out.push(character),
        }
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::process::Command;

    use gatepass_core::pipeline::{ComposedChallenge, ComposedPart};

    use super::*;

    fn request(body: ComposedBody) -> Composed {
        Composed {
            method: "POST".into(),
            url: "https://api.test/a?q=it's".into(),
            headers: vec![
                ("X-Note".into(), "$HOME `id` \"q\" 'x' \\".into()),
                ("X-Empty".into(), String::new()),
            ],
            body,
            challenge: None,
            follow_redirects: true,
            verify_tls: true,
            notes: Vec::new(),
        }
    }

    /// What a shell hands to the command.
    fn arguments(command: &str) -> Vec<String> {
        let script = format!("curl() {{ printf '%s\\0' \"$@\"; }}\n{command}");
        let output = Command::new("bash").args(["-c", &script]).output().unwrap();
        assert!(output.status.success(), "{command}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.trim_end_matches('\0').split('\0').map(str::to_owned).collect()
    }

    #[test]
    fn a_shell_hands_over_what_was_meant() {
        let command = write(&request(ComposedBody::Text("@not a file\nit's\u{1b}[31m\u{7f}".into())));
        assert!(!command.contains('\u{1b}'), "a terminal that shows it is left alone");
        assert_eq!(
            arguments(&command),
            [
                "--url",
                "https://api.test/a?q=it's",
                "--location",
                "--header",
                "X-Note: $HOME `id` \"q\" 'x' \\",
                "--header",
                "X-Empty;",
                "--data-raw",
                "@not a file\nit's\u{1b}[31m\u{7f}",
            ]
        );
    }

    #[test]
    fn a_form_says_which_of_its_fields_are_files() {
        let part = |name: &str, content| ComposedPart { name: name.into(), content_type: None, content };
        let parts = vec![
            part("note", ComposedContent::Text("@\"x\";type=y".into())),
            ComposedPart {
                content_type: Some("image/png".into()),
                ..part("photo", ComposedContent::File("/tmp/a b.png".into()))
            },
        ];
        let arguments = arguments(&write(&request(ComposedBody::Form(parts))));
        assert!(arguments.contains(&"note=\"@\\\"x\\\";type=y\"".to_owned()), "{arguments:?}");
        assert!(arguments.contains(&"photo=@\"/tmp/a b.png\";type=image/png".to_owned()), "{arguments:?}");
    }

    #[test]
    fn what_comes_out_can_be_read_back() {
        let mut composed = request(ComposedBody::Text("{\"a\": 1}".into()));
        composed.challenge =
            Some(ComposedChallenge { scheme: "digest", username: "alice".into(), password: "p".into() });
        let imported = crate::read(write(&composed).as_bytes(), "").unwrap();
        let request = imported.branches[0].children[0].definition.request.clone().unwrap();
        assert_eq!((request.method.as_str(), request.url.as_str()), ("POST", "https://api.test/a?q=it's"));
    }
}
