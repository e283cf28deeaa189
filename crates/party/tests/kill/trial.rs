//! One kill and what comes after it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{OnceLock, PoisonError, RwLock, RwLockReadGuard};

use tempfile::TempDir;

use crate::home::{Home, commit, reports};
use crate::hook::{Count, was_killed};
use crate::operation::{Base, Operation};
use crate::verdict::{after_start, before_start};
use crate::{CHILD, START};
use detente_party::{Duplicates, PartyStep, init_party};

/// Of a start-up so many steps are killed, unless all are.
const OF_A_START: usize = 1;

/// What operations begin with, made once, when it is asked for.
#[derive(Default)]
pub(crate) struct Bases {
    nothing: OnceLock<TempDir>,
    small: OnceLock<TempDir>,
    below_tile: OnceLock<TempDir>,
}

impl Bases {
    fn of(&self, operation: Operation) -> Home {
        let folder = match operation.base() {
            Base::Nothing => self.nothing.get_or_init(nothing),
            Base::Small => self.small.get_or_init(small),
            Base::BelowTile => self.below_tile.get_or_init(below_tile),
        };
        Home::new(folder.path())
    }

    /// The size of the log before an operation.
    fn size(&self, operation: Operation) -> u64 {
        if operation == Operation::Init { 0 } else { self.of(operation).log_size() }
    }

    /// How many steps an operation has.
    pub(crate) fn steps(&self, operation: Operation) -> usize {
        let folder = tempfile::tempdir().unwrap();
        let count = Count::default();
        let home = self.of(operation).copy_to(&folder.path().join("home"));
        operation.run(&home, count.clone()).unwrap();
        count.steps()
    }
}

fn nothing() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A few entries, a second author key, another party.
fn small() -> TempDir {
    let folder = nothing();
    let home = Home::new(folder.path());
    init_party(&home.folder(), &home.init_options()).unwrap();
    init_party(&home.other(), &home.other_options()).unwrap();
    commit(&mut home.party(), Duplicates::Refuse, true, &reports("old", 0..2, "As it looked.")).unwrap();
    // It takes over when the first one ends.
    home.party().add_key().unwrap();
    folder
}

/// A batch crosses the border of the first tile.
fn below_tile() -> TempDir {
    let folder = nothing();
    let home = Home::new(folder.path());
    init_party(&home.folder(), &home.init_options()).unwrap();
    commit(&mut home.party(), Duplicates::Refuse, false, &reports("old", 0..252, "As it looked.")).unwrap();
    folder
}

/// An operation, and before which of its steps it is killed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trial {
    pub(crate) operation: Operation,
    pub(crate) step: usize,
    /// Beyond the last step, where nothing is killed.
    pub(crate) last: bool,
    /// Whether start-up is killed before each of its steps.
    pub(crate) every: bool,
}

/// What a trial did.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) killed: bool,
    /// Whether the operation had happened all the same.
    pub(crate) landed: bool,
    /// Whether the vault's file was left in the middle of a transaction.
    pub(crate) journal: bool,
    pub(crate) start_steps: usize,
    pub(crate) killed_again: usize,
}

impl Trial {
    pub(crate) fn run(self, bases: &Bases) -> Found {
        let Self { operation, step, last, .. } = self;
        let folder = tempfile::tempdir().unwrap();
        let size = bases.size(operation);
        let mut context = Context(format!("{operation:?}, step {step}"));
        let killed = bases.of(operation).copy_to(&folder.path().join("killed"));
        context.add(&self.kill("run", &killed, step, !last));
        let quiet = self::quiet();
        if last {
            let landed = after_start(&killed, operation, size);
            assert!(landed);
            return Found { landed, ..Found::default() };
        }
        let journal = is_hot(&killed.folder().vault());

        let party = killed.folder().vault().exists();
        let home = killed.copy_to(&folder.path().join("once"));
        before_start(&home, operation, size);
        let count = Count::default();
        operation.start(&home, count.clone()).unwrap();
        let landed = after_start(&home, operation, size);

        drop(quiet);
        let mut killed_again = 0;
        for again in self.chosen(count.steps()) {
            let mut context = Context(format!("{}, then step {again} of start-up", context.0));
            let home = killed.copy_to(&folder.path().join(format!("twice-{again}")));
            context.add(&self.kill(START, &home, again, true));
            let _quiet = self::quiet();
            before_start(&home, operation, size);
            operation.start(&home, |_: PartyStep<'_>| Ok(())).unwrap();
            let landed_again = after_start(&home, operation, size);
            // Whether it happened is decided by the first kill, unless start-up itself is the operation.
            assert!(landed_again == landed);
            std::fs::remove_dir_all(home.path()).unwrap();
            killed_again += 1;
        }
        // An init that did not happen happens at the next start.
        Found { killed: true, landed: landed && party, journal, start_steps: count.steps(), killed_again }
    }

    /// Runs a process that kills itself, and gives what it said of the step.
    fn kill(&self, phase: &str, home: &Home, step: usize, dies: bool) -> String {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let words = [CHILD, phase, &self.operation.word(), home.path().to_str().unwrap(), &step.to_string()];
        command.args(words).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let started = {
            let _alone = STARTING.write().unwrap_or_else(PoisonError::into_inner);
            command.spawn().unwrap()
        };
        let output = started.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
        assert!(if dies { was_killed(output.status) } else { output.status.success() }, "{said}");
        said
    }

    /// Steps of a start-up, other ones after each first kill.
    fn chosen(&self, steps: usize) -> Vec<usize> {
        let stride = if self.every { 1 } else { steps.div_ceil(OF_A_START).max(1) };
        (1..=steps).filter(|again| again % stride == self.step % stride).collect()
    }
}

/// A process that is about to be another one has for a moment what this one has open, locked logs among it. None is
/// started while a party is open here.
static STARTING: RwLock<()> = RwLock::new(());

fn quiet() -> RwLockReadGuard<'static, ()> {
    STARTING.read().unwrap_or_else(PoisonError::into_inner)
}

/// A journal that begins with something: the next one who opens the vault rolls it back.
fn is_hot(vault: &Path) -> bool {
    let mut journal = vault.to_owned().into_os_string();
    journal.push("-journal");
    std::fs::read(journal).is_ok_and(|bytes| bytes.first().is_some_and(|first| *first != 0))
}

/// Says where a trial was when it failed.
struct Context(String);

impl Context {
    fn add(&mut self, said: &str) {
        self.0 = format!("{} ({said})", self.0);
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.0);
        }
    }
}
