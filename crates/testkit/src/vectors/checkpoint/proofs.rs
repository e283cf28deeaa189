//! Offline proofs.

use detente_core::{Code, json::Object};

use super::{LOG, TIME, checkpoint, neutral, policy, tree_root, with_policy};
use crate::{
    build::{
        bytes::base64,
        note,
        tree::{counting_entry, counting_leaves, inclusion},
    },
    vector::{Operation, Vector, object},
};

fn one() -> String {
    policy(1, "quorum w1\n")
}

fn input(proof: &str, entry: &[u8]) -> Object {
    let policy = one();
    with_policy(
        policy.as_bytes(),
        Some(&neutral(&policy, 1, 0)),
        object! {"proof": base64(proof), "entry": base64(entry)},
    )
}

/// An honest proof for an entry of the counting tree.
fn proof(extra: Option<&[u8]>, index: usize, size: usize) -> String {
    note::proof(
        extra,
        index as u64,
        &inclusion(index, &counting_leaves(size)),
        &checkpoint(size, &[(1, TIME)]),
    )
}

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("checkpoint.proof");
    for (index, size) in [(5, 13), (12, 13), (0, 1), (0, 2), (255, 300)] {
        operation.ok(
            format!("index-{index}-size-{size}"),
            "an honest proof, entries of one byte",
            input(&proof(None, index, size), &counting_entry(index)),
            object! {"index": index.to_string(), "size": size.to_string()},
        );
    }
    for (name, description, extra) in [
        ("extra-entry", "the entry in the `extra` line, as receipts have it", counting_entry(5)),
        (
            "extra-other",
            "the `extra` line holds something else; it is not authenticated",
            b"anything at all".to_vec(),
        ),
        ("extra-empty", "an empty `extra` line", vec![]),
    ] {
        operation.ok(
            name,
            description,
            input(&proof(Some(&extra), 5, 13), &counting_entry(5)),
            object! {"index": "5", "size": "13"},
        );
    }
    forms(&mut operation);
    checks(&mut operation);
    operation.into_vectors()
}

fn forms(operation: &mut Operation) {
    let good = proof(None, 5, 13);
    let entry = counting_entry(5);
    let mut fails = |code: Code, name: &str, description: &str, proof: String| {
        operation.fails(code, name, description, input(&proof, &entry));
    };
    let form = Code::MalformedProof;
    let first = "c2sp.org/tlog-proof@v1\n";
    fails(form, "empty", "no byte", String::new());
    fails(form, "first-line-only", "the first line alone", first.to_owned());
    fails(form, "first-line-other-version", "another version", good.replacen("@v1", "@v2", 1));
    fails(form, "first-line-upper-case", "the first line in upper case", good.replacen("c2sp", "C2SP", 1));
    fails(form, "first-line-space", "a space after the first line", good.replacen("@v1", "@v1 ", 1));
    fails(form, "carriage-returns", "carriage returns", good.replace('\n', "\r\n"));
    fails(form, "blank-line-first", "a blank line before the first", format!("\n{good}"));
    fails(form, "bare-note", "a checkpoint without a proof", checkpoint(13, &[(1, TIME)]));
    fails(form, "index-missing", "no `index` line", good.replacen("index 5\n", "", 1));
    fails(form, "index-upper-case", "`Index`", good.replacen("index 5", "Index 5", 1));
    fails(form, "index-tab", "a tab after `index`", good.replacen("index 5", "index\t5", 1));
    fails(form, "index-without-space", "`index5`", good.replacen("index 5", "index5", 1));
    fails(
        form,
        "two-extras",
        "two `extra` lines",
        good.replacen(first, &format!("{first}extra AA==\nextra AA==\n"), 1),
    );
    fails(
        form,
        "hash-31-bytes",
        "a hash of 31 bytes",
        good.replacen("index 5\n", &format!("index 5\n{}\n", base64([0; 31])), 1),
    );
    fails(
        form,
        "hash-33-bytes",
        "a hash of 33 bytes",
        good.replacen("index 5\n", &format!("index 5\n{}\n", base64([0; 33])), 1),
    );
    let many = |count: usize| note::proof(None, 5, &vec![[7; 32]; count], &checkpoint(13, &[(1, TIME)]));
    fails(form, "sixty-four-hashes", "64 hashes", many(64));
    fails(
        Code::ProofLength,
        "sixty-three-hashes",
        "63 hashes are read, and are too many for this tree",
        many(63),
    );
    let head = good.split("\n\n").next().unwrap().to_owned();
    fails(form, "no-blank-line", "the input ends after the hashes", format!("{head}\n"));
    let number = Code::MalformedNumber;
    for (name, text) in [
        ("plus", "+5"),
        ("leading-zero", "05"),
        ("empty", ""),
        ("trailing-space", "5 "),
        ("two-pow-63", "9223372036854775808"),
    ] {
        fails(
            number,
            &format!("index-{name}"),
            "the index is not a decimal number",
            good.replacen("index 5", &format!("index {text}"), 1),
        );
    }
    let base = Code::MalformedBase64;
    fails(
        base,
        "extra-loose-bits",
        "loose bits in `extra`",
        good.replacen(first, &format!("{first}extra AB==\n"), 1),
    );
    fails(
        base,
        "extra-two-spaces",
        "two spaces after `extra`",
        good.replacen(first, &format!("{first}extra  AA==\n"), 1),
    );
    fails(
        base,
        "extra-bad-before-index-bad",
        "the `extra` line is read before the index",
        good.replacen(&format!("{first}index 5"), &format!("{first}extra AB==\nindex 05"), 1),
    );
    let hash = base64(inclusion(5, &counting_leaves(13))[0]);
    let loose = format!("{}B=", &hash[..42]);
    fails(base, "hash-loose-bits", "loose bits in a hash", good.replacen(&hash, &loose, 1));
    fails(
        base,
        "hash-no-padding",
        "a hash without padding",
        good.replacen(&hash, hash.trim_end_matches('='), 1),
    );
    fails(
        base,
        "extra-word-among-hashes",
        "an `extra` line after the index stands where hashes are read",
        good.replacen("index 5\n", "index 5\nextra AA==\n", 1),
    );
    fails(
        base,
        "no-blank-line-before-note",
        "the note follows the hashes without a blank line: its origin is read as a hash",
        good.replacen("\n\n", "\n", 1),
    );
    fails(Code::MalformedNote, "note-missing", "nothing after the blank line", format!("{head}\n\n"));
    fails(
        Code::MalformedNote,
        "two-blank-lines",
        "a second blank line: the note has an empty text",
        format!("{head}\n\n\n\u{2014} a AAAAAAA=\n"),
    );
    fails(
        Code::MalformedNote,
        "no-final-line-feed",
        "the last line does not end",
        good.trim_end().to_owned(),
    );
    fails(
        Code::MalformedNumber,
        "note-size",
        "the checkpoint's size has a leading zero",
        good.replacen("\n13\n", "\n013\n", 1),
    );
    let mut bytes = good.clone().into_bytes();
    bytes[0] = 0xff;
    let policy = one();
    let raw = with_policy(
        policy.as_bytes(),
        Some(&neutral(&policy, 1, 0)),
        object! {"proof": base64(&bytes), "entry": base64(&entry)},
    );
    operation.fails(form, "not-utf-8", "a byte that is not UTF-8", raw);
}

