//! A crash before every durable step, with and without what the disk had not been told to keep.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use detente_core::{Code, TreeSize};
use detente_log::{Culprit, LogWriter, Step, StepHook, Store};

use crate::support::{Party, check, copy, files};

/// A step that happened, and what a power loss could take back of it.
#[derive(Debug, Clone)]
enum Event {
    Create(String),
    Write(String),
    Place(String),
    Flush(String),
    FlushFolder(String),
    Replace(String, Option<Vec<u8>>),
    Remove,
}

/// Lets the first `left` steps happen and notes them; refuses all later ones, as a machine that is off does.
struct PowerSwitch {
    root: PathBuf,
    left: Mutex<usize>,
    events: Arc<Mutex<Vec<Event>>>,
}

impl StepHook for PowerSwitch {
    fn before(&self, step: Step<'_>) -> io::Result<()> {
        let mut left = self.left.lock().unwrap();
        *left = left.checked_sub(1).ok_or_else(|| io::Error::other("the power is off"))?;
        self.events.lock().unwrap().push(match step {
            Step::CreateFolder(name) => Event::Create(name.to_owned()),
            Step::Write(name) => Event::Write(name.to_owned()),
            Step::Place(name) => Event::Place(name.to_owned()),
            Step::Flush(name) => Event::Flush(name.to_owned()),
            Step::FlushFolder(name) => Event::FlushFolder(name.to_owned()),
            Step::Replace(name) => Event::Replace(name.to_owned(), fs::read(self.root.join(name)).ok()),
            Step::Remove(_) => Event::Remove,
            other => panic!("a step that this test does not know: {other:?}"),
        });
        Ok(())
    }
}

fn store_that_stops_after(folder: &Path, steps: usize) -> (Store, Arc<Mutex<Vec<Event>>>) {
    let events = Arc::default();
    let left = Mutex::new(steps);
    let switch = PowerSwitch { root: folder.to_owned(), left, events: Arc::clone(&events) };
    (Store::with_hook(folder, switch), events)
}

