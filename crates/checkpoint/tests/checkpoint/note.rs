//! Signed notes: form, limits, and the order of the refusals.

use detente_checkpoint::{MAX_NOTE_BYTES, UnverifiedNote};
use detente_core::{Code, base64};

use crate::fixture::{NOTE, code, unknown_line};

const LINE: &str = "— a.example AQIDBAU=\n";

fn parse(text: &str) -> Result<UnverifiedNote, detente_checkpoint::CheckpointError> {
    UnverifiedNote::parse(text.as_bytes())
}

fn lines(count: usize) -> String {
    (0..count).map(unknown_line).collect()
}

#[test]
fn the_text_ends_before_the_last_blank_line() {
    let note = parse(&format!("one\n\ntwo\n\n\n{LINE}")).unwrap();
    assert_eq!(note.text(), "one\n\ntwo\n\n");
    assert_eq!(note.signatures().len(), 1);
    let line = &note.signatures()[0];
    assert_eq!(
        (line.name().as_str(), line.key_id().as_bytes(), line.blob()),
        ("a.example", &[1, 2, 3, 4], &[5][..])
    );
    assert_eq!(line.to_string(), LINE.trim_end());
}

#[test]
fn other_forms_are_malformed() {
    for note in [
        String::new(),
        "\n".into(),
        "text\n".into(),
        "text\n\n".into(),
        format!("text\n{LINE}"),
        format!("\n{LINE}"),
        LINE.into(),
        format!("text\n\n{}", LINE.trim_end()),
        format!("text\n\n{LINE}\n"),
        format!("text\r\n\n{LINE}"),
        format!("text\n\r\n{LINE}"),
        format!("text\n\n{}\r\n", LINE.trim_end()),
        format!("te\txt\n\n{LINE}"),
        format!("te\0xt\n\n{LINE}"),
        format!("te\u{1f}xt\n\n{LINE}"),
        format!("text\n\nmore\n{LINE}"),
        format!("text\n\n{LINE}more\n"),
        "text\n\n- a.example AQIDBAU=\n".into(),
        "text\n\n—a.example AQIDBAU=\n".into(),
        "text\n\n —  AQIDBAU=\n".into(),
        "text\n\n—  AQIDBAU=\n".into(),
        "text\n\n— a.example\n".into(),
        "text\n\n— a+example AQIDBAU=\n".into(),
        "text\n\n— a\u{2003}example AQIDBAU=\n".into(),
        format!("text\n\n— {} AQIDBAU=\n", "a".repeat(256)),
        "text\n\n— a.example \n".into(),
        "text\n\n— a.example AQIDBA==\n".into(),
    ] {
        assert_eq!(code(parse(&note)), Code::MalformedNote, "{note:?}");
    }
    assert_eq!(code(UnverifiedNote::parse(b"te\xffxt\n\n\xe2\x80\x94 a AQIDBAU=\n")), Code::MalformedNote);
    assert!(parse(&format!("text\n\n— {} AQIDBAU=\n", "a".repeat(255))).is_ok());
}

#[test]
fn base64_must_be_strict() {
    for encoded in [
        "AQIDBAV=",
        "AQIDBAU",
        "AQIDBAU==",
        "AQIDBAU= ",
        " AQIDBAU=",
        "AQIDBA_=",
        "AQID BAU=",
        "AQIDBAU=AQID",
    ] {
        assert_eq!(
            code(parse(&format!("text\n\n— a.example {encoded}\n"))),
            Code::MalformedBase64,
            "{encoded:?}"
        );
    }
}

#[test]
fn sixteen_and_a_hundred_signatures_are_read_and_one_more_is_refused() {
    for count in [1, 16, 100] {
        assert_eq!(parse(&format!("text\n\n{}", lines(count))).unwrap().signatures().len(), count);
    }
    assert_eq!(code(parse(&format!("text\n\n{}", lines(101)))), Code::TooManySignatures);
}

#[test]
fn a_bad_line_among_the_first_hundred_wins() {
    let bad = |at: usize| {
        let good: Vec<String> = (0..101).map(unknown_line).collect();
        let mut all = good;
        all[at] = "— a.example !\n".into();
        code(parse(&format!("text\n\n{}", all.concat())))
    };
    assert_eq!(bad(99), Code::MalformedBase64);
    assert_eq!(bad(100), Code::TooManySignatures);
    let two = "text\n\n— a.example AA==\n— a.example !\n";
    assert_eq!(code(parse(two)), Code::MalformedNote, "the first bad line decides");
    let swapped = "text\n\n— a.example !\n— a.example AA==\n";
    assert_eq!(code(parse(swapped)), Code::MalformedBase64);
}

#[test]
fn two_lines_of_one_key_are_refused_even_when_unknown() {
    assert_eq!(code(parse(&format!("text\n\n{LINE}{LINE}"))), Code::DuplicateSignature);
    let other_blob = LINE.replace("AQIDBAU=", "AQIDBAY=");
    assert_eq!(
        code(parse(&format!("text\n\n{LINE}{}{other_blob}", unknown_line(1)))),
        Code::DuplicateSignature
    );
    let other_id = format!("— a.example {}\n", base64::encode(&[1, 2, 3, 5, 5]));
    let other_name = LINE.replace("a.example", "b.example");
    assert!(parse(&format!("text\n\n{LINE}{other_id}{other_name}")).is_ok());
    let crowd = format!("text\n\n{LINE}{LINE}{}", lines(99));
    assert_eq!(code(parse(&crowd)), Code::TooManySignatures, "the count comes before the doubles");
}

#[test]
fn a_note_is_at_most_a_million_bytes() {
    let filler = |length: usize| format!("{}\n\n{LINE}", "x".repeat(length - 2 - LINE.len()));
    assert_eq!(filler(MAX_NOTE_BYTES).len(), 1_000_000);
    assert!(parse(&filler(MAX_NOTE_BYTES)).is_ok());
    assert_eq!(code(parse(&filler(MAX_NOTE_BYTES + 1))), Code::Oversize);
    assert_eq!(
        code(UnverifiedNote::parse(&vec![0xff; MAX_NOTE_BYTES + 1])),
        Code::Oversize,
        "before all else"
    );
}

#[test]
fn what_is_written_is_what_a_reader_takes() {
    let note = parse(NOTE).unwrap();
    let again = UnverifiedNote::assemble(note.text(), note.signatures()).unwrap();
    assert_eq!(again.as_bytes(), NOTE.as_bytes());
    assert_eq!(code(UnverifiedNote::assemble("no line feed", note.signatures())), Code::MalformedNote);
    assert_eq!(code(UnverifiedNote::assemble("", note.signatures())), Code::MalformedNote);
    let swallowing = format!("text\n\n{}", LINE.trim_end());
    assert_eq!(code(UnverifiedNote::assemble(&swallowing, note.signatures())), Code::MalformedNote);
    assert_eq!(code(UnverifiedNote::assemble("text\n", &[])), Code::MalformedNote);
    let line = note.signatures()[0].clone();
    assert_eq!(code(note.with_signature(line)), Code::DuplicateSignature);
}
