//! The grant, the openings, the profile.

use detente_core::{
    Code,
    json::{Object, Value},
};

use super::scene::{ONE, Scene, input, json};
use crate::{
    build::{
        bytes::{base64, hex},
        edwards,
        keys::Key,
        presentation::hashes,
        slots::{Slots, leaf, opening, salt},
        statement::Party,
    },
    vector::Operation,
};

pub(super) fn vectors(operation: &mut Operation) {
    mismatches(operation);
    signatures(operation);
    openings(operation);
    contents(operation);
}

fn grant_member(members: &mut Object) -> &mut Object {
    match members.get_mut("grant") {
        Some(Value::Object(grant)) => grant,
        _ => panic!("a grant"),
    }
}

fn mismatches(operation: &mut Operation) {
    let base = Scene::new();
    let policy = base.policy(ONE);
    let mut fails = |name: &str, description: &str, file: Vec<u8>| {
        operation.fails(Code::GrantMismatch, format!("grant-{name}"), description, input(&file, &policy));
    };
    fails(
        "for-other-log",
        "the grant names another log",
        base.with_grant(|grant| grant.log = Party::named("b.example").log()),
    );
    fails(
        "for-other-statement",
        "the grant names another statement",
        base.with_grant(|grant| grant.statement = [1; 32]),
    );
    fails("for-other-index", "the grant names another index", base.with_grant(|grant| grant.index = 8));
    fails("for-other-slots", "the grant names other slots", base.with_grant(|grant| grant.leaves[1].0 = 34));
    fails(
        "slots-in-other-order",
        "the grant names the same slots in another order",
        base.with_grant(|grant| grant.leaves.reverse()),
    );
    let unsigned = base.with(|members| {
        grant_member(members).insert("index".to_owned(), "8".into());
    });
    fails("index-changed", "the index changed without a new signature: the comparison comes first", unsigned);
    let mut replayed = base.clone();
    replayed.entries.swap(7, 8);
    let honest = base.grant();
    fails(
        "of-other-entry",
        "the grant of one entry beside another",
        replayed.with(|members| {
            members.insert("grant".to_owned(), Value::Object(honest.signed(&base.granter)));
        }),
    );
    let relayed = base.with(|members| {
        let mut grant = base.grant();
        grant.index = 8;
        members.insert("grant".to_owned(), Value::Object(grant.signed(&Key::named("stranger"))));
    });
    fails("mismatch-before-relayed", "a wrong index under a key that is not enrolled", relayed);
}

fn signatures(operation: &mut Operation) {
    let base = Scene::new();
    let policy = base.policy(ONE);
    let mut fails = |code: Code, name: &str, description: &str, change: &dyn Fn(&mut Object)| {
        let file = base.with(|members| change(grant_member(members)));
        operation.fails(code, format!("grant-{name}"), description, input(&file, &policy));
    };
    let invalid = Code::InvalidGrantSignature;
    fails(invalid, "tlp-changed", "GREEN where AMBER was signed", &|grant| {
        grant.insert("tlp".to_owned(), "GREEN".into());
    });
    fails(invalid, "pap-changed", "CLEAR where GREEN was signed", &|grant| {
        grant.insert("pap".to_owned(), "CLEAR".into());
    });
    fails(invalid, "time-changed", "another time", &|grant| {
        grant.insert("time".to_owned(), "1780000001".into());
    });
    fails(invalid, "nonce-changed", "another nonce", &|grant| {
        grant.insert("nonce".to_owned(), base64([0; 16]).into());
    });
    fails(invalid, "audience-changed", "another audience", &|grant| {
        grant.insert("audience".to_owned(), hex(&Key::named("c.example").digest()).into());
    });
    fails(
        invalid,
        "profile-changed",
        "another profile: the signature is checked before the profile is looked up",
        &|grant| {
            grant.insert("profile".to_owned(), "ab".repeat(32).into());
        },
    );
    fails(invalid, "leaf-changed", "another leaf", &|grant| {
        if let Some(Value::Array(leaves)) = grant.get_mut("leaves")
            && let Some(Value::Object(first)) = leaves.first_mut()
        {
            first.insert("leaf".to_owned(), "ab".repeat(32).into());
        }
    });
    fails(invalid, "signature-zeros", "64 zero bytes", &|grant| {
        grant.insert("signature".to_owned(), base64([0; 64]).into());
    });
    fails(invalid, "signer-changed", "the digest of another enrolled key", &|grant| {
        grant.insert("signer".to_owned(), hex(&base.party.author.digest()).into());
    });
    fails(Code::Relayed, "signer-unknown", "the digest of a key that is not enrolled", &|grant| {
        grant.insert("signer".to_owned(), "ab".repeat(32).into());
    });
    let message = base.grant().message();
    let nonce = edwards::nonce("grant");
    let r = edwards::commitment(&nonce, 1);
    let mixed =
        edwards::signature(&edwards::secret(&base.granter), &base.granter.public, &r, &nonce, &message);
    fails(invalid, "signature-mixed-order", "R of mixed order: valid with the cofactor only", &|grant| {
        grant.insert("signature".to_owned(), base64(mixed).into());
    });
    let plus = edwards::with_order_added(&base.granter.sign(&message), 1);
    fails(invalid, "signature-s-plus-l", "S is not below L", &|grant| {
        grant.insert("signature".to_owned(), base64(plus).into());
    });
    let unlabelled =
        base.granter.sign(&message[8 + detente_core::Label::PRESENTATION_GRANT.as_str().len()..]);
    fails(invalid, "signature-without-label", "a signature without the label", &|grant| {
        grant.insert("signature".to_owned(), base64(unlabelled).into());
    });
}

