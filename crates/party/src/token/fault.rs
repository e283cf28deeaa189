//! What can go wrong with a token, in words that say what to do next.

use std::path::PathBuf;

use cryptoki::error::{Error, RvError};
use detente_core::Code;
use thiserror::Error as ThisError;

/// Why a token could not be used. The name that PKCS#11 has for it, where it has one, ends the message.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum TokenFault {
    /// No module is known.
    #[error("token {token}: expected the PKCS#11 module of the token, got none")]
    NoModule {
        /// The token.
        token: String,
    },
    /// No file where the module should be.
    #[error("{}: expected a PKCS#11 module, got no file", path.display())]
    MissingModule {
        /// Where.
        path: PathBuf,
    },
    /// A file that is no module, or one that does not load.
    #[error("{}: expected a PKCS#11 module, got a file that does not load as one: {reason}", path.display())]
    Module {
        /// Where.
        path: PathBuf,
        /// What the loader says.
        reason: String,
    },
    /// The token is not there.
    #[error("token {wanted}: expected it to be plugged in, got {}", list(others))]
    NoToken {
        /// Which.
        wanted: String,
        /// Labels of those that are there.
        others: Vec<String>,
    },
    /// Two tokens answer to the name.
    #[error("token {wanted}: expected one of that name, got serial numbers {}", serials.join(", "))]
    TwoTokens {
        /// The name.
        wanted: String,
        /// Their serial numbers.
        serials: Vec<String>,
    },
    /// Neither a PIN file nor a terminal.
    #[error("token {token}: expected its PIN from a file or a terminal, got neither")]
    NoPin {
        /// The token.
        token: String,
    },
    /// A PIN file that a token was opened with, or tried to be, already.
    #[error("token {token}: expected its PIN from a terminal, got only the PIN file of another token")]
    PinFileSpent {
        /// The token.
        token: String,
    },
    /// One try is left, and the PIN is in a file.
    #[error(
        "token {token}: expected a typed PIN for the last try before it locks itself, got one from a file"
    )]
    LastTry {
        /// The token.
        token: String,
    },
    /// Not a PIN.
    #[error("expected a PIN of 1 to 255 bytes in one line of UTF-8, got another text")]
    Pin,
    /// Others may read the PIN file.
    #[error("{}: expected mode 600, got {mode:o}", path.display())]
    PinFileOpen {
        /// Where.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The token does not hold the key that the vault remembers.
    #[error("token {token}: expected one key with CKA_ID {id}, got {got}")]
    NoKey {
        /// The token.
        token: String,
        /// In hexadecimal.
        id: String,
        /// How many.
        got: usize,
    },
    /// A new key that the token would not keep to itself.
    #[error("token {token}: expected a new key with {expected}, got one without")]
    Attributes {
        /// The token.
        token: String,
        /// The attribute.
        expected: String,
    },
    /// A new key without a usable public half.
    #[error("token {token}: expected the 32 bytes of an Ed25519 key, got {got}")]
    PublicKey {
        /// The token.
        token: String,
        /// What was found.
        got: String,
    },
    /// A new key whose trial signature does not verify.
    #[error("token {token}: expected a new key to sign validly, got another signature")]
    WrongSignature {
        /// The token.
        token: String,
    },
    /// The token, or its module, says no.
    #[error("token {token}: {words}, while {doing} ({name})")]
    Refused {
        /// The token.
        token: String,
        /// What was being done.
        doing: &'static str,
        /// In words.
        words: &'static str,
        /// What to do next.
        next: &'static str,
        /// Its name in PKCS#11.
        name: String,
    },
}

impl TokenFault {
    pub(super) fn of(token: &str, doing: &'static str, error: &Error) -> Self {
        let (name, (words, next)) = match error {
            Error::Pkcs11(code, _) => (ckr(code), translate(code)),
            other => (other.to_string(), UNKNOWN),
        };
        Self::Refused { token: token.to_owned(), doing, words, next, name }
    }

    /// Known from the token's flags, without a try.
    pub(super) fn locked(token: &str) -> Self {
        let (words, next) = translate(&RvError::PinLocked);
        Self::Refused {
            token: token.to_owned(),
            doing: "logging in",
            words,
            next,
            name: ckr(&RvError::PinLocked),
        }
    }

    /// The same, with the warning that the next wrong PIN is the last.
    pub(super) fn last_try(self) -> Self {
        match self {
            Self::Refused { token, doing, words, name, .. } if name == "CKR_PIN_INCORRECT" => Self::Refused {
                token,
                doing,
                words,
                next: "one try is left before the token locks itself: make sure of the PIN first",
                name,
            },
            other => other,
        }
    }

    /// What it is about: a file, the PIN, or the token.
    pub fn culprit(&self) -> String {
        match self {
            Self::MissingModule { path } | Self::Module { path, .. } | Self::PinFileOpen { path, .. } => {
                path.display().to_string()
            }
            Self::Pin => "PIN".to_owned(),
            Self::NoToken { wanted: token, .. }
            | Self::TwoTokens { wanted: token, .. }
            | Self::NoModule { token }
            | Self::NoPin { token }
            | Self::PinFileSpent { token }
            | Self::LastTry { token }
            | Self::NoKey { token, .. }
            | Self::Attributes { token, .. }
            | Self::PublicKey { token, .. }
            | Self::WrongSignature { token }
            | Self::Refused { token, .. } => format!("token {token}"),
        }
    }

