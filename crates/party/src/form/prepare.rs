//! What a statement commits to, made when it is about to be signed: fresh salts, digests of evidence, commitments.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use detente_agreement::{Body, words};
use detente_core::{Digest, Label, LogId, base64, json::Object, json::Value};
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
            let (file, commitment) = content_file(self.log, kind, fields)?;
            enclosures.content = Some(file);
            set_content(&mut body, commitment);
        }
        if let (Body::AccusationIssue(accusation), false) = (&mut body, evidence.is_empty()) {
            let mut items = Vec::new();
            let mut counts: Vec<(u8, u32)> = Vec::new();
            for (path, code) in &evidence {
                items.push(item(path, *code)?);
                match counts.iter_mut().find(|(known, _)| known == code) {
                    Some((_, count)) => *count += 1,
                    None => counts.push((*code, 1)),
                }
            }
            counts.sort_unstable();
            let (file, commitment) = manifest_file(self.log, items)?;
            (accusation.items, accusation.manifest) = (counts, Some(commitment));
            enclosures.manifest = Some(file);
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

fn item(path: &Path, code: u8) -> Result<Value, PartyError> {
    let unavailable = PartyError::unavailable(path);
    let mut file = File::open(path).map_err(&unavailable)?;
    let (mut hasher, mut size, mut piece) = (Sha256::new(), 0_u64, vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut piece).map_err(&unavailable)?;
        let Some(bytes) = piece.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        hasher.update(bytes);
        size += read as u64;
    }
    let digest = Digest::from_bytes(hasher.finalize().into());
    let word = words::ITEM_TYPES.word(code).unwrap_or_default();
    Ok(Value::from([
        ("digest", digest.to_string().into()),
        ("size", size.to_string().into()),
        ("type", word.into()),
    ]))
}

fn content_file(log: LogId, kind: Kind, fields: Object) -> Result<(Vec<u8>, Digest), PartyError> {
    let (salt, fields) = (random::<32>()?, Value::Object(fields));
    let mut hasher = Sha256::new();
    hasher.update(Label::AGREEMENT_CONTENT.prefix());
    hasher.update(log.digest().as_bytes());
    hasher.update(kind.code().to_le_bytes());
    hasher.update(salt);
    hasher.update(fields.to_canonical());
    let file = Value::from([
        ("detente", "content/v1".into()),
        ("fields", fields),
        ("kind", kind.name().into()),
        ("log", log.to_string().into()),
        ("salt", base64::encode(&salt).into()),
    ]);
    Ok((file.to_file(), Digest::from_bytes(hasher.finalize().into())))
}

fn manifest_file(log: LogId, items: Vec<Value>) -> Result<(Vec<u8>, Digest), PartyError> {
    let (salt, items) = (random::<32>()?, Value::from(items));
    let mut hasher = Sha256::new();
    hasher.update(Label::AGREEMENT_MANIFEST.prefix());
    hasher.update(log.digest().as_bytes());
    hasher.update(salt);
    hasher.update(items.to_canonical());
    let file = Value::from([
        ("detente", "manifest/v1".into()),
        ("items", items),
        ("log", log.to_string().into()),
        ("salt", base64::encode(&salt).into()),
    ]);
    Ok((file.to_file(), Digest::from_bytes(hasher.finalize().into())))
}
