//! Tokens that want to be believed: signed by strangers, by nobody, with a public key for a secret, under a false
//! name, altered on the way. One rule decides them all: a token verifies with a key if the owner of that key signed
//! exactly this input under exactly this algorithm, and never else.

#![allow(clippy::unwrap_used)]
use std::cell::Cell;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::json;

use super::*;
use crate::testing::cases::{ten_thousand, text};
use crate::testing::keys;

const ALGORITHMS: [Algorithm; 13] = [
    Algorithm::Rs256,
    Algorithm::Rs384,
    Algorithm::Rs512,
    Algorithm::Ps256,
    Algorithm::Ps384,
    Algorithm::Ps512,
    Algorithm::Es256,
    Algorithm::Es384,
    Algorithm::Es512,
    Algorithm::EdDsa,
    Algorithm::Hs256,
    Algorithm::Hs384,
    Algorithm::Hs512,
];

const OTHER_NAMES: [&str; 12] =
    ["none", "None", "nOnE", "", "rs256", "HS256 ", "ES256K", "RS1", "Ed448", "dir", "RSA-OAEP", "Ed25519"];

/// A token on its way to us.
#[derive(Debug, Clone)]
struct Attempt {
    signer: Signer,
    /// Of the algorithms that fit the signer's key.
    algorithm: Index,
    named: Name,
    header: Vec<(&'static str, Value)>,
    claims: Value,
    tampering: Vec<Tampering>,
}

#[derive(Debug, Clone)]
enum Signer {
    /// Owns one of our trusted keys.
    Owner(Index),
    /// Owns a key of the same kind.
    Stranger(Index),
    /// Knows the public half of a trusted key, and takes it for a shared secret.
    Confuser { key: Index, form: Index },
    /// Has no key.
    Nobody(Vec<u8>),
}

/// What stands in `alg`.
#[derive(Debug, Clone)]
enum Name {
    /// What the token is signed with.
    True,
    /// Another one, or none at all.
    False(Value),
    /// Both: the member is there twice.
    Twice(Value),
}

#[derive(Debug, Clone)]
enum Tampering {
    FlipBit { part: usize, bit: Index },
    Append { part: usize, text: &'static str },
    DropLast { part: usize },
    Exchange(usize, usize),
    Repeat(usize),
    Cut(Index),
}

struct Trusted {
    private: Vec<PrivateKey>,
    public: Vec<Jwk>,
    secret: Secret,
    strangers: Vec<PrivateKey>,
}

impl Trusted {
    fn new() -> Self {
        let pem = |text: &str| PrivateKey::from_pem(&Secret::from(text), None).unwrap();
        let private: Vec<PrivateKey> =
            [keys::RSA_PKCS8, keys::P256_SEC1, keys::P384_SEC1, keys::P521_SEC1, keys::ED25519_PKCS8]
                .map(pem)
                .into();
        let jwk = |key: &PrivateKey| Jwk::from_json(&Value::Object(key.public_key().to_members())).unwrap();
        let strangers =
            [keys::RFC_7515_A2_RSA, keys::RFC_7515_A3_P256, keys::RFC_7515_A4_P521, keys::RFC_8037_A1];
        Self {
            public: private.iter().map(jwk).collect(),
            private,
            secret: Secret::from("a client secret that is long enough for it"),
            strangers: strangers.map(|text| PrivateKey::from_jwk(&Secret::from(text)).unwrap()).into(),
        }
    }

