//! The procedure (`specs/audit.md` "Procedure"), and what comes of it.

use std::collections::BTreeMap;

use detente_agreement::{Evaluation, Facts, VerdictClass, evaluate};
use detente_core::{Digest, LogId, TreeSize, UnixSeconds};

use crate::{
    AuditError, Case, CaseParty, LogInput, Malformed, Refused, Scoreboard, Thread, anchors, contents, facts,
    file::Given,
    log::AuditedLog,
    note,
    presentations::{self, Outcome},
    scoreboard::scoreboard,
    thread::{References, threads},
};

/// What an audit found. The same inputs give the same, in whatever order they came.
#[derive(Debug, Clone)]
pub struct Audit<'a> {
    pub(crate) case: &'a Case,
    pub(crate) at: UnixSeconds,
    pub(crate) facts: Facts,
    pub(crate) evaluations: Vec<Evaluation>,
    pub(crate) logs: Vec<AuditedLog<'a>>,
    /// By log, SHA-256 of the notes that gave the times.
    pub(crate) notes: BTreeMap<LogId, Vec<Digest>>,
    pub(crate) presentations: Counted<'a>,
    pub(crate) contents: Counted<'a>,
    pub(crate) threads: Vec<Thread>,
    pub(crate) scoreboard: Scoreboard,
}

/// Files of one sort, each once, with what became of them.
#[derive(Debug, Clone)]
pub(crate) struct Counted<'a> {
    pub(crate) files: Vec<Given<'a>>,
    pub(crate) outcomes: Vec<Outcome>,
}

impl Case {
    /// Audits the logs that are at hand, in whatever order, by what was published at `at`.
    ///
    /// # Errors
    /// [`AuditError`] of the first failure of steps 2 and 3, and a fork that a presentation shows.
    pub fn audit<'a>(
        &'a self,
        logs: &[LogInput<'a>],
        presentations: &'a [impl AsRef<[u8]>],
        contents: &'a [impl AsRef<[u8]>],
        at: UnixSeconds,
    ) -> Result<Audit<'a>, AuditError> {
        self.require_known(logs)?;
        let mut audited = Vec::new();
        for party in self.parties() {
            if let Some(input) = logs.iter().find(|input| input.log == party.log) {
                audited.push(AuditedLog::read(self, party, input, at)?);
            }
        }
        anchors::read(self, &mut audited)?;
        let files = Given::each_once(presentations);
        let presented = presentations::read(self, &mut audited, &files)?;
        let presentations = Counted { files, outcomes: presented.outcomes };
        let files = Given::each_once(contents);
        let opening = contents::read(&audited, &files);
        let contents = Counted { files, outcomes: opening.outcomes };

        let (mut opened, mut manifests) = (presented.opened, opening.manifests);
        let mut facts = Facts { at, times: self.times(), logs: BTreeMap::new() };
        let mut notes = BTreeMap::new();
        for log in &audited {
            let id = log.party.log;
            let (timeline, used) = note::timeline(&log.notes, &self.policy, facts.times, at)
                .map_err(|source| AuditError::Note { party: log.party.id.clone(), number: 0, source })?;
            notes.insert(id, used);
            let opened = opened.remove(&id).unwrap_or_default();
            let manifests = manifests.remove(&id).unwrap_or_default();
            facts.logs.insert(id, facts::facts(log, timeline, opened, manifests));
        }
        let references = References::of(&facts, self.parties());
        let threads = threads(&facts, self.parties(), &references);
        let scoreboard = scoreboard(&facts, self.parties(), &threads, &references);
        let evaluations = self
            .agreements()
            .map(|agreement| evaluate(agreement.digest(), agreement.terms(), &facts))
            .collect();
        Ok(Audit {
            case: self,
            at,
            facts,
            evaluations,
            logs: audited,
            notes,
            presentations,
            contents,
            threads,
            scoreboard,
        })
    }

    fn require_known(&self, logs: &[LogInput<'_>]) -> Result<(), AuditError> {
        for (number, input) in logs.iter().enumerate() {
            let log = input.log;
            if self.party_of(log).is_none() {
                return Err(AuditError::UnknownLog { log });
            }
            if logs.iter().take(number).any(|before| before.log == log) {
                return Err(AuditError::LogTwice { log });
            }
        }
        Ok(())
    }
}

