//! The server that both are run against. It says back what it was asked, and does what the path names.

use gatepass_tests::http::{Answer, Manner, Request, Server};
use serde_json::json;

pub async fn start() -> Server {
    Server::start(answer).await
}

fn answer(request: &Request) -> Answer {
    let parts: Vec<&str> = request.path.trim_matches('/').split('/').collect();
    match parts.as_slice() {
        ["status", code] => Answer::new(code.parse().unwrap_or(500), "text/plain", ""),
        ["redirect", code] => redirect(request, code.parse().unwrap_or(302)),
        ["set-cookies"] => {
            let cookies = request.query.split('&').map(|pair| pair.replace(';', "; "));
            cookies.fold(echo(request), |answer, cookie| answer.header("set-cookie", &cookie))
        }
        ["digest"] if !request.headers.contains_key("authorization") => Answer::new(401, "text/plain", "")
            .header("www-authenticate", "Digest realm=\"r\", nonce=\"n\", qop=\"auth\", opaque=\"o\""),
        ["hang-up"] => echo(request).manner(Manner::HangUp),
        _ => echo(request),
    }
}

fn redirect(request: &Request, status: u16) -> Answer {
    let mut answer = Answer::new(status, "text/plain", "");
    if let Some(to) = request.query("to") {
        answer = answer.header("location", &to);
    }
    match request.query("cookie") {
        Some(name) => answer.header("set-cookie", &format!("{name}=1; Path=/")),
        None => answer,
    }
}

fn echo(request: &Request) -> Answer {
    // The answer to HEAD has no body (RFC 9110 §9.3.2).
    if request.method == "HEAD" {
        return Answer::new(200, "application/json", "");
    }
    Answer::json(
        200,
        &json!({ "method": request.method, "path": request.path, "query": request.query, "body": request.body }),
    )
}
