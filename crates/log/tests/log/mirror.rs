//! A verified copy: what it asks for, what it refuses, what a killed one leaves, and what it says of a log that turns back.

use core::num::NonZeroUsize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use detente_checkpoint::{Policy, TreeHead, UnverifiedCheckpoint, UnverifiedNote, cosignature};
use detente_core::{Class, Code, Digest, LeafIndex, TreeSize, UnixSeconds};
use detente_log::{
    Culprit, Fetched, LogDirectory, LogError, LogReader, LogSource, LogWriter, Mirror, MirrorFailure,
    Mirrored, Step, Store, VerifiedTree, check_log,
};
use detente_merkle::{node_hash, read_root, rebuild_prefix};
use proptest::prelude::*;

use crate::{
    memory::{Memory, promised},
    support::{Party, check, checkpoint_key, copy, files, scratch, witness_key},
};

const CONNECTIONS: NonZeroUsize = NonZeroUsize::new(4).unwrap();

/// Sizes 14, 300 and 700.
static LOG: LazyLock<tempfile::TempDir> = LazyLock::new(|| Party::new().log_of(&[14, 300, 700]));
/// The same entries up to 300.
static SHORT: LazyLock<tempfile::TempDir> = LazyLock::new(|| Party::new().log_of(&[14, 300]));
/// Two levels of tiles above the leaves are partial, one is full.
static TALL: LazyLock<tempfile::TempDir> = LazyLock::new(|| Party::new().log_of(&[600, 65_800]));

fn update(folder: &Path, log: &dyn LogSource, policy: Option<&Policy>) -> Result<Mirrored, MirrorFailure> {
    Mirror::open(folder)?.update(log, policy, CONNECTIONS, |_| {})
}

/// The files that readers look at.
fn public(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let own = |path: &String| ["checkpoint", "tile/", "history/"].iter().any(|ours| path.starts_with(ours));
    files(folder).into_iter().filter(|(path, _)| own(path)).collect()
}

fn code_of(failure: &MirrorFailure) -> (Code, Option<Culprit>) {
    (failure.code(), failure.culprit())
}

fn path(text: &str) -> Option<Culprit> {
    Some(Culprit::Path(text.to_owned()))
}

/// Another continuation of the log's first 200 entries, signed with the same key.
fn forked(sizes: &[u64]) -> tempfile::TempDir {
    let party = Party::new();
    let mut entries = party.entries(200);
    entries.extend((1000..2000).map(|number| party.sealed(number)));
    let folder = scratch();
    party.publish(folder.path(), &entries, sizes);
    folder
}

#[test]
fn a_mirror_has_all_that_the_checkpoint_implies_and_checks() {
    let policy = Party::new().policy();
    for given in [None, Some(&policy)] {
        let folder = scratch();
        let source = Memory::of(LOG.path());
        let mirror = Mirror::open(folder.path()).unwrap();
        let mut heard: Vec<Fetched> = Vec::new();
        let done = mirror.update(&source, given, CONNECTIONS, |fetched| heard.push(fetched)).unwrap();
        assert_eq!((done.checkpoint.size().get(), done.before), (700, None));
        // Leaves 0 to 2 and the tile above them, then the two earlier notes.
        assert_eq!(heard.iter().map(|fetched| fetched.all).collect::<Vec<_>>(), [4, 4, 4, 4, 2, 2]);
        assert!(heard.iter().all(|fetched| fetched.done <= fetched.all));
        let (ours, theirs) = (public(folder.path()), public(LOG.path()));
        assert_eq!(
            ours.keys().collect::<Vec<_>>(),
            theirs
                .keys()
                .filter(|name| !name.contains(".p/") || promised(700).contains(*name))
                .collect::<Vec<_>>()
        );
        assert!(ours.iter().all(|(name, bytes)| theirs[name] == *bytes));
        assert_eq!(
            (done.files, done.bytes),
            (ours.len() as u64, ours.values().map(|bytes| bytes.len() as u64).sum())
        );
        let report = check(folder.path()).unwrap();
        assert_eq!((report.size().get(), report.history_notes()), (700, 3));

        let asked = source.asked();
        let partial: BTreeSet<&String> = asked.iter().filter(|name| name.contains(".p/")).collect();
        assert!(partial.iter().all(|name| promised(700).contains(*name)), "{partial:?}");
        // Once, but for the genesis that is believed before anything can be verified.
        let twice = asked.len() - asked.iter().collect::<BTreeSet<_>>().len();
        assert_eq!(twice, if given.is_some() { 0 } else { 1 }, "{asked:?}");

        // Again: the newest note, the list, nothing else.
        let done = mirror.update(&source, given, CONNECTIONS, |_| {}).unwrap();
        assert_eq!((done.files, done.bytes, done.before.map(TreeSize::get)), (0, 0, Some(700)));
        assert_eq!(source.asked(), ["checkpoint"]);
    }
}

