//! The dear half of a replay, on several threads: reading bundles, hashing leaves, verifying signatures.
//!
//! What comes out is in order, and nothing here decides anything: an entry that is not prepared, for whatever reason, is
//! read by the replay itself. So the first failure is the one that a single thread finds.

use std::{
    sync::{
        Arc, PoisonError, RwLock,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{self, Scope},
};

use detente_core::TreeSize;
use detente_merkle::{
    LeafHash, leaf_hash,
    tile::{Tile, TileLevel, tiles},
};
use detente_statement::{KeyHistory, SignedStatement};

use crate::{LogError, LogSource, reader::Bundle};

/// Bundles that each thread may be ahead.
const AHEAD: usize = 2;

/// One bundle, with what could be done of it beforehand.
pub(super) struct Prepared {
    pub(super) bundle: Bundle,
    /// One for every entry.
    pub(super) entries: Vec<(LeafHash, Option<SignedStatement>)>,
}

/// The keys as of the last key event that the replay has seen. An older version is as good: it only prepares less.
#[derive(Default)]
pub(super) struct SharedKeys(RwLock<Option<Arc<KeyHistory>>>);

impl SharedKeys {
    pub(super) fn set(&self, keys: &KeyHistory) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(keys.clone()));
    }

    fn get(&self) -> Option<Arc<KeyHistory>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Bundles in order, prepared by threads that take turns.
pub(super) struct Bundles {
    turns: Vec<Receiver<Result<Prepared, LogError>>>,
    next: usize,
}

impl Bundles {
    /// Starts the threads. They end when the scope's owner drops this, or with the last bundle.
    pub(super) fn start<'scope>(
        scope: &'scope Scope<'scope, '_>,
        source: &'scope dyn LogSource,
        size: TreeSize,
        keys: &'scope SharedKeys,
    ) -> Result<Self, LogError> {
        let count = thread::available_parallelism().map_or(1, usize::from);
        let turns = (0..count).map(|turn| {
            let (sender, receiver) = sync_channel(AHEAD);
            let mine = leaf_tiles(size).skip(turn).step_by(count);
            let spawned = thread::Builder::new()
                .name("log check".to_owned())
                .spawn_scoped(scope, move || work(source, mine, keys, &sender));
            let path = source.place("");
            spawned.map(|_| receiver).map_err(|source| LogError::Unavailable { path, source })
        });
        Ok(Self { turns: turns.collect::<Result<_, _>>()?, next: 0 })
    }
}

impl Iterator for Bundles {
    type Item = Result<Prepared, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        let turn = self.turns.get(self.next)?;
        self.next = (self.next + 1) % self.turns.len();
        turn.recv().ok()
    }
}

fn leaf_tiles(size: TreeSize) -> impl Iterator<Item = Tile> {
    tiles(size).take_while(|tile| tile.level() == TileLevel::LEAVES)
}

fn work(
    source: &dyn LogSource,
    tiles: impl Iterator<Item = Tile>,
    keys: &SharedKeys,
    sender: &SyncSender<Result<Prepared, LogError>>,
) {
    for tile in tiles {
        let prepared = Bundle::read(source, tile).map(|bundle| prepare(bundle, keys.get().as_deref()));
        if sender.send(prepared).is_err() {
            return;
        }
    }
}

fn prepare(bundle: Bundle, keys: Option<&KeyHistory>) -> Prepared {
    let entries = bundle.iter().map(|entry| (leaf_hash(entry), keys.and_then(|keys| keys.prepare(entry))));
    Prepared { entries: entries.collect(), bundle }
}