impl Audit<'_> {
    /// The time asked about.
    pub const fn at(&self) -> UnixSeconds {
        self.at
    }

    /// What the cells were computed from.
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// What each agreement makes of the facts, in the order of [`Case::agreements`].
    pub fn evaluations(&self) -> &[Evaluation] {
        &self.evaluations
    }

    /// Every thread, by party and index.
    pub fn threads(&self) -> &[Thread] {
        &self.threads
    }

    /// The counts.
    pub const fn scoreboard(&self) -> &Scoreboard {
        &self.scoreboard
    }

    /// The logs that are at hand, in the order of the parties.
    pub fn logs(&self) -> impl Iterator<Item = LogSummary<'_>> {
        self.logs.iter().map(|log| LogSummary {
            party: &log.party,
            size: log.size,
            root: log.state.root_at(log.size).filter(|_| log.size != TreeSize::ZERO),
            note: log.audited.as_ref().map(|note| note.checkpoint.note_bytes()),
            malformed: log
                .malformed
                .iter()
                .map(|(index, code)| Malformed { index: *index, code: *code })
                .collect(),
            reach: log.reach,
        })
    }

    /// The files that were refused, sorted, each once for each code.
    pub fn refused(&self) -> Vec<Refused> {
        let mut refused: Vec<_> =
            [&self.presentations, &self.contents].into_iter().flat_map(Counted::refused).collect();
        refused.sort_unstable_by_key(|refused| (refused.file, refused.code.as_str()));
        refused.dedup();
        refused
    }

    /// 1 when something is broken, malformed or refused; else 3 when something is undecided or not in force; else 0.
    pub fn exit_code(&self) -> u8 {
        let cells = || self.evaluations.iter().flat_map(|evaluation| &evaluation.cells);
        let any = |class| cells().any(|cell| cell.verdict.class() == class);
        let malformed = self.logs.iter().any(|log| !log.malformed.is_empty());
        if any(VerdictClass::Broken) || malformed || !self.refused().is_empty() {
            1
        } else if any(VerdictClass::Undecided) || self.evaluations.iter().any(|found| found.force.is_none()) {
            3
        } else {
            0
        }
    }
}

/// One log, as far as it was audited.
#[derive(Debug, Clone)]
pub struct LogSummary<'a> {
    /// Whose it is.
    pub party: &'a CaseParty,
    /// The audited size.
    pub size: TreeSize,
    /// The root at that size; `None` when nothing was seen by the time asked about.
    pub root: Option<Digest>,
    /// The audited note; `None` when nothing was seen.
    pub note: Option<&'a [u8]>,
    /// Entries below the size that are no valid statements.
    pub malformed: Vec<Malformed>,
    /// How many entries the audit rests on, and an annex holds: at least the audited size.
    pub reach: TreeSize,
}

impl Counted<'_> {
    /// SHA-256 of the files that count, sorted.
    pub(crate) fn counting(&self) -> Vec<Digest> {
        let pairs = self.files.iter().zip(&self.outcomes);
        let counting = pairs.filter(|(_, outcome)| **outcome == Outcome::Counts);
        let mut digests: Vec<_> = counting.map(|(file, _)| file.digest).collect();
        digests.sort_unstable();
        digests
    }

    fn refused(&self) -> impl Iterator<Item = Refused> {
        self.files.iter().zip(&self.outcomes).filter_map(|(file, outcome)| match outcome {
            Outcome::Refused(code) => Some(Refused { file: file.digest, code: *code }),
            Outcome::Counts | Outcome::Aside => None,
        })
    }
}