#[test]
fn a_mirror_keeps_up_and_asks_only_for_what_is_new() {
    let folder = scratch();
    let early = Party::new().log_of(&[14]);
    let mut before = None;
    for (log, size, most) in [(&early, 14, 5), (&*SHORT, 300, 9), (&*LOG, 700, 9)] {
        let source = Memory::of(log.path());
        let done = update(folder.path(), &source, None).unwrap();
        assert_eq!((done.checkpoint.size().get(), done.before.map(TreeSize::get)), (size, before));
        before = Some(size);
        let asked = source.asked();
        assert!(asked.len() <= most, "{asked:?}");
        assert!(asked.iter().filter(|name| name.contains(".p/")).all(|name| promised(size).contains(name)));
        assert_eq!(check(folder.path()).unwrap().size().get(), size);
    }
    assert!(
        !folder.path().join("tile/0/000.p").exists() && !folder.path().join("tile/entries/000.p").exists()
    );
    // What somebody removed is fetched again.
    for name in ["tile/0/000", "tile/entries/001", "tile/entries/002.p/188", "tile/1/000.p/2", "history/14"] {
        fs::remove_file(folder.path().join(name)).unwrap();
        let done = update(folder.path(), &Memory::of(LOG.path()), None).unwrap();
        assert!(folder.path().join(name).is_file() && done.files >= 1, "{name}");
    }
    assert_eq!(check(folder.path()).unwrap().history_notes(), 3);
}

#[test]
fn a_tall_tree_is_read_from_the_top() {
    let folder = scratch();
    let source = Memory::of(TALL.path());
    update(folder.path(), &source, Some(&Party::new().policy())).unwrap();
    let asked = source.asked();
    let place = |name: &str| asked.iter().position(|known| known == name).unwrap();
    assert!(place("tile/2/000.p/1") < place("tile/1/000") && place("tile/1/000") < place("tile/0/007"));
    assert!(asked.iter().filter(|name| name.contains(".p/")).all(|name| promised(65_800).contains(name)));
    assert_eq!(asked.iter().collect::<BTreeSet<_>>().len(), asked.len(), "each file once");
    let log = LogDirectory::open(folder.path()).unwrap();
    let head = log.checkpoint().unwrap().claimed().clone();
    let tree = VerifiedTree::read(log.source(), &head).unwrap();
    assert_eq!(read_root(&tree, head.size()).unwrap(), head.root());
    assert_eq!(tree.entry(LeafIndex::new(65_799).unwrap()).unwrap(), Party::new().sealed(65_799));
}

#[test]
fn a_full_tile_stands_in_for_a_partial_one_and_nothing_beyond_the_size_is_believed() {
    // A log that has grown since its older note was shown: partial files of that size are gone.
    let grown = Memory::of(LOG.path());
    let short = Memory::of(SHORT.path());
    let full = ["tile/0/001", "tile/entries/001"].map(|name| (name.to_owned(), grown.file(name)));
    for spoil in [false, true] {
        let full = full.clone();
        let source = short.answering(move |name, file| match full.iter().find(|(known, _)| known == name) {
            Some((_, bytes)) => {
                let mut bytes = bytes.clone();
                if spoil {
                    // Entries 44 and up of this tile are beyond size 300.
                    *bytes.last_mut().unwrap() ^= 1;
                }
                Some(bytes)
            }
            None => {
                file.filter(|_| !name.starts_with("tile/0/001.p") && !name.starts_with("tile/entries/001.p"))
            }
        });
        let folder = scratch();
        update(folder.path(), &source, None).unwrap();
        let expected: BTreeMap<_, _> = public(SHORT.path());
        for (name, bytes) in public(folder.path()) {
            assert_eq!(bytes, expected[&name], "{name}");
        }
        assert!(!folder.path().join("tile/0/001").exists(), "a full file that was not verified is not kept");
        check(folder.path()).unwrap();
    }
}

