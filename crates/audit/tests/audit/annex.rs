//! An annex gives the report again, and whatever is changed in it is noticed.

use std::collections::BTreeMap;

use detente_audit::{Annex, Audit, AuditError};
use detente_core::{Code, LogId, json::Value};

use crate::{
    incident::{Offer, report},
    scene::{Inputs, Scene, sha256},
};

/// A sealed report shown by a note that came later than most audits ask about, and a file that is refused.
fn scene() -> (Scene, Vec<Vec<u8>>) {
    let mut scene = Scene::example();
    report(&mut scene.a, 50);
    let note = scene.a.publish(&[(1, 200), (2, 190)]);
    for value in 0..20 {
        scene.a.seal(100 + value);
    }
    scene.a.publish(&[(1, 7_000), (2, 7_000)]);
    let files = vec![Offer::new(&scene.a, 5, 50, &note).file(), b"nothing".to_vec()];
    (scene, files)
}

fn annex(scene: &Scene, audit: &Audit<'_>) -> Annex {
    let entries = |log: LogId, range: core::ops::Range<u64>| {
        let party = if log == scene.a.log() { &scene.a } else { &scene.b };
        let range = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
        party.entries[range].to_vec()
    };
    audit.to_annex(entries).unwrap()
}

fn check(annex: Annex) -> Result<Vec<u8>, AuditError> {
    let contents = annex.open()?;
    let audit = contents.check()?;
    Ok(audit.to_report())
}

#[test]
fn the_report_comes_again_whatever_the_time_asked_about() {
    let (scene, presentations) = scene();
    for at in [0, 29, 100, 155, 180, 190, 460, 6_000, 10_000] {
        let inputs = Inputs { presentations: presentations.clone(), ..Inputs::of(&scene, at) };
        let audit = inputs.audit().unwrap();
        let annex = annex(&scene, &audit);
        assert_eq!(check(annex.clone()).unwrap(), audit.to_report(), "at {at}");
        // What was not seen is not in it.
        let size = audit.logs().next().unwrap().size.get();
        let tile = annex.files().keys().find(|path| path.starts_with("logs/a/tile/")).cloned();
        assert_eq!(tile, (size > 0).then(|| format!("logs/a/tile/entries/000.p/{size}")), "at {at}");
        // And an annex of the annex is the same.
        let contents = annex.clone().open().unwrap();
        assert_eq!(super::annex::annex(&scene, &contents.check().unwrap()), annex);
    }
}

#[test]
fn other_entries_make_no_annex() {
    let (scene, _) = scene();
    let inputs = Inputs::of(&scene, 10_000);
    let audit = inputs.audit().unwrap();
    let none = audit.to_annex(|_, _| Vec::new()).unwrap_err();
    assert_eq!((none.code(), none.culprit().as_str()), (Code::Misuse, "log of a: entry 0"));
    let swapped = audit.to_annex(|_, range| range.map(|_| scene.a.entries[0].clone()).collect());
    assert_eq!(swapped.unwrap_err().culprit(), "log of a: entry 1");
}

type Files = BTreeMap<String, Vec<u8>>;

/// An annex whose files were changed, with an index that goes with them.
fn changed(annex: &Annex, change: impl Fn(&mut Files)) -> Result<Vec<u8>, AuditError> {
    let mut files = annex.files().clone();
    let index = Value::parse_file(&files.remove("annex.json").unwrap()).unwrap();
    change(&mut files);
    let digests = files.iter().map(|(path, bytes)| (path.clone(), sha256(bytes).to_string().into()));
    let mut index = index.as_object().unwrap().clone();
    index.insert("files".to_owned(), Value::Object(digests.collect()));
    files.insert("annex.json".to_owned(), Value::Object(index).to_file());
    check(Annex::from_files(files))
}

