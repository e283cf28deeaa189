//! add-checkpoint of many logs, by several writers, over stores of different durability.

use std::{
    fs,
    path::Path,
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

use crate::{arguments::Arguments, floors::flush};

/// A requests' sequence for each log, sizes 1, 2, 3, ...
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
            "add-checkpoint, {} checkpoints of {origins} logs, {writers} writers, {rounds} rounds",
            requests.count
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
    let units = u32::try_from(requests.count)?;
    let (alone_key, memory_key) = (note_key.clone(), note_key.clone());
    let memory = Path::new("/dev/shm").is_dir().then(|| tempfile::tempdir_in("/dev/shm")).transpose()?;
    let mut serial = 0;
    let mut name = move || {
        serial += 1;
        format!("store-{writers}-{serial}.sqlite")
    };
    let (mut alone_name, mut memory_name) = (name.clone(), name.clone());
    Ok(vec![
        Contender {
            name: "in memory",
            units,
            run: Box::new(move || requests.send(MemoryStore::new(), writers)),
        },
        Contender {
            name: "SQLite, nothing reaches a disk",
            units,
            run: Box::new(move || {
                let folder = memory.as_ref().map_or(scratch, |memory| memory.path());
                let path = folder.join(memory_name());
                let time = requests.send(SqliteStore::create(&path, &memory_key)?, writers)?;
                fs::remove_file(path)?;
                Ok(time)
            }),
        },
        Contender {
            name: "SQLite, a flush each",
            units,
            run: Box::new(move || {
                requests.send(SqliteStore::create(&scratch.join(alone_name()), &alone_key)?, writers)
            }),
        },
        Contender {
            name: "SQLite, flushes shared",
            units,
            run: Box::new(move || {
                let store = SqliteStore::create(&scratch.join(name()).with_extension("shared"), &note_key)?;
                requests.send(GroupStore::start(store)?, writers)
            }),
        },
    ])
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
    fn send(&self, store: impl WitnessStore, writers: usize) -> Result<Duration, Failure> {
        let witness =
            Witness::new(witness_name()?, witness_key(), TrustedLogs::new(self.keys.clone())?, store);
        let (next, now) = (AtomicUsize::new(0), UnixSeconds::new(1_780_000_000)?);
        let work = || -> Result<(), String> {
            while let Some(requests) = self.of_logs.get(next.fetch_add(1, Ordering::Relaxed)) {
                for request in requests {
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
