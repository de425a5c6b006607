//! The page that the browser shows in the end: self-contained, without anything from outside, and inert.

use base64::Engine as _;
use bytes::Bytes;
use gatepass_oauth::failure::Failure;
use gatepass_oauth::ports::Randomness;
use http::header::{self, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::Full;

use crate::randomness::SystemRandomness;

/// How a login ended, in words for the page.
pub(super) enum Outcome {
    Done,
    Failed {
        message: String,
        cause: String,
        next_step: String,
    },
    /// Not known yet: the program goes on by itself.
    Pending,
}

impl From<Result<(), Failure>> for Outcome {
    fn from(result: Result<(), Failure>) -> Self {
        match result {
            Ok(()) => Outcome::Done,
            Err(failure) => Outcome::Failed {
                message: failure.message,
                cause: failure.cause,
                next_step: failure.next_step,
            },
        }
    }
}

impl Outcome {
    fn title(&self) -> &'static str {
        match self {
            Outcome::Done => "Signed in",
            Outcome::Failed { .. } => "Sign-in failed",
            Outcome::Pending => "Answer received",
        }
    }

    fn paragraphs(&self) -> Vec<&str> {
        match self {
            Outcome::Done => vec!["You can close this window and go back to Gatepass."],
            Outcome::Failed { message, cause, next_step } => {
                vec![message, cause, next_step, "You can close this window and go back to Gatepass."]
            }
            Outcome::Pending => vec!["Gatepass has the answer and goes on. You can close this window."],
        }
    }
}

/// The outcome as a page.
pub(super) fn outcome(outcome: &Outcome) -> Response<Full<Bytes>> {
    html(StatusCode::OK, outcome.title(), &outcome.paragraphs(), None)
}

/// The outcome as text, for the script of `fragment`.
pub(super) fn outcome_text(outcome: &Outcome) -> Response<Full<Bytes>> {
    let mut lines = vec![outcome.title()];
    lines.extend(outcome.paragraphs());
    let mut response = Response::new(Full::from(lines.join("\n")));
    harden(&mut response, "default-src 'none'");
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// A request that is not the answer which is waited for. It says nothing about what would be.
pub(super) fn refusal(status: StatusCode, why: &'static str) -> Response<Full<Bytes>> {
    let mut response =
        html(status, "Not the answer", &[why, "Nothing has changed; the sign-in still waits."], None);
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET"));
    }
    response
}

/// The page that hands over what came in the fragment: browsers keep that to themselves.
pub(super) fn fragment() -> Response<Full<Bytes>> {
    html(
        StatusCode::OK,
        "Signing in",
        &["One moment: the answer is handed over to Gatepass."],
        Some(HAND_OVER),
    )
}

const HAND_OVER: &str = r#"
const [title, text] = [document.querySelector("h1"), document.querySelector("main")];
const show = (lines) => {
  document.title = title.textContent = lines[0];
  text.replaceChildren(...lines.slice(1).map((line) => {
    const paragraph = document.createElement("p");
    paragraph.textContent = line;
    return paragraph;
  }));
};
const answer = location.hash.slice(1);
history.replaceState(null, "", location.pathname);
if (answer === "") {
  show(["No answer here", "The provider sent the browser back without an answer. Start the sign-in again."]);
} else {
  fetch(location.pathname, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: answer,
  })
    .then(async (response) => {
      const lines = (await response.text()).split("\n");
      show(response.ok ? lines : ["Not the answer", "Gatepass does not wait for this answer."]);
    })
    .catch(() => show(["Gatepass cannot be reached", "The sign-in no longer waits. Start it again."]));
}
"#;

const STYLE: &str = "
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 18vh auto 0; padding: 0 1.5rem; }
h1 { font-size: 1.4rem; font-weight: 600; }
p { margin: .6rem 0; overflow-wrap: anywhere; }
";

fn html(status: StatusCode, title: &str, paragraphs: &[&str], script: Option<&str>) -> Response<Full<Bytes>> {
    let nonce = nonce();
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <style nonce=\"{nonce}\">{STYLE}</style></head>\n<body><h1>{title}</h1><main>",
        title = escaped(title),
    );
    for paragraph in paragraphs.iter().filter(|paragraph| !paragraph.is_empty()) {
        page.push_str(&format!("<p>{}</p>", escaped(paragraph)));
    }
    page.push_str("</main>");
    let mut policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    if let Some(script) = script {
        page.push_str(&format!("<script nonce=\"{nonce}\">{script}</script>"));
        policy.push_str(&format!("; script-src 'nonce-{nonce}'; connect-src 'self'"));
    }
    page.push_str("</body></html>\n");
    let mut response = Response::new(Full::from(page));
    *response.status_mut() = status;
    harden(&mut response, &policy);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

fn harden(response: &mut Response<Full<Bytes>>, policy: &str) {
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
}

fn nonce() -> String {
    let mut random = [0_u8; 16];
    SystemRandomness.fill(&mut random);
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(random)
}

/// Text as HTML text, inert also inside an attribute.
fn escaped(text: &str) -> String {
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
