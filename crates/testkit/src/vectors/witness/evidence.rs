//! Trees that do not continue the newest one, what is kept of them, and stores that went back.

use super::{
    LOG, NEWEST, TIME,
    decisions::{CONFLICT, Decisions, INCONSISTENT, LENGTH, Question, RANGE, STALE, UNKNOWN_LOG},
    forked, honest, leaves, log_line, proof, request, signed, text, witness_line,
};
use crate::build::{
    bytes::{Hash, sha256},
    keys::Key,
    note,
    tree::root,
};

const FORK: Option<&str> = Some("fork");
const UNPROVEN: Option<&str> = Some("unproven");

pub(super) fn decisions(decisions: &mut Decisions) {
    proofs(decisions);
    forks(decisions);
    stale(decisions);
}

fn proofs(decisions: &mut Decisions) {
    let twenty = leaves(20);
    let (good, note) = (proof(13, &twenty), signed(&text(&twenty)));
    let mut refuses = |fault, name: &str, description: &str, proof: &[Hash]| {
        decisions.refuses(fault, UNPROVEN, name, description, &Question::new(request(13, proof, &note)));
    };
    refuses(LENGTH, "proof-empty", "no proof", &[]);
    refuses(LENGTH, "proof-missing-last", "the last hash is missing", &good[..good.len() - 1]);
    refuses(LENGTH, "proof-extra", "a hash more", &[&good[..], &[[7; 32]]].concat());
    refuses(LENGTH, "proof-63", "63 hashes", &[[7; 32]; 63]);
    let mut reversed = good.clone();
    reversed.reverse();
    refuses(INCONSISTENT, "proof-reversed", "the hashes in the opposite order", &reversed);
    refuses(INCONSISTENT, "proof-other", "hashes of another tree", &proof(13, &forked(20)));
    let forked_growth = Question::new(honest(13, &forked(20)));
    decisions.refuses(
        INCONSISTENT,
        UNPROVEN,
        "fork-larger",
        "a larger tree of another history, with its own honest proof",
        &forked_growth,
    );
    decisions.refuses(
        LENGTH,
        UNPROVEN,
        "same-size-with-proof",
        "the newest tree with a hash that is not needed",
        &Question::new(request(13, &[[7; 32]], &signed(&text(&leaves(13))))),
    );
    let first = Question { newest: None, ..Question::new(request(0, &[[7; 32]], &note)) };
    decisions.refuses(LENGTH, UNPROVEN, "first-with-proof", "from nothing the proof is empty", &first);
    let extended = signed(&format!("{}more\n", text(&forked(20))));
    decisions.refuses(
        INCONSISTENT,
        UNPROVEN,
        "proof-before-extension",
        "the proof is looked at before the extension lines",
        &Question::new(request(13, &proof(13, &forked(20)), &extended)),
    );
}

