//! The bodies that this crate understands (`specs/statement.md` "Bodies").

use bincode::{Decode, Encode};
use detente_checkpoint::{CheckpointError, KeyType, NoteKey, PublicKey};
use detente_core::{Digest, KeyDigest, LogId, MAX_POSITION, Origin, TreeSize, canonical};

use crate::{ENTRY_LIMIT, KeyEntry, Kind, Role, StatementError, key};

/// A decoded body.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// Entry 0.
    Genesis(Box<Genesis>),
    /// One more author key.
    KeyAdd(KeyAdd),
    /// A new key for an old one.
    KeyRotate(KeyRotate),
    /// The end of an author key.
    KeyRevoke(KeyRevoke),
    /// The end of the log.
    LogClose(LogClose),
    /// A sealed kind: no bytes.
    Sealed,
    /// A kind that this version does not read; its bytes.
    Opaque(Vec<u8>),
}

impl Body {
    pub(crate) fn decode(kind: Kind, bytes: &[u8]) -> Result<Self, StatementError> {
        match kind {
            Kind::Genesis => Genesis::decode(bytes).map(|genesis| Self::Genesis(Box::new(genesis))),
            Kind::KeyAdd => {
                let wire: WireKeyAdd = read(bytes, "a body that does not follow key.add")?;
                // Roles are checked when the event is applied; whether the key can be enrolled is a rule of shape.
                wire.key.role()?;
                let entry = wire.key.enrol()?;
                Ok(Self::KeyAdd(KeyAdd { nonce: wire.nonce, entry, possession: wire.possession }))
            }
            Kind::KeyRotate => {
                let wire: WireKeyRotate = read(bytes, "a body that does not follow key.rotate")?;
                wire.key.role()?;
                let entry = wire.key.enrol()?;
                let add = KeyAdd { nonce: wire.nonce, entry, possession: wire.possession };
                Ok(Self::KeyRotate(KeyRotate { old: wire.old, new: add }))
            }
            Kind::KeyRevoke => {
                let wire: WireKeyRevoke = read(bytes, "a body that does not follow key.revoke")?;
                let reason = RevocationReason::from_code(wire.reason)
                    .ok_or(StatementError::MalformedStatement { reason: "a revocation reason above 3" })?;
                Ok(Self::KeyRevoke(KeyRevoke { key: wire.key, reason }))
            }
            Kind::LogClose => {
                let wire: WireLogClose = read(bytes, "a body that does not follow log.close")?;
                Ok(Self::LogClose(LogClose {
                    successor: (wire.successor != LogId::ZERO).then_some(wire.successor),
                }))
            }
            Kind::Sealed if bytes.is_empty() => Ok(Self::Sealed),
            Kind::Sealed => {
                Err(StatementError::MalformedStatement { reason: "a sealed kind with a visible body" })
            }
            _ if bytes.len() < 16 => {
                Err(StatementError::MalformedStatement { reason: "a body without its 16-byte nonce" })
            }
            _ => Ok(Self::Opaque(bytes.to_vec())),
        }
    }
}

fn read<T: Decode<()> + Encode>(bytes: &[u8], reason: &'static str) -> Result<T, StatementError> {
    canonical::decode::<T, ENTRY_LIMIT>("body", bytes)
        .map_err(|_| StatementError::MalformedStatement { reason })
}

/// What entry 0 says of its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genesis {
    origin: Origin,
    party: String,
    checkpoint_key: NoteKey,
    keys: Vec<KeyEntry>,
    recovery: PublicKey,
    predecessor: Option<Predecessor>,
}

/// The log that a log continues, and where it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Predecessor {
    /// Its id.
    pub log: LogId,
    /// Its final size.
    pub size: TreeSize,
    /// Its final root.
    pub root: Digest,
}

impl Genesis {
    /// The origin of its checkpoints.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The party's name.
    pub fn party(&self) -> &str {
        &self.party
    }

    /// The key of its checkpoints.
    pub const fn checkpoint_key(&self) -> &NoteKey {
        &self.checkpoint_key
    }

    /// The first keys: at least one author, exactly one sealing.
    pub fn keys(&self) -> &[KeyEntry] {
        &self.keys
    }

    /// The offline recovery key.
    pub const fn recovery(&self) -> &PublicKey {
        &self.recovery
    }

    /// The log it continues.
    pub const fn predecessor(&self) -> Option<Predecessor> {
        self.predecessor
    }

