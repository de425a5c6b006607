//! Every client authentication, on every endpoint that authenticates a client: pushed authorization, device
//! authorization, token, refresh, introspection, revocation. The real provider is the judge: it knows which method each
//! of its clients has to use.
#![allow(clippy::unwrap_used)]

use std::collections::HashSet;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64URL},
};
use gatepass_tests::{
    Misbehaving, Provider, TokenCommand,
    auth_config::{changed, machine, machine_of_the_misbehaving, signs_in},
    provider::{CLIENT_SECRET, Seen},
};
use serde_json::{Value, json};

/// Where a client authenticates, and how often in the life of one token set.
const ENDPOINTS: [(&str, &str, usize); 7] = [
    ("/request", "", 1),
    ("/token", "authorization_code", 1),
    ("/token", "refresh_token", 1),
    ("/token/introspection", "", 1),
    ("/token/revocation", "", 2), // the refresh token and the access token
    ("/device/auth", "", 1),
    ("/token", "urn:ietf:params:oauth:grant-type:device_code", 1),
];

/// Signs in with a pushed request, refreshes, introspects and revokes, and begins anew on a device. Each request of
/// the client must have been taken by the provider, and is shown to `proves`.
async fn everywhere(provider: &Provider, options: &[&str], client: Value, proves: impl Fn(&Seen)) {
    let config = changed(&signs_in(&provider.issuer, ""), json!({ "par": "always" }));
    let config = changed(&config, client);
    let browser = TokenCommand::on(&config).options(options);
    let device = changed(&config, json!({ "grant": "device_code", "par": null, "prompt": null }));
    let device = TokenCommand::on(&device).options(options);
    let (told, ()) = tokio::join!(whole_life(&browser), on_a_device(provider, &device));
    for secret in [CLIENT_SECRET.to_owned(), STANDARD.encode(format!("basic:{CLIENT_SECRET}"))] {
        assert!(!told.contains(&secret), "the flow shows the client's secret: {told}");
    }
    let log = provider.log().await;
    for (path, grant_type, times) in ENDPOINTS {
        let is_one = |seen: &&Seen| {
            seen.path() == path
                && (grant_type.is_empty() || seen.form("grant_type").as_deref() == Some(grant_type))
                // Whoever asks a device's provider too early is told to wait; it knew the client all the same.
                && !(seen.status == Some(400) && grant_type.ends_with("device_code"))
        };
        let requests: Vec<_> = log.iter().filter(is_one).collect();
        assert_eq!(requests.len(), times, "{path} {grant_type}: {requests:?}");
        for seen in requests {
            assert!(matches!(seen.status, Some(200 | 201)), "{path} {grant_type}: {seen:?}");
            proves(seen);
        }
    }
}

/// Returns all that was printed on the way.
async fn whole_life(token: &TokenCommand) -> String {
    let got = token.get().await;
    let renewed = token.refresh().await;
    assert_ne!(got["access_token"], renewed["access_token"]);
    let introspected = token.succeed("introspect").await;
    assert_eq!(introspected["claims"]["active"], true, "{introspected}");
    let revoked = token.succeed("revoke").await;
    assert_eq!(revoked["revoked_at_provider"], true, "{revoked}");
    format!("{got}{renewed}{introspected}{revoked}")
}

