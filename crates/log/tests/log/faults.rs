//! A disk that fails at a chosen step, and what a power loss takes back of what it was not told to keep.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use detente_log::{Step, StepHook, Store};

use crate::support::{copy, scratch};

/// How the chosen step fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It does not happen.
    Before,
    /// It happens, and the writer is told that it did not.
    After,
    /// Half of what it should write is written; a step that writes nothing does not happen.
    Torn,
    /// All of it is written, and the writer is told that it was not.
    Whole,
}

impl Fault {
    /// Whether it is another one than [`Self::Before`] only where bytes are written.
    pub(crate) const fn is_of_writes(self) -> bool {
        matches!(self, Self::Torn | Self::Whole)
    }
}

pub(crate) const FAULTS: [Fault; 4] = [Fault::Before, Fault::After, Fault::Torn, Fault::Whole];

/// What happens after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// The process goes on with a disk that works again.
    Recovers,
    /// Nothing happens any more, as when the process is killed.
    Off,
}

/// What a power loss does to a name whose folder was not flushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// It is as it was before: gone, or still there.
    Undone,
    /// It stays, with half of its bytes.
    Torn,
}

#[derive(Debug, Clone)]
struct Event {
    what: What,
    name: String,
    before: Option<Vec<u8>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    CreateFolder,
    Write,
    Flush,
    FlushFolder,
    FlushAll,
    Place,
    Replace,
    Remove,
}

#[derive(Debug, Default)]
pub(crate) struct Events(Mutex<Vec<Event>>);

struct Failing {
    root: PathBuf,
    fault: Fault,
    then: Then,
    /// Steps until the fault; `None` when it was.
    left: Mutex<Option<usize>>,
    failed: Mutex<bool>,
    events: Arc<Events>,
}

/// A store that fails at step `number`, counted from 0.
pub(crate) fn failing(folder: &Path, number: usize, fault: Fault, then: Then) -> (Store, Arc<Events>) {
    let events = Arc::<Events>::default();
    let hook = Failing {
        root: folder.to_owned(),
        fault,
        then,
        left: Mutex::new(Some(number)),
        failed: Mutex::new(false),
        events: Arc::clone(&events),
    };
    (Store::with_hook(folder, hook), events)
}

fn fault() -> io::Error {
    io::Error::other("the disk fails here")
}

impl Failing {
    /// Counts a step; whether it is the one.
    fn is_chosen(&self) -> io::Result<bool> {
        let mut left = self.left.lock().unwrap();
        match (*left, self.then) {
            (Some(0), _) => {
                *left = None;
                Ok(true)
            }
            (Some(more), _) => {
                *left = Some(more - 1);
                Ok(false)
            }
            (None, Then::Off) => Err(fault()),
            (None, Then::Recovers) => Ok(false),
        }
    }
}

impl StepHook for Failing {
    fn before(&self, step: Step<'_>) -> io::Result<()> {
        let chosen = self.is_chosen()?;
        let writes = matches!(step, Step::Write(_));
        if chosen && (self.fault == Fault::Before || !writes && self.fault != Fault::After) {
            return Err(fault());
        }
        *self.failed.lock().unwrap() = chosen && self.fault == Fault::After;
        let (what, name) = match step {
            Step::CreateFolder(name) => (What::CreateFolder, name),
            Step::Write(name) => (What::Write, name),
            Step::Flush(name) => (What::Flush, name),
            Step::FlushFolder(name) => (What::FlushFolder, name),
            Step::FlushAll => (What::FlushAll, ""),
            Step::Place(name) => (What::Place, name),
            Step::Replace(name) => (What::Replace, name),
            Step::Remove(name) => (What::Remove, name),
            other => panic!("a step that this test does not know: {other:?}"),
        };
        let before = fs::read(self.root.join(name)).ok();
        self.events.0.lock().unwrap().push(Event { what, name: name.to_owned(), before });
        Ok(())
    }

    fn after(&self, _: Step<'_>) -> io::Result<()> {
        if core::mem::take(&mut *self.failed.lock().unwrap()) { Err(fault()) } else { Ok(()) }
    }

    fn tear(&self, _: Step<'_>, length: u64) -> Option<u64> {
        // Asked before the step is counted.
        let now = *self.left.lock().unwrap() == Some(0);
        match self.fault {
            Fault::Torn if now => Some(length / 2),
            Fault::Whole if now => Some(length),
            _ => None,
        }
    }
}

fn parent(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(parent, _)| parent)
}

impl Events {
    /// For each step that happened, whether it wrote bytes.
    pub(crate) fn writes(&self) -> Vec<bool> {
        self.0.lock().unwrap().iter().map(|event| event.what == What::Write).collect()
    }

    /// Takes back, newest first, what was not flushed.
    pub(crate) fn lose(&self, folder: &Path, loss: Loss) {
        let events = self.0.lock().unwrap();
        for (position, event) in events.iter().enumerate().rev() {
            let later = &events[position + 1..];
            let name = event.name.as_str();
            let all = later.iter().any(|event| event.what == What::FlushAll);
            let kept = |what: What, name: &str| {
                all || later.iter().any(|event| event.what == what && event.name == name)
            };
            let name_kept = kept(What::FlushFolder, parent(name));
            let path = folder.join(name);
            let restore = |before: &Option<Vec<u8>>| {
                // Not through another name of the same file.
                let _ = fs::remove_file(&path);
                if let Some(bytes) = before {
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    fs::write(&path, bytes).unwrap();
                }
            };
            let tear = || {
                if let Ok(bytes) = fs::read(&path) {
                    fs::remove_file(&path).unwrap();
                    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
                }
            };
            match event.what {
                What::CreateFolder if !name_kept && loss == Loss::Undone => {
                    drop(fs::remove_dir_all(&path));
                }
                What::Write if !name_kept => drop(fs::remove_file(&path)),
                What::Write if !kept(What::Flush, name) => tear(),
                // What gets a name here was not flushed before, but for the note's second name.
                What::Place if !(name_kept && kept(What::Flush, name)) => match loss {
                    Loss::Undone => restore(&event.before),
                    Loss::Torn if name.starts_with("tile/") => tear(),
                    Loss::Torn => {}
                },
                What::Replace if !name_kept => restore(&event.before),
                What::Remove if !name_kept && event.before.is_some() => restore(&event.before),
                _ => {}
            }
        }
    }
}

/// A copy of a folder.
pub(crate) fn copy_of(folder: &Path) -> tempfile::TempDir {
    let target = scratch();
    copy(folder, target.path());
    target
}
