//! The envelope: layout, decoding, ids (`specs/statement.md` "Layout", "Decode").

use bincode::{Decode, Encode};
use detente_checkpoint::{InvalidSignature, PublicKey};
use detente_core::{Digest, KeyDigest, Label, LeafIndex, LogId, StatementId, canonical};

use crate::{Body, Kind, StatementError, key_digest};

/// The most bytes of a statement: what a tlog-tiles entry bundle can hold.
pub const ENTRY_LIMIT: usize = 65_535;

const SIGNATURE_LENGTH: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Wire {
    pub(crate) version: u8,
    pub(crate) suite: u8,
    pub(crate) log: LogId,
    pub(crate) author: KeyDigest,
    pub(crate) kind: u32,
    pub(crate) body: Vec<u8>,
    pub(crate) sealed: Option<Digest>,
    pub(crate) counts: u8,
    pub(crate) signature: [u8; SIGNATURE_LENGTH],
}

/// A statement whose bytes are canonical and whose body fits its kind; nobody has looked at its signature yet.
#[derive(Debug, Clone)]
pub struct UnverifiedStatement {
    bytes: Vec<u8>,
    wire: Wire,
    body: Body,
    id: StatementId,
}

impl UnverifiedStatement {
    /// Decodes an entry of at most [`ENTRY_LIMIT`] bytes.
    ///
    /// # Errors
    /// As `specs/statement.md` "Decode": [`StatementError::Oversize`], [`StatementError::MalformedStatement`],
    /// [`StatementError::UnsupportedVersion`], and for key bodies [`StatementError::Key`] and
    /// [`StatementError::OriginMismatch`].
    pub fn decode(bytes: &[u8]) -> Result<Self, StatementError> {
        if bytes.len() > ENTRY_LIMIT {
            return Err(StatementError::Oversize { limit: ENTRY_LIMIT, got: bytes.len() });
        }
        let malformed = |reason| StatementError::MalformedStatement { reason };
        let version = *bytes.first().ok_or_else(|| malformed("no bytes"))?;
        let suite = bytes.get(1).copied().unwrap_or(1);
        if version != 1 || suite != 1 {
            return Err(StatementError::UnsupportedVersion { version, suite });
        }
        let wire: Wire = canonical::decode::<Wire, ENTRY_LIMIT>("statement", bytes)
            .map_err(|_| malformed("bytes that do not follow the envelope"))?;
        if wire.counts != 0 {
            return Err(malformed("a counts tag other than 0"));
        }
        let kind = Kind::from_code(wire.kind);
        match (kind, wire.sealed.is_some()) {
            (Kind::Sealed, false) => return Err(malformed("a sealed kind without a sealed value")),
            (Kind::Sealed, true) => {}
            (kind, true) if kind.is_understood() || kind == Kind::LogCloseRecovery => {
                return Err(malformed("a sealed value in a kind that has none"));
            }
            _ => {}
        }
        let body = Body::decode(kind, &wire.body)?;
        Ok(Self { id: statement_id(signed_part(bytes)), bytes: bytes.to_vec(), wire, body })
    }

    /// The bytes as received: the entry of the log.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What the statement calls itself; not yet signed by anybody.
    pub const fn unverified_kind(&self) -> Kind {
        Kind::from_code(self.wire.kind)
    }

    /// The log that the statement names.
    pub const fn unverified_log(&self) -> LogId {
        self.wire.log
    }

    /// The author that the statement names.
    pub const fn unverified_author(&self) -> KeyDigest {
        self.wire.author
    }

    /// The sealed value that the statement names.
    pub const fn unverified_sealed(&self) -> Option<Digest> {
        self.wire.sealed
    }

    /// The body as decoded.
    pub const fn unverified_body(&self) -> &Body {
        &self.body
    }

    /// The statement id: a function of the bytes, so true of them whoever signed.
    pub const fn id(&self) -> StatementId {
        self.id
    }

    /// Verifies the signature by the key that the statement names as its author, wherever in a log it may stand.
    ///
    /// # Errors
    /// [`InvalidSignature`], for another key than the author's too.
    pub fn verify_signature(self, key: &PublicKey) -> Result<SignedStatement, InvalidSignature> {
        if key_digest(key) != self.wire.author {
            return Err(InvalidSignature);
        }
        key.verify(&self.signed_message(), self.signature())?;
        Ok(SignedStatement { inner: self })
    }

    pub(crate) fn signature(&self) -> &[u8; SIGNATURE_LENGTH] {
        &self.wire.signature
    }

    /// `L(detente/statement/signature/v1) ‖ bytes without the signature`.
    pub(crate) fn signed_message(&self) -> Vec<u8> {
        signed_message(signed_part(&self.bytes))
    }

    /// Called where the signature has just been verified, and nowhere else.
    pub(crate) fn into_verified(self, log: LogId, index: LeafIndex) -> Statement {
        Statement { log, index, inner: self }
    }
}

fn signed_part(bytes: &[u8]) -> &[u8] {
    bytes.get(..bytes.len().saturating_sub(SIGNATURE_LENGTH)).unwrap_or_default()
}

pub(crate) fn statement_id(unsigned: &[u8]) -> StatementId {
    StatementId::new(Label::STATEMENT_ID.digest(&[unsigned]))
}

pub(crate) fn signed_message(unsigned: &[u8]) -> Vec<u8> {
    let mut message = Label::STATEMENT_SIGNATURE.prefix();
    message.extend_from_slice(unsigned);
    message
}

/// A statement that the key it names as its author signed. Whether that key could, at an index of a log, is open.
///
/// Only [`UnverifiedStatement::verify_signature`] makes one: the dear half of a check, which needs no order.
#[derive(Debug, Clone)]
pub struct SignedStatement {
    inner: UnverifiedStatement,
}

impl SignedStatement {
    /// The statement, whose place nobody has looked at yet.
    pub const fn as_unverified(&self) -> &UnverifiedStatement {
        &self.inner
    }

    /// The statement alone; that it is signed is forgotten.
    pub fn into_unverified(self) -> UnverifiedStatement {
        self.inner
    }
}

/// A statement that a usable key of its log signed, at a known index.
///
/// Only [`KeyHistory::begin`](crate::KeyHistory::begin), [`KeyHistory::check`](crate::KeyHistory::check) and
/// [`KeyHistory::check_signed`](crate::KeyHistory::check_signed) make one.
/// It says nothing of inclusion: the index is the one that was asked about.
#[derive(Debug, Clone)]
pub struct Statement {
    log: LogId,
    index: LeafIndex,
    inner: UnverifiedStatement,
}

impl Statement {
    /// The log it belongs to.
    pub const fn log(&self) -> LogId {
        self.log
    }

    /// The index it was checked at.
    pub const fn index(&self) -> LeafIndex {
        self.index
    }

    /// Its kind; a sealed one's real kind is in slot 0.
    pub const fn kind(&self) -> Kind {
        self.inner.unverified_kind()
    }

    /// The key that signed it.
    pub const fn author(&self) -> KeyDigest {
        self.inner.wire.author
    }

    /// Its id.
    pub const fn id(&self) -> StatementId {
        self.inner.id
    }

    /// Its body.
    pub const fn body(&self) -> &Body {
        &self.inner.body
    }

    /// What it seals.
    pub const fn sealed(&self) -> Option<Digest> {
        self.inner.wire.sealed
    }

    /// The entry's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.inner.bytes
    }
}
