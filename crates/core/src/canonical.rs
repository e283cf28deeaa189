//! The fixed-width byte layout of `specs/core.md`: little-endian integers, `u64` length prefixes, `u8` tags.
//!
//! This is the only module that calls `bincode`; the layout is written in the specs, so it outlives the crate.

use bincode::{Decode, Encode, config};

use crate::CoreError;

/// The bytes of a value.
///
/// # Errors
/// [`CoreError::MalformedBytes`] if the encoder refuses, which no wire type of ours makes it do.
pub fn encode<T: Encode>(object: &'static str, value: &T) -> Result<Vec<u8>, CoreError> {
    bincode::encode_to_vec(value, config::legacy())
        .map_err(|_| CoreError::MalformedBytes { object, reason: "a value that has no canonical bytes" })
}

/// Decodes the whole input, of at most `LIMIT` bytes.
///
/// A length or count beyond the limit is refused before anything is allocated for it. The value is encoded again and
/// compared, so bytes that decode but are not canonical are refused too.
///
/// # Errors
/// [`CoreError::Oversize`] above the limit, else [`CoreError::MalformedBytes`].
pub fn decode<T: Decode<()> + Encode, const LIMIT: usize>(
    object: &'static str,
    bytes: &[u8],
) -> Result<T, CoreError> {
    if bytes.len() > LIMIT {
        return Err(CoreError::Oversize { object, limit: LIMIT, got: bytes.len() });
    }
    let malformed = |reason| CoreError::MalformedBytes { object, reason };
    let (value, read): (T, usize) = bincode::decode_from_slice(bytes, config::legacy().with_limit::<LIMIT>())
        .map_err(|_| malformed("bytes that do not follow the layout"))?;
    if read != bytes.len() {
        return Err(malformed("trailing bytes"));
    }
    if encode(object, &value)? != bytes {
        return Err(malformed("another encoding of the same value"));
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Sample = (u8, u32, Vec<u8>, Option<[u8; 32]>, Vec<(u16, String)>);

    #[test]
    fn layout_is_fixed_width_little_endian() {
        let value: (u8, u32, Vec<u8>, Option<u16>, String) = (1, 0x0203, vec![4, 5], Some(6), "é".into());
        let bytes = encode("sample", &value).unwrap_or_default();
        assert_eq!(
            bytes,
            [1, 3, 2, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 4, 5, 1, 6, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0xc3, 0xa9]
        );
    }

    #[test]
    fn length_bombs_are_refused() {
        let bomb = [0xff; 8];
        assert!(decode::<Vec<u8>, 65_535>("bomb", &bomb).is_err());
        assert!(decode::<Vec<(u16, String)>, 65_535>("bomb", &[0, 0, 0, 0, 1, 0, 0, 0]).is_err());
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_decode_to_themselves_or_not_at_all(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(value) = decode::<Sample, 65_535>("sample", &bytes) {
                prop_assert_eq!(encode("sample", &value), Ok(bytes));
            }
        }

        #[test]
        fn a_missing_or_an_extra_byte_is_refused(tag: u8, body: Vec<u8>, sealed: Option<[u8; 32]>) {
            let value: Sample = (tag, 7, body, sealed, vec![(1, "x".into())]);
            let mut bytes = encode("sample", &value).unwrap_or_default();
            bytes.push(0);
            prop_assert!(decode::<Sample, 65_535>("sample", &bytes).is_err());
            bytes.truncate(bytes.len().saturating_sub(2));
            prop_assert!(decode::<Sample, 65_535>("sample", &bytes).is_err());
        }
    }
}
