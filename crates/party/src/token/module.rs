//! PKCS#11 libraries, loaded once a process: a second initialisation is an error, and so is unloading one in use.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};

use super::TokenFault;

static LOADED: Mutex<BTreeMap<PathBuf, Pkcs11>> = Mutex::new(BTreeMap::new());

/// Loads and initialises a library, or gives the one that is loaded, with its absolute path.
pub(super) fn load(path: &Path) -> Result<(Pkcs11, PathBuf), TokenFault> {
    let fault = |reason: String| TokenFault::Module { path: path.to_owned(), reason };
    // A bare name would be looked up along the loader's search path: not a file that anybody named.
    let absolute = std::path::absolute(path).map_err(|error| fault(error.to_string()))?;
    if !absolute.is_file() {
        return Err(TokenFault::MissingModule { path: path.to_owned() });
    }
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(module) = loaded.get(&absolute) {
        return Ok((module.clone(), absolute));
    }
    let module = Pkcs11::new(&absolute).map_err(|error| fault(describe(&error)))?;
    match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
        Err(error) => return Err(TokenFault::of("the module", "starting it", &error)),
    }
    loaded.insert(absolute.clone(), module.clone());
    Ok((module, absolute))
}

fn describe(error: &Error) -> String {
    match error {
        Error::LibraryLoading(error) => error.to_string(),
        Error::MissingSymbol(symbol) => format!("it has no {symbol}"),
        other => other.to_string(),
    }
}
