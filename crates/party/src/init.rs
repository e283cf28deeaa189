//! A new party: vault, keys, log with its genesis, files to hand over.

use std::path::PathBuf;
use std::sync::Arc;

use detente_checkpoint::{Ed25519Signer as _, KeyType, NoteKey, PolicyFiles, PublicKey, SigningKey};
use detente_core::{LogId, Name, Origin};
use detente_log::{LogSigner, LogWriter};
use detente_statement::{GenesisDraft, KeyHistory, Signer, UnverifiedStatement};

use crate::folder::{Writing, remove_attempts, write_announced};
use crate::keyring::Keyring;
use crate::keys::token_key_label;
use crate::party_key::NewPartyKey;
use crate::secret::{Secret, random};
use crate::steps::Steps;
use crate::token::Tokens;
use crate::unfinished::{Unfinished, require_none};
use crate::vault::{SecretName, Vault};
use crate::{PartyError, PartyFolder, PartyHook, TokenChoice, Unlock};

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
    init_announced(folder, options, None, &Steps::default())
}

/// [`init_party`] with its author, sealing and checkpoint keys in a token. The recovery key is an offline file all the
/// same: it is what is left when the token is lost.
///
/// # Errors
/// As [`init_party`]; [`PartyError::Token`]. A key that was made in the token is removed again then.
pub fn init_party_in_token(
    folder: &PartyFolder,
    options: &InitOptions,
    token: TokenChoice<'_>,
) -> Result<Initialised, PartyError> {
    init_announced(folder, options, Some(token), &Steps::default())
}

/// [`init_party`], its durable steps announced.
///
/// # Errors
/// As [`init_party`].
pub fn init_party_with_hook(
    folder: &PartyFolder,
    options: &InitOptions,
    hook: impl PartyHook + 'static,
) -> Result<Initialised, PartyError> {
    init_announced(folder, options, None, &Steps::new(hook))
}

fn init_announced(
    folder: &PartyFolder,
    options: &InitOptions,
    token: Option<TokenChoice<'_>>,
    steps: &Steps,
) -> Result<Initialised, PartyError> {
    require_none(folder)?;
    // What can be refused without leaving anything behind comes first.
    let known = options.unlock.exists().then(|| Unlock::read(&options.unlock)).transpose()?;
    let keys = FirstKeys::make(&options.name, token)?;
    make_folders(folder, steps)?;
    remove_attempts(&options.unlock, steps)?;
    let unlock_created = known.is_none();
    let unlock = known.map_or_else(|| Unlock::create_announced(&options.unlock, steps), Ok)?;
    let made = make(folder, &options.origin, &options.name, &unlock, &keys, steps)?;
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
    init_with(folder, origin, name, unlock, None)
}

/// [`init_party_with`] with its keys in a token, as [`init_party_in_token`].
///
/// # Errors
/// As [`init_party_in_token`].
pub fn init_party_with_in_token(
    folder: &PartyFolder,
    origin: &Origin,
    name: &Name,
    unlock: &Unlock,
    token: TokenChoice<'_>,
) -> Result<Initialised, PartyError> {
    init_with(folder, origin, name, unlock, Some(token))
}

fn init_with(
    folder: &PartyFolder,
    origin: &Origin,
    name: &Name,
    unlock: &Unlock,
    token: Option<TokenChoice<'_>>,
) -> Result<Initialised, PartyError> {
    require_none(folder)?;
    let keys = FirstKeys::make(name, token)?;
    let steps = Steps::default();
    make_folders(folder, &steps)?;
    make(folder, origin, name, unlock, &keys, &steps)
}

/// The keys that a genesis names; in a token they go again, unless they are kept.
struct FirstKeys {
    author: NewPartyKey,
    sealing: NewPartyKey,
    checkpoint: NewPartyKey,
}

