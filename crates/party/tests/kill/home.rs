//! The folder of one trial: two parties, the unlock file of the one that is killed, and what is said of its log.

use std::fs;
use std::path::{Path, PathBuf};

use detente_agreement::Body;
use detente_checkpoint::Policy;
use detente_core::{Digest, LeafIndex, LogId, Name, Origin};
use detente_log::LogDirectory;
use detente_merkle::leaf_hash;
use detente_party::{
    CommitOptions, Duplicates, Filled, InitOptions, Party, PartyError, PartyFolder, Unlock, read_reports,
};
use zeroize::Zeroizing;

/// A folder with the party `a`, its unlock file beside it, and another party `b`.
pub(crate) struct Home(PathBuf);

impl Home {
    pub(crate) fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn folder(&self) -> PartyFolder {
        PartyFolder::new(self.0.join("a"))
    }

    pub(crate) fn other(&self) -> PartyFolder {
        PartyFolder::new(self.0.join("b"))
    }

    pub(crate) fn unlock_path(&self) -> PathBuf {
        self.0.join("a.key")
    }

    pub(crate) fn init_options(&self) -> InitOptions {
        options("a", self.unlock_path())
    }

    pub(crate) fn other_options(&self) -> InitOptions {
        options("b", self.0.join("b.key"))
    }

    /// What opens the vault now, of the two that ever did.
    pub(crate) fn unlock(&self) -> Unlock {
        if self.opened_by_passphrase() { passphrase() } else { Unlock::read(&self.unlock_path()).unwrap() }
    }

    /// Whether the unlock file is no longer what opens the vault.
    pub(crate) fn opened_by_passphrase(&self) -> bool {
        match Party::open(self.folder(), &Unlock::read(&self.unlock_path()).unwrap()) {
            Ok(_) => false,
            Err(PartyError::OtherMeans { .. }) => true,
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) fn party(&self) -> Party {
        Party::open(self.folder(), &self.unlock()).unwrap()
    }

    pub(crate) fn log(&self) -> LogDirectory {
        LogDirectory::open(self.folder().log()).unwrap()
    }

    /// A request to the other party, whose content the log only commits to.
    pub(crate) fn request(&self) -> Filled {
        let other = LogDirectory::open(self.other().log()).unwrap().entry(LeafIndex::ZERO).unwrap();
        let fields =
            ["authority", "data", "offence"].map(|name| (name.to_owned(), "what it says".to_owned()));
        Filled {
            body: Body::Request { to: LogId::new(leaf_hash(&other).digest()), content: Digest::ZERO },
            content: Some(fields.into()),
            evidence: Vec::new(),
        }
    }

    /// The size that readers see.
    pub(crate) fn log_size(&self) -> u64 {
        self.log().checkpoint().unwrap().claimed().size().get()
    }

    pub(crate) fn copy_to(&self, path: &Path) -> Self {
        copy(&self.0, path);
        Self::new(path)
    }
}

pub(crate) fn policy(folder: &PartyFolder) -> Policy {
    let file = |end: &str| fs::read(folder.share().join(format!("{}{end}", folder.name()))).unwrap();
    Policy::parse(&file(".policy"), Some(&file(".policy.json"))).unwrap()
}

/// The means that the vault is changed to.
pub(crate) fn passphrase() -> Unlock {
    Unlock::passphrase(Zeroizing::new("first light over the harbour".to_owned())).unwrap()
}

pub(crate) fn commit(
    party: &mut Party,
    duplicates: Duplicates,
    receipts: bool,
    reports: &str,
) -> Result<detente_party::CommitReport, PartyError> {
    let options = CommitOptions { duplicates, receipts, ..CommitOptions::default() };
    party.commit(&options, |each| read_reports("reports", reports.as_bytes(), each))
}

pub(crate) fn leaf_index(index: u64) -> LeafIndex {
    LeafIndex::new(index).unwrap()
}

/// Minimal reports with these ids, one a line.
pub(crate) fn reports(word: &str, ids: core::ops::Range<u64>, summary: &str) -> String {
    ids.map(|id| format!("{{\"incident_id\":\"{word}-{id}\",\"summary\":\"{summary}\"}}\n")).collect()
}

/// Every file and folder below a folder.
pub(crate) fn names(folder: &Path) -> Vec<PathBuf> {
    let (mut open, mut found) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            found.push(path.clone());
            if path.is_dir() {
                open.push(path);
            }
        }
    }
    found
}

fn options(name: &str, unlock: PathBuf) -> InitOptions {
    InitOptions {
        origin: Origin::parse(&format!("{name}.example/log")).unwrap(),
        name: Name::parse(&format!("{name}.example")).unwrap(),
        unlock,
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).unwrap();
    }
}
