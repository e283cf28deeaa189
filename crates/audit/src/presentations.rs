//! Which slots of sealed entries are open (`specs/audit.md` "Procedure", step 4).

use std::collections::BTreeMap;

use detente_agreement::Opened;
use detente_core::{Code, LeafIndex, LogId};
use detente_disclosure::Profile;
use detente_presentation::{Reader, UnverifiedPresentation, VerifiedPresentation};

use crate::{AuditError, Case, file::Given, log::AuditedLog, note::Note, parallel};

/// Opened slots, by log and entry.
pub(crate) type Openings = BTreeMap<LogId, BTreeMap<LeafIndex, Opened>>;

/// What presentations give.
#[derive(Debug, Clone, Default)]
pub(crate) struct Presented {
    pub(crate) opened: Openings,
    /// One for each file, in the order given: whether it counts, or why not.
    pub(crate) outcomes: Vec<Outcome>,
}

/// What became of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Counts,
    /// It is in order, and about nothing that counts.
    Aside,
    Refused(Code),
}

/// Step 4.
pub(crate) fn read(
    case: &Case,
    logs: &mut [AuditedLog<'_>],
    files: &[Given<'_>],
) -> Result<Presented, AuditError> {
    let profiles = [Profile::veris_1()];
    let reader = Reader { policy: &case.policy, profiles: &profiles, audience: None };
    let verified = parallel::map(files, |file| {
        UnverifiedPresentation::parse(file.bytes).and_then(|presentation| presentation.verify(&reader))
    });
    let mut presented = Presented::default();
    for (file, verified) in files.iter().zip(verified) {
        let outcome = match verified {
            Err(error) => Outcome::Refused(error.code()),
            Ok(presentation) => {
                let place = format!("presentation {}", file.digest);
                take(case, logs, &presentation, place, &mut presented.opened)?
            }
        };
        presented.outcomes.push(outcome);
    }
    Ok(presented)
}

fn take(
    case: &Case,
    logs: &mut [AuditedLog<'_>],
    presentation: &VerifiedPresentation<'_>,
    place: String,
    opened: &mut Openings,
) -> Result<Outcome, AuditError> {
    let Some(log) = logs.iter_mut().find(|log| log.party.origin == *presentation.origin()) else {
        return Ok(Outcome::Refused(Code::LogMismatch));
    };
    let note = Note::new(presentation.checkpoint().clone(), &case.policy);
    match log.has(&note) {
        None => return Ok(Outcome::Refused(Code::IndexRange)),
        Some(false) => return Err(log.fork(case, place, &note, &[])),
        Some(true) => log.reach = log.reach.max(note.size()),
    }
    if let Err(code) = require_signer(log, presentation) {
        return Ok(Outcome::Refused(code));
    }
    log.notes.push(note);
    // The file shows it consistent with the checkpoint, which is of this tree.
    let earlier = presentation.earlier_checkpoint();
    log.notes.extend(earlier.map(|earlier| Note::new(earlier.clone(), &case.policy)));
    let index = presentation.index();
    if !index.is_below(log.size) || log.malformed.contains_key(&index) {
        return Ok(Outcome::Aside);
    }
    let statement = presentation.statement().id();
    let of_log = opened.entry(log.party.log).or_default();
    let entry = of_log.entry(index).or_insert_with(|| Opened { statement, slots: BTreeMap::new() });
    for slot in presentation.openings().iter() {
        entry.slots.insert(slot.number().get(), slot.value().cloned());
    }
    Ok(Outcome::Counts)
}

/// By all entries below the checkpoint, not only those that the file has.
fn require_signer(log: &AuditedLog<'_>, presentation: &VerifiedPresentation<'_>) -> Result<(), Code> {
    let signer = presentation.signer();
    let size = presentation.size();
    let lives = log.state.keys().map(|keys| keys.lives());
    let life = lives.into_iter().flatten().find(|(key, _, _)| key.digest() == signer);
    match life {
        Some((_, enrolled, _)) if !enrolled.is_below(size) => Err(Code::Relayed),
        Some((_, _, Some(revoked))) if revoked.is_below(size) => Err(Code::KeyRevoked),
        Some(_) => Ok(()),
        None => Err(Code::Relayed),
    }
}
