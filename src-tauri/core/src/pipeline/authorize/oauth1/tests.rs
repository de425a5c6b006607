#![allow(clippy::unwrap_used)]
use aws_lc_rs::signature::{
    RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512,
    RsaParameters, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::examples::{authorization, request, signed};
use super::*;

fn params(more: Value) -> Value {
    let mut params = json!({
        "consumerKey": "dpf43f3p2l4k3l03", "consumerSecret": "kd94hf93k423kf44", "token": "nnch734d00sl2jdk",
        "tokenSecret": "pfkkdhi9sl3r4s00", "signatureMethod": "HMAC-SHA1", "addParamsToHeader": true,
    });
    params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    params
}

fn signature(header: &str) -> String {
    let encoded = header.split("oauth_signature=\"").nth(1).unwrap().split('"').next().unwrap();
    form_urlencoded::parse(format!("s={}", encoded.replace('+', "%2B")).as_bytes())
        .next()
        .unwrap()
        .1
        .into_owned()
}

#[test]
fn the_examples_of_the_specifications_come_out_as_printed() {
    let photos =
        || request("GET", "http://photos.example.net/photos?file=vacation.jpg&size=original", &[], "");
    // RFC 5849 §1.2 leaves the version out.
    let rfc = params(json!({"timestamp": "137131202", "nonce": "chapoH", "realm": "Photos", "version": ""}));
    let header = authorization(&signed("oauth1", rfc, photos(), sign));
    assert_eq!(signature(&header), "MdpQcU8iPSUjWoN/UDMsK2sui9I=");
    assert!(
        header.starts_with("OAuth realm=\"Photos\",oauth_consumer_key=\"dpf43f3p2l4k3l03\","),
        "{header}"
    );
    // OAuth Core 1.0a, appendix A.5.2.
    let core = params(json!({"timestamp": "1191242096", "nonce": "kllo9940pd9333jh", "version": "1.0"}));
    assert_eq!(
        signature(&authorization(&signed("oauth1", core, photos(), sign))),
        "tR3+Ty81lMeYAr/Fid0kMTYa/WM="
    );
}

#[test]
fn the_base_string_of_rfc_5849_is_made() {
    let post = request(
        "POST",
        "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b",
        &[("Content-Type", "application/x-www-form-urlencoded")],
        "c2&a3=2+q",
    );
    let parameters = [
        ("oauth_consumer_key", "9djdj82h48djs9d2"),
        ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(
        base_string(&post, &parameters),
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D\
         %26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1\
         %26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    );
}

#[test]
fn without_the_header_a_posted_form_carries_the_parameters_and_else_the_query() {
    let elsewhere = params(json!({"addParamsToHeader": false}));
    let form = request("POST", "http://h/", &[("Content-Type", FORM)], "a=1");
    let sent = signed("oauth1", elsewhere.clone(), form, sign);
    let text = String::from_utf8(body(&sent).to_vec()).unwrap();
    assert!(text.starts_with("a=1&oauth_consumer_key=") && text.contains("&oauth_signature="), "{text}");
    assert!(sent.credentials.body, "such a body stays within its origin");
    let sent = signed("oauth1", elsewhere, request("GET", "http://h/?a=1", &[], ""), sign);
    let query = sent.url.query().unwrap();
    assert!(query.starts_with("a=1&oauth_consumer_key=") && query.contains("&oauth_signature="), "{query}");
}

#[test]
fn a_body_that_is_no_form_is_signed_by_its_hash() {
    let hashed = params(json!({"includeBodyHash": true}));
    let raw = || request("PUT", "http://h/", &[("Content-Type", "text/plain")], "Hello World!");
    // From the OAuth Request Body Hash extension, appendix A.
    let header = authorization(&signed("oauth1", hashed.clone(), raw(), sign));
    assert!(header.contains("oauth_body_hash=\"Lve95gjOVATpfV8EL5X4nxwjKHE%3D\""), "{header}");
    let form = request("POST", "http://h/", &[("Content-Type", FORM)], "a=1");
    assert!(!authorization(&signed("oauth1", hashed, form, sign)).contains("oauth_body_hash"));
}

#[test]
fn empty_parameters_are_signed_only_if_it_is_asked_for() {
    let header = |asked: bool| {
        let params = json!({
            "consumerKey": "c", "token": "", "addParamsToHeader": true, "addEmptyParamsToSign": asked, "verifier": "",
        });
        authorization(&signed("oauth1", params, request("GET", "http://h/", &[], ""), sign))
    };
    assert!(header(true).contains("oauth_token=\"\"") && header(true).contains("oauth_verifier=\"\""));
    assert!(!header(false).contains("oauth_token"));
}

#[test]
fn plaintext_is_the_secrets_themselves() {
    let header = authorization(&signed(
        "oauth1",
        params(json!({"signatureMethod": "PLAINTEXT"})),
        request("GET", "https://h/", &[], ""),
        sign,
    ));
    assert!(header.contains("oauth_signature=\"kd94hf93k423kf44%26pfkkdhi9sl3r4s00\""), "{header}");
}

#[test]
fn rsa_signatures_hold_under_an_independent_verification() {
    let table: [(Hash, &str, &'static RsaParameters); 3] = [
        (Hash::Sha1, include_str!("fixtures/rsa1024.pem"), &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY),
        (Hash::Sha256, include_str!("fixtures/rsa2048.pem"), &RSA_PKCS1_2048_8192_SHA256),
        (Hash::Sha512, include_str!("fixtures/rsa2048.pem"), &RSA_PKCS1_2048_8192_SHA512),
    ];
    for (hash, pem, verification) in table {
        let signature = STANDARD.decode(rsa::sign(pem, hash, b"the base string").unwrap()).unwrap();
        let public = if pem.contains("RSA PRIVATE") {
            include_bytes!("fixtures/rsa1024.pub.der").as_slice()
        } else {
            include_bytes!("fixtures/rsa2048.pub.der").as_slice()
        };
        UnparsedPublicKey::new(verification, public).verify(b"the base string", &signature).unwrap();
    }
}

#[test]
fn a_key_that_cannot_be_used_is_said() {
    let params = params(json!({"signatureMethod": "RSA-SHA1", "privateKey": "no key"}));
    let auth = super::super::examples::auth("oauth1", params);
    let mut sent = request("GET", "http://h/", &[], "");
    let failure =
        super::super::examples::with_moment(|moment, journal| sign(&auth, &mut sent, moment, journal))
            .unwrap_err();
    assert!(failure.cause.contains("private key"), "{}", failure.cause);
}
