//! From the data to logs: who says, seals, anchors and publishes what, in the order of time.

use std::collections::{BTreeMap, BTreeSet};

use detente_agreement::{
    Accusation, AgreementDigest, Body, ContentSalt, EvidenceItem, Manifest, Reference, words,
};
use detente_audit::Case;
use detente_checkpoint::Policy;
use detente_core::{LogId, TreeSize, UnixSeconds};
use detente_statement::Kind;

use crate::{
    data::{History, Side, Statement, grid, instant},
    report::Report,
    world::{Party, World, agreement, policy, sha256},
};

/// Statements a side, genesis and all.
pub(crate) const STATEMENTS: usize = 2_000;
/// The day on which what is missing to them is sealed.
const REST: &str = "2025-12-26";
const HOUR: u64 = 3_600;

/// What happens at a time; at the same time in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A statement of that position.
    Said(usize),
    /// What is there is published once more.
    Again,
    Ordinary(usize),
    Anchor(usize),
    Closing,
}

impl World {
    pub(crate) fn build(history: &History) -> Self {
        let mut parties = [Party::new(0), Party::new(1)];
        let (policy, companion) = policy(&parties, history);
        let agreement = agreement(&parties, history, &policy, &companion);
        let case = Case::open(&policy, Some(&companion), std::slice::from_ref(&agreement)).unwrap();
        let mut building = Building {
            history,
            policy: Policy::parse(&policy, Some(&companion)).unwrap(),
            agreement: AgreementDigest::new(sha256(&agreement)),
            grid: grid(),
            rest: [0; 2],
            reports: BTreeMap::new(),
            references: BTreeMap::new(),
            places: BTreeMap::new(),
            presentations: Vec::new(),
            contents: Vec::new(),
        };
        let events = building.events();
        for side in [0, 1] {
            building.rest[side] = STATEMENTS - building.others(&events, side);
        }
        for (time, event, side) in events {
            building.happen(&mut parties, time, event, side);
        }
        let Building { places, presentations, contents, .. } = building;
        Self { parties, case, presentations, contents, places }
    }
}

/// What is at hand while the logs are built.
struct Building<'h> {
    history: &'h History,
    policy: Policy,
    agreement: AgreementDigest,
    grid: Vec<(u64, String)>,
    /// How many are sealed on [`REST`].
    rest: [usize; 2],
    reports: BTreeMap<String, Report>,
    references: BTreeMap<String, Reference>,
    places: BTreeMap<String, (Side, u64)>,
    presentations: Vec<(u64, Vec<u8>)>,
    contents: Vec<(u64, Vec<u8>)>,
}

