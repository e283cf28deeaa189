//! Sealed reports of incidents, and presentations that open some of their slots.

use std::collections::BTreeSet;

use detente_checkpoint::{SigningKey, UnverifiedCheckpoint};
use detente_core::{Digest, LogId, StatementId, UnixSeconds};
use detente_disclosure::{Document, Envelope, Profile, RealKind, Sealing, Seed, SlotNumber, SlotValues};
use detente_merkle::leaf_index;
use detente_presentation::{EventDraft, GrantTerms, Pap, PresentationDraft, Tlp};
use detente_statement::key_digest;

use crate::{
    data::Statement,
    world::{Party, sha256},
};

/// What a report states, and which slots are opened: kind, amended report, stage and both dates, unless said otherwise.
pub(crate) struct Report {
    values: SlotValues<'static>,
    seed: Seed,
    open: BTreeSet<SlotNumber>,
}

const INCIDENT: [u16; 3] = [15, 16, 17];
const NOTIFIED: [u16; 3] = [213, 214, 215];

impl Report {
    pub(crate) fn of(said: &Statement, amends: Option<StatementId>) -> Self {
        let date = |word: &str| {
            let text = said.words.get(word)?;
            let parts = text.split('-').zip(["year", "month", "day"]).filter(|(part, _)| !part.is_empty());
            let parts = parts.map(|(part, name)| format!("\"{name}\":{}", part.parse::<u64>().unwrap()));
            Some(parts.collect::<Vec<_>>().join(","))
        };
        let mut members = Vec::new();
        members.extend(
            date("notified").map(|date| format!(r#""plus":{{"timeline":{{"notification":{{{date}}}}}}}"#)),
        );
        members.extend(date("incident").map(|date| format!(r#""timeline":{{"incident":{{{date}}}}}"#)));
        let document = Document::parse(format!("{{{}}}", members.join(",")).as_bytes()).unwrap();
        let mut values = document.to_slots(Profile::veris_1()).unwrap();
        let kind = if amends.is_some() { RealKind::IncidentAmend } else { RealKind::IncidentReport };
        let stage = Some(said.words["stage"].clone());
        values.set_envelope(&Envelope { stage, amends, ..Envelope::new(kind) }).unwrap();
        let open: Vec<u16> = match said.words.get("open").map(String::as_str) {
            Some("nothing") => Vec::new(),
            Some(slots) => slots.split(',').map(|slot| slot.parse().unwrap()).collect(),
            None => [0, 3, 4].into_iter().chain(INCIDENT).chain(NOTIFIED).collect(),
        };
        let seed = Seed::from_bytes(*sha256(said.label.as_bytes()).as_bytes());
        Self { values, seed, open: open.into_iter().map(SlotNumber::new).collect() }
    }

    fn sealing(&self, log: LogId) -> Sealing<'_, 'static> {
        self.values.seal(log, &self.seed)
    }

    pub(crate) fn sealed(&self, log: LogId) -> Digest {
        self.sealing(log).sealed().digest()
    }

    /// The presentation, proven to that note of the party's; none when no slot is opened.
    pub(crate) fn present(&self, party: &Party, index: u64, note: &[u8]) -> Option<Vec<u8>> {
        if self.open.is_empty() {
            return None;
        }
        let size = UnverifiedCheckpoint::parse(note).unwrap().claimed().size();
        let openings = self.sealing(party.log).open(&self.open).unwrap();
        let at = leaf_index(index).unwrap();
        let genesis = leaf_index(0).unwrap();
        let leaves =
            openings.openings().iter().map(|opening| (opening.slot().get(), opening.leaf(party.log)));
        let terms = GrantTerms {
            log: party.log,
            statement: party.reference(index).statement,
            index: at,
            profile: Profile::veris_1().digest(),
            leaves: leaves.collect(),
            audience: key_digest(&SigningKey::from_seed(&[200; 32]).public()),
            tlp: Tlp::Amber,
            pap: Pap::Amber,
            time: UnixSeconds::new(1_000).unwrap(),
            nonce: [9; 16],
        };
        let draft = PresentationDraft {
            index: at,
            inclusion: party.tree().inclusion_proof(at, size).unwrap(),
            entry: party.entries[usize::try_from(index).unwrap()].clone(),
            checkpoint: note.to_vec(),
            events: vec![EventDraft {
                index: genesis,
                entry: party.entries[0].clone(),
                proof: party.tree().inclusion_proof(genesis, size).unwrap(),
            }],
            earlier: None,
            openings,
            grant: terms.sign(&party.author()).unwrap(),
        };
        Some(draft.to_bytes().unwrap())
    }
}
