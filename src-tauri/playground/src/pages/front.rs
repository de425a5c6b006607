//! The front page: who, what and where, for people who look around.

use std::fmt::Write;

use http::StatusCode;

use super::{Page, escape};
use crate::{
    answer::Answer,
    clients::{CLIENTS, Client},
    error::OAuthError,
    incoming::Incoming,
    scope::{DEFAULT_SCOPE, SCOPES},
    users::USERS,
    visit::Visit,
};

/// The API, as (method and path, what it needs and does).
const API: &[(&str, &str)] = &[
    ("GET /api/public", "Needs no token."),
    ("GET /api/me", "Who the access token speaks for."),
    ("GET /api/photos", "Your photos. Scope photos.read."),
    ("GET /api/photos/1", "One of them. Scope photos.read."),
    ("POST /api/photos/1/stars", "One star more. Scope photos.write."),
    ("POST /api/echo", "The request as it arrived."),
    ("GET /api/id-token", "Takes the ID token, verifies it, and says what is in it."),
];

const CONTROLS: &[(&str, &str)] = &[
    ("POST /playground/expire", "Every access token and ID token expires now."),
    ("POST /playground/revoke", "Every refresh token is revoked now."),
    ("GET /playground/counts", "How many token requests there were."),
];

pub(crate) fn front(visit: &mut Visit, _: &Incoming) -> Result<Answer, OAuthError> {
    let discovery = visit.url("/.well-known/openid-configuration");
    let mut main = format!(
        "<p>A small OAuth 2.0 and OpenID provider, and an API that it protects. It runs inside Gatepass, on this machine \
         only, while it is used; it keeps nothing. Its tokens live <strong>{} seconds</strong>.</p>\
         <p>Issuer: <code>{}</code><br><a href=\"{}\">Discovery document</a></p>",
        visit.settings.lifetime_seconds,
        escape(visit.issuer),
        escape(&discovery),
    );
    section(&mut main, "People", ["User name", "Password"], people());
    section(&mut main, "Clients", ["Client id", "Secret and grants"], clients());
    let scopes = SCOPES.iter().map(|(name, meaning)| (escape(name), escape(meaning)));
    section(&mut main, "Scopes", ["Scope", "Meaning"], scopes.collect());
    let _ = write!(main, "<p class=\"note\">A request without a scope gets <code>{DEFAULT_SCOPE}</code>. ");
    main.push_str(
        "A refresh token comes with <code>offline_access</code>. Redirect URIs: this machine, any port.</p>",
    );
    section(&mut main, "API", ["Request", "What it does"], described(API));
    if visit.settings.controls {
        section(&mut main, "To make things happen", ["Request", "What it does"], described(CONTROLS));
    }
    let mut page = Page::new("A place to try tokens", main);
    page.is_wide = true;
    Ok(Answer::page(StatusCode::OK, &page))
}

fn people() -> Vec<(String, String)> {
    USERS.iter().map(|user| (escape(user.username), escape(user.password))).collect()
}

fn clients() -> Vec<(String, String)> {
    let secret = |client: &Client| match client.secret {
        Some(secret) => format!("Secret <code>{}</code>", escape(secret)),
        None if client.may_use("authorization_code") => "Public: no secret, PKCE required".to_owned(),
        None => "Public: no secret".to_owned(),
    };
    let grants = |grants: &[&str]| {
        grants
            .iter()
            .map(|grant| escape(grant.rsplit(':').next().unwrap_or(grant)))
            .collect::<Vec<_>>()
            .join(", ")
    };
    CLIENTS
        .iter()
        .map(|client| (escape(client.id), format!("{}<br>{}", secret(client), grants(client.grant_types))))
        .collect()
}

fn described(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter().map(|(request, meaning)| (escape(request), escape(meaning))).collect()
}

/// A heading and a table of two columns; the cells are markup.
fn section(main: &mut String, title: &str, columns: [&str; 2], rows: Vec<(String, String)>) {
    let _ = write!(
        main,
        "<h2>{title}</h2><div class=\"scroll\"><table><thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead><tbody>",
        columns[0], columns[1]
    );
    for (first, second) in rows {
        let _ = write!(main, "<tr><td><code>{first}</code></td><td>{second}</td></tr>");
    }
    main.push_str("</tbody></table></div>");
}
