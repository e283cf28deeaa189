//! `detente finding`: two notes that no honest log or witness signs, made into one file; and what `verify` says of it.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use detente_checkpoint::{KeyType, MAX_NOTE_BYTES, NoteKey, Policy, UnverifiedCheckpoint, UnverifiedNote};
use detente_core::{Code, Digest, LeafIndex, TreeSize, json::Value};
use detente_finding::{Finding as Made, FindingError, SignedHead, UnverifiedFinding, VerifiedFinding};
use detente_log::{LogError, LogReader, LogSource, VerifiedTree};
use detente_merkle::prove_prefix;
use detente_statement::{Body, UnverifiedStatement};

use super::{declared::declares, policy, published, read_limited};
use crate::args::ReadingArguments;
use crate::failure::Failure;
use crate::output::Report;
use crate::show;

#[derive(Debug, Subcommand)]
pub(crate) enum Finding {
    /// Make a finding from two notes that one key signed
    Make(Make),
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  detente finding make a/log/checkpoint copy/log/checkpoint --log copy/log --out f.json"
)]
pub(crate) struct Make {
    /// A signed note, such as the file `checkpoint` of a log
    #[arg(value_name = "NOTE")]
    one: PathBuf,
    /// Another one
    #[arg(value_name = "NOTE")]
    other: PathBuf,
    /// Folder or http(s) address of the log that has the larger note's tree; needed for two sizes. Its genesis names the log's key
    #[arg(long, value_name = "LOG")]
    log: Option<PathBuf>,
    /// A policy that names the log's key
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// vkey of a witness that cosigned both notes: the finding is then about the witness
    #[arg(long, value_name = "VKEY")]
    witness: Option<String>,
    /// The file to write; without it the notes are only compared
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadingArguments,
}

pub(crate) fn run(finding: &Finding) -> Result<Report, Failure> {
    match finding {
        Finding::Make(make) => made(make),
    }
}

/// Whether a file says of itself that it is a finding.
pub(crate) fn is_finding(bytes: &[u8]) -> bool {
    declares(bytes, "finding/v")
}

pub(crate) fn verify(file: &str, bytes: &[u8], policy: Option<&Policy>) -> Result<Report, Failure> {
    let verified = UnverifiedFinding::parse(bytes).and_then(|finding| finding.verify(policy))?;
    let mut not_checked = Vec::new();
    if !verified.is_named_by_policy() {
        not_checked.push(match verified.culprit().kind() {
            KeyType::Log => "whose key this is: the file alone does not say (--policy FILE checks it)",
            _ => {
                "whose key this is: the file alone does not say, and a cosignature does not even cover the witness's name (--policy FILE checks it)"
            }
        });
    }
    let mut text = labelled(&verified);
    for (place, gap) in not_checked.iter().enumerate() {
        text.push_str(&format!("{:<11} {gap}\n", if place == 0 { "not checked" } else { "" }));
    }
    text.push_str("VERIFIED");
    let [offence, culprit, origin, first, second] = members(&verified);
    Ok(Report::new(
        "verify/v1",
        [
            ("object", "finding".into()),
            ("file", file.into()),
            ("verdict", "VERIFIED".into()),
            offence,
            culprit,
            origin,
            first,
            second,
            ("first_time", seconds(verified.first())),
            ("second_time", seconds(verified.second())),
            ("policy_given", policy.is_some().into()),
            ("proves", verified.proves().into()),
            ("does_not_prove", verified.does_not_prove().into()),
            ("framer_would_forge", verified.framer_would_forge().into()),
            ("not_checked", not_checked.into_iter().map(Value::from).collect::<Vec<_>>().into()),
        ],
        text,
    )
    .with_verdict())
}

