//! Facts told as a story: who says what, between which seconds, and what the table then reads.

use std::collections::{BTreeMap, BTreeSet};

use detente_agreement::{
    AgreementDigest, AgreementTerms, Body, Cell, Duty, Evaluation, Facts, Interval, NoteTimes, Obligation,
    ObligationId, Opened, PartyFacts, PartyId, PartyTerms, Place, Reference, Said, Timeline, Times, Visible,
    evaluate,
};
use detente_core::{
    Digest, LeafIndex, LogId, Origin, StatementId, TreeSize, UnixSeconds,
    json::{Number, Value},
};
use detente_statement::Kind;

pub const DAY: u64 = 86_400;
pub const A: usize = 0;
pub const B: usize = 1;
pub const C: usize = 2;

pub fn second(seconds: u64) -> UnixSeconds {
    UnixSeconds::new(seconds).unwrap()
}

pub fn index(index: u64) -> LeafIndex {
    LeafIndex::new(index).unwrap()
}

pub fn between(lo: u64, hi: u64) -> Interval {
    Interval { lo: Some(second(lo)), hi: Some(second(hi)) }
}

pub fn digest(byte: u8) -> Digest {
    Digest::from_bytes([byte; 32])
}

/// The log id of a party.
pub fn log(party: usize) -> LogId {
    LogId::new(digest(0xa0 + party as u8))
}

/// The id of an entry's statement.
pub fn statement(party: usize, at: u64) -> StatementId {
    let mut bytes = [party as u8; 32];
    bytes[..8].copy_from_slice(&at.to_le_bytes());
    StatementId::new(Digest::from_bytes(bytes))
}

pub fn agreement() -> AgreementDigest {
    AgreementDigest::new(digest(0x11))
}

/// One party's log as it grows.
#[derive(Debug, Clone)]
pub struct Log {
    pub party: usize,
    pub visible: Vec<Visible>,
    pub sealed: Vec<LeafIndex>,
    pub opened: BTreeMap<LeafIndex, Opened>,
    pub manifests: BTreeSet<LeafIndex>,
    /// Of each size from 1 on: when its quorum was met first, last, and when mirrors held it.
    pub heads: Vec<[Option<u64>; 3]>,
}

impl Log {
    fn new(party: usize) -> Self {
        let (visible, sealed) = (Vec::new(), Vec::new());
        let mut log = Self {
            party,
            visible,
            sealed,
            opened: BTreeMap::new(),
            manifests: BTreeSet::new(),
            heads: Vec::new(),
        };
        log.append(Interval::UNKNOWN);
        log.see(0, Kind::Genesis, Said::OfTheLog);
        log
    }

    pub fn size(&self) -> u64 {
        self.heads.len() as u64
    }

    /// One more entry, published between the two; its index.
    pub fn append(&mut self, published: Interval) -> u64 {
        if let (Some(head), Some(lo)) = (self.heads.last_mut(), published.lo) {
            head[1] = head[1].max(Some(lo.get()));
        }
        self.heads.push([published.hi.map(UnixSeconds::get), None, None]);
        self.size() - 1
    }

    fn see(&mut self, at: u64, kind: Kind, said: Said) -> Reference {
        let statement = self.statement(at);
        self.visible.push(Visible { index: index(at), statement, kind, said });
        Reference { log: log(self.party), index: index(at), statement }
    }

    pub fn statement(&self, at: u64) -> StatementId {
        statement(self.party, at)
    }

    /// Says something; what others can refer to.
    pub fn say(&mut self, lo: u64, hi: u64, (kind, body): (Kind, Body)) -> Reference {
        self.say_within(between(lo, hi), (kind, body))
    }

    pub fn say_within(&mut self, published: Interval, (kind, body): (Kind, Body)) -> Reference {
        let at = self.append(published);
        self.see(at, kind, Said::Body(Box::new(body)))
    }

    /// Anchors another log at a size; `None` for an anchor that the audit left aside.
    pub fn anchor(&mut self, lo: u64, hi: u64, of: usize, covers: Option<u64>) -> u64 {
        let at = self.append(between(lo, hi));
        let covers = covers.map(|size| TreeSize::new(size).unwrap());
        self.see(at, Kind::Anchor, Said::Anchor { log: log(of), covers });
        at
    }

    /// Says something of a kind that nobody knows yet.
    pub fn mumble(&mut self, lo: u64, hi: u64) -> u64 {
        let at = self.append(between(lo, hi));
        self.see(at, Kind::Unlisted(9_999), Said::Opaque);
        at
    }

