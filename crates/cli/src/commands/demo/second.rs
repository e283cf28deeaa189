//! The second act: neutral witnesses, anchors, and what does not work.

use std::path::Path;

use detente_checkpoint::SigningKey;
use detente_core::{Digest, base64, json::Value};
use detente_presentation::UnverifiedPresentation;
use detente_statement::key_digest;
use sha2::{Digest as _, Sha256};

use super::{Story, write};
use crate::failure::Failure;

impl Story<'_> {
    pub(super) fn second_act(&mut self) -> Result<(), Failure> {
        self.tell(
            "Three neutral institutes agree to watch both logs. A witness signs, with the time, each checkpoint that \
             continues the one it signed before, and nothing else.",
        );
        let mut policy = log_line("b/trusted/a.policy")?;
        for number in 1..=3 {
            let vkey = self.witness(number)?;
            policy.push_str(&format!("witness w{number} {vkey}\n"));
        }
        policy.push_str("group three 2 w1 w2 w3\nquorum three\n");
        write("b/trusted/a.witnessed.policy", policy.as_bytes())?;
        write("b/trusted/a.witnessed.policy.json", &companion(&policy))?;
        self.cosign("a", &[1, 2, 3], 1)?;

        self.tell(
            "a copies its log and vault away, then commits one more report, and two of the three sign again.",
        );
        copy_folder(Path::new("a"), Path::new("copy"))?;
        self.one_more("a", "a.key", "dt-0033-another")?;
        self.cosign("a", &[1, 2], 2)?;
        self.tell(
            "Now a presentation of the new entry shows when it was published: not before, and not after.",
        );
        self.command("disclose 33 --party a --unlock a.key --field id --to b.example --out late.json", 0)?;
        self.command("verify late.json --policy b/trusted/a.witnessed.policy", 0)?;

        self.tell("Each records in its own log that it holds and has verified the other's: anchors cross.");
        self.command("anchor a/log --party b --unlock b.key --policy b/trusted/a.witnessed.policy", 0)?;
        self.command("anchor b/log --party a --unlock a.key --policy b/share/b.policy", 0)?;

        self.tell(
            "What does not work. Suppose that a log goes on from an old copy, by mistake or on purpose, as if the last \
             entry had never been: a fork.",
        );
        self.one_more("copy", "a.key", "dt-0034-instead")?;
        self.command("witness cosign copy/log --witness w1 --out fork.answer", 1)?;
        self.tell(
            "The witness refuses, and keeps what the log's own key signed: two trees of one size. Only the holder of that \
             key can have made both.",
        );
        self.tell("Somebody passes b's presentation on under a key of their own.");
        write("relayed.json", &relayed("p.json")?)?;
        self.command("verify relayed.json --policy b/trusted/a.policy", 1)?;
        self.tell("Somebody changes one opened value. The error names the slot.");
        let text = std::fs::read_to_string("p.json").map_err(|error| unavailable("p.json", &error))?;
        write("other.json", text.replacen("Programming error", "Programming terror", 1).as_bytes())?;
        self.command("verify other.json --policy b/trusted/a.policy", 1).map(drop)
    }

    fn witness(&mut self, number: u8) -> Result<String, Failure> {
        let line = format!(
            "witness init --witness w{number} --name w{number}.example --log b/trusted/a.policy --log b/share/b.policy"
        );
        let report = self.command(&line, 0)?;
        let vkey =
            report.and_then(|report| report.json.get("vkey").and_then(Value::as_str).map(str::to_owned));
        vkey.ok_or_else(|| Failure::misuse("demo", "expected the witness's key"))
    }

    fn cosign(&mut self, party: &str, witnesses: &[u8], round: u8) -> Result<(), Failure> {
        for number in witnesses {
            let answer = format!("w{number}.{party}.{round}");
            self.command(&format!("witness cosign {party}/log --witness w{number} --out {answer}"), 0)?;
            let policy = "b/trusted/a.witnessed.policy";
            self.command(&format!("witness add {answer} --log {party}/log --policy {policy}"), 0)?;
        }
        Ok(())
    }

    /// Commits the first record again under another id.
    fn one_more(&mut self, party: &str, unlock: &str, id: &str) -> Result<(), Failure> {
        let reports =
            std::fs::read_to_string("reports.jsonl").map_err(|error| unavailable("reports.jsonl", &error))?;
        let first = reports.lines().next().unwrap_or_default();
        let Ok(Value::Object(mut members)) = Value::parse(first.as_bytes()) else {
            return Err(Failure::misuse("demo", "expected a record"));
        };
        members.insert("incident_id".to_owned(), id.into());
        let file = format!("{id}.json");
        write(&file, &Value::Object(members).to_file())?;
        self.command(&format!("commit --party {party} --unlock {unlock} {file}"), 0).map(drop)
    }
}

fn unavailable(path: &str, error: &std::io::Error) -> Failure {
    Failure::unavailable(Path::new(path), error)
}

fn log_line(policy: &str) -> Result<String, Failure> {
    let text = std::fs::read_to_string(policy).map_err(|error| unavailable(policy, &error))?;
    Ok(text.lines().filter(|line| line.starts_with("log ")).map(|line| format!("{line}\n")).collect())
}

/// The companion of the policy: the three witnesses belong to nobody's party.
fn companion(policy: &str) -> Vec<u8> {
    let digest = Digest::from_bytes(Sha256::digest(policy.as_bytes()).into());
    Value::from([
        ("f", 0.into()),
        ("mirror_quorum", "none".into()),
        ("mirrors", Vec::new().into()),
        (
            "operators",
            Value::from([
                ("w1", "institute one".into()),
                ("w2", "institute two".into()),
                ("w3", "institute three".into()),
            ]),
        ),
        ("parties", vec!["a.example".into(), "b.example".into()].into()),
        ("policy", digest.to_string().into()),
    ])
    .to_file()
}

/// The same presentation, its grant signed by a key that the log does not enrol.
fn relayed(path: &str) -> Result<Vec<u8>, Failure> {
    let bytes = std::fs::read(path).map_err(|error| unavailable(path, &error))?;
    let presentation = UnverifiedPresentation::parse(&bytes)?;
    let stranger = SigningKey::from_seed(&[7; 32]);
    let signature = stranger.sign(&presentation.unverified_terms().message());
    let mut file = Value::parse_file(&bytes)?;
    if let Value::Object(members) = &mut file
        && let Some(Value::Object(grant)) = members.get_mut("grant")
    {
        grant.insert("signer".to_owned(), key_digest(&stranger.public()).to_string().into());
        grant.insert("signature".to_owned(), base64::encode(&signature).into());
    }
    Ok(file.to_file())
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::unavailable(from, &error);
    std::fs::create_dir_all(to).map_err(failed)?;
    for entry in std::fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target).map_err(failed)?;
        }
    }
    Ok(())
}
