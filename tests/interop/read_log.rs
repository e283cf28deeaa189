//! `read_log LOG VKEY`: what our readers verify of a log whose entries are none of our statements.
//!
//! The note under the key, the root from the entries, and for every entry a proof from the tiles. `aics.py` runs it on a
//! log of another make.
#![allow(clippy::print_stdout, reason = "a program that prints")]
#![forbid(unsafe_code)]

use std::error::Error;

use detente_checkpoint::Policy;
use detente_log::LogDirectory;
use detente_merkle::{Frontier, leaf_hash, leaf_index, verify_inclusion};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(vkey), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: read_log LOG VKEY".into());
    };
    let policy = Policy::parse(format!("log {vkey}\nquorum none\n").as_bytes(), None)?;
    let log = LogDirectory::open(path)?;
    let checkpoint = log.checkpoint()?.verify(&policy)?;
    let (size, root) = (checkpoint.size(), checkpoint.root());
    let mut frontier = Frontier::new();
    for (index, entry) in (0..).zip(log.tree_of(size).entries(0..size.get())) {
        let (leaf, index) = (leaf_hash(&entry?), leaf_index(index)?);
        verify_inclusion(index, size, leaf, &log.inclusion_proof(index, size)?, root)?;
        frontier.push(leaf)?;
    }
    if frontier.root() != root || frontier.size() != size {
        return Err("the entries do not give the root".into());
    }
    println!("{size} entries");
    Ok(())
}
