//! Reports, accusations, what comes round again, and when anything is owed at all.

use super::{Change, NOON, later, sooner, without, word};
use crate::data::{day, instant};

pub(super) const CHANGES: &[Change] = &[
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
        |h| {
            h.quiet.remove(0);
        },
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
        "open-within: PENDING while the time asked about is not above the end",
        |h| h.also("61", "a 2025-12-01T23:59:00 seal report stage=none open=nothing"),
        &["+open a 61.seal PENDING - -", "-open a sealed@2025-12-06 PENDING - -"],
    ),
    (
        "open-within: OVERDUE from the second after it",
        |h| h.also("61", "a 2025-12-01T23:58:59 seal report stage=none open=nothing"),
        &[],
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
