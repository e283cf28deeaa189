//! Byte strings: digests, labels, length prefixes, text forms (`specs/core.md`).

use detente_core::Label;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

/// 32 bytes: a digest, a key, an id.
pub type Hash = [u8; 32];

/// SHA-256 of the parts joined.
pub fn sha256(parts: &[&[u8]]) -> Hash {
    Sha256::digest(parts.concat()).into()
}

/// `L(label) ‖ parts…`.
pub fn labelled(label: Label, parts: &[&[u8]]) -> Vec<u8> {
    let text = label.as_str().as_bytes();
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(text);
    bytes.extend_from_slice(&parts.concat());
    bytes
}

/// `H(L(label) ‖ parts…)`.
pub fn digest(label: Label, parts: &[&[u8]]) -> Hash {
    sha256(&[&labelled(label, parts)])
}

/// HMAC-SHA-256 of `L(label) ‖ parts…`.
pub fn mac(key: &[u8], label: Label, parts: &[&[u8]]) -> Hash {
    let mut state = Hmac::<Sha256>::new_from_slice(key).unwrap();
    state.update(&labelled(label, parts));
    state.finalize().into_bytes().into()
}

/// *bytes* of `specs/core.md`: `u64` length, then the bytes.
pub fn prefixed(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u64).to_le_bytes(), bytes].concat()
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of lower-case hexadecimal digits.
pub fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// Padded standard base64.
pub fn base64(bytes: impl AsRef<[u8]>) -> String {
    detente_core::base64::encode(bytes.as_ref())
}

/// 32 consecutive byte values from `first`, wrapping at 256: the fixed seeds and salts of the vectors.
pub fn run_from(first: u8) -> Hash {
    core::array::from_fn(|at| first.wrapping_add(at as u8))
}
