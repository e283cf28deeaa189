//! m
/// lines
pub fn lines(_seed: u64) -> String {
    String::new()
}
