//! The one text form of a number (`specs/core.md` "Decimal numbers in text").

use crate::{CoreError, MAX_POSITION};

/// Parses ASCII digits without sign or leading zero, at most 2^63 - 1.
///
/// `str::parse` would take `+5` and `05`, which lets two texts mean one tree size.
///
/// # Errors
/// [`CoreError::MalformedNumber`] for anything else.
pub fn parse(text: &str) -> Result<u64, CoreError> {
    let malformed = || CoreError::MalformedNumber { got: text.chars().take(40).collect() };
    let digits = text.as_bytes();
    if digits.is_empty() || (digits.first() == Some(&b'0') && digits.len() > 1) {
        return Err(malformed());
    }
    let mut value: u64 = 0;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return Err(malformed());
        }
        value = value
            .checked_mul(10)
            .and_then(|value| value.checked_add(u64::from(digit - b'0')))
            .filter(|value| *value <= MAX_POSITION)
            .ok_or_else(malformed)?;
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_every_other_form() {
        for text in ["", "+5", "-5", "05", "00", " 5", "5 ", "5\n", "0x5", "٥", "9223372036854775808", "1e3"]
        {
            assert!(parse(text).is_err(), "{text:?}");
        }
        assert_eq!(parse("0"), Ok(0));
        assert_eq!(parse("9223372036854775807"), Ok(MAX_POSITION));
    }
}
