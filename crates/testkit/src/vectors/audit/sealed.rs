//! Sealed entries: opening them, and what reports say of time.

use detente_core::{Code, json::Value};

use super::{
    accept, obligation,
    world::{Cell, Expected, World, agreed, cell},
};
use crate::{
    build::{
        bytes::{Hash, base64, digest, run_from},
        keys::Key,
        note,
        presentation::{Grant, event, hashes},
        slots::Slots,
        statement::{id_of, nonce},
        tree::{inclusion, leaf_hash},
    },
    vector::{Operation, object},
};

const DAY: u64 = 86_400;
const VERIS: &str = include_str!("../../../../../specs/profiles/veris-1.json");

fn veris() -> Hash {
    digest(detente_core::Label::DISCLOSURE_PROFILE, &[VERIS.trim_end_matches('\n').as_bytes()])
}

/// A report of b: sealed values, and where it stands once it is logged.
struct Report {
    slots: Slots,
    index: u64,
}

/// Seals a report in b's log.
fn report(world: &mut World, fill: u8, values: &[(u16, Value)]) -> Report {
    let slots = Slots::seal(world.b.log(), veris(), 256, run_from(fill), values);
    let entry = world.b.party.sealed(slots.sealed());
    Report { index: world.b.push(entry), slots }
}

/// A presentation that opens slots of a report, under b's newest checkpoint.
fn open(world: &World, report: &Report, opened: &[u16]) -> Vec<u8> {
    open_with(world, report, opened, &world.b.party.author.clone())
}

fn open_with(world: &World, report: &Report, opened: &[u16], granter: &Key) -> Vec<u8> {
    let (size, lines) = world.b.heads.last().unwrap();
    let leaves: Vec<Hash> = world.b.entries[..*size].iter().map(|entry| leaf_hash(entry)).collect();
    let index = report.index as usize;
    let grant = Grant {
        log: world.b.log(),
        statement: id_of(&world.b.entries[index]),
        index: report.index,
        profile: veris(),
        leaves: opened.iter().map(|slot| (*slot, report.slots.leaf(*slot))).collect(),
        audience: Key::named("a.example audience").digest(),
        tlp: 2,
        pap: 1,
        time: 1_780_000_000,
        nonce: nonce(0x70),
    };
    let newest = world.b.note(*size, lines);
    let members = object! {
        "detente": "presentation/v1",
        "proof": note::proof(None, report.index, &inclusion(index, &leaves), &newest),
        "entry": base64(&world.b.entries[index]),
        "events": Value::Array(vec![event(0, &world.b.entries[0], &inclusion(0, &leaves))]),
        "grant": Value::Object(grant.signed(granter)),
        "openings": report.slots.openings(opened),
        "multiproof": hashes(&report.slots.proof(opened)),
    };
    Value::Object(members).to_file()
}

fn story(cells: Vec<Cell>) -> Expected {
    Expected { cells: cells.into_iter().map(Cell::done).collect(), force: agreed(), ..Expected::default() }
}

fn of_b(id: &str, kind: &str, members: &str) -> String {
    obligation(id, kind, &format!("obliged = [\"b\"]\n{members}"))
}

pub(super) fn add(operation: &mut Operation) {
    opening(operation);
    refused(operation);
    fields(operation);
    days(operation);
    stages(operation);
}

/// Two reports of b at 3 and 4, published 310..1000; entries 0 to 2 are visible.
fn two_reports(terms: &str, first: &[(u16, Value)], second: &[(u16, Value)]) -> (World, Report, Report) {
    let mut world = World::agreed(terms);
    let one = report(&mut world, 0x20, first);
    let two = report(&mut world, 0x21, second);
    world.b.publish(1_000);
    world.a.publish(2_000);
    (world, one, two)
}

fn kind_of(kind: &str) -> (u16, Value) {
    (0, kind.into())
}

