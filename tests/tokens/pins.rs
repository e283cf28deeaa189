//! PINs: wrong, locked, missing, in a file that others can read.

use crate::rig::{PIN, Rig};

#[test]
fn a_wrong_pin_changes_nothing() {
    let Some(rig) = Rig::new() else { return };
    rig.init_in_token().ok();
    let log = rig.log();
    rig.private("pin", "wrong-pin-0000\n");
    rig.commit("n-1").refused("UNAVAILABLE", &["token ops: the PIN is wrong", "(CKR_PIN_INCORRECT)"]);
    assert_eq!(rig.log(), log);
    rig.private("pin", &format!("{PIN}\r\n"));
    rig.commit("n-1").ok();
    rig.verify(1);
}

#[test]
fn a_wrong_pin_makes_no_party() {
    let Some(rig) = Rig::new() else { return };
    rig.private("pin", "wrong-pin-0000\n");
    rig.init_in_token().refused("UNAVAILABLE", &["the PIN is wrong"]);
    assert!(!rig.path("a").exists() && !rig.path("a.key").exists());
    rig.inside("the_token_is_empty");
}

#[test]
fn a_pin_file_that_others_can_read_is_refused() {
    let Some(rig) = Rig::new() else { return };
    rig.init_in_token().ok();
    for mode in [0o640, 0o604, 0o644, 0o660, 0o601] {
        rig.mode("pin", mode);
        rig.commit("n-1").refused(
            "UNAVAILABLE",
            &["pin: expected mode 600", &format!("{mode:o}"), "chmod 600 the PIN file"],
        );
    }
    rig.mode("pin", 0o400);
    rig.commit("n-1").ok();
}

#[test]
fn other_texts_are_no_pin() {
    let Some(rig) = Rig::new() else { return };
    rig.init_in_token().ok();
    for text in ["", "\n", "one\ntwo\n", "a\tb\n", &"1".repeat(300)] {
        rig.private("pin", text);
        let done = rig.commit("n-1");
        assert_eq!(done.code, 2);
        assert!(done.err.starts_with("MISUSE PIN: expected a PIN of 1 to 255 bytes"), "{done:?}");
    }
    std::fs::remove_file(rig.path("pin")).unwrap();
    assert!(rig.commit("n-1").err.starts_with("UNAVAILABLE pin: "));
}

#[test]
fn without_file_or_terminal_the_pin_is_not_waited_for() {
    let Some(rig) = Rig::new() else { return };
    rig.init_in_token().ok();
    rig.detente("keys add --party a --unlock a.key").refused("MISUSE", &["token ops", "--pin-file FILE"]);
}

/// A PIN typed on a terminal of its own (`script` of util-linux): asked for once, and not shown.
#[test]
fn a_person_types_the_pin_and_does_not_see_it() {
    let Some(rig) = Rig::new() else { return };
    rig.init_in_token().ok();
    let typed = |text: &str| {
        use std::{io::Write as _, process::Stdio};
        let add = format!("{} keys add --party a --unlock a.key", env!("CARGO_BIN_EXE_detente"));
        let mut script = rig.command("script");
        script.args(["--quiet", "--return", "--command", &add, "/dev/null"]);
        script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = script.spawn().expect("script, of util-linux, is installed");
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, said) = typed("wrong-pin-0000\n");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("CKR_PIN_INCORRECT"), "{said}");
    let (code, said) = typed(&format!("{PIN}\n"));
    assert_eq!(code, Some(0), "{said}");
    // Author and checkpoint key are in one token.
    assert_eq!(said.matches("PIN of token ops: ").count(), 1, "{said}");
}

#[test]
fn a_locked_pin_is_said_before_another_try_and_after_the_last() {
    let Some(mut rig) = Rig::new() else { return };
    rig.init_in_token().ok();
    // CKF_USER_PIN_LOCKED; that the PIN file is gone shows that it was not asked for.
    rig.fault = Some("flags=0x40000".to_owned());
    let kept = std::fs::read(rig.path("pin")).unwrap();
    std::fs::remove_file(rig.path("pin")).unwrap();
    rig.commit("n-1").refused("UNAVAILABLE", &["the PIN is locked", "(CKR_PIN_LOCKED)", "security officer"]);
    rig.private("pin", &String::from_utf8(kept).unwrap());
    rig.fault = Some("C_Login=0xa4".to_owned());
    rig.commit("n-1").refused("UNAVAILABLE", &["the PIN is locked", "(CKR_PIN_LOCKED)"]);
    // CKF_USER_PIN_FINAL_TRY
    rig.fault = Some("flags=0x20000".to_owned());
    rig.private("pin", "wrong-pin-0000\n");
    rig.commit("n-1").refused("UNAVAILABLE", &["a typed PIN for the last try", "without --pin-file"]);
}

/// Each wrong try counts: what opens one token is not tried on another.
#[test]
fn a_pin_file_is_for_one_token() {
    let Some(rig) = Rig::new() else { return };
    rig.init_in_token().ok();
    rig.token("other", "another-pin-0000");
    let log = rig.log();
    let rotate = "keys rotate --role sealing --in-token other --party a --unlock a.key --pin-file pin";
    rig.detente(rotate).refused("MISUSE", &["token other", "the PIN file of another token", "on a terminal"]);
    assert_eq!(rig.log(), log);
    rig.commit("n-1").ok();
    rig.verify(1);
}
