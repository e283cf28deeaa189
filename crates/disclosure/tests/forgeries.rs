//! Proofs that `rs_merkle`'s own verifier accepts although they are forged, and what ours says to each.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod letter;
mod sample;

use detente_core::{Code, Digest};
use detente_disclosure::{Opening, Profile, Salt, SlotNumber, UnverifiedOpenings};
use rs_merkle::{Hasher, MerkleProof, MerkleTree};

use letter::{Hash, Letter, node};
use sample::{EIGHT, SIXTEEN, log, profile};

#[derive(Clone)]
struct Labelled;

impl Hasher for Labelled {
    type Hash = Hash;

    fn hash(data: &[u8]) -> Hash {
        panic!("only nodes are hashed here, got {} bytes", data.len())
    }

    fn concat_and_hash(left: &Hash, right: Option<&Hash>) -> Hash {
        right.map_or(*left, |right| node(left, right))
    }
}

/// What the crate's verifier says.
fn theirs(root: Hash, slots: &[u16], leaves: &[Hash], proof: &[Digest], count: usize) -> bool {
    let indices: Vec<usize> = slots.iter().map(|slot| usize::from(*slot)).collect();
    let proof = proof.iter().map(|hash| *hash.as_bytes()).collect();
    MerkleProof::<Labelled>::new(proof).verify(root, &indices, leaves, count)
}

struct Statement {
    profile: Profile,
    letter: Letter,
}

impl Statement {
    fn new(text: &str) -> Self {
        let profile = profile(text);
        let values = [(0, "incident.report".into()), (7, true.into())].into();
        let letter = Letter::seal(&profile, log(1), [3; 32], values);
        Self { profile, letter }
    }

    fn root(&self) -> Hash {
        self.letter.levels.last().unwrap()[0]
    }

    fn leaf(&self, slot: u16) -> Hash {
        self.letter.levels[0][usize::from(slot)]
    }

    fn proof(&self, slots: &[u16]) -> Vec<Digest> {
        self.letter.multi_proof(&slots.iter().copied().collect())
    }

    fn ours(&self, openings: Vec<Opening>, proof: Vec<Digest>) -> Result<(), Code> {
        UnverifiedOpenings::new(openings, proof)
            .verify(&self.profile, log(1), self.letter.sealed)
            .map(|_| ())
            .map_err(|error| error.code())
    }
}

fn fake(slot: u16) -> Opening {
    Opening::new(SlotNumber::new(slot), Salt::from_bytes([0xfa; 32]), Some("forged".into()))
}

#[test]
fn an_index_twice_with_a_forged_leaf() {
    let it = Statement::new(EIGHT);
    let proof = it.proof(&[0, 1]);
    let forged = *fake(1).leaf(log(1)).as_bytes();
    assert!(
        theirs(it.root(), &[0, 1, 1], &[it.leaf(0), it.leaf(1), forged], &proof, 8),
        "the forgery works there"
    );
    let openings = vec![it.letter.opening(0), it.letter.opening(1), fake(1)];
    assert_eq!(it.ours(openings, proof), Err(Code::SlotOrder));
}

#[test]
fn an_index_twice_that_moves_a_leaf() {
    let it = Statement::new(EIGHT);
    let honest = it.proof(&[0, 1]);
    let mut proof = vec![Digest::ZERO, Digest::ZERO];
    proof.extend(honest);
    assert!(
        theirs(it.root(), &[0, 0], &[it.leaf(0), it.leaf(1)], &proof, 8),
        "leaf 1 passes at index 0 there"
    );
    let moved = Opening::new(SlotNumber::new(0), it.letter.opening(1).salt().clone(), None);
    assert_eq!(it.ours(vec![it.letter.opening(0), moved], proof), Err(Code::SlotOrder));
}

#[test]
fn an_index_outside_the_tree() {
    // Three leaves, index 4: the crate takes leaf 0 for it. Our widths are powers of two, where it cannot.
    let leaves: [Hash; 3] = [[1; 32], [2; 32], [3; 32]];
    let tree = MerkleTree::<Labelled>::from_leaves(&leaves);
    let proof = [leaves[1], leaves[2]].map(Digest::from_bytes);
    assert!(theirs(tree.root().unwrap(), &[4], &leaves[..1], &proof, 3), "the forgery works there");

    let it = Statement::new(EIGHT);
    for slot in [8, 9, 16, 4096, 65_535] {
        for length in 0..6 {
            let proof: Vec<Digest> = it.proof(&[0]).into_iter().cycle().take(length).collect();
            assert_eq!(it.ours(vec![it.letter.opening(slot)], proof), Err(Code::SlotRange), "{slot}");
        }
    }
}

#[test]
fn hashes_after_the_end() {
    let it = Statement::new(EIGHT);
    let mut proof = it.proof(&[7]);
    for _ in 0..3 {
        proof.push(Digest::ZERO);
        assert!(theirs(it.root(), &[7], &[it.leaf(7)], &proof, 8), "many byte strings are one proof there");
        assert_eq!(it.ours(vec![it.letter.opening(7)], proof.clone()), Err(Code::ProofLength));
    }
    proof.truncate(3);
    assert_eq!(it.ours(vec![it.letter.opening(7)], proof), Ok(()));
}

#[test]
fn a_wrong_number_of_leaves() {
    let it = Statement::new(EIGHT);
    let mut accepted = 0;
    for slot in 0..8 {
        for count in (1..=16).filter(|count| *count != 8) {
            accepted += u32::from(theirs(it.root(), &[slot], &[it.leaf(slot)], &it.proof(&[slot]), count));
        }
    }
    assert!(accepted > 0, "the crate believes the count that it is told");

    // Ours has no count to be told: it is the profile's, and it is inside the sealed value.
    let wider = Statement::new(SIXTEEN);
    for slot in 0..8 {
        let honest = it.letter.open([slot]);
        let refused = honest.clone().verify(&wider.profile, log(1), it.letter.sealed).unwrap_err();
        assert_eq!(refused.code(), Code::ProofLength);
        let mut padded = honest.multi_proof().to_vec();
        padded.push(Digest::ZERO);
        let padded = UnverifiedOpenings::new(honest.openings().to_vec(), padded);
        let refused = padded.verify(&wider.profile, log(1), it.letter.sealed).unwrap_err();
        assert_eq!(refused.code(), Code::SealedMismatch);
    }
}

#[test]
fn an_inner_node_as_a_leaf() {
    // The crate hashes no leaves, so a caller who hands it hashes can pass a node off as one. Ours hashes what it opens.
    let it = Statement::new(EIGHT);
    let pair = it.letter.levels[1][0];
    let proof = it.proof(&[0, 1]);
    assert!(theirs(it.root(), &[0], &[pair], &proof, 4), "a node of the first level passes as a leaf there");
    assert_eq!(it.ours(vec![fake(0)], it.proof(&[0])), Err(Code::SealedMismatch));
}
