//! The table of kinds (`specs/statement.md` "Kinds"). Codes are never reused.

use core::fmt;

use crate::Role;

macro_rules! kinds {
    ($($variant:ident = $code:literal, $name:literal, $doc:literal;)*) => {
        /// What a statement is, as its envelope shows it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Kind {
            $(#[doc = $doc] $variant,)*
            /// A code that this version does not list; opaque.
            Unlisted(u32),
        }

        impl Kind {
            /// Every listed kind, in order of code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The kind of a code.
            pub const fn from_code(code: u32) -> Self {
                match code { $($code => Self::$variant,)* other => Self::Unlisted(other) }
            }

            /// The code in the envelope.
            pub const fn code(self) -> u32 {
                match self { $(Self::$variant => $code,)* Self::Unlisted(code) => code }
            }

            /// The name, `unlisted` for a code without one.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* Self::Unlisted(_) => "unlisted" }
            }
        }
    };
}

kinds! {
    Genesis = 1, "genesis", "Entry 0: origin, party, first keys.";
    KeyAdd = 2, "key.add", "Enrols one more author key.";
    KeyRotate = 3, "key.rotate", "Replaces a key by a new one of the same role.";
    KeyRevoke = 4, "key.revoke", "Ends an author key.";
    LogClose = 5, "log.close", "Ends the log.";
    LogCloseRecovery = 6, "log.close.recovery", "Reserved: ends the log by the recovery key.";
    Sealed = 16, "sealed", "Any sealed kind; the real one is slot 0.";
    PartyDeclare = 32, "party.declare", "Contact roles.";
    AgreementAdopt = 33, "agreement.adopt", "Adoption of terms.";
    AgreementAmend = 34, "agreement.amend", "New terms for old ones.";
    AgreementWithdraw = 35, "agreement.withdraw", "Withdrawal from terms.";
    Anchor = 36, "anchor", "Another log's checkpoint, held and verified.";
    AccessDenied = 37, "access.denied", "Another log could not be read.";
    Ping = 38, "ping", "Asks for a sign of life.";
    Pong = 39, "pong", "Answers a ping.";
    DialogueSession = 40, "dialogue.session", "A session that was held.";
    RequestAssistance = 48, "request.assistance", "Asks for assistance.";
    RequestPreserve = 49, "request.preserve", "Asks to preserve data.";
    RequestAck = 50, "request.ack", "Acknowledges a request.";
    RequestAnswer = 51, "request.answer", "Answers a request.";
    RequestRefuse = 52, "request.refuse", "Refuses a request on a stated ground.";
    RequestUpdate = 53, "request.update", "Reports progress on a request.";
    AccusationIssue = 64, "accusation.issue", "An accusation with or without evidence.";
    AccusationReply = 65, "accusation.reply", "A reply to an accusation.";
    AccusationWithdraw = 66, "accusation.withdraw", "Takes an accusation back.";
}

impl Kind {
    /// The role of the key that signs this kind: sealed kinds share one sealing key, so that the author does not tell
    /// them apart.
    pub const fn role(self) -> Role {
        match self {
            Self::Sealed => Role::Sealing,
            _ => Role::Author,
        }
    }

    /// Whether this crate reads the body; other words read theirs.
    pub const fn is_understood(self) -> bool {
        matches!(
            self,
            Self::Genesis | Self::KeyAdd | Self::KeyRotate | Self::KeyRevoke | Self::LogClose | Self::Sealed
        )
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlisted(code) => write!(formatter, "unlisted kind {code}"),
            listed => formatter.write_str(listed.name()),
        }
    }
}
