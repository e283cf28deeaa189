//! Saved choices of fields: `sets/NAME.fields`, one field a line, `#` begins a remark (`specs/party.md` "Field sets").

use std::io::Read as _;
use std::path::PathBuf;

use detente_disclosure::{DisclosureError, Profile};

use crate::{PartyError, PartyFolder, Writing, write_atomically};

/// Most bytes of a set; every slot of a profile by name takes fewer.
const LIMIT: u64 = 65_536;

const END: &str = ".fields";

/// A named choice of fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldSet {
    name: String,
    fields: Vec<String>,
}

impl FieldSet {
    /// A set of fields by the names that people type.
    ///
    /// # Errors
    /// [`PartyError::Argument`] for a name that makes no file name, or no field; [`PartyError::Disclosure`] for a name of no field.
    pub fn new(name: &str, fields: Vec<String>) -> Result<Self, PartyError> {
        require_name(name)?;
        if fields.is_empty() {
            return Err(PartyError::Argument { argument: "--field", expected: "at least one field" });
        }
        for field in &fields {
            Profile::veris_1().select(field)?;
        }
        Ok(Self { name: name.to_owned(), fields })
    }

    /// Reads a set of a party.
    ///
    /// # Errors
    /// [`PartyError::UnknownSet`], [`PartyError::SetLine`] for a line that names no field, [`PartyError::Unavailable`].
    pub fn read(folder: &PartyFolder, name: &str) -> Result<Self, PartyError> {
        require_name(name)?;
        let path = path(folder, name);
        let unavailable = PartyError::unavailable(&path);
        let file = match std::fs::File::open(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(PartyError::UnknownSet { name: name.to_owned(), folder: folder.sets() });
            }
            opened => opened.map_err(&unavailable)?,
        };
        let mut text = String::new();
        file.take(LIMIT).read_to_string(&mut text).map_err(&unavailable)?;
        let mut fields = Vec::new();
        for (line, text) in (1..).zip(text.lines()) {
            let field = text.split('#').next().unwrap_or_default().trim();
            if field.is_empty() {
                continue;
            }
            let wrong = |source: DisclosureError| PartyError::SetLine { path: path.clone(), line, source };
            Profile::veris_1().select(field).map_err(wrong)?;
            fields.push(field.to_owned());
        }
        Ok(Self { name: name.to_owned(), fields })
    }

    /// The names of a party's sets, in order. Other files of the folder are passed over.
    ///
    /// # Errors
    /// [`PartyError::Unavailable`]; a folder that is not there holds no set.
    pub fn list(folder: &PartyFolder) -> Result<Vec<String>, PartyError> {
        let sets = folder.sets();
        let entries = match std::fs::read_dir(&sets) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            read => read.map_err(PartyError::unavailable(&sets))?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let file = entry.map_err(PartyError::unavailable(&sets))?.file_name();
            let name = file.to_str().and_then(|file| file.strip_suffix(END));
            names.extend(name.filter(|name| is_name(name)).map(str::to_owned));
        }
        names.sort();
        Ok(names)
    }

    /// Writes the set, readable by its owner alone: what a party means to open is its own affair.
    ///
    /// # Errors
    /// [`PartyError::SetExists`] unless it may be replaced, [`PartyError::Unavailable`].
    pub fn save(&self, folder: &PartyFolder, replace: bool) -> Result<PathBuf, PartyError> {
        let (sets, path) = (folder.sets(), path(folder, &self.name));
        std::fs::create_dir_all(&sets).map_err(PartyError::unavailable(&sets))?;
        if path.exists() && !replace {
            return Err(PartyError::SetExists { path });
        }
        let writing = if replace { Writing::PrivateReplacing } else { Writing::PrivateNew };
        write_atomically(&path, format!("{}\n", self.fields.join("\n")).as_bytes(), writing)?;
        Ok(path)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its fields, in the order of the file.
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// How many slots it opens.
    pub fn slots(&self) -> usize {
        let slots = self.fields.iter().filter_map(|field| Profile::veris_1().select(field).ok()).flatten();
        slots.collect::<std::collections::BTreeSet<_>>().len()
    }
}

fn path(folder: &PartyFolder, name: &str) -> PathBuf {
    folder.sets().join(format!("{name}{END}"))
}

fn require_name(name: &str) -> Result<(), PartyError> {
    if is_name(name) {
        return Ok(());
    }
    let expected = "a name of 1 to 64 letters, digits, hyphens and underscores";
    Err(PartyError::Argument { argument: "NAME", expected })
}

/// Nothing that leads out of the folder.
fn is_name(name: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=64).contains(&name.len()) && name.bytes().all(known)
}
