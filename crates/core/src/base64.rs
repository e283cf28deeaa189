//! The one text form of bytes (`specs/core.md` "Base64").

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::CoreError;

/// Padded standard base64, RFC 4648 section 4.
pub fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Decodes padded standard base64; unused bits must be zero, line breaks are refused.
///
/// # Errors
/// [`CoreError::MalformedBase64`] for anything else.
pub fn decode(text: &str) -> Result<Vec<u8>, CoreError> {
    STANDARD.decode(text).map_err(|_| CoreError::MalformedBase64 { length: text.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_loose_bits_padding_and_line_breaks() {
        for text in ["AB==", "AA", "AA=", "AA==\n", "A A=", "AA=A", "_w==", "====", "A==="] {
            assert!(decode(text).is_err(), "{text:?}");
        }
        assert_eq!(decode("/w=="), Ok(vec![0xff]));
        assert_eq!(decode(""), Ok(vec![]));
    }
}
