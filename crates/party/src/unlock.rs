//! The unlock file: what opens a vault without a prompt (`specs/party.md` "Vault").

use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::path::Path;

use detente_core::base64;
use zeroize::Zeroizing;

use crate::PartyError;
use crate::secret::Secret;

const PREFIX: &str = "detente-unlock-v1 ";

/// The secret that unwraps a vault's data key.
#[derive(Debug, Clone)]
pub struct Unlock(pub(crate) Secret);

impl Unlock {
    /// Reads an unlock file, which nobody but its owner may read.
    ///
    /// # Errors
    /// [`PartyError::Unavailable`], [`PartyError::UnlockFile`] for other contents, and
    /// [`PartyError::UnlockFileOpen`] when others can read it.
    pub fn read(path: &Path) -> Result<Self, PartyError> {
        let unavailable = PartyError::unavailable(path);
        let file = std::fs::File::open(path).map_err(&unavailable)?;
        check_mode(&file, path)?;
        let mut text = Zeroizing::new(String::new());
        file.take(200).read_to_string(&mut text).map_err(&unavailable)?;
        let malformed = || PartyError::UnlockFile { path: path.to_owned() };
        let encoded = text.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix('\n'));
        let bytes = Zeroizing::new(encoded.and_then(|text| base64::decode(text).ok()).ok_or_else(malformed)?);
        Secret::from_slice(&bytes).map(Self).ok_or_else(malformed)
    }

    /// Makes a new unlock file, mode 0600; an existing one is never touched.
    ///
    /// # Errors
    /// [`PartyError::Unavailable`], also when the file exists.
    pub fn create(path: &Path) -> Result<Self, PartyError> {
        let unavailable = PartyError::unavailable(path);
        let secret = Secret::random()?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let mut file = options.open(path).map_err(&unavailable)?;
        let text = Zeroizing::new(format!("{PREFIX}{}\n", base64::encode(secret.expose())));
        file.write_all(text.as_bytes()).map_err(&unavailable)?;
        file.sync_all().map_err(&unavailable)?;
        Ok(Self(secret))
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