#[test]
fn files_that_are_not_what_the_root_implies_are_named_and_not_kept() {
    type Spoil = fn(&Memory, &str, Vec<u8>) -> Option<Vec<u8>>;
    let swapped: Spoil = |memory, name, bytes| {
        let other = if name.contains("entries") { "tile/entries/000" } else { "tile/0/000" };
        let other = memory.file(other);
        if other == bytes { Some(memory.file(&name.replace("000", "001"))) } else { Some(other) }
    };
    let faults: [(&str, Spoil); 7] = [
        ("missing", |_, _, _| None),
        ("empty", |_, _, _| Some(Vec::new())),
        ("short", |_, _, bytes| Some(bytes[..bytes.len() - 1].to_vec())),
        ("long", |_, _, bytes| Some([bytes, vec![0]].concat())),
        ("very long", |_, _, _| Some(vec![0; 20_000_000])),
        ("wrong", |_, _, mut bytes| {
            bytes[5] ^= 0x10;
            Some(bytes)
        }),
        ("another tile", swapped),
    ];
    let sound = Memory::of(LOG.path());
    let early = Party::new().log_of(&[14]);
    for (fault, spoil) in faults {
        for name in [
            "tile/0/000",
            "tile/0/001",
            "tile/0/002.p/188",
            "tile/1/000.p/2",
            "tile/entries/000",
            "tile/entries/002.p/188",
        ] {
            // Of the same width there is no other one.
            if fault == "another tile" && name.contains(".p/") {
                continue;
            }
            let memory = sound.clone();
            let source = sound.answering(move |asked, file| {
                let file = file?;
                if asked == name { spoil(&memory, asked, file) } else { Some(file) }
            });
            let folder = scratch();
            update(folder.path(), &Memory::of(early.path()), None).unwrap();
            let failure = update(folder.path(), &source, None).unwrap_err();
            let (code, culprit) = code_of(&failure);
            match (fault, name) {
                // Edge tiles hold only together.
                ("wrong", "tile/0/002.p/188" | "tile/1/000.p/2") => {
                    assert_eq!((code, culprit), (Code::RootMismatch, path("checkpoint")));
                    assert!(matches!(failure, MirrorFailure::Unproven { .. }), "{failure}");
                }
                _ => assert_eq!(code, Code::MalformedTile, "{fault} {name}: {failure}"),
            }
            assert!(!folder.path().join(name).exists(), "{fault} {name}");
            assert_eq!(check(folder.path()).unwrap().size().get(), 14, "{fault} {name}");
            // The rest is there: nothing sound is fetched twice.
            let source = Memory::of(LOG.path());
            update(folder.path(), &source, None).unwrap();
            assert_eq!(check(folder.path()).unwrap().size().get(), 700);
        }
    }
}

