//! One command line into its requests.

use gatepass_core::workspace::{
    Auth, AuthKind, Body, Branch, Definition, FormField, FormPart, KeyValue, RequestDefinition,
};
use serde_json::{Map, json};

use super::options::{self, Argument};
use crate::imported::Notes;
use crate::parts::{self, row};

/// How many bytes the requests of one command may be together: each of its URLs is called with the same body.
const GROWTH_LIMIT: usize = 32 << 20;

/// The requests of one command: one for each URL, and again behind each `--next`.
pub(super) fn read(words: Vec<String>, notes: &mut Notes) -> Vec<Branch> {
    let mut requests = Vec::new();
    let mut command = Command::default();
    for argument in options::read(words) {
        match argument {
            Argument::Option(name, _) if name == "next" => {
                requests.extend(std::mem::take(&mut command).requests(notes));
            }
            Argument::Option(name, value) => command.option(&name, value, notes),
            Argument::Url(url) => command.urls.push(url),
        }
    }
    requests.extend(command.requests(notes));
    requests
}

/// What the options of one command add up to.
#[derive(Default)]
struct Command {
    urls: Vec<String>,
    method: Option<String>,
    headers: Vec<KeyValue>,
    /// Pieces of `-d` and its kin, already encoded; joined by `&`, or as they are for `--json`.
    data: Vec<String>,
    /// A file that is the whole body: `-d @file`, `-T file`.
    file: Option<String>,
    json: bool,
    raw: bool,
    form: Vec<FormField>,
    query: Vec<String>,
    get: bool,
    head: bool,
    upload: bool,
    user: Option<String>,
    scheme: Option<AuthKind>,
    bearer: Option<String>,
    aws: Option<String>,
    settings: Map<String, serde_json::Value>,
}

impl Command {
    fn option(&mut self, name: &str, value: Option<String>, notes: &mut Notes) {
        let value = value.unwrap_or_default();
        match name {
            "url" => self.urls.push(value),
            "request" => self.method = Some(value),
            "get" => self.get = true,
            "head" => self.head = true,
            "header" => self.header(&value, notes),
            "user-agent" => self.headers.push(row("User-Agent", value)),
            "referer" => self.headers.push(row("Referer", value.trim_end_matches(";auto"))),
            "range" => self.headers.push(row("Range", format!("bytes={value}"))),
            "cookie" => self.cookie(value, notes),
            "data" | "data-ascii" | "data-binary" | "json" => {
                self.json |= name == "json";
                self.raw |= name == "data-binary";
                match value.strip_prefix('@') {
                    Some(path) => self.body_file(path, name, notes),
                    None => self.data.push(value),
                }
            }
            "data-raw" => self.data.push(value),
            "data-urlencode" => self.urlencode(&value, notes),
            "url-query" => self.query.push(match value.strip_prefix('+') {
                Some(encoded) => encoded.to_owned(),
                None => url_encoded(&value),
            }),
            "form" => self.form_field(&value, notes),
            "form-string" => {
                let (name, value) = value.split_once('=').unwrap_or((&value, ""));
                self.form.push(field(name, FormPart::Text(value.to_owned())));
            }
            "upload-file" => {
                self.upload = true;
                self.body_file(&value, name, notes);
            }
            "user" => self.user = Some(value),
            "oauth2-bearer" => self.bearer = Some(value),
            "aws-sigv4" => self.aws = Some(value),
            "digest" => self.scheme = Some(AuthKind::Digest),
            "ntlm" => self.scheme = Some(AuthKind::Ntlm),
            _ if self.setting(name, &value) => {}
            _ if !options::has_meaning(name) => {}
            _ => {
                let dashes = if name.chars().count() == 1 { "-" } else { "--" };
                notes.warn(
                    format!("The option {dashes}{} is not carried over", parts::shown(name)),
                    "The request is sent without it",
                );
            }
        }
    }

    /// Whether the option is one of our sending settings.
    fn setting(&mut self, name: &str, value: &str) -> bool {
        let (setting, value) = match name {
            "insecure" => ("verify_tls", json!(false)),
            "location" => ("follow_redirects", json!(true)),
            "location-trusted" => {
                self.settings.insert("keep_authorization_across_origins".to_owned(), json!(true));
                ("follow_redirects", json!(true))
            }
            "post301" | "post302" | "post303" => ("keep_method_on_redirect", json!(true)),
            "max-redirs" => match value.parse::<u64>() {
                Ok(most) => ("max_redirects", json!(most)),
                Err(_) => return value == "-1",
            },
            "max-time" => match value.parse::<f64>() {
                // Longer than a year is no limit that anybody waits for.
                Ok(seconds) if (0.0..3.2e7).contains(&seconds) => {
                    ("timeout_ms", json!((seconds * 1000.0).round() as u64))
                }
                _ => return false,
            },
            "proxy" => (
                "proxy",
                json!(if value.contains("://") { value.to_owned() } else { format!("http://{value}") }),
            ),
            "socks5" | "socks5-hostname" | "socks4" | "socks4a" => {
                let scheme = if name == "socks5-hostname" { "socks5h" } else { name };
                ("proxy", json!(format!("{scheme}://{value}")))
            }
            "noproxy" if value == "*" => ("proxy", json!("none")),
            "cacert" => ("ca_bundle", json!(value)),
            "http1.0" | "http1.1" => ("http_version", json!("http1")),
            "http2" | "http2-prior-knowledge" => ("http_version", json!("http2")),
            _ => return false,
        };
        self.settings.insert(setting.to_owned(), value);
        true
    }

