//! The operations of the specs' "Vectors" tables, each one call into the crate of its word.

mod agreement;
mod checkpoint;
mod core;
mod disclosure;
mod finding;
mod input;
mod merkle;
mod presentation;
mod statement;
mod witness;

use detente_core::{
    Code,
    json::{Object, Value},
};

use input::Input;

/// What an operation gives for an input.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Accepted, with the output of the table.
    Ok(Value),
    /// Refused with a code.
    Refused(Code),
    /// The vector is not one: an unknown operation, or an input of another form than the table's.
    Fault(String),
}

/// Every operation of the specs, by word.
pub const OPERATIONS: &[&str] = &[
    "core.json",
    "core.file",
    "core.number",
    "core.base64",
    "core.digest",
    "merkle.root",
    "merkle.inclusion",
    "merkle.consistency",
    "merkle.subtree",
    "merkle.prefix",
    "merkle.tile",
    "checkpoint.key",
    "checkpoint.signature",
    "checkpoint.vkey",
    "checkpoint.note",
    "checkpoint.checkpoint",
    "checkpoint.policy",
    "checkpoint.proof",
    "checkpoint.time",
    "checkpoint.anchor",
    "statement.decode",
    "statement.replay",
    "disclosure.profile",
    "disclosure.slots",
    "disclosure.seal",
    "disclosure.open",
    "disclosure.select",
    "presentation.verify",
    "agreement.body",
    "agreement.file",
    "agreement.policy",
    "agreement.content",
    "agreement.period",
    "agreement.date",
    "agreement.days",
    "witness.request",
    "witness.decide",
    "finding.verify",
];

/// Runs an operation on a vector's `input`.
pub fn evaluate(operation: &str, input: &Value) -> Outcome {
    let Some(members) = input.as_object() else {
        return Outcome::Fault("input: expected an object".to_owned());
    };
    match run(operation, &Input::new(members)) {
        Ok(output) => Outcome::Ok(Value::Object(output)),
        Err(Stop::Refused(code)) => Outcome::Refused(code),
        Err(Stop::Fault(detail)) => Outcome::Fault(detail),
    }
}

fn run(operation: &str, input: &Input<'_>) -> Answer {
    match operation {
        "core.json" => core::json(input),
        "core.file" => core::file(input),
        "core.number" => core::number(input),
        "core.base64" => core::base64(input),
        "core.digest" => core::digest(input),
        "merkle.root" => merkle::root(input),
        "merkle.inclusion" => merkle::inclusion(input),
        "merkle.consistency" => merkle::consistency(input),
        "merkle.subtree" => merkle::subtree(input),
        "merkle.prefix" => merkle::prefix(input),
        "merkle.tile" => merkle::tile(input),
        "checkpoint.key" => checkpoint::key(input),
        "checkpoint.signature" => checkpoint::signature(input),
        "checkpoint.vkey" => checkpoint::vkey(input),
        "checkpoint.note" => checkpoint::note(input),
        "checkpoint.checkpoint" => checkpoint::checkpoint(input),
        "checkpoint.policy" => checkpoint::policy(input),
        "checkpoint.proof" => checkpoint::proof(input),
        "checkpoint.time" => checkpoint::time(input),
        "checkpoint.anchor" => checkpoint::anchor(input),
        "statement.decode" => statement::decode(input),
        "statement.replay" => statement::replay(input),
        "disclosure.profile" => disclosure::profile(input),
        "disclosure.slots" => disclosure::slots(input),
        "disclosure.seal" => disclosure::seal(input),
        "disclosure.open" => disclosure::open(input),
        "disclosure.select" => disclosure::select(input),
        "presentation.verify" => presentation::verify(input),
        "agreement.body" => agreement::body(input),
        "agreement.file" => agreement::file(input),
        "agreement.policy" => agreement::policy(input),
        "agreement.content" => agreement::content(input),
        "agreement.period" => agreement::period(input),
        "agreement.date" => agreement::date(input),
        "agreement.days" => agreement::days(input),
        "witness.request" => witness::request(input),
        "witness.decide" => witness::decision(input),
        "finding.verify" => finding::verify(input),
        unknown => Err(Stop::Fault(format!("unknown operation {unknown:?}"))),
    }
}

/// An operation's output, or why there is none.
type Answer = Result<Object, Stop>;

/// Why an operation gives no output.
enum Stop {
    Refused(Code),
    Fault(String),
}

macro_rules! refused_by {
    ($($error:ty),*) => {
        $(impl From<$error> for Stop {
            fn from(error: $error) -> Self {
                Self::Refused(error.code())
            }
        })*
    };
}

refused_by!(
    detente_core::CoreError,
    detente_merkle::MerkleError,
    detente_checkpoint::CheckpointError,
    detente_statement::StatementError,
    detente_disclosure::DisclosureError,
    detente_agreement::AgreementError,
    detente_presentation::PresentationError,
    detente_witness::WitnessError,
    detente_finding::FindingError
);

/// An output from its members.
fn output<const N: usize>(members: [(&str, Value); N]) -> Answer {
    Ok(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}
