use thiserror::Error;

use crate::Code;

/// Why bytes or text were refused by this crate. Source: `specs/core.md`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CoreError {
    /// More bytes than the stated limit.
    #[error("{object}: expected at most {limit} bytes, got {got}")]
    Oversize {
        /// What was read.
        object: &'static str,
        /// The limit, in bytes.
        limit: usize,
        /// The length found, in bytes.
        got: usize,
    },
    /// Not a canonical decimal number of at most 2^63 - 1.
    #[error("number: expected decimal digits without sign or leading zero, at most 2^63 - 1, got {got:?}")]
    MalformedNumber {
        /// The text found, cut to 40 characters.
        got: String,
    },
    /// Not strict base64.
    #[error(
        "base64: expected the padded standard alphabet with unused bits zero, got {length} other characters"
    )]
    MalformedBase64 {
        /// Length of the text found.
        length: usize,
    },
    /// Not the canonical bytes of the expected layout.
    #[error("{object}: expected canonical bytes, got {reason}")]
    MalformedBytes {
        /// What was decoded.
        object: &'static str,
        /// What was found.
        reason: &'static str,
    },
    /// Not a name, an origin or a digest in text.
    #[error("{object}: expected {expected}")]
    MalformedText {
        /// What was parsed.
        object: &'static str,
        /// The form expected.
        expected: &'static str,
    },
    /// Text that is not strict JSON, or a file of ours that is not canonical.
    #[error("json line {line}, column {column}: {fault}")]
    Json {
        /// The rule broken, highest rank first when several are.
        fault: crate::json::Fault,
        /// One-based line of the culprit.
        line: usize,
        /// One-based column of the culprit, in bytes.
        column: usize,
    },
}

impl CoreError {
    /// The stable code, `specs/core.md` "Codes".
    ///
    /// [`CoreError::MalformedBytes`] and [`CoreError::MalformedText`] have no code of their own: the word whose object
    /// it is maps them, here they read as [`Code::Misuse`].
    pub fn code(&self) -> Code {
        match self {
            Self::Oversize { .. } => Code::Oversize,
            Self::MalformedNumber { .. } => Code::MalformedNumber,
            Self::MalformedBase64 { .. } => Code::MalformedBase64,
            Self::Json { fault, .. } => fault.code(),
            Self::MalformedBytes { .. } | Self::MalformedText { .. } => Code::Misuse,
        }
    }
}
