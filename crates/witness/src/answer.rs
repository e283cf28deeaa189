//! The answer's bytes, for a server and for files (`specs/witness.md` "Decide", "File by file").

use detente_checkpoint::{SignatureLine, UnverifiedNote};
use detente_core::{TreeSize, decimal};

use crate::WitnessError;

/// Content type of an answer that holds a size.
pub const SIZE_CONTENT_TYPE: &str = "text/x.tlog.size";

/// What a witness answers that is worth a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Status 200: lines to append to the note. They are not verified: that needs a policy.
    Cosigned(Vec<SignatureLine>),
    /// Status 409: the size to start the proof from.
    Conflict(TreeSize),
}

impl Answer {
    /// The answer to a request; a refusal other than `SIZE-CONFLICT` has none.
    ///
    /// # Errors
    /// The refusal, handed through.
    pub fn of(outcome: Result<Vec<SignatureLine>, WitnessError>) -> Result<Self, WitnessError> {
        match outcome {
            Ok(lines) => Ok(Self::Cosigned(lines)),
            Err(WitnessError::SizeConflict { newest, .. }) => Ok(Self::Conflict(newest)),
            Err(error) => Err(error),
        }
    }

    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Cosigned(_) => 200,
            Self::Conflict(_) => 409,
        }
    }

    /// The body.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Cosigned(lines) => lines.iter().map(|line| format!("{line}\n")).collect::<String>(),
            Self::Conflict(size) => format!("{size}\n"),
        }
        .into_bytes()
    }

    /// Reads an answer about a note.
    ///
    /// # Errors
    /// Those of a note with the same text and these signature lines.
    pub fn parse(note: &UnverifiedNote, bytes: &[u8]) -> Result<Self, WitnessError> {
        let size = core::str::from_utf8(bytes)
            .ok()
            .and_then(|text| text.strip_suffix('\n'))
            .and_then(|text| decimal::parse(text).ok());
        if let Some(size) = size {
            return Ok(Self::Conflict(TreeSize::new(size).map_err(WitnessError::within("answer"))?));
        }
        let whole = [note.text().as_bytes(), b"\n", bytes].concat();
        let answered = UnverifiedNote::parse(&whole)?;
        // Lines with a blank one among them would read as a longer text.
        if answered.text() != note.text() {
            return Err(WitnessError::MalformedRequest { expected: "an answer of signature lines" });
        }
        Ok(Self::Cosigned(answered.signatures().to_vec()))
    }
}
