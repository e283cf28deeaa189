//! Two parties, four witnesses of which one is run by a party, and a reader who trusts both logs.

use detente_checkpoint::Policy;
use detente_core::{Code, KeyDigest, json::Object, json::Value};
use detente_disclosure::Profile;
use detente_presentation::{PresentationDraft, Reader, UnverifiedPresentation, VerifiedPresentation};
use detente_statement::Role;
use detente_tests::party::{Offer, Party, Secret, Trust, Witness};

pub(crate) const TIME: u64 = 1_700_000_000;

/// Slots that every report of the stage has, and one that none has.
pub(crate) const SLOTS: &[u16] = &[0, 12, 33, 35, 200];

/// Log `a`: genesis 0; reports 1 to 3; `author2` is added at 4; report 5; the sealing key is rotated at 6; report 7;
/// `author2` is revoked at 8; report 9. Log `b`: genesis and three reports.
pub(crate) struct Stage {
    pub(crate) a: Party,
    pub(crate) b: Party,
    /// `w1` to `w3` are neutral, `w4` is run by party b.
    pub(crate) witnesses: [Witness; 4],
    pub(crate) trust: Trust,
    pub(crate) policy: Policy,
    profiles: [&'static Profile; 1],
}

impl Stage {
    pub(crate) fn new() -> Self {
        let mut a = Party::new("a", Secret::new("party a"));
        for number in 1..=3 {
            a.seal(&report("a", number));
        }
        a.add_key("author2");
        a.seal(&report("a", 5));
        a.rotate_key("sealing", Role::Sealing, "sealing2");
        a.seal_by("sealing2", a.sealed(5).values.clone());
        a.revoke_key("author2");
        a.seal_by("sealing2", a.sealed(1).values.clone());
        let mut b = Party::new("b", Secret::new("party b"));
        for number in 1..=3 {
            b.seal(&report("b", number));
        }
        let witnesses = ["w1", "w2", "w3", "w4"].map(Witness::new);
        let trust = Trust::in_logs(&[&a.note_key(), &b.note_key()])
            .witness(&witnesses[0], "institute one")
            .witness(&witnesses[1], "institute two")
            .witness(&witnesses[2], "institute three")
            .witness(&witnesses[3], "b.example")
            .lines("group most 2 w1 w2 w3 w4\nquorum most\n");
        let policy = trust.policy();
        Self { a, b, witnesses, trust, policy, profiles: [Profile::veris_1()] }
    }

    /// Two neutral witnesses: just enough.
    pub(crate) fn cosigners(&self) -> Vec<(&Witness, u64)> {
        vec![(&self.witnesses[0], TIME), (&self.witnesses[1], TIME + 5)]
    }

    /// An honest offer of a party's entry to the newest checkpoint.
    pub(crate) fn offer<'s>(&'s self, party: &'s Party, index: u64) -> Offer<'s> {
        let mut offer = Offer::new(party, index, SLOTS);
        offer.cosigners = self.cosigners();
        offer
    }

    /// Report 3 of party a, signed by keys of the genesis.
    pub(crate) fn honest(&self) -> Offer<'_> {
        self.offer(&self.a, 3)
    }

    pub(crate) fn verify(&self, file: &[u8]) -> Result<VerifiedPresentation<'_>, Code> {
        verify_with(file, &self.policy, &self.profiles, None)
    }

    /// The code that a draft meets.
    pub(crate) fn meets(&self, draft: PresentationDraft) -> Code {
        match draft.to_bytes() {
            Ok(file) => self.file_meets(&file),
            Err(error) => error.code(),
        }
    }

    /// The code that a file meets.
    pub(crate) fn file_meets(&self, file: &[u8]) -> Code {
        self.verify(file).map(|verified| verified.index()).expect_err("a file that is refused")
    }

    /// The code that a file meets after a change to its JSON.
    pub(crate) fn edited(&self, offer: &Offer<'_>, edit: impl FnOnce(&mut Object)) -> Code {
        self.file_meets(&edited(&offer.file(), edit))
    }
}

pub(crate) fn verify_with<'p>(
    file: &[u8],
    policy: &'p Policy,
    profiles: &'p [&'p Profile],
    audience: Option<KeyDigest>,
) -> Result<VerifiedPresentation<'p>, Code> {
    UnverifiedPresentation::parse(file)
        .and_then(|file| file.verify(&Reader { policy, profiles, audience }))
        .map_err(|error| error.code())
}

/// The file after a change to its JSON, canonical again.
pub(crate) fn edited(file: &[u8], edit: impl FnOnce(&mut Object)) -> Vec<u8> {
    let Value::Object(mut members) = Value::parse_file(file).unwrap() else { panic!("not an object") };
    edit(&mut members);
    Value::Object(members).to_file()
}

/// The object at a member.
pub(crate) fn object<'o>(members: &'o mut Object, name: &str) -> &'o mut Object {
    match members.get_mut(name).unwrap() {
        Value::Object(members) => members,
        _ => panic!("{name} is no object"),
    }
}

/// The list at a member.
pub(crate) fn list<'o>(members: &'o mut Object, name: &str) -> &'o mut Vec<Value> {
    match members.get_mut(name).unwrap() {
        Value::Array(items) => items,
        _ => panic!("{name} is no list"),
    }
}

/// Replaces one text in a member that is a string.
pub(crate) fn replace(members: &mut Object, name: &str, from: &str, to: &str) {
    let text = members[name].as_str().unwrap();
    assert!(text.contains(from), "{name} does not hold {from:?}");
    let text = text.replacen(from, to, 1);
    members.insert(name.to_owned(), text.into());
}

pub(crate) fn report(party: &str, number: u64) -> String {
    format!(
        r#"{{"action":{{"hacking":{{"variety":["SQLi"]}}}},"incident_id":"{party}-{number}","summary":"Report {number} of {party}.","victim":{{"country":["CH"],"industry":"541330"}}}}"#
    )
}

/// Without this, every refusal below could have another cause.
#[test]
fn the_honest_offers_verify() {
    let stage = Stage::new();
    for index in [1, 2, 3, 5] {
        let verified = stage.verify(&stage.offer(&stage.a, index).file()).unwrap();
        assert_eq!(verified.index().get(), index);
        assert_eq!(verified.verdict().as_str(), "VERIFIED");
    }
    for index in [7, 9] {
        let mut offer = stage.offer(&stage.a, index);
        offer.events = vec![0, 6];
        offer.earlier =
            Some((4, stage.cosigners().into_iter().map(|(witness, time)| (witness, time - 100)).collect()));
        let verified = stage.verify(&offer.file()).unwrap();
        assert_eq!(verified.earlier().map(|size| size.get()), Some(4));
    }
    assert!(stage.verify(&stage.offer(&stage.b, 2).file()).is_ok());
}
