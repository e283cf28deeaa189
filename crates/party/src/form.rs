//! Forms of visible statements: printed empty, read back, and filled in with what they name
//! (`specs/party.md` "Visible statements").

mod body;
mod fields;
mod prepare;
mod print;
mod read;

use std::collections::BTreeMap;
use std::path::PathBuf;

use detente_agreement::{AgreementDigest, Body, Reference};
use detente_core::{LogId, UnixSeconds};
use detente_statement::Kind;

pub use body::Unfilled;
pub use read::{Form, FormFault};

/// The longest form, in bytes: that of the files it is written like.
pub const MAX_FORM_BYTES: usize = detente_agreement::Agreement::MAX_BYTES;

/// Looks up what a form names: logs, statements, files. Each text is as it was typed.
pub trait Lookup {
    /// Why something could not be looked up.
    type Error;

    /// The log that a text names.
    ///
    /// # Errors
    /// Whatever should stop the command.
    fn log(&mut self, text: &str) -> Result<LogId, Self::Error>;

    /// The statement that a text names, which has to be of one of these kinds; in the party's own log or in another.
    ///
    /// # Errors
    /// Whatever should stop the command.
    fn statement(&mut self, text: &str, of: &[Kind], own: bool) -> Result<Reference, Self::Error>;

    /// The agreement that a text names.
    ///
    /// # Errors
    /// Whatever should stop the command.
    fn agreement(&mut self, text: &str) -> Result<AgreementDigest, Self::Error>;

    /// The second that a date-time means.
    ///
    /// # Errors
    /// Whatever should stop the command.
    fn instant(&mut self, text: &str) -> Result<UnixSeconds, Self::Error>;
}

/// A form with everything in it looked up.
#[derive(Clone, PartialEq)]
pub struct Filled {
    /// What will be published. The commitments in it are those of `content` and `evidence`, and made when it is signed.
    pub body: Body,
    /// The members of the content.
    pub content: Option<BTreeMap<String, String>>,
    /// The evidence: a file, and the code of its type.
    pub evidence: Vec<(PathBuf, u8)>,
}

impl core::fmt::Debug for Filled {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // The content is what the statement only commits to: its words stay out of logs.
        let mut shown = formatter.debug_struct("Filled");
        shown.field("body", &self.body).field("content", &self.content.as_ref().map(BTreeMap::len));
        shown.field("evidence", &self.evidence.len()).finish()
    }
}

/// The empty form of a kind; `None` for one that has no form.
pub fn empty_form(kind: Kind) -> Option<String> {
    print::print(kind)
}

/// Kinds that have a form, in order of code.
pub fn form_kinds() -> impl Iterator<Item = Kind> {
    fields::kinds()
}