fn opening(operation: &mut Operation) {
    let terms = of_b("S1", "open-within", "slots = [0, 4]\nperiod = \"P1D\"\n");
    let values = [kind_of("incident.report"), (4, "early".into())];
    let of = |verdict: &str, index| {
        cell("S1", "b", verdict).subject("b", index).start(310, 1_000).due(310 + DAY, 1_000 + DAY)
    };
    let (mut world, one, two) = two_reports(&terms, &values, &values);
    accept(
        operation,
        "unopened",
        "two sealed entries, nothing opened",
        &world,
        story(vec![of("OVERDUE", 3).links(2)]),
    );
    world.at = 1_000 + DAY;
    accept(
        operation,
        "unopened-and-not-due",
        "on the last second",
        &world,
        story(vec![of("PENDING", 3).links(2)]),
    );
    world.at = 1_001 + DAY;
    world.presentations = vec![open(&world, &one, &[0, 4]), open(&world, &two, &[0])];
    accept(
        operation,
        "opened-one",
        "one has both slots opened, the other one of two",
        &world,
        story(vec![of("MET", 3), of("OVERDUE", 4)]),
    );
    world.presentations =
        vec![open(&world, &one, &[0, 4]), open(&world, &two, &[4]), open(&world, &two, &[0])];
    accept(
        operation,
        "opened-in-parts",
        "two presentations open one slot each",
        &world,
        story(vec![of("MET", 3).links(2)]),
    );
    // Slot 4 is opened as absent.
    let (mut absent, one, two) = two_reports(&terms, &[kind_of("cover")], &values);
    absent.presentations = vec![open(&absent, &one, &[0, 4]), open(&absent, &two, &[0, 4])];
    accept(
        operation,
        "opened-as-absent",
        "a slot that holds nothing is opened by showing that",
        &absent,
        story(vec![of("MET", 3).links(2)]),
    );
}

fn refused(operation: &mut Operation) {
    let terms = of_b("S1", "open-within", "slots = [0]\nperiod = \"P1D\"\n");
    let values = [kind_of("incident.report")];
    let of = |verdict: &str, index| {
        cell("S1", "b", verdict).subject("b", index).start(310, 1_000).due(310 + DAY, 1_000 + DAY)
    };
    let (mut world, one, two) = two_reports(&terms, &values, &values);
    let stranger = Key::named("somebody else");
    let mut cut = open(&world, &two, &[0]);
    cut.truncate(cut.len() - 2);
    world.presentations = vec![open_with(&world, &one, &[0], &stranger), cut];
    let mut expected = story(vec![of("OVERDUE", 3).links(2)]);
    expected.refused_presentations = [(0, "RELAYED"), (1, "MALFORMED-JSON")].into();
    accept(
        operation,
        "presentations-refused",
        "one that was passed on and one that is cut: nothing of them counts",
        &world,
        expected,
    );
    // A log of the same keys and origin that is another one.
    let (mut other, _, _) = two_reports(&terms, &values, &values);
    let elsewhere = {
        let (mut world, one, _) = two_reports(&terms, &values, &values);
        world.b.entries[0] = {
            let mut genesis = world.b.party.genesis();
            genesis.fill = 0x11;
            genesis.statement(&world.b.party.author).signed(&world.b.party.author)
        };
        let log = leaf_hash(&world.b.entries[0]);
        let slots = Slots::seal(log, veris(), 256, run_from(0x20), &values);
        let statement =
            crate::build::statement::Statement::sealing(log, &world.b.party.sealing, slots.sealed());
        world.b.entries[3] = statement.signed(&world.b.party.sealing);
        let (size, lines) = world.b.heads.last().unwrap().clone();
        let leaves: Vec<Hash> = world.b.entries[..size].iter().map(|entry| leaf_hash(entry)).collect();
        let grant = Grant {
            log,
            statement: id_of(&world.b.entries[3]),
            index: one.index,
            profile: veris(),
            leaves: vec![(0, slots.leaf(0))],
            audience: Key::named("a.example audience").digest(),
            tlp: 2,
            pap: 1,
            time: 1_780_000_000,
            nonce: nonce(0x70),
        };
        let newest = world.b.note(size, &lines);
        let members = object! {
            "detente": "presentation/v1",
            "proof": note::proof(None, 3, &inclusion(3, &leaves), &newest),
            "entry": base64(&world.b.entries[3]),
            "events": Value::Array(vec![event(0, &world.b.entries[0], &inclusion(0, &leaves))]),
            "grant": Value::Object(grant.signed(&world.b.party.author)),
            "openings": slots.openings(&[0]),
            "multiproof": hashes(&slots.proof(&[0])),
        };
        Value::Object(members).to_file()
    };
    other.presentations = vec![elsewhere];
    operation.fails(
        Code::InvalidConsistency,
        "presentation-of-a-log-that-began-anew",
        "a second tree of the same keys and origin: a fork",
        other.input(),
    );
}

