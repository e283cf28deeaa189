//! Times of publication: the earliest and the latest that neutral witnesses allow.

use detente_core::{
    Code,
    json::{Object, Value},
};

use super::{checkpoint, log_line, neutral, policy, text, with_policy, witness_line};
use crate::{
    build::{
        bytes::{base64, sha256},
        note,
    },
    vector::{Operation, Vector, object, texts},
};

/// Size and cosignatures (witness, time) of one note.
type Note<'a> = (usize, &'a [(u8, u64)]);

fn notes(notes: &[Note]) -> Vec<String> {
    notes.iter().map(|(size, cosigned)| base64(checkpoint(*size, cosigned))).collect()
}

fn input(policy: &str, companion: Option<&[u8]>, notes: &[String], index: u64) -> Object {
    with_policy(policy.as_bytes(), companion, object! {"notes": texts(notes), "index": index.to_string()})
}

fn output(word: &str, lo: Option<u64>, hi: Option<u64>) -> Object {
    let text = |time: Option<u64>| time.map_or(Value::Null, |time| time.to_string().into());
    object! {"word": word, "lo": text(lo), "hi": text(hi)}
}

const TWO_OF_THREE: &str = "group g 2 w1 w2 w3\nquorum g\n";

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("checkpoint.time");
    one_witness(&mut operation);
    two_of_three(&mut operation);
    words(&mut operation);
    failures(&mut operation);
    operation.into_vectors()
}

fn one_witness(operation: &mut Operation) {
    let policy = policy(1, "quorum w1\n");
    let mut known =
        |name: &str, description: &str, list: &[Note], index: u64, lo: Option<u64>, hi: Option<u64>| {
            operation.ok(
                name,
                description,
                input(&policy, Some(&neutral(&policy, 1, 0)), &notes(list), index),
                output("KNOWN", lo, hi),
            );
        };
    known("one-after", "one checkpoint that covers the entry", &[(13, &[(1, 200)])], 5, None, Some(200));
    known(
        "one-before",
        "one checkpoint that does not cover the entry",
        &[(5, &[(1, 100)])],
        5,
        Some(100),
        None,
    );
    known("before-and-after", "one of each", &[(5, &[(1, 100)]), (13, &[(1, 200)])], 5, Some(100), Some(200));
    known(
        "last-leaf",
        "size is index + 1: the smallest size that covers",
        &[(5, &[(1, 100)]), (6, &[(1, 200)])],
        5,
        Some(100),
        Some(200),
    );
    known(
        "first-leaf",
        "the empty tree does not cover index 0",
        &[(0, &[(1, 100)]), (1, &[(1, 200)])],
        0,
        Some(100),
        Some(200),
    );
    known("tie", "lo is hi", &[(5, &[(1, 100)]), (13, &[(1, 100)])], 5, Some(100), Some(100));
    known(
        "several-before",
        "the largest before",
        &[(2, &[(1, 50)]), (4, &[(1, 90)]), (13, &[(1, 200)])],
        5,
        Some(90),
        Some(200),
    );
    known(
        "several-after",
        "the smallest after",
        &[(13, &[(1, 300)]), (8, &[(1, 150)]), (6, &[(1, 200)])],
        5,
        None,
        Some(150),
    );
    known(
        "smaller-tree-cosigned-later",
        "a smaller tree cosigned later gives the larger lo",
        &[(2, &[(1, 95)]), (4, &[(1, 90)])],
        5,
        Some(95),
        None,
    );
    known("no-cosignature", "nobody cosigned", &[(5, &[]), (13, &[])], 5, None, None);
    known("time-0", "time 0 counts as no cosignature", &[(5, &[(1, 0)]), (13, &[(1, 0)])], 5, None, None);
    known(
        "same-note-two-times",
        "one pair (size, root), two times of one witness: the smallest is hi",
        &[(13, &[(1, 300)]), (13, &[(1, 200)])],
        5,
        None,
        Some(200),
    );
    known(
        "same-note-two-times-before",
        "one pair (size, root), two times of one witness: the largest is lo",
        &[(5, &[(1, 80)]), (5, &[(1, 120)])],
        5,
        Some(120),
        None,
    );
    known(
        "same-note-time-0-and-later",
        "time 0 beside a later time of one witness",
        &[(13, &[(1, 0)]), (13, &[(1, 200)])],
        5,
        None,
        Some(200),
    );
    known(
        "largest-time",
        "the largest time",
        &[(13, &[(1, i64::MAX as u64)])],
        5,
        None,
        Some(i64::MAX as u64),
    );
    known(
        "index-largest",
        "an index that no tree covers",
        &[(13, &[(1, 200)])],
        i64::MAX as u64,
        Some(200),
        None,
    );
}

