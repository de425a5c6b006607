use crate::support::*;

const HOSTILE: &str = r#"" onfocus=alert(1) '"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;"#;

fn is_inert(page: &str) -> bool {
    !page.contains("<script>alert")
        && !page.contains("<img")
        && !page.contains("\" onfocus")
        && !page.contains("'\"")
}

#[test]
fn text_from_outside_is_inert_on_every_page() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    let hinted = browser.get(&authorization_path(&[("login_hint", HOSTILE), ("state", HOSTILE)]));
    assert!(hinted.reply.text().contains("&lt;script&gt;"), "shown, as text");
    assert!(is_inert(&hinted.reply.text()));
    let refused = browser.sign_in(&hinted, HOSTILE, HOSTILE).reply.text();
    assert!(refused.contains("&lt;script&gt;") && is_inert(&refused));

    let device = browser.get(&format!("/device?{}", encoded(&[("user_code", HOSTILE)]))).reply.text();
    assert!(device.contains("&lt;script&gt;") && is_inert(&device));
    let device = browser.post("/device", &[("user_code", HOSTILE)]).reply.text();
    assert!(device.contains("&lt;script&gt;") && is_inert(&device));

    let redirect = format!("{CALLBACK}?x={HOSTILE}");
    let path = authorization_path(&[
        ("state", HOSTILE),
        ("redirect_uri", &redirect),
        ("response_mode", "form_post"),
    ]);
    let page = browser.get(&path);
    let consent = browser.sign_in(&page, "alice", "alice");
    let posted = browser.decide(&consent, "alice", "allow").reply.text();
    assert!(posted.contains("&lt;script&gt;") && is_inert(&posted));

    for changes in [[("client_id", HOSTILE)], [("redirect_uri", HOSTILE)]] {
        assert!(is_inert(&world.get(&authorization_path(&changes), &[]).text()));
    }
    let accept = [("accept", "text/html")];
    assert!(is_inert(&world.get("/%22%27%3E%3Cscript%3Ealert(1)%3C/script%3E", &accept).text()));
}

#[test]
fn every_page_has_a_strict_policy_and_no_external_content() {
    let world = World::new();
    let mut browser = Browser::new(&world);
    let sign_in = browser.get(&authorization_path(&[])).reply;
    let front = world.get("/", &[]);
    let device = world.get("/device", &[]);
    let refused = world.get(&authorization_path(&[("client_id", "x")]), &[]);
    let missing = world.get("/nothing", &[("accept", "text/html")]);
    for page in [sign_in, front, device, refused, missing] {
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"));
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        // With a stricter one, browsers send `Origin: null` with a form response, which listeners refuse.
        assert_eq!(page.header("referrer-policy"), Some("origin"));
        assert_eq!(page.header("cache-control"), Some("no-store"));
        let text = page.text();
        assert!(
            !text.contains("<script")
                && !text.contains("src=")
                && !text.contains("<link")
                && !text.contains("@import")
        );
        assert!(text.contains(r#"<html lang="en">"#) && text.contains("<h1>") && text.contains("<title>"));
    }
}

#[test]
fn the_style_in_the_page_is_the_one_in_the_policy() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let page = World::new().get("/device", &[]);
    let text = page.text();
    let style = text.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let hash = STANDARD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, style.as_bytes()));
    assert!(page.header("content-security-policy").unwrap().contains(&format!("'sha256-{hash}'")));
}

#[test]
fn the_sign_in_page_says_who_can_sign_in_and_labels_its_fields() {
    let world = World::new();
    let text = Browser::new(&world).get(&authorization_path(&[])).reply.text();
    assert!(text.contains("<code>alice</code> (password <code>alice</code>)"));
    assert!(text.contains("<code>bob</code> (password <code>bob</code>)"));
    assert!(text.contains("each their own password"));
    for field in ["username", "password"] {
        assert!(text.contains(&format!(r#"<label for="{field}">"#)));
        assert!(text.contains(&format!(r#"<input id="{field}" name="{field}""#)));
    }
}

#[test]
fn a_form_may_end_at_the_client_of_its_own_request_only() {
    let world = World::new();
    for (redirect, source) in [
        (CALLBACK, "form-action 'self' http://127.0.0.1:50123;"),
        ("http://localhost:8080/x", "form-action 'self' http://localhost:8080;"),
        // A policy cannot name an IPv6 address.
        ("http://[::1]:8080/x", "form-action 'self' http:;"),
    ] {
        let page = Browser::new(&world).get(&authorization_path(&[("redirect_uri", redirect)]));
        let policy = page.reply.header("content-security-policy").unwrap();
        assert!(policy.contains(source), "{policy}");
    }
    let device = world.get("/device", &[]);
    assert!(device.header("content-security-policy").unwrap().contains("form-action 'self';"));
}

#[test]
fn forms_of_other_pages_are_refused() {
    let world = World::new();
    let page = Browser::new(&world).get(&authorization_path(&[]));
    for path in [format!("{}/sign-in", page.path), "/device".to_owned(), "/end_session/confirm".to_owned()] {
        let reply = world.post(&path, &[("user_code", "x")], &[("origin", "https://evil.example")]);
        assert_eq!(reply.status(), 403, "{path}");
    }
}

#[test]
fn the_front_page_lists_people_clients_scopes_and_requests() {
    let text = World::new().get("/", &[]).text();
    for user in gatepass_playground::USERS {
        assert!(text.contains(user.username));
    }
    for client in gatepass_playground::CLIENTS {
        assert!(text.contains(client.id) && client.secret.is_none_or(|secret| text.contains(secret)));
    }
    for word in ["photos.write", "/api/id-token", "/playground/expire", "30 seconds", ISSUER] {
        assert!(text.contains(word), "{word}");
    }
}