fn checks(operation: &mut Operation) {
    let leaves = counting_leaves(13);
    let path = inclusion(5, &leaves);
    let note13 = checkpoint(13, &[(1, TIME)]);
    let mut fails = |code: Code, name: &str, description: &str, proof: String, entry: Vec<u8>| {
        operation.fails(code, name, description, input(&proof, &entry));
    };
    let entry = || counting_entry(5);
    fails(
        Code::IndexRange,
        "index-is-size",
        "the index is the size",
        note::proof(None, 13, &path, &note13),
        entry(),
    );
    fails(
        Code::IndexRange,
        "index-largest",
        "the largest index",
        note::proof(None, i64::MAX as u64, &path, &note13),
        entry(),
    );
    fails(
        Code::IndexRange,
        "empty-tree",
        "a tree of size 0 holds nothing",
        note::proof(None, 0, &[], &checkpoint(0, &[(1, TIME)])),
        entry(),
    );
    fails(
        Code::ProofLength,
        "hash-missing",
        "a hash is missing",
        note::proof(None, 5, &path[1..], &note13),
        entry(),
    );
    fails(
        Code::ProofLength,
        "hash-extra",
        "a hash more",
        note::proof(None, 5, &[&path[..], &[tree_root(13)]].concat(), &note13),
        entry(),
    );
    fails(
        Code::InvalidInclusion,
        "other-entry",
        "another entry",
        note::proof(None, 5, &path, &note13),
        counting_entry(6),
    );
    fails(
        Code::InvalidInclusion,
        "empty-entry",
        "an empty entry",
        note::proof(None, 5, &path, &note13),
        vec![],
    );
    fails(
        Code::InvalidInclusion,
        "other-index",
        "the index of the sibling",
        note::proof(None, 4, &path, &note13),
        entry(),
    );
    fails(
        Code::InvalidInclusion,
        "entry-only-in-extra",
        "the entry of the `extra` line is not the entry asked about",
        note::proof(Some(&entry()), 5, &path, &note13),
        counting_entry(7),
    );
    let mut wrong = path.clone();
    wrong[2][0] ^= 1;
    fails(
        Code::InvalidInclusion,
        "hash-bit",
        "one bit of a hash",
        note::proof(None, 5, &wrong, &note13),
        entry(),
    );
    fails(
        Code::InvalidInclusion,
        "checkpoint-of-other-size",
        "a proof to another checkpoint with as long a path",
        note::proof(None, 5, &path, &checkpoint(14, &[(1, TIME)])),
        entry(),
    );
    fails(
        Code::UnderWitnessed,
        "under-witnessed",
        "no cosignature",
        note::proof(None, 5, &path, &checkpoint(13, &[])),
        entry(),
    );
    fails(
        Code::InvalidInclusion,
        "inclusion-before-quorum",
        "the quorum is checked last",
        note::proof(None, 4, &path, &checkpoint(13, &[])),
        entry(),
    );
    let changed = note13.replacen("\n13\n", "\n14\n", 1);
    fails(
        Code::InvalidLogSignature,
        "checkpoint-changed",
        "the size of the signed checkpoint is changed",
        note::proof(None, 5, &path, &changed),
        entry(),
    );
    let text = note::text("log.example/b", 13, &tree_root(13));
    let key = super::log_key();
    let elsewhere =
        note::note(&text, &[note::log_line(LOG, &key, &text), super::witness_line(1, TIME, &text)]);
    fails(
        Code::OriginMismatch,
        "origin-mismatch",
        "the checkpoint names another origin",
        note::proof(None, 5, &path, &elsewhere),
        entry(),
    );
    let other = note::note(
        &super::text(13),
        &[note::log_line(LOG, &crate::build::keys::Key::named("other log"), &super::text(13))],
    );
    fails(
        Code::UnknownLog,
        "unknown-log",
        "signed by another log's key",
        note::proof(None, 5, &path, &other),
        entry(),
    );
}
