//! A new party: vault, keys, log with its genesis, files to hand over.

use std::path::{Path, PathBuf};

use detente_checkpoint::{KeyType, NoteKey, PolicyFiles, SigningKey};
use detente_core::{LogId, Name, Origin, base64};
use detente_log::{LogSigner, LogWriter};
use detente_statement::{GenesisDraft, KeyHistory, Signer, UnverifiedStatement};
use zeroize::Zeroizing;

use crate::folder::{PRIVATE, Writing, create_new, flush_folder, write_atomically};
use crate::keyring::Keyring;
use crate::secret::{Secret, random};
use crate::vault::{SecretName, Vault};
use crate::{PartyError, PartyFolder, Unlock};

/// What a new party is called and where its things go.
#[derive(Debug, Clone)]
pub struct InitOptions {
    /// The log's origin.
    pub origin: Origin,
    /// The party's name; also the name of its audience key.
    pub name: Name,
    /// The unlock file: read when it exists, made otherwise.
    pub unlock: PathBuf,
}

/// What a new party consists of.
#[derive(Debug, Clone)]
pub struct Initialised {
    /// The id of its log.
    pub log: LogId,
    /// Whether the unlock file was made now.
    pub unlock_created: bool,
    /// The recovery key, to be moved offline.
    pub recovery: PathBuf,
    /// Files to hand over.
    pub share: Vec<PathBuf>,
}

/// Makes a party in a folder that holds none.
///
/// # Errors
/// [`PartyError::PartyExists`], [`PartyError::Unavailable`], those of the unlock file, the vault and the log.
pub fn init_party(folder: &PartyFolder, options: &InitOptions) -> Result<Initialised, PartyError> {
    require_none(folder)?;
    // What can be refused without leaving anything behind comes first.
    let known = options.unlock.exists().then(|| Unlock::read(&options.unlock)).transpose()?;
    make_folders(folder)?;
    let unlock_created = known.is_none();
    let unlock = known.map_or_else(|| Unlock::create(&options.unlock), Ok)?;
    let made = make(folder, &options.origin, &options.name, &unlock)?;
    Ok(Initialised { unlock_created, ..made })
}

/// Makes a party whose vault is opened by `unlock`, such as a passphrase.
///
/// # Errors
/// As [`init_party`].
pub fn init_party_with(
    folder: &PartyFolder,
    origin: &Origin,
    name: &Name,
    unlock: &Unlock,
) -> Result<Initialised, PartyError> {
    require_none(folder)?;
    make_folders(folder)?;
    make(folder, origin, name, unlock)
}

fn require_none(folder: &PartyFolder) -> Result<(), PartyError> {
    let parts = [folder.vault(), folder.log(), folder.path().join("recovery.key")];
    if parts.iter().any(|part| part.exists()) {
        return Err(PartyError::PartyExists { path: folder.path().to_owned() });
    }
    Ok(())
}

fn make_folders(folder: &PartyFolder) -> Result<(), PartyError> {
    for path in [folder.path().to_owned(), folder.share(), folder.trusted(), folder.receipts()] {
        std::fs::create_dir_all(&path).map_err(PartyError::unavailable(&path))?;
    }
    Ok(())
}

