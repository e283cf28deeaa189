//! Every answer: the spec's example to the byte, each status, what is kept, and what never is.

use detente_checkpoint::{
    CheckpointError, KeyType, NoteKey, SignatureLine, SigningKey, UnverifiedNote, cosignature,
};
use detente_core::{Code, Name, Origin, base64};
use detente_witness::{
    AddCheckpoint, EvidenceKind, MAX_EVIDENCE, MemoryStore, TrustedLogs, WitnessError, WitnessStore,
    answer::Answer,
};

use crate::scene::{
    Branch, LOG, NOON, at, log_key, log_note_key, origin, size, witness, witness_key, witness_note_key,
};

/// A note of any text by the log's key.
fn signed(text: &str) -> UnverifiedNote {
    let line = SignatureLine::new(&log_note_key(), log_key().sign(text.as_bytes()).to_vec());
    UnverifiedNote::assemble(text, &[line]).unwrap()
}

fn request(old: u64, note: &UnverifiedNote) -> AddCheckpoint {
    AddCheckpoint::new(size(old), &[], note).unwrap()
}

/// A witness whose newest is 13 of the branch.
fn after_thirteen(branch: &Branch) -> MemoryStore {
    let store = MemoryStore::new();
    witness(&store).add_checkpoint(&branch.request(0, 13), at(NOON)).unwrap();
    store
}

#[test]
fn the_example_of_the_spec() {
    let branch = Branch::new(0, 13, 13);
    let store = MemoryStore::new();
    let witness = witness(&store);
    let text = "old 0\n\nlog.example/a\n13\n317hMOWiR2ANGQwxB0RY3jwNxY8LDYpqKz3U/X5WlQE=\n\n\
        — log.example/a 2HC6tkgICO9pC+QDK7wafvbZ9JWa9Ft9nXzw9hiDUknQBxtzOyE+cbV6/cD/ttwUOH93VottqTAqjnTNbjPCSD1uNgI=\n";
    let request = AddCheckpoint::parse(text.as_bytes()).unwrap();
    assert_eq!(request, branch.request(0, 13));
    let answer = Answer::of(witness.add_checkpoint(&request, at(NOON))).unwrap();
    let line = "— witness.example/w1 \
        IDJKvgAAAABlU/EAhvTEqrITqcH2W7JJetyrdG0vGE4GwaSqquYgJDnD8/NiXHxVKiOLSctl+DTFo7RkrKz1xhRYvBhiJAVh8bG5Bw==\n";
    assert_eq!(String::from_utf8(answer.to_bytes()).unwrap(), line);
    assert_eq!(answer.status(), 200);
    let note =
        String::from_utf8(witness.checkpoint(&origin()).unwrap().unwrap().as_bytes().to_vec()).unwrap();
    assert_eq!(note, format!("{}{line}", &text[7..]), "the newest note with the witness's line");
    let conflict = Answer::of(witness.add_checkpoint(&request, at(NOON))).unwrap();
    assert_eq!((conflict.status(), conflict.to_bytes()), (409, b"13\n".to_vec()));
    let again = witness.add_checkpoint(&branch.request(13, 13), at(NOON + 9)).unwrap();
    assert_eq!(
        cosignature::verify(witness.note_key(), &again[0], branch.note(13).text()).unwrap(),
        at(NOON + 9)
    );
}

