//! The PIN of a token: typed or read from a file, wiped, never printed.

use std::io::Read as _;
use std::path::Path;

use zeroize::Zeroizing;

use super::TokenFault;
use crate::PartyError;

/// The most bytes of a PIN.
const LIMIT: usize = 255;

/// The user PIN of a token.
#[derive(Clone)]
pub struct Pin {
    text: Zeroizing<String>,
    /// Nobody typed it, and nobody looks at the answer.
    is_from_file: bool,
}

impl Pin {
    /// A PIN of 1 to 255 bytes, as it was typed.
    ///
    /// # Errors
    /// [`TokenFault::Pin`] for another length, or one with control characters.
    pub fn parse(text: Zeroizing<String>) -> Result<Self, PartyError> {
        if text.is_empty() || text.len() > LIMIT || text.contains(char::is_control) {
            return Err(TokenFault::Pin.into());
        }
        Ok(Self { text, is_from_file: false })
    }

    /// Reads a PIN file, which nobody but its owner may read: one line, with or without its line feed.
    ///
    /// # Errors
    /// [`PartyError::Unavailable`], [`TokenFault::PinFileOpen`], [`TokenFault::Pin`].
    pub fn read(path: &Path) -> Result<Self, PartyError> {
        let unavailable = PartyError::unavailable(path);
        let file = std::fs::File::open(path).map_err(&unavailable)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = file.metadata().map_err(&unavailable)?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(TokenFault::PinFileOpen { path: path.to_owned(), mode: mode & 0o777 }.into());
            }
        }
        let mut text = Zeroizing::new(String::with_capacity(LIMIT + 3));
        file.take(LIMIT as u64 + 3).read_to_string(&mut text).map_err(&unavailable)?;
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let typed = Self::parse(Zeroizing::new(line.strip_suffix('\r').unwrap_or(line).to_owned()))?;
        Ok(Self { is_from_file: true, ..typed })
    }

    pub(super) fn expose(&self) -> &str {
        &self.text
    }

    pub(super) const fn is_from_file(&self) -> bool {
        self.is_from_file
    }
}

impl core::fmt::Debug for Pin {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("Pin(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_one_line_and_is_never_printed() {
        for text in ["", "a\nb", "a\tb", &"1".repeat(256)] {
            assert!(Pin::parse(Zeroizing::new(text.to_owned())).is_err(), "{text:?}");
        }
        let pin = Pin::parse(Zeroizing::new("never-shown".to_owned())).unwrap();
        assert_eq!((pin.expose(), format!("{pin:?}").as_str()), ("never-shown", "Pin(…)"));
    }
}
