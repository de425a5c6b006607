use crate::support::*;

#[test]
fn a_host_that_is_not_loopback_is_refused() {
    let world = World::new();
    for host in [
        "evil.example",
        "evil.example:9400",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.0.0.1@evil.example",
        "evil.example@127.0.0.1",
        "192.168.0.7:9400",
        "0.0.0.0:9400",
        "",
        "[::2]",
    ] {
        for path in ["/", "/api/public", "/.well-known/openid-configuration", "/playground/counts"] {
            assert_eq!(world.get(path, &[("host", host)]).status(), 421, "{host:?} {path}");
        }
    }
    for host in ["127.0.0.1:9400", "127.0.0.1", "localhost:1", "LOCALHOST", "[::1]:9400"] {
        assert_eq!(world.get("/api/public", &[("host", host)]).status(), 200, "{host}");
    }
}

#[test]
fn no_host_two_hosts_or_a_foreign_target_are_refused() {
    let world = World::new();
    let bare = http::Request::builder().uri("/api/public").body(Vec::new()).unwrap();
    assert_eq!(world.send(bare).status(), 421);
    let two = [("host", "127.0.0.1"), ("host", "evil.example")];
    assert_eq!(world.get("/api/public", &two).status(), 421);
    assert_eq!(world.get("http://evil.example/api/public", &[]).status(), 421);
    assert_eq!(world.get("http://127.0.0.1:9400/api/public", &[]).status(), 200);
}

#[test]
fn a_body_over_64_kib_is_refused() {
    let world = World::new();
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let of = |length| world.send(request("POST", "/token", &headers, vec![b'a'; length]));
    of(64 * 1024 + 1).error(413, "invalid_request");
    of(64 * 1024).error(401, "invalid_client");
}

#[test]
fn an_address_over_16_kib_is_refused() {
    let world = World::new();
    world.get(&format!("/authorize?state={}", "a".repeat(17_000)), &[]).error(414, "invalid_request");
}

#[test]
fn a_wrong_method_is_405_and_says_which_are_right() {
    let world = World::new();
    for (method, path, allowed) in [
        ("GET", "/token", "POST"),
        ("PUT", "/token", "POST"),
        ("DELETE", "/authorize", "GET, POST, HEAD"),
        ("OPTIONS", "/token", "POST"),
        ("POST", "/api/me", "GET, HEAD"),
        ("GET", "/playground/expire", "POST"),
    ] {
        let reply = world.send(request(method, path, &[], Vec::new()));
        reply.error(405, "invalid_request");
        assert_eq!(reply.header("allow"), Some(allowed), "{method} {path}");
    }
}

#[test]
fn a_body_that_is_no_form_is_415() {
    let world = World::new();
    for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x", ""] {
        for path in ["/token", "/introspect", "/revoke", "/device_authorization", "/authorize"] {
            let reply =
                world.send(request("POST", path, &[("content-type", kind)], b"grant_type=x".to_vec()));
            reply.error(415, "invalid_request");
        }
    }
    let headers = [("content-type", "Application/X-WWW-Form-Urlencoded; charset=UTF-8")];
    world.send(request("POST", "/token", &headers, b"grant_type=x".to_vec())).error(401, "invalid_client");
}

#[test]
fn a_repeated_parameter_in_a_token_request_is_refused() {
    let world = World::new();
    let description = world
        .token(&[("grant_type", "refresh_token"), ("grant_type", "password")])
        .error(400, "invalid_request");
    assert!(description.contains("grant_type"));
    world.token(&[("<b>\r\n", "1"), ("<b>\r\n", "2")]).error(400, "invalid_request");
}

#[test]
fn head_is_get_without_the_body() {
    let world = World::new();
    let reply = world.send(request("HEAD", "/api/public", &[], Vec::new()));
    assert_eq!((reply.status(), reply.text().as_str()), (200, ""));
}

#[test]
fn nothing_is_stored_and_no_other_origin_may_read() {
    let world = World::new();
    let tokens = world.tokens_of("alice");
    let token = tokens["access_token"].as_str().unwrap();
    let bearer = format!("Bearer {token}");
    let origin = ("origin", "https://app.example");
    let replies = [
        world.get("/.well-known/openid-configuration", &[origin]),
        world.get("/api/me", &[origin, ("authorization", &bearer)]),
        world.post("/token", &[("client_id", "playground"), ("grant_type", "x")], &[origin]),
        world.refresh(tokens["refresh_token"].as_str().unwrap()),
    ];
    for reply in replies {
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert!(reply.0.headers().keys().all(|name| !name.as_str().starts_with("access-control")));
    }
}

#[test]
fn odd_bytes_are_answered_never_a_panic() {
    let world = World::new();
    let bodies: [&[u8]; 6] =
        [b"\xff\xfe\x00", b"%", b"%zz=%", b"&&&===", b"grant_type", b"client_id=%ff&grant_type=%00"];
    for body in bodies {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        for path in [
            "/token",
            "/introspect",
            "/revoke",
            "/device",
            "/authorize",
            "/interaction/x/sign-in",
            "/end_session",
        ] {
            let status = world.send(request("POST", path, &headers, body.to_vec())).status();
            assert!((200..500).contains(&status), "{path} {status}");
        }
    }
    for path in [
        "//",
        "/api/",
        "/interaction/",
        "/api/photos//stars",
        "/%",
        "/..",
        "/device?user_code=%ff%00%0d%0a",
        "*",
    ] {
        let status = world.get(path, &[]).status();
        assert!((200..500).contains(&status), "{path} {status}");
    }
    for authorization in ["", " ", "Bearer", "Bearer ", "Basic ", "Bearer a b c", "\t"] {
        let status = world.get("/api/me", &[("authorization", authorization)]).status();
        assert_eq!(status, 401, "{authorization:?}");
    }
}

#[test]
fn a_flood_of_sign_ins_drops_the_oldest_and_nothing_else() {
    let world = World::new();
    let mut first = Browser::new(&world);
    let page = first.get(&authorization_path(&[]));
    for _ in 0..600 {
        world.get(&authorization_path(&[]), &[]);
    }
    assert_eq!(first.get(&page.path).reply.status(), 400);
    assert_eq!(world.tokens_of("alice")["token_type"], "Bearer");
}

#[test]
fn many_threads_may_ask_at_once_and_a_refresh_token_works_once() {
    let world = World::new();
    let tokens = world.tokens_of("alice");
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let granted = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| world.refresh(refresh).status())).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).filter(|status| *status == 200).count()
    });
    assert_eq!(granted, 1);
}

#[test]
fn debug_output_shows_no_state() {
    let world = World::new();
    let tokens = world.tokens_of("alice");
    let debug = format!("{:?}", world.playground);
    assert!(!debug.contains(tokens["refresh_token"].as_str().unwrap()) && debug.contains("Settings"));
}