fn fields(operation: &mut Operation) {
    let terms = of_b(
        "R1",
        "report-within",
        "trigger = \"awareness\"\nfield = \"claimed_time\"\nstage = \"early\"\nperiod = \"PT24H\"\n",
    );
    // Published 310..1000 + DAY, claimed as said.
    let story_of = |claimed: Option<&str>, opened: &[u16]| {
        let mut values = vec![kind_of("incident.report"), (4, "early".into())];
        values.extend(claimed.map(|time| (1, Value::from(time))));
        let mut world = World::agreed(&terms);
        let one = report(&mut world, 0x20, &values);
        world.b.publish(DAY);
        world.presentations = vec![open(&world, &one, opened)];
        world
    };
    let of = |verdict: &str| cell("R1", "b", verdict).subject("b", 3);
    let claimed = |verdict: &str, lo: u64, hi: u64| {
        of(verdict).state("CLAIMED").met("b", 3).start(lo, hi).answer(310, DAY).due(lo + DAY, hi + DAY)
    };
    for (word, date, row) in [
        ("in-time", "1970-01-01T00:00:00Z", claimed("MET", 0, 0)),
        ("perhaps", "1970-01-01", claimed("MET", 0, DAY - 1)),
        ("before-the-event", "1970-01-02T00:00:01Z", claimed("BEFORE-EVENT", DAY + 1, DAY + 1)),
        ("on-the-last-second", "1970-01-02T00:00:00Z", claimed("MET", DAY, DAY)),
        ("month", "1970-01", claimed("MET", 0, 31 * DAY - 1)),
    ] {
        accept(
            operation,
            &format!("reported-{word}"),
            "an early report and the time that it claims",
            &story_of(Some(date), &[0, 1, 4]),
            story(vec![row]),
        );
    }
    accept(
        operation,
        "reported-time-not-opened",
        "the claimed time stays sealed",
        &story_of(Some("1970-01-01"), &[0, 4]),
        story(vec![of("INDETERMINATE").state("NOT-OPENED").met("b", 3).answer(310, DAY)]),
    );
    accept(
        operation,
        "reported-time-not-stated",
        "there is no claimed time",
        &story_of(None, &[0, 1, 4]),
        story(vec![of("INDETERMINATE").state("NOT-STATED").met("b", 3).answer(310, DAY)]),
    );
    accept(
        operation,
        "reported-stage-not-opened",
        "whether it is an early report is not known: no cell",
        &story_of(Some("1970-01-01"), &[0, 1]),
        story(vec![]),
    );
    // Published 3 * DAY..4 * DAY, claimed at 0: late.
    let mut late = World::agreed(&terms);
    late.b.publish(3 * DAY);
    let one = report(
        &mut late,
        0x20,
        &[kind_of("incident.report"), (1, "1970-01-01T00:00:00Z".into()), (4, "early".into())],
    );
    late.b.publish(4 * DAY);
    late.a.publish(5 * DAY);
    late.presentations = vec![open(&late, &one, &[0, 1, 4])];
    accept(
        operation,
        "reported-late",
        "published after the claimed time and a day",
        &late,
        story(vec![
            of("MISSED").state("CLAIMED").met("b", 3).start(0, 0).answer(3 * DAY, 4 * DAY).due(DAY, DAY),
        ]),
    );
}

