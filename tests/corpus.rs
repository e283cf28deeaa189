//! Real reports, when they are at hand: every record through a party, its log and its presentations.
//!
//! The folder is `DETENTE_SHARED`, or `../shared` beside the repository. Without it nothing is run, and one line says so.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]
#![forbid(unsafe_code)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    sync::Once,
};

use detente_agreement::{ClaimedDate, Verdict, claimed_days};
use detente_core::{LeafIndex, Name, Origin, UnixSeconds, json::Value};
use detente_disclosure::{Document, Profile};
use detente_log::{LogDirectory, check_log};
use detente_party::{
    Audience, CommitOptions, CommitReport, Duplicates, GrantOptions, InitOptions, Outcome, Party, PartyError,
    PartyFolder, Unlock, init_party, list_entries, read_reports,
};
use detente_presentation::{Pap, Reader, Tlp, UnverifiedPresentation};
use tempfile::TempDir;

/// A file of the corpus; none, and a line that says so, when there is no corpus.
fn corpus(name: &str) -> Option<Vec<u8>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("../shared");
    let folder = std::env::var_os("DETENTE_SHARED").map_or(beside, PathBuf::from);
    let path = folder.join("data").join(name);
    if !folder.is_dir() {
        // Once, and past the harness, which keeps what tests print to itself.
        static SAID: Once = Once::new();
        SAID.call_once(|| {
            let line = format!("corpus: not run, {} not found\n", folder.display());
            std::io::stderr().write_all(line.as_bytes()).unwrap();
        });
        return None;
    }
    // A corpus without one of its files is a fault, not an absence.
    Some(fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

fn records(bytes: &[u8]) -> Vec<Value> {
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| Value::parse(line).unwrap()).collect()
}

fn member<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, name| value.as_object()?.get(name))
}

/// A party with records in its log.
struct Committed {
    home: TempDir,
}

impl Committed {
    fn new(records: &[u8]) -> (Self, CommitReport) {
        let home = tempfile::tempdir().unwrap();
        let options = InitOptions {
            origin: Origin::parse("a.example/log").unwrap(),
            name: Name::parse("a.example").unwrap(),
            unlock: home.path().join("a.key"),
        };
        init_party(&PartyFolder::new(home.path().join("a")), &options).unwrap();
        let committed = Self { home };
        let report = committed.commit(Duplicates::Amend, records).unwrap();
        (committed, report)
    }

    fn folder(&self) -> PartyFolder {
        PartyFolder::new(self.home.path().join("a"))
    }

    fn party(&self) -> Party {
        Party::open(self.folder(), &Unlock::read(&self.home.path().join("a.key")).unwrap()).unwrap()
    }

    fn commit(&self, duplicates: Duplicates, records: &[u8]) -> Result<CommitReport, PartyError> {
        let options = CommitOptions { duplicates, ..CommitOptions::default() };
        self.party().commit(&options, |each| read_reports("sample", records, each))
    }
}

/// Ids that several records of the sample have.
fn repeated(records: &[Value]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for record in records {
        *counts.entry(member(record, "incident_id").unwrap().as_str().unwrap().to_owned()).or_insert(0) += 1;
    }
    counts.retain(|_, count| *count > 1);
    counts
}