fn two_of_three(operation: &mut Operation) {
    let policy = policy(3, TWO_OF_THREE);
    let mut known = |name: &str, description: &str, list: &[Note], lo: Option<u64>, hi: Option<u64>| {
        operation.ok(
            format!("two-of-three-{name}"),
            description,
            input(&policy, Some(&neutral(&policy, 3, 0)), &notes(list), 5),
            output("KNOWN", lo, hi),
        );
    };
    known(
        "median-after",
        "two of three are reached at the second time",
        &[(13, &[(1, 300), (2, 100), (3, 200)])],
        None,
        Some(200),
    );
    known(
        "median-before",
        "two of three are left down to the second time",
        &[(5, &[(1, 300), (2, 100), (3, 200)])],
        Some(200),
        None,
    );
    known(
        "early-liar",
        "one witness claims a time far too early",
        &[(13, &[(1, 1), (2, 205), (3, 210)])],
        None,
        Some(205),
    );
    known(
        "late-liar",
        "one witness claims a time far too late",
        &[(5, &[(1, 9_999_999_999), (2, 95), (3, 90)])],
        Some(95),
        None,
    );
    known(
        "liars-both",
        "each side has one witness that is far off",
        &[(5, &[(1, 9_999_999_999), (2, 95), (3, 90)]), (13, &[(1, 1), (2, 205), (3, 210)])],
        Some(95),
        Some(205),
    );
    known(
        "ties",
        "equal times",
        &[(5, &[(1, 100), (2, 100)]), (13, &[(1, 100), (3, 100)])],
        Some(100),
        Some(100),
    );
    known("one-only", "one of three is no quorum", &[(13, &[(2, 200)])], None, None);
    known("one-at-time-0", "two lines, one at time 0: no quorum", &[(13, &[(1, 0), (2, 200)])], None, None);
    known(
        "pooled",
        "two notes of one (size, root) with one witness each",
        &[(13, &[(1, 200)]), (13, &[(2, 250)])],
        None,
        Some(250),
    );
    known(
        "not-pooled",
        "two sizes with one witness each are no quorum",
        &[(12, &[(1, 200)]), (13, &[(2, 250)])],
        None,
        None,
    );
    known(
        "pooled-times",
        "of two times the smallest for hi",
        &[(13, &[(1, 200), (2, 400)]), (13, &[(2, 250), (3, 300)])],
        None,
        Some(250),
    );
    known(
        "pooled-times-before",
        "of two times the largest for lo",
        &[(5, &[(1, 200), (2, 100)]), (5, &[(2, 150)])],
        Some(150),
        None,
    );
    known(
        "best-of-two-after",
        "two checkpoints that cover the entry: the one reached first",
        &[(12, &[(1, 100), (2, 300)]), (13, &[(1, 200), (3, 220)])],
        None,
        Some(220),
    );
    let nested = super::policy(4, "group a any w1 w2\ngroup top all a w3 w4\nquorum top\n");
    operation.ok(
        "nested",
        "a group of any inside a group of all: hi when the last of the three is there",
        input(
            &nested,
            Some(&neutral(&nested, 4, 0)),
            &notes(&[(13, &[(1, 500), (2, 100), (3, 150), (4, 120)])]),
            5,
        ),
        output("KNOWN", None, Some(150)),
    );
    let witnesses = note::companion(
        &policy,
        0,
        &[("w1", "institute 1"), ("w2", "institute 2"), ("w3", "a.example")],
        &["a.example"],
    );
    operation.ok(
        "not-neutral",
        "a party's witness does not count: of the two left both are needed",
        input(&policy, Some(&witnesses), &notes(&[(13, &[(1, 300), (2, 100), (3, 200)])]), 5),
        output("KNOWN", None, Some(300)),
    );
    // The log shows two roots for one size. The pool is taken as consistent here; only the joining is shown.
    let fork = note::text(super::LOG, 13, &sha256(&[b"fork"]));
    let forked = note::note(&fork, &[log_line(&fork), witness_line(2, 250, &fork)]);
    operation.ok(
        "two-of-three-other-root",
        "one size, two roots: cosignatures are not joined",
        input(
            &policy,
            Some(&neutral(&policy, 3, 0)),
            &[base64(checkpoint(13, &[(1, 200)])), base64(forked)],
            5,
        ),
        output("KNOWN", None, None),
    );
}