fn parent(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Takes back, newest first, every step whose result was not flushed: names that their folder never kept, bytes that never
/// reached the disk.
fn lose_what_was_not_flushed(folder: &Path, events: &[Event]) {
    for (position, event) in events.iter().enumerate().rev() {
        let later = &events[position + 1..];
        let name_kept = |name: &str| {
            later.iter().any(|event| matches!(event, Event::FlushFolder(done) if done == parent(name)))
        };
        match event {
            Event::Create(name) if !name_kept(name) => drop(fs::remove_dir_all(folder.join(name))),
            Event::Place(name) if !name_kept(name) => drop(fs::remove_file(folder.join(name))),
            Event::Write(name) => {
                let path = folder.join(name);
                let flushed = later.iter().any(|event| matches!(event, Event::Flush(done) if done == name));
                if !path.exists() {
                    continue;
                }
                if !name_kept(name) {
                    fs::remove_file(&path).unwrap();
                } else if !flushed {
                    let bytes = fs::read(&path).unwrap();
                    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
                }
            }
            Event::Replace(name, before) if !name_kept(name) => match before {
                Some(bytes) => fs::write(folder.join(name), bytes).unwrap(),
                None => fs::remove_file(folder.join(name)).unwrap(),
            },
            _ => {}
        }
    }
}

struct Scenario {
    party: Party,
    before: tempfile::TempDir,
    batch: Vec<Vec<u8>>,
    /// The public files and the state after an undisturbed publication.
    after: Vec<(String, Vec<u8>)>,
}

impl Scenario {
    /// A log of `old` entries that grows to `new`.
    fn new(old: u64, new: u64) -> Self {
        let party = Party::new();
        let before = tempfile::tempdir().unwrap();
        let entries = party.entries(new);
        let sizes = if old == 0 { vec![] } else { vec![old] };
        party.publish(before.path(), &entries, &sizes);
        let batch = entries[old as usize..].to_vec();
        let folder = tempfile::tempdir().unwrap();
        copy(before.path(), folder.path());
        LogWriter::open(folder.path()).unwrap().append(&batch, &party.signer()).unwrap();
        let after = files(folder.path()).into_iter().collect();
        Self { party, before, batch, after }
    }

    fn copy(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        copy(self.before.path(), folder.path());
        folder
    }

    /// Publishes with a crash before step `steps`; whether it got through.
    fn crash(&self, folder: &Path, steps: usize, power_loss: bool) -> bool {
        let (store, events) = store_that_stops_after(folder, steps);
        let mut writer = match LogWriter::open_in(store) {
            Ok(writer) => writer,
            Err(error) => panic!("a clean log opens without a durable step: {error}"),
        };
        let done = writer.append(&self.batch, &self.party.signer());
        if let Err(error) = &done {
            assert_eq!(error.code(), Code::Unavailable, "{error}");
        }
        drop(writer);
        if power_loss {
            lose_what_was_not_flushed(folder, &events.lock().unwrap());
        }
        done.is_ok()
    }

    /// Starts again: afterwards the batch is in the log or never was, and publishing it then gives the same bytes.
    fn assert_recovers(&self, folder: &Path, what: &str) {
        let old = LogWriter::open(self.copy().path()).unwrap().state();
        let mut writer = LogWriter::open(folder).unwrap_or_else(|error| panic!("{what}: {error}"));
        writer.resume(&self.party.signer()).unwrap();
        assert!(!writer.is_unsigned());
        assert_eq!(fs::read_dir(folder.join("staging")).unwrap().count(), 0, "{what}");
        if writer.state() == old {
            writer.append(&self.batch, &self.party.signer()).unwrap();
        }
        drop(writer);
        let now: Vec<_> = files(folder).into_iter().collect();
        assert!(now == self.after, "{what}: other files than an undisturbed publication leaves");
    }
}

fn crash_everywhere(old: u64, new: u64, power_loss: bool) {
    let scenario = Scenario::new(old, new);
    let mut committed = 0;
    for steps in 0.. {
        let folder = scenario.copy();
        let done = scenario.crash(folder.path(), steps, power_loss);
        let what = format!("{old} to {new}, crash before step {steps}");
        let state = fs::read_to_string(folder.path().join("state")).unwrap();
        let is_new = state.starts_with(&format!("{new}\n"));
        assert!(is_new || state.starts_with(&format!("{old}\n")), "{what}");
        committed += usize::from(is_new);
        // Whatever is signed names a committed state, and a reader finds a whole log at any moment.
        let history = folder.path().join(format!("history/{new}"));
        assert!(!history.exists() || is_new, "{what}: a note of a state that was not committed");
        if folder.path().join("checkpoint").exists() {
            match check(folder.path()) {
                Ok(report) => assert!([old, new].contains(&report.size().get()), "{what}"),
                // Between the two renames the history is one note ahead.
                Err(failure) => {
                    assert_eq!(failure.code(), Code::MalformedTile, "{what}: {failure}");
                    assert_eq!(failure.culprit(), Some(Culprit::Path(format!("history/{new}"))), "{what}");
                }
            }
        }
        scenario.assert_recovers(folder.path(), &what);
        if done {
            assert!(steps > 20, "{steps} steps are too few to be a publication");
            assert!(committed > 5, "some crashes come after the commitment");
            return;
        }
    }
}

#[test]
fn the_first_batch_survives_a_crash_before_every_step() {
    crash_everywhere(0, 14, false);
}

#[test]
fn a_batch_across_a_full_tile_survives_a_crash_before_every_step() {
    crash_everywhere(250, 260, false);
}

#[test]
fn the_first_batch_survives_a_power_loss_before_every_step() {
    crash_everywhere(0, 14, true);
}

#[test]
fn a_batch_across_a_full_tile_survives_a_power_loss_before_every_step() {
    crash_everywhere(250, 260, true);
}

#[test]
fn a_crash_during_recovery_is_recovered_from() {
    let scenario = Scenario::new(14, 20);
    let mut interrupted = 0;
    for steps in 0.. {
        let folder = scenario.copy();
        if scenario.crash(folder.path(), steps, true) {
            break;
        }
        for again in 0.. {
            let second = tempfile::tempdir().unwrap();
            copy(folder.path(), second.path());
            let (store, events) = store_that_stops_after(second.path(), again);
            let resumed =
                LogWriter::open_in(store).and_then(|mut writer| writer.resume(&scenario.party.signer()));
            lose_what_was_not_flushed(second.path(), &events.lock().unwrap());
            let what = format!("crash before step {steps}, then before step {again} of the recovery");
            scenario.assert_recovers(second.path(), &what);
            match resumed {
                Ok(()) => break,
                Err(error) => assert_eq!(error.code(), Code::Unavailable, "{what}: {error}"),
            }
            interrupted += 1;
        }
    }
    assert!(interrupted > 100, "{interrupted}");
}

#[test]
fn a_creation_that_stops_half_way_is_begun_again() {
    for steps in 0.. {
        let folder = tempfile::tempdir().unwrap();
        let party = Party::new();
        let (store, events) = store_that_stops_after(folder.path(), steps);
        let created = LogWriter::create_in(store, &party.origin).map(drop);
        lose_what_was_not_flushed(folder.path(), &events.lock().unwrap());
        match LogWriter::open(folder.path()) {
            Ok(writer) => assert_eq!(writer.state().0, TreeSize::ZERO),
            Err(error) => {
                assert_eq!(error.code(), Code::Unavailable);
                drop(LogWriter::create(folder.path(), &party.origin).unwrap());
            }
        }
        if created.is_ok() {
            assert!(steps > 5);
            return;
        }
    }
}

#[test]
fn a_writer_that_failed_after_the_commitment_does_not_go_on() {
    let scenario = Scenario::new(14, 20);
    let folder = scenario.copy();
    let stop_at = |step: &Step<'_>| matches!(step, Step::Replace("checkpoint"));
    let store = Store::with_hook(folder.path(), move |step: Step<'_>| {
        if stop_at(&step) { Err(io::Error::other("the disk is full")) } else { Ok(()) }
    });
    let mut writer = LogWriter::open_in(store).unwrap();
    let signer = scenario.party.signer();
    assert_eq!(writer.append(&scenario.batch, &signer).unwrap_err().code(), Code::Unavailable);
    let again = writer.append(&[b"x"], &signer).unwrap_err();
    assert!(again.to_string().contains("opened again"), "{again}");
    drop(writer);
    // The note is in the history, so no key is needed to finish.
    let writer = LogWriter::open(folder.path()).unwrap();
    assert!(!writer.is_unsigned());
    drop(writer);
    scenario.assert_recovers(folder.path(), "stopped at the last rename");
}

