//! Opened values against their slots: type, length, form. Each is sealed as it stands.

use detente_core::{Code, json::Value};

use super::{Open, json, sealed};
use crate::{
    build::profile::{rich, small},
    vector::{Operation, object},
};

pub(super) fn vectors(operation: &mut Operation) {
    let mut case = |code: Option<Code>,
                    name: &str,
                    description: &str,
                    profile: &Value,
                    values: &[(u16, Value)],
                    opened: &[u16]| {
        let open = Open::honest(profile, &sealed(profile, values), opened);
        match code {
            None => operation.ok(name, description, open.input(), object! {}),
            Some(code) => operation.fails(code, name, description, open.input()),
        }
    };
    let (small, rich) = (small(), rich());
    let kind = Some(Code::FieldType);
    let with = |slot: u16, value: &str| vec![(0, Value::from("cover")), (slot, json(value))];
    case(
        Some(Code::SlotRange),
        "unassigned-value",
        "a value in an unassigned slot",
        &small,
        &with(7, "\"x\""),
        &[7],
    );
    case(
        Some(Code::SlotRange),
        "unassigned-null",
        "null in an unassigned slot",
        &small,
        &with(7, "null"),
        &[7],
    );
    case(
        Some(Code::SlotRange),
        "unassigned-inside",
        "a value in an unassigned slot between assigned ones",
        &rich,
        &with(15, "\"x\""),
        &[14, 15, 16],
    );
    for (name, slot, value) in [
        ("number-for-text", 4, "1"),
        ("text-for-number", 5, "\"1\""),
        ("object-for-list", 6, "{}"),
        ("null", 4, "null"),
        ("boolean-for-text", 4, "true"),
    ] {
        case(
            kind,
            &format!("type-{name}"),
            "sealed by a party that does not follow the profile",
            &small,
            &with(slot, value),
            &[slot],
        );
    }
    case(
        kind,
        "type-container-with-members",
        "a container whose value has members",
        &rich,
        &with(8, "{\"hacking\":{}}"),
        &[8],
    );
    case(None, "type-container-empty", "a container with an empty object", &rich, &with(8, "{}"), &[8]);
    case(
        None,
        "type-container-text",
        "a container with a string that its types list",
        &rich,
        &with(9, "\"x\""),
        &[9],
    );
    case(
        kind,
        "type-container-number",
        "a container with a number that its types do not list",
        &rich,
        &with(9, "1"),
        &[9],
    );
    case(
        None,
        "type-object-with-members",
        "an object slot that is no container",
        &rich,
        &with(22, "{\"x\":1}"),
        &[22],
    );
    case(
        kind,
        "part-too-long",
        "a part of three characters that takes two",
        &rich,
        &with(6, "\"541\""),
        &[6],
    );
    case(
        None,
        "part-scalars",
        "a part of two scalar values in eight bytes",
        &rich,
        &with(6, "\"😀😀\""),
        &[6],
    );
    case(None, "part-rest-long", "the rest may be long", &rich, &with(7, "\"1234567890\""), &[7]);
    case(kind, "part-number", "a number in a part", &rich, &with(6, "54"), &[6]);
    for (name, time) in [
        ("year", "2026"),
        ("month", "2026-07"),
        ("day", "2026-07-14"),
        ("utc", "2026-07-14T10:20:30Z"),
        ("offset", "2026-07-14T10:20:30+05:30"),
        ("fraction", "2026-07-14T10:20:30.123Z"),
        ("leap-day", "2024-02-29"),
        ("leap-day-2000", "2000-02-29"),
        ("leap-second", "2026-12-31T23:59:60Z"),
        ("offset-largest", "2026-07-14T10:20:30-23:59"),
        ("year-0", "0000"),
    ] {
        case(None, &format!("time-{name}"), "a claimed time", &small, &with(1, &format!("\"{time}\"")), &[1]);
    }
    for (name, time) in [
        ("empty", ""),
        ("word", "yesterday"),
        ("two-digit-year", "26"),
        ("five-digit-year", "02026"),
        ("trailing-hyphen", "2026-"),
        ("month-0", "2026-00"),
        ("month-13", "2026-13"),
        ("month-one-digit", "2026-7"),
        ("day-0", "2026-07-00"),
        ("day-32", "2026-07-32"),
        ("slashes", "2026/07/14"),
        ("no-zone", "2026-07-14T10:20:30"),
        ("hour-24", "2026-07-14T24:00:00Z"),
        ("minute-60", "2026-07-14T10:60:00Z"),
        ("minute-only", "2026-07-14T10:20"),
        ("space-before", " 2026"),
        ("line-feed", "2026\\n"),
        ("leap-day-2023", "2023-02-29"),
        ("leap-day-1900", "1900-02-29"),
        ("april-31", "2026-04-31"),
        ("lower-case-t", "2026-07-14t10:20:30Z"),
        ("lower-case-z", "2026-07-14T10:20:30z"),
        ("second-61", "2026-07-14T10:20:61Z"),
        ("offset-24", "2026-07-14T10:20:30+24:00"),
        ("offset-minute-60", "2026-07-14T10:20:30+05:60"),
        ("fraction-empty", "2026-07-14T10:20:30.Z"),
        ("fraction-comma", "2026-07-14T10:20:30,5Z"),
        ("offset-without-colon", "2026-07-14T10:20:30+0530"),
        ("space-for-t", "2026-07-14 10:20:30Z"),
        ("day-31-in-date-time", "2026-06-31T10:20:30Z"),
        ("plus", "+2026"),
        ("other-digits", "２０２６"),
    ] {
        case(
            kind,
            &format!("time-{name}"),
            "not a claimed time",
            &small,
            &with(1, &format!("\"{time}\"")),
            &[1],
        );
    }
    case(kind, "time-number", "a claimed time that is a number", &small, &with(1, "2026"), &[1]);
    case(
        None,
        "amends",
        "an amended statement's id",
        &small,
        &with(3, &format!("\"{}\"", "0a".repeat(32))),
        &[3],
    );
    for (name, id) in [
        ("63-digits", "a".repeat(63)),
        ("65-digits", "a".repeat(65)),
        ("upper-case", "A".repeat(64)),
        ("letter-g", "g".repeat(64)),
        ("empty", String::new()),
    ] {
        case(
            kind,
            &format!("amends-{name}"),
            "not a statement id",
            &small,
            &with(3, &format!("\"{id}\"")),
            &[3],
        );
    }
    case(kind, "kind-absent", "slot 0 is absent", &small, &[(4, "text".into())], &[0]);
    case(
        kind,
        "kind-absent-beside",
        "slot 0 is absent, slot 4 is opened too",
        &small,
        &[(4, "text".into())],
        &[0, 4],
    );
    case(kind, "kind-number", "slot 0 is a number", &small, &[(0, 1.into())], &[0]);
    case(
        None,
        "kind-absent-not-opened",
        "slot 0 is absent and not opened: nothing shows",
        &small,
        &[(4, "text".into())],
        &[4],
    );
    case(
        kind,
        "first-slot-type",
        "the first slot that fails decides: a type",
        &small,
        &[(0, "cover".into()), (4, 1.into()), (7, "x".into())],
        &[4, 7],
    );
    case(
        Some(Code::SlotRange),
        "first-slot-range",
        "the first slot that fails decides: an unassigned slot",
        &rich,
        &[(0, "cover".into()), (15, "x".into()), (21, "x".into())],
        &[15, 21],
    );
}
