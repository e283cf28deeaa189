//! Ed25519 keys from fixed seeds, key digests and vkeys (`specs/checkpoint.md` "Keys", `specs/statement.md` "Layout").

use detente_core::Label;
use ed25519_dalek::{Signer as _, SigningKey};

use super::bytes::{Hash, base64, digest, hex, run_from, sha256};

/// Type byte of a log's key in a vkey.
pub const LOG: u8 = 1;
/// Type byte of a cosignature key in a vkey.
pub const COSIGNATURE: u8 = 4;

/// A key pair.
#[derive(Debug, Clone)]
pub struct Key {
    /// The 32 secret bytes of RFC 8032.
    pub seed: Hash,
    /// The public key.
    pub public: Hash,
}

impl Key {
    /// The pair of a seed.
    pub fn from_seed(seed: Hash) -> Self {
        Self { seed, public: SigningKey::from_bytes(&seed).verifying_key().to_bytes() }
    }

    /// The pair whose seed counts up from `first`.
    pub fn counting(first: u8) -> Self {
        Self::from_seed(run_from(first))
    }

    /// The pair whose seed is the SHA-256 of a name, so that a scenario can have as many as it likes.
    pub fn named(name: &str) -> Self {
        Self::from_seed(sha256(&[b"testkit key ", name.as_bytes()]))
    }

    /// The deterministic RFC 8032 signature.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        SigningKey::from_bytes(&self.seed).sign(message).to_bytes()
    }

    /// The key digest, *author* in a statement.
    pub fn digest(&self) -> Hash {
        key_digest(&self.public)
    }
}

/// `H(L(detente/statement/key/v1) ‖ 1 ‖ key)`.
pub fn key_digest(public: &[u8]) -> Hash {
    digest(Label::STATEMENT_KEY, &[&[1], public])
}

/// The key id of a note key.
pub fn key_id(name: &str, kind: u8, public: &[u8]) -> [u8; 4] {
    let hash = sha256(&[name.as_bytes(), b"\n", &[kind], public]);
    [hash[0], hash[1], hash[2], hash[3]]
}

/// The vkey of a note key, with the right key id whatever the other parts are.
pub fn vkey(name: &str, kind: u8, public: &[u8]) -> String {
    let material = [&[kind], public].concat();
    format!("{name}+{}+{}", hex(&key_id(name, kind, public)), base64(material))
}
