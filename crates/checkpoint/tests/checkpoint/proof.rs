//! Offline proofs: the file, and what it proves.

use detente_checkpoint::{CheckpointError, MAX_PROOF_BYTES, UnverifiedProof, proof::write};
use detente_core::{Code, Digest, LeafIndex, base64};
use detente_merkle::{Tree, leaf_hash};
use proptest::prelude::*;

use crate::fixture::{NOTE, code, head, note, policy};

const HEADER: &str = "c2sp.org/tlog-proof@v1\n";
const HASH: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";

fn parse(text: &str) -> Result<UnverifiedProof, CheckpointError> {
    UnverifiedProof::parse(text.as_bytes())
}

fn tree(size: u8) -> Tree {
    let leaves: Vec<[u8; 1]> = (0..size).map(|leaf| [leaf]).collect();
    Tree::from_entries(&leaves).unwrap()
}

/// The proof of vector A's leaf at `index`, with the leaf as extra.
fn proof_of(index: u8) -> Vec<u8> {
    let (tree, at) = (tree(13), LeafIndex::new(index.into()).unwrap());
    let path = tree.inclusion_proof(at, tree.size()).unwrap();
    write(Some(&[index]), at, &path, NOTE.as_bytes()).unwrap()
}

#[test]
fn every_leaf_of_vector_a_is_proven_at_its_index_only() {
    let policy = policy(1, "quorum w1\n", 0, &[1]);
    for index in 0..13 {
        let bytes = proof_of(index);
        let proof = UnverifiedProof::parse(&bytes).unwrap();
        let leaf = leaf_hash(proof.extra().unwrap());
        let inclusion = proof.clone().verify(leaf, &policy).unwrap();
        assert_eq!(inclusion.index().get(), u64::from(index));
        assert_eq!(inclusion.leaf_hash(), leaf);
        assert!(inclusion.checkpoint().require_quorum(&policy).is_ok());
        assert_eq!(code(proof.verify(leaf_hash(&[index, 0]), &policy)), Code::InvalidInclusion);
        let text = String::from_utf8(bytes).unwrap();
        let elsewhere = text.replacen(&format!("index {index}\n"), &format!("index {}\n", 13 + index), 1);
        assert_eq!(code(parse(&elsewhere).unwrap().verify(leaf, &policy)), Code::IndexRange);
        let longer = text.replacen("\n\n", &format!("\n{HASH}\n"), 1);
        assert_eq!(code(parse(&longer).unwrap().verify(leaf, &policy)), Code::ProofLength);
    }
}

#[test]
fn a_tree_of_one_leaf_needs_no_hash() {
    let tree = tree(1);
    let note = note(&head(1, tree.root()), &[]);
    let bytes = write(None, LeafIndex::ZERO, &[], &note).unwrap();
    assert!(
        String::from_utf8(bytes.clone())
            .unwrap()
            .starts_with("c2sp.org/tlog-proof@v1\nindex 0\n\nlog.example/a\n1\n")
    );
    let proof = UnverifiedProof::parse(&bytes).unwrap();
    assert_eq!((proof.extra(), proof.hashes(), proof.claimed_index()), (None, &[][..], LeafIndex::ZERO));
    assert!(proof.verify(leaf_hash(&[0]), &policy(1, "quorum none\n", 0, &[])).is_ok());
}

#[test]
fn the_checkpoint_fails_before_the_inclusion_and_the_quorum_last() {
    let text = String::from_utf8(proof_of(3)).unwrap();
    let strict = policy(1, "quorum w1\n", 0, &[1]);
    let other = text.replacen("\n13\n", "\n14\n", 1);
    assert_eq!(code(parse(&other).unwrap().verify(leaf_hash(&[9]), &strict)), Code::InvalidLogSignature);
    let of_party = policy(1, "quorum w1\n", 0, &[]);
    let inclusion = parse(&text).unwrap().verify(leaf_hash(&[3]), &of_party).unwrap();
    assert_eq!(code(inclusion.checkpoint().require_quorum(&of_party)), Code::UnderWitnessed);
}

#[test]
fn the_first_line_is_fixed() {
    for text in [
        "",
        "\n",
        "c2sp.org/tlog-proof@v2\n",
        "c2sp.org/tlog-proof@v1 \n",
        " c2sp.org/tlog-proof@v1\n",
        "c2sp.org/tlog-proof@v1",
        HEADER,
    ] {
        assert_eq!(code(parse(text)), Code::MalformedProof, "{text:?}");
    }
    assert_eq!(code(parse(&format!("c2sp.org/tlog-proof@v1\r\nindex 0\n\n{NOTE}"))), Code::MalformedProof);
    assert_eq!(
        code(UnverifiedProof::parse(b"c2sp.org/tlog-proof@v1\nindex 0\n\n\xff\n")),
        Code::MalformedProof
    );
}

#[test]
fn extra_is_one_line_of_strict_base64() {
    let with = |extra: &str| parse(&format!("{HEADER}{extra}index 0\n\n{NOTE}"));
    assert_eq!(with("extra \n").unwrap().extra(), Some(&[][..]));
    assert_eq!(with("extra AA==\n").unwrap().extra(), Some(&[0][..]));
    assert_eq!(with("").unwrap().extra(), None);
    for extra in ["extra AB==\n", "extra AA\n", "extra  AA==\n", "extra AA== \n", "extra !\n"] {
        assert_eq!(code(with(extra)), Code::MalformedBase64, "{extra:?}");
    }
    for extra in ["extra\n", "Extra AA==\n", "extra AA==\nextra AA==\n", "\n"] {
        assert_eq!(code(with(extra)), Code::MalformedProof, "{extra:?}");
    }
    assert_eq!(
        code(parse(&format!("{HEADER}extra !\nindx"))),
        Code::MalformedBase64,
        "the extra line comes first"
    );
}

