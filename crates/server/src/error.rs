//! Why a server does not start, or did not end in order.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use detente_core::{Code, CoreError};
use detente_log::LogError;
use detente_witness::WitnessError;
use thiserror::Error;

/// What an operator has to put right. Source: `specs/server.md`.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The address cannot be listened on.
    #[error("{address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// Plain HTTP where others can listen in.
    #[error("{address}: expected a certificate and a key for an address that is not this machine's own")]
    Plain {
        /// The address.
        address: SocketAddr,
    },
    /// A certificate or key that is not what it should be.
    #[error("{}: expected {expected}", .path.display())]
    Tls {
        /// The file.
        path: PathBuf,
        /// The rule broken.
        expected: &'static str,
    },
    /// A file that cannot be read or written.
    #[error("{}: {source}", .path.display())]
    Unavailable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An access file of another form.
    #[error("{}: {source}", .path.display())]
    AccessJson {
        /// The file.
        path: PathBuf,
        /// The rule broken.
        source: CoreError,
    },
    /// An access file of another form.
    #[error("{}: expected {expected}", .path.display())]
    Access {
        /// The file.
        path: PathBuf,
        /// The rule broken.
        expected: &'static str,
    },
    /// Others may read the access file.
    #[error("{}: expected mode 600, got {mode:o}", .path.display())]
    AccessOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A counterpart that the access file does not name.
    #[error("{name}: expected a counterpart of the access file, got another")]
    UnknownCounterpart {
        /// The name.
        name: String,
    },
    /// A policy's address of a witness that cannot be one.
    #[error("witness {witness}: expected an address http://HOST[:PORT][/PATH] or https://…, got {url}")]
    WitnessAddress {
        /// The witness, by the policy's name.
        witness: String,
        /// The address.
        url: String,
    },
    /// The system gives too few file descriptors for a server.
    #[error("file descriptors: expected a limit of {expected} or more, got {got}")]
    Descriptors {
        /// The least that a server starts with.
        expected: u64,
        /// The limit.
        got: u64,
    },
    /// The log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The witness.
    #[error(transparent)]
    Witness(#[from] WitnessError),
    /// The sequencer did not end in order.
    #[error("log: {reason}")]
    Ended {
        /// What it says.
        reason: String,
    },
    /// No thread or no signal to be had from the system.
    #[error("expected threads and signals from the operating system, got none: {0}")]
    System(io::Error),
    /// The operating system gave no random bytes.
    #[error("expected random bytes from the operating system, got none")]
    Randomness,
}

impl ServerError {
    /// The stable code, `specs/core.md` "Codes".
    pub fn code(&self) -> Code {
        match self {
            Self::Plain { .. } | Self::WitnessAddress { .. } | Self::UnknownCounterpart { .. } => {
                Code::Misuse
            }
            Self::Log(error) => error.code(),
            Self::Witness(error) => error.code(),
            Self::Listen { .. }
            | Self::Tls { .. }
            | Self::Unavailable { .. }
            | Self::AccessJson { .. }
            | Self::Access { .. }
            | Self::AccessOpen { .. }
            | Self::Descriptors { .. }
            | Self::Ended { .. }
            | Self::System(_)
            | Self::Randomness => Code::Unavailable,
        }
    }

    /// What the failure is about, for one line of text.
    pub fn culprit(&self) -> String {
        match self {
            Self::Listen { address, .. } | Self::Plain { address } => address.to_string(),
            Self::Tls { path, .. }
            | Self::Unavailable { path, .. }
            | Self::AccessJson { path, .. }
            | Self::Access { path, .. }
            | Self::AccessOpen { path, .. } => path.display().to_string(),
            Self::UnknownCounterpart { name } => name.clone(),
            Self::WitnessAddress { witness, .. } => format!("witness {witness}"),
            Self::Log(LogError::Unavailable { path, .. } | LogError::Locked { path }) => {
                path.display().to_string()
            }
            Self::Log(_) | Self::Ended { .. } => "log".to_owned(),
            Self::Witness(_) => "witness".to_owned(),
            Self::Descriptors { .. } | Self::System(_) | Self::Randomness => "system".to_owned(),
        }
    }

    pub(crate) fn unavailable(path: &Path) -> impl Fn(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Unavailable { path: path.clone(), source }
    }
}
