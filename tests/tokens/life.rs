//! Keys on their way between vault and token.

use crate::rig::Rig;

fn places(rig: &Rig) -> Vec<String> {
    rig.in_use().into_iter().map(|(_, place)| place).collect()
}

fn keys(rig: &Rig, arguments: &str) -> crate::rig::Done {
    rig.detente(&format!("keys {arguments} --party a --unlock a.key --pin-file pin"))
}

#[test]
fn keys_move_from_the_vault_into_a_token_and_back() {
    let Some(rig) = Rig::new() else { return };
    let module = rig.module().display().to_string();
    rig.init_in_vault();
    rig.commit("n-1").ok();
    for role in ["author", "sealing"] {
        keys(&rig, &format!("rotate --role {role} --in-token ops --pkcs11-module {module}")).ok();
        rig.commit(&format!("in token {role}")).ok();
    }
    assert_eq!(places(&rig), ["ops", "ops"]);
    // The checkpoint key is the log's own, and stays where it was made.
    let text = rig.detente("keys list --party a --unlock a.key").ok();
    assert!(text.contains("signs checkpoints, vault"), "{text}");
    assert_eq!(text.matches("token ops").count(), 2, "{text}");

    // Without a word a rotated key stays where it is, and the module is remembered.
    keys(&rig, "rotate --role sealing").ok();
    assert_eq!(places(&rig), ["ops", "ops"]);
    rig.commit("n-2").ok();
    for role in ["author", "sealing"] {
        keys(&rig, &format!("rotate --role {role} --in-vault")).ok();
    }
    assert_eq!(places(&rig), ["vault", "vault"]);
    rig.pull_out();
    rig.commit("n-3").ok();
    // Every report, whichever key signed it: 2, 4, 6, 8 and 9 are the rotations.
    for index in [1, 3, 5, 7, 10] {
        rig.verify(index);
    }
}

#[test]
fn an_added_key_can_take_over_from_a_lost_token() {
    let Some(rig) = Rig::new() else { return };
    rig.init_in_token().ok();
    rig.commit("n-1").ok();
    keys(&rig, "add --in-vault").ok();
    rig.inside("the_author_key_is_deleted");
    // What the lost key signed stays as it is; nothing new is signed with it.
    rig.commit("n-2").ok();
    let log = rig.log();
    keys(&rig, "rotate --role author")
        .refused("UNAVAILABLE", &["token ops", "expected one key with CKA_ID", "got 0"]);
    let disclose = "disclose 1 --party a --unlock a.key --pin-file pin --field id --to a/share/a.example.vkey --out no.json";
    rig.detente(disclose).refused("UNAVAILABLE", &["token ops", "`detente keys revoke`"]);
    assert!(!rig.path("no.json").exists());
    assert_eq!(rig.log(), log);

    let list = rig.detente("keys list --party a --unlock a.key").ok();
    let lost = list.lines().find(|line| line.starts_with("author") && line.contains("in use")).unwrap();
    keys(&rig, &format!("revoke {} --reason lost", &lost[9..73])).ok();
    assert_eq!(places(&rig), ["vault", "ops"]);
    rig.verify(1);
    rig.commit("n-3").ok();
}

/// An export says where the keys are, and holds none of them; with the token the party goes on.
#[test]
fn a_vault_that_moves_finds_its_token_again() {
    let Some(rig) = Rig::new() else { return };
    rig.init_in_token().ok();
    rig.commit("n-1").ok();
    rig.detente("vault export a.export --party a --unlock a.key").ok();
    std::fs::rename(rig.path("a/vault.sqlite"), rig.path("old.sqlite")).unwrap();
    rig.detente("vault import a.export --party a --unlock a.key --pin-file pin").ok();
    assert_eq!(places(&rig), ["ops", "ops"]);
    rig.commit("n-2").ok();
    for index in [1, 2] {
        rig.verify(index);
    }
}

#[test]
fn an_added_key_is_made_where_the_author_key_is() {
    let Some(rig) = Rig::new() else { return };
    rig.init_in_token().ok();
    keys(&rig, "add").ok();
    let seen = rig.inside("what_the_token_says_of_its_keys");
    assert_eq!(seen.matches("detente a.example author").count(), 2, "{seen}");
}
