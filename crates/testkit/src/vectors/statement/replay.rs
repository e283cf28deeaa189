//! Whole logs: who may sign what, where, and once only.

use detente_core::Code;

use super::{entries, history, party};
use crate::{
    build::{
        bytes::sha256,
        keys::Key,
        statement::{AUTHOR, Party, SEALING, Statement, key_add, key_rotate, kind, log_close, nonce},
        tree::leaf_hash,
    },
    vector::Operation,
};

fn ping(party: &Party, fill: u8) -> Vec<u8> {
    party.visible(kind::PING, nonce(fill).to_vec())
}

pub(super) fn vectors(operation: &mut Operation) {
    valid(operation);
    genesis(operation);
    authors(operation);
    repeated(operation);
}

fn valid(operation: &mut Operation) {
    let party = party();
    let (author, sealing) = (party.author.digest(), party.sealing.digest());
    let mut ok = |name: &str, description: &str, list: &[Vec<u8>], closed: bool| {
        operation.ok(
            name,
            description,
            entries(list, None),
            history(&party.log(), &[author, sealing], closed),
        );
    };
    let zero = party.entry_zero();
    let sealed = |text: &[u8]| party.sealed(sha256(&[text]));
    ok("genesis", "a genesis alone", std::slice::from_ref(&zero), false);
    ok("sealed-entries", "sealed entries", &[zero.clone(), sealed(b"one"), sealed(b"two")], false);
    ok(
        "reserved-kind",
        "a reserved kind is opaque, its signature is checked",
        &[zero.clone(), ping(&party, 1), ping(&party, 2)],
        false,
    );
    ok(
        "unlisted-kind",
        "an unlisted kind by an author's key",
        &[zero.clone(), party.visible(200, vec![7; 40])],
        false,
    );
    let close = party.visible(kind::LOG_CLOSE, log_close(1, &[0; 32]));
    ok("closed", "a closed log", &[zero.clone(), sealed(b"one"), close.clone()], true);
    operation.fails(
        Code::EntryAfterClose,
        "after-close",
        "an entry after `log.close`",
        entries(&[zero.clone(), close.clone(), sealed(b"one")], Some(2)),
    );
    operation.fails(
        Code::EntryAfterClose,
        "after-close-duplicate",
        "the very same `log.close` again: the closing is looked at first",
        entries(&[zero.clone(), close.clone(), close.clone()], Some(2)),
    );
    let forged = Statement::sealing(party.log(), &party.sealing, [1; 32]).signed(&party.author);
    operation.fails(
        Code::InvalidStatementSignature,
        "after-close-forged",
        "the signature is checked before the closing",
        entries(&[zero, close, forged], Some(2)),
    );
}

fn genesis(operation: &mut Operation) {
    let party = party();
    let zero = party.entry_zero();
    let statement = party.genesis().statement(&party.author);
    let mut fails = |code: Code, name: &str, description: &str, list: &[Vec<u8>], at: usize| {
        operation.fails(code, name, description, entries(list, Some(at)))
    };
    let misplaced = Code::GenesisMisplaced;
    fails(misplaced, "no-entries", "an empty list of entries", &[], 0);
    fails(misplaced, "first-is-sealed", "entry 0 is a sealed statement", &[party.sealed([1; 32])], 0);
    fails(
        misplaced,
        "first-is-reserved",
        "entry 0 is a reserved kind with a log id of zeros",
        &[Statement { log: [0; 32], ..Statement::visible([0; 32], &party.author, kind::PING, vec![7; 16]) }
            .signed(&party.author)],
        0,
    );
    fails(
        misplaced,
        "genesis-with-log-id",
        "a genesis that names a log id",
        &[Statement { log: [1; 32], ..statement.clone() }.signed(&party.author)],
        0,
    );
    fails(misplaced, "second-genesis", "a genesis at index 1", &[zero.clone(), zero.clone()], 1);
    let later = Statement { log: party.log(), ..statement.clone() }.signed(&party.author);
    fails(
        misplaced,
        "second-genesis-with-log-id",
        "a genesis at index 1 that names this log",
        &[zero.clone(), later],
        1,
    );
    let zeros = Statement::visible([0; 32], &party.author, kind::PING, vec![7; 16]).signed(&party.author);
    fails(misplaced, "later-log-id-zeros", "a log id of zeros at index 1", &[zero.clone(), zeros], 1);
    let unknown = Code::UnknownAuthor;
    let stranger = Key::named("stranger");
    fails(
        unknown,
        "genesis-by-stranger",
        "a genesis by a key that it does not list",
        &[party.genesis().statement(&stranger).signed(&stranger)],
        0,
    );
    fails(
        unknown,
        "genesis-by-recovery",
        "a genesis by its recovery key",
        &[party.genesis().statement(&party.recovery).signed(&party.recovery)],
        0,
    );
    fails(
        Code::KeyRole,
        "genesis-by-sealing",
        "a genesis by its sealing key",
        &[party.genesis().statement(&party.sealing).signed(&party.sealing)],
        0,
    );
    let invalid = Code::InvalidStatementSignature;
    fails(
        invalid,
        "genesis-forged",
        "a genesis signed by another key than the author's",
        &[statement.signed(&stranger)],
        0,
    );
    let mut bit = zero.clone();
    let last = bit.len() - 64;
    bit[last] ^= 1;
    fails(invalid, "genesis-signature-bit", "one bit of the genesis' signature", &[bit], 0);
    let mut swapped = party.genesis();
    swapped.fill = 0x90;
    let other = swapped.statement(&party.author).signed(&party.author);
    fails(
        Code::LogMismatch,
        "genesis-swapped",
        "another genesis of the same keys under the entries of the first",
        &[other, party.sealed([1; 32])],
        1,
    );
    let mut malformed = zero;
    malformed.push(0);
    fails(Code::MalformedStatement, "genesis-malformed", "entry 0 does not decode", &[malformed], 0);
}

