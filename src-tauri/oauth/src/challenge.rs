//! What a 401 asks for: the challenges of `WWW-Authenticate` (RFC 9110 §11.6.1), as bearer and DPoP APIs use them
//! (RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3, RFC 9728 §5.1).

/// One challenge: a scheme with its parameters, names in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    pub scheme: String,
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// A parameter, for example `error`.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Whether it comes from an API that takes OAuth tokens.
    pub fn is_for_tokens(&self) -> bool {
        ["bearer", "dpop"].iter().any(|scheme| self.scheme.eq_ignore_ascii_case(scheme))
    }
}

/// The sign-in that an API wants to be made anew, stronger or fresher (RFC 9470).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepUp {
    pub acr_values: Option<String>,
    pub max_age: Option<u64>,
}

/// Reads the challenges of a header, or of several joined with `, `. What does not fit the grammar is passed over.
pub fn challenges(www_authenticate: &str) -> Vec<Challenge> {
    let mut found: Vec<Challenge> = Vec::new();
    let mut rest = www_authenticate;
    while let Some((word, after)) = next_word(rest) {
        rest = after;
        if let Some(value) = rest.trim_start().strip_prefix('=') {
            let (value, after) = read_value(value.trim_start());
            rest = after;
            if let Some(challenge) = found.last_mut() {
                challenge.parameters.push((word.to_ascii_lowercase(), value));
            }
        } else {
            found.push(Challenge { scheme: word.to_owned(), parameters: Vec::new() });
        }
    }
    found
}

/// The address of the API's own metadata (RFC 9728 §5.1), from which an auth config can be filled in.
pub fn resource_metadata(www_authenticate: &str) -> Option<String> {
    challenges(www_authenticate)
        .iter()
        .find_map(|challenge| challenge.parameter("resource_metadata"))
        .map(str::to_owned)
}

/// The stronger sign-in that is asked for, if that is what the challenge is about.
pub fn step_up(www_authenticate: &str) -> Option<StepUp> {
    let challenges = challenges(www_authenticate);
    let challenge = challenges
        .iter()
        .find(|challenge| challenge.parameter("error") == Some("insufficient_user_authentication"))?;
    Some(StepUp {
        acr_values: challenge.parameter("acr_values").map(str::to_owned),
        max_age: challenge.parameter("max_age").and_then(|text| text.parse().ok()),
    })
}

fn next_word(text: &str) -> Option<(&str, &str)> {
    let start = text.find(is_token_character)?;
    let text = &text[start..];
    let end = text.find(|c| !is_token_character(c)).unwrap_or(text.len());
    Some(text.split_at(end))
}

/// A token, or a quoted text with its escapes undone.
fn read_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

fn is_token_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~/".contains(character)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn reads_several_challenges_with_quoted_and_plain_values() {
        let found = challenges(
            r#"Basic realm="a, \"b\"", Bearer error="invalid_token",error_description="x, error=y" , DPoP algs=ES256, error=use_dpop_nonce"#,
        );
        let schemes: Vec<_> = found.iter().map(|challenge| challenge.scheme.as_str()).collect();
        assert_eq!(schemes, ["Basic", "Bearer", "DPoP"]);
        assert_eq!(found[0].parameter("realm"), Some(r#"a, "b""#));
        assert_eq!(found[1].parameter("error"), Some("invalid_token"));
        assert_eq!(found[2].parameter("error"), Some("use_dpop_nonce"));
    }

    #[test]
    fn an_error_named_in_a_description_is_none() {
        let found = challenges(r#"Bearer error_description="error=\"invalid_token\"""#);
        assert_eq!(found[0].parameter("error"), None);
    }

    #[test]
    fn finds_the_resource_metadata_and_the_step_up() {
        let text = r#"Bearer error="insufficient_user_authentication", acr_values="gold silver", max_age="5", resource_metadata="https://api/.well-known/oauth-protected-resource""#;
        assert_eq!(resource_metadata(text).unwrap(), "https://api/.well-known/oauth-protected-resource");
        let expected = StepUp { acr_values: Some("gold silver".to_owned()), max_age: Some(5) };
        assert_eq!(step_up(text), Some(expected));
        assert_eq!(step_up("Bearer"), None);
    }

    #[test]
    fn nonsense_is_passed_over() {
        for text in ["", ",,,", "=", "\"", "Bearer error=\"", "é=\u{0}", "Bearer error"] {
            let _ = challenges(text);
        }
    }
}
