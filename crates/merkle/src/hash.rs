//! The three hashes of the tree, and the type that keeps a leaf from being mistaken for a node.

use core::fmt;

use detente_core::Digest;
use sha2::{Digest as _, Sha256, block_api::compress256};

/// The root of the empty tree, `SHA-256("")` (RFC 6962 section 2.1).
pub const EMPTY_ROOT: Digest = Digest::from_bytes([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
    0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

/// The byte that opens the hash input of a leaf (RFC 6962 section 2.1).
pub(crate) const LEAF_PREFIX: u8 = 0;
/// The byte that opens the hash input of an inner node (RFC 6962 section 2.1).
pub(crate) const NODE_PREFIX: u8 = 1;

/// The hash of a leaf. An inner node has the same 32 bytes of width, and would pass for a leaf one level up: so only
/// this type is accepted where a leaf is meant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LeafHash(Digest);

impl LeafHash {
    /// States that a digest is the hash of a leaf. Right for a hash read from a level 0 tile or a vector; an entry at
    /// hand is hashed with [`leaf_hash`] instead, so that nobody has to be believed.
    pub const fn from_digest(digest: Digest) -> Self {
        Self(digest)
    }

    /// The digest.
    pub const fn digest(self) -> Digest {
        self.0
    }
}

impl fmt::Display for LeafHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl fmt::Debug for LeafHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "LeafHash({})", self.0)
    }
}

/// `SHA-256(0x00 ‖ entry)` (RFC 6962 section 2.1).
pub fn leaf_hash(entry: &[u8]) -> LeafHash {
    LeafHash(leaf_digest(entry))
}

/// [`leaf_hash`] of many entries, which several SHA-256 streams can share (features `multilane`, `parallel`).
pub fn leaf_hashes<E: AsRef<[u8]> + Sync>(entries: &[E]) -> Vec<LeafHash> {
    let mut digests = Vec::new();
    crate::batch::append_leaves(entries, &mut digests);
    digests.into_iter().map(LeafHash).collect()
}

/// `SHA-256(0x01 ‖ left ‖ right)` (RFC 6962 section 2.1).
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    // 65 bytes always fill the same two blocks, so the padding is written in place and no buffer is managed.
    let mut blocks = [[0; BLOCK]; 2];
    let [first, second] = &mut blocks;
    first[0] = NODE_PREFIX;
    first[1..33].copy_from_slice(left.as_bytes());
    first[33..].copy_from_slice(&right.as_bytes()[..31]);
    second[0] = right.as_bytes()[31];
    second[1] = END_OF_MESSAGE;
    second[BLOCK - 2..].copy_from_slice(&(65_u16 * 8).to_be_bytes());
    compress(&blocks)
}

/// [`leaf_hash`] before it is named a leaf.
pub(crate) fn leaf_digest(entry: &[u8]) -> Digest {
    let mut block = [0; BLOCK];
    // Prefix, entry, end mark and the 8-byte length in one block: the message is at most 55 bytes.
    let bits = (entry.len() as u64).wrapping_add(1).wrapping_mul(8);
    let short = block.get_mut(1..=entry.len()).filter(|_| entry.len() <= SHORT_ENTRY);
    let Some(room) = short else {
        return Digest::from_bytes(
            Sha256::new().chain_update([LEAF_PREFIX]).chain_update(entry).finalize().into(),
        );
    };
    room.copy_from_slice(entry);
    if let Some(mark) = block.get_mut(1 + entry.len()) {
        *mark = END_OF_MESSAGE;
    }
    block[BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
    compress(&[block])
}

const BLOCK: usize = 64;
const SHORT_ENTRY: usize = BLOCK - 8 - 1 - 1;
/// The set bit that ends every message (FIPS 180-4 section 5.1.1).
const END_OF_MESSAGE: u8 = 0x80;
/// FIPS 180-4 section 5.3.3.
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

fn compress(blocks: &[[u8; BLOCK]]) -> Digest {
    let mut state = INITIAL;
    compress256(&mut state, blocks);
    let mut bytes = [0; 32];
    for (place, word) in bytes.chunks_exact_mut(4).zip(state) {
        place.copy_from_slice(&word.to_be_bytes());
    }
    Digest::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sha256(parts: &[&[u8]]) -> Digest {
        Digest::from_bytes(
            parts.iter().fold(Sha256::new(), |hasher, part| hasher.chain_update(part)).finalize().into(),
        )
    }

    #[test]
    fn the_empty_root_is_the_hash_of_nothing() {
        assert_eq!(EMPTY_ROOT, sha256(&[]));
    }

    #[test]
    fn padding_in_place_is_plain_sha256_around_every_block_boundary() {
        for length in 0..200 {
            let entry: Vec<u8> = (0..length).map(|i| i as u8 ^ 0x5a).collect();
            assert_eq!(leaf_hash(&entry).digest(), sha256(&[&[0], &entry]), "entry of {length} bytes");
            let left = leaf_digest(&entry);
            let right = sha256(&[&entry]);
            assert_eq!(node_hash(&left, &right), sha256(&[&[1], left.as_bytes(), right.as_bytes()]));
        }
    }
}
