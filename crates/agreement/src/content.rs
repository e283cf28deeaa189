//! What a body commits to, handed over apart (`specs/agreement.md` "Content").
//!
//! ```text
//! Content::new ──commitment──▶ body            (whoever writes)
//! &[u8] ──UnverifiedContent::parse──open(log, kind, commitment)──▶ Content   (whoever is handed the file)
//! ```

mod manifest;
mod members;

use core::fmt;
use std::collections::BTreeMap;

use detente_core::{Digest, Label, LogId, json::Object, json::Value};
use detente_statement::Kind;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

pub use self::manifest::{EvidenceItem, Manifest, UnverifiedManifest};
use self::members::Members;
use crate::AgreementError;

/// Which of the two files that are handed over apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentFile {
    /// The words of a request, an answer, an accusation.
    Content,
    /// Which evidence there is.
    Manifest,
}

impl ContentFile {
    /// The longest file of either sort, in bytes.
    pub const MAX_BYTES: usize = 4_194_304;

    /// The value of the member `detente`.
    const fn version(self) -> &'static str {
        match self {
            Self::Content => "content/v1",
            Self::Manifest => "manifest/v1",
        }
    }
}

impl fmt::Display for ContentFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Content => "content",
            Self::Manifest => "manifest",
        })
    }
}

/// Thirty-two random bytes, new for each commitment: secret until the file is handed over; wiped when dropped.
///
/// Without it a commitment tells nothing, not even to one who guesses the words.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct ContentSalt([u8; 32]);

impl ContentSalt {
    /// Wraps 32 random bytes that no other commitment uses.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for ContentSalt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ContentSalt(not shown)")
    }
}

/// Names of the fields of a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentFields {
    /// Those that have to be there.
    pub required: &'static [&'static str],
    /// Those that may be.
    pub optional: &'static [&'static str],
}

impl ContentFields {
    /// Those of a kind; `None` for a kind that has no content.
    pub const fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::RequestAssistance | Kind::RequestPreserve => Some(REQUEST),
            Kind::RequestAnswer | Kind::RequestRefuse | Kind::RequestUpdate | Kind::AccusationReply => {
                Some(ANSWER)
            }
            Kind::AccusationIssue => Some(ACCUSATION),
            _ => None,
        }
    }
}

/// Article 29 of the Budapest Convention asks for six of them.
const REQUEST: ContentFields = ContentFields {
    required: &["authority", "offence", "data"],
    optional: &["custodian", "necessity", "intent", "indicators", "severity_scale", "severity_value"],
};
const ANSWER: ContentFields = ContentFields { required: &["text"], optional: &[] };
const ACCUSATION: ContentFields = ContentFields { required: &["text"], optional: &["act", "target"] };

/// What is said in a request, an answer, an accusation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    log: LogId,
    kind: Kind,
    salt: ContentSalt,
    fields: BTreeMap<String, String>,
}

impl Content {
    /// Words for a statement of this log and kind.
    ///
    /// # Errors
    /// `MALFORMED-CONTENT` for a kind without content, or fields that it has not or lacks; `OVERSIZE` for a file that
    /// would be too long.
    pub fn new(
        log: LogId,
        kind: Kind,
        salt: ContentSalt,
        fields: BTreeMap<String, String>,
    ) -> Result<Self, AgreementError> {
        let refused = |member: &str, expected| Err(malformed(ContentFile::Content, member, expected));
        let Some(names) = ContentFields::of(kind) else {
            return refused("kind", "a kind of statement that has a content");
        };
        if let Some(missing) = names.required.iter().find(|name| !fields.contains_key(**name)) {
            return refused(missing, "this field");
        }
        let known = |name: &String| [names.required, names.optional].concat().contains(&name.as_str());
        if let Some(other) = fields.keys().find(|name| !known(name)) {
            return refused(other, "no field of this name");
        }
        let content = Self { log, kind, salt, fields };
        within_limit(ContentFile::Content, content.to_file().len())?;
        Ok(content)
    }

    /// What the statement's body holds.
    pub fn commitment(&self) -> Digest {
        let fields = Value::Object(self.object()).to_canonical();
        let kind = self.kind.code().to_le_bytes();
        Label::AGREEMENT_CONTENT.digest(&[self.log.as_bytes(), &kind, &self.salt.0, fields.as_bytes()])
    }

    /// The file that is handed over, salt and all.
    pub fn to_file(&self) -> Zeroizing<Vec<u8>> {
        write(
            ContentFile::Content,
            self.log,
            &self.salt,
            [("fields", Value::Object(self.object())), ("kind", self.kind.name().into())],
        )
    }

    /// The author's log.
    pub const fn log(&self) -> LogId {
        self.log
    }

    /// The statement's kind.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The words, by name.
    pub const fn fields(&self) -> &BTreeMap<String, String> {
        &self.fields
    }

