//! What is killed: every operation that writes both the vault and the log, and the start-up after each.

use detente_log::LogDirectory;
use detente_party::{Duplicates, KeyView, Outcome, Party, PartyError, PartyHook, init_party_with_hook};
use detente_statement::{Kind, RevocationReason, Role};

use crate::home::{Home, commit, passphrase, policy, reports};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Init,
    Commit,
    CommitAcrossTiles,
    CommitLarge,
    CommitWithoutReceipts,
    Amend,
    AddKey,
    RotateAuthor,
    RotateSealing,
    RevokeAuthor,
    Anchor,
    Issue,
    ChangeMeans,
}

/// An operation, and the fewest steps that it can have: below it, steps are no longer announced.
pub(crate) const OPERATIONS: [(Operation, usize); 13] = [
    (Operation::Init, 60),
    (Operation::Commit, 25),
    (Operation::CommitAcrossTiles, 45),
    (Operation::CommitLarge, 20),
    (Operation::CommitWithoutReceipts, 20),
    (Operation::Amend, 25),
    (Operation::AddKey, 22),
    (Operation::RotateAuthor, 26),
    (Operation::RotateSealing, 22),
    (Operation::RevokeAuthor, 26),
    (Operation::Anchor, 20),
    (Operation::Issue, 30),
    (Operation::ChangeMeans, 2),
];

/// What stands before an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Base {
    Nothing,
    Small,
    BelowTile,
}

/// More than SQLite keeps in memory, so that a transaction is partly in the file before it is committed.
const LARGE: usize = 900_000;

impl Operation {
    pub(crate) fn parse(word: &str) -> Option<Self> {
        OPERATIONS.into_iter().map(|(operation, _)| operation).find(|known| known.word() == word)
    }

    pub(crate) fn word(self) -> String {
        format!("{self:?}")
    }

    pub(crate) const fn base(self) -> Base {
        match self {
            Self::Init => Base::Nothing,
            Self::CommitAcrossTiles => Base::BelowTile,
            _ => Base::Small,
        }
    }

    /// Before which of its steps it is killed. A large commit has those of a small one, and is slow; what it is there
    /// for are the ones of the vault, which follow the two flushes of the log's start.
    pub(crate) fn killed_before(self, steps: usize, every: bool) -> core::ops::RangeInclusive<usize> {
        if self == Self::CommitLarge && !every { 3..=5 } else { 1..=steps }
    }

    /// How many entries it adds.
    pub(crate) const fn entries(self) -> u64 {
        match self {
            Self::Init | Self::AddKey | Self::RotateAuthor | Self::RotateSealing => 1,
            Self::RevokeAuthor | Self::Anchor | Self::Issue => 1,
            Self::Commit | Self::CommitWithoutReceipts => 3,
            Self::CommitAcrossTiles => 6,
            Self::CommitLarge => 3,
            Self::Amend => 2,
            Self::ChangeMeans => 0,
        }
    }

    pub(crate) fn run(self, home: &Home, hook: impl PartyHook + 'static) -> Result<(), PartyError> {
        if self == Self::Init {
            return init_party_with_hook(&home.folder(), &home.init_options(), hook).map(drop);
        }
        let mut party = Party::open_with_hook(home.folder(), &home.unlock(), hook)?;
        match self {
            Self::Init => {}
            Self::Commit | Self::CommitAcrossTiles | Self::CommitLarge | Self::CommitWithoutReceipts => {
                commit(&mut party, Duplicates::Skip, self != Self::CommitWithoutReceipts, &self.batch())?;
            }
            Self::Amend => drop(commit(&mut party, Duplicates::AmendOnly, true, &self.batch())?),
            Self::AddKey => drop(party.add_key()?),
            Self::RotateAuthor => drop(party.rotate_key(Role::Author)?),
            Self::RotateSealing => drop(party.rotate_key(Role::Sealing)?),
            Self::RevokeAuthor => {
                let used = |key: &KeyView| key.role == Role::Author && key.in_use;
                let key = party.keys()?.into_iter().find(used).unwrap().key;
                drop(party.revoke_key(key, RevocationReason::Retired)?);
            }
            Self::Anchor => {
                let other = home.other();
                party.anchor(&LogDirectory::open(other.log())?, &policy(&other), |_, _| {})?;
            }
            Self::Issue => {
                let filled = home.request();
                party.issue_filled(Kind::RequestAssistance, filled)?;
            }
            Self::ChangeMeans => party.rewrap(&passphrase())?,
        }
        Ok(())
    }

    /// What the next command does first, whichever it is: for an interrupted init, init again.
    pub(crate) fn start(self, home: &Home, hook: impl PartyHook + 'static) -> Result<(), PartyError> {
        if !home.folder().vault().exists() {
            assert_eq!(self, Self::Init);
            return self.run(home, hook);
        }
        let mut party = Party::open_with_hook(home.folder(), &home.unlock(), hook)?;
        match party.commit(&detente_party::CommitOptions::default(), |_| Ok(())) {
            Err(PartyError::NoReports) => Ok(()),
            Err(error) => Err(error),
            Ok(_) => panic!("a commit of nothing"),
        }
    }

    /// Does it again: all of it when nothing of it happened, else what doing it twice comes to.
    pub(crate) fn repeat(self, home: &Home, landed: bool) {
        let before = home.log_size();
        let mut party = home.party();
        let grown = match self {
            Self::Init => {
                let refused = init_party_with_hook(
                    &home.folder(),
                    &home.init_options(),
                    |_: detente_party::PartyStep<'_>| Ok(()),
                );
                assert!(matches!(refused, Err(PartyError::PartyExists { .. })));
                0
            }
            Self::Commit | Self::CommitAcrossTiles | Self::CommitLarge | Self::CommitWithoutReceipts => {
                let receipts = self != Self::CommitWithoutReceipts;
                let done = commit(&mut party, Duplicates::Skip, receipts, &self.batch()).unwrap();
                let skipped = |outcome: &Outcome| matches!(outcome, Outcome::Skipped(_));
                assert!(done.reports.iter().all(|report| skipped(&report.outcome) == landed), "{done:?}");
                if landed { 0 } else { self.entries() }
            }
            Self::Amend => {
                let done = commit(&mut party, Duplicates::AmendOnly, true, &self.batch()).unwrap();
                let same = |outcome: &Outcome| matches!(outcome, Outcome::Unchanged(_));
                assert!(done.reports.iter().all(|report| same(&report.outcome) == landed), "{done:?}");
                if landed { 0 } else { self.entries() }
            }
            Self::ChangeMeans => {
                party.rewrap(&passphrase()).unwrap();
                0
            }
            Self::RevokeAuthor if landed => {
                drop(party);
                let refused = self.run(home, |_: detente_party::PartyStep<'_>| Ok(())).unwrap_err();
                assert!(matches!(refused, PartyError::LastAuthorKey { .. }), "{refused}");
                0
            }
            _ => {
                drop(party);
                self.run(home, |_: detente_party::PartyStep<'_>| Ok(())).unwrap();
                1
            }
        };
        assert_eq!(home.log_size(), before + grown);
    }

    fn batch(self) -> String {
        let large = "large ".repeat(LARGE / 6);
        match self {
            Self::Amend => reports("old", 0..2, "As it looks now."),
            Self::CommitLarge => reports("new", 0..self.entries(), &large),
            _ => reports("new", 0..self.entries(), "What was seen."),
        }
    }
}
