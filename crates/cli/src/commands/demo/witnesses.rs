//! Witnesses cosign both logs, and each party records the other's.

use std::path::Path;

use detente_core::json::Value;

use super::cast::{BOTH, WITNESSES};
use super::story::{Stop, Story, Told};
use crate::failure::Failure;

impl Story<'_> {
    pub(super) fn witnesses_cosign(&mut self) -> Result<(), Stop> {
        self.scene(
            "Witnesses cosign both logs",
            "Each witness gets the new checkpoint of each log, with a proof that it continues the one it signed before. \
             It checks the proof, writes down the new size, and signs with the time. The log's side adds the line.",
        );
        self.cosign("second")?;
        for (party, other) in BOTH {
            let line = format!("log check {party}/log --policy {other}/trusted/{party}.witnessed.policy");
            let report = self.command(&line)?;
            let verdict = report.json.get("verdict").and_then(Value::as_str).unwrap_or("none");
            self.require(verdict == "VERIFIED", || {
                format!("`detente {line}`: expected VERIFIED, got {verdict}")
            })?;
        }
        self.shows(
            "all entries of both logs were published not before the first signatures and not after the second. A log that shows \
             one side this tree and the other side another one would need a witness that signs both.",
            "what is in an entry: witnesses see sizes and roots, no field. Nor that the clock of a witness is right.",
        );
        Ok(())
    }

    /// All three witnesses sign the newest checkpoint of both logs. The first pair of commands is told in full.
    pub(super) fn cosign(&mut self, round: &str) -> Result<(), Stop> {
        for (party, _) in BOTH {
            self.cosign_one(party, round, if party == "a" { Told::All } else { Told::CommandOnly })?;
        }
        Ok(())
    }

    fn cosign_one(&mut self, party: &str, round: &str, first: Told) -> Result<(), Stop> {
        let other = BOTH.into_iter().find(|(name, _)| *name == party).map_or(party, |(_, other)| other);
        let mut told = first;
        for witness in WITNESSES {
            let answer = format!("answers/{witness}.{party}.{round}");
            self.told(&format!("witness cosign {party}/log --witness {witness} --out {answer}"), told)?;
            let policy = format!("{other}/trusted/{party}.witnessed.policy");
            self.told(&format!("witness add {answer} --log {party}/log --policy {policy}"), told)?;
            told = Told::CommandOnly;
        }
        Ok(())
    }

    pub(super) fn anchors_cross(&mut self) -> Result<(), Stop> {
        self.scene(
            "Anchors cross",
            "b derives every leaf, root and signature of a's log again, and records in its own log that it holds all of \
             it; the witnesses sign what b's log has become. Then a does the same with b's log.",
        );
        for (party, other) in BOTH {
            let policy = format!("{other}/trusted/{party}.witnessed.policy");
            let line = format!("anchor {party}/log --party {other} --unlock {other}.key --policy {policy}");
            let report = self.command(&line)?;
            let lines = report.json.get("cosignatures").and_then(Value::as_u64).unwrap_or(0);
            self.require(lines == WITNESSES.len() as u64, || {
                format!("`detente {line}`: expected 3 witness lines, got {lines}")
            })?;
            self.cosign_one(other, "third", Told::CommandOnly)?;
        }
        self.shows(
            "neither side can present another past of its log to the other later: the other recorded the one that it \
             found, in its own log. This works between two parties alone; the witnesses add the times.",
            "that one side agrees with what the other's entries say: it cannot even read them.",
        );
        Ok(())
    }

    /// Copies a party's folder away, as a backup does.
    pub(super) fn backup(&self, party: &str) -> Result<String, Stop> {
        let name = format!("{party}.backup");
        self.by_hand(&format!("(Meanwhile a nightly backup copies {party} to {name}. It comes back later.)"));
        copy_folder(Path::new(party), Path::new(&name))?;
        Ok(name)
    }

    pub(super) fn anybody_checks(&mut self) -> Result<(), Stop> {
        self.scene(
            "What stands",
            "After all this anybody with a copy of the two logs derives them again. A receipt is a small file that shows \
             that an entry is in the log, and any file can be looked at without believing it.",
        );
        for (party, other) in BOTH {
            self.command(&format!(
                "log check {party}/log --policy {other}/trusted/{party}.witnessed.policy"
            ))?;
        }
        self.command("verify a/receipts/00000007.tlog-proof --policy b/trusted/a.policy")?;
        self.command("explain a/log/checkpoint")?;
        self.shows(
            "who said what, under which number, unchanged, and between which times.",
            "that it is true, or that it is all.",
        );
        Ok(())
    }
}

pub(super) fn copy_folder(from: &Path, to: &Path) -> Result<(), Failure> {
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
