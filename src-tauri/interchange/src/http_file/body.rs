//! Bodies: text, forms in lines, multipart as it goes over the wire, files.

use gatepass_core::workspace::{Body, FormField, FormPart, RequestDefinition};

use super::variables;
use crate::imported::Notes;
use crate::parts;

/// The body of a request whose headers are known.
pub(super) fn read(lines: &[String], request: &mut RequestDefinition, notes: &mut Notes) -> Body {
    let end = lines.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |last| last + 1);
    let lines = &lines[..end];
    if let [line] = lines
        && let Some(path) = file_name(line)
    {
        notes.warn(
            format!("The body is the file {}", parts::shown(path)),
            "It is opened only when the request is sent",
        );
        return Body::File { path: variables::translate(path, notes) };
    }
    let content_type = parts::header(&request.headers, "content-type").unwrap_or_default().to_owned();
    if let Some(graphql) = graphql(lines, request, notes) {
        return graphql;
    }
    if lines.is_empty() {
        return Body::None;
    }
    if let Some(boundary) = boundary(&content_type) {
        let fields = multipart(lines, boundary, notes);
        if !fields.is_empty() {
            return Body::FormData { fields };
        }
    }
    if lines.iter().any(|line| file_name(line).is_some()) {
        notes.warn("A part of the body stands in a file", "It is not opened; its name is left in the text");
    }
    let form = parts::is_media_type(&content_type, parts::URL_ENCODED);
    let text = if form { lines.iter().map(|line| line.trim()).collect() } else { lines.join("\n") };
    parts::text_body(&content_type, variables::translate(&text, notes))
}

/// `< path`, `<@ path`, `<@latin1 path`.
fn file_name(line: &str) -> Option<&str> {
    let after = line.trim().strip_prefix('<')?;
    match after.strip_prefix('@') {
        Some(after) => after.split_once(char::is_whitespace).map(|(_, path)| path.trim()),
        None => after.strip_prefix(char::is_whitespace).map(str::trim),
    }
    .filter(|path| !path.is_empty() && !path.contains('>'))
}

/// The query, and behind an empty line its variables.
fn graphql(lines: &[String], request: &mut RequestDefinition, notes: &mut Notes) -> Option<Body> {
    let marked = parts::header(&request.headers, "x-request-type")
        .is_some_and(|kind| kind.eq_ignore_ascii_case("graphql"));
    if !marked && request.method != "GRAPHQL" {
        return None;
    }
    request.headers.retain(|header| !header.name.eq_ignore_ascii_case("x-request-type"));
    if request.method == "GRAPHQL" {
        request.method = "POST".to_owned();
    }
    let behind = lines.iter().rposition(|line| line.trim().is_empty());
    let (query, variables) = match behind {
        Some(at) if lines[at + 1..].first().is_some_and(|line| line.trim_start().starts_with('{')) => {
            (&lines[..at], &lines[at + 1..])
        }
        _ => (lines, &[][..]),
    };
    let mut text = |lines: &[String]| variables::translate(lines.join("\n").trim(), notes);
    Some(Body::GraphQl { query: text(query), variables: text(variables) })
}

fn boundary(content_type: &str) -> Option<&str> {
    if !parts::is_media_type(content_type, parts::MULTIPART) {
        return None;
    }
    let parameters = content_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut named = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"));
    named.next().map(|(_, boundary)| boundary.trim().trim_matches('"')).filter(|text| !text.is_empty())
}

/// The parts of a form.
fn multipart(lines: &[String], boundary: &str, notes: &mut Notes) -> Vec<FormField> {
    let delimiter = |line: &str| {
        line.trim().strip_prefix("--").and_then(|line| line.strip_prefix(boundary)).map(|end| end == "--")
    };
    let mut fields = Vec::new();
    let mut part: Option<Vec<&str>> = None;
    for line in lines {
        match (delimiter(line), &mut part) {
            (Some(last), _) => {
                fields.extend(part.take().and_then(|lines| field(&lines, notes)));
                part = (!last).then(Vec::new);
            }
            (None, Some(lines)) => lines.push(line),
            (None, None) => {}
        }
    }
    fields.extend(part.and_then(|lines| field(&lines, notes)));
    fields
}

fn field(lines: &[&str], notes: &mut Notes) -> Option<FormField> {
    let end = lines.iter().position(|line| line.trim().is_empty()).unwrap_or(lines.len());
    let (mut name, mut content_type, mut has_file_name) = (None, None, false);
    for (header, value) in lines[..end].iter().filter_map(|line| line.split_once(':')) {
        if header.trim().eq_ignore_ascii_case("content-disposition") {
            name = parameter(value, "name");
            has_file_name = parameter(value, "filename").is_some();
        } else if header.trim().eq_ignore_ascii_case("content-type") {
            content_type = Some(value.trim().to_owned());
        }
    }
    let content = lines.get(end + 1..).unwrap_or_default();
    let file = match content {
        [line] => file_name(line),
        _ => None,
    };
    let part = match file {
        Some(path) => FormPart::Files(vec![variables::translate(path, notes)]),
        None => {
            if has_file_name {
                notes
                    .warn("A file of the form stands in the text", "It is sent as text, without a file name");
            }
            FormPart::Text(variables::translate(&content.join("\n"), notes))
        }
    };
    Some(FormField { name: name?.to_owned(), part, content_type, enabled: true, description: String::new() })
}

/// `name="x"` among the parameters of a header.
fn parameter<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = value.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    pairs
        .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim().trim_matches('"'))
}
