//! `{{placeholders}}` of other tools on their way to ours.

/// Longer than any name; what is longer is text that happens to hold braces.
const NAME_LIMIT: usize = 300;

/// Rewrites the inside of each `{{…}}`: `translate` gets it without the blanks around it, and answers what to write
/// in its place, braces included. Every character is looked at once.
pub(crate) fn rewrite(text: &str, mut translate: impl FnMut(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        out.push_str(&rest[..start]);
        // Of more braces the innermost two belong to the name.
        let braces = rest[start..].len() - rest[start..].trim_start_matches('{').len();
        out.push_str(&rest[start..start + braces - 2]);
        rest = &rest[start + braces..];
        match inside(rest) {
            Some(name) => {
                out.push_str(&translate(name.trim()));
                rest = &rest[name.len() + 2..];
            }
            None => out.push_str("{{"),
        }
    }
    out.push_str(rest);
    out
}

/// What stands before the closing braces.
fn inside(rest: &str) -> Option<&str> {
    let mut end = rest.len().min(NAME_LIMIT);
    while !rest.is_char_boundary(end) {
        end -= 1;
    }
    let name = &rest[..end];
    let name = &name[..name.find("}}")?];
    (!name.trim().is_empty() && !name.contains(['{', '\n'])).then_some(name)
}

/// `{{name}}`.
pub(crate) fn variable(name: &str) -> String {
    format!("{{{{{name}}}}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_braces_changes() {
        let upper = |text: &str| rewrite(text, |name| variable(&name.to_uppercase()));
        for (text, expected) in [
            ("a {{ b }} c {{d}}", "a {{B}} c {{D}}"),
            ("{{{a}}}", "{{{A}}}"),
            ("{\"a\": {\"b\": {{c}}}}", "{\"a\": {\"b\": {{C}}}}"),
            ("{{ open", "{{ open"),
            ("{{}} {{a\nb}}", "{{}} {{a\nb}}"),
        ] {
            assert_eq!(upper(text), expected);
        }
    }
}
