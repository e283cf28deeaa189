//! A witness's timed signature of a checkpoint (`specs/checkpoint.md` "Cosignature", C2SP tlog-cosignature).

use detente_core::{Name, UnixSeconds};

use crate::{CheckpointError, KeyType, NoteKey, SignatureLine, SigningKey, TreeHead};

/// The bytes that a witness signs: a header, the time, the note's text.
///
/// They do not name the witness, so one key must not serve two.
pub fn message(time: UnixSeconds, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {time}\n{text}").into_bytes()
}

/// Cosigns a tree head. It has no extension lines, so none is ever cosigned.
///
/// A time of 0 makes a line that verifies and that no quorum counts.
pub fn sign(witness: &Name, key: &SigningKey, time: UnixSeconds, head: &TreeHead) -> SignatureLine {
    let mut blob = time.get().to_be_bytes().to_vec();
    blob.extend_from_slice(&key.sign(&message(time, &head.to_string())));
    SignatureLine::new(&NoteKey::new(witness.clone(), KeyType::Cosignature, key.public()), blob)
}

/// Checks a cosignature line of a key over a note's text and gives its time, in seconds; 0 counts as no cosignature.
///
/// # Errors
/// `INVALID-COSIGNATURE`: a key of another type, a line of another key or length, a time above 2^63 - 1, or a
/// signature that is not valid.
pub fn verify(key: &NoteKey, line: &SignatureLine, text: &str) -> Result<UnixSeconds, CheckpointError> {
    let invalid = |expected| CheckpointError::InvalidCosignature { name: line.name().to_string(), expected };
    if key.kind() != KeyType::Cosignature || !line.is_of(key) {
        return Err(invalid("a line of this cosignature key"));
    }
    let Some((time, Ok(signature))) =
        line.blob().split_first_chunk::<8>().map(|(time, rest)| (time, <&[u8; 64]>::try_from(rest)))
    else {
        return Err(invalid("8 bytes of time and 64 of signature"));
    };
    let time =
        UnixSeconds::new(u64::from_be_bytes(*time)).map_err(|_| invalid("a time of at most 2^63 - 1"))?;
    key.key().verify(&message(time, text), signature).map_err(|_| invalid("a valid signature"))?;
    Ok(time)
}
