//! Ed25519 under one rule, *strict* (`specs/checkpoint.md` "Keys"): two verifiers that follow it never disagree.

use core::fmt;
use std::sync::Arc;

use curve25519_dalek::edwards::CompressedEdwardsY;
use ed25519_dalek::{Signature, Signer as _, VerifyingKey};
use thiserror::Error;

/// A public key that passed enrolment: canonical, of prime order, not the identity.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Enrols a key.
    ///
    /// A key of small or mixed order makes common verifiers disagree about the same signature, so it never gets in.
    ///
    /// # Errors
    /// [`WeakKey`] names the rule that the bytes break.
    pub fn enrol(bytes: [u8; 32]) -> Result<Self, WeakKey> {
        let compressed = CompressedEdwardsY(bytes);
        let point = compressed.decompress().ok_or(WeakKey::NotOnCurve)?;
        // Decoding reduces y and ignores the sign of x = 0; only the encoder knows the one canonical form.
        if point.compress() != compressed {
            return Err(WeakKey::NotCanonical);
        }
        if point.is_small_order() {
            return Err(WeakKey::SmallOrder);
        }
        if !point.is_torsion_free() {
            return Err(WeakKey::MixedOrder);
        }
        VerifyingKey::from_bytes(&bytes).map(Self).map_err(|_| WeakKey::NotOnCurve)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Checks a signature (R, S): S < L, R canonical and not of small order, S·B = R + k·A without cofactor.
    ///
    /// # Errors
    /// [`InvalidSignature`].
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> Result<(), InvalidSignature> {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).map_err(|_| InvalidSignature)
    }
}

impl fmt::Display for PublicKey {
    /// Sixty-four hexadecimal digits.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicKey({self})")
    }
}

/// A secret key. It is wiped when dropped, and no form of printing shows it.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The key of a 32-byte seed (the secret key of RFC 8032).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The public key; one made from a seed always passes enrolment.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs a message, deterministically (RFC 8032 section 5.1.6).
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// Whatever signs with one Ed25519 key: a key in memory, or one in a device that never shows it.
///
/// A device can fail, and it can be faulty. Whoever needs a signature calls [`Ed25519Signer::checked`], so that no
/// signature is used that a reader would refuse.
pub trait Ed25519Signer: fmt::Debug + Send + Sync {
    /// The public key, enrolled.
    fn public(&self) -> PublicKey;

    /// Signs a message (RFC 8032, pure Ed25519). What comes back is not checked yet.
    ///
    /// # Errors
    /// [`SigningFault::Refused`].
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SigningFault>;

    /// Signs, and verifies the signature under the strict rule before anyone can use it.
    ///
    /// # Errors
    /// [`SigningFault`].
    fn checked(&self, message: &[u8]) -> Result<[u8; 64], SigningFault> {
        let (key, signature) = (self.public(), self.sign(message)?);
        key.verify(message, &signature)
            .map_err(|InvalidSignature| SigningFault::WrongSignature { key: Box::new(key) })?;
        Ok(signature)
    }
}

impl Ed25519Signer for SigningKey {
    fn public(&self) -> PublicKey {
        Self::public(self)
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SigningFault> {
        Ok(Self::sign(self, message))
    }

    /// Our own arithmetic is tested against the rule; checking it again would triple the time of every entry.
    fn checked(&self, message: &[u8]) -> Result<[u8; 64], SigningFault> {
        Ok(Self::sign(self, message))
    }
}

impl<S: Ed25519Signer + ?Sized> Ed25519Signer for Arc<S> {
    fn public(&self) -> PublicKey {
        (**self).public()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SigningFault> {
        (**self).sign(message)
    }

    fn checked(&self, message: &[u8]) -> Result<[u8; 64], SigningFault> {
        (**self).checked(message)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SigningKey(secret of {})", self.public())
    }
}

/// Why a public key cannot be enrolled; the code is `WEAK-KEY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WeakKey {
    /// The bytes decode to no point of the curve.
    #[error("key: expected a point of the curve")]
    NotOnCurve,
    /// The bytes are another encoding of a point than the canonical one.
    #[error("key: expected the canonical encoding of a point")]
    NotCanonical,
    /// One of the eight points of small order, the identity among them.
    #[error("key: expected a point of prime order, got small order")]
    SmallOrder,
    /// A point with a part of small order.
    #[error("key: expected a point of prime order, got mixed order")]
    MixedOrder,
}

/// Why a signer gave no signature that can be used; the code is `UNAVAILABLE`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SigningFault {
    /// The device that holds the key did not sign.
    #[error("{reason}")]
    Refused {
        /// What it says, in words.
        reason: String,
        /// What to do next, in words; may be empty.
        next: String,
    },
    /// The device gave something else than a signature by this key.
    #[error(
        "key {key}: expected a valid signature from the device that holds it, got another: it was not used, and the device should not be"
    )]
    WrongSignature {
        /// The key; boxed, so that errors without one stay small.
        key: Box<PublicKey>,
    },
}

/// A signature is not valid; nothing more is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected a valid signature")]
pub struct InvalidSignature;