fn openings(operation: &mut Operation) {
    let base = Scene::new();
    let policy = base.policy(ONE);
    let mut fails = |code: Code, name: &str, description: &str, file: Vec<u8>| {
        operation.fails(code, name, description, input(&file, &policy));
    };
    let set = |second: Value| {
        base.with(|members| {
            members.insert("openings".to_owned(), Value::Array(vec![base.slots.opening(0), second]));
        })
    };
    let wrong = Code::OpeningMismatch;
    let own = salt(&base.slots.seed, 33);
    fails(
        wrong,
        "opening-value",
        "another value than the grant's leaf",
        set(opening(33, &own, Some(&"62".into()))),
    );
    fails(wrong, "opening-absent", "a value opened as absent", set(opening(33, &own, None)));
    fails(wrong, "opening-salt", "another salt", set(opening(33, &[0; 32], Some(&"54".into()))));
    fails(
        wrong,
        "opening-of-other-slot",
        "the opening of slot 34 as slot 33",
        set(opening(33, &salt(&base.slots.seed, 34), Some(&"1330".into()))),
    );
    let values: Vec<_> = base.slots.values.clone().into_iter().collect();
    let statement = Slots::seal(base.slots.log, base.slots.profile, 256, [8; 32], &values);
    fails(
        wrong,
        "opening-of-other-statement",
        "the opening of another statement of the same log",
        set(statement.opening(33)),
    );
    let foreign =
        Slots::seal(Party::named("b.example").log(), base.slots.profile, 256, base.slots.seed, &values);
    let regranted = {
        let leaves = [0, 33].map(|slot| (slot, foreign.leaf(slot)));
        base.with_grant(|grant| grant.leaves = leaves.to_vec())
    };
    fails(
        wrong,
        "grant-of-other-log-leaves",
        "the grant names the leaves of another log's statement with the same seed",
        regranted,
    );
    // The key of the log signs a grant over leaves that its statement does not seal.
    let lying = |slot: u16, value: Option<&Value>| {
        let mut grant = base.grant();
        grant.leaves[1] = (slot, leaf(&base.slots.log, slot, &own, value));
        base.with(|members| {
            members.insert("grant".to_owned(), Value::Object(grant.signed(&base.granter)));
            members.insert(
                "openings".to_owned(),
                Value::Array(vec![base.slots.opening(0), opening(slot, &own, value)]),
            );
        })
    };
    let sealed = Code::SealedMismatch;
    fails(
        sealed,
        "granted-other-value",
        "grant and opening agree on a value that is not the sealed one",
        lying(33, Some(&"62".into())),
    );
    fails(sealed, "granted-absent", "grant and opening agree on absence", lying(33, None));
    fails(
        Code::SlotRange,
        "granted-slot-256",
        "grant and opening agree on a slot beyond the width",
        lying(256, None),
    );
    fails(Code::SlotOrder, "granted-slot-twice", "grant and opening name one slot twice", {
        let mut grant = base.grant();
        grant.leaves[1] = grant.leaves[0];
        base.with(|members| {
            members.insert("grant".to_owned(), Value::Object(grant.signed(&base.granter)));
            members.insert("openings".to_owned(), Value::Array(base.slots.openings(&[0, 0])));
        })
    });
    fails(
        Code::SlotOrder,
        "granted-slots-decreasing",
        "grant and openings name slots in decreasing order",
        Scene { opened: vec![33, 0], ..base.clone() }.with(|members| {
            members.insert("multiproof".to_owned(), hashes(&base.slots.proof(&[0, 33])));
        }),
    );
    let proof = base.slots.proof(&[0, 33]);
    let multiproof = |proof: &[[u8; 32]]| {
        base.with(|members| {
            members.insert("multiproof".to_owned(), hashes(proof));
        })
    };
    fails(
        Code::ProofLength,
        "multiproof-missing",
        "a hash of the multi-proof is missing",
        multiproof(&proof[1..]),
    );
    fails(
        Code::ProofLength,
        "multiproof-extra",
        "a hash more in the multi-proof",
        multiproof(&[&proof[..], &[[0; 32]]].concat()),
    );
    let mut swapped = proof.clone();
    swapped.swap(0, 1);
    fails(sealed, "multiproof-swapped", "two hashes of the multi-proof exchanged", multiproof(&swapped));
    let other = base.with(|members| {
        members.insert("multiproof".to_owned(), hashes(&statement.proof(&[0, 33])));
    });
    fails(sealed, "multiproof-of-other-statement", "the multi-proof of another statement", other);
    let narrow = Slots::seal(base.slots.log, [0xab; 32], 256, base.slots.seed, &values);
    let entry = base.party.sealed(narrow.sealed());
    let unknown = Scene { slots: narrow, ..base.clone().put(7, entry) };
    fails(
        Code::UnknownProfile,
        "unknown-profile",
        "sealed and granted under a profile that the reader does not have, all signatures valid",
        unknown.file(),
    );
    let claimed = base.with_grant(|grant| grant.profile = [0xab; 32]);
    fails(Code::UnknownProfile, "unknown-profile-claimed", "the grant alone names another profile", claimed);
    let resealed = Slots::seal(base.slots.log, [0xab; 32], 256, base.slots.seed, &values);
    let entry = base.party.sealed(resealed.sealed());
    let scene = base.clone().put(7, entry);
    fails(
        sealed,
        "sealed-under-other-profile",
        "sealed under another profile than the grant names",
        scene.file(),
    );
}

