//! Readers of a vector's input. What they refuse is a fault of the vector, never a verdict; the exception is what the
//! tables name: policies, companions and profiles fail with their own codes.

use detente_checkpoint::Policy;
use detente_core::{
    Digest, base64,
    json::{Object, Value},
};
use detente_disclosure::Profile;

use super::Stop;

pub(super) struct Input<'v>(&'v Object);

impl<'v> Input<'v> {
    pub(super) const fn new(members: &'v Object) -> Self {
        Self(members)
    }

    pub(super) fn member(&self, name: &str) -> Result<&'v Value, Stop> {
        self.0.get(name).ok_or_else(|| fault(name, "to be there"))
    }

    /// None when the member is missing or null.
    pub(super) fn optional(&self, name: &str) -> Option<&'v Value> {
        self.0.get(name).filter(|value| **value != Value::Null)
    }

    pub(super) fn text(&self, name: &str) -> Result<&'v str, Stop> {
        self.member(name)?.as_str().ok_or_else(|| fault(name, "a string"))
    }

    pub(super) fn object(&self, name: &str) -> Result<&'v Object, Stop> {
        self.member(name)?.as_object().ok_or_else(|| fault(name, "an object"))
    }

    pub(super) fn list(&self, name: &str) -> Result<&'v [Value], Stop> {
        self.member(name)?.as_array().ok_or_else(|| fault(name, "a list"))
    }

    /// Bytes in base64.
    pub(super) fn bytes(&self, name: &str) -> Result<Vec<u8>, Stop> {
        bytes(self.member(name)?).ok_or_else(|| fault(name, "base64"))
    }

    /// A list of byte strings in base64.
    pub(super) fn list_of_bytes(&self, name: &str) -> Result<Vec<Vec<u8>>, Stop> {
        self.list(name)?.iter().map(|item| bytes(item).ok_or_else(|| fault(name, "base64"))).collect()
    }

    /// Bytes in hexadecimal.
    pub(super) fn hexadecimal(&self, name: &str) -> Result<Vec<u8>, Stop> {
        unhex(self.member(name)?).ok_or_else(|| fault(name, "hexadecimal"))
    }

    /// A list of byte strings in hexadecimal.
    pub(super) fn list_of_hexadecimal(&self, name: &str) -> Result<Vec<Vec<u8>>, Stop> {
        self.list(name)?.iter().map(|item| unhex(item).ok_or_else(|| fault(name, "hexadecimal"))).collect()
    }

    /// Thirty-two bytes in hexadecimal.
    pub(super) fn array(&self, name: &str) -> Result<[u8; 32], Stop> {
        self.hexadecimal(name)?.try_into().map_err(|_| fault(name, "32 bytes"))
    }

    /// A digest in hexadecimal.
    pub(super) fn digest(&self, name: &str) -> Result<Digest, Stop> {
        Ok(Digest::from_bytes(self.array(name)?))
    }

    /// A list of digests in hexadecimal.
    pub(super) fn digests(&self, name: &str) -> Result<Vec<Digest>, Stop> {
        let slices = self.list_of_hexadecimal(name)?;
        slices.iter().map(|bytes| Digest::from_slice(bytes).map_err(|_| fault(name, "32 bytes"))).collect()
    }

    /// A `u64` in decimal, which the crates may still find out of range.
    pub(super) fn number(&self, name: &str) -> Result<u64, Stop> {
        let text = self.text(name)?;
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || (text.len() > 1 && text.starts_with('0')) {
            return Err(fault(name, "a decimal number"));
        }
        text.parse().map_err(|_| fault(name, "a number below 2^64"))
    }

    /// `policy` and `companion`.
    pub(super) fn policy(&self) -> Result<Policy, Stop> {
        let companion = self.optional("companion").map(|_| self.bytes("companion")).transpose()?;
        Ok(Policy::parse(&self.bytes("policy")?, companion.as_deref())?)
    }

    /// `profile`.
    pub(super) fn profile(&self) -> Result<Profile, Stop> {
        Ok(Profile::parse(&self.bytes("profile")?)?)
    }
}

pub(super) fn fault(name: &str, expected: &str) -> Stop {
    Stop::Fault(format!("{name}: expected {expected}"))
}

pub(super) fn bytes(value: &Value) -> Option<Vec<u8>> {
    base64::decode(value.as_str()?).ok()
}

pub(super) fn hex(bytes: &[u8]) -> Value {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
}

fn unhex(value: &Value) -> Option<Vec<u8>> {
    let digit = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = value.as_str()?.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}
