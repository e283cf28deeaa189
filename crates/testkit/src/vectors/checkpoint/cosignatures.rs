//! Lines of known witnesses that are not valid, whether the quorum needs them or not.

use detente_core::{Code, json::Value};

use super::{
    LOG, TIME,
    checkpoints::{input, one},
    log_line, policy, text, witness_key, witness_line, witness_name,
};
use crate::{
    build::{
        bytes::sha256,
        keys::{COSIGNATURE, key_id},
        note,
    },
    vector::Operation,
};

pub(super) fn checkpoints(operation: &mut Operation) {
    let text = text(13);
    let name = witness_name(1);
    let id = key_id(&name, COSIGNATURE, &witness_key(1).public);
    let mut fails = |name: &str, description: &str, line: String, policy: &str| {
        operation.fails(
            Code::InvalidCosignature,
            name,
            description,
            input(&note::note(&text, &[log_line(&text), line]), policy, 1),
        );
    };
    let honest = note::cosignature(&witness_key(1), TIME, &text);
    let blob = |blob: &[u8]| note::line(&name, id, blob);
    let flip = |at: usize| {
        let mut copy = honest.clone();
        copy[at] ^= 1;
        blob(&copy)
    };
    fails("cosignature-time-bit", "one bit of the time", flip(7), &one());
    fails("cosignature-signature-bit", "one bit of the signature", flip(8), &one());
    fails("cosignature-71-bytes", "71 bytes", blob(&honest[..71]), &one());
    fails("cosignature-73-bytes", "73 bytes", blob(&[&honest[..], &[0]].concat()), &one());
    fails(
        "cosignature-without-time",
        "64 bytes: the plain signature of a log",
        blob(&witness_key(1).sign(text.as_bytes())),
        &one(),
    );
    fails(
        "cosignature-of-plain-text",
        "a time and a signature over the text alone",
        blob(&[&TIME.to_be_bytes()[..], &witness_key(1).sign(text.as_bytes())].concat()),
        &one(),
    );
    fails(
        "cosignature-of-other-text",
        "a cosignature of another checkpoint",
        blob(&note::cosignature(&witness_key(1), TIME, &super::text(12))),
        &one(),
    );
    fails(
        "cosignature-of-other-witness",
        "another witness's cosignature under this name and key id",
        blob(&note::cosignature(&witness_key(2), TIME, &text)),
        &one(),
    );
    fails(
        "cosignature-time-little-endian",
        "the time in the wrong byte order",
        blob(&[&TIME.to_le_bytes()[..], &honest[8..]].concat()),
        &one(),
    );
    fails(
        "cosignature-time-2-pow-63",
        "a time above the largest, the signature is right",
        blob(&note::cosignature(&witness_key(1), 1 << 63, &text)),
        &one(),
    );
    fails(
        "cosignature-time-0-bad",
        "time 0 and a bad signature",
        blob(&[&[0; 8][..], &honest[8..]].concat()),
        &one(),
    );
    fails(
        "cosignature-unneeded",
        "a bad line of a witness that the quorum does not ask for",
        flip(8),
        &policy(1, "quorum none\n"),
    );
    let mut input_without = input(&note::note(&text, &[log_line(&text), flip(8)]), &one(), 1);
    input_without.insert("companion".to_owned(), Value::Null);
    operation.fails(
        Code::InvalidCosignature,
        "cosignature-without-companion",
        "a bad line of a witness that is not neutral",
        input_without,
    );
    let lines = [
        log_line(&text),
        witness_line(1, TIME, &text),
        witness_line(2, TIME, &text),
        note::line(&witness_name(3), key_id(&witness_name(3), COSIGNATURE, &witness_key(3).public), &[1; 72]),
    ];
    operation.fails(
        Code::InvalidCosignature,
        "cosignature-third-of-two-of-three",
        "two of three are enough, the third line is bad",
        input(&note::note(&text, &lines), &policy(3, "group g 2 w1 w2 w3\nquorum g\n"), 3),
    );
    operation.fails(
        Code::InvalidCosignature,
        "cosignature-before-quorum",
        "the quorum is looked at last",
        input(
            &note::note(&text, &[log_line(&text), flip(8)]),
            &policy(2, "group g all w1 w2\nquorum g\n"),
            2,
        ),
    );
    // An operation cannot look at the root of the tree itself; the hash below only makes the text differ.
    let forked = note::text(LOG, 13, &sha256(&[b"fork"]));
    operation.fails(
        Code::InvalidCosignature,
        "cosignature-of-other-root",
        "the log signed another root of the same size; the witness's line is of the first",
        input(&note::note(&forked, &[log_line(&forked), witness_line(1, TIME, &text)]), &one(), 1),
    );
}
