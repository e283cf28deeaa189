//! Whatever one byte of the input is, the audit says the same or says what is wrong, and never stops halfway.

use std::collections::BTreeMap;

use detente_audit::LogState;
use detente_core::Code;

use crate::{
    incident::{Offer, report},
    scene::{Inputs, Scene, time},
};

/// A report without what names the inputs themselves.
fn verdicts(report: &str) -> String {
    let mut rest = report.to_owned();
    for name in ["\"notes\":\"", "\"presentations\":[\"", "\"contents\":[\""] {
        let parts: Vec<_> = rest.split(name).map(str::to_owned).collect();
        rest = parts.iter().map(|part| part.get(64..).unwrap_or(part)).collect::<Vec<_>>().join(name);
    }
    rest
}

/// What became of an input with one byte changed.
#[derive(Default)]
struct Tally {
    same: usize,
    malformed: usize,
    codes: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn note(&mut self, inputs: &Inputs, before: &str) {
        match inputs.audit() {
            Err(error) => {
                assert!(!error.culprit().is_empty() && !error.to_string().is_empty());
                *self.codes.entry(error.code().as_str()).or_default() += 1;
            }
            Ok(audit) => {
                let report = String::from_utf8(audit.to_report()).unwrap();
                if verdicts(&report) == verdicts(before) {
                    self.same += 1;
                } else {
                    assert_eq!(audit.exit_code(), 1, "a change that counts and is not named: {report}");
                    self.malformed += 1;
                }
            }
        }
    }
}

#[test]
fn one_byte_of_an_entry() {
    let scene = Scene::example();
    let mut inputs = Inputs::of(&scene, 10_000);
    let before = inputs.report().unwrap();
    let mut tally = Tally::default();
    for (place, entry) in scene.a.entries.iter().enumerate() {
        for at in 0..entry.len() {
            let mut entries = scene.a.entries.clone();
            entries[place][at] ^= 0x11;
            let mut state = LogState::new();
            state.push(&entries).unwrap();
            inputs.logs[0].2 = state;
            tally.note(&inputs, &before);
        }
    }
    // The roots tell first: of the first note for what lies below it, of the audited one for the rest.
    assert_eq!((tally.same, tally.malformed), (0, 0));
    assert_eq!(
        tally.codes.keys().copied().collect::<Vec<_>>(),
        [Code::InvalidConsistency.as_str(), Code::RootMismatch.as_str()]
    );
}

/// The same when the log itself signs the changed entry: then the entry is named.
#[test]
fn one_byte_of_an_entry_that_the_log_signs() {
    let scene = Scene::example();
    let mut tally = Tally::default();
    let before = Inputs::of(&scene, 10_000).report().unwrap();
    let mut changed = scene.clone();
    // a anchors nothing here, or its anchor would show the fork.
    changed.a.entries.truncate(2);
    changed.a.notes.clear();
    changed.a.publish(&[(1, 30), (2, 30)]);
    let mut inputs = Inputs::of(&changed, 10_000);
    for place in 1..scene.b.entries.len() {
        for at in 0..scene.b.entries[place].len() {
            let mut b = scene.b.clone();
            b.entries[place][at] ^= 0x40;
            b.notes.clear();
            b.publish(&[(1, 5_060), (2, 5_060)]);
            inputs.logs[1] = (b.log(), b.notes.clone(), b.state());
            let audit = inputs.audit().unwrap();
            let log = audit.logs().nth(1).unwrap();
            assert_eq!(log.malformed.len(), 1, "byte {at} of entry {place}");
            assert_eq!(log.malformed[0].index.get(), place as u64);
            tally.note(&inputs, &before);
        }
    }
    assert!(tally.malformed > 500 && tally.codes.is_empty());
}

#[test]
fn one_byte_of_a_note() {
    let scene = Scene::example();
    let mut inputs = Inputs::of(&scene, 10_000);
    let before = inputs.report().unwrap();
    let mut tally = Tally::default();
    for place in 0..scene.a.notes.len() {
        for at in 0..scene.a.notes[place].len() {
            inputs.logs[0].1.clone_from(&scene.a.notes);
            inputs.logs[0].1[place][at] ^= 1;
            match inputs.audit() {
                // A line of nobody who is known, or of a mirror that did not sign: less evidence, and never a failing.
                Ok(audit) => {
                    assert_ne!(audit.exit_code(), 1);
                    tally.same += 1;
                }
                Err(_) => tally.note(&inputs, &before),
            }
        }
    }
    assert!(tally.same > 0);
    for code in [Code::UnknownLog, Code::InvalidLogSignature, Code::InvalidCosignature, Code::MalformedNote] {
        assert!(tally.codes.contains_key(code.as_str()), "{code}: {:?}", tally.codes);
    }
}

#[test]
fn one_byte_of_a_presentation() {
    let mut scene = Scene::example();
    report(&mut scene.a, 50);
    let note = scene.a.publish(&[(1, 200), (2, 190)]);
    let file = Offer::new(&scene.a, 5, 50, &note).file();
    let mut refused = 0;
    let case = scene.case();
    let states = [scene.a.state(), scene.b.state()];
    let logs = [
        detente_audit::LogInput { log: scene.a.log(), notes: &scene.a.notes, state: &states[0] },
        detente_audit::LogInput { log: scene.b.log(), notes: &scene.b.notes, state: &states[1] },
    ];
    // Every byte takes minutes; eleven is prime to every length in a file of base64 and hexadecimal.
    let files: Vec<_> = (0..file.len())
        .step_by(11)
        .map(|at| {
            let mut file = file.clone();
            file[at] ^= 1;
            file
        })
        .collect();
    for file in &files {
        let presentations = [file.clone()];
        let audit = case.audit(&logs, &presentations, crate::scene::NONE, time(10_000)).unwrap();
        refused += audit.refused().len();
        let opened = &audit.facts().logs[&scene.a.log()].opened;
        assert_eq!(opened.is_empty(), !audit.refused().is_empty());
    }
    // A witness's name that no policy has is a line less, and two others are no quorum: nothing passes.
    assert_eq!(refused, files.len());
}