#[test]
fn a_size_that_a_log_only_claims_costs_nothing() {
    // Signed, with a right edge that gives its root, and nothing below it.
    let hashes: Vec<Digest> = (0..64).map(|number| Digest::from_bytes([number; 32])).collect();
    let mut row = hashes.clone();
    while row.len() > 1 {
        row = row.chunks(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
    }
    let head = TreeHead::new(Party::new().origin, TreeSize::new(1 << 62).unwrap(), row[0]).unwrap();
    let note = head.sign(&checkpoint_key()).unwrap().as_bytes().to_vec();
    let edge: Vec<u8> = hashes.iter().flat_map(|hash| *hash.as_bytes()).collect();
    let source = Memory::with(LOG.path(), move |name, _| match name {
        "checkpoint" => Some(note.clone()),
        "tile/7/000.p/64" => Some(edge.clone()),
        _ => None,
    });
    let folder = scratch();
    let failure = update(folder.path(), &source, Some(&Party::new().policy())).unwrap_err();
    assert_eq!(failure.code(), Code::MalformedTile, "{failure}");
    assert!(source.asked().len() < 100);
}

#[test]
fn a_source_that_changes_between_two_reads_is_noticed() {
    // The genesis of another party with the first read, this log's with the next ones.
    let other = Party::with_origin("log.example/b");
    let other_log = other.log_of(&[14, 300, 700]);
    let (own, others) = (Memory::of(LOG.path()), Memory::of(other_log.path()));
    let reads = AtomicUsize::new(0);
    let first = others.file("tile/entries/000");
    let source = own.answering(move |name, file| {
        if name == "tile/entries/000" && reads.fetch_add(1, Ordering::SeqCst) == 0 {
            return Some(first.clone());
        }
        file
    });
    let folder = scratch();
    let failure = update(folder.path(), &source, None).unwrap_err();
    assert_eq!(failure.code(), Code::UnknownLog);
    assert!(!folder.path().join("checkpoint").exists());
    // A mirror stays the mirror of its log.
    update(folder.path(), &own, None).unwrap();
    assert_eq!(update(folder.path(), &others, None).unwrap_err().code(), Code::UnknownLog);
    assert_eq!(check(folder.path()).unwrap().log(), Party::new().log());
}

#[test]
fn an_older_checkpoint_is_an_alarm_and_no_finding() {
    let folder = scratch();
    update(folder.path(), &Memory::of(LOG.path()), None).unwrap();
    for _ in 0..2 {
        let failure = update(folder.path(), &Memory::of(SHORT.path()), None).unwrap_err();
        assert_eq!(code_of(&failure), (Code::OlderCheckpoint, path("checkpoint")));
        assert_eq!(failure.code().class().exit_code(), 1);
        let MirrorFailure::Older { seen, shown, alarm } = failure else { panic!("{failure}") };
        assert_eq!((seen.get(), shown.get()), (700, 300));
        let kept = |name: &str| fs::read(folder.path().join(&alarm).join(name)).unwrap();
        assert_eq!(kept("seen"), fs::read(LOG.path().join("checkpoint")).unwrap());
        assert_eq!(kept("shown"), fs::read(SHORT.path().join("checkpoint")).unwrap());
    }
    assert_eq!(fs::read_dir(folder.path().join("alarms")).unwrap().count(), 1, "one alarm of two notes");
    assert_eq!(check(folder.path()).unwrap().size().get(), 700);
}

#[test]
fn a_fork_is_told_with_all_that_a_finding_needs() {
    // (shown after 700, or after 300): larger, of equal size, smaller than what was seen.
    for (seen_log, other_sizes) in [(&*SHORT, &[250, 400][..]), (&*SHORT, &[300][..]), (&*LOG, &[250][..])] {
        let folder = scratch();
        let seen = update(folder.path(), &Memory::of(seen_log.path()), None).unwrap().checkpoint;
        let before = public(folder.path());
        let other = forked(other_sizes);
        let failure = update(folder.path(), &Memory::of(other.path()), None).unwrap_err();
        assert_eq!(code_of(&failure), (Code::InvalidConsistency, path("checkpoint")));
        let MirrorFailure::Fork(fork) = failure else { panic!("{failure}") };
        let heads = fork.notes.each_ref().map(|note| {
            UnverifiedCheckpoint::parse(note).unwrap().verify(&Party::new().policy()).unwrap().head().clone()
        });
        assert!(heads[0].size() <= heads[1].size());
        assert_eq!((fork.seen, fork.shown.get()), (seen.size(), *other_sizes.last().unwrap()));
        assert_eq!(fork.key, Party::new().signer().note_key());
        if heads[0].size() < heads[1].size() {
            let rebuilt =
                rebuild_prefix(heads[0].size(), heads[1].size(), heads[1].root(), &fork.hashes).unwrap();
            assert_ne!(rebuilt, heads[0].root(), "the two trees do not go together");
        } else {
            assert!(fork.hashes.is_empty() && heads[0].root() != heads[1].root());
        }
        let after = public(folder.path());
        assert!(before.iter().all(|(name, bytes)| after[name] == *bytes), "nothing was replaced");
        check(folder.path()).unwrap();
    }
}

#[test]
fn a_fork_without_its_tiles_is_kept_as_two_notes() {
    let folder = scratch();
    update(folder.path(), &Memory::of(SHORT.path()), None).unwrap();
    let other = forked(&[400]);
    let source = Memory::with(other.path(), |name, file| file.filter(|_| !name.starts_with("tile/1/")));
    let failure = update(folder.path(), &source, None).unwrap_err();
    let MirrorFailure::Unproven { alarm, .. } = &failure else { panic!("{failure}") };
    assert_eq!(failure.code(), Code::MalformedTile);
    assert_eq!(fs::read(folder.path().join(alarm).join("shown")).unwrap(), source.file("checkpoint"));
    assert_eq!(check(folder.path()).unwrap().size().get(), 300);
}

#[test]
fn a_fork_in_the_history_is_told_too() {
    let folder = scratch();
    let other = forked(&[250]);
    let note = Memory::of(other.path()).file("history/250");
    let log = scratch();
    copy(LOG.path(), log.path());
    fs::write(log.path().join("history/250"), note).unwrap();
    let failure = update(folder.path(), &Memory::of(log.path()), None).unwrap_err();
    assert!(matches!(&failure, MirrorFailure::Fork(fork) if !fork.hashes.is_empty()), "{failure}");
    assert!(!folder.path().join("history/250").exists());
    check(folder.path()).unwrap();
}

#[test]
fn lines_that_a_note_got_since_are_added_and_none_is_lost() {
    let folder = scratch();
    let log = scratch();
    copy(SHORT.path(), log.path());
    update(folder.path(), &Memory::of(log.path()), None).unwrap();
    let add = |seed| {
        let (name, key) = witness_key(seed);
        let head = LogDirectory::open(log.path()).unwrap().checkpoint().unwrap().claimed().clone();
        let line = cosignature::sign(name.name(), &key, UnixSeconds::new(5).unwrap(), &head);
        LogWriter::open(log.path()).unwrap().add_cosignatures(head.size(), &[line]).unwrap();
    };
    let lines = |name: &str| {
        UnverifiedNote::parse(&fs::read(folder.path().join(name)).unwrap()).unwrap().signatures().len()
    };
    add(60);
    update(folder.path(), &Memory::of(log.path()), None).unwrap();
    assert_eq!((lines("checkpoint"), lines("history/300")), (2, 2));
    update(folder.path(), &Memory::of(SHORT.path()), None).unwrap();
    assert_eq!(
        (lines("checkpoint"), lines("history/300")),
        (2, 2),
        "a copy without the line takes none away"
    );
    add(61);
    let entries = Party::new().entries(310);
    LogWriter::open(log.path()).unwrap().append(&entries[300..], &Party::new().signer()).unwrap();
    update(folder.path(), &Memory::of(log.path()), None).unwrap();
    assert_eq!((lines("checkpoint"), lines("history/300")), (1, 3));
    check(folder.path()).unwrap();
}

#[test]
fn only_a_new_folder_or_a_mirror_becomes_one() {
    let folder = scratch();
    copy(SHORT.path(), folder.path());
    assert_eq!(Mirror::open(folder.path()).unwrap_err().code(), Code::Misuse);
    let folder = scratch();
    let held = Mirror::open(folder.path().join("new/mirror")).unwrap();
    let second = Mirror::open(folder.path().join("new/mirror")).unwrap_err();
    assert!(matches!(second, LogError::Locked { .. }), "{second}");
    drop(held);
    Mirror::open(folder.path().join("new/mirror")).unwrap();
}

/// Ends the mirror at one step, before it or after it.
fn killed_at(folder: &Path, step: usize, after: bool, log: &dyn LogSource) -> Option<MirrorFailure> {
    struct Kill {
        left: AtomicUsize,
        after: bool,
    }
    impl Kill {
        fn tick(&self) -> io::Result<()> {
            match self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)) {
                // From here on the process is no more.
                Ok(1) | Err(_) => Err(io::Error::other("killed")),
                Ok(_) => Ok(()),
            }
        }
    }
    impl detente_log::StepHook for Kill {
        fn before(&self, _: Step<'_>) -> io::Result<()> {
            if self.after && self.left.load(Ordering::SeqCst) > 0 { Ok(()) } else { self.tick() }
        }
        fn after(&self, _: Step<'_>) -> io::Result<()> {
            if self.after { self.tick() } else { Ok(()) }
        }
    }
    let store = Store::with_hook(folder, Kill { left: AtomicUsize::new(step), after });
    let one = NonZeroUsize::MIN;
    Mirror::open_in(store)
        .map_err(MirrorFailure::from)
        .and_then(|mirror| mirror.update(log, None, one, |_| {}))
        .err()
}

