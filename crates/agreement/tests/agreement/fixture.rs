//! Logs, digests, an agreement of two, and ways to change it.

use detente_agreement::{AgreementError, Reference};
use detente_core::{Code, Digest, LeafIndex, LogId, StatementId};

/// Thirty-two bytes of this value.
pub(crate) fn digest(byte: u8) -> Digest {
    Digest::from_bytes([byte; 32])
}

pub(crate) fn log(byte: u8) -> LogId {
    LogId::new(digest(byte))
}

pub(crate) fn reference(byte: u8, index: u64) -> Reference {
    Reference {
        log: log(byte),
        index: LeafIndex::new(index).unwrap(),
        statement: StatementId::new(digest(byte ^ 0x55)),
    }
}

/// The code of a refusal, which has a culprit and says what was expected.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, AgreementError>) -> Code {
    let error = result.unwrap_err();
    assert!(!error.culprit().is_empty());
    assert!(error.to_string().contains("expected"), "{error}");
    error.code()
}

/// Two parties and the obligations given, as text.
pub(crate) fn agreement(obligations: &str) -> String {
    format!("{HEAD}{}{}{obligations}", party("a", 0xaa, "offset = \"+08:00\"\n"), party("b", 0xbb, ""))
}

/// The members of the top.
pub(crate) const HEAD: &str = "\
agreement = \"detente-agreement/v1\"
name = \"two-party-example\"
title = \"requests are answered in ten days\"
policy = \"0101010101010101010101010101010101010101010101010101010101010101\"
companion = \"0202020202020202020202020202020202020202020202020202020202020202\"
";

pub(crate) fn party(id: &str, log_byte: u8, more: &str) -> String {
    let log = digest(log_byte);
    format!(
        "\n[[party]]\nid = \"{id}\"\nname = \"{id}.example\"\nlog = \"{log}\"\norigin = \"{id}.example/log\"\n{more}"
    )
}

/// An obligation with the members of its kind.
pub(crate) fn obligation(id: &str, kind: &str, members: &str) -> String {
    format!("\n[[obligation]]\nid = \"{id}\"\nkind = \"{kind}\"\ntext = \"what it says\"\n{members}")
}

/// The one of the example of the spec.
pub(crate) fn o1() -> String {
    obligation(
        "O1",
        "respond-within",
        "of = [\"request.assistance\"]\nstart = \"anchor\"\nperiod = \"P10D\"\n",
    )
}
