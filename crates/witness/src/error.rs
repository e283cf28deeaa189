//! Why a witness does not answer with a cosignature.

use std::{
    error::Error,
    io,
    path::{Path, PathBuf},
};

use detente_checkpoint::CheckpointError;
use detente_core::{Class, Code, CoreError, Origin, TreeSize, UnixSeconds};
use detente_merkle::MerkleError;
use thiserror::Error;

/// Why a request is refused, or a witness cannot work. Source: `specs/witness.md`.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum WitnessError {
    /// A number, base64 text or length that breaks a rule of the word `core`.
    #[error("{object}: {source}")]
    Core {
        /// The part that was read.
        object: &'static str,
        /// The rule broken.
        source: CoreError,
    },
    /// Not an add-checkpoint request.
    #[error("request: expected {expected}")]
    MalformedRequest {
        /// The rule broken.
        expected: &'static str,
    },
    /// A note, checkpoint or vkey that does not parse, or a log's line that does not verify.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The witness does not follow the log.
    #[error("checkpoint: expected the origin of a log that this witness follows, got {origin}")]
    UnknownOrigin {
        /// The origin claimed.
        origin: Origin,
    },
    /// The old size is above the new one.
    #[error("request: expected an old size of at most {size}, the checkpoint's, got {old}")]
    OldAboveNew {
        /// The old size.
        old: TreeSize,
        /// The checkpoint's size.
        size: TreeSize,
    },
    /// The old size is not the newest one.
    #[error("request: expected old size {newest}, which was cosigned last, got {old}")]
    SizeConflict {
        /// The old size.
        old: TreeSize,
        /// The size that the answer names.
        newest: TreeSize,
    },
    /// The checkpoint is not shown to continue the newest one.
    #[error("checkpoint of size {size}: expected a continuation of what was cosigned last: {source}")]
    Inconsistent {
        /// The checkpoint's size.
        size: TreeSize,
        /// The check that failed.
        source: MerkleError,
    },
    /// The checkpoint's text goes on after the root.
    #[error("checkpoint: expected no extension lines, got some")]
    ExtensionLines,
    /// The clock stands at 0, or too far before a time that was signed.
    #[error("clock: expected a time not far before {newest}, which was signed last, got {now}")]
    ClockBehind {
        /// What the clock says.
        now: UnixSeconds,
        /// The newest time for this log.
        newest: UnixSeconds,
    },
    /// The request carries a cosignature of this witness that its store does not know.
    #[error(
        "store: expected to know the cosignature of size {size} at time {time}: this is an old copy and must not be used again"
    )]
    StaleStore {
        /// The size that was cosigned.
        size: TreeSize,
        /// When.
        time: UnixSeconds,
    },
    /// Other requests came first, each time.
    #[error("store: expected to be first within {} tries, was not", crate::MAX_TRIES)]
    Contended,
    /// A trusted key of a log or a key of a witness that has another type.
    #[error("vkey of {name}: expected type {expected:#04x}, got {got:#04x}")]
    KeyType {
        /// The key's name.
        name: String,
        /// The type byte needed.
        expected: u8,
        /// The type byte found.
        got: u8,
    },
    /// A name that would let a refusal pass for a checkpoint, or the other way round.
    #[error("witness: expected another name than {name}, with which refusals begin")]
    Name {
        /// The name.
        name: String,
    },
    /// Two trusted keys that no signature line could tell apart.
    #[error("vkey: expected a new key, got {vkey} again")]
    KeyTwice {
        /// The later vkey.
        vkey: String,
    },
    /// A store that fails; whether the step took effect is not known.
    #[error("store: {0}")]
    Store(Box<dyn Error + Send + Sync>),
    /// A store that holds something else than what was put there.
    #[error("store: expected the newest checkpoint or evidence of {origin}, got a damaged row")]
    StoreRow {
        /// The log it should be about.
        origin: Origin,
    },
    /// No store where one is expected; opening makes none.
    #[error("{}: expected the store of a witness, got none", .path.display())]
    NoStore {
        /// Where.
        path: PathBuf,
    },
    /// A file that is no store of this format, or another witness's.
    #[error("{}: expected the store of {witness}, got another", .path.display())]
    OtherStore {
        /// Where.
        path: PathBuf,
        /// The vkey whose store is needed.
        witness: String,
    },
    /// A file or folder that cannot be used, or that is there already.
    #[error("{}: {source}", .path.display())]
    Unavailable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A key file of another form.
    #[error("{}: expected a witness key file, got other contents", .path.display())]
    KeyFile {
        /// Where.
        path: PathBuf,
    },
    /// Others may read the key file.
    #[error("{}: expected mode 600, got {mode:o}", .path.display())]
    KeyFileOpen {
        /// Where.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A `witness.json` of another form.
    #[error("{}: expected {expected}", .path.display())]
    Configuration {
        /// Where.
        path: PathBuf,
        /// The rule broken.
        expected: &'static str,
    },
    /// The operating system gave no random bytes.
    #[error("expected random bytes from the operating system, got none")]
    Randomness,
}