#[test]
fn a_mirror_killed_at_any_step_is_whole_and_goes_on() {
    let (old, new) = (Memory::of(SHORT.path()), Memory::of(LOG.path()));
    let (undisturbed, first) = (scratch(), scratch());
    update(first.path(), &old, None).unwrap();
    copy(first.path(), undisturbed.path());
    update(undisturbed.path(), &new, None).unwrap();
    let expected = files(undisturbed.path());
    for after in [false, true] {
        let mut steps = 0;
        loop {
            steps += 1;
            let folder = scratch();
            copy(first.path(), folder.path());
            let Some(failure) = killed_at(folder.path(), steps, after, &new) else { break };
            assert_eq!(failure.code(), Code::Unavailable, "step {steps}");
            let size =
                check(folder.path()).unwrap_or_else(|failure| panic!("step {steps}: {failure}")).size().get();
            assert!([300, 700].contains(&size));
            // What was seen stays seen, even when it is not all here yet.
            if folder.path().join("mirror/pending").exists() {
                let turned_back = update(folder.path(), &old, None).unwrap_err();
                assert_eq!(turned_back.code(), Code::OlderCheckpoint, "step {steps}");
                fs::remove_dir_all(folder.path().join("alarms")).unwrap();
            }
            let source = Memory::of(LOG.path());
            update(folder.path(), &source, None).unwrap();
            assert_eq!(files(folder.path()), expected, "step {steps}");
        }
        assert!(steps > 25, "{steps} steps");
    }
    // The very first update, too.
    let mut steps = 0;
    loop {
        steps += 1;
        let folder = scratch();
        if killed_at(folder.path(), steps, false, &old).is_none() {
            break;
        }
        assert!(!folder.path().join("checkpoint").exists() || check(folder.path()).is_ok(), "step {steps}");
        update(folder.path(), &old, None).unwrap();
        assert_eq!(files(folder.path()), files(first.path()), "step {steps}");
    }
    assert!(steps > 15, "{steps} steps");
}

