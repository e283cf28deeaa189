//! A token that fails, or that lies.

use std::fs;

use crate::rig::{PIN, Rig};

fn with(fault: &str) -> Option<Rig> {
    let mut rig = Rig::new()?;
    rig.init_in_token().ok();
    rig.commit("n-1").ok();
    rig.fault = Some(fault.to_owned());
    Some(rig)
}

/// Entry and checkpoint: what was not made stays unmade, and the next start goes on.
#[test]
fn a_wrong_signature_is_never_published() {
    for fault in ["C_Sign=flip", "C_Sign=short"] {
        let Some(mut rig) = with(fault) else { return };
        let log = rig.log();
        rig.commit("n-2")
            .refused("UNAVAILABLE", &["expected a valid signature from the device", "another token"]);
        assert_eq!(rig.log(), log, "{fault}");
        for command in ["keys add", "keys rotate --role sealing", "keys rotate --role author"] {
            rig.detente(&format!("{command} --party a --unlock a.key --pin-file pin --in-vault"))
                .refused("UNAVAILABLE", &["expected a valid signature"]);
            assert_eq!(rig.log(), log, "{fault} {command}");
        }
        let disclose = "disclose 1 --party a --unlock a.key --pin-file pin --field id --to a/share/a.example.vkey --out no.json";
        rig.detente(disclose).refused("UNAVAILABLE", &["expected a valid signature"]);
        assert!(!rig.path("no.json").exists());
        rig.fault = None;
        rig.commit("n-2").ok();
        rig.verify(2);
    }
}

#[test]
fn a_wrong_signature_of_a_checkpoint_is_never_published() {
    // The first signature of a commit is the entry's, the second the checkpoint's.
    let Some(mut rig) = with("C_Sign=flip,after=1") else { return };
    let read = |rig: &Rig| fs::read(rig.path("a/log/checkpoint")).unwrap();
    let before = read(&rig);
    rig.commit("n-2").refused("UNAVAILABLE", &["expected a valid signature"]);
    assert_eq!(read(&rig), before);
    assert!(!rig.path("a/log/history/3").exists());
    rig.detente("log check a/log --policy a/share/a.policy").ok();
    rig.fault = None;
    // The entry is committed, and the next command signs for it.
    rig.commit("n-3").ok();
    for index in [2, 3] {
        rig.verify(index);
    }
}

#[test]
fn a_token_that_goes_in_the_middle_is_asked_again_later() {
    for (fault, word) in [
        ("C_Sign=0x32,after=3", "CKR_DEVICE_REMOVED"),
        ("C_Sign=0xb3,after=5", "CKR_SESSION_HANDLE_INVALID"),
        ("C_Sign=0x06", "CKR_FUNCTION_FAILED"),
        ("C_Sign=0x101", "CKR_USER_NOT_LOGGED_IN"),
    ] {
        let Some(mut rig) = with(fault) else { return };
        let reports: String = (2..9).map(|number| format!("{{\"incident_id\":\"n-{number}\"}}\n")).collect();
        let log = rig.log();
        rig.with_input("commit --party a --unlock a.key --pin-file pin -", &reports)
            .refused("UNAVAILABLE", &["token ops: ", "while signing", &format!("({word})")]);
        assert_eq!(rig.log(), log, "{fault}");
        rig.fault = None;
        rig.with_input("commit --party a --unlock a.key --pin-file pin -", &reports).ok();
        rig.verify(8);
    }
}

#[test]
fn what_the_module_says_at_the_start_is_told_in_words() {
    let Some(mut rig) = with("") else { return };
    for (fault, words) in [
        ("C_GetSlotList=0x30", ["the token failed", "(CKR_DEVICE_ERROR)"]),
        ("C_OpenSession=0xe0", ["is not plugged in", "(CKR_TOKEN_NOT_PRESENT)"]),
        ("C_OpenSession=0xb1", ["no session left", "(CKR_SESSION_COUNT)"]),
        ("C_Login=0x102", ["no user PIN yet", "(CKR_USER_PIN_NOT_INITIALIZED)"]),
        ("C_Login=0xa3", ["the PIN has expired", "(CKR_PIN_EXPIRED)"]),
        ("C_Login=0x80000001", ["the module answers with an error", "CKR 0x"]),
    ] {
        rig.fault = Some(fault.to_owned());
        rig.commit("n-2").refused("UNAVAILABLE", &words);
    }
}

/// A key that could be taken out, or that does not sign, is not kept.
#[test]
fn a_token_that_does_not_fit_holds_no_key_afterwards() {
    for (fault, words) in [
        ("C_GenerateKeyPair=0x70", ["does not sign with Ed25519", "(CKR_MECHANISM_INVALID)"]),
        ("C_GenerateKeyPair=0xd1", ["that cannot be taken out", "(CKR_TEMPLATE_INCONSISTENT)"]),
        ("C_GenerateKeyPair=open", ["expected a new key with Sensitive(true)", "removed again"]),
        ("C_Sign=flip", ["expected a new key to sign validly", "removed again"]),
        ("C_Sign=0x70,after=2", ["does not sign with Ed25519", "(CKR_MECHANISM_INVALID)"]),
    ] {
        let Some(mut rig) = Rig::new() else { return };
        rig.fault = Some(fault.to_owned());
        rig.init_in_token().refused("UNAVAILABLE", &words);
        assert!(!rig.path("a").exists() && !rig.path("a.key").exists(), "{fault}");
        rig.inside("the_token_is_empty");

        // The same for a key on its way from the vault.
        rig.fault = None;
        rig.init_in_vault();
        let log = rig.log();
        rig.fault = Some(fault.replace(",after=2", ""));
        let rotate = "keys rotate --role sealing --in-token ops --party a --unlock a.key --pin-file pin";
        rig.detente(rotate).refused("UNAVAILABLE", &words);
        assert_eq!(rig.log(), log, "{fault}");
        rig.inside("the_token_is_empty");
    }
}

/// The keys of an init that fails after they were made go again.
#[test]
fn keys_of_a_party_that_came_to_nothing_are_removed() {
    let Some(rig) = Rig::new() else { return };
    fs::create_dir_all(rig.path("a")).unwrap();
    // A file where a folder has to be.
    fs::write(rig.path("a/share"), "in the way").unwrap();
    let refused = rig.init_in_token();
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(!refused.err.contains(PIN));
    rig.inside("the_token_is_empty");
}