#[test]
fn a_writer_that_failed_before_the_commitment_goes_on() {
    let scenario = Scenario::new(14, 20);
    let folder = scenario.copy();
    let failures = Mutex::new(1);
    let store = Store::with_hook(folder.path(), move |step: Step<'_>| {
        let mut failures = failures.lock().unwrap();
        match step {
            Step::Flush(_) if *failures > 0 => {
                *failures -= 1;
                Err(io::Error::other("the disk is full"))
            }
            _ => Ok(()),
        }
    });
    let mut writer = LogWriter::open_in(store).unwrap();
    let signer = scenario.party.signer();
    assert_eq!(writer.append(&scenario.batch, &signer).unwrap_err().code(), Code::Unavailable);
    assert_eq!(fs::read_dir(folder.path().join("staging")).unwrap().count(), 0);
    writer.append(&scenario.batch, &signer).unwrap();
    drop(writer);
    scenario.assert_recovers(folder.path(), "tried again");
}

#[test]
fn a_published_file_with_other_bytes_stops_the_writer() {
    let scenario = Scenario::new(14, 20);
    let folder = scenario.copy();
    fs::write(folder.path().join("tile/0/000.p/20"), b"other bytes").unwrap();
    let error = {
        let mut writer = LogWriter::open(folder.path()).unwrap();
        writer.append(&scenario.batch, &scenario.party.signer()).unwrap_err()
    };
    assert_eq!(error.code(), Code::MalformedTile);
    assert!(error.to_string().contains("tile/0/000.p/20"), "{error}");
    assert!(!folder.path().join("history/20").exists(), "nothing is signed");
}
