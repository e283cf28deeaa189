//! Signed notes: a text, a blank line, signature lines (`specs/checkpoint.md` "Signed note").

use core::fmt;
use std::collections::BTreeSet;

use detente_core::{CoreError, Name, base64};

use crate::{CheckpointError, KeyId, NoteKey};

/// Longest note, in bytes.
pub const MAX_NOTE_BYTES: usize = 1_000_000;

/// Most signature lines of a note.
pub const MAX_SIGNATURES: usize = 100;

/// A note whose form is right and whose signatures nobody checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedNote {
    whole: String,
    text_length: usize,
    signatures: Vec<SignatureLine>,
}

impl UnverifiedNote {
    /// Reads a note, whole.
    ///
    /// # Errors
    /// In this order: `OVERSIZE`; `MALFORMED-NOTE` for the note; the first bad signature line's `MALFORMED-NOTE` or
    /// `MALFORMED-BASE64`; `TOO-MANY-SIGNATURES`; `DUPLICATE-SIGNATURE`.
    pub fn parse(bytes: &[u8]) -> Result<Self, CheckpointError> {
        if bytes.len() > MAX_NOTE_BYTES {
            let source = CoreError::Oversize { object: "note", limit: MAX_NOTE_BYTES, got: bytes.len() };
            return Err(CheckpointError::Core { object: "note", source });
        }
        let malformed = |expected| CheckpointError::MalformedNote { expected };
        let whole = core::str::from_utf8(bytes).map_err(|_| malformed("UTF-8"))?;
        if whole.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
            return Err(malformed("no control character but line feeds"));
        }
        // The last blank line splits, because the text may have blank lines of its own.
        let (text, lines) = whole
            .rfind("\n\n")
            .and_then(|end| Some((whole.get(..=end)?, whole.get(end + 2..)?)))
            .ok_or_else(|| malformed("a text and a blank line"))?;
        let lines = lines
            .strip_suffix('\n')
            .ok_or_else(|| malformed("signature lines after the last blank line, and a final line feed"))?;
        let mut signatures = Vec::new();
        for (position, line) in lines.split('\n').enumerate() {
            if position == MAX_SIGNATURES {
                return Err(CheckpointError::TooManySignatures);
            }
            signatures.push(SignatureLine::parse(line, position + 1)?);
        }
        let mut seen = BTreeSet::new();
        for line in &signatures {
            // Of two lines of one key, readers differ in which they believe; so neither is.
            if !seen.insert((&line.name, line.key_id)) {
                let (name, id) = (line.name.to_string(), line.key_id.to_string());
                return Err(CheckpointError::DuplicateSignature { name, id });
            }
        }
        Ok(Self { whole: whole.to_owned(), text_length: text.len(), signatures })
    }

    /// Writes a note and reads it again, so that none is ever written that a reader refuses.
    ///
    /// # Errors
    /// Those of [`Self::parse`].
    pub fn assemble(text: &str, signatures: &[SignatureLine]) -> Result<Self, CheckpointError> {
        // Without this, a text cut short would swallow the separator: the signed bytes would differ from the text.
        if !text.ends_with('\n') {
            return Err(CheckpointError::MalformedNote { expected: "a text that ends with a line feed" });
        }
        let lines: String = signatures.iter().map(|line| format!("{line}\n")).collect();
        Self::parse(format!("{text}\n{lines}").as_bytes())
    }

    /// The same note with one more signature line, last.
    ///
    /// # Errors
    /// Those of [`Self::parse`]; a second line of one key is `DUPLICATE-SIGNATURE`.
    pub fn with_signature(mut self, line: SignatureLine) -> Result<Self, CheckpointError> {
        self.signatures.push(line);
        Self::assemble(self.text(), &self.signatures)
    }

    /// The signed text, final line feed included.
    pub fn text(&self) -> &str {
        self.whole.get(..self.text_length).unwrap_or_default()
    }

    /// The signature lines, in the order of the note.
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// The whole note, as read.
    pub fn as_bytes(&self) -> &[u8] {
        self.whole.as_bytes()
    }
}

/// One signature line: whose it claims to be, and bytes that only a key of that name and id can judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureLine {
    name: Name,
    key_id: KeyId,
    blob: Vec<u8>,
}

impl SignatureLine {
    /// The line of a key: `blob` is what follows the key id, 64 bytes for a log key, 72 for a cosignature key.
    pub fn new(key: &NoteKey, blob: Vec<u8>) -> Self {
        Self { name: key.name().clone(), key_id: key.id(), blob }
    }

    fn parse(line: &str, number: usize) -> Result<Self, CheckpointError> {
        let malformed = |expected| CheckpointError::MalformedSignatureLine { number, expected };
        let (name, encoded) = line
            .strip_prefix("— ")
            .and_then(|rest| rest.split_once(' '))
            .ok_or_else(|| malformed("a dash U+2014, a name and base64, one space between them"))?;
        let name = Name::parse(name).map_err(|_| malformed("a key name"))?;
        let bytes = base64::decode(encoded).map_err(CheckpointError::within("signature line"))?;
        match bytes.split_first_chunk::<4>() {
            Some((id, blob)) if !blob.is_empty() => {
                Ok(Self { name, key_id: KeyId::from_bytes(*id), blob: blob.to_vec() })
            }
            _ => Err(malformed("a key id of 4 bytes and at least one byte")),
        }
    }

    /// The key's name.
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// The key id.
    pub const fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// What follows the key id.
    pub fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// Whether the line claims to be of this key.
    pub fn is_of(&self, key: &NoteKey) -> bool {
        self.key_id == key.id() && self.name == *key.name()
    }
}

impl fmt::Display for SignatureLine {
    /// The line, without its line feed.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.key_id.as_bytes().as_slice(), &self.blob].concat();
        write!(formatter, "— {} {}", self.name, base64::encode(&bytes))
    }
}
