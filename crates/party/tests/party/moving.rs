//! A vault that moves: out of a folder, into another, and back from an old copy.

use std::{fs, path::PathBuf};

use detente_core::{Code, LeafIndex};
use detente_party::{
    Duplicates, EntryFilter, Health, ImportStage, Imported, KindFilter, PartyError, TokenAccess, Unlock,
    UnlockSource, examine, export_vault, import_vault, list_entries, list_filtered,
};
use detente_statement::Role;

use crate::stage::{Stage, files, reports};

pub(crate) fn export(stage: &Stage) -> PathBuf {
    let file = stage.home().join("a.export");
    let unlock = Unlock::read(&stage.unlock_path()).unwrap();
    let exported = export_vault(&stage.folder(), &unlock, &file, &unlock, |_, _| {}).unwrap();
    assert_eq!(exported.length, fs::metadata(&file).unwrap().len());
    file
}

pub(crate) fn import(stage: &Stage) -> Result<Imported, PartyError> {
    import_with(stage, &Unlock::read(&stage.unlock_path()).unwrap())
}

fn import_with(stage: &Stage, secret: &Unlock) -> Result<Imported, PartyError> {
    let unlock = Unlock::read(&stage.unlock_path()).unwrap();
    let file = stage.home().join("a.export");
    import_vault(&stage.folder(), &file, secret, &unlock, TokenAccess::none(), |_, done, all| {
        assert!(done <= all);
    })
}

/// Exports, takes the vault away, and imports.
pub(crate) fn move_vault(stage: &Stage) -> Result<Imported, PartyError> {
    export(stage);
    fs::remove_file(stage.folder().vault()).unwrap();
    import(stage)
}

fn index(index: u64) -> LeafIndex {
    LeafIndex::new(index).unwrap()
}

/// Everything that the vault says of its log.
fn all(stage: &Stage) -> Vec<String> {
    let party = stage.party();
    let mut lines: Vec<String> = party.keys().unwrap().iter().map(|key| format!("{key:?}")).collect();
    list_entries(&stage.folder(), Some(&party), |entry| {
        lines.push(format!("{entry:?}"));
        if entry.private.as_ref().is_some_and(|private| private.kind != "unknown") {
            lines.push(format!("{:?}", party.whole_record(entry.index).unwrap()));
        }
        Ok(())
    })
    .unwrap();
    lines
}

fn column(stage: &Stage, query: &str) -> Vec<u8> {
    stage.database().query_row(query, [], |row| row.get(0)).unwrap()
}

#[test]
fn what_is_exported_comes_back() {
    let stage = Stage::new();
    stage.commit(&["n-1", "n-2"]);
    let changed = "{\"incident_id\":\"n-1\",\"summary\":\"É \\\"two\\\" \\u0001.\"}\n";
    stage.try_commit(Duplicates::Amend, changed).unwrap();
    stage.party().rotate_key(Role::Sealing).unwrap();
    stage.party().add_key().unwrap();
    stage.party().rotate_key(Role::Author).unwrap();
    stage.commit(&["quote \\\" and ü"]);
    // A record whose entry the log does not hold.
    let log = stage.keep(&stage.folder().log());
    stage.commit(&["n-3"]);
    log.restore();
    stage.unsettle(8);
    stage.commit(&["n-4"]);
    assert_eq!(stage.number("SELECT count(*) FROM forgotten"), 1);
    let before = all(&stage);
    assert!(before.len() > 15, "{before:?}");

    let imported = move_vault(&stage).unwrap();
    assert_eq!((imported.size.get(), imported.known, imported.unknown, imported.forgotten), (9, 5, 0, 0));
    assert_eq!(imported.log, stage.party().log());
    assert_eq!(all(&stage), before);
    assert_eq!(stage.number("SELECT count(*) FROM forgotten"), 1);
    assert_eq!((stage.counter(), stage.number("SELECT count(*) FROM epochs")), (0, 1));

    // The look-ups are there, and sealing goes on.
    let refused = stage.try_commit(Duplicates::Refuse, &reports(&["n-2"])).unwrap_err();
    assert!(matches!(refused, PartyError::DuplicateIncident { entry, .. } if entry == index(2)), "{refused}");
    stage.commit(&["n-5"]);
    for index in [1, 2, 3, 7, 8, 9] {
        stage.disclose(index, &["id"]).unwrap();
    }
    // And once more, with two epochs.
    fs::remove_file(stage.home().join("a.export")).unwrap();
    assert_eq!(move_vault(&stage).unwrap().known, 6);
    assert_eq!(stage.number("SELECT count(*) FROM epochs"), 2);
    stage.disclose(9, &["id"]).unwrap();
}