impl Building<'_> {
    fn events(&self) -> BTreeSet<(u64, Event, Side)> {
        let mut events = BTreeSet::new();
        for (number, said) in self.history.statements.iter().enumerate() {
            events.insert((said.from, Event::Again, said.side));
            events.insert((said.from + said.width, Event::Said(number), said.side));
        }
        for (side, time) in &self.history.again {
            events.insert((*time, Event::Again, *side));
        }
        for side in [0, 1] {
            for (number, (midnight, date)) in self.grid.iter().enumerate() {
                if is_within(&self.history.silent, side, *midnight) {
                    continue;
                }
                events.insert((midnight + 6 * HOUR, Event::Ordinary(number), side));
                let noon = midnight + 12 * HOUR;
                let anchors = ["01", "11", "21"].iter().any(|day| date.ends_with(day)) && number > 0;
                if anchors && !self.history.left_out.contains(&(side, noon)) {
                    events.insert((noon, Event::Anchor(number), side));
                }
            }
            events.insert((self.history.closing[side], Event::Closing, side));
        }
        events
    }

    fn is_quiet(&self, side: Side, midnight: u64) -> bool {
        is_within(&self.history.quiet, side, midnight)
    }

    /// Entries but those of [`REST`].
    fn others(&self, events: &BTreeSet<(u64, Event, Side)>, side: Side) -> usize {
        let own = events.iter().filter(|(.., whose)| *whose == side);
        let counts = own.map(|(_, event, _)| match event {
            Event::Again => 0,
            Event::Said(_) | Event::Anchor(_) | Event::Closing => 1,
            // The first note has genesis only.
            Event::Ordinary(0) => 1,
            Event::Ordinary(number) => match &self.grid[*number] {
                (_, date) if date == REST => 0,
                (midnight, _) if self.is_quiet(side, *midnight) => 1,
                _ => self.history.ordinary,
            },
        });
        counts.sum()
    }

    fn happen(&mut self, parties: &mut [Party; 2], time: u64, event: Event, side: Side) {
        let [a, b] = parties;
        let (party, other) = if side == 0 { (a, &*b) } else { (b, &*a) };
        let mut mirrored = None;
        match event {
            Event::Again => {}
            Event::Said(number) => self.say(party, other.log, &self.history.statements[number], time),
            Event::Ordinary(number) => {
                let (midnight, date) = self.grid[number].clone();
                let stamp = midnight + 8 * HOUR;
                mirrored = Some(stamp).filter(|stamp| *stamp < self.history.unmirrored[side]);
                let sealed = if date == REST { self.rest[side] } else { self.history.ordinary };
                if number > 0 && self.is_quiet(side, midnight) {
                    party.plain(&format!("plain@{date}"));
                } else if number > 0 {
                    for nth in 0..sealed {
                        let value = sha256(format!("sealed {side} {date} {nth}").as_bytes());
                        party.seal(&format!("sealed@{date}"), value);
                    }
                }
            }
            Event::Anchor(number) => {
                let label = format!("anchor@{}", self.grid[number].1);
                let old = self.history.outdated.contains(&(side, time));
                party.anchor(&label, other, if old { time - 20 * 24 * HOUR } else { time }, &self.policy);
            }
            Event::Closing => party.plain("plain@2025-12-31"),
        }
        party.publish(time, mirrored);
        if let Event::Said(number) = event {
            let said = &self.history.statements[number];
            if let Some((_, earlier)) = self.history.backdated.filter(|(label, _)| *label == said.label) {
                party.publish(earlier, None);
            }
            if let Some(report) = self.reports.get(&said.label) {
                let file =
                    report.present(party, self.places[&said.label].1, &party.notes[party.notes.len() - 1].1);
                self.presentations.extend(file.map(|file| (time, file)));
            }
        }
    }

    fn say(&mut self, party: &mut Party, to: LogId, said: &Statement, time: u64) {
        let index = party.entries.len() as u64;
        assert_eq!(self.places.insert(said.label.clone(), (party.side, index)), None, "{} twice", said.label);
        match said.kind.as_str() {
            "report" => {
                let amends = said.words.get("amends").map(|name| self.named(said, name).statement);
                let report = Report::of(said, amends);
                party.seal(&said.label, report.sealed(party.log));
                self.reports.insert(said.label.clone(), report);
            }
            "opaque" => {
                let nonce = party.nonce();
                party.say(&said.label, Kind::Unlisted(900), nonce.to_vec());
            }
            _ => {
                let (kind, body) = self.body(party, to, said, time);
                let body = body.encode(kind, party.nonce()).unwrap();
                party.say(&said.label, kind, body);
            }
        }
        self.references.insert(said.label.clone(), party.reference(index));
    }

    /// A statement of the same thread.
    fn named(&self, said: &Statement, name: &str) -> Reference {
        let thread = said.label.split('.').next().unwrap();
        let label = format!("{thread}.{name}");
        *self.references.get(&label).unwrap_or_else(|| panic!("{}: no {label} before it", said.label))
    }

    fn body(&mut self, party: &Party, to: LogId, said: &Statement, time: u64) -> (Kind, Body) {
        let word =
            |list: words::Words| list.code(&said.words[""]).unwrap_or_else(|| panic!("{}", said.label));
        let request = || self.named(said, "req");
        let accusation = || self.named(said, "acc");
        let content = None;
        match said.kind.as_str() {
            "adopt" => (Kind::AgreementAdopt, Body::AgreementAdopt(self.agreement)),
            "leave" => {
                let effective = UnixSeconds::new(instant(&said.words["effective"])).unwrap();
                (Kind::AgreementWithdraw, Body::AgreementWithdraw { agreement: self.agreement, effective })
            }
            "assist" | "preserve" => {
                let content = sha256(said.label.as_bytes());
                let kind =
                    if said.kind == "assist" { Kind::RequestAssistance } else { Kind::RequestPreserve };
                (kind, Body::Request { to, content })
            }
            "ack" => (Kind::RequestAck, Body::RequestAck(request())),
            "answer" => {
                let outcome = word(words::OUTCOMES);
                (Kind::RequestAnswer, Body::RequestAnswer { request: request(), outcome, content })
            }
            "refuse" => {
                let ground = word(words::GROUNDS);
                (Kind::RequestRefuse, Body::RequestRefuse { request: request(), ground, content })
            }
            "update" => {
                let status = word(words::STATUSES);
                (Kind::RequestUpdate, Body::RequestUpdate { request: request(), status, content })
            }
            "reply" => {
                let position = word(words::POSITIONS);
                (Kind::AccusationReply, Body::AccusationReply { accusation: accusation(), position, content })
            }
            "withdraw" => {
                let reason = word(words::REASONS);
                (Kind::AccusationWithdraw, Body::AccusationWithdraw { accusation: accusation(), reason })
            }
            "ping" => (Kind::Ping, Body::Ping(to)),
            "pong" => (Kind::Pong, Body::Pong(self.named(said, "ping"))),
            "session" => {
                let other = said.words.get("other").map(|name| self.named(said, name));
                let (form, date) = (word(words::FORMS), "2024".to_owned());
                (Kind::DialogueSession, Body::DialogueSession { with: to, form, date, other })
            }
            "denied" => {
                let size = TreeSize::new(1).unwrap();
                (Kind::AccessDenied, Body::AccessDenied { log: to, size })
            }
            "accuse" => {
                let manifest = said.words.get("manifest").map(|shown| {
                    let manifest = manifest(party.log, &said.label);
                    if shown == "opened" {
                        self.contents.push((time, manifest.to_file().to_vec()));
                    }
                    manifest
                });
                let accusation = Accusation {
                    accused: Some(to).filter(|_| !said.words.contains_key("accused")),
                    class: words::CLASSES.code(&said.words["class"]).unwrap(),
                    channel: 2,
                    likelihood: 6,
                    confidence: 2,
                    bases: vec![1],
                    alternatives: 2,
                    asked: said.words.get("asked").map(|name| self.named(said, name)),
                    manifest: manifest.as_ref().map(Manifest::commitment),
                    items: manifest.as_ref().map(Manifest::counts).unwrap_or_default(),
                    review: None,
                    content,
                };
                (Kind::AccusationIssue, Body::AccusationIssue(accusation))
            }
            other => panic!("{}: no kind {other}", said.label),
        }
    }
}

fn is_within(days: &[(Side, u64, u64)], side: Side, midnight: u64) -> bool {
    days.iter().any(|(whose, from, to)| *whose == side && (*from..=*to).contains(&midnight))
}

fn manifest(log: LogId, label: &str) -> Manifest {
    let item = |item_type| EvidenceItem { digest: sha256(label.as_bytes()), size: 5, item_type };
    let salt = ContentSalt::from_bytes(*sha256(label.as_bytes()).as_bytes());
    Manifest::new(log, salt, vec![item(1), item(2), item(1)]).unwrap()
}
