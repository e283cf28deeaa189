//! Each rule has a cell of this history that hangs on it: the least change of what was said, or when, turns exactly that
//! cell. Were the rule another, either the cell by hand or the turned one would be wrong.

use crate::{
    data::{History, day, instant},
    hand::{AT, TOLD, Told},
    table::{difference, rows},
    world::{Inputs, World},
};

/// The rule, what is changed, and which cells it takes (`-`) and gives (`+`), by hand.
type Change = (&'static str, fn(&mut History), &'static [&'static str]);

fn later(history: &mut History, label: &str, seconds: u64) {
    history.said(label).from += seconds;
}

fn sooner(history: &mut History, label: &str, seconds: u64) {
    history.said(label).from -= seconds;
}

fn word(history: &mut History, label: &str, name: &str, value: &str) {
    history.said(label).words.insert(name.to_owned(), value.to_owned());
}

fn without(history: &mut History, label: &str, name: &str) {
    history.said(label).words.remove(name).unwrap();
}

const NOON: u64 = 43_200;

const RULES: &[Change] = &[
    (
        "deadline: MET to the last second of the earliest end",
        |h| later(h, "03.ack", 1),
        &["+ack a 03.req INDETERMINATE - 03.ack", "-ack a 03.req MET - 03.ack"],
    ),
    (
        "deadline: MISSED from the first second after the latest end",
        |h| sooner(h, "14.ack", 1),
        &["+ack b 14.req INDETERMINATE - 14.ack", "-ack b 14.req MISSED - 14.ack"],
    ),
    (
        "deadline: MISSED, of a month",
        |h| sooner(h, "04.ans", 1),
        &["+answer b 04.req INDETERMINATE provided 04.ans", "-answer b 04.req MISSED provided 04.ans"],
    ),
    (
        "calendar: the day is lowered, 29 February",
        |h| later(h, "10.ans", 1),
        &["+answer b 10.req INDETERMINATE preserved 10.ans", "-answer b 10.req MET preserved 10.ans"],
    ),
    (
        "calendar: the day is lowered, 28 February",
        |h| sooner(h, "11.ans", 1),
        &[
            "+answer a 11.req INDETERMINATE nothing-found 11.ans",
            "-answer a 11.req MISSED nothing-found 11.ans",
        ],
    ),
    (
        "deadline: OVERDUE from a horizon above the latest end",
        |h| h.closing[0] += 1,
        &["+reply a 58.acc OVERDUE - -", "-reply a 58.acc INDETERMINATE STALE -"],
    ),
    (
        "start: the anchor that covers the request, else the first entry that refers to it",
        |h| h.left_out.push((1, day("2024-01-21") + NOON)),
        &[
            "+ack b 04.req MET - 04.ack",
            "+anchors b - MET OF-a anchor@2024-01-11",
            "+anchors b anchor@2024-01-11 MISSED OF-a anchor@2024-02-01",
            "+anchors b anchor@2024-02-01 MET OF-a anchor@2025-12-21 links=68",
            "+answer b 04.req MET provided 04.ans",
            "-ack b 04.req INDETERMINATE - 04.ack",
            "-anchors b - MET OF-a anchor@2025-12-21 links=71",
            "-answer b 04.req MISSED provided 04.ans",
        ],
    ),
    (
        "start: without an anchor UNDELIVERED",
        |h| h.left_out.push((1, day("2025-12-21") + NOON)),
        &[
            "+ack b 57.req UNDELIVERED - -",
            "+anchors b - MET OF-a anchor@2025-12-11 links=70",
            "+anchors b anchor@2025-12-11 OVERDUE OF-a -",
            "+answer b 57.req UNDELIVERED - -",
            "-ack b 57.req INDETERMINATE OPAQUE -",
            "-anchors b - MET OF-a anchor@2025-12-21 links=71",
            "-anchors b anchor@2025-12-21 PENDING OF-a -",
            "-answer b 57.req PENDING - -",
        ],
    ),
    (
        "start: MET by order up to the anchor, by times after it",
        |h| h.said("09.ack").from = instant("2024-03-14T06:00:00"),
        &[
            "+ack a 09.req INDETERMINATE - 09.ack",
            "+answer a 09.req MET investigated 09.ans",
            "-ack a 09.req MET - 09.ack",
            "-answer a 09.req INDETERMINATE investigated 09.ans",
        ],
    ),
    (
        "start: without the mirror UNDELIVERED",
        |h| h.unmirrored[1] = day("2025-12-26"),
        &["+pong a 38.ping UNDELIVERED - 38.pong", "-pong a 38.ping MISSED - 38.pong"],
    ),
    (
        "start: the mirror's own time",
        |h| sooner(h, "35.pong", 1),
        &["+pong b 35.ping INDETERMINATE - 35.pong", "-pong b 35.ping MISSED - 35.pong"],
    ),
    (
        "respond-within: a ground outside of the terms is no answer",
        |h| word(h, "05.ref", "", "public-order"),
        &["+answer a 05.req OVERDUE - -", "-answer a 05.req REFUSED legal-hold 05.ref"],
    ),
    (
        "respond-within: a ground of the terms is one",
        |h| word(h, "06.ref", "", "sovereignty"),
        &["+answer b 06.req REFUSED sovereignty 06.ref", "-answer b 06.req OVERDUE - -"],
    ),
    (
        "respond-within: the lowest entry that answers counts",
        |h| h.also("04", "b 2024-02-20T10:00:00 more answer investigated"),
        &["+answer b 04.req MET investigated 04.more", "-answer b 04.req MISSED provided 04.ans"],
    ),
    (
        "respond-within: an accusation is replied to",
        |h| h.also("27", "b 2024-08-05T10:00:00 rep reply denied"),
        &["+reply b 27.acc MET denied 27.rep", "-reply b 27.acc OVERDUE - -"],
    ),
    (
        "acknowledge-within: an update acknowledges",
        |h| h.unsaid("13.upd"),
        &["+ack a 13.req MISSED - 13.ref", "-ack a 13.req MET - 13.upd"],
    ),
    (
        "acknowledge-within: a ping by its pong, to the second",
        |h| later(h, "33.pong", 1),
        &["+pong b 33.ping INDETERMINATE - 33.pong", "-pong b 33.ping MET - 33.pong"],
    ),
    ("opaque: up to the latest end", |h| h.said("57.odd").from = instant("2025-12-24T12:00:00"), &[]),
    (
        "opaque: not after it",
        |h| h.said("57.odd").from = instant("2025-12-24T12:00:01"),
        &["+ack b 57.req OVERDUE - -", "-ack b 57.req INDETERMINATE OPAQUE -"],
    ),
    (
        "opaque: it may be what was missed, when it is below the answer",
        |h| h.also("26", "a 2024-07-30T10:00:00 odd opaque"),
        &[
            "+ack a 56.req INDETERMINATE OPAQUE -",
            "+answer a 11.req INDETERMINATE OPAQUE 11.ans",
            "+meet a 50.a INDETERMINATE OPAQUE 51.a",
            "+pong a 36.ping INDETERMINATE OPAQUE -",
            "+pong a 38.ping INDETERMINATE OPAQUE 38.pong",
            "+reply a 26.acc INDETERMINATE OPAQUE 26.rep",
            "-ack a 56.req OVERDUE - -",
            "-answer a 11.req MISSED nothing-found 11.ans",
            "-meet a 50.a INDETERMINATE UNCONFIRMED 51.a",
            "-pong a 36.ping OVERDUE - -",
            "-pong a 38.ping MISSED - 38.pong",
            "-reply a 26.acc MISSED evidence-asked 26.rep",
        ],
    ),
    (
        "update-every: each link from the one before",
        |h| sooner(h, "19.one", 60),
        &["+news a 19.req MET - 19.one", "-news a 19.req INDETERMINATE - 19.one"],
    ),
    (
        "update-every: later links without acknowledgements",
        |h| h.also("19", "a 2024-06-20T10:00:00 more ack"),
        &[],
    ),
    ("update-every: `closed` ends it", |h| word(h, "19.end", "", "open"), &["+news a 19.req OVERDUE - -"]),
    (
        "preserve-for: kept to the latest end",
        |h| sooner(h, "16.rel", 1),
        &["+keep b 16.req INDETERMINATE - 16.rel", "-keep b 16.req MET - 16.rel"],
    ),
    (
        "preserve-for: broken before the earliest end",
        |h| later(h, "17.rel", 1),
        &["+keep a 17.req INDETERMINATE - 17.rel", "-keep a 17.req MISSED - 17.rel"],
    ),
    (
        "preserve-for: held while nothing is released",
        |h| h.unsaid("16.rel"),
        &["+keep b 16.req MET HELD 16.ans", "-keep b 16.req MET - 16.rel"],
    ),
    (
        "preserve-for: of what an answer says is preserved",
        |h| word(h, "18.ans", "", "investigated"),
        &[
            "+order b 18.req MISSED investigated 18.ans",
            "-keep b 18.req MET HELD 18.ans",
            "-order b 18.req MISSED preserved 18.ans",
        ],
    ),
    (
        "report-within: MET from the earliest reading of the date",
        |h| later(h, "41.early", 1),
        &["+early a 41.early INDETERMINATE CLAIMED 41.early", "-early a 41.early MET CLAIMED 41.early"],
    ),
    (
        "report-within: the offset of the party",
        |h| h.offsets[0] = None,
        &["+early a 41.early INDETERMINATE CLAIMED 41.early", "-early a 41.early MET CLAIMED 41.early"],
    ),
    (
        "report-within: a month is any of its days",
        |h| word(h, "42.early", "incident", "2024-12-14"),
        &["+early b 42.early MISSED CLAIMED 42.early", "-early b 42.early INDETERMINATE CLAIMED 42.early"],
    ),
    (
        "report-within: BEFORE-EVENT",
        |h| word(h, "43.early", "incident", "2025-01-15"),
        &["+early a 43.early MET CLAIMED 43.early", "-early a 43.early BEFORE-EVENT CLAIMED 43.early"],
    ),
    (
        "report-within: NOT-OPENED",
        |h| without(h, "45.early", "open"),
        &["+early a 45.early MISSED CLAIMED 45.early", "-early a 45.early INDETERMINATE NOT-OPENED 45.early"],
    ),
    (
        "report-within: NOT-STATED",
        |h| word(h, "46.early", "incident", "2025-04-07"),
        &["+early b 46.early MET CLAIMED 46.early", "-early b 46.early INDETERMINATE NOT-STATED 46.early"],
    ),
    (
        "report-within: MALFORMED-DATE",
        |h| word(h, "47.early", "incident", "2025-05-19"),
        &["+early a 47.early MET CLAIMED 47.early", "-early a 47.early MALFORMED-DATE - 47.early"],
    ),
    (
        "report-within: stages, to the second",
        |h| later(h, "41.notify", 1),
        &["+notify a 41.early INDETERMINATE - 41.notify", "-notify a 41.early MET - 41.notify"],
    ),
    (
        "report-within: stages, what is unopened may be the next",
        |h| drop(h.quiet.remove(0)),
        &[
            "+final a 41.notify INDETERMINATE UNOPENED 41.final unopened=91",
            "+open a 41.final MET - -",
            "+open a sealed@2024-11-11 OVERDUE - -",
            "-final a 41.notify MISSED - 41.final",
        ],
    ),
    (
        "report-within: stages, which report is amended",
        |h| word(h, "47.final", "amends", "notify"),
        &["+final a 47.notify MET - 47.final", "-final a 47.notify OVERDUE - -"],
    ),
    (
        "report-within: days between two dates",
        |h| word(h, "44.final", "notified", "2025-02-03"),
        &["+law b 44.final MET CLAIMED 44.final", "-law b 44.final MISSED CLAIMED 44.final"],
    ),
    (
        "report-within: days, the second date before the first",
        |h| word(h, "45.final", "notified", "2025-02-28"),
        &["+law a 45.final BEFORE-EVENT CLAIMED 45.final", "-law a 45.final INDETERMINATE CLAIMED 45.final"],
    ),
    (
        "evidence-with-accusation: a commitment is enough",
        |h| word(h, "26.acc", "manifest", "sealed"),
        &["+evidence b 26.acc MET COMMITTED 26.acc", "-evidence b 26.acc MISSED EVIDENCE-NONE 26.acc"],
    ),
    (
        "evidence-with-accusation: a manifest at hand opens it",
        |h| word(h, "27.acc", "manifest", "sealed"),
        &["+evidence a 27.acc MET COMMITTED 27.acc", "-evidence a 27.acc MET OPENED 27.acc"],
    ),
    (
        "ask-before-accusing: waited to the second",
        |h| sooner(h, "27.acc", 1),
        &["+asked a 27.acc INDETERMINATE - 27.req", "-asked a 27.acc MET - 27.req"],
    ),
    (
        "ask-before-accusing: accused before the earliest end",
        |h| h.said("28.acc").from = instant("2024-08-10T09:59:00"),
        &["+asked b 28.acc INDETERMINATE - 28.req", "-asked b 28.acc MISSED - 28.req"],
    ),
    (
        "ask-before-accusing: an answer that the accuser anchored",
        |h| h.left_out.push((0, day("2024-07-11") + NOON)),
        &[
            "+anchors a - MET OF-b anchor@2024-07-01 links=18",
            "+anchors a anchor@2024-07-01 MISSED OF-b anchor@2024-07-21",
            "+anchors a anchor@2024-07-21 MET OF-b anchor@2025-12-21 links=52",
            "+asked a 25.acc MET - 25.req",
            "-anchors a - MET OF-b anchor@2025-12-21 links=72",
            "-asked a 25.acc MET ANSWERED 25.req",
        ],
    ),
    (
        "ask-before-accusing: PUBLIC-FIRST",
        |h| without(h, "28.acc", "asked"),
        &[
            "+asked b 28.acc MISSED PUBLIC-FIRST -",
            "+first b 28.acc MISSED PUBLIC-FIRST -",
            "-asked b 28.acc MISSED - 28.req",
            "-first b 28.acc MET ASKED-FIRST 28.req",
        ],
    ),
    (
        "anchor-within: an anchor that leaves out what was long there does not count",
        |h| h.outdated.push((1, day("2025-02-11") + NOON)),
        &[
            "+anchors b - MET OF-a anchor@2025-02-01 links=39",
            "+anchors b anchor@2025-02-01 MISSED OF-a anchor@2025-02-21",
            "+anchors b anchor@2025-02-21 MET OF-a anchor@2025-12-21 links=30",
            "-anchors b - MET OF-a anchor@2025-12-21 links=71",
        ],
    ),
    (
        "anchor-within: access.denied counts",
        |h| h.unsaid("54.denied"),
        &[
            "+anchors a - MET OF-b anchor@2025-12-21 links=71",
            "-anchors a - MET OF-b anchor@2025-12-21 links=72",
        ],
    ),
    (
        "publish-within: silence is MISSED",
        |h| {
            h.silent.push((1, day("2025-09-02"), day("2025-09-25")));
            h.again.push((1, day("2025-09-20")));
        },
        &[
            "+anchors b - MET OF-a anchor@2025-09-01 links=60",
            "+anchors b anchor@2025-09-01 MISSED OF-a anchor@2025-10-01",
            "+anchors b anchor@2025-10-01 MET OF-a anchor@2025-12-21 links=8",
            "+beat b - MET - anchor@2025-09-01 links=1652",
            "+beat b anchor@2025-09-01 MISSED - sealed@2025-09-26",
            "+beat b sealed@2025-09-26 MET - 60.acc links=345",
            "-anchors b - MET OF-a anchor@2025-12-21 links=71",
            "-beat b - MET - 60.acc links=1998",
        ],
    ),
    (
        "open-within: all of the slots",
        |h| word(h, "41.early", "open", "0,4"),
        &[
            "+early a 41.early INDETERMINATE NOT-OPENED 41.early",
            "+open a 41.notify MET - -",
            "-early a 41.early MET CLAIMED 41.early",
            "-open a 41.early MET - -",
        ],
    ),
    (
        "meet-every: the other's record confirms",
        |h| without(h, "49.b", "other"),
        &[
            "+meet a - INDETERMINATE UNCONFIRMED 51.a links=2",
            "+meet b - INDETERMINATE UNCONFIRMED 50.b",
            "-meet a - MET - 50.a links=2",
            "-meet a 50.a INDETERMINATE UNCONFIRMED 51.a",
            "-meet b - MET - 50.b links=2",
        ],
    ),
    (
        "meet-every: a record of one side only leaves it open",
        |h| h.unsaid("51.alone"),
        &["+meet a 50.a MISSED - 51.a", "-meet a 50.a INDETERMINATE UNCONFIRMED 51.a"],
    ),
    (
        "meet-every: the forms of the terms",
        |h| {
            word(h, "52.a", "", "experts");
            word(h, "52.b", "", "experts");
        },
        &[
            "+meet a 51.a MET - 53.a links=2",
            "+meet b 51.b MET - 53.b links=2",
            "-meet a 51.a MET - 53.a",
            "-meet b 51.b MET - 53.b",
        ],
    ),
    (
        "notice-before-withdrawal: to the second",
        |h| word(h, "59.leave", "effective", "2026-03-01T10:00:59"),
        &["+notice a 59.leave INDETERMINATE - -", "-notice a 59.leave MET - -"],
    ),
    (
        "notice-before-withdrawal: MISSED below the earliest end",
        |h| word(h, "59.leave", "effective", "2026-03-01T09:59:59"),
        &["+notice a 59.leave MISSED - -", "-notice a 59.leave MET - -"],
    ),
    (
        "cadences: nothing is owed after the end",
        |h| h.unsaid("59.leave"),
        &["+meet a 53.a PENDING - -", "+meet b 53.b PENDING - -", "-notice a 59.leave MET - -"],
    ),
    (
        "budget: by the quarters that an interval touches",
        |h| later(h, "39.ping", 30),
        &[
            "+budget a - MISSED 2025-Q3 - links=2",
            "-budget a - INDETERMINATE 2025-Q3 -",
            "-budget a - MET 2025-Q2 - links=0",
        ],
    ),
    (
        "scope: out below the earliest force",
        |h| h.said("01.req").from = instant("2024-01-03T09:59:00"),
        &["+ack b 01.req INDETERMINATE SCOPE -", "+answer b 01.req INDETERMINATE SCOPE -"],
    ),
    (
        "scope: begun from the latest force on",
        |h| h.said("02.req").from = instant("2024-01-03T10:01:00"),
        &[
            "+ack b 02.req OVERDUE - -",
            "+answer b 02.req OVERDUE - -",
            "-ack b 02.req INDETERMINATE SCOPE -",
            "-answer b 02.req INDETERMINATE SCOPE -",
        ],
    ),
    (
        "end: nothing broken by what the other's log may have ended",
        |h| h.again.push((0, instant("2025-12-31T20:02:00"))),
        &[
            "+asked b 60.acc MISSED PUBLIC-FIRST -",
            "+evidence b 60.acc MISSED EVIDENCE-NONE 60.acc",
            "+first b 60.acc MISSED PUBLIC-FIRST -",
            "+reply a 58.acc OVERDUE - -",
            "-asked b 60.acc INDETERMINATE END -",
            "-evidence b 60.acc INDETERMINATE END 60.acc",
            "-first b 60.acc INDETERMINATE END -",
            "-reply a 58.acc INDETERMINATE STALE -",
        ],
    ),
    (
        "end: what comes after it is out of scope",
        |h| {
            h.said("59.leave").from = instant("2025-09-15T10:00:00");
            word(h, "59.leave", "effective", "2025-12-14T10:01:00");
        },
        &[
            "+open b sealed@2025-12-16 INDETERMINATE SCOPE -",
            "-ack a 23.req UNDELIVERED - -",
            "-ack a 56.req OVERDUE - -",
            "-ack b 57.req INDETERMINATE OPAQUE -",
            "-anchors a anchor@2025-12-21 PENDING OF-b -",
            "-anchors b anchor@2025-12-21 PENDING OF-a -",
            "-answer a 56.req PENDING - -",
            "-answer b 57.req PENDING - -",
            "-asked b 58.acc MISSED PUBLIC-FIRST -",
            "-asked b 60.acc INDETERMINATE END -",
            "-beat a plain@2025-12-31 PENDING - -",
            "-beat b 60.acc PENDING - -",
            "-budget a - PENDING 2025-Q4 -",
            "-budget b - PENDING 2025-Q4 -",
            "-evidence b 58.acc MET COMMITTED 58.acc",
            "-evidence b 60.acc INDETERMINATE END 60.acc",
            "-first b 58.acc MISSED PUBLIC-FIRST -",
            "-first b 60.acc INDETERMINATE END -",
            "-news a 23.req UNDELIVERED - -",
            "-order a 23.req UNDELIVERED - -",
            "-pong a 38.ping MISSED - 38.pong",
            "-pong b 37.ping UNDELIVERED - -",
            "-reply a 58.acc INDETERMINATE STALE -",
            "-reply a 60.acc UNDELIVERED - -",
        ],
    ),
    (
        "time: witnesses that contradict each other",
        |h| h.backdated = Some(("03.ack", instant("2024-01-14T05:58:59"))),
        &[
            "+ack a 03.req WITNESS-CONFLICT - 03.ack",
            "+beat a - MET - anchor@2024-01-11 links=29",
            "+beat a 04.req MET - plain@2025-12-31 links=1967",
            "+beat a anchor@2024-01-11 WITNESS-CONFLICT - 04.req links=2",
            "-ack a 03.req MET - 03.ack",
            "-beat a - MET - plain@2025-12-31 links=1998",
        ],
    ),
];

#[test]
fn each_rule_has_a_cell_that_hangs_on_it() {
    let Told { history, rows: table, .. } = &*TOLD;
    let turned = |(rule, change, expected): &Change| {
        let mut history = history.clone();
        change(&mut history);
        let world = World::build(&history);
        let inputs = Inputs::of(&world);
        let found = difference(table, &rows(&world, &inputs.audit(instant(AT))));
        (found != *expected).then(|| format!("{rule}\n    found   {found:#?}\n    by hand {expected:#?}"))
    };
    // Each is a history of its own: a thread for each half of them.
    let (left, right) = RULES.split_at(RULES.len() / 2);
    let all = |rules: &[Change]| rules.iter().filter_map(turned).collect::<Vec<_>>();
    let faults = std::thread::scope(|scope| {
        let other = scope.spawn(|| all(right));
        let mut faults = all(left);
        faults.extend(other.join().unwrap());
        faults
    });
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), RULES.len(), faults.join("\n"));
}

