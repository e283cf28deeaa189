//! Bodies that are accepted: each kind's layout, what it names, and that nothing is read in two ways.

use detente_agreement::{Accusation, AgreementDigest, Body, KINDS, Reference};
use detente_core::{Digest, LeafIndex, LogId, StatementId, TreeSize, UnixSeconds};
use detente_statement::Kind;
use proptest::{collection::btree_map, collection::btree_set, option, prelude::*};

use crate::fixture::{code, digest, log, reference};

const NONCE: [u8; 16] = *b"sixteen bytes!!!";

fn arbitrary_digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 32]>().prop_map(Digest::from_bytes)
}

fn arbitrary_log() -> impl Strategy<Value = LogId> {
    any::<[u8; 32]>()
        .prop_filter("not zeros", |bytes| *bytes != [0; 32])
        .prop_map(|bytes| LogId::new(Digest::from_bytes(bytes)))
}

fn arbitrary_reference() -> impl Strategy<Value = Reference> {
    (arbitrary_log(), 1..=i64::MAX as u64, arbitrary_digest()).prop_map(|(log, index, statement)| Reference {
        log,
        index: LeafIndex::new(index).unwrap(),
        statement: StatementId::new(statement),
    })
}

fn contact() -> impl Strategy<Value = String> {
    "[^\\p{Cc}]{1,200}"
}

fn claimed_time() -> impl Strategy<Value = String> {
    "(19|20)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8])(T(0[0-9]|1[0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](Z|[+-]0[0-9]:[0-5][0-9]))?)?)?"
}

fn accusation() -> impl Strategy<Value = Accusation> {
    (
        (option::of(arbitrary_log()), 1..=3_u8, 1..=2_u8, 0..=7_u8, 0..=3_u8, 0..=2_u8),
        btree_set(1..=6_u8, 1..=6),
        option::of(arbitrary_reference()),
        option::of((arbitrary_digest(), btree_map(1..=8_u8, 1..=u32::MAX, 1..=8))),
        option::of(claimed_time()),
        option::of(arbitrary_digest()),
    )
        .prop_map(|(plain, bases, asked, evidence, review, content)| {
            let (accused, class, channel, likelihood, confidence, alternatives) = plain;
            let (manifest, items) = evidence
                .map_or((None, Vec::new()), |(digest, items)| (Some(digest), items.into_iter().collect()));
            let bases = bases.into_iter().collect();
            Accusation {
                accused,
                class,
                channel,
                likelihood,
                confidence,
                bases,
                alternatives,
                asked,
                manifest,
                items,
                review,
                content,
            }
        })
}

/// Any kind of this word with any body of it.
fn any_body() -> impl Strategy<Value = (Kind, Body)> {
    let agreement = || arbitrary_digest().prop_map(AgreementDigest::new);
    let position = 0..=i64::MAX as u64;
    let commitment = || option::of(arbitrary_digest());
    prop_oneof![
        (contact(), contact()).prop_map(|(diplomatic, technical)| {
            (Kind::PartyDeclare, Body::PartyDeclare { diplomatic, technical })
        }),
        agreement().prop_map(|agreement| (Kind::AgreementAdopt, Body::AgreementAdopt(agreement))),
        (agreement(), agreement())
            .prop_filter("not the same", |(old, new)| old != new)
            .prop_map(|(old, new)| (Kind::AgreementAmend, Body::AgreementAmend { old, new })),
        (agreement(), position.clone()).prop_map(|(agreement, effective)| {
            let effective = UnixSeconds::new(effective).unwrap();
            (Kind::AgreementWithdraw, Body::AgreementWithdraw { agreement, effective })
        }),
        (arbitrary_log(), position).prop_map(|(log, size)| {
            (Kind::AccessDenied, Body::AccessDenied { log, size: TreeSize::new(size).unwrap() })
        }),
        arbitrary_log().prop_map(|log| (Kind::Ping, Body::Ping(log))),
        arbitrary_reference().prop_map(|reference| (Kind::Pong, Body::Pong(reference))),
        (arbitrary_log(), 1..=4_u8, claimed_time(), option::of(arbitrary_reference())).prop_map(
            |(with, form, date, other)| {
                (Kind::DialogueSession, Body::DialogueSession { with, form, date, other })
            }
        ),
        (any::<bool>(), arbitrary_log(), arbitrary_digest()).prop_map(|(assistance, to, content)| {
            let kind = if assistance { Kind::RequestAssistance } else { Kind::RequestPreserve };
            (kind, Body::Request { to, content })
        }),
        arbitrary_reference().prop_map(|reference| (Kind::RequestAck, Body::RequestAck(reference))),
        (arbitrary_reference(), 1..=5_u8, commitment()).prop_map(|(request, outcome, content)| {
            (Kind::RequestAnswer, Body::RequestAnswer { request, outcome, content })
        }),
        (arbitrary_reference(), 1..=7_u8, commitment()).prop_map(|(request, ground, content)| {
            (Kind::RequestRefuse, Body::RequestRefuse { request, ground, content })
        }),
        (arbitrary_reference(), 1..=4_u8, commitment()).prop_map(|(request, status, content)| {
            (Kind::RequestUpdate, Body::RequestUpdate { request, status, content })
        }),
        accusation().prop_map(|accusation| (Kind::AccusationIssue, Body::AccusationIssue(accusation))),
        (arbitrary_reference(), 1..=4_u8, commitment()).prop_map(|(accusation, position, content)| {
            (Kind::AccusationReply, Body::AccusationReply { accusation, position, content })
        }),
        (arbitrary_reference(), 1..=3_u8).prop_map(|(accusation, reason)| {
            (Kind::AccusationWithdraw, Body::AccusationWithdraw { accusation, reason })
        }),
    ]
}

