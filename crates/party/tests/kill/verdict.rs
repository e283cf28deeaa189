//! What must hold of a party after a crash: before anything is started again, after that, and from then on.

use std::fs;

use detente_agreement::{Body, UnverifiedContent};
use detente_checkpoint::UnverifiedProof;
use detente_core::{KeyDigest, UnixSeconds};
use detente_disclosure::Profile;
use detente_log::check_log;
use detente_merkle::leaf_hash;
use detente_party::{Audience, Duplicates, GrantOptions, Party, PartyError, Unlock, receipt_path};
use detente_presentation::{Pap, Reader, Tlp, UnverifiedPresentation};
use detente_statement::{Body as Envelope, Role, UnverifiedStatement};

use crate::home::{Home, commit, leaf_index, names, policy, reports};
use crate::operation::Operation;
use crate::rows::Rows;

/// So many of the newest entries are looked at one by one; the first one too.
const LOOKED_AT: u64 = 12;

/// As the crash left it: no party, or one whose published entries can all be opened, with a whole batch or none of it.
pub(crate) fn before_start(home: &Home, operation: Operation, size: u64) {
    if !home.folder().vault().exists() {
        assert_eq!(operation, Operation::Init);
        assert!(matches!(home.folder().require(), Err(PartyError::NoVault { .. })));
        if let Ok(unlock) = Unlock::read(&home.unlock_path()) {
            assert!(matches!(Party::open(home.folder(), &unlock), Err(PartyError::NoVault { .. })));
        }
        return;
    }
    assert!([size, size + operation.entries()].contains(&home.log_size()));
    assert_opens(home, &home.party());
    assert_commitments_open(home);
}

/// After a start-up: one state or the other, and everything goes on from it.
pub(crate) fn after_start(home: &Home, operation: Operation, size: u64) -> bool {
    let landed = match operation {
        Operation::ChangeMeans => home.opened_by_passphrase(),
        _ => home.log_size() == size + operation.entries(),
    };
    assert!(landed || home.log_size() == size);
    assert_commitments_open(home);
    assert_whole(home, operation);
    operation.repeat(home, landed);

    // The next batch, by the keys that are in use now.
    let mut party = home.party();
    let next = commit(&mut party, Duplicates::Refuse, true, &reports("next", 0..1, "Later.")).unwrap();
    assert!(next.receipt_fault.is_none());
    let (author, sealing) = (in_use(&party, Role::Author), in_use(&party, Role::Sealing));
    assert_eq!(disclosed(home, &party, next.first.get()), (sealing, author));
    drop(party);
    assert_whole(home, operation);
    assert_tidy(home);
    landed
}

/// The log is good, every entry can be opened and has its receipt, no seed was used twice, as the start-up left it.
fn assert_whole(home: &Home, operation: Operation) {
    let log = home.log();
    let shared = policy(&home.folder());
    check_log(&log, Some(&shared), |_, _| {}).unwrap();
    let party = home.party();
    let sealed = assert_opens(home, &party);

    for index in looked_at(home.log_size()) {
        let path = receipt_path(&home.folder(), leaf_index(index));
        match fs::read(&path) {
            Ok(bytes) => {
                let leaf = leaf_hash(&log.entry(leaf_index(index)).unwrap());
                let proof = UnverifiedProof::parse(&bytes).unwrap();
                proof.verify(leaf, &shared).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            }
            // The batch before the operation and the one of the operation, when they were to have none.
            Err(error) => assert!(is_left_out(home, operation, index), "{}: {error}", path.display()),
        }
    }

    let keys = party.keys().unwrap();
    assert!(keys.iter().all(|key| key.held));
    for role in [Role::Author, Role::Sealing] {
        let used: Vec<_> = keys.iter().filter(|key| key.role == role && key.in_use).collect();
        assert!(
            matches!(used.as_slice(), [key] if key.enrolled.is_some() && key.revoked.is_none()),
            "{keys:?}"
        );
    }
    let handed_over = Audience::read(&home.folder().share().join("a.example.vkey")).unwrap();
    assert_eq!(handed_over.key(), in_use(&party, Role::Author));
    drop(party);

    // A vault that a passphrase opens has the same rows.
    if operation != Operation::ChangeMeans {
        let rows = Rows::read(home);
        rows.assert_no_seed_twice();
        assert_eq!((rows.entries, rows.pending, rows.event), (sealed, 0, false));
    }
}

