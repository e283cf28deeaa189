//! Enrolment and the one predicate for signatures.

use curve25519_dalek::{
    Scalar, constants::ED25519_BASEPOINT_POINT, constants::EIGHT_TORSION, edwards::CompressedEdwardsY,
    edwards::EdwardsPoint, scalar::clamp_integer, traits::Identity as _,
};
use detente_checkpoint::{PublicKey, SigningKey, WeakKey};
use proptest::prelude::*;
use sha2::{Digest as _, Sha512};

use crate::fixture::seed;

/// The encoding of y = 2^255 - 19 + `above` with a sign bit: not canonical for 0 to 18.
fn beyond_p(above: u8, sign: u8) -> [u8; 32] {
    let mut bytes = [0xff; 32];
    bytes[0] = 0xed + above;
    bytes[31] = 0x7f | sign << 7;
    bytes
}

fn scalar_of(seed: &[u8; 32]) -> Scalar {
    let hash: [u8; 64] = Sha512::digest(seed).into();
    Scalar::from_bytes_mod_order(clamp_integer(hash[..32].try_into().unwrap()))
}

fn challenge(r: &[u8; 32], key: &PublicKey, message: &[u8]) -> Scalar {
    let hash = Sha512::new().chain_update(r).chain_update(key.as_bytes()).chain_update(message).finalize();
    Scalar::from_bytes_mod_order_wide(&hash.into())
}

fn signature(r: [u8; 32], s: [u8; 32]) -> [u8; 64] {
    [r, s].concat().try_into().unwrap()
}

#[test]
fn the_eight_points_of_small_order_are_weak() {
    for point in EIGHT_TORSION {
        assert_eq!(PublicKey::enrol(point.compress().0), Err(WeakKey::SmallOrder));
    }
}

#[test]
fn other_encodings_of_points_of_small_order_are_weak() {
    let mut one_with_sign = [0; 32];
    (one_with_sign[0], one_with_sign[31]) = (1, 0x80);
    let mut minus_one_with_sign = [0xff; 32];
    minus_one_with_sign[0] = 0xec;
    for bytes in
        [one_with_sign, minus_one_with_sign, beyond_p(0, 0), beyond_p(0, 1), beyond_p(1, 0), beyond_p(1, 1)]
    {
        let point = CompressedEdwardsY(bytes).decompress().unwrap();
        assert!(point.is_small_order(), "the case must be what its name says");
        assert_eq!(PublicKey::enrol(bytes), Err(WeakKey::NotCanonical));
    }
}

#[test]
fn other_encodings_of_points_of_large_order_are_weak() {
    let mut points = 0;
    for (above, sign) in (2..=18).flat_map(|above| [(above, 0), (above, 1)]) {
        let bytes = beyond_p(above, sign);
        let expected = if CompressedEdwardsY(bytes).decompress().is_some() {
            points += 1;
            WeakKey::NotCanonical
        } else {
            WeakKey::NotOnCurve
        };
        assert_eq!(PublicKey::enrol(bytes), Err(expected));
    }
    assert!(points > 0);
}

proptest! {
    #[test]
    fn a_key_from_a_seed_is_enrolled_and_one_of_mixed_order_is_weak(seed: [u8; 32]) {
        let key = SigningKey::from_seed(&seed).public();
        prop_assert_eq!(PublicKey::enrol(*key.as_bytes()), Ok(key));
        let point = CompressedEdwardsY(*key.as_bytes()).decompress().unwrap();
        for torsion in &EIGHT_TORSION[1..] {
            let mixed = (point + torsion).compress().0;
            prop_assert_eq!(PublicKey::enrol(mixed), Err(WeakKey::MixedOrder));
        }
    }

    #[test]
    fn any_bit_change_of_message_or_signature_fails(seed: [u8; 32], message in proptest::collection::vec(any::<u8>(), 1..80), at: usize) {
        let secret = SigningKey::from_seed(&seed);
        let (key, signature) = (secret.public(), secret.sign(&message));
        prop_assert!(key.verify(&message, &signature).is_ok());
        let (mut other_message, mut other_signature) = (message.clone(), signature);
        let bit = at % (8 * message.len());
        other_message[bit / 8] ^= 1 << (bit % 8);
        other_signature[at % 512 / 8] ^= 1 << (at % 8);
        prop_assert!(key.verify(&other_message, &signature).is_err());
        prop_assert!(key.verify(&message, &other_signature).is_err());
    }

    #[test]
    fn bytes_are_enrolled_only_as_themselves(bytes: [u8; 32]) {
        if let Ok(key) = PublicKey::enrol(bytes) {
            prop_assert_eq!(*key.as_bytes(), bytes);
        }
    }
}

