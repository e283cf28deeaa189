//! What is handed over apart: written, read, opened; and one refusal a rule.

use std::collections::BTreeMap;

use detente_agreement::{
    AgreementError, Content, ContentFields, ContentFile, ContentSalt, EvidenceItem, KINDS, Manifest,
    UnverifiedContent, UnverifiedFile, UnverifiedManifest,
};
use detente_core::{Code, Label, base64};
use detente_statement::Kind;
use proptest::prelude::*;

use crate::fixture::{code, digest, log};

fn salt() -> ContentSalt {
    ContentSalt::from_bytes([9; 32])
}

fn fields(names: &[&str]) -> BTreeMap<String, String> {
    names.iter().map(|name| ((*name).to_owned(), format!("the {name}"))).collect()
}

fn request() -> Content {
    let fields = fields(&["authority", "offence", "data"]);
    Content::new(log(1), Kind::RequestPreserve, salt(), fields).unwrap()
}

fn text(file: &[u8]) -> String {
    String::from_utf8(file.to_vec()).unwrap()
}

fn parse(file: &str) -> Result<UnverifiedContent, AgreementError> {
    UnverifiedContent::parse(file.as_bytes())
}

fn items() -> Vec<EvidenceItem> {
    let item = |byte, size, item_type| EvidenceItem { digest: digest(byte), size, item_type };
    vec![item(1, 10, 8), item(2, i64::MAX as u64, 1), item(1, 10, 8)]
}

fn manifest() -> Manifest {
    Manifest::new(log(1), salt(), items()).unwrap()
}

fn parse_manifest(file: &str) -> Result<UnverifiedManifest, AgreementError> {
    UnverifiedManifest::parse(file.as_bytes())
}

#[test]
fn a_content_is_the_file_and_the_digest_of_the_spec() {
    let content = request();
    let file = text(&content.to_file());
    let canonical = "{\"authority\":\"the authority\",\"data\":\"the data\",\"offence\":\"the offence\"}";
    let expected = format!(
        "{{\"detente\":\"content/v1\",\"fields\":{canonical},\"kind\":\"request.preserve\",\"log\":\"{}\",\"salt\":\"{}\"}}\n",
        log(1),
        base64::encode(&[9; 32])
    );
    assert_eq!(file, expected);
    let own = log(1);
    let input = [own.as_bytes().as_slice(), &49_u32.to_le_bytes(), &[9; 32], canonical.as_bytes()];
    assert_eq!(content.commitment(), Label::AGREEMENT_CONTENT.digest(&input));
    let read = parse(&file).unwrap();
    assert_eq!(read.unverified_commitment(), content.commitment());
    assert_eq!((read.unverified_log(), read.unverified_kind()), (log(1), Kind::RequestPreserve));
    assert_eq!(read.open(log(1), Kind::RequestPreserve, content.commitment()).unwrap(), content);
    assert_eq!(content.fields()["data"], "the data");
}

#[test]
fn it_opens_one_commitment_of_one_log_and_kind() {
    let content = request();
    let open =
        |log, kind, commitment| code(parse(&text(&content.to_file())).unwrap().open(log, kind, commitment));
    assert_eq!(open(log(2), Kind::RequestPreserve, content.commitment()), Code::ContentMismatch);
    assert_eq!(open(log(1), Kind::RequestAssistance, content.commitment()), Code::ContentMismatch);
    assert_eq!(open(log(1), Kind::RequestPreserve, digest(0)), Code::ContentMismatch);
    let other_salt = Content::new(
        log(1),
        Kind::RequestPreserve,
        ContentSalt::from_bytes([8; 32]),
        content.fields().clone(),
    );
    assert_ne!(other_salt.unwrap().commitment(), content.commitment());
}

#[test]
fn each_kind_has_its_fields() {
    let with: Vec<_> = KINDS.iter().copied().filter(|kind| ContentFields::of(*kind).is_some()).collect();
    assert_eq!(
        with,
        [
            Kind::RequestAssistance,
            Kind::RequestPreserve,
            Kind::RequestAnswer,
            Kind::RequestRefuse,
            Kind::RequestUpdate,
            Kind::AccusationIssue,
            Kind::AccusationReply,
        ]
    );
    for kind in with {
        let names = ContentFields::of(kind).unwrap();
        let all = fields(&[names.required, names.optional].concat());
        let content = Content::new(log(1), kind, salt(), all.clone()).unwrap();
        let read = parse(&text(&content.to_file())).unwrap();
        assert_eq!(read.open(log(1), kind, content.commitment()).unwrap(), content);
        for missing in names.required {
            let mut fields = all.clone();
            fields.remove(*missing);
            let error = Content::new(log(1), kind, salt(), fields).unwrap_err();
            assert_eq!(error.culprit(), format!("content: {missing}"));
        }
        let mut more = all;
        more.insert("more".to_owned(), String::new());
        assert_eq!(code(Content::new(log(1), kind, salt(), more)), Code::MalformedContent);
    }
    for kind in [Kind::Ping, Kind::RequestAck, Kind::Genesis, Kind::Unlisted(41)] {
        assert_eq!(code(Content::new(log(1), kind, salt(), fields(&["text"]))), Code::MalformedContent);
    }
}

