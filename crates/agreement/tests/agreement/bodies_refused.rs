//! Bodies that are refused: one example a rule.

use detente_agreement::{Accusation, AgreementDigest, Body, Reference};
use detente_core::{Code, Digest, LeafIndex, LogId, StatementId};
use detente_statement::Kind;

use crate::fixture::{code, digest, log, reference};

const NONCE: [u8; 16] = [0; 16];

fn refused(kind: Kind, body: &Body) {
    assert_eq!(code(body.encode(kind, NONCE)), Code::MalformedStatement, "{body:?}");
}

/// A valid body with one byte at a place replaced.
fn refused_with(kind: Kind, body: &Body, place: usize, byte: u8) {
    let mut bytes = body.encode(kind, NONCE).unwrap();
    assert_ne!(bytes[place], byte);
    bytes[place] = byte;
    assert_eq!(code(Body::decode(kind, &bytes)), Code::MalformedStatement, "{body:?}");
}

fn accusation() -> Accusation {
    Accusation {
        accused: Some(log(1)),
        class: 1,
        channel: 2,
        likelihood: 0,
        confidence: 0,
        bases: vec![3],
        alternatives: 0,
        asked: None,
        manifest: Some(digest(2)),
        items: vec![(1, 1)],
        review: None,
        content: None,
    }
}

#[test]
fn contacts_have_text_without_control_characters() {
    let longest = "x".repeat(1_024);
    for (diplomatic, technical, fits) in [
        ("a", "b", true),
        (longest.as_str(), longest.as_str(), true),
        ("", "b", false),
        ("a", "", false),
        ("a\nb", "b", false),
        ("a", "\u{85}", false),
    ] {
        let body = Body::PartyDeclare { diplomatic: diplomatic.to_owned(), technical: technical.to_owned() };
        assert_eq!(body.encode(Kind::PartyDeclare, NONCE).is_ok(), fits, "{diplomatic:?} {technical:?}");
    }
    let body = Body::PartyDeclare { diplomatic: "x".repeat(1_025), technical: "b".to_owned() };
    refused(Kind::PartyDeclare, &body);
}

#[test]
fn an_amendment_changes_something() {
    let same = AgreementDigest::new(digest(1));
    refused(Kind::AgreementAmend, &Body::AgreementAmend { old: same, new: same });
}

#[test]
fn times_sizes_and_indices_are_below_two_to_the_sixty_third() {
    let withdraw = Body::AgreementWithdraw {
        agreement: AgreementDigest::new(digest(1)),
        effective: detente_core::UnixSeconds::ZERO,
    };
    refused_with(Kind::AgreementWithdraw, &withdraw, 16 + 32 + 7, 0x80);
    let denied = Body::AccessDenied { log: log(1), size: detente_core::TreeSize::ZERO };
    refused_with(Kind::AccessDenied, &denied, 16 + 32 + 7, 0x80);
    refused_with(Kind::Pong, &Body::Pong(reference(1, 1)), 16 + 32 + 7, 0x80);
}

#[test]
fn logs_are_not_zeros_and_entry_0_is_no_statement_to_refer_to() {
    refused(Kind::Ping, &Body::Ping(LogId::ZERO));
    refused(Kind::RequestPreserve, &Body::Request { to: LogId::ZERO, content: digest(1) });
    refused(Kind::AccessDenied, &Body::AccessDenied { log: LogId::ZERO, size: detente_core::TreeSize::ZERO });
    let zero = Reference { log: LogId::ZERO, ..reference(1, 1) };
    refused(Kind::RequestAck, &Body::RequestAck(zero));
    refused(Kind::RequestAck, &Body::RequestAck(reference(1, 0)));
    refused(Kind::AccusationIssue, &Body::AccusationIssue(Accusation { asked: Some(zero), ..accusation() }));
    // A statement id may be anything: it is compared, not believed.
    let any = Reference {
        log: log(1),
        index: LeafIndex::new(1).unwrap(),
        statement: StatementId::new(Digest::ZERO),
    };
    assert!(Body::Pong(any).encode(Kind::Pong, NONCE).is_ok());
}

