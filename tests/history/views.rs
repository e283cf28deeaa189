//! The same history seen otherwise: by the other party, in another order, earlier, or with an old copy of a log.

use detente_core::json::Value;

use crate::{
    data::{NAMES, Row, instant},
    hand::{AT, TOLD, Told},
    table::rows,
    world::{Inputs, World},
};

#[test]
fn swapping_the_parties_swaps_the_table() {
    let Told { history, rows: table, .. } = &*TOLD;
    let world = World::build(&history.swapped());
    let inputs = Inputs::of(&world);
    let audit = inputs.audit(instant(AT));
    let all = |row: &Row| format!("{} {:?}", row.key(), row.more);
    let mut found: Vec<_> = rows(&world, &audit).iter().map(all).collect();
    let mut wanted: Vec<_> = table.iter().map(|row| all(&row.swapped())).collect();
    found.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(found.len(), table.len());
    let differ: Vec<_> =
        found.iter().zip(&wanted).filter(|(found, wanted)| found != wanted).take(5).collect();
    assert!(differ.is_empty(), "{differ:#?}");
    assert_ne!(wanted, table.iter().map(all).collect::<Vec<_>>(), "the two sides are not alike");
}

#[test]
fn reading_order_never_matters() {
    let Told { world, .. } = &*TOLD;
    let mut inputs = Inputs::of(world);
    let report = inputs.audit(instant(AT)).to_report();
    let mut orders = 0;
    for turn in [1, 7, 101] {
        inputs.logs.reverse();
        for (_, notes, _) in &mut inputs.logs {
            notes.rotate_left(turn);
            notes.reverse();
        }
        inputs.presentations.rotate_left(turn % 5);
        inputs.presentations.reverse();
        inputs.contents.reverse();
        assert_eq!(inputs.audit(instant(AT)).to_report(), report, "turn {turn}");
        orders += 1;
    }
    assert_eq!(orders, 3);
}

/// An audit about an earlier time, of all there is today, says what one of that time said.
#[test]
fn an_earlier_time_gives_what_was_knowable_then() {
    let Told { world, rows: latest, .. } = &*TOLD;
    let inputs = Inputs::of(world);
    let mut changed = 0;
    for at in [
        "2024-01-03T10:00:30",
        "2024-03-11T12:00:00",
        "2024-08-31T08:00:59",
        "2025-03-22T00:00:00",
        "2025-12-24T12:00:01",
    ] {
        let at = instant(at);
        let then = Inputs::until(world, [at; 2]);
        let then = then.audit(at);
        let mut now = Inputs { contents: Vec::new(), ..Inputs::of(world) };
        now.contents =
            world.contents.iter().filter(|(time, _)| *time <= at).map(|file| file.1.clone()).collect();
        assert!(text(&now.audit(at).report()) == text(&then.report()), "at {at}");
        // A manifest that is about nothing said so far is refused, and changes no cell.
        assert_eq!(rows(world, &inputs.audit(at)), rows(world, &then), "at {at}");
        changed += usize::from(rows(world, &then) != *latest);
    }
    assert_eq!(changed, 5);
}

/// The report but for the digests of the notes that were used: a note of the same tree that came later is one of them.
fn text(report: &Value) -> String {
    let text = report.to_canonical();
    let mut parts = text.split("\"notes\":");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + &part[66..])
}

/// Whoever is shown an old copy of a log never finds that something is absent which its horizon does not show.
#[test]
fn a_stale_checkpoint_never_yields_an_absence_verdict() {
    let Told { world, rows: latest, .. } = &*TOLD;
    let at = instant(AT);
    let mut overdue = 0;
    for (stale, time) in [
        (0, "2024-01-10T00:00:00"),
        (0, "2024-06-05T00:00:00"),
        (1, "2024-08-11T07:00:00"),
        (0, "2025-06-16T00:00:00"),
        (1, "2025-12-24T11:00:00"),
    ] {
        let time = instant(time);
        let mut until = [u64::MAX; 2];
        until[stale] = time;
        let inputs = Inputs::until(world, until);
        let table = rows(world, &inputs.audit(at));
        // What presentations do not open, whoever holds others can open; it is not about the log.
        let broken = |row: &&Row| ["OVERDUE", "MISSED"].contains(&row.verdict.as_str()) && row.duty != "open";
        for row in table.iter().filter(broken) {
            let absent = row.verdict == "OVERDUE";
            if absent && row.party == NAMES[stale] {
                let due: u64 = row.more["due"].split('/').nth(1).unwrap().parse().unwrap();
                assert!(due < time, "until {time}: {}", row.counted());
                overdue += 1;
            }
            // And whatever it finds broken stays so when all is seen.
            let same = |other: &&Row| {
                (&other.duty, &other.party, &other.subject) == (&row.duty, &row.party, &row.subject)
            };
            if row.duty != "budget" && row.links() == 1 {
                assert!(
                    latest.iter().filter(same).any(|other| broken(&other)),
                    "until {time}: {}",
                    row.counted()
                );
            }
        }
        // The party's newest duties are left open, for the reason that its log was not seen.
        assert!(
            table.iter().any(|row| row.party == NAMES[stale] && row.state == "STALE"),
            "until {time}: {:?}",
            table.iter().filter(|row| row.party == NAMES[stale]).map(Row::counted).collect::<Vec<_>>()
        );
    }
    assert!(overdue > 5, "{overdue}");
}

/// What an old copy lacks, an end for one, or what the other's anchors name beyond it, may decide otherwise.
#[test]
fn what_an_anchor_left_aside_may_cover_decides_nothing() {
    let Told { world, rows: latest, .. } = &*TOLD;
    let inputs = Inputs::until(world, [instant("2024-07-15T00:00:00"), u64::MAX]);
    let table = rows(world, &inputs.audit(instant(AT)));
    let has = |table: &[Row], text: &str| table.iter().any(|row| row.key() == text);
    // a's log is seen to 07-13; b's anchors from 07-21 on name more.
    for (all, part) in [
        ("asked b 28.acc MISSED - 28.req", "asked b 28.acc INDETERMINATE END 28.req"),
        ("asked b 30.acc MISSED - 30.req", "asked b 30.acc INDETERMINATE END 30.req"),
        ("anchors b - MET OF-a anchor@2025-12-21", "anchors b anchor@2024-07-11 INDETERMINATE OF-a -"),
    ] {
        assert!(has(latest, all) && !has(&table, all), "{all}");
        assert!(has(&table, part), "{part}");
    }
}
