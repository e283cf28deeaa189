//! Pages for readers of `tests/vectors/`.
/// Paths and texts.
pub fn pages() -> Vec<(String, String)> {
    vec![]
}
