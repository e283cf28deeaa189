//! The eighteen steps (`specs/presentation.md` "Verify"), in their order.

use detente_checkpoint::{
    Policy, Pool, UnverifiedCheckpoint, UnverifiedProof, VerifiedCheckpoint, VerifiedInclusion,
};
use detente_core::{KeyDigest, LeafIndex};
use detente_disclosure::{Profile, SealedValue, UnverifiedOpenings};
use detente_merkle::{leaf_hash, verify_inclusion};
use detente_statement::{KeyHistory, Kind, Statement, StatementError, UnverifiedStatement};

use crate::file::{Earlier, Event, File};
use crate::grant::Grant;
use crate::{GrantTerms, Part, PresentationError, VerifiedPresentation};

/// Whom the reader trusts, and who the reader is.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'r> {
    /// The reader's own policy, with its companion.
    pub policy: &'r Policy,
    /// Profiles that are built in or that the reader's agreement names.
    pub profiles: &'r [&'r Profile],
    /// The reader's own key digest, when the audience is to be checked.
    pub audience: Option<KeyDigest>,
}

/// A presentation that is well formed; nothing in it has been checked.
#[derive(Debug, Clone, PartialEq)]
pub struct UnverifiedPresentation {
    file: File,
}

impl UnverifiedPresentation {
    /// Steps 1 and 2: length, canonical JSON, members.
    ///
    /// # Errors
    /// [`PresentationError::Oversize`], [`PresentationError::Json`], [`PresentationError::MalformedPresentation`].
    pub fn parse(bytes: &[u8]) -> Result<Self, PresentationError> {
        Ok(Self { file: File::parse(bytes)? })
    }

    /// The terms of the grant as written; nobody is known to have signed them.
    pub const fn unverified_terms(&self) -> &GrantTerms {
        &self.file.grant.terms
    }

    /// The openings as written.
    pub fn unverified_openings(&self) -> &[detente_disclosure::Opening] {
        &self.file.openings
    }

    /// The entry as written.
    pub fn unverified_entry(&self) -> &[u8] {
        &self.file.entry
    }

    /// The text of the proof as written, its checkpoint included.
    pub fn unverified_proof(&self) -> &str {
        &self.file.proof
    }

    /// Steps 3 to 18. A function of the file and the reader alone.
    ///
    /// # Errors
    /// [`PresentationError`] of the first step that fails.
    pub fn verify<'r>(self, reader: &Reader<'r>) -> Result<VerifiedPresentation<'r>, PresentationError> {
        let File { proof, entry, events, earlier, openings, multiproof, grant } = self.file;
        let inclusion = verify_proof(&proof, &entry, reader.policy)?;
        let checkpoint = inclusion.checkpoint();
        let index = inclusion.index();
        verify_events_included(&events, checkpoint)?;
        let history = replay_events(events)?;
        verify_genesis(&history, checkpoint, reader.policy)?;
        let statement = verify_entry(&history, index, &entry)?;
        let sealed = statement.sealed().filter(|_| statement.kind() == Kind::Sealed);
        let sealed = sealed.ok_or(PresentationError::NotSealed { kind: statement.kind() })?;

        let openings = UnverifiedOpenings::new(openings, multiproof);
        verify_grant(&grant, &statement, &openings, &history)?;
        let terms = grant.terms;
        if let Some(expected) = reader.audience.filter(|audience| *audience != terms.audience) {
            return Err(PresentationError::NotAudience { expected, got: terms.audience });
        }
        let profile = reader.profiles.iter().copied().find(|profile| profile.digest() == terms.profile);
        verify_leaves(&terms, &openings, profile)?;
        let profile = profile.ok_or(PresentationError::UnknownProfile { digest: terms.profile })?;
        let openings = openings.verify(profile, statement.log(), SealedValue::new(sealed))?;

        let checkpoint_error = |part| move |source| PresentationError::Checkpoint { part, source };
        let mut pool = Pool::new(checkpoint.clone());
        if let Some(earlier) = earlier {
            let (older, consistency) = verify_earlier(earlier, checkpoint, index, reader.policy)?;
            pool.add(older, &consistency).map_err(checkpoint_error(Part::Earlier))?;
        }
        let witnessing =
            checkpoint.require_quorum(reader.policy).map_err(checkpoint_error(Part::Checkpoint))?;
        let published =
            pool.publication_time(index, reader.policy).map_err(checkpoint_error(Part::Checkpoint))?;
        Ok(VerifiedPresentation {
            statement,
            party: history.genesis().party().to_owned(),
            inclusion,
            earlier: pool.checkpoints().get(1).cloned(),
            terms,
            signer: grant.signer,
            openings,
            witnessing,
            published,
        })
    }
}

