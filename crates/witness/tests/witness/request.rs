//! The request: one form, bounded, read back as written.

use detente_checkpoint::UnverifiedNote;
use detente_core::{Code, Digest, MAX_POSITION, base64};
use detente_witness::{AddCheckpoint, MAX_REQUEST_BYTES};
use proptest::prelude::*;

use crate::scene::{Branch, size};

fn code(bytes: &[u8]) -> Result<(), Code> {
    AddCheckpoint::parse(bytes).map(drop).map_err(|error| {
        assert_eq!(error.status(), 400, "{error}");
        error.code()
    })
}

fn with_head(head: &str) -> Vec<u8> {
    [head.as_bytes(), Branch::new(0, 0, 13).note(13).as_bytes()].concat()
}

#[test]
fn the_form_is_one() {
    let hash = base64::encode(&[7; 32]);
    let many = |count: usize| format!("old 5\n{}\n", format!("{hash}\n").repeat(count));
    for (expected, head) in [
        (Ok(()), "old 0\n\n".to_owned()),
        (Ok(()), "old 99\n\n".to_owned()),
        (Ok(()), format!("old {MAX_POSITION}\n\n")),
        (Ok(()), many(63)),
        (Err(Code::MalformedRequest), many(64)),
        (Err(Code::MalformedRequest), String::new()),
        (Err(Code::MalformedRequest), "Old 0\n\n".to_owned()),
        (Err(Code::MalformedRequest), "old\t0\n\n".to_owned()),
        (Err(Code::MalformedRequest), "\nold 0\n\n".to_owned()),
        (Err(Code::MalformedNumber), "old 00\n\n".to_owned()),
        (Err(Code::MalformedNumber), "old +1\n\n".to_owned()),
        (Err(Code::MalformedNumber), "old  1\n\n".to_owned()),
        (Err(Code::MalformedNumber), "old 1\r\n\r\n".to_owned()),
        (Err(Code::MalformedNumber), "old 9223372036854775808\n\n".to_owned()),
        (Err(Code::MalformedRequest), format!("old 5\n{}\n\n", base64::encode(&[7; 31]))),
        (Err(Code::MalformedBase64), format!("old 5\n {hash}\n\n")),
        (Err(Code::MalformedBase64), "old 5\nAB==\n\n".to_owned()),
    ] {
        assert_eq!(code(&with_head(&head)), expected, "{head:?}");
    }
}

#[test]
fn an_unfinished_request_is_none() {
    let whole = Branch::new(0, 0, 13).request(5, 13).to_bytes();
    assert_eq!(code(&whole), Ok(()));
    for end in 0..whole.len() {
        assert!(code(&whole[..end]).is_err(), "cut at {end}");
    }
    assert_eq!(code(b"old 5\n"), Err(Code::MalformedRequest));
    assert_eq!(code(b"old 5"), Err(Code::MalformedRequest));
    assert_eq!(code(b"old 5\n\n"), Err(Code::MalformedNote));
    assert_eq!(code(b"old \xff\n\n"), Err(Code::MalformedRequest));
}

#[test]
fn a_limit_before_all_else() {
    assert_eq!(code(&vec![0xff; MAX_REQUEST_BYTES]), Err(Code::MalformedRequest));
    assert_eq!(code(&vec![0xff; MAX_REQUEST_BYTES + 1]), Err(Code::Oversize));
}

#[test]
fn an_empty_tree_with_a_root_is_read_so_that_it_can_be_answered() {
    let text = |root: &str, more: &str| {
        format!("old 0\n\nlog.example/a\n0\n{root}\n{more}\n— log.example/a AAAAAAA=\n")
    };
    let root = base64::encode(&[7; 32]);
    let read = AddCheckpoint::parse(text(&root, "").as_bytes()).unwrap();
    assert_eq!((read.size(), read.root()), (size(0), Digest::from_bytes([7; 32])));
    assert_eq!(code(text(&root, "extension\n").as_bytes()), Ok(()));
    assert_eq!(code(text(&base64::encode(&[7; 31]), "").as_bytes()), Err(Code::MalformedCheckpoint));
    assert_eq!(code(text("AB==", "").as_bytes()), Err(Code::MalformedBase64));
    assert_eq!(code(text(&root, "\nextension\n").as_bytes()), Err(Code::MalformedCheckpoint));
}

#[test]
fn what_is_built_is_what_is_read() {
    let branch = Branch::new(0, 0, 13);
    for old in 0..=13 {
        let request = branch.request(old, 13);
        assert_eq!(AddCheckpoint::parse(&request.to_bytes()).unwrap(), request);
        assert_eq!((request.old(), request.size()), (size(old), size(13)));
    }
    assert!(AddCheckpoint::new(size(5), &[Digest::ZERO; 64], &branch.note(13)).is_err());
    let statement = UnverifiedNote::parse("no checkpoint\n\n— a AAAAAAA=\n".as_bytes()).unwrap();
    assert!(AddCheckpoint::new(size(5), &[], &statement).is_err());
}

proptest! {
    #[test]
    fn nothing_stops_the_parser_and_what_it_takes_it_writes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(request) = AddCheckpoint::parse(&bytes) {
            prop_assert_eq!(request.to_bytes(), bytes);
        }
    }

    #[test]
    fn a_changed_byte_is_refused_or_written_back(at in any::<prop::sample::Index>(), value in any::<u8>()) {
        let mut bytes = Branch::new(0, 0, 13).request(5, 13).to_bytes();
        let at = at.index(bytes.len());
        bytes[at] = value;
        if let Ok(request) = AddCheckpoint::parse(&bytes) {
            prop_assert_eq!(request.to_bytes(), bytes);
        }
    }
}
