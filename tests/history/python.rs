//! The second verifier computes the same table from the annex.

use std::{fs, path::Path, process::Command};

use detente_core::LogId;

use crate::{
    data::instant,
    hand::{AT, TOLD, Told},
    world::Inputs,
};

#[test]
fn python_computes_the_same_table_from_the_annex() {
    let Told { world, rows, .. } = &*TOLD;
    let inputs = Inputs::of(world);
    let audit = inputs.audit(instant(AT));
    let entries = |log: LogId, range: core::ops::Range<u64>| {
        let party = world.parties.iter().find(|party| party.log == log).unwrap();
        party.entries[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()].to_vec()
    };
    let annex = audit.to_annex(entries).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in annex.files() {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let output = Command::new("python3")
        .arg(root.join("specs/reference/verify.py"))
        .arg("audit")
        .arg(folder.path())
        .output()
        .unwrap_or_else(|error| panic!("python3 is needed for the second verifier: {error}"));
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success() && out.starts_with("MATCH "), "{out}{err}");
    // It counts them too.
    let met = rows.iter().filter(|row| row.verdict == "MET").count();
    assert!(out.contains(&format!("{met} MET")), "{out}");
}
