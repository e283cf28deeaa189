//! Codes of the closed lists that rules look for (`specs/agreement.md` "Bodies").

/// The outcome that starts a duty to preserve.
pub(super) const PRESERVED: u8 = 2;

/// The status that ends preservation.
pub(super) const RELEASED: u8 = 3;

/// The status that ends updates.
pub(super) const CLOSED: u8 = 4;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{OUTCOMES, STATUSES};

    #[test]
    fn codes_have_the_words_that_they_are_named_after() {
        assert_eq!(OUTCOMES.word(PRESERVED), Some("preserved"));
        assert_eq!(STATUSES.word(RELEASED), Some("released"));
        assert_eq!(STATUSES.word(CLOSED), Some("closed"));
    }
}
