//! The pages that people see: plain HTML, no external content, no script but the one that posts a form response.

mod front;
mod style;

use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::StatusCode;
use url::{Host, Url};

pub(crate) use front::front;

use crate::{
    answer::Answer,
    authorization::{Interaction, Purpose},
    scope::SCOPES,
    users::{USERS, User},
};
use style::STYLE;

/// Posts the only form of the page; allowed by its hash in the policy.
const POST_AT_ONCE: &str = "document.forms[0].submit()";

/// An HTML page with its content security policy.
pub(crate) struct Page {
    title: String,
    /// Markup.
    main: String,
    /// Where its forms may lead, beside ourselves. Browsers check redirects that follow a form, too.
    form_target: Option<String>,
    posts_itself: bool,
    is_wide: bool,
}

impl Page {
    fn new(title: &str, main: String) -> Self {
        Self { title: title.to_owned(), main, form_target: None, posts_itself: false, is_wide: false }
    }

    /// Adds a link in a paragraph of its own.
    pub fn with_link(mut self, href: &str, text: &str) -> Self {
        let _ = write!(self.main, r#"<p><a href="{}">{}</a></p>"#, escape(href), escape(text));
        self
    }

    /// Adds the error's code, small, for those who know it.
    pub fn with_code(mut self, code: &str) -> Self {
        let _ = write!(self.main, r#"<p class="note">Error: <code>{}</code></p>"#, escape(code));
        self
    }

    pub fn html(&self) -> String {
        let script =
            if self.posts_itself { format!("<script>{POST_AT_ONCE}</script>") } else { String::new() };
        let class = if self.is_wide { r#" class="wide""# } else { "" };
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title} · Gatepass playground</title>\n\
             <style>{STYLE}</style>\n</head>\n<body>\n<main{class}>\n\
             <p class=\"brand\">Gatepass playground</p>\n<h1>{title}</h1>\n{main}\n</main>\n{script}</body>\n</html>\n",
            title = escape(&self.title),
            main = self.main,
        )
    }

    /// The `Content-Security-Policy`: nothing but our style, our forms, and (on one page) our script.
    pub fn policy(&self) -> String {
        let mut policy =
            format!("default-src 'none'; style-src '{}'; form-action 'self'", hash_source(STYLE));
        if let Some(target) = &self.form_target {
            let _ = write!(policy, " {target}");
        }
        if self.posts_itself {
            let _ = write!(policy, "; script-src '{}'", hash_source(POST_AT_ONCE));
        }
        policy.push_str("; base-uri 'none'; frame-ancestors 'none'");
        policy
    }
}

/// Something to read, a paragraph each.
pub(crate) fn message(title: &str, paragraphs: &[&str]) -> Page {
    let main = paragraphs.iter().fold(String::new(), |mut main, text| {
        let _ = write!(main, "<p>{}</p>", escape(text));
        main
    });
    Page::new(title, main)
}

/// The answer to a form that another site's page sent.
pub(crate) fn foreign_form() -> Answer {
    let page = message(
        "This form came from another page",
        &["The playground takes its own forms only. Start again in the app."],
    );
    Answer::page(StatusCode::FORBIDDEN, &page)
}

/// Asks for user name and password.
pub(crate) fn sign_in(id: &str, interaction: &Interaction, username: &str, error: Option<&str>) -> Page {
    let people: Vec<String> = USERS
        .iter()
        .map(|user| {
            format!(
                "<code>{}</code> (password <code>{}</code>)",
                escape(user.username),
                escape(user.password)
            )
        })
        .collect();
    let invalid = if error.is_some() { r#" aria-invalid="true" aria-describedby="error""# } else { "" };
    // What was typed first stays; the cursor goes where something is missing.
    let (focus_name, focus_password) =
        if username.is_empty() { (" autofocus", "") } else { ("", " autofocus") };
    let main = format!(
        r#"<p>to continue to <strong>{client}</strong></p>
{error}<form method="post" action="/interaction/{id}/sign-in">
<label for="username">User name</label>
<input id="username" name="username" type="text" value="{username}" autocomplete="username" autocapitalize="none" spellcheck="false" required{focus_name}{invalid}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required{focus_password}{invalid}>
<div class="buttons">
<button id="sign-in" type="submit" name="decision" value="sign-in">Sign in</button>
<button id="cancel" class="quiet" type="submit" name="decision" value="deny" formnovalidate>Cancel</button>
</div>
</form>
<p class="note">The users here are {people}: each their own password.</p>"#,
        client = escape(interaction.client.name),
        error = alert(error),
        id = escape(id),
        username = escape(username),
        people = people.join(" and "),
    );
    for_interaction(Page::new("Sign in", main), interaction)
}

/// Asks whether the client may have what it asks for.
pub(crate) fn consent(id: &str, interaction: &Interaction, user: &User) -> Page {
    let wishes: String = SCOPES
        .iter()
        .filter(|(name, _)| interaction.scope.contains(name))
        .map(|(name, meaning)| format!("<li>{} <code>{}</code></li>", escape(meaning), escape(name)))
        .collect();
    let device = match &interaction.purpose {
        Purpose::Device { user_code, .. } => format!(
            r#"<p class="warning">Allow this only if you see the code <code>{}</code> on a device that is in front of you.</p>"#,
            escape(user_code)
        ),
        Purpose::Authorization(_) => String::new(),
    };
    let main = format!(
        r#"<p><strong>{client}</strong> would like to do this as <strong>{name}</strong> (<code>{username}</code>):</p>
<ul>{wishes}</ul>
{device}<form method="post" action="/interaction/{id}/consent">
<input type="hidden" name="subject" value="{subject}">
<div class="buttons">
<button id="allow" type="submit" name="decision" value="allow">Allow</button>
<button id="deny" class="quiet" type="submit" name="decision" value="deny">Deny</button>
<button id="switch" class="link" type="submit" name="decision" value="switch">Use another account</button>
</div>
</form>"#,
        client = escape(interaction.client.name),
        name = escape(&user.name()),
        username = escape(user.username),
        id = escape(id),
        subject = escape(user.subject),
    );
    for_interaction(Page::new("Allow access?", main), interaction)
}

/// Asks for the code that a device shows.
pub(crate) fn user_code(code: &str, error: Option<&str>) -> Page {
    let invalid = if error.is_some() { r#" aria-invalid="true" aria-describedby="error""# } else { "" };
    let main = format!(
        r#"{error}<form method="post" action="/device">
<label for="user_code">The code that the device shows</label>
<input id="user_code" name="user_code" class="code" type="text" value="{code}" autocomplete="off" autocapitalize="characters" spellcheck="false" placeholder="XXXX-XXXX" required autofocus{invalid}>
<div class="buttons"><button id="continue" type="submit">Continue</button></div>
</form>
<p class="note">Continue only if the device is in front of you, and shows this code.</p>"#,
        error = alert(error),
        code = escape(code),
    );
    Page::new("Connect a device", main)
}

/// Asks whether to sign out.
pub(crate) fn confirm_sign_out(user: &User) -> Page {
    let main = format!(
        r#"<p>You are signed in as <strong>{name}</strong>.</p>
<form method="post" action="/end_session/confirm">
<div class="buttons"><button id="sign-out" type="submit">Sign out</button></div>
</form>"#,
        name = escape(&user.name()),
    );
    Page::new("Sign out?", main)
}

/// The authorization response as a form that posts itself (OAuth 2.0 Form Post Response Mode), with a button for
/// browsers that run no script.
pub(crate) fn form_post(redirect: &Url, parameters: &[(&str, &str)]) -> Page {
    let fields: String = parameters
        .iter()
        .map(|(name, value)| {
            format!(r#"<input type="hidden" name="{}" value="{}">"#, escape(name), escape(value))
        })
        .collect();
    let main = format!(
        r#"<form method="post" action="{}">{fields}<div class="buttons"><button id="continue" type="submit">Continue</button></div></form>"#,
        escape(redirect.as_str()),
    );
    let mut page = Page::new("Back to the app", main);
    page.form_target = Some(source_of(redirect));
    page.posts_itself = true;
    page
}

/// Lets the page's form end in a redirect to the client.
fn for_interaction(mut page: Page, interaction: &Interaction) -> Page {
    if let Purpose::Authorization(request) = &interaction.purpose {
        page.form_target = Some(source_of(&request.reply.redirect));
    }
    page
}

/// A policy source for a redirect URI: its origin. Policies cannot name an IPv6 address; its scheme has to do.
fn source_of(redirect: &Url) -> String {
    match redirect.host() {
        Some(Host::Ipv6(_)) | None => format!("{}:", redirect.scheme()),
        Some(_) => redirect.origin().ascii_serialization(),
    }
}

fn alert(error: Option<&str>) -> String {
    error
        .map(|error| format!("<p id=\"error\" class=\"error\" role=\"alert\">{}</p>\n", escape(error)))
        .unwrap_or_default()
}

fn hash_source(content: &str) -> String {
    format!("sha256-{}", STANDARD.encode(digest(&SHA256, content.as_bytes()).as_ref()))
}

/// Text as HTML, inside an element or a quoted attribute.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