    /// What to do next.
    pub fn next(&self) -> Option<&str> {
        Some(match self {
            Self::NoModule { .. } | Self::MissingModule { .. } => {
                "--pkcs11-module FILE or DETENTE_PKCS11_MODULE names the module that came with the token"
            }
            Self::Module { .. } => {
                "name the PKCS#11 library of the token's maker for this machine, such as libsofthsm2.so"
            }
            Self::NoToken { .. } => "plug the token in, or name another with its label",
            Self::TwoTokens { .. } => "name the token by its serial number",
            Self::NoPin { .. } => "--pin-file FILE names a file with the PIN; on a terminal it is asked for",
            Self::PinFileSpent { .. } => {
                "a PIN file is for one token, as a wrong try counts; run the command on a terminal"
            }
            Self::LastTry { .. } => "run the command on a terminal, without --pin-file",
            Self::Pin => return None,
            Self::PinFileOpen { .. } => "chmod 600 the PIN file",
            Self::NoKey { .. } => {
                "restore the key from the token's own backup; another author key can end a lost one with `detente keys revoke`"
            }
            Self::Attributes { .. } | Self::PublicKey { .. } | Self::WrongSignature { .. } => {
                "the key was removed again; this token should not hold keys of a log"
            }
            Self::Refused { next, .. } => next,
        })
    }

    /// The stable code, `specs/core.md` "Codes".
    pub const fn code(&self) -> Code {
        match self {
            Self::NoModule { .. }
            | Self::TwoTokens { .. }
            | Self::NoPin { .. }
            | Self::PinFileSpent { .. }
            | Self::Pin => Code::Misuse,
            _ => Code::Unavailable,
        }
    }
}

fn list(labels: &[String]) -> String {
    if labels.is_empty() { "no token".to_owned() } else { format!("only {}", labels.join(", ")) }
}

const UNKNOWN: (&str, &str) =
    ("the module answers with an error", "look it up in the documents of the token's maker");

const GONE: (&str, &str) =
    ("the token was taken out or its session ended", "plug it in and run the command again");

const NO_ED25519: (&str, &str) = (
    "the token does not sign with Ed25519",
    "use a token whose firmware supports CKM_EDDSA, or keep the key in the vault",
);

/// What a code means to whoever holds the token, and what to do next.
const fn translate(code: &RvError) -> (&'static str, &'static str) {
    match code {
        RvError::PinIncorrect => {
            ("the PIN is wrong", "give the right PIN; after a few wrong ones the token locks itself")
        }
        RvError::PinLocked => (
            "the PIN is locked after too many wrong ones",
            "unlock it with the token's own tool and its security officer's PIN",
        ),
        RvError::PinExpired => ("the PIN has expired", "set a new PIN with the token's own tool"),
        RvError::PinLenRange | RvError::PinInvalid | RvError::PinTooWeak => {
            ("the PIN has a form that the token never takes", "give the token's user PIN as it was set")
        }
        RvError::UserPinNotInitialized => {
            ("the token has no user PIN yet", "set one with the token's own tool")
        }
        RvError::TokenNotPresent | RvError::SlotIdInvalid => {
            ("the token is not plugged in", "plug it in and run the command again")
        }
        RvError::TokenNotRecognized => (
            "the reader does not know the token",
            "clean and plug it in again, or use the module of its maker",
        ),
        RvError::DeviceRemoved | RvError::SessionHandleInvalid | RvError::SessionClosed => GONE,
        RvError::UserNotLoggedIn => (
            "the token wants its PIN before it does this",
            "run the command again; a token that wants the PIN for every signature cannot hold these keys",
        ),
        RvError::UserAnotherAlreadyLoggedIn | RvError::SessionReadWriteSoExists => (
            "another user, such as the security officer, is logged in to the token",
            "end the other program and run the command again",
        ),
        RvError::UserTypeInvalid | RvError::UserTooManyTypes => {
            ("the token does not let this user log in", "log in with the token's own tool to see why")
        }
        RvError::MechanismInvalid
        | RvError::MechanismParamInvalid
        | RvError::CurveNotSupported
        | RvError::DomainParamsInvalid
        | RvError::FunctionNotSupported => NO_ED25519,
        RvError::TemplateInconsistent
        | RvError::TemplateIncomplete
        | RvError::AttributeValueInvalid
        | RvError::AttributeTypeInvalid
        | RvError::AttributeReadOnly => (
            "the token does not make a key that cannot be taken out",
            "use another token, or keep the key in the vault",
        ),
        RvError::SessionCount => {
            ("the token has no session left", "end other programs that use it, and run the command again")
        }
        RvError::DeviceMemory => {
            ("the token is full", "remove keys that are no longer needed with the token's own tool")
        }
        RvError::HostMemory => {
            ("the machine has no memory left", "end other programs, and run the command again")
        }
        RvError::TokenWriteProtected | RvError::SessionReadOnly | RvError::SessionReadOnlyExists => (
            "the token takes no new keys: it is write-protected",
            "lift the protection with the token's own tool",
        ),
        RvError::KeyHandleInvalid | RvError::ObjectHandleInvalid => (
            "the key is no longer in the token",
            "restore it from the token's own backup, or end it with `detente keys revoke`",
        ),
        RvError::KeyFunctionNotPermitted | RvError::ActionProhibited | RvError::KeyTypeInconsistent => (
            "the token does not let this key sign",
            "look with the token's own tool who changed the key's attributes",
        ),
        RvError::FunctionFailed
        | RvError::GeneralError
        | RvError::DeviceError
        | RvError::FipsSelfTestFailed => (
            "the token failed, and does not say why",
            "unplug it, plug it in and run the command again; if it stays so, the token may be broken",
        ),
        RvError::FunctionCanceled | RvError::Cancel | RvError::FunctionRejected => {
            ("the request was declined on the token", "run the command again and confirm it on the token")
        }
        RvError::CantLock | RvError::NeedToCreateThreads | RvError::MutexBad | RvError::MutexNotLocked => {
            ("the module cannot be used by a program with threads", "use a newer module of the token's maker")
        }
        RvError::CryptokiNotInitialized | RvError::LibraryLoadFailed => {
            ("the module did not start", "check the module's own settings, such as its configuration file")
        }
        _ => UNKNOWN,
    }
}

