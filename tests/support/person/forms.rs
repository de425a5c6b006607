//! Just enough HTML to find forms in the pages of providers that we know. No parser for the web at large.

/// A form as it stands on a page.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Form {
    pub action: String,
    pub posts: bool,
    fields: Vec<(String, String)>,
    buttons: Vec<Button>,
    password: Option<usize>,
    username: Option<usize>,
}

#[derive(Debug, Default, PartialEq)]
struct Button {
    label: String,
    /// What pressing it adds to the fields.
    field: Option<(String, String)>,
}

impl Form {
    pub fn asks_for_password(&self) -> bool {
        self.password.is_some()
    }

    pub fn fill(&mut self, username: &str, password: &str) {
        for (at, value) in [(self.username, username), (self.password, password)] {
            if let Some(at) = at {
                value.clone_into(&mut self.fields[at].1);
            }
        }
    }

    /// The fields as the button that goes on sends them; `None` when the form's only buttons refuse.
    pub fn go_on(&self) -> Option<Vec<(String, String)>> {
        if self.buttons.is_empty() {
            return Some(self.fields.clone()); // a form that a script submits
        }
        self.press(false)
    }

    /// The fields as a Cancel or Deny button sends them, if there is one.
    pub fn refuse(&self) -> Option<Vec<(String, String)>> {
        self.press(true)
    }

    fn press(&self, refusing: bool) -> Option<Vec<(String, String)>> {
        let button = self.buttons.iter().find(|button| self.refuses(button) == refusing)?;
        Some(self.fields.iter().cloned().chain(button.field.clone()).collect())
    }

    fn refuses(&self, button: &Button) -> bool {
        let said = format!("{} {}", self.action, button.label).to_lowercase();
        ["deny", "cancel", "refuse", "abort"].iter().any(|word| said.contains(word))
    }
}

/// The forms of a page, in order.
pub(super) fn in_page(page: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    let mut open: Option<Form> = None;
    for piece in page.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        match (name.to_ascii_lowercase().as_str(), &mut open) {
            ("form", _) => {
                let posts =
                    attribute(attributes, "method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
                let action = attribute(attributes, "action").unwrap_or_default();
                open = Some(Form { action, posts, ..Form::default() });
            }
            ("/form", _) => forms.extend(open.take()),
            ("input", Some(form)) => add_input(form, attributes),
            ("button", Some(form)) => {
                let value = || attribute(attributes, "value").unwrap_or_default();
                let field = attribute(attributes, "name").map(|name| (name, value()));
                form.buttons.push(Button { label: unescape(text.trim()), field });
            }
            _ => {}
        }
    }
    forms
}

/// The page without its tags, on one line, for messages.
pub(super) fn text(page: &str) -> String {
    let body = page.rsplit("</style>").next().unwrap_or(page);
    let words = body.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    let line = unescape(&words.collect::<Vec<_>>().join(" "));
    line.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(400).collect()
}

fn add_input(form: &mut Form, attributes: &str) {
    let kind = attribute(attributes, "type").unwrap_or_else(|| "text".to_owned()).to_ascii_lowercase();
    let Some(name) = attribute(attributes, "name") else { return };
    let at = Some(form.fields.len());
    match kind.as_str() {
        "password" => form.password = at,
        "text" | "email" if form.username.is_none() => form.username = at,
        "checkbox" | "radio" if !attributes.contains("checked") => return,
        _ => {}
    }
    form.fields.push((name, attribute(attributes, "value").unwrap_or_default()));
}

/// The value of an attribute; quotes are required around values with anything but letters in them.
fn attribute(attributes: &str, name: &str) -> Option<String> {
    let mut rest = attributes;
    loop {
        let at = rest.find(name)?;
        let before = rest[..at].chars().next_back();
        let after = &rest[at + name.len()..];
        if before.is_none_or(char::is_whitespace)
            && let Some(value) = after.trim_start().strip_prefix('=')
        {
            let value = value.trim_start();
            let quote = value.chars().next().filter(|char| matches!(char, '"' | '\''));
            let raw = match quote {
                Some(quote) => value[1..].split(quote).next(),
                None => value.split(|char: char| char.is_whitespace() || char == '/').next(),
            };
            return raw.map(unescape);
        }
        rest = after;
    }
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(';').filter(|end| *end < 10);
        let char = end.and_then(|end| entity(&rest[1..end]));
        match (char, end) {
            (Some(char), Some(end)) => {
                out.push(char);
                rest = &rest[end + 1..];
            }
            _ => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn fills_the_form_with_the_password_and_keeps_hidden_fields() {
        let page = r#"<form method="post" action="/login?a=1&amp;b=2"><input type=hidden name="csrf" value="x&#38;y">
            <label>User <input name="username" value=""></label><input name="password" type="password"><button>Sign in</button></form>"#;
        let mut form = in_page(page).remove(0);
        assert!(form.asks_for_password() && form.posts);
        form.fill("alice", "secret");
        assert_eq!(form.action, "/login?a=1&b=2");
        assert_eq!(
            form.go_on().unwrap(),
            pairs(&[("csrf", "x&y"), ("username", "alice"), ("password", "secret")])
        );
    }

    #[test]
    fn tells_a_refusal_from_a_consent() {
        let page = r#"<form method="post" action="/a"><button>Allow</button></form>
            <form method="post" action="/b"><button name="no" value="1">Cancel</button></form>"#;
        let forms = in_page(page);
        assert_eq!((forms[0].go_on(), forms[0].refuse()), (Some(vec![]), None));
        assert_eq!((forms[1].go_on(), forms[1].refuse()), (None, Some(pairs(&[("no", "1")]))));
    }

    #[test]
    fn finds_both_answers_in_one_form() {
        let page = r#"<form method="post" action="/a"><button name="decision" value="allow">Allow</button>
            <button name="decision" value="no">Deny</button></form>"#;
        let form = in_page(page).remove(0);
        assert_eq!(form.go_on().unwrap(), pairs(&[("decision", "allow")]));
        assert_eq!(form.refuse().unwrap(), pairs(&[("decision", "no")]));
    }

    #[test]
    fn reads_an_attribute_by_its_whole_name() {
        assert_eq!(attribute(r#"data-name="x" name='y'"#, "name").as_deref(), Some("y"));
        assert_eq!(attribute("autofocus", "name"), None);
    }
}
