//! `detente witness evidence`: what a witness kept against logs, and the findings that it makes.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use clap::Args;
use detente_checkpoint::{NoteKey, UnverifiedNote};
use detente_core::{Digest, Origin, json::Value};
use detente_finding::Finding;
use detente_witness::{AddCheckpoint, Evidence as Kept, EvidenceKind, WitnessError, WitnessFolder};

use sha2::{Digest as _, Sha256};

use crate::failure::Failure;
use crate::output::Report;
use crate::show;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente witness evidence w1 --out evidence")]
pub(crate) struct Evidence {
    /// The witness's folder
    #[arg(value_name = "DIR")]
    witness: PathBuf,
    /// Only what was kept of this log
    #[arg(long, value_name = "ORIGIN")]
    origin: Option<String>,
    /// Folder to write to: a finding for each fork, the two notes of what proves nothing yet
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) fn run(evidence: &Evidence) -> Result<Report, Failure> {
    let folder = WitnessFolder::new(&evidence.witness);
    let (_, logs) = folder.read_configuration().map_err(failure)?;
    let witness = folder.open().map_err(failure)?;
    let origins: BTreeSet<&str> = logs.keys().map(|key| key.name().as_str()).collect();
    if let Some(origin) = evidence.origin.as_deref().filter(|origin| !origins.contains(origin)) {
        return Err(Failure::misuse(
            "--origin",
            format!("expected the origin of a log that this witness follows, got {origin}"),
        ));
    }
    let wanted = |origin: &&str| evidence.origin.as_deref().is_none_or(|only| only == *origin);
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for name in origins.into_iter().filter(wanted) {
        let origin = Origin::parse(name)?;
        let keys: Vec<&NoteKey> = logs.keys().filter(|key| key.name().as_str() == name).collect();
        for kept in witness.evidence(&origin).map_err(failure)? {
            // One piece that is damaged must not hide the others.
            match Piece::of(&origin, &keys, kept) {
                Ok(piece) => found.push(piece),
                Err(failure) => failures.push(failure),
            }
        }
    }
    if let Some(out) = &evidence.out {
        std::fs::create_dir_all(out).map_err(|error| Failure::unavailable(out, &error))?;
    }
    let mut lines = Vec::new();
    let mut items = Vec::new();
    for piece in &found {
        let files = evidence.out.as_deref().map_or_else(Vec::new, |out| piece.write(out, &mut failures));
        lines.push(piece.line(&files));
        items.push(piece.to_value(&files));
    }
    let text = if lines.is_empty() && failures.is_empty() {
        "nothing     was kept against any log".to_owned()
    } else {
        lines.join("\n")
    };
    let report = Report::new("witness-evidence/v1", [("evidence", items.into())], text).labelled();
    // Something that was asked for is missing, so it is not 0; what is there stays.
    let exit = if failures.is_empty() { 0 } else { 2 };
    let said = failures.iter().map(|failure| failure.to_string().trim_end().to_owned());
    Ok(said.fold(report, Report::warn).exit(exit))
}

/// One refused request, and what it amounts to.
struct Piece {
    origin: Origin,
    kept: Kept,
    note: UnverifiedNote,
    finding: Option<Finding>,
    /// The log's keys that signed the note, as vkeys, in order.
    signers: Vec<String>,
    /// Whether one key of the log signed both notes; only then is a finding possible.
    has_common_key: bool,
}

impl Piece {
    fn of(origin: &Origin, keys: &[&NoteKey], kept: Kept) -> Result<Self, Failure> {
        let note = AddCheckpoint::parse(&kept.request).map_err(failure)?.note().clone();
        let newest = kept.newest.as_deref().map(UnverifiedNote::parse).transpose()?;
        let signed =
            |note: &UnverifiedNote, key: &NoteKey| note.signatures().iter().any(|line| line.is_of(key));
        let mut signers: Vec<String> =
            keys.iter().filter(|key| signed(&note, key)).map(ToString::to_string).collect();
        signers.sort_unstable();
        let has_common_key = newest
            .as_ref()
            .is_none_or(|newest| keys.iter().any(|key| signed(&note, key) && signed(newest, key)));
        // The kind is only what the witness noted; whether it is an offence the two notes say.
        let finding = match (kept.kind, newest) {
            (EvidenceKind::Fork, Some(newest)) => {
                keys.iter().find_map(|key| Finding::fork(key, [&newest, &note], &[]).ok())
            }
            _ => None,
        };
        Ok(Self { origin: origin.clone(), kept, note, finding, signers, has_common_key })
    }