#[test]
fn a_new_vault_shares_no_sealed_byte_with_the_old_one() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let rows = ["SELECT value FROM meta WHERE name = 'salt'", "SELECT lookup FROM entries"];
    let before = rows.map(|row| column(&stage, row));
    move_vault(&stage).unwrap();
    for (row, before) in rows.into_iter().zip(before) {
        assert_ne!(column(&stage, row), before, "{row}");
    }
}

/// Framing is independent of what is inside: a length, and so many bytes, until the end.
fn parts(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = &bytes[57..];
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let length = 4 + u32::from_le_bytes(rest[..4].try_into().unwrap()) as usize;
        parts.push(rest[..length].to_vec());
        rest = &rest[length..];
    }
    parts
}

#[test]
fn an_export_that_is_not_the_very_same_is_refused_and_leaves_nothing() {
    let stage = Stage::new();
    stage.commit(&["n-1", "n-2"]);
    let file = export(&stage);
    let whole = fs::read(&file).unwrap();
    assert!(whole.starts_with(b"detente-vault-export-v1\n\x01"));
    let vault = stage.folder().vault();
    fs::rename(&vault, stage.home().join("old.sqlite")).unwrap();
    let before = files(stage.folder().path());

    let split = parts(&whole);
    assert!(split.len() > 10 && split.last().unwrap().len() == 44, "{}", split.len());
    let join = |parts: &[Vec<u8>]| [&whole[..57], &parts.concat()].concat();
    assert_eq!(join(&split), whole);
    let mut others: Vec<Vec<u8>> = Vec::new();
    for position in (0..whole.len()).step_by(101).chain([0, 23, 24, 25, 56, 57, 60, 61, whole.len() - 1]) {
        let mut changed = whole.clone();
        changed[position] ^= 0x01;
        others.push(changed);
    }
    for length in [0, 10, 57, 58, 61, 90, whole.len() - 1] {
        others.push(whole[..length].to_vec());
    }
    for part in 0..split.len() {
        // Without what follows, without the part, twice, and in the place of the next one.
        others.push(join(&split[..part]));
        let mut without = split.clone();
        without.remove(part);
        others.push(join(&without));
        let mut twice = split.clone();
        twice.insert(part, split[part].clone());
        others.push(join(&twice));
        if part + 1 < split.len() {
            let mut swapped = split.clone();
            swapped.swap(part, part + 1);
            others.push(join(&swapped));
        }
    }
    others.push([&whole[..], b"x"].concat());
    others.push([&whole[..], &[40, 0, 0, 0]].concat());
    others.push([&whole[..57], &u32::MAX.to_le_bytes(), &whole[61..]].concat());
    let mut codes = std::collections::BTreeMap::new();
    for (number, other) in others.iter().enumerate() {
        fs::write(&file, other).unwrap();
        let refused = import(&stage).unwrap_err();
        let code = refused.code();
        let first =
            matches!(refused, PartyError::WrongExportSecret { .. } | PartyError::OtherExportMeans { .. });
        assert!(code == Code::MalformedExport || first, "{number}: {refused}");
        *codes.entry(code.as_str()).or_insert(0) += 1;
        assert_eq!(files(stage.folder().path()), before, "{number}: {refused}");
    }
    assert!(codes["MALFORMED-EXPORT"] > 60 && codes["UNAVAILABLE"] > 2, "{codes:?}");
    fs::write(&file, &whole).unwrap();
    assert_eq!(import(&stage).unwrap().known, 2);
}

