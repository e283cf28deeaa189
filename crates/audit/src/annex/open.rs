//! From the files of an annex to an audit of them.

use std::collections::{BTreeMap, BTreeSet};

use detente_agreement::PartyId;
use detente_core::{Digest, LogId, TreeSize, UnixSeconds, decimal, json::Object, json::Value};
use detente_merkle::tile::{Tile, TileLevel, tiles};

use super::{Annex, DETENTE, bundle, paths};
use crate::{Audit, AuditError, Case, LogInput, LogState, note::sha256};

/// An annex in order of form; its audit is still to be made.
#[derive(Debug)]
pub struct AnnexContents {
    case: Case,
    at: UnixSeconds,
    logs: Vec<AnnexLog>,
    presentations: Vec<Vec<u8>>,
    contents: Vec<Vec<u8>>,
    report: Vec<u8>,
}

#[derive(Debug)]
struct AnnexLog {
    log: LogId,
    notes: Vec<Vec<u8>>,
    state: LogState,
}

impl Annex {
    /// Checks the form of an annex and reads its files.
    ///
    /// # Errors
    /// The codes of a file of ours for `annex.json`, `MALFORMED-ANNEX`, those of [`Case::open`].
    pub fn open(self) -> Result<AnnexContents, AuditError> {
        let mut files = Files::check(self.files)?;
        let mut agreements = Vec::new();
        while let Some(bytes) = files.left.remove(&paths::agreement(agreements.len())) {
            agreements.push(bytes);
        }
        if agreements.is_empty() {
            return Err(malformed(paths::agreement(0), "an agreement"));
        }
        let policy = files.required(paths::POLICY)?;
        let companion = files.required(paths::COMPANION)?;
        let report = files.required(paths::REPORT)?;
        let presentations = files.numbered(paths::PRESENTATIONS)?;
        let contents = files.numbered(paths::CONTENTS)?;
        let mut logs = Vec::new();
        for (id, log) in core::mem::take(&mut files.logs) {
            let checkpoint = files.left.remove(&paths::checkpoint(&id));
            let mut notes = files.numbered(&paths::notes(&id))?;
            notes.extend(checkpoint);
            let state = files.entries(&id)?;
            logs.push((id, AnnexLog { log, notes, state }));
        }
        if let Some(path) = files.left.into_keys().next() {
            return Err(malformed(path, "a path that an annex has"));
        }
        let case = Case::open(&policy, Some(&companion), &agreements)?;
        for (id, log) in &logs {
            if !case.parties().iter().any(|party| party.log == log.log && party.id == *id) {
                return Err(malformed(format!("logs.{id}"), "a party of the agreements, with its log"));
            }
        }
        let logs = logs.into_iter().map(|(_, log)| log).collect();
        Ok(AnnexContents { case, at: files.at, logs, presentations, contents, report })
    }
}

impl AnnexContents {
    /// The reader's files that are in it. That they are the reader's is for the reader to say.
    pub const fn case(&self) -> &Case {
        &self.case
    }

    /// Audits the files, and requires that this gives the report that is there.
    ///
    /// # Errors
    /// Those of [`Case::audit`], then `REPORT-MISMATCH`.
    pub fn check(&self) -> Result<Audit<'_>, AuditError> {
        let logs: Vec<_> = self
            .logs
            .iter()
            .map(|log| LogInput { log: log.log, notes: &log.notes, state: &log.state })
            .collect();
        let audit = self.case.audit(&logs, &self.presentations, &self.contents, self.at)?;
        let report = audit.to_report();
        if report != self.report {
            let (expected, got) = (sha256(&report), sha256(&self.report));
            return Err(AuditError::ReportMismatch { expected, got });
        }
        Ok(audit)
    }
}

/// Files that are those which `annex.json` names; each is taken once.
struct Files {
    at: UnixSeconds,
    logs: BTreeMap<PartyId, LogId>,
    left: BTreeMap<String, Vec<u8>>,
}

