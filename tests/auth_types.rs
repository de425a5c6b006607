//! Every kind of authorization of Postman's collections, on every level, sent by the built `gatepass` and checked by
//! a server that knows the specifications and none of our code.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use gatepass_tests::http::{Answer, Request, Server};
use gatepass_tests::signatures::{self, Verdict};
use gatepass_tests::{Collection, Gatepass};
use serde_json::{Map, Value, json};

const RSA: &str = include_str!("../src-tauri/core/src/pipeline/authorize/oauth1/fixtures/rsa2048.pem");
const RSA_PUBLIC: &[u8] =
    include_bytes!("../src-tauri/core/src/pipeline/authorize/oauth1/fixtures/rsa2048.pub.der");

/// Postman's form of an authorization.
fn auth(kind: &str, params: Value) -> Value {
    let rows: Vec<Value> = params
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| json!({ "key": key, "value": value, "type": "any" }))
        .collect();
    let mut auth = Map::from_iter([("type".to_owned(), json!(kind))]);
    auth.insert(kind.to_owned(), json!(rows));
    Value::Object(auth)
}

fn item(name: &str, method: &str, url: &str, body: Value) -> Value {
    let mut request = json!({ "method": method, "url": url, "header": [] });
    if !body.is_null() {
        request["body"] = body;
    }
    json!({ "name": name, "request": request })
}

fn text(body: &str) -> Value {
    json!({ "mode": "raw", "raw": body })
}

/// An API that lets nobody in but by `verify`.
async fn api(verify: impl Fn(&Request) -> Verdict + Send + Sync + 'static) -> Server {
    Server::start(move |request| match verify(request) {
        Ok(()) => Answer::json(200, &json!({ "let": "in" })),
        Err(why) => Answer::json(403, &json!({ "why": why })),
    })
    .await
}

/// Runs a collection whose authorization stands on it, on a folder and on a request, with a GET with query and a POST
/// with a body each.
async fn run_at_every_level(server: &Server, auth: &Value) {
    let url = format!("{}/things/a%20b?one=1&two=2%202", server.origin());
    let both = |collection: Collection| {
        collection.item(item("read", "GET", &url, Value::Null)).item(item(
            "write",
            "POST",
            &url,
            text("the body"),
        ))
    };
    let mut own = item("own", "POST", &url, text("the body"));
    own["request"]["auth"] = auth.clone();
    let inherited = both(Collection::named("inherited"));
    let from_folder = both(Collection::named("from a folder")).auth(auth.clone());
    let collections = [
        both(Collection::named("all")).folder(inherited).auth(auth.clone()),
        Collection::named("some").folder(from_folder).item(own),
    ];
    for collection in collections {
        run(&collection.json()).await;
    }
    assert_eq!(server.seen().iter().filter(|request| request.method == "GET").count() % 3, 0);
}

async fn run(collection: &Value) {
    let home = Gatepass::new();
    let file = home.home().join("collection.json");
    std::fs::write(&file, collection.to_string()).unwrap();
    let ran = home.run(&["run", file.to_str().unwrap(), "--json"]).await;
    assert_eq!(ran.code, Some(0), "{}\n{}", ran.stdout, ran.stderr);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let executions = report["run"]["executions"].as_array().unwrap();
    assert!(!executions.is_empty(), "{report}");
    for execution in executions {
        assert_eq!(
            execution["response"]["code"], 200,
            "{}: {}",
            execution["item"]["name"], execution["response"]
        );
    }
}

