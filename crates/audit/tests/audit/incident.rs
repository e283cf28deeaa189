//! Sealed reports, and presentations that open some of their slots.

use std::collections::BTreeSet;

use detente_checkpoint::{SigningKey, UnverifiedCheckpoint};
use detente_disclosure::{
    Document, Envelope, Profile, RealKind, SealedValue, Seed, SlotNumber, UnverifiedOpenings,
};
use detente_merkle::Tree;
use detente_presentation::{EventDraft, GrantTerms, Pap, PresentationDraft, Tlp};
use detente_statement::{Signer, UnverifiedStatement, key_digest};

use crate::scene::{Party, index, size, time};

/// The sealed value of a report that was made of this seed, and openings of some of its slots.
fn sealing(party: &Party, seed: u8, slots: &[u16]) -> (SealedValue, Option<UnverifiedOpenings>) {
    let profile = Profile::veris_1();
    let document = Document::parse(br#"{"victim":{"industry":"541330"}}"#).unwrap();
    let mut values = document.to_slots(profile).unwrap();
    let stage = Some("notify".to_owned());
    values.set_envelope(&Envelope { stage, ..Envelope::new(RealKind::IncidentReport) }).unwrap();
    let sealing = values.seal(party.log(), &Seed::from_bytes([seed; 32]));
    let slots: BTreeSet<_> = slots.iter().map(|slot| SlotNumber::new(*slot)).collect();
    (sealing.sealed(), (!slots.is_empty()).then(|| sealing.open(&slots).unwrap()))
}

/// Appends a sealed report, made of this seed.
pub(crate) fn report(party: &mut Party, seed: u8) -> u64 {
    let sealed = sealing(party, seed, &[]).0.digest();
    let entry = Signer::new(party.log(), &party.sealing()).sealed(sealed).unwrap();
    party.push(entry)
}

/// What is said of one sealed report.
pub(crate) struct Offer<'p> {
    pub(crate) party: &'p Party,
    pub(crate) index: u64,
    pub(crate) seed: u8,
    pub(crate) slots: &'p [u16],
    /// The note of the tree to which all is proven; and perhaps one from before the entry.
    pub(crate) note: &'p [u8],
    pub(crate) earlier: Option<&'p [u8]>,
    /// Indices of key events, genesis first.
    pub(crate) events: &'p [u64],
    pub(crate) signer: SigningKey,
}

impl<'p> Offer<'p> {
    pub(crate) fn new(party: &'p Party, index: u64, seed: u8, note: &'p [u8]) -> Self {
        Self { party, index, seed, slots: &[0, 4], note, earlier: None, events: &[0], signer: party.author() }
    }

    pub(crate) fn file(&self) -> Vec<u8> {
        let Self { party, note, .. } = *self;
        let tree = party.tree();
        let at = size(size_of(note));
        let openings = sealing(party, self.seed, self.slots).1.unwrap();
        let entry = party.entries[usize::try_from(self.index).unwrap()].clone();
        let proof = |tree: &Tree, place: u64| tree.inclusion_proof(index(place), at).unwrap();
        let events = self.events.iter().map(|event| EventDraft {
            index: index(*event),
            entry: party.entries[usize::try_from(*event).unwrap()].clone(),
            proof: proof(&tree, *event),
        });
        let leaves =
            openings.openings().iter().map(|opening| (opening.slot().get(), opening.leaf(party.log())));
        let terms = GrantTerms {
            log: party.log(),
            statement: UnverifiedStatement::decode(&entry).unwrap().id(),
            index: index(self.index),
            profile: Profile::veris_1().digest(),
            leaves: leaves.collect(),
            audience: key_digest(&SigningKey::from_seed(&[200; 32]).public()),
            tlp: Tlp::Amber,
            pap: Pap::Amber,
            time: time(1_000),
            nonce: [9; 16],
        };
        let earlier = self
            .earlier
            .map(|earlier| (earlier.to_vec(), tree.consistency_proof(size(size_of(earlier)), at).unwrap()));
        PresentationDraft {
            index: index(self.index),
            inclusion: proof(&tree, self.index),
            entry,
            checkpoint: note.to_vec(),
            events: events.collect(),
            earlier,
            openings,
            grant: terms.sign(&self.signer).unwrap(),
        }
        .to_bytes()
        .unwrap()
    }
}

fn size_of(note: &[u8]) -> u64 {
    UnverifiedCheckpoint::parse(note).unwrap().claimed().size().get()
}
