//! Keys in a PKCS#11 token (`specs/party.md` "Token"): made there, used there, and never shown.

mod fault;
mod key;
mod module;
mod open;
mod pin;
mod place;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

pub use fault::TokenFault;
pub(crate) use key::TokenKey;
use open::{OpenToken, Wanted};
pub use pin::Pin;
pub(crate) use place::TokenPlace;

use crate::PartyError;

/// What a command has at hand to use tokens: a module, and a way to a PIN.
///
/// The PIN is asked for when a token is first needed, so a command that needs none never asks.
pub struct TokenAccess {
    module: Option<PathBuf>,
    pin: Box<AskPin>,
}

/// Gives the PIN of the token with this label.
type AskPin = dyn Fn(&str) -> Result<Pin, PartyError> + Send + Sync;

impl TokenAccess {
    /// `module` is the token's PKCS#11 library on this machine; without one, the library that the vault remembers.
    /// `pin` is called once a token, with the token's label.
    pub fn new(
        module: Option<PathBuf>,
        pin: impl Fn(&str) -> Result<Pin, PartyError> + Send + Sync + 'static,
    ) -> Self {
        Self { module, pin: Box::new(pin) }
    }

    /// Nothing at hand: a key in a token can be seen, and not used.
    pub fn none() -> Self {
        Self::new(None, |label| Err(TokenFault::NoPin { token: label.to_owned() }.into()))
    }
}

impl fmt::Debug for TokenAccess {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TokenAccess").field("module", &self.module).finish_non_exhaustive()
    }
}

/// A token for new keys: its label, or its serial number where two have one label.
#[derive(Debug, Clone, Copy)]
pub struct TokenChoice<'a> {
    /// How it is reached.
    pub access: &'a TokenAccess,
    /// Label or serial number.
    pub token: &'a str,
}

/// The tokens that a command has opened, each once.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    open: Mutex<BTreeMap<String, Arc<OpenToken>>>,
}

impl Tokens {
    /// The key at a place. `remembered` is the module to fall back on.
    pub(crate) fn key(
        &self,
        access: &TokenAccess,
        remembered: &str,
        place: &TokenPlace,
    ) -> Result<TokenKey, PartyError> {
        let module = access.module.as_deref().unwrap_or(Path::new(remembered));
        let wanted = Wanted { serial: &place.serial, label: &place.label };
        Ok(TokenKey::find(self.token(access, module, wanted)?, place)?)
    }

    fn token(
        &self,
        access: &TokenAccess,
        module: &Path,
        wanted: Wanted<'_>,
    ) -> Result<Arc<OpenToken>, PartyError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = open.get(wanted.serial) {
            return Ok(Arc::clone(token));
        }
        let token = Arc::new(OpenToken::open(module, wanted, &access.pin)?);
        open.insert(wanted.serial.to_owned(), Arc::clone(&token));
        Ok(token)
    }

    /// Makes a key in a token. `remembered` is the module to fall back on.
    pub(crate) fn make(
        &self,
        choice: TokenChoice<'_>,
        remembered: Option<&str>,
        label: &str,
    ) -> Result<TokenKey, PartyError> {
        let module = choice.access.module.as_deref().or(remembered.map(Path::new));
        let module = module.ok_or_else(|| TokenFault::NoModule { token: choice.token.to_owned() })?;
        let (serial, called) = open::resolve(module, choice.token)?;
        let wanted = Wanted { serial: &serial, label: &called };
        TokenKey::make(self.token(choice.access, module, wanted)?, label)
    }
}
