//! A refusal that the witness keeps and will sign when it is asked for (`specs/server.md` "Witness").

use detente_checkpoint::{KeyType, NoteKey, SignatureLine, SigningKey, UnverifiedNote};
use detente_core::{Code, Digest, Name, Origin, REFUSAL_NOTE, TreeSize, UnixSeconds, base64};

use crate::WitnessError;

/// Most refusals that are kept for one origin; an older one makes room for a newer.
pub const MAX_REFUSALS: usize = 256;

/// What was asked in vain, and why. It holds nothing that the log did not sign or the witness did not decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// SHA-256 of the request, which names the refusal.
    pub request: Digest,
    /// Why.
    pub code: Code,
    /// The old size that the request named.
    pub old: TreeSize,
    /// The checkpoint's size.
    pub size: TreeSize,
    /// The checkpoint's root.
    pub root: Digest,
    /// The newest size that the witness had cosigned then; 0 when none.
    pub newest: TreeSize,
    /// The witness's clock then, in seconds.
    pub time: UnixSeconds,
}

impl Refusal {
    /// The text that the witness signs.
    pub fn text(&self, witness: &Name, origin: &Origin) -> String {
        let Self { request, code, old, size, root, newest, time } = self;
        let root = base64::encode(root.as_bytes());
        format!(
            "{REFUSAL_NOTE}\n{witness}\n{origin}\n{code}\n{old}\n{size}\n{root}\n{newest}\n{time}\n{request}\n"
        )
    }

    /// The note: the text, and the line of the witness's key as one of type 0x01.
    ///
    /// # Errors
    /// [`WitnessError::Name`] for a witness that must not have its name; those of a note.
    pub(crate) fn note(
        &self,
        witness: &Name,
        key: &SigningKey,
        origin: &Origin,
    ) -> Result<UnverifiedNote, WitnessError> {
        check_name(witness)?;
        let text = self.text(witness, origin);
        let line = SignatureLine::new(&refusal_key(witness, key), key.sign(text.as_bytes()).to_vec());
        Ok(UnverifiedNote::assemble(&text, &[line])?)
    }
}

/// Whether a witness may have the name. With the first line of a refusal for its name, a refusal could be shown for a
/// checkpoint of a log of that origin, or the other way round.
///
/// # Errors
/// [`WitnessError::Name`].
pub(crate) fn check_name(name: &Name) -> Result<(), WitnessError> {
    if name.as_str() == REFUSAL_NOTE {
        return Err(WitnessError::Name { name: name.to_string() });
    }
    Ok(())
}

/// The witness's key as the one that signs refusals: another type, so another key id than that of its cosignatures.
fn refusal_key(witness: &Name, key: &SigningKey) -> NoteKey {
    NoteKey::new(witness.clone(), KeyType::Log, key.public())
}
