//! Scenarios of `specs/core.md`.

mod json;
mod text;

use crate::vector::Vector;

pub(super) fn vectors() -> Vec<Vector> {
    [json::values(), json::files(), text::numbers(), text::base64_texts(), text::digests()].concat()
}
