//! One pass over all entries: statements, hashes, tiles, and the roots of the past.

use std::{collections::BTreeMap, thread};

use detente_core::{Digest, TreeSize};
use detente_merkle::{
    EMPTY_ROOT, Frontier,
    tile::{FULL_WIDTH, Tile, TileIndex, TileLevel, TileWidth, tiles},
};
use detente_statement::{Body, KeyHistory, Kind, Replay, SignedStatement};

use super::prepare::{Bundles, SharedKeys};
use crate::{CheckFailure, LogError, LogSource, reader::read_tile};

/// What the entries gave.
pub(super) struct Replayed {
    replay: Replay,
    roots: BTreeMap<TreeSize, Digest>,
    kinds: BTreeMap<u32, u64>,
    /// The first tile, by level and from the left, that is not what the leaves give.
    wrong: Option<Tile>,
}

impl Replayed {
    /// Replays the first `size` entries. A wrong tile is kept for later: a malformed entry anywhere comes before it.
    pub(super) fn run(
        source: &dyn LogSource,
        size: TreeSize,
        history: &[TreeSize],
        mut progress: impl FnMut(u64, u64),
    ) -> Result<Self, CheckFailure> {
        let mut this = Self {
            replay: Replay::new(),
            roots: BTreeMap::from([(TreeSize::ZERO, EMPTY_ROOT)]),
            kinds: BTreeMap::new(),
            wrong: None,
        };
        let mut frontier = Frontier::new();
        let mut edge = Edge::default();
        let mut wanted = history.iter().copied().filter(|wanted| *wanted != TreeSize::ZERO).peekable();
        let keys = SharedKeys::default();
        thread::scope(|scope| {
            for prepared in Bundles::start(scope, source, size, &keys)? {
                let prepared = prepared?;
                for (entry, (leaf, signed)) in prepared.bundle.iter().zip(prepared.entries) {
                    if this.push(entry, signed)?
                        && let Some(history) = this.replay.keys()
                    {
                        keys.set(history);
                    }
                    let mut full = Ok(());
                    frontier
                        .push_with(leaf, |level, index, hash| {
                            if let Some(tile) = edge.push(level, index, hash)
                                && full.is_ok()
                            {
                                full = this.compare(source, tile, edge.hashes(tile.level()));
                                edge.clear(tile.level());
                            }
                        })
                        .map_err(LogError::from)?;
                    full?;
                    if wanted.next_if_eq(&frontier.size()).is_some() {
                        this.roots.insert(frontier.size(), frontier.root());
                    }
                }
                progress(frontier.size().get(), size.get());
            }
            Ok::<(), CheckFailure>(())
        })?;
        if frontier.size() != size {
            // A thread that ended before its turn; nothing that a log can cause.
            return Err(LogError::Stopped.into());
        }
        for tile in tiles(size).filter(|tile| !tile.width().is_full()) {
            this.compare(source, tile, edge.hashes(tile.level()))?;
        }
        this.roots.insert(size, frontier.root());
        if size == TreeSize::ZERO { Err(CheckFailure::NoEntries) } else { Ok(this) }
    }

    /// The first half of step 4.
    pub(super) fn require_tiles(&self) -> Result<(), LogError> {
        match self.wrong {
            Some(tile) => Err(LogError::MalformedFile {
                path: tile.path(),
                expected: "the hashes that the entries give",
            }),
            None => Ok(()),
        }
    }

    /// The root that the entries give, at the size checked and at the sizes of the history.
    pub(super) fn root_at(&self, size: TreeSize) -> Option<Digest> {
        self.roots.get(&size).copied()
    }

    /// The keys after the last entry.
    pub(super) fn keys(&self) -> Result<&KeyHistory, CheckFailure> {
        self.replay.keys().ok_or(CheckFailure::NoEntries)
    }

    /// How many entries there are of each kind that occurs, by kind code.
    pub(super) fn kinds(&self) -> impl Iterator<Item = (Kind, u64)> {
        self.kinds.iter().map(|(code, count)| (Kind::from_code(*code), *count))
    }

    /// Replays the next entry; whether it may have changed the keys.
    fn push(&mut self, entry: &[u8], signed: Option<SignedStatement>) -> Result<bool, CheckFailure> {
        let index = detente_merkle::leaf_index(self.replay.read()).map_err(LogError::from)?;
        let statement = match signed.map(|signed| self.replay.push_signed(signed)) {
            Some(Ok(statement)) => statement,
            // Not prepared, or at fault: then the one way that decides says why.
            _ => self.replay.push(entry).map_err(|source| CheckFailure::entry(index, source))?,
        };
        *self.kinds.entry(statement.kind().code()).or_default() += 1;
        Ok(!matches!(statement.body(), Body::Sealed | Body::Opaque(_)))
    }

    fn compare(&mut self, source: &dyn LogSource, tile: Tile, expected: &[Digest]) -> Result<(), LogError> {
        if read_tile(source, tile)? != expected {
            self.wrong = Some(self.wrong.map_or(tile, |wrong| wrong.min(tile)));
        }
        Ok(())
    }
}

/// The hashes of the last, unfinished tile of each level.
#[derive(Default)]
struct Edge {
    levels: Vec<Vec<Digest>>,
}

impl Edge {
    /// Takes a completed subtree; returns the tile that it fills.
    fn push(&mut self, level: u8, index: u64, hash: Digest) -> Option<Tile> {
        if !level.is_multiple_of(8) {
            return None;
        }
        let level = usize::from(level / 8);
        while self.levels.len() <= level {
            self.levels.push(Vec::new());
        }
        let hashes = self.levels.get_mut(level)?;
        hashes.push(hash);
        if hashes.len() < usize::from(FULL_WIDTH) {
            return None;
        }
        let index = TileIndex::new(index / u64::from(FULL_WIDTH)).ok()?;
        Some(Tile::new(TileLevel::new(level as u64).ok()?, index, TileWidth::FULL))
    }

    fn hashes(&self, level: TileLevel) -> &[Digest] {
        self.levels.get(usize::from(level.get())).map_or(&[], Vec::as_slice)
    }

    fn clear(&mut self, level: TileLevel) {
        if let Some(hashes) = self.levels.get_mut(usize::from(level.get())) {
            hashes.clear();
        }
    }
}
