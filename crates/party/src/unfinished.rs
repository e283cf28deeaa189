//! A party under construction: made beside its place, put in place at the end, the vault last. What an interrupted run
//! leaves is no party, and the next run takes it away.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use detente_checkpoint::SigningKey;
use detente_core::{LeafIndex, base64};
use detente_log::LogDirectory;
use detente_statement::{KeyHistory, UnverifiedStatement};
use zeroize::Zeroizing;

use crate::folder::{PRIVATE, create_new};
use crate::secret::Secret;
use crate::steps::Steps;
use crate::{PartyError, PartyFolder};

const RECOVERY: &str = "recovery.key";
const RECOVERY_PREFIX: &str = "detente-recovery-v1 ";

/// The parts of a party under construction.
pub(crate) struct Unfinished {
    pub(crate) vault: PathBuf,
    pub(crate) log: PathBuf,
    recovery: PathBuf,
    steps: Steps,
}

/// Refuses a folder that holds a party, or a part of one that is not an interrupted run's.
pub(crate) fn require_none(folder: &PartyFolder) -> Result<(), PartyError> {
    let parts = [folder.log(), folder.path().join(RECOVERY)];
    let none = !folder.vault().exists()
        && (!parts.iter().any(|part| part.exists()) || left_by_interrupted_run(folder).is_some());
    if none { Ok(()) } else { Err(PartyError::PartyExists { path: folder.path().to_owned() }) }
}

/// Of an interrupted run are a log of nothing but its genesis, the recovery key that this names, in or beside its place,
/// and the vault beside its place. A party that lost its vault has none there, and keeps its log.
fn left_by_interrupted_run(folder: &PartyFolder) -> Option<()> {
    let parts = Unfinished::of(folder, &Steps::default());
    if !parts.vault.is_file() {
        return None;
    }
    let place = folder.path().join(RECOVERY);
    let recovery = read_recovery(if place.exists() { &place } else { &parts.recovery })?;
    let tree = LogDirectory::open(folder.log()).ok()?;
    let tree = tree.tree().ok()?;
    let genesis = UnverifiedStatement::decode(&tree.entry(LeafIndex::ZERO).ok()?).ok()?;
    let (history, _) = KeyHistory::begin(genesis).ok()?;
    let named = *history.genesis().recovery() == SigningKey::from_seed(recovery.expose()).public();
    (named && tree.size().get() == 1).then_some(())
}

impl Unfinished {
    fn of(folder: &PartyFolder, steps: &Steps) -> Self {
        let beside = |name: &str| folder.path().join(format!("{name}.new"));
        Self {
            vault: beside("vault.sqlite"),
            log: beside("log"),
            recovery: beside(RECOVERY),
            steps: steps.clone(),
        }
    }

    /// Begins anew, after [`require_none`].
    pub(crate) fn begin(folder: &PartyFolder, steps: &Steps) -> Result<Self, PartyError> {
        let parts = Self::of(folder, steps);
        // Out of their places first, in the reverse order: at every moment it can be told whose they are.
        let [log, recovery, _] = parts.places(folder);
        for (beside, place) in [recovery, log] {
            if place.exists() {
                parts.rename(&place, beside)?;
            }
        }
        let mut journal = parts.vault.clone().into_os_string();
        journal.push("-journal");
        // A journal must not outlive its vault: it would be applied to the next one.
        for path in [&parts.log, &parts.recovery, &PathBuf::from(journal), &parts.vault] {
            steps.remove(path)?;
        }
        Ok(parts)
    }

    pub(crate) fn write_recovery(&self, recovery: &Secret) -> Result<(), PartyError> {
        let text = Zeroizing::new(format!("{RECOVERY_PREFIX}{}\n", base64::encode(recovery.expose())));
        let path = &self.recovery;
        self.steps
            .write(path, text.as_bytes(), |path| create_new(path, PRIVATE))
            .and_then(|file| self.steps.flush(path, &file))
            .map_err(PartyError::unavailable(path))
    }

    /// Puts everything in place; gives the path of the recovery key.
    pub(crate) fn finish(self, folder: &PartyFolder) -> Result<PathBuf, PartyError> {
        for (beside, place) in self.places(folder) {
            self.rename(beside, &place)?;
        }
        Ok(folder.path().join(RECOVERY))
    }

    /// What lies beside its place, and the place, in the order in which they are put there.
    fn places(&self, folder: &PartyFolder) -> [(&Path, PathBuf); 3] {
        [
            (&self.log, folder.log()),
            (&self.recovery, folder.path().join(RECOVERY)),
            (&self.vault, folder.vault()),
        ]
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), PartyError> {
        let renamed = self.steps.rename(from, to).and_then(|()| self.steps.flush_folder(to));
        renamed.map_err(PartyError::unavailable(to))
    }
}

fn read_recovery(path: &Path) -> Option<Secret> {
    let mut text = Zeroizing::new(String::new());
    std::fs::File::open(path).ok()?.take(200).read_to_string(&mut text).ok()?;
    let encoded = text.strip_prefix(RECOVERY_PREFIX)?.strip_suffix('\n')?;
    Secret::from_slice(&Zeroizing::new(base64::decode(encoded).ok()?))
}
