//! The layouts of bodies (`specs/agreement.md` "Bodies"): fields in the order of the bytes, nothing checked.

use bincode::{Decode, Encode};
use detente_core::{Digest, LogId, StatementId};

/// `ref`.
#[derive(Encode, Decode)]
pub(super) struct WireReference {
    pub(super) log: LogId,
    pub(super) index: u64,
    pub(super) statement: StatementId,
}

macro_rules! wires {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty,)* })*) => {
        $($(#[$doc])* #[derive(Encode, Decode)]
        pub(super) struct $name {
            pub(super) nonce: [u8; 16],
            $(pub(super) $field: $type,)*
        })*
    };
}

wires! {
    /// `party.declare`.
    PartyDeclare { diplomatic: String, technical: String, }
    /// `agreement.adopt`.
    Adopt { agreement: Digest, }
    /// `agreement.amend`.
    Amend { old: Digest, new: Digest, }
    /// `agreement.withdraw`.
    Withdraw { agreement: Digest, effective: u64, }
    /// `access.denied`.
    AccessDenied { log: LogId, size: u64, }
    /// `ping`.
    Ping { log: LogId, }
    /// `pong` and `request.ack`.
    Referring { reference: WireReference, }
    /// `dialogue.session`.
    Session { with: LogId, form: u8, date: String, other: Option<WireReference>, }
    /// `request.assistance` and `request.preserve`.
    Request { to: LogId, content: Digest, }
    /// `request.answer`, `request.refuse`, `request.update` and `accusation.reply`.
    Coded { reference: WireReference, code: u8, content: Option<Digest>, }
    /// `accusation.issue`.
    Accuse {
        accused: LogId,
        class: u8,
        channel: u8,
        likelihood: u8,
        confidence: u8,
        bases: Vec<u8>,
        alternatives: u8,
        asked: Option<WireReference>,
        manifest: Option<Digest>,
        items: Vec<(u8, u32)>,
        review: String,
        content: Option<Digest>,
    }
    /// `accusation.withdraw`.
    TakeBack { reference: WireReference, reason: u8, }
}
