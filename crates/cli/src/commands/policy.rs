//! Reading the reader's own policy.

use std::path::{Path, PathBuf};

use detente_checkpoint::{MAX_POLICY_BYTES, Policy};

use super::read_limited;
use crate::failure::Failure;

/// Parses a policy and, when it is there, the companion beside it. Any fault is the reader's own: exit code 2.
pub(crate) fn read(path: &Path) -> Result<Policy, Failure> {
    let policy = read_limited(path, MAX_POLICY_BYTES)?;
    let companion = companion_path(path);
    let bytes = companion.is_file().then(|| read_limited(&companion, MAX_POLICY_BYTES)).transpose()?;
    Policy::parse(&policy, bytes.as_deref()).map_err(|error| {
        Failure::new(error.code(), path.display().to_string(), error)
            .of_reader()
            .hint("a policy is handed over by the party, share/NAME.policy with NAME.policy.json beside it")
    })
}

pub(super) fn companion_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".json");
    PathBuf::from(name)
}

/// A warning when the policy lies in the same party's folder as what is to be verified: it would be the party's own word.
pub(crate) fn warn_if_of_party(policy: &Path, object: &Path) -> Option<String> {
    let party = |path: &Path| {
        let path = path.canonicalize().ok()?;
        // What lies in `trusted/` came from somebody else.
        if path.parent().is_some_and(|folder| folder.ends_with("trusted")) {
            return None;
        }
        path.ancestors().find(|folder| folder.join("vault.sqlite").is_file()).map(Path::to_owned)
    };
    let folder = party(policy)?;
    (party(object)? == folder).then(|| {
        format!(
            "policy and object both lie in {}: a policy from the party under test proves nothing against it",
            folder.display()
        )
    })
}