#[test]
fn parts_of_two_exports_of_one_vault_do_not_mix() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let file = export(&stage);
    let first = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    let second = fs::read(export(&stage)).unwrap();
    assert_ne!(first, second);
    let (mut mixed, other) = (parts(&first), parts(&second));
    mixed[3] = other[3].clone();
    fs::write(&file, [&first[..57], &mixed.concat()].concat()).unwrap();
    fs::remove_file(stage.folder().vault()).unwrap();
    let refused = import(&stage).unwrap_err();
    assert!(matches!(refused, PartyError::MalformedExport { part: 3, .. }), "{refused}");
}

/// A vault put back as a file refuses; export and import are the way on.
#[test]
fn an_old_copy_goes_on_with_unknown_entries() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let old = stage.keep(&stage.folder().vault());
    stage.commit(&["n-2", "n-3"]);
    old.restore();
    let refused = stage.try_commit(Duplicates::Refuse, &reports(&["n-4"])).unwrap_err();
    assert_eq!(refused.code(), Code::VaultBehindLog, "{refused}");
    let unlock = stage.unlock_path();
    let rows = |stage: &Stage| {
        let findings = examine(&stage.folder(), Some(UnlockSource::File(&unlock)), |_, _| {}).unwrap();
        findings.into_iter().find(|finding| finding.part == "rows").unwrap()
    };
    assert_eq!((rows(&stage).health, rows(&stage).code), (Health::Fault, Some(Code::VaultBehindLog)));

    let imported = move_vault(&stage).unwrap();
    assert_eq!((imported.size.get(), imported.known, imported.unknown), (4, 1, 2));
    assert_eq!(rows(&stage).health, Health::Advice);
    assert!(rows(&stage).says.starts_with("2 sealed entries are unknown"), "{}", rows(&stage).says);

    // Nobody tells what they hold, their incident ids neither: the same report is a first one.
    let kinds = |filter: EntryFilter| {
        let mut found = Vec::new();
        list_filtered(&stage.folder(), Some(&stage.party()), &filter, |entry| {
            found.push((entry.index.get(), entry.private.map(|private| (private.kind, private.incident_id))));
            Ok(core::ops::ControlFlow::Continue(()))
        })
        .unwrap();
        found
    };
    let unknown = EntryFilter { kind: KindFilter::parse("unknown"), ..EntryFilter::default() };
    let lost = Some(("unknown".to_owned(), None));
    assert_eq!(kinds(unknown.clone()), [(2, lost.clone()), (3, lost)]);
    assert_eq!(kinds(EntryFilter::default()).len(), 4);
    assert!(unknown.needs_vault());
    for refused in
        [stage.disclose(2, &["id"]).unwrap_err(), stage.party().whole_record(index(3)).unwrap_err()]
    {
        assert!(matches!(refused, PartyError::UnknownEntry { .. }), "{refused}");
        assert_eq!(refused.code(), Code::Misuse);
    }
    let report = stage.commit(&["n-2", "n-4"]);
    assert_eq!(report.size.get(), 6);
    stage.disclose(1, &["id"]).unwrap();
    stage.disclose(4, &["id"]).unwrap();
    // A log without the entries that are only known as unknown is an old copy all the same.
    assert_eq!(move_again(&stage).unknown, 2);
}

fn move_again(stage: &Stage) -> Imported {
    fs::remove_file(stage.home().join("a.export")).unwrap();
    move_vault(stage).unwrap()
}

#[test]
fn a_log_without_an_unknown_entry_is_an_old_copy() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let old = stage.keep(&stage.folder().vault());
    let log = stage.keep(&stage.folder().log());
    stage.commit(&["n-2"]);
    old.restore();
    move_vault(&stage).unwrap();
    log.restore();
    let refused = stage.try_commit(Duplicates::Refuse, &reports(&["n-3"])).unwrap_err();
    assert!(matches!(refused, PartyError::LogBehindVault { index } if index.get() == 2), "{refused}");
    assert_eq!(refused.code(), Code::LogBehindVault);
}

