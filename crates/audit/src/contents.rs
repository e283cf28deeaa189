//! Contents and manifests, and the statements that commit to them (`specs/audit.md` "Procedure", step 5).

use std::collections::{BTreeMap, BTreeSet};

use detente_agreement::{AgreementError, Body, UnverifiedContent, UnverifiedManifest};
use detente_core::{Code, Digest, LeafIndex, LogId, json::Value};

use crate::{file::Given, log::AuditedLog, presentations::Outcome, state::Content};

/// What contents give.
#[derive(Debug, Clone, Default)]
pub(crate) struct Opening {
    /// Accusations whose manifest is here.
    pub(crate) manifests: BTreeMap<LogId, BTreeSet<LeafIndex>>,
    /// One for each file, in the order given.
    pub(crate) outcomes: Vec<Outcome>,
}

/// An accusation, and how many items of each type it claims.
type Accused = (LeafIndex, Vec<(u8, u32)>);

/// Who commits to what.
#[derive(Default)]
struct Commitments {
    contents: BTreeSet<(LogId, u32, Digest)>,
    manifests: BTreeMap<(LogId, Digest), Vec<Accused>>,
}

/// Step 5.
pub(crate) fn read(logs: &[AuditedLog<'_>], files: &[Given<'_>]) -> Opening {
    let mut opening = Opening::default();
    if files.is_empty() {
        return opening;
    }
    let commitments = Commitments::of(logs);
    for file in files {
        let read = if is_manifest(file.bytes) {
            open_manifest(&commitments, file.bytes, &mut opening.manifests)
        } else {
            open_content(&commitments, file.bytes)
        };
        opening.outcomes.push(read.map_or_else(Outcome::Refused, |()| Outcome::Counts));
    }
    opening
}

impl Commitments {
    fn of(logs: &[AuditedLog<'_>]) -> Self {
        let mut all = Self::default();
        for log in logs {
            let own = log.party.log;
            for entry in log.entries() {
                let Content::Body(body) = &entry.content else { continue };
                all.contents.extend(body.content().map(|digest| (own, entry.kind.code(), digest)));
                if let Body::AccusationIssue(accusation) = &**body
                    && let Some(digest) = accusation.manifest
                {
                    let accused = (entry.index, accusation.items.clone());
                    all.manifests.entry((own, digest)).or_default().push(accused);
                }
            }
        }
        all
    }
}

/// Which of the two sorts a file says it is; whatever is neither is refused as a content.
fn is_manifest(bytes: &[u8]) -> bool {
    let within = bytes.len() <= detente_agreement::ContentFile::MAX_BYTES;
    let value = within.then(|| Value::parse(bytes).ok()).flatten();
    let word = value.as_ref().and_then(Value::as_object).and_then(|object| object.get("detente"));
    word.and_then(Value::as_str) == Some("manifest/v1")
}

fn open_content(commitments: &Commitments, bytes: &[u8]) -> Result<(), Code> {
    let content = UnverifiedContent::parse(bytes).map_err(code)?;
    let (log, kind) = (content.unverified_log(), content.unverified_kind());
    let digest = content.unverified_commitment();
    if !commitments.contents.contains(&(log, kind.code(), digest)) {
        return Err(Code::ContentMismatch);
    }
    content.open(log, kind, digest).map(drop).map_err(code)
}

fn open_manifest(
    commitments: &Commitments,
    bytes: &[u8],
    opened: &mut BTreeMap<LogId, BTreeSet<LeafIndex>>,
) -> Result<(), Code> {
    let manifest = UnverifiedManifest::parse(bytes).map_err(code)?;
    let (log, digest) = (manifest.unverified_log(), manifest.unverified_commitment());
    // Many accusations may commit to one manifest, which is long; so it is read and hashed once. Those with other numbers
    // are not opened by it.
    let counts = manifest.unverified_counts();
    let mut found = false;
    for (index, items) in commitments.manifests.get(&(log, digest)).into_iter().flatten() {
        if *items == counts {
            opened.entry(log).or_default().insert(*index);
            found = true;
        }
    }
    if found { Ok(()) } else { Err(Code::ContentMismatch) }
}

fn code(error: AgreementError) -> Code {
    error.code()
}