    /// `Name: value`; `Name;` sends it empty; `Name:` keeps cURL from sending one of its own, which we do not.
    fn header(&mut self, text: &str, notes: &mut Notes) {
        if let Some(path) = text.strip_prefix('@') {
            notes.warn(
                format!("The headers stand in the file {}", parts::shown(path)),
                "It is not opened; the request has none of them",
            );
        } else if let Some((name, value)) = text.split_once(':') {
            if !value.trim().is_empty() {
                self.headers.push(row(name.trim(), value.trim()));
            }
        } else if let Some(name) = text.trim().strip_suffix(';') {
            self.headers.push(row(name.trim(), ""));
        }
    }

    fn cookie(&mut self, text: String, notes: &mut Notes) {
        if text.contains('=') {
            self.headers.push(row("Cookie", text));
        } else if !text.is_empty() {
            notes.warn(
                format!("Cookies are read from the file {}", parts::shown(&text)),
                "It is not opened; the cookie jar of the workspace is used",
            );
        }
    }

    fn body_file(&mut self, path: &str, option: &str, notes: &mut Notes) {
        match path {
            "-" | "." => {
                notes.warn("The body is read from standard input", "Type the body, or choose a file")
            }
            path => {
                notes.warn(
                    format!("--{option} names the file {}", parts::shown(path)),
                    "It is opened only when the request is sent",
                );
                self.file = Some(path.to_owned());
            }
        }
    }

    /// `content`, `=content`, `name=content`, `@file`, `name@file`: the content is encoded, the name is not.
    fn urlencode(&mut self, text: &str, notes: &mut Notes) {
        match text.find(['=', '@']) {
            Some(at) if text[at..].starts_with('@') => notes.warn(
                format!("--data-urlencode takes its value from the file {}", parts::shown(&text[at + 1..])),
                "It is not opened; the field is left out",
            ),
            _ => self.data.push(url_encoded(text)),
        }
    }

    /// `name=value`, `name=@file`, `name=<file`, each with `;type=…` and `;filename=…`.
    fn form_field(&mut self, text: &str, notes: &mut Notes) {
        let Some((name, value)) = text.split_once('=') else {
            notes.warn("A field of the form has no value", "It is left out");
            return;
        };
        let mut pieces = value.split(';');
        let mut content = pieces.next().unwrap_or_default().to_owned();
        let mut content_type = None;
        for piece in pieces {
            let parameter = piece.trim_start();
            if let Some(media_type) = parameter.strip_prefix("type=") {
                content_type = Some(media_type.trim_matches('"').to_owned());
            } else if parameter.starts_with("filename=") || parameter.starts_with("headers=") {
                notes.warn(
                    format!("The field {} names a file name or headers of its own", parts::shown(name)),
                    "They are not sent",
                );
            } else {
                content.push(';');
                content.push_str(piece);
            }
        }
        let part = if let Some(paths) = content.strip_prefix('@') {
            FormPart::Files(paths.split(',').map(|path| path.trim_matches('"').to_owned()).collect())
        } else if let Some(path) = content.strip_prefix('<') {
            notes.warn(
                format!(
                    "The field {} takes its value from the file {}",
                    parts::shown(name),
                    parts::shown(path)
                ),
                "It is not opened; the field is empty",
            );
            FormPart::Text(String::new())
        } else {
            FormPart::Text(content.trim_matches('"').to_owned())
        };
        self.form.push(FormField { content_type, ..field(name, part) });
    }

    fn requests(mut self, notes: &mut Notes) -> Vec<Branch> {
        let urls = std::mem::take(&mut self.urls);
        if urls.is_empty() {
            return Vec::new();
        }
        let size = self.size();
        let method = self.method();
        let auth = self.auth(notes);
        if self.get {
            self.query.append(&mut self.data);
        }
        let body = self.body();
        let mut request = RequestDefinition {
            method,
            headers: std::mem::take(&mut self.headers),
            body,
            ..RequestDefinition::default()
        };
        let auth = auth.or_else(|| parts::take_authorization(&mut request.headers));
        parts::without_implied_content_type(&mut request);
        let definition =
            Definition { auth, settings: self.settings, request: Some(request), ..Definition::default() };
        let most = (GROWTH_LIMIT / (size + 200)).max(1);
        if urls.len() > most {
            notes.warn("So many URLs are called with so large a request", "The last ones are left out");
        }
        let requests = urls.into_iter().take(most).map(|url| {
            let mut definition = definition.clone();
            if let Some(request) = &mut definition.request {
                request.url = with_query(with_scheme(url), &self.query);
            }
            parts::request("", definition)
        });
        requests.collect()
    }

