//! Batches are all or nothing, and a report that is known makes nothing new.

use detente_core::LeafIndex;
use detente_party::{Duplicates, Outcome, PartyError};

use crate::stage::{Stage, files, reports};

#[test]
fn a_bad_third_report_leaves_everything_as_it_was() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let (log, receipts) = (files(&stage.folder().log()), files(&stage.folder().receipts()));
    let counter = stage.counter();
    let bad = [
        "{\"incident_id\":\"n-4\",\"colour\":\"red\"}",
        "{\"incident_id\":\"n-4\",\"summary\":7}",
        "{\"incident_id\":\"n-4\",}",
        "{\"summary\":\"no id\"}",
        "{\"incident_id\":\"n-1\"}",
        "{\"incident_id\":\"n-2\"}",
        "7",
    ];
    for line in bad {
        let batch = format!("{}{line}\n{}", reports(&["n-2", "n-3"]), reports(&["n-5"]));
        let refused = stage.try_commit(Duplicates::Refuse, &batch).unwrap_err();
        assert!(refused.to_string().starts_with("reports:3: "), "{line}: {refused}");
        assert_eq!(files(&stage.folder().log()), log, "{line}");
        assert_eq!(files(&stage.folder().receipts()), receipts, "{line}");
        assert_eq!(stage.counter(), counter, "{line}");
        assert_eq!(stage.number("SELECT count(*) FROM entries"), 1, "{line}");
    }
    assert_eq!(stage.commit(&["n-2", "n-3", "n-5"]).size.get(), 5);
}

/// Long enough that reports are on their way to several threads when the bad one comes.
#[test]
fn a_bad_report_after_many_leaves_everything_as_it_was() {
    let stage = Stage::new();
    let log = files(&stage.folder().log());
    let ids: Vec<String> = (0..500).map(|number| format!("n-{number}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let batch = format!("{}{{\"incident_id\":7}}\n", reports(&ids));
    let refused = stage.try_commit(Duplicates::Refuse, &batch).unwrap_err();
    assert!(refused.to_string().starts_with("reports:501: "), "{refused}");
    assert_eq!(files(&stage.folder().log()), log);
    assert_eq!((stage.counter(), stage.number("SELECT count(*) FROM entries")), (0, 0));
    assert_eq!(stage.commit(&ids).size.get(), 501);
    for number in (0..500).step_by(31) {
        let id = stage.field(number + 1, "id").unwrap().unwrap();
        assert_eq!(id.as_str(), Some(ids[number as usize]));
    }
}

#[test]
fn the_same_report_again_is_a_no_op() {
    let stage = Stage::new();
    stage.commit(&["n-1", "n-2"]);
    let (log, counter) = (files(&stage.folder().log()), stage.counter());
    let report = stage.try_commit(Duplicates::Amend, &reports(&["n-1", "n-2", "n-1"])).unwrap();
    let index = |index| LeafIndex::new(index).unwrap();
    let outcomes: Vec<_> = report.reports.iter().map(|report| report.outcome.clone()).collect();
    assert_eq!(outcomes, [1, 2, 1].map(|entry| Outcome::Unchanged(index(entry))));
    assert_eq!((report.size.get(), report.first.get()), (3, 3));
    assert_eq!(files(&stage.folder().log()), log);
    assert_eq!(stage.counter(), counter);
}

#[test]
fn an_amendment_names_the_newest_entry_of_its_incident() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let version = |word: &str| format!("{{\"incident_id\":\"n-1\",\"summary\":\"{word}\"}}\n");
    // Two amendments and a no-op in one batch; then back to the first wording, which is an amendment again.
    let batch = [version("two"), version("three"), version("three"), reports(&["n-1"])].concat();
    let report = stage.try_commit(Duplicates::Amend, &batch).unwrap();
    let index = |index| LeafIndex::new(index).unwrap();
    let outcomes: Vec<_> = report.reports.iter().map(|report| report.outcome.clone()).collect();
    let expected = [
        Outcome::Amended(index(2), index(1)),
        Outcome::Amended(index(3), index(2)),
        Outcome::Unchanged(index(3)),
        Outcome::Amended(index(4), index(3)),
    ];
    assert_eq!(outcomes, expected);
    let mut statements = Vec::new();
    detente_party::list_entries(&stage.folder(), Some(&stage.party()), |entry| {
        statements.push((entry.statement, entry.private.and_then(|private| private.amends)));
        Ok(())
    })
    .unwrap();
    for later in 2..5 {
        assert_eq!(statements[later].1, Some(statements[later - 1].0));
    }
    assert_eq!(stage.field(4, "kind").unwrap().unwrap().as_str(), Some("incident.amend"));
}

#[test]
fn a_batch_names_the_earlier_report_of_the_same_batch() {
    let stage = Stage::new();
    let refused = stage.try_commit(Duplicates::Refuse, &reports(&["n-1", "n-2", "n-1"])).unwrap_err();
    assert!(
        matches!(&refused, PartyError::DuplicateInBatch { place, earlier, .. } if place.line == 3 && earlier.line == 1),
        "{refused}"
    );
    assert_eq!(refused.code().as_str(), "DUPLICATE-INCIDENT");
}

#[test]
fn nothing_is_no_batch() {
    let stage = Stage::new();
    let refused = stage.try_commit(Duplicates::Refuse, "\n \n").unwrap_err();
    assert!(matches!(refused, PartyError::NoReports), "{refused}");
    assert_eq!(stage.log_size(), 1);
}
