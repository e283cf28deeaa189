//! A visible statement as an entry of one's own log, and what it commits to kept before it is public
//! (`specs/party.md` "Visible statements").

use std::path::{Path, PathBuf};

use detente_core::{LeafIndex, StatementId};
use detente_statement::{Kind, Role, Signer, UnverifiedStatement};
use zeroize::Zeroizing;

use crate::folder::{Writing, write_announced};
use crate::key_events::is_event;
use crate::steps::Steps;
use crate::{Party, PartyError, receipts};

/// What a visible statement commits to, to be handed over apart. Without it nobody can open the commitment.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Enclosures {
    /// The content, a file of ours.
    pub content: Option<Zeroizing<Vec<u8>>>,
    /// An accusation's manifest, a file of ours.
    pub manifest: Option<Zeroizing<Vec<u8>>>,
}

impl core::fmt::Debug for Enclosures {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // Whoever has the salt can guess at the words.
        let length = |file: &Option<Zeroizing<Vec<u8>>>| file.as_ref().map(|file| file.len());
        let mut shown = formatter.debug_struct("Enclosures");
        shown.field("content", &length(&self.content)).field("manifest", &length(&self.manifest));
        shown.finish_non_exhaustive()
    }
}

/// A visible statement that was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Its entry in the party's own log.
    pub index: LeafIndex,
    /// Its id.
    pub statement: StatementId,
    /// Where its content waits to be handed over.
    pub content: Option<PathBuf>,
    /// Where its manifest waits.
    pub manifest: Option<PathBuf>,
}

impl Party {
    /// Signs a visible statement with the author key in use and publishes it. What it commits to is in `outbox/` before.
    ///
    /// # Errors
    /// [`PartyError::NotIssued`] for a kind that has a way of its own; those of the party's vault and log.
    pub fn issue(
        &mut self,
        kind: Kind,
        body: Vec<u8>,
        enclosures: &Enclosures,
    ) -> Result<Issued, PartyError> {
        if !is_issued(kind) {
            return Err(PartyError::NotIssued { kind });
        }
        let mut writer = self.open_log()?;
        let author = self.key_in_use(Role::Author)?;
        let entry = Signer::new(self.log, &author).other(kind, body, None)?;
        let statement = UnverifiedStatement::decode(&entry)?.id();
        let outbox = self.folder.outbox();
        let keep = |bytes: &Option<Zeroizing<Vec<u8>>>, what: &str| -> Result<Option<PathBuf>, PartyError> {
            let Some(bytes) = bytes else { return Ok(None) };
            let path = outbox.join(format!("{statement}.{what}.json"));
            keep(&outbox, &path, bytes, &self.steps)?;
            Ok(Some(path))
        };
        let content = keep(&enclosures.content, "content")?;
        let manifest = keep(&enclosures.manifest, "manifest")?;

        let published = writer.append(&[entry.as_slice()], &self.log_signer()?)?;
        self.note_published(&writer.tree())?;
        receipts::write(&self.folder.receipts(), &writer, &published, &[entry], &self.steps)?;
        Ok(Issued { index: published.first, statement, content, manifest })
    }
}

/// Whether a statement of this kind is published by itself, visible, and without a row in the vault.
pub(crate) const fn is_issued(kind: Kind) -> bool {
    !matches!(kind, Kind::Sealed | Kind::Genesis | Kind::LogCloseRecovery | Kind::Unlisted(_))
        && !is_event(kind)
}

/// Durable when it returns, the folder's own name too.
fn keep(outbox: &Path, path: &Path, bytes: &[u8], steps: &Steps) -> Result<(), PartyError> {
    if !outbox.is_dir() {
        steps.create_folder(outbox)?;
        steps.flush_folder(outbox).map_err(PartyError::unavailable(outbox))?;
    }
    write_announced(path, bytes, Writing::PrivateNew, steps)
}

/// Removes what a crash left of a file that was on its way into the outbox. The log is locked, so nobody is writing one.
pub(crate) fn tidy(outbox: &Path, steps: &Steps) -> Result<(), PartyError> {
    let Ok(files) = std::fs::read_dir(outbox) else { return Ok(()) };
    for file in files.flatten() {
        let name = file.file_name();
        if name.to_str().is_some_and(|name| name.starts_with('.') && name.ends_with(".tmp")) {
            steps.remove(&file.path())?;
        }
    }
    Ok(())
}
