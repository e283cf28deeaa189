//! Keys that can be enrolled, and every known class that cannot.

use detente_core::Code;

use crate::{
    build::{
        bytes::{Hash, hex, unhex},
        edwards::{beyond_prime, in_prime_order_subgroup, mixed, on_curve, small_y, torsion},
        keys::Key,
    },
    vector::{Operation, Vector, object},
};

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("checkpoint.key");
    let mut ok = |name: &str, description: &str, key: &[u8]| {
        operation.ok(name, description, object! {"key": hex(key)}, object! {});
    };
    ok("seed-00", "seed 00..1f", &Key::counting(0).public);
    ok("seed-20", "seed 20..3f", &Key::counting(32).public);
    ok("base-point", "the base point itself", &unhex(&format!("58{}", "66".repeat(31))));
    let rfc = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    ok("rfc-8032-test-1", "a key of RFC 8032", &unhex(rfc));
    let mut negated = Key::counting(0).public;
    negated[31] ^= 0x80;
    ok("negated", "the key of seed 00..1f with the other sign", &negated);

    let mut weak = |name: String, description: &str, key: &Hash| {
        operation.fails(Code::WeakKey, name, description, object! {"key": hex(key)});
    };
    let orders = [1, 8, 4, 8, 2, 8, 4, 8];
    for (number, order) in orders.into_iter().enumerate() {
        weak(format!("small-order-{order}-{number}"), "a point of small order, canonical", &torsion(number));
    }
    for number in 1..8 {
        weak(
            format!("mixed-order-{number}"),
            "a point of order 8·L, 4·L or 2·L: the key of seed 00..1f plus a point of small order",
            &mixed(&Key::counting(0), number),
        );
    }
    let mut minus_one = beyond_prime(0, true);
    minus_one[0] = 0xec;
    weak("identity-sign-bit".to_owned(), "x = 0 with sign bit 1, y = 1", &small_y(1, true));
    weak("order-2-sign-bit".to_owned(), "x = 0 with sign bit 1, y = -1", &minus_one);
    for offset in 0..19 {
        for sign in [false, true] {
            let kind = if on_curve(&small_y(offset, false)) { "a point" } else { "no point" };
            weak(
                format!("y-p-plus-{offset:02}-sign-{}", u8::from(sign)),
                &format!("y = p + {offset}, not canonical; y = {offset} gives {kind}"),
                &beyond_prime(offset, sign),
            );
        }
    }
    for y in (2..).filter(|y| !on_curve(&small_y(*y, false))).take(2) {
        weak(format!("not-on-curve-{y}"), "no x for this y", &small_y(y, false));
    }
    let mixed_small = (2..255).find(|y| on_curve(&small_y(*y, false))).unwrap_or(2);
    assert!(!in_prime_order_subgroup(&small_y(mixed_small, false)), "y = {mixed_small} is a good key");
    weak(
        format!("small-y-{mixed_small}"),
        "the smallest y above 1 that gives a point: outside the prime-order subgroup, discrete logarithm unknown",
        &small_y(mixed_small, false),
    );
    operation.into_vectors()
}
