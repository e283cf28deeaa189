//! Notes after damage: signed again by every key of the ring that a line names, so that only the damage is wrong.

use detente_core::base64;

use super::ring;
use crate::build::{
    keys::LOG,
    note::{cosignature, line},
};

/// The same text, its known signature lines made over the text as it is now. Times of cosignatures stay. Whatever is
/// no note stays as it is; so does what stands before the note of a proof or of a request.
pub(super) fn resigned(text: &str) -> String {
    let Some((head, tail)) = text.rsplit_once("\n\n") else { return text.to_owned() };
    let (before, signed) = match head.split_once("\n\n") {
        Some((proof, note))
            if ["c2sp.org/tlog-proof@v1\n", "old "].iter().any(|first| head.starts_with(first)) =>
        {
            (format!("{proof}\n\n"), note)
        }
        _ => (String::new(), head),
    };
    let signed = format!("{signed}\n");
    let lines: Vec<String> = tail.split('\n').map(|line| again(line, &signed)).collect();
    format!("{before}{signed}\n{}", lines.join("\n"))
}

fn again(given: &str, signed: &str) -> String {
    let made = || {
        let (name, encoded) = given.strip_prefix("\u{2014} ")?.split_once(' ')?;
        let blob = base64::decode(encoded).ok()?;
        let (id, blob) = blob.split_first_chunk::<4>()?;
        let (kind, key) = ring::by_line(name, id)?;
        let blob = if kind == LOG {
            key.sign(signed.as_bytes()).to_vec()
        } else {
            cosignature(key, u64::from_be_bytes(*blob.first_chunk()?), signed)
        };
        Some(line(name, *id, &blob).trim_end_matches('\n').to_owned())
    };
    made().unwrap_or_else(|| given.to_owned())
}
