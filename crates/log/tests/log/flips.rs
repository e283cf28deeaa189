//! No altered byte that the checkpoint implies goes unnoticed, and no file makes a reader stumble.

use std::{fs, sync::LazyLock};

use detente_checkpoint::cosignature;
use detente_core::{Class, LeafIndex, TreeSize, UnixSeconds};
use detente_log::{LogDirectory, LogWriter, receipt};
use proptest::prelude::*;

use crate::support::{Party, check, copy, files, witness_key};

/// A log of sizes 14 and 20, with a line of a witness that nobody names.
static LOG: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = Party::new().log_of(&[14, 20]);
    let log = LogDirectory::open(folder.path()).unwrap();
    let (name, key) = witness_key(70);
    let head = log.checkpoint().unwrap().claimed().clone();
    let line = cosignature::sign(name.name(), &key, UnixSeconds::new(5).unwrap(), &head);
    LogWriter::open(folder.path()).unwrap().add_cosignatures(TreeSize::new(20).unwrap(), &[line]).unwrap();
    folder
});

/// The files that the checkpoint implies, and the notes.
const IMPLIED: [&str; 5] =
    ["checkpoint", "history/14", "history/20", "tile/0/000.p/20", "tile/entries/000.p/20"];
/// The writer's own files, and partial files of an earlier size: no check of the newest size reads them.
const OTHER: [&str; 4] = ["lock", "state", "tile/0/000.p/14", "tile/entries/000.p/14"];

#[test]
fn these_are_all_the_files() {
    let found: Vec<String> = files(LOG.path()).into_keys().collect();
    let mut expected: Vec<&str> = IMPLIED.iter().chain(&OTHER).copied().collect();
    expected.sort_unstable();
    assert_eq!(found, expected);
    check(LOG.path()).unwrap();
}

/// Where the line of the unknown witness begins.
fn unknown_line(bytes: &[u8]) -> usize {
    let text = core::str::from_utf8(bytes).unwrap();
    text.find("— witness").unwrap_or(bytes.len())
}

fn with_file(name: &str, bytes: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(LOG.path(), folder.path());
    fs::write(folder.path().join(name), bytes).unwrap();
    folder
}

#[test]
fn every_flipped_bit_of_every_note_is_noticed() {
    let mut ignored = 0;
    for name in ["checkpoint", "history/14", "history/20"] {
        let bytes = fs::read(LOG.path().join(name)).unwrap();
        let folder = with_file(name, &bytes);
        for position in 0..bytes.len() {
            for bit in [0x01, 0x20, 0x80] {
                let mut flipped = bytes.clone();
                flipped[position] ^= bit;
                fs::write(folder.path().join(name), &flipped).unwrap();
                let verdict = check(folder.path());
                if position < unknown_line(&bytes) {
                    let failure = verdict.expect_err(&format!("{name}: bit {bit:#04x} of byte {position}"));
                    assert_ne!(failure.code().class(), Class::Unavailable);
                } else {
                    ignored += usize::from(verdict.is_ok());
                }
            }
        }
    }
    assert!(ignored > 0, "lines of unknown keys may say anything that parses");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_flipped_bit_of_tiles_and_bundles_goes_unnoticed(
        file in prop::sample::select(&IMPLIED[3..]),
        position in any::<prop::sample::Index>(),
        bit in 0..8_u32,
    ) {
        let mut bytes = fs::read(LOG.path().join(file)).unwrap();
        let position = position.index(bytes.len());
        bytes[position] ^= 1 << bit;
        let folder = with_file(file, &bytes);
        let failure = check(folder.path()).expect_err("a flipped bit");
        prop_assert!(matches!(failure.code().class(), Class::Malformed | Class::Invalid), "{}", failure);
        prop_assert!(failure.culprit().is_some());
    }

    #[test]
    fn no_content_of_a_file_makes_a_reader_stumble(
        file in prop::sample::select(&IMPLIED[..]),
        start in any::<prop::sample::Index>(),
        end in any::<prop::sample::Index>(),
        new in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let before = fs::read(LOG.path().join(file)).unwrap();
        let (start, end) = (start.index(before.len()), end.index(before.len()));
        let mut bytes = before.clone();
        bytes.splice(start.min(end)..start.max(end), new);
        let folder = with_file(file, &bytes);
        let verdict = check(folder.path());
        prop_assert!(
            verdict.is_err() || bytes == before || bytes.starts_with(&before[..unknown_line_of(file, &before)])
        );
        if let Ok(log) = LogDirectory::open(folder.path())
            && let Ok(tree) = log.tree()
        {
            // Read, never believed: a receipt either holds or is refused.
            let note = fs::read(LOG.path().join("checkpoint")).unwrap();
            if let Ok(bytes) = receipt(&tree, LeafIndex::new(7).unwrap(), &note) {
                let proof = detente_checkpoint::UnverifiedProof::parse(&bytes).unwrap();
                let leaf = detente_merkle::leaf_hash(proof.extra().unwrap());
                proof.verify(leaf, &Party::new().policy()).unwrap();
            }
            let _ = tree.entries(0..tree.size().get().min(1000)).count();
        }
        // A writer may refuse to go on; it does not panic either.
        let _ = LogWriter::open(folder.path());
    }

    #[test]
    fn files_that_the_checkpoint_does_not_imply_change_no_verdict(
        file in prop::sample::select(&OTHER[..]),
        new in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let folder = with_file(file, &new);
        prop_assert_eq!(check(folder.path()).unwrap().size().get(), 20);
    }
}

fn unknown_line_of(file: &str, bytes: &[u8]) -> usize {
    if file.starts_with("tile") { bytes.len() } else { unknown_line(bytes) }
}