async fn on_a_device(provider: &Provider, token: &TokenCommand) {
    let mut waiting = token.command("get").start();
    let line = gatepass_tests::process::line_of(&mut waiting, "enter the code").await;
    provider.answer_device(line.rsplit(' ').next().unwrap(), "alice").await;
    let output = waiting.wait_with_output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// Name and secret of an Authorization header.
fn basic(seen: &Seen) -> String {
    let (scheme, credentials) = seen.headers["authorization"].split_once(' ').unwrap();
    assert_eq!(scheme, "Basic");
    String::from_utf8(STANDARD.decode(credentials).unwrap()).unwrap()
}

fn part(token: &str, at: usize) -> Value {
    serde_json::from_slice(&BASE64URL.decode(token.split('.').nth(at).unwrap()).unwrap()).unwrap()
}

/// Header and claims of the assertion that a client sent about itself (RFC 7523 section 3).
fn assertion(provider: &Provider, seen: &Seen, client_id: &str) -> (Value, Value) {
    assert_eq!(
        seen.form("client_assertion_type").as_deref(),
        Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
    );
    let assertion = seen.form("client_assertion").unwrap();
    let (header, claims) = (part(&assertion, 0), part(&assertion, 1));
    assert_eq!((&claims["iss"], &claims["sub"]), (&json!(client_id), &json!(client_id)));
    assert_eq!(claims["aud"], json!(provider.issuer), "one value, so that nobody can replay it elsewhere");
    assert!(claims["exp"].as_i64() > claims["iat"].as_i64(), "{claims}");
    assert_eq!(seen.headers.get("authorization"), None);
    assert_eq!(seen.form("client_secret"), None);
    (header, claims)
}

#[tokio::test]
async fn a_public_client_says_who_it_is_and_proves_nothing() {
    let provider = Provider::start(&[]).await;
    let client = json!({ "client_id": "native", "client_authentication": "none" });
    everywhere(&provider, &[], client, |seen| {
        assert_eq!(seen.form("client_id").as_deref(), Some("native"));
        assert_eq!(seen.headers.get("authorization"), None, "not even an empty one");
        assert_eq!(seen.form("client_secret"), None);
    })
    .await;
}

#[tokio::test]
async fn a_secret_in_http_basic() {
    let provider = Provider::start(&[]).await;
    let client = json!({
        "client_id": "basic", "client_secret": CLIENT_SECRET, "client_authentication": "client_secret_basic",
    });
    everywhere(&provider, &[], client, |seen| {
        assert_eq!(basic(seen), format!("basic:{CLIENT_SECRET}"));
        assert_eq!(seen.form("client_secret"), None);
    })
    .await;
}

// Its credentials only survive when they are form-urlencoded before the Base64 (RFC 6749 section 2.3.1).
#[tokio::test]
async fn odd_credentials_in_http_basic_are_encoded_and_that_is_said() {
    let provider = Provider::start(&[]).await;
    let client = json!({
        "client_id": "basic:odd %+client", "client_secret": "p:s+s%20/=& ?#\"ecret~123456789012345",
        "client_authentication": "client_secret_basic",
    });
    everywhere(&provider, &[], client.clone(), |seen| {
        assert!(basic(seen).starts_with("basic%3Aodd+%25%2Bclient:p%3As%2Bs%2520%2F"), "{}", basic(seen));
    })
    .await;
    let config = changed(&machine(&provider, ""), client);
    for (encoding, is_said) in [("auto", true), ("rfc6749", false)] {
        let config = changed(&config, json!({ "basic_encoding": encoding }));
        let tokens = TokenCommand::on(&config).get().await;
        assert_eq!(tokens["notices"].to_string().contains("urlencoded"), is_said, "{encoding}: {tokens}");
    }
    let raw = TokenCommand::on(&changed(&config, json!({ "basic_encoding": "raw" }))).refused().await;
    assert_eq!(raw["code"], "configuration", "a colon in the client id would split it elsewhere: {raw}");
}

#[tokio::test]
async fn credentials_are_sent_raw_for_servers_that_want_them_so() {
    let provider = Misbehaving::honest().await;
    let odd = json!({ "client_id": "a b+c", "client_secret": "d e/f:g%", "scope": "photos" });
    let config = changed(&machine_of_the_misbehaving(&provider.issuer), odd);
    for (encoding, sent) in [("raw", "a b+c:d e/f:g%"), ("rfc6749", "a+b%2Bc:d+e%2Ff%3Ag%25")] {
        let config = changed(&config, json!({ "basic_encoding": encoding }));
        TokenCommand::on(&config).get().await;
        let request = provider.token_requests("client_credentials").pop().unwrap();
        let credentials = STANDARD.decode(request.token().unwrap()).unwrap();
        assert_eq!(String::from_utf8(credentials).unwrap(), sent);
    }
}

#[tokio::test]
async fn a_secret_in_the_body() {
    let provider = Provider::start(&[]).await;
    let client = json!({
        "client_id": "post", "client_secret": CLIENT_SECRET, "client_authentication": "client_secret_post",
    });
    everywhere(&provider, &[], client, |seen| {
        assert_eq!(seen.form("client_id").as_deref(), Some("post"));
        assert_eq!(seen.form("client_secret").as_deref(), Some(CLIENT_SECRET));
        assert_eq!(seen.headers.get("authorization"), None);
    })
    .await;
}

#[tokio::test]
async fn an_assertion_signed_with_the_secret() {
    let provider = Provider::start(&[]).await;
    let client = json!({
        "client_id": "csjwt", "client_secret": CLIENT_SECRET, "client_authentication": "client_secret_jwt",
    });
    everywhere(&provider, &[], client, |seen| {
        assert_eq!(assertion(&provider, seen, "csjwt").0["alg"], "HS256");
    })
    .await;
    let log = provider.log().await;
    let assertions: Vec<_> = log.iter().filter_map(|seen| seen.form("client_assertion")).collect();
    let ids: HashSet<_> = assertions.iter().map(|assertion| part(assertion, 1)["jti"].to_string()).collect();
    assert_eq!(ids.len(), assertions.len(), "each assertion is used once");
}

async fn signed_by(algorithm: &str, kid: &str) {
    let provider = Provider::start(&[]).await;
    let id = format!("pkjwt-{algorithm}");
    let pem = json!({ "pem": provider.client_pem(kid), "alg": algorithm, "kid": kid });
    let mut jwk = provider.client_jwk(kid);
    jwk["alg"] = json!(algorithm);
    let client = |key: Value| json!({ "client_id": id, "client_authentication": "private_key_jwt", "client_key": key });
    everywhere(&provider, &[], client(pem), |seen| {
        let (header, _) = assertion(&provider, seen, &id);
        assert_eq!((&header["alg"], &header["kid"]), (&json!(algorithm), &json!(kid)));
    })
    .await;
    for jwk in [jwk.clone(), json!(jwk.to_string())] {
        provider.forget_log().await;
        let config = changed(&machine(&provider, ""), client(json!({ "jwk": jwk })));
        TokenCommand::on(&changed(&config, json!({ "client_secret": null }))).get().await;
        let request = provider.token_requests("client_credentials").await.remove(0);
        assert_eq!(assertion(&provider, &request, &id).0["kid"], kid);
    }
}

#[tokio::test]
async fn an_assertion_signed_with_rs256() {
    signed_by("RS256", "c-rs").await;
}

#[tokio::test]
async fn an_assertion_signed_with_ps256() {
    signed_by("PS256", "c-ps").await;
}

#[tokio::test]
async fn an_assertion_signed_with_es256() {
    signed_by("ES256", "c-es").await;
}

#[tokio::test]
async fn an_assertion_signed_with_ed25519() {
    signed_by("EdDSA", "c-ed").await;
}

#[tokio::test]
async fn an_assertion_signed_with_a_key_in_a_pkcs12_file_tells_its_certificate() {
    let provider = Provider::start(&["--mtls"]).await;
    let key =
        json!({ "pkcs12": STANDARD.encode(provider.tls_file("client-c-es.p12")), "password": "changeit" });
    let config = changed(
        &machine(&provider, "pkjwt-ES256"),
        json!({ "client_secret": null, "client_authentication": "private_key_jwt", "client_key": key }),
    );
    TokenCommand::on(&config).get().await;
    let request = provider.token_requests("client_credentials").await.remove(0);
    let (header, _) = assertion(&provider, &request, "pkjwt-ES256");
    let pem = String::from_utf8(provider.tls_file("client-c-es.crt")).unwrap();
    let der: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let thumbprint = BASE64URL.encode(digest(&SHA256, &STANDARD.decode(der).unwrap()));
    assert_eq!(header["x5t#S256"], json!(thumbprint), "{header}");
    let wrong = json!({ "client_key": { "pkcs12": key["pkcs12"], "password": "hunter2" } });
    let error = TokenCommand::on(&changed(&config, wrong)).refused().await;
    assert_eq!(error["code"], "configuration", "{error}");
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[tokio::test]
async fn the_audience_of_an_assertion_can_be_chosen() {
    let provider = Provider::start(&[]).await;
    let config =
        changed(&machine(&provider, "csjwt"), json!({ "client_authentication": "client_secret_jwt" }));
    let token_endpoint = format!("{}/token", provider.issuer);
    for (choice, audience) in [
        ("issuer", provider.issuer.as_str()),
        ("token_endpoint", &token_endpoint),
        ("urn:somebody-else", "urn:somebody-else"),
    ] {
        provider.forget_log().await;
        let token = TokenCommand::on(&changed(&config, json!({ "assertion_audience": choice })));
        let finished = token.command("get").run().await;
        let request = provider.token_requests("client_credentials").await.remove(0);
        assert_eq!(part(&request.form("client_assertion").unwrap(), 1)["aud"], json!(audience));
        if choice == "urn:somebody-else" {
            assert_eq!(finished.error(3)["oauth_error"], "invalid_client");
        } else {
            finished.expect_code(0);
        }
    }
}

/// A client of the TLS port, with this certificate.
fn presents(client_id: &str, method: &str, certificate: Value) -> Value {
    json!({ "client_id": client_id, "client_authentication": method, "client_certificate": certificate })
}

fn pem(provider: &Provider, name: &str) -> Value {
    let text = |end: &str| String::from_utf8(provider.tls_file(&format!("{name}.{end}"))).unwrap();
    json!({ "pem": format!("{}{}", text("pem"), text("key")) })
}

/// Each request has to arrive at the mutual-TLS alias of its endpoint (RFC 8705 section 5).
fn came_by_the_alias(provider: &Provider, seen: &Seen, client_id: &str) {
    let alias = provider.tls.as_ref().unwrap().trim_start_matches("https://");
    assert_eq!(seen.headers["host"], alias, "{}", seen.url);
    assert_eq!(seen.form("client_id").as_deref(), Some(client_id));
    assert_eq!((seen.headers.get("authorization"), seen.form("client_secret")), (None, None));
}

#[tokio::test]
async fn a_certificate_of_an_authority_over_mutual_tls() {
    let provider = Provider::start(&["--mtls"]).await;
    let trusting = ["--ssl-extra-ca-certs", provider.ca.as_deref().unwrap()];
    let client = presents("mtls-pki", "tls_client_auth", pem(&provider, "client"));
    everywhere(&provider, &trusting, client, |seen| came_by_the_alias(&provider, seen, "mtls-pki")).await;
    let container =
        json!({ "pkcs12": STANDARD.encode(provider.tls_file("client.p12")), "password": "changeit" });
    let config = changed(&machine(&provider, ""), json!({ "client_secret": null }));
    let config = changed(&config, presents("mtls-pki", "tls_client_auth", container));
    TokenCommand::on(&config).options(&trusting).get().await;
}

#[tokio::test]
async fn a_self_signed_certificate_over_mutual_tls() {
    let provider = Provider::start(&["--mtls"]).await;
    let trusting = ["--ssl-extra-ca-certs", provider.ca.as_deref().unwrap()];
    let client = presents("mtls-self", "self_signed_tls_client_auth", pem(&provider, "selfsigned"));
    everywhere(&provider, &trusting, client, |seen| came_by_the_alias(&provider, seen, "mtls-self")).await;
}

#[tokio::test]
async fn a_certificate_in_pem_can_take_its_key_from_the_client_key() {
    let provider = Provider::start(&["--mtls"]).await;
    let text = |name: &str| String::from_utf8(provider.tls_file(name)).unwrap();
    let certificate = json!({ "pem": text("client.pem") });
    let config = changed(
        &changed(&machine(&provider, ""), presents("mtls-pki", "tls_client_auth", certificate)),
        json!({ "client_secret": null, "client_key": { "pem": text("client.key") } }),
    );
    TokenCommand::on(&config).options(&["--ssl-extra-ca-certs", provider.ca.as_deref().unwrap()]).get().await;
}

#[tokio::test]
async fn what_goes_wrong_with_certificates_is_told_apart() {
    let provider = Provider::start(&["--mtls"]).await;
    let trusting = ["--ssl-extra-ca-certs", provider.ca.as_deref().unwrap()];
    let config = changed(&machine(&provider, ""), json!({ "client_secret": null }));
    let with = |certificate: Value| changed(&config, presents("mtls-pki", "tls_client_auth", certificate));
    let untrusted = TokenCommand::on(&with(pem(&provider, "client"))).refused().await;
    assert_eq!(untrusted["code"], "tls", "the provider's authority is not known: {untrusted}");
    let stranger = TokenCommand::on(&with(pem(&provider, "selfsigned"))).options(&trusting).refused().await;
    assert_eq!(stranger["oauth_error"], "invalid_client", "{stranger}");
    provider.forget_log().await;
    let none = TokenCommand::on(&with(json!(null))).options(&trusting).refused().await;
    assert_eq!(none["code"], "configuration", "{none}");
    assert!(provider.token_requests("client_credentials").await.is_empty(), "nothing was sent");
}

// The metadata of the real provider lists every method, so what the config holds decides.
#[tokio::test]
async fn left_to_itself_it_takes_the_method_that_fits() {
    let provider = Provider::start(&[]).await;
    let config = changed(&machine(&provider, "cc"), json!({ "client_authentication": "auto" }));
    TokenCommand::on(&config).get().await;
    let key = json!({ "jwk": provider.client_jwk("c-es") });
    let with_key = json!({ "client_id": "pkjwt-ES256", "client_secret": null, "client_key": key });
    TokenCommand::on(&changed(&config, with_key)).get().await;
    let requests = provider.token_requests("client_credentials").await;
    assert!(requests[0].headers["authorization"].starts_with("Basic "));
    assert!(requests[1].form("client_assertion").is_some());
}

#[tokio::test]
async fn a_method_that_the_provider_does_not_take_is_explained() {
    let provider = Provider::start(&[]).await;
    let config =
        changed(&machine(&provider, "csjwt"), json!({ "client_authentication": "client_secret_basic" }));
    let error = TokenCommand::on(&config).refused().await;
    assert_eq!(error["oauth_error"], "invalid_client", "{error}");
    let text = |key: &str| error[key].as_str().unwrap();
    assert!(text("cause").contains("Basic"), "the way that was tried is named: {error}");
    assert!(text("next_step").contains("body"), "and another one: {error}");
    assert!(!error.to_string().contains(CLIENT_SECRET), "{error}");
}
