//! Who takes part: two parties that are alike, and three neutral institutes.

use detente_core::{Digest, json::Value};
use sha2::{Digest as _, Sha256};

use super::story::{Stop, Story, Told, make_folder, read, write};
use crate::failure::Failure;

/// A party and its counterpart.
pub(super) const BOTH: [(&str, &str); 2] = [("a", "b"), ("b", "a")];
pub(super) const WITNESSES: [&str; 3] = ["w1", "w2", "w3"];

impl Story<'_> {
    pub(super) fn parties(&mut self) -> Result<(), Stop> {
        self.scene(
            "Two parties",
            "a and b do not trust each other, and do the same things. Each makes its own vault, keys and log. They meet \
             once and hand over three public files each: a policy that names the key of the log, its companion, and a \
             key that presentations can be made out to.",
        );
        for (party, _) in BOTH {
            self.command(&format!("init --party {party} --origin {party}.example/log --unlock {party}.key"))?;
        }
        for (party, other) in BOTH {
            for file in
                [format!("{party}.policy"), format!("{party}.policy.json"), format!("{party}.example.vkey")]
            {
                self.copy(&format!("{party}/share/{file}"), &format!("{other}/trusted/{file}"))?;
            }
        }
        self.shows(
            "each side now has its own copy of what it needs in order to check the other.",
            "that a key belongs to whom it should: that rests on this one meeting, and on nothing that follows.",
        );
        Ok(())
    }

    pub(super) fn institutes(&mut self) -> Result<(), Stop> {
        self.scene(
            "Three neutral witnesses",
            "Three institutes that belong to neither side agree to watch both logs. a and b each write down a policy for \
             the other's log: two of the three have to have signed. The witnesses sign the two logs while these are \
             still empty but for their first entry, which names the keys.",
        );
        let mut lines = String::new();
        for (position, witness) in WITNESSES.into_iter().enumerate() {
            let line = format!(
                "witness init --witness {witness} --name {witness}.example --log b/trusted/a.policy --log a/trusted/b.policy"
            );
            let report = self.told(&line, if position == 0 { Told::All } else { Told::CommandOnly })?;
            let vkey = report.json.get("vkey").and_then(Value::as_str).unwrap_or_default();
            self.require(!vkey.is_empty(), || format!("{witness}: expected its key, got none"))?;
            lines.push_str(&format!("witness {witness} {vkey}\n"));
        }
        for (party, other) in BOTH {
            let logs = log_lines(&format!("{other}/trusted/{party}.policy"))?;
            let policy = format!("{logs}{lines}group three 2 w1 w2 w3\nquorum three\n");
            let path = format!("{other}/trusted/{party}.witnessed.policy");
            write(&path, policy.as_bytes())?;
            write(&format!("{path}.json"), &companion(&policy))?;
            self.by_hand(&format!("({other} writes {path}, and its companion {path}.json.)"));
        }
        make_folder("answers")?;
        self.cosign("first")?;
        self.shows(
            "six signatures with times, on two logs that say nothing yet. What comes later comes not before these times.",
            "that two witnesses do not plot together. How many may is for each reader's own policy to say.",
        );
        Ok(())
    }
}

/// The lines of a policy that name logs.
fn log_lines(policy: &str) -> Result<String, Failure> {
    let text = read(policy)?;
    let text = String::from_utf8_lossy(&text);
    Ok(text.lines().filter(|line| line.starts_with("log ")).map(|line| format!("{line}\n")).collect())
}

/// The companion of the policy: the three witnesses belong to nobody's party.
pub(super) fn companion(policy: &str) -> Vec<u8> {
    let digest = Digest::from_bytes(Sha256::digest(policy.as_bytes()).into());
    let operators = [
        ("w1", Value::from("institute one")),
        ("w2", Value::from("institute two")),
        ("w3", Value::from("institute three")),
    ];
    Value::from([
        ("f", 0.into()),
        ("mirror_quorum", "none".into()),
        ("mirrors", Vec::new().into()),
        ("operators", Value::from(operators)),
        ("parties", vec!["a.example".into(), "b.example".into()].into()),
        ("policy", digest.to_string().into()),
    ])
    .to_file()
}
