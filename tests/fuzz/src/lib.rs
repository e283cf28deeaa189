//! What the fuzz targets share: whom the reader trusts.
//!
//! # In scope
//! - Policies of the specs' examples and vectors, so that a mutated file gets past the log's signature.
//!
//! # Out of scope
//! - The targets themselves: one file each in `targets/`, which say what must hold beside "no panic".
#![forbid(unsafe_code)]

use std::{fs, path::Path};

use detente_checkpoint::Policy;
use detente_core::{base64, json::Value};

/// The policy of the example of `specs/checkpoint.md`: its log, its witness, and a quorum of that witness.
pub const EXAMPLE_POLICY: &str = "\
log log.example/a+d870bab6+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4
witness w1 witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X
group all all w1
quorum all
";

/// The example's policy, with the companion of a file or without one.
///
/// # Panics
/// Never: the example is a policy.
pub fn example_policy() -> Policy {
    Policy::parse(EXAMPLE_POLICY.as_bytes(), None).expect("the example is a policy")
}

/// The policies of the vectors of an operation that are accepted, each once; the example's when there are no vectors.
pub fn policies_of_vectors(operation: &str) -> Vec<Policy> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors").join(operation.replace('.', "/"));
    let mut policies: Vec<Policy> = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let policy = fs::read(entry.path()).ok().and_then(|vector| policy_of(&vector));
        if let Some(policy) = policy.filter(|policy| !policies.contains(policy)) {
            policies.push(policy);
        }
    }
    if policies.is_empty() {
        policies.push(example_policy());
    }
    policies
}

/// The policy of a vector that is accepted.
fn policy_of(vector: &[u8]) -> Option<Policy> {
    let vector = Value::parse(vector).ok()?;
    let members = vector.as_object()?;
    if members.get("expect")?.as_str() != Some("OK") {
        return None;
    }
    let input = members.get("input")?.as_object()?;
    let bytes = |name| input.get(name).and_then(Value::as_str).and_then(|text| base64::decode(text).ok());
    Policy::parse(&bytes("policy")?, bytes("companion").as_deref()).ok()
}
