//! Every failure that ends an audit, in the order of the steps.

use detente_audit::{AuditError, Case, LogState};
use detente_checkpoint::{Policy, SigningKey, TreeHead};
use detente_core::{Code, Digest};
use detente_finding::UnverifiedFinding;
use detente_statement::{GenesisDraft, Signer};

use crate::scene::{Inputs, Party, Scene, agreement_text, note, size};

fn opened(policy: &[u8], companion: Option<&[u8]>, agreements: &[Vec<u8>]) -> Code {
    let error = Case::open(policy, companion, agreements).map(|_| ()).unwrap_err();
    assert!(!error.culprit().is_empty() && error.to_string().contains("expected"), "{error}");
    error.code()
}

#[test]
fn the_readers_files_come_first() {
    let Scene { policy, companion, agreement, a, b } = Scene::example();
    let agreements = [agreement.clone()];
    assert_eq!(opened(b"what\n", Some(&companion), &agreements), Code::MalformedPolicy);
    assert_eq!(opened(&policy, Some(b"{}\n"), &agreements), Code::MalformedCompanion);
    assert_eq!(opened(&policy, None, &agreements), Code::PolicyMismatch);
    assert_eq!(opened(&policy, Some(&companion), &[b"x".to_vec()]), Code::MalformedAgreement);
    let other = String::from_utf8(policy.clone()).unwrap() + "# another\n";
    assert_eq!(opened(other.as_bytes(), None, &agreements), Code::PolicyMismatch);

    // Two agreements that contradict each other about who is who.
    let text = String::from_utf8(agreement).unwrap();
    let policy_text = String::from_utf8(policy.clone()).unwrap();
    let mut elsewhere = a.clone();
    elsewhere.origin = b.origin.clone();
    let third = Party::new("c", 40);
    let mut other_b = third.clone();
    (other_b.id, other_b.origin) = ("b", a.origin.clone());
    let terms = text.split_once("\n[[obligation]]").unwrap().1;
    let terms = format!("\n[[obligation]]{terms}");
    let second = |parties: &[&Party]| agreement_text("second", &policy_text, &companion, parties, &terms);
    let two = |second: Vec<u8>| opened(&policy, Some(&companion), &[text.clone().into_bytes(), second]);
    assert_eq!(two(second(&[&elsewhere, &other_b])), Code::OriginMismatch);
    let mut a_again = a.clone();
    a_again.origin = a.origin.clone();
    let mut other_a = third.clone();
    (other_a.id, other_a.origin) = ("b", b.origin.clone());
    assert_eq!(two(second(&[&a_again, &other_a])), Code::LogMismatch);
    assert!(Case::open(&policy, Some(&companion), &[text.clone().into_bytes(), second(&[&a, &b])]).is_ok());
}

#[test]
fn every_note_is_one_of_the_partys_log() {
    let scene = Scene::example();
    let with = |note: Vec<u8>| {
        let mut inputs = Inputs::of(&scene, 10_000);
        inputs.logs[0].1.push(note);
        inputs.code()
    };
    assert_eq!(with(b"x".to_vec()), Code::MalformedNote);
    assert_eq!(with(scene.b.notes[0].clone()), Code::OriginMismatch);
    let head = scene.a.head();
    assert_eq!(with(note(&head, &SigningKey::from_seed(&[9; 32]), &[])), Code::UnknownLog);
    let mut forged = scene.a.signed(&[(1, 5)]);
    let at = forged.len() - 10;
    forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
    assert_eq!(with(forged), Code::InvalidCosignature);
}

#[test]
fn a_note_counts_when_witnesses_saw_it() {
    let mut scene = Scene::example();
    // Nothing that a quorum ever saw.
    scene.a.notes = vec![scene.a.signed(&[(1, 500)]), scene.a.signed(&[])];
    assert_eq!(Inputs::of(&scene, 10_000).code(), Code::UnderWitnessed);
    // Two notes of one tree are joined: together they have the quorum.
    scene.a.notes.push(scene.a.signed(&[(3, 600)]));
    let inputs = Inputs::of(&scene, 10_000);
    assert_eq!(inputs.audit().unwrap().logs().next().unwrap().size, size(5));
    // Not yet.
    let inputs = Inputs { at: 599, ..inputs };
    let audit = inputs.audit().unwrap();
    let log = audit.logs().next().unwrap();
    assert_eq!((log.size, log.root, log.note), (size(0), None, None));
    assert_eq!(audit.exit_code(), 3);
    assert!(audit.evaluations()[0].force.is_none());
    // No note at all: nothing was seen.
    scene.a.notes.clear();
    let inputs = Inputs::of(&scene, 10_000);
    assert_eq!(inputs.audit().unwrap().logs().next().unwrap().size, size(0));
}