/// What is accepted is a body that is written in the very same bytes.
fn accepted_or_refused(kind: Kind, bytes: &[u8]) -> bool {
    match Body::decode(kind, bytes) {
        Ok(body) => {
            let nonce = bytes[..16].try_into().unwrap();
            assert_eq!(body.encode(kind, nonce).unwrap(), bytes);
            true
        }
        Err(error) => {
            assert_eq!(error.code(), detente_core::Code::MalformedStatement);
            assert_eq!(error.culprit(), kind.name());
            false
        }
    }
}

proptest! {
    #[test]
    fn a_body_reads_as_what_was_written((kind, body) in any_body(), nonce: [u8; 16]) {
        let bytes = body.encode(kind, nonce).unwrap();
        prop_assert_eq!(&bytes[..16], &nonce);
        prop_assert_eq!(&Body::decode(kind, &bytes).unwrap(), &body);
        for other in KINDS.iter().filter(|other| !body.is_of(**other)) {
            prop_assert_eq!(code(body.encode(*other, nonce)), detente_core::Code::Misuse);
        }
    }

    #[test]
    fn a_cut_or_extended_body_is_refused((kind, body) in any_body(), byte: u8) {
        let mut bytes = body.encode(kind, NONCE).unwrap();
        for length in 0..bytes.len() {
            prop_assert!(!accepted_or_refused(kind, &bytes[..length]), "cut to {}", length);
        }
        bytes.push(byte);
        prop_assert!(!accepted_or_refused(kind, &bytes));
    }

    #[test]
    fn a_changed_bit_is_another_body_or_none((kind, body) in any_body()) {
        let bytes = body.encode(kind, NONCE).unwrap();
        for bit in 0..8 * bytes.len() {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            if accepted_or_refused(kind, &changed) && bit >= 8 * 16 {
                prop_assert_ne!(&Body::decode(kind, &changed).unwrap(), &body, "bit {}", bit);
            }
        }
    }

    #[test]
    fn arbitrary_bytes_are_a_body_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for kind in KINDS {
            accepted_or_refused(*kind, &bytes);
        }
    }
}

#[test]
fn every_kind_has_a_body_but_anchors_and_those_of_the_log() {
    let expected: Vec<_> = Kind::ALL
        .iter()
        .filter(|kind| (32..=66).contains(&kind.code()) && **kind != Kind::Anchor)
        .copied()
        .collect();
    assert_eq!(KINDS, expected);
    for kind in [Kind::Genesis, Kind::Sealed, Kind::Anchor, Kind::Unlisted(41)] {
        assert_eq!(code(Body::decode(kind, &[0; 100])), detente_core::Code::Misuse);
    }
}

#[test]
fn the_bytes_are_those_of_the_spec() {
    let answer = Body::RequestAnswer { request: reference(3, 0x0102), outcome: 4, content: Some(digest(9)) };
    let mut expected = NONCE.to_vec();
    expected.extend([3; 32]);
    expected.extend([2, 1, 0, 0, 0, 0, 0, 0]);
    expected.extend([3 ^ 0x55; 32]);
    expected.push(4);
    expected.push(1);
    expected.extend([9; 32]);
    assert_eq!(answer.encode(Kind::RequestAnswer, NONCE).unwrap(), expected);

    let accusation = Accusation {
        accused: None,
        class: 2,
        channel: 1,
        likelihood: 6,
        confidence: 0,
        bases: vec![1, 5],
        alternatives: 2,
        asked: None,
        manifest: Some(digest(7)),
        items: vec![(1, 2), (8, 0x0304)],
        review: Some("2026".to_owned()),
        content: None,
    };
    let mut expected = NONCE.to_vec();
    expected.extend([0; 32]);
    expected.extend([2, 1, 6, 0]);
    expected.extend([2, 0, 0, 0, 0, 0, 0, 0, 1, 5]);
    expected.extend([2, 0, 1]);
    expected.extend([7; 32]);
    expected.extend([2, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 8, 4, 3, 0, 0]);
    expected.extend([4, 0, 0, 0, 0, 0, 0, 0]);
    expected.extend(b"2026");
    expected.push(0);
    let body = Body::AccusationIssue(accusation);
    assert_eq!(body.encode(Kind::AccusationIssue, NONCE).unwrap(), expected);
}

#[test]
fn what_a_body_names_and_refers_to() {
    let request = Body::Request { to: log(1), content: digest(2) };
    assert_eq!((request.addressee(), request.named_log()), (Some(log(1)), Some(log(1))));
    assert_eq!((request.reference(), request.content()), (None, Some(digest(2))));

    let denied = Body::AccessDenied { log: log(1), size: TreeSize::ZERO };
    assert_eq!((denied.addressee(), denied.named_log()), (None, Some(log(1))));

    let other = Some(reference(4, 5));
    let session = Body::DialogueSession { with: log(4), form: 1, date: "2026".to_owned(), other };
    assert_eq!((session.addressee(), session.named_log()), (None, Some(log(4))));
    assert_eq!(session.reference(), other);

    let ack = Body::RequestAck(reference(6, 7));
    assert_eq!((ack.reference(), ack.named_log(), ack.content()), (Some(reference(6, 7)), None, None));
}
