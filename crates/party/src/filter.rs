//! Which entries of a party's own log are listed, and in which order; one bundle in memory at a time.

use core::ops::ControlFlow;

use detente_core::LeafIndex;
use detente_disclosure::RealKind;
use detente_log::{LogDirectory, LogTree};
use detente_statement::Kind;

use crate::entries::{EntryView, UNKNOWN, view};
use crate::{Party, PartyError, PartyFolder};

/// A kind that a list is narrowed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KindFilter {
    /// A kind that everybody sees.
    Visible(Kind),
    /// A kind that only the vault tells.
    Real(RealKind),
    /// Sealed entries that the vault cannot open.
    Unknown,
}

impl KindFilter {
    /// The kind of that name, visible or real.
    pub fn parse(name: &str) -> Option<Self> {
        let visible = Kind::ALL.iter().find(|kind| kind.name() == name).copied().map(Self::Visible);
        let other =
            || if name == UNKNOWN { Some(Self::Unknown) } else { RealKind::parse(name).map(Self::Real) };
        visible.or_else(other)
    }
}

/// Which entries are listed; all in order unless something is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryFilter {
    /// Only this kind.
    pub kind: Option<KindFilter>,
    /// Only entries of this incident id.
    pub id: Option<String>,
    /// Only entries from this index on.
    pub since: LeafIndex,
    /// At most so many.
    pub limit: Option<u64>,
    /// The newest first.
    pub newest: bool,
}

impl Default for EntryFilter {
    fn default() -> Self {
        Self { kind: None, id: None, since: LeafIndex::ZERO, limit: None, newest: false }
    }
}

impl EntryFilter {
    /// Whether only the vault can tell which entries it admits.
    pub const fn needs_vault(&self) -> bool {
        self.id.is_some() || matches!(self.kind, Some(KindFilter::Real(_) | KindFilter::Unknown))
    }

    fn admits(&self, entry: &EntryView) -> bool {
        match self.kind {
            None => true,
            Some(KindFilter::Visible(kind)) => entry.kind == kind,
            Some(KindFilter::Real(kind)) => entry.is_privately(kind.as_str()),
            Some(KindFilter::Unknown) => entry.is_privately(UNKNOWN),
        }
    }
}

/// Calls `each` with the entries that a filter admits, until it says to stop; with an open party also what the vault knows.
///
/// # Errors
/// [`PartyError::Argument`] for a filter that needs a vault without one, those of the log's files or the vault.
pub fn list_filtered(
    folder: &PartyFolder,
    party: Option<&Party>,
    filter: &EntryFilter,
    mut each: impl FnMut(EntryView) -> Result<ControlFlow<()>, PartyError>,
) -> Result<(), PartyError> {
    if filter.needs_vault() && party.is_none() {
        return Err(PartyError::Argument { argument: "filter", expected: "an open vault" });
    }
    let directory = LogDirectory::open(folder.log())?;
    let tree = directory.tree()?;
    let mut left = filter.limit.unwrap_or(u64::MAX);
    if left == 0 {
        return Ok(());
    }
    walk(&tree, party, filter, |index, entry| {
        let entry = view(party, index, entry)?;
        if !filter.admits(&entry) {
            return Ok(ControlFlow::Continue(()));
        }
        left -= 1;
        Ok(if each(entry)?.is_break() || left == 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    })
}

/// Entries of a bundle: what is read backwards is read so many at a time.
const BUNDLE: u64 = 256;

fn walk(
    tree: &LogTree<'_>,
    party: Option<&Party>,
    filter: &EntryFilter,
    mut each: impl FnMut(LeafIndex, &[u8]) -> Result<ControlFlow<()>, PartyError>,
) -> Result<(), PartyError> {
    let (since, size) = (filter.since.get(), tree.size().get());
    if let (Some(id), Some(party)) = (&filter.id, party) {
        // The vault finds them without reading the log.
        let mut found = party.vault.indices_of(id)?;
        found.retain(|index| (since..size).contains(&index.get()));
        if filter.newest {
            found.reverse();
        }
        for index in found {
            if each(index, &tree.entry(index)?)?.is_break() {
                break;
            }
        }
    } else if filter.newest {
        let mut end = size;
        while end > since {
            let start = ((end - 1) / BUNDLE * BUNDLE).max(since);
            let bundle = tree.entries(start..end).collect::<Result<Vec<_>, _>>()?;
            for (index, entry) in (start..end).zip(&bundle).collect::<Vec<_>>().into_iter().rev() {
                if each(LeafIndex::new(index)?, entry)?.is_break() {
                    return Ok(());
                }
            }
            end = start;
        }
    } else {
        for (index, entry) in (since..size).zip(tree.entries(since..size)) {
            if each(LeafIndex::new(index)?, &entry?)?.is_break() {
                break;
            }
        }
    }
    Ok(())
}
