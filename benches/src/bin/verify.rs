//! Verifying a presentation: two slots of an incident, and all about its action; with the least that the signatures and
//! keys in it cost, and parts of it by other crates.
//!
//! Usage: `verify [rounds]`, 9 unless told.

use std::{hint::black_box, io::Write as _};

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use detente_benches::{
    corpus::Corpus,
    measure::{Contender, Failure, Row, interleaved, table, timed},
    party::TemporaryParty,
};
use detente_checkpoint::{Policy, PublicKey, UnverifiedProof};
use detente_core::{Digest, LeafIndex, UnixSeconds};
use detente_disclosure::Profile;
use detente_merkle::{Tree, leaf_hash, node_hash, verify_inclusion};
use detente_party::{Audience, CommitOptions, GrantOptions};
use detente_presentation::{Pap, Reader, Tlp, UnverifiedPresentation};
use ed25519_dalek::Signer as _;
use rs_merkle::MerkleTree;

/// Entries of the log behind the genesis.
const REPORTS: u32 = 1000;
/// Work of one run.
const MANY: u32 = 100;
/// Log line, genesis, entry, grant.
const SIGNATURES: f64 = 4.0;
/// The genesis enrols a checkpoint key, an author key, a sealing key and a recovery key.
const KEYS: f64 = 4.0;

fn main() -> Result<(), Failure> {
    let rounds: u32 = std::env::args().nth(1).map_or(Ok(9), |text| text.parse())?;
    let mut party = TemporaryParty::new()?;
    let corpus = Corpus::shipped()?;
    party.party.commit(&CommitOptions::default(), |each| corpus.feed(REPORTS, each))?;
    let policy = party.policy()?;
    let mut out = std::io::stdout().lock();

    let small = disclose(&party, &["sector.2", "kind"])?;
    let large = disclose(&party, &["action"])?;
    let receipt = std::fs::read(party.folder().receipts().join("00000500.tlog-proof"))?;
    let rows = interleaved(rounds, &mut verifiers(&policy, &small, &large, &receipt))?;
    let title = format!("verify, a log of {REPORTS} reports, {rounds} rounds");
    writeln!(out, "{}", table(&title, "file", &rows)?)?;

    let median = |place: usize| rows.get(place).map_or(f64::NAN, Row::median) / 1000.0;
    let (signature, key) = (median(SIGNATURE), median(KEY));
    let floor = SIGNATURES * signature + KEYS * key;
    writeln!(
        out,
        "floor      {floor:.1} us: {SIGNATURES} signatures {signature:.1} each, {KEYS} keys enrolled {key:.1} each"
    )?;
    for (name, place, file) in [("small", SMALL, &small), ("large", LARGE, &large)] {
        let (slots, whole) =
            (UnverifiedPresentation::parse(file)?.unverified_openings().len(), median(place));
        writeln!(
            out,
            "{name}      {whole:.1} us, {slots} slots, {} bytes; {:.2} x floor",
            file.len(),
            whole / floor
        )?;
    }
    writeln!(out)?;

    let rows = interleaved(rounds, &mut inclusions()?)?;
    writeln!(out, "{}", table("one inclusion proof verified, 1024 leaves of 176 bytes", "proof", &rows)?)?;
    Ok(())
}

const SMALL: usize = 0;
const LARGE: usize = 1;
const SIGNATURE: usize = 3;
const KEY: usize = 4;

fn disclose(party: &TemporaryParty, fields: &[&str]) -> Result<Vec<u8>, Failure> {
    let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
    let options = GrantOptions {
        audience: Audience::read(&party.folder().share().join("a.example.vkey"))?,
        tlp: Tlp::Amber,
        pap: Pap::Amber,
        time: UnixSeconds::new(1_780_000_000)?,
    };
    Ok(party.party.disclosing(LeafIndex::new(500)?, &fields)?.write(&options)?)
}

