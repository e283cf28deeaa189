//! Scenarios of `specs/presentation.md`.

mod earlier;
mod members;
mod proofs;
mod scene;
mod seals;
mod statements;
mod valid;
pub(crate) mod varied;

use crate::vector::{Operation, Vector};

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("presentation.verify");
    valid::vectors(&mut operation);
    members::vectors(&mut operation);
    proofs::vectors(&mut operation);
    earlier::vectors(&mut operation);
    statements::vectors(&mut operation);
    seals::vectors(&mut operation);
    operation.into_vectors()
}
