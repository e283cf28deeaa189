//! Only what the published checkpoint implies, whatever files are there.

use std::{
    fs::{self, File},
    io::{self, Read as _},
};

use detente_checkpoint::UnverifiedCheckpoint;
use detente_core::{Code, TreeSize};
use detente_log::{LogDirectory, LogError, Sequencer};
use detente_merkle::tile::Tile;

use super::listing::Listing;
use crate::{
    answer::{BYTES, TEXT},
    door::{Room, Share},
};

/// Most lines of `/history`.
pub(super) const MAX_HISTORY: usize = 10_000;
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

/// Where the sizes in `history` come from, so that no request lists the folder for itself.
pub(super) enum Sizes<'a> {
    /// Whoever writes them tells.
    Told(&'a Sequencer),
    /// Somebody else writes them.
    Listed(&'a Listing),
}

/// What there is of a page.
pub(super) enum Found {
    Body(Vec<u8>, Option<Share>),
    /// The published checkpoint does not imply it, or its file is not there.
    Nothing,
    /// It is too long to be answered now.
    NoRoom,
}

/// A page's body.
pub(super) fn read(
    directory: &LogDirectory,
    page: Page,
    sizes: &Sizes<'_>,
    room: &Room,
) -> Result<Found, LogError> {
    let Some((size, note)) = published(directory)? else { return Ok(Found::Nothing) };
    match page {
        Page::Checkpoint => Ok(Found::Body(note, None)),
        Page::Tile(tile) if is_implied(tile, size) => file(directory, &tile.path(), room),
        Page::Bundle(tile) if is_implied(tile, size) => file(directory, &tile.entries_path(), room),
        Page::Tile(_) | Page::Bundle(_) => Ok(Found::Nothing),
        Page::History(after) => {
            let after = after.unwrap_or(TreeSize::ZERO);
            let shown = match sizes {
                Sizes::Told(sequencer) => sequencer.history(after, MAX_HISTORY),
                Sizes::Listed(listing) => listing.above(directory, after)?,
            };
            let shown = shown.into_iter().take_while(|shown| *shown <= size);
            let lines: String = shown.map(|size| format!("{size}\n")).collect();
            Ok(Found::Body(lines.into_bytes(), None))
        }
        Page::Note(of) if of <= size => file(directory, &format!("history/{of}"), room),
        Page::Note(_) => Ok(Found::Nothing),
    }
}

/// Whether every hash of the tile is in the tree of that size.
fn is_implied(tile: Tile, size: TreeSize) -> bool {
    let complete = size.get().checked_shr(8 * u32::from(tile.level().get())).unwrap_or(0);
    let end =
        tile.index().get().checked_mul(256).and_then(|start| start.checked_add(tile.width().get().into()));
    end.is_some_and(|end| end <= complete)
}

/// A file of a name that was made here.
fn file(directory: &LogDirectory, name: &str, room: &Room) -> Result<Found, LogError> {
    let path = directory.path().join(name);
    let unavailable = |source| LogError::Unavailable { path: path.clone(), source };
    let length = match fs::metadata(&path) {
        // Opening a pipe would wait for ever.
        Ok(found) if found.is_file() && found.len() <= MAX_FILE => found.len(),
        Ok(_) => return Err(unavailable(io::ErrorKind::InvalidData.into())),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Found::Nothing);
        }
        Err(error) => return Err(unavailable(error)),
    };
    let Ok(share) = room.take(usize::try_from(length).unwrap_or(usize::MAX)) else {
        return Ok(Found::NoRoom);
    };
    let mut bytes = Vec::new();
    match File::open(&path).and_then(|file| file.take(length).read_to_end(&mut bytes)) {
        Ok(_) => Ok(Found::Body(bytes, share)),
        // Removed since it was looked at: a full tile is there now.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Nothing),
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
