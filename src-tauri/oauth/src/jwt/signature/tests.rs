#![allow(clippy::unwrap_used)]
use serde_json::json;

use super::*;
use crate::testing::keys;

fn jwk(text: &str) -> Jwk {
    Jwk::from_json(&serde_json::from_str(text).unwrap()).unwrap()
}

fn private(text: &str) -> PrivateKey {
    PrivateKey::from_jwk(&Secret::from(text)).unwrap()
}

fn claims() -> Map<String, Value> {
    Map::from_iter([("sub".to_owned(), Value::from("alice"))])
}

fn signed(algorithm: Algorithm, key: SigningKey<'_>) -> Jwt {
    Jwt::decode(&sign(algorithm, key, Map::new(), &claims()).unwrap()).unwrap()
}

/// A token with any header, signed over its real input by `key` as if its algorithm were `algorithm`.
fn forged(header: &Value, algorithm: Algorithm, key: SigningKey<'_>) -> Jwt {
    let input =
        format!("{}.{}", base64url::encode(header.to_string()), base64url::encode(json!({}).to_string()));
    let signature = raw_signature(algorithm, key, input.as_bytes()).unwrap();
    Jwt::decode(&Secret::new(format!("{input}.{}", base64url::encode(signature)))).unwrap()
}

const EXAMPLE_CLAIMS: &str =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