#[test]
fn an_import_needs_the_log_that_the_export_knows() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let short = stage.keep(&stage.folder().log());
    stage.commit(&["n-2"]);
    let whole = stage.keep(&stage.folder().log());
    export(&stage);
    let vault = stage.keep(&stage.folder().vault());
    fs::remove_file(stage.folder().vault()).unwrap();
    let log = stage.folder().log();
    let refuse = |code: Code| {
        let before = files(stage.folder().path());
        let refused = import(&stage).unwrap_err();
        assert_eq!(refused.code(), code, "{refused}");
        let after = files(stage.folder().path());
        assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>(), "{refused}");
    };

    short.restore();
    refuse(Code::LogBehindVault);
    // Another continuation of the same length.
    vault.restore();
    stage.unsettle(2);
    stage.commit(&["n-3"]);
    fs::remove_file(stage.folder().vault()).unwrap();
    refuse(Code::EntryMismatch);
    // Another party's.
    let other = Stage::new();
    other.commit(&["n-1", "n-2", "n-3"]);
    let foreign = other.keep_as(&other.folder().log(), &log);
    foreign.restore();
    refuse(Code::LogMismatch);
    fs::remove_dir_all(&log).unwrap();
    refuse(Code::Unavailable);
    whole.restore();
    let entries = log.join("tile/entries/000.p/3");
    let good = fs::read(&entries).unwrap();
    fs::remove_file(&entries).unwrap();
    refuse(Code::MalformedTile);
    let mut bad = good.clone();
    bad[90] ^= 1;
    fs::write(&entries, bad).unwrap();
    assert!(import(&stage).is_err());
    fs::write(&entries, good).unwrap();
    assert_eq!(import(&stage).unwrap().known, 2);
    // And now there is a vault.
    let refused = import(&stage).unwrap_err();
    assert!(matches!(refused, PartyError::VaultExists { .. }), "{refused}");
}

#[test]
fn a_vault_refuses_another_log() {
    let (stage, other) = (Stage::new(), Stage::new());
    other.commit(&["n-1"]);
    other.keep_as(&other.folder().log(), &stage.folder().log()).restore();
    let refused = stage.try_party().unwrap_err();
    assert!(matches!(refused, PartyError::ForeignLog { .. }), "{refused}");
    assert_eq!(refused.code(), Code::LogMismatch);
}

#[test]
fn pending_rows_are_settled_by_the_log() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let short = stage.keep(&stage.folder().log());
    stage.commit(&["n-2"]);
    let whole = stage.keep(&stage.folder().log());
    stage.unsettle(2);
    // Without its log it can be exported too.
    fs::remove_dir_all(stage.folder().log()).unwrap();
    export(&stage);
    for (log, known, forgotten) in [(&short, 1, 1), (&whole, 2, 0)] {
        let _ = fs::remove_file(stage.folder().vault());
        log.restore();
        let imported = import(&stage).unwrap();
        assert_eq!((imported.known, imported.forgotten, imported.unknown), (known, forgotten, 0));
        assert_eq!(stage.pending(), 0);
        assert_eq!(stage.number("SELECT count(*) FROM forgotten"), forgotten as i64);
    }
    stage.disclose(2, &["id"]).unwrap();
    stage.commit(&["n-3"]);
}

/// The record was on its way when the export was made; somebody else's batch has its place in the log now.
#[test]
fn a_pending_row_whose_place_is_taken_is_forgotten_and_the_entry_unknown() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let short = stage.keep(&stage.folder().log());
    stage.commit(&["n-2"]);
    stage.unsettle(2);
    let lost = stage.keep(&stage.folder().vault());
    short.restore();
    stage.commit(&["n-3"]);
    lost.restore();
    let imported = move_vault(&stage).unwrap();
    assert_eq!((imported.known, imported.forgotten, imported.unknown), (1, 1, 1));
    stage.commit(&["n-4"]);
}

#[test]
fn keys_that_changed_since_the_export() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let old = stage.keep(&stage.folder().vault());
    stage.party().add_key().unwrap();
    old.restore();
    // An event that ends nothing is read from the log; its key is not in the vault.
    assert_eq!(move_vault(&stage).unwrap().known, 1);
    let keys = stage.party().keys().unwrap();
    assert_eq!((keys.len(), keys.iter().filter(|key| key.held).count()), (3, 2));
    stage.commit(&["n-2"]);

    for (role, word) in [(Role::Sealing, "sealing"), (Role::Author, "author")] {
        fs::remove_file(stage.home().join("a.export")).unwrap();
        let old = stage.keep(&stage.folder().vault());
        let event = stage.party().rotate_key(role).unwrap().index;
        let newest = stage.keep(&stage.folder().vault());
        old.restore();
        let refused = move_vault(&stage).unwrap_err();
        assert!(
            matches!(refused, PartyError::KeyEnded { role, index, .. } if role == word && index == event),
            "{refused}"
        );
        assert_eq!(refused.code(), Code::VaultBehindLog);
        assert!(!stage.folder().vault().exists());
        newest.restore();
    }
    // The newest copy is the way on.
    assert_eq!(move_again(&stage).known, 2);
    stage.commit(&["n-3"]);
}

