//! The one writer of a log (`specs/log.md` "Publish a batch").

mod begin;
mod open;
mod signer;

use std::{fs::File, path::PathBuf, time::SystemTime};

use detente_checkpoint::{CheckpointError, NoteKey, Policy, SignatureLine, SigningFault, UnverifiedNote};
use detente_core::{Digest, LeafIndex, Origin, TreeSize};
use detente_merkle::{LeafHash, leaf_hashes, leaf_index};
use detente_statement::ENTRY_LIMIT;

use crate::{
    CosignRequest, Cosigner, Degraded, Guards, LogError, LogTree, Store,
    cleaning::{Cleaning, MOST_WAITING},
    cosign::{Cosigning, Round},
    edge::Edge,
    history,
    layout::{CHECKPOINT, STATE, history_path},
    staged::{self, Placed},
    state::State,
};

pub(crate) use signer::Expected;
pub use signer::LogSigner;

/// A batch that is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The index of the batch's first entry.
    pub first: LeafIndex,
    /// The size after the batch.
    pub size: TreeSize,
    /// The root after the batch.
    pub root: Digest,
    /// The signed note.
    pub checkpoint: Vec<u8>,
}

/// What became of the committed state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Publication {
    /// `checkpoint` is its note.
    Published,
    /// It waits for its quorum, or for its key; `checkpoint` is as before.
    Degraded(Degraded),
}

/// The only writer of a log, as long as it lives. Another one, in this or another process, is refused.
///
/// Dropping it flushes what it placed and removes the staged files, as [`Self::close`] does, and says nothing of a
/// failure: then the next start does it.
#[derive(Debug)]
pub struct LogWriter {
    store: Store,
    /// Held, never read: dropping it releases the lock.
    _lock: File,
    guards: Guards,
    edge: Edge,
    progress: Progress,
    /// Known from the creation or the newest note.
    origin: Option<Origin>,
    /// The key that the log was found to be of, or was made with: then what was found at the start is not judged again.
    known: Option<(Origin, NoteKey)>,
    /// Committed batches whose files are perhaps not flushed.
    placed: Vec<Placed>,
    cosigning: Option<Cosigning>,
    /// Whether enough witnesses have said what they hold, since the start.
    heard: bool,
    degraded: Option<Degraded>,
    stopped: bool,
}

/// How far the committed state has got.
#[derive(Debug)]
enum Progress {
    /// `checkpoint` is the note of the state, or there is no entry yet.
    Published,
    /// Its files are in place; its note needs the log's key.
    Unsigned,
    /// Its note needs more lines, or only its place.
    Signed(UnverifiedNote),
}

impl LogWriter {
    /// Creates a log without entries in a new or empty folder. It can be read after the first batch.
    ///
    /// # Errors
    /// [`LogError::NotEmpty`], [`LogError::Locked`], [`LogError::Unavailable`].
    pub fn create(dir: impl Into<PathBuf>, origin: &Origin) -> Result<Self, LogError> {
        Self::create_in(Store::new(dir), origin)
    }