fn authors(operation: &mut Operation) {
    let party = party();
    let (zero, log) = (party.entry_zero(), party.log());
    let mut fails = |code: Code, name: &str, description: &str, entry: Vec<u8>| {
        operation.fails(code, name, description, entries(&[zero.clone(), entry], Some(1)));
    };
    let neighbour = Party::named("b.example");
    fails(Code::LogMismatch, "other-log", "a sealed statement of another log", neighbour.sealed([1; 32]));
    fails(
        Code::LogMismatch,
        "other-log-own-key",
        "a statement by this log's key that names another log",
        Statement::visible(neighbour.log(), &party.author, kind::PING, vec![7; 16]).signed(&party.author),
    );
    let stranger = Key::named("stranger");
    let unknown = Code::UnknownAuthor;
    fails(
        unknown,
        "by-stranger",
        "an author that no event enrols",
        Statement::visible(log, &stranger, kind::PING, vec![7; 16]).signed(&stranger),
    );
    fails(
        unknown,
        "by-recovery",
        "the recovery key is not enrolled",
        Statement::visible(log, &party.recovery, kind::PING, vec![7; 16]).signed(&party.recovery),
    );
    fails(
        unknown,
        "by-checkpoint-key",
        "the checkpoint key is not enrolled",
        Statement::visible(log, &party.checkpoint, kind::PING, vec![7; 16]).signed(&party.checkpoint),
    );
    let mut raw = Statement::visible(log, &party.author, kind::PING, vec![7; 16]);
    raw.author = party.author.public;
    fails(
        unknown,
        "author-is-key-not-digest",
        "the public key where its digest belongs",
        raw.signed(&party.author),
    );
    let role = Code::KeyRole;
    fails(
        role,
        "sealed-by-author",
        "a sealed statement by an author's key",
        Statement::sealing(log, &party.author, [1; 32]).signed(&party.author),
    );
    fails(
        role,
        "ping-by-sealing",
        "a reserved kind by the sealing key",
        Statement::visible(log, &party.sealing, kind::PING, vec![7; 16]).signed(&party.sealing),
    );
    let second = Key::named("second");
    fails(
        role,
        "key-add-by-sealing",
        "`key.add` by the sealing key",
        Statement::visible(log, &party.sealing, kind::KEY_ADD, key_add(&log, 1, AUTHOR, &second))
            .signed(&party.sealing),
    );
    fails(
        role,
        "close-by-sealing",
        "`log.close` by the sealing key",
        Statement::visible(log, &party.sealing, kind::LOG_CLOSE, log_close(1, &[0; 32]))
            .signed(&party.sealing),
    );
    let invalid = Code::InvalidStatementSignature;
    fails(
        invalid,
        "forged",
        "signed by another key than the author's",
        Statement::visible(log, &party.author, kind::PING, vec![7; 16]).signed(&party.sealing),
    );
    let good = ping(&party, 1);
    fails(invalid, "body-bit", "one bit of the body", {
        let mut copy = good.clone();
        copy[80] ^= 1;
        copy
    });
    let mut signature_bit = good.clone();
    let last = signature_bit.len() - 1;
    signature_bit[last] ^= 0x80;
    fails(invalid, "signature-bit", "the highest bit of S", signature_bit);
    let unlabelled = {
        let unsigned = Statement::visible(log, &party.author, kind::PING, vec![7; 16]).unsigned();
        [&unsigned[..], &party.author.sign(&unsigned)].concat()
    };
    fails(invalid, "signature-without-label", "a signature over the bytes without the label", unlabelled);
    let mixed = {
        use crate::build::{bytes::labelled, edwards};
        let unsigned = Statement::visible(log, &party.author, kind::PING, vec![7; 16]).unsigned();
        let message = labelled(detente_core::Label::STATEMENT_SIGNATURE, &[&unsigned]);
        let nonce = edwards::nonce("statement");
        let r = edwards::commitment(&nonce, 1);
        let signature =
            edwards::signature(&edwards::secret(&party.author), &party.author.public, &r, &nonce, &message);
        [&unsigned[..], &signature].concat()
    };
    fails(invalid, "signature-mixed-order", "R of mixed order: valid with the cofactor only", mixed);
    fails(Code::UnsupportedVersion, "version-2", "an entry of an unknown version", {
        let mut copy = good.clone();
        copy[0] = 2;
        copy
    });
    fails(Code::MalformedStatement, "trailing-byte", "an entry with a byte more", [&good[..], &[0]].concat());
    fails(Code::MalformedStatement, "empty-entry", "an entry of no bytes", vec![]);
    assert_eq!(leaf_hash(&zero), log);
}

