//! The add-checkpoint request (`specs/witness.md` "The request").

use detente_checkpoint::{CheckpointError, TreeHead, UnverifiedNote};
use detente_core::{CoreError, Digest, Origin, TreeSize, base64};
use detente_merkle::EMPTY_ROOT;

use crate::WitnessError;

/// Longest request, in bytes.
pub const MAX_REQUEST_BYTES: usize = 1_100_000;

/// Most hashes of a proof.
pub const MAX_PROOF_HASHES: usize = 63;

/// A request whose form is right and that nobody checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    old: TreeSize,
    proof: Vec<Digest>,
    note: UnverifiedNote,
    claim: Claim,
}

/// What the note says. Unlike a tree head, it may give the empty tree a wrong root: that is the log's fault to answer for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Claim {
    origin: Origin,
    size: TreeSize,
    root: Digest,
}

impl AddCheckpoint {
    /// A request, as a log writes it: the size that the witness cosigned last, the proof from there, and the note.
    ///
    /// # Errors
    /// Those of [`Self::parse`].
    pub fn new(old: TreeSize, proof: &[Digest], note: &UnverifiedNote) -> Result<Self, WitnessError> {
        let claim = Claim::parse(note.text())?;
        let request = Self { old, proof: proof.to_vec(), note: note.clone(), claim };
        Self::parse(&request.to_bytes())
    }

    /// Reads a request, whole.
    ///
    /// # Errors
    /// In the order of the lines: `OVERSIZE`, `MALFORMED-REQUEST`, `MALFORMED-NUMBER`, `MALFORMED-BASE64`, then those of
    /// a note and of a checkpoint.
    pub fn parse(bytes: &[u8]) -> Result<Self, WitnessError> {
        if bytes.len() > MAX_REQUEST_BYTES {
            let source =
                CoreError::Oversize { object: "request", limit: MAX_REQUEST_BYTES, got: bytes.len() };
            return Err(WitnessError::Core { object: "request", source });
        }
        let text = core::str::from_utf8(bytes).map_err(|_| malformed("UTF-8"))?;
        let (first, mut rest) = next_line(text).ok_or_else(|| malformed("at least one line"))?;
        let old =
            first.strip_prefix("old ").ok_or_else(|| malformed("a first line that starts with `old `"))?;
        let old = TreeSize::parse(old).map_err(WitnessError::within("old size"))?;
        let mut proof = Vec::new();
        loop {
            let (line, after) = next_line(rest).ok_or_else(|| malformed("a blank line after the hashes"))?;
            rest = after;
            if line.is_empty() {
                break;
            }
            let hash = base64::decode(line).map_err(WitnessError::within("proof hash"))?;
            proof.push(Digest::from_slice(&hash).map_err(|_| malformed("hashes of 32 bytes"))?);
            if proof.len() > MAX_PROOF_HASHES {
                return Err(malformed("at most 63 hashes"));
            }
        }
        let note = UnverifiedNote::parse(rest.as_bytes())?;
        let claim = Claim::parse(note.text())?;
        Ok(Self { old, proof, note, claim })
    }

    /// The request's bytes; [`Self::parse`] reads them back.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = format!("old {}\n", self.old).into_bytes();
        for hash in &self.proof {
            bytes.extend_from_slice(base64::encode(hash.as_bytes()).as_bytes());
            bytes.push(b'\n');
        }
        bytes.push(b'\n');
        bytes.extend_from_slice(self.note.as_bytes());
        bytes
    }

    /// The size from which the proof starts.
    pub const fn old(&self) -> TreeSize {
        self.old
    }

    /// The consistency proof.
    pub fn proof(&self) -> &[Digest] {
        &self.proof
    }

    /// The note, unchecked.
    pub const fn note(&self) -> &UnverifiedNote {
        &self.note
    }

    /// The origin that the note claims.
    pub const fn origin(&self) -> &Origin {
        &self.claim.origin
    }

    /// The size that the note claims.
    pub const fn size(&self) -> TreeSize {
        self.claim.size
    }

    /// The root that the note claims; with size 0 it may be one that no tree has.
    pub const fn root(&self) -> Digest {
        self.claim.root
    }

    /// Whether the note's text goes on after the root.
    pub(crate) fn has_extension_lines(&self) -> bool {
        self.note.text().bytes().filter(|byte| *byte == b'\n').count() > 3
    }

    /// The same request with another note over the same text.
    pub(crate) fn with_note(&self, note: UnverifiedNote) -> Self {
        Self { note, ..self.clone() }
    }
}

impl Claim {
    fn parse(text: &str) -> Result<Self, CheckpointError> {
        match TreeHead::parse(text) {
            Ok(head) => Ok(Self { origin: head.origin().clone(), size: head.size(), root: head.root() }),
            Err(error) => Self::of_empty_tree(text).ok_or(error),
        }
    }

    /// A text that is refused for nothing but its root, at size 0.
    fn of_empty_tree(text: &str) -> Option<Self> {
        let (origin, rest) = text.split_once('\n')?;
        let (root, rest) = rest.strip_prefix("0\n")?.split_once('\n')?;
        let root = Digest::from_slice(&base64::decode(root).ok()?).ok()?;
        let empty = base64::encode(EMPTY_ROOT.as_bytes());
        let head = TreeHead::parse(&format!("{origin}\n0\n{empty}\n{rest}")).ok()?;
        Some(Self { origin: head.origin().clone(), size: head.size(), root })
    }
}

fn malformed(expected: &'static str) -> WitnessError {
    WitnessError::MalformedRequest { expected }
}

/// The first line and what follows it. What follows the last line feed is a line too, unless it is empty: an end of file
/// must not read as the blank line.
fn next_line(rest: &str) -> Option<(&str, &str)> {
    if rest.is_empty() { None } else { Some(rest.split_once('\n').unwrap_or((rest, ""))) }
}