#[test]
fn each_refusal_has_its_status() {
    let (branch, fork) = (Branch::new(1, 5, 30), Branch::new(2, 5, 30));
    let note = branch.note(20);
    let tampered = {
        let mut blob = note.signatures()[0].blob().to_vec();
        blob[0] ^= 1;
        UnverifiedNote::assemble(note.text(), &[SignatureLine::new(&log_note_key(), blob)]).unwrap()
    };
    let short =
        UnverifiedNote::assemble(note.text(), &[SignatureLine::new(&log_note_key(), vec![1; 63])]).unwrap();
    let stranger =
        NoteKey::new(Name::parse(LOG).unwrap(), KeyType::Log, SigningKey::from_seed(&[9; 32]).public());
    let unknown =
        UnverifiedNote::assemble(note.text(), &[SignatureLine::new(&stranger, vec![1; 64])]).unwrap();
    let other_log = signed(&note.text().replacen(LOG, "log.example/b", 1));
    let extended = signed(&format!("{}more\n", branch.note(13).text()));
    let empty = signed(&format!("{LOG}\n0\n{}\n", base64::encode(&[7; 32])));
    let mut garbage = branch.proof(13, 20);
    garbage.reverse();
    let with = |old: u64, note: &UnverifiedNote, proof: &[detente_core::Digest]| {
        AddCheckpoint::new(size(old), proof, note).unwrap()
    };
    let short_proof = &branch.proof(13, 20)[1..];
    for (status, code, keeps, request) in [
        (404, Code::UnknownOrigin, None, request(13, &other_log)),
        (403, Code::UnknownLog, None, request(13, &unknown)),
        (403, Code::InvalidLogSignature, None, request(13, &tampered)),
        (403, Code::InvalidLogSignature, None, request(13, &short)),
        (400, Code::IndexRange, None, request(21, &note)),
        (400, Code::IndexRange, None, branch.request(13, 12)),
        (409, Code::SizeConflict, None, branch.request(0, 20)),
        (409, Code::SizeConflict, None, branch.request(14, 20)),
        (409, Code::SizeConflict, Some(EvidenceKind::Fork), fork.request(0, 13)),
        (422, Code::InvalidConsistency, Some(EvidenceKind::Fork), fork.request(13, 13)),
        (422, Code::ProofLength, Some(EvidenceKind::Fork), with(13, &fork.note(13), &branch.proof(13, 20))),
        // Nothing that the log signed is wrong here; whoever asked may have broken the proof.
        (
            422,
            Code::ProofLength,
            Some(EvidenceKind::Unproven),
            with(13, &branch.note(13), &branch.proof(13, 20)),
        ),
        (422, Code::InvalidConsistency, Some(EvidenceKind::Unproven), fork.request(13, 20)),
        (422, Code::InvalidConsistency, Some(EvidenceKind::Unproven), with(13, &note, &garbage)),
        (422, Code::ProofLength, Some(EvidenceKind::Unproven), with(13, &note, short_proof)),
        (400, Code::IndexRange, Some(EvidenceKind::Fork), request(13, &empty)),
        (400, Code::ExtensionLines, None, request(13, &extended)),
    ] {
        let store = after_thirteen(&branch);
        let before = store.newest(&origin()).unwrap();
        let refused = witness(&store).add_checkpoint(&request, at(NOON + 60)).unwrap_err();
        assert_eq!((refused.status(), refused.code()), (status, code), "{refused}");
        assert_eq!(store.newest(&origin()).unwrap(), before, "{code}: a refusal moves nothing");
        let kept: Vec<_> = store.evidence(&origin()).unwrap().iter().map(|found| found.kind).collect();
        let expected: Vec<_> = keeps.into_iter().collect();
        assert_eq!(kept, expected, "{code}: {refused}");
        assert_eq!(refused.conflict(), (status == 409).then(|| size(13)));
        assert!(Answer::of(Err(refused)).is_ok() == (status == 409));
    }
}

#[test]
fn an_empty_tree_with_a_root_is_a_fork_before_anything_else() {
    let store = MemoryStore::new();
    let empty = signed(&format!("{LOG}\n0\n{}\n", base64::encode(&[7; 32])));
    let refused = witness(&store).add_checkpoint(&request(0, &empty), at(NOON)).unwrap_err();
    assert_eq!((refused.status(), refused.code()), (422, Code::InvalidConsistency));
    let kept = store.evidence(&origin()).unwrap();
    assert_eq!((kept.len(), kept[0].kind, kept[0].newest.as_ref()), (1, EvidenceKind::Fork, None));
    // The right empty tree is cosigned, and is no fork.
    witness(&store).add_checkpoint(&Branch::new(0, 0, 3).request(0, 0), at(NOON)).unwrap();
    witness(&store).add_checkpoint(&Branch::new(0, 0, 3).request(0, 3), at(NOON)).unwrap();
    assert_eq!(store.evidence(&origin()).unwrap().len(), 1);
}

