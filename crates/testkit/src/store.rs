//! The directory of vectors: written, or compared without a byte of difference.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use crate::vectors;

/// Every file of `tests/vectors/` by its path in it, text as it must be. The pages for readers are among them.
pub fn files() -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for vector in vectors::all() {
        let path = vector.path();
        assert!(files.insert(path.clone(), vector.file()).is_none(), "{path} twice");
    }
    for (path, text) in vectors::readme::pages() {
        files.insert(path, text);
    }
    files
}

/// Writes every file and removes those that no scenario makes any more.
///
/// # Errors
/// Those of the file system.
pub fn write(directory: &Path) -> io::Result<usize> {
    let files = files();
    for found in existing(directory)? {
        if !files.contains_key(&found) {
            fs::remove_file(directory.join(&found))?;
        }
    }
    for (path, text) in &files {
        let path = directory.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)?;
    }
    Ok(files.len())
}

/// The differences between the directory and the scenarios, one line each: `missing`, `extra` or `differs`, and a path.
///
/// # Errors
/// Those of the file system, but not that a file is missing.
pub fn check(directory: &Path) -> io::Result<Vec<String>> {
    let files = files();
    let mut differences = vec![];
    for found in existing(directory)? {
        if !files.contains_key(&found) {
            differences.push(format!("extra {found}"));
        }
    }
    for (path, text) in &files {
        match fs::read(directory.join(path)) {
            Ok(bytes) if bytes == text.as_bytes() => {}
            Ok(_) => differences.push(format!("differs {path}")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                differences.push(format!("missing {path}"))
            }
            Err(error) => return Err(error),
        }
    }
    Ok(differences)
}

/// Paths of all files below a directory, with `/` between steps, sorted.
fn existing(directory: &Path) -> io::Result<Vec<String>> {
    let mut found = vec![];
    let mut open = vec![PathBuf::new()];
    while let Some(below) = open.pop() {
        let entries = match fs::read_dir(directory.join(&below)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let path = below.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                open.push(path);
            } else {
                found.push(path.iter().map(|step| step.to_string_lossy()).collect::<Vec<_>>().join("/"));
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_strict_json_and_small() {
        for (path, text) in files() {
            if path.ends_with(".json") {
                assert!(detente_core::json::Value::parse(text.as_bytes()).is_ok(), "{path}");
                assert!(text.len() < 130_000, "{path} has {} bytes", text.len());
            }
        }
    }

    #[test]
    fn two_runs_are_equal() {
        assert_eq!(files(), files());
    }
}
