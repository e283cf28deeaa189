//! Sealed values, and the names that people type.

use detente_core::{Code, json::Value};

use super::{LOG, by_slot, json, sealed};
use crate::{
    build::{
        bytes::{base64, hex},
        profile::{profile_digest, rich, small},
        slots::Slots,
    },
    vector::{Operation, Vector, object},
};

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("disclosure.seal");
    let mut ok = |name: &str, description: &str, profile: &Value, slots: &Slots, values: &[(u16, Value)]| {
        let input = object! {"profile": base64(profile.to_file()), "log": hex(&slots.log), "seed": hex(&slots.seed), "values": by_slot(values)};
        operation.ok(name, description, input, object! {"sealed": hex(&slots.sealed())});
    };
    let kind = (0, Value::from("incident.report"));
    let one = [kind.clone()];
    ok("kind-only", "slot 0 alone", &small(), &sealed(&small(), &one), &one);
    let other = Slots::seal([0x4d; 32], profile_digest(&small()), 8, sealed(&small(), &one).seed, &one);
    ok("kind-only-other-log", "the same in another log", &small(), &other, &one);
    let seeded = Slots::seal(LOG, profile_digest(&small()), 8, [1; 32], &one);
    ok("kind-only-other-seed", "the same under another seed", &small(), &seeded, &one);
    let all = [
        kind.clone(),
        (1, "2026-07".into()),
        (2, "duty officer".into()),
        (3, "ab".repeat(32).into()),
        (4, "text".into()),
        (5, json("1.5")),
        (6, json("[1,{\"b\":2,\"a\":1}]")),
    ];
    ok("all", "every slot of a small profile", &small(), &sealed(&small(), &all), &all);
    let wide = [
        kind,
        (6, "54".into()),
        (7, "".into()),
        (9, json("{}")),
        (16, json("{\"x\":null}")),
        (21, false.into()),
    ];
    ok("rich", "width 32: parts, an empty container, a residue", &rich(), &sealed(&rich(), &wide), &wide);
    ok("rich-kind-only", "width 32, slot 0 alone", &rich(), &sealed(&rich(), &one), &one);
    operation.into_vectors()
}

pub(super) fn selections() -> Vec<Vector> {
    let mut operation = Operation::new("disclosure.select");
    let (small, rich) = (base64(small().to_file()), base64(rich().to_file()));
    for (name, description, profile, field, slots) in [
        ("name-two-ranges", "a name of two ranges", &small, "what", &[4, 6][..]),
        ("slot-name", "a slot's name", &small, "summary", &[4]),
        ("slot-name-envelope", "a slot of the envelope", &small, "claimed_time", &[1]),
        ("name-range", "a name of one range", &rich, "sector", &[6, 7]),
        (
            "name-before-slot-name",
            "`country` is a name and a slot's name: the name wins",
            &rich,
            "country",
            &[19, 20],
        ),
        ("name-mixed", "a name of envelope and document", &rich, "when", &[1, 12, 13, 14]),
        (
            "slot-name-before-pointer",
            "`action` is a slot's name and a pointer: the slot's name wins",
            &rich,
            "action",
            &[8],
        ),
        ("slot-name-with-dot", "a slot's name with a dot", &rich, "sector.2", &[6]),
        (
            "pointer-container",
            "the pointer of a container: all below it too",
            &rich,
            "action.hacking",
            &[9, 10, 11],
        ),
        ("pointer-inside", "a pointer inside a container", &rich, "action.hacking.variety", &[10]),
        ("pointer-parts", "a pointer of parts: all of them", &rich, "victim.industry", &[6, 7]),
        ("pointer-parts-root", "a pointer of parts at the root", &rich, "date", &[12, 13, 14]),
        ("pointer-below-residue", "a pointer below a residue", &rich, "plus.timeline.year", &[17]),
        ("slot-name-residue", "the residue's slot alone", &rich, "plus", &[16]),
    ] {
        let slots = slots.iter().map(|slot: &u32| Value::from(*slot)).collect::<Vec<_>>();
        operation.ok(
            name,
            description,
            object! {"profile": profile.as_str(), "field": field},
            object! {"slots": slots},
        );
    }
    for (name, description, profile, field) in [
        ("unknown", "a name that nothing has", &small, "colour"),
        ("unknown-empty", "an empty name", &small, ""),
        ("unknown-case", "another case", &small, "Summary"),
        ("unknown-pointer-form", "a pointer is typed with dots", &rich, "/action/hacking"),
        ("unknown-number", "a slot's number", &rich, "4"),
        ("unknown-step", "a step on the way to a pointer that has no slot", &rich, "plus.timeline"),
        ("unknown-trailing-dot", "a dot at the end", &rich, "action.hacking."),
        ("unknown-space", "a space before", &rich, " sector"),
    ] {
        operation.fails(
            Code::UnknownField,
            name,
            description,
            object! {"profile": profile.as_str(), "field": field},
        );
    }
    operation.into_vectors()
}