#[test]
fn a_log_is_checked_while_it_comes() {
    let policy = Party::new().policy();
    for (first, given) in [(None, None), (Some(&*SHORT), Some(&policy))] {
        let folder = scratch();
        if let Some(first) = first {
            update(folder.path(), &Memory::of(first.path()), None).unwrap();
            fs::remove_file(folder.path().join("tile/entries/000")).unwrap();
        }
        // The last leaf tile comes only when the check has got past the first one.
        let (seen, last) = (Arc::new(AtomicUsize::new(0)), "tile/entries/002.p/188");
        let heard = Arc::clone(&seen);
        let source = Memory::with(LOG.path(), move |name, file| {
            for _ in 0..2000 {
                if name != last || heard.load(Ordering::SeqCst) >= 256 {
                    return file;
                }
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            panic!("nothing was checked meanwhile");
        });
        let mirror = Mirror::open(folder.path()).unwrap();
        let (done, report) = mirror
            .update_and_check(
                &source,
                given,
                CONNECTIONS,
                |_| {},
                |done, _| {
                    seen.store(done as usize, Ordering::SeqCst);
                },
            )
            .unwrap();
        let report = report.unwrap();
        assert_eq!((done.checkpoint.size(), report.size()), (report.size(), TreeSize::new(700).unwrap()));
        let after = check_log(&LogDirectory::open(folder.path()).unwrap(), given, |_, _| {}).unwrap();
        assert_eq!((report.history_notes(), report.root()), (after.history_notes(), after.root()));
        assert_eq!((report.history_notes(), report.kinds()), (3, after.kinds()));
    }
}

#[test]
fn what_a_check_finds_on_the_way_does_not_hold_up_the_copy_and_what_does_not_come_ends_both() {
    // An entry that is no statement, in a tree that is as it is signed.
    let (party, log) = (Party::new(), scratch());
    let mut entries = party.entries(600);
    entries[300] = b"no statement".to_vec();
    party.publish(log.path(), &entries, &[600]);
    let folder = scratch();
    let mirror = Mirror::open(folder.path()).unwrap();
    let both = |source: &Memory| mirror.update_and_check(source, None, CONNECTIONS, |_| {}, |_, _| {});
    let gone = Memory::with(log.path(), |name, file| file.filter(|_| name != "tile/entries/001"));
    assert_eq!(code_of(&both(&gone).unwrap_err()), (Code::MalformedTile, path("tile/entries/001")));
    let (done, report) = both(&Memory::of(log.path())).unwrap();
    assert_eq!(done.checkpoint.size().get(), 600);
    let failure = report.unwrap_err();
    assert_eq!(failure.code(), Code::MalformedEntry);
    assert_eq!(failure.culprit(), Some(Culprit::Entry(LeafIndex::new(300).unwrap())));
    assert_eq!(check(folder.path()).unwrap_err().culprit(), failure.culprit(), "as of the folder");
}

#[test]
fn a_note_that_a_power_loss_left_empty_or_torn_is_fetched_again() {
    let folder = scratch();
    update(folder.path(), &Memory::of(LOG.path()), None).unwrap();
    for (size, left) in [("14", 0), ("300", 0), ("14", 40), ("700", 0)] {
        let note = folder.path().join("history").join(size);
        let whole = fs::read(&note).unwrap();
        fs::write(&note, &whole[..left]).unwrap();
        update(folder.path(), &Memory::of(LOG.path()), None).unwrap();
        assert_eq!(fs::read(&note).unwrap(), whole, "{size} of {left} bytes");
    }
    // Another size under this name.
    fs::copy(folder.path().join("history/300"), folder.path().join("history/14")).unwrap();
    update(folder.path(), &Memory::of(LOG.path()), None).unwrap();
    assert_eq!(check(folder.path()).unwrap().history_notes(), 3);
}

#[test]
fn what_a_power_loss_tore_is_fetched_again() {
    let folder = scratch();
    update(folder.path(), &Memory::of(SHORT.path()), None).unwrap();
    // Ends with all tiles of the new size placed and none of them flushed.
    let source = Memory::with(LOG.path(), |name, file| file.filter(|_| name != "tile/entries/002.p/188"));
    update(folder.path(), &source, None).unwrap_err();
    for name in ["tile/0/001", "tile/0/002.p/188", "tile/1/000.p/2", "tile/entries/001"] {
        let torn = fs::read(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name), vec![0; torn.len()]).unwrap();
    }
    update(folder.path(), &Memory::of(LOG.path()), None).unwrap();
    assert_eq!(check(folder.path()).unwrap().size().get(), 700);
}