fn made(make: &Make) -> Result<Report, Failure> {
    let [one, other] = [read_note(&make.one)?, read_note(&make.other)?];
    let sizes = [one.claimed().size(), other.claimed().size()];
    let larger = if sizes[0] > sizes[1] { &one } else { &other };
    let notes = [one.note(), other.note()];
    let (old, new) = (sizes[0].min(sizes[1]), sizes[0].max(sizes[1]));
    let hashes = || hashes(make, old, new, larger);
    let finding = match &make.witness {
        Some(vkey) => {
            let witness = NoteKey::parse(vkey)
                .map_err(|error| Failure::new(error.code(), "--witness", error).of_reader())?;
            if witness.kind() != KeyType::Cosignature {
                return Err(Failure::misuse(
                    "--witness",
                    format!("expected a witness's key of type 0x04, got {witness}"),
                )
                .hint("a log's key is named by --policy FILE or --log LOG"));
            }
            require_lines(make, notes, &witness)?;
            // Sizes and times are in the notes; only trees need the log.
            match Made::cosigned_backwards(&witness, notes) {
                Err(error) if error.code() == Code::NoOffence => {
                    with_hashes(|hashes| Made::cosigned_fork(&witness, notes, hashes), hashes)?
                }
                outcome => outcome,
            }
        }
        None => {
            let keys = log_keys(make)?;
            let signed_both = |key: &&NoteKey| {
                notes.iter().all(|note| note.signatures().iter().any(|line| line.is_of(key)))
            };
            let key = match keys.iter().find(signed_both) {
                Some(key) => key,
                None => return Err(no_key_of_both(make, notes, &keys)),
            };
            with_hashes(|hashes| Made::fork(key, notes, hashes), hashes)?
        }
    }?;
    if let Some(out) = &make.out {
        super::write_new(out, &finding.to_bytes())?;
    }
    let verified = finding.verified();
    let mut text = labelled(verified);
    text.push_str(&match &make.out {
        Some(out) => {
            format!("written     {0}\nnext        `detente verify {0} --policy FILE`", out.display())
        }
        None => "written     nothing: name a file with --out".to_owned(),
    });
    let file = make.out.as_ref().map_or(Value::Null, |out| out.display().to_string().into());
    let [offence, culprit, origin, first, second] = members(verified);
    let members = [offence, culprit, origin, first, second, ("file", file)];
    Ok(Report::new("finding-make/v1", members, text).labelled())
}

/// What the notes settle by themselves needs no log: only then are its hashes asked for.
fn with_hashes(
    make: impl Fn(&[Digest]) -> Result<Made, FindingError>,
    hashes: impl FnOnce() -> Result<Vec<Digest>, Failure>,
) -> Result<Result<Made, FindingError>, Failure> {
    match make(&[]) {
        Err(error) if error.code() == Code::ProofLength => Ok(make(&hashes()?)),
        outcome => Ok(outcome),
    }
}

/// No key signed both notes. A log of several keys can sign one tree with each: then there is no finding, and that does
/// not make the notes honest.
fn no_key_of_both(make: &Make, notes: [&UnverifiedNote; 2], keys: &[NoteKey]) -> Failure {
    let signer =
        |note: &UnverifiedNote| keys.iter().find(|key| note.signatures().iter().any(|line| line.is_of(key)));
    if let [Some(one), Some(other)] = notes.map(signer) {
        return Failure::misuse(
            make.other.display().to_string(),
            format!("expected a signature line of {one}, as in the other note, got one of {other}"),
        )
        .hint("no finding is about two keys, even of one log; that does not make the notes honest: keep both, and ask");
    }
    let Some(key) = keys.first() else { return no_key() };
    require_lines(make, notes, key).err().unwrap_or_else(no_key)
}

/// Whose signatures are to be compared is the caller's choice; a key that did not sign is a mistake in it.
fn require_lines(make: &Make, notes: [&UnverifiedNote; 2], key: &NoteKey) -> Result<(), Failure> {
    for (path, note) in [&make.one, &make.other].into_iter().zip(notes) {
        if !note.signatures().iter().any(|line| line.is_of(key)) {
            return Err(Failure::misuse(
                path.display().to_string(),
                format!("expected a signature line of {key}, got none"),
            )
            .hint("a finding is about one key that signed both notes"));
        }
    }
    Ok(())
}

fn read_note(path: &Path) -> Result<UnverifiedCheckpoint, Failure> {
    let bytes = read_limited(path, MAX_NOTE_BYTES)?;
    UnverifiedCheckpoint::parse(&bytes)
        .map_err(|error| Failure::new(error.code(), path.display().to_string(), error))
}

