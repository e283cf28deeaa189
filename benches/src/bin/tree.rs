//! The tree over 2^20 leaves of 32 bytes: building, appending one leaf, one inclusion proof; with `rs_merkle`,
//! `ct-merkle` and `tlog_tiles` on the same work.
//!
//! Usage: `tree [exponent] [rounds]`, 20 and 7 unless told. Feature `fast` turns on `multilane` and `parallel` of
//! detente-merkle. `rs_merkle` is given our node hash, which is faster than the one it ships.

use std::io::Write as _;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use detente_benches::measure::{Contender, Failure, interleaved, table, timed};
use detente_core::{Digest, LeafIndex};
use detente_merkle::{Frontier, LeafHash, Tree, leaf_hash, node_hash, verify_inclusion};
use rs_merkle::MerkleTree;
use tlog_tiles::tlog;

type Entry = [u8; 32];
/// Builds a tree and returns its root with the tree itself, which is dropped after the clock has stopped.
type Build = fn(&[Entry]) -> Result<(Digest, Box<dyn std::any::Any>), Failure>;
type CtTree = MemoryBackedTree<sha2::Sha256, Entry>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let exponent: u32 = arguments.next().map_or(Ok(20), |text| text.parse())?;
    let rounds: u32 = arguments.next().map_or(Ok(7), |text| text.parse())?;
    let entries: Vec<Entry> = (0..1_u64 << exponent).map(entry).collect();
    let mut out = std::io::stdout().lock();

    let rows = interleaved(rounds, &mut builders(&entries)?)?;
    let title = format!("build, 2^{exponent} leaves of 32 bytes, leaf hashing included, {rounds} rounds");
    writeln!(out, "{}", table(&title, "leaf", &rows)?)?;

    let mut trees = Trees::build(&entries)?;
    let rows = interleaved(rounds, &mut trees.appenders())?;
    writeln!(
        out,
        "{}",
        table(&format!("append one leaf to 2^{exponent}, with the new root"), "leaf", &rows)?
    )?;

    let trees = Trees::build(&entries)?;
    let rows = interleaved(rounds, &mut trees.provers(&entries))?;
    writeln!(
        out,
        "{}",
        table(&format!("one inclusion proof in 2^{exponent}, made and verified"), "proof", &rows)?
    )?;
    Ok(())
}

const OURS: &str = if cfg!(feature = "fast") {
    "detente-merkle, by levels (multilane, parallel)"
} else {
    "detente-merkle, by levels"
};

fn builders(entries: &[Entry]) -> Result<Vec<Contender<'_>>, Failure> {
    let root = Tree::from_entries(entries)?.root();
    let units = u32::try_from(entries.len())?;
    let contender = |name, build: Build| Contender {
        name,
        units,
        run: Box::new(move || {
            let (time, built) = timed(|| build(entries));
            same(built?.0, root)?;
            Ok(time)
        }),
    };
    Ok(vec![
        contender(OURS, |entries| {
            let tree = Tree::from_entries(entries)?;
            Ok((tree.root(), Box::new(tree)))
        }),
        contender("detente-merkle, leaf by leaf", |entries| {
            let mut tree = Tree::new();
            for entry in entries {
                tree.push(leaf_hash(entry))?;
            }
            Ok((tree.root(), Box::new(tree)))
        }),
        contender("detente-merkle, frontier (root only)", |entries| {
            let mut frontier = Frontier::new();
            for entry in entries {
                frontier.push(leaf_hash(entry))?;
            }
            Ok((frontier.root(), Box::new(frontier)))
        }),
        contender("tlog_tiles 0.2.0", |entries| {
            let store = tlog_store(entries)?;
            Ok((Digest::from_bytes(tlog::tree_hash(entries.len() as u64, &store)?.0), Box::new(store)))
        }),
        contender("rs_merkle 1.5.0", |entries| {
            let tree = rs_tree(entries);
            Ok((Digest::from_bytes(tree.root().ok_or("no root")?), Box::new(tree)))
        }),
        contender("ct-merkle 0.3.0", |entries| {
            let tree = ct_tree(entries);
            Ok((Digest::from_slice(tree.root().as_bytes())?, Box::new(tree)))
        }),
    ])
}

/// Appended or proved in one run; rs_merkle takes O(n) for one append and gets one.
const MANY: u32 = 1000;

struct Trees {
    ours: Tree,
    tlog: TlogStore,
    rs: MerkleTree<Rfc6962>,
    ct: CtTree,
    count: u64,
}

impl Trees {
    fn build(entries: &[Entry]) -> Result<Self, Failure> {
        let count = entries.len() as u64;
        let (ours, tlog) = (Tree::from_entries(entries)?, tlog_store(entries)?);
        Ok(Self { ours, tlog, rs: rs_tree(entries), ct: ct_tree(entries), count })
    }

