//! Entry bundles (`specs/log.md` "Layout"): for each entry its length as `u16`, big-endian, and its bytes.

pub(super) fn join<'e>(entries: impl Iterator<Item = &'e Vec<u8>>) -> Vec<u8> {
    let mut bundle = Vec::new();
    for entry in entries {
        // An entry that was audited has a length that fits; another would not be read again.
        let length = u16::try_from(entry.len()).unwrap_or(u16::MAX);
        bundle.extend_from_slice(&length.to_be_bytes());
        bundle.extend_from_slice(entry);
    }
    bundle
}

/// `None` unless the bytes are exactly so many entries.
pub(super) fn split(mut bytes: &[u8], count: usize) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::new();
    for _ in 0..count {
        let (length, rest) = bytes.split_first_chunk::<2>()?;
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry);
        bytes = rest;
    }
    bytes.is_empty().then_some(entries)
}
