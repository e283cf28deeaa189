//! The text of a checkpoint: origin, tree size, root hash (`specs/checkpoint.md` "Checkpoint").

use core::fmt;

use detente_core::{Digest, Origin, TreeSize, base64};
use detente_merkle::EMPTY_ROOT;

use crate::{CheckpointError, Ed25519Signer, KeyType, NoteKey, SignatureLine, UnverifiedNote};

/// What a log says of itself at one moment. By itself it proves nothing: whoever signed it, or nobody, is elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TreeHead {
    origin: Origin,
    size: TreeSize,
    root: Digest,
}

impl TreeHead {
    /// A tree head.
    ///
    /// # Errors
    /// `MALFORMED-CHECKPOINT` for size 0 with a root other than SHA-256 of nothing.
    pub fn new(origin: Origin, size: TreeSize, root: Digest) -> Result<Self, CheckpointError> {
        if size == TreeSize::ZERO && root != EMPTY_ROOT {
            return Err(CheckpointError::MalformedCheckpoint {
                expected: "the root of the empty tree at size 0",
            });
        }
        Ok(Self { origin, size, root })
    }

    /// Reads a note's text. Extension lines are allowed and dropped.
    ///
    /// # Errors
    /// In this order: `MALFORMED-CHECKPOINT` for the lines or the origin, `MALFORMED-NUMBER` for the size,
    /// `MALFORMED-BASE64` for the root, `MALFORMED-CHECKPOINT` for its length, an empty extension line or an empty
    /// tree's root.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let malformed = |expected| CheckpointError::MalformedCheckpoint { expected };
        let mut lines = text.strip_suffix('\n').ok_or_else(|| malformed("a final line feed"))?.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(malformed("an origin, a size and a root, each on a line"));
        };
        let origin = Origin::parse(origin).map_err(|_| malformed("an origin that is a key name"))?;
        let size = TreeSize::parse(size).map_err(CheckpointError::within("checkpoint size"))?;
        let root = base64::decode(root).map_err(CheckpointError::within("checkpoint root"))?;
        let root = Digest::from_slice(&root).map_err(|_| malformed("a root of 32 bytes"))?;
        if lines.any(str::is_empty) {
            return Err(malformed("no empty extension line"));
        }
        Self::new(origin, size, root)
    }

    /// The log's origin.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Number of leaves.
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// Root hash.
    pub const fn root(&self) -> Digest {
        self.root
    }

    /// The log's note: this text, signed by the log's key, whose name is the origin.
    ///
    /// # Errors
    /// [`CheckpointError::Signing`]; none that a tree head can cause.
    pub fn sign(&self, key: &dyn Ed25519Signer) -> Result<UnverifiedNote, CheckpointError> {
        let text = self.to_string();
        let note_key = NoteKey::new(self.origin.key_name().clone(), KeyType::Log, key.public());
        let line = SignatureLine::new(&note_key, key.checked(text.as_bytes())?.to_vec());
        UnverifiedNote::assemble(&text, &[line])
    }
}

impl fmt::Display for TreeHead {
    /// The note's text, final line feed included; never with extension lines.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}\n{}\n{}", self.origin, self.size, base64::encode(self.root.as_bytes()))
    }
}
