//! Openings that no document can have together, each sealed as it stands by a party that does not follow the profile.

use detente_core::{Code, json::Value};

use super::{Open, json, sealed};
use crate::{
    build::profile::rich,
    vector::{Operation, object},
};

pub(super) fn vectors(operation: &mut Operation) {
    let rich = rich();
    let open = |values: &[(u16, &str)], opened: &[u16]| {
        let mut values: Vec<(u16, Value)> = values.iter().map(|(slot, value)| (*slot, json(value))).collect();
        values.push((0, "incident.report".into()));
        Open::honest(&rich, &sealed(&rich, &values), opened).input()
    };
    let mut fails = |name: &str, description: &str, values: &[(u16, &str)], opened: &[u16]| {
        operation.fails(
            Code::ContainerConflict,
            format!("conflict-{name}"),
            description,
            open(values, opened),
        );
    };
    fails(
        "container-and-member",
        "an empty container with a member below it",
        &[(8, "{}"), (9, "\"x\"")],
        &[8, 9],
    );
    fails(
        "container-and-grandchild",
        "an empty container with a member two steps below",
        &[(8, "{}"), (10, "[]")],
        &[8, 10],
    );
    fails(
        "inner-container-and-member",
        "an empty inner container with a member",
        &[(9, "{}"), (11, "1")],
        &[9, 11],
    );
    fails(
        "plain-container-and-member",
        "a container that is a string, with a member",
        &[(9, "\"x\""), (10, "[]")],
        &[9, 10],
    );
    fails(
        "container-and-part",
        "an empty container with a part below it",
        &[(5, "{}"), (6, "\"54\""), (7, "\"\"")],
        &[5, 6],
    );
    fails("part-absent", "the first part with a value, the rest absent", &[(6, "\"54\"")], &[6, 7]);
    fails("first-part-absent", "the first part absent, the rest with a value", &[(7, "\"1330\"")], &[6, 7]);
    fails(
        "middle-part-absent",
        "the middle of three parts absent",
        &[(12, "\"2020\""), (14, "\"\"")],
        &[12, 13, 14],
    );
    fails(
        "short-part-then-more",
        "a part shorter than it takes, followed by one that is not empty",
        &[(6, "\"5\""), (7, "\"4\"")],
        &[6, 7],
    );
    fails(
        "empty-part-then-more",
        "an empty part, followed by one that is not empty",
        &[(6, "\"\""), (7, "\"4\"")],
        &[6, 7],
    );
    fails(
        "short-part-then-last",
        "a short first part and a third that is not empty; the middle one stays sealed",
        &[(12, "\"20\""), (13, "\"\""), (14, "\"x\"")],
        &[12, 14],
    );
    fails(
        "short-part-by-scalars",
        "one scalar value of four bytes where two belong",
        &[(6, "\"😀\""), (7, "\"x\"")],
        &[6, 7],
    );
    fails(
        "residue-keeps-value",
        "the residue still holds what a slot takes out",
        &[(16, "{\"note\":\"n\"}")],
        &[16],
    );
    fails(
        "residue-keeps-inner-value",
        "the same two steps below",
        &[(16, "{\"timeline\":{\"year\":2020}}"), (17, "2021")],
        &[16, 17],
    );
    fails(
        "residue-keeps-value-beside-absent",
        "the residue holds it and its slot is opened as absent",
        &[(16, "{\"note\":true}")],
        &[16, 18],
    );
    for (name, residue) in [
        ("empty", "{}"),
        ("step-no-object", "{\"timeline\":[]}"),
        ("filled", "{\"timeline\":{\"year\":\"1999\"}}"),
    ] {
        fails(
            &format!("residue-no-place-{name}"),
            "a value that was not taken out of the residue opened with it",
            &[(16, residue), (17, "2020")],
            &[16, 17],
        );
    }
    fails("residue-absent", "a value taken out of a residue that is absent", &[(17, "2020")], &[16, 17]);
    let mut ok = |name: &str, description: &str, values: &[(u16, &str)], opened: &[u16]| {
        operation.ok(format!("no-conflict-{name}"), description, open(values, opened), object! {});
    };
    ok("container-beside-absent", "an empty container and absent members", &[(8, "{}")], &[8, 9, 10, 11]);
    ok("absent-container-and-member", "an absent container and a member", &[(10, "[]")], &[8, 9, 10]);
    ok(
        "container-elsewhere",
        "an empty container and a member of another",
        &[(8, "{}"), (6, "\"54\""), (7, "\"\"")],
        &[6, 8],
    );
    ok(
        "container-member-sealed",
        "an empty container whose member stays sealed: nothing shows",
        &[(8, "{}"), (9, "\"x\"")],
        &[8],
    );
    ok(
        "short-part-alone",
        "a part shorter than it takes, the rest sealed",
        &[(6, "\"5\""), (7, "\"\"")],
        &[6],
    );
    ok(
        "short-part-empty-rest",
        "a part shorter than it takes and an empty rest",
        &[(6, "\"5\""), (7, "\"\"")],
        &[6, 7],
    );
    ok(
        "part-absent-sealed",
        "a part with a value, the absent one stays sealed: nothing shows",
        &[(6, "\"54\"")],
        &[6],
    );
    ok(
        "full-part-empty-middle",
        "a full part, a sealed middle and an empty rest",
        &[(12, "\"2020\""), (13, "\"-0\""), (14, "\"\"")],
        &[12, 14],
    );
    ok(
        "residue-other-type",
        "the residue holds a value of a type that the slot does not list",
        &[(16, "{\"note\":1,\"timeline\":{\"year\":\"2020\"}}")],
        &[16, 17, 18],
    );
    ok(
        "residue-step-no-object",
        "a step on the way is no object",
        &[(16, "{\"timeline\":[{\"year\":2020}]}")],
        &[16],
    );
    ok(
        "residue-and-slots",
        "a residue and what was taken out of it",
        &[(16, "{\"timeline\":{}}"), (17, "2020"), (18, "true")],
        &[16, 17, 18],
    );
    // Step 4 comes before step 5, whatever the slots are.
    operation.fails(
        Code::FieldType,
        "conflict-after-type",
        "a conflict, and a later slot of a wrong type",
        open(&[(8, "{}"), (9, "\"x\""), (21, "\"x\"")], &[8, 9, 21]),
    );
}
