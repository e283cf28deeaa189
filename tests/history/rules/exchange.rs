//! Times, starts, and what is asked and answered.

use super::{Change, NOON, later, sooner, word};
use crate::data::{day, instant};

pub(super) const CHANGES: &[Change] = &[
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
        &["+reply a 26.acc INDETERMINATE OPAQUE 26.rep", "-reply a 26.acc MISSED evidence-asked 26.rep"],
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
];
