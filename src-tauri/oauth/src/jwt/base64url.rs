//! Base64url as JOSE uses it (RFC 7515 §2): written strictly, read forgivingly.

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig, general_purpose::NO_PAD};

const STRICT: GeneralPurpose = base64::engine::general_purpose::URL_SAFE_NO_PAD;
const FORGIVING: GeneralPurposeConfig = NO_PAD.with_decode_allow_trailing_bits(true);
const TOLERANT: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, FORGIVING);

/// Without padding.
pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    STRICT.encode(bytes)
}

/// Takes padding, the alphabet of plain Base64 and stray bits at the end as well, since some servers write them.
/// `None` if it is no Base64 at all.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    if text.contains(['+', '/']) {
        return TOLERANT.decode(text.replace('+', "-").replace('/', "_")).ok();
    }
    TOLERANT.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_no_padding() {
        assert_eq!(encode([0xff, 0xef]), "_-8");
    }

    #[test]
    fn reads_padding_and_the_plain_alphabet() {
        for text in ["_-8", "_-8=", "/+8=", "/+8"] {
            assert_eq!(decode(text), Some(vec![0xff, 0xef]), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_base64() {
        assert_eq!(decode("a b"), None);
        assert_eq!(decode("a"), None);
    }
}
