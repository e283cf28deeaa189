//! One log with one report in it, and a presentation of it that every scenario changes in one place.

use std::sync::OnceLock;

use detente_core::json::{Object, Value};

use crate::{
    build::{
        bytes::{Hash, base64, digest, hex, run_from},
        keys::Key,
        note,
        presentation::{Grant, event, hashes},
        slots::Slots,
        statement::{Party, Statement, id_of, nonce},
        tree::{consistency, inclusion, leaf_hash, root},
    },
    vector::{object, texts},
};

/// The profile that every reader has built in.
const VERIS: &str = include_str!("../../../../../specs/profiles/veris-1.json");

/// Digest of `veris-1`.
pub(super) fn veris() -> Hash {
    static DIGEST: OnceLock<Hash> = OnceLock::new();
    *DIGEST.get_or_init(|| {
        digest(detente_core::Label::DISCLOSURE_PROFILE, &[VERIS.trim_end_matches('\n').as_bytes()])
    })
}

/// The key that presentations are made for.
pub(super) fn audience() -> Key {
    Key::named("b.example audience")
}

pub(super) fn json(text: &str) -> Value {
    Value::parse(text.as_bytes()).unwrap()
}

/// Everything that a presentation is made of; a scenario changes what it likes before [`Scene::file`] is called.
#[derive(Clone)]
pub(super) struct Scene {
    pub(super) party: Party,
    /// All entries of the log, in order.
    pub(super) entries: Vec<Vec<u8>>,
    /// Where the report stands.
    pub(super) index: usize,
    /// Size of the checkpoint; at most the number of entries.
    pub(super) size: usize,
    /// What the report seals.
    pub(super) slots: Slots,
    /// Slots that are opened.
    pub(super) opened: Vec<u16>,
    /// Indices of the events given.
    pub(super) events: Vec<usize>,
    /// Signs the grant.
    pub(super) granter: Key,
    /// (witness, time) of the checkpoint.
    pub(super) cosigned: Vec<(u8, u64)>,
    /// Size and cosignatures of the earlier checkpoint.
    pub(super) earlier: Option<(usize, Vec<(u8, u64)>)>,
}

/// Names a witness's key.
fn witness(number: u8) -> (String, Key) {
    (format!("witness.example/w{number}"), Key::named(&format!("witness {number}")))
}

impl Scene {
    /// A log of thirteen entries with the report at index 7, one witness, and a checkpoint of size 6 before it.
    pub(super) fn new() -> Self {
        Self::with_values(&[
            (0, "incident.report".into()),
            (1, "2026-07-14".into()),
            (2, "duty officer".into()),
            (12, "a summary".into()),
            (33, "54".into()),
            (34, "1330".into()),
            (35, json("[\"XX\"]")),
            (73, json("[\"SQLi\"]")),
            (212, json("{\"note\":\"x\"}")),
        ])
    }

    /// The same with other values sealed.
    pub(super) fn with_values(values: &[(u16, Value)]) -> Self {
        let party = Party::named("a.example");
        let slots = Slots::seal(party.log(), veris(), 256, run_from(0x20), values);
        let mut entries = vec![party.entry_zero()];
        entries.extend(
            (1..13u8).map(|at| if at == 7 { party.sealed(slots.sealed()) } else { party.sealed([at; 32]) }),
        );
        Self {
            granter: party.sealing.clone(),
            party,
            entries,
            index: 7,
            size: 13,
            slots,
            opened: vec![0, 33],
            events: vec![0],
            cosigned: vec![(1, 1_700_000_200)],
            earlier: Some((6, vec![(1, 1_700_000_100)])),
        }
    }

    /// Puts another entry somewhere.
    pub(super) fn put(mut self, index: usize, entry: Vec<u8>) -> Self {
        self.entries[index] = entry;
        self
    }

    pub(super) fn leaves(&self) -> Vec<Hash> {
        self.entries.iter().map(|entry| leaf_hash(entry)).collect()
    }

    /// Checkpoint text of a size.
    pub(super) fn text(&self, size: usize) -> String {
        note::text(&self.party.origin, size as u64, &root(&self.leaves()[..size]))
    }

    /// The note of a text, signed by the log and witnesses.
    pub(super) fn note(&self, text: &str, cosigned: &[(u8, u64)]) -> String {
        let witnesses = cosigned.iter().map(|(number, time)| {
            let (name, key) = witness(*number);
            note::witness_line(&name, &key, *time, text)
        });
        let log = note::log_line(&self.party.origin, &self.party.checkpoint, text);
        note::note(text, &core::iter::once(log).chain(witnesses).collect::<Vec<_>>())
    }

    pub(super) fn path(&self, index: usize) -> Vec<Hash> {
        inclusion(index, &self.leaves()[..self.size])
    }

    pub(super) fn entry(&self) -> &[u8] {
        &self.entries[self.index]
    }

