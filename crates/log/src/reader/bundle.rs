//! Entry bundles: for each entry its length as `u16`, big-endian, and its bytes (`specs/log.md` "Layout").

use core::ops::Range;

use detente_core::Digest;
use detente_merkle::tile::Tile;

use crate::{
    LogError, LogSource,
    layout::{BUNDLE_LIMIT, HASH_BYTES, TILE_LIMIT, with_full},
    source::Content,
};

/// The entries of one level 0 tile.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bundle {
    bytes: Vec<u8>,
    entries: Vec<Range<usize>>,
}

impl Bundle {
    /// Reads as many entries as the tile is wide, from its own bundle or from the full one.
    pub(crate) fn read(source: &dyn LogSource, tile: Tile) -> Result<Self, LogError> {
        let width = usize::from(tile.width().get());
        for file in with_full(tile) {
            let path = file.entries_path();
            if let Some(bytes) = read_file(source, &path, BUNDLE_LIMIT)? {
                let mut bundle =
                    Self::split(bytes, usize::from(file.width().get())).ok_or(LogError::MalformedFile {
                        path,
                        expected: "as many whole entries as its name says",
                    })?;
                bundle.entries.truncate(width);
                return Ok(bundle);
            }
        }
        Err(LogError::MalformedFile { path: tile.entries_path(), expected: "entries, which are missing" })
    }

    /// `None` unless the bytes are exactly `width` entries.
    fn split(bytes: Vec<u8>, width: usize) -> Option<Self> {
        let mut entries = Vec::with_capacity(width);
        let mut end = 0;
        while entries.len() < width {
            let (length, _) = bytes.get(end..)?.split_first_chunk::<2>()?;
            let start = end + 2;
            end = start + usize::from(u16::from_be_bytes(*length));
            bytes.get(start..end)?;
            entries.push(start..end);
        }
        (end == bytes.len()).then_some(Self { bytes, entries })
    }

    pub(crate) fn get(&self, position: usize) -> Option<&[u8]> {
        self.bytes.get(self.entries.get(position)?.clone())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.entries.iter().filter_map(|entry| self.bytes.get(entry.clone()))
    }

    /// The file's bytes up to the last of the entries.
    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        self.bytes.truncate(self.entries.last().map_or(0, |last| last.end));
        self.bytes
    }
}

/// Reads a tile, from its own file or from the full one, as many hashes as it is wide.
pub(crate) fn read_tile(source: &dyn LogSource, tile: Tile) -> Result<Vec<Digest>, LogError> {
    for file in with_full(tile) {
        let path = file.path();
        if let Some(bytes) = read_file(source, &path, TILE_LIMIT)? {
            let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
            if hashes.len() != usize::from(file.width().get()) || !rest.is_empty() {
                return Err(LogError::MalformedFile { path, expected: "as many hashes as its name says" });
            }
            return Ok(hashes
                .iter()
                .take(usize::from(tile.width().get()))
                .map(|hash| Digest::from_bytes(*hash))
                .collect());
        }
    }
    Err(LogError::MalformedFile { path: tile.path(), expected: "hashes, which are missing" })
}

fn read_file(source: &dyn LogSource, path: &str, limit: u64) -> Result<Option<Vec<u8>>, LogError> {
    let malformed = |expected| LogError::MalformedFile { path: path.to_owned(), expected };
    match source.read(path, limit)? {
        Content::Bytes(bytes) => Ok(Some(bytes)),
        Content::Missing => Ok(None),
        Content::NotAFile => Err(malformed("a file")),
        Content::TooLong => Err(malformed("no more bytes than a full one has")),
    }
}
