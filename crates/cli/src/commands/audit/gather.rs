//! One party's log for an audit: its notes, and its entries replayed; with a notebook only the new ones.

use core::ops::Range;
use std::path::{Path, PathBuf};

use detente_audit::{Audit, AuditError, CaseParty, LogInput, LogState};
use detente_checkpoint::UnverifiedCheckpoint;
use detente_core::{Digest, LogId, TreeSize};
use detente_party::{Writing, write_atomically};

use crate::args::ReadingArguments;
use crate::commands::published::{self, Published};
use crate::failure::Failure;
use crate::output::Printer;

/// Entries that are replayed together.
const TOGETHER: usize = 4_096;

/// A log that is at hand.
pub(crate) struct Gathered {
    pub(crate) party: CaseParty,
    notes: Vec<Vec<u8>>,
    state: LogState,
    /// The largest size of a note.
    size: TreeSize,
    published: Published,
}

impl Gathered {
    pub(crate) const fn log(&self) -> LogId {
        self.party.log
    }

    pub(crate) fn input(&self) -> LogInput<'_> {
        LogInput { log: self.party.log, notes: &self.notes, state: &self.state }
    }

    /// Entries as they are there now, as far as they can be read.
    pub(super) fn entries(&self, range: Range<u64>) -> Vec<Vec<u8>> {
        self.published.log.tree_of(self.size).entries(range).map_while(Result::ok).collect()
    }
}

/// Reads a log. One at an address is fetched first, into the notebook when there is one.
pub(crate) fn gather(
    party: &CaseParty,
    place: &Path,
    notebook: Option<&Path>,
    reading: &ReadingArguments,
    printer: &Printer,
) -> Result<Gathered, Failure> {
    let mirror = notebook
        .filter(|_| published::is_at_address(place))
        .map(|notebook| notebook.join(format!("{}.mirror", party.log)));
    if let Some(mirror) = &mirror {
        std::fs::create_dir_all(mirror).map_err(|error| Failure::unavailable(mirror, &error))?;
    }
    // Fetched as the log's own genesis has it: what a quorum has seen of it is for the audit to say, and the newest note
    // may be too new for one.
    let published = published::open(place, reading, mirror.as_deref(), None, printer)?;
    let log = &published.log;
    // Listed before the newest note is read: a log that grows meanwhile has the entries of both.
    let mut notes = Vec::new();
    for note in log.history_notes()? {
        notes.push(note?.1);
    }
    let newest = log.checkpoint_bytes()?;
    if !notes.contains(&newest) {
        notes.push(newest);
    }
    let size = notes.iter().filter_map(|note| size(note)).max().unwrap_or(TreeSize::ZERO);

    let mut state = match notebook {
        Some(notebook) => noted(&page(notebook, party.log))?,
        None => LogState::new(),
    };
    read(&published, &mut state, size, printer)?;
    let goes_on = notes
        .iter()
        .filter_map(|note| claimed(note))
        .all(|(of, root)| of < size || state.root_at(of) == Some(root));
    if let (false, Some(kept)) = (goes_on, state.noted().map(<[u8]>::to_vec)) {
        // What is there now does not go on from what was seen before: it is read anew, and the note that was kept is
        // half of the proof.
        notes.push(kept);
        state = LogState::new();
        read(&published, &mut state, size, printer)?;
    }
    Ok(Gathered { party: party.clone(), notes, state, size, published })
}

/// Replays what the state does not have yet.
fn read(
    published: &Published,
    state: &mut LogState,
    size: TreeSize,
    printer: &Printer,
) -> Result<(), Failure> {
    let bar = printer.progress("reading", Some(size.get()));
    let from = state.size().get();
    let mut together = Vec::with_capacity(TOGETHER);
    for entry in published.log.tree_of(size).entries(from.min(size.get())..size.get()) {
        together.push(entry?);
        if together.len() == TOGETHER {
            push(state, &mut together)?;
            bar.set_position(state.size().get());
        }
    }
    push(state, &mut together)?;
    bar.finish_and_clear();
    Ok(())
}

fn push(state: &mut LogState, entries: &mut Vec<Vec<u8>>) -> Result<(), Failure> {
    state.push(entries).map_err(|error| Failure::new(error.code(), "entries", error))?;
    entries.clear();
    Ok(())
}

/// The size and root that a note claims; one that is no checkpoint is refused later, by name.
fn claimed(note: &[u8]) -> Option<(TreeSize, Digest)> {
    let note = UnverifiedCheckpoint::parse(note).ok()?;
    Some((note.claimed().size(), note.claimed().root()))
}

fn size(note: &[u8]) -> Option<TreeSize> {
    claimed(note).map(|(size, _)| size)
}

fn page(notebook: &Path, log: LogId) -> PathBuf {
    notebook.join(format!("{log}.notebook"))
}

fn noted(path: &Path) -> Result<LogState, Failure> {
    if !path.exists() {
        return Ok(LogState::new());
    }
    let bytes = std::fs::read(path).map_err(|error| Failure::unavailable(path, &error))?;
    LogState::from_notebook(&bytes).map_err(|error: AuditError| {
        Failure::new(error.code(), path.display().to_string(), &error)
            .hint("move it away: without it the audit reads the log from its first entry")
    })
}

/// Keeps what the next audit need not verify again. An audit of the past does not take back what was seen.
pub(super) fn keep(notebook: &Path, audit: &Audit<'_>, logs: &[Gathered]) -> Result<(), Failure> {
    std::fs::create_dir_all(notebook).map_err(|error| Failure::unavailable(notebook, &error))?;
    for summary in audit.logs() {
        let (Some(note), Some(log)) =
            (summary.note, logs.iter().find(|log| log.party.log == summary.party.log))
        else {
            continue;
        };
        let before = log.state.noted().and_then(size).unwrap_or(TreeSize::ZERO);
        if summary.size < before {
            continue;
        }
        write_atomically(
            &page(notebook, log.party.log),
            &log.state.to_notebook(note),
            Writing::PrivateReplacing,
        )?;
    }
    Ok(())
}
