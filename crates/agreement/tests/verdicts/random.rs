//! Random histories of two parties with every duty, and what of them is known: more, or less.

use detente_agreement::{BudgetPeriod, Duty, Period, Reference, ReportTrigger, Start};
use detente_statement::Kind;
use proptest::prelude::*;

use crate::story::{
    A, B, DAY, Story, accuses, acks, adopts, answers, asks, asks_to_preserve, cannot_read, log, meets,
    number, pings, pongs, refuses, replies, text, updates, withdraws,
};

/// One thing that a party does.
#[derive(Debug, Clone)]
pub struct Act {
    who: usize,
    what: u8,
    /// Seconds since the act before.
    pause: u64,
    /// Which of the things said before it is about, and other choices.
    pick: usize,
    /// How long after an entry, and how long before the next one, witnesses saw the log.
    lag: [u64; 2],
    /// What is only known when all is known: both bounds, mirrors, openings.
    late: [bool; 4],
}

pub fn acts() -> impl Strategy<Value = Vec<Act>> {
    let pause = prop_oneof![0_u64..100, 0..2 * DAY, Just(DAY)];
    let lag = prop_oneof![Just(0_u64), 0_u64..4_000];
    let fields = (0_usize..2, 0_u8..24, pause, any::<usize>(), [lag.clone(), lag], any::<[bool; 4]>());
    let act =
        fields.prop_map(|(who, what, pause, pick, lag, late)| Act { who, what, pause, pick, lag, late });
    // Of all things, or of a few that belong together, so that they meet.
    let foci: [&[u8]; 7] = [
        &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23],
        &[0, 4, 6, 8, 9, 18, 19],
        &[0, 3, 6, 8, 18],
        &[1, 7, 9, 18],
        &[13, 14, 18],
        &[0, 16, 18],
        &[21],
    ];
    (proptest::sample::select(foci.to_vec()), proptest::collection::vec(act, 0..40)).prop_map(
        |(focus, acts)| {
            let focused = |act: Act| Act { what: focus[usize::from(act.what) % focus.len()], ..act };
            acts.into_iter().map(focused).collect()
        },
    )
}

/// Every kind of duty, with periods about as long as the pauses.
pub fn duties() -> Vec<Duty> {
    let day = Period::Days(1);
    let of = || vec![Kind::RequestAssistance, Kind::RequestPreserve];
    let all = || vec![Kind::RequestAssistance, Kind::RequestPreserve, Kind::AccusationIssue];
    let field = |field: &str| ReportTrigger::Field { field: field.to_owned(), by: None };
    let mut duties = Vec::new();
    for start in [Start::Anchor, Start::Mirror] {
        let mut pinged = all();
        pinged.push(Kind::Ping);
        duties.push(Duty::AcknowledgeWithin { of: pinged, start, period: Period::Hours(5) });
        duties.push(Duty::RespondWithin { of: all(), start, period: day, grounds: vec![1] });
        duties.push(Duty::UpdateEvery { of: of(), start, period: Period::Hours(30) });
        duties.push(Duty::PreserveFor { start, period: Period::Days(2) });
    }
    let trigger = || "awareness".to_owned();
    let period = day;
    duties.push(Duty::ReportWithin { trigger: trigger(), from: field("claimed_time"), stage: None, period });
    let from = ReportTrigger::After("early".to_owned());
    duties.push(Duty::ReportWithin { trigger: trigger(), from, stage: Some("final".to_owned()), period });
    duties.push(Duty::EvidenceWithAccusation);
    duties.push(Duty::AskBeforeAccusing { wait: None });
    duties.push(Duty::AskBeforeAccusing { wait: Some(day) });
    duties.push(Duty::NoticeBeforeWithdrawal { period: Period::Hours(6) });
    duties.push(Duty::Budget { of: all(), at_most: 1, per: BudgetPeriod::Month });
    duties.push(Duty::OpenWithin { slots: vec![0, 3, 4], period: day });
    duties.push(Duty::PublishWithin { period: day });
    duties.push(Duty::AnchorWithin { period: Period::Days(2) });
    duties.push(Duty::MeetEvery { of: vec![1], period: Period::Days(4) });
    duties.push(Duty::NotVerifiable);
    duties
}

/// A history in which every time that is known is true.
pub struct History {
    pub story: Story,
    /// When each entry was truly published.
    times: [Vec<u64>; 2],
    end: u64,
}

impl Act {
    pub fn is_of(&self, who: usize) -> bool {
        self.who == who
    }
}

impl History {
    fn tell(&mut self, who: usize, time: u64) {
        self.times[who].push(time);
    }

