//! Entry bundles: the first byte is the width less one, the rest the file; entries that are read are the whole file.
#![no_main]

use std::{env, fs, path::PathBuf, process, sync::LazyLock};

use detente_core::TreeSize;
use detente_log::LogDirectory;
use libfuzzer_sys::fuzz_target;

/// A folder of this process; `run.sh` puts it where it is removed.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = env::temp_dir().join(format!("entry-bundle-{}", process::id()));
    fs::create_dir_all(folder.join("tile/entries/000.p")).expect("a folder for temporary files");
    folder
});

fuzz_target!(|data: &[u8]| {
    let Some((width, bundle)) = data.split_first() else { return };
    let width = u64::from(*width) + 1;
    let name =
        if width == 256 { "tile/entries/000".to_owned() } else { format!("tile/entries/000.p/{width}") };
    let file = FOLDER.join(name);
    fs::write(&file, bundle).expect("a temporary file");
    let log = LogDirectory::open(&*FOLDER).expect("the folder is there");
    let size = TreeSize::new(width).expect("a small size");
    let entries: Result<Vec<_>, _> = log.tree_of(size).entries(0..width).collect();
    if let Ok(entries) = entries {
        let lengths = entries.iter().map(|entry| u16::try_from(entry.len()).expect("an entry's length"));
        let again: Vec<u8> = lengths
            .zip(&entries)
            .flat_map(|(length, entry)| [&length.to_be_bytes(), &entry[..]].concat())
            .collect();
        assert_eq!(again, bundle);
    }
    fs::remove_file(&file).expect("the temporary file");
});