    /// About how much each of its requests holds, in bytes.
    fn size(&self) -> usize {
        let texts =
            self.data.iter().chain(&self.query).chain(&self.user).chain(&self.bearer).map(String::len);
        let headers = self.headers.iter().map(|header| header.value.len() + 100);
        let fields = self.form.iter().map(|field| match &field.part {
            FormPart::Text(text) => text.len() + 100,
            FormPart::Files(paths) => paths.iter().map(|path| path.len() + 50).sum(),
        });
        texts.chain(headers).chain(fields).sum()
    }

    fn method(&self) -> String {
        let has_body = !self.data.is_empty() || !self.form.is_empty() || self.file.is_some();
        match &self.method {
            Some(method) if !method.trim().is_empty() => method.trim().to_owned(),
            _ if self.head => "HEAD".to_owned(),
            _ if self.upload => "PUT".to_owned(),
            _ if has_body && !self.get => "POST".to_owned(),
            _ => "GET".to_owned(),
        }
    }

    fn auth(&self, notes: &mut Notes) -> Option<Auth> {
        if let Some(token) = &self.bearer {
            return Some(parts::auth(AuthKind::Bearer, [("token", token)]));
        }
        let user = self.user.as_ref()?;
        let (username, password) = user.split_once(':').unwrap_or((user, ""));
        if let Some(scope) = &self.aws {
            let mut pieces = scope.split(':').skip(2);
            let (region, service) = (pieces.next().unwrap_or_default(), pieces.next().unwrap_or_default());
            return Some(parts::auth(
                AuthKind::AwsV4,
                [("accessKey", username), ("secretKey", password), ("region", region), ("service", service)],
            ));
        }
        if !user.contains(':') {
            notes.warn("The user comes without a password", "Type the password before sending");
        }
        let kind = self.scheme.unwrap_or(AuthKind::Basic);
        Some(parts::auth(kind, [("username", username), ("password", password)]))
    }

    fn body(&mut self) -> Body {
        if !self.form.is_empty() {
            return Body::FormData { fields: std::mem::take(&mut self.form) };
        }
        if self.json {
            for name in ["Content-Type", "Accept"] {
                if parts::header(&self.headers, name).is_none() {
                    self.headers.push(row(name, "application/json"));
                }
            }
        }
        let written = parts::header(&self.headers, "content-type").map(str::to_owned);
        if let Some(path) = self.file.take() {
            if written.is_none() && !self.upload {
                self.headers.push(row("Content-Type", parts::URL_ENCODED));
            }
            return Body::File { path };
        }
        if self.data.is_empty() {
            return Body::None;
        }
        let text = std::mem::take(&mut self.data).join(if self.json { "" } else { "&" });
        let content_type = written.unwrap_or_else(|| parts::URL_ENCODED.to_owned());
        let body = if self.raw {
            Body::Raw { language: parts::language(&content_type).to_owned(), text }
        } else {
            parts::text_body(&content_type, text)
        };
        // Rows say the media type by themselves, text does not.
        if matches!(body, Body::Raw { .. }) && parts::header(&self.headers, "content-type").is_none() {
            self.headers.push(row("Content-Type", content_type));
        }
        body
    }
}

fn field(name: &str, part: FormPart) -> FormField {
    FormField { name: name.to_owned(), part, content_type: None, enabled: true, description: String::new() }
}

/// `name=content` with the content encoded, or the content alone.
fn url_encoded(text: &str) -> String {
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    match text.split_once('=') {
        Some(("", content)) => encode(content),
        Some((name, content)) => format!("{name}={}", encode(content)),
        None => encode(text),
    }
}

/// cURL takes http where nothing is said.
fn with_scheme(url: String) -> String {
    let scheme = url.split_once("://").is_some_and(|(scheme, _)| !scheme.contains(['/', '?', '#']));
    if scheme || url.starts_with("{{") { url } else { format!("http://{url}") }
}

fn with_query(url: String, query: &[String]) -> String {
    if query.is_empty() {
        return url;
    }
    let (rest, fragment) =
        url.split_once('#').map_or((url.as_str(), None), |(rest, hash)| (rest, Some(hash)));
    let joint = if rest.contains('?') { "&" } else { "?" };
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("{rest}{joint}{}{fragment}", query.join("&"))
}
