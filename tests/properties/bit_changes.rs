//! Any bit change fails, or it meets a line that nobody relies on and changes nothing.

use std::ops::Range;

use detente_checkpoint::{UnverifiedProof, proof};
use detente_merkle::{leaf_hash, leaf_index};
use detente_presentation::PresentationDraft;
use detente_tests::party::{Offer, Party};
use proptest::prelude::*;

use crate::world::{TIMES, World};

const SLOTS: &[u16] = &[0, 12, 33, 35, 200];

/// The byte ranges of every occurrence of a text.
fn places(file: &[u8], text: &str) -> Vec<Range<usize>> {
    let text = text.as_bytes();
    let starts = file.windows(text.len()).enumerate().filter(|(_, window)| *window == text);
    starts.map(|(at, _)| at..at + text.len()).collect()
}

fn flipped(bytes: &[u8], position: usize, bit: usize) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    changed[position] ^= 1 << bit;
    changed
}

/// What a change at a place of the file may lead to, beside a failure.
struct Tolerated {
    /// Lines of a key that no policy names: nothing may change.
    strangers: Vec<Range<usize>>,
    /// Lines of the earlier checkpoint that no quorum needs: what is left without the line.
    earlier: Vec<(Range<usize>, String)>,
    whole: String,
}

impl Tolerated {
    fn of(world: &World, offer: &Offer<'_>, file: &[u8]) -> Self {
        let head = |size| world.party.head(size);
        let newest = head(offer.size);
        let mut strangers = places(file, &world.stranger.cosign(&newest, TIMES.1).to_string());
        assert_eq!(strangers.len(), 1);
        let mut earlier = Vec::new();
        if let Some((size, cosigners)) = &offer.earlier {
            strangers.extend(places(file, &world.stranger.cosign(&head(*size), TIMES.0).to_string()));
            assert_eq!(strangers.len(), 2);
            for (at, (witness, time)) in cosigners.iter().enumerate().take(world.needed.len()) {
                let line = witness.cosign(&head(*size), *time).to_string();
                let mut without = world.offer(offer.index, SLOTS);
                without.slots.clone_from(&offer.slots);
                without.earlier.as_mut().unwrap().1.remove(at);
                earlier.push((places(file, &line)[0].clone(), world.read(&without.file()).unwrap()));
            }
        }
        Self { strangers, earlier, whole: world.read(file).unwrap() }
    }

    fn allows(&self, position: usize, result: &str) -> bool {
        let in_line = |range: &Range<usize>| range.contains(&position);
        (self.strangers.iter().any(in_line) && result == self.whole)
            || self.earlier.iter().any(|(range, without)| in_line(range) && result == without)
    }

    fn check(&self, world: &World, file: &[u8], position: usize, bit: usize) {
        if let Ok(result) = world.read(&flipped(file, position, bit)) {
            assert!(self.allows(position, &result), "byte {position}, bit {bit}: accepted with {result}");
        }
    }
}

#[test]
fn one_bit_of_every_byte_of_a_presentation() {
    let world = World::with_reports(1, 9);
    let offer = world.offer(6, SLOTS);
    let file = offer.file();
    let tolerated = Tolerated::of(&world, &offer, &file);
    for position in 0..file.len() {
        tolerated.check(&world, &file, position, (position * 5 + position / 8) % 8);
    }
    // The tolerance is used: without it, this test would not tell a strict verifier from a lax one.
    let stranger = tolerated.strangers[0].end - 20;
    assert_eq!(world.read(&flipped(&file, stranger, 0)), Ok(tolerated.whole));
}

#[test]
fn every_bit_of_every_signature_and_time_that_counts() {
    let world = World::with_reports(2, 5);
    let offer = world.offer(3, SLOTS);
    let note = String::from_utf8(offer.draft().checkpoint).unwrap();
    assert!(world.read(&offer.file()).is_ok());
    let (text, lines) = note.split_once("\n\n").unwrap();
    for counted in 0..3 {
        let mut lines: Vec<String> = lines.lines().map(str::to_owned).collect();
        let (head, encoded) =
            lines[counted].rsplit_once(' ').map(|(head, text)| (head.to_owned(), text.to_owned())).unwrap();
        let blob = detente_core::base64::decode(&encoded).unwrap();
        for bit in 0..blob.len() * 8 {
            let changed = flipped(&blob, bit / 8, bit % 8);
            lines[counted] = format!("{head} {}", detente_core::base64::encode(&changed));
            let mut draft = offer.draft();
            draft.checkpoint = format!("{text}\n\n{}\n", lines.join("\n")).into_bytes();
            let result = world.read(&draft.to_bytes().unwrap());
            assert!(result.is_err(), "line {counted}, bit {bit}");
        }
    }
}

