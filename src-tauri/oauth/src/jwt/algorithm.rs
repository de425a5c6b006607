//! The signature algorithms of JSON Web Algorithms (RFC 7518 §3.1, RFC 8037) that are known here.

use aws_lc_rs::digest;

use super::jwk::Curve;

/// A JWS algorithm. `none` is not one of them: an unsigned token is a case of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    Es512,
    EdDsa,
    Hs256,
    Hs384,
    Hs512,
}

/// What kind of key an algorithm works with. A key of another kind is never tried with it, which is what rules
/// out the confusion of a public key with a shared secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    Rsa,
    Ec(Curve),
    Ed25519,
    /// A shared secret.
    Symmetric,
}

/// All of them, with their registered names.
const NAMES: [(&str, Algorithm); 14] = [
    ("RS256", Algorithm::Rs256),
    ("RS384", Algorithm::Rs384),
    ("RS512", Algorithm::Rs512),
    ("PS256", Algorithm::Ps256),
    ("PS384", Algorithm::Ps384),
    ("PS512", Algorithm::Ps512),
    ("ES256", Algorithm::Es256),
    ("ES384", Algorithm::Es384),
    ("ES512", Algorithm::Es512),
    ("EdDSA", Algorithm::EdDsa),
    ("HS256", Algorithm::Hs256),
    ("HS384", Algorithm::Hs384),
    ("HS512", Algorithm::Hs512),
    // The fully specified name of the same (RFC 9864).
    ("Ed25519", Algorithm::EdDsa),
];

impl Algorithm {
    /// By its registered name, which is case-sensitive (RFC 7515 §4.1.1).
    pub fn parse(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm)
    }

    /// The registered name.
    pub fn as_str(self) -> &'static str {
        NAMES.iter().find(|(_, algorithm)| *algorithm == self).map_or("", |(name, _)| name)
    }

    /// The only kind of key that may be used with it.
    pub fn key_kind(self) -> KeyKind {
        match self {
            Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 | Self::Ps384 | Self::Ps512 => KeyKind::Rsa,
            Self::Es256 => KeyKind::Ec(Curve::P256),
            Self::Es384 => KeyKind::Ec(Curve::P384),
            Self::Es512 => KeyKind::Ec(Curve::P521),
            Self::EdDsa => KeyKind::Ed25519,
            Self::Hs256 | Self::Hs384 | Self::Hs512 => KeyKind::Symmetric,
        }
    }

    /// Whether it works with a shared secret.
    pub fn is_symmetric(self) -> bool {
        self.key_kind() == KeyKind::Symmetric
    }

    /// The same for jsonwebtoken; `None` for ES512, which it does not have.
    pub(super) fn as_jsonwebtoken(self) -> Option<jsonwebtoken::Algorithm> {
        use jsonwebtoken::Algorithm as Theirs;
        Some(match self {
            Self::Rs256 => Theirs::RS256,
            Self::Rs384 => Theirs::RS384,
            Self::Rs512 => Theirs::RS512,
            Self::Ps256 => Theirs::PS256,
            Self::Ps384 => Theirs::PS384,
            Self::Ps512 => Theirs::PS512,
            Self::Es256 => Theirs::ES256,
            Self::Es384 => Theirs::ES384,
            Self::Es512 => return None,
            Self::EdDsa => Theirs::EdDSA,
            Self::Hs256 => Theirs::HS256,
            Self::Hs384 => Theirs::HS384,
            Self::Hs512 => Theirs::HS512,
        })
    }

    /// The hash that `at_hash` and `c_hash` are made with (OpenID Connect Core §3.1.3.6); SHA-512 for Ed25519.
    pub fn hash(self) -> &'static digest::Algorithm {
        match self {
            Self::Rs256 | Self::Ps256 | Self::Es256 | Self::Hs256 => &digest::SHA256,
            Self::Rs384 | Self::Ps384 | Self::Es384 | Self::Hs384 => &digest::SHA384,
            Self::Rs512 | Self::Ps512 | Self::Es512 | Self::Hs512 | Self::EdDsa => &digest::SHA512,
        }
    }
}

impl std::fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl std::fmt::Display for KeyKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rsa => formatter.write_str("an RSA key"),
            Self::Ec(curve) => write!(formatter, "an EC key on {}", curve.name()),
            Self::Ed25519 => formatter.write_str("an Ed25519 key"),
            Self::Symmetric => formatter.write_str("a shared secret"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_to_its_algorithm_and_back() {
        for (name, algorithm) in NAMES.iter().take(13) {
            assert_eq!(Algorithm::parse(name), Some(*algorithm));
            assert_eq!(algorithm.as_str(), *name);
        }
    }

    #[test]
    fn jsonwebtoken_knows_each_but_es512_under_the_same_name() {
        for (name, algorithm) in NAMES.iter().take(13) {
            let theirs = algorithm.as_jsonwebtoken().map(|theirs| format!("{theirs:?}"));
            let expected = (*algorithm != Algorithm::Es512).then(|| (*name).to_owned());
            assert_eq!(theirs, expected, "{name}");
        }
    }

    #[test]
    fn none_and_other_cases_are_no_algorithm() {
        for name in ["none", "None", "rs256", "", "RS1", "ES256K"] {
            assert_eq!(Algorithm::parse(name), None, "{name}");
        }
    }
}
