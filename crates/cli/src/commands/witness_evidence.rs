//! `detente witness evidence`: what a witness kept against logs, and the findings that it makes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use detente_checkpoint::{NoteKey, UnverifiedNote};
use detente_core::{Origin, json::Value};
use detente_finding::Finding;
use detente_witness::{AddCheckpoint, Evidence as Kept, EvidenceKind, WitnessError, WitnessFolder};

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
    let mut found = Vec::new();
    for name in origins.into_iter().filter(wanted) {
        let origin = Origin::parse(name)?;
        let keys: Vec<&NoteKey> = logs.keys().filter(|key| key.name().as_str() == name).collect();
        for kept in witness.evidence(&origin).map_err(failure)? {
            found.push(Piece::of(&origin, &keys, kept)?);
        }
    }
    if let Some(out) = &evidence.out {
        std::fs::create_dir_all(out).map_err(|error| Failure::unavailable(out, &error))?;
    }
    let mut lines = Vec::new();
    let mut items = Vec::new();
    for piece in &found {
        let files = evidence.out.as_deref().map_or(Ok(Vec::new()), |out| piece.write(out))?;
        lines.push(piece.line(&files));
        items.push(piece.to_value(&files));
    }
    let text =
        if lines.is_empty() { "nothing     was kept against any log".to_owned() } else { lines.join("\n") };
    Ok(Report::new("witness-evidence/v1", [("evidence", items.into())], text).labelled())
}

/// One refused request, and what it amounts to.
struct Piece {
    origin: Origin,
    kept: Kept,
    note: UnverifiedNote,
    finding: Option<Finding>,
}

impl Piece {
    fn of(origin: &Origin, keys: &[&NoteKey], kept: Kept) -> Result<Self, Failure> {
        let note = AddCheckpoint::parse(&kept.request).map_err(failure)?.note().clone();
        let newest = kept.newest.as_deref().map(UnverifiedNote::parse).transpose()?;
        // The kind is only what the witness noted; whether it is an offence the two notes say.
        let finding = match (kept.kind, newest) {
            (EvidenceKind::Fork, Some(newest)) => {
                keys.iter().find_map(|key| Finding::fork(key, [&newest, &note], &[]).ok())
            }
            _ => None,
        };
        Ok(Self { origin: origin.clone(), kept, note, finding })
    }

    /// Writes the finding, or the notes that may become one with a later look at the log.
    fn write(&self, out: &Path) -> Result<Vec<String>, Failure> {
        let mut files = Vec::new();
        let mut write = |ending: &str, bytes: &[u8]| {
            let path = out.join(format!("{}{ending}", self.stem()));
            // The folder may hold what an earlier run wrote; a name says kind, size and root, so the bytes are the same.
            if !std::fs::read(&path).is_ok_and(|there| there == bytes) {
                super::write_new(&path, bytes)?;
            }
            files.push(path.display().to_string());
            Ok::<_, Failure>(())
        };
        if let Some(finding) = &self.finding {
            write(".finding.json", &finding.to_bytes())?;
        } else {
            write(".note", self.note.as_bytes())?;
            if let Some(newest) = &self.kept.newest {
                write(".newest.note", newest)?;
            }
        }
        Ok(files)
    }

    /// A file name for this origin, kind, size and root.
    fn stem(&self) -> String {
        let harmless = |c: char| if c.is_ascii_alphanumeric() || "-.".contains(c) { c } else { '_' };
        let origin: String = self.origin.as_str().chars().map(harmless).collect();
        let root: String = self.kept.root.to_string().chars().take(8).collect();
        format!("{origin}-{}-{}-{root}", self.kept.kind, self.kept.size)
    }

    fn meaning(&self) -> &'static str {
        match (&self.finding, self.kept.kind) {
            (Some(_), _) => "a finding: FORK",
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

fn failure(error: WitnessError) -> Failure {
    Failure::new(error.code(), "witness", error)
}