#[test]
fn s_of_l_and_above_is_refused() {
    // L, RFC 8032 section 5.1, little-endian.
    let order = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let secret = SigningKey::from_seed(&seed(0));
    let mut signature = secret.sign(b"message");
    assert!(secret.public().verify(b"message", &signature).is_ok());
    let mut carry = 0;
    for (byte, added) in signature[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + added + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    assert!(secret.public().verify(b"message", &signature).is_err());
}

#[test]
fn r_of_small_order_is_refused_in_every_encoding() {
    let (secret, a) = (SigningKey::from_seed(&seed(0)), scalar_of(&seed(0)));
    let key = secret.public();
    let mut identity_with_sign = [0; 32];
    (identity_with_sign[0], identity_with_sign[31]) = (1, 0x80);
    let identity = EdwardsPoint::identity().compress().0;
    for r in [identity, identity_with_sign, beyond_p(1, 0), beyond_p(1, 1)] {
        let k = challenge(&r, &key, b"message");
        let s = k * a;
        let point = CompressedEdwardsY(r).decompress().unwrap();
        let public = CompressedEdwardsY(*key.as_bytes()).decompress().unwrap();
        assert_eq!(
            ED25519_BASEPOINT_POINT * s,
            point + public * k,
            "the equation holds; only the rule on R refuses"
        );
        assert!(key.verify(b"message", &signature(r, s.to_bytes())).is_err());
    }
    for torsion in EIGHT_TORSION {
        let r = torsion.compress().0;
        let s = challenge(&r, &key, b"message") * a;
        assert!(key.verify(b"message", &signature(r, s.to_bytes())).is_err());
    }
}

#[test]
fn r_that_is_not_canonical_is_refused() {
    let (key, a) = (SigningKey::from_seed(&seed(0)).public(), scalar_of(&seed(0)));
    for (above, sign) in (0..=18).flat_map(|above| [(above, 0), (above, 1)]) {
        let r = beyond_p(above, sign);
        let s = challenge(&r, &key, b"message") * a;
        assert!(key.verify(b"message", &signature(r, s.to_bytes())).is_err());
    }
}

#[test]
fn the_equation_has_no_cofactor() {
    let (key, a) = (SigningKey::from_seed(&seed(0)).public(), scalar_of(&seed(0)));
    let nonce = scalar_of(&seed(0x40));
    for torsion in EIGHT_TORSION {
        let r = (ED25519_BASEPOINT_POINT * nonce + torsion).compress().0;
        let s = nonce + challenge(&r, &key, b"message") * a;
        let valid = key.verify(b"message", &signature(r, s.to_bytes())).is_ok();
        assert_eq!(valid, torsion == EdwardsPoint::identity(), "only an R of prime order verifies");
    }
}

#[test]
fn no_form_of_printing_shows_the_seed() {
    let secret = SigningKey::from_seed(&seed(0));
    let shown = format!("{secret:?} {secret:#?}");
    assert!(shown.contains(&secret.public().to_string()));
    assert!(!shown.contains("000102") && !shown.contains("0, 1, 2"));
}