#[test]
fn its_form_is_fixed() {
    let (scene, presentations) = scene();
    let inputs = Inputs { presentations, ..Inputs::of(&scene, 10_000) };
    let audit = inputs.audit().unwrap();
    let annex = annex(&scene, &audit);
    assert!(changed(&annex, |_| {}).is_ok());
    let code = |result: Result<Vec<u8>, AuditError>| {
        let error = result.unwrap_err();
        assert!(!error.culprit().is_empty());
        error.code()
    };
    let paths: Vec<_> = annex.files().keys().cloned().collect();
    for path in &paths {
        // One file less, and the index knows; one that is another, and it does not.
        let mut files = annex.files().clone();
        files.remove(path);
        assert_eq!(code(check(Annex::from_files(files))), Code::MalformedAnnex, "{path}");
        let mut files = annex.files().clone();
        files.get_mut(path).unwrap().push(b' ');
        let expected = if path == "annex.json" { Code::NotCanonical } else { Code::MalformedAnnex };
        assert_eq!(code(check(Annex::from_files(files))), expected, "{path}");
    }
    for extra in
        ["more", "logs/a/tile/0/000", "notes/0", "agreements/2.toml", "presentations/9", "logs/c/checkpoint"]
    {
        let added = changed(&annex, |files| drop(files.insert(extra.to_owned(), vec![1])));
        assert_eq!(code(added), Code::MalformedAnnex, "{extra}");
    }
    for needed in ["policy", "policy.json", "report.json", "agreements/0.toml", "presentations/0"] {
        let less = changed(&annex, |files| drop(files.remove(needed)));
        assert_eq!(code(less), Code::MalformedAnnex, "{needed}");
    }
    let cut = changed(&annex, |files| {
        let bundle = files.get_mut("logs/b/tile/entries/000.p/4").unwrap();
        bundle.pop();
    });
    assert_eq!(code(cut), Code::MalformedAnnex);
    let order = changed(&annex, |files| {
        let (first, second) = (files["presentations/0"].clone(), files["presentations/1"].clone());
        files.insert("presentations/0".to_owned(), second);
        files.insert("presentations/1".to_owned(), first);
    });
    assert_eq!(code(order), Code::MalformedAnnex);
}

#[test]
fn its_members_are_fixed() {
    let scene = Scene::example();
    let inputs = Inputs::of(&scene, 10_000);
    let annex = annex(&scene, &inputs.audit().unwrap());
    let index = Value::parse_file(&annex.files()["annex.json"]).unwrap();
    let with = |name: &str, value: Option<Value>| {
        let mut members = index.as_object().unwrap().clone();
        match value {
            Some(value) => drop(members.insert(name.to_owned(), value)),
            None => drop(members.remove(name)),
        }
        let mut files = annex.files().clone();
        files.insert("annex.json".to_owned(), Value::Object(members).to_file());
        check(Annex::from_files(files)).map_err(|error| error.code())
    };
    assert!(with("at", Some("10000".into())).is_ok());
    for name in ["at", "detente", "files", "logs"] {
        assert_eq!(with(name, None), Err(Code::MalformedAnnex), "{name}");
        assert_eq!(with(name, Some(1.into())), Err(Code::MalformedAnnex), "{name}");
    }
    assert_eq!(with("more", Some(1.into())), Err(Code::MalformedAnnex));
    assert_eq!(with("detente", Some("annex/v2".into())), Err(Code::MalformedAnnex));
    // Another time is another question.
    assert_eq!(with("at", Some("10001".into())), Err(Code::ReportMismatch));
    let logs = |pairs: [(&str, LogId); 2]| {
        Value::Object(pairs.into_iter().map(|(id, log)| (id.to_owned(), log.to_string().into())).collect())
    };
    let (a, b) = (scene.a.log(), scene.b.log());
    assert!(with("logs", Some(logs([("a", a), ("b", b)]))).is_ok());
    assert_eq!(with("logs", Some(logs([("a", b), ("b", a)]))), Err(Code::MalformedAnnex));
    assert_eq!(with("logs", Some(logs([("a", a), ("B", b)]))), Err(Code::MalformedAnnex));
}

#[test]
fn another_report_is_noticed() {
    let scene = Scene::example();
    let inputs = Inputs::of(&scene, 10_000);
    let annex = annex(&scene, &inputs.audit().unwrap());
    let code = |change: &dyn Fn(&mut Files)| changed(&annex, change).map_err(|error| error.code());
    let rewritten = code(&|files| {
        let report = String::from_utf8(files["report.json"].clone()).unwrap();
        files.insert("report.json".to_owned(), report.replace("MET", "MISSED").into_bytes());
    });
    assert_eq!(rewritten, Err(Code::ReportMismatch));
    // A note less: other times, or another name of the set.
    let last = annex.files().keys().rfind(|path| path.starts_with("logs/b/notes/")).unwrap();
    assert_eq!(code(&|files| drop(files.remove(last))), Err(Code::ReportMismatch));
    // Another entry: another tree.
    let forged = code(&|files| {
        let bundle = files.get_mut("logs/a/tile/entries/000.p/5").unwrap();
        *bundle.last_mut().unwrap() ^= 1;
    });
    assert_eq!(forged, Err(Code::RootMismatch));
}

/// b anchors more of a's log than a's own notes show: that is left aside, and the annex has nothing of it.
#[test]
fn what_lies_above_the_audited_size_is_not_in_it() {
    let mut scene = Scene::example();
    scene.a.notes.pop();
    let inputs = Inputs::of(&scene, 10_000);
    let audit = inputs.audit().unwrap();
    assert_eq!(audit.logs().next().unwrap().size.get(), 4);
    let annex = annex(&scene, &audit);
    assert!(annex.files().contains_key("logs/a/tile/entries/000.p/4"));
    assert!(!annex.files().contains_key("logs/a/tile/entries/000.p/5"));
    assert_eq!(check(annex).unwrap(), audit.to_report());
}
