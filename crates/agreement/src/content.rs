//! What a body commits to, handed over apart (`specs/agreement.md` "Content").

use core::fmt;

/// Which of the two files that are handed over apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentFile {
    /// The words of a request, an answer, an accusation.
    Content,
    /// Which evidence there is.
    Manifest,
}

impl fmt::Display for ContentFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Content => "content",
            Self::Manifest => "manifest",
        })
    }
}
