//! Lists, whole records, amendments, and the doctor, who changes nothing.

use std::{fs, ops::ControlFlow};

use detente_core::{Code, LeafIndex};
use detente_party::{
    Duplicates, EntryFilter, EntryView, Finding, Health, KindFilter, PartyError, UnlockSource, examine,
    list_filtered,
};
use detente_statement::Role;

use crate::stage::{Stage, files, reports};

fn listed(stage: &Stage, filter: &EntryFilter) -> Vec<EntryView> {
    let mut entries = Vec::new();
    list_filtered(&stage.folder(), Some(&stage.party()), filter, |entry| {
        entries.push(entry);
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    entries
}

/// Whatever the filter, the list is what picking from the whole one gives; the log is longer than two bundles.
#[test]
fn a_filter_picks_from_the_whole_list() {
    let stage = Stage::new();
    let ids: Vec<String> = (0..530).map(|number| format!("n-{}", number % 400)).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    stage.commit(&ids[..400]);
    let again = reports(&ids[400..]).replace("About", "Again about");
    stage.try_commit(Duplicates::Amend, &again).unwrap();
    let all = listed(&stage, &EntryFilter::default());
    assert_eq!(all.len(), 531);
    assert!(all.iter().enumerate().all(|(at, entry)| entry.index.get() == at as u64));

    let kinds = [None, Some("genesis"), Some("sealed"), Some("incident.amend"), Some("cover")];
    for kind in kinds {
        for id in [None, Some("n-7"), Some("n-399"), Some("nobody")] {
            for since in [0, 1, 255, 256, 257, 401, 512, 530, 531, 9000] {
                for limit in [None, Some(0), Some(1), Some(300)] {
                    for newest in [false, true] {
                        let filter = EntryFilter {
                            kind: kind.map(|name| KindFilter::parse(name).unwrap()),
                            id: id.map(str::to_owned),
                            since: LeafIndex::new(since).unwrap(),
                            limit,
                            newest,
                        };
                        let is_meant = |entry: &&EntryView| {
                            let private = entry.private.as_ref();
                            let real = private.map(|private| private.kind.as_str());
                            entry.index.get() >= since
                                && kind.is_none_or(|kind| kind == entry.kind.name() || real == Some(kind))
                                && id.is_none_or(|id| {
                                    private.and_then(|private| private.incident_id.as_deref()) == Some(id)
                                })
                        };
                        let mut expected: Vec<_> = all.iter().filter(is_meant).cloned().collect();
                        if newest {
                            expected.reverse();
                        }
                        expected.truncate(limit.map_or(usize::MAX, |limit| limit as usize));
                        assert_eq!(listed(&stage, &filter), expected, "{filter:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_filter_that_needs_the_vault_is_refused_without() {
    let stage = Stage::new();
    for filter in [
        EntryFilter { id: Some("n-1".to_owned()), ..EntryFilter::default() },
        EntryFilter { kind: KindFilter::parse("incident.amend"), ..EntryFilter::default() },
    ] {
        let refused =
            list_filtered(&stage.folder(), None, &filter, |_| Ok(ControlFlow::Continue(()))).unwrap_err();
        assert_eq!(refused.code(), Code::Misuse);
    }
}

/// An unknown id refuses the batch: no row, no counter, no entry.
#[test]
fn amendments_only_of_what_is_committed() {
    let stage = Stage::new();
    stage.commit(&["n-1", "n-2"]);
    let (counter, size) = (stage.counter(), stage.log_size());
    let batch = "{\"incident_id\":\"n-1\",\"summary\":\"New.\"}\n{\"incident_id\":\"n-3\"}\n";
    let refused = stage.try_commit(Duplicates::AmendOnly, batch).unwrap_err();
    assert!(matches!(&refused, PartyError::UnknownIncident { id, place } if id == "n-3" && place.line == 2));
    assert_eq!(refused.code(), Code::UnknownIncident);
    assert_eq!((stage.counter(), stage.log_size(), stage.pending()), (counter, size, 0));
}

/// It says what was sealed, and two rows that changed places do not open.
#[test]
fn a_whole_record_is_that_of_its_entry() {
    let stage = Stage::new();
    stage.commit(&["n-1", "n-2"]);
    let index = LeafIndex::new(1).unwrap();
    let record = stage.party().whole_record(index).unwrap();
    assert_eq!(record.incident_id.as_deref(), Some("n-1"));
    assert_eq!(record.slots.len() + record.absent, 256);
    assert!(record.receipt.is_some_and(|path| path.is_file()));
    stage.swap("entries", "sealed", [1, 2]);
    let refused = stage.party().whole_record(index).unwrap_err();
    assert!(matches!(refused, PartyError::VaultRow { number: 1, .. }), "{refused}");
}

fn examined(stage: &Stage) -> Vec<Finding> {
    examine(&stage.folder(), Some(UnlockSource::File(&stage.unlock_path())), |_, _| {}).unwrap()
}

fn faults(stage: &Stage) -> Vec<(&'static str, Option<Code>)> {
    let findings = examined(stage).into_iter().filter(|finding| finding.health == Health::Fault);
    findings.map(|finding| (finding.part, finding.code)).collect()
}

#[test]
fn the_doctor_changes_nothing() {
    let stage = Stage::new();
    stage.commit(&["n-1", "n-2", "n-3"]);
    stage.party().rotate_key(Role::Sealing).unwrap();
    stage.commit(&["n-4"]);
    // What a crash leaves would be settled by the next commit, not by a look.
    stage.unsettle(3);
    fs::remove_file(stage.folder().receipts().join("00000002.tlog-proof")).unwrap();
    let before = files(stage.home());
    let findings = examined(&stage);
    assert!(before == files(stage.home()), "a file was changed");
    let advice = findings.iter().filter(|finding| finding.health == Health::Advice);
    assert_eq!(advice.map(|finding| finding.part).collect::<Vec<_>>(), ["recovery", "rows", "receipts"]);
    assert_eq!(faults(&stage), []);
}

#[test]
fn the_doctor_sees_an_old_log_and_a_damaged_row() {
    let stage = Stage::new();
    stage.commit(&["n-1", "n-2"]);
    let kept = stage.keep(&stage.folder().log());
    stage.commit(&["n-3"]);
    assert_eq!(faults(&stage), []);
    stage.swap("entries", "sealed", [1, 2]);
    assert_eq!(faults(&stage), [("rows", Some(Code::Unavailable))]);
    stage.swap("entries", "sealed", [1, 2]);
    kept.restore();
    assert_eq!(faults(&stage), [("rows", Some(Code::LogBehindVault))]);
}
