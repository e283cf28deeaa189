use std::collections::BTreeSet;

use detente_core::{KeyDigest, LeafIndex};
use detente_disclosure::SlotNumber;
use detente_merkle::leaf_index;
use detente_presentation::{EventDraft, GrantTerms, Pap, PresentationDraft, Tlp};
use detente_statement::{UnverifiedStatement, key_digest};

use super::{Party, Secret, Witness, seconds};

/// What a party puts into a presentation. Whatever is public can be changed before [`Offer::draft`].
#[derive(Debug)]
pub struct Offer<'p> {
    /// The party.
    pub party: &'p Party,
    /// The entry's index.
    pub index: u64,
    /// The size of the checkpoint that all proofs lead to.
    pub size: u64,
    /// Who cosigned it, when.
    pub cosigners: Vec<(&'p Witness, u64)>,
    /// An earlier size with its cosigners.
    pub earlier: Option<(u64, Vec<(&'p Witness, u64)>)>,
    /// Indices of genesis and key events.
    pub events: Vec<u64>,
    /// The opened slots.
    pub slots: BTreeSet<u16>,
    /// The key of the audience.
    pub audience: KeyDigest,
    /// The word of the key that signs the grant.
    pub signer: &'p str,
    /// When, as the discloser says.
    pub time: u64,
}

impl<'p> Offer<'p> {
    /// Slots of an entry, proven to the newest checkpoint, granted by the first author key.
    pub fn new(party: &'p Party, index: u64, slots: &[u16]) -> Self {
        Self {
            party,
            index,
            size: party.size(),
            cosigners: Vec::new(),
            earlier: None,
            events: vec![0],
            slots: slots.iter().copied().collect(),
            audience: audience(),
            signer: "author",
            time: 1_780_000_000,
        }
    }

    /// The terms of the grant, which name the leaves of the opened slots.
    pub fn terms(&self) -> GrantTerms {
        let party = self.party;
        let entry = UnverifiedStatement::decode(&party.entries()[self.position()]).expect("an entry");
        let openings = self.openings();
        GrantTerms {
            log: party.log(),
            statement: entry.id(),
            index: self.leaf_index(),
            profile: party.sealed(self.index).values.profile().digest(),
            leaves: openings
                .openings()
                .iter()
                .map(|opening| (opening.slot().get(), opening.leaf(party.log())))
                .collect(),
            audience: self.audience,
            tlp: Tlp::Amber,
            pap: Pap::Amber,
            time: seconds(self.time),
            nonce: party.secret().nonce(&format!("grant {}", self.index)),
        }
    }

    /// The opened slots with their multi-proof.
    pub fn openings(&self) -> detente_disclosure::UnverifiedOpenings {
        let slots = self.slots.iter().copied().map(SlotNumber::new).collect();
        self.party.sealed(self.index).sealing(self.party.log()).open(&slots).expect("slots of the profile")
    }

    /// All parts.
    pub fn draft(&self) -> PresentationDraft {
        let party = self.party;
        PresentationDraft {
            index: self.leaf_index(),
            entry: party.entries()[self.position()].clone(),
            inclusion: party.inclusion(self.index, self.size),
            checkpoint: party.note(self.size, &self.cosigners),
            events: self.events.iter().map(|index| self.event(*index)).collect(),
            earlier: self
                .earlier
                .as_ref()
                .map(|(size, cosigners)| (party.note(*size, cosigners), party.consistency(*size, self.size))),
            openings: self.openings(),
            grant: self.terms().sign(&party.secret().key(self.signer)).expect("a key in memory signs"),
        }
    }

    /// The file.
    pub fn file(&self) -> Vec<u8> {
        self.draft().to_bytes().expect("a presentation")
    }

    /// A key event with its proof to the checkpoint of the offer.
    pub fn event(&self, index: u64) -> EventDraft {
        EventDraft {
            index: leaf_index(index).expect("an index"),
            entry: self.party.entries()[usize::try_from(index).expect("a small index")].clone(),
            proof: self.party.inclusion(index, self.size),
        }
    }

    fn position(&self) -> usize {
        usize::try_from(self.index).expect("a small index")
    }

    fn leaf_index(&self) -> LeafIndex {
        leaf_index(self.index).expect("an index")
    }
}

/// The key digest of the one audience of all scripts, unless they say otherwise.
fn audience() -> KeyDigest {
    key_digest(&Secret::new("audience").key("reader").public())
}
