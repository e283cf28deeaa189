//! SHA-256 block by block, for inputs that are short and of one form.
//!
//! Sealing hashes some 1,300 blocks a statement, each input one or two of them. Written in place and padded there, they
//! cost little more than the compressions; a general hasher spends as much again on its buffer.

use sha2::block_api::compress256;
use zeroize::{Zeroize, ZeroizeOnDrop};

pub(crate) const BLOCK: usize = 64;

/// Most bytes of a last block: the mark and the length of the message take the rest (FIPS 180-4 section 5.1.1).
pub(crate) const LAST: usize = BLOCK - 1 - 8;

/// What SHA-256 remembers after whole blocks; wiped when dropped, as it may come from a secret.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct State([u32; 8]);

impl State {
    /// Before any block (FIPS 180-4 section 5.3.3).
    pub(crate) const INITIAL: Self = Self([
        0x6a09_e667,
        0xbb67_ae85,
        0x3c6e_f372,
        0xa54f_f53a,
        0x510e_527f,
        0x9b05_688c,
        0x1f83_d9ab,
        0x5be0_cd19,
    ]);

    pub(crate) fn after(&self, blocks: &[[u8; BLOCK]]) -> Self {
        let mut state = self.0;
        compress256(&mut state, blocks);
        Self(state)
    }

    /// The digest of a message whose last blocks are these, ended with [`end`].
    pub(crate) fn digest(&self, blocks: &[[u8; BLOCK]]) -> [u8; 32] {
        let mut state = self.0;
        compress256(&mut state, blocks);
        let mut bytes = [0; 32];
        for (place, word) in bytes.chunks_exact_mut(4).zip(state) {
            place.copy_from_slice(&word.to_be_bytes());
        }
        bytes
    }
}

/// Ends a message of `before + used` bytes, the last `used` of them in this block: at most [`LAST`].
pub(crate) fn end(block: &mut [u8; BLOCK], used: usize, before: usize) {
    if let Some(mark) = block.get_mut(used) {
        *mark = 0x80;
    }
    let bits = ((before + used) as u64).wrapping_mul(8);
    block[BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;

    #[test]
    fn blocks_written_in_place_are_plain_sha256() {
        let text: Vec<u8> = (0..BLOCK + LAST).map(|i| i as u8 ^ 0x5a).collect();
        for used in 0..=LAST {
            let mut last = [0; BLOCK];
            last[..used].copy_from_slice(&text[BLOCK..BLOCK + used]);
            end(&mut last, used, BLOCK);
            let first: [u8; BLOCK] = text[..BLOCK].try_into().unwrap();
            let expected: [u8; 32] = Sha256::digest(&text[..BLOCK + used]).into();
            assert_eq!(State::INITIAL.after(&[first]).digest(&[last]), expected, "{used} bytes");
            assert_eq!(State::INITIAL.digest(&[first, last]), expected, "{used} bytes");
        }
    }
}
