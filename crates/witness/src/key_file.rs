//! The key of a witness in a file (`specs/witness.md` "Folder").

use std::{
    fs::{File, OpenOptions},
    io::{Read as _, Write as _},
    path::Path,
};

use detente_checkpoint::SigningKey;
use detente_core::base64;
use zeroize::Zeroizing;

use crate::WitnessError;

const PREFIX: &str = "detente-witness-v1 ";

/// Makes a new random key and its file, mode 0600; an existing file is never touched.
///
/// # Errors
/// [`WitnessError::Randomness`]; [`WitnessError::Unavailable`], also when the file exists.
pub fn create_key_file(path: &Path) -> Result<SigningKey, WitnessError> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut_slice()).map_err(|_| WitnessError::Randomness)?;
    write_key_file(path, &seed)?;
    Ok(SigningKey::from_seed(&seed))
}

/// Reads a key file, which nobody but its owner may read.
///
/// # Errors
/// [`WitnessError::Unavailable`]; [`WitnessError::KeyFileOpen`] when others can read it; [`WitnessError::KeyFile`] for
/// other contents.
pub fn read_key_file(path: &Path) -> Result<SigningKey, WitnessError> {
    let unavailable = WitnessError::unavailable(path);
    let file = File::open(path).map_err(&unavailable)?;
    check_mode(&file, path)?;
    let mut text = Zeroizing::new(Vec::new());
    file.take(200).read_to_end(&mut text).map_err(&unavailable)?;
    let seed = decode(&text).ok_or_else(|| WitnessError::KeyFile { path: path.to_owned() })?;
    Ok(SigningKey::from_seed(&seed))
}

pub(crate) fn write_key_file(path: &Path, seed: &[u8; 32]) -> Result<(), WitnessError> {
    let unavailable = WitnessError::unavailable(path);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path).map_err(&unavailable)?;
    let text = Zeroizing::new(format!("{PREFIX}{}\n", *Zeroizing::new(base64::encode(seed))));
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(&unavailable)
}

fn decode(text: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let encoded = core::str::from_utf8(text).ok()?.strip_prefix(PREFIX)?.strip_suffix('\n')?;
    let bytes = Zeroizing::new(base64::decode(encoded).ok()?);
    bytes.as_slice().try_into().ok().map(Zeroizing::new)
}

#[cfg(unix)]
fn check_mode(file: &File, path: &Path) -> Result<(), WitnessError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file.metadata().map_err(WitnessError::unavailable(path))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(WitnessError::KeyFileOpen { path: path.to_owned(), mode: mode & 0o777 });
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_mode(_file: &File, _path: &Path) -> Result<(), WitnessError> {
    Ok(())
}