    /// The grant, honest in every field.
    pub(super) fn grant(&self) -> Grant {
        Grant {
            log: self.party.log(),
            statement: id_of(self.entry()),
            index: self.index as u64,
            profile: self.slots.profile,
            leaves: self.opened.iter().map(|slot| (*slot, self.slots.leaf(*slot))).collect(),
            audience: audience().digest(),
            tlp: 2,
            pap: 1,
            time: 1_780_000_000,
            nonce: nonce(0x70),
        }
    }

    pub(super) fn event(&self, index: usize) -> Value {
        event(index as u64, &self.entries[index], &self.path(index))
    }

    pub(super) fn proof_text(&self) -> String {
        note::proof(
            None,
            self.index as u64,
            &self.path(self.index),
            &self.note(&self.text(self.size), &self.cosigned),
        )
    }

    /// The members of the file.
    pub(super) fn members(&self) -> Object {
        let mut members = object! {
            "detente": "presentation/v1",
            "proof": self.proof_text(),
            "entry": base64(self.entry()),
            "events": self.events.iter().map(|index| self.event(*index)).collect::<Vec<_>>(),
            "grant": Value::Object(self.grant().signed(&self.granter)),
            "openings": self.slots.openings(&self.opened),
            "multiproof": hashes(&self.slots.proof(&self.opened)),
        };
        if let Some((size, cosigned)) = &self.earlier {
            let proof = if *size == 0 { vec![] } else { consistency(*size, &self.leaves()[..self.size]) };
            let earlier = self.earlier(&self.note(&self.text(*size), cosigned), &proof);
            members.insert("earlier".to_owned(), earlier);
        }
        members
    }

    /// The member `earlier`.
    pub(super) fn earlier(&self, note: &str, proof: &[Hash]) -> Value {
        Value::from([("checkpoint", note.into()), ("consistency", hashes(proof))])
    }

    /// The file.
    pub(super) fn file(&self) -> Vec<u8> {
        Value::Object(self.members()).to_file()
    }

    /// The file with members changed.
    pub(super) fn with(&self, change: impl FnOnce(&mut Object)) -> Vec<u8> {
        let mut members = self.members();
        change(&mut members);
        Value::Object(members).to_file()
    }

    /// The file with another grant under the honest key.
    pub(super) fn with_grant(&self, change: impl FnOnce(&mut Grant)) -> Vec<u8> {
        let mut grant = self.grant();
        change(&mut grant);
        self.with(|members| {
            members.insert("grant".to_owned(), Value::Object(grant.signed(&self.granter)));
        })
    }

    /// The policy of a reader: the log, three witnesses, and a quorum line.
    pub(super) fn policy(&self, rest: &str) -> String {
        let witnesses: String = (1..=3)
            .map(|number| {
                let (name, key) = witness(number);
                note::policy_witness(&format!("w{number}"), &name, &key)
            })
            .collect();
        format!("{}{witnesses}{rest}", note::policy_log(&self.party.origin, &self.party.checkpoint))
    }

    /// Output of an accepted presentation.
    pub(super) fn output(&self, verdict: &str, lo: Option<u64>, hi: Option<u64>) -> Object {
        let time = |time: Option<u64>| time.map_or(Value::Null, |time| time.to_string().into());
        object! {
            "verdict": verdict,
            "log": hex(&self.party.log()),
            "statement": hex(&id_of(self.entry())),
            "signer": hex(&self.granter.digest()),
            "audience": hex(&audience().digest()),
            "index": self.index.to_string(),
            "size": self.size.to_string(),
            "slots": self.opened.iter().map(|slot| Value::from(u32::from(*slot))).collect::<Vec<_>>(),
            "lo": time(lo),
            "hi": time(hi),
        }
    }

    /// A sealed entry of the log's sealing key, for scenarios that need the statement.
    pub(super) fn sealing_statement(&self) -> Statement {
        Statement::sealing(self.party.log(), &self.party.sealing, self.slots.sealed())
    }
}

/// The quorum of most scenarios.
pub(super) const ONE: &str = "quorum w1\n";

/// Input under a policy with neutral witnesses and no key named by the reader.
pub(super) fn input(file: &[u8], policy: &str) -> Object {
    input_for(file, policy, Some(&companion(policy, 0)), None)
}

/// A companion that makes all three witnesses neutral.
pub(super) fn companion(policy: &str, f: u32) -> Vec<u8> {
    note::companion(policy, f, &[("w1", "one"), ("w2", "two"), ("w3", "three")], &["a.example", "b.example"])
}

/// Input with every choice.
pub(super) fn input_for(
    file: &[u8],
    policy: &str,
    companion: Option<&[u8]>,
    audience: Option<Hash>,
) -> Object {
    object! {
        "file": base64(file),
        "policy": base64(policy),
        "companion": companion.map_or(Value::Null, |bytes| base64(bytes).into()),
        "audience": audience.map_or(Value::Null, |digest| hex(&digest).into()),
    }
}

/// A list of texts as a JSON array.
pub(super) fn list(items: &[String]) -> Value {
    texts(items)
}
