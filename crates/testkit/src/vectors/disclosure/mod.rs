pub(super) fn vectors() -> Vec<crate::vector::Vector> {
    vec![]
}
