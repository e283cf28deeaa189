//! add-checkpoint of many logs, by several writers, over stores of different durability.

use std::{
    fs,
    hint::black_box,
    path::Path,
    rc::Rc,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use detente_benches::measure::{Contender, Failure, interleaved, table, timed};
use detente_checkpoint::{KeyType, NoteKey, SigningKey, TreeHead};
use detente_core::{Name, Origin, UnixSeconds};
use detente_merkle::{Tree, leaf_hash, tree_size};
use detente_witness::{
    AddCheckpoint, GroupStore, MemoryStore, SqliteStore, TrustedLogs, Witness, WitnessStore,
};

use ed25519_dalek::Signer as _;
use tempfile::TempDir;

use crate::{arguments::Arguments, floors::flush};

/// How many logs, and how many requests of each.
#[derive(Clone, Copy)]
struct Part {
    logs: usize,
    each: usize,
}

/// As much as is flushed: a disk is slow.
const FLUSHED: Part = Part { logs: 256, each: 2 };

/// Requests of many logs, each log's in order: sizes 1, 2, 3, ...
struct Requests {
    keys: Vec<NoteKey>,
    /// By log, then by size.
    of_logs: Vec<Vec<AddCheckpoint>>,
    count: usize,
}

#[expect(clippy::print_stdout, reason = "what it is for")]
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let writers = arguments.numbers("writers", &[1, 64, 256])?;
    let origins = usize::try_from(arguments.number("origins", 1000)?)?;
    let count = usize::try_from(arguments.number("statements", 20_000)?)?;
    let rounds = u32::try_from(arguments.number("rounds", 3)?)?;
    let scratch = arguments.scratch()?;
    let requests = Requests::sign(origins, count.div_ceil(origins))?;
    println!("a flush of 4 KiB {} us", flush(scratch.path())?.as_micros());
    for writers in writers {
        let rows =
            interleaved(rounds, &mut contenders(&requests, scratch.path(), usize::try_from(writers)?)?)?;
        let title = format!(
            "add-checkpoint, {} checkpoints of {origins} logs ({} when flushed), {writers} writers, {rounds} rounds",
            requests.count,
            FLUSHED.logs.min(origins) * FLUSHED.each.min(count.div_ceil(origins))
        );
        println!("{}", table(&title, "checkpoint", &rows)?);
        for row in &rows {
            println!("{:45} {:.0}/s", row.name(), row.rate());
        }
        println!();
    }
    Ok(())
}

fn witness_key() -> SigningKey {
    SigningKey::from_seed(&[60; 32])
}

fn witness_name() -> Result<Name, Failure> {
    Ok(Name::parse("witness.example/w")?)
}

fn contenders<'a>(
    requests: &'a Requests,
    scratch: &'a Path,
    writers: usize,
) -> Result<Vec<Contender<'a>>, Failure> {
    let note_key = NoteKey::new(witness_name()?, KeyType::Cosignature, witness_key().public());
    let logs = requests.of_logs.len();
    let all = Part { logs, each: requests.count / logs };
    let few = Part { logs: logs.min(FLUSHED.logs), each: all.each.min(FLUSHED.each) };
    let (units, few_units) = (u32::try_from(all.logs * all.each)?, u32::try_from(few.logs * few.each)?);
    let (alone_key, memory_key, shared_key) = (note_key.clone(), note_key.clone(), note_key.clone());
    // Where nothing reaches a disk, if the system has such a place.
    let memory = Path::new("/dev/shm");
    let memory = Rc::new(if memory.is_dir() { TempDir::new_in(memory)? } else { TempDir::new_in(scratch)? });
    let shared_memory = Rc::clone(&memory);
    let mut serial = 0;
    let mut name = move || {
        serial += 1;
        format!("store-{writers}-{serial}.sqlite")
    };
    let (mut alone_name, mut memory_name, mut shared_name) = (name, name, name);
    Ok(vec![
        Contender {
            name: "verify_strict and one signature alone",
            units,
            run: Box::new(move || alone(units, writers)),
        },
        Contender {
            name: "in memory",
            units,
            run: Box::new(move || requests.send(MemoryStore::new(), writers, all)),
        },
        Contender {
            name: "SQLite, nothing reaches a disk",
            units,
            run: Box::new(move || {
                let path = memory.path().join(memory_name());
                let time = requests.send(SqliteStore::create(&path, &memory_key)?, writers, all)?;
                fs::remove_file(path)?;
                Ok(time)
            }),
        },
        Contender {
            name: "the same, transactions shared",
            units,
            run: Box::new(move || {
                let path = shared_memory.path().join(shared_name()).with_extension("shared");
                let store = GroupStore::start(SqliteStore::create(&path, &shared_key)?)?;
                let time = requests.send(store, writers, all)?;
                fs::remove_file(path)?;
                Ok(time)
            }),
        },
        Contender {
            name: "SQLite, a flush each",
            units: few_units,
            run: Box::new(move || {
                requests.send(SqliteStore::create(&scratch.join(alone_name()), &alone_key)?, writers, few)
            }),
        },
        Contender {
            name: "SQLite, flushes shared",
            units: few_units,
            run: Box::new(move || {
                let store = SqliteStore::create(&scratch.join(name()).with_extension("shared"), &note_key)?;
                requests.send(GroupStore::start(store)?, writers, few)
            }),
        },
    ])
}

