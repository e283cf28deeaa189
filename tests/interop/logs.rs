//! Logs on a disk, made by the writer from seeds.

use std::{
    fs,
    path::{Path, PathBuf},
};

use detente_log::{LogSigner, LogWriter};
use detente_tests::party::{Party, Secret};
use tempfile::TempDir;

/// The longest entry of a bundle: its length is a `u16`.
const LONGEST: usize = 65_535;

/// A log in a folder that goes away, and the vkey of its notes.
pub(crate) struct Log {
    folder: TempDir,
    pub(crate) vkey: String,
}

impl Log {
    /// Signed statements, each as a reader of ours wants it.
    pub(crate) fn of_statements(sizes: &[u64]) -> Self {
        let mut party = Party::new("i", Secret::new("interop"));
        for number in 1..*sizes.last().unwrap() {
            party.seal(&format!("{{\"incident_id\":\"i-{number}\"}}"));
        }
        Self::write(&party, party.entries(), sizes)
    }

    /// A genesis, then bytes of every length, the shortest and the longest among them. No reader of ours accepts them;
    /// a log of another make does not ask.
    pub(crate) fn of_bytes(sizes: &[u64]) -> Self {
        let party = Party::new("i", Secret::new("interop"));
        let mut entries = party.entries().to_vec();
        for number in 1..*sizes.last().unwrap() {
            let length = match number {
                3 => 0,
                5 => LONGEST,
                _ => usize::try_from(number * number % 211).unwrap(),
            };
            let word = party.secret().bytes(&number.to_string());
            entries.push(word.iter().copied().cycle().take(length).collect());
        }
        Self::write(&party, &entries, sizes)
    }

    /// One published checkpoint for each size.
    fn write(party: &Party, entries: &[Vec<u8>], sizes: &[u64]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let signer = LogSigner::new(party.origin().clone(), party.secret().key("checkpoint"));
        let mut writer = LogWriter::create(folder.path().join("log"), party.origin()).unwrap();
        let mut start = 0;
        for size in sizes {
            let end = usize::try_from(*size).unwrap();
            writer.append(&entries[start..end], &signer).unwrap();
            start = end;
        }
        writer.close().unwrap();
        Self { folder, vkey: party.note_key().to_string() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    /// Every file that a reader may be served, by its path in the log.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut files = vec!["checkpoint".to_owned()];
        for folder in ["tile", "history"] {
            walk(&self.path(), folder, &mut files);
        }
        files.sort();
        files
    }

    /// Runs something with one file changed, or gone, and puts the file back.
    pub(crate) fn with_file<T>(&self, file: &str, bytes: Option<&[u8]>, run: impl FnOnce() -> T) -> T {
        let path = self.path().join(file);
        let original = fs::read(&path).unwrap();
        match bytes {
            Some(bytes) => fs::write(&path, bytes).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let result = run();
        fs::write(&path, original).unwrap();
        result
    }
}

fn walk(root: &Path, folder: &str, files: &mut Vec<String>) {
    for entry in fs::read_dir(root.join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().into_string().unwrap());
        if entry.file_type().unwrap().is_dir() {
            walk(root, &path, files);
        } else {
            files.push(path);
        }
    }
}