#[test]
fn entries_are_there_and_give_the_roots() {
    let scene = Scene::example();
    let mut inputs = Inputs::of(&scene, 10_000);
    inputs.logs[0].2 = scene.a.cut(4).state();
    assert_eq!(inputs.code(), Code::IndexRange);
    // The last entry is another: only the audited note tells.
    let mut wrong = scene.a.cut(4);
    wrong.seal(40);
    inputs.logs[0].2 = wrong.state();
    assert_eq!(inputs.code(), Code::RootMismatch);
    // An earlier one is: no note is of these entries, so nothing shows that the log signed two trees.
    let mut wrong = scene.a.clone();
    wrong.entries[1] = wrong.entries[2].clone();
    inputs.logs[0].2 = wrong.state();
    assert_eq!(inputs.code(), Code::InvalidConsistency);
    let AuditError::Fork(fork) = inputs.audit().unwrap_err() else { panic!() };
    assert_eq!(fork.finding, None);
    // More entries than the note is about are no fault.
    let mut more = scene.a.clone();
    more.seal(41);
    inputs.logs[0].2 = more.state();
    assert!(inputs.audit().is_ok());
}

#[test]
fn a_second_tree_is_a_finding() {
    let mut scene = Scene::example();
    for (at, cosigners) in [(3, vec![]), (5, vec![]), (5, vec![(1, 170), (2, 170)]), (2, vec![(1, 4)])] {
        let root = Digest::from_bytes([9; 32]);
        let head = TreeHead::new(scene.a.origin.clone(), size(at), root).unwrap();
        scene.a.notes.push(note(&head, &scene.a.key(0), &cosigners));
        let inputs = Inputs::of(&scene, 10_000);
        assert_eq!(inputs.code(), Code::InvalidConsistency, "size {at}");
        let AuditError::Fork(fork) = inputs.audit().unwrap_err() else { panic!() };
        assert_eq!((fork.size, fork.got), (size(at), root));
        let finding = fork.finding.unwrap();
        let again = UnverifiedFinding::parse(&finding.to_bytes()).unwrap();
        let policy = Policy::parse(&scene.policy, Some(&scene.companion)).unwrap();
        assert_eq!(again.verify(Some(&policy)).unwrap().culprit(), &scene.a.vkey());
        scene.a.notes.pop();
    }
    // Above every note of this tree: a fork or a fault of the disk, nobody can tell.
    scene.a.seal(60);
    let head = TreeHead::new(scene.a.origin.clone(), size(6), Digest::from_bytes([9; 32])).unwrap();
    scene.a.notes.push(note(&head, &scene.a.key(0), &[]));
    let AuditError::Fork(fork) = Inputs::of(&scene, 10_000).audit().unwrap_err() else { panic!() };
    assert_eq!(fork.finding, None);
}

/// A log whose entry 0 is this, and nothing else wrong with it.
fn begun_with(scene: &Scene, genesis: Vec<u8>) -> Code {
    let mut a = scene.a.clone();
    a.entries = vec![genesis];
    a.notes.clear();
    a.publish(&[(1, 20), (2, 20)]);
    let mut inputs = Inputs::of(scene, 10_000);
    let mut state = LogState::new();
    state.push(&a.entries).unwrap();
    inputs.logs[0] = (scene.a.log(), a.notes, state);
    inputs.code()
}