#[test]
fn the_index_has_one_form() {
    let with = |index: &str| parse(&format!("{HEADER}{index}\n\n{NOTE}"));
    for index in [
        "index +5",
        "index 05",
        "index ",
        "index -1",
        "index  5",
        "index 5 ",
        "index 0x5",
        "index 9223372036854775808",
    ] {
        assert_eq!(code(with(index)), Code::MalformedNumber, "{index:?}");
    }
    for index in ["index", "Index 5", " index 5", "5", "index\t5"] {
        assert_eq!(code(with(index)), Code::MalformedProof, "{index:?}");
    }
    assert_eq!(with("index 9223372036854775807").unwrap().claimed_index().get(), i64::MAX as u64);
}

#[test]
fn hashes_are_at_most_63_lines_of_32_bytes() {
    let with = |hashes: &str| parse(&format!("{HEADER}index 0\n{hashes}\n{NOTE}"));
    assert_eq!(with(&HASH.repeat(63)).unwrap().hashes().len(), 63);
    assert_eq!(code(with(&HASH.repeat(64))), Code::MalformedProof);
    for length in [0, 1, 31, 33] {
        let line = format!("{}\n", base64::encode(&vec![0; length]));
        let expected = if length == 0 { Code::MalformedCheckpoint } else { Code::MalformedProof };
        assert_eq!(code(with(&line)), expected, "{length}: the empty line ends the hashes");
    }
    for line in ["!\n", &HASH.replace("AA=", "AB="), &HASH.replace('=', ""), " \n", &format!(" {HASH}")] {
        assert_eq!(code(with(line)), Code::MalformedBase64, "{line:?}");
    }
    assert_eq!(code(with(&format!("{}!\n", HASH.repeat(63)))), Code::MalformedBase64);
    assert_eq!(
        code(with(&format!("{}!\n", HASH.repeat(64)))),
        Code::MalformedProof,
        "the first bad line decides"
    );
}

#[test]
fn a_blank_line_ends_the_hashes() {
    for text in [
        format!("{HEADER}index 0"),
        format!("{HEADER}index 0\n"),
        format!("{HEADER}index 0\n{HASH}"),
        format!("{HEADER}index 0\n{}", HASH.trim_end()),
    ] {
        assert_eq!(code(parse(&text)), Code::MalformedProof, "{text:?}");
    }
    assert_eq!(code(parse(&format!("{HEADER}index 0\n\n"))), Code::MalformedNote);
    assert_eq!(code(parse(&format!("{HEADER}index 0\n\n{NOTE}\n"))), Code::MalformedNote, "trailing bytes");
    assert_eq!(code(parse(&format!("{HEADER}index 0\n\n{}", NOTE.trim_end()))), Code::MalformedNote);
}

#[test]
fn a_proof_is_at_most_1_100_000_bytes() {
    let filler = |length: usize| {
        let rest = format!("{HEADER}extra \nindex 0\n\n{NOTE}").len();
        let extra = "A".repeat((length - rest) / 4 * 4);
        format!("{HEADER}extra {extra}\nindex 0\n\n{NOTE}")
    };
    let longest = filler(MAX_PROOF_BYTES);
    assert!(longest.len() <= 1_100_000 && longest.len() > 1_100_000 - 4);
    assert!(parse(&longest).is_ok());
    assert_eq!(code(parse(&filler(MAX_PROOF_BYTES + 4))), Code::Oversize);
    assert_eq!(code(UnverifiedProof::parse(&vec![0xff; MAX_PROOF_BYTES + 1])), Code::Oversize);
    let note_of = |length: usize| format!("{HEADER}index 0\n\n{}{NOTE}", "x".repeat(length - NOTE.len()));
    assert_eq!(code(parse(&note_of(1_000_001))), Code::Oversize, "the note has a limit of its own");
}

#[test]
fn nothing_is_written_that_a_reader_refuses() {
    let index = LeafIndex::ZERO;
    assert_eq!(code(write(None, index, &[], b"no note")), Code::MalformedNote);
    assert_eq!(code(write(None, index, &[Digest::ZERO; 64], NOTE.as_bytes())), Code::MalformedProof);
    assert_eq!(code(write(Some(&vec![0; MAX_PROOF_BYTES]), index, &[], NOTE.as_bytes())), Code::Oversize);
}

proptest! {
    #[test]
    fn what_is_written_is_read_the_same(
        extra in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..100)),
        index in 0..=i64::MAX as u64,
        hashes in proptest::collection::vec(any::<[u8; 32]>(), 0..=63),
    ) {
        let hashes: Vec<Digest> = hashes.into_iter().map(Digest::from_bytes).collect();
        let bytes = write(extra.as_deref(), LeafIndex::new(index).unwrap(), &hashes, NOTE.as_bytes()).unwrap();
        let proof = UnverifiedProof::parse(&bytes).unwrap();
        prop_assert_eq!(proof.extra(), extra.as_deref());
        prop_assert_eq!(proof.claimed_index().get(), index);
        prop_assert_eq!(proof.hashes(), hashes);
        prop_assert_eq!(proof.checkpoint().note().as_bytes(), NOTE.as_bytes());
    }
}
