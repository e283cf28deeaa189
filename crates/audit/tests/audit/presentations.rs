//! What opens a sealed entry, what is refused and what is left aside.

use detente_checkpoint::SigningKey;
use detente_core::Code;
use detente_statement::{NewKey, RevocationReason, Role, Signer, key_digest};

use crate::{
    incident::{Offer, report},
    scene::{Inputs, Party, Scene, cells, sha256},
};

/// A sealed report in a's log, entry 5, published between 170 and 200, and the note that shows it.
fn scene() -> (Scene, Vec<u8>) {
    let mut scene = Scene::example();
    report(&mut scene.a, 50);
    let shown = scene.a.publish(&[(1, 200), (2, 190)]);
    (scene, shown)
}

fn audited(scene: &Scene, presentations: Vec<Vec<u8>>) -> Inputs {
    Inputs { presentations, ..Inputs::of(scene, 10_000) }
}

/// The one refusal of an audit.
fn refusal(inputs: &Inputs) -> Option<Code> {
    let audit = inputs.audit().unwrap();
    let refused = audit.refused();
    assert!(refused.len() < 2);
    if let Some(refused) = refused.first() {
        assert_eq!(refused.file, sha256(&inputs.presentations[0]));
        assert_eq!(audit.exit_code(), 1);
        assert!(inputs.report().unwrap().contains("\"presentations\":[]"), "what is refused does not count");
    }
    refused.first().map(|refused| refused.code)
}

fn openings(inputs: &Inputs) -> Vec<u64> {
    let audit = inputs.audit().unwrap();
    audit.facts().logs.values().flat_map(|log| log.opened.keys().map(|index| index.get())).collect()
}

#[test]
fn slots_are_open_to_the_audit() {
    let (scene, shown) = scene();
    let file = Offer::new(&scene.a, 5, 50, &shown).file();
    let inputs = audited(&scene, vec![file.clone(), file]);
    assert_eq!(refusal(&inputs), None);
    assert_eq!(openings(&inputs), [5]);
    let audit = inputs.audit().unwrap();
    let opened = &audit.facts().logs[&scene.a.log()].opened.values().next().unwrap();
    let values: Vec<_> = opened.slots.iter().map(|(slot, value)| (*slot, value.clone().unwrap())).collect();
    assert_eq!(values, [(0, "incident.report".into()), (4, "notify".into())]);
    assert!(cells(&audit).iter().any(|cell| cell == "O3 a MET - a/5 -"), "{:?}", cells(&audit));
    assert_eq!(inputs.report().unwrap().matches(&sha256(&inputs.presentations[0]).to_string()).count(), 1);
}

#[test]
fn a_presentation_of_another_log_does_not_count() {
    let (scene, _) = scene();
    // c's log has the same report, and c is a log of nobody's policy; b's is, and is not at hand.
    let mut c = Party::new("c", 30);
    report(&mut c, 50);
    let shown = c.publish(&[(1, 200), (2, 190)]);
    let file = Offer::new(&c, 1, 50, &shown).file();
    assert_eq!(refusal(&audited(&scene, vec![file])), Some(Code::UnknownLog));
    let mut b = scene.b.clone();
    let at = report(&mut b, 50);
    let shown = b.publish(&[(1, 6_000), (2, 6_000)]);
    let file = Offer::new(&b, at, 50, &shown).file();
    let mut inputs = audited(&scene, vec![file]);
    // Larger than what is audited: neither refused nor counted.
    assert_eq!(refusal(&inputs), None);
    assert!(inputs.audit().unwrap().facts().logs[&scene.b.log()].opened.is_empty());
    inputs.logs.pop();
    assert_eq!(refusal(&inputs), Some(Code::LogMismatch));
}

#[test]
fn only_a_key_of_the_log_grants() {
    let (mut scene, shown) = scene();
    let stranger = Offer { signer: SigningKey::from_seed(&[77; 32]), ..Offer::new(&scene.a, 5, 50, &shown) };
    assert_eq!(refusal(&audited(&scene, vec![stranger.file()])), Some(Code::Relayed));

    // A second author key, which the file does not show revoked and all entries do.
    let second = SigningKey::from_seed(&[78; 32]);
    let nonce = scene.a.nonce();
    let new = NewKey { key: &second, role: Role::Author, nonce };
    let added = Signer::new(scene.a.log(), &scene.a.author()).key_add(&new).unwrap();
    let added = scene.a.push(added);
    let before = scene.a.publish(&[(1, 300), (2, 290)]);
    let nonce = scene.a.nonce();
    let revoked = Signer::new(scene.a.log(), &scene.a.author())
        .key_revoke(key_digest(&second.public()), RevocationReason::Lost, nonce)
        .unwrap();
    scene.a.push(revoked);
    let after = scene.a.publish(&[(1, 400), (2, 390)]);
    let granted = |note| Offer {
        signer: SigningKey::from_seed(&[78; 32]),
        events: &[0, 6],
        ..Offer::new(&scene.a, 5, 50, note)
    };
    assert_eq!(added, 6);
    assert_eq!(refusal(&audited(&scene, vec![granted(&before).file()])), None);
    assert_eq!(refusal(&audited(&scene, vec![granted(&after).file()])), Some(Code::KeyRevoked));
}

