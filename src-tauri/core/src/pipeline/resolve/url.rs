//! The URL: variables, `:name` segments, and what Postman adds or encodes.

use std::borrow::Cow;

use url::Url;

use super::invalid;
use crate::ports::SendFailure;
use crate::template::Resolver;
use crate::workspace::{KeyValue, RequestDefinition};

/// The URL's text with variables and path variables in place.
pub(super) fn text(request: &RequestDefinition, resolver: &mut Resolver<'_>) -> String {
    let resolved = resolver.resolve(&request.url, "URL");
    let resolved = resolved.trim();
    if request.path_variables.is_empty() {
        return resolved.to_owned();
    }
    let end = resolved.find(['?', '#']).unwrap_or(resolved.len());
    let (front, back) = resolved.split_at(end);
    let scheme = front.find("://").map_or(0, |at| at + 3);
    let path = front[scheme..].find('/').map_or(front.len(), |at| scheme + at);
    let mut text = front[..path].to_owned();
    for (at, segment) in front[path..].split('/').enumerate() {
        if at > 0 {
            text.push('/');
        }
        text.push_str(&path_segment(segment, &request.path_variables, resolver));
    }
    text.push_str(back);
    text
}

/// A segment `:name` stands for the value of that path variable; one without a row stays as it is.
fn path_segment<'s>(segment: &'s str, variables: &[KeyValue], resolver: &mut Resolver<'_>) -> Cow<'s, str> {
    let variable = segment
        .strip_prefix(':')
        .and_then(|name| variables.iter().find(|row| row.enabled && row.name == name));
    match variable {
        None => Cow::Borrowed(segment),
        Some(row) => {
            let value = resolver.resolve(&row.value, &format!("path variable {}", row.name));
            // These two would end the path; everything else that a path cannot hold is encoded later.
            Cow::Owned(value.replace('?', "%3F").replace('#', "%23"))
        }
    }
}

/// The URL to send to. Without a scheme it is `http://`, as in Postman; characters that cannot stand in a URL are
/// encoded, and `%` is left alone.
pub(super) fn parse(text: &str, has_unresolved: bool) -> Result<Url, SendFailure> {
    if text.is_empty() {
        return Err(invalid(
            "The request has no URL",
            "The URL field is empty",
            "Type the URL to send it to.",
        ));
    }
    let text = if has_scheme(text) { Cow::Borrowed(text) } else { Cow::Owned(format!("http://{text}")) };
    let mut url = Url::parse(&text).map_err(|error| unreadable(&text, &error.to_string(), has_unresolved))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid(
            format!("A URL that begins with {}: cannot be requested", url.scheme()),
            "Requests are sent over http and https",
            "Correct the URL.",
        ));
    }
    match url.host_str() {
        None | Some("") => return Err(unreadable(&text, "it names no host", has_unresolved)),
        Some(host) if has_unresolved && host.contains("{{") => return Err(host_unknown(host)),
        Some(_) => {}
    }
    url.set_fragment(None);
    Ok(url)
}

fn has_scheme(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

/// No name server is asked for a host that is a variable: the answer would only confuse.
fn host_unknown(host: &str) -> SendFailure {
    invalid(
        "The URL's host is a variable without a value",
        format!("“{host}” could not be replaced"),
        "Choose an environment that has the variable, or define it.",
    )
}

fn unreadable(text: &str, error: &str, has_unresolved: bool) -> SendFailure {
    // What follows the host may hold credentials.
    let host: String = text.split(['?', '#']).next().unwrap_or_default().chars().take(80).collect();
    let host = match host.rsplit_once('@') {
        Some((_, host)) => host.to_owned(),
        None => host,
    };
    let next_step = if has_unresolved {
        "A variable in the URL has no value: choose an environment that has it, or define it."
    } else {
        "Correct the URL."
    };
    invalid("The URL cannot be read", format!("“{}”: {error}", host.escape_debug()), next_step)
}
