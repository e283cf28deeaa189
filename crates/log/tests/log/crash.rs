//! A failure at every durable step: done, not done or half done, the process killed or the power lost.

use std::{collections::BTreeMap, fs, path::Path};

use detente_core::Code;
use detente_log::{Culprit, Guards, LogDirectory, LogError, LogWriter, Store};

use crate::{
    cosign::{Institute, quorum_of},
    faults::{FAULTS, Fault, Loss, Then, copy_of, failing},
    support::{Party, Recording, check, files, scratch},
};

/// Something that a writer does to a log, and how the log looks when nothing disturbs it.
struct Scenario {
    party: Party,
    entries: Vec<Vec<u8>>,
    before: tempfile::TempDir,
    /// Sizes at which its batches end; the first one is created with the log when it was 0.
    sizes: Vec<u64>,
    old: u64,
    cosigned: bool,
    after: BTreeMap<String, Vec<u8>>,
}

impl Scenario {
    fn new(old: u64, sizes: &[u64], cosigned: bool) -> Self {
        let party = Party::new();
        let (sizes, entries) = (sizes.to_vec(), party.entries(*sizes.last().unwrap()));
        let before = scratch();
        if old > 0 {
            party.publish(before.path(), &entries, &[old]);
        }
        let mut this = Self { party, entries, before, sizes, old, cosigned, after: BTreeMap::new() };
        let folder = copy_of(this.before.path());
        this.run(Store::new(folder.path()), &Recording::new(), &mut 0).unwrap();
        let _ = fs::remove_file(folder.path().with_extension("guard"));
        this.after = public(folder.path());
        check(folder.path()).unwrap();
        let log = LogDirectory::open(folder.path()).unwrap();
        let read = log.entries(0..this.entries.len() as u64).unwrap().map(Result::unwrap);
        assert!(read.eq(this.entries.iter().cloned()));
        this
    }

    /// Creates or opens, publishes all that is missing, closes. `acknowledged` is the size that the caller was told of.
    fn run(&self, store: Store, key: &Recording, acknowledged: &mut u64) -> Result<(), LogError> {
        let guards = Guards::new([store.root().with_extension("guard")]).create_missing();
        let signer = key.signer(&self.party.origin);
        let exists = store.root().join("state").exists();
        let mut writer = match exists {
            true => LogWriter::open_with(store, guards)?,
            false => LogWriter::create_with(store, &self.party.origin, guards)?,
        };
        if self.cosigned {
            let (cosigner, policy) = (Institute::new(60), quorum_of(&self.party, &[60]));
            writer.require_cosignatures(cosigner, policy)?;
        }
        writer.resume(&signer)?;
        for size in &self.sizes {
            let start = writer.state().0.get();
            if start < *size {
                writer.append(&self.entries[start as usize..*size as usize], &signer)?;
                *acknowledged = *size;
            }
        }
        writer.close()
    }

    /// What a reader finds at any moment when no power was lost: a whole log, or one whose history is a note ahead.
    fn assert_readable(&self, folder: &Path, what: &str) {
        if !folder.join("checkpoint").exists() {
            return;
        }
        match check(folder) {
            Ok(report) => {
                let size = report.size().get();
                assert!(size == self.old || self.sizes.contains(&size), "{what}: {size}");
            }
            Err(failure) => {
                assert_eq!(failure.code(), Code::MalformedTile, "{what}: {failure}");
                let history = |culprit: &Culprit| matches!(culprit, Culprit::Path(path) if path.starts_with("history/"));
                assert!(failure.culprit().as_ref().is_some_and(history), "{what}: {failure}");
            }
        }
    }

    /// A new start: nothing that was acknowledged is missing, nothing was signed twice, and the rest can be published
    /// as if nothing had happened.
    fn assert_recovers(&self, folder: &Path, key: &Recording, acknowledged: u64, what: &str) {
        let state = fs::read_to_string(folder.join("state")).unwrap_or_default();
        let committed = state.lines().next().map_or(0, |size| size.parse::<u64>().unwrap());
        assert!(committed >= acknowledged, "{what}: {committed} of {acknowledged}");
        assert!(key.sizes().iter().all(|size| *size <= committed), "{what}: signed before committed");
        let mut ignored = 0;
        self.run(Store::new(folder), key, &mut ignored).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(fs::read_dir(folder.join("staging")).unwrap().count(), 0, "{what}");
        key.sizes();
        let mut now = public(folder);
        if now != self.after {
            // A power loss may bring back partial files that a full one made unnecessary.
            now.retain(|name, _| !stale(name, &self.after));
        }
        let other: Vec<_> = now.keys().filter(|name| now.get(*name) != self.after.get(*name)).collect();
        assert!(now == self.after, "{what}: other files than undisturbed: {other:?}");
        check(folder).unwrap_or_else(|failure| panic!("{what}: {failure}"));
    }

