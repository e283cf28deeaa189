//! What visible statements of the log commit to: there, private, and the one that was committed to.

use std::fs;
use std::path::PathBuf;

use detente_agreement::{AgreementError, Body, UnverifiedContent, UnverifiedManifest};
use detente_core::{Digest, LogId, TreeSize};
use detente_log::LogDirectory;
use detente_statement::{Body as Envelope, Kind, UnverifiedStatement};

use super::{Finding, Health, folders::open_to_others};
use crate::{PartyError, PartyFolder};

/// A file that is missing is no fault: it may have been put away. Without it nobody can open the commitment.
pub(super) fn outbox(folder: &PartyFolder, log: &LogDirectory, size: TreeSize) -> Finding {
    let part = "outbox";
    let (mut there, mut missing) = (0_u64, Vec::new());
    let entries = log.tree_of(size).entries(1.min(size.get())..size.get());
    for (index, entry) in (1..size.get()).zip(entries) {
        let commitments = match entry.map_err(PartyError::from).and_then(|entry| commitments(&entry)) {
            Ok(commitments) => commitments,
            Err(error) => return Finding::of(part, &error),
        };
        for (statement, commitment) in commitments {
            let path = folder.outbox().join(format!("{}.{}.json", statement.id, commitment.word()));
            if !path.exists() {
                missing.push(index);
            } else if let Err(finding) = opens(&path, &statement, &commitment) {
                return finding;
            } else {
                there += 1;
            }
        }
    }
    match missing.first() {
        None => Finding::new(part, Health::Ok, format!("{there} files open what the log commits to")),
        Some(first) => Finding::new(
            part,
            Health::Advice,
            format!(
                "{} missing, that of entry {first} first: without it nobody can open what the entry commits to",
                missing.len()
            ),
        ),
    }
}

/// What is known of a statement that commits to something.
struct Statement {
    id: detente_core::StatementId,
    log: LogId,
    kind: Kind,
}

enum Commitment {
    Content(Digest),
    Manifest(Digest, Vec<(u8, u32)>),
}

impl Commitment {
    const fn word(&self) -> &'static str {
        match self {
            Self::Content(_) => "content",
            Self::Manifest(..) => "manifest",
        }
    }
}

fn commitments(entry: &[u8]) -> Result<Vec<(Statement, Commitment)>, PartyError> {
    let entry = UnverifiedStatement::decode(entry)?;
    let kind = entry.unverified_kind();
    let body = match entry.unverified_body() {
        // An anchor, a kind that this version does not know: they commit to nothing here.
        Envelope::Opaque(bytes) => Body::decode(kind, bytes).ok(),
        _ => None,
    };
    let (content, manifest) = match body {
        Some(Body::Request { content, .. }) => (Some(content), None),
        Some(
            Body::RequestAnswer { content, .. }
            | Body::RequestRefuse { content, .. }
            | Body::RequestUpdate { content, .. }
            | Body::AccusationReply { content, .. },
        ) => (content, None),
        Some(Body::AccusationIssue(accusation)) => {
            (accusation.content, accusation.manifest.map(|manifest| (manifest, accusation.items)))
        }
        _ => (None, None),
    };
    let content = content.map(Commitment::Content);
    let manifest = manifest.map(|(manifest, items)| Commitment::Manifest(manifest, items));
    let of = |commitment| (Statement { id: entry.id(), log: entry.unverified_log(), kind }, commitment);
    Ok(content.into_iter().chain(manifest).map(of).collect())
}

fn opens(path: &PathBuf, statement: &Statement, commitment: &Commitment) -> Result<(), Finding> {
    let part = "outbox";
    if let Some(mode) = open_to_others(path).map_err(|error| Finding::of(part, &error))? {
        let says = format!("{}: expected mode 600, got {mode:o}", path.display());
        return Err(Finding::fault(part, detente_core::Code::Unavailable, says));
    }
    let bytes = fs::read(path).map_err(|error| Finding::of(part, &PartyError::unavailable(path)(error)))?;
    let opened: Result<(), AgreementError> = match commitment {
        Commitment::Content(content) => UnverifiedContent::parse(&bytes)
            .and_then(|file| file.open(statement.log, statement.kind, *content))
            .map(drop),
        Commitment::Manifest(manifest, items) => UnverifiedManifest::parse(&bytes)
            .and_then(|file| file.open(statement.log, *manifest, items))
            .map(drop),
    };
    opened.map_err(|error| Finding::fault(part, error.code(), format!("{}: {error}", path.display())))
}
