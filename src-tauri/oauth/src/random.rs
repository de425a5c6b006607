//! Random text for protocol parameters, drawn from the port.

use crate::jwt::base64url;
use crate::ports::Randomness;
use crate::secret::Secret;

/// A random text of `bytes` × 8 bits, in the URL-safe Base64 alphabet without padding.
pub fn url_safe(randomness: &dyn Randomness, bytes: usize) -> String {
    let mut buffer = zeroize::Zeroizing::new(vec![0; bytes]);
    randomness.fill(&mut buffer);
    base64url::encode(&*buffer)
}

/// A value for `state` (RFC 6749 §10.12): 256 bits.
pub fn state(randomness: &dyn Randomness) -> Secret {
    Secret::new(url_safe(randomness, 32))
}

/// A value for `nonce` (OpenID Connect Core §15.5.2): 256 bits.
pub fn nonce(randomness: &dyn Randomness) -> Secret {
    Secret::new(url_safe(randomness, 32))
}

/// A value for `jti` (RFC 7519 §4.1.7): 160 bits.
pub fn token_identifier(randomness: &dyn Randomness) -> String {
    url_safe(randomness, 20)
}
