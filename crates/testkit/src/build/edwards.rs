//! Points and signatures that only an attacker makes: torsion, other encodings, chosen nonces.
//!
//! Source: RFC 8032; `specs/checkpoint.md` "Keys". The group order is L, the field prime p = 2^255 - 19.

use curve25519_dalek::{
    constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION},
    edwards::{CompressedEdwardsY, EdwardsPoint},
    scalar::Scalar,
};
use sha2::{Digest as _, Sha512};

use super::{
    bytes::{Hash, sha256},
    keys::Key,
};

/// L, little-endian.
const ORDER: Hash = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// The canonical encoding of the torsion point number 0..=7, which has order 8 / gcd(8, number); 0 is the identity.
pub fn torsion(number: usize) -> Hash {
    EIGHT_TORSION[number].compress().0
}

/// The public key of a pair, moved by a torsion point: of mixed order unless the number is 0.
pub fn mixed(key: &Key, number: usize) -> Hash {
    (decode(&key.public).unwrap() + EIGHT_TORSION[number]).compress().0
}

/// The 32 bytes of `offset + p` with the sign bit asked for; `offset` below 19.
pub fn beyond_prime(offset: u8, sign: bool) -> Hash {
    let mut bytes = [0xff; 32];
    bytes[0] = 0xed + offset;
    bytes[31] = if sign { 0xff } else { 0x7f };
    bytes
}

/// The 32 bytes of a small y with the sign bit asked for.
pub fn small_y(y: u8, sign: bool) -> Hash {
    let mut bytes = [0; 32];
    bytes[0] = y;
    bytes[31] = if sign { 0x80 } else { 0 };
    bytes
}

/// Whether lenient decoding finds a point.
pub fn on_curve(bytes: &Hash) -> bool {
    decode(bytes).is_some()
}

/// Whether lenient decoding finds a point whose order divides L.
pub fn in_prime_order_subgroup(bytes: &Hash) -> bool {
    // L·P written as (L - 1)·P + P, since L itself is no scalar.
    decode(bytes).is_some_and(|point| (point * -Scalar::ONE + point).compress().0 == small_y(1, false))
}

fn decode(bytes: &Hash) -> Option<EdwardsPoint> {
    CompressedEdwardsY(*bytes).decompress()
}

/// The secret scalar of a pair.
pub fn secret(key: &Key) -> Scalar {
    let hash = Sha512::digest(key.seed);
    let mut low: Hash = hash[..32].try_into().unwrap();
    low[0] &= 248;
    low[31] &= 127;
    low[31] |= 64;
    Scalar::from_bytes_mod_order(low)
}

/// A scalar derived from a name: a nonce that no honest signer would choose.
pub fn nonce(name: &str) -> Scalar {
    Scalar::from_bytes_mod_order(sha256(&[b"testkit nonce ", name.as_bytes()]))
}

/// k = SHA-512(R ‖ A ‖ message) mod L.
pub fn challenge(r: &Hash, public: &Hash, message: &[u8]) -> Scalar {
    let hash: [u8; 64] =
        Sha512::new().chain_update(r).chain_update(public).chain_update(message).finalize().into();
    Scalar::from_bytes_mod_order_wide(&hash)
}

/// The encoding of `nonce`·B plus a torsion point.
pub fn commitment(nonce: &Scalar, number: usize) -> Hash {
    (ED25519_BASEPOINT_POINT * nonce + EIGHT_TORSION[number]).compress().0
}

/// (R, S) with the encoding of R as given and S = nonce + k·a, for the public key as given.
pub fn signature(secret: &Scalar, public: &Hash, r: &Hash, nonce: &Scalar, message: &[u8]) -> [u8; 64] {
    let s = nonce + challenge(r, public, message) * secret;
    join(r, s.as_bytes())
}

/// R and S side by side.
pub fn join(r: &Hash, s: &Hash) -> [u8; 64] {
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(r);
    bytes[32..].copy_from_slice(s);
    bytes
}

/// The same signature with S + times·L; `times` at most 15, so that it still fits in 256 bits.
pub fn with_order_added(signature: &[u8; 64], times: u16) -> [u8; 64] {
    let mut bytes = *signature;
    let mut carry = 0u16;
    for (at, order) in ORDER.iter().enumerate() {
        let sum = u16::from(bytes[32 + at]) + u16::from(*order) * times + carry;
        bytes[32 + at] = sum as u8;
        carry = sum >> 8;
    }
    assert_eq!(carry, 0, "S + {times}·L does not fit");
    bytes
}

/// A message for which k is a multiple of 8, so that the torsion of A vanishes from the equation.
pub fn message_that_hides_torsion(r: &Hash, public: &Hash) -> Vec<u8> {
    (0u32..)
        .map(|count| format!("message {count}").into_bytes())
        .find(|message| challenge(r, public, message).as_bytes()[0].trailing_zeros() >= 3)
        .unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_torsion_points_of_the_orders_named() {
        let identity = torsion(0);
        assert_eq!(identity, small_y(1, false));
        for number in 0..8 {
            let mut point = EIGHT_TORSION[number];
            let mut order = 1;
            while point.compress().0 != identity {
                point += EIGHT_TORSION[number];
                order += 1;
            }
            assert_eq!(order, [1, 8, 4, 8, 2, 8, 4, 8][number]);
        }
    }

    #[test]
    fn a_crafted_signature_with_nothing_wrong_is_the_ordinary_kind() {
        let key = Key::counting(0);
        let nonce = nonce("ordinary");
        let r = commitment(&nonce, 0);
        let bytes = signature(&secret(&key), &key.public, &r, &nonce, b"text");
        let verifier = ed25519_dalek::VerifyingKey::from_bytes(&key.public).unwrap();
        assert!(verifier.verify_strict(b"text", &ed25519_dalek::Signature::from_bytes(&bytes)).is_ok());
    }
}
