//! Which evidence an accusation has: digests, sizes and types, never the evidence.

use std::collections::BTreeMap;

use detente_core::{Digest, Label, LogId, decimal, json::Value};
use zeroize::Zeroizing;

use super::{
    ContentFile, ContentSalt, Members, UnverifiedFile, malformed, same, within_limit, write, wrong_sort,
};
use crate::{AgreementError, words::ITEM_TYPES};

/// One piece of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvidenceItem {
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// How many bytes, at most 2^63 - 1.
    pub size: u64,
    /// The code of its type ([`ITEM_TYPES`]).
    pub item_type: u8,
}

/// The evidence that an accusation has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    log: LogId,
    salt: ContentSalt,
    items: Vec<EvidenceItem>,
}

impl Manifest {
    /// The evidence for an accusation in this log.
    ///
    /// # Errors
    /// `MALFORMED-CONTENT` without an item, or for a type or size out of range; `OVERSIZE` for a file that would be too
    /// long.
    pub fn new(log: LogId, salt: ContentSalt, items: Vec<EvidenceItem>) -> Result<Self, AgreementError> {
        let refused = |member, expected| Err(malformed(ContentFile::Manifest, member, expected));
        if items.is_empty() {
            return refused("items", "at least one item");
        }
        if items.iter().any(|item| ITEM_TYPES.of_code(item.item_type).is_none()) {
            return refused("type", "a type of evidence");
        }
        if items.iter().any(|item| item.size > detente_core::MAX_POSITION) {
            return refused("size", "a number of at most 2^63 - 1");
        }
        let manifest = Self { log, salt, items };
        within_limit(ContentFile::Manifest, manifest.to_file().len())?;
        Ok(manifest)
    }

    /// What the accusation's body holds.
    pub fn commitment(&self) -> Digest {
        let items = self.array().to_canonical();
        Label::AGREEMENT_MANIFEST.digest(&[self.log.as_bytes(), &self.salt.0, items.as_bytes()])
    }

    /// How many items of each type, by increasing code, as the accusation's body has them.
    pub fn counts(&self) -> Vec<(u8, u32)> {
        let mut counts: BTreeMap<u8, u32> = BTreeMap::new();
        for item in &self.items {
            // A file has far fewer items than a count can hold.
            let count = counts.entry(item.item_type).or_default();
            *count = count.saturating_add(1);
        }
        counts.into_iter().collect()
    }

    /// The file that is handed over, salt and all.
    pub fn to_file(&self) -> Zeroizing<Vec<u8>> {
        write(ContentFile::Manifest, self.log, &self.salt, [("items", self.array())])
    }

    /// The accuser's log.
    pub const fn log(&self) -> LogId {
        self.log
    }

    /// The pieces, in the order of the file.
    pub fn items(&self) -> &[EvidenceItem] {
        &self.items
    }

    fn array(&self) -> Value {
        let item = |item: &EvidenceItem| {
            Value::from([
                ("digest", item.digest.to_string().into()),
                ("size", item.size.to_string().into()),
                ("type", ITEM_TYPES.word(item.item_type).unwrap_or_default().into()),
            ])
        };
        self.items.iter().map(item).collect::<Vec<_>>().into()
    }
}

/// A manifest whose form is right; nothing says yet that an accusation commits to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedManifest(Manifest);

impl UnverifiedManifest {
    /// Reads a file.
    ///
    /// # Errors
    /// `OVERSIZE`, the codes of a file of ours, `MALFORMED-CONTENT`, `CONTENT-MISMATCH` for a content.
    pub fn parse(file: &[u8]) -> Result<Self, AgreementError> {
        match UnverifiedFile::parse(file)? {
            UnverifiedFile::Manifest(manifest) => Ok(manifest),
            other => Err(wrong_sort(ContentFile::Manifest, other.sort())),
        }
    }

    /// What an accusation that has this manifest holds: by this it is found.
    pub fn unverified_commitment(&self) -> Digest {
        self.0.commitment()
    }

    /// The log that the file names.
    pub const fn unverified_log(&self) -> LogId {
        self.0.log
    }

    /// How many items of each type the file has, by increasing code.
    pub fn unverified_counts(&self) -> Vec<(u8, u32)> {
        self.0.counts()
    }

    /// Requires that it is what an accusation of this log commits to, with as many items of each type as the body says.
    ///
    /// # Errors
    /// `CONTENT-MISMATCH`.
    pub fn open(
        self,
        log: LogId,
        commitment: Digest,
        items: &[(u8, u32)],
    ) -> Result<Manifest, AgreementError> {
        let file = ContentFile::Manifest;
        same(file, "log", log, self.0.log)?;
        same(file, "commitment", commitment, self.0.commitment())?;
        same(file, "items", in_words(items), in_words(&self.0.counts()))?;
        Ok(self.0)
    }
}

pub(super) fn manifest(mut members: Members) -> Result<UnverifiedManifest, AgreementError> {
    let items = members.array("items")?.into_iter().map(item).collect::<Result<_, _>>()?;
    let (log, salt) = members.finish()?;
    Manifest::new(log, salt, items).map(UnverifiedManifest)
}

fn item(value: Value) -> Result<EvidenceItem, AgreementError> {
    let refused = |member, expected| malformed(ContentFile::Manifest, member, expected);
    let object = value.as_object().ok_or_else(|| refused("items", "objects"))?;
    let text = |name| object.get(name).and_then(Value::as_str);
    let (Some(digest), Some(size), Some(item_type), 3) =
        (text("digest"), text("size"), text("type"), object.len())
    else {
        return Err(refused("items", "objects with the strings digest, size and type, and nothing else"));
    };
    Ok(EvidenceItem {
        digest: Digest::from_hex(digest)
            .map_err(|_| refused("digest", "64 lower-case hexadecimal digits"))?,
        size: decimal::parse(size).map_err(|_| refused("size", "a decimal number"))?,
        item_type: ITEM_TYPES.code(item_type).ok_or_else(|| refused("type", "a type of evidence"))?,
    })
}

/// `2 sample, 1 other`.
fn in_words(counts: &[(u8, u32)]) -> String {
    let item = |(code, count): &(u8, u32)| match ITEM_TYPES.word(*code) {
        Some(word) => format!("{count} {word}"),
        None => format!("{count} of type {code}"),
    };
    counts.iter().map(item).collect::<Vec<_>>().join(", ")
}
