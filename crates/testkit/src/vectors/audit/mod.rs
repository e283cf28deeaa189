//! Scenarios of `specs/audit.md`: whole audits, and the report that comes out of each.

mod accusing;
mod answers;
mod cadences;
mod chains;
mod failures;
mod knowing;
mod sealed;
pub(crate) mod world;

use crate::vector::{Operation, Vector};

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("audit.report");
    answers::add(&mut operation);
    chains::add(&mut operation);
    cadences::add(&mut operation);
    accusing::add(&mut operation);
    sealed::add(&mut operation);
    knowing::add(&mut operation);
    failures::add(&mut operation);
    operation.into_vectors()
}

/// One `[[obligation]]`.
fn obligation(id: &str, kind: &str, members: &str) -> String {
    format!("\n[[obligation]]\nid = \"{id}\"\nkind = \"{kind}\"\ntext = \"x\"\n{members}")
}

/// Where a scenario says what it is about.
fn accept(
    operation: &mut Operation,
    name: &str,
    description: &str,
    world: &world::World,
    expected: world::Expected,
) {
    operation.ok(name, description, world.input(), world.report(expected));
}

/// An answer without a content: ref, code, no commitment.
fn coded(reference: &[u8], code: u8) -> Vec<u8> {
    [reference, &[code, 0]].concat()
}

/// A request's body after the nonce: whom it asks, and a commitment.
fn request_to(log: &[u8; 32]) -> Vec<u8> {
    [&log[..], &[0x77; 32]].concat()
}
