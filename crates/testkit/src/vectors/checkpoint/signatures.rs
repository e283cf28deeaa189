//! Which Ed25519 signatures are valid, the crafted ones above all.

use curve25519_dalek::scalar::Scalar;
use detente_core::{Code, json::Object};

use crate::{
    build::{
        bytes::{Hash, base64, hex, unhex},
        edwards::{
            beyond_prime, commitment, join, message_that_hides_torsion, mixed, nonce, on_curve, secret,
            signature, small_y, torsion, with_order_added,
        },
        keys::Key,
    },
    vector::{Operation, Vector, object},
};

fn input(public: &[u8], signature: &[u8], message: &[u8]) -> Object {
    object! {"key": hex(public), "signature": hex(signature), "message": base64(message)}
}

const MESSAGE: &[u8] = b"a message";

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("checkpoint.signature");
    valid(&mut operation);
    damaged(&mut operation);
    crafted(&mut operation);
    weak(&mut operation);
    operation.into_vectors()
}

fn valid(operation: &mut Operation) {
    let mut ok =
        |name: &str, description: &str, input: Object| operation.ok(name, description, input, object! {});
    let rfc = [
        ("rfc-8032-test-1", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", ""),
        ("rfc-8032-test-2", "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "72"),
        ("rfc-8032-test-3", "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7", "af82"),
    ];
    for (name, seed, message) in rfc {
        let key = Key::from_seed(unhex(seed).try_into().unwrap());
        let message = unhex(message);
        ok(name, "section 7.1 of RFC 8032", input(&key.public, &key.sign(&message), &message));
    }
    let key = Key::counting(0);
    ok("seed-00", "seed 00..1f, a short message", input(&key.public, &key.sign(MESSAGE), MESSAGE));
    let long = vec![0x61; 1023];
    ok("long-message", "a message of 1023 bytes", input(&key.public, &key.sign(&long), &long));
    let chosen = nonce("chosen");
    let r = commitment(&chosen, 0);
    ok(
        "chosen-nonce",
        "another nonce than RFC 8032 derives",
        input(&key.public, &signature(&secret(&key), &key.public, &r, &chosen, MESSAGE), MESSAGE),
    );
    let r = commitment(&Scalar::ONE, 0);
    ok(
        "nonce-one",
        "R is the base point",
        input(&key.public, &signature(&secret(&key), &key.public, &r, &Scalar::ONE, MESSAGE), MESSAGE),
    );
}

fn damaged(operation: &mut Operation) {
    let mut fails = |name: &str, description: &str, input: Object| {
        operation.fails(Code::InvalidLogSignature, name, description, input);
    };
    let key = Key::counting(0);
    let honest = key.sign(MESSAGE);
    let flip = |at: usize, bit: u8| {
        let mut copy = honest;
        copy[at] ^= 1 << bit;
        copy
    };
    fails("bit-of-r", "one bit of R", input(&key.public, &flip(0, 0), MESSAGE));
    fails("sign-of-r", "the sign bit of R", input(&key.public, &flip(31, 7), MESSAGE));
    fails("bit-of-s", "one bit of S", input(&key.public, &flip(32, 0), MESSAGE));
    for bit in 5..8 {
        fails(
            &format!("s-bit-{}", 248 + bit),
            "a bit of S that is always zero",
            input(&key.public, &flip(63, bit), MESSAGE),
        );
    }
    fails("other-message", "another message", input(&key.public, &honest, b"another message"));
    fails("empty-message", "the message left out", input(&key.public, &honest, b""));
    fails("other-key", "another key", input(&Key::counting(32).public, &honest, MESSAGE));
    let (r, s) = honest.split_at(32);
    fails("halves-exchanged", "S before R", input(&key.public, &[s, r].concat(), MESSAGE));
    fails("all-zero", "64 zero bytes", input(&key.public, &[0; 64], MESSAGE));
    fails("all-ones", "64 bytes ff", input(&key.public, &[0xff; 64], MESSAGE));
    let mut negated = key.public;
    negated[31] ^= 0x80;
    fails("negated-key", "the key with the other sign", input(&negated, &honest, MESSAGE));
}

fn crafted(operation: &mut Operation) {
    let mut fails = |name: &str, description: &str, input: Object| {
        operation.fails(Code::InvalidLogSignature, name, description, input);
    };
    let key = Key::counting(0);
    let honest = key.sign(MESSAGE);
    for times in [1, 2, 8, 14] {
        fails(
            &format!("s-plus-{times}-l"),
            "S is not below L; the equation holds",
            input(&key.public, &with_order_added(&honest, times), MESSAGE),
        );
    }
    let order_minus_one = (-Scalar::ONE).to_bytes();
    let mut order = order_minus_one;
    order[0] += 1;
    let r: Hash = core::array::from_fn(|at| honest[at]);
    fails("s-is-l", "S is L", input(&key.public, &join(&r, &order), MESSAGE));
    fails(
        "s-is-l-minus-one",
        "S is L - 1, in range and not the right one",
        input(&key.public, &join(&r, &order_minus_one), MESSAGE),
    );
    fails("s-is-zero", "S is zero", input(&key.public, &join(&r, &[0; 32]), MESSAGE));
    let secret = secret(&key);
    for number in 0..8 {
        let r = torsion(number);
        let what = if number == 0 {
            "R is the identity and the equation holds exactly"
        } else {
            "R is of small order and the equation holds with the cofactor"
        };
        fails(
            &format!("r-small-order-{number}"),
            what,
            input(&key.public, &signature(&secret, &key.public, &r, &Scalar::ZERO, MESSAGE), MESSAGE),
        );
    }
    let chosen = nonce("chosen");
    for number in 1..8 {
        let r = commitment(&chosen, number);
        fails(
            &format!("r-mixed-order-{number}"),
            "R is of mixed order and the equation holds with the cofactor only",
            input(&key.public, &signature(&secret, &key.public, &r, &chosen, MESSAGE), MESSAGE),
        );
    }
    for (name, r) in [
        ("r-identity-p-plus-1", beyond_prime(1, false)),
        ("r-identity-sign-bit", small_y(1, true)),
        ("r-identity-p-plus-1-sign-bit", beyond_prime(1, true)),
        ("r-order-4-p", beyond_prime(0, false)),
        ("r-order-4-p-sign-bit", beyond_prime(0, true)),
    ] {
        fails(
            name,
            "R is of small order in an encoding that is not canonical",
            input(&key.public, &signature(&secret, &key.public, &r, &Scalar::ZERO, MESSAGE), MESSAGE),
        );
    }
    let beyond = (3..19).find(|y| on_curve(&small_y(*y, false))).unwrap();
    let r = beyond_prime(beyond, false);
    fails(
        "r-not-canonical-large-order",
        "R is a large-order point in an encoding that is not canonical",
        input(&key.public, &join(&r, &honest[32..].try_into().unwrap()), MESSAGE),
    );
    let off = (2..).find(|y| !on_curve(&small_y(*y, false))).unwrap();
    fails(
        "r-not-on-curve",
        "R is no point",
        input(&key.public, &join(&small_y(off, false), &honest[32..].try_into().unwrap()), MESSAGE),
    );
}

fn weak(operation: &mut Operation) {
    let mut fails = |name: &str, description: &str, input: Object| {
        operation.fails(Code::WeakKey, name, description, input);
    };
    let key = Key::counting(0);
    let chosen = nonce("chosen");
    let r = commitment(&chosen, 0);
    fails(
        "key-identity",
        "the key is the identity: S = r is valid for every message",
        input(&torsion(0), &join(&r, &chosen.to_bytes()), MESSAGE),
    );
    for number in [1, 2, 4] {
        let public = torsion(number);
        let message = message_that_hides_torsion(&r, &public);
        fails(
            &format!("key-small-order-{number}"),
            "the key is of small order and vanishes from the equation, which holds exactly",
            input(&public, &join(&r, &chosen.to_bytes()), &message),
        );
    }
    for number in [1, 2, 4] {
        let public = mixed(&key, number);
        let message = message_that_hides_torsion(&r, &public);
        fails(
            &format!("key-mixed-order-{number}"),
            "the key is of mixed order; for this message the equation holds exactly, without cofactor",
            input(&public, &signature(&secret(&key), &public, &r, &chosen, &message), &message),
        );
    }
    let public = beyond_prime(1, false);
    fails(
        "key-not-canonical",
        "the key is the identity as y = p + 1",
        input(&public, &join(&r, &chosen.to_bytes()), MESSAGE),
    );
    let mut bad = key.sign(MESSAGE);
    bad[0] ^= 1;
    fails("key-weak-and-signature-bad", "the key is looked at first", input(&torsion(1), &bad, MESSAGE));
}
