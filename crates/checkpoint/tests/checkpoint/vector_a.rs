//! The published example of the spec, to the byte.

use detente_checkpoint::{KeyType, NoteKey, UnverifiedNote, Witnessing, cosignature, prove_consistent};
use detente_core::{Digest, UnixSeconds, base64};
use detente_merkle::Tree;

use crate::fixture::{
    LOG_VKEY, NOTE, ORIGIN, W1_VKEY, head, log_key, note, policy, verify, witness_key, witness_name,
};

fn root() -> Digest {
    Digest::from_slice(&base64::decode("317hMOWiR2ANGQwxB0RY3jwNxY8LDYpqKz3U/X5WlQE=").unwrap()).unwrap()
}

#[test]
fn keys_have_the_published_vkeys() {
    let origin = detente_core::Name::parse(ORIGIN).unwrap();
    assert_eq!(NoteKey::new(origin, KeyType::Log, log_key().public()).to_string(), LOG_VKEY);
    assert_eq!(
        NoteKey::new(witness_name(1), KeyType::Cosignature, witness_key(1).public()).to_string(),
        W1_VKEY
    );
}

#[test]
fn thirteen_leaves_have_the_published_root() {
    let leaves: Vec<[u8; 1]> = (0..13).map(|leaf| [leaf]).collect();
    assert_eq!(Tree::from_entries(&leaves).unwrap().root(), root());
}

#[test]
fn our_signatures_are_the_published_ones() {
    assert_eq!(String::from_utf8(note(&head(13, root()), &[(1, 1_700_000_000)])).unwrap(), NOTE);
}

#[test]
fn the_cosigned_message_is_the_published_one() {
    let text = UnverifiedNote::parse(NOTE.as_bytes()).unwrap().text().to_owned();
    let message = cosignature::message(UnixSeconds::new(1_700_000_000).unwrap(), &text);
    let expected =
        "cosignature/v1\ntime 1700000000\nlog.example/a\n13\n317hMOWiR2ANGQwxB0RY3jwNxY8LDYpqKz3U/X5WlQE=\n";
    assert_eq!(String::from_utf8(message).unwrap(), expected);
}

#[test]
fn the_note_verifies() {
    let policy = policy(1, "quorum w1\n", 0, &[1]);
    let checkpoint = verify(NOTE.as_bytes(), &policy).unwrap();
    assert_eq!(
        (checkpoint.origin().as_str(), checkpoint.size().get(), checkpoint.root()),
        (ORIGIN, 13, root())
    );
    assert_eq!(checkpoint.note_bytes(), NOTE.as_bytes());
    let Witnessing::Witnessed { cosignatures } = checkpoint.require_quorum(&policy).unwrap() else {
        panic!("the quorum is a witness")
    };
    let [one] = cosignatures.as_slice() else { panic!("one witness counts") };
    assert_eq!((one.witness().as_str(), one.time().get(), one.is_neutral()), ("w1", 1_700_000_000, true));
    assert!(prove_consistent(&checkpoint, &checkpoint, &[]).is_ok());
}
