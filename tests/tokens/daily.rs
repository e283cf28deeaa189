//! A party whose keys live in a token, from day to day.

use std::fs;

use crate::rig::{PIN, Rig, place};

#[test]
fn a_party_in_a_token_commits_discloses_and_amends() {
    let Some(rig) = Rig::new() else { return };
    let made = rig.init_in_token().ok();
    assert!(made.contains("keys       in token ops: author, sealing and checkpoint key"), "{made}");
    let in_token =
        [("author", "ops"), ("sealing", "ops")].map(|(role, place)| (role.to_owned(), place.to_owned()));
    assert_eq!(rig.in_use(), in_token);
    let keys = rig.keys();
    assert_eq!(place(&keys.as_object().unwrap()["checkpoint"].as_object().unwrap()["place"]), "ops");

    rig.commit("n-1").ok();
    rig.commit("n-2").ok();
    for index in [1, 2] {
        rig.verify(index);
    }
    let amended = "{\"incident_id\":\"n-1\",\"summary\":\"more\"}\n";
    rig.with_input("amend --party a --unlock a.key --pin-file pin -", amended).ok();
    rig.verify(3);
    // The offline key is a file, as ever.
    assert!(fs::read_to_string(rig.path("a/recovery.key")).unwrap().starts_with("detente-recovery-v1 "));
}

/// More reports than one thread seals: the session is shared.
#[test]
fn many_reports_are_signed_by_several_threads() {
    let Some(rig) = Rig::new() else { return };
    rig.init_in_token().ok();
    let reports: String = (0..200).map(|number| format!("{{\"incident_id\":\"n-{number}\"}}\n")).collect();
    rig.with_input("commit --party a --unlock a.key --pin-file pin -", &reports).ok();
    rig.verify(200);
}

#[test]
fn commands_that_sign_nothing_need_neither_token_nor_pin() {
    let Some(rig) = Rig::new() else { return };
    rig.init_in_token().ok();
    rig.commit("n-1").ok();
    rig.pull_out();
    for command in ["keys list", "entries", "show 1", "doctor"] {
        rig.detente(&format!("{command} --party a --unlock a.key")).ok();
    }
    rig.detente("log check a/log --policy a/share/a.policy").ok();
    rig.detente("receipt 1 --party a --out 1.tlog-proof").ok();
}

#[test]
fn the_key_cannot_be_taken_out_of_the_token() {
    let Some(rig) = Rig::new() else { return };
    rig.init_in_token().ok();
    let seen = rig.inside("what_the_token_says_of_its_keys");
    let names = ["detente a.example author", "detente a.example checkpoint", "detente a.example sealing"];
    for name in names {
        assert!(
            seen.contains(&format!("{name}: 16-byte id, no value, sensitive, never extractable")),
            "{seen}"
        );
    }
    assert_eq!(seen.matches("16-byte id").count(), 3);
}

#[test]
fn the_pin_is_in_no_file_of_the_party() {
    let Some(rig) = Rig::new() else { return };
    rig.init_in_token().ok();
    rig.commit("n-1").ok();
    let mut folders = vec![rig.path("a")];
    let mut looked_at = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            looked_at += 1;
            let bytes = fs::read(&path).unwrap();
            assert!(!bytes.windows(PIN.len()).any(|window| window == PIN.as_bytes()), "{}", path.display());
        }
    }
    assert!(looked_at > 8);
}
