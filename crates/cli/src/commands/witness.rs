//! `detente witness`: cosigning, on line or file by file across an air gap.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, Subcommand};
use detente_checkpoint::{Policy, SignatureLine, UnverifiedNote, cosignature};
use detente_core::{Code, Name, TreeSize, UnixSeconds, json::Value};
use detente_log::{LogDirectory, LogWriter};
use detente_witness::answer::Answer;
use detente_witness::{AddCheckpoint, MAX_REQUEST_BYTES, TrustedLogs, WitnessError, WitnessFolder};

use super::{policy, read_limited, serve, witness_evidence, write_new};
use crate::args::WitnessServe;
use crate::failure::Failure;
use crate::output::{Printer, Report};

#[derive(Debug, Subcommand)]
pub(crate) enum Witness {
    /// Make a witness: key, memory, and the logs it follows
    Init(Init),
    /// Follow one more log
    Follow(Follow),
    /// Write a log's request for a cosignature to a file
    Request(Request),
    /// Cosign the newest checkpoint of a log, or answer a request file
    Cosign(Cosign),
    /// Add a witness's answer to a log
    Add(Add),
    /// Serve the witness over HTTP
    Serve(WitnessServe),
    /// List what was kept against logs, and write findings
    Evidence(witness_evidence::Evidence),
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  detente witness init --witness w1 --name w1.example --log b/trusted/a.policy"
)]
pub(crate) struct Init {
    /// The witness's folder
    #[arg(long, value_name = "DIR")]
    witness: PathBuf,
    /// Name of its key, such as w1.example
    #[arg(long, value_name = "NAME")]
    name: String,
    /// A policy that names the key of a log to follow (can be repeated)
    #[arg(long = "log", value_name = "POLICY")]
    logs: Vec<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente witness follow b/share/b.policy --witness w1")]
pub(crate) struct Follow {
    /// A policy that names the key of the log
    #[arg(value_name = "POLICY")]
    policy: PathBuf,
    /// The witness's folder
    #[arg(long, value_name = "DIR")]
    witness: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente witness request a/log --old 0 --out a.request")]
pub(crate) struct Request {
    /// Folder of the log
    #[arg(value_name = "LOG")]
    log: PathBuf,
    /// The size that the witness cosigned last; its last answer or refusal says so
    #[arg(long, value_name = "SIZE")]
    old: String,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente witness cosign a/log --witness w1 --out w1.answer")]
pub(crate) struct Cosign {
    /// Folder of a log, or a request file
    #[arg(value_name = "LOG|REQUEST")]
    object: PathBuf,
    /// The witness's folder
    #[arg(long, value_name = "DIR")]
    witness: PathBuf,
    /// The answer file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  detente witness add w1.answer --log a/log --policy b/trusted/a.witnessed.policy"
)]
pub(crate) struct Add {
    /// An answer file
    #[arg(value_name = "ANSWER")]
    answer: PathBuf,
    /// Folder of the log
    #[arg(long, value_name = "LOG")]
    log: PathBuf,
    /// A policy that names the witness
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
}

pub(crate) fn run(witness: &Witness, printer: &Printer) -> Result<Report, Failure> {
    match witness {
        Witness::Init(init) => make(init),
        Witness::Follow(follow) => follow_one(follow),
        Witness::Request(request) => write_request(request),
        Witness::Cosign(cosign) => answer(cosign),
        Witness::Add(add) => merge(add),
        Witness::Serve(serve) => serve::witness(serve, printer),
        Witness::Evidence(evidence) => witness_evidence::run(evidence),
    }
}

fn make(init: &Init) -> Result<Report, Failure> {
    let name = Name::parse(&init.name).map_err(|error| Failure::misuse("--name", error))?;
    let mut logs = TrustedLogs::default();
    for path in &init.logs {
        for log in policy::read(path)?.logs() {
            logs.trust(log.key().clone()).map_err(failure)?;
        }
    }
    let followed = u32::try_from(logs.keys().count()).unwrap_or(u32::MAX);
    let made = WitnessFolder::new(&init.witness).create(name, logs).map_err(failure)?;
    let vkey = made.note_key().to_string();
    let text = format!(
        "witness    {}\nvkey       {vkey}\nlogs       {followed}\nnext       a policy names it: `witness NAME {vkey}`",
        init.witness.display()
    );
    Ok(Report::new("witness-init/v1", [("vkey", vkey.into()), ("follows", followed.into())], text))
}

fn follow_one(follow: &Follow) -> Result<Report, Failure> {
    let folder = WitnessFolder::new(&follow.witness);
    let mut origins = Vec::new();
    for log in policy::read(&follow.policy)?.logs() {
        folder.add_log(log.key().clone()).map_err(failure)?;
        origins.push(log.key().name().to_string());
    }
    let text = origins.iter().map(|origin| format!("follows    {origin}")).collect::<Vec<_>>().join("\n");
    let origins: Vec<Value> = origins.into_iter().map(Value::from).collect();
    Ok(Report::new("witness-follow/v1", [("origins", origins.into())], text))
}

fn write_request(request: &Request) -> Result<Report, Failure> {
    let old = TreeSize::parse(&request.old).map_err(|error| Failure::misuse("--old", error))?;
    let log = LogDirectory::open(&request.log)?;
    let size = log.checkpoint()?.claimed().size();
    if old > size {
        return Err(Failure::misuse("--old", format!("expected at most {size}, the log's size, got {old}")));
    }
    let made = request_of(&log, old)?;
    write_new(&request.out, &made.to_bytes())?;
    let text = format!("written    {} (from size {old})", request.out.display());
    let file = request.out.display().to_string();
    Ok(Report::new("witness-request/v1", [("file", file.into()), ("old", old.to_string().into())], text))
}

fn answer(cosign: &Cosign) -> Result<Report, Failure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    answer_at(cosign, UnixSeconds::new(now)?)
}

/// What a witness whose clock shows this time answers. Of a published log only: the story of the demo skips days.
pub(super) fn cosign_at(log: &str, witness: &str, out: &str, time: UnixSeconds) -> Result<Report, Failure> {
    answer_at(&Cosign { object: log.into(), witness: witness.into(), out: out.into() }, time)
}

/// The same with the answer: `detente witness add`.
pub(super) fn add_answer(answer: &str, log: &str, policy: &str) -> Result<Report, Failure> {
    merge(&Add { answer: answer.into(), log: log.into(), policy: policy.into() })
}

fn answer_at(cosign: &Cosign, now: UnixSeconds) -> Result<Report, Failure> {
    let witness = WitnessFolder::new(&cosign.witness).open().map_err(failure)?;
    let request = if cosign.object.is_dir() {
        let log = LogDirectory::open(&cosign.object)?;
        let origin = log.checkpoint()?.claimed().origin().clone();
        let seen = witness.checkpoint(&origin).map_err(failure)?;
        let seen = seen.map(|note| detente_checkpoint::UnverifiedCheckpoint::parse(note.as_bytes()));
        let old = seen.transpose()?.map_or(TreeSize::ZERO, |seen| seen.claimed().size());
        request_of(&log, old)?
    } else {
        let bytes = read_limited(&cosign.object, MAX_REQUEST_BYTES)?;
        AddCheckpoint::parse(&bytes).map_err(failure)?
    };
    let outcome = witness.add_checkpoint(&request, now);
    let conflict = match &outcome {
        Err(error @ WitnessError::SizeConflict { newest, .. }) => {
            Some(Failure::new(error.code(), "witness", error).hint(format!(
                "{} says so to the log's side, which makes a new request with --old {newest}",
                cosign.out.display()
            )))
        }
        _ => None,
    };
    let answer = Answer::of(outcome).map_err(failure)?;
    write_new(&cosign.out, &answer.to_bytes())?;
    if let Some(conflict) = conflict {
        return Err(conflict);
    }
    let text = format!(
        "cosigned   {} at size {}\nwritten    {}\nnext       `detente witness add {} --log LOG --policy FILE` on the log's side",
        request.origin(),
        request.size(),
        cosign.out.display(),
        cosign.out.display()
    );
    Ok(Report::new(
        "witness-cosign/v1",
        [
            ("origin", request.origin().as_str().into()),
            ("size", request.size().to_string().into()),
            ("file", cosign.out.display().to_string().into()),
        ],
        text,
    ))
}

fn merge(add: &Add) -> Result<Report, Failure> {
    let policy = policy::read(&add.policy)?;
    let log = LogDirectory::open(&add.log)?;
    let checkpoint = log.checkpoint()?;
    let bytes = read_limited(&add.answer, MAX_REQUEST_BYTES)?;
    let name = add.answer.display().to_string();
    let lines = match Answer::parse(checkpoint.note(), &bytes).map_err(failure)? {
        Answer::Cosigned(lines) => lines,
        Answer::Conflict(size) => {
            return Err(Failure::new(
                Code::SizeConflict,
                name,
                format!("the witness has cosigned size {size}"),
            )
            .hint(format!("make a new request with --old {size}")));
        }
    };
    let lines = verified(&lines, &policy, checkpoint.note().text(), &name)?;
    let size = checkpoint.claimed().size();
    let note = LogWriter::open(&add.log)?.add_cosignatures(size, &lines)?;
    let count = u32::try_from(UnverifiedNote::parse(&note)?.signatures().len()).unwrap_or(u32::MAX);
    let text = format!("added      to the checkpoint of size {size}, which has {count} lines now");
    Ok(Report::new("witness-add/v1", [("size", size.to_string().into()), ("lines", count.into())], text))
}

/// The lines of the policy's witnesses, each checked: a published line is never taken back, and a line that does not
/// verify would make the checkpoint worthless to every reader who knows its key.
fn verified(
    lines: &[SignatureLine],
    policy: &Policy,
    text: &str,
    answer: &str,
) -> Result<Vec<SignatureLine>, Failure> {
    let mut known = Vec::new();
    for line in lines {
        if let Some(witness) = policy.witnesses().iter().find(|witness| line.is_of(witness.key())) {
            cosignature::verify(witness.key(), line, text).map_err(|error| {
                Failure::new(error.code(), answer, error)
                    .hint("an answer fits one checkpoint; has the log published another since the request?")
            })?;
            known.push(line.clone());
        }
    }
    if known.is_empty() {
        return Err(Failure::misuse(answer, "expected a line of a witness that the policy names, got none"));
    }
    Ok(known)
}

/// The request that takes a witness from a size to the log's newest checkpoint.
fn request_of(log: &LogDirectory, old: TreeSize) -> Result<AddCheckpoint, Failure> {
    let checkpoint = log.checkpoint()?;
    let size = checkpoint.claimed().size();
    let proof =
        if old == TreeSize::ZERO || old >= size { Vec::new() } else { log.consistency_proof(old, size)? };
    AddCheckpoint::new(old, &proof, checkpoint.note()).map_err(failure)
}

pub(super) fn failure(error: WitnessError) -> Failure {
    Failure::new(error.code(), "witness", error)
}