#[test]
fn a_content_of_another_form_is_refused() {
    let file = text(&request().to_file());
    let refused = |from: &str, to: &str, expected: Code| {
        assert!(file.contains(from), "{from}");
        assert_eq!(code(parse(&file.replacen(from, to, 1))), expected, "{from} {to}");
    };
    refused("content/v1", "content/v2", Code::MalformedContent);
    refused("\"fields\":", "\"fieldz\":", Code::MalformedContent);
    refused("request.preserve", "ping", Code::MalformedContent);
    refused("request.preserve", "unlisted", Code::MalformedContent);
    refused("\"the data\"", "1", Code::MalformedContent);
    refused("\"log\":\"01", "\"log\":\"0A", Code::MalformedContent);
    refused("\"salt\":\"", "\"salt\":\"AAAA", Code::MalformedContent);
    refused("\"salt\":\"C", "\"salt\":\"_", Code::MalformedContent);
    refused("\"log\"", "\"lag\":\"\",\"log\"", Code::MalformedContent);
    refused("{\"detente\"", "{ \"detente\"", Code::NotCanonical);
    refused("}\n", "}", Code::NotCanonical);
    refused("}\n", "", Code::MalformedJson);
    refused("\"kind\":", "\"kind\":\"ping\",\"kind\":", Code::DuplicateMember);
    refused("the data", "\\ud800", Code::LoneSurrogate);
    assert_eq!(code(parse("[]\n")), Code::MalformedContent);
    assert_eq!(code(parse("{}\n")), Code::MalformedContent);
    assert_eq!(code(parse_manifest(&file)), Code::ContentMismatch);
}

#[test]
fn no_file_is_longer_than_a_reader_has_to_take() {
    let of_length = |length: usize| {
        let fields = BTreeMap::from([("text".to_owned(), "x".repeat(length))]);
        Content::new(log(1), Kind::AccusationReply, salt(), fields)
    };
    let frame = of_length(0).unwrap().to_file().len();
    let longest = of_length(ContentFile::MAX_BYTES - frame).unwrap().to_file();
    assert_eq!(longest.len(), ContentFile::MAX_BYTES);
    assert!(UnverifiedContent::parse(&longest).is_ok());
    assert_eq!(code(of_length(ContentFile::MAX_BYTES - frame + 1)), Code::Oversize);
    assert_eq!(code(UnverifiedContent::parse(&[b' '; ContentFile::MAX_BYTES + 1])), Code::Oversize);
    assert_eq!(code(UnverifiedManifest::parse(&[b' '; ContentFile::MAX_BYTES + 1])), Code::Oversize);
    let most = |count| Manifest::new(log(1), salt(), vec![items()[0]; count]);
    let largest = most(39_700).unwrap().to_file();
    let read = UnverifiedManifest::parse(&largest).unwrap();
    let commitment = read.unverified_commitment();
    assert!(read.open(log(1), commitment, &[(8, 39_700)]).is_ok());
    assert_eq!(code(most(45_000)), Code::Oversize);
}

#[test]
fn a_manifest_is_the_file_and_the_digest_of_the_spec() {
    let manifest = manifest();
    let item = |byte, size: &str, word: &str| {
        format!("{{\"digest\":\"{}\",\"size\":\"{size}\",\"type\":\"{word}\"}}", digest(byte))
    };
    let other = item(1, "10", "other");
    let canonical = format!("[{other},{},{other}]", item(2, "9223372036854775807", "sample"));
    let expected = format!(
        "{{\"detente\":\"manifest/v1\",\"items\":{canonical},\"log\":\"{}\",\"salt\":\"{}\"}}\n",
        log(1),
        base64::encode(&[9; 32])
    );
    assert_eq!(text(&manifest.to_file()), expected);
    let own = log(1);
    let input = [own.as_bytes().as_slice(), &[9; 32], canonical.as_bytes()];
    assert_eq!(manifest.commitment(), Label::AGREEMENT_MANIFEST.digest(&input));
    assert_eq!(manifest.counts(), [(1, 1), (8, 2)]);
    let read = parse_manifest(&expected).unwrap();
    assert_eq!((read.unverified_log(), read.unverified_commitment()), (log(1), manifest.commitment()));
    assert_eq!(read.open(log(1), manifest.commitment(), &[(1, 1), (8, 2)]).unwrap(), manifest);
}

