//! What an agreement says, once it is read (`specs/agreement.md` "File").

use core::fmt;

use detente_core::{Digest, LogId, Origin};
use detente_statement::Kind;

/// SHA-256 of the exact file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AgreementDigest(Digest);

impl AgreementDigest {
    /// Names a digest as that of an agreement.
    pub const fn new(digest: Digest) -> Self {
        Self(digest)
    }

    /// The digest.
    pub const fn digest(self) -> Digest {
        self.0
    }
}

impl fmt::Display for AgreementDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The short name of a party within its agreement: 1 to 32 of `a-z 0-9 -`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartyId(String);

/// The name of an obligation within its agreement: 1 to 32 of `A-Z a-z 0-9 . -`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObligationId(String);

macro_rules! name_of {
    ($name:ident, $alphabet:expr) => {
        impl $name {
            /// The name, when it has the form.
            pub fn parse(text: &str) -> Option<Self> {
                let fits = (1..=32).contains(&text.len()) && text.bytes().all($alphabet);
                fits.then(|| Self(text.to_owned()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

name_of!(PartyId, |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
name_of!(ObligationId, |byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-');

/// Everything that a file says; made by reading one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementTerms {
    /// 1 to 64 of `a-z 0-9 -`.
    pub name: String,
    /// One line for people.
    pub title: String,
    /// SHA-256 of the policy.
    pub policy: Digest,
    /// SHA-256 of the policy's companion.
    pub companion: Digest,
    /// 2 to 16.
    pub parties: Vec<PartyTerms>,
    /// Words and what they mean; shown, never evaluated.
    pub definitions: Vec<(String, String)>,
    /// 1 to 64.
    pub obligations: Vec<Obligation>,
}

/// One party of an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyTerms {
    /// Its short name here.
    pub id: PartyId,
    /// Its name.
    pub name: String,
    /// Its log.
    pub log: LogId,
    /// The origin of that log.
    pub origin: Origin,
    /// Minutes east of UTC in which its dates are read; `None`: every offset.
    pub offset: Option<i16>,
}

/// One term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    /// Its name.
    pub id: ObligationId,
    /// In words.
    pub text: String,
    /// Where it comes from.
    pub source: Option<String>,
    /// What is unsure about it.
    pub unsure: Option<String>,
    /// Positions of the obliged parties in [`AgreementTerms::parties`], in the order written.
    pub obliged: Vec<usize>,
    /// What is to be done.
    pub duty: Duty,
}

/// What is to be done, by kind. Lists are not empty and have no repetition.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Duty {
    /// A sign that a statement of the other was seen.
    AcknowledgeWithin {
        /// Of which kinds.
        of: Vec<Kind>,
        /// What starts it.
        start: Start,
        /// How long.
        period: Period,
    },
    /// An answer or an accepted refusal.
    RespondWithin {
        /// To which kinds.
        of: Vec<Kind>,
        /// What starts it.
        start: Start,
        /// How long.
        period: Period,
        /// Codes of the grounds on which a refusal is accepted.
        grounds: Vec<u8>,
    },
    /// News, again and again, until it is closed.
    UpdateEvery {
        /// On which kinds.
        of: Vec<Kind>,
        /// What starts it.
        start: Start,
        /// How long at most between two.
        period: Period,
    },
    /// What was preserved stays so.
    PreserveFor {
        /// What starts it.
        start: Start,
        /// How long at least.
        period: Period,
    },
    /// A sealed report.
    ReportWithin {
        /// The word for what starts it.
        trigger: String,
        /// From what the period runs, and what is compared.
        from: ReportTrigger,
        /// Only reports of this stage.
        stage: Option<String>,
        /// How long.
        period: Period,
    },
    /// An accusation names its evidence.
    EvidenceWithAccusation,
    /// A request comes before an accusation.
    AskBeforeAccusing {
        /// How long before, unless it was answered.
        wait: Option<Period>,
    },
    /// The other's checkpoints are recorded.
    AnchorWithin {
        /// How long at most between two.
        period: Period,
    },
    /// The log does not fall silent.
    PublishWithin {
        /// How long at most between two entries.
        period: Period,
    },
    /// Slots of sealed entries are opened.
    OpenWithin {
        /// Which, strictly increasing.
        slots: Vec<u16>,
        /// How long.
        period: Period,
    },
    /// Sessions are held.
    MeetEvery {
        /// Codes of the forms that count.
        of: Vec<u8>,
        /// How long at most between two.
        period: Period,
    },
    /// A withdrawal is announced.
    NoticeBeforeWithdrawal {
        /// How long before.
        period: Period,
    },
    /// No more than so many.
    Budget {
        /// Of which kinds.
        of: Vec<Kind>,
        /// The most.
        at_most: u64,
        /// In what.
        per: BudgetPeriod,
    },
    /// No log can show it.
    NotVerifiable,
}

/// What starts a duty that another party's entry brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// The obliged party's first entry that covers or names it.
    Anchor,
    /// Its publication, and mirrors that hold it.
    Mirror,
}

/// From what a report's period runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReportTrigger {
    /// A claimed date of the report itself, to its publication; with `by` to another claimed date, in days.
    Field {
        /// `claimed_time`, or the name of a date of the profile.
        field: String,
        /// The name of a date of the profile.
        by: Option<String>,
    },
    /// The publication of a report of this stage.
    After(String),
}

/// The calendar of a budget, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BudgetPeriod {
    /// 1 January to 31 December.
    Year,
    /// Three months.
    Quarter,
    /// A month.
    Month,
}

/// A length of time, 1 to 9,999 of one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Period {
    /// `P<n>Y`.
    Years(u16),
    /// `P<n>M`.
    Months(u16),
    /// `P<n>D`.
    Days(u16),
    /// `PT<n>H`.
    Hours(u16),
    /// `PT<n>M`.
    Minutes(u16),
}
