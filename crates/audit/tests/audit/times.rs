//! Times, the past, and the order in which things are handed over.

use detente_core::UnixSeconds;
use proptest::prelude::*;

use crate::{
    incident::{Offer, report},
    scene::{Inputs, Party, Scene, index, size_of},
};

type Bounds = (Option<u64>, Option<u64>, Option<u64>);

/// lo, hi and mirror hi of an entry of a's log.
fn bounds(inputs: &Inputs, party: &Party, at: u64) -> Bounds {
    let audit = inputs.audit().unwrap();
    let timeline = &audit.facts().logs[&party.log()].timeline;
    let interval = timeline.interval(index(at));
    let number = |time: Option<UnixSeconds>| time.map(|time| time.get());
    (number(interval.lo), number(interval.hi), number(timeline.mirrored(index(at))))
}

#[test]
fn entries_lie_between_the_notes_around_them() {
    let scene = Scene::example();
    let inputs = Inputs::of(&scene, 10_000);
    // Two of three are needed: the second smallest time for hi, the second largest for lo.
    assert_eq!(bounds(&inputs, &scene.a, 1), (None, Some(30), Some(155)));
    assert_eq!(bounds(&inputs, &scene.a, 2), (Some(30), Some(100), Some(155)));
    assert_eq!(bounds(&inputs, &scene.a, 4), (Some(100), Some(160), Some(155)));
    assert_eq!(bounds(&inputs, &scene.b, 3), (Some(5_000), Some(5_060), None));
    // The mirror had it at 155, and nobody knew at 154.
    assert_eq!(
        bounds(&Inputs { at: 159, ..Inputs::of(&scene, 0) }, &scene.a, 2),
        (Some(30), Some(100), None)
    );
}

#[test]
fn held_checkpoints_are_those_with_a_quorum() {
    let scene = Scene::example();
    let held = |at| {
        let inputs = Inputs::of(&scene, at);
        let audit = inputs.audit().unwrap();
        let held = audit.facts().logs[&scene.b.log()].timeline.held().to_vec();
        held.into_iter().map(|held| (held.size.get(), held.hi.get())).collect::<Vec<_>>()
    };
    assert_eq!(held(10_000), [(2, 25), (3, 460), (4, 5_060)]);
    assert_eq!(held(24), []);
    assert_eq!(held(25), [(2, 25)]);
}

/// The log as it stood, with what witnesses had signed by then.
fn as_of(scene: &Scene, at: u64) -> Scene {
    let mut cut = scene.clone();
    for party in [&mut cut.a, &mut cut.b] {
        let seen = party.notes.iter().filter_map(|note| stripped(note, at)).collect::<Vec<_>>();
        party.notes = seen;
        let most = party.notes.iter().map(|note| size_of(note)).max().unwrap_or(0);
        // Entry 0 names the log, whether it was seen or not.
        party.entries.truncate(usize::try_from(most).unwrap().max(1));
    }
    cut
}

/// A note without the cosignatures that came later; `None` when its quorum was not met by then.
fn stripped(note: &[u8], at: u64) -> Option<Vec<u8>> {
    let note = detente_checkpoint::UnverifiedNote::parse(note).unwrap();
    let is_seen = |line: &&detente_checkpoint::SignatureLine| {
        let time = line.blob().first_chunk::<8>().map(|time| u64::from_be_bytes(*time));
        line.blob().len() == 64 || time.is_some_and(|time| time <= at)
    };
    let lines: Vec<_> = note.signatures().iter().filter(is_seen).cloned().collect();
    let witnesses = lines.iter().filter(|line| !line.name().as_str().ends_with("w4")).count() - 1;
    let note = detente_checkpoint::UnverifiedNote::assemble(note.text(), &lines).unwrap();
    (witnesses >= 2).then(|| note.as_bytes().to_vec())
}

/// What `--at` in the past gives is what was knowable then: nothing later changes a word of it but the names of notes.
#[test]
fn the_past_does_not_change() {
    let scene = Scene::example();
    let without_notes = |report: String| {
        let parts = report.split("\"notes\":\"").map(|part| part.get(64..).unwrap_or_default().to_owned());
        parts.collect::<Vec<_>>()
    };
    let mut reports = Vec::new();
    for at in [0, 25, 29, 30, 99, 100, 154, 155, 160, 399, 400, 459, 460, 5_001, 5_059, 5_060, 9_000, 900_000]
    {
        let now = without_notes(Inputs::of(&scene, at).report().unwrap());
        let then = as_of(&scene, at);
        assert_eq!(without_notes(Inputs::of(&then, at).report().unwrap()), now, "at {at}");
        reports.push(now);
    }
    reports.dedup();
    assert!(reports.len() > 8, "the times asked about tell nothing apart");
}

/// A scene with two sealed reports and what opens them.
fn shown() -> (Scene, Vec<Vec<u8>>) {
    let mut scene = Scene::example();
    report(&mut scene.a, 50);
    report(&mut scene.a, 51);
    let note = scene.a.publish(&[(1, 200), (2, 190)]);
    let file = |at, seed, slots: &[u16]| Offer { slots, ..Offer::new(&scene.a, at, seed, &note) }.file();
    let files = vec![file(5, 50, &[0]), file(5, 50, &[4]), file(6, 51, &[0, 3]), b"no presentation".to_vec()];
    (scene, files)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_order_of_what_is_handed_over_changes_nothing(
        notes in Just((0..8_usize).collect::<Vec<_>>()).prop_shuffle(),
        files in Just((0..4_usize).collect::<Vec<_>>()).prop_shuffle(),
        swap: bool,
        at in prop_oneof![Just(100_u64), Just(460), Just(10_000)],
    ) {
        let (scene, presentations) = shown();
        let straight = Inputs { presentations: presentations.clone(), ..Inputs::of(&scene, at) };
        let mut shuffled = Inputs::of(&scene, at);
        for (_, log, _) in &mut shuffled.logs {
            let old = std::mem::take(log);
            // Some come twice.
            log.extend(notes.iter().filter_map(|place| old.get(*place)).cloned());
            log.extend(old.first().cloned());
        }
        shuffled.presentations = files.iter().map(|place| presentations[*place].clone()).collect();
        if swap {
            shuffled.logs.reverse();
        }
        prop_assert_eq!(shuffled.report().unwrap(), straight.report().unwrap());
    }
}

/// More cosignatures narrow the bounds, and never widen them.
#[test]
fn more_evidence_narrows() {
    let scene = Scene::example();
    let before = Inputs::of(&scene, 10_000);
    for (place, extra) in [(0, (1, 26)), (1, (3, 90)), (2, (2, 158))] {
        let mut inputs = Inputs::of(&scene, 10_000);
        let size = size_of(&inputs.logs[0].1[place]);
        let cut = scene.a.cut(usize::try_from(size).unwrap());
        inputs.logs[0].1.push(cut.signed(&[extra]));
        for entry in 0..5 {
            let (old, new) = (bounds(&before, &scene.a, entry), bounds(&inputs, &scene.a, entry));
            assert!(new.0 >= old.0, "{place} {entry}: lo {new:?} {old:?}");
            let hi = |bounds: Bounds| bounds.1.unwrap_or(u64::MAX);
            assert!(hi(new) <= hi(old), "{place} {entry}: hi {new:?} {old:?}");
        }
    }
}