#[test]
fn codes_are_those_of_the_closed_lists() {
    let (to, content) = (reference(1, 1), None);
    for outcome in [0, 6] {
        refused(Kind::RequestAnswer, &Body::RequestAnswer { request: to, outcome, content });
    }
    for ground in [0, 8] {
        refused(Kind::RequestRefuse, &Body::RequestRefuse { request: to, ground, content });
    }
    for status in [0, 5] {
        refused(Kind::RequestUpdate, &Body::RequestUpdate { request: to, status, content });
    }
    for position in [0, 5] {
        refused(Kind::AccusationReply, &Body::AccusationReply { accusation: to, position, content });
    }
    for reason in [0, 4] {
        refused(Kind::AccusationWithdraw, &Body::AccusationWithdraw { accusation: to, reason });
    }
    for form in [0, 5] {
        let date = "2026".to_owned();
        refused(Kind::DialogueSession, &Body::DialogueSession { with: log(1), form, date, other: None });
    }
    for class in [0, 4] {
        refused(Kind::AccusationIssue, &Body::AccusationIssue(Accusation { class, ..accusation() }));
    }
    for channel in [0, 3] {
        refused(Kind::AccusationIssue, &Body::AccusationIssue(Accusation { channel, ..accusation() }));
    }
    refused(Kind::AccusationIssue, &Body::AccusationIssue(Accusation { likelihood: 8, ..accusation() }));
    refused(Kind::AccusationIssue, &Body::AccusationIssue(Accusation { confidence: 4, ..accusation() }));
    refused(Kind::AccusationIssue, &Body::AccusationIssue(Accusation { alternatives: 3, ..accusation() }));
}

#[test]
fn bases_increase_and_there_is_one() {
    for bases in [vec![], vec![0], vec![7], vec![2, 1], vec![1, 1]] {
        refused(Kind::AccusationIssue, &Body::AccusationIssue(Accusation { bases, ..accusation() }));
    }
}

#[test]
fn items_increase_are_counted_and_go_with_a_manifest() {
    for items in
        [vec![], vec![(0, 1)], vec![(9, 1)], vec![(1, 0)], vec![(2, 1), (1, 1)], vec![(1, 1), (1, 1)]]
    {
        refused(Kind::AccusationIssue, &Body::AccusationIssue(Accusation { items, ..accusation() }));
    }
    refused(Kind::AccusationIssue, &Body::AccusationIssue(Accusation { manifest: None, ..accusation() }));
    let none = Accusation { manifest: None, items: Vec::new(), ..accusation() };
    assert!(Body::AccusationIssue(none).encode(Kind::AccusationIssue, NONCE).is_ok());
}

#[test]
fn dates_are_claimed_times() {
    let session =
        |date: &str| Body::DialogueSession { with: log(1), form: 1, date: date.to_owned(), other: None };
    for date in ["", "2026-13", "2026-02-30", "26", "2026-11-30T10:00Z", "2026 "] {
        refused(Kind::DialogueSession, &session(date));
    }
    let review =
        |date: &str| Body::AccusationIssue(Accusation { review: Some(date.to_owned()), ..accusation() });
    refused(Kind::AccusationIssue, &review("soon"));
    // Empty bytes mean that none is stated; so does `None`, and it has one form only.
    refused(Kind::AccusationIssue, &review(""));
}

#[test]
fn tags_of_options_are_0_and_1_and_text_is_utf_8() {
    let answer = Body::RequestAnswer { request: reference(1, 1), outcome: 1, content: None };
    refused_with(Kind::RequestAnswer, &answer, 16 + 72 + 1, 2);
    let session = Body::DialogueSession { with: log(1), form: 1, date: "2026".to_owned(), other: None };
    refused_with(Kind::DialogueSession, &session, 16 + 32 + 1 + 8, 0xff);
}

#[test]
fn lengths_that_no_entry_holds_are_refused_before_there_is_room_for_them() {
    let mut bytes = NONCE.to_vec();
    bytes.extend([0xff; 8]);
    assert_eq!(code(Body::decode(Kind::PartyDeclare, &bytes)), Code::MalformedStatement);
    assert_eq!(code(Body::decode(Kind::Ping, &vec![0; 70_000])), Code::MalformedStatement);
}