#[test]
fn the_secret_of_an_export_is_its_own() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let file = stage.home().join("a.export");
    let vault = Unlock::read(&stage.unlock_path()).unwrap();
    let typed = |text: &str| Unlock::passphrase(text.to_owned().into()).unwrap();
    let other = Unlock::create(&stage.home().join("other.key")).unwrap();
    for (secret, wrong, means) in [
        (typed("correct horse"), typed("correct horsf"), &vault),
        (other.clone(), vault.clone(), &typed("correct horse")),
    ] {
        export_vault(&stage.folder(), &vault, &file, &secret, |_, _| {}).unwrap();
        let again = export_vault(&stage.folder(), &vault, &file, &secret, |_, _| {}).unwrap_err();
        assert!(matches!(again, PartyError::ExportExists { .. }), "{again}");
        fs::remove_file(stage.folder().vault()).unwrap();
        let refused = import_with(&stage, &wrong).unwrap_err();
        assert!(matches!(refused, PartyError::WrongExportSecret { .. }), "{refused}");
        assert_eq!(refused.code(), Code::Unavailable);
        let refused = import_with(&stage, means).unwrap_err();
        assert!(matches!(refused, PartyError::OtherExportMeans { .. }), "{refused}");
        import_with(&stage, &secret).unwrap();
        fs::remove_file(&file).unwrap();
    }
    // Another unlock file opens no export either, when the vault does not open.
    let refused = export_vault(&stage.folder(), &other, &file, &other, |_, _| {}).unwrap_err();
    assert!(matches!(refused, PartyError::WrongUnlock { .. }), "{refused}");
    assert!(!file.exists());
}

#[cfg(unix)]
#[test]
fn an_export_is_readable_by_its_owner_alone_and_there_whole_or_not_at_all() {
    use std::os::unix::fs::PermissionsExt as _;
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(export(&stage)), 0o600);
    fs::remove_file(stage.home().join("a.export")).unwrap();
    stage.database().execute("UPDATE entries SET sealed = x'00'", []).unwrap();
    let before = files(stage.home());
    let unlock = Unlock::read(&stage.unlock_path()).unwrap();
    let file = stage.home().join("a.export");
    let refused = export_vault(&stage.folder(), &unlock, &file, &unlock, |_, _| {}).unwrap_err();
    assert!(matches!(refused, PartyError::VaultRow { table: "entries", number: 1 }), "{refused}");
    assert_eq!(files(stage.home()), before);
}

#[cfg(unix)]
#[test]
fn an_imported_vault_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let stage = Stage::new();
    export(&stage);
    fs::remove_file(stage.folder().vault()).unwrap();
    // What an interrupted import left is in nobody's way.
    fs::write(stage.folder().path().join("vault.sqlite.import"), "half").unwrap();
    fs::write(stage.folder().path().join("vault.sqlite.import-journal"), "half").unwrap();
    let mut stages = Vec::new();
    let unlock = Unlock::read(&stage.unlock_path()).unwrap();
    let file = stage.home().join("a.export");
    import_vault(&stage.folder(), &file, &unlock, &unlock, TokenAccess::none(), |stage, _, _| {
        stages.push(stage)
    })
    .unwrap();
    stages.dedup();
    assert_eq!(stages, [ImportStage::Reading, ImportStage::Checking, ImportStage::Comparing]);
    assert_eq!(fs::metadata(stage.folder().vault()).unwrap().permissions().mode() & 0o777, 0o600);
    let names: Vec<_> = files(stage.folder().path())
        .into_keys()
        .filter(|path| path.to_string_lossy().contains("sqlite."))
        .collect();
    assert_eq!(names, [] as [PathBuf; 0]);
}