/// The log keys that may have signed: those of the policy, or the one of the genesis.
fn log_keys(make: &Make) -> Result<Vec<NoteKey>, Failure> {
    if let Some(path) = &make.policy {
        return Ok(policy::read(path)?.logs().iter().map(|log| log.key().clone()).collect());
    }
    let Some(path) = &make.log else { return Err(no_key()) };
    let log = LogReader::new(published::source(path, &make.reading)?);
    let entry = log.entry(LeafIndex::ZERO)?;
    let statement = UnverifiedStatement::decode(&entry)?;
    match statement.unverified_body() {
        Body::Genesis(genesis) => Ok(vec![genesis.checkpoint_key().clone()]),
        _ => Err(Failure::new(
            Code::GenesisMisplaced,
            path.display().to_string(),
            "expected a genesis as entry 0, got another statement",
        )
        .hint("--policy FILE names the log's key too")),
    }
}

fn no_key() -> Failure {
    Failure::misuse("NOTE", "expected to be told whose signatures these are, got notes alone")
        .hint("--policy FILE or --log LOG names the log's key, --witness VKEY a witness's")
}

/// What the larger tree begins with, from the folder that has it.
fn hashes(
    make: &Make,
    old: TreeSize,
    new: TreeSize,
    larger: &UnverifiedCheckpoint,
) -> Result<Vec<Digest>, Failure> {
    // Of equal sizes the root is enough, and from the empty tree every tree goes on.
    if old == new || old == TreeSize::ZERO {
        return Ok(Vec::new());
    }
    let path = make.log.as_ref().ok_or_else(|| {
        Failure::misuse("--log", format!("expected the log whose size {new} the larger note signs, got none"))
            .hint("only its hashes show what that tree begins with: --log LOG")
    })?;
    let log = LogReader::new(published::source(path, &make.reading)?);
    match tree_of(&log, larger) {
        Ok(Some(tree)) => Ok(prove_prefix(&tree, old, new)?),
        Err(error) => Err(error.into()),
        Ok(None) => Err(Failure::misuse(
            path.display().to_string(),
            format!("expected the log that has the larger note's tree of size {new}, got another"),
        )
        .hint("of two copies of a log it is the one that the larger note comes from")),
    }
}

/// The note's tree, or a later one of the log that goes on from it; `None` when the log is in order and has another. A
/// log whose files do not even give its own checkpoint is what is wrong, not the choice of it.
fn tree_of<'a>(
    log: &'a LogReader<Box<dyn LogSource>>,
    note: &UnverifiedCheckpoint,
) -> Result<Option<VerifiedTree<'a>>, LogError> {
    let head = note.claimed();
    if let Ok(tree) = VerifiedTree::read(log.source(), head) {
        return Ok(Some(tree));
    }
    let tree = VerifiedTree::read(log.source(), log.checkpoint()?.claimed())?;
    if head.size() > tree.size() {
        return Ok(None);
    }
    Ok((tree.root_at(head.size())? == head.root()).then_some(tree))
}

fn labelled(verified: &VerifiedFinding) -> String {
    let head = |name: &str, signed: &SignedHead| {
        let time = signed.time().map_or_else(String::new, |time| format!(", at {}", show::time(time)));
        format!("{name:<11} size {}, root {}{time}\n", signed.head().size(), signed.head().root())
    };
    format!(
        "offence     {}\nby          {}\nlog         {}\n{}{}proves      {}\nnot proven  {}\nframing     would need {}\n",
        verified.offence(),
        verified.culprit(),
        verified.origin(),
        head("first", verified.first()),
        head("second", verified.second()),
        verified.proves(),
        verified.does_not_prove(),
        verified.framer_would_forge(),
    )
}

fn members(verified: &VerifiedFinding) -> [(&'static str, Value); 5] {
    let size = |signed: &SignedHead| signed.head().size().to_string().into();
    [
        ("offence", verified.offence().as_str().into()),
        ("culprit", verified.culprit().to_string().into()),
        ("origin", verified.origin().as_str().into()),
        ("first", size(verified.first())),
        ("second", size(verified.second())),
    ]
}

fn seconds(signed: &SignedHead) -> Value {
    signed.time().map_or(Value::Null, |time| time.to_string().into())
}

impl From<FindingError> for Failure {
    fn from(error: FindingError) -> Self {
        let hint = match error.code() {
            Code::NoOffence => Some("the two notes can be honest together: nothing is shown against anybody"),
            Code::UnknownCulprit => Some("is this the policy that names the log or witness in question?"),
            Code::UnknownOffence => Some("a newer detente may know it"),
            _ => None,
        };
        Self { hint: hint.map(str::to_owned), ..Self::new(error.code(), error.part(), error) }
    }
}
