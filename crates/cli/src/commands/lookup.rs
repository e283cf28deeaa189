//! What a form names, looked up: logs, statements in them, agreements, instants.

use std::path::{Path, PathBuf};

use detente_agreement::{Agreement, AgreementDigest, Body, Reference};
use detente_checkpoint::Policy;
use detente_core::{Code, Digest, LeafIndex, LogId, StatementId, UnixSeconds};
use detente_log::is_address;
use detente_party::Lookup;
use detente_statement::{Body as Envelope, Kind, UnverifiedStatement};

use super::{counterpart::Counterpart, published, read_limited, time};
use crate::args::{Issue, ReadingArguments};
use crate::failure::Failure;

/// The logs at hand, each opened when it is first needed.
pub(super) struct Looking<'a> {
    reading: &'a ReadingArguments,
    policy: Option<&'a Policy>,
    /// The party's own log.
    log: LogId,
    own: PathBuf,
    given: Vec<Counterpart>,
    /// Opened because the form names them.
    named: Vec<Counterpart>,
}

impl<'a> Looking<'a> {
    pub(super) fn new(
        issue: &'a Issue,
        policy: Option<&'a Policy>,
        log: LogId,
        own: PathBuf,
    ) -> Result<Self, Failure> {
        let places: Vec<&Path> = issue.logs.iter().map(PathBuf::as_path).collect();
        let open = |path: &PathBuf| {
            let reading = published::reading_for(path, &places, &issue.reading)?;
            Counterpart::open(path, &reading, policy)
        };
        let given = issue.logs.iter().map(open).collect::<Result<_, _>>()?;
        Ok(Self { reading: &issue.reading, policy, log, own, given, named: Vec::new() })
    }

    /// The log that a text calls, opened when it is a place.
    fn counterpart(&mut self, text: &str) -> Result<&Counterpart, Failure> {
        let known = |logs: &[Counterpart]| logs.iter().position(|log| log.is_called(text));
        if let Some(at) = known(&self.given) {
            return self.given.get(at).ok_or_else(|| nowhere(text));
        }
        if known(&self.named).is_none() {
            if !is_address(text) && !Path::new(text).is_dir() {
                return Err(nowhere(text));
            }
            let place = Path::new(text);
            let reading = published::reading_for(place, &[place], self.reading).or_else(|failure| {
                // The credentials are for a log that --log names.
                if self.given.is_empty() { Err(failure) } else { Ok(ReadingArguments::default()) }
            })?;
            self.named.push(Counterpart::open(place, &reading, self.policy)?);
        }
        // One that was just opened is called by the text that opened it.
        known(&self.named).and_then(|at| self.named.get(at)).ok_or_else(|| nowhere(text))
    }

    /// The log that an index alone is of.
    fn only(&self) -> Result<&Counterpart, Failure> {
        match self.given.as_slice() {
            [only] => Ok(only),
            [] => Err(Failure::misuse("--log", "expected the log that this index is of, got none")),
            several => Err(Failure::misuse(
                "--log",
                format!("expected one log that this index is of, got {}", several.len()),
            )
            .hint("LOG#INDEX says which")),
        }
    }
}

impl Lookup for Looking<'_> {
    type Error = Failure;

    fn log(&mut self, text: &str) -> Result<LogId, Failure> {
        let log = match digest(text) {
            Some(log) => LogId::new(log),
            None => self.counterpart(text)?.log,
        };
        if log == self.log {
            return Err(Failure::misuse("log", "expected the log of another party, got this party's own"));
        }
        Ok(log)
    }

    fn statement(&mut self, text: &str, of: &[Kind], own: bool) -> Result<Reference, Failure> {
        if let Some(whole) = whole(text) {
            return Ok(whole);
        }
        let (place, index) = match text.rsplit_once('#') {
            Some((place, index)) => (Some(place), index),
            None => (None, text),
        };
        let index = LeafIndex::parse(index).map_err(|_| {
            let expected = "INDEX, LOG#INDEX or LOGID/INDEX/STATEMENT";
            Failure::misuse("statement", format!("expected {expected}, got {text:?}"))
        })?;
        let party = self.log;
        let opened;
        let log = match place {
            Some(place) => self.counterpart(place)?,
            None if own => {
                opened = Counterpart::open(&self.own, &ReadingArguments::default(), None)?;
                &opened
            }
            None => self.only()?,
        };
        let entry = log.entry(index)?;
        require(log, index, &entry, of, (!own).then_some(party))?;
        Ok(Reference { log: log.log, index, statement: entry.id() })
    }

    fn agreement(&mut self, text: &str) -> Result<AgreementDigest, Failure> {
        if let Some(digest) = digest(text) {
            return Ok(AgreementDigest::new(digest));
        }
        let bytes = read_limited(Path::new(text), Agreement::MAX_BYTES)?;
        let agreement = Agreement::parse(&bytes).map_err(|error| Failure::new(error.code(), text, error))?;
        Ok(agreement.digest())
    }

    fn instant(&mut self, text: &str) -> Result<UnixSeconds, Failure> {
        time::instant(text).ok_or_else(|| {
            Failure::misuse("date", format!("expected a date and time as 2026-03-01T00:00:00Z, got {text:?}"))
        })
    }
}

/// Nobody answers what is no request, and no request to somebody else.
fn require(
    log: &Counterpart,
    index: LeafIndex,
    entry: &UnverifiedStatement,
    of: &[Kind],
    to: Option<LogId>,
) -> Result<(), Failure> {
    let place = format!("entry {index} of {}", log.path.display());
    let kind = entry.unverified_kind();
    if !of.contains(&kind) {
        let names: Vec<_> = of.iter().map(|kind| kind.name()).collect();
        return Err(Failure::misuse(place, format!("expected {}, got {kind}", names.join(" or "))));
    }
    let Envelope::Opaque(bytes) = entry.unverified_body() else { return Ok(()) };
    let body =
        Body::decode(kind, bytes).map_err(|error| Failure::new(error.code(), place.as_str(), error))?;
    let addressed = match body {
        Body::Request { to, .. } | Body::Ping(to) | Body::DialogueSession { with: to, .. } => Some(to),
        Body::AccusationIssue(accusation) => accusation.accused,
        _ => None,
    };
    match (to, addressed) {
        (Some(to), Some(addressed)) if to != addressed => Err(Failure::misuse(
            place,
            format!("expected a {kind} addressed to this party, got one to the log {addressed}"),
        )),
        _ => Ok(()),
    }
}

fn whole(text: &str) -> Option<Reference> {
    let mut parts = text.split('/');
    let (log, index, statement) = (digest(parts.next()?)?, parts.next()?, digest(parts.next()?)?);
    let index = LeafIndex::parse(index).ok()?;
    parts.next().is_none().then(|| Reference {
        log: LogId::new(log),
        index,
        statement: StatementId::new(statement),
    })
}

fn digest(text: &str) -> Option<Digest> {
    Digest::from_hex(text).ok()
}

fn nowhere(text: &str) -> Failure {
    Failure::new(
        Code::Misuse,
        "log",
        format!(
            "expected a log id, a log's folder or address, or the name of a party whose log --log names, got {text:?}"
        ),
    )
}
