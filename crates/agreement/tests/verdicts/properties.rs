//! What must hold of every history: nothing that comes to be known turns a verdict, and no party is another's measure.

use std::collections::BTreeMap;

use detente_agreement::{Cell, Duty, Place, Said, Timeline, Verdict, evaluate};
use detente_core::{TreeSize, UnixSeconds};
use proptest::prelude::*;

use crate::{
    random::{acts, history},
    story::{A, B, DAY, Story, agreement, line, timed_line},
};

/// What one cell, or one link of a folded one, is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Subject {
    obligation: usize,
    party: usize,
    from: Option<Place>,
    word: Option<String>,
    ordinal: usize,
}

/// Verdicts by what they are about. Links of `publish-within` are unfolded; those of other cadences are compared apart.
fn subjects(story: &Story, cells: &[Cell]) -> BTreeMap<Subject, Verdict> {
    let mut subjects = BTreeMap::new();
    for cell in cells {
        let duty = &story.terms.obligations[cell.obligation].duty;
        let mut subject = Subject {
            obligation: cell.obligation,
            party: cell.party,
            from: cell.subject,
            word: None,
            ordinal: 0,
        };
        match duty {
            Duty::OpenWithin { .. } => continue,
            Duty::PublishWithin { .. } => {
                // From the entry it begins with, the adoption for the first, each link is one entry further.
                let first = cell.subject.map_or(1, |place| place.index.get());
                for link in 0..cell.links {
                    subject.from = None;
                    subject.ordinal = (first + link) as usize;
                    subjects.insert(subject.clone(), cell.verdict);
                }
                continue;
            }
            Duty::AnchorWithin { .. } | Duty::MeetEvery { .. } => continue,
            Duty::Budget { .. } => subject.word = cell.state.as_ref().map(|state| state.as_str().to_owned()),
            _ => {}
        }
        while subjects.contains_key(&subject) {
            subject.ordinal += 1;
        }
        subjects.insert(subject, cell.verdict);
    }
    subjects
}

/// A row of links of `anchor-within` or `meet-every`: of which party and log, and from which own entry to which.
struct Row<'a> {
    cell: &'a Cell,
    of: (usize, usize, Option<&'a str>),
    from: u64,
    to: u64,
}

fn rows<'a>(story: &Story, cells: &'a [Cell]) -> Vec<Row<'a>> {
    let is_row = |cell: &&Cell| {
        let duty = &story.terms.obligations[cell.obligation].duty;
        matches!(duty, Duty::AnchorWithin { .. } | Duty::MeetEvery { .. })
    };
    let row = |cell: &'a Cell| {
        let word = cell.state.as_ref().map(detente_agreement::State::as_str);
        Row {
            cell,
            of: (cell.obligation, cell.party, word.filter(|word| word.starts_with("OF-"))),
            from: cell.subject.map_or(0, |place| place.index.get()),
            to: cell.met_by.map_or(u64::MAX, |place| place.index.get()),
        }
    };
    cells.iter().filter(is_row).map(row).collect()
}

/// Whether the entries between which something was missed are now between links that are all met, or a link that was
/// met is now, split by entries that came to count, missed.
fn is_turned(before: &Row<'_>, after: &[Row<'_>]) -> bool {
    let same = || after.iter().filter(|after| after.of == before.of);
    match before.cell.verdict {
        Verdict::Missed if before.cell.links == 1 => {
            let mut within =
                same().filter(|after| after.from < before.to && before.from < after.to).peekable();
            within.peek().is_some() && within.all(|after| after.cell.verdict == Verdict::Met)
        }
        Verdict::Met => same().any(|after| {
            let within = before.from <= after.from && after.to <= before.to;
            within && after.cell.links == 1 && after.cell.verdict == Verdict::Missed
        }),
        _ => false,
    }
}

fn is_kept(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Met | Verdict::Refused)
}

