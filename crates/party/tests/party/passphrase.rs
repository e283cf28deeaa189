//! A vault that a passphrase opens.

use std::{fs, path::PathBuf};

use detente_party::{Party, PartyError, Unlock};

use crate::stage::Stage;

fn typed(text: &str) -> Unlock {
    Unlock::passphrase(text.to_owned().into()).unwrap()
}

fn open(stage: &Stage, unlock: &Unlock) -> Result<Party, PartyError> {
    Party::open(stage.folder(), unlock)
}

#[test]
fn from_file_to_passphrase_and_back() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let file = Unlock::read(&stage.unlock_path()).unwrap();
    let old = stage.keep(&stage.folder().vault());
    open(&stage, &file).unwrap().rewrap(&typed("four word pass phrase")).unwrap();

    open(&stage, &typed("four word pass phrase")).unwrap();
    let refused = open(&stage, &typed("four word pass phrasf")).unwrap_err();
    assert!(matches!(refused, PartyError::WrongPassphrase { .. }), "{refused}");
    let refused = open(&stage, &file).unwrap_err();
    assert!(matches!(refused, PartyError::OtherMeans { expected: "a passphrase", .. }), "{refused}");
    // One passphrase for another.
    open(&stage, &typed("four word pass phrase")).unwrap().rewrap(&typed("é")).unwrap();
    open(&stage, &typed("four word pass phrase")).unwrap_err();

    let next = Unlock::create(&stage.home().join("next.key")).unwrap();
    open(&stage, &typed("é")).unwrap().rewrap(&next).unwrap();
    let refused = open(&stage, &typed("é")).unwrap_err();
    assert!(matches!(refused, PartyError::OtherMeans { expected: "an unlock file", .. }), "{refused}");
    let refused = open(&stage, &file).unwrap_err();
    assert!(matches!(refused, PartyError::WrongUnlock { .. }), "{refused}");
    let preview = open(&stage, &next).unwrap();
    let index = detente_core::LeafIndex::new(1).unwrap();
    assert!(preview.disclosing(index, &["id".to_owned()]).is_ok());

    // A copy from before is opened by the means of then.
    old.restore();
    stage.party();
}

/// The means are said in clear, so somebody may change what the vault says of them.
#[test]
fn a_vault_that_lies_about_its_means_does_not_open() {
    let stage = Stage::new();
    let say = |word: &str| {
        let change = "UPDATE meta SET value = ?1 WHERE name = 'unlock'";
        assert_eq!(stage.database().execute(change, [word.as_bytes()]).unwrap(), 1);
    };
    say("passphrase");
    assert!(matches!(open(&stage, &typed("x")).unwrap_err(), PartyError::WrongPassphrase { .. }));
    say("nothing");
    assert!(matches!(stage.try_party().unwrap_err(), PartyError::VaultFormat { .. }));
    say("file");
    stage.party();
}

#[test]
fn a_passphrase_file_is_one_line_that_its_owner_alone_reads() {
    let stage = Stage::new();
    let path: PathBuf = stage.home().join("passphrase");
    let write = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        mode(&path, 0o600);
    };
    let file = Unlock::read(&stage.unlock_path()).unwrap();
    open(&stage, &file).unwrap().rewrap(&typed("correct horse")).unwrap();
    for good in ["correct horse", "correct horse\n", "correct horse\r\n"] {
        write(good.as_bytes());
        open(&stage, &Unlock::read_passphrase(&path).unwrap()).unwrap();
    }
    let long = "x".repeat(1025);
    for bad in ["", "\n", "a\nb\n", "a\n\n", "a\tb", &long] {
        write(bad.as_bytes());
        assert!(matches!(Unlock::read_passphrase(&path).unwrap_err(), PartyError::Passphrase), "{bad:?}");
    }
    write(&[0xff, b'\n']);
    assert!(Unlock::read_passphrase(&path).is_err());
    write(b"correct horse");
    mode(&path, 0o640);
    if cfg!(unix) {
        let refused = Unlock::read_passphrase(&path).unwrap_err();
        assert!(matches!(refused, PartyError::UnlockFileOpen { mode: 0o640, .. }), "{refused}");
    }
}

#[cfg(unix)]
fn mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn mode(_path: &std::path::Path, _mode: u32) {}

#[test]
fn a_passphrase_is_never_shown() {
    assert_eq!(format!("{:?}", typed("correct horse")), "Unlock(Passphrase(…))");
}
