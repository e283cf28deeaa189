//! Visible statements: forms, what they commit to, and what is refused.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs;

use detente_agreement::{AgreementDigest, Body, Reference, UnverifiedContent, UnverifiedManifest};
use detente_core::{Code, Digest, LeafIndex, LogId, StatementId, UnixSeconds};
use detente_log::{LogDirectory, check_log};
use detente_party::{Enclosures, Filled, Form, FormFault, Lookup, PartyError, empty_form, form_kinds};
use detente_statement::{Body as Envelope, Kind, UnverifiedStatement};

use crate::stage::Stage;

/// Finds whatever is asked for.
struct Anything;

const LOG: LogId = LogId::new(Digest::from_bytes([7; 32]));

impl Lookup for Anything {
    type Error = Infallible;

    fn log(&mut self, _: &str) -> Result<LogId, Infallible> {
        Ok(LOG)
    }

    fn statement(&mut self, text: &str, of: &[Kind], _: bool) -> Result<Reference, Infallible> {
        assert!(!of.is_empty());
        let statement = StatementId::new(Digest::from_bytes([9; 32]));
        Ok(Reference { log: LOG, index: LeafIndex::parse(text).unwrap(), statement })
    }

    fn agreement(&mut self, text: &str) -> Result<AgreementDigest, Infallible> {
        Ok(AgreementDigest::new(Digest::from_bytes([text.len() as u8; 32])))
    }

    fn instant(&mut self, _: &str) -> Result<UnixSeconds, Infallible> {
        Ok(UnixSeconds::new(5).unwrap())
    }
}

/// The empty form with every member in it, and a value for each.
fn filled_in(kind: Kind) -> String {
    let word = |line: &str| {
        let words = line.rsplit_once("ne of ").unwrap().1;
        words.split(", ").find(|word| *word != "not-stated").unwrap().trim_end_matches('"').to_owned()
    };
    let mut remark = String::new();
    let mut text = String::new();
    for line in empty_form(kind).unwrap().lines() {
        let bare = line.strip_prefix("# ").unwrap_or(line);
        if !bare.contains(" = ") && bare != "[content]" {
            remark = line.to_owned();
            continue;
        }
        let Some((name, _)) = bare.split_once(" = ") else {
            text.push_str("[content]\n");
            continue;
        };
        let value = match name {
            "kind" => format!("\"{kind}\""),
            "size" => "3".to_owned(),
            "bases" => format!("[\"{}\"]", word(&remark)),
            "evidence" => "[\"a.bin:sample\", \"b.txt:document\", \"c.bin:sample\"]".to_owned(),
            _ if remark.contains("One of") => format!("\"{}\"", word(&remark)),
            "date" | "review" => "\"2026-02\"".to_owned(),
            "request" | "ping" | "accusation" | "asked" | "other" => "\"4\"".to_owned(),
            "old" => "\"old.toml\"".to_owned(),
            _ => "\"what it says\"".to_owned(),
        };
        text.push_str(&format!("{name} = {value}\n"));
    }
    text
}

fn fault(kind: Kind, form: &str) -> FormFault {
    Form::parse(kind, form.as_bytes()).unwrap_err()
}

#[test]
fn every_form_can_be_filled_in_and_gives_a_body() {
    assert_eq!(form_kinds().count(), 17);
    for kind in form_kinds() {
        let text = filled_in(kind);
        let form =
            Form::parse(kind, text.as_bytes()).unwrap_or_else(|fault| panic!("{kind}: {fault}\n{text}"));
        let filled = form.fill(&mut Anything).unwrap();
        let content = filled.content.as_ref().map(BTreeMap::len);
        assert_eq!(content.is_some(), detente_agreement::ContentFields::of(kind).is_some(), "{kind}");
        if let Some(fields) = detente_agreement::ContentFields::of(kind) {
            assert_eq!(content, Some(fields.required.len() + fields.optional.len()), "{kind}");
        }
        if kind != Kind::AccusationIssue {
            let bytes = filled.body.encode(kind, [1; 16]).unwrap();
            assert_eq!(Body::decode(kind, &bytes).unwrap(), filled.body, "{kind}");
        }
    }
}

#[test]
fn an_empty_form_is_refused_with_its_line() {
    for kind in form_kinds() {
        let fault = fault(kind, &empty_form(kind).unwrap());
        assert!(fault.line > 3 && fault.field.is_some(), "{kind}: {fault:?}");
    }
}