#[test]
fn evidence_carries_both_signatures_and_nothing_that_others_added() {
    let (branch, fork) = (Branch::new(1, 5, 30), Branch::new(2, 5, 30));
    let store = after_thirteen(&branch);
    let stranger =
        NoteKey::new(Name::parse("spam").unwrap(), KeyType::Log, SigningKey::from_seed(&[9; 32]).public());
    let padded = fork.note(13).with_signature(SignatureLine::new(&stranger, vec![1; 50_000])).unwrap();
    let padded = AddCheckpoint::new(size(13), &[], &padded).unwrap();
    assert_eq!(witness(&store).add_checkpoint(&padded, at(NOON + 5)).unwrap_err().status(), 422);
    let kept = witness(&store).evidence(&origin()).unwrap();
    let [fork_kept] = kept.as_slice() else { panic!("{kept:?}") };
    assert_eq!(fork_kept.time, at(NOON + 5));
    assert_eq!(AddCheckpoint::parse(&fork_kept.request).unwrap(), fork.request(13, 13));
    assert_eq!(fork_kept.newest.as_deref(), Some(branch.note(13).as_bytes()));
}

#[test]
fn a_flood_of_broken_proofs_does_not_hide_a_fork() {
    let (branch, fork) = (Branch::new(1, 5, 250), Branch::new(2, 5, 250));
    let store = after_thirteen(&branch);
    for new in 20..20 + 2 * MAX_EVIDENCE as u64 {
        let broken = AddCheckpoint::new(size(13), &[], &branch.note(new)).unwrap();
        assert_eq!(witness(&store).add_checkpoint(&broken, at(NOON)).unwrap_err().status(), 422);
    }
    assert_eq!(store.evidence(&origin()).unwrap().len(), MAX_EVIDENCE);
    assert_eq!(witness(&store).add_checkpoint(&fork.request(13, 13), at(NOON)).unwrap_err().status(), 422);
    let kept = store.evidence(&origin()).unwrap();
    assert_eq!(kept.last().map(|last| last.kind), Some(EvidenceKind::Fork));
    // And the log goes on.
    witness(&store).add_checkpoint(&branch.request(13, 20), at(NOON)).unwrap();
}

#[test]
fn the_clock() {
    let branch = Branch::new(1, 5, 30);
    let time_of = |lines: &[SignatureLine], new| {
        cosignature::verify(&witness_note_key(), &lines[0], branch.note(new).text()).unwrap().get()
    };
    let store = after_thirteen(&branch);
    let ask = |old, new, now| witness(&store).add_checkpoint(&branch.request(old, new), at(now));
    assert_eq!(
        time_of(&ask(13, 14, NOON - 300).unwrap(), 14),
        NOON,
        "a little behind: the newest time again"
    );
    for now in [0, 1, NOON - 301] {
        let refused = ask(14, 15, now).unwrap_err();
        assert_eq!((refused.status(), refused.code()), (503, Code::ClockBehind), "{refused}");
    }
    assert_eq!(time_of(&ask(14, 15, NOON + 1).unwrap(), 15), NOON + 1);
    let most = detente_core::MAX_POSITION;
    assert_eq!(time_of(&ask(15, 16, most).unwrap(), 16), most);
    assert_eq!(time_of(&ask(16, 17, most).unwrap(), 17), most);
    let first = witness(MemoryStore::new()).add_checkpoint(&branch.request(0, 5), at(0)).unwrap_err();
    assert_eq!(first.code(), Code::ClockBehind, "time 0 is no time");
}

