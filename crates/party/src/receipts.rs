//! A receipt for every entry of a batch (`specs/checkpoint.md` "Offline proof"), one file each.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use detente_checkpoint::{MAX_PROOF_BYTES, UnverifiedProof};
use detente_core::{LeafIndex, TreeSize};
use detente_log::{LogWriter, Published, Receipts};

use crate::folder::{Writing, remove_attempts, write_announced};
use crate::steps::Steps;
use crate::{PartyError, PartyFolder};

/// Writes the receipts of a batch that was just published.
pub(crate) fn write(
    folder: &Path,
    writer: &LogWriter,
    published: &Published,
    entries: &[Vec<u8>],
    steps: &Steps,
) -> Result<(), PartyError> {
    steps.create_folder(folder)?;
    let receipts = Receipts::new(writer.tree(), published.checkpoint.as_slice().into());
    let indices = published.first.get()..published.size.get();
    for (index, entry) in indices.zip(entries) {
        let index = LeafIndex::new(index)?;
        let receipt = receipts.of(index, entry.as_slice().into())?.proof()?;
        put(&path(folder, index), &receipt, steps)?;
    }
    Ok(())
}

/// Not flushed, and not put in place as a whole: the next start makes a receipt again that is missing or torn.
fn put(path: &Path, receipt: &[u8], steps: &Steps) -> Result<(), PartyError> {
    steps.write(path, receipt, |path| File::create(path)).map(drop).map_err(PartyError::unavailable(path))
}

/// Notes that a batch was published without receipts on purpose, `specs/party.md` "Receipts".
pub(crate) fn leave_out(
    folder: &Path,
    first: LeafIndex,
    published: &Published,
    steps: &Steps,
) -> Result<(), PartyError> {
    leave_out_to(folder, first, published.size, steps)
}

/// Notes that a new vault begins with a log whose receipts are not its own, unless they are there.
pub(crate) fn leave_out_all(folder: &Path, size: TreeSize, steps: &Steps) -> Result<(), PartyError> {
    let Some(newest) = size.get().checked_sub(1).map(LeafIndex::new).transpose()? else { return Ok(()) };
    if newest == LeafIndex::ZERO || is_whole(&path(folder, newest)) || left_out_path(folder, newest).exists()
    {
        return Ok(());
    }
    leave_out_to(folder, LeafIndex::new(1)?, size, steps)
}

fn leave_out_to(folder: &Path, first: LeafIndex, size: TreeSize, steps: &Steps) -> Result<(), PartyError> {
    steps.create_folder(folder)?;
    let newest = LeafIndex::new(size.get().saturating_sub(1))?;
    let path = left_out_path(folder, newest);
    write_announced(&path, format!("{first}\n").as_bytes(), Writing::Public, steps)
}

/// The entries, first and last, of every batch that was published without receipts. A file that says nothing of the
/// kind counts for nothing: it would excuse receipts that nobody left out.
pub(crate) fn left_out(folder: &Path) -> Vec<(LeafIndex, LeafIndex)> {
    let batch = |path: PathBuf| {
        let last = path.file_name()?.to_str()?.strip_suffix(LEFT_OUT)?.parse().ok()?;
        // A number and its line feed; whatever is longer is none.
        let length = std::fs::metadata(&path).ok()?.len();
        let text = (length <= 20).then(|| std::fs::read_to_string(&path).ok()).flatten()?;
        Some((LeafIndex::parse(text.trim_end()).ok()?, LeafIndex::new(last).ok()?))
    };
    let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
    files.filter_map(|file| batch(file.ok()?.path())).collect()
}

/// Makes the receipts that an interrupted commit left out: those of the newest entries, back to the first one there or
/// to a batch that was published without receipts on purpose.
pub(crate) fn make_good(
    folder: &Path,
    writer: &LogWriter,
    note: &[u8],
    steps: &Steps,
) -> Result<(), PartyError> {
    steps.create_folder(folder)?;
    let tree = writer.tree();
    let mut missing = Vec::new();
    for index in (1..tree.size().get()).rev() {
        let index = LeafIndex::new(index)?;
        if is_whole(&path(folder, index)) || left_out_path(folder, index).exists() {
            break;
        }
        missing.push(index);
    }
    if let Some(newest) = missing.first() {
        remove_attempts(&left_out_path(folder, *newest), steps)?;
    }
    // The oldest first: below the newest that is there the next start looks for none.
    for index in missing.into_iter().rev() {
        put(&path(folder, index), &detente_log::receipt(&tree, index, note)?, steps)?;
    }
    Ok(())
}

/// Whether a receipt is there from its first line to its last; a crash may have torn it.
fn is_whole(path: &Path) -> bool {
    let mut bytes = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(MAX_PROOF_BYTES as u64 + 1).read_to_end(&mut bytes));
    read.is_ok() && UnverifiedProof::parse(&bytes).is_ok()
}

/// Where the receipt of an entry of a party's log lies, whether or not it is there.
pub fn receipt_path(folder: &PartyFolder, index: LeafIndex) -> PathBuf {
    path(&folder.receipts(), index)
}

/// As [`receipt_path`], in a folder of receipts.
pub(crate) fn path(folder: &Path, index: LeafIndex) -> PathBuf {
    folder.join(format!("{:08}.tlog-proof", index.get()))
}

const LEFT_OUT: &str = ".left-out";

/// Beside the receipts, by the newest entry of a batch without them.
fn left_out_path(folder: &Path, newest: LeafIndex) -> PathBuf {
    folder.join(format!("{:08}{LEFT_OUT}", newest.get()))
}
