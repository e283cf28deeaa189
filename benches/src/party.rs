//! A new party in a temporary folder.

use detente_checkpoint::Policy;
use detente_core::Origin;
use detente_party::{InitOptions, Party, PartyFolder, Unlock, init_party};
use tempfile::TempDir;

use crate::measure::Failure;

/// A party whose folder goes away with it. `TMPDIR` says on which file system.
pub struct TemporaryParty {
    /// The open party.
    pub party: Party,
    folder: PartyFolder,
    _directory: TempDir,
}

impl TemporaryParty {
    /// A party without reports.
    ///
    /// # Errors
    /// Those of making one.
    pub fn new() -> Result<Self, Failure> {
        let directory = TempDir::new()?;
        let folder = PartyFolder::new(directory.path().join("a"));
        let unlock = directory.path().join("a.key");
        let origin = Origin::parse("a.example/log")?;
        let name = Origin::parse("a.example")?.key_name().clone();
        init_party(&folder, &InitOptions { origin, name, unlock: unlock.clone() })?;
        let party = Party::open(folder.clone(), &Unlock::read(&unlock)?)?;
        Ok(Self { party, folder, _directory: directory })
    }

    /// Its folder.
    pub const fn folder(&self) -> &PartyFolder {
        &self.folder
    }

    /// The policy that it hands to counterparts.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn policy(&self) -> Result<Policy, Failure> {
        let share = self.folder.share();
        let policy = std::fs::read(share.join("a.policy"))?;
        let companion = std::fs::read(share.join("a.policy.json"))?;
        Ok(Policy::parse(&policy, Some(&companion))?)
    }
}
