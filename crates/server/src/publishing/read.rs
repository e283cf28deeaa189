//! Only what the published checkpoint implies, whatever files are there.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    sync::{Arc, Mutex, PoisonError},
};

use detente_checkpoint::UnverifiedCheckpoint;
use detente_core::{Code, TreeSize};
use detente_log::{LogDirectory, LogError};
use detente_merkle::tile::Tile;

use crate::answer::{BYTES, TEXT};

/// Most lines of `/history`.
const MAX_HISTORY: usize = 10_000;
/// The longest bundle: 256 entries of 65,535 bytes, each behind two bytes of length.
const MAX_FILE: u64 = 256 * (65_535 + 2);

/// What can be read of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    Checkpoint,
    Tile(Tile),
    Bundle(Tile),
    /// The sizes above one, or all.
    History(Option<TreeSize>),
    Note(TreeSize),
}

impl Page {
    /// The page of a path, byte for byte.
    pub(super) fn locate(path: &str) -> Option<Self> {
        let path = path.strip_prefix('/')?;
        match path {
            "checkpoint" => Some(Self::Checkpoint),
            "history" => Some(Self::History(None)),
            _ => path
                .strip_prefix("history/")
                .and_then(|size| TreeSize::parse(size).ok())
                .map(Self::Note)
                .or_else(|| Tile::parse_entries(path).ok().map(Self::Bundle))
                .or_else(|| Tile::parse(path).ok().map(Self::Tile)),
        }
    }

    pub(super) fn with_query(self, query: &str) -> Result<Self, Code> {
        match (self, query.strip_prefix("after=")) {
            (Self::History(_), Some(size)) => {
                TreeSize::parse(size).map(|size| Self::History(Some(size))).map_err(|error| error.code())
            }
            _ => Err(Code::Misuse),
        }
    }

    pub(super) const fn endpoint(self) -> &'static str {
        match self {
            Self::Checkpoint => "checkpoint",
            Self::Tile(_) => "tile",
            Self::Bundle(_) => "entries",
            Self::History(_) | Self::Note(_) => "history",
        }
    }

    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Tile(_) | Self::Bundle(_) => BYTES,
            Self::Checkpoint | Self::History(_) | Self::Note(_) => TEXT,
        }
    }

    pub(super) const fn is_fixed(self) -> bool {
        matches!(self, Self::Tile(_) | Self::Bundle(_))
    }
}

