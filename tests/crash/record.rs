//! Everything that anybody has heard of a log, and whether it is one log.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use detente_checkpoint::{TreeHead, UnverifiedCheckpoint};
use detente_core::{Digest, TreeSize};
use detente_log::{LogDirectory, check_log};
use detente_merkle::{Tree, leaf_hash, leaf_index, tree_size};

use crate::party::Party;

pub(crate) struct Record<'a> {
    party: &'a Party,
    /// Receipts: statement number to index.
    places: BTreeMap<u64, u64>,
    /// Of every state that was signed, published or not: size to root.
    signed: BTreeMap<u64, Digest>,
    /// Of these, sizes that a reader has seen.
    published: BTreeSet<u64>,
    /// Sizes whose root was compared with the entries' already.
    compared: BTreeSet<u64>,
    /// The entries, as the log had them when it first got that far.
    tree: Tree,
    pub(crate) repeated: usize,
}

impl<'a> Record<'a> {
    pub(crate) fn new(party: &'a Party) -> Self {
        Self {
            party,
            places: BTreeMap::new(),
            signed: BTreeMap::new(),
            published: BTreeSet::new(),
            compared: BTreeSet::new(),
            tree: Tree::new(),
            repeated: 0,
        }
    }

    /// The first number without a receipt.
    pub(crate) fn first_open(&self) -> u64 {
        (0..)
            .zip(self.places.keys())
            .find(|(number, taken)| number != *taken)
            .map_or_else(|| self.places.len() as u64, |(number, _)| number)
    }

    /// Numbers with a receipt, and its index.
    pub(crate) const fn places(&self) -> &BTreeMap<u64, u64> {
        &self.places
    }

    pub(crate) fn states(&self) -> usize {
        self.signed.len()
    }

    /// One line of the pipe.
    pub(crate) fn hear(&mut self, line: &str) {
        match line.split_once(' ') {
            Some(("receipt", rest)) => {
                let [number, index, leaf, size] = rest.split(' ').collect::<Vec<_>>()[..] else {
                    panic!("{line}")
                };
                let (number, index, size): (u64, u64, u64) =
                    (number.parse().unwrap(), index.parse().unwrap(), size.parse().unwrap());
                assert_eq!(leaf, self.party.leaf(number).digest().to_string(), "{line}");
                assert!(index < size, "{line}");
                assert!(self.published.contains(&size), "a receipt under a note that was not told: {line}");
                self.place(number, index);
            }
            Some(("note", note)) => self.see(note.replace('\t', "\n").as_bytes()),
            Some(("signed", message)) => {
                let head = TreeHead::parse(&message.replace('\t', "\n")).unwrap();
                self.sign(head.size(), head.root());
            }
            _ => assert_eq!(line, "started"),
        }
    }

    pub(crate) fn place(&mut self, number: u64, index: u64) {
        if let Some(known) = self.places.insert(number, index) {
            assert_eq!(known, index, "statement {number} has a second place");
            self.repeated += 1;
        }
    }

    /// A note that a reader got, from wherever. Every signature was told before it was made.
    pub(crate) fn see(&mut self, note: &[u8]) {
        let checkpoint = UnverifiedCheckpoint::parse(note).unwrap().verify(&Party::policy()).unwrap();
        let size = checkpoint.size().get();
        let root = self.signed.get(&size);
        assert_eq!(root, Some(&checkpoint.root()), "a note of size {size} that was not told before");
        self.published.insert(size);
    }

    fn sign(&mut self, size: TreeSize, root: Digest) {
        let known = *self.signed.entry(size.get()).or_insert(root);
        assert_eq!(known, root, "two states of size {size} were signed");
    }

    /// The folder as the kill left it, by a reader.
    pub(crate) fn look(&mut self, folder: &Path) {
        let newest = self.published.last().copied().unwrap_or(0);
        if !folder.join("checkpoint").exists() {
            assert_eq!((newest, self.places.len()), (0, 0), "the checkpoint is gone");
            return;
        }
        let log = LogDirectory::open(folder).unwrap();
        let note = log.checkpoint_bytes().unwrap();
        self.see(&note);
        let size = UnverifiedCheckpoint::parse(&note).unwrap().claimed().size();
        assert!(
            size.get() >= newest,
            "the checkpoint is of size {size}, and one of {newest} was seen before"
        );
        for entry in log.entries(self.tree.size().get()..size.get()).unwrap() {
            self.tree.push(leaf_hash(&entry.unwrap())).unwrap();
        }
        for (&number, &index) in &self.places {
            let leaf = self.tree.leaf(leaf_index(index).unwrap());
            assert_eq!(leaf.ok(), Some(self.party.leaf(number)), "statement {number} is not at {index}");
        }
        // One root for each size, each the root of a prefix of the same entries: so any two are consistent.
        for (&signed, &root) in self.signed.iter().filter(|(signed, _)| **signed <= size.get()) {
            if self.compared.insert(signed) {
                let expected = self.tree.root_at(tree_size(signed).unwrap()).unwrap();
                assert_eq!(root, expected, "what was signed at size {signed} is not the log");
            }
        }
    }

    /// All of the log from its files alone, and once more what was read of it long ago.
    pub(crate) fn look_at_everything(&mut self, folder: &Path) {
        self.look(folder);
        if self.tree.size() == TreeSize::ZERO {
            return;
        }
        let log = LogDirectory::open(folder).unwrap();
        let report = check_log(&log, Some(&Party::policy()), |_, _| {}).unwrap();
        assert_eq!(report.size(), self.tree.size());
        for (index, entry) in (0..).zip(log.entries(0..report.size().get()).unwrap()) {
            let leaf = self.tree.leaf(leaf_index(index).unwrap()).unwrap();
            assert_eq!(leaf_hash(&entry.unwrap()), leaf, "entry {index} is another one now");
        }
        let history: BTreeSet<u64> = log.history().unwrap().iter().map(|size| size.get()).collect();
        let newest = report.size().get();
        for signed in self.signed.keys().filter(|signed| **signed <= newest) {
            assert!(history.contains(signed), "size {signed} was signed and has no note");
        }
    }
}