    /// Witnesses saw each size some time after its last entry, and some time before the next one.
    fn witness(&mut self, acts: &[Act], fully: bool) {
        for who in [A, B] {
            let mut quality = acts.iter().filter(|act| act.who == who);
            let log = &mut self.story.logs[who];
            for (size, head) in (1_usize..).zip(&mut log.heads) {
                let act = if size > 2 { quality.next() } else { None };
                let (lag, late) = act.map_or(([0, 0], [false; 4]), |act| (act.lag, act.late));
                let times = &self.times[who];
                let appended = times[size - 1];
                let next = times.get(size).copied().unwrap_or(self.end);
                let stretch = if fully { 1 } else { 3 };
                let first = Some(appended + lag[0] * stretch).filter(|_| fully || !late[0]);
                let last = Some(next.saturating_sub(lag[1] * stretch)).filter(|_| fully || !late[1]);
                let mirrored = Some(appended + 50).filter(|_| fully || !late[2]);
                *head = [first, last, mirrored];
            }
        }
    }
}

/// What the acts make of it; with all that witnesses, mirrors and presentations show, or with a part of it.
pub fn history(acts: &[Act], fully: bool) -> History {
    let story = Story::before(2, duties());
    let mut history = History { story, times: [vec![0], vec![0]], end: 0 };
    let mut now = 100;
    for who in [A, B] {
        history.story.logs[who].say(0, 0, adopts());
        history.tell(who, now);
        now += 10;
    }
    let mut said: [Vec<Reference>; 2] = [Vec::new(), Vec::new()];
    for act in acts {
        now += act.pause;
        let (who, other) = (act.who, 1 - act.who);
        perform(&mut history.story, act, &mut said, now, fully);
        history.tell(who, now);
        assert_eq!(history.times[who].len() as u64, history.story.logs[who].size());
        assert!(said[other].iter().all(|reference| reference.log == log(other)));
    }
    history.end = now + 3 * DAY;
    history.story.at = now + 3 * DAY;
    history.witness(acts, fully);
    history
}

fn perform(story: &mut Story, act: &Act, said: &mut [Vec<Reference>; 2], now: u64, fully: bool) {
    let (who, other, pick) = (act.who, 1 - act.who, act.pick);
    let sizes = [story.logs[A].size(), story.logs[B].size()];
    let theirs = pick_of(&said[other], pick);
    let own = pick_of(&said[who], pick);
    let log = &mut story.logs[who];
    let small = (pick % 7 + 1) as u8;
    let body = match (act.what, theirs) {
        (0, _) => asks(other),
        (1, _) => asks_to_preserve(other),
        (2, _) => pings(other),
        (3, _) => accuses(Some(other), own, small > 3),
        (4 | 5, Some(theirs)) => acks(theirs),
        (6, Some(theirs)) => answers(theirs, 1),
        (7, Some(theirs)) => answers(theirs, 2),
        (8, Some(theirs)) => refuses(theirs, if small > 5 { 2 } else { 1 }),
        (9 | 10, Some(theirs)) => updates(theirs, small % 4 + 1),
        (11, Some(theirs)) => pongs(theirs),
        (12, Some(theirs)) => replies(theirs, 1),
        (13, _) => meets(other, 1, theirs),
        (14, _) => meets(other, 1, None),
        (15, _) => cannot_read(other),
        (16, _) if pick.is_multiple_of(8) => withdraws(now + (pick % 100_000) as u64),
        (17, _) if pick.is_multiple_of(4) => {
            log.mumble(0, 0);
            return;
        }
        (18..=20, _) => {
            log.anchor(0, 0, other, Some(sizes[other]));
            return;
        }
        _ => return seal(story, act, now, fully),
    };
    said[who].push(log.say(0, 0, body));
}

fn pick_of(said: &[Reference], pick: usize) -> Option<Reference> {
    // The newest more often than others.
    let from = said.len().saturating_sub(4);
    said.get(from..).filter(|said| !said.is_empty()).map(|said| said[pick % said.len()])
}

/// A report, an amendment of an entry before, or a cover; with all slots opened, or some of them.
fn seal(story: &mut Story, act: &Act, now: u64, fully: bool) {
    let log = &mut story.logs[act.who];
    let amended = log.sealed.len().checked_sub(1).map(|last| log.sealed[last - act.pick % (last + 1)]);
    let amended = amended.filter(|_| !act.pick.is_multiple_of(3)).map(|index| log.id(index.get()));
    let kind = if act.pick.is_multiple_of(5) { "cover" } else { "incident.report" };
    let stage = ["early", "final", "middle"][act.pick % 3];
    let year = 1970 + number_of(now / (366 * DAY));
    let slots = [
        (0, Some(text(kind))),
        (1, Some(text(&format!("{year}-01-02T00:00:00Z")))),
        (3, amended),
        (4, Some(text(stage))),
        (15, Some(number(year))),
    ];
    let known = slots.into_iter().enumerate().filter(|(place, _)| fully || !act.late[place % 4]);
    let known: Vec<_> = known.map(|(_, slot)| slot).collect();
    log.seal(0, 0, &known);
}

fn number_of(number: u64) -> u32 {
    u32::try_from(number).unwrap()
}
