//! One key in a token: making it, finding it again, signing with it.

use std::sync::Arc;

use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use detente_checkpoint::{Ed25519Signer, PublicKey, SigningFault};
use detente_core::Label;

use super::open::OpenToken;
use super::place::hex;
use super::{TokenFault, TokenPlace};
use crate::PartyError;
use crate::secret::random;

/// The curve: object identifier 1.3.101.112, DER.
const ED25519: [u8; 5] = [0x06, 0x03, 0x2b, 0x65, 0x70];

/// A private key that stays in its token.
#[derive(Debug)]
pub(crate) struct TokenKey {
    token: Arc<OpenToken>,
    handle: ObjectHandle,
    /// The public half of a key that was made just now.
    point: Option<ObjectHandle>,
    place: TokenPlace,
}

impl TokenKey {
    /// Makes a key pair, and keeps it only if the token says that it cannot be taken out and it signs as it should.
    pub(super) fn make(token: Arc<OpenToken>, label: &str) -> Result<Self, PartyError> {
        let module = token.module.to_str().map(str::to_owned).ok_or_else(|| TokenFault::Module {
            path: token.module.clone(),
            reason: "its path is not UTF-8".to_owned(),
        })?;
        let id: [u8; 16] = random()?;
        let named = [Attribute::Id(id.to_vec()), Attribute::Label(label.as_bytes().to_vec())];
        let public = [
            Attribute::Token(true),
            Attribute::Private(false),
            Attribute::Verify(true),
            Attribute::EcParams(ED25519.to_vec()),
        ];
        let private = [
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
        ];
        let public = [public.as_slice(), &named].concat();
        let private = [private.as_slice(), &named].concat();
        let (point, handle) = token.with("making a key", |session| {
            session.generate_key_pair(&Mechanism::EccEdwardsKeyPairGen, &public, &private)
        })?;
        // From here on the token holds a key: whoever is not satisfied takes it away again.
        let public = public_key(&token, point).inspect_err(|_| destroy(&token, &[handle, point]))?;
        let place =
            TokenPlace { serial: token.serial.clone(), label: token.label.clone(), id, public, module };
        let key = Self { token, handle, point: Some(point), place };
        key.require_kept().and_then(|()| key.try_out()).inspect_err(|_| key.discard())?;
        Ok(key)
    }

    pub(super) fn find(token: Arc<OpenToken>, place: &TokenPlace) -> Result<Self, TokenFault> {
        let template = [
            Attribute::Class(ObjectClass::PRIVATE_KEY),
            Attribute::KeyType(KeyType::EC_EDWARDS),
            Attribute::Id(place.id.to_vec()),
        ];
        let found = token.with("looking for a key", |session| session.find_objects(&template))?;
        match found.as_slice() {
            [handle] => Ok(Self { handle: *handle, point: None, place: place.clone(), token }),
            other => {
                Err(TokenFault::NoKey { token: place.label.clone(), id: hex(&place.id), got: other.len() })
            }
        }
    }

    pub(crate) const fn place(&self) -> &TokenPlace {
        &self.place
    }

    /// Takes a key away that was made for something that came to nothing. When that fails too, the key stays, unused.
    pub(crate) fn discard(&self) {
        // By what is known, not by a search: a signature that failed half-way keeps some tokens from searching.
        destroy(&self.token, &[Some(self.handle), self.point].into_iter().flatten().collect::<Vec<_>>());
    }

    /// A token may take a template and not keep to it.
    fn require_kept(&self) -> Result<(), TokenFault> {
        let expected = [
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::AlwaysSensitive(true),
            Attribute::NeverExtractable(true),
            Attribute::Local(true),
        ];
        let asked: Vec<AttributeType> = expected.iter().map(Attribute::attribute_type).collect();
        let got = self
            .token
            .with("reading a key's attributes", |session| session.get_attributes(self.handle, &asked))?;
        match expected.iter().find(|attribute| !got.contains(attribute)) {
            Some(missing) => Err(TokenFault::Attributes {
                token: self.token.label.clone(),
                expected: format!("{missing:?}"),
            }),
            None => Ok(()),
        }
    }

    /// Over bytes that no statement, note or grant can be: a label of its own comes first.
    fn try_out(&self) -> Result<(), TokenFault> {
        let message = [Label::PARTY_TOKEN.prefix().as_slice(), &self.place.id].concat();
        let signature = self.raw(&message)?;
        let valid = <&[u8; 64]>::try_from(signature.as_slice())
            .is_ok_and(|signature| self.place.public.verify(&message, signature).is_ok());
        if valid { Ok(()) } else { Err(TokenFault::WrongSignature { token: self.token.label.clone() }) }
    }

    fn raw(&self, message: &[u8]) -> Result<Vec<u8>, TokenFault> {
        let mechanism = Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Ed25519));
        self.token.with("signing", |session| session.sign(&mechanism, self.handle, message))
    }
}

impl Ed25519Signer for TokenKey {
    fn public(&self) -> PublicKey {
        self.place.public
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SigningFault> {
        let signature = self.raw(message).map_err(|fault| SigningFault::Refused {
            reason: fault.to_string(),
            next: fault.next().unwrap_or_default().to_owned(),
        })?;
        let key = Box::new(self.place.public);
        signature.as_slice().try_into().map_err(|_| SigningFault::WrongSignature { key })
    }
}

fn destroy(token: &OpenToken, objects: &[ObjectHandle]) {
    for object in objects {
        let _ = token.with("removing a key", |session| session.destroy_object(*object));
    }
}

fn public_key(token: &OpenToken, point: ObjectHandle) -> Result<PublicKey, TokenFault> {
    let read =
        token.with("reading a key", |session| session.get_attributes(point, &[AttributeType::EcPoint]))?;
    let fault = |got| TokenFault::PublicKey { token: token.label.clone(), got };
    let Some(Attribute::EcPoint(bytes)) = read.first() else {
        return Err(fault("none".to_owned()));
    };
    let key = point_bytes(bytes).ok_or_else(|| fault(format!("{} bytes", bytes.len())))?;
    PublicKey::enrol(key).map_err(|weak| fault(weak.to_string()))
}

/// The 32 bytes of a `CKA_EC_POINT`: an OCTET STRING in DER (v2.40), or the bytes themselves (v3.0 and later allow it).
fn point_bytes(bytes: &[u8]) -> Option<[u8; 32]> {
    match bytes {
        [0x04, 0x20, key @ ..] if key.len() == 32 => key.try_into().ok(),
        key => key.try_into().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_point_are_read_and_no_other() {
        let raw = [7_u8; 32];
        let wrapped = [&[0x04, 0x20][..], &raw].concat();
        assert_eq!(point_bytes(&raw), Some(raw));
        assert_eq!(point_bytes(&wrapped), Some(raw));
        for other in [&raw[..31], &wrapped[1..], &[&[0x03, 0x20][..], &raw].concat(), &[]] {
            assert_eq!(point_bytes(other), None);
        }
    }
}