fn days(operation: &mut Operation) {
    let terms = of_b(
        "R2",
        "report-within",
        "trigger = \"incident\"\nfield = \"timeline.incident\"\nby = \"plus.timeline.notification\"\nperiod = \"P3D\"\n",
    );
    let number = |value: u32| Value::from(value);
    let all = [0, 15, 16, 17, 213, 214, 215];
    for (word, first, second, verdict, state) in [
        ("in-time", vec![2014, 3, 5], vec![2014, 3, 8], "MET", "CLAIMED"),
        ("late", vec![2014, 3, 5], vec![2014, 3, 9], "MISSED", "CLAIMED"),
        ("before", vec![2014, 3, 5], vec![2014, 3, 4], "BEFORE-EVENT", "CLAIMED"),
        ("coarse", vec![2014, 3], vec![2014, 3, 9], "INDETERMINATE", "CLAIMED"),
        ("no-date", vec![2014, 2, 30], vec![2014, 3, 9], "MALFORMED-DATE", ""),
        ("not-stated", vec![2014, 3], vec![], "INDETERMINATE", "NOT-STATED"),
    ] {
        let mut values = vec![kind_of("incident.report")];
        values.extend(first.iter().zip(15..).map(|(value, slot)| (slot, number(*value))));
        values.extend(second.iter().zip(213..).map(|(value, slot)| (slot, number(*value))));
        let mut world = World::agreed(&terms);
        let one = report(&mut world, 0x20, &values);
        world.b.publish(1_000);
        world.a.publish(2_000);
        world.presentations = vec![open(&world, &one, &all)];
        let mut row = cell("R2", "b", verdict).subject("b", 3).met("b", 3);
        if !state.is_empty() {
            row = row.state(state);
        }
        accept(
            operation,
            &format!("told-{word}"),
            "from one claimed date to another, in days",
            &world,
            story(vec![row]),
        );
    }
}

fn stages(operation: &mut Operation) {
    let terms = of_b(
        "R3",
        "report-within",
        "trigger = \"early report\"\nafter = \"early\"\nstage = \"final\"\nperiod = \"P1D\"\n",
    );
    let early = [kind_of("incident.report"), (4, "early".into())];
    let of = |verdict: &str| {
        cell("R3", "b", verdict).subject("b", 3).start(310, 1_000).due(310 + DAY, 1_000 + DAY)
    };
    let slots = [0, 3, 4];
    // The early report at 3, a final one at 4, published 1,000 to a day.
    let followed = |amends: fn(&World) -> Option<String>, published: &[u64], opened: bool| {
        let mut world = World::agreed(&terms);
        let first = report(&mut world, 0x20, &early);
        world.b.publish(1_000);
        world.a.publish(2_000);
        let mut values = vec![kind_of("incident.amend"), (4, "final".into())];
        values.extend(amends(&world).map(|id| (3, Value::from(id))));
        for time in &published[1..] {
            world.b.publish(*time);
        }
        let second = report(&mut world, 0x21, &values);
        world.b.publish(published[0]);
        world.presentations = vec![open(&world, &first, &slots)];
        if opened {
            let file = open(&world, &second, &slots);
            world.presentations.push(file);
        }
        world
    };
    let first_id: fn(&World) -> Option<String> =
        |world| Some(crate::build::bytes::hex(&id_of(&world.b.entries[3])));
    accept(
        operation,
        "stage-in-time",
        "the final report amends the early one, in time",
        &followed(first_id, &[DAY], true),
        story(vec![of("MET").met("b", 4).answer(1_000, DAY)]),
    );
    accept(
        operation,
        "stage-late",
        "the final report is late, and nothing sealed lies between",
        &followed(first_id, &[4 * DAY, 3 * DAY], true),
        story(vec![of("MISSED").met("b", 4).answer(3 * DAY, 4 * DAY)]),
    );
    accept(
        operation,
        "stage-unopened",
        "a sealed entry that could be the final report",
        &followed(first_id, &[4 * DAY], false),
        story(vec![of("INDETERMINATE").state("UNOPENED").unopened(1)]),
    );
    accept(
        operation,
        "stage-of-another-incident",
        "a final report that amends something else",
        &followed(|_| Some("ab".repeat(32)), &[4 * DAY], true),
        story(vec![of("OVERDUE")]),
    );
    accept(
        operation,
        "stage-that-amends-nothing",
        "a final report that amends nothing",
        &followed(|_| None, &[4 * DAY], true),
        story(vec![of("OVERDUE")]),
    );
    // An entry that is shown to be a cover lies above the early report: it could not be the final one.
    let mut covered = World::agreed(&terms);
    let first = report(&mut covered, 0x20, &early);
    covered.b.publish(1_000);
    covered.a.publish(2_000);
    let cover = report(&mut covered, 0x21, &[kind_of("cover")]);
    covered.b.publish(4 * DAY);
    covered.presentations = vec![open(&covered, &first, &slots), open(&covered, &cover, &[0])];
    accept(
        operation,
        "stage-and-cover",
        "slot 0 shows that the other entry is no report",
        &covered,
        story(vec![of("OVERDUE")]),
    );
}