/// Steps 3 and 4.
fn verify_proof(proof: &str, entry: &[u8], policy: &Policy) -> Result<VerifiedInclusion, PresentationError> {
    let error = |source| PresentationError::Checkpoint { part: Part::Proof, source };
    let proof = UnverifiedProof::parse(proof.as_bytes()).map_err(error)?;
    if proof.extra().is_some() {
        let expected = "a tlog-proof without an extra line";
        return Err(PresentationError::MalformedPresentation { member: "proof", expected });
    }
    proof.verify(leaf_hash(entry), policy).map_err(error)
}

/// Step 5.
fn verify_events_included(
    events: &[Event],
    checkpoint: &VerifiedCheckpoint,
) -> Result<(), PresentationError> {
    let mut previous = None;
    for event in events {
        match previous {
            None if event.index != LeafIndex::ZERO => {
                let kind = UnverifiedStatement::decode(&event.entry)
                    .map_or(Kind::Unlisted(0), |entry| entry.unverified_kind());
                let source = StatementError::GenesisMisplaced { index: event.index, kind };
                return Err(PresentationError::Statement { part: Part::Event(event.index), source });
            }
            Some(previous) if event.index <= previous => {
                let expected = "strictly increasing indices";
                return Err(PresentationError::MalformedPresentation { member: "events", expected });
            }
            _ => {}
        }
        previous = Some(event.index);
        verify_inclusion(
            event.index,
            checkpoint.size(),
            leaf_hash(&event.entry),
            &event.proof,
            checkpoint.root(),
        )
        .map_err(|source| PresentationError::Inclusion { part: Part::Event(event.index), source })?;
    }
    Ok(())
}

/// Step 6.
fn replay_events(events: Vec<Event>) -> Result<KeyHistory, PresentationError> {
    let mut history: Option<KeyHistory> = None;
    for event in events {
        let error = |source| PresentationError::Statement { part: Part::Event(event.index), source };
        let entry = UnverifiedStatement::decode(&event.entry).map_err(error)?;
        match &mut history {
            None => history = Some(KeyHistory::begin(entry).map_err(error)?.0),
            Some(history) => {
                let statement = history.check(event.index, entry).map_err(error)?;
                if !is_event(statement.kind()) {
                    let expected = "events that change keys or end the log";
                    return Err(PresentationError::MalformedPresentation { member: "events", expected });
                }
                require_open(history, event.index).map_err(error)?;
                history.apply(&statement).map_err(error)?;
            }
        }
    }
    let expected = "at least one event";
    history.ok_or(PresentationError::MalformedPresentation { member: "events", expected })
}

/// Step 7.
fn verify_genesis(
    history: &KeyHistory,
    checkpoint: &VerifiedCheckpoint,
    policy: &Policy,
) -> Result<(), PresentationError> {
    let genesis = history.genesis();
    if genesis.origin() != checkpoint.origin() {
        return Err(PresentationError::OriginMismatch {
            part: Part::Event(LeafIndex::ZERO),
            expected: checkpoint.origin().to_string(),
            got: genesis.origin().to_string(),
        });
    }
    if !checkpoint.is_signed_by(policy, genesis.checkpoint_key()) {
        return Err(PresentationError::UnknownLog { got: genesis.checkpoint_key().to_string() });
    }
    Ok(())
}

