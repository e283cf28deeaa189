//! Shows what a file says. Nothing is verified, and that is the first line.

use detente_checkpoint::{NoteKey, Policy, UnverifiedCheckpoint, UnverifiedProof};
use detente_core::{Code, json::Value};
use detente_disclosure::Profile;
use detente_finding::UnverifiedFinding;
use detente_presentation::{PRESENTATION_LIMIT, UnverifiedPresentation};
use detente_statement::{Body, UnverifiedStatement, key_digest};

use super::{
    declared::declares,
    finding, read_limited,
    said::{self, Lines},
};
use crate::args::Explain;
use crate::failure::Failure;
use crate::output::Report;
use crate::show;

pub(crate) fn run(explain: &Explain) -> Result<Report, Failure> {
    let bytes = read_limited(&explain.file, PRESENTATION_LIMIT)?;
    let name = explain.file.display().to_string();
    let (object, lines) = explained(&bytes).ok_or_else(|| {
        if let Some((object, code, error)) = damaged(&bytes) {
            return Failure::new(code, &*name, format!("it begins as a {object}, but: {error}"));
        }
        let head: String = String::from_utf8_lossy(&bytes).chars().take(40).collect();
        Failure::new(Code::Misuse, &*name, format!("expected a file of détente, got {head:?}…")).hint(
            "known: presentation, receipt, finding, checkpoint, policy, companion, key, profile, entry, agreement, content, manifest, report of an audit, age file",
        )
    })?;
    let mut text = "UNVERIFIED  nothing below has been checked; anybody could have written it\n".to_owned();
    text.push_str(&format!("object      {object}, {} bytes", bytes.len()));
    for (head, line) in &lines {
        text.push_str(&format!("\n{head:<11} {}", show::harmless(line)));
    }
    let items: Vec<Value> = lines
        .iter()
        .map(|(head, line)| Value::from([("what", (*head).into()), ("says", line.as_str().into())]))
        .collect();
    Ok(Report::new(
        "explain/v1",
        [
            ("file", name.into()),
            ("object", object.into()),
            ("verified", false.into()),
            ("lines", items.into()),
        ],
        text,
    ))
}

/// What a file is by its first words, and why it is not.
fn damaged(bytes: &[u8]) -> Option<(&'static str, Code, String)> {
    if bytes.starts_with(b"c2sp.org/tlog-proof") {
        let error = UnverifiedProof::parse(bytes).err()?;
        return Some(("tlog-proof", error.code(), error.to_string()));
    }
    if finding::is_finding(bytes) {
        let error = UnverifiedFinding::parse(bytes).err()?;
        return Some(("finding", error.code(), error.to_string()));
    }
    if declares(bytes, "presentation/v") {
        let error = UnverifiedPresentation::parse(bytes).err()?;
        return Some(("presentation", error.code(), error.to_string()));
    }
    None
}

fn explained(bytes: &[u8]) -> Option<(&'static str, Lines)> {
    if bytes.starts_with(b"age-encryption.org/v1") {
        return Some(("encrypted file (age)", vec![("reader", "the holder of the age identity".to_owned())]));
    }
    if let Ok(presentation) = UnverifiedPresentation::parse(bytes) {
        return Some(("presentation", presentation_lines(&presentation)));
    }
    if let Ok(finding) = UnverifiedFinding::parse(bytes) {
        return Some(("finding", finding_lines(&finding)));
    }
    if let Ok(proof) = UnverifiedProof::parse(bytes) {
        let mut lines = vec![
            ("index", proof.claimed_index().to_string()),
            ("proof", format!("{} hashes", proof.hashes().len())),
        ];
        let object = match proof.extra().map(UnverifiedStatement::decode) {
            Some(Ok(entry)) => {
                lines.extend(entry_lines(&entry));
                "receipt (tlog-proof with its entry)"
            }
            _ => "tlog-proof",
        };
        lines.extend(checkpoint_lines(proof.checkpoint()));
        return Some((object, lines));
    }
    if let Ok(checkpoint) = UnverifiedCheckpoint::parse(bytes) {
        return Some(("checkpoint (signed note)", checkpoint_lines(&checkpoint)));
    }
    if let Ok(profile) = Profile::parse(bytes) {
        return Some(("profile", profile_lines(&profile)));
    }
    if let Some(found) = said::file(bytes) {
        return Some(found);
    }
    if let Ok(entry) = UnverifiedStatement::decode(bytes) {
        return Some(("entry (statement)", entry_lines(&entry)));
    }
    let text = core::str::from_utf8(bytes).ok()?;
    if let Ok(key) = NoteKey::parse(text.strip_suffix('\n').unwrap_or(text)) {
        let lines = vec![
            ("name", key.name().to_string()),
            ("key", key.key().to_string()),
            ("digest", key_digest(key.key()).to_string()),
        ];
        return Some(("key (vkey)", lines));
    }
    if let Ok(policy) = Policy::parse(bytes, None) {
        return Some(("policy", policy_lines(&policy)));
    }
    companion(bytes).map(|lines| ("companion of a policy", lines))
}

