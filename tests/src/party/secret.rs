use detente_checkpoint::SigningKey;
use detente_core::UnixSeconds;
use detente_merkle::leaf_hash;

/// Where the keys, nonces and seeds of a script come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Secrets of that name.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Thirty-two bytes of their own for each word.
    pub fn bytes(&self, word: &str) -> [u8; 32] {
        *leaf_hash(format!("{}\n{word}", self.0).as_bytes()).digest().as_bytes()
    }

    /// Sixteen bytes of their own for each word.
    pub fn nonce(&self, word: &str) -> [u8; 16] {
        let bytes = self.bytes(word);
        std::array::from_fn(|at| bytes[at])
    }

    /// A key of its own for each word.
    pub fn key(&self, word: &str) -> SigningKey {
        SigningKey::from_seed(&self.bytes(word))
    }
}

/// A time in seconds.
pub fn seconds(time: u64) -> UnixSeconds {
    UnixSeconds::new(time).expect("a time of a script")
}