#[test]
fn an_old_copy_of_the_store_is_noticed_by_the_witness_own_line() {
    let (branch, fork) = (Branch::new(1, 5, 30), Branch::new(2, 5, 30));
    let cosigned = |branch: &Branch, new: u64, time: u64| {
        let store = MemoryStore::new();
        witness(&store).add_checkpoint(&branch.request(0, new), at(time)).unwrap();
        witness(&store).checkpoint(&origin()).unwrap().unwrap()
    };
    let old_copy = after_thirteen(&branch);
    let ask = |note: &UnverifiedNote, old: u64, new: u64| {
        let request = AddCheckpoint::new(size(old), &branch.proof(old, new), note).unwrap();
        witness(&old_copy).add_checkpoint(&request, at(NOON + 90))
    };
    for (note, new, rule) in [
        (cosigned(&branch, 20, NOON), 20, "a larger size"),
        (cosigned(&branch, 13, NOON + 1), 13, "a later time"),
        (cosigned(&branch, 9, NOON + 1), 9, "a later time at a smaller size"),
        (cosigned(&fork, 13, NOON), 13, "another root"),
    ] {
        let refused = ask(&note, 13, new.max(13)).unwrap_err();
        assert_eq!((refused.status(), refused.code()), (503, Code::StaleStore), "{rule}: {refused}");
    }
    // Its own line of what it knows, and a line in its name that it never made, change nothing.
    ask(&cosigned(&branch, 13, NOON), 13, 13).unwrap();
    let forged = SignatureLine::new(&witness_note_key(), vec![1; 72]);
    ask(&branch.note(20).with_signature(forged).unwrap(), 13, 20).unwrap();
}

#[test]
fn several_keys_of_one_log() {
    let branch = Branch::new(1, 5, 30);
    let second = SigningKey::from_seed(&[9; 32]);
    let second_key = NoteKey::new(Name::parse(LOG).unwrap(), KeyType::Log, second.public());
    let logs = TrustedLogs::new([log_note_key(), second_key.clone()]).unwrap();
    let witness =
        detente_witness::Witness::new(Name::parse("w").unwrap(), witness_key(), logs, MemoryStore::new());
    let text = branch.note(9).text().to_owned();
    let line = |valid: bool| {
        let mut blob = second.sign(text.as_bytes()).to_vec();
        blob[5] ^= u8::from(!valid);
        SignatureLine::new(&second_key, blob)
    };
    let half = branch.note(9).with_signature(line(false)).unwrap();
    let refused = witness.add_checkpoint(&request(0, &half), at(NOON)).unwrap_err();
    assert_eq!(refused.status(), 403, "one good line does not excuse a bad one");
    let alone = UnverifiedNote::assemble(&text, &[line(true)]).unwrap();
    witness.add_checkpoint(&request(0, &alone), at(NOON)).unwrap();
    assert_eq!(witness.checkpoint(&origin()).unwrap().unwrap().signatures().len(), 2);
    assert_eq!(witness.checkpoint(&Origin::parse("log.example/z").unwrap()).unwrap(), None);
}

#[test]
fn only_log_keys_are_trusted_and_each_once() {
    let refused = TrustedLogs::new([witness_note_key()]).unwrap_err();
    assert!(matches!(refused, WitnessError::KeyType { expected: 1, got: 4, .. }), "{refused}");
    let refused = TrustedLogs::new([log_note_key(), log_note_key()]).unwrap_err();
    assert_eq!(refused.code(), Code::Misuse, "{refused}");
    assert_eq!(refused.status(), 500);
}

#[test]
fn an_answer_is_read_as_it_is_written() {
    let branch = Branch::new(1, 5, 30);
    let store = MemoryStore::new();
    let lines = witness(&store).add_checkpoint(&branch.request(0, 13), at(NOON)).unwrap();
    for answer in [Answer::Cosigned(lines), Answer::Conflict(size(0)), Answer::Conflict(size(13))] {
        assert_eq!(Answer::parse(&branch.note(13), &answer.to_bytes()).unwrap(), answer);
    }
    for wrong in ["", "13", "013\n", "13\n\n", "— a AAAAAAA=", "more\n\n— a AAAAAAA=\n", "more\n"] {
        let refused = Answer::parse(&branch.note(13), wrong.as_bytes());
        assert!(refused.is_err(), "{wrong:?}: {refused:?}");
    }
    let twice = "— a AAAAAAA=\n— a AAAAAAA=\n";
    let refused = Answer::parse(&branch.note(13), twice.as_bytes()).unwrap_err();
    assert!(
        matches!(refused, WitnessError::Checkpoint(CheckpointError::DuplicateSignature { .. })),
        "{refused}"
    );
}
