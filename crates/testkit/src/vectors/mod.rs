//! The scenarios, one folder a word, one file an idea.

mod agreement;
pub(crate) mod audit;
mod checkpoint;
mod core;
mod disclosure;
pub(crate) mod finding;
mod merkle;
pub(crate) mod presentation;
pub mod readme;
mod statement;
mod witness;

use crate::vector::Vector;

/// Every scenario of every word, in a fixed order.
pub fn all() -> Vec<Vector> {
    [
        core::vectors(),
        merkle::vectors(),
        checkpoint::vectors(),
        statement::vectors(),
        disclosure::vectors(),
        presentation::vectors(),
        witness::vectors(),
        finding::vectors(),
        agreement::vectors(),
        audit::vectors(),
    ]
    .concat()
}