    /// Seals something, with these slots opened later.
    pub fn seal(&mut self, lo: u64, hi: u64, slots: &[(u16, Option<Value>)]) -> u64 {
        let at = self.append(between(lo, hi));
        self.sealed.push(index(at));
        if !slots.is_empty() {
            self.open(at, slots);
        }
        at
    }

    pub fn open(&mut self, at: u64, slots: &[(u16, Option<Value>)]) {
        let statement = self.statement(at);
        let opened = Opened { statement, slots: BTreeMap::new() };
        self.opened.entry(index(at)).or_insert(opened).slots.extend(slots.iter().cloned());
    }

    /// Witnesses saw the log, as it is, at that second and later than that nothing.
    pub fn seen(&mut self, at: u64) {
        let head = self.heads.last_mut().unwrap();
        head[1] = head[1].max(Some(at));
    }

    /// Mirrors held all of the log by then.
    pub fn mirrored(&mut self, at: u64) {
        self.heads.last_mut().unwrap()[2] = Some(at);
    }

    /// The hexadecimal id that an amendment of an entry names.
    pub fn id(&self, at: u64) -> Value {
        text(&self.statement(at).to_string())
    }

    pub fn facts(&self) -> PartyFacts {
        let heads = self.heads.iter().zip(1..).map(|(head, size)| {
            let [first, last, mirrored] = head.map(|time| time.map(second));
            NoteTimes { size: TreeSize::new(size).unwrap(), first, last, mirrored }
        });
        PartyFacts {
            size: TreeSize::new(self.size()).unwrap(),
            timeline: Timeline::new(heads.collect()),
            visible: self.visible.clone(),
            sealed: self.sealed.clone(),
            opened: self.opened.clone(),
            manifests: self.manifests.clone(),
        }
    }
}

/// Parties, terms and their logs.
#[derive(Debug, Clone)]
pub struct Story {
    pub terms: AgreementTerms,
    pub at: u64,
    pub times: Times,
    pub logs: Vec<Log>,
}

impl Story {
    /// Two parties; both adopted between 0 and 10, entry 1 of each log. Both are obliged by each duty.
    pub fn of(duties: impl IntoIterator<Item = Duty>) -> Self {
        Self::among(2, duties)
    }

    pub fn among(parties: usize, duties: impl IntoIterator<Item = Duty>) -> Self {
        let mut story = Self::before(parties, duties);
        for log in &mut story.logs {
            log.say(0, 10, adopts());
        }
        story
    }

    /// Nobody has adopted yet.
    pub fn before(parties: usize, duties: impl IntoIterator<Item = Duty>) -> Self {
        let party = |position: usize| {
            let id = ["a", "b", "c", "d"][position];
            let name = format!("{id}.example");
            let origin = Origin::parse(&format!("{name}/log")).unwrap();
            PartyTerms { id: PartyId::parse(id).unwrap(), name, log: log(position), origin, offset: None }
        };
        let obligation = |(number, duty)| Obligation {
            id: ObligationId::parse(&format!("O{number}")).unwrap(),
            text: "as said".to_owned(),
            source: None,
            unsure: None,
            obliged: (0..parties).collect(),
            duty,
        };
        let terms = AgreementTerms {
            name: "story".to_owned(),
            title: "a story".to_owned(),
            policy: digest(1),
            companion: digest(2),
            parties: (0..parties).map(party).collect(),
            definitions: Vec::new(),
            obligations: (1..).zip(duties).map(obligation).collect(),
        };
        let logs = (0..parties).map(Log::new).collect();
        Self { terms, at: 100 * DAY, times: Times::Known, logs }
    }

    /// Only this party is obliged.
    pub fn obliging(mut self, party: usize) -> Self {
        for obligation in &mut self.terms.obligations {
            obligation.obliged = vec![party];
        }
        self
    }

    pub fn facts(&self) -> Facts {
        let logs = self.logs.iter().map(|own| (log(own.party), own.facts()));
        Facts { at: second(self.at), times: self.times, logs: logs.collect() }
    }

    pub fn evaluate(&self) -> Evaluation {
        evaluate(agreement(), &self.terms, &self.facts())
    }

    pub fn cells(&self) -> Vec<Cell> {
        self.evaluate().cells
    }

    /// The table, a line a cell.
    pub fn table(&self) -> Vec<String> {
        self.cells().iter().map(line).collect()
    }

    /// The table with starts and due times.
    pub fn timed_table(&self) -> Vec<String> {
        self.cells().iter().map(timed_line).collect()
    }
}