/// Without times what order alone decides stays, and nobody is found at fault.
#[test]
fn a_policy_that_gives_no_times_leaves_what_order_decides() {
    let Told { history, rows: table, .. } = &*TOLD;
    for (change, verdict, state) in [
        (Box::new(|h: &mut History| h.tolerated = 1) as Box<dyn Fn(&mut History)>, "QUORUM-SPLIT", "-"),
        (Box::new(|h: &mut History| h.quorum = "none"), "INDETERMINATE", "UNWITNESSED"),
    ] {
        let mut history = history.clone();
        // An end at a time that nobody knows would leave all out of scope.
        history.unsaid("59.leave");
        change(&mut history);
        let world = World::build(&history);
        let found = rows(&world, &Inputs::of(&world).audit(instant(AT)));
        let has = |text: &str| found.iter().any(|row| row.key() == text);
        assert!(has("answer b 12.req MET investigated 12.ans"), "met by order");
        assert!(has("reply a 30.acc MET accepted 30.rep"), "met by order");
        assert!(has("ack a 23.req UNDELIVERED - -"));
        assert!(has(&format!("ack a 03.req {verdict} {state} 03.ack")));
        assert!(has(&format!("ack b 08.req {verdict} {state} -")));
        let broken: Vec<_> =
            found.iter().filter(|row| ["MISSED", "OVERDUE"].contains(&row.verdict.as_str())).collect();
        assert!(broken.is_empty() && table.iter().any(|row| row.verdict == "MISSED"), "{broken:?}");
    }
}