/// Step 8.
fn verify_entry(
    history: &KeyHistory,
    index: LeafIndex,
    entry: &[u8],
) -> Result<Statement, PresentationError> {
    UnverifiedStatement::decode(entry)
        .and_then(|entry| history.check(index, entry))
        .and_then(|statement| require_open(history, index).map(|()| statement))
        .map_err(|source| PresentationError::Statement { part: Part::Entry, source })
}

fn is_event(kind: Kind) -> bool {
    matches!(kind, Kind::KeyAdd | Kind::KeyRotate | Kind::KeyRevoke | Kind::LogClose)
}

/// Nothing follows `log.close`.
fn require_open(history: &KeyHistory, index: LeafIndex) -> Result<(), StatementError> {
    match history.closed().filter(|closed| *closed < index) {
        Some(closed) => Err(StatementError::EntryAfterClose { index, closed }),
        None => Ok(()),
    }
}

/// Steps 10 and 11.
fn verify_grant(
    grant: &Grant,
    statement: &Statement,
    openings: &UnverifiedOpenings,
    history: &KeyHistory,
) -> Result<(), PresentationError> {
    let terms = &grant.terms;
    let mismatch = |what| PresentationError::GrantMismatch { what };
    if terms.log != statement.log() {
        return Err(mismatch("log"));
    }
    if terms.statement != statement.id() {
        return Err(mismatch("statement"));
    }
    if terms.index != statement.index() {
        return Err(mismatch("index"));
    }
    let granted = terms.leaves.iter().map(|(slot, _)| *slot);
    if !granted.eq(openings.openings().iter().map(|opening| opening.slot().get())) {
        return Err(mismatch("slots"));
    }
    let signer = grant.signer;
    let (entry, revoked) =
        history.find(signer).ok_or(PresentationError::Relayed { log: history.log(), signer })?;
    if let Some(revoked) = revoked {
        return Err(PresentationError::GrantKeyRevoked { signer, revoked });
    }
    if !grant.is_signed_by(entry.key()) {
        return Err(PresentationError::InvalidGrantSignature { signer });
    }
    Ok(())
}

/// Step 13. The slots are those of the grant, in the same order: step 10.
fn verify_leaves(
    terms: &GrantTerms,
    openings: &UnverifiedOpenings,
    profile: Option<&Profile>,
) -> Result<(), PresentationError> {
    for ((slot, expected), opening) in terms.leaves.iter().zip(openings.openings()) {
        let got = opening.leaf(terms.log);
        if got != *expected {
            let named = profile.and_then(|profile| profile.slot(opening.slot()));
            let name = named.map_or("?", |slot| slot.name()).to_owned();
            return Err(PresentationError::OpeningMismatch { slot: *slot, name, expected: *expected, got });
        }
    }
    Ok(())
}

/// Step 16, its consistency proof excepted.
fn verify_earlier(
    earlier: Earlier,
    checkpoint: &VerifiedCheckpoint,
    index: LeafIndex,
    policy: &Policy,
) -> Result<(VerifiedCheckpoint, Vec<detente_core::Digest>), PresentationError> {
    let older = UnverifiedCheckpoint::parse(earlier.checkpoint.as_bytes())
        .and_then(|older| older.verify(policy))
        .map_err(|source| PresentationError::Checkpoint { part: Part::Earlier, source })?;
    if older.origin() != checkpoint.origin() {
        return Err(PresentationError::OriginMismatch {
            part: Part::Earlier,
            expected: checkpoint.origin().to_string(),
            got: older.origin().to_string(),
        });
    }
    if index.is_below(older.size()) {
        return Err(PresentationError::EarlierNotEarlier { index, size: older.size() });
    }
    Ok((older, earlier.consistency))
}