    /// All that a token is tried with; the shared secret is the last.
    fn verification_keys(&self) -> impl Iterator<Item = VerificationKey<'_>> {
        let public = self.public.iter().map(VerificationKey::Public);
        public.chain([VerificationKey::Secret(&self.secret)])
    }
}

/// A token as it was made, before anybody laid hand on it.
struct Made {
    /// The place of its key among [`Trusted::verification_keys`], and its algorithm.
    rightful: Option<(usize, Algorithm)>,
    input: String,
    signature: Vec<u8>,
}

impl Attempt {
    fn make(&self, trusted: &Trusted) -> Made {
        let fitting = |kind: KeyKind| {
            let fitting: Vec<_> = ALGORITHMS.into_iter().filter(|known| known.key_kind() == kind).collect();
            fitting[self.algorithm.index(fitting.len())]
        };
        let signed = |algorithm: Algorithm, key: SigningKey<'_>, owner: Option<usize>| {
            let input = self.input(algorithm);
            let signature = raw_signature(algorithm, key, input.as_bytes()).unwrap();
            Made { rightful: owner.map(|place| (place, algorithm)), input, signature }
        };
        match &self.signer {
            Signer::Owner(place) => {
                let place = place.index(trusted.private.len() + 1);
                match trusted.private.get(place) {
                    Some(key) => signed(fitting(key.kind()), SigningKey::Private(key), Some(place)),
                    None => {
                        signed(fitting(KeyKind::Symmetric), SigningKey::Secret(&trusted.secret), Some(place))
                    }
                }
            }
            Signer::Stranger(place) => {
                let key = &trusted.strangers[place.index(trusted.strangers.len())];
                signed(fitting(key.kind()), SigningKey::Private(key), None)
            }
            Signer::Confuser { key, form } => {
                let key = &trusted.public[key.index(trusted.public.len())].key;
                let forms = public_forms(key);
                let secret = Secret::new(forms[form.index(forms.len())].clone());
                signed(fitting(KeyKind::Symmetric), SigningKey::Secret(&secret), None)
            }
            Signer::Nobody(bytes) => {
                let algorithm = ALGORITHMS[self.algorithm.index(ALGORITHMS.len())];
                Made { rightful: None, input: self.input(algorithm), signature: bytes.clone() }
            }
        }
    }

    fn input(&self, algorithm: Algorithm) -> String {
        let mut members = vec![];
        let mut say = |name: &str, value: &Value| members.push(format!("{}:{value}", Value::from(name)));
        match &self.named {
            Name::True => say("alg", &algorithm.as_str().into()),
            Name::False(value) => say("alg", value),
            Name::Twice(value) => {
                say("alg", &algorithm.as_str().into());
                say("alg", value);
            }
        }
        for (name, value) in &self.header {
            say(name, value);
        }
        let header = format!("{{{}}}", members.join(","));
        format!("{}.{}", base64url::encode(header), base64url::encode(self.claims.to_string()))
    }
}

/// The texts that confused libraries take a public key's bytes from.
fn public_forms(key: &PublicKey) -> Vec<String> {
    let members = key.to_members();
    let single = members.values().filter_map(Value::as_str).map(str::to_owned);
    single.chain([Value::Object(members.clone()).to_string()]).collect()
}

impl Tampering {
    fn apply(&self, token: &str) -> String {
        let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
        let count = parts.len();
        match self {
            Self::FlipBit { part, bit } => {
                let part = &mut parts[part % count];
                if let Some(mut bytes) = base64url::decode(part).filter(|bytes| !bytes.is_empty()) {
                    let at = bit.index(bytes.len() * 8);
                    bytes[at / 8] ^= 1 << (at % 8);
                    *part = base64url::encode(bytes);
                }
            }
            Self::Append { part, text } => parts[part % count].push_str(text),
            Self::DropLast { part } => {
                parts[part % count].pop();
            }
            Self::Exchange(one, other) => parts.swap(one % count, other % count),
            Self::Repeat(part) => parts.push(parts[part % count].clone()),
            Self::Cut(at) => {
                let whole = parts.join(".");
                return whole.chars().take(at.index(whole.chars().count() + 1)).collect();
            }
        }
        parts.join(".")
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text("\\PC{0,12}").prop_map(Value::from),
        select(vec![json!([]), json!(["RS256"]), json!({"alg": "HS256"}), json!({"a": [[[[{}]]]]})]),
    ]
}

fn false_name() -> impl Strategy<Value = Value> {
    let known = select(ALGORITHMS.to_vec()).prop_map(|algorithm| Value::from(algorithm.as_str()));
    prop_oneof![4 => known, 3 => select(OTHER_NAMES.to_vec()).prop_map(Value::from), 1 => any_value()]
}

