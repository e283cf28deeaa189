use std::path::Path;

use detente_checkpoint::{Policy, PublicationTime, UnverifiedProof, Witnessing};
use detente_core::{UnixSeconds, json::Value};
use detente_disclosure::Profile;
use detente_merkle::leaf_hash;
use detente_party::{Audience, decrypt};
use detente_presentation::{PRESENTATION_LIMIT, Reader, UnverifiedPresentation, VerifiedPresentation};
use detente_statement::UnverifiedStatement;

use super::{finding, policy, read_limited};
use crate::args::Verify;
use crate::failure::Failure;
use crate::output::Report;
use crate::show;

const AGE: &[u8] = b"age-encryption.org/v1";
const PROOF: &[u8] = b"c2sp.org/tlog-proof@v1";

pub(crate) fn run(verify: &Verify) -> Result<Report, Failure> {
    let policy = verify.policy.as_deref().map(policy::read).transpose()?;
    let audience = verify.audience.as_deref().map(Audience::read).transpose()?;
    let mut bytes = read_limited(&verify.file, PRESENTATION_LIMIT)?;
    let name = verify.file.display().to_string();
    if bytes.starts_with(AGE) {
        let identity = verify.identity.as_deref().ok_or_else(|| {
            Failure::misuse(&*name, "expected an age identity to decrypt it with, got none")
                .hint("name the file that holds AGE-SECRET-KEY-1… with --identity")
        })?;
        let text = read_limited(identity, 65_536)?;
        // Decryption comes before verification and gives no verdict: exit code 2, whatever fails.
        bytes = decrypt(&bytes, &String::from_utf8_lossy(&text))
            .map_err(|error| Failure::misuse(&*name, error))?;
    }
    if finding::is_finding(&bytes) {
        return verify_finding(verify, &name, &bytes, policy.as_ref());
    }
    let Some(policy) = policy else {
        return Err(Failure::misuse("--policy", "expected your own policy to verify against, got none")
            .hint("name it with --policy FILE; only a finding can be verified without one"));
    };
    if bytes.starts_with(PROOF) && audience.is_some() {
        return Err(Failure::misuse(
            "--audience",
            "expected a presentation, got a proof, which is for everybody",
        ));
    }
    let report = if bytes.starts_with(PROOF) {
        verify_proof(&name, &bytes, verify.entry.as_deref(), &policy)
    } else {
        let reader = Reader {
            policy: &policy,
            profiles: &[Profile::veris_1()],
            audience: audience.as_ref().map(Audience::key),
        };
        UnverifiedPresentation::parse(&bytes)
            .and_then(|presentation| presentation.verify(&reader))
            .map(|verified| presentation_report(&name, &verified, audience.as_ref()))
            .map_err(Failure::from)
    };
    Ok(warned(report?, verify))
}

fn verify_finding(
    verify: &Verify,
    name: &str,
    bytes: &[u8],
    policy: Option<&Policy>,
) -> Result<Report, Failure> {
    for (argument, given) in [("--audience", verify.audience.is_some()), ("--entry", verify.entry.is_some())]
    {
        if given {
            let message = "expected a presentation or a proof, got a finding, which is for everybody";
            return Err(Failure::misuse(argument, message));
        }
    }
    let report = finding::verify(name, bytes, policy)?;
    Ok(warned(report, verify))
}

/// The report, with a warning when the policy is the word of the party under test.
fn warned(report: Report, verify: &Verify) -> Report {
    let warning = verify.policy.as_deref().and_then(|policy| policy::warn_if_of_party(policy, &verify.file));
    match warning {
        Some(warning) => report.warn(warning),
        None => report,
    }
}

/// What no presentation can show; the same words for every party.
const DOES_NOT_PROVE: [&str; 3] = [
    "that what the report says is true, or that all incidents were reported",
    "that the audience keeps it to itself",
    "that no later entry amends or withdraws it",
];