/// A sound mirror of `LOG` and the names of what it read.
static SOUND: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let folder = scratch();
    update(folder.path(), &Memory::of(LOG.path()), None).unwrap();
    public(folder.path())
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn no_changed_byte_of_any_file_is_believed(
        file in any::<prop::sample::Index>(),
        position in any::<prop::sample::Index>(),
        change in 1..=255_u8,
    ) {
        let source = Memory::of(LOG.path());
        let names: Vec<String> = source.names();
        let name = names[file.index(names.len())].clone();
        let bytes = source.file(&name);
        prop_assume!(!bytes.is_empty());
        let position = position.index(bytes.len());
        let source = source.answering(move |asked, file| {
            let mut file = file?;
            if asked == name {
                file[position] ^= change;
            }
            Some(file)
        });
        let folder = scratch();
        match update(folder.path(), &source, Some(&Party::new().policy())) {
            // The file was not asked for: what is kept is what is kept of the sound log.
            Ok(_) => prop_assert_eq!(&public(folder.path()), &*SOUND),
            Err(failure) => {
                prop_assert!(matches!(failure.code().class(), Class::Malformed | Class::Invalid), "{}", failure);
                for (name, bytes) in public(folder.path()) {
                    prop_assert_eq!(Some(&bytes), SOUND.get(&name), "{}", name);
                }
            }
        }
    }

    #[test]
    fn a_verified_tree_gives_the_right_entry_or_none(
        file in prop::sample::select(vec!["tile/0/000", "tile/0/001", "tile/0/002.p/188", "tile/1/000.p/2", "tile/entries/000", "tile/entries/001", "tile/entries/002.p/188"]),
        start in any::<prop::sample::Index>(),
        end in any::<prop::sample::Index>(),
        new in prop::collection::vec(any::<u8>(), 0..40),
        index in 0..700_u64,
    ) {
        let sound = Memory::of(LOG.path());
        let head = LogReader::new(sound.clone()).checkpoint().unwrap().claimed().clone();
        let (start, end) = (start.index(sound.file(file).len()), end.index(sound.file(file).len()));
        let source = sound.answering(move |asked, found| {
            let mut found = found?;
            if asked == file {
                found.splice(start.min(end)..start.max(end), new.clone());
            }
            Some(found)
        });
        let entry = VerifiedTree::read(&source, &head)
            .and_then(|tree| tree.entry(LeafIndex::new(index).unwrap()));
        if let Ok(entry) = entry {
            let expected = LogDirectory::open(LOG.path()).unwrap().entry(LeafIndex::new(index).unwrap()).unwrap();
            prop_assert_eq!(entry, expected);
        }
    }
}