#[test]
fn a_presentation_of_another_tree_is_a_fork() {
    let (scene, _) = scene();
    // The same log with another last entry, cosigned too: its own inputs are in order.
    let mut forked = scene.a.cut(4);
    forked.seal(99);
    report(&mut forked, 50);
    let shown = forked.signed(&[(1, 210), (2, 210)]);
    let file = Offer::new(&forked, 5, 50, &shown).file();
    let inputs = audited(&scene, vec![file]);
    assert_eq!(inputs.code(), Code::InvalidConsistency);
    let detente_audit::AuditError::Fork(fork) = inputs.audit().unwrap_err() else { panic!() };
    let finding = fork.finding.unwrap();
    assert_eq!(finding.verified().culprit(), &scene.a.vkey());
    assert!(fork.note.starts_with("presentation "));
}

#[test]
fn what_was_not_seen_by_then_is_left_aside() {
    let (scene, shown) = scene();
    let file = Offer::new(&scene.a, 5, 50, &shown).file();
    // At 180 the log was seen up to 5 entries; the file is in order and about what comes later.
    let inputs = Inputs { at: 180, ..audited(&scene, vec![file]) };
    assert_eq!(refusal(&inputs), None);
    assert_eq!(openings(&inputs), Vec::<u64>::new());
    assert!(inputs.report().unwrap().contains("\"presentations\":[]"));
}

#[test]
fn checkpoints_of_a_presentation_narrow_times() {
    let (mut scene, _) = scene();
    scene.a.notes.pop();
    // Nobody handed over that note; the entry was published by 200 all the same.
    let shown = scene.a.signed(&[(1, 200), (2, 190)]);
    let early = scene.a.cut(5);
    let earlier = early.signed(&[(1, 170), (2, 175)]);
    scene.a.seal(3);
    scene.a.publish(&[(1, 900), (2, 900)]);
    let interval = |inputs: &Inputs| {
        let audit = inputs.audit().unwrap();
        let interval = audit.facts().logs[&scene.a.log()].timeline.interval(crate::scene::index(5));
        (interval.lo.map(|time| time.get()), interval.hi.map(|time| time.get()))
    };
    let without = audited(&scene, vec![]);
    assert_eq!(interval(&without), (Some(150), Some(900)));
    let with = Offer { earlier: Some(&earlier), ..Offer::new(&scene.a, 5, 50, &shown) };
    assert_eq!(interval(&audited(&scene, vec![with.file()])), (Some(170), Some(200)));
}

#[test]
fn a_malformed_entry_is_not_opened() {
    let mut scene = Scene::example();
    report(&mut scene.a, 50);
    // The same sealed value once more: the second is no statement of this log.
    let copy = scene.a.entries[5].clone();
    scene.a.push(copy);
    let shown = scene.a.publish(&[(1, 200), (2, 190)]);
    let inputs = audited(&scene, vec![Offer::new(&scene.a, 6, 50, &shown).file()]);
    assert_eq!(refusal(&inputs), None);
    assert_eq!(openings(&inputs), Vec::<u64>::new());
    assert_eq!(inputs.audit().unwrap().logs().next().unwrap().malformed[0].code, Code::DuplicateStatement);
}

/// Twenty sealed reports and their presentations: the order does not matter, nor on how many cores they are read.
#[test]
fn many_are_read_as_one() {
    let mut scene = Scene::example();
    let places: Vec<_> = (50..70).map(|seed| (report(&mut scene.a, seed), seed)).collect();
    let shown = scene.a.publish(&[(1, 200), (2, 190)]);
    let files: Vec<_> =
        places.iter().map(|(place, seed)| Offer::new(&scene.a, *place, *seed, &shown).file()).collect();
    let all = audited(&scene, files.clone());
    assert_eq!(openings(&all).len(), 20);
    let backwards = audited(&scene, files.into_iter().rev().collect());
    assert_eq!(all.report().unwrap(), backwards.report().unwrap());
}

/// A log that begins anew under the same key is another tree of that key, whatever its id.
#[test]
fn a_log_that_began_anew_is_a_fork() {
    let (scene, _) = scene();
    let mut anew = scene.a.anew();
    for value in 0..4 {
        anew.seal(value);
    }
    let at = report(&mut anew, 50);
    let shown = anew.publish(&[(1, 210), (2, 210)]);
    assert_ne!(anew.log(), scene.a.log());
    let inputs = audited(&scene, vec![Offer::new(&anew, at, 50, &shown).file()]);
    assert_eq!(inputs.code(), Code::InvalidConsistency);
    let detente_audit::AuditError::Fork(fork) = inputs.audit().unwrap_err() else { panic!() };
    assert_eq!(fork.finding.unwrap().verified().culprit(), &scene.a.vkey());
}