fn contents(operation: &mut Operation) {
    let mut fails = |code: Code, name: &str, description: &str, values: &[(u16, &str)], opened: &[u16]| {
        let values: Vec<_> = values.iter().map(|(slot, value)| (*slot, json(value))).collect();
        let scene = Scene { opened: opened.to_vec(), ..Scene::with_values(&values) };
        operation.fails(
            code,
            format!("contents-{name}"),
            description,
            input(&scene.file(), &scene.policy(ONE)),
        );
    };
    let kind = (0, "\"incident.report\"");
    fails(Code::FieldType, "kind-absent", "no kind", &[(33, "\"54\"")], &[0, 33]);
    fails(
        Code::FieldType,
        "claimed-time",
        "a claimed time of another form",
        &[kind, (1, "\"yesterday\"")],
        &[0, 1],
    );
    fails(Code::FieldType, "amends", "an amended id of another form", &[kind, (3, "\"7\"")], &[0, 3]);
    fails(Code::FieldType, "type", "a number where the profile has a string", &[kind, (12, "1")], &[12]);
    fails(Code::FieldType, "part-too-long", "three digits in a part of two", &[kind, (33, "\"541\"")], &[33]);
    fails(Code::SlotRange, "unassigned", "a value in an unassigned slot", &[kind, (255, "\"x\"")], &[255]);
    fails(
        Code::ContainerConflict,
        "container",
        "an empty container and a member below it",
        &[kind, (31, "{}"), (33, "\"54\""), (34, "\"\"")],
        &[31, 33],
    );
    fails(
        Code::ContainerConflict,
        "parts",
        "one part with a value, one absent",
        &[kind, (33, "\"54\"")],
        &[33, 34],
    );
    fails(
        Code::ContainerConflict,
        "residue",
        "a residue that still holds a notification date",
        &[kind, (212, "{\"timeline\":{\"notification\":{\"year\":2020}}}")],
        &[212],
    );
}