#[test]
fn a_check_of_any_source_finds_what_a_check_of_the_folder_finds() {
    let source = Memory::of(LOG.path());
    let report = check_log(&LogReader::new(source.clone()), None, |_, _| {}).unwrap();
    let own = check(LOG.path()).unwrap();
    assert_eq!(
        (report.log(), report.root(), report.history_notes()),
        (own.log(), own.root(), own.history_notes())
    );
    let asked = source.asked();
    assert!(asked.iter().filter(|name| name.contains(".p/")).all(|name| promised(700).contains(name)));
    for name in ["checkpoint", "history/300", "tile/0/001", "tile/1/000.p/2", "tile/entries/002.p/188"] {
        let spoiled = source.answering(move |asked, file| {
            let mut file = file?;
            if asked == name {
                file[40] ^= 1;
            }
            Some(file)
        });
        let found = check_log(&LogReader::new(spoiled), None, |_, _| {}).unwrap_err();
        let folder = scratch();
        copy(LOG.path(), folder.path());
        let mut bytes = source.file(name);
        bytes[40] ^= 1;
        // The newest note is one file under two names.
        fs::remove_file(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name), bytes).unwrap();
        let own = check(folder.path()).unwrap_err();
        assert_eq!((found.code(), found.culprit()), (own.code(), own.culprit()), "{name}");
    }
}

#[test]
fn many_at_a_time_ask_for_the_same_files() {
    let asked: Mutex<Option<BTreeSet<String>>> = Mutex::default();
    for count in [1, 3, 32] {
        let (folder, source) = (scratch(), Memory::of(TALL.path()));
        let count = NonZeroUsize::new(count).unwrap();
        let policy = Party::new().policy();
        Mirror::open(folder.path()).unwrap().update(&source, Some(&policy), count, |_| {}).unwrap();
        let now: BTreeSet<String> = source.asked().into_iter().collect();
        let mut asked = asked.lock().unwrap();
        assert_eq!(asked.get_or_insert_with(|| now.clone()), &now);
    }
}
