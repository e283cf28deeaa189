//! A witness in one folder: who it is, its key, its memory (`specs/witness.md` "Folder").

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

use detente_checkpoint::{KeyType, NoteKey, SigningKey};
use detente_core::{
    Name,
    json::{Object, Value},
};
use zeroize::Zeroizing;

use crate::{
    SqliteStore, TrustedLogs, Witness, WitnessError, WitnessStore,
    key_file::{read_key_file, write_key_file},
    refusal::check_name,
};

const MAX_CONFIGURATION_BYTES: u64 = 1_048_576;

/// The folder of a witness: `witness.json`, `witness.key`, `witness.sqlite`.
#[derive(Debug, Clone)]
pub struct WitnessFolder(PathBuf);

impl WitnessFolder {
    /// Names a folder; nothing is read or made.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Who it is and whom it follows.
    pub fn configuration(&self) -> PathBuf {
        self.0.join("witness.json")
    }

    /// The key, readable by its owner alone.
    pub fn key(&self) -> PathBuf {
        self.0.join("witness.key")
    }

    /// The memory.
    pub fn store(&self) -> PathBuf {
        self.0.join("witness.sqlite")
    }

    /// Makes a witness with a new random key. Nothing that is there is overwritten.
    ///
    /// # Errors
    /// [`WitnessError::Name`], [`WitnessError::Randomness`], [`WitnessError::Unavailable`], [`WitnessError::Store`].
    pub fn create(&self, name: Name, logs: TrustedLogs) -> Result<Witness<SqliteStore>, WitnessError> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut_slice()).map_err(|_| WitnessError::Randomness)?;
        self.create_from_seed(name, &seed, logs)
    }

    /// [`Self::create`] with the key of a seed: for a key that was made elsewhere, and has signed nothing yet.
    ///
    /// # Errors
    /// [`WitnessError::Name`], [`WitnessError::Unavailable`], [`WitnessError::Store`].
    pub fn create_from_seed(
        &self,
        name: Name,
        seed: &[u8; 32],
        logs: TrustedLogs,
    ) -> Result<Witness<SqliteStore>, WitnessError> {
        check_name(&name)?;
        fs::create_dir_all(&self.0).map_err(WitnessError::unavailable(&self.0))?;
        let key = SigningKey::from_seed(seed);
        write_key_file(&self.key(), seed)?;
        let store = SqliteStore::create(
            &self.store(),
            &NoteKey::new(name.clone(), KeyType::Cosignature, key.public()),
        )?;
        // Last, so that a folder that has it is whole.
        write_new(&self.configuration(), &configuration(&name, &logs))?;
        flush_folder(&self.0)?;
        Ok(Witness::new(name, key, logs, store))
    }

    /// Opens the witness. What is missing is not made.
    ///
    /// # Errors
    /// [`WitnessError::Unavailable`], [`WitnessError::Configuration`], those of vkeys, [`WitnessError::KeyFile`],
    /// [`WitnessError::KeyFileOpen`], [`WitnessError::NoStore`], [`WitnessError::OtherStore`],
    /// [`WitnessError::Store`].
    pub fn open(&self) -> Result<Witness<SqliteStore>, WitnessError> {
        self.open_with(Ok)
    }

    /// [`Self::open`], with the store inside another one.
    ///
    /// # Errors
    /// As [`Self::open`], and those of `wrap`.
    pub fn open_with<S: WitnessStore>(
        &self,
        wrap: impl FnOnce(SqliteStore) -> Result<S, WitnessError>,
    ) -> Result<Witness<S>, WitnessError> {
        let (name, logs) = self.read_configuration()?;
        let key = read_key_file(&self.key())?;
        let note_key = NoteKey::new(name.clone(), KeyType::Cosignature, key.public());
        let store = wrap(SqliteStore::open(&self.store(), &note_key)?)?;
        Ok(Witness::new(name, key, logs, store))
    }

    /// Follows one more log, or one more key of a log. An open witness learns of it when it is opened again.
    ///
    /// # Errors
    /// [`WitnessError::KeyType`], [`WitnessError::KeyTwice`], and those of reading and writing `witness.json`.
    pub fn add_log(&self, key: NoteKey) -> Result<(), WitnessError> {
        let (name, mut logs) = self.read_configuration()?;
        logs.trust(key)?;
        let path = self.configuration();
        let bytes = configuration(&name, &logs);
        let temporary = self.0.join(format!(".witness.json.{}.tmp", std::process::id()));
        write_new(&temporary, &bytes)?;
        fs::rename(&temporary, &path).map_err(|error| {
            let _ = fs::remove_file(&temporary);
            WitnessError::unavailable(&path)(error)
        })?;
        flush_folder(&self.0)
    }

    /// The name and the logs of `witness.json`.
    ///
    /// # Errors
    /// [`WitnessError::Unavailable`], [`WitnessError::Configuration`], [`WitnessError::Name`], those of vkeys.
    pub fn read_configuration(&self) -> Result<(Name, TrustedLogs), WitnessError> {
        let path = self.configuration();
        let mut bytes = Vec::new();
        File::open(&path)
            .and_then(|file| file.take(MAX_CONFIGURATION_BYTES + 1).read_to_end(&mut bytes))
            .map_err(WitnessError::unavailable(&path))?;
        let malformed = |expected| WitnessError::Configuration { path: path.clone(), expected };
        if bytes.len() as u64 > MAX_CONFIGURATION_BYTES {
            return Err(malformed("at most 1,048,576 bytes"));
        }
        let file = Value::parse_file(&bytes).map_err(|_| malformed("canonical JSON and one line feed"))?;
        let members = file.as_object().filter(|members| members.len() == 2);
        let member = |name| members.and_then(|members: &Object| members.get(name));
        let name = member("name")
            .and_then(Value::as_str)
            .and_then(|name| Name::parse(name).ok())
            .ok_or_else(|| malformed("the members logs and name, name a key name"))?;
        check_name(&name)?;
        let vkeys = member("logs").and_then(Value::as_array).ok_or_else(|| malformed("logs to be a list"))?;
        let mut logs = TrustedLogs::default();
        for vkey in vkeys {
            let vkey = vkey.as_str().ok_or_else(|| malformed("logs to be a list of vkeys"))?;
            logs.trust(NoteKey::parse(vkey)?)?;
        }
        Ok((name, logs))
    }
}

fn configuration(name: &Name, logs: &TrustedLogs) -> Vec<u8> {
    let vkeys: Vec<Value> = logs.keys().map(|key| key.to_string().into()).collect();
    Value::from([("logs", vkeys.into()), ("name", name.as_str().into())]).to_file()
}

fn write_new(path: &Path, bytes: &[u8]) -> Result<(), WitnessError> {
    File::create_new(path)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .map_err(WitnessError::unavailable(path))
}

/// New names reach the disk only with the folder itself.
fn flush_folder(path: &Path) -> Result<(), WitnessError> {
    #[cfg(unix)]
    File::open(path).and_then(|folder| folder.sync_all()).map_err(WitnessError::unavailable(path))?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
