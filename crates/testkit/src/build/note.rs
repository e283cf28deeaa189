//! Signed notes, checkpoints, cosignatures, proofs, policies and companions (`specs/checkpoint.md`).

use detente_core::json::{Object, Value};

use super::{
    bytes::{Hash, base64, hex, sha256},
    keys::{COSIGNATURE, Key, LOG, key_id, vkey},
};

/// A signature line: dash, name, base64 of key id and blob, LF.
pub fn line(name: &str, id: [u8; 4], blob: &[u8]) -> String {
    format!("\u{2014} {name} {}\n", base64([&id, blob].concat()))
}

/// A checkpoint's text without extension lines.
pub fn text(origin: &str, size: u64, root: &Hash) -> String {
    format!("{origin}\n{size}\n{}\n", base64(root))
}

/// A log's signature line over a text.
pub fn log_line(name: &str, key: &Key, text: &str) -> String {
    line(name, key_id(name, LOG, &key.public), &key.sign(text.as_bytes()))
}

/// The blob of a cosignature: time and signature.
pub fn cosignature(key: &Key, time: u64, text: &str) -> Vec<u8> {
    let message = format!("cosignature/v1\ntime {time}\n{text}");
    [&time.to_be_bytes()[..], &key.sign(message.as_bytes())].concat()
}

/// A witness's line over a text.
pub fn witness_line(name: &str, key: &Key, time: u64, text: &str) -> String {
    line(name, key_id(name, COSIGNATURE, &key.public), &cosignature(key, time, text))
}

/// Text, blank line, signature lines.
pub fn note(text: &str, lines: &[String]) -> String {
    format!("{text}\n{}", lines.concat())
}

/// A tlog-proof; `extra` is written when given.
pub fn proof(extra: Option<&[u8]>, index: u64, path: &[Hash], note: &str) -> String {
    let extra = extra.map(|bytes| format!("extra {}\n", base64(bytes))).unwrap_or_default();
    let path: String = path.iter().map(|hash| format!("{}\n", base64(hash))).collect();
    format!("c2sp.org/tlog-proof@v1\n{extra}index {index}\n{path}\n{note}")
}

/// `log` line of a policy.
pub fn policy_log(name: &str, key: &Key) -> String {
    format!("log {}\n", vkey(name, LOG, &key.public))
}

/// `witness` line of a policy.
pub fn policy_witness(word: &str, name: &str, key: &Key) -> String {
    format!("witness {word} {}\n", vkey(name, COSIGNATURE, &key.public))
}

/// The members of a companion without mirrors, before it is written.
pub fn companion_members(policy: &str, f: u32, operators: &[(&str, &str)], parties: &[&str]) -> Object {
    let operators =
        operators.iter().map(|(witness, name)| ((*witness).to_owned(), Value::from(*name))).collect();
    let members = [
        ("f", Value::from(f)),
        ("mirror_quorum", "none".into()),
        ("mirrors", Value::Array(vec![])),
        ("operators", Value::Object(operators)),
        ("parties", Value::Array(parties.iter().map(|name| Value::from(*name)).collect())),
        ("policy", hex(&sha256(&[policy.as_bytes()])).into()),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A companion file.
pub fn companion(policy: &str, f: u32, operators: &[(&str, &str)], parties: &[&str]) -> Vec<u8> {
    Value::Object(companion_members(policy, f, operators, parties)).to_file()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::build::tree::{counting_leaves, root};

    #[test]
    fn vector_a_to_the_byte() {
        let (log, witness) = (Key::counting(0), Key::counting(32));
        let name = "log.example/a";
        assert_eq!(
            vkey(name, LOG, &log.public),
            "log.example/a+d870bab6+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
        );
        assert_eq!(
            vkey("witness.example/w1", COSIGNATURE, &witness.public),
            "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X"
        );
        let text = text(name, 13, &root(&counting_leaves(13)));
        assert_eq!(
            log_line(name, &log, &text),
            "\u{2014} log.example/a 2HC6tkgICO9pC+QDK7wafvbZ9JWa9Ft9nXzw9hiDUknQBxtzOyE+cbV6/cD/ttwUOH93VottqTAqjnTNbjPCSD1uNgI=\n"
        );
        assert_eq!(
            witness_line("witness.example/w1", &witness, 1_700_000_000, &text),
            "\u{2014} witness.example/w1 IDJKvgAAAABlU/EAhvTEqrITqcH2W7JJetyrdG0vGE4GwaSqquYgJDnD8/NiXHxVKiOLSctl+DTFo7RkrKz1xhRYvBhiJAVh8bG5Bw==\n"
        );
    }
}