#[test]
fn verifies_the_rs256_example_of_rfc_7515_a_2() {
    let token = format!(
        "eyJhbGciOiJSUzI1NiJ9.{EXAMPLE_CLAIMS}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7\
         AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArL\
         IARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2\
         w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    );
    let jwt = Jwt::decode(&Secret::new(token)).unwrap();
    assert_eq!(jwt.verify(VerificationKey::Public(&jwk(keys::RFC_7515_A2_RSA))), Ok(()));
    assert_eq!(jwt.claims()["iss"], "joe");
}

#[test]
fn verifies_the_es256_example_of_rfc_7515_a_3() {
    let token = format!(
        "eyJhbGciOiJFUzI1NiJ9.{EXAMPLE_CLAIMS}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA\
         pmWQxfKTUJqPP3-Kg6NU1Q"
    );
    let jwt = Jwt::decode(&Secret::new(token)).unwrap();
    assert_eq!(jwt.verify(VerificationKey::Public(&jwk(keys::RFC_7515_A3_P256))), Ok(()));
}

#[test]
fn verifies_the_es512_example_of_rfc_7515_a_4() {
    let signature = base64url::decode(
        "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgo\
         XD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn",
    )
    .unwrap();
    let key = jwk(keys::RFC_7515_A4_P521);
    let verdict = |input: &[u8]| holds(Algorithm::Es512, VerificationKey::Public(&key), input, &signature);
    assert_eq!(verdict(b"eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA"), Ok(()));
    assert_eq!(verdict(b"eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZB"), Err(SignatureError::Wrong));
}

#[test]
fn makes_and_verifies_the_eddsa_example_of_rfc_8037_a_4() {
    let input = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let key = private(keys::RFC_8037_A1);
    let signature = raw_signature(Algorithm::EdDsa, SigningKey::Private(&key), input).unwrap();
    assert_eq!(
        base64url::encode(&signature),
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    );
    let public = jwk(keys::RFC_8037_A1);
    assert_eq!(holds(Algorithm::EdDsa, VerificationKey::Public(&public), input, &signature), Ok(()));
}

#[test]
fn what_is_signed_verifies_with_every_algorithm() {
    let p384 = PrivateKey::from_pem(&Secret::from(keys::P384_SEC1), None).unwrap();
    let rsa = private(keys::RFC_7515_A2_RSA);
    let (p256, p521) = (private(keys::RFC_7515_A3_P256), private(keys::RFC_7515_A4_P521));
    let ed25519 = private(keys::RFC_8037_A1);
    for (algorithm, key) in [
        (Algorithm::Rs256, &rsa),
        (Algorithm::Rs384, &rsa),
        (Algorithm::Rs512, &rsa),
        (Algorithm::Ps256, &rsa),
        (Algorithm::Ps384, &rsa),
        (Algorithm::Ps512, &rsa),
        (Algorithm::Es256, &p256),
        (Algorithm::Es384, &p384),
        (Algorithm::Es512, &p521),
        (Algorithm::EdDsa, &ed25519),
    ] {
        let jwt = signed(algorithm, SigningKey::Private(key));
        let public = Jwk::from_json(&Value::Object(key.public_key().to_members())).unwrap();
        assert_eq!(jwt.verify(VerificationKey::Public(&public)), Ok(()), "{algorithm}");
        assert_eq!(jwt.alg(), Some(algorithm.as_str()));
    }
    let secret = Secret::from("a client secret that is long enough for it");
    for algorithm in [Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512] {
        let jwt = signed(algorithm, SigningKey::Secret(&secret));
        assert_eq!(jwt.verify(VerificationKey::Secret(&secret)), Ok(()), "{algorithm}");
        assert_eq!(jwt.verify(VerificationKey::Secret(&Secret::from("other"))), Err(SignatureError::Wrong));
    }
}

#[test]
fn a_public_key_is_never_taken_for_a_shared_secret() {
    let rsa = jwk(keys::RFC_7515_A2_RSA);
    for text in [Value::Object(rsa.key.to_members()).to_string(), keys::RSA_PKCS8.to_owned()] {
        let jwt = forged(&json!({"alg": "HS256"}), Algorithm::Hs256, SigningKey::Secret(&Secret::new(text)));
        assert_eq!(
            jwt.verify(VerificationKey::Public(&rsa)),
            Err(SignatureError::WrongKey { algorithm: Algorithm::Hs256, key: KeyKind::Rsa })
        );
    }
}

#[test]
fn a_shared_secret_is_never_taken_for_a_public_key() {
    let key = private(keys::RFC_7515_A3_P256);
    let jwt = signed(Algorithm::Es256, SigningKey::Private(&key));
    assert_eq!(
        jwt.verify(VerificationKey::Secret(&Secret::from("secret"))),
        Err(SignatureError::WrongKey { algorithm: Algorithm::Es256, key: KeyKind::Symmetric })
    );
}

#[test]
fn a_curve_is_only_used_with_its_own_algorithm() {
    let p521 = jwk(keys::RFC_7515_A4_P521);
    let jwt = signed(Algorithm::Es256, SigningKey::Private(&private(keys::RFC_7515_A3_P256)));
    assert!(matches!(jwt.verify(VerificationKey::Public(&p521)), Err(SignatureError::WrongKey { .. })));
}

#[test]
fn an_unsigned_token_never_verifies_however_none_is_spelled() {
    for alg in ["none", "None", "NONE", "nOnE"] {
        let header = base64url::encode(json!({ "alg": alg }).to_string());
        let jwt = Jwt::decode(&Secret::new(format!("{header}.e30."))).unwrap();
        assert_eq!(
            jwt.verify(VerificationKey::Secret(&Secret::from(""))),
            Err(SignatureError::Unsigned),
            "{alg}"
        );
    }
}

#[test]
fn an_empty_or_zero_signature_is_wrong() {
    let header = base64url::encode(json!({"alg": "ES256"}).to_string());
    let key = jwk(keys::RFC_7515_A3_P256);
    for signature in [String::new(), base64url::encode([0; 64]), base64url::encode([0; 63])] {
        let jwt = Jwt::decode(&Secret::new(format!("{header}.e30.{signature}"))).unwrap();
        assert_eq!(jwt.verify(VerificationKey::Public(&key)), Err(SignatureError::Wrong));
    }
}

#[test]
fn whatever_is_critical_and_unknown_is_refused() {
    let key = private(keys::RFC_7515_A3_P256);
    let header = json!({"alg": "ES256", "crit": ["b64"], "b64": false});
    let jwt = forged(&header, Algorithm::Es256, SigningKey::Private(&key));
    assert_eq!(
        jwt.verify(VerificationKey::Public(&jwk(keys::RFC_7515_A3_P256))),
        Err(SignatureError::Critical("b64".to_owned()))
    );
}

#[test]
fn a_key_of_fewer_than_2048_bits_is_refused() {
    let mut weak: Value = serde_json::from_str(keys::RFC_7515_A2_RSA).unwrap();
    weak["n"] = base64url::encode([0xff; 128]).into();
    let jwt = signed(Algorithm::Rs256, SigningKey::Private(&private(keys::RFC_7515_A2_RSA)));
    let weak = Jwk::from_json(&weak).unwrap();
    assert_eq!(jwt.verify(VerificationKey::Public(&weak)), Err(SignatureError::WeakKey(1024)));
}

#[test]
fn the_header_can_not_override_the_algorithm() {
    let secret = Secret::from("secret");
    let header =
        Map::from_iter([("alg".to_owned(), Value::from("none")), ("kid".to_owned(), Value::from("1"))]);
    let token = sign(Algorithm::Hs256, SigningKey::Secret(&secret), header, &claims()).unwrap();
    let jwt = Jwt::decode(&token).unwrap();
    assert_eq!((jwt.alg(), jwt.kid()), (Some("HS256"), Some("1")));
}

#[test]
fn signing_with_a_key_of_another_kind_fails_before_anything_is_signed() {
    let key = private(keys::RFC_7515_A3_P256);
    for algorithm in [Algorithm::Rs256, Algorithm::Es384, Algorithm::Hs256, Algorithm::EdDsa] {
        let failure = sign(algorithm, SigningKey::Private(&key), Map::new(), &claims()).err().unwrap();
        assert_eq!(failure.code, Code::Configuration);
    }
}