fn forks(decisions: &mut Decisions) {
    let fork = signed(&text(&forked(NEWEST)));
    decisions.refuses(
        INCONSISTENT,
        FORK,
        "fork-same-size",
        "another root for the newest size",
        &Question::new(request(13, &[], &fork)),
    );
    decisions.refuses(
        LENGTH,
        FORK,
        "fork-same-size-with-proof",
        "another root for the newest size, and a proof",
        &Question::new(request(13, &[[7; 32]], &fork)),
    );
    decisions.refuses(
        CONFLICT,
        FORK,
        "fork-from-0",
        "another root for the newest size is kept whatever the old size is",
        &Question::new(request(0, &[], &fork)),
    );
    decisions.refuses(
        RANGE,
        FORK,
        "fork-old-above",
        "another root for the newest size, old above new",
        &Question::new(request(14, &[], &fork)),
    );
    let stranger =
        note::note(&text(&forked(NEWEST)), &[note::log_line(LOG, &Key::named("x"), &text(&forked(NEWEST)))]);
    decisions.refuses(
        UNKNOWN_LOG,
        None,
        "fork-unsigned",
        "another root for the newest size that no trusted key signed",
        &Question::new(request(13, &[], &stranger)),
    );
    let extended = signed(&format!("{}more\n", text(&forked(NEWEST))));
    decisions.refuses(
        INCONSISTENT,
        FORK,
        "fork-with-extension",
        "another root for the newest size, and an extension line",
        &Question::new(request(13, &[], &extended)),
    );
    let empty = signed(&note::text(LOG, 0, &[7; 32]));
    let ask = |newest, old: u64| Question { newest, ..Question::new(request(old, &[], &empty)) };
    let known = Some((13, root(&leaves(13)), TIME));
    decisions.refuses(
        INCONSISTENT,
        FORK,
        "empty-tree-first",
        "size 0 with a root, for the first time",
        &ask(None, 0),
    );
    decisions.refuses(
        INCONSISTENT,
        FORK,
        "empty-tree-after-empty",
        "size 0 with a root, after the empty tree",
        &ask(Some((0, sha256(&[]), TIME)), 0),
    );
    decisions.refuses(CONFLICT, FORK, "empty-tree-later", "size 0 with a root, after 13", &ask(known, 0));
    decisions.refuses(RANGE, FORK, "empty-tree-old-above", "size 0 with a root, from 13", &ask(known, 13));
    decisions.refuses(
        CONFLICT,
        None,
        "empty-tree-honest",
        "the empty tree after 13: too old, and no fork",
        &Question::new(honest(0, &[])),
    );
}

fn stale(decisions: &mut Decisions) {
    let ask = |old: usize, leaves: &[Hash], time: u64| {
        let text = text(leaves);
        let note = note::note(&text, &[log_line(&text), witness_line(time, &text)]);
        Question::new(request(old, &proof(old, leaves), &note))
    };
    let mut refuses = |name: &str, description: &str, question: &Question| {
        decisions.refuses(STALE, None, name, description, question);
    };
    refuses("stale-larger", "its own line of a larger size", &ask(13, &leaves(20), TIME));
    refuses(
        "stale-larger-earlier",
        "its own line of a larger size at an earlier time",
        &ask(13, &leaves(20), TIME - 9),
    );
    refuses("stale-later", "its own line of the newest at a later time", &ask(13, &leaves(13), TIME + 1));
    refuses(
        "stale-smaller-later",
        "its own line of a smaller size at a later time",
        &ask(5, &leaves(9), TIME + 1),
    );
    refuses("stale-other-root", "its own line of another root", &ask(13, &forked(13), TIME));
    let never = Question { newest: None, ..ask(0, &leaves(13), TIME) };
    refuses("stale-never", "its own line, and it has seen nothing", &never);
    refuses("stale-before-range", "the store is looked at before the sizes", &ask(99, &leaves(20), TIME));
    decisions.signs(
        "own-line-known",
        "its own line of what it knows",
        &ask(13, &leaves(13), TIME),
        13,
        TIME + 60,
    );
    decisions.signs(
        "own-line-earlier",
        "its own earlier line of the newest",
        &ask(13, &leaves(13), TIME - 9),
        13,
        TIME + 60,
    );
    decisions.refuses(
        CONFLICT,
        None,
        "own-line-smaller",
        "its own earlier line of a smaller size",
        &ask(5, &leaves(9), TIME - 9),
    );
    let text = text(&leaves(20));
    let mut forged = |name: &str, description: &str, line: String| {
        let note = note::note(&text, &[log_line(&text), line]);
        let question = Question::new(request(13, &proof(13, &leaves(20)), &note));
        decisions.signs(name, description, &question, 20, TIME + 60);
    };
    forged(
        "own-line-forged",
        "a line in its name that it never made",
        witness_line(TIME, &super::text(&leaves(19))),
    );
    forged("own-line-2-pow-63", "its own line with a time above the largest", witness_line(1 << 63, &text));
    forged(
        "own-line-other-name",
        "its own key under another name",
        note::witness_line("witness.example/w9", &super::witness_key(), TIME + 999, &text),
    );
}
