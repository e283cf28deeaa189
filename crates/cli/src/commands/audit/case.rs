//! What the reader brings along: agreements, the policy that they name, files that were handed over.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use detente_agreement::ContentFile;
use detente_audit::{AuditError, Case, CaseParty};
use detente_checkpoint::MAX_POLICY_BYTES;
use detente_core::{Code, Digest};
use detente_presentation::PRESENTATION_LIMIT;
use sha2::{Digest as _, Sha256};

use crate::args::AuditInput;
use crate::commands::{agreement, policy, read_limited};
use crate::failure::Failure;

/// Most files of a folder that are looked at for a policy.
const MOST_FILES: usize = 1_024;

/// Everything but logs.
pub(crate) struct Brought {
    pub(crate) case: Case,
    pub(crate) presentations: Vec<Vec<u8>>,
    pub(crate) contents: Vec<Vec<u8>>,
    given: BTreeMap<Digest, PathBuf>,
    agreements: Vec<PathBuf>,
    policy: PathBuf,
}

/// Reads it all. A policy that is not named is looked for beside the first agreement, which has its digest.
pub(crate) fn bring(agreements: &[PathBuf], input: &AuditInput) -> Result<Brought, Failure> {
    let mut bytes = Vec::new();
    let mut digests = None;
    for path in agreements {
        let (agreement, read) = agreement::read(path)?;
        digests.get_or_insert((agreement.terms().policy, path));
        bytes.push(read);
    }
    let policy = match (&input.policy, digests) {
        (Some(policy), _) => policy.clone(),
        (None, Some((digest, path))) => beside(path, digest)?,
        (None, None) => return Err(Failure::misuse("AGREEMENT", "expected an agreement, got none")),
    };
    let companion = policy::companion_path(&policy);
    let companion = companion.is_file().then(|| read_limited(&companion, MAX_POLICY_BYTES)).transpose()?;
    let policy_bytes = read_limited(&policy, MAX_POLICY_BYTES)?;
    let opened = Case::open(&policy_bytes, companion.as_deref(), &bytes);
    let agreements = agreements.to_vec();
    let case = opened.map_err(|error| of_case(&agreements, &policy, error))?;
    let mut given = BTreeMap::new();
    let mut read = |paths: &[PathBuf], limit| {
        let mut files = Vec::new();
        for path in paths {
            let bytes = read_limited(path, limit)?;
            given.insert(digest_of(&bytes), path.clone());
            files.push(bytes);
        }
        Ok::<_, Failure>(files)
    };
    let presentations = read(&input.presentations, PRESENTATION_LIMIT)?;
    let contents = read(&input.contents, ContentFile::MAX_BYTES)?;
    Ok(Brought { case, presentations, contents, given, agreements, policy })
}

impl Brought {
    pub(crate) fn party(&self, position: usize) -> Result<&CaseParty, Failure> {
        let party = self.case.parties().get(position);
        party.ok_or_else(|| Failure::misuse("--log", "expected a party of the agreements, got another"))
    }

    /// The files that were handed over, by SHA-256.
    pub(super) fn given(&self) -> BTreeMap<Digest, PathBuf> {
        self.given.clone()
    }

    /// A failure that names the reader's files.
    pub(crate) fn failure(&self, error: AuditError) -> Failure {
        of_case(&self.agreements, &self.policy, error)
    }
}

/// A fault of the policy is the reader's own: it could not be checked.
fn of_case(agreements: &[PathBuf], policy: &Path, error: AuditError) -> Failure {
    match &error {
        AuditError::Policy(source) => {
            Failure::new(error.code(), policy.display().to_string(), source).of_reader()
        }
        AuditError::Agreement { number, source } => match agreements.get(*number) {
            Some(path) => {
                let failure = agreement::of_file(path, source);
                match error.code() {
                    Code::PolicyMismatch => failure.hint(format!(
                        "{} is not the policy that these terms name, or its companion is another",
                        policy.display()
                    )),
                    _ => failure,
                }
            }
            None => Failure::new(error.code(), error.culprit(), &error),
        },
        _ => Failure::new(error.code(), error.culprit(), &error),
    }
}

fn digest_of(bytes: &[u8]) -> Digest {
    Digest::from_bytes(Sha256::digest(bytes).into())
}

/// The file beside an agreement whose digest it names.
fn beside(agreement: &Path, digest: Digest) -> Result<PathBuf, Failure> {
    let folder = agreement.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(folder).map_err(|error| Failure::unavailable(folder, &error))?;
    let mut files: Vec<_> = entries.flatten().take(MOST_FILES).map(|entry| entry.path()).collect();
    files.sort();
    let is_it = |path: &PathBuf| {
        let length = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|found| found.len());
        length.is_some_and(|length| length <= MAX_POLICY_BYTES as u64)
            && std::fs::read(path).is_ok_and(|bytes| digest_of(&bytes) == digest)
    };
    files.into_iter().find(is_it).ok_or_else(|| {
        Failure::misuse(
            "--policy",
            format!("expected the policy of SHA-256 {digest} beside {}, got none", agreement.display()),
        )
        .hint("--policy FILE names it, with its companion FILE.json beside it")
    })
}
