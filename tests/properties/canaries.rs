//! What stays sealed never occurs in the file: not its values, not the names under `plus`.

use detente_core::{base64, json::Object, json::Value};
use detente_disclosure::{Document, Envelope, Profile, RealKind, Shape, SlotValues, ValueType};
use detente_tests::party::{Party, Secret};
use proptest::prelude::*;

use crate::world::World;

/// Thirty-two random characters: 32 bytes that a report can hold as they are.
fn canary() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop::sample::select(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789".to_vec()),
        32,
    )
    .prop_map(|bytes| String::from_utf8(bytes).unwrap())
}

/// The forms in which a text could be in a file: itself, hexadecimal, and base64 at each of three alignments without the
/// characters that its neighbours decide.
fn forms(canary: &str) -> Vec<(&'static str, String)> {
    let hex: String = canary.bytes().map(|byte| format!("{byte:02x}")).collect();
    let aligned = |before: usize, cut: usize| {
        let text = base64::encode(format!("{}{canary}", "x".repeat(before)).as_bytes());
        let whole = (before + canary.len()) / 3 * 4;
        text[cut..whole].to_owned()
    };
    vec![
        ("raw", canary.to_owned()),
        ("upper-case hexadecimal", hex.to_uppercase()),
        ("hexadecimal", hex),
        ("base64", aligned(0, 0)),
        ("base64, one byte in", aligned(1, 4)),
        ("base64, two bytes in", aligned(2, 4)),
    ]
}

fn found(file: &[u8], canary: &str) -> Option<&'static str> {
    let holds = |form: &str| file.windows(form.len()).any(|window| window == form.as_bytes());
    forms(canary).into_iter().find(|(_, form)| holds(form)).map(|(name, _)| name)
}

/// A value of the slot that holds a canary, when it can hold a text.
fn holding(slot: &detente_disclosure::Slot, canary: &str) -> Option<Value> {
    let text = Value::from(canary);
    let plain = matches!(slot.shape(), Shape::Plain | Shape::Container);
    let lists = |listed| slot.types().contains(&listed);
    match plain {
        true if lists(ValueType::String) => Some(text),
        true if lists(ValueType::Array) => Some(Value::Array(vec![text])),
        _ => None,
    }
}

/// Every slot that can hold a text has its own canary, and so have three names under `plus`.
fn values(canaries: &[String], names: &[String; 3]) -> SlotValues<'static> {
    let profile = Profile::veris_1();
    let mut plus = Object::new();
    plus.insert(names[0].clone(), Value::from(1_u32));
    plus.insert("timeline".to_owned(), Value::from([(names[1].as_str(), Value::Bool(true))]));
    plus.insert("deep".to_owned(), Value::Array(vec![Value::from([(names[2].as_str(), Value::Null)])]));
    let document = Document::from_value(Value::from([("plus", Value::Object(plus))])).unwrap();
    let mut values = document.to_slots(profile).unwrap();
    values.set_envelope(&Envelope::new(RealKind::Cover)).unwrap();
    for (slot, canary) in profile.slots().iter().zip(canaries) {
        if let Some(value) = holding(slot, canary).filter(|_| slot.pointer().is_some()) {
            values.set(slot.number(), value).unwrap();
        }
    }
    values
}

proptest! {
    #![proptest_config(crate::world::cases(12))]

    #[test]
    fn a_hidden_canary_never_occurs(
        seed: u64,
        canaries in proptest::collection::vec(canary(), 256),
        names in [canary(), canary(), canary()],
        slots in proptest::collection::btree_set(0_u16..256, 1..10),
        opens_plus: bool,
    ) {
        let profile = Profile::veris_1();
        let plus = profile.slot_named("plus").unwrap().number().get();
        let mut slots = slots;
        if opens_plus { slots.insert(plus) } else { slots.remove(&plus) };
        slots.insert(0);
        let mut party = Party::new("a", Secret::new(format!("canaries {seed}")));
        let index = party.seal_by("sealing", values(&canaries, &names));
        let world = World::around(party);
        let file = world.offer(index, &slots.iter().copied().collect::<Vec<_>>()).file();
        let mut hidden = 0;
        for (slot, canary) in profile.slots().iter().zip(&canaries) {
            let opened = slots.contains(&slot.number().get());
            let held = slot.pointer().is_some() && holding(slot, canary).is_some();
            // An opened one is there: so the search finds what there is to find.
            let expected = (held && opened).then_some("raw");
            prop_assert_eq!(found(&file, canary), expected, "slot {}", slot.number());
            hidden += usize::from(held && !opened);
        }
        prop_assert!(hidden > 100, "{hidden} hidden canaries");
        for name in &names {
            prop_assert_eq!(found(&file, name), opens_plus.then_some("raw"));
        }
    }

    #[test]
    fn the_search_finds_every_form(canary in canary(), before in "[a-z]{0,5}", after in "[a-z]{0,5}") {
        let around = format!("{before}{canary}{after}");
        prop_assert!(found(base64::encode(around.as_bytes()).as_bytes(), &canary).is_some());
        let hex: String = around.bytes().map(|byte| format!("{byte:02x}")).collect();
        prop_assert_eq!(found(hex.as_bytes(), &canary), Some("hexadecimal"));
    }
}