#[test]
fn a_manifest_opens_the_accusation_with_its_numbers() {
    let (file, commitment) = (text(&manifest().to_file()), manifest().commitment());
    let open = |log, commitment, counts: &[(u8, u32)]| {
        code(parse_manifest(&file).unwrap().open(log, commitment, counts))
    };
    assert_eq!(open(log(2), commitment, &[(1, 1), (8, 2)]), Code::ContentMismatch);
    assert_eq!(open(log(1), digest(0), &[(1, 1), (8, 2)]), Code::ContentMismatch);
    for counts in [&[][..], &[(1, 1)], &[(1, 1), (8, 1)], &[(1, 1), (8, 2), (9, 1)], &[(8, 2), (1, 1)]] {
        assert_eq!(open(log(1), commitment, counts), Code::ContentMismatch);
    }
}

#[test]
fn a_manifest_of_another_form_is_refused() {
    let file = text(&manifest().to_file());
    for (from, to) in [
        ("manifest/v1", "manifest/v2"),
        ("\"type\":\"sample\"", "\"type\":\"samples\""),
        ("\"size\":\"10\"", "\"size\":\"010\""),
        ("\"size\":\"10\"", "\"size\":10"),
        ("9223372036854775807", "9223372036854775808"),
        ("\"digest\":\"01", "\"digest\":\"g1"),
        ("\"size\"", "\"sign\":\"\",\"size\""),
        (",\"type\":\"other\"", ""),
        ("\"log\"", "\"kind\":\"\",\"log\""),
    ] {
        assert!(file.contains(from), "{from}");
        assert_eq!(code(parse_manifest(&file.replacen(from, to, 1))), Code::MalformedContent, "{to}");
    }
    let (head, rest) = file.split_once('[').unwrap();
    let (_, tail) = rest.split_once(']').unwrap();
    for items in ["[]", "{}", "[1]", "[[]]"] {
        assert_eq!(code(parse_manifest(&format!("{head}{items}{tail}"))), Code::MalformedContent, "{items}");
    }
    assert_eq!(code(Manifest::new(log(1), salt(), Vec::new())), Code::MalformedContent);
    let wrong = |size, item_type| vec![EvidenceItem { digest: digest(1), size, item_type }];
    assert_eq!(code(Manifest::new(log(1), salt(), wrong(1 << 63, 1))), Code::MalformedContent);
    assert_eq!(code(Manifest::new(log(1), salt(), wrong(1, 0))), Code::MalformedContent);
}

#[test]
fn a_file_says_which_sort_it_is() {
    let sort = |file: &[u8]| UnverifiedFile::parse(file).unwrap().sort();
    assert_eq!(sort(&request().to_file()), ContentFile::Content);
    assert_eq!(sort(&manifest().to_file()), ContentFile::Manifest);
    assert_eq!(code(UnverifiedContent::parse(&manifest().to_file())), Code::ContentMismatch);
    let neither = text(&manifest().to_file()).replace("manifest/v1", "grant/v1");
    assert_eq!(code(UnverifiedFile::parse(neither.as_bytes())), Code::MalformedContent);
}

#[test]
fn a_salt_is_not_printed() {
    let shown = format!("{:?} {:?} {:?}", salt(), request(), manifest());
    assert!(shown.contains("not shown") && !shown.contains("9, 9"), "{shown}");
}

proptest! {
    #[test]
    fn whatever_text_reads_as_what_was_written(text: String, act: String, salt: [u8; 32], own: [u8; 32]) {
        let own = detente_core::LogId::new(detente_core::Digest::from_bytes(own));
        let fields = BTreeMap::from([("text".to_owned(), text), ("act".to_owned(), act)]);
        let kind = Kind::AccusationIssue;
        let content = Content::new(own, kind, ContentSalt::from_bytes(salt), fields).unwrap();
        let read = UnverifiedContent::parse(&content.to_file()).unwrap();
        prop_assert_eq!(read.open(own, kind, content.commitment()).unwrap(), content);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(UnverifiedContent::parse(&bytes).is_err());
        prop_assert!(UnverifiedManifest::parse(&bytes).is_err());
    }

    #[test]
    fn a_changed_bit_is_another_commitment_or_refused(bit in 0..1_000_000_usize) {
        for (file, is_content) in [(request().to_file(), true), (manifest().to_file(), false)] {
            let mut changed = file.to_vec();
            let bit = bit % (8 * changed.len());
            changed[bit / 8] ^= 1 << (bit % 8);
            if is_content {
                if let Ok(read) = UnverifiedContent::parse(&changed) {
                    prop_assert_ne!(read.unverified_commitment(), request().commitment());
                }
            } else if let Ok(read) = UnverifiedManifest::parse(&changed) {
                prop_assert_ne!(read.unverified_commitment(), manifest().commitment());
            }
        }
    }
}