impl Files {
    fn check(mut files: BTreeMap<String, Vec<u8>>) -> Result<Self, AuditError> {
        let index = files.remove(paths::INDEX).ok_or_else(|| malformed(paths::INDEX, "to be there"))?;
        let index = Value::parse_file(&index).map_err(AuditError::Json)?;
        let members = index.as_object().filter(|members| members.len() == 4);
        let members = members.ok_or_else(|| malformed(paths::INDEX, "an object of four members"))?;
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        if text("detente") != Some(DETENTE) {
            return Err(malformed("detente", "the text annex/v1"));
        }
        let at = text("at").and_then(|at| decimal::parse(at).ok()).and_then(|at| UnixSeconds::new(at).ok());
        let at = at.ok_or_else(|| malformed("at", "a decimal number"))?;
        let logs = digests(members, "logs")?
            .map(|(id, log)| match PartyId::parse(id) {
                Some(party) => Ok((party, LogId::new(log?))),
                None => Err(malformed(id.to_owned(), "the id of a party")),
            })
            .collect::<Result<_, _>>()?;
        let mut named = BTreeSet::new();
        for (path, digest) in digests(members, "files")? {
            let bytes = files.get(path).ok_or_else(|| malformed(path.to_owned(), "to be there"))?;
            if sha256(bytes) != digest? {
                return Err(malformed(path.to_owned(), "the file of the SHA-256 in annex.json"));
            }
            named.insert(path);
        }
        if let Some(path) = files.keys().find(|path| !named.contains(path.as_str())) {
            return Err(malformed(path.clone(), "a file that annex.json names"));
        }
        Ok(Self { at, logs, left: files })
    }

    fn required(&mut self, path: &str) -> Result<Vec<u8>, AuditError> {
        self.left.remove(path).ok_or_else(|| malformed(path, "to be there"))
    }

    /// `folder/0`, `folder/1` and so on, in the order of their SHA-256.
    fn numbered(&mut self, folder: &str) -> Result<Vec<Vec<u8>>, AuditError> {
        let mut found: Vec<Vec<u8>> = Vec::new();
        let mut last = None;
        while let Some(bytes) = self.left.remove(&paths::numbered(folder, found.len())) {
            let digest = sha256(&bytes);
            if last.is_some_and(|last| last >= digest) {
                return Err(malformed(
                    paths::numbered(folder, found.len()),
                    "a SHA-256 above that of the file before",
                ));
            }
            last = Some(digest);
            found.push(bytes);
        }
        Ok(found)
    }

    /// The entries of a log's bundles, which have the names that their number gives.
    fn entries(&mut self, id: &PartyId) -> Result<LogState, AuditError> {
        let prefix = format!("logs/{id}/");
        let mut found = BTreeMap::new();
        for path in self.left.keys() {
            let tile = path.strip_prefix(&prefix).and_then(|place| Tile::parse_entries(place).ok());
            if let Some(tile) = tile {
                found.insert(tile.index(), tile);
            }
        }
        let size: u64 = found.values().map(|tile| u64::from(tile.width().get())).sum();
        let size = TreeSize::new(size).map_err(|_| malformed(prefix.clone(), "a number of entries"))?;
        let mut state = LogState::new();
        for tile in tiles(size).take_while(|tile| tile.level() == TileLevel::LEAVES) {
            let path = paths::bundle(id, tile);
            let bytes = self.required(&path)?;
            let width = usize::from(tile.width().get());
            let entries = bundle::split(&bytes, width)
                .ok_or_else(|| malformed(path, "as many whole entries as its name says"))?;
            state.push(&entries)?;
        }
        Ok(state)
    }
}

type Named<'m> = (&'m str, Result<Digest, AuditError>);

/// The members of an object of digests.
fn digests<'m>(
    members: &'m Object,
    name: &'static str,
) -> Result<impl Iterator<Item = Named<'m>>, AuditError> {
    let object = members.get(name).and_then(Value::as_object).ok_or_else(|| malformed(name, "an object"))?;
    Ok(object.iter().map(|(name, value)| {
        let digest = value.as_str().and_then(|text| Digest::from_hex(text).ok());
        (name.as_str(), digest.ok_or_else(|| malformed(name.clone(), "64 hexadecimal digits")))
    }))
}

fn malformed(path: impl Into<String>, expected: &'static str) -> AuditError {
    AuditError::MalformedAnnex { path: path.into(), expected }
}