/// What every request in the log commits to is in the outbox, whole.
fn assert_commitments_open(home: &Home) {
    let log = home.log();
    for index in 1..home.log_size() {
        let statement = UnverifiedStatement::decode(&log.entry(leaf_index(index)).unwrap()).unwrap();
        let (kind, id) = (statement.unverified_kind(), statement.id());
        let Envelope::Opaque(bytes) = statement.unverified_body() else { continue };
        let Ok(Body::Request { content, .. }) = Body::decode(kind, bytes) else { continue };
        let file = fs::read(home.folder().outbox().join(format!("{id}.content.json"))).unwrap();
        let unopened = UnverifiedContent::parse(&file).unwrap();
        unopened.open(statement.unverified_log(), kind, content).unwrap();
    }
}

/// What a crash leaves for the next writer to take away is gone.
fn assert_tidy(home: &Home) {
    for path in names(home.path()) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let left = [".tmp", ".new", "-journal"].iter().any(|end| name.ends_with(end));
        assert!(!left && !path.parent().unwrap().ends_with("staging"), "{}", path.display());
    }
}

/// Every sealed entry that readers see has a record that seals to the same value; gives their number.
fn assert_opens(home: &Home, party: &Party) -> u64 {
    let log = home.log();
    let size = home.log_size();
    let is_sealed = |index: u64| {
        let entry = log.entry(leaf_index(index)).unwrap();
        UnverifiedStatement::decode(&entry).unwrap().unverified_sealed().is_some()
    };
    let mut newest = None;
    for index in looked_at(size).filter(|index| is_sealed(*index)) {
        let record = party.whole_record(leaf_index(index)).unwrap();
        assert!(record.incident_id.is_some());
        newest = Some(index);
    }
    if let Some(newest) = newest {
        disclosed(home, party, newest);
    }
    (1..size).filter(|index| is_sealed(*index)).count() as u64
}

/// Who signed an entry and who the grant, as a counterpart verifies it with the policy that was handed over.
fn disclosed(home: &Home, party: &Party, index: u64) -> (KeyDigest, KeyDigest) {
    let audience = Audience::read(&home.folder().share().join("a.example.vkey")).unwrap();
    let time = UnixSeconds::new(1_780_000_000).unwrap();
    let options = GrantOptions { audience, tlp: Tlp::Amber, pap: Pap::Amber, time };
    let file = party.disclosing(leaf_index(index), &["id".to_owned()]).unwrap().write(&options).unwrap();
    let shared = policy(&home.folder());
    let reader = Reader { policy: &shared, profiles: &[Profile::veris_1()], audience: None };
    let verified = UnverifiedPresentation::parse(&file).unwrap().verify(&reader).unwrap();
    (verified.statement().author(), verified.signer())
}

fn in_use(party: &Party, role: Role) -> KeyDigest {
    let keys = party.keys().unwrap();
    keys.into_iter().find(|key| key.role == role && key.in_use).unwrap().key
}

fn looked_at(size: u64) -> impl Iterator<Item = u64> {
    (1..size).filter(move |index| *index == 1 || index + LOOKED_AT >= size)
}

fn is_left_out(home: &Home, operation: Operation, index: u64) -> bool {
    let without = [Operation::CommitAcrossTiles, Operation::CommitWithoutReceipts].contains(&operation);
    let batches = names(&home.folder().receipts()).into_iter().filter_map(|path| {
        let newest: u64 = path.file_name()?.to_str()?.strip_suffix(".left-out")?.parse().ok()?;
        let first: u64 = fs::read_to_string(&path).unwrap().trim_end().parse().unwrap();
        Some(first..=newest)
    });
    without && batches.into_iter().any(|batch| batch.contains(&index))
}
