//! What nobody without the unlock file can read.

use std::fs;

use detente_core::base64;
use detente_party::{Party, PartyError, Unlock};

use crate::stage::{Stage, files};

/// A text in the forms in which it could lie about: as it is, and in hexadecimal and base64 at any alignment.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![text.as_bytes().to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes()];
    for shift in 0..3 {
        let padded = [&[0; 3][..shift], text.as_bytes()].concat();
        let encoded = base64::encode(&padded);
        // The first and last characters depend on the neighbours.
        let inner = encoded.trim_end_matches('=');
        forms.push(inner.as_bytes()[4..inner.len() - 2].to_vec());
    }
    forms
}

fn holds(bytes: &[u8], text: &str) -> bool {
    forms(text).iter().any(|form| bytes.windows(form.len()).any(|window| window == form))
}

const CANARIES: [&str; 4] =
    ["canary-id-5f0c6b1d9a7e", "canary value 81aa3d0c77", "canary-key-d00dfeed4242", "canary-number-word"];

fn canary_report() -> String {
    let [id, value, key, word] = CANARIES;
    format!(
        "{{\"incident_id\":\"{id}\",\"summary\":\"{value}\",\"notes\":\"{word}\",\"plus\":{{\"{key}\":\"{value}\"}},\
         \"victim\":{{\"industry\":\"541511\",\"country\":[\"{word}\"]}}}}\n"
    )
}

#[test]
fn the_search_finds_what_is_there() {
    let report = canary_report();
    for canary in CANARIES {
        assert!(holds(report.as_bytes(), canary));
        for padding in ["", "x", "xx"] {
            assert!(holds(base64::encode(format!("{padding}{report}").as_bytes()).as_bytes(), canary));
        }
    }
    assert!(!holds(report.as_bytes(), "canary-elsewhere"));
}

#[test]
fn no_file_holds_clear_text_of_a_report() {
    let stage = Stage::new();
    stage.try_commit(detente_party::Duplicates::Refuse, &canary_report()).unwrap();
    let changed = canary_report().replace("541511", "541512");
    stage.try_commit(detente_party::Duplicates::Amend, &changed).unwrap();
    let presentation = stage.disclose(2, &["sector.2", "action"]).unwrap();
    let files = files(stage.home());
    assert!(files.len() > 12, "vault, log, share, receipts: {:?}", files.keys());
    for canary in CANARIES {
        for (path, bytes) in &files {
            assert!(!holds(bytes, canary), "{} holds {canary}", path.display());
        }
        assert!(!holds(&presentation, canary), "the presentation holds {canary}");
    }
}

#[test]
fn no_file_but_their_own_holds_a_secret() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let secret = |name: &str| {
        let text = fs::read_to_string(stage.home().join(name)).unwrap();
        base64::decode(text.trim_end().rsplit(' ').next().unwrap()).unwrap()
    };
    for name in ["a.key", "a/recovery.key"] {
        let secret = secret(name);
        assert_eq!(secret.len(), 32);
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        for (path, bytes) in files(stage.home()) {
            if path == stage.home().join(name) {
                continue;
            }
            let raw = bytes.windows(32).any(|window| window == secret);
            let text = [hex.as_str(), &base64::encode(&secret)];
            let text =
                text.iter().any(|text| bytes.windows(text.len()).any(|window| window == text.as_bytes()));
            assert!(!raw && !text, "{} holds the secret of {name}", path.display());
        }
    }
}

#[cfg(unix)]
#[test]
fn secrets_are_readable_by_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    for name in ["a.key", "a/vault.sqlite", "a/recovery.key"] {
        let path = stage.home().join(name);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
    for mode in [0o640, 0o604, 0o644, 0o660, 0o601] {
        fs::set_permissions(stage.unlock_path(), fs::Permissions::from_mode(mode)).unwrap();
        let refused = stage.try_party().unwrap_err();
        assert!(matches!(refused, PartyError::UnlockFileOpen { mode: got, .. } if got == mode), "{refused}");
    }
}

#[test]
fn recovery_and_unlock_files_have_the_form_that_the_spec_says() {
    let stage = Stage::new();
    for (name, word) in [("a.key", "detente-unlock-v1 "), ("a/recovery.key", "detente-recovery-v1 ")] {
        let text = fs::read_to_string(stage.home().join(name)).unwrap();
        let encoded = text.strip_prefix(word).unwrap().strip_suffix('\n').unwrap();
        assert_eq!(base64::decode(encoded).unwrap().len(), 32);
    }
}

#[test]
fn debug_output_shows_no_secret() {
    let stage = Stage::new();
    let unlock = Unlock::read(&stage.unlock_path()).unwrap();
    assert_eq!(format!("{unlock:?}"), "Unlock(Secret(…))");
    let party = format!("{:?}", stage.party());
    assert_eq!(party, format!("Party {{ log: {:?}, .. }}", stage.party().log()));
}

#[test]
fn another_unlock_file_opens_nothing() {
    let stage = Stage::new();
    let other = Unlock::create(&stage.home().join("other.key")).unwrap();
    let refused = Party::open(stage.folder(), &other).unwrap_err();
    assert!(matches!(refused, PartyError::WrongUnlock { .. }), "{refused}");
    // An unlock file is never overwritten.
    assert!(Unlock::create(&stage.unlock_path()).is_err());
    stage.party();
}

#[test]
fn other_contents_are_no_unlock_file() {
    let stage = Stage::new();
    let good = fs::read_to_string(stage.unlock_path()).unwrap();
    let changed = [
        String::new(),
        good.trim_end().to_owned(),
        format!("{good}\n"),
        format!(" {good}"),
        good.replace("v1", "v2"),
        good.replace('\n', "\r\n"),
        "detente-unlock-v1 AAAA\n".to_owned(),
        fs::read_to_string(stage.folder().path().join("recovery.key")).unwrap(),
    ];
    for text in changed {
        fs::write(stage.unlock_path(), &text).unwrap();
        let refused = Unlock::read(&stage.unlock_path()).unwrap_err();
        assert!(matches!(refused, PartyError::UnlockFile { .. }), "{text:?}: {refused}");
    }
}