fn presentation_report(
    file: &str,
    verified: &VerifiedPresentation<'_>,
    audience: Option<&Audience>,
) -> Report {
    let statement = verified.statement();
    let terms = verified.terms();
    let index = verified.index();
    let (word, lo, hi) = times(verified.published());
    let opened: Vec<_> = verified
        .openings()
        .iter()
        .map(|slot| {
            let name = slot.slot().map_or_else(|| "unassigned".to_owned(), |slot| slot.name().to_owned());
            (slot, name)
        })
        .collect();
    let sealed = Profile::veris_1().width() as usize - opened.len();
    let present = opened.iter().filter(|(slot, _)| slot.value().is_some()).count();

    let mut not_checked =
        vec!["REVOCATION-NOT-CHECKED: a revocation that the file leaves out is found only by an audit of all entries".to_owned()];
    if index.get() > 0 {
        not_checked.push(format!("{index} earlier entries, not seen"));
    }
    if audience.is_none() {
        not_checked.push("that you are the audience (--audience FILE checks it)".to_owned());
    }
    not_checked.extend(witness_gaps(verified.witnessing(), word));
    if verified.earlier().is_none() {
        not_checked
            .push("EARLIEST-TIME-UNKNOWN: the file holds no checkpoint from before the entry".to_owned());
    }
    for (slot, name) in opened.iter().filter(|(slot, _)| slot.is_coarse_unchecked()) {
        not_checked.push(format!(
            "COARSE-UNCHECKED: slot {} ({name}) is derived from a field that stays sealed",
            slot.number()
        ));
    }

    let mut text = format!(
        "said by     {} (log {}, entry {index} of {})\nstatement   {}\nsigned by   {}\n",
        show::harmless(verified.party()),
        verified.origin(),
        verified.size(),
        statement.id(),
        statement.author(),
    );
    text.push_str(&published_text(word, lo, hi));
    text.push_str(&witnesses_text(verified.witnessing()));
    text.push_str(&format!(
        "granted to  {}{}\n            TLP:{} PAP:{}, {} (the discloser's word)\nopened      {} slots, {present} hold a value; {sealed} stay sealed\n",
        terms.audience,
        audience.map_or_else(String::new, |audience| format!(" ({}: you)", audience.name())),
        terms.tlp,
        terms.pap,
        show::time(terms.time),
        opened.len(),
    ));
    for (slot, name) in &opened {
        if let Some(value) = slot.value() {
            text.push_str(&format!("  {name:<32} {}\n", show::short(value)));
        }
    }
    let absent = show::absent(opened.iter().map(|(slot, name)| (name.as_str(), slot.value().is_some())));
    if !absent.is_empty() {
        text.push_str(&show::wrapped("  nothing is stated for", &absent));
    }
    text.push_str("checked     signatures of log, author and grant; inclusion; key history; every opening\n");
    text.push_str(&list("not checked", &not_checked));
    text.push_str(&list("not proven ", &DOES_NOT_PROVE));
    text.push_str(verified.verdict().as_str());

    let slots: Vec<Value> =
        opened.iter().map(|(slot, name)| show::slot_value(slot.number().get(), name, slot.value())).collect();
    Report::new(
        "verify/v1",
        [
            ("object", "presentation".into()),
            ("file", file.into()),
            ("verdict", verified.verdict().as_str().into()),
            ("party", verified.party().into()),
            ("origin", verified.origin().as_str().into()),
            ("log", verified.log().to_string().into()),
            ("index", index.to_string().into()),
            ("size", verified.size().to_string().into()),
            ("statement", statement.id().to_string().into()),
            ("author", statement.author().to_string().into()),
            ("audience", terms.audience.to_string().into()),
            ("audience_checked", audience.is_some().into()),
            ("signer", verified.signer().to_string().into()),
            ("tlp", terms.tlp.as_str().into()),
            ("pap", terms.pap.as_str().into()),
            ("granted", terms.time.to_string().into()),
            ("published", published_value(word, lo, hi)),
            ("witnesses", witnesses(verified.witnessing())),
            ("profile", terms.profile.to_string().into()),
            ("opened", slots.into()),
            ("sealed", u32::try_from(sealed).unwrap_or(u32::MAX).into()),
            ("not_checked", strings(&not_checked)),
            ("not_proven", strings(&DOES_NOT_PROVE)),
        ],
        text,
    )
    .with_verdict()
}