#[tokio::test]
async fn digest_in_md5_and_sha_256() {
    for algorithm in ["MD5", "SHA-256"] {
        let challenge = format!(
            "Digest realm=\"things\", nonce=\"n1\", qop=\"auth\", algorithm={algorithm}, opaque=\"o\""
        );
        let server = Server::start(move |request| {
            match signatures::digest_access(request, ("alice", "open sesame"), "things", "n1") {
                Ok(()) => Answer::json(200, &json!({})),
                Err(why) if request.headers.contains_key("authorization") => {
                    Answer::json(403, &json!({ "why": why }))
                }
                Err(_) => Answer::json(401, &json!({})).header("www-authenticate", &challenge),
            }
        })
        .await;
        run_at_every_level(
            &server,
            &auth("digest", json!({ "username": "alice", "password": "open sesame" })),
        )
        .await;
        let answered =
            server.seen().iter().filter(|request| request.headers.contains_key("authorization")).count();
        assert_eq!(answered * 2, server.seen().len(), "each request is refused once and answered once");
    }
}

#[tokio::test]
async fn oauth_1_in_header_query_and_form() {
    let server = api(|request| signatures::oauth1_hmac(request, "cs&1", "ts")).await;
    let params = |in_header: bool| {
        json!({
            "consumerKey": "ck", "consumerSecret": "cs&1", "token": "tk", "tokenSecret": "ts",
            "signatureMethod": "HMAC-SHA1", "addParamsToHeader": in_header, "realm": "things",
        })
    };
    run_at_every_level(&server, &auth("oauth1", params(true))).await;
    run_at_every_level(&server, &auth("oauth1", params(false))).await;
    let form = json!({ "mode": "urlencoded", "urlencoded": [{ "key": "a b", "value": "1+1=2" }] });
    let collection = Collection::named("form")
        .auth(auth("oauth1", params(false)))
        .item(item("post", "POST", &format!("{}/f?q=1", server.origin()), form))
        .json();
    run(&collection).await;
    assert!(
        server.seen().last().unwrap().body.contains("oauth_signature="),
        "the form carries the parameters"
    );
}

#[tokio::test]
async fn oauth_1_with_an_rsa_key() {
    let server = api(|request| signatures::oauth1_rsa_sha256(request, RSA_PUBLIC)).await;
    let params = json!({
        "consumerKey": "ck", "privateKey": RSA, "signatureMethod": "RSA-SHA256", "addParamsToHeader": true,
    });
    run_at_every_level(&server, &auth("oauth1", params)).await;
}

#[tokio::test]
async fn aws_signature_4_with_a_session_token() {
    let server = api(|request| {
        let token = request.headers.get("x-amz-security-token").map(String::as_str);
        if token != Some("the session") {
            return Err(format!("session token {token:?}"));
        }
        // The path is encoded twice over by every service but S3.
        let twice = Request { path: request.path.replace('%', "%25"), ..request.clone() };
        signatures::aws_v4(&twice, "secret/key", "eu-central-1", "things")
    })
    .await;
    let params = json!({
        "accessKey": "AKID", "secretKey": "secret/key", "sessionToken": "the session", "region": "eu-central-1",
        "service": "things",
    });
    run_at_every_level(&server, &auth("awsv4", params)).await;
}

#[tokio::test]
async fn hawk_with_its_payload() {
    let server = api(|request| signatures::hawk(request, "a hawk key")).await;
    let params = json!({
        "authId": "hawk id", "authKey": "a hawk key", "algorithm": "sha256", "extraData": "more",
        "includePayloadHash": true,
    });
    run_at_every_level(&server, &auth("hawk", params)).await;
}

#[tokio::test]
async fn akamai_edgegrid() {
    let server = api(|request| signatures::edgegrid(request, "edge secret")).await;
    let params = json!({ "accessToken": "at", "clientToken": "ct", "clientSecret": "edge secret" });
    run_at_every_level(&server, &auth("edgegrid", params)).await;
}

#[tokio::test]
async fn jwt_bearer_in_header_and_query() {
    let check = |token: &str| {
        let claims = signatures::jwt_hs256(token, b"a secret of our own")?;
        if claims["sub"] == "alice" { Ok(()) } else { Err(format!("{claims}")) }
    };
    let server = api(move |request| match request.query("jwt") {
        Some(token) => check(&token),
        None => check(request.token().ok_or("there is no token")?),
    })
    .await;
    let mut params = json!({
        "algorithm": "HS256", "secret": "a secret of our own", "isSecretBase64Encoded": false,
        "payload": "{\"sub\": \"alice\"}", "headerPrefix": "Bearer", "addTokenTo": "header", "queryParamKey": "jwt",
    });
    run_at_every_level(&server, &auth("jwt", params.clone())).await;
    params["addTokenTo"] = json!("queryParam");
    run_at_every_level(&server, &auth("jwt", params)).await;
}

