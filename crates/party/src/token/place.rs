//! Where a key in a token is, as the keyring remembers it.

use detente_checkpoint::PublicKey;
use detente_core::json::{Object, Value};

/// Everything needed to find a key again and to check what it signs; nothing of it is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TokenPlace {
    /// The token's serial number.
    pub(crate) serial: String,
    /// The token's label when the key was made; for people.
    pub(crate) label: String,
    /// The key's `CKA_ID`.
    pub(crate) id: [u8; 16],
    /// What it was when it was made.
    pub(crate) public: PublicKey,
    /// The PKCS#11 library of the machine where it was made; an absolute path.
    pub(crate) module: String,
}

impl TokenPlace {
    pub(crate) fn to_value(&self) -> Value {
        Value::from([
            ("id", hex(&self.id).into()),
            ("label", self.label.as_str().into()),
            ("module", self.module.as_str().into()),
            ("public", self.public.to_string().into()),
            ("serial", self.serial.as_str().into()),
        ])
    }

    pub(crate) fn parse(members: &Object) -> Option<Self> {
        let text = |name: &str| members.get(name)?.as_str();
        Some(Self {
            serial: text("serial")?.to_owned(),
            label: text("label")?.to_owned(),
            id: from_hex(text("id")?)?,
            public: PublicKey::enrol(from_hex(text("public")?)?).ok()?,
            module: text("module")?.to_owned(),
        })
    }
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if text.len() != 2 * N || !digits {
        return None;
    }
    let mut bytes = [0; N];
    for (position, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * position..2 * position + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use detente_checkpoint::SigningKey;

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let place = TokenPlace {
            serial: "0a1b".to_owned(),
            label: "ops".to_owned(),
            id: [0xab; 16],
            public: SigningKey::from_seed(&[1; 32]).public(),
            module: "/usr/lib/token.so".to_owned(),
        };
        let value = place.to_value();
        assert_eq!(TokenPlace::parse(value.as_object().unwrap()), Some(place));
        assert_eq!(from_hex::<1>("AB"), None);
        assert_eq!(from_hex::<1>("abab"), None);
        assert_eq!(from_hex::<1>("+b"), None);
    }
}
