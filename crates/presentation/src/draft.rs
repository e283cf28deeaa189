//! Writing a presentation from parts that a party holds.

use detente_checkpoint::{CheckpointError, proof};
use detente_core::{Digest, LeafIndex};
use detente_disclosure::UnverifiedOpenings;

use crate::file::{Earlier, Event, File};
use crate::{Grant, Part, PresentationError};

/// A key event with its inclusion proof.
#[derive(Debug, Clone)]
pub struct EventDraft {
    /// Its index.
    pub index: LeafIndex,
    /// Its bytes.
    pub entry: Vec<u8>,
    /// Its inclusion proof to the checkpoint of the draft.
    pub proof: Vec<Digest>,
}

/// The parts of a presentation.
#[derive(Debug, Clone)]
pub struct PresentationDraft {
    /// The entry's index.
    pub index: LeafIndex,
    /// The entry's bytes.
    pub entry: Vec<u8>,
    /// Its inclusion proof to the checkpoint.
    pub inclusion: Vec<Digest>,
    /// The signed note.
    pub checkpoint: Vec<u8>,
    /// Genesis and key events, by index.
    pub events: Vec<EventDraft>,
    /// An earlier signed note and the consistency proof from it.
    pub earlier: Option<(Vec<u8>, Vec<Digest>)>,
    /// The openings.
    pub openings: UnverifiedOpenings,
    /// The signed grant.
    pub grant: Grant,
}

impl PresentationDraft {
    /// The file's bytes. They are well formed; whether they verify, a reader decides.
    ///
    /// # Errors
    /// Those of [`crate::UnverifiedPresentation::parse`], and of tlog-proofs.
    pub fn to_bytes(self) -> Result<Vec<u8>, PresentationError> {
        let error = |source: CheckpointError| PresentationError::Checkpoint { part: Part::Proof, source };
        let proof = proof::write(None, self.index, &self.inclusion, &self.checkpoint).map_err(error)?;
        let text = |bytes: Vec<u8>| {
            let expected = "a note in UTF-8";
            String::from_utf8(bytes)
                .map_err(|_| PresentationError::MalformedPresentation { member: "checkpoint", expected })
        };
        let earlier = self
            .earlier
            .map(|(note, consistency)| text(note).map(|checkpoint| Earlier { checkpoint, consistency }))
            .transpose()?;
        let events = self
            .events
            .into_iter()
            .map(|event| Event { index: event.index, entry: event.entry, proof: event.proof })
            .collect();
        let file = File {
            proof: text(proof)?,
            entry: self.entry,
            events,
            earlier,
            openings: self.openings.openings().to_vec(),
            multiproof: self.openings.multi_proof().to_vec(),
            grant: self.grant,
        };
        let bytes = file.to_bytes();
        File::parse(&bytes)?;
        Ok(bytes)
    }
}