    /// [`Self::create`] in a store whose durable steps are announced.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub fn create_in(store: Store, origin: &Origin) -> Result<Self, LogError> {
        Self::create_with(store, origin, Guards::none())
    }

    /// Opens a log and finishes what a crash interrupted, up to the point where the log's key is needed; then
    /// [`Self::is_unsigned`] is true, and [`Self::resume`] or the next [`Self::append`] signs.
    ///
    /// # Errors
    /// [`LogError::Unavailable`] when there is no log, [`LogError::Locked`], [`LogError::RolledBack`] for a state older
    /// than the signed notes, [`LogError::MalformedFile`] and [`LogError::RootMismatch`] for files that no crash leaves.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, LogError> {
        Self::open_in(Store::new(dir))
    }

    /// [`Self::open`] in a store whose durable steps are announced.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_in(store: Store) -> Result<Self, LogError> {
        Self::open_with(store, Guards::none())
    }

    /// From now on a state is published only with a quorum of the policy's witnesses; `quorum none` asks nobody.
    ///
    /// # Errors
    /// None today; [`LogError::Stopped`] after a failure.
    pub fn require_cosignatures(
        &mut self,
        cosigner: impl Cosigner + 'static,
        policy: Policy,
    ) -> Result<(), LogError> {
        self.require_running()?;
        self.cosigning = Some(Cosigning { cosigner: Box::new(cosigner), policy });
        self.heard = false;
        Ok(())
    }

    /// Stops the writer when somebody else has seen a larger log than this one: a witness, a reader, a monitor.
    ///
    /// # Errors
    /// [`LogError::RolledBack`], and from then on [`LogError::Stopped`].
    pub fn require_at_least(&mut self, size: TreeSize, who: &str) -> Result<(), LogError> {
        self.require_running()?;
        let got = self.edge.state().size;
        if size <= got {
            return Ok(());
        }
        self.stopped = true;
        Err(LogError::RolledBack { who: who.to_owned(), known: size, got })
    }

    /// The committed size and root.
    pub fn state(&self) -> (TreeSize, Digest) {
        let state = self.edge.state();
        (state.size, state.root)
    }

    /// Whether a committed batch still lacks its published note.
    pub const fn is_unsigned(&self) -> bool {
        !matches!(self.progress, Progress::Published)
    }

    /// Whether a failure ended it; then only a new start goes on.
    pub const fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// The log's entries and proofs, as of the committed state.
    pub fn tree(&self) -> LogTree<'_> {
        LogTree::new(&self.store, self.edge.state().size)
    }

    /// The newest published note, `None` in a log without entries.
    ///
    /// # Errors
    /// [`LogError::Oversize`], [`LogError::Unavailable`].
    pub fn checkpoint(&self) -> Result<Option<Vec<u8>>, LogError> {
        history::read_note(&self.store, CHECKPOINT)
    }

    /// Signs and publishes the committed state when a crash kept that from happening; else does nothing.
    ///
    /// # Errors
    /// [`LogError::Degraded`]; those of [`Self::publish`].
    pub fn resume(&mut self, signer: &LogSigner) -> Result<(), LogError> {
        match self.publish(signer)? {
            Publication::Published => Ok(()),
            Publication::Degraded(Degraded { signing: Some(fault), .. }) => {
                Err(CheckpointError::Signing(fault).into())
            }
            Publication::Degraded(degraded) => Err(LogError::Degraded { reason: degraded.reason }),
        }
    }

    /// Publishes entries, in order, all or none of them, as one batch under one note: [`Self::commit`], then
    /// [`Self::publish`].
    ///
    /// # Errors
    /// Those of [`Self::commit`]; then the entries are in the log and [`LogError::Degraded`] says that their note is
    /// not published yet.
    pub fn append<E: AsRef<[u8]> + Sync>(
        &mut self,
        entries: &[E],
        signer: &LogSigner,
    ) -> Result<Published, LogError> {
        let first = self.commit(entries, signer)?;
        self.resume(signer)?;
        let State { size, root } = self.edge.state();
        let checkpoint = history::of_size(&self.store, size)?
            .ok_or(LogError::MalformedFile { path: history_path(size), expected: "the note just written" })?;
        Ok(Published { first, size, root, checkpoint: checkpoint.note().as_bytes().to_vec() })
    }

    /// Commits entries, in order, all or none of them, and puts them in place. They are not published yet. What was
    /// committed before is published first.
    ///
    /// After an error of step 1 the log is as before and the writer goes on. After a later one it is not known how
    /// much reached the disk: the writer refuses to go on, and [`Self::open`] finds out.
    ///
    /// # Errors
    /// [`LogError::EmptyBatch`], [`LogError::EntryTooLong`], those of [`Self::resume`] before anything is written; then
    /// [`LogError::Unavailable`], [`LogError::StateChanged`], [`LogError::Stopped`].
    pub fn commit<E: AsRef<[u8]> + Sync>(
        &mut self,
        entries: &[E],
        signer: &LogSigner,
    ) -> Result<LeafIndex, LogError> {
        self.commit_hashed(entries, &leaf_hashes(entries), signer)
    }

    /// [`Self::commit`] of entries whose leaf hashes are known.
    pub(crate) fn commit_hashed<E: AsRef<[u8]>>(
        &mut self,
        entries: &[E],
        leaves: &[LeafHash],
        signer: &LogSigner,
    ) -> Result<LeafIndex, LogError> {
        let genesis = check_batch(entries)?;
        self.resume(signer)?;
        let old = self.edge.state();
        self.require_signer(signer, (old == State::EMPTY).then_some(genesis))?;
        if self.placed.len() >= MOST_WAITING {
            self.clean()?;
        }
        let first = leaf_index(old.size.get())?;
        let (edge, files) = self.edge.extend(entries, leaves)?;
        let next = edge.state();

        // 1. The batch and the state that names it, flushed, where no reader looks.
        if let Err(error) = staged::write(&self.store, next, &files) {
            // Best effort: what stays was never committed, and the next start removes it.
            let _ = staged::discard(&self.store, next);
            return Err(error);
        }
        self.final_steps(|writer| {
            // 2. The commitment. From here on the batch is in the log, whatever happens.
            let found = State::read(&writer.store)?;
            if found != old {
                return Err(LogError::StateChanged { expected: old.size, got: found.size });
            }
            writer.store.replace_with_prepared(STATE)?;
            writer.edge = edge;
            writer.progress = Progress::Unsigned;
            if old == State::EMPTY {
                writer.known = Some((signer.origin().clone(), signer.note_key()));
            }
            // 3. Guards, before anything is signed.
            writer.guards.follow(&writer.store, next)?;
            // 4. Permanent names.
            writer.placed.push(staged::place(&writer.store, next, files)?);
            Ok(first)
        })
    }

    /// Signs the committed state, has it cosigned when that is asked for, and makes its note the newest one. Does
    /// nothing when it is.
    ///
    /// Neither a key that does not sign nor a missing quorum stops the writer: both are tried again by the next call.
    ///
    /// # Errors
    /// Those of [`Self::begin`]; [`LogError::RolledBack`], [`LogError::Forked`], [`LogError::Stopped`],
    /// [`LogError::Unavailable`]. After some the writer goes on: see [`Self::is_stopped`].
    pub fn publish(&mut self, signer: &LogSigner) -> Result<Publication, LogError> {
        if let Some(degraded) = self.begin(signer)? {
            return Ok(Publication::Degraded(degraded));
        }
        let state = self.edge.state();
        let note = match &self.progress {
            Progress::Published => {
                self.degraded = None;
                return Ok(Publication::Published);
            }
            Progress::Signed(note) => note.clone(),
            Progress::Unsigned => {
                // 5. Only a committed state is signed.
                match signer.sign(state) {
                    Ok(note) => note,
                    Err(LogError::Checkpoint(CheckpointError::Signing(fault))) => {
                        return Ok(Publication::Degraded(self.degrade(fault.to_string(), Some(fault))));
                    }
                    Err(error) => {
                        return Ok(Publication::Degraded(self.degrade(error.to_string(), None)));
                    }
                }
            }
        };
        self.progress = Progress::Signed(note.clone());
        let note = match self.ask(&note, signer)? {
            Round::Enough(note) => note,
            Round::Wanting(note, reason) => {
                self.progress = Progress::Signed(note);
                return Ok(Publication::Degraded(self.degrade(reason, None)));
            }
        };
        // 7. Both names of the note.
        self.final_steps(|writer| history::publish(&writer.store, state.size, &note))?;
        self.progress = Progress::Published;
        self.origin = Some(signer.origin().clone());
        self.degraded = None;
        Ok(Publication::Published)
    }

    /// Adds lines of witnesses to the published note of a size; to `checkpoint` too when it is the newest. A key that has
    /// a line keeps it. The lines are not verified: that needs a policy.
    ///
    /// # Errors
    /// [`LogError::MalformedFile`] when there is no note of that size, [`LogError::Note`] when the note would be
    /// refused (`TOO-MANY-SIGNATURES`), [`LogError::Stopped`], [`LogError::Unavailable`].
    pub fn add_cosignatures(&mut self, size: TreeSize, lines: &[SignatureLine]) -> Result<Vec<u8>, LogError> {
        self.require_running()?;
        let path = history_path(size);
        let Some(stored) = history::of_size(&self.store, size)? else {
            return Err(LogError::MalformedFile { path, expected: "a note, which is missing" });
        };
        let note = history::with_lines(stored.note().clone(), lines).map_err(history::in_note(&path))?;
        if note != *stored.note() {
            let newest = size == self.edge.state().size;
            self.final_steps(|writer| match newest {
                true => history::publish(&writer.store, size, &note),
                false => writer.store.replace(&path, note.as_bytes()),
            })?;
        }
        Ok(note.as_bytes().to_vec())
    }

    /// Flushes everything, removes the staged files, and releases the lock.
    ///
    /// # Errors
    /// [`LogError::Unavailable`]: what was not done is done by the next start.
    pub fn close(mut self) -> Result<(), LogError> {
        if self.stopped { Ok(()) } else { self.clean() }
    }

    /// How many committed batches wait for [`Cleaning`].
    pub(crate) const fn waiting(&self) -> usize {
        self.placed.len()
    }

    /// The cleaning of all batches so far, to be run elsewhere. [`Self::fail`] when it fails.
    pub(crate) fn take_cleaning(&mut self) -> Cleaning {
        Cleaning::new(self.store.clone(), core::mem::take(&mut self.placed))
    }

    /// Ends the writer because of something that failed elsewhere.
    pub(crate) const fn fail(&mut self) {
        self.stopped = true;
    }

    pub(crate) const fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn require_signer(&self, signer: &LogSigner, genesis: Option<&[u8]>) -> Result<(), LogError> {
        if self.is_known(signer) {
            return Ok(());
        }
        signer.require_of(&self.store, self.origin.as_ref(), genesis)
    }

    fn is_known(&self, signer: &LogSigner) -> bool {
        self.known
            .as_ref()
            .is_some_and(|(origin, key)| origin == signer.origin() && *key == signer.note_key())
    }

    fn clean(&mut self) -> Result<(), LogError> {
        let cleaning = self.take_cleaning();
        self.final_steps(|_| cleaning.run())
    }

    /// 6. The witnesses, when they are asked at all.
    fn ask(&mut self, note: &UnverifiedNote, signer: &LogSigner) -> Result<Round, LogError> {
        let Some(mut cosigning) = self.cosigning.take() else { return Ok(Round::Enough(note.clone())) };
        let round = history::read_note(&self.store, CHECKPOINT).and_then(|newest| {
            let newest = newest.map(|newest| history::parse_note(CHECKPOINT, &newest)).transpose()?;
            let published = newest.map_or(TreeSize::ZERO, |newest| newest.claimed().size());
            cosigning.round(&CosignRequest { note, published, tree: self.tree() })
        });
        self.cosigning = Some(cosigning);
        let (round, shown) = round?;
        // Whatever the others signed: a note of the log's own that this tree does not go on from ends it.
        shown.iter().try_for_each(|shown| self.judge_shown(signer, shown).map(drop))?;
        Ok(round)
    }

    /// Notes that the committed state is not published, and why, as of the last try.
    pub(crate) fn degrade(&mut self, reason: String, signing: Option<SigningFault>) -> Degraded {
        let since = self.degraded.as_ref().map_or_else(SystemTime::now, |degraded| degraded.since);
        let degraded = Degraded { since, reason, signing };
        self.degraded = Some(degraded.clone());
        degraded
    }

    /// Steps after which a failure leaves the disk in a state that only a new start knows.
    fn final_steps<T>(&mut self, act: impl FnOnce(&mut Self) -> Result<T, LogError>) -> Result<T, LogError> {
        let done = act(self);
        self.stopped |= done.is_err();
        done
    }

    const fn require_running(&self) -> Result<(), LogError> {
        if self.stopped { Err(LogError::Stopped) } else { Ok(()) }
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        if !self.stopped {
            let _ = self.clean();
        }
    }
}

fn check_batch<E: AsRef<[u8]>>(entries: &[E]) -> Result<&[u8], LogError> {
    let first = entries.first().ok_or(LogError::EmptyBatch)?.as_ref();
    for (position, entry) in entries.iter().enumerate() {
        let got = entry.as_ref().len();
        if got > ENTRY_LIMIT {
            return Err(LogError::EntryTooLong { position, limit: ENTRY_LIMIT, got });
        }
    }
    Ok(first)
}
