//! What only the vault's inside shows.

use std::collections::HashMap;

use detente_core::{Digest, Name, Origin, StatementId};

use super::*;
use crate::record::Record;
use crate::vault::Table;
use crate::{CommitOptions, InitOptions, export_vault, init_party, read_reports};

fn commit(party: &mut Party, ids: &[&str]) {
    let text: String = ids.iter().map(|id| format!("{{\"incident_id\":\"{id}\"}}\n")).collect();
    party.commit(&CommitOptions::default(), |each| read_reports("r", text.as_bytes(), each)).unwrap();
}

/// Every seed that a vault knows to be used, and for which statement.
fn seeds(party: &Party) -> Vec<((Digest, u64), StatementId)> {
    let mut seeds = Vec::new();
    party
        .vault
        .each_row(|row, _| {
            if matches!(row.table, Table::Entries | Table::Forgotten) {
                let record = Record::parse(&row.plain, row.number)?;
                seeds.push(((record.place.epoch, record.place.counter), record.statement));
            }
            Ok(())
        })
        .unwrap();
    seeds
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let name = entry.unwrap().file_name();
            copy(&from.join(&name), &to.join(&name));
        }
    } else {
        std::fs::copy(from, to).unwrap();
    }
}

/// The worst that can happen: one export is imported twice, and the vault that it was made of lives on, each beside its
/// own copy of the log.
#[test]
fn no_seed_is_used_twice_however_many_copies_live_on() {
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| PartyFolder::new(home.path().join(name));
    let (key, file) = (home.path().join("key"), home.path().join("export"));
    let options = InitOptions {
        origin: Origin::parse("a.example/log").unwrap(),
        name: Name::parse("a.example").unwrap(),
        unlock: key.clone(),
    };
    init_party(&at("a"), &options).unwrap();
    let unlock = Unlock::read(&key).unwrap();
    let mut first = Party::open(at("a"), &unlock).unwrap();
    commit(&mut first, &["n-1", "n-2"]);
    export_vault(&at("a"), &unlock, &file, &unlock, |_, _| {}).unwrap();
    commit(&mut first, &["n-3"]);
    let mut parties = vec![first];
    for name in ["b", "c"] {
        copy(&at("a").log(), &at(name).log());
        let imported =
            import_vault(&at(name), &file, &unlock, &unlock, TokenAccess::none(), |_, _, _| {}).unwrap();
        assert_eq!((imported.known, imported.unknown), (2, 1));
        parties.push(Party::open(at(name), &unlock).unwrap());
    }
    for (number, party) in parties.iter_mut().enumerate() {
        let ids: Vec<String> = (0..5).map(|id| format!("copy {number} report {id}")).collect();
        commit(party, &ids.iter().map(String::as_str).collect::<Vec<_>>());
    }
    // An import of an import, beside what it was made of.
    let second = home.path().join("second");
    export_vault(&at("b"), &unlock, &second, &unlock, |_, _| {}).unwrap();
    copy(&at("b").log(), &at("d").log());
    import_vault(&at("d"), &second, &unlock, &unlock, TokenAccess::none(), |_, _, _| {}).unwrap();
    parties.push(Party::open(at("d"), &unlock).unwrap());
    for party in parties.iter_mut() {
        commit(party, &["last"]);
    }

    let mut used: HashMap<(Digest, u64), StatementId> = HashMap::new();
    let mut count = 0;
    for party in &parties {
        for (seed, statement) in seeds(party) {
            count += 1;
            let other = *used.entry(seed).or_insert(statement);
            assert_eq!(other, statement, "seed {seed:?} is of two statements");
        }
    }
    // Two before, three to six in each.
    assert_eq!((count, used.len()), (9 + 8 + 8 + 8, 3 + 5 + 5 + 5 + 4));
    let epochs: std::collections::BTreeSet<_> = parties.iter().map(|party| party.epoch).collect();
    assert_eq!(epochs.len(), 4);
    assert!(parties.iter().all(|party| party.master.expose() == parties[0].master.expose()));
}