fn repeated(operation: &mut Operation) {
    let party = party();
    let (zero, log) = (party.entry_zero(), party.log());
    let mut fails = |code: Code, name: &str, description: &str, list: &[Vec<u8>]| {
        operation.fails(code, name, description, entries(list, Some(list.len() - 1)));
    };
    let duplicate = Code::DuplicateStatement;
    fails(
        duplicate,
        "statement-twice",
        "one statement twice",
        &[zero.clone(), ping(&party, 1), ping(&party, 1)],
    );
    fails(
        duplicate,
        "sealed-twice",
        "one sealed statement twice: the id is looked at first",
        &[zero.clone(), party.sealed([1; 32]), party.sealed([1; 32])],
    );
    let add = party.visible(kind::KEY_ADD, key_add(&log, 1, AUTHOR, &Key::named("second")));
    fails(
        duplicate,
        "event-twice",
        "one `key.add` twice: repetition is looked at before the event",
        &[zero.clone(), add.clone(), add],
    );
    let resigned = {
        use crate::build::{bytes::labelled, edwards};
        let unsigned = Statement::visible(log, &party.author, kind::PING, nonce(1).to_vec()).unsigned();
        let message = labelled(detente_core::Label::STATEMENT_SIGNATURE, &[&unsigned]);
        let nonce = edwards::nonce("again");
        let r = edwards::commitment(&nonce, 0);
        let signature =
            edwards::signature(&edwards::secret(&party.author), &party.author.public, &r, &nonce, &message);
        [&unsigned[..], &signature].concat()
    };
    fails(
        duplicate,
        "statement-twice-other-signature",
        "one statement under two valid signatures",
        &[zero.clone(), ping(&party, 1), resigned],
    );
    let sealed = Code::DuplicateSealed;
    let next = Key::named("next sealing");
    let rotate =
        party.visible(kind::KEY_ROTATE, key_rotate(&log, 1, &party.sealing.digest(), SEALING, &next));
    let again = Statement::sealing(log, &next, [1; 32]).signed(&next);
    fails(
        sealed,
        "sealed-value-twice",
        "one sealed value under two sealing keys",
        &[zero.clone(), party.sealed([1; 32]), rotate, again],
    );
    let opaque =
        Statement { sealed: Some([1; 32]), ..Statement::visible(log, &party.author, 200, vec![7; 16]) }
            .signed(&party.author);
    fails(
        sealed,
        "sealed-value-in-unlisted-kind",
        "a kind that is not listed seals a value that occurred before",
        &[zero, party.sealed([1; 32]), opaque],
    );
}
