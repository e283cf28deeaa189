//! A crash between the vault and the log (`specs/party.md` "Commit").

use detente_core::LeafIndex;
use detente_log::LogDirectory;
use detente_party::{Duplicates, Outcome};

use crate::stage::{Stage, files, reports};

fn entry(stage: &Stage, index: u64) -> Vec<u8> {
    LogDirectory::open(stage.folder().log()).unwrap().entry(LeafIndex::new(index).unwrap()).unwrap()
}

/// After step 4: the vault has the rows, the log has none of them.
#[test]
fn rows_that_the_log_does_not_hold_are_forgotten_and_their_counters_stay_spent() {
    let stage = Stage::new();
    stage.commit(&["n-1", "n-2"]);
    let before = stage.keep(&stage.folder().log());
    stage.commit(&["n-3", "n-4"]);
    let lost = entry(&stage, 3);
    before.restore();
    stage.unsettle(3);
    assert_eq!((stage.counter(), stage.pending(), stage.log_size()), (4, 2, 3));

    // Nothing of the lost batch can be opened, and nothing of the one before is lost.
    assert_eq!(stage.disclose(3, &["id"]).unwrap_err().code().as_str(), "MISUSE");
    assert_eq!(stage.field(2, "id").unwrap().unwrap().as_str(), Some("n-2"));

    // The id is free again, the index too, the counter is not: the same report seals to something else.
    let report = stage.commit(&["n-3"]);
    assert_eq!(report.reports[0].outcome, Outcome::Reported(LeafIndex::new(3).unwrap()));
    assert_ne!(entry(&stage, 3), lost);
    assert_eq!((stage.counter(), stage.pending(), stage.log_size()), (5, 0, 4));
    assert_eq!(stage.number("SELECT count(*) FROM entries"), 3);
    stage.disclose(3, &["id"]).unwrap();
}

/// After step 5: the log has the entries, the vault does not know it yet.
#[test]
fn rows_that_the_log_holds_are_settled() {
    let stage = Stage::new();
    stage.commit(&["n-1", "n-2"]);
    stage.unsettle(1);
    let receipts = files(&stage.folder().receipts());
    for receipt in receipts.keys() {
        std::fs::remove_file(receipt).unwrap();
    }
    // What is in the log can be opened at once.
    stage.disclose(1, &["id"]).unwrap();

    let report = stage.try_commit(Duplicates::Skip, &reports(&["n-1", "n-2", "n-3"])).unwrap();
    let outcomes: Vec<_> = report.reports.iter().map(|report| report.outcome.clone()).collect();
    let index = |index| LeafIndex::new(index).unwrap();
    assert_eq!(
        outcomes,
        [Outcome::Skipped(index(1)), Outcome::Skipped(index(2)), Outcome::Reported(index(3))]
    );
    assert_eq!((stage.counter(), stage.pending(), stage.log_size()), (3, 0, 4));
    for index in 1..4 {
        stage.disclose(index, &["id"]).unwrap();
    }
    // The receipts that the crash kept from being written are there too, the same bytes or under a newer checkpoint.
    let made_good = files(&stage.folder().receipts());
    assert_eq!(made_good.len(), 3);
    assert!(receipts.keys().all(|receipt| made_good.contains_key(receipt)));
}

/// Settled rows stay settled when the batch that follows is refused.
#[test]
fn a_refused_batch_still_settles() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    stage.unsettle(1);
    stage.try_commit(Duplicates::Refuse, &reports(&["n-1"])).unwrap_err();
    assert_eq!((stage.pending(), stage.log_size()), (0, 2));
}