    fn decode(bytes: &[u8]) -> Result<Self, StatementError> {
        let malformed = |reason| StatementError::MalformedStatement { reason };
        let wire: WireGenesis = read(bytes, "a body that does not follow genesis")?;
        let roles = wire.keys.iter().map(key::WireKey::role).collect::<Result<Vec<_>, _>>()?;
        if wire.recovery_algorithm != key::ED25519 {
            return Err(malformed("a recovery key of another algorithm than 1"));
        }
        let origin = Origin::parse(&wire.origin).map_err(|_| malformed("an origin that is no name"))?;
        if wire.party.is_empty() || wire.party.len() > 255 || wire.party.contains(char::is_control) {
            return Err(malformed("a party name that is empty, too long or has control characters"));
        }
        if !(2..=16).contains(&wire.keys.len()) {
            return Err(malformed("fewer than 2 or more than 16 first keys"));
        }
        let sealing = roles.iter().filter(|role| **role == Role::Sealing).count();
        if sealing != 1 || sealing == roles.len() {
            return Err(malformed("first keys without an author or with other than one sealing key"));
        }
        let mut all: Vec<_> = wire.keys.iter().map(|entry| entry.key).chain([wire.recovery]).collect();
        all.sort_unstable();
        if all.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(malformed("one key twice"));
        }
        let predecessor = wire.predecessor()?;
        let checkpoint_key = NoteKey::parse(&wire.checkpoint_vkey).map_err(StatementError::Key)?;
        if checkpoint_key.kind() != KeyType::Log {
            let expected = "a type byte 0x01, as a log's key has";
            return Err(StatementError::Key(CheckpointError::MalformedKey { expected }));
        }
        if checkpoint_key.name() != origin.key_name() {
            return Err(StatementError::OriginMismatch {
                origin: wire.origin,
                name: checkpoint_key.name().to_string(),
            });
        }
        let keys = wire.keys.iter().map(key::WireKey::enrol).collect::<Result<_, _>>()?;
        let recovery = key::enrol(&wire.recovery)?;
        Ok(Self { origin, party: wire.party, checkpoint_key, keys, recovery, predecessor })
    }
}

/// `key.add`, and the new half of `key.rotate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyAdd {
    pub(crate) nonce: [u8; 16],
    pub(crate) entry: KeyEntry,
    pub(crate) possession: [u8; 64],
}

impl KeyAdd {
    /// The new key and its role.
    pub const fn entry(&self) -> &KeyEntry {
        &self.entry
    }
}

/// `key.rotate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRotate {
    pub(crate) old: KeyDigest,
    pub(crate) new: KeyAdd,
}

impl KeyRotate {
    /// The key that ends.
    pub const fn old(&self) -> KeyDigest {
        self.old
    }

    /// The key that begins.
    pub const fn entry(&self) -> &KeyEntry {
        &self.new.entry
    }
}

/// `key.revoke`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRevoke {
    pub(crate) key: KeyDigest,
    pub(crate) reason: RevocationReason,
}

impl KeyRevoke {
    /// The key that ends.
    pub const fn key(&self) -> KeyDigest {
        self.key
    }

    /// Why.
    pub const fn reason(&self) -> RevocationReason {
        self.reason
    }
}

/// Why a key was revoked, as the party says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevocationReason {
    /// Not stated.
    Unspecified,
    /// No longer needed.
    Retired,
    /// Not to be found.
    Lost,
    /// In other hands.
    Compromised,
}

impl RevocationReason {
    pub(crate) const fn code(self) -> u8 {
        self as u8
    }

    fn from_code(code: u8) -> Option<Self> {
        [Self::Unspecified, Self::Retired, Self::Lost, Self::Compromised].get(usize::from(code)).copied()
    }
}

/// `log.close`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogClose {
    pub(crate) successor: Option<LogId>,
}

impl LogClose {
    /// The log that goes on.
    pub const fn successor(&self) -> Option<LogId> {
        self.successor
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct WireGenesis {
    pub(crate) nonce: [u8; 16],
    pub(crate) origin: String,
    pub(crate) party: String,
    pub(crate) checkpoint_vkey: String,
    pub(crate) keys: Vec<key::WireKey>,
    pub(crate) recovery_algorithm: u8,
    pub(crate) recovery: [u8; 32],
    pub(crate) random: [u8; 32],
    pub(crate) predecessor_log: LogId,
    pub(crate) predecessor_size: u64,
    pub(crate) predecessor_root: Digest,
}

impl WireGenesis {
    fn predecessor(&self) -> Result<Option<Predecessor>, StatementError> {
        let zero = (LogId::ZERO, 0, Digest::ZERO);
        if (self.predecessor_log, self.predecessor_size, self.predecessor_root) == zero {
            return Ok(None);
        }
        let in_range = (1..=MAX_POSITION).contains(&self.predecessor_size);
        match TreeSize::new(self.predecessor_size) {
            Ok(size) if in_range && self.predecessor_log != LogId::ZERO => {
                Ok(Some(Predecessor { log: self.predecessor_log, size, root: self.predecessor_root }))
            }
            _ => Err(StatementError::MalformedStatement { reason: "a predecessor that is only partly zero" }),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct WireKeyAdd {
    pub(crate) nonce: [u8; 16],
    pub(crate) key: key::WireKey,
    pub(crate) possession: [u8; 64],
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct WireKeyRotate {
    pub(crate) nonce: [u8; 16],
    pub(crate) old: KeyDigest,
    pub(crate) key: key::WireKey,
    pub(crate) possession: [u8; 64],
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct WireKeyRevoke {
    pub(crate) nonce: [u8; 16],
    pub(crate) key: KeyDigest,
    pub(crate) reason: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct WireLogClose {
    pub(crate) nonce: [u8; 16],
    pub(crate) successor: LogId,
}
