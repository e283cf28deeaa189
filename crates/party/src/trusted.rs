//! Keys that counterparts handed over: `trusted/*.vkey`, or a key file named directly (`specs/party.md` "Share folder").

use std::io::Read as _;
use std::path::Path;

use detente_checkpoint::{KeyType, NoteKey};
use detente_core::KeyDigest;
use detente_statement::key_digest;

use crate::{PartyError, PartyFolder};

/// The most bytes that are read of a key file; a name of 255 bytes and a key need fewer.
const LIMIT: u64 = 4096;

/// Who a presentation is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    name: String,
    key: KeyDigest,
}

impl Audience {
    /// Reads a key file: one line, a type 0x01 vkey.
    ///
    /// # Errors
    /// [`PartyError::Unavailable`], [`PartyError::KeyFile`] and [`PartyError::KeyFileType`] for anything but such a key.
    pub fn read(path: &Path) -> Result<Self, PartyError> {
        let unavailable = PartyError::unavailable(path);
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).map_err(&unavailable)?;
        file.take(LIMIT).read_to_end(&mut bytes).map_err(&unavailable)?;
        let text = core::str::from_utf8(&bytes).unwrap_or_default();
        let key = NoteKey::parse(text.strip_suffix('\n').unwrap_or(text))
            .map_err(|source| PartyError::KeyFile { path: path.to_owned(), source })?;
        if key.kind() != KeyType::Log {
            return Err(PartyError::KeyFileType { path: path.to_owned() });
        }
        Ok(Self { name: key.name().to_string(), key: key_digest(key.key()) })
    }

    /// Looks a name up in `trusted/`, or reads the key file of that path.
    ///
    /// # Errors
    /// [`PartyError::UnknownAudience`], [`PartyError::AmbiguousAudience`] when two keys have the name, or those of
    /// [`Self::read`], for any key file in the folder.
    pub fn find(folder: &PartyFolder, name: &str) -> Result<Self, PartyError> {
        let trusted = folder.trusted();
        let mut found: Option<Self> = None;
        if let Ok(entries) = std::fs::read_dir(&trusted) {
            let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
            files.sort();
            for path in files.iter().filter(|path| path.extension().is_some_and(|end| end == "vkey")) {
                let audience = Self::read(path)?;
                match &found {
                    _ if audience.name != name => {}
                    // Whoever hands over a key under another's name would get what is meant for that other.
                    Some(first) if first.key != audience.key => {
                        return Err(PartyError::AmbiguousAudience { name: name.to_owned(), folder: trusted });
                    }
                    _ => found = Some(audience),
                }
            }
        }
        if let Some(found) = found {
            return Ok(found);
        }
        if Path::new(name).is_file() {
            return Self::read(Path::new(name));
        }
        Err(PartyError::UnknownAudience { name: name.to_owned(), folder: trusted })
    }

    /// The name in the key file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The digest that a grant names.
    pub const fn key(&self) -> KeyDigest {
        self.key
    }
}