#[test]
fn every_bit_of_the_entry() {
    let world = World::with_reports(3, 5);
    let offer = world.offer(3, SLOTS);
    let draft = offer.draft();
    for bit in 0..draft.entry.len() * 8 {
        let entry = flipped(&draft.entry, bit / 8, bit % 8);
        let changed = PresentationDraft { entry, ..draft.clone() };
        assert!(world.read(&changed.to_bytes().unwrap()).is_err(), "bit {bit}");
    }
}

/// The log's own operator changes an entry and signs the tree anew: the author's signature and the sealed value hold.
#[test]
fn every_byte_of_an_entry_that_is_in_the_tree() {
    let world = World::with_reports(4, 3);
    for position in 0..world.party.entries()[2].len() {
        let mut party = Party::new("a", world.party.secret().clone());
        party.append(world.party.entries()[1].clone());
        party.append(flipped(&world.party.entries()[2], position, position % 8));
        let honest = world.offer(2, SLOTS).draft();
        let draft = PresentationDraft {
            entry: party.entries()[2].clone(),
            inclusion: party.inclusion(2, 3),
            checkpoint: party.note(3, &world.cosigners(TIMES.1)),
            events: vec![detente_presentation::EventDraft {
                proof: party.inclusion(0, 3),
                ..honest.events[0].clone()
            }],
            earlier: Some((party.note(2, &world.cosigners(TIMES.0)), party.consistency(2, 3))),
            ..honest
        };
        assert!(world.read(&draft.to_bytes().unwrap()).is_err(), "byte {position}");
    }
}

#[test]
fn every_bit_of_the_checkpoint_text() {
    let world = World::with_reports(5, 5);
    let draft = world.offer(3, SLOTS).draft();
    let text = world.party.head(world.party.size()).to_string();
    for bit in 0..text.len() * 8 {
        let checkpoint = flipped(&draft.checkpoint, bit / 8, bit % 8);
        let changed = PresentationDraft { checkpoint, ..draft.clone() };
        // What cannot even be written has failed too.
        assert!(!changed.to_bytes().is_ok_and(|file| world.read(&file).is_ok()), "bit {bit}");
    }
}

#[test]
fn every_bit_of_the_extra_line_of_a_receipt() {
    let world = World::with_reports(6, 5);
    let (index, size, entry) = (3, world.party.size(), &world.party.entries()[3]);
    let note = world.party.note(size, &world.cosigners(TIMES.1));
    let hashes = world.party.inclusion(index, size);
    let receipt = proof::write(Some(entry), leaf_index(index).unwrap(), &hashes, &note).unwrap();
    let whole = UnverifiedProof::parse(&receipt).unwrap().verify(leaf_hash(entry), &world.policy).unwrap();
    let lines: Vec<usize> =
        receipt.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect();
    let mut unchanged = 0;
    for bit in (lines[0] + 1) * 8..lines[1] * 8 {
        let Ok(changed) = UnverifiedProof::parse(&flipped(&receipt, bit / 8, bit % 8)) else { continue };
        let extra = changed.extra().map(<[u8]>::to_vec);
        // A reader who has the entry does not care; one who takes it from the line hashes what is there.
        assert_eq!(changed.clone().verify(leaf_hash(entry), &world.policy).as_ref(), Ok(&whole), "bit {bit}");
        let by_extra = extra.map(|extra| changed.verify(leaf_hash(&extra), &world.policy));
        assert!(!matches!(by_extra, Some(Ok(_))), "bit {bit}");
        unchanged += 1;
    }
    assert!(unchanged > 100, "{unchanged} changes left the proof readable");
}

proptest! {
    #![proptest_config(crate::world::cases(24))]

    #[test]
    fn any_bit_of_any_presentation(
        seed: u64,
        (reports, index) in (1_u64..12).prop_flat_map(|reports| (Just(reports), 1..=reports)),
        slots in proptest::collection::btree_set(0_u16..256, 1..12),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 0_usize..8), 40),
    ) {
        let world = World::with_reports(seed, reports);
        let slots: Vec<u16> = slots.into_iter().collect();
        let offer = world.offer(index, &slots);
        let file = offer.file();
        let tolerated = Tolerated::of(&world, &offer, &file);
        for (position, bit) in changes {
            tolerated.check(&world, &file, position.index(file.len()), bit);
        }
    }
}