/// No verdict of the first table is turned in the second.
fn assert_not_turned(less: &Story, more: &Story) -> Result<(), TestCaseError> {
    let (before, after) = (less.cells(), more.cells());
    let after_subjects = subjects(more, &after);
    for (subject, before_verdict) in subjects(less, &before) {
        let Some(after_verdict) = after_subjects.get(&subject).copied() else { continue };
        let turned = (is_kept(before_verdict) && after_verdict == Verdict::Missed)
            || (before_verdict == Verdict::Missed && is_kept(after_verdict));
        let duty = &less.terms.obligations[subject.obligation].duty;
        let tables = || {
            let [before, after] = [&before, &after].map(|cells| {
                let of = cells.iter().filter(|cell| cell.obligation == subject.obligation);
                of.map(timed_line).collect::<Vec<_>>().join("\n")
            });
            format!("{duty:?}\n{subject:?}\n{before}\nthen\n{after}")
        };
        prop_assert!(!turned, "{}", tables());
    }
    let after_rows = rows(more, &after);
    for row in rows(less, &before) {
        // A checkpoint that is newly known, or known better, may be one that an anchor left out.
        let excepted = row.of.2.is_some() && row.cell.verdict == Verdict::Met;
        let told = |cells: &[Cell]| {
            let of = cells.iter().filter(|cell| (cell.obligation, cell.party) == (row.of.0, row.of.1));
            of.map(timed_line).collect::<Vec<_>>().join("\n")
        };
        let turned = is_turned(&row, &after_rows);
        prop_assert!(!turned || excepted, "{}\n{}\nthen\n{}", line(row.cell), told(&before), told(&after));
    }
    Ok(())
}

/// The same story for somebody who has only the first entries of each log.
fn cut(story: &Story, sizes: [u64; 2]) -> Story {
    let mut cut = story.clone();
    for log in &mut cut.logs {
        let size = sizes[log.party];
        log.heads.truncate(size as usize);
        log.visible.retain(|entry| entry.index.get() < size);
        log.sealed.retain(|entry| entry.get() < size);
        log.opened.retain(|entry, _| entry.get() < size);
        let other = TreeSize::new(sizes[1 - log.party]).unwrap();
        for entry in &mut log.visible {
            if let Said::Anchor { covers, .. } = &mut entry.said {
                // Above what is at hand it is left aside.
                *covers = covers.filter(|covers| *covers <= other);
            }
        }
    }
    cut
}