impl WitnessError {
    /// A failure of a store, for `map_err` in whoever implements one.
    pub fn store(error: impl Error + Send + Sync + 'static) -> Self {
        Self::Store(Box::new(error))
    }

    /// The stable code, `specs/core.md` "Codes".
    pub fn code(&self) -> Code {
        match self {
            Self::Core { source, .. } => source.code(),
            Self::MalformedRequest { .. } => Code::MalformedRequest,
            Self::Checkpoint(error) => error.code(),
            Self::UnknownOrigin { .. } => Code::UnknownOrigin,
            Self::OldAboveNew { .. } => Code::IndexRange,
            Self::SizeConflict { .. } => Code::SizeConflict,
            Self::Inconsistent { source, .. } => source.code(),
            Self::ExtensionLines => Code::ExtensionLines,
            Self::ClockBehind { .. } => Code::ClockBehind,
            Self::StaleStore { .. } => Code::StaleStore,
            Self::KeyType { .. } | Self::KeyTwice { .. } | Self::Name { .. } | Self::Configuration { .. } => {
                Code::Misuse
            }
            Self::Contended
            | Self::Store(_)
            | Self::StoreRow { .. }
            | Self::NoStore { .. }
            | Self::OtherStore { .. }
            | Self::Unavailable { .. }
            | Self::KeyFile { .. }
            | Self::KeyFileOpen { .. }
            | Self::Randomness => Code::Unavailable,
        }
    }

    /// The HTTP status of the answer, as the table in `specs/witness.md` "Decide" has it.
    pub fn status(&self) -> u16 {
        status_of(self.code())
    }

    /// The size that a 409 answer names, so that the client can try again from there.
    pub const fn conflict(&self) -> Option<TreeSize> {
        match self {
            Self::SizeConflict { newest, .. } => Some(*newest),
            _ => None,
        }
    }

    pub(crate) fn within(object: &'static str) -> impl Fn(CoreError) -> Self {
        move |source| Self::Core { object, source }
    }

    #[cfg_attr(not(feature = "sqlite"), expect(dead_code, reason = "only the folder has paths"))]
    pub(crate) fn unavailable(path: &Path) -> impl Fn(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Unavailable { path: path.clone(), source }
    }
}

/// The status of an answer that refuses with a code (`specs/witness.md` "Decide").
pub const fn status_of(code: Code) -> u16 {
    match code {
        Code::UnknownOrigin => 404,
        Code::UnknownLog | Code::InvalidLogSignature => 403,
        Code::SizeConflict => 409,
        Code::ProofLength | Code::InvalidConsistency => 422,
        Code::IndexRange | Code::ExtensionLines => 400,
        other => match other.class() {
            Class::Malformed => 400,
            Class::Unavailable => 503,
            // Nothing that a request can cause.
            Class::Invalid | Class::Undecided | Class::Misuse => 500,
        },
    }
}