    fn object(&self) -> Object {
        self.fields.iter().map(|(name, text)| (name.clone(), text.as_str().into())).collect()
    }
}

/// A file that was handed over, of either sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnverifiedFile {
    /// A content.
    Content(UnverifiedContent),
    /// A manifest.
    Manifest(UnverifiedManifest),
}

impl UnverifiedFile {
    /// Reads a file; which sort it is, it says itself.
    ///
    /// # Errors
    /// `OVERSIZE`, the codes of a file of ours, `MALFORMED-CONTENT`.
    pub fn parse(file: &[u8]) -> Result<Self, AgreementError> {
        let members = Members::read(file)?;
        match members.sort() {
            ContentFile::Content => content(members).map(Self::Content),
            ContentFile::Manifest => manifest::manifest(members).map(Self::Manifest),
        }
    }

    /// Which sort.
    pub const fn sort(&self) -> ContentFile {
        match self {
            Self::Content(_) => ContentFile::Content,
            Self::Manifest(_) => ContentFile::Manifest,
        }
    }
}

/// A content whose form is right; nothing says yet that a statement commits to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedContent(Content);

impl UnverifiedContent {
    /// Reads a file.
    ///
    /// # Errors
    /// `OVERSIZE`, the codes of a file of ours, `MALFORMED-CONTENT`, `CONTENT-MISMATCH` for a manifest.
    pub fn parse(file: &[u8]) -> Result<Self, AgreementError> {
        match UnverifiedFile::parse(file)? {
            UnverifiedFile::Content(content) => Ok(content),
            other => Err(wrong_sort(ContentFile::Content, other.sort())),
        }
    }

    /// What a statement that has this content holds: by this it is found.
    pub fn unverified_commitment(&self) -> Digest {
        self.0.commitment()
    }

    /// The log that the file names.
    pub const fn unverified_log(&self) -> LogId {
        self.0.log
    }

    /// The kind that the file names.
    pub const fn unverified_kind(&self) -> Kind {
        self.0.kind
    }

    /// Requires that it is what a statement of this log and kind commits to.
    ///
    /// # Errors
    /// `CONTENT-MISMATCH`.
    pub fn open(self, log: LogId, kind: Kind, commitment: Digest) -> Result<Content, AgreementError> {
        let file = ContentFile::Content;
        same(file, "log", log, self.0.log)?;
        same(file, "kind", kind, self.0.kind)?;
        same(file, "commitment", commitment, self.0.commitment())?;
        Ok(self.0)
    }
}

fn content(mut members: Members) -> Result<UnverifiedContent, AgreementError> {
    let kind = members.string("kind")?;
    let kind = Kind::ALL.iter().copied().find(|listed| listed.name() == kind);
    let Some(kind) = kind.filter(|kind| ContentFields::of(*kind).is_some()) else {
        return Err(malformed(ContentFile::Content, "kind", "a kind of statement that has a content"));
    };
    let mut fields = BTreeMap::new();
    for (name, value) in members.object("fields")? {
        let Value::String(text) = value else {
            return Err(malformed(ContentFile::Content, &name, "a string"));
        };
        fields.insert(name, text);
    }
    let (log, salt) = members.finish()?;
    Content::new(log, kind, salt, fields).map(UnverifiedContent)
}

fn malformed(file: ContentFile, member: &str, expected: &'static str) -> AgreementError {
    AgreementError::MalformedContent { file, member: member.chars().take(60).collect(), expected }
}

fn same<T: PartialEq + ToString>(
    file: ContentFile,
    what: &'static str,
    expected: T,
    got: T,
) -> Result<(), AgreementError> {
    if expected == got {
        return Ok(());
    }
    let (expected, got) = (expected.to_string(), got.to_string());
    Err(AgreementError::ContentMismatch { file, what, expected, got })
}

fn wrong_sort(expected: ContentFile, got: ContentFile) -> AgreementError {
    let (file, what) = (expected, "a");
    AgreementError::ContentMismatch { file, what, expected: expected.to_string(), got: got.to_string() }
}

fn within_limit(file: ContentFile, got: usize) -> Result<(), AgreementError> {
    let limit = ContentFile::MAX_BYTES;
    if got > limit { Err(AgreementError::OversizeContent { file, limit, got }) } else { Ok(()) }
}

/// A file of ours with the members that both sorts have, and those of its own.
fn write<const N: usize>(
    file: ContentFile,
    log: LogId,
    salt: &ContentSalt,
    own: [(&str, Value); N],
) -> Zeroizing<Vec<u8>> {
    let Value::Object(mut members) = Value::from(own) else { return Zeroizing::default() };
    // The writer's own copy of the salt's text is not wiped; the file that it goes into is.
    members.insert("detente".to_owned(), file.version().into());
    members.insert("log".to_owned(), log.to_string().into());
    members.insert("salt".to_owned(), detente_core::base64::encode(&salt.0).into());
    Zeroizing::new(Value::Object(members).to_file())
}
