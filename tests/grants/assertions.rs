//! Assertions as grants: JWT (RFC 7523), built here or pasted, and SAML 2.0 (RFC 7522).

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64URL},
};
use gatepass_tests::{
    Misbehaving, Provider, TokenCommand,
    auth_config::{changed, machine_of_the_misbehaving},
};
use serde_json::{Value, json};

use crate::{token_request, token_requests};

const JWT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SAML: &str = "urn:ietf:params:oauth:grant-type:saml2-bearer";

fn part(token: &str, at: usize) -> Value {
    serde_json::from_slice(&BASE64URL.decode(token.split('.').nth(at).unwrap()).unwrap()).unwrap()
}

fn jwt_bearer(provider: &Provider, kid: &str) -> Value {
    json!({
        "grant": "jwt_bearer", "issuer": provider.issuer, "client_id": "jwt-bearer", "client_authentication": "none",
        "client_key": { "jwk": provider.client_jwk(kid) }, "assertion": { "claims": { "sub": "alice" } },
        "scope": "api:read",
    })
}

#[tokio::test]
async fn an_assertion_is_built_from_claims_and_signed_with_the_clients_key() {
    let provider = Provider::start(&[]).await;
    for (kid, algorithm) in [("c-rs", "RS256"), ("c-es", "ES256"), ("c-ed", "EdDSA")] {
        provider.forget_log().await;
        let token = TokenCommand::on(&jwt_bearer(&provider, kid));
        token.get().await;
        let request = token_request(&provider, JWT).await;
        let assertion = request.form("assertion").unwrap();
        let (header, claims) = (part(&assertion, 0), part(&assertion, 1));
        assert_eq!((&header["alg"], &header["kid"]), (&json!(algorithm), &json!(kid)));
        assert_eq!((&claims["iss"], &claims["sub"]), (&json!("jwt-bearer"), &json!("alice")));
        assert_eq!(claims["aud"], json!(format!("{}/token", provider.issuer)), "one value");
        assert!(claims["exp"].as_i64() > claims["iat"].as_i64(), "{claims}");
        let sent = token.send(&format!("{}/photos", provider.api)).await.expect_code(0).json();
        assert!(sent["body"].as_str().unwrap().contains(r#""sub":"alice""#), "{sent}");
    }
}

#[tokio::test]
async fn each_refresh_builds_a_new_assertion() {
    let provider = Provider::start(&[]).await;
    let token = TokenCommand::on(&jwt_bearer(&provider, "c-es"));
    token.get().await;
    token.refresh().await;
    let requests = token_requests(&provider, JWT).await;
    let ids: Vec<_> =
        requests.iter().map(|seen| part(&seen.form("assertion").unwrap(), 1)["jti"].clone()).collect();
    assert_eq!(ids.len(), 2);
    assert_ne!(ids[0], ids[1], "an assertion is used once");
}

#[tokio::test]
async fn a_pasted_assertion_is_sent_as_it_is() {
    let provider = Provider::start(&[]).await;
    let built = TokenCommand::on(&jwt_bearer(&provider, "c-es"));
    built.get().await;
    let assertion = token_request(&provider, JWT).await.form("assertion").unwrap();
    let config =
        changed(&jwt_bearer(&provider, "c-es"), json!({ "assertion": assertion, "client_key": null }));
    TokenCommand::on(&config).get().await;
    assert_eq!(token_requests(&provider, JWT).await[1].form("assertion"), Some(assertion));
}

#[tokio::test]
async fn an_assertion_that_does_not_hold_is_told() {
    let provider = Provider::start(&[]).await;
    let nobody = json!({ "assertion": { "claims": { "sub": "mallory" } } });
    let error = TokenCommand::on(&changed(&jwt_bearer(&provider, "c-es"), nobody)).refused().await;
    assert_eq!(error["oauth_error"], "invalid_grant", "{error}");
    let unsigned = json!({ "client_key": null });
    let error = TokenCommand::on(&changed(&jwt_bearer(&provider, "c-es"), unsigned)).refused().await;
    assert_eq!(error["code"], "configuration", "{error}");
    let empty = json!({ "assertion": null });
    let error = TokenCommand::on(&changed(&jwt_bearer(&provider, "c-es"), empty)).refused().await;
    assert!(error["message"].as_str().unwrap().contains("assertion"), "{error}");
}

// No honest provider here takes SAML: the misbehaving one reads the assertion and believes it.
#[tokio::test]
async fn a_saml_assertion_is_sent_in_base64url_however_it_was_pasted() {
    let provider = Misbehaving::honest().await;
    let xml = "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"><saml:Subject>\
               <saml:NameID>alice</saml:NameID></saml:Subject><!-- ÿþ?>~ --></saml:Assertion>";
    let lines =
        STANDARD.encode(xml).as_bytes().chunks(64).map(<[u8]>::to_vec).collect::<Vec<_>>().join(&b'\n');
    for pasted in
        [xml.to_owned(), BASE64URL.encode(xml), STANDARD.encode(xml), String::from_utf8(lines).unwrap()]
    {
        let config = changed(
            &machine_of_the_misbehaving(&provider.issuer),
            json!({ "grant": "saml2_bearer", "assertion": pasted, "scope": "photos" }),
        );
        let tokens = TokenCommand::on(&config).get().await;
        assert_eq!(tokens["scope"], "photos");
        let request = provider.token_requests(SAML).pop().unwrap();
        assert_eq!(request.form("assertion"), Some(BASE64URL.encode(xml)), "{pasted}");
        assert!(request.headers["authorization"].starts_with("Basic "));
    }
}