fn place(place: Place) -> String {
    format!("{}/{}", ["a", "b", "c", "d"][place.party], place.index)
}

/// `b MET(provided) a/2 by b/3 x4`.
pub fn line(cell: &Cell) -> String {
    let mut line = format!("{} {}", ["a", "b", "c", "d"][cell.party], cell.verdict);
    if let Some(state) = &cell.state {
        line.push_str(&format!("({})", state.as_str()));
    }
    if let Some(subject) = cell.subject {
        line.push_str(&format!(" {}", place(subject)));
    }
    if let Some(met_by) = cell.met_by {
        line.push_str(&format!(" by {}", place(met_by)));
    }
    if cell.links != 1 {
        line.push_str(&format!(" x{}", cell.links));
    }
    if let Some(unopened) = cell.unopened {
        line.push_str(&format!(" unopened {unopened}"));
    }
    line
}

fn bounds(interval: Option<Interval>) -> String {
    let bound = |bound: Option<UnixSeconds>| bound.map_or("?".to_owned(), |bound| bound.to_string());
    interval.map_or("none".to_owned(), |interval| format!("{}..{}", bound(interval.lo), bound(interval.hi)))
}

/// The line, then from, answered and due.
pub fn timed_line(cell: &Cell) -> String {
    let [start, answer, due] = [cell.start, cell.answer, cell.due].map(bounds);
    format!("{} | from {start} answered {answer} due {due}", line(cell))
}

pub fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

pub fn number(number: u32) -> Value {
    Value::Number(Number::from(number))
}

pub fn adopts() -> (Kind, Body) {
    (Kind::AgreementAdopt, Body::AgreementAdopt(agreement()))
}

pub fn withdraws(effective: u64) -> (Kind, Body) {
    let body = Body::AgreementWithdraw { agreement: agreement(), effective: second(effective) };
    (Kind::AgreementWithdraw, body)
}

pub fn amends(old: AgreementDigest, new: AgreementDigest) -> (Kind, Body) {
    (Kind::AgreementAmend, Body::AgreementAmend { old, new })
}

pub fn asks(to: usize) -> (Kind, Body) {
    (Kind::RequestAssistance, Body::Request { to: log(to), content: digest(3) })
}

pub fn asks_to_preserve(to: usize) -> (Kind, Body) {
    (Kind::RequestPreserve, Body::Request { to: log(to), content: digest(3) })
}

pub fn acks(request: Reference) -> (Kind, Body) {
    (Kind::RequestAck, Body::RequestAck(request))
}

pub fn answers(request: Reference, outcome: u8) -> (Kind, Body) {
    (Kind::RequestAnswer, Body::RequestAnswer { request, outcome, content: None })
}

pub fn refuses(request: Reference, ground: u8) -> (Kind, Body) {
    (Kind::RequestRefuse, Body::RequestRefuse { request, ground, content: None })
}

pub fn updates(request: Reference, status: u8) -> (Kind, Body) {
    (Kind::RequestUpdate, Body::RequestUpdate { request, status, content: None })
}

pub fn pings(to: usize) -> (Kind, Body) {
    (Kind::Ping, Body::Ping(log(to)))
}

pub fn pongs(ping: Reference) -> (Kind, Body) {
    (Kind::Pong, Body::Pong(ping))
}

pub fn meets(with: usize, form: u8, other: Option<Reference>) -> (Kind, Body) {
    let date = "2026-01-01".to_owned();
    (Kind::DialogueSession, Body::DialogueSession { with: log(with), form, date, other })
}

pub fn cannot_read(of: usize) -> (Kind, Body) {
    (Kind::AccessDenied, Body::AccessDenied { log: log(of), size: TreeSize::ZERO })
}

pub fn accuses(whom: Option<usize>, asked: Option<Reference>, evidence: bool) -> (Kind, Body) {
    let accusation = detente_agreement::Accusation {
        accused: whom.map(log),
        class: 1,
        channel: 2,
        likelihood: 0,
        confidence: 0,
        bases: vec![1],
        alternatives: 0,
        asked,
        manifest: evidence.then(|| digest(4)),
        items: if evidence { vec![(1, 1)] } else { Vec::new() },
        review: None,
        content: None,
    };
    (Kind::AccusationIssue, Body::AccusationIssue(accusation))
}

pub fn replies(accusation: Reference, position: u8) -> (Kind, Body) {
    (Kind::AccusationReply, Body::AccusationReply { accusation, position, content: None })
}