fn words(operation: &mut Operation) {
    let list: &[Note] =
        &[(5, &[(1, 100), (2, 100), (3, 100), (4, 100)]), (13, &[(1, 200), (2, 200), (3, 200), (4, 200)])];
    let mut word = |name: &str, description: &str, rest: &str, f: u32, known: bool| {
        let policy = policy(4, rest);
        let output =
            if known { output("KNOWN", Some(100), Some(200)) } else { output("QUORUM-SPLIT", None, None) };
        operation.ok(
            name,
            description,
            input(&policy, Some(&neutral(&policy, 4, f)), &notes(list), 5),
            output,
        );
    };
    word("split-any-of-two", "two ways that share nobody", "group g any w1 w2\nquorum g\n", 0, false);
    word("split-two-of-four", "two ways that share nobody", "group g 2 w1 w2 w3 w4\nquorum g\n", 0, false);
    word("split-two-of-three-f-1", "two ways share one witness, and one may lie", TWO_OF_THREE, 1, false);
    word("split-one-witness-f-1", "one witness, who may lie", "quorum w1\n", 1, false);
    word(
        "split-three-of-four-f-2",
        "two ways share two, and two may lie",
        "group g 3 w1 w2 w3 w4\nquorum g\n",
        2,
        false,
    );
    word(
        "known-three-of-four-f-1",
        "two ways share two, and one may lie",
        "group g 3 w1 w2 w3 w4\nquorum g\n",
        1,
        true,
    );
    word(
        "known-all-of-four-f-3",
        "all four, and three may lie",
        "group g all w1 w2 w3 w4\nquorum g\n",
        3,
        true,
    );
    word(
        "split-all-of-four-f-4",
        "all four, and four may lie",
        "group g all w1 w2 w3 w4\nquorum g\n",
        4,
        false,
    );
    let none = policy(4, "quorum none\n");
    operation.ok(
        "unwitnessed",
        "the policy asks for no witness",
        input(&none, Some(&neutral(&none, 4, 0)), &notes(list), 5),
        output("UNWITNESSED", None, None),
    );
    operation.ok(
        "unwitnessed-no-companion",
        "no witness asked for, no companion",
        input(&none, None, &notes(list), 5),
        output("UNWITNESSED", None, None),
    );
    let one = policy(1, "quorum w1\n");
    operation.ok(
        "split-no-companion",
        "nobody is neutral, so no two ways share anybody",
        input(&one, None, &notes(&[(13, &[(1, 200)])]), 5),
        output("QUORUM-SPLIT", None, None),
    );
    let contradicting: &[Note] = &[(5, &[(1, 300)]), (13, &[(1, 200)])];
    let any = policy(2, "group g any w1 w2\nquorum g\n");
    operation.ok(
        "split-hides-conflict",
        "without times there is no conflict",
        input(&any, Some(&neutral(&any, 2, 0)), &notes(contradicting), 5),
        output("QUORUM-SPLIT", None, None),
    );
    operation.ok(
        "unwitnessed-hides-conflict",
        "without times there is no conflict",
        input(&none, Some(&neutral(&none, 4, 0)), &notes(contradicting), 5),
        output("UNWITNESSED", None, None),
    );
}

fn failures(operation: &mut Operation) {
    let one = policy(1, "quorum w1\n");
    let three = policy(3, TWO_OF_THREE);
    let mut fails =
        |code: Code, name: &str, description: &str, policy: &str, witnesses: u8, list: &[String]| {
            operation.fails(
                code,
                name,
                description,
                input(policy, Some(&neutral(policy, witnesses, 0)), list, 5),
            );
        };
    let conflict = Code::WitnessConflict;
    fails(
        conflict,
        "conflict",
        "the earlier tree is cosigned after the later one",
        &one,
        1,
        &notes(&[(5, &[(1, 300)]), (13, &[(1, 200)])]),
    );
    fails(
        conflict,
        "conflict-by-one-second",
        "lo is one second above hi",
        &one,
        1,
        &notes(&[(5, &[(1, 201)]), (13, &[(1, 200)])]),
    );
    fails(
        conflict,
        "conflict-two-liars",
        "two of three contradict themselves",
        &three,
        3,
        &notes(&[(5, &[(1, 900), (2, 900)]), (13, &[(1, 200), (2, 210), (3, 220)])]),
    );
    let bad = base64(checkpoint(13, &[(1, 200)]).replacen("\n13\n", "\n14\n", 1));
    fails(Code::InvalidLogSignature, "note-changed", "a note that does not verify", &one, 1, &[bad]);
    // The policy names two logs; each note verifies on its own.
    let neighbour = crate::build::keys::Key::named("neighbour log");
    let both = format!("{}{one}", note::policy_log("log.example/b", &neighbour));
    let foreign = note::text("log.example/b", 5, &sha256(&[b"elsewhere"]));
    let foreign = note::note(
        &foreign,
        &[note::log_line("log.example/b", &neighbour, &foreign), witness_line(1, 100, &foreign)],
    );
    fails(
        Code::OriginMismatch,
        "note-of-other-log",
        "a note of another log",
        &both,
        1,
        &[base64(checkpoint(13, &[(1, 200)])), base64(foreign)],
    );
    let text = text(13);
    let other = base64(note::note(&text, &[log_line(&text), witness_line(1, 200, &super::text(12))]));
    fails(
        Code::InvalidCosignature,
        "note-cosignature",
        "a cosignature that does not verify",
        &one,
        1,
        &[base64(checkpoint(5, &[(1, 100)])), other],
    );
}