#[test]
fn every_record_is_committed_and_the_log_checks() {
    let Some(bytes) = corpus("vcdb-sample.jsonl") else { return };
    let records = records(&bytes);
    assert_eq!(records.len(), 409);
    let (committed, first) = Committed::new(&bytes);

    let mut outcomes = BTreeMap::new();
    let mut newest: BTreeMap<&str, LeafIndex> = BTreeMap::new();
    for (position, report) in first.reports.iter().enumerate() {
        assert_eq!(report.place.line, position + 1);
        let entry = match &report.outcome {
            Outcome::Reported(entry) => {
                assert!(!newest.contains_key(report.incident_id.as_str()), "{}", report.incident_id);
                *entry
            }
            Outcome::Amended(entry, amended) => {
                assert_eq!(newest.get(report.incident_id.as_str()), Some(amended));
                *entry
            }
            Outcome::Unchanged(entry) => {
                assert_eq!(newest.get(report.incident_id.as_str()), Some(entry));
                *entry
            }
            Outcome::Skipped(entry) => panic!("entry {entry} was skipped"),
        };
        newest.insert(&report.incident_id, entry);
        let word = format!("{:?}", report.outcome).split('(').next().unwrap().to_owned();
        *outcomes.entry(word).or_insert(0) += 1;
    }
    let expected =
        [("Amended", 3), ("Reported", 404), ("Unchanged", 2)].map(|(word, count)| (word.to_owned(), count));
    assert_eq!(outcomes, BTreeMap::from(expected));
    assert_eq!(repeated(&records).len(), 4);
    assert_eq!(first.size.get(), 408);

    let mut sealed = 0;
    list_entries(&committed.folder(), Some(&committed.party()), |entry| {
        if entry.index > LeafIndex::ZERO {
            assert_eq!(entry.length, 176, "entry {}", entry.index);
            assert!(entry.private.is_some(), "entry {}", entry.index);
            sealed += 1;
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(sealed, 407);
    let log = LogDirectory::open(committed.folder().log()).unwrap();
    let checked = check_log(&log, None, |_, _| {}).unwrap();
    assert_eq!(checked.size().get(), 408);
    assert_eq!(fs::read_dir(committed.folder().receipts()).unwrap().count(), 407);

    // Again: nothing new where the last version of an incident is the last in the file.
    let again = committed.commit(Duplicates::Skip, &bytes).unwrap();
    assert!(again.reports.iter().all(|report| matches!(report.outcome, Outcome::Skipped(_))));
    let refused = committed.commit(Duplicates::Refuse, &bytes).unwrap_err();
    assert!(matches!(&refused, PartyError::DuplicateIncident { place, .. } if place.line == 1), "{refused}");
}

#[test]
fn duplicates_within_the_sample_are_refused_by_name() {
    let Some(bytes) = corpus("vcdb-sample.jsonl") else { return };
    let (home, _) = Committed::new(b"{\"incident_id\":\"first\"}\n");
    let refused = home.commit(Duplicates::Refuse, &bytes).unwrap_err();
    let PartyError::DuplicateInBatch { place, id, earlier } = &refused else { panic!("{refused}") };
    assert!(earlier.line < place.line);
    assert!(repeated(&records(&bytes)).contains_key(id));
}

#[test]
fn every_record_comes_back_from_its_slots() {
    let Some(bytes) = corpus("vcdb-sample.jsonl") else { return };
    for (position, record) in records(&bytes).into_iter().enumerate() {
        let document = Document::from_value(record).unwrap();
        let values =
            document.to_slots(Profile::veris_1()).unwrap_or_else(|error| panic!("{position}: {error}"));
        let back = Document::from_slots(&values).unwrap();
        assert_eq!(back.to_canonical(), document.to_canonical(), "record {position}");
    }
}

/// Ten records with canaries in fields that stay sealed.
#[test]
fn presentations_show_what_was_opened_and_nothing_else() {
    let Some(bytes) = corpus("vcdb-sample.jsonl") else { return };
    let records = records(&bytes);
    let repeated = repeated(&records);
    let unique =
        |record: &&Value| !repeated.contains_key(member(record, "incident_id").unwrap().as_str().unwrap());
    let step = records.len() / 10;
    let chosen: Vec<Value> = records.iter().filter(unique).step_by(step).take(10).cloned().collect();
    assert_eq!(chosen.len(), 10);
    let canary = |record: usize, what: &str| {
        detente_merkle::leaf_hash(format!("canary {record} {what}").as_bytes()).digest().to_string()
    };
    let mut lines = String::new();
    for (position, record) in chosen.iter().enumerate() {
        let mut record = record.clone();
        let Value::Object(members) = &mut record else { panic!("a record is an object") };
        members.insert("notes".to_owned(), canary(position, "notes").into());
        members.insert("summary".to_owned(), canary(position, "summary").into());
        let plus = members.entry("plus".to_owned()).or_insert_with(|| Value::Object(BTreeMap::default()));
        let Value::Object(plus) = plus else { panic!("plus is an object") };
        plus.insert(canary(position, "key"), canary(position, "value").into());
        lines.push_str(&format!("{}\n", record.to_canonical()));
    }
    let (committed, _) = Committed::new(lines.as_bytes());
    let folder = committed.folder();
    let audience = Audience::read(&folder.share().join("a.example.vkey")).unwrap();
    let files = ["a.policy", "a.policy.json"].map(|name| fs::read(folder.share().join(name)).unwrap());
    let policy = detente_checkpoint::Policy::parse(&files[0], Some(&files[1])).unwrap();
    let fields = ["id", "occurred", "sector.2", "action"].map(str::to_owned);
    let selected: BTreeSet<u16> = fields
        .iter()
        .flat_map(|field| Profile::veris_1().select(field).unwrap())
        .map(|slot| slot.get())
        .collect();
    let party = committed.party();
    let mut lengths = BTreeSet::new();
    for (position, record) in chosen.iter().enumerate() {
        let index = LeafIndex::new(position as u64 + 1).unwrap();
        let options = GrantOptions {
            audience: audience.clone(),
            tlp: Tlp::Amber,
            pap: Pap::Amber,
            time: UnixSeconds::new(1_780_000_000).unwrap(),
        };
        let file = party.disclosing(index, &fields).unwrap().write(&options).unwrap();
        lengths.insert(file.len());
        let profiles = [Profile::veris_1()];
        let reader = Reader { policy: &policy, profiles: &profiles, audience: Some(audience.key()) };
        let verified = UnverifiedPresentation::parse(&file).unwrap().verify(&reader).unwrap();
        let opened: BTreeMap<u16, Option<&Value>> =
            verified.openings().iter().map(|slot| (slot.number().get(), slot.value())).collect();
        assert_eq!(opened.keys().copied().collect::<BTreeSet<_>>(), selected);
        let named = |name: &str| {
            let slot = Profile::veris_1().slot_named(name).unwrap().number().get();
            opened.get(&slot).copied().flatten()
        };
        assert_eq!(named("incident_id"), member(record, "incident_id"));
        assert_eq!(named("timeline.incident.year"), member(record, "timeline.incident.year"));
        assert_eq!(named("action.hacking.variety"), member(record, "action.hacking.variety"));
        assert_eq!(named("action.malware.variety"), member(record, "action.malware.variety"));
        let industry = member(record, "victim.industry").and_then(Value::as_str);
        let two = industry.map(|industry| industry.chars().take(2).collect::<String>());
        assert_eq!(named("sector.2").and_then(Value::as_str), two.as_deref());
        let text = String::from_utf8(file).unwrap();
        for record in 0..chosen.len() {
            for what in ["notes", "summary", "key", "value"] {
                assert!(
                    !text.contains(&canary(record, what)),
                    "entry {index} shows {what} of record {record}"
                );
            }
        }
    }
    assert!(lengths.len() > 1, "the lengths follow what was opened");
}

/// From the incident to its notification, in days, with dates that may be a year or a month: counted once by another
/// program, which has the rule of `specs/agreement.md` "report-within" with `by`.
#[test]
fn deadlines_of_real_reports_come_out_as_another_program_counted_them() {
    let Some(bytes) = corpus("vcdb-sample.jsonl") else { return };
    let date = |record: &Value, path: &str| {
        let date = member(record, path).filter(|date| member(date, "year").is_some())?;
        let part = |name| member(date, name);
        Some(ClaimedDate::from_slots(part("year"), part("month"), part("day")))
    };
    let records = records(&bytes);
    assert_eq!(records.len(), 409);
    for (days, expected) in [(3, [9, 108, 69, 4, 4, 215]), (30, [16, 92, 78, 4, 4, 215])] {
        let mut counts = BTreeMap::new();
        for record in &records {
            let incident = date(record, "timeline.incident");
            let notification = date(record, "plus.timeline.notification");
            let verdict = incident.zip(notification).map(|dates| match dates {
                (Some(first), Some(second)) => claimed_days(first, second, days),
                // A month 29 or 123, 29 February 2018, and a day without a month.
                _ => Verdict::MalformedDate,
            });
            *counts.entry(verdict).or_insert(0) += 1;
        }
        let verdicts = [
            Some(Verdict::Met),
            Some(Verdict::Missed),
            Some(Verdict::Indeterminate),
            Some(Verdict::BeforeEvent),
            Some(Verdict::MalformedDate),
            None,
        ];
        assert_eq!(verdicts.map(|verdict| counts.remove(&verdict).unwrap_or(0)), expected, "{days} days");
        assert!(counts.is_empty(), "{counts:?}");
    }
}

/// Every property that the schema allows, arrays counted as one.
fn schema_paths(schema: &Value, path: &str, paths: &mut Vec<String>) {
    let properties = member(schema, "properties").and_then(Value::as_object);
    match properties.filter(|properties| !properties.is_empty()) {
        Some(properties) => {
            for (name, schema) in properties {
                let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                schema_paths(schema, &below, paths);
            }
        }
        None => paths.push(path.to_owned()),
    }
}

#[test]
fn every_property_of_the_schema_can_be_selected() {
    let Some(bytes) = corpus("verisc-1.4.1.json") else { return };
    let mut paths = Vec::new();
    schema_paths(&Value::parse(&bytes).unwrap(), "", &mut paths);
    assert_eq!(paths.len(), 144);
    let profile = Profile::veris_1();
    let mut uncovered = Vec::new();
    for path in &paths {
        let whole = format!("/{}", path.replace('.', "/"));
        // What the profile keeps whole, under plus, is covered by the slot that keeps it.
        let kept = path.split('.').next() == Some("plus");
        let selected =
            profile.select(path).or_else(|error| if kept { profile.select("plus") } else { Err(error) });
        match selected {
            Ok(slots) => {
                let fits = slots.iter().any(|slot| {
                    let pointer =
                        profile.slot(*slot).and_then(|slot| slot.pointer().map(ToString::to_string));
                    pointer.is_some_and(|pointer| pointer == whole || (kept && pointer == "/plus"))
                });
                assert!(fits, "{path} selects {slots:?}");
            }
            Err(_) => uncovered.push(path),
        }
    }
    assert!(uncovered.is_empty(), "{uncovered:?}");
}

#[test]
fn every_line_of_the_vulnerability_catalogue_is_strict_json() {
    let Some(bytes) = corpus("kev.jsonl") else { return };
    let records = records(&bytes);
    assert_eq!(records.len(), 1404);
    for record in records {
        let text = record.to_canonical();
        assert_eq!(Value::parse(text.as_bytes()).unwrap(), record);
    }
}