    fn appenders(&mut self) -> Vec<Contender<'_>> {
        let Self { ours, tlog, rs, ct, count } = self;
        let (mut ours_next, mut tlog_next, mut rs_next, mut ct_next) = (*count, *count, *count, *count);
        vec![
            many("detente-merkle", MANY, move || {
                ours.push(leaf_hash(&entry(ours_next)))?;
                ours_next += 1;
                Ok(ours.root())
            }),
            many("tlog_tiles 0.2.0", MANY, move || {
                tlog.append(tlog_next)?;
                tlog_next += 1;
                Ok(Digest::from_bytes(tlog::tree_hash(tlog_next, tlog)?.0))
            }),
            many("rs_merkle 1.5.0", 1, move || {
                rs.insert(*leaf_hash(&entry(rs_next)).digest().as_bytes()).commit();
                rs_next += 1;
                Ok(Digest::from_bytes(rs.root().ok_or("no root")?))
            }),
            many("ct-merkle 0.3.0", MANY, move || {
                ct.push(entry(ct_next));
                ct_next += 1;
                Ok(Digest::from_slice(ct.root().as_bytes())?)
            }),
        ]
    }

    fn provers<'a>(&'a self, entries: &'a [Entry]) -> Vec<Contender<'a>> {
        let size = self.ours.size();
        let root = self.ours.root();
        let places = |seed: u64| {
            let mut next = seed;
            // A step that shares no factor with a power of two visits every leaf before any twice.
            move || {
                next = (next + 7919) % self.count;
                next
            }
        };
        let (mut a, mut b, mut c, mut d) = (places(1), places(1), places(1), places(1));
        let at = |place: u64| entries.get(place as usize).ok_or("no such entry");
        let tlog_root = tlog::Hash(*root.as_bytes());
        let ct_root = self.ct.root();
        vec![
            many("detente-merkle", MANY, move || {
                let index = LeafIndex::new(a())?;
                let proof = self.ours.inclusion_proof(index, size)?;
                verify_inclusion(index, size, leaf_hash(at(index.get())?), &proof, root)?;
                Ok(root)
            }),
            many("tlog_tiles 0.2.0", MANY, move || {
                let place = b();
                let proof = tlog::prove_record(self.count, place, &self.tlog)?;
                tlog::check_record(&proof, self.count, tlog_root, place, tlog::record_hash(at(place)?))?;
                Ok(root)
            }),
            many("rs_merkle 1.5.0", MANY, move || {
                let place = c() as usize;
                let proof = self.rs.proof(&[place]);
                let leaf = leaf_hash(at(place as u64)?).digest();
                if !proof.verify(*root.as_bytes(), &[place], &[*leaf.as_bytes()], entries.len()) {
                    return Err("rs_merkle refuses its own proof".into());
                }
                Ok(root)
            }),
            many("ct-merkle 0.3.0", MANY, move || {
                let place = d();
                let proof = self.ct.prove_inclusion(place as usize);
                let verified = ct_root.verify_inclusion(at(place)?, place, &proof);
                verified.map_err(|_| "ct-merkle refuses its own proof")?;
                Ok(root)
            }),
        ]
    }
}

fn many<'a>(
    name: &'static str,
    units: u32,
    mut work: impl FnMut() -> Result<Digest, Failure> + 'a,
) -> Contender<'a> {
    let run = move || {
        let (time, result) = timed(|| (0..units).try_fold(Digest::ZERO, |_, _| work()));
        result.map(|_| time)
    };
    Contender { name, units, run: Box::new(run) }
}

fn entry(number: u64) -> Entry {
    let mut entry = [0; 32];
    entry[..8].copy_from_slice(&number.to_le_bytes());
    entry
}

fn same(got: Digest, expected: Digest) -> Result<(), Failure> {
    if got == expected { Ok(()) } else { Err(format!("root: expected {expected}, got {got}").into()) }
}

/// rs_merkle with the hashes of RFC 6962; leaves are hashed before they are handed over.
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

fn rs_tree(entries: &[Entry]) -> MerkleTree<Rfc6962> {
    let leaves: Vec<[u8; 32]> =
        entries.iter().map(|entry| *LeafHash::digest(leaf_hash(entry)).as_bytes()).collect();
    MerkleTree::from_leaves(&leaves)
}

fn ct_tree(entries: &[Entry]) -> CtTree {
    let mut tree = CtTree::new();
    for entry in entries {
        tree.push(*entry);
    }
    tree
}

/// The stored hashes of golang's tlog, in memory.
struct TlogStore(Vec<tlog::Hash>);

impl TlogStore {
    fn append(&mut self, number: u64) -> Result<(), Failure> {
        let new = tlog::stored_hashes(number, &entry(number), self)?;
        self.0.extend(new);
        Ok(())
    }
}

impl tlog::HashReader for TlogStore {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
        let read = |index: &u64| self.0.get(*index as usize).copied();
        indexes
            .iter()
            .map(read)
            .collect::<Option<_>>()
            .ok_or(tlog::Error::InvalidInput("no such hash".into()))
    }
}

fn tlog_store(entries: &[Entry]) -> Result<TlogStore, Failure> {
    let mut store = TlogStore(Vec::with_capacity(2 * entries.len()));
    for number in 0..entries.len() as u64 {
        store.append(number)?;
    }
    Ok(store)
}
