//! A token with a session that is logged in.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cryptoki::context::Pkcs11;
use cryptoki::error::{Error, RvError};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use cryptoki::types::AuthPin;

use super::{AskPin, TokenFault, module};
use crate::PartyError;

/// A token by its serial number; the label is for people.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub(super) serial: &'a str,
    pub(super) label: &'a str,
}

/// Serial number and label of the one token that a person means by a label or a serial number.
pub(super) fn resolve(path: &Path, name: &str) -> Result<(String, String), TokenFault> {
    let (module, _) = module::load(path)?;
    let (_, info) = find(&module, name, |info| info.label() == name || info.serial_number() == name)?;
    Ok((info.serial_number().to_owned(), info.label().to_owned()))
}

/// A token, logged in. One session serves all threads, one at a time.
pub(super) struct OpenToken {
    pub(super) serial: String,
    pub(super) label: String,
    pub(super) module: PathBuf,
    session: Mutex<Session>,
}

impl OpenToken {
    pub(super) fn open(path: &Path, wanted: Wanted<'_>, ask: &AskPin) -> Result<Self, PartyError> {
        let (module, path) = module::load(path)?;
        let name = format!("{} (serial {})", wanted.label, wanted.serial);
        let (slot, info) = find(&module, &name, |info| info.serial_number() == wanted.serial)?;
        let label = info.label().to_owned();
        let fault = |doing| {
            let label = label.clone();
            move |error: Error| TokenFault::of(&label, doing, &error)
        };
        // Before the PIN: a locked token does not take it, and each try counts.
        if info.user_pin_locked() {
            return Err(TokenFault::locked(&label).into());
        }
        let session =
            if info.write_protected() { module.open_ro_session(slot) } else { module.open_rw_session(slot) };
        let session = session.map_err(fault("opening a session"))?;
        let login = if info.protected_authentication_path() {
            // The token has its own keys to type the PIN on.
            session.login(UserType::User, None)
        } else {
            let pin = ask(&label)?;
            // A wrong PIN in a file would lock the token with nobody there to stop it.
            if info.user_pin_final_try() && pin.is_from_file() {
                return Err(TokenFault::LastTry { token: label }.into());
            }
            session.login(UserType::User, Some(&AuthPin::from(pin.expose())))
        };
        match login {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            Err(error) => {
                let fault = TokenFault::of(&label, "logging in", &error);
                let last = module.get_token_info(slot).is_ok_and(|info| info.user_pin_final_try());
                return Err(if last { fault.last_try() } else { fault }.into());
            }
        }
        let serial = info.serial_number().to_owned();
        Ok(Self { serial, label, module: path, session: Mutex::new(session) })
    }

    /// Lends the session; what fails is said of this token.
    pub(super) fn with<T>(
        &self,
        doing: &'static str,
        act: impl FnOnce(&Session) -> Result<T, Error>,
    ) -> Result<T, TokenFault> {
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        act(&session).map_err(|error| TokenFault::of(&self.label, doing, &error))
    }
}

impl fmt::Debug for OpenToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OpenToken")
            .field("label", &self.label)
            .field("serial", &self.serial)
            .finish_non_exhaustive()
    }
}

fn find(
    module: &Pkcs11,
    name: &str,
    fits: impl Fn(&TokenInfo) -> bool,
) -> Result<(Slot, TokenInfo), TokenFault> {
    let fault = |error: Error| TokenFault::of(name, "listing the tokens", &error);
    let mut found = Vec::new();
    let mut others = Vec::new();
    for slot in module.get_slots_with_token().map_err(fault)? {
        // A token may go while the others are asked.
        let Ok(info) = module.get_token_info(slot) else { continue };
        if !info.token_initialized() {
            continue;
        }
        if fits(&info) {
            found.push((slot, info));
        } else {
            others.push(info.label().to_owned());
        }
    }
    if found.len() > 1 {
        let serials = found.iter().map(|(_, info)| info.serial_number().to_owned()).collect();
        return Err(TokenFault::TwoTokens { wanted: name.to_owned(), serials });
    }
    found.pop().ok_or(TokenFault::NoToken { wanted: name.to_owned(), others })
}