impl FirstKeys {
    fn make(name: &Name, token: Option<TokenChoice<'_>>) -> Result<Self, PartyError> {
        let tokens = Tokens::default();
        let key = |role: &str| match token {
            None => NewPartyKey::in_vault(),
            Some(choice) => {
                let label = token_key_label(name.as_str(), role);
                tokens.make(choice, None, &label).map(NewPartyKey::in_token)
            }
        };
        let author = key("author")?;
        let sealing = key("sealing")?;
        let checkpoint = key("checkpoint")?;
        Ok(Self { author, sealing, checkpoint })
    }
}

fn make_folders(folder: &PartyFolder, steps: &Steps) -> Result<(), PartyError> {
    for path in [folder.path().to_owned(), folder.share(), folder.trusted(), folder.receipts()] {
        steps.create_folder(&path)?;
    }
    Ok(())
}

fn make(
    folder: &PartyFolder,
    origin: &Origin,
    name: &Name,
    unlock: &Unlock,
    keys: &FirstKeys,
    steps: &Steps,
) -> Result<Initialised, PartyError> {
    let FirstKeys { author, sealing, checkpoint } = keys;
    let recovery = Secret::random()?;
    let signer = LogSigner::new(origin.clone(), Arc::clone(&checkpoint.key));
    let draft = GenesisDraft {
        origin: origin.clone(),
        party: name.to_string(),
        checkpoint_key: signer.note_key(),
        authors: vec![author.key.public()],
        sealing: sealing.key.public(),
        recovery: SigningKey::from_seed(recovery.expose()).public(),
        predecessor: None,
        nonce: random()?,
        random: random()?,
    };
    let genesis = Signer::genesis(&author.key, &draft)?;
    let (history, _) = KeyHistory::begin(UnverifiedStatement::decode(&genesis)?)?;

    // Made beside its place, and put in place at the end, the vault last: what an interrupted run leaves is no party yet.
    let unfinished = Unfinished::begin(folder, steps)?;
    let mut vault = Vault::create(&unfinished.vault, unlock, steps)?;
    let mut first = Keyring::first();
    vault.put_secret(SecretName::Master, &Secret::random()?)?;
    let in_use = first.in_use;
    for (name, key) in [
        (SecretName::Key(in_use.author), author),
        (SecretName::Key(in_use.sealing), sealing),
        (SecretName::CheckpointKey, checkpoint),
    ] {
        match &key.seed {
            Some(seed) => vault.put_secret(name, seed)?,
            None => first.put_place(name.number(), key.place()),
        }
    }
    if first != Keyring::first() {
        vault.put_keyring(&first, None)?;
    }
    vault.put_secret(SecretName::Epoch, &Secret::random()?)?;
    vault.put_secret(SecretName::Log, &Secret::of_log(history.log()))?;
    drop(vault);
    unfinished.write_recovery(&recovery)?;
    LogWriter::create_in(steps.store(&unfinished.log), origin)?.append(&[genesis], &signer)?;
    let share = write_share(folder, origin, name, &signer, author.key.public(), steps)?;
    // From here on a failure may leave a party behind, and its keys must not go.
    for key in [author, sealing, checkpoint] {
        key.keep();
    }
    let recovery = unfinished.finish(folder)?;
    Ok(Initialised { log: history.log(), unlock_created: false, recovery, share })
}

fn write_share(
    folder: &PartyFolder,
    origin: &Origin,
    name: &Name,
    signer: &LogSigner,
    author: PublicKey,
    steps: &Steps,
) -> Result<Vec<PathBuf>, PartyError> {
    let share = folder.share();
    let files = PolicyFiles::unwitnessed(origin, signer.note_key().key(), &[name.as_str()]);
    let audience = NoteKey::new(name.clone(), KeyType::Log, author);
    let contents = [
        (format!("{}.policy", folder.name()), files.policy),
        (format!("{}.policy.json", folder.name()), files.companion),
    ];
    let contents = contents.into_iter().map(|(name, bytes)| (share.join(name), bytes));
    contents
        .chain([(folder.audience_key(name), format!("{audience}\n").into_bytes())])
        .map(|(path, bytes)| {
            remove_attempts(&path, steps)?;
            write_announced(&path, &bytes, Writing::Public, steps)?;
            Ok(path)
        })
        .collect()
}