/// The published size and note; `None` in a log without entries.
pub(super) fn published(directory: &LogDirectory) -> Result<Option<(TreeSize, Vec<u8>)>, LogError> {
    let note = match directory.checkpoint_bytes() {
        Ok(note) => note,
        Err(LogError::Unavailable { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    Ok(Some((UnverifiedCheckpoint::parse(&note)?.claimed().size(), note)))
}

/// The sizes in `history`, as of one published size, so that not every request lists the folder.
pub(super) type Sizes = Mutex<Option<(TreeSize, Arc<[TreeSize]>)>>;

/// A page's body, or `None` when the published checkpoint does not imply it, or its file is not there. With
/// `known` the folder is this process's to write, so a size that is published brings all smaller ones with it.
pub(super) fn read(
    directory: &LogDirectory,
    page: Page,
    known: Option<&Sizes>,
) -> Result<Option<Vec<u8>>, LogError> {
    let Some((size, note)) = published(directory)? else { return Ok(None) };
    match page {
        Page::Checkpoint => Ok(Some(note)),
        Page::Tile(tile) if is_implied(tile, size) => file(directory, &tile.path()),
        Page::Bundle(tile) if is_implied(tile, size) => file(directory, &tile.entries_path()),
        Page::Tile(_) | Page::Bundle(_) => Ok(None),
        Page::History(after) => {
            let sizes = sizes(directory, size, known)?;
            let shown = sizes.iter().filter(|known| after.is_none_or(|after| **known > after));
            let lines: String = shown.take(MAX_HISTORY).map(|size| format!("{size}\n")).collect();
            Ok(Some(lines.into_bytes()))
        }
        Page::Note(of) if of <= size => file(directory, &format!("history/{of}")),
        Page::Note(_) => Ok(None),
    }
}

fn sizes(
    directory: &LogDirectory,
    size: TreeSize,
    known: Option<&Sizes>,
) -> Result<Arc<[TreeSize]>, LogError> {
    let held = |known: &Sizes| known.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((of, sizes)) = known.and_then(held)
        && of == size
    {
        return Ok(sizes);
    }
    let sizes: Arc<[TreeSize]> = directory.history()?.into_iter().filter(|known| *known <= size).collect();
    if let Some(known) = known {
        *known.lock().unwrap_or_else(PoisonError::into_inner) = Some((size, Arc::clone(&sizes)));
    }
    Ok(sizes)
}

/// Whether every hash of the tile is in the tree of that size.
fn is_implied(tile: Tile, size: TreeSize) -> bool {
    let complete = size.get().checked_shr(8 * u32::from(tile.level().get())).unwrap_or(0);
    let end =
        tile.index().get().checked_mul(256).and_then(|start| start.checked_add(tile.width().get().into()));
    end.is_some_and(|end| end <= complete)
}

/// A file of a name that was made here.
fn file(directory: &LogDirectory, name: &str) -> Result<Option<Vec<u8>>, LogError> {
    let path = directory.path().join(name);
    let unavailable = |source| LogError::Unavailable { path: path.clone(), source };
    match fs::metadata(&path) {
        // Opening a pipe would wait for ever.
        Ok(found) if found.is_file() && found.len() <= MAX_FILE => {}
        Ok(_) => return Err(unavailable(io::ErrorKind::InvalidData.into())),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(unavailable(error)),
    }
    let mut bytes = Vec::new();
    match File::open(&path).and_then(|file| file.take(MAX_FILE).read_to_end(&mut bytes)) {
        Ok(_) => Ok(Some(bytes)),
        // Removed since it was looked at: a full tile is there now.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unavailable(error)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn a_tile_is_implied_when_all_of_it_is_in_the_tree() {
        let implied =
            |path: &str, size: u64| is_implied(Tile::parse(path).unwrap(), TreeSize::new(size).unwrap());
        assert!(implied("tile/0/000.p/14", 14) && implied("tile/0/000.p/5", 14));
        assert!(!implied("tile/0/000.p/15", 14) && !implied("tile/0/000", 255) && implied("tile/0/000", 256));
        assert!(!implied("tile/0/001.p/1", 256) && implied("tile/0/001.p/1", 257));
        assert!(!implied("tile/1/000.p/1", 255) && implied("tile/1/000.p/1", 256));
        assert!(!implied("tile/1/000.p/2", 511) && implied("tile/2/000.p/1", 65_536));
        assert!(!implied("tile/8/000.p/1", u64::MAX >> 1) && !implied("tile/63/000.p/1", u64::MAX >> 1));
        assert!(implied("tile/7/000.p/127", u64::MAX >> 1) && !implied("tile/7/000.p/128", u64::MAX >> 1));
    }

    #[test]
    fn only_the_one_form_of_a_path_is_a_page() {
        for path in [
            "",
            "/",
            "//checkpoint",
            "/checkpoint/",
            "/Checkpoint",
            "/checkpoint%20",
            "/%63heckpoint",
            "/tile/0/0",
            "/tile/0/000.p/0",
            "/tile/0/000.p/256",
            "/tile/0/000.p/014",
            "/tile/00/000",
            "/tile/64/000",
            "/tile/0/x000/000",
            "/tile/0/../0/000",
            "/tile/entries/../../state",
            "/history/",
            "/history/00",
            "/history/+1",
            "/history/1/",
            "/state",
            "/lock",
            "/index",
            "/staging/1",
            "/tile",
            "/tile/",
            "/history/../state",
        ] {
            assert_eq!(Page::locate(path), None, "{path}");
        }
        for path in [
            "/checkpoint",
            "/history",
            "/history/0",
            "/history/14",
            "/tile/0/000",
            "/tile/0/x001/000",
            "/tile/63/000",
            "/tile/entries/000.p/14",
        ] {
            assert!(Page::locate(path).is_some(), "{path}");
        }
        let history = Page::locate("/history").unwrap();
        let after = TreeSize::new(7).unwrap();
        assert_eq!(history.with_query("after=7"), Ok(Page::History(Some(after))));
        assert_eq!(history.with_query("after=07"), Err(Code::MalformedNumber));
        assert_eq!(history.with_query("before=7"), Err(Code::Misuse));
        assert_eq!(Page::Checkpoint.with_query("after=7"), Err(Code::Misuse));
    }
}
