//! What a statement commits to, made when it is about to be signed: fresh salts, digests of evidence, commitments.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use detente_agreement::{Body, Content, ContentSalt, EvidenceItem, Manifest};
use detente_core::Digest;
use detente_statement::Kind;
use sha2::{Digest as _, Sha256};

use super::Filled;
use crate::secret::random;
use crate::{Enclosures, Issued, Party, PartyError};

impl Party {
    /// [`Self::issue`] of a form that was filled in. Evidence is read here, and only its digests are used.
    ///
    /// # Errors
    /// As [`Self::issue`]; [`PartyError::Unavailable`] for evidence that cannot be read; [`PartyError::Agreement`].
    pub fn issue_filled(&mut self, kind: Kind, filled: Filled) -> Result<Issued, PartyError> {
        let Filled { mut body, content, evidence } = filled;
        let mut enclosures = Enclosures::default();
        if let Some(fields) = content {
            let content = Content::new(self.log, kind, ContentSalt::from_bytes(random()?), fields)?;
            enclosures.content = Some(content.to_file());
            set_content(&mut body, content.commitment());
        }
        if let (Body::AccusationIssue(accusation), false) = (&mut body, evidence.is_empty()) {
            let items = evidence.iter().map(|(path, code)| item(path, *code)).collect::<Result<_, _>>()?;
            let manifest = Manifest::new(self.log, ContentSalt::from_bytes(random()?), items)?;
            (accusation.items, accusation.manifest) = (manifest.counts(), Some(manifest.commitment()));
            enclosures.manifest = Some(manifest.to_file());
        }
        let bytes = body.encode(kind, random()?)?;
        self.issue(kind, bytes, &enclosures)
    }
}

fn set_content(body: &mut Body, commitment: Digest) {
    match body {
        Body::Request { content, .. } => *content = commitment,
        Body::RequestAnswer { content, .. }
        | Body::RequestRefuse { content, .. }
        | Body::RequestUpdate { content, .. }
        | Body::AccusationReply { content, .. } => *content = Some(commitment),
        Body::AccusationIssue(accusation) => accusation.content = Some(commitment),
        _ => {}
    }
}

fn item(path: &Path, item_type: u8) -> Result<EvidenceItem, PartyError> {
    let unavailable = PartyError::unavailable(path);
    let mut file = File::open(path).map_err(&unavailable)?;
    let (mut hasher, mut size, mut piece) = (Sha256::new(), 0_u64, vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut piece).map_err(&unavailable)?;
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        hasher.update(bytes);
        size += read as u64;
    }
    Ok(EvidenceItem { digest: Digest::from_bytes(hasher.finalize().into()), size, item_type })
}
