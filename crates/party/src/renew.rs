//! A receipt made again from the log: the one that was written at the commit may be lost, or older than the witnesses.

use detente_checkpoint::{Policy, PolicyFiles, UnverifiedCheckpoint, UnverifiedProof};
use detente_core::{Digest, LeafIndex, StatementId, TreeSize};
use detente_log::LogDirectory;
use detente_merkle::leaf_hash;
use detente_statement::{KeyHistory, UnverifiedStatement};

use crate::covering::{covering, shared_policy};
use crate::{PartyError, PartyFolder};

/// A receipt, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The entry.
    pub index: LeafIndex,
    /// Its statement id.
    pub statement: StatementId,
    /// Its leaf hash.
    pub leaf: Digest,
    /// The size of the checkpoint in the receipt.
    pub size: TreeSize,
    /// The tlog-proof, entry included.
    pub bytes: Vec<u8>,
}

/// Makes the receipt of an entry from the log's files alone, under the newest checkpoint that meets the policy in
/// `share/`. It is verified against the key in the log's genesis before it is returned.
///
/// # Errors
/// [`PartyError::NoVault`] for a folder that is no party's, [`PartyError::NoEntry`], those of the log's files.
pub fn renew_receipt(folder: &PartyFolder, index: LeafIndex) -> Result<Receipt, PartyError> {
    folder.require()?;
    let directory = LogDirectory::open(folder.log())?;
    let tree = directory.tree()?;
    if !index.is_below(tree.size()) {
        return Err(PartyError::NoEntry { index, size: tree.size() });
    }
    let note = covering(&directory, shared_policy(folder).as_ref(), index)?.note().as_bytes().to_vec();
    let bytes = detente_log::receipt(&tree, index, &note)?;

    let (keys, _) = KeyHistory::begin(UnverifiedStatement::decode(&tree.entry(LeafIndex::ZERO)?)?)?;
    let files = PolicyFiles::unwitnessed(keys.genesis().origin(), keys.genesis().checkpoint_key().key(), &[]);
    let entry = tree.entry(index)?;
    let leaf = leaf_hash(&entry);
    UnverifiedProof::parse(&bytes)?.verify(leaf, &Policy::parse(&files.policy, None)?)?;
    Ok(Receipt {
        index,
        statement: UnverifiedStatement::decode(&entry)?.id(),
        leaf: leaf.digest(),
        size: UnverifiedCheckpoint::parse(&note)?.claimed().size(),
        bytes,
    })
}
