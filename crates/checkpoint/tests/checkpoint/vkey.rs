//! Vkeys: the form, the order of the refusals.

use curve25519_dalek::constants::EIGHT_TORSION;
use detente_checkpoint::{KeyType, NoteKey};
use detente_core::{Code, base64};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::fixture::{LOG_VKEY, code};

/// A vkey whose key id fits, whatever the bytes.
fn vkey(name: &str, bytes: &[u8]) -> String {
    let digest = Sha256::new().chain_update(name).chain_update(b"\n").chain_update(bytes).finalize();
    let id: String = digest[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{name}+{id}+{}", base64::encode(bytes))
}

fn bytes(kind: u8, key: &[u8]) -> Vec<u8> {
    [&[kind], key].concat()
}

fn good_key() -> Vec<u8> {
    base64::decode(LOG_VKEY.splitn(3, '+').nth(2).unwrap()).unwrap()[1..].to_vec()
}

#[test]
fn the_two_types_are_read_and_written() {
    for (byte, kind) in [(1, KeyType::Log), (4, KeyType::Cosignature)] {
        let text = vkey("log.example/a", &bytes(byte, &good_key()));
        let key = NoteKey::parse(&text).unwrap();
        assert_eq!((key.kind(), key.kind().byte(), key.name().as_str()), (kind, byte, "log.example/a"));
        assert_eq!(key.key().as_bytes().as_slice(), good_key());
        assert_eq!(key.to_string(), text);
    }
    assert_eq!(
        NoteKey::parse(&vkey("log.example/a", &bytes(4, &good_key()))).unwrap().id().to_string(),
        "e564968d"
    );
}

#[test]
fn a_key_whose_base64_has_a_plus_sign_is_read() {
    let (text, key) = (0..=u8::MAX)
        .map(|first| detente_checkpoint::SigningKey::from_seed(&[first; 32]).public())
        .map(|key| (vkey("a.example", &bytes(1, key.as_bytes())), key))
        .find(|(text, _)| text.matches('+').count() > 2)
        .unwrap();
    assert_eq!(*NoteKey::parse(&text).unwrap().key(), key);
}

#[test]
fn other_forms_are_malformed() {
    let good = vkey("log.example/a", &bytes(1, &good_key()));
    let (_, encoded) = good.rsplit_once('+').unwrap();
    for text in [
        String::new(),
        "log.example/a".into(),
        "log.example/a+d870bab6".into(),
        good.replacen("log.example/a", "", 1),
        good.replacen("log.example/a", "log example", 1),
        good.replacen("log.example/a", "log\u{a0}example", 1),
        good.replacen("log.example/a", "log\u{7}example", 1),
        vkey(&"n".repeat(256), &bytes(1, &good_key())),
        format!("log.example/a+D870BAB6+{encoded}"),
        format!("log.example/a+d870bab+{encoded}"),
        format!("log.example/a+d870bab6a+{encoded}"),
        format!("log.example/a+d870babg+{encoded}"),
        format!("log.example/a+d870bab7+{encoded}"),
        format!("log.example/b+d870bab6+{encoded}"),
        format!("log.example/a+d870bab6+{}", base64::encode(&[])),
        vkey("log.example/a", &bytes(2, &good_key())),
        vkey("log.example/a", &bytes(6, &good_key())),
        vkey("log.example/a", &bytes(0xff, &good_key())),
        vkey("log.example/a", &bytes(1, &good_key()[1..])),
        vkey("log.example/a", &bytes(1, &[good_key(), vec![0]].concat())),
    ] {
        assert_eq!(code(NoteKey::parse(&text)), Code::MalformedKey, "{text}");
    }
    assert!(NoteKey::parse(&vkey(&"n".repeat(255), &bytes(1, &good_key()))).is_ok());
}

#[test]
fn base64_must_be_strict() {
    for text in [
        LOG_VKEY.replace("VTG4", "VTG4="),
        LOG_VKEY.replace("VTG4", "VTG4\n"),
        LOG_VKEY.replace("VTG4", "VTG"),
        LOG_VKEY.replace('/', "_").replacen("log.example_a", "log.example/a", 1),
        "a+00000000+AB==".into(),
    ] {
        assert_eq!(code(NoteKey::parse(&text)), Code::MalformedBase64, "{text}");
    }
}

#[test]
fn faults_win_in_the_order_of_the_spec() {
    let weak = bytes(1, &EIGHT_TORSION[3].compress().0);
    let good = vkey("a", &weak);
    assert_eq!(code(NoteKey::parse(&good)), Code::WeakKey);
    let (_, encoded) = good.rsplit_once('+').unwrap();
    assert_eq!(
        code(NoteKey::parse(&format!("a+00000000+{encoded}"))),
        Code::MalformedKey,
        "the key id before the key"
    );
    assert_eq!(code(NoteKey::parse(&format!("a+00000000+{encoded}="))), Code::MalformedBase64);
    assert_eq!(code(NoteKey::parse(&format!("a+0000000+{encoded}="))), Code::MalformedKey);
    assert_eq!(code(NoteKey::parse(&format!("a+0000000A+{encoded}="))), Code::MalformedKey);
}

proptest! {
    #[test]
    fn whatever_parses_is_written_the_same(text in "[a-z+]{0,4}\\+[0-9a-f]{8}\\+[A-Za-z0-9+/=]{0,48}|\\PC{0,60}") {
        if let Ok(key) = NoteKey::parse(&text) {
            prop_assert_eq!(key.to_string(), text);
        }
    }
}
