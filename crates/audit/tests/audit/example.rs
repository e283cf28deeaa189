//! The example of the spec, from entries to the bytes of the report.

use detente_core::{Code, Digest, Label};
use detente_statement::{Body, Kind, UnverifiedStatement};

use crate::scene::{Inputs, NONE, Party, Scene, cells, sha256, time};

#[test]
fn a_request_is_answered_in_time() {
    let scene = Scene::example();
    let inputs = Inputs::of(&scene, 10_000);
    let audit = inputs.audit().unwrap();
    assert_eq!(
        cells(&audit),
        ["O1 b MET provided a/4 b/3", "O3 a PENDING - a/3 -"],
        "{}",
        inputs.report().unwrap()
    );
    assert_eq!(audit.exit_code(), 0);
    assert!(audit.refused().is_empty());
    assert_eq!(inputs.report().unwrap(), include_str!("example.json"));
    let logs: Vec<_> = audit.logs().map(|log| (log.party.id.as_str().to_owned(), log.size.get())).collect();
    assert_eq!(logs, [("a".to_owned(), 5), ("b".to_owned(), 4)]);
}

/// The digests of the report, from the definitions.
#[test]
fn the_report_names_what_it_rests_on() {
    let scene = Scene::example();
    let report = Inputs::of(&scene, 10_000).audit().unwrap().report();
    let report = report.as_object().unwrap();
    assert_eq!(report["policy"].as_str().unwrap(), sha256(&scene.policy).to_string());
    assert_eq!(report["companion"].as_str().unwrap(), sha256(&scene.companion).to_string());
    let logs = report["logs"].as_array().unwrap();
    for (party, log) in [&scene.a, &scene.b].into_iter().zip(logs) {
        let log = log.as_object().unwrap();
        assert_eq!(log["root"].as_str().unwrap(), party.tree().root().to_string());
        assert_eq!(log["log"].as_str().unwrap(), party.log().to_string());
        // Notes without a quorum are not used; of a's note with the anchor in b's log, the anchor has fewer lines.
        let mut notes: Vec<_> = party.notes.iter().map(|note| sha256(note)).collect();
        let other = if party.id == "a" { &scene.b } else { &scene.a };
        notes.extend(anchored(other));
        notes.sort_unstable();
        notes.dedup();
        let mut input = Label::AUDIT_NOTES.prefix();
        input.extend_from_slice(&(notes.len() as u64).to_le_bytes());
        notes.iter().for_each(|note| input.extend_from_slice(note.as_bytes()));
        assert_eq!(log["notes"].as_str().unwrap(), sha256(&input).to_string(), "{}", party.id);
    }
}

/// SHA-256 of the notes in a party's anchors.
fn anchored(party: &Party) -> Vec<Digest> {
    let bodies = party.entries.iter().filter_map(|entry| {
        let statement = UnverifiedStatement::decode(entry).unwrap();
        match (statement.unverified_kind(), statement.unverified_body()) {
            (Kind::Anchor, Body::Opaque(body)) => Some(body.clone()),
            _ => None,
        }
    });
    // Nonce, log id, length of the note.
    bodies.map(|body| sha256(&body[16 + 32 + 8..])).collect()
}

#[test]
fn a_log_that_is_not_at_hand_leaves_all_undecided() {
    let scene = Scene::example();
    let mut inputs = Inputs::of(&scene, 10_000);
    inputs.logs.pop();
    let audit = inputs.audit().unwrap();
    assert!(cells(&audit).iter().all(|cell| cell.contains("INDETERMINATE NO-LOG")), "{:?}", cells(&audit));
    assert_eq!(audit.exit_code(), 3);
    let case = scene.case();
    assert_eq!(case.audit(&[], NONE, NONE, time(5)).unwrap().exit_code(), 3);
}

#[test]
fn logs_are_those_of_the_parties_and_each_comes_once() {
    let scene = Scene::example();
    let mut inputs = Inputs::of(&scene, 10_000);
    inputs.logs[1].0 = inputs.logs[0].0;
    assert_eq!(inputs.code(), Code::Misuse);
    inputs.logs[1].0 = detente_core::LogId::ZERO;
    assert_eq!(inputs.code(), Code::UnknownLog);
}