#[test]
fn entry_0_is_the_partys() {
    let scene = Scene::example();
    let a = &scene.a;
    assert_eq!(begun_with(&scene, vec![]), Code::MalformedEntry);
    assert_eq!(begun_with(&scene, a.entries[3].clone()), Code::MalformedEntry);
    let draft = |origin: &Party, checkpoint: &Party| GenesisDraft {
        origin: origin.origin.clone(),
        party: "another".to_owned(),
        checkpoint_key: checkpoint.vkey(),
        authors: vec![a.author().public()],
        sealing: a.sealing().public(),
        recovery: a.key(3).public(),
        predecessor: None,
        nonce: [1; 16],
        random: [1; 32],
    };
    let other = Signer::genesis(&a.author(), &draft(a, a)).unwrap();
    assert_eq!(begun_with(&scene, other), Code::LogMismatch);

    // The agreement names a log whose entry 0 has another origin, or another key than signs.
    let mut foreign = a.clone();
    foreign.origin = scene.b.origin.clone();
    let named = |genesis: Vec<u8>| {
        let mut changed = scene.clone();
        changed.a.entries = vec![genesis];
        changed.a.notes.clear();
        changed.a.publish(&[(1, 20), (2, 20)]);
        let text = String::from_utf8(changed.agreement.clone()).unwrap();
        let old = scene.a.log().to_string();
        changed.agreement = text.replace(&old, &changed.a.log().to_string()).into_bytes();
        Inputs::of(&changed, 10_000).code()
    };
    let b = &scene.b;
    assert_eq!(named(Signer::genesis(&a.author(), &draft(b, b)).unwrap()), Code::OriginMismatch);
    let key = detente_checkpoint::NoteKey::new(
        a.origin.key_name().clone(),
        detente_checkpoint::KeyType::Log,
        a.key(5).public(),
    );
    let other_key = GenesisDraft { checkpoint_key: key, ..draft(a, a) };
    assert_eq!(named(Signer::genesis(&a.author(), &other_key).unwrap()), Code::UnknownLog);
}

#[test]
fn without_a_quorum_order_alone_counts() {
    let mut scene = Scene::under(
        "quorum none\n",
        "\n[[obligation]]\nid = \"O1\"\nkind = \"publish-within\"\ntext = \"speaks\"\nperiod = \"P1D\"\n",
    );
    let adopt = scene.adopted();
    for party in [&mut scene.a, &mut scene.b] {
        party.say(detente_statement::Kind::AgreementAdopt, &adopt);
        party.publish(&[]);
    }
    let inputs = Inputs::of(&scene, 0);
    let audit = inputs.audit().unwrap();
    assert!(audit.logs().all(|log| log.size == size(2)));
    assert!(inputs.report().unwrap().contains("\"times\":\"UNWITNESSED\""));
    let intervals = audit.facts().logs.values().map(|log| log.timeline.interval(crate::scene::index(1)));
    assert!(intervals.into_iter().all(|interval| interval.is_unknown()));
}

#[test]
fn a_quorum_that_splits_gives_no_times() {
    let mut scene = Scene::under(
        "quorum w1\n",
        "\n[[obligation]]\nid = \"O1\"\nkind = \"publish-within\"\ntext = \"speaks\"\nperiod = \"P1D\"\n",
    );
    // One witness of one is enough, and two dishonest ones are said to be possible: then nothing is bounded.
    scene.companion = String::from_utf8(scene.companion).unwrap().replace("\"f\":0", "\"f\":2").into_bytes();
    let text = String::from_utf8(scene.agreement.clone()).unwrap();
    let line = text.lines().find(|line| line.starts_with("companion")).unwrap();
    let named = format!("companion = \"{}\"", crate::scene::sha256(&scene.companion));
    scene.agreement = text.replace(line, &named).into_bytes();
    let adopt = scene.adopted();
    for party in [&mut scene.a, &mut scene.b] {
        party.say(detente_statement::Kind::AgreementAdopt, &adopt);
        party.publish(&[(1, 20), (4, 30)]);
    }
    let inputs = Inputs::of(&scene, 10_000);
    let report = inputs.report().unwrap();
    assert!(report.contains("\"times\":\"QUORUM-SPLIT\""), "{report}");
    let audit = inputs.audit().unwrap();
    for log in audit.facts().logs.values() {
        // What a mirror says is not about the quorum.
        assert_eq!((log.size, log.timeline.held().len()), (size(2), 0));
        assert!(log.timeline.interval(crate::scene::index(1)).is_unknown());
        assert_eq!(log.timeline.mirrored(crate::scene::index(1)).map(|time| time.get()), Some(30));
    }
}
