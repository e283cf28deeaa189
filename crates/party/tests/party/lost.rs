//! Rows that a vault lost, found again by their documents.

use std::fs;

use detente_core::{Code, LeafIndex};
use detente_disclosure::{ClaimedTime, Severity, SeverityValue};
use detente_party::{
    CommitOptions, Duplicates, Extra, Health, PartyError, RecoverOptions, RecoverReport, UnlockSource,
    examine, read_reports,
};

use crate::moving::move_vault;
use crate::stage::{Stage, reports};

/// As few as the cases need: each is some tenth of a second.
fn options() -> RecoverOptions {
    RecoverOptions { tries: 8, ..RecoverOptions::default() }
}

fn recover(stage: &Stage, options: &RecoverOptions, text: &str) -> Result<RecoverReport, PartyError> {
    let mut tried = 0;
    let report =
        stage.party().recover(options, |each| read_reports("r", text.as_bytes(), each), |more| tried += more);
    assert!(tried > 0 || report.is_ok() || !matches!(report, Err(PartyError::NotRecovered { .. })));
    report
}

fn entries(report: &RecoverReport) -> Vec<u64> {
    report.recovered.iter().map(|recovered| recovered.entry.get()).collect()
}

fn amendment(id: &str, word: &str) -> String {
    format!("{{\"incident_id\":\"{id}\",\"summary\":\"{word}\"}}\n")
}

/// A vault that knows entry 1 only, of a log with five.
fn lost() -> Stage {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let old = stage.keep(&stage.folder().vault());
    stage.commit(&["n-2", "n-3"]);
    stage
        .try_commit(Duplicates::Amend, &[amendment("n-1", "two"), amendment("n-2", "more")].concat())
        .unwrap();
    old.restore();
    assert_eq!(move_vault(&stage).unwrap().unknown, 4);
    stage
}

#[test]
fn a_row_is_found_by_its_document() {
    let stage = lost();
    let report = recover(&stage, &options(), &reports(&["n-3"])).unwrap();
    assert_eq!((entries(&report), report.others, report.unknown), (vec![3], 0, 3));
    assert_eq!(stage.field(3, "id").unwrap().unwrap().as_str(), Some("n-3"));
    stage.disclose(3, &["id"]).unwrap();
    let refused = stage.try_commit(Duplicates::Refuse, &reports(&["n-3"])).unwrap_err();
    assert_eq!(refused.code(), Code::DuplicateIncident);
    // Sealing goes on before, between and after.
    stage.commit(&["n-9"]);
    let report = recover(&stage, &options(), &reports(&["n-2"])).unwrap();
    assert_eq!((entries(&report), report.unknown), (vec![2], 2));
}

#[test]
fn amendments_are_found_by_what_they_amend() {
    let stage = lost();
    // In the order of the log, several at a time, with one that belongs to none.
    let text =
        [reports(&["n-2", "n-7"]), amendment("n-1", "two"), amendment("n-2", "more"), reports(&["n-3"])]
            .concat();
    let report = recover(&stage, &options(), &text).unwrap();
    assert_eq!((entries(&report), report.others, report.unknown), (vec![2, 4, 5, 3], 1, 0));
    assert_eq!(report.recovered[1].place.line, 3);
    assert_eq!(stage.field(4, "kind").unwrap().unwrap().as_str(), Some("incident.amend"));
    let unlock = stage.unlock_path();
    let findings = examine(&stage.folder(), Some(UnlockSource::File(&unlock)), |_, _| {}).unwrap();
    let rows = findings.iter().find(|finding| finding.part == "rows").unwrap();
    assert_eq!(rows.health, Health::Ok, "{rows:?}");
    let refused = recover(&stage, &options(), &reports(&["n-3"])).unwrap_err();
    assert!(matches!(refused, PartyError::NothingUnknown), "{refused}");
}

#[test]
fn another_document_finds_nothing_and_stores_nothing() {
    let stage = lost();
    let before = fs::read(stage.folder().vault()).unwrap();
    for text in [amendment("n-2", "About n-2!"), reports(&["n-8"]), amendment("n-2", "more")] {
        let refused = recover(&stage, &options(), &text).unwrap_err();
        assert!(
            matches!(refused, PartyError::NotRecovered { documents: 1, unknown: 4 }),
            "{text}: {refused}"
        );
        assert_eq!(refused.code(), Code::NotRecovered);
    }
    let envelope = RecoverOptions { stage: Some("final".to_owned()), ..options() };
    assert_eq!(recover(&stage, &envelope, &reports(&["n-2"])).unwrap_err().code(), Code::NotRecovered);
    // The seed lies behind those that are tried: n-2 has the first counter, n-3 the second.
    let few = RecoverOptions { tries: 1, ..options() };
    assert_eq!(recover(&stage, &few, &reports(&["n-3"])).unwrap_err().code(), Code::NotRecovered);
    assert_eq!(fs::read(stage.folder().vault()).unwrap(), before);
    assert_eq!(entries(&recover(&stage, &few, &reports(&["n-2"])).unwrap()), [2]);
    // Each that is found moves the window.
    assert_eq!(entries(&recover(&stage, &few, &reports(&["n-3"])).unwrap()), [3]);
}