fn make(
    folder: &PartyFolder,
    origin: &Origin,
    name: &Name,
    unlock: &Unlock,
) -> Result<Initialised, PartyError> {
    let author = Secret::random()?;
    let sealing = Secret::random()?;
    let checkpoint = Secret::random()?;
    let recovery = Secret::random()?;
    let key = |secret: &Secret| SigningKey::from_seed(secret.expose());
    let signer = LogSigner::new(origin.clone(), key(&checkpoint));
    let draft = GenesisDraft {
        origin: origin.clone(),
        party: name.to_string(),
        checkpoint_key: signer.note_key(),
        authors: vec![key(&author).public()],
        sealing: key(&sealing).public(),
        recovery: key(&recovery).public(),
        predecessor: None,
        nonce: random()?,
        random: random()?,
    };
    let genesis = Signer::genesis(&key(&author), &draft)?;
    let (history, _) = KeyHistory::begin(UnverifiedStatement::decode(&genesis)?)?;

    // Made beside its place, and put in place at the end, the vault last: what an interrupted run leaves is no party yet.
    let unfinished = Unfinished::begin(folder)?;
    let vault = Vault::create(&unfinished.vault, unlock)?;
    let first = Keyring::first();
    vault.put_secret(SecretName::Master, &Secret::random()?)?;
    vault.put_secret(SecretName::Key(first.in_use.author), &author)?;
    vault.put_secret(SecretName::Key(first.in_use.sealing), &sealing)?;
    vault.put_secret(SecretName::CheckpointKey, &checkpoint)?;
    vault.put_secret(SecretName::Epoch, &Secret::random()?)?;
    drop(vault);
    write_recovery(&unfinished.recovery, &recovery)?;
    LogWriter::create(&unfinished.log, origin)?.append(&[genesis], &signer)?;
    let share = write_share(folder, origin, name, &signer, &key(&author))?;
    let recovery = unfinished.finish(folder)?;
    Ok(Initialised { log: history.log(), unlock_created: false, recovery, share })
}

/// The parts of a party under construction.
struct Unfinished {
    vault: PathBuf,
    log: PathBuf,
    recovery: PathBuf,
}

impl Unfinished {
    fn begin(folder: &PartyFolder) -> Result<Self, PartyError> {
        let beside = |name: &str| folder.path().join(format!("{name}.new"));
        let parts =
            Self { vault: beside("vault.sqlite"), log: beside("log"), recovery: beside("recovery.key") };
        for path in [&parts.vault, &parts.recovery] {
            if path.exists() {
                std::fs::remove_file(path).map_err(PartyError::unavailable(path))?;
            }
        }
        if parts.log.exists() {
            std::fs::remove_dir_all(&parts.log).map_err(PartyError::unavailable(&parts.log))?;
        }
        Ok(parts)
    }

    fn finish(self, folder: &PartyFolder) -> Result<PathBuf, PartyError> {
        let recovery = folder.path().join("recovery.key");
        for (from, to) in
            [(&self.recovery, &recovery), (&self.log, &folder.log()), (&self.vault, &folder.vault())]
        {
            std::fs::rename(from, to).and_then(|()| flush_folder(to)).map_err(PartyError::unavailable(to))?;
        }
        Ok(recovery)
    }
}

fn write_share(
    folder: &PartyFolder,
    origin: &Origin,
    name: &Name,
    signer: &LogSigner,
    author: &SigningKey,
) -> Result<Vec<PathBuf>, PartyError> {
    let share = folder.share();
    let files = PolicyFiles::unwitnessed(origin, signer.note_key().key(), &[name.as_str()]);
    let audience = NoteKey::new(name.clone(), KeyType::Log, author.public());
    let contents = [
        (format!("{}.policy", folder.name()), files.policy),
        (format!("{}.policy.json", folder.name()), files.companion),
    ];
    let contents = contents.into_iter().map(|(name, bytes)| (share.join(name), bytes));
    contents
        .chain([(folder.audience_key(name), format!("{audience}\n").into_bytes())])
        .map(|(path, bytes)| {
            write_atomically(&path, &bytes, Writing::Public)?;
            Ok(path)
        })
        .collect()
}

fn write_recovery(path: &Path, recovery: &Secret) -> Result<(), PartyError> {
    use std::io::Write as _;
    let text = Zeroizing::new(format!("detente-recovery-v1 {}\n", base64::encode(recovery.expose())));
    let mut file = create_new(path, PRIVATE).map_err(PartyError::unavailable(path))?;
    file.write_all(text.as_bytes()).map_err(PartyError::unavailable(path))?;
    file.sync_all().map_err(PartyError::unavailable(path))
}
