//! Grants under another key, about something else, to somebody else.

use detente_checkpoint::{Ed25519Signer, PublicKey, SigningFault, SigningKey};
use detente_core::{Code, Digest, KeyDigest, LogId, StatementId};
use detente_disclosure::Profile;
use detente_merkle::leaf_index;
use detente_presentation::{PresentationDraft, Tlp};
use detente_statement::key_digest;
use detente_tests::party::Secret;

use crate::stage::{SLOTS, Stage, edited, object, replace, verify_with};

#[test]
fn re_wrapped_under_another_key() {
    let stage = Stage::new();
    let offer = stage.honest();
    let stranger = Secret::new("stranger").key("author");
    for key in [stranger, stage.b.secret().key("author"), stage.a.secret().key("recovery")] {
        let grant = offer.terms().sign(&key).unwrap();
        assert_eq!(stage.meets(PresentationDraft { grant, ..offer.draft() }), Code::Relayed);
    }
}

#[test]
fn re_wrapped_for_another_audience() {
    let stage = Stage::new();
    let offer = stage.honest();
    let mut terms = offer.terms();
    terms.audience = key_digest(&Secret::new("somebody").key("reader").public());
    let grant = terms.sign(&Secret::new("relay").key("author")).unwrap();
    assert_eq!(stage.meets(PresentationDraft { grant, ..offer.draft() }), Code::Relayed);
}

#[test]
fn signed_by_one_key_in_the_name_of_another() {
    let stage = Stage::new();
    let offer = stage.honest();
    let grant = offer.terms().sign(&stage.b.secret().key("author")).unwrap();
    let file = PresentationDraft { grant, ..offer.draft() }.to_bytes().unwrap();
    let named = key_digest(&stage.a.secret().key("author").public()).to_string();
    let file = edited(&file, |file| {
        object(file, "grant").insert("signer".to_owned(), named.into());
    });
    assert_eq!(stage.file_meets(&file), Code::InvalidGrantSignature);
}

#[test]
fn terms_changed_after_signing() {
    let stage = Stage::new();
    let offer = stage.honest();
    let other = Digest::from_bytes([7; 32]).to_string();
    for (member, value) in [
        ("tlp", Tlp::Clear.as_str()),
        ("pap", "GREEN"),
        ("time", "1780000001"),
        ("nonce", "AAAAAAAAAAAAAAAAAAAAAA=="),
        ("audience", other.as_str()),
        ("profile", other.as_str()),
    ] {
        let code = stage.edited(&offer, |file| {
            object(file, "grant").insert(member.to_owned(), value.into());
        });
        assert_eq!(code, Code::InvalidGrantSignature, "{member}");
    }
    let text = String::from_utf8(offer.file()).unwrap();
    assert_eq!(stage.file_meets(text.replace("AMBER", "GREEN").as_bytes()), Code::InvalidGrantSignature);
}

#[test]
fn of_another_entry() {
    let stage = Stage::new();
    let offer = stage.honest();
    let grant = stage.offer(&stage.a, 2).terms().sign(&stage.a.secret().key("author")).unwrap();
    assert_eq!(stage.meets(PresentationDraft { grant, ..offer.draft() }), Code::GrantMismatch);
}

#[test]
fn with_one_reference_of_another_entry() {
    let stage = Stage::new();
    let offer = stage.honest();
    let author = stage.a.secret().key("author");
    let honest = offer.terms();
    let mut log = honest.clone();
    log.log = LogId::new(Digest::from_bytes([1; 32]));
    let mut statement = honest.clone();
    statement.statement = StatementId::new(Digest::from_bytes([1; 32]));
    let mut index = honest.clone();
    index.index = leaf_index(2).unwrap();
    for terms in [log, statement, index] {
        let grant = terms.sign(&author).unwrap();
        assert_eq!(stage.meets(PresentationDraft { grant, ..offer.draft() }), Code::GrantMismatch);
    }
}

#[test]
fn for_other_slots() {
    let stage = Stage::new();
    let offer = stage.honest();
    let mut other = stage.honest();
    other.slots = SLOTS.iter().map(|slot| slot + 1).collect();
    let grant = other.draft().grant;
    assert_eq!(stage.meets(PresentationDraft { grant, ..offer.draft() }), Code::GrantMismatch);
}

#[test]
fn for_fewer_or_more_slots_than_opened() {
    let stage = Stage::new();
    let offer = stage.honest();
    let mut fewer = stage.honest();
    fewer.slots.pop_last();
    let mut more = stage.honest();
    more.slots.insert(201);
    for other in [fewer, more] {
        let grant = other.draft().grant;
        assert_eq!(stage.meets(PresentationDraft { grant, ..offer.draft() }), Code::MalformedPresentation);
    }
}

#[test]
fn to_another_reader() {
    let stage = Stage::new();
    let file = stage.honest().file();
    let profiles = [Profile::veris_1()];
    let named = stage.honest().audience;
    assert!(verify_with(&file, &stage.policy, &profiles, Some(named)).is_ok());
    let other: KeyDigest = key_digest(&Secret::new("other").key("reader").public());
    let code = verify_with(&file, &stage.policy, &profiles, Some(other)).unwrap_err();
    assert_eq!(code, Code::NotAudience);
}

#[test]
fn other_spellings_of_the_same_file() {
    let stage = Stage::new();
    let file = stage.honest().file();
    let text = String::from_utf8(file.clone()).unwrap();
    assert_eq!(stage.file_meets(text.replacen(':', ": ", 1).as_bytes()), Code::NotCanonical);
    assert_eq!(stage.file_meets(text.trim_end().as_bytes()), Code::NotCanonical);
    assert_eq!(stage.file_meets(&[&file[..], b"\n"].concat()), Code::NotCanonical);
    assert_eq!(stage.file_meets(&file[..file.len() / 2]), Code::MalformedJson);
    let code = stage.edited(&stage.honest(), |file| {
        file.insert("note".to_owned(), "trust me".into());
    });
    assert_eq!(code, Code::MalformedPresentation);
    let code = stage.edited(&stage.honest(), |file| {
        file.insert("detente".to_owned(), "presentation/v2".into());
    });
    assert_eq!(code, Code::MalformedPresentation);
    let code = stage.edited(&stage.honest(), |file| replace(file, "proof", "\nindex", "\nextra AAAA\nindex"));
    assert_eq!(code, Code::MalformedPresentation);
}

/// A device that holds the key, and that gives something else than a signature.
#[derive(Debug)]
struct Faulty(SigningKey);

impl Ed25519Signer for Faulty {
    fn public(&self) -> PublicKey {
        self.0.public()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SigningFault> {
        let mut signature = self.0.sign(message);
        signature[40] ^= 1;
        Ok(signature)
    }
}

#[test]
fn no_grant_has_a_signature_that_its_reader_would_refuse() {
    let stage = Stage::new();
    let faulty = Faulty(stage.a.secret().key("author"));
    let refused = stage.honest().terms().sign(&faulty).unwrap_err();
    assert_eq!(refused, SigningFault::WrongSignature { key: Box::new(faulty.public()) });
}
