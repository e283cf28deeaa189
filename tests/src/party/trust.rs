use detente_checkpoint::{
    Companion, KeyType, NoteKey, Policy, SignatureLine, SigningKey, TreeHead, cosignature,
};
use detente_core::{Digest, Name, json::Value};

use super::{Secret, seconds};

/// A witness that cosigns whatever a script asks for.
#[derive(Debug)]
pub struct Witness {
    /// The name in policies; its key's name is `witness.example/<name>`.
    pub name: String,
    key: SigningKey,
}

impl Witness {
    /// The witness of that name.
    pub fn new(name: &str) -> Self {
        Self { key: Secret::new("witnesses").key(name), name: name.to_owned() }
    }

    /// Its vkey.
    pub fn note_key(&self) -> NoteKey {
        NoteKey::new(self.key_name(), KeyType::Cosignature, self.key.public())
    }

    /// Its line for a tree head at a time.
    pub fn cosign(&self, head: &TreeHead, time: u64) -> SignatureLine {
        cosignature::sign(&self.key_name(), &self.key, seconds(time), head)
    }

    fn key_name(&self) -> Name {
        Name::parse(&format!("witness.example/{}", self.name)).expect("the name of a witness")
    }
}

/// What a reader trusts, in the two files that a policy is.
#[derive(Debug, Clone)]
pub struct Trust {
    policy: String,
    /// Witness to operator.
    operators: Vec<(String, String)>,
}

impl Trust {
    /// Trust in logs; no witness yet.
    pub fn in_logs(logs: &[&NoteKey]) -> Self {
        Self { policy: logs.iter().map(|key| format!("log {key}\n")).collect(), operators: Vec::new() }
    }

    /// A witness with the operator that the companion names.
    #[must_use]
    pub fn witness(mut self, witness: &Witness, operator: &str) -> Self {
        self.policy.push_str(&format!("witness {} {}\n", witness.name, witness.note_key()));
        self.operators.push((witness.name.clone(), operator.to_owned()));
        self
    }

    /// More lines: groups and the quorum.
    #[must_use]
    pub fn lines(mut self, lines: &str) -> Self {
        self.policy.push_str(lines);
        self
    }

    /// The policy's bytes.
    pub fn policy_bytes(&self) -> Vec<u8> {
        self.policy.clone().into_bytes()
    }

    /// The companion's bytes; the parties are `a.example` and `b.example`.
    pub fn companion_bytes(&self) -> Vec<u8> {
        let parties = Companion::of_parties(&["a.example", "b.example"]);
        let digest = Policy::parse(self.policy.as_bytes(), None).expect("the policy of a script").id().policy;
        let mut file =
            Value::parse(&parties.to_file(Digest::from_bytes(*digest.as_bytes()))).expect("a companion");
        if let Value::Object(members) = &mut file {
            let operators =
                self.operators.iter().map(|(name, operator)| (name.clone(), operator.as_str().into()));
            members.insert("operators".to_owned(), Value::Object(operators.collect()));
        }
        file.to_file()
    }

    /// Policy and companion, as a reader holds them.
    pub fn policy(&self) -> Policy {
        Policy::parse(self.policy.as_bytes(), Some(&self.companion_bytes())).expect("the policy of a script")
    }

    /// The policy alone: no witness is neutral.
    pub fn policy_without_companion(&self) -> Policy {
        Policy::parse(self.policy.as_bytes(), None).expect("the policy of a script")
    }
}
