//! Logs of a million entries, nearly all sealed: counted in closed form, and nothing is searched twice.

use detente_agreement::{BudgetPeriod, Duty, NoteTimes, Period, ReportTrigger, Start, Timeline, evaluate};
use detente_core::TreeSize;
use detente_statement::Kind;

use crate::story::{
    A, B, Story, accuses, agreement, answers, asks, asks_to_preserve, index, line, meets, second, text,
    updates,
};

const ENTRIES: u64 = 1_000_000;
/// Every so many entries there is a request, an answer to one of the other's, and an anchor.
const EVERY: u64 = 500;

/// Two logs of the same form: entry e is published at second 10 e, and every thousandth one is witnessed.
pub fn large() -> Story {
    let day = Period::Days(1);
    let of = || vec![Kind::RequestAssistance, Kind::RequestPreserve];
    let start = Start::Anchor;
    let from = ReportTrigger::After("early".to_owned());
    let trigger = "awareness".to_owned();
    let mut story = Story::of([
        Duty::AcknowledgeWithin { of: of(), start, period: day },
        Duty::RespondWithin { of: of(), start: Start::Mirror, period: day, grounds: vec![1] },
        Duty::UpdateEvery { of: of(), start, period: day },
        Duty::PreserveFor { start, period: day },
        Duty::ReportWithin { trigger, from, stage: Some("final".to_owned()), period: day },
        Duty::EvidenceWithAccusation,
        Duty::AskBeforeAccusing { wait: Some(day) },
        Duty::Budget { of: of(), at_most: 1_000_000, per: BudgetPeriod::Month },
        Duty::OpenWithin { slots: vec![0, 3, 4], period: day },
        Duty::PublishWithin { period: day },
        Duty::AnchorWithin { period: day },
        Duty::MeetEvery { of: vec![1], period: Period::Months(1) },
    ]);
    story.at = 10 * ENTRIES;
    for party in [A, B] {
        let other = 1 - party;
        let log = &mut story.logs[party];
        let mut slots = vec![(0, Some(text("incident.report"))), (3, None), (4, Some(text("early")))];
        for at in 2..ENTRIES {
            match at % EVERY {
                0 => drop(log.say(
                    0,
                    0,
                    if at % (2 * EVERY) == 0 { asks(other) } else { asks_to_preserve(other) },
                )),
                1 => drop(log.anchor(0, 0, other, Some(at - 1))),
                2 | 3 => {
                    let request = detente_agreement::Reference {
                        log: crate::story::log(other),
                        index: index(at - at % EVERY),
                        statement: crate::story::statement(other, at - at % EVERY),
                    };
                    let body = if at % EVERY == 2 { updates(request, 1) } else { answers(request, 2) };
                    log.say(0, 0, body);
                }
                4 => drop(log.say(0, 0, accuses(Some(other), None, true))),
                5 => drop(log.say(0, 0, meets(other, 1, None))),
                6..=20 => {
                    // A report, and final ones that amend it or one of these.
                    slots[1].1 = (at % EVERY > 6).then(|| log.id(at - 1));
                    slots[2].1 = Some(text(if at % EVERY > 6 { "final" } else { "early" }));
                    log.seal(0, 0, &slots);
                }
                _ => drop(log.seal(0, 0, &[])),
            }
        }
    }
    story
}

#[test]
fn a_million_entries_a_side() {
    let story = large();
    let mut facts = story.facts();
    for own in facts.logs.values_mut() {
        let heads = (1..=ENTRIES / 1_000).map(|thousand| {
            let at = second(10 * thousand * 1_000);
            NoteTimes {
                size: TreeSize::new(thousand * 1_000).unwrap(),
                first: Some(at),
                last: Some(at),
                mirrored: Some(at),
            }
        });
        own.timeline = Timeline::new(heads.collect());
    }
    let begun = std::time::Instant::now();
    let evaluation = evaluate(agreement(), &story.terms, &facts);
    // In a debug build too; a search that is quadratic takes minutes.
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    let of = |obligation: usize, party: usize| {
        evaluation.cells.iter().filter(move |cell| cell.obligation == obligation && cell.party == party)
    };
    for party in [A, B] {
        // In force from the first head, at 10,000 seconds, on: the requests below entry 1,000 may be before it.
        let threads = (ENTRIES / EVERY - 1) as usize;
        assert_eq!(of(0, party).count(), threads);
        assert_eq!(of(0, party).filter(|cell| cell.verdict.as_str() == "MET").count(), threads - 1);
        assert_eq!(of(1, party).filter(|cell| cell.verdict.as_str() == "MET").count(), threads - 1);
        // Each early report is amended by the next entry.
        assert_eq!(of(4, party).count(), threads + 1);
        assert_eq!(of(4, party).filter(|cell| cell.verdict.as_str() == "MET").count(), threads - 1);
        // Every entry above the adoption, and the link that is open.
        let links: u64 = of(9, party).map(|cell| cell.links).sum();
        assert_eq!(links, ENTRIES - 2 + 1);
        // Those that begin below the first head have no lower bound; all others are met, and the last one runs.
        let told: Vec<_> = of(9, party).map(line).collect();
        let own = ["a", "b"][party];
        assert_eq!(
            told,
            [
                format!("{own} INDETERMINATE by {own}/1000 x999"),
                format!("{own} MET {own}/1000 by {own}/999999 x998999"),
                format!("{own} PENDING {own}/999999"),
            ]
        );
        // Every sealed entry is in one cell of open-within.
        let sealed: u64 = of(8, party).map(|cell| cell.links).sum();
        assert_eq!(sealed, story.logs[party].sealed.len() as u64);
    }
}