/// What no witness can do without: the log's signature verified, its own made.
fn alone(count: u32, writers: usize) -> Result<Duration, Failure> {
    let key = ed25519_dalek::SigningKey::from_bytes(&[60; 32]);
    let (message, threads) = ([7; 90], u32::try_from(writers)?.min(2));
    let (public, signature) = (key.verifying_key(), key.sign(&message));
    let work = || {
        (0..count / threads).all(|_| {
            _ = black_box(key.sign(black_box(&message)));
            public.verify_strict(black_box(&message), black_box(&signature)).is_ok()
        })
    };
    let (time, valid) = timed(|| {
        thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            threads.into_iter().all(|thread| thread.join().unwrap_or(false))
        })
    });
    if valid { Ok(time) } else { Err("a signature that is not valid".into()) }
}

impl Requests {
    fn sign(origins: usize, each: usize) -> Result<Self, Failure> {
        let (mut keys, mut of_logs) = (Vec::new(), Vec::new());
        let mut tree = Tree::new();
        for number in 0..each {
            tree.push(leaf_hash(&number.to_le_bytes()))?;
        }
        for log in 0..origins {
            let origin = Origin::parse(&format!("log.example/{log}"))?;
            let mut seed = [9; 32];
            if let Some(start) = seed.first_chunk_mut() {
                *start = (log as u64).to_le_bytes();
            }
            let key = SigningKey::from_seed(&seed);
            keys.push(NoteKey::new(origin.key_name().clone(), KeyType::Log, key.public()));
            let mut requests = Vec::new();
            for size in 1..=each as u64 {
                let (old, size) = (tree_size(size - 1)?, tree_size(size)?);
                let note = TreeHead::new(origin.clone(), size, tree.root_at(size)?)?.sign(&key)?;
                let proof = if old.get() == 0 { Vec::new() } else { tree.consistency_proof(old, size)? };
                requests.push(AddCheckpoint::new(old, &proof, &note)?);
            }
            of_logs.push(requests);
        }
        Ok(Self { keys, of_logs, count: origins * each })
    }

    /// All requests, those of one log in order and by one writer.
    fn send(&self, store: impl WitnessStore, writers: usize, part: Part) -> Result<Duration, Failure> {
        let witness =
            Witness::new(witness_name()?, witness_key(), TrustedLogs::new(self.keys.clone())?, store);
        let (next, now) = (AtomicUsize::new(0), UnixSeconds::new(1_780_000_000)?);
        let logs = self.of_logs.get(..part.logs).unwrap_or(&self.of_logs);
        let work = || -> Result<(), String> {
            while let Some(requests) = logs.get(next.fetch_add(1, Ordering::Relaxed)) {
                for request in requests.iter().take(part.each) {
                    witness.add_checkpoint(request, now).map_err(|error| error.to_string())?;
                }
            }
            Ok(())
        };
        let (time, done) = timed(|| {
            thread::scope(|scope| {
                let threads: Vec<_> = (0..writers).map(|_| scope.spawn(work)).collect();
                threads.into_iter().try_for_each(|thread| {
                    thread.join().unwrap_or_else(|_| Err("a writer panicked".to_owned()))
                })
            })
        });
        done?;
        Ok(time)
    }
}
