//! Nunjucks templates, as far as they are variables.

use crate::imported::Notes;
use crate::parts::shown;
use crate::placeholders::{rewrite, variable};

/// The text with our variables.
pub(super) fn translate(text: &str, notes: &mut Notes) -> String {
    if !text.contains("{{") && !text.contains("{%") {
        return text.to_owned();
    }
    let text = rewrite(text, |name| {
        if name.contains(['|', '(', '+']) {
            notes.warn(
                format!("The template {{{{ {} }}}} is more than a variable", shown(name)),
                "It stays as it is: replace it with a variable",
            );
        }
        variable(bare(name))
    });
    translate_tags(&text, notes)
}

/// `_.name`, `_['name']`.
fn bare(name: &str) -> &str {
    let name = name.strip_prefix("_.").unwrap_or(name);
    let indexed = name.strip_prefix("_[").and_then(|name| name.strip_suffix(']'));
    indexed.map_or(name, |name| name.trim_matches(['\'', '"']))
}

/// `{% uuid 'v4' %}` and its kin. Every character is looked at once.
fn translate_tags(text: &str, notes: &mut Notes) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{%") {
        let Some(length) = rest[start..].find("%}") else { break };
        out.push_str(&rest[..start]);
        let whole = &rest[start..start + length + 2];
        let tag = whole[2..length.max(2)].trim();
        out.push_str(&match ours(tag) {
            Some(name) => variable(name),
            None => {
                notes.warn(
                    format!("The tag {{% {} %}} is one that only Insomnia knows", shown(tag)),
                    "It stays as it is: replace it with a variable, or set one in a script",
                );
                whole.to_owned()
            }
        });
        rest = &rest[start + length + 2..];
    }
    out.push_str(rest);
    out
}

fn ours(tag: &str) -> Option<&'static str> {
    let mut words = tag.split([' ', ',']).filter(|word| !word.is_empty());
    let name = words.next()?;
    let argument = words.next().unwrap_or_default().trim_matches(['\'', '"']);
    match (name, argument) {
        ("uuid", "v4" | "") => Some("$guid"),
        ("timestamp", _) | ("now", "unix") => Some("$timestamp"),
        ("now", "iso-8601" | "") => Some("$isoTimestamp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_and_tags_get_our_names() {
        for (theirs, ours) in [
            ("{{ _.host }}/{{path}}/{{ _['a-b'] }}", "{{host}}/{{path}}/{{a-b}}"),
            ("{% uuid 'v4' %} {% now 'iso-8601', '' %}", "{{$guid}} {{$isoTimestamp}}"),
            ("{% response 'body', 'req' %}", "{% response 'body', 'req' %}"),
            ("{%", "{%"),
            ("{%}", "{%}"),
        ] {
            assert_eq!(translate(theirs, &mut Notes::default()), ours);
        }
    }
}
