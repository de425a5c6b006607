//! The table of contents: which path is answered by what.

use http::{Method, StatusCode, header};

use crate::{
    answer::Answer, api, authorization, controls, device, end_session, error::OAuthError, incoming::Incoming,
    introspection, metadata, pages, revocation, token, userinfo, visit::Visit,
};

type Endpoint = fn(&mut Visit, &Incoming) -> Result<Answer, OAuthError>;

/// Answers by path and method. A HEAD is a GET whose body is left out.
pub(crate) fn answer(visit: &mut Visit, incoming: &Incoming) -> Answer {
    let Some(methods) = endpoints(&incoming.segments(), visit.settings.controls) else {
        return not_found(incoming);
    };
    let is_head = incoming.method == Method::HEAD;
    let wanted = if is_head { "GET" } else { incoming.method.as_str() };
    let Some((_, endpoint)) = methods.iter().find(|(method, _)| *method == wanted) else {
        return wrong_method(methods);
    };
    let answer = endpoint(visit, incoming).unwrap_or_else(Answer::from);
    if is_head { answer.without_body() } else { answer }
}

#[rustfmt::skip]
fn endpoints(segments: &[&str], controls: bool) -> Option<&'static [(&'static str, Endpoint)]> {
    Some(match segments {
        [""] => &[("GET", pages::front)],

        [".well-known", "openid-configuration"]
        | [".well-known", "oauth-authorization-server"] => &[("GET", metadata::authorization_server)],
        [".well-known", "oauth-protected-resource", "api"] => &[("GET", metadata::protected_resource)],
        ["jwks"] => &[("GET", metadata::jwks)],

        ["authorize"] => &[("GET", authorization::by_query), ("POST", authorization::by_form)],
        ["interaction", _] => &[("GET", authorization::interaction)],
        ["interaction", _, "sign-in"] => &[("POST", authorization::sign_in)],
        ["interaction", _, "consent"] => &[("POST", authorization::consent)],

        ["device_authorization"] => &[("POST", device::authorization)],
        ["device"] => &[("GET", device::verification), ("POST", device::user_code)],

        ["token"] => &[("POST", token::answer)],
        ["userinfo"] => &[("GET", userinfo::answer), ("POST", userinfo::answer)],
        ["introspect"] => &[("POST", introspection::answer)],
        ["revoke"] => &[("POST", revocation::answer)],
        ["end_session"] => &[("GET", end_session::by_query), ("POST", end_session::by_form)],
        ["end_session", "confirm"] => &[("POST", end_session::confirm)],

        ["api", "public"] => &[("GET", api::public)],
        ["api", "me"] => &[("GET", api::me)],
        ["api", "photos"] => &[("GET", api::photos::list)],
        ["api", "photos", _] => &[("GET", api::photos::one)],
        ["api", "photos", _, "stars"] => &[("POST", api::photos::star)],
        ["api", "echo"] => &[("GET", api::echo), ("POST", api::echo), ("PUT", api::echo), ("PATCH", api::echo), ("DELETE", api::echo)],
        ["api", "id-token"] => &[("GET", api::id_token)],

        ["playground", "expire"] if controls => &[("POST", controls::expire)],
        ["playground", "revoke"] if controls => &[("POST", controls::revoke)],
        ["playground", "counts"] if controls => &[("GET", controls::counts)],
        _ => return None,
    })
}

fn wrong_method(methods: &[(&str, Endpoint)]) -> Answer {
    let mut allowed: Vec<&str> = methods.iter().map(|(method, _)| *method).collect();
    if allowed.contains(&"GET") {
        allowed.push("HEAD");
    }
    let allowed = allowed.join(", ");
    let error = OAuthError::invalid_request(format!("This address answers {allowed}, and no other method."));
    Answer::from(error.with_status(StatusCode::METHOD_NOT_ALLOWED)).with(header::ALLOW, &allowed)
}

fn not_found(incoming: &Incoming) -> Answer {
    let wants_page = incoming.header(header::ACCEPT).is_some_and(|accept| accept.contains("text/html"));
    if wants_page {
        let page = pages::message(
            "Nothing here",
            &["The playground has no such page. Its front page says what there is."],
        );
        return Answer::page(StatusCode::NOT_FOUND, &page.with_link("/", "To the front page"));
    }
    OAuthError::new(
        "not_found",
        "The playground has nothing at this address. Its front page, /, says what there is.",
    )
    .with_status(StatusCode::NOT_FOUND)
    .into()
}