#[test]
fn what_does_not_belong_there_is_named_with_its_line() {
    let good = "kind = \"request.refuse\"\nrequest = \"4\"\nground = \"security\"\n";
    assert!(Form::parse(Kind::RequestRefuse, good.as_bytes()).is_ok());
    let of = |from: &str, to: &str| fault(Kind::RequestRefuse, &good.replace(from, to));
    let told = |fault: FormFault| (fault.line, fault.field.unwrap_or_default());
    assert_eq!(told(of("ground", "grund")), (3, "grund".to_owned()));
    assert_eq!(told(of("\"security\"", "\"safety\"")), (3, "ground".to_owned()));
    assert_eq!(told(of("\"security\"", "3")), (3, "ground".to_owned()));
    assert_eq!(told(of("\"4\"", "\"\"")), (2, "request".to_owned()));
    assert_eq!(told(of("request = \"4\"\n", "")), (2, "request".to_owned()));
    assert_eq!(told(of("request.refuse", "request.answer")), (1, "kind".to_owned()));
    assert_eq!(told(of("kind = \"request.refuse\"\n", "")), (2, "kind".to_owned()));
    assert_eq!(told(of("ground =", "ground ="[..7].trim())), (3, String::new()));
    assert_eq!(
        told(fault(Kind::RequestRefuse, &format!("{good}[content]\ntitle = \"x\"\n"))),
        (5, "title".to_owned())
    );
    assert_eq!(
        told(fault(Kind::RequestRefuse, &format!("{good}[content]\ntext = \"\"\n"))),
        (5, "text".to_owned())
    );
    assert_eq!(told(fault(Kind::RequestRefuse, &format!("{good}[content]\n"))), (4, "text".to_owned()));
    assert_eq!(told(fault(Kind::RequestRefuse, &format!("{good}[evidence]\n"))), (4, "evidence".to_owned()));
    assert_eq!(
        told(fault(Kind::Ping, "kind = \"ping\"\nto = \"b\"\n[content]\n")),
        (3, "content".to_owned())
    );
    assert_eq!(fault(Kind::Sealed, good).line, 1);
}

#[test]
fn a_request_is_in_the_log_and_its_content_opens_it() {
    let stage = Stage::new();
    let text = filled_in(Kind::RequestPreserve);
    let filled = Form::parse(Kind::RequestPreserve, text.as_bytes()).unwrap().fill(&mut Anything).unwrap();
    let issued = stage.party().issue_filled(Kind::RequestPreserve, filled).unwrap();
    assert_eq!((issued.index.get(), issued.manifest), (1, None));
    let log = LogDirectory::open(stage.folder().log()).unwrap();
    let entry = UnverifiedStatement::decode(&log.entry(issued.index).unwrap()).unwrap();
    assert_eq!((entry.id(), entry.unverified_kind()), (issued.statement, Kind::RequestPreserve));
    let Envelope::Opaque(bytes) = entry.unverified_body() else { panic!("a body of another word") };
    let Body::Request { to, content } = Body::decode(Kind::RequestPreserve, bytes).unwrap() else { panic!() };
    assert_eq!(to, LOG);
    let path = issued.content.unwrap();
    assert_eq!(path, stage.folder().outbox().join(format!("{}.content.json", issued.statement)));
    let file = UnverifiedContent::parse(&fs::read(&path).unwrap()).unwrap();
    let opened = file.open(entry.unverified_log(), Kind::RequestPreserve, content).unwrap();
    assert_eq!(opened.fields().len(), 9);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    check_log(&log, None, |_, _| {}).unwrap();
    assert!(stage.folder().receipts().join("00000001.tlog-proof").is_file());
    // Sealed statements go on as before.
    stage.commit(&["n-1"]);
}

#[test]
fn of_evidence_only_digests_leave() {
    let stage = Stage::new();
    let folder = tempfile::tempdir().unwrap();
    let secret = "who told us and where";
    let path = |name: &str| folder.path().join(name);
    fs::write(path("a.bin"), secret).unwrap();
    fs::write(path("b.txt"), "").unwrap();
    let form = filled_in(Kind::AccusationIssue).replace("c.bin:sample", "b.txt:other");
    let form = form
        .replace("a.bin", path("a.bin").to_str().unwrap())
        .replace("b.txt", path("b.txt").to_str().unwrap());
    let filled: Filled =
        Form::parse(Kind::AccusationIssue, form.as_bytes()).unwrap().fill(&mut Anything).unwrap();
    let issued = stage.party().issue_filled(Kind::AccusationIssue, filled.clone()).unwrap();
    let log = LogDirectory::open(stage.folder().log()).unwrap();
    let entry = log.entry(issued.index).unwrap();
    let statement = UnverifiedStatement::decode(&entry).unwrap();
    let Envelope::Opaque(bytes) = statement.unverified_body() else { panic!("a body of another word") };
    let Body::AccusationIssue(accusation) = Body::decode(Kind::AccusationIssue, bytes).unwrap() else {
        panic!()
    };
    assert_eq!(accusation.items, [(1, 1), (5, 1), (8, 1)]);
    let manifest = fs::read(issued.manifest.unwrap()).unwrap();
    let opened = UnverifiedManifest::parse(&manifest).unwrap();
    let opened =
        opened.open(statement.unverified_log(), accusation.manifest.unwrap(), &accusation.items).unwrap();
    assert_eq!(opened.items()[0].size, secret.len() as u64);
    for bytes in [&entry, &manifest] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }

    // Evidence that is not there leaves nothing behind.
    fs::remove_file(path("a.bin")).unwrap();
    let before = crate::stage::files(&stage.folder().log());
    let refused = stage.party().issue_filled(Kind::AccusationIssue, filled).unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
    assert_eq!(crate::stage::files(&stage.folder().log()), before);
}

#[test]
fn kinds_with_a_way_of_their_own_are_not_issued() {
    let stage = Stage::new();
    for kind in [Kind::Sealed, Kind::Genesis, Kind::KeyAdd, Kind::LogClose, Kind::Unlisted(99)] {
        let refused = stage.party().issue(kind, vec![0; 16], &Enclosures::default()).unwrap_err();
        assert!(matches!(refused, PartyError::NotIssued { .. }), "{refused}");
    }
}
