//! Every code of the project, in the order of `specs/core.md`.

use core::fmt;

/// Whose fault a failure is; decides the exit code. Source: `specs/core.md` "Codes".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// The bytes are not what they should be. Exit code 1.
    Malformed,
    /// A named check failed. Exit code 1.
    Invalid,
    /// All that could be checked is in order, and it is not enough. Exit code 3.
    Undecided,
    /// The caller asked for something that makes no sense. Exit code 2.
    Misuse,
    /// A file, lock or store cannot be used. Exit code 2.
    Unavailable,
}

impl Class {
    /// The process exit code of a command that ends with a failure of this class.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Malformed | Self::Invalid => 1,
            Self::Undecided => 3,
            Self::Misuse | Self::Unavailable => 2,
        }
    }

    /// The word used in JSON output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Invalid => "invalid",
            Self::Undecided => "undecided",
            Self::Misuse => "misuse",
            Self::Unavailable => "unavailable",
        }
    }
}

macro_rules! codes {
    ($($variant:ident, $text:literal, $class:ident, $doc:literal;)*) => {
        /// One stable code a failure, the same in vectors, JSON and on screens. Source: `specs/core.md` "Codes".
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $doc] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The text of the code.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Whose fault it is.
            pub const fn class(self) -> Class {
                match self { $(Self::$variant => Class::$class,)* }
            }

            /// What it means, in one phrase.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $doc,)* }
            }
        }
    };
}

