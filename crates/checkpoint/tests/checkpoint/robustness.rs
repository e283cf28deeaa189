//! What a changed bit does, and that no input makes a parser stop the program.

use detente_checkpoint::{
    CheckpointError, NoteKey, Policy, PolicyFiles, TreeHead, UnverifiedNote, UnverifiedProof,
    VerifiedCosignature, proof::write,
};
use detente_core::{LeafIndex, Origin};
use detente_merkle::{Tree, leaf_hash};
use proptest::prelude::*;

use crate::fixture::{NOTE, ORIGIN, head, log_key, note, policy, policy_text, unknown_line, verify};

/// All that a relier learns from a note: the tree head and the cosignatures, after the quorum.
fn result(note: &[u8], policy: &Policy) -> Result<(TreeHead, Vec<VerifiedCosignature>), CheckpointError> {
    let checkpoint = verify(note, policy)?;
    checkpoint.require_quorum(policy)?;
    Ok((checkpoint.head().clone(), checkpoint.cosignatures().to_vec()))
}

#[test]
fn every_bit_of_text_and_counted_signatures_matters_and_no_other_does() {
    let policy = policy(2, "group g all w1 w2\nquorum g\n", 0, &[1, 2]);
    let head = head(13, Tree::from_entries(&[[1_u8]; 13]).unwrap().root());
    let plain = String::from_utf8(note(&head, &[(1, 1_700_000_000), (2, 1_700_000_001)])).unwrap();
    let (text, lines) = plain.split_once("\n\n").unwrap();
    // Signed, counted and ignored lines take turns.
    let mut ignored = Vec::new();
    let mut whole = format!("{text}\n\n{}", unknown_line(1));
    ignored.push(text.len() + 2..whole.len());
    for (position, line) in lines.split_inclusive('\n').enumerate() {
        whole.push_str(line);
        let start = whole.len();
        whole.push_str(&unknown_line(position + 2));
        ignored.push(start..whole.len());
    }
    let expected = result(whole.as_bytes(), &policy).unwrap();
    assert_eq!(expected.1.len(), 2);
    let (mut same, mut refused) = (0, 0);
    for bit in 0..8 * whole.len() {
        let mut changed = whole.clone().into_bytes();
        changed[bit / 8] ^= 1 << (bit % 8);
        match result(&changed, &policy) {
            Err(_) => refused += 1,
            Ok(found) => {
                assert!(ignored.iter().any(|range| range.contains(&(bit / 8))), "bit {bit} changed nothing");
                assert_eq!(found, expected, "bit {bit}");
                same += 1;
            }
        }
    }
    assert!(same > 100 && refused > 1000, "both kinds occur: {same}, {refused}");
}

#[test]
fn every_bit_of_a_proof_but_its_extra_matters() {
    let policy = policy(1, "quorum w1\n", 0, &[1]);
    let leaves: Vec<[u8; 1]> = (0..13).map(|leaf| [leaf]).collect();
    let tree = Tree::from_entries(&leaves).unwrap();
    let index = LeafIndex::new(7).unwrap();
    let path = tree.inclusion_proof(index, tree.size()).unwrap();
    let bytes = write(Some(b"extra"), index, &path, NOTE.as_bytes()).unwrap();
    let result = |bytes: &[u8]| -> Result<_, CheckpointError> {
        let inclusion = UnverifiedProof::parse(bytes)?.verify(leaf_hash(&[7]), &policy)?;
        inclusion.checkpoint().require_quorum(&policy)?;
        Ok((inclusion.index(), inclusion.checkpoint().clone()))
    };
    let expected = result(&bytes).unwrap();
    let header = b"c2sp.org/tlog-proof@v1\n".len();
    let extra = header..header + b"extra ZXh0cmE=\n".len();
    let mut same = 0;
    for bit in 0..8 * bytes.len() {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        if let Ok(found) = result(&changed) {
            assert!(extra.contains(&(bit / 8)), "bit {bit} changed nothing");
            assert_eq!(found, expected);
            same += 1;
        }
    }
    assert!(same > 10);
}

