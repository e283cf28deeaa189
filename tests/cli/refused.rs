//! Every vector that a person can hand to `verify`, handed to it: what they are told, pinned in `tests/cli/refused/`.
//! The code is the vector's, and the exit code that of its class; a fault in what the reader brings along gives 2.
//!
//! A line is the vector's name, the exit code, and the line on standard error; a hint stands below it.

use std::{fs, path::PathBuf, sync::Mutex, thread};

use detente_core::{Code, base64, json::Object, json::Value};
use snapbox::{Assert, Data, data::DataFormat};

use crate::command::{World, tests};

/// How vectors of an operation are handed over.
struct Way {
    folder: &'static str,
    /// The member that becomes the file under test.
    file: Option<&'static str>,
    arguments: &'static str,
    /// Whether the fault is in what the reader brings along.
    of_reader: bool,
    at_least: usize,
}

#[test]
fn presentations() {
    pinned(&Way {
        folder: "presentation/verify",
        file: Some("file"),
        arguments: "verify file --policy x.policy",
        of_reader: false,
        at_least: 200,
    });
}

#[test]
fn proofs() {
    pinned(&Way {
        folder: "checkpoint/proof",
        file: Some("proof"),
        arguments: "verify file --policy x.policy --entry entry",
        of_reader: false,
        at_least: 40,
    });
}

#[test]
fn policies() {
    pinned(&Way {
        folder: "checkpoint/policy",
        file: None,
        arguments: "verify p.json --policy x.policy",
        of_reader: true,
        at_least: 90,
    });
}

fn pinned(way: &Way) {
    let mut files: Vec<PathBuf> = fs::read_dir(tests().join("vectors").join(way.folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let (left, told) = (Mutex::new(files.iter()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let world = World::new();
                while let Some(path) = { left.lock().unwrap().next() } {
                    let vector = Value::parse(&fs::read(path).unwrap()).unwrap();
                    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
                    told.lock().unwrap().extend(refused(way, &world, &name, vector.as_object().unwrap()));
                }
            });
        }
    });
    let mut told = told.into_inner().unwrap();
    told.sort();
    assert!(told.len() >= way.at_least, "the vectors are gone: {}", told.len());
    let golden = tests().join("cli/refused").join(way.folder.replace('/', "-") + ".txt");
    let expected = Data::read_from(&golden, Some(DataFormat::Text)).raw();
    Assert::new()
        .action_env("SNAPSHOTS")
        .normalize_paths(false)
        .eq(Data::text(told.concat()).raw(), expected);
}

/// What is told of a vector that is refused.
fn refused(way: &Way, world: &World, name: &str, vector: &Object) -> Option<String> {
    let input = vector["input"].as_object().unwrap();
    let code = vector["expect"].as_str().unwrap();
    // What `verify` would take for something else: it goes by how a file begins.
    let begins = |text: &str| {
        let file = way.file.and_then(|file| input[file].as_str()).map(|file| base64::decode(file).unwrap());
        file.is_some_and(|file| file.starts_with(text.as_bytes()))
    };
    if begins("age-encryption.org/v1") || (way.file == Some("proof") && !begins("c2sp.org/tlog-proof@v1")) {
        return None;
    }
    // An audience is named by a key file on the command line, and by a digest in a vector: golden cases have it.
    if code == "OK" || input.get("audience").is_some_and(|audience| *audience != Value::Null) {
        return None;
    }
    let write = |member: &str, file: &str| {
        let path = world.path().join(file);
        match input.get(member).and_then(Value::as_str) {
            Some(text) => fs::write(path, base64::decode(text).unwrap()).unwrap(),
            // The file of the vector before must not stand in for one that is not there.
            None => drop(fs::remove_file(path)),
        }
    };
    write("policy", "x.policy");
    write("companion", "x.policy.json");
    write("entry", "entry");
    if let Some(file) = way.file {
        write(file, "file");
    }
    let output = world.detente(way.arguments).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with(code), "{name}: expected {code}, got {stderr}");
    let class = Code::ALL.iter().find(|known| known.as_str() == code).unwrap().class();
    // Policies and companions come with every vector, so their faults turn up everywhere.
    let brought = way.of_reader || ["POLICY", "COMPANION"].iter().any(|word| code.contains(word));
    let exit = if brought { 2 } else { i32::from(class.exit_code()) };
    assert_eq!(output.status.code(), Some(exit), "{name}: {stderr}");
    assert!(output.stdout.is_empty(), "{name}");
    Some(format!("{name} {exit} {}\n", stderr.trim_end().replace('\n', "\n    ")))
}