fn verify_proof(file: &str, bytes: &[u8], entry: Option<&Path>, policy: &Policy) -> Result<Report, Failure> {
    let failed = |error: detente_checkpoint::CheckpointError| Failure::new(error.code(), file, error);
    let proof = UnverifiedProof::parse(bytes).map_err(failed)?;
    let (entry, object) = match (entry, proof.extra()) {
        (Some(path), _) => (read_limited(path, detente_statement::ENTRY_LIMIT)?, "proof"),
        (None, Some(extra)) => (extra.to_vec(), "receipt"),
        (None, None) => {
            return Err(Failure::misuse(file, "expected an entry to check the proof against, got none")
                .hint("a bare tlog-proof needs the entry's bytes: --entry FILE"));
        }
    };
    let verified = proof.verify(leaf_hash(&entry), policy).map_err(failed)?;
    // In the tree by now, so what it is is the log's doing. Other logs' entries are no statements, and that is no fault.
    let statement = UnverifiedStatement::decode(&entry).ok();
    let checkpoint = verified.checkpoint();
    let witnessing = checkpoint.require_quorum(policy).map_err(failed)?;
    let pool = detente_checkpoint::Pool::new(checkpoint.clone());
    let (word, lo, hi) = times(pool.publication_time(verified.index(), policy).map_err(failed)?);
    let verdict = match &witnessing {
        Witnessing::Unwitnessed => "UNWITNESSED",
        Witnessing::Witnessed { .. } => "VERIFIED",
    };
    let mut not_checked = vec!["who signed the entry, and which keys the log enrols".to_owned()];
    not_checked.extend(witness_gaps(&witnessing, word));
    let mut text = format!(
        "log         {}\nentry       {} of {}, leaf {}\n",
        checkpoint.origin(),
        verified.index(),
        checkpoint.size(),
        verified.leaf_hash().digest()
    );
    if let Some(statement) = &statement {
        text.push_str(&format!("statement   {} ({})\n", statement.id(), statement.unverified_kind()));
    }
    text.push_str(&published_text(word, lo, hi));
    text.push_str(&witnesses_text(&witnessing));
    text.push_str("checked     the log's signature; that the entry is in its tree at this index\n");
    text.push_str(&list("not checked", &not_checked));
    text.push_str(verdict);
    let kind = statement.as_ref().map_or(Value::Null, |statement| statement.unverified_kind().name().into());
    let id = statement.as_ref().map_or(Value::Null, |statement| statement.id().to_string().into());
    Ok(Report::new(
        "verify/v1",
        [
            ("object", object.into()),
            ("file", file.into()),
            ("verdict", verdict.into()),
            ("origin", checkpoint.origin().as_str().into()),
            ("index", verified.index().to_string().into()),
            ("size", checkpoint.size().to_string().into()),
            ("leaf", verified.leaf_hash().digest().to_string().into()),
            ("statement", id),
            ("kind", kind),
            ("published", published_value(word, lo, hi)),
            ("witnesses", witnesses(&witnessing)),
            ("not_checked", strings(&not_checked)),
        ],
        text,
    )
    .with_verdict())
}

type Bound = Option<UnixSeconds>;

fn times(published: PublicationTime) -> (&'static str, Bound, Bound) {
    match published {
        PublicationTime::Known { lo, hi } => (published.word(), lo, hi),
        _ => (published.word(), None, None),
    }
}

fn published_text(word: &str, lo: Bound, hi: Bound) -> String {
    let bound = |bound: Bound| bound.map_or_else(|| "unknown".to_owned(), show::time);
    let why = match word {
        "UNWITNESSED" => " (no witness: only the party's word)",
        "QUORUM-SPLIT" => " (QUORUM-SPLIT: two quorums of this policy need not share an honest witness)",
        _ => "",
    };
    format!("published   not before {}, not after {}{why}\n", bound(lo), bound(hi))
}

fn published_value(word: &str, lo: Bound, hi: Bound) -> Value {
    let bound = |bound: Bound| bound.map_or(Value::Null, |time| time.to_string().into());
    Value::from([("word", word.into()), ("not_before", bound(lo)), ("not_after", bound(hi))])
}

fn witness_gaps(witnessing: &Witnessing, word: &str) -> Vec<String> {
    let mut gaps = Vec::new();
    if *witnessing == Witnessing::Unwitnessed {
        gaps.push(
            "UNWITNESSED: the policy asks for no witness, so the log may show others another tree".to_owned(),
        );
    }
    if word == "QUORUM-SPLIT" {
        gaps.push("QUORUM-SPLIT: no times under this policy".to_owned());
    }
    gaps
}

fn witnesses_text(witnessing: &Witnessing) -> String {
    let Witnessing::Witnessed { cosignatures } = witnessing else { return String::new() };
    let one = |cosignature: &detente_checkpoint::VerifiedCosignature| {
        format!("{} at {}", show::harmless(cosignature.witness().as_str()), show::time(cosignature.time()))
    };
    format!("witnesses   {}\n", cosignatures.iter().map(one).collect::<Vec<_>>().join(", "))
}

fn witnesses(witnessing: &Witnessing) -> Value {
    let Witnessing::Witnessed { cosignatures } = witnessing else { return Vec::new().into() };
    let one = |cosignature: &detente_checkpoint::VerifiedCosignature| {
        Value::from([
            ("name", cosignature.witness().as_str().into()),
            ("time", cosignature.time().to_string().into()),
        ])
    };
    cosignatures.iter().map(one).collect::<Vec<_>>().into()
}

fn strings<S: AsRef<str>>(texts: &[S]) -> Value {
    texts.iter().map(|text| text.as_ref().into()).collect::<Vec<Value>>().into()
}

fn list<S: AsRef<str>>(head: &str, texts: &[S]) -> String {
    texts
        .iter()
        .enumerate()
        .map(|(position, text)| {
            let head = if position == 0 { head } else { "" };
            format!("{head:<11} {}\n", text.as_ref())
        })
        .collect()
}
