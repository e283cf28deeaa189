//! The earlier checkpoint and its consistency proof.

use detente_core::{Code, json::Value};

use super::scene::{ONE, Scene, input, list};
use crate::{
    build::{keys::Key, note, presentation::hashes, statement::Party, tree::consistency},
    vector::Operation,
};

pub(super) fn vectors(operation: &mut Operation) {
    let base = Scene::new();
    let policy = base.policy(ONE);
    let leaves = base.leaves();
    let mut fails = |code: Code, name: &str, description: &str, earlier: Value| {
        let file = base.with(|members| {
            members.insert("earlier".to_owned(), earlier);
        });
        operation.fails(code, format!("earlier-{name}"), description, input(&file, &policy));
    };
    let cosigned = [(1, 1_700_000_100)];
    let note6 = base.note(&base.text(6), &cosigned);
    let proof6 = consistency(6, &leaves);
    let late = Code::EarlierNotEarlier;
    for size in [8, 12, 13] {
        fails(
            late,
            &format!("covers-size-{size}"),
            "the earlier checkpoint already covers the entry",
            base.earlier(&base.note(&base.text(size), &cosigned), &consistency(size, &leaves)),
        );
    }
    let fork = base.clone().put(2, base.party.sealed([0xee; 32]));
    fails(
        late,
        "covers-and-inconsistent",
        "the size is checked before the proof",
        base.earlier(&base.note(&fork.text(8), &cosigned), &[]),
    );
    let wrong = Code::InvalidConsistency;
    fails(
        wrong,
        "forked",
        "a checkpoint of another history, with the honest proof",
        base.earlier(&base.note(&fork.text(6), &cosigned), &proof6),
    );
    fails(
        wrong,
        "forked-own-proof",
        "a checkpoint of another history, with the proof of that history",
        base.earlier(&base.note(&fork.text(6), &cosigned), &consistency(6, &fork.leaves())),
    );
    let mut bit = proof6.clone();
    bit[0][0] ^= 1;
    fails(wrong, "proof-bit", "one bit of the consistency proof", base.earlier(&note6, &bit));
    let length = Code::ProofLength;
    fails(length, "proof-empty", "no consistency proof", base.earlier(&note6, &[]));
    fails(length, "proof-extra", "a hash more", base.earlier(&note6, &[&proof6[..], &[[0; 32]]].concat()));
    fails(
        length,
        "size-0-with-proof",
        "from the empty tree the proof is empty",
        base.earlier(&base.note(&base.text(0), &cosigned), &[[0; 32]]),
    );
    fails(
        Code::InvalidLogSignature,
        "note-changed",
        "the size of the earlier checkpoint is changed",
        base.earlier(&note6.replacen("\n6\n", "\n5\n", 1), &proof6),
    );
    fails(Code::MalformedNote, "note-malformed", "no note", base.earlier("", &proof6));
    fails(
        Code::MalformedNumber,
        "note-size",
        "a leading zero in the size",
        base.earlier(&note6.replacen("\n6\n", "\n06\n", 1), &proof6),
    );
    fails(
        Code::InvalidCosignature,
        "cosignature",
        "a cosignature of another checkpoint",
        base.earlier(
            &{
                let line = base.note(&base.text(5), &cosigned).lines().last().unwrap().to_owned();
                base.note(&base.text(6), &[]) + &line + "\n"
            },
            &proof6,
        ),
    );
    let text = base.text(6);
    fails(
        Code::UnknownLog,
        "other-log-key",
        "signed by another log key",
        base.earlier(
            &note::note(&text, &[note::log_line(&base.party.origin, &Key::named("x"), &text)]),
            &proof6,
        ),
    );
    let renamed = text.replacen("a.example/log", "b.example/log", 1);
    fails(
        Code::OriginMismatch,
        "origin-not-key-name",
        "the log's key signed another origin",
        base.earlier(&base.note(&renamed, &cosigned), &proof6),
    );
    // The reader knows a second log; its checkpoint is in order and is another log's.
    let neighbour = Party::named("b.example");
    let both = format!("{}{policy}", note::policy_log(&neighbour.origin, &neighbour.checkpoint));
    let foreign_text = note::text(&neighbour.origin, 6, &[3; 32]);
    let foreign =
        note::note(&foreign_text, &[note::log_line(&neighbour.origin, &neighbour.checkpoint, &foreign_text)]);
    let file = base.with(|members| {
        members.insert(
            "earlier".to_owned(),
            Value::from([("checkpoint", foreign.into()), ("consistency", hashes(&proof6))]),
        );
    });
    operation.fails(
        Code::OriginMismatch,
        "earlier-of-other-log",
        "a checkpoint of another log that the reader knows",
        input(&file, &both),
    );
    let under = Scene { cosigned: vec![], ..base.clone() }.with(|members| {
        members.insert(
            "earlier".to_owned(),
            Value::from([("checkpoint", note6.into()), ("consistency", list(&[]))]),
        );
    });
    operation.fails(
        length,
        "earlier-before-quorum",
        "the earlier checkpoint is checked before the quorum",
        input(&under, &policy),
    );
}
