//! The text of a checkpoint.

use detente_checkpoint::{CheckpointError, TreeHead, UnverifiedCheckpoint};
use detente_core::{Code, Digest, Origin, TreeSize, base64};
use detente_merkle::EMPTY_ROOT;
use proptest::prelude::*;

use crate::fixture::{NOTE, ORIGIN, code, sign_text};

const ROOT: &str = "317hMOWiR2ANGQwxB0RY3jwNxY8LDYpqKz3U/X5WlQE=";

fn parse(text: &str) -> Result<TreeHead, CheckpointError> {
    TreeHead::parse(text)
}

#[test]
fn extension_lines_are_read_and_dropped() {
    let head = parse(&format!("{ORIGIN}\n13\n{ROOT}\nextension\n\u{e9}\n")).unwrap();
    assert_eq!(head.to_string(), format!("{ORIGIN}\n13\n{ROOT}\n"));
    assert_eq!(code(parse(&format!("{ORIGIN}\n13\n{ROOT}\n\n"))), Code::MalformedCheckpoint);
    assert_eq!(code(parse(&format!("{ORIGIN}\n13\n{ROOT}\na\n\nb\n"))), Code::MalformedCheckpoint);
}

#[test]
fn lines_and_origin_must_be_there() {
    for text in [
        "\n",
        "a\n",
        "a\n13\n",
        &format!("\n13\n{ROOT}\n"),
        &format!("a b\n13\n{ROOT}\n"),
        &format!("a+b\n13\n{ROOT}\n"),
    ] {
        assert_eq!(code(parse(text)), Code::MalformedCheckpoint, "{text:?}");
    }
    assert_eq!(code(parse(&format!("{}\n13\n{ROOT}\n", "o".repeat(256)))), Code::MalformedCheckpoint);
    assert!(parse(&format!("{}\n13\n{ROOT}\n", "o".repeat(255))).is_ok());
}

#[test]
fn the_size_has_one_form() {
    for size in [
        "+5",
        "-5",
        "05",
        "00",
        "",
        " 5",
        "5 ",
        "0x5",
        "5.0",
        "1e3",
        "٥",
        "9223372036854775808",
        "99999999999999999999",
    ] {
        assert_eq!(code(parse(&format!("a\n{size}\n{ROOT}\n"))), Code::MalformedNumber, "{size:?}");
    }
    assert_eq!(parse(&format!("a\n9223372036854775807\n{ROOT}\n")).unwrap().size().get(), i64::MAX as u64);
}

#[test]
fn the_root_is_strict_base64_of_32_bytes() {
    let loose = ROOT.replace("QE=", "QF=");
    for root in [loose.as_str(), "", ROOT.trim_end_matches('='), &format!(" {ROOT}"), &ROOT.replace('/', "_")]
    {
        let expected = if root.is_empty() { Code::MalformedCheckpoint } else { Code::MalformedBase64 };
        assert_eq!(code(parse(&format!("a\n13\n{root}\n"))), expected, "{root:?}");
    }
    for length in [0, 31, 33, 64] {
        let root = base64::encode(&vec![7; length]);
        assert_eq!(code(parse(&format!("a\n13\n{root}\n"))), Code::MalformedCheckpoint, "{length}");
    }
}

#[test]
fn an_empty_tree_has_the_empty_root() {
    let empty = base64::encode(EMPTY_ROOT.as_bytes());
    assert_eq!(parse(&format!("a\n0\n{empty}\n")).unwrap().root(), EMPTY_ROOT);
    assert_eq!(code(parse(&format!("a\n0\n{ROOT}\n"))), Code::MalformedCheckpoint);
    let origin = Origin::parse("a").unwrap();
    assert_eq!(code(TreeHead::new(origin, TreeSize::ZERO, Digest::ZERO)), Code::MalformedCheckpoint);
}

#[test]
fn faults_win_in_the_order_of_the_spec() {
    assert_eq!(code(parse("a b\n05\n!\n")), Code::MalformedCheckpoint);
    assert_eq!(code(parse("a\n05\n!\n")), Code::MalformedNumber);
    assert_eq!(code(parse("a\n5\n!\n\n")), Code::MalformedBase64);
    assert_eq!(code(UnverifiedCheckpoint::parse(b"a\n05\n!\n")), Code::MalformedNote, "the note comes first");
}

#[test]
fn the_signature_covers_extension_lines() {
    let signed = String::from_utf8(sign_text(&format!("{ORIGIN}\n13\n{ROOT}\nextension\n"))).unwrap();
    let policy = crate::fixture::policy(1, "quorum none\n", 0, &[]);
    assert!(crate::fixture::verify(signed.as_bytes(), &policy).is_ok());
    let cut = signed.replace("extension\n", "");
    assert_eq!(code(crate::fixture::verify(cut.as_bytes(), &policy)), Code::InvalidLogSignature);
}

proptest! {
    #[test]
    fn what_is_written_is_read_the_same(origin in "[!-*,-~]{1,255}", size in 1..=i64::MAX as u64, root: [u8; 32]) {
        let origin = Origin::parse(&origin).unwrap();
        let head = TreeHead::new(origin, TreeSize::new(size).unwrap(), Digest::from_bytes(root)).unwrap();
        prop_assert_eq!(TreeHead::parse(&head.to_string()).unwrap(), head);
    }
}

#[test]
fn the_example_reads_as_written() {
    let checkpoint = UnverifiedCheckpoint::parse(NOTE.as_bytes()).unwrap();
    assert_eq!(checkpoint.claimed().to_string(), format!("{ORIGIN}\n13\n{ROOT}\n"));
    assert_eq!(checkpoint.note().text(), checkpoint.claimed().to_string());
}
