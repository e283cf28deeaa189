//! The members of a file that is handed over, taken one by one.

use detente_core::{LogId, base64, json::Object, json::Value};
use zeroize::Zeroizing;

use super::{ContentFile, ContentSalt, malformed, within_limit};
use crate::AgreementError;

pub(super) struct Members {
    file: ContentFile,
    left: Object,
}

impl Members {
    /// Reads a file of ours that says which sort it is.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, AgreementError> {
        // Until it has said so it is called a content.
        let file = ContentFile::Content;
        within_limit(file, bytes.len())?;
        let value = Value::parse_file(bytes).map_err(|source| AgreementError::Core { file, source })?;
        let Value::Object(left) = value else { return Err(malformed(file, "the whole", "an object")) };
        let mut members = Self { file, left };
        let version = members.string("detente")?;
        members.file = [ContentFile::Content, ContentFile::Manifest]
            .into_iter()
            .find(|sort| sort.version() == version)
            .ok_or_else(|| malformed(file, "detente", "content/v1 or manifest/v1"))?;
        Ok(members)
    }

    pub(super) const fn sort(&self) -> ContentFile {
        self.file
    }

    pub(super) fn string(&mut self, name: &str) -> Result<String, AgreementError> {
        match self.left.remove(name) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(malformed(self.file, name, "a string")),
        }
    }

    pub(super) fn object(&mut self, name: &str) -> Result<Object, AgreementError> {
        match self.left.remove(name) {
            Some(Value::Object(object)) => Ok(object),
            _ => Err(malformed(self.file, name, "an object")),
        }
    }

    pub(super) fn array(&mut self, name: &str) -> Result<Vec<Value>, AgreementError> {
        match self.left.remove(name) {
            Some(Value::Array(items)) => Ok(items),
            _ => Err(malformed(self.file, name, "an array")),
        }
    }

    /// Takes what both sorts have, and refuses what nobody has taken.
    pub(super) fn finish(mut self) -> Result<(LogId, ContentSalt), AgreementError> {
        let file = self.file;
        let log = LogId::from_hex(&self.string("log")?)
            .map_err(|_| malformed(file, "log", "64 lower-case hexadecimal digits"))?;
        let salt = Zeroizing::new(self.string("salt")?);
        let salt =
            base64::decode(&salt).ok().map(Zeroizing::new).and_then(|bytes| bytes.as_slice().try_into().ok());
        let salt = salt.ok_or_else(|| malformed(file, "salt", "base64 of 32 bytes"))?;
        match self.left.keys().next() {
            Some(other) => Err(malformed(file, other, "no member of this name")),
            None => Ok((log, ContentSalt::from_bytes(salt))),
        }
    }
}