/// The name in PKCS#11: `PinIncorrect` is `CKR_PIN_INCORRECT`.
fn ckr(code: &RvError) -> String {
    match code {
        RvError::VendorDefined(number) | RvError::UnknownErrorCode(number) => {
            return format!("CKR 0x{number:08x}");
        }
        _ => {}
    }
    let mut name = String::from("CKR");
    for letter in format!("{code:?}").chars() {
        if letter.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(letter.to_ascii_uppercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use cryptoki::context::Function;

    use super::*;

    #[test]
    fn every_code_that_a_user_can_meet_has_words_and_a_next_step() {
        let met = [
            (RvError::PinIncorrect, "CKR_PIN_INCORRECT", "the PIN is wrong"),
            (RvError::PinLocked, "CKR_PIN_LOCKED", "locked"),
            (RvError::PinExpired, "CKR_PIN_EXPIRED", "expired"),
            (RvError::PinLenRange, "CKR_PIN_LEN_RANGE", "form"),
            (RvError::UserPinNotInitialized, "CKR_USER_PIN_NOT_INITIALIZED", "no user PIN"),
            (RvError::TokenNotPresent, "CKR_TOKEN_NOT_PRESENT", "plugged in"),
            (RvError::TokenNotRecognized, "CKR_TOKEN_NOT_RECOGNIZED", "reader"),
            (RvError::UserNotLoggedIn, "CKR_USER_NOT_LOGGED_IN", "PIN"),
            (RvError::DeviceRemoved, "CKR_DEVICE_REMOVED", "taken out"),
            (RvError::SessionHandleInvalid, "CKR_SESSION_HANDLE_INVALID", "session ended"),
            (RvError::SessionCount, "CKR_SESSION_COUNT", "session left"),
            (RvError::MechanismInvalid, "CKR_MECHANISM_INVALID", "Ed25519"),
            (RvError::FunctionFailed, "CKR_FUNCTION_FAILED", "failed"),
            (RvError::DeviceError, "CKR_DEVICE_ERROR", "failed"),
            (RvError::DeviceMemory, "CKR_DEVICE_MEMORY", "full"),
            (RvError::TokenWriteProtected, "CKR_TOKEN_WRITE_PROTECTED", "write-protected"),
            (RvError::TemplateInconsistent, "CKR_TEMPLATE_INCONSISTENT", "taken out"),
            (RvError::KeyHandleInvalid, "CKR_KEY_HANDLE_INVALID", "no longer"),
            (RvError::FipsSelfTestFailed, "CKR_FIPS_SELF_TEST_FAILED", "failed"),
            (RvError::UnknownErrorCode(0x1234), "CKR 0x00001234", "an error"),
        ];
        for (code, name, word) in met {
            let fault = TokenFault::of("ops", "signing", &Error::Pkcs11(code, Function::Sign));
            let text = fault.to_string();
            assert!(text.starts_with("token ops: ") && text.contains(word), "{text}");
            assert!(text.ends_with(&format!("while signing ({name})")), "{text}");
            assert!(fault.next().is_some_and(|next| !next.is_empty()), "{text}");
            assert_eq!(fault.code(), Code::Unavailable);
        }
    }

    #[test]
    fn the_last_try_is_announced() {
        let wrong =
            TokenFault::of("ops", "logging in", &Error::Pkcs11(RvError::PinIncorrect, Function::Login));
        assert!(wrong.last_try().next().is_some_and(|next| next.starts_with("one try is left")));
        let locked = TokenFault::locked("ops");
        assert_eq!(locked.clone().last_try(), locked);
    }
}
