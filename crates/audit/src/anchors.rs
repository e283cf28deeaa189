//! What parties' logs hold of each other's checkpoints (`specs/audit.md` "Procedure", step 3).

use detente_checkpoint::UnverifiedAnchor;
use detente_core::{Code, LogId, TreeSize};
use detente_statement::{Body, UnverifiedStatement};

use crate::{
    AuditError, Case,
    log::AuditedLog,
    note::Note,
    parallel,
    state::{Content, Entry},
};

/// What is made of one anchor by itself.
enum Read {
    /// Of no party's log, or of no log of the policy.
    NoAnchorHere,
    Malformed(Code),
    Verified(LogId, Box<Note>),
}

/// Step 3, for every log: what is covered, what is malformed, and notes that join the others.
pub(crate) fn read(case: &Case, logs: &mut [AuditedLog<'_>]) -> Result<(), AuditError> {
    for own in 0..logs.len() {
        let Some(log) = logs.get(own) else { break };
        let anchors: Vec<_> =
            log.entries().filter(|entry| matches!(entry.content, Content::Anchor)).collect();
        let read = parallel::map(&anchors, |entry| verify(case, entry));
        let whose = log.party.id.clone();
        for (entry, read) in anchors.into_iter().zip(read) {
            let covers = match read {
                Read::NoAnchorHere => continue,
                Read::Malformed(code) => Err(code),
                Read::Verified(of, note) => {
                    let place = || format!("anchor {} of {whose}", entry.index);
                    Ok((of, cover(case, logs, of, *note, place)?))
                }
            };
            let Some(log) = logs.get_mut(own) else { break };
            match covers {
                Ok(covers) => drop(log.anchors.insert(entry.index, covers)),
                Err(code) => drop(log.malformed.insert(entry.index, code)),
            }
        }
    }
    Ok(())
}

fn verify(case: &Case, entry: &Entry) -> Read {
    // The form was checked when the entry was read; a fault here is one of this crate, and named all the same.
    let statement = match UnverifiedStatement::decode(&entry.bytes) {
        Ok(statement) => statement,
        Err(error) => return Read::Malformed(error.code()),
    };
    let Body::Opaque(body) = statement.unverified_body() else {
        return Read::Malformed(Code::MalformedStatement);
    };
    let anchor = match UnverifiedAnchor::parse(body) {
        Ok(anchor) => anchor,
        Err(error) => return Read::Malformed(error.code()),
    };
    let log = anchor.unverified_log();
    let Some(party) = case.party_of(log) else { return Read::NoAnchorHere };
    if !anchor.names_log_of(&case.policy) {
        return Read::NoAnchorHere;
    }
    match anchor.verify(&case.policy) {
        Err(error) => Read::Malformed(error.code()),
        Ok(anchor) if *anchor.checkpoint().origin() != party.origin => Read::Malformed(Code::OriginMismatch),
        Ok(anchor) => Read::Verified(log, Box::new(Note::new(anchor.checkpoint().clone(), &case.policy))),
    }
}

/// How much of the other log is covered, if it is at hand that far.
fn cover(
    case: &Case,
    logs: &mut [AuditedLog<'_>],
    of: LogId,
    note: Note,
    place: impl Fn() -> String,
) -> Result<Option<TreeSize>, AuditError> {
    let Some(other) = logs.iter_mut().find(|other| other.party.log == of) else { return Ok(None) };
    if other.has(&note) == Some(false) {
        return Err(other.fork(case, place(), &note, &[]));
    }
    let size = note.size();
    if size > other.size {
        return Ok(None);
    }
    other.notes.push(note);
    Ok(Some(size))
}