fn presentation_lines(presentation: &UnverifiedPresentation) -> Lines {
    let terms = presentation.unverified_terms();
    let profile = Profile::veris_1();
    let mut lines = vec![
        ("log id", terms.log.to_string()),
        ("statement", terms.statement.to_string()),
        ("index", terms.index.to_string()),
        ("audience", terms.audience.to_string()),
        ("marking", format!("TLP:{} PAP:{}", terms.tlp, terms.pap)),
        ("granted", show::time(terms.time)),
    ];
    if let Ok(entry) = UnverifiedStatement::decode(presentation.unverified_entry()) {
        lines.extend(entry_lines(&entry));
    }
    if let Ok(proof) = UnverifiedProof::parse(presentation.unverified_proof().as_bytes()) {
        lines.extend(checkpoint_lines(proof.checkpoint()));
    }
    for opening in presentation.unverified_openings() {
        let named = profile.slot(opening.slot()).filter(|_| terms.profile == profile.digest());
        let name = named.map_or("?", |slot| slot.name());
        let value = opening.value().map_or_else(|| "absent".to_owned(), show::short);
        lines.push(("slot", format!("{} {name}: {value}", opening.slot())));
    }
    lines
}

fn finding_lines(finding: &UnverifiedFinding) -> Lines {
    let mut lines = vec![
        ("offence", finding.unverified_offence().to_string()),
        ("culprit", finding.unverified_culprit().to_owned()),
    ];
    for note in finding.unverified_notes() {
        match UnverifiedCheckpoint::parse(note.as_bytes()) {
            Ok(checkpoint) => lines.extend(checkpoint_lines(&checkpoint)),
            Err(error) => lines.push(("note", format!("{}: {error}", error.code()))),
        }
    }
    lines
}

fn entry_lines(entry: &UnverifiedStatement) -> Lines {
    let mut lines = vec![
        ("entry kind", entry.unverified_kind().to_string()),
        ("entry log", entry.unverified_log().to_string()),
        ("entry id", entry.id().to_string()),
        ("author", entry.unverified_author().to_string()),
    ];
    if let Some(sealed) = entry.unverified_sealed() {
        lines.push(("sealed", sealed.to_string()));
    }
    match entry.unverified_body() {
        Body::Genesis(genesis) => {
            lines.push(("party", genesis.party().to_owned()));
            lines.push(("origin", genesis.origin().to_string()));
            lines.push(("vkey", genesis.checkpoint_key().to_string()));
            for key in genesis.keys() {
                lines.push(("first key", format!("{} ({})", key.digest(), key.role().as_str())));
            }
        }
        Body::KeyAdd(add) => lines.push(("new key", add.entry().digest().to_string())),
        Body::KeyRotate(rotate) => {
            lines.push(("old key", rotate.old().to_string()));
            lines.push(("new key", rotate.entry().digest().to_string()));
        }
        Body::KeyRevoke(revoke) => lines.push(("revoked", revoke.key().to_string())),
        Body::Opaque(body) => lines.extend(said::body(entry.unverified_kind(), body)),
        _ => {}
    }
    lines
}

fn checkpoint_lines(checkpoint: &UnverifiedCheckpoint) -> Lines {
    let head = checkpoint.claimed();
    let mut lines = vec![
        ("origin", head.origin().to_string()),
        ("size", head.size().to_string()),
        ("root", head.root().to_string()),
    ];
    for line in checkpoint.note().signatures() {
        lines.push(("signature", format!("{} (key id {})", line.name(), line.key_id())));
    }
    lines
}

fn profile_lines(profile: &Profile) -> Lines {
    let mut lines = vec![
        ("name", profile.name().to_owned()),
        ("digest", profile.digest().to_string()),
        ("width", format!("{}, {} slots assigned", profile.width(), profile.slots().len())),
    ];
    for slot in profile.slots() {
        let pointer = slot.pointer().map_or_else(|| "envelope".to_owned(), |pointer| pointer.to_string());
        lines.push(("slot", format!("{} {} ({pointer})", slot.number(), slot.name())));
    }
    lines
}

fn policy_lines(policy: &Policy) -> Lines {
    let mut lines: Lines = policy.logs().iter().map(|log| ("log", log.key().to_string())).collect();
    lines.extend(
        policy
            .witnesses()
            .iter()
            .map(|witness| ("witness", format!("{} {}", witness.name().as_str(), witness.key()))),
    );
    lines.push(("quorum", policy.quorum_name().unwrap_or("none: UNWITNESSED").to_owned()));
    lines
}

fn companion(bytes: &[u8]) -> Option<Lines> {
    let value = Value::parse(bytes).ok()?;
    let members = value.as_object().filter(|members| members.contains_key("operators"))?;
    let heads = [("policy", "policy"), ("parties", "parties"), ("operators", "operators"), ("f", "f")];
    Some(heads.iter().filter_map(|(head, name)| Some((*head, members.get(*name)?.to_canonical()))).collect())
}
