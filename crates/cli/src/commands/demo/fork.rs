//! An old copy of a log goes on: the witnesses refuse, and keep what the log's own key signed.

use std::path::Path;

use detente_checkpoint::UnverifiedCheckpoint;
use detente_core::{Code, Digest, Origin, json::Value};
use detente_witness::{AddCheckpoint, Evidence, EvidenceKind, WitnessError, WitnessFolder};

use super::cast::WITNESSES;
use super::story::{Stop, Story, make_folder, read, write};
use crate::commands::policy;
use crate::failure::Failure;

const POLICY: &str = "a/trusted/b.witnessed.policy";

impl Story<'_> {
    pub(super) fn fork(&mut self, backup: &str) -> Result<(), Stop> {
        self.scene(
            "A fork",
            "Somebody puts the backup of b's folder back, by mistake: it is from before the anchor, and does not know it. \
             The next commit grows a second log of the same name: it has as many entries as the first, and another last \
             one. Each witness is asked to sign it.",
        );
        self.one_more(backup, "b.key", "dt-0033-instead")?;
        for witness in WITNESSES {
            self.refused(
                &format!("witness cosign {backup}/log --witness {witness} --out answers/{witness}.fork"),
                Code::InvalidConsistency,
                "witness",
            )?;
        }
        let (first, second) = self.evidence()?;
        make_folder("evidence")?;
        write("evidence/first.checkpoint", &first)?;
        write("evidence/second.checkpoint", &second)?;
        self.by_hand(
            "Each witness has kept the two checkpoints; here they are as evidence/first.checkpoint and \
             evidence/second.checkpoint. Both are signed by the key of b's log, so a makes a finding of them.",
        );
        let notes = "evidence/first.checkpoint evidence/second.checkpoint";
        self.command(&format!("finding make {notes} --policy {POLICY} --out evidence/fork.json"))?;
        let line = format!("verify evidence/fork.json --policy {POLICY}");
        let report = self.command(&line)?;
        let says = |member| report.json.get(member).and_then(Value::as_str).unwrap_or("none");
        self.require((says("verdict"), says("offence")) == ("VERIFIED", "FORK"), || {
            format!(
                "`detente {line}`: expected VERIFIED and FORK, got {} and {}",
                says("verdict"),
                says("offence")
            )
        })?;
        self.shows(
            "two trees of one size under one key. Whoever knows that key verifies the finding alone, without the witnesses \
             and without either log. Only the holder of the key can have signed both.",
            "why. A restored backup and a second set of books look the same from here; that is for people to find out.",
        );
        Ok(())
    }

    /// The two checkpoints that every witness kept, verified under a's policy: same origin and size, other roots.
    fn evidence(&self) -> Result<(Vec<u8>, Vec<u8>), Stop> {
        let forked = LogHead::read(&read("b.backup/log/checkpoint")?)?;
        let published = LogHead::read(&read("b/log/checkpoint")?)?;
        let is_fork = forked.origin == published.origin
            && forked.size == published.size
            && forked.root != published.root;
        self.require(is_fork, || {
            format!("b: expected two trees of one size, got {published:?} and {forked:?}")
        })?;
        let mut found = None;
        for witness in WITNESSES {
            let (first, second) = notes(witness, &forked.origin)?;
            let heads = (LogHead::read(&first)?, LogHead::read(&second)?);
            self.require(heads.0 == published && heads.1 == forked, || {
                format!("{witness}: expected evidence of both trees, got {heads:?}")
            })?;
            found = Some((first, second));
        }
        found.ok_or_else(|| Stop::Otherwise("expected evidence, got none".to_owned()))
    }
}

/// What the log's key signed, found to be so.
#[derive(Debug, PartialEq, Eq)]
struct LogHead {
    origin: Origin,
    size: u64,
    root: Digest,
}

impl LogHead {
    fn read(note: &[u8]) -> Result<Self, Failure> {
        let policy = policy::read(Path::new(POLICY))?;
        let verified = UnverifiedCheckpoint::parse(note)?.verify(&policy)?;
        Ok(Self { origin: verified.origin().clone(), size: verified.size().get(), root: verified.root() })
    }
}

/// The note that a witness signed, and the one that it refused as a fork.
fn notes(witness: &str, origin: &Origin) -> Result<(Vec<u8>, Vec<u8>), Stop> {
    let failed = |error: WitnessError| Failure::new(error.code(), witness, error);
    let kept = WitnessFolder::new(witness).open().map_err(failed)?.evidence(origin).map_err(failed)?;
    let fork = kept.into_iter().find(|evidence| evidence.kind == EvidenceKind::Fork);
    let Some(Evidence { request, newest: Some(newest), .. }) = fork else {
        return Err(Stop::Otherwise(format!("{witness}: expected evidence of a fork, got none")));
    };
    let request = AddCheckpoint::parse(&request).map_err(failed)?;
    Ok((newest, request.note().as_bytes().to_vec()))
}
