//! Every golden file.

use std::{fs, path::Path, thread};

use snapbox::{Assert, Data, data::DataFormat};

use crate::{command::tests, transcript::play};

#[test]
fn golden_cases() {
    let folder = tests().join("cli/cases");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 10, "the golden cases are gone: {files:?}");
    let assert = Assert::new().action_env("SNAPSHOTS").normalize_paths(false);
    let check = |file: &Path| {
        let golden = fs::read_to_string(file).unwrap();
        let commands = golden.lines().filter(|line| line.starts_with("$ ")).count();
        assert!(commands > 0, "{}: no command", file.display());
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let expected = Data::read_from(file, Some(DataFormat::Text));
        assert.try_eq(Some(&name), play(&golden).into(), expected).err().map(|error| error.to_string())
    };
    let middle = files.len().div_ceil(2);
    let failures: Vec<String> = thread::scope(|scope| {
        let halves: Vec<_> = files
            .chunks(middle)
            .map(|half| scope.spawn(|| half.iter().filter_map(|file| check(file)).collect::<Vec<_>>()))
            .collect();
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