fn verifiers<'a>(
    policy: &'a Policy,
    small: &'a [u8],
    large: &'a [u8],
    receipt: &'a [u8],
) -> Vec<Contender<'a>> {
    let presentation = move |file: &'a [u8]| {
        move || {
            let reader = Reader { policy, profiles: &[Profile::veris_1()], audience: None };
            UnverifiedPresentation::parse(black_box(file))?.verify(&reader)?;
            Ok(())
        }
    };
    let json = |file: &'a [u8]| {
        move || {
            black_box(serde_json::from_slice::<serde_json::Value>(black_box(file))?);
            Ok(())
        }
    };
    let own_json = move || {
        black_box(detente_core::json::Value::parse_file(black_box(large))?);
        Ok(())
    };
    let key = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let message = [7; 146];
    let (public, signature) = (key.verifying_key(), key.sign(&message));
    vec![
        many("presentation, 2 slots", presentation(small)),
        many("presentation, action", presentation(large)),
        many("receipt: proof and checkpoint", move || {
            let proof = UnverifiedProof::parse(black_box(receipt))?;
            let leaf = leaf_hash(proof.extra().ok_or("no entry")?);
            proof.verify(leaf, policy)?;
            Ok(())
        }),
        many("ed25519-dalek 3, one verify_strict alone", move || {
            Ok(public.verify_strict(black_box(&message), black_box(&signature))?)
        }),
        many("one key enrolled", move || {
            black_box(PublicKey::enrol(black_box(public.to_bytes()))?);
            Ok(())
        }),
        many("detente-core, canonical JSON of the larger file", own_json),
        many("serde_json 1, any JSON of the larger file", json(large)),
    ]
}

/// Rounds are long enough to be timed only when the work is done many times.
fn many<'a>(name: &'static str, mut work: impl FnMut() -> Result<(), Failure> + 'a) -> Contender<'a> {
    let run = move || {
        let (time, result) = timed(|| (0..MANY).try_for_each(|_| work()));
        result.map(|()| time)
    };
    Contender { name, units: MANY, run: Box::new(run) }
}

fn inclusions() -> Result<Vec<Contender<'static>>, Failure> {
    const PLACE: u64 = 500;
    let entries: Vec<Vec<u8>> = (0..1024_u32).map(|i| i.to_le_bytes().repeat(44)).collect();
    let entry = entries.get(PLACE as usize).cloned().ok_or("no such entry")?;
    let ours = Tree::from_entries(&entries)?;
    let (index, size, root) = (LeafIndex::new(PLACE)?, ours.size(), ours.root());
    let proof = ours.inclusion_proof(index, size)?;

    let leaves: Vec<[u8; 32]> = entries.iter().map(|entry| *leaf_hash(entry).digest().as_bytes()).collect();
    let rs_proof = MerkleTree::<Rfc6962>::from_leaves(&leaves).proof(&[PLACE as usize]);

    let mut ct = MemoryBackedTree::<sha2::Sha256, Vec<u8>>::new();
    entries.iter().cloned().for_each(|entry| ct.push(entry));
    let (ct_root, ct_proof) = (ct.root(), ct.prove_inclusion(PLACE as usize));

    let (ours_entry, rs_entry) = (entry.clone(), entry.clone());
    Ok(vec![
        many("detente-merkle", move || {
            Ok(verify_inclusion(index, size, leaf_hash(black_box(&ours_entry)), &proof, root)?)
        }),
        many("rs_merkle 1.5.0", move || {
            let leaf = *leaf_hash(black_box(&rs_entry)).digest().as_bytes();
            let valid = rs_proof.verify(*root.as_bytes(), &[PLACE as usize], &[leaf], 1024);
            if valid { Ok(()) } else { Err("rs_merkle refuses its own proof".into()) }
        }),
        many("ct-merkle 0.3.0", move || {
            let verified = ct_root.verify_inclusion(black_box(&entry), PLACE, &ct_proof);
            verified.map_err(|_| "ct-merkle refuses its own proof".into())
        }),
    ])
}

/// rs_merkle with our node hash, which is faster than the one it ships.
#[derive(Clone)]
struct Rfc6962;

impl rs_merkle::Hasher for Rfc6962 {
    type Hash = [u8; 32];

    fn hash(data: &[u8]) -> [u8; 32] {
        *leaf_hash(data).digest().as_bytes()
    }

    fn concat_and_hash(left: &[u8; 32], right: Option<&[u8; 32]>) -> [u8; 32] {
        let Some(right) = right else { return *left };
        *node_hash(&Digest::from_bytes(*left), &Digest::from_bytes(*right)).as_bytes()
    }
}