    /// Every step of an undisturbed run, and whether it writes.
    fn steps(&self) -> Vec<bool> {
        let folder = copy_of(self.before.path());
        let (store, events) = failing(folder.path(), usize::MAX, Fault::Before, Then::Off);
        self.run(store, &Recording::new(), &mut 0).unwrap();
        let _ = fs::remove_file(folder.path().with_extension("guard"));
        events.writes()
    }

    /// Fails at every step in every way; the number of failures.
    fn fail_everywhere(&self, then: Then, loss: Option<Loss>) -> usize {
        let mut failures = 0;
        for (number, writes) in self.steps().into_iter().enumerate() {
            for fault in FAULTS.into_iter().filter(|fault| writes || !fault.is_of_writes()) {
                let folder = copy_of(self.before.path());
                let guard = folder.path().with_extension("guard");
                let (key, mut acknowledged) = (Recording::new(), 0);
                let (store, events) = failing(folder.path(), number, fault, then);
                let done = self.run(store, &key, &mut acknowledged);
                let what = format!("{fault:?} of step {number}, {then:?}, {loss:?}");
                match &done {
                    Err(error) => assert_eq!(error.code(), Code::Unavailable, "{what}: {error}"),
                    Ok(()) => panic!("{what}: the failure was not noticed"),
                }
                match loss {
                    Some(loss) => events.lose(folder.path(), loss),
                    None => self.assert_readable(folder.path(), &what),
                }
                self.assert_recovers(folder.path(), &key, acknowledged, &what);
                let _ = fs::remove_file(guard);
                failures += 1;
            }
        }
        failures
    }
}

/// Files that an undisturbed run leaves too.
fn public(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    files(folder).into_iter().filter(|(name, _)| !name.starts_with("lock")).collect()
}

fn stale(name: &str, after: &BTreeMap<String, Vec<u8>>) -> bool {
    name.split_once(".p/").is_some_and(|(full, _)| after.contains_key(full))
}

fn all_ways(scenario: &Scenario) {
    let mut failures = 0;
    for loss in [None, Some(Loss::Undone), Some(Loss::Torn)] {
        failures += scenario.fail_everywhere(Then::Off, loss);
    }
    failures += scenario.fail_everywhere(Then::Recovers, None);
    assert!(failures > 150, "{failures}");
}

#[test]
fn creation_and_the_first_batch_survive_every_failure() {
    all_ways(&Scenario::new(0, &[14], false));
}

#[test]
fn a_batch_across_a_full_tile_survives_every_failure() {
    all_ways(&Scenario::new(250, &[260], false));
}

#[test]
fn two_batches_across_a_full_tile_survive_every_failure() {
    all_ways(&Scenario::new(253, &[255, 258], false));
}

#[test]
fn a_cosigned_batch_survives_every_failure() {
    all_ways(&Scenario::new(0, &[3, 14], true));
}

#[test]
fn recovery_itself_survives_every_failure() {
    let scenario = Scenario::new(254, &[257], false);
    let mut interrupted = 0;
    for number in 0.. {
        let folder = copy_of(scenario.before.path());
        let (first_key, mut acknowledged) = (Recording::new(), 0);
        let (store, events) = failing(folder.path(), number, Fault::Before, Then::Off);
        let done = scenario.run(store, &first_key, &mut acknowledged).is_ok();
        let guard = fs::read(folder.path().with_extension("guard")).ok();
        let _ = fs::remove_file(folder.path().with_extension("guard"));
        if done {
            break;
        }
        events.lose(folder.path(), if number % 2 == 0 { Loss::Undone } else { Loss::Torn });
        for fault in [Fault::After, Fault::Torn] {
            for again in 0.. {
                let second = copy_of(folder.path());
                let path = second.path().with_extension("guard");
                if let Some(guard) = &guard {
                    fs::write(&path, guard).unwrap();
                }
                let (key, mut acknowledged) = (first_key.fork(), acknowledged);
                let (store, events) = failing(second.path(), again, fault, Then::Off);
                let recovered = scenario.run(store, &key, &mut acknowledged).is_ok();
                if !recovered {
                    events.lose(second.path(), if again % 2 == 0 { Loss::Torn } else { Loss::Undone });
                    let what = format!("step {number}, then {fault:?} of step {again}");
                    scenario.assert_recovers(second.path(), &key, acknowledged, &what);
                    interrupted += 1;
                }
                let _ = fs::remove_file(path);
                if recovered {
                    break;
                }
            }
        }
    }
    assert!(interrupted > 500, "{interrupted}");
}