    /// Writes the finding, or the notes that may become one with a later look at the log; what is there after it.
    fn write(&self, out: &Path, failures: &mut Vec<Failure>) -> Vec<String> {
        let mut files = Vec::new();
        let mut write = |ending: &str, bytes: &[u8]| {
            let path = out.join(format!("{}{ending}", self.stem()));
            match write_once(out, &path, bytes) {
                Ok(()) => files.push(path.display().to_string()),
                Err(error) => failures.push(Failure::unavailable(&path, &error)),
            }
        };
        if let Some(finding) = &self.finding {
            write(".finding.json", &finding.to_bytes());
        } else {
            write(".note", self.note.as_bytes());
            if let Some(newest) = &self.kept.newest {
                write(".newest.note", newest);
            }
        }
        files
    }

    /// A file name for this origin, kind, size and root. The log chooses all of them, so the root is there whole, and
    /// two origins or keys that look the same as a file name are told apart by a digest.
    fn stem(&self) -> String {
        let harmless = |c: char| if c.is_ascii_alphanumeric() || "-.".contains(c) { c } else { '_' };
        // A file name has 255 bytes at most.
        let origin: String = self.origin.as_str().chars().map(harmless).take(64).collect();
        let whose = format!("{}\n{}\n", self.origin, self.signers.join("\n"));
        let whose: String =
            Digest::from_bytes(Sha256::digest(whose).into()).to_string().chars().take(32).collect();
        format!("{origin}-{}-{}-{}-{whose}", self.kept.kind, self.kept.size, self.kept.root)
    }

    fn meaning(&self) -> &'static str {
        match (&self.finding, self.kept.kind) {
            (Some(_), _) => "a finding: FORK",
            (None, _) if !self.has_common_key => {
                "no finding: no one key of the log signed both notes, and a finding is about one key; keep both"
            }
            (None, EvidenceKind::Fork) => {
                "no finding: a note of size 0 whose root no tree has, or no note beside it"
            }
            _ => "proves nothing yet: `detente finding make` with both notes and the log may",
        }
    }

    fn line(&self, files: &[String]) -> String {
        let mut line = format!(
            "{:<11} {} at size {}, root {}\n            refused at {}; {}",
            self.kept.kind.as_str(),
            self.origin,
            self.kept.size,
            self.kept.root,
            show::time(self.kept.time),
            self.meaning()
        );
        for file in files {
            line.push_str(&format!("\n            written {file}"));
        }
        line
    }

    fn to_value(&self, files: &[String]) -> Value {
        let offence = self.finding.as_ref().map(|finding| finding.verified().offence().as_str());
        Value::from([
            ("origin", self.origin.as_str().into()),
            ("kind", self.kept.kind.as_str().into()),
            ("size", self.kept.size.to_string().into()),
            ("root", self.kept.root.to_string().into()),
            ("time", self.kept.time.to_string().into()),
            ("offence", offence.map_or(Value::Null, Value::from)),
            ("files", files.iter().map(|file| file.as_str().into()).collect::<Vec<Value>>().into()),
        ])
    }
}

/// Writes a file that is there whole or not at all. One that is there with the same bytes is fine, as an earlier run wrote
/// it; one with other bytes stays.
fn write_once(folder: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if std::fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    let mut file = tempfile::Builder::new()
        .prefix(".evidence")
        .permissions(std::fs::Permissions::from_mode(0o644))
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    Ok(())
}

fn failure(error: WitnessError) -> Failure {
    Failure::new(error.code(), "witness", error)
}
