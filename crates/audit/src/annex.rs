//! A folder from which a third person computes the report again (`specs/audit.md` "Annex"): here the paths and the bytes.
//!
//! ```text
//! Audit ──to_annex──▶ Annex ··files··▶ Annex ──open──▶ AnnexContents ──check──▶ Audit
//! ```

mod bundle;
mod open;
mod paths;

use core::ops::Range;
use std::collections::BTreeMap;

use detente_core::{LogId, json::Value};
use detente_merkle::{leaf_hash, tile::TileLevel, tile::tiles};

use crate::{Audit, AuditError, log::AuditedLog, note::sha256};

pub use open::AnnexContents;

const DETENTE: &str = "annex/v1";

/// The files of an annex, by path. Nothing of it is checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Annex {
    files: BTreeMap<String, Vec<u8>>,
}

impl Annex {
    /// Takes the files of a folder; paths have `/` between their parts.
    pub const fn from_files(files: BTreeMap<String, Vec<u8>>) -> Self {
        Self { files }
    }

    /// The files.
    pub const fn files(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.files
    }
}

impl Audit<'_> {
    /// Everything that the report rests on. `entries` gives the entries of a log in a range, as they were audited.
    ///
    /// # Errors
    /// [`AuditError::OtherEntry`] when it gives others.
    pub fn to_annex(
        &self,
        mut entries: impl FnMut(LogId, Range<u64>) -> Vec<Vec<u8>>,
    ) -> Result<Annex, AuditError> {
        let mut files = BTreeMap::from([
            (paths::POLICY.to_owned(), self.case.policy_bytes.clone()),
            (paths::COMPANION.to_owned(), self.case.companion_bytes.clone()),
            (paths::REPORT.to_owned(), self.to_report()),
        ]);
        for (number, (_, bytes)) in self.case.agreements.iter().enumerate() {
            files.insert(paths::agreement(number), bytes.clone());
        }
        for log in &self.logs {
            add_log(&mut files, self, log, &mut entries)?;
        }
        for (folder, counted) in
            [(paths::PRESENTATIONS, &self.presentations), (paths::CONTENTS, &self.contents)]
        {
            let mut given: Vec<_> = counted.files.iter().collect();
            given.sort_unstable_by_key(|file| file.digest);
            for (number, file) in given.into_iter().enumerate() {
                files.insert(paths::numbered(folder, number), file.bytes.to_vec());
            }
        }
        let index = self.index_of(&files);
        files.insert(paths::INDEX.to_owned(), index.to_file());
        Ok(Annex { files })
    }

    /// `annex.json`.
    fn index_of(&self, files: &BTreeMap<String, Vec<u8>>) -> Value {
        let digests =
            files.iter().map(|(path, bytes)| (path.clone(), sha256(bytes).to_string().into())).collect();
        let logs = self.logs.iter().map(|log| (log.party.id.to_string(), log.party.log.to_string().into()));
        Value::from([
            ("at", self.at.to_string().into()),
            ("detente", DETENTE.into()),
            ("files", Value::Object(digests)),
            ("logs", Value::Object(logs.collect())),
        ])
    }
}

fn add_log(
    files: &mut BTreeMap<String, Vec<u8>>,
    audit: &Audit<'_>,
    log: &AuditedLog<'_>,
    entries: &mut impl FnMut(LogId, Range<u64>) -> Vec<Vec<u8>>,
) -> Result<(), AuditError> {
    let id = &log.party.id;
    if let Some(note) = &log.audited {
        files.insert(paths::checkpoint(id), note.checkpoint.note_bytes().to_vec());
    }
    let used = audit.notes.get(&log.party.log).map_or(&[] as &[_], Vec::as_slice);
    // Larger ones come with the anchors and presentations that they are from; here they would raise the audited size.
    let notes = log.notes.iter().filter(|note| note.size() <= log.size);
    let notes: BTreeMap<_, _> = notes.map(|note| (note.digest, note)).collect();
    let used = used.iter().filter_map(|digest| notes.get(digest));
    for (number, note) in used.enumerate() {
        files.insert(paths::note(id, number), note.checkpoint.note_bytes().to_vec());
    }
    for tile in tiles(log.reach).take_while(|tile| tile.level() == TileLevel::LEAVES) {
        let Some(range) = tile.entries() else { continue };
        let given = entries(log.party.log, range.clone());
        for (at, index) in range.clone().enumerate() {
            let leaf = detente_merkle::leaf_index(index).and_then(|index| log.state.tree.leaf(index));
            if given.get(at).map(|entry| leaf_hash(entry)) != leaf.ok() {
                return Err(AuditError::OtherEntry { party: id.clone(), index });
            }
        }
        let bundle = given.iter().take(usize::from(tile.width().get()));
        files.insert(paths::bundle(id, tile), bundle::join(bundle));
    }
    Ok(())
}