/// Two flushes, when there is nothing to recover.
pub(crate) const STEPS_OF_OPENING: usize = 2;

#[test]
fn a_failing_step_before_the_commitment_leaves_a_writer_that_goes_on() {
    let scenario = Scenario::new(14, &[20], false);
    let folder = copy_of(scenario.before.path());
    let (store, _) = failing(folder.path(), 1 + STEPS_OF_OPENING, Fault::Before, Then::Recovers);
    let mut writer = LogWriter::open_in(store).unwrap();
    let (signer, batch) = (scenario.party.signer(), &scenario.entries[14..]);
    assert_eq!(writer.append(batch, &signer).unwrap_err().code(), Code::Unavailable);
    assert!(!writer.is_stopped());
    assert_eq!(fs::read_dir(folder.path().join("staging")).unwrap().count(), 0);
    writer.append(batch, &signer).unwrap();
    drop(writer);
    assert_eq!(public(folder.path()), scenario.after);
}

#[test]
fn a_failing_step_after_the_commitment_ends_the_writer() {
    let scenario = Scenario::new(14, &[20], false);
    let folder = copy_of(scenario.before.path());
    let store = Store::with_hook(folder.path(), |step: detente_log::Step<'_>| match step {
        detente_log::Step::Replace("checkpoint") => Err(std::io::Error::other("no more")),
        _ => Ok(()),
    });
    let mut writer = LogWriter::open_in(store).unwrap();
    let (signer, batch) = (scenario.party.signer(), &scenario.entries[14..]);
    assert_eq!(writer.append(batch, &signer).unwrap_err().code(), Code::Unavailable);
    assert!(writer.is_stopped());
    let again = writer.append(&[b"x"], &signer).unwrap_err();
    assert!(again.to_string().contains("opened again"), "{again}");
    drop(writer);
    // The note is in the history, so no key is needed to finish.
    let writer = LogWriter::open(folder.path()).unwrap();
    assert!(!writer.is_unsigned());
    drop(writer);
    assert_eq!(public(folder.path()), scenario.after);
}

/// A batch that failed and could not be removed has a size below the next state's; it is no state for that.
#[test]
fn a_batch_that_never_was_committed_is_never_placed() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let (signer, other) = (party.signer(), [party.sealed(900), party.sealed(901)]);
    let kept = copy_of(folder.path());
    let (store, _) = failing(kept.path(), 3, Fault::Before, Then::Off);
    LogWriter::open_in(store).unwrap().append(&other, &signer).unwrap_err();
    let staged = |folder: &Path| -> Vec<_> {
        let names = fs::read_dir(folder.join("staging")).unwrap();
        names.map(|name| name.unwrap().file_name().into_string().unwrap()).collect()
    };
    let stale: Vec<_> = staged(kept.path()).into_iter().filter(|name| name.starts_with("16-")).collect();
    assert_eq!(stale.len(), 1);
    LogWriter::open(folder.path()).unwrap().append(&party.entries(20)[14..], &signer).unwrap();
    let before = public(folder.path());
    fs::copy(kept.path().join("staging").join(&stale[0]), folder.path().join("staging").join(&stale[0]))
        .unwrap();
    drop(LogWriter::open(folder.path()).unwrap());
    assert_eq!(public(folder.path()), before);
}

#[test]
fn a_torn_staged_file_of_a_committed_state_stops_the_writer() {
    let scenario = Scenario::new(14, &[20], false);
    for cut in [0, 7, 40, 1000, usize::MAX] {
        let folder = copy_of(scenario.before.path());
        // The step that gives the first tile its name.
        let store = Store::with_hook(folder.path(), |step: detente_log::Step<'_>| match step {
            detente_log::Step::Place(_) => Err(std::io::Error::other("no more")),
            _ => Ok(()),
        });
        let signer = scenario.party.signer();
        LogWriter::open_in(store).unwrap().append(&scenario.entries[14..], &signer).unwrap_err();
        let staging = folder.path().join("staging");
        let name = fs::read_dir(&staging).unwrap().map(|name| name.unwrap().path());
        let staged = name.into_iter().find(|path| path.to_str().unwrap().contains("/20-")).unwrap();
        let mut bytes = fs::read(&staged).unwrap();
        match bytes.get_mut(cut) {
            Some(_) if cut % 2 == 1 => bytes[cut] ^= 1,
            Some(_) => bytes.truncate(cut),
            None => {
                bytes.pop();
            }
        }
        fs::write(&staged, bytes).unwrap();
        let error = LogWriter::open(folder.path()).unwrap_err();
        assert_eq!(error.code(), Code::MalformedTile, "{cut}: {error}");
        assert!(error.to_string().starts_with("staging/20-"), "{error}");
    }
}
