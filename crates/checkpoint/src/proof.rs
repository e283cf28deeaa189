//! An entry's inclusion in one file (`specs/checkpoint.md` "Offline proof", C2SP tlog-proof).

use detente_core::{CoreError, Digest, LeafIndex, base64};
use detente_merkle::LeafHash;

use crate::{CheckpointError, Policy, UnverifiedCheckpoint, VerifiedCheckpoint};

/// Longest proof, in bytes.
pub const MAX_PROOF_BYTES: usize = 1_100_000;

/// Most hashes of a proof: a tree of 2^63 - 1 leaves needs no more.
pub const MAX_PROOF_HASHES: usize = 63;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// A proof whose form is right and that nobody checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedProof {
    extra: Option<Vec<u8>>,
    index: LeafIndex,
    hashes: Vec<Digest>,
    checkpoint: UnverifiedCheckpoint,
}

impl UnverifiedProof {
    /// Reads a proof, whole.
    ///
    /// # Errors
    /// In the order of the lines: `OVERSIZE`, `MALFORMED-PROOF`, `MALFORMED-BASE64`, `MALFORMED-NUMBER`, then those of
    /// [`UnverifiedCheckpoint::parse`].
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        if bytes.len() > MAX_PROOF_BYTES {
            let source = CoreError::Oversize { object: "proof", limit: MAX_PROOF_BYTES, got: bytes.len() };
            return Err(CheckpointError::Core { object: "proof", source });
        }
        let text = core::str::from_utf8(bytes).map_err(|_| malformed("UTF-8"))?;
        let mut lines = Lines { rest: text };
        if lines.next() != Some(FIRST_LINE) {
            return Err(malformed("a first line c2sp.org/tlog-proof@v1"));
        }
        let mut line = lines.next();
        let extra = match line.and_then(|line| line.strip_prefix("extra ")) {
            Some(encoded) => {
                line = lines.next();
                Some(base64::decode(encoded).map_err(CheckpointError::within("proof extra"))?)
            }
            None => None,
        };
        let index = line
            .and_then(|line| line.strip_prefix("index "))
            .ok_or_else(|| malformed("a line that starts with `index `"))?;
        let index = LeafIndex::parse(index).map_err(CheckpointError::within("proof index"))?;
        let mut hashes = Vec::new();
        loop {
            let line = lines.next().ok_or_else(|| malformed("a blank line after the hashes"))?;
            if line.is_empty() {
                break;
            }
            let hash = base64::decode(line).map_err(CheckpointError::within("proof hash"))?;
            hashes.push(Digest::from_slice(&hash).map_err(|_| malformed("hashes of 32 bytes"))?);
            if hashes.len() > MAX_PROOF_HASHES {
                return Err(malformed("at most 63 hashes"));
            }
        }
        Ok(Self { extra, index, hashes, checkpoint: UnverifiedCheckpoint::parse(lines.rest.as_bytes())? })
    }

    /// Bytes that ride along and that nothing authenticates; our receipts carry the entry here, and a reader hashes it.
    pub fn extra(&self) -> Option<&[u8]> {
        self.extra.as_deref()
    }

    /// The index that the proof claims.
    pub const fn claimed_index(&self) -> LeafIndex {
        self.index
    }

    /// The hashes, sibling of the leaf first.
    pub fn hashes(&self) -> &[Digest] {
        &self.hashes
    }

    /// The checkpoint, unchecked.
    pub const fn checkpoint(&self) -> &UnverifiedCheckpoint {
        &self.checkpoint
    }

    /// Checks the checkpoint against the policy, then that the leaf with this hash is in its tree at the index.
    ///
    /// The quorum is not checked: see [`VerifiedCheckpoint::require_quorum`].
    ///
    /// # Errors
    /// Those of [`UnverifiedCheckpoint::verify`], then those of inclusion (`specs/merkle.md` "Proofs").
    pub fn verify(self, leaf_hash: LeafHash, policy: &Policy) -> Result<VerifiedInclusion, CheckpointError> {
        let checkpoint = self.checkpoint.verify(policy)?;
        detente_merkle::verify_inclusion(
            self.index,
            checkpoint.size(),
            leaf_hash,
            &self.hashes,
            checkpoint.root(),
        )?;
        Ok(VerifiedInclusion { index: self.index, leaf_hash, checkpoint })
    }
}

/// A leaf that is in the tree of a verified checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedInclusion {
    index: LeafIndex,
    leaf_hash: LeafHash,
    checkpoint: VerifiedCheckpoint,
}

impl VerifiedInclusion {
    /// Its index.
    pub const fn index(&self) -> LeafIndex {
        self.index
    }

    /// Its leaf hash.
    pub const fn leaf_hash(&self) -> LeafHash {
        self.leaf_hash
    }

    /// The checkpoint that it is proven to.
    pub const fn checkpoint(&self) -> &VerifiedCheckpoint {
        &self.checkpoint
    }
}

/// Writes a proof and reads it again, so that none is ever written that a reader refuses. Nothing is verified.
///
/// # Errors
/// Those of [`UnverifiedProof::parse`].
pub fn write(
    extra: Option<&[u8]>,
    index: LeafIndex,
    hashes: &[Digest],
    note: &[u8],
) -> Result<Vec<u8>, CheckpointError> {
    let mut text = format!("{FIRST_LINE}\n");
    if let Some(extra) = extra {
        text.push_str(&format!("extra {}\n", base64::encode(extra)));
    }
    text.push_str(&format!("index {index}\n"));
    for hash in hashes {
        text.push_str(&base64::encode(hash.as_bytes()));
        text.push('\n');
    }
    text.push('\n');
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(note);
    UnverifiedProof::parse(&bytes)?;
    Ok(bytes)
}

fn malformed(expected: &'static str) -> CheckpointError {
    CheckpointError::MalformedProof { expected }
}

/// Lines up to the checkpoint. What follows the last line feed is a line too, unless it is empty: an end of file must not
/// read as the blank line.
struct Lines<'a> {
    rest: &'a str,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = self.rest.split_once('\n').unwrap_or((self.rest, ""));
        self.rest = rest;
        Some(line)
    }
}