fn horizon(story: &Story, party: usize) -> Option<UnixSeconds> {
    let facts = story.logs[party].facts();
    facts.timeline.horizon(facts.size)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn more_witnesses_mirrors_and_presentations_turn_nothing(acts in acts()) {
        assert_not_turned(&history(&acts, false).story, &history(&acts, true).story)?;
    }

    #[test]
    fn later_entries_turn_nothing(acts in acts(), sizes: [u64; 2], fully: bool) {
        let story = history(&acts, fully).story;
        let sizes = [A, B].map(|party| 2 + sizes[party] % (story.logs[party].size() - 1));
        let less = cut(&story, sizes);
        assert_not_turned(&less, &story)?;
        // And nothing that is not there yet is in the table.
        for cell in less.cells() {
            for place in [cell.subject, cell.met_by].into_iter().flatten() {
                prop_assert!(place.index.get() < sizes[place.party]);
            }
        }
    }

    #[test]
    fn absence_needs_a_horizon(acts in acts(), fully: bool) {
        let story = history(&acts, fully).story;
        for cell in story.cells().iter().filter(|cell| cell.verdict == Verdict::Overdue) {
            let due = cell.due.unwrap().hi.unwrap();
            match story.terms.obligations[cell.obligation].duty {
                // What was opened is what is at hand.
                Duty::OpenWithin { .. } => prop_assert!(story.at > due.get()),
                _ => prop_assert!(horizon(&story, cell.party) > Some(due), "{}", timed_line(cell)),
            }
        }
    }

    #[test]
    fn a_request_that_was_never_seen_makes_nobody_late(acts in acts(), fully: bool) {
        let mut story = history(&acts, fully).story;
        // B's log with everything taken out that covers A's entries or refers to them.
        story.logs[B].visible.retain(|entry| match &entry.said {
            Said::Anchor { .. } => false,
            Said::Body(body) => body.reference().is_none(),
            _ => true,
        });
        for cell in story.cells() {
            let asked = cell.subject.is_some_and(|subject| subject.party == A);
            if cell.party == B && asked {
                let word = cell.state.as_ref().map(detente_agreement::State::as_str);
                let innocent = match story.terms.obligations[cell.obligation].duty {
                    Duty::AcknowledgeWithin { start, .. }
                    | Duty::RespondWithin { start, .. }
                    | Duty::UpdateEvery { start, .. } => {
                        start == detente_agreement::Start::Mirror
                            || cell.verdict == Verdict::Undelivered
                            || word == Some("SCOPE")
                    }
                    _ => true,
                };
                prop_assert!(innocent, "{}", line(&cell));
            }
        }
    }

    #[test]
    fn swapping_the_parties_swaps_the_table(acts in acts(), fully: bool) {
        let story = history(&acts, fully).story;
        let mut swapped = story.clone();
        swapped.terms.parties.reverse();
        let turn = |place: Place| Place { party: 1 - place.party, index: place.index };
        let mut expected = story.cells();
        for cell in &mut expected {
            cell.party = 1 - cell.party;
            cell.subject = cell.subject.map(turn);
            cell.met_by = cell.met_by.map(turn);
        }
        // Stable: within an obligation and a party the order stays.
        expected.sort_by_key(|cell| (cell.obligation, cell.party));
        prop_assert_eq!(swapped.cells(), expected);
        prop_assert_eq!(swapped.evaluate().force, story.evaluate().force);
    }

    #[test]
    fn the_order_in_which_facts_come_changes_nothing(acts in acts(), seed: u64) {
        let story = history(&acts, true).story;
        let mut facts = story.facts();
        for (own, log) in facts.logs.values_mut().zip(&story.logs) {
            own.visible.rotate_left(seed as usize % log.visible.len());
            own.visible.reverse();
            own.sealed.reverse();
            let heads = (1..=log.size()).rev().map(|size| {
                let head = log.heads[size as usize - 1];
                let [first, last, mirrored] = head.map(|time| time.and_then(|time| UnixSeconds::new(time).ok()));
                detente_agreement::NoteTimes { size: TreeSize::new(size).unwrap(), first, last, mirrored }
            });
            own.timeline = Timeline::new(heads.collect());
        }
        prop_assert_eq!(evaluate(agreement(), &story.terms, &facts), story.evaluate());
    }

    #[test]
    fn a_silent_party_ends_overdue(acts in acts(), fully: bool) {
        // A adopts and says nothing more; B does what it likes, but ends nothing.
        let acts: Vec<_> = acts.into_iter().filter(|act| act.is_of(B)).collect();
        let mut story = history(&acts, fully).story;
        let ends = |kind| kind == detente_statement::Kind::AgreementWithdraw;
        story.logs[B].visible.retain(|entry| !ends(entry.kind));
        let end = story.at;
        for log in &mut story.logs {
            log.seen(end);
        }
        let publish = |duty: &Duty| matches!(duty, Duty::PublishWithin { .. });
        let obligation = story.terms.obligations.iter().position(|term| publish(&term.duty)).unwrap();
        let cells = story.cells();
        let last = cells.iter().rfind(|cell| cell.obligation == obligation && cell.party == A).unwrap();
        prop_assert!(end > 2 * DAY);
        prop_assert_eq!(line(last), "a OVERDUE");
    }
}

/// What the generator reaches, so that the properties above say something.
#[test]
fn random_histories_reach_every_verdict_that_order_and_times_give() {
    use proptest::{strategy::ValueTree as _, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let (mut seen, strategy) = (BTreeMap::<_, u64>::new(), acts());
    for _ in 0..300 {
        let acts = strategy.new_tree(&mut runner).unwrap().current();
        for cell in history(&acts, true).story.cells() {
            *seen.entry(cell.verdict).or_default() += 1;
            if let Some(state) = cell.state {
                let word = state.as_str().to_owned();
                let known = ["OPAQUE", "SCOPE", "UNOPENED", "END", "UNCONFIRMED", "HELD", "ANSWERED"];
                if known.contains(&word.as_str()) {
                    assert!(cell.verdict != Verdict::Missed && cell.verdict != Verdict::Overdue);
                }
            }
        }
    }
    for verdict in [
        Verdict::Met,
        Verdict::Missed,
        Verdict::Overdue,
        Verdict::Pending,
        Verdict::Indeterminate,
        Verdict::Undelivered,
        Verdict::Refused,
        Verdict::BeforeEvent,
        Verdict::NotVerifiable,
    ] {
        assert!(seen.get(&verdict).is_some_and(|count| *count > 10), "{verdict}: {seen:?}");
    }
}
