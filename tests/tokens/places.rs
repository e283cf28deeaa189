//! Which token, and which module.

use std::fs;

use crate::rig::{PIN, Rig};

#[test]
fn a_token_that_is_pulled_out_is_named() {
    let Some(rig) = Rig::new() else { return };
    rig.init_in_token().ok();
    rig.commit("n-1").ok();
    let log = rig.log();
    rig.pull_out();
    rig.commit("n-2").refused("UNAVAILABLE", &["token ops (serial ", "plugged in, got no token"]);
    assert_eq!(rig.log(), log);
    rig.token("other", PIN);
    rig.commit("n-2").refused("UNAVAILABLE", &["token ops (serial ", "got only other"]);
    rig.plug_in();
    rig.commit("n-2").ok();
    rig.verify(2);
}

#[test]
fn of_two_tokens_with_one_label_one_is_named_by_its_serial_number() {
    let Some(rig) = Rig::new() else { return };
    rig.token("ops", PIN);
    let refused =
        rig.init_in_token().refused("MISUSE", &["token ops: expected one of that name, got serial numbers "]);
    let (_, serials) = refused.err.lines().next().unwrap().rsplit_once("serial numbers ").unwrap();
    let serials: Vec<&str> = serials.split(", ").collect();
    assert_eq!(serials.len(), 2);
    rig.inside("the_token_is_empty");
    let module = rig.module();
    let init = "init --party a --origin a.example/log --unlock a.key";
    rig.detente(&format!(
        "{init} --token {} --pkcs11-module {} --pin-file pin",
        serials[1],
        module.display()
    ))
    .ok();
    // From now on the serial number is known, and the label does not matter.
    rig.commit("n-1").ok();
    rig.verify(1);
}

#[test]
fn the_module_is_remembered_and_can_be_another_on_another_machine() {
    let Some(rig) = Rig::new() else { return };
    let real = rig.module();
    fs::copy(&real, rig.path("first.so")).unwrap();
    let init = "init --party a --origin a.example/log --unlock a.key --token ops";
    rig.detente(&format!("{init} --pkcs11-module first.so --pin-file pin")).ok();
    rig.commit("n-1").ok();
    fs::rename(rig.path("first.so"), rig.path("second.so")).unwrap();
    rig.commit("n-2").refused(
        "UNAVAILABLE",
        &["first.so: expected a PKCS#11 module, got no file", "DETENTE_PKCS11_MODULE"],
    );
    rig.detente("keys add --party a --unlock a.key --pin-file pin --pkcs11-module second.so").ok();
    let mut command = rig.command(env!("CARGO_BIN_EXE_detente"));
    command.env("DETENTE_PKCS11_MODULE", "second.so");
    let rotate = "keys rotate --role sealing --party a --unlock a.key --pin-file pin";
    assert!(command.args(rotate.split(' ')).output().unwrap().status.success());
    // The newest key of a token says where its module is.
    rig.commit("n-2").ok();
    rig.verify(4);
}

#[test]
fn a_file_that_is_no_module_is_refused() {
    let Some(rig) = Rig::new() else { return };
    let init =
        "init --party a --origin a.example/log --unlock a.key --token ops --pin-file pin --pkcs11-module";
    fs::write(rig.path("text.so"), "not a library").unwrap();
    rig.detente(&format!("{init} text.so"))
        .refused("UNAVAILABLE", &["text.so: expected a PKCS#11 module, got a file"]);
    rig.detente(&format!("{init} .")).refused("UNAVAILABLE", &["got no file"]);
    rig.detente(&format!("{init} missing.so")).refused("UNAVAILABLE", &["missing.so", "got no file"]);
    assert!(!rig.path("a").exists());
}