/// A good file with a piece cut out and bytes put in its place: gets deeper than noise does.
fn spliced(good: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let bytes = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..6),
        proptest::sample::select(&b"\n \t+0-AZ=#\r\0"[..]).prop_map(|byte| vec![byte]),
        proptest::sample::select(&["\n\n", "— ", "none", "extra ", "index ", "group ", "\u{85}"][..])
            .prop_map(|s| s.into()),
    ];
    (any::<prop::sample::Index>(), 0..40_usize, bytes, 0..4_u8).prop_map(move |(at, cut, bytes, kind)| {
        let start = at.index(good.len() + 1);
        let end =
            if kind == 0 { good.len() } else { (start + cut * usize::from(kind - 1) / 2).min(good.len()) };
        let mut changed = good.clone();
        changed.splice(start..end, bytes);
        changed
    })
}

fn noise_or(good: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![1 => proptest::collection::vec(any::<u8>(), 0..300), 4 => spliced(good)]
}

fn a_proof() -> Vec<u8> {
    let hashes = [detente_core::Digest::ZERO; 3];
    write(Some(b"extra"), LeafIndex::ZERO, &hashes, NOTE.as_bytes()).unwrap()
}

fn files() -> PolicyFiles {
    PolicyFiles::unwitnessed(&Origin::parse(ORIGIN).unwrap(), &log_key().public(), &["a.example"])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_note_is_written_as_it_was_read_or_refused(bytes in noise_or(NOTE.into())) {
        if let Ok(note) = UnverifiedNote::parse(&bytes) {
            let again = UnverifiedNote::assemble(note.text(), note.signatures()).unwrap();
            prop_assert_eq!(again.as_bytes(), bytes);
        }
    }

    #[test]
    fn a_checkpoint_that_verifies_has_the_signed_text(bytes in noise_or(NOTE.into())) {
        let policy = policy(1, "quorum none\n", 0, &[1]);
        if let Ok(checkpoint) = verify(&bytes, &policy) {
            let expected = verify(NOTE.as_bytes(), &policy).unwrap();
            prop_assert_eq!(checkpoint.head(), expected.head());
            prop_assert_eq!(checkpoint.note_bytes(), bytes);
        }
    }

    #[test]
    fn a_tree_head_is_written_as_it_was_read_or_refused(bytes in noise_or(b"log.example/a\n13\n317hMOWiR2ANGQwxB0RY3jwNxY8LDYpqKz3U/X5WlQE=\nextension\n".to_vec())) {
        if let Ok(text) = std::str::from_utf8(&bytes) && let Ok(head) = TreeHead::parse(text) {
            prop_assert!(text.starts_with(&head.to_string()));
        }
    }

    #[test]
    fn a_policy_means_the_same_when_written_again(bytes in noise_or(policy_text(3, "group g 2 w1 w2 w3\ngroup h all g\nquorum h\n").into())) {
        if let Ok(policy) = Policy::parse(&bytes, None) {
            let text = policy.to_string();
            let again = Policy::parse(text.as_bytes(), None).unwrap();
            prop_assert_eq!(again.to_string(), text);
            prop_assert_eq!((again.logs(), again.witnesses(), again.quorum_name()), (policy.logs(), policy.witnesses(), policy.quorum_name()));
        }
    }

    #[test]
    fn a_companion_is_written_as_it_was_read_or_refused(bytes in noise_or(files().companion)) {
        if let Ok(policy) = Policy::parse(&files().policy, Some(&bytes)) {
            prop_assert_eq!(policy.companion().unwrap().to_file(policy.id().policy), bytes);
        }
    }

    #[test]
    fn a_proof_is_written_as_it_was_read_or_refused(bytes in noise_or(a_proof())) {
        if let Ok(proof) = UnverifiedProof::parse(&bytes) {
            let note = proof.checkpoint().note().as_bytes();
            prop_assert_eq!(write(proof.extra(), proof.claimed_index(), proof.hashes(), note).unwrap(), bytes);
        }
    }

    #[test]
    fn a_vkey_is_written_as_it_was_read_or_refused(bytes in noise_or(crate::fixture::LOG_VKEY.into())) {
        if let Ok(text) = std::str::from_utf8(&bytes) && let Ok(key) = NoteKey::parse(text) {
            prop_assert_eq!(key.to_string(), text);
        }
    }
}