codes! {
    Oversize, "OVERSIZE", Malformed, "longer than the limit its spec states";
    MalformedJson, "MALFORMED-JSON", Malformed, "not strict JSON: encoding, syntax or depth (core)";
    DuplicateMember, "DUPLICATE-MEMBER", Malformed, "an object names a member twice (core)";
    LoneSurrogate, "LONE-SURROGATE", Malformed, "half of a surrogate pair (core)";
    NumberRange, "NUMBER-RANGE", Malformed, "a number that a double or 2^53 - 1 cannot hold (core)";
    NotCanonical, "NOT-CANONICAL", Malformed, "a file of ours in other bytes than the canonical ones (core)";
    MalformedNumber, "MALFORMED-NUMBER", Malformed, "not a canonical decimal number (core)";
    MalformedBase64, "MALFORMED-BASE64", Malformed, "not strict base64 (core)";
    MalformedNote, "MALFORMED-NOTE", Malformed, "not a signed note (checkpoint)";
    TooManySignatures, "TOO-MANY-SIGNATURES", Malformed, "more than 100 signature lines (checkpoint)";
    DuplicateSignature, "DUPLICATE-SIGNATURE", Malformed, "two signature lines with one name and key id (checkpoint)";
    MalformedKey, "MALFORMED-KEY", Malformed, "not a vkey of a supported type (checkpoint)";
    WeakKey, "WEAK-KEY", Invalid, "a key that cannot be enrolled: not canonical, not on the curve, of small or mixed order (checkpoint)";
    MalformedCheckpoint, "MALFORMED-CHECKPOINT", Malformed, "not a checkpoint text (checkpoint)";
    MalformedProof, "MALFORMED-PROOF", Malformed, "not a tlog-proof (checkpoint)";
    MalformedPolicy, "MALFORMED-POLICY", Malformed, "not a policy (checkpoint)";
    MalformedCompanion, "MALFORMED-COMPANION", Malformed, "not a companion file (checkpoint)";
    CompanionMismatch, "COMPANION-MISMATCH", Invalid, "the companion names another policy (checkpoint)";
    UnknownLog, "UNKNOWN-LOG", Invalid, "no signature line of a log key that the policy names (checkpoint)";
    OriginMismatch, "ORIGIN-MISMATCH", Invalid, "an origin differs from the one expected (checkpoint, presentation)";
    InvalidLogSignature, "INVALID-LOG-SIGNATURE", Invalid, "a known log key's line does not verify (checkpoint)";
    InvalidCosignature, "INVALID-COSIGNATURE", Invalid, "a known witness's line does not verify (checkpoint)";
    UnderWitnessed, "UNDER-WITNESSED", Invalid, "the quorum is not met (checkpoint)";
    WitnessConflict, "WITNESS-CONFLICT", Undecided, "earliest publication after latest (checkpoint)";
    IndexRange, "INDEX-RANGE", Invalid, "an index or size outside the tree (merkle)";
    ProofLength, "PROOF-LENGTH", Invalid, "a proof with a missing or an extra hash (merkle)";
    InvalidInclusion, "INVALID-INCLUSION", Invalid, "an inclusion proof gives another root (merkle)";
    InvalidConsistency, "INVALID-CONSISTENCY", Invalid, "a consistency proof gives another root (merkle)";
    MalformedStatement, "MALFORMED-STATEMENT", Malformed, "not a statement's canonical bytes, or a body that does not fit its kind (statement)";
    UnsupportedVersion, "UNSUPPORTED-VERSION", Undecided, "a version or suite this verifier does not know (statement)";
    GenesisMisplaced, "GENESIS-MISPLACED", Invalid, "entry 0 that is no genesis, or a genesis elsewhere (statement)";
    LogMismatch, "LOG-MISMATCH", Invalid, "a statement, or a vault, that belongs to another log (statement, party)";
    UnknownAuthor, "UNKNOWN-AUTHOR", Invalid, "no event enrols the key (statement)";
    KeyNotYetEnrolled, "KEY-NOT-YET-ENROLLED", Invalid, "the key is enrolled after the entry (statement)";
    KeyRevoked, "KEY-REVOKED", Invalid, "the key is revoked before the entry (statement)";
    KeyRole, "KEY-ROLE", Invalid, "the key's role does not allow this kind or event (statement)";
    KeyAlreadyEnrolled, "KEY-ALREADY-ENROLLED", Invalid, "a key is enrolled twice (statement)";
    InvalidPossession, "INVALID-POSSESSION", Invalid, "the new key's own signature does not verify (statement)";
    InvalidStatementSignature, "INVALID-STATEMENT-SIGNATURE", Invalid, "the author's signature does not verify (statement)";
    DuplicateStatement, "DUPLICATE-STATEMENT", Invalid, "a statement id occurs twice in one log (statement)";
    DuplicateSealed, "DUPLICATE-SEALED", Invalid, "a sealed value occurs twice in one log (statement)";
    EntryAfterClose, "ENTRY-AFTER-CLOSE", Invalid, "an entry after `log.close` (statement)";
    MalformedProfile, "MALFORMED-PROFILE", Malformed, "not a profile (disclosure)";
    UnknownProfile, "UNKNOWN-PROFILE", Undecided, "a profile that is neither built in nor handed over (presentation)";
    UnknownField, "UNKNOWN-FIELD", Invalid, "a property that the profile has no slot for (disclosure)";
    FieldType, "FIELD-TYPE", Invalid, "a value of another type than the slot's (disclosure)";
    SlotRange, "SLOT-RANGE", Invalid, "a slot outside the profile (disclosure)";
    SlotOrder, "SLOT-ORDER", Invalid, "slots not strictly increasing (disclosure)";
    OpeningMismatch, "OPENING-MISMATCH", Invalid, "an opening does not give the leaf that the grant names (presentation)";
    SealedMismatch, "SEALED-MISMATCH", Invalid, "the openings do not give the sealed value (disclosure)";
    ContainerConflict, "CONTAINER-CONFLICT", Invalid, "openings that no document can have together (disclosure)";
    NotSealed, "NOT-SEALED", Invalid, "openings for a statement of another kind than `sealed` (presentation)";
    MalformedPresentation, "MALFORMED-PRESENTATION", Malformed, "not a presentation (presentation)";
    Relayed, "RELAYED", Invalid, "the grant is signed by a key that the log does not enrol (presentation)";
    InvalidGrantSignature, "INVALID-GRANT-SIGNATURE", Invalid, "the grant's signature does not verify (presentation)";
    GrantMismatch, "GRANT-MISMATCH", Invalid, "the grant is about another entry or other slots (presentation)";
    NotAudience, "NOT-AUDIENCE", Invalid, "the grant names another audience than the reader's key (presentation)";
    EarlierNotEarlier, "EARLIER-NOT-EARLIER", Invalid, "the earlier checkpoint already covers the entry (presentation)";
    MalformedTile, "MALFORMED-TILE", Malformed, "a tile, entry bundle or file of a log that is missing or not what its name says (log)";
    MalformedEntry, "MALFORMED-ENTRY", Invalid, "a leaf that is no valid statement; the cause is named beside it (log)";
    OlderCheckpoint, "OLDER-CHECKPOINT", Invalid, "an older checkpoint of a log than it showed before (log)";
    LogRolledBack, "LOG-ROLLED-BACK", Unavailable, "a log that is an older copy of itself, or whose guard is missing (log)";
    RootMismatch, "ROOT-MISMATCH", Invalid, "leaves that do not give the signed root (log)";
    MalformedRequest, "MALFORMED-REQUEST", Malformed, "not an add-checkpoint request (witness)";
    UnknownOrigin, "UNKNOWN-ORIGIN", Invalid, "a log that the witness does not follow (witness)";
    SizeConflict, "SIZE-CONFLICT", Invalid, "the old size is not the size that the witness cosigned last (witness)";
    ExtensionLines, "EXTENSION-LINES", Invalid, "a checkpoint with extension lines, which no witness of ours cosigns (witness)";
    ClockBehind, "CLOCK-BEHIND", Unavailable, "a clock that stands far before a time already signed (witness)";
    StaleStore, "STALE-STORE", Unavailable, "a store older than what was signed with its key (witness)";
    MalformedFinding, "MALFORMED-FINDING", Malformed, "not a finding (finding)";
    UnknownOffence, "UNKNOWN-OFFENCE", Undecided, "an offence that this verifier does not know (finding)";
    NoOffence, "NO-OFFENCE", Invalid, "what a finding shows, honest signers do too (finding)";
    UnknownCulprit, "UNKNOWN-CULPRIT", Invalid, "a finding about a key that the policy does not name (finding)";
    MalformedAgreement, "MALFORMED-AGREEMENT", Malformed, "not an agreement, a period or a date of one (agreement)";
    PolicyMismatch, "POLICY-MISMATCH", Invalid, "an agreement that names another policy or companion (agreement)";
    MalformedContent, "MALFORMED-CONTENT", Malformed, "not a content or a manifest (agreement)";
    ContentMismatch, "CONTENT-MISMATCH", Invalid, "a content or a manifest that nothing commits to (agreement)";
    MalformedAnnex, "MALFORMED-ANNEX", Malformed, "not an annex (audit)";
    ReportMismatch, "REPORT-MISMATCH", Invalid, "a report that its annex does not give (audit)";
    MalformedForm, "MALFORMED-FORM", Malformed, "not a form of the kind of statement asked for (party)";
    DuplicateIncident, "DUPLICATE-INCIDENT", Invalid, "an incident id that is already committed (party)";
    UnknownIncident, "UNKNOWN-INCIDENT", Invalid, "an amendment of an incident id that is not committed (party)";
    MalformedExport, "MALFORMED-EXPORT", Malformed, "not a vault's export, or one that is cut, reordered, extended or changed (party)";
    EntryMismatch, "ENTRY-MISMATCH", Invalid, "an entry of the log that is another than the vault's row says (party)";
    NotRecovered, "NOT-RECOVERED", Invalid, "documents that give the sealed value of no unknown entry (party)";
    LogBehindVault, "LOG-BEHIND-VAULT", Unavailable, "a log that lacks an entry which its vault has seen in it (party)";
    VaultBehindLog, "VAULT-BEHIND-LOG", Unavailable, "a vault that does not know what its log holds (party)";
    Unauthenticated, "UNAUTHENTICATED", Invalid, "no credentials that a private log knows (server)";
    NotPublished, "NOT-PUBLISHED", Invalid, "what the published checkpoint does not imply (server)";
    Busy, "BUSY", Unavailable, "a full queue; the same request may be made again (log)";
    Misuse, "MISUSE", Misuse, "a wrong argument or combination";
    Unavailable, "UNAVAILABLE", Unavailable, "a file, lock or store that cannot be used";
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
