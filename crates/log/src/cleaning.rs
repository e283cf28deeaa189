//! What happens long after a batch: its files are made durable, then what stood in for them goes.

use detente_merkle::tile::Tile;

use crate::{
    LogError, Store,
    staged::Placed,
    storage::{Folders, parent},
};

/// How many committed staged files wait for one flush of all that they hold.
pub(crate) const MOST_WAITING: usize = 64;

/// Up to so many files are flushed one by one: a flush of the whole file system waits for everybody else's files too.
const FEW: usize = 16;

/// Batches whose files are to be flushed, and the folder they lie in. It can run on another thread than the writer's.
#[derive(Debug)]
pub(crate) struct Cleaning {
    store: Store,
    placed: Vec<Placed>,
}

impl Cleaning {
    pub(crate) const fn new(store: Store, placed: Vec<Placed>) -> Self {
        Self { store, placed }
    }

    /// Flushes, removes partial files that a full one replaces, then the staged files: as long as one of these is there,
    /// a start does everything again.
    pub(crate) fn run(&self) -> Result<(), LogError> {
        if self.placed.is_empty() {
            return Ok(());
        }
        if self.files().count() <= FEW || !self.store.flush_all()? {
            self.flush_one_by_one()?;
        }
        for file in self.files().filter(|file| is_full(file)) {
            self.store.remove(&partials(file))?;
        }
        self.placed.iter().try_for_each(|batch| self.store.remove(&batch.staged))
    }

    fn files(&self) -> impl Iterator<Item = &str> {
        self.placed.iter().flat_map(|batch| batch.files.iter().map(String::as_str))
    }

    fn flush_one_by_one(&self) -> Result<(), LogError> {
        let mut folders = Folders::new();
        for file in self.files() {
            self.store.flush(file)?;
            let mut folder = parent(file);
            while folders.insert(folder.to_owned()) && !folder.is_empty() {
                folder = parent(folder);
            }
        }
        self.store.flush_folders(&folders)
    }
}

/// The folder of the partial files of a full one.
fn partials(full: &str) -> String {
    format!("{full}.p")
}

fn is_full(path: &str) -> bool {
    let tile = Tile::parse(path).or_else(|_| Tile::parse_entries(path));
    tile.is_ok_and(|tile| tile.width().is_full())
}
