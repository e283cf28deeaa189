//! `report.json`: what was found, in bytes that everybody gets from the same inputs (`specs/audit.md` "Report").

use detente_agreement::{AgreementTerms, Cell, Evaluation, Interval, Place};
use detente_core::{
    Code, Digest, Label, LeafIndex, LogId, UnixSeconds,
    json::{Object, Value},
};

use crate::{Audit, LogSummary, Thread};

const DETENTE: &str = "audit/v1";

/// A presentation or a content that does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// SHA-256 of the file.
    pub file: Digest,
    /// Why.
    pub code: Code,
}

impl Audit<'_> {
    /// The report's bytes, a file of ours.
    pub fn to_report(&self) -> Vec<u8> {
        self.report().to_file()
    }

    /// The report, with what is known of every cell.
    pub fn report(&self) -> Value {
        let agreements = self.case.agreements().zip(&self.evaluations).map(|(agreement, evaluation)| {
            let (digest, terms) = (agreement.digest(), agreement.terms());
            Value::from([
                ("cells", evaluation.cells.iter().map(|found| cell(terms, found)).collect::<Vec<_>>().into()),
                ("digest", digest.to_string().into()),
                ("force", force(evaluation)),
                ("name", terms.name.as_str().into()),
            ])
        });
        let id = self.case.policy.id();
        Value::from([
            ("agreements", agreements.collect::<Vec<_>>().into()),
            ("at", self.at.to_string().into()),
            ("companion", id.companion.map_or(Value::Null, |digest| digest.to_string().into())),
            ("contents", digests(&self.contents.counting())),
            ("detente", DETENTE.into()),
            ("logs", self.logs().map(|log| self.log(&log)).collect::<Vec<_>>().into()),
            ("policy", id.policy.to_string().into()),
            ("presentations", digests(&self.presentations.counting())),
            ("refused", self.refused().iter().map(refused).collect::<Vec<_>>().into()),
            (
                "scoreboard",
                Value::from([
                    (
                        "accusations",
                        rows(&self.scoreboard.accusations, ["from", "to", "class", "quarter", "state"]),
                    ),
                    (
                        "requests",
                        rows(&self.scoreboard.requests, ["from", "to", "kind", "quarter", "outcome"]),
                    ),
                ]),
            ),
            ("threads", self.threads.iter().map(|found| self.thread(found)).collect::<Vec<_>>().into()),
            ("times", self.facts.times.word().into()),
        ])
    }

    fn log(&self, log: &LogSummary<'_>) -> Value {
        let malformed = log.malformed.iter().map(|found| {
            Value::from([("code", found.code.as_str().into()), ("index", found.index.to_string().into())])
        });
        Value::from([
            ("log", log.party.log.to_string().into()),
            ("malformed", malformed.collect::<Vec<_>>().into()),
            ("notes", self.notes_digest(log.party.log).to_string().into()),
            ("party", log.party.id.as_str().into()),
            ("root", log.root.map_or(Value::Null, |root| root.to_string().into())),
            ("size", log.size.to_string().into()),
        ])
    }

    /// What names the set of notes that gave the times.
    fn notes_digest(&self, log: LogId) -> Digest {
        let notes = self.notes.get(&log).map_or(&[] as &[_], Vec::as_slice);
        let mut hasher = Label::AUDIT_NOTES.hasher();
        hasher.update(&(notes.len() as u64).to_le_bytes());
        notes.iter().for_each(|note| hasher.update(note.as_bytes()));
        hasher.finish()
    }

    fn thread(&self, thread: &Thread) -> Value {
        let id = |party: usize| {
            self.case.parties().get(party).map_or(Value::Null, |party| party.id.as_str().into())
        };
        Value::from([
            ("acknowledged", index(thread.acknowledged)),
            ("answered", index(thread.answered)),
            ("from", id(thread.from)),
            ("index", thread.index.to_string().into()),
            ("kind", thread.kind.name().into()),
            ("party", id(thread.from)),
            ("refused", index(thread.refused)),
            ("replied", index(thread.replied)),
            ("to", id(thread.to)),
            ("updated", index(thread.updated)),
            ("withdrawn", index(thread.withdrawn)),
        ])
    }
}

fn cell(terms: &AgreementTerms, cell: &Cell) -> Value {
    let obligation = terms.obligations.get(cell.obligation).map(|obligation| obligation.id.as_str());
    Value::from([
        ("answer", interval(cell.answer)),
        ("due", interval(cell.due)),
        ("links", cell.links.to_string().into()),
        ("met_by", place(terms, cell.met_by)),
        ("obligation", obligation.map_or(Value::Null, Value::from)),
        ("party", party(terms, cell.party)),
        ("start", interval(cell.start)),
        ("state", cell.state.as_ref().map_or(Value::Null, |state| state.as_str().into())),
        ("subject", place(terms, cell.subject)),
        ("unopened", cell.unopened.map_or(Value::Null, |number| number.to_string().into())),
        ("verdict", cell.verdict.as_str().into()),
    ])
}

fn force(evaluation: &Evaluation) -> Value {
    evaluation.force.map_or(Value::Null, |force| {
        Value::from([("from", interval(Some(force.from))), ("until", interval(force.until))])
    })
}

fn interval(interval: Option<Interval>) -> Value {
    let bound = |time: Option<UnixSeconds>| time.map_or(Value::Null, |time| time.to_string().into());
    interval.map_or(Value::Null, |known| Value::from([("hi", bound(known.hi)), ("lo", bound(known.lo))]))
}

fn place(terms: &AgreementTerms, place: Option<Place>) -> Value {
    place.map_or(Value::Null, |place| {
        Value::from([("index", place.index.to_string().into()), ("party", party(terms, place.party))])
    })
}

fn party(terms: &AgreementTerms, party: usize) -> Value {
    terms.parties.get(party).map_or(Value::Null, |party| party.id.as_str().into())
}

fn index(index: Option<LeafIndex>) -> Value {
    index.map_or(Value::Null, |index| index.to_string().into())
}

fn digests(digests: &[Digest]) -> Value {
    digests.iter().map(|digest| digest.to_string().into()).collect::<Vec<Value>>().into()
}

fn refused(refused: &Refused) -> Value {
    Value::from([("code", refused.code.as_str().into()), ("file", refused.file.to_string().into())])
}

/// Rows by their words; `names` says which is which.
fn rows(rows: &std::collections::BTreeMap<[String; 5], u64>, names: [&str; 5]) -> Value {
    let row = |(words, count): (&[String; 5], &u64)| {
        let words = names.iter().zip(words).map(|(name, word)| ((*name).to_owned(), word.as_str().into()));
        let mut members: Object = words.collect();
        members.insert("count".to_owned(), count.to_string().into());
        Value::Object(members)
    };
    rows.iter().map(row).collect::<Vec<_>>().into()
}
