//! How a command reaches keys in a token.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use detente_party::{KeyPlace, NewKeyPlace, Party, PartyError, Pin, TokenAccess, TokenFault};
use zeroize::Zeroizing;

use super::open_party;
use crate::args::{NewKeyArguments, TokenArguments, UnlockArguments};
use crate::failure::Failure;

impl TokenArguments {
    /// The PIN is asked for on a terminal only, so that no script waits for an answer.
    pub(crate) fn access(&self) -> TokenAccess {
        // A wrong PIN counts, so what is in the file is tried on one token, once.
        let (file, is_spent) = (self.pin_file.clone(), AtomicBool::new(false));
        TokenAccess::new(self.pkcs11_module.clone(), move |label| match &file {
            Some(file) if !is_spent.swap(true, Ordering::Relaxed) => Pin::read(file),
            Some(_) if !std::io::stdin().is_terminal() => {
                Err(TokenFault::PinFileSpent { token: label.to_owned() }.into())
            }
            _ => ask(label),
        })
    }
}

impl NewKeyArguments {
    pub(crate) fn place(&self) -> NewKeyPlace<'_> {
        match (&self.in_token, self.in_vault) {
            (Some(token), _) => NewKeyPlace::Token(token),
            (None, true) => NewKeyPlace::Vault,
            (None, false) => NewKeyPlace::Same,
        }
    }
}

/// A party whose keys may be in a token.
pub(super) fn open_signing_party(
    folder: &Path,
    unlock: &UnlockArguments,
    token: &TokenArguments,
) -> Result<Party, Failure> {
    let mut party = open_party(folder, unlock)?;
    party.use_tokens(token.access());
    Ok(party)
}

/// Where a key lives, for people.
pub(super) fn place_words(place: &KeyPlace) -> String {
    match place {
        KeyPlace::Token { label, .. } => format!("token {label}"),
        _ => "vault".to_owned(),
    }
}

fn ask(label: &str) -> Result<Pin, PartyError> {
    if !std::io::stdin().is_terminal() {
        return Err(TokenFault::NoPin { token: label.to_owned() }.into());
    }
    let typed = rpassword::prompt_password(format!("PIN of token {label}: "))
        .map_err(|source| PartyError::Unavailable { path: PathBuf::from("terminal"), source })?;
    Pin::parse(Zeroizing::new(typed))
}
