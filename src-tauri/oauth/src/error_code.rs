//! The values of `error` that standards define, as oauth2 knows them: whether a token is refused for good, and what is
//! said about it, hangs on them. Any other value is an extension of [`BasicErrorCode`].

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error as NoError;

/// What authorization and token endpoints answer (RFC 6749 §5.2, RFC 8628 §3.5).
pub use oauth2::DeviceCodeErrorResponseType as ErrorCode;
/// What a revocation endpoint may answer besides (RFC 7009 §2.2.1).
pub use oauth2::RevocationErrorResponseType as RevocationErrorCode;
/// What RFC 6749 §5.2 alone defines, and the extensions.
pub use oauth2::basic::BasicErrorResponseType as BasicErrorCode;

/// The code of a value as it stands in an answer. Upper and lower case make a difference, as RFC 6749 has it.
pub fn parse(name: &str) -> ErrorCode {
    ErrorCode::deserialize(IntoDeserializer::<NoError>::into_deserializer(name))
        .unwrap_or_else(|_| ErrorCode::Basic(BasicErrorCode::Extension(name.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_standard_code_is_known_and_written_as_it_was_read() {
        for name in [
            "invalid_request",
            "invalid_client",
            "invalid_grant",
            "unauthorized_client",
            "unsupported_grant_type",
            "invalid_scope",
            "authorization_pending",
            "slow_down",
            "access_denied",
            "expired_token",
        ] {
            let code = parse(name);
            assert!(!matches!(code, ErrorCode::Basic(BasicErrorCode::Extension(_))), "{name}");
            assert_eq!(code.as_ref(), name);
        }
    }

    #[test]
    fn anything_else_is_an_extension_of_its_own_name() {
        for name in ["temporarily_unavailable", "Invalid_Grant", "INVALID_GRANT", " invalid_grant", ""] {
            assert_eq!(parse(name), ErrorCode::Basic(BasicErrorCode::Extension(name.to_owned())));
        }
    }
}
