//! Every vector of `tests/vectors/` against the crates: the code, and the output when it is accepted.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use detente_core::json::Value;
use detente_tests::evaluate::{OPERATIONS, Outcome, evaluate};

#[test]
fn every_vector_has_its_outcome() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut failures = Vec::new();
    for path in files(&root) {
        let name = path.strip_prefix(&root).unwrap().display().to_string();
        match run(&path, &name) {
            Ok(operation) => *counts.entry(operation).or_default() += 1,
            Err(failure) => failures.push(format!("{name}: {failure}")),
        }
    }
    let mut out = std::io::stderr().lock();
    for (operation, count) in &counts {
        writeln!(out, "{count:5} {operation}").unwrap();
    }
    assert!(failures.is_empty(), "{} vectors fail:\n{}", failures.len(), failures.join("\n"));
    let missing: Vec<_> = OPERATIONS.iter().filter(|name| !counts.contains_key(**name)).collect();
    assert!(missing.is_empty(), "no vectors of {missing:?}");
}

#[test]
fn an_operation_that_nobody_knows_is_a_fault() {
    let empty = Value::Object(BTreeMap::new());
    assert!(matches!(evaluate("core.unheard-of", &empty), Outcome::Fault(_)));
    for operation in OPERATIONS {
        assert!(matches!(evaluate(operation, &empty), Outcome::Fault(_)), "{operation}");
        assert!(matches!(evaluate(operation, &Value::Null), Outcome::Fault(_)), "{operation}");
    }
}

fn run(path: &Path, name: &str) -> Result<String, String> {
    let vector = Value::parse(&fs::read(path).unwrap()).map_err(|error| error.to_string())?;
    let members = vector.as_object().ok_or("expected an object")?;
    let known = ["operation", "description", "input", "expect", "output"];
    if let Some(other) = members.keys().find(|member| !known.contains(&member.as_str())) {
        return Err(format!("unknown member {other}"));
    }
    let text = |member: &str| members.get(member).and_then(Value::as_str).ok_or(format!("no {member}"));
    let (operation, expect) = (text("operation")?, text("expect")?);
    text("description")?;
    let file = path.file_name().unwrap().to_str().unwrap();
    if Path::new(name) != Path::new(&operation.replacen('.', "/", 1)).join(file) {
        return Err(format!("operation {operation} in another folder"));
    }
    let input = members.get("input").ok_or("no input")?;
    match (evaluate(operation, input), expect) {
        (Outcome::Ok(got), "OK") => match members.get("output") {
            Some(output) if *output == got => Ok(operation.to_owned()),
            Some(output) => {
                Err(format!("expected output {}, got {}", output.to_canonical(), got.to_canonical()))
            }
            None => Err("no output".to_owned()),
        },
        (Outcome::Ok(got), _) => Err(format!("expected {expect}, got OK with {}", got.to_canonical())),
        (Outcome::Refused(code), _) if code.as_str() == expect && !members.contains_key("output") => {
            Ok(operation.to_owned())
        }
        (Outcome::Refused(code), _) => Err(format!("expected {expect}, got {code}")),
        (Outcome::Fault(detail), _) => Err(format!("fault of the vector: {detail}")),
    }
}

/// All `.json` files below a folder, sorted.
fn files(root: &Path) -> Vec<PathBuf> {
    let mut open = vec![root.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
