//! What opens a vault: an unlock file, or a passphrase (`specs/party.md` "Vault").

use std::io::Read as _;
use std::path::Path;

use detente_core::base64;
use zeroize::Zeroizing;

use crate::PartyError;
use crate::folder::{Writing, write_announced};
use crate::secret::Secret;
use crate::steps::Steps;

const PREFIX: &str = "detente-unlock-v1 ";

/// The most bytes of a passphrase.
const PASSPHRASE_LIMIT: usize = 1024;

/// Argon2id: passes, memory in KiB, lanes.
const COST: (u32, u32, u32) = (3, 65_536, 1);

/// The secret that unwraps a vault's data key.
#[derive(Debug, Clone)]
pub struct Unlock(Means);

#[derive(Clone)]
enum Means {
    File(Secret),
    Passphrase(Zeroizing<String>),
}

/// A file that opens a vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnlockSource<'a> {
    /// An unlock file.
    File(&'a Path),
    /// A file with a passphrase.
    PassphraseFile(&'a Path),
}

impl<'a> UnlockSource<'a> {
    /// Reads it.
    ///
    /// # Errors
    /// Those of [`Unlock::read`] and [`Unlock::read_passphrase`].
    pub fn read(self) -> Result<Unlock, PartyError> {
        match self {
            Self::File(path) => Unlock::read(path),
            Self::PassphraseFile(path) => Unlock::read_passphrase(path),
        }
    }

    pub(crate) const fn path(self) -> &'a Path {
        match self {
            Self::File(path) | Self::PassphraseFile(path) => path,
        }
    }
}

impl core::fmt::Debug for Means {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(match self {
            Self::File(_) => "Secret(…)",
            Self::Passphrase(_) => "Passphrase(…)",
        })
    }
}

impl Unlock {
    /// A passphrase of 1 to 1,024 bytes, as it was typed.
    ///
    /// # Errors
    /// [`PartyError::Passphrase`] for another length, or one with control characters.
    pub fn passphrase(text: Zeroizing<String>) -> Result<Self, PartyError> {
        if text.is_empty() || text.len() > PASSPHRASE_LIMIT || text.contains(char::is_control) {
            return Err(PartyError::Passphrase);
        }
        Ok(Self(Means::Passphrase(text)))
    }

    /// Reads a passphrase file, which nobody but its owner may read: one line, with or without its line feed.
    ///
    /// # Errors
    /// [`PartyError::Unavailable`], [`PartyError::UnlockFileOpen`], [`PartyError::Passphrase`].
    pub fn read_passphrase(path: &Path) -> Result<Self, PartyError> {
        let unavailable = PartyError::unavailable(path);
        let file = std::fs::File::open(path).map_err(&unavailable)?;
        check_mode(&file, path)?;
        let mut text = Zeroizing::new(String::with_capacity(PASSPHRASE_LIMIT + 3));
        file.take(PASSPHRASE_LIMIT as u64 + 3).read_to_string(&mut text).map_err(&unavailable)?;
        let line = text.strip_suffix('\n').unwrap_or(&text);
        Self::passphrase(Zeroizing::new(line.strip_suffix('\r').unwrap_or(line).to_owned()))
    }

    /// What the vault's row `unlock` says of it.
    pub(crate) const fn word(&self) -> &'static str {
        match self.0 {
            Means::File(_) => "file",
            Means::Passphrase(_) => "passphrase",
        }
    }

    /// The unlock secret; slow for a passphrase, by intent.
    pub(crate) fn secret(&self, salt: &[u8]) -> Result<Secret, PartyError> {
        let passphrase = match &self.0 {
            Means::File(secret) => return Ok(secret.clone()),
            Means::Passphrase(passphrase) => passphrase,
        };
        let (passes, memory, lanes) = COST;
        let mut derived = Zeroizing::new([0_u8; 32]);
        let params = argon2::Params::new(memory, passes, lanes, Some(derived.len()));
        params
            .map(|params| argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params))
            .and_then(|argon| argon.hash_password_into(passphrase.as_bytes(), salt, derived.as_mut_slice()))
            .map_err(|_| PartyError::Passphrase)?;
        Secret::from_slice(derived.as_slice()).ok_or(PartyError::Passphrase)
    }

    /// Reads an unlock file, which nobody but its owner may read.
    ///
    /// # Errors
    /// [`PartyError::Unavailable`], [`PartyError::UnlockFile`] for other contents, and
    /// [`PartyError::UnlockFileOpen`] when others can read it.
    pub fn read(path: &Path) -> Result<Self, PartyError> {
        let unavailable = PartyError::unavailable(path);
        let file = std::fs::File::open(path).map_err(&unavailable)?;
        check_mode(&file, path)?;
        let mut text = Zeroizing::new(String::with_capacity(200));
        file.take(200).read_to_string(&mut text).map_err(&unavailable)?;
        let malformed = || PartyError::UnlockFile { path: path.to_owned() };
        let encoded = text.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix('\n'));
        let bytes = Zeroizing::new(encoded.and_then(|text| base64::decode(text).ok()).ok_or_else(malformed)?);
        Secret::from_slice(&bytes).map(|secret| Self(Means::File(secret))).ok_or_else(malformed)
    }

    /// Makes a new unlock file, mode 0600; an existing one is never touched.
    ///
    /// # Errors
    /// [`PartyError::Unavailable`], also when the file exists.
    pub fn create(path: &Path) -> Result<Self, PartyError> {
        Self::create_announced(path, &Steps::default())
    }

    /// As [`Self::create`], each step announced. A torn file would be in the way of the next try.
    pub(crate) fn create_announced(path: &Path, steps: &Steps) -> Result<Self, PartyError> {
        let secret = Secret::random()?;
        let text = Zeroizing::new(format!("{PREFIX}{}\n", base64::encode(secret.expose())));
        write_announced(path, text.as_bytes(), Writing::PrivateNew, steps)?;
        Ok(Self(Means::File(secret)))
    }
}

#[cfg(unix)]
fn check_mode(file: &std::fs::File, path: &Path) -> Result<(), PartyError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file.metadata().map_err(PartyError::unavailable(path))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(PartyError::UnlockFileOpen { path: path.to_owned(), mode: mode & 0o777 });
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_mode(_file: &std::fs::File, _path: &Path) -> Result<(), PartyError> {
    Ok(())
}