#[test]
fn finds_are_told_when_a_later_document_is_broken() {
    let stage = lost();
    let text = [reports(&["n-2", "n-3"]), "{\"incident_id\":\n".to_owned()].concat();
    let stopped = recover(&stage, &options(), &text).unwrap_err();
    let PartyError::RecoveryStopped { recovered, source } = &stopped else { panic!("{stopped}") };
    assert_eq!(recovered.iter().map(|found| found.entry.get()).collect::<Vec<_>>(), [2, 3]);
    assert_eq!((stopped.code(), stopped.to_string()), (source.code(), source.to_string()));
    // They are stored.
    assert_eq!(stage.field(3, "id").unwrap().unwrap().as_str(), Some("n-3"));
    // Without a find the fault is all there is to say.
    let stopped = recover(&stage, &options(), "{\"incident_id\":\n").unwrap_err();
    assert!(!matches!(stopped, PartyError::RecoveryStopped { .. }), "{stopped}");
}

#[test]
fn a_report_that_is_known_is_named_and_no_seed_is_tried_for_it() {
    let stage = lost();
    let text = reports(&["n-1", "n-2", "n-2"]);
    let report = recover(&stage, &options(), &text).unwrap();
    let known: Vec<u64> = report.known.iter().map(|known| known.entry.get()).collect();
    assert_eq!((entries(&report), known, report.others, report.unknown), (vec![2], vec![1, 2], 0, 3));
    let mut tried = 0;
    let again = stage
        .party()
        .recover(&options(), |each| read_reports("r", text.as_bytes(), each), |more| tried += more)
        .unwrap();
    assert_eq!((again.recovered.len(), again.known.len(), tried), (0, 3, 0));
    // Another envelope is another record, and of an entry that is asked for the report may come twice.
    let other = RecoverOptions { stage: Some("final".to_owned()), ..options() };
    assert_eq!(recover(&stage, &other, &reports(&["n-2"])).unwrap_err().code(), Code::NotRecovered);
    let only = RecoverOptions { entry: Some(LeafIndex::new(3).unwrap()), ..options() };
    assert_eq!(recover(&stage, &only, &reports(&["n-2"])).unwrap_err().code(), Code::NotRecovered);
}

#[test]
fn one_entry_can_be_asked_for() {
    let stage = lost();
    let only = |index| RecoverOptions { entry: Some(LeafIndex::new(index).unwrap()), ..options() };
    assert_eq!(recover(&stage, &only(3), &reports(&["n-2"])).unwrap_err().code(), Code::NotRecovered);
    assert_eq!(entries(&recover(&stage, &only(3), &reports(&["n-3"])).unwrap()), [3]);
    for index in [0, 1, 3, 99] {
        let refused = recover(&stage, &only(index), &reports(&["n-2"])).unwrap_err();
        assert!(matches!(refused, PartyError::NotUnknown { .. }), "{refused}");
        assert_eq!(refused.code(), Code::Misuse);
    }
}

#[test]
fn the_envelope_of_then_is_needed() {
    let stage = Stage::new();
    let old = stage.keep(&stage.folder().vault());
    let sealed = CommitOptions {
        claimed_time: ClaimedTime::parse("2024-05"),
        author_role: Some("lead".to_owned()),
        stage: Some("early".to_owned()),
        severity: Some(Severity { scale: "nciss".to_owned(), value: SeverityValue::Word("High".to_owned()) }),
        extra: Extra::Plus,
        ..CommitOptions::default()
    };
    let text = "{\"incident_id\":\"n-1\",\"colour\":\"red\"}\n";
    stage.party().commit(&sealed, |each| read_reports("r", text.as_bytes(), each)).unwrap();
    old.restore();
    move_vault(&stage).unwrap();
    let whole = RecoverOptions {
        extra: Extra::Plus,
        claimed_time: sealed.claimed_time.clone(),
        author_role: sealed.author_role.clone(),
        stage: sealed.stage.clone(),
        severity: sealed.severity.clone(),
        ..options()
    };
    for less in [
        RecoverOptions { claimed_time: None, ..whole.clone() },
        RecoverOptions { author_role: None, ..whole.clone() },
        RecoverOptions { stage: None, ..whole.clone() },
        RecoverOptions { severity: None, ..whole.clone() },
    ] {
        assert_eq!(recover(&stage, &less, text).unwrap_err().code(), Code::NotRecovered);
    }
    let strict = RecoverOptions { extra: Extra::Refuse, ..whole.clone() };
    assert_eq!(recover(&stage, &strict, text).unwrap_err().code(), Code::UnknownField);
    assert_eq!(entries(&recover(&stage, &whole, text).unwrap()), [1]);
    let record = stage.party().whole_record(LeafIndex::new(1).unwrap()).unwrap();
    assert_eq!(record.envelope.stage.as_deref(), Some("early"));
    assert!(recover(&stage, &whole, "").is_err());
}

/// Lost twice: the seeds are of two epochs, and neither is the present one.
#[test]
fn earlier_epochs_are_tried_too() {
    let stage = lost();
    fs::remove_file(stage.home().join("a.export")).unwrap();
    let old = stage.keep(&stage.folder().vault());
    stage.commit(&["n-6"]);
    old.restore();
    assert_eq!(move_vault(&stage).unwrap().unknown, 5);
    let report = recover(&stage, &options(), &reports(&["n-3", "n-6", "n-2"])).unwrap();
    assert_eq!((entries(&report), report.unknown), (vec![3, 6, 2], 2));
    assert_eq!(recover(&stage, &options(), "").unwrap_err().code(), Code::Misuse);
    stage.commit(&["n-7"]);
}