/// `crit` turns away what is otherwise in order, and a key that the token brings along is not to be looked at.
fn header_member() -> impl Strategy<Value = (&'static str, Value)> {
    let strangers_key = Value::Object(
        PrivateKey::from_jwk(&Secret::from(keys::RFC_7515_A3_P256)).unwrap().public_key().to_members(),
    );
    prop_oneof![
        Just(("jwk", strangers_key)),
        any_value().prop_map(|value| ("crit", value)),
        any_value().prop_map(|value| ("kid", value)),
        any_value().prop_map(|value| ("b64", value)),
        Just(("jku", json!("https://evil.example.com/keys"))),
        Just(("zip", json!("DEF"))),
        Just(("typ", json!("at+jwt"))),
    ]
}

fn attempt() -> impl Strategy<Value = Attempt> {
    let signer = prop_oneof![
        4 => any::<Index>().prop_map(Signer::Owner),
        2 => any::<Index>().prop_map(Signer::Stranger),
        2 => any::<(Index, Index)>().prop_map(|(key, form)| Signer::Confuser { key, form }),
        1 => proptest::collection::vec(any::<u8>(), 0..140).prop_map(Signer::Nobody),
    ];
    let named = prop_oneof![
        4 => Just(Name::True),
        2 => false_name().prop_map(Name::False),
        1 => false_name().prop_map(Name::Twice),
    ];
    let part = 0..3usize;
    let tampering = prop_oneof![
        3 => (part.clone(), any::<Index>()).prop_map(|(part, bit)| Tampering::FlipBit { part, bit }),
        2 => (part.clone(), select(vec!["=", "==", " ", "\n", "\0", ".", "..", "A", "é", "+/"]))
            .prop_map(|(part, text)| Tampering::Append { part, text }),
        1 => part.clone().prop_map(|part| Tampering::DropLast { part }),
        1 => (part.clone(), part.clone()).prop_map(|(one, other)| Tampering::Exchange(one, other)),
        1 => part.prop_map(Tampering::Repeat),
        1 => any::<Index>().prop_map(Tampering::Cut),
    ];
    let claims = prop_oneof![
        4 => any_value().prop_map(|value| json!({"sub": value})),
        1 => any_value(),
    ];
    let header = proptest::collection::vec(header_member(), 0..2);
    let tampering = prop_oneof![2 => Just(vec![]), 3 => proptest::collection::vec(tampering, 1..3)];
    (signer, any::<Index>(), named, header, claims, tampering).prop_map(
        |(signer, algorithm, named, header, claims, tampering)| Attempt {
            signer,
            algorithm,
            named,
            header,
            claims,
            tampering,
        },
    )
}

#[test]
fn only_what_the_owner_of_a_key_signed_under_its_true_name_verifies_with_it() {
    let trusted = Trusted::new();
    let (believed, refused) = (Cell::new(0), Cell::new(0));
    let judge = |attempt: Attempt| {
        let made = attempt.make(&trusted);
        let whole = format!("{}.{}", made.input, base64url::encode(&made.signature));
        let token = attempt.tampering.iter().fold(whole, |token, tampering| tampering.apply(&token));
        let Ok(jwt) = Jwt::decode(&Secret::new(token)) else {
            refused.update(|count| count + 1);
            return Ok(());
        };
        let is_untouched =
            jwt.signing_input() == made.input.as_bytes() && jwt.signature() == made.signature.as_slice();
        let named = jwt.algorithm().ok();
        for (place, key) in trusted.verification_keys().enumerate() {
            let is_rightful = made.rightful.is_some_and(|(owner, algorithm)| {
                owner == place && named == Some(algorithm) && jwt.header().get("crit").is_none()
            });
            let verdict = jwt.verify(key);
            prop_assert_eq!(verdict.is_ok(), is_rightful && is_untouched, "key {}: {:?}", place, verdict);
            let counter = if verdict.is_ok() { &believed } else { &refused };
            counter.update(|count| count + 1);
        }
        Ok(())
    };
    ten_thousand().run(&attempt(), judge).unwrap();
    // Both kinds came up often, so that the rule was put to the test from both sides.
    assert!(believed.get() > 500 && refused.get() > 10_000, "{believed:?} believed, {refused:?} refused");
}