#[tokio::test]
async fn asap() {
    let server = api(|request| {
        let token = request.token().ok_or("there is no token")?;
        let (header, claims) = signatures::jwt_rs256(token, RSA_PUBLIC)?;
        let lifetime =
            claims["exp"].as_i64().unwrap_or_default() - claims["iat"].as_i64().unwrap_or_default();
        let fits = header["kid"] == "things/key-1"
            && claims["iss"] == "things"
            && claims["aud"] == json!(["api", "audit"])
            && claims["deep"] == 1
            && lifetime == 900;
        if fits { Ok(()) } else { Err(format!("{header} {claims}")) }
    })
    .await;
    let params = json!({
        "alg": "RS256", "kid": "things/key-1", "iss": "things", "aud": "api, audit", "exp": "15m",
        "claims": "{\"deep\": 1}", "privateKey": RSA,
    });
    run_at_every_level(&server, &auth("asap", params)).await;
}

#[tokio::test]
async fn ntlm_on_one_connection() {
    const CHALLENGE: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];
    /// On which connections a handshake is under way, and which are signed in.
    #[derive(Default)]
    struct Connections {
        asked: Vec<usize>,
    }
    let connections = Arc::new(Mutex::new(Connections::default()));
    let server = Server::keeping(move |connection, request| {
        let mut connections = connections.lock().unwrap();
        let refused = |challenge: &str| Answer::json(401, &json!({})).header("www-authenticate", challenge);
        match signatures::ntlm_message(request) {
            None => refused("NTLM"),
            Some((1, _)) => {
                connections.asked.push(connection);
                refused(&signatures::ntlm_challenge(CHALLENGE))
            }
            Some((3, _)) if !connections.asked.contains(&connection) => {
                Answer::json(403, &json!({ "why": "the handshake began on another connection" }))
            }
            Some((_, message)) => {
                match signatures::ntlm_answer(&message, CHALLENGE, "CORP", ("alice", "open sesame")) {
                    Ok(()) => Answer::json(200, &json!({})),
                    Err(why) => Answer::json(403, &json!({ "why": why })),
                }
            }
        }
    })
    .await;
    let params = json!({ "username": "CORP\\alice", "password": "open sesame" });
    run_at_every_level(&server, &auth("ntlm", params)).await;
    let bodies: Vec<String> =
        server.seen().into_iter().filter(|seen| seen.method == "POST").map(|seen| seen.body).collect();
    assert!(bodies.chunks(3).all(|handshake| handshake[2] == "the body"), "{bodies:?}");
}

#[tokio::test]
async fn no_signature_and_no_key_is_in_what_is_kept_of_a_request() {
    let server = api(|request| signatures::hawk(request, "canary-key-1")).await;
    let params = json!({ "authId": "id", "authKey": "canary-key-1", "includePayloadHash": true });
    let home = Gatepass::new();
    let collection = Collection::named("kept")
        .auth(auth("hawk", params))
        .item(item("write", "POST", &server.origin(), text("b")))
        .json();
    home.import(&collection).await;
    home.run(&["send", "kept", "write"]).await.expect_code(0);
    let mac = server.seen()[0].headers["authorization"].split("mac=\"").nth(1).unwrap()[..20].to_owned();
    for file in std::fs::read_dir(home.data_dir()).unwrap() {
        let file = file.unwrap().path();
        let bytes = if file.is_file() { std::fs::read(&file).unwrap() } else { continue };
        for canary in ["canary-key-1", mac.as_str()] {
            let found = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
            assert!(!found, "{canary} is in {}", file.display());
        }
    }
}
