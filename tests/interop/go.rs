//! Whole logs under `golang.org/x/mod`, by the program in `go/`.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

use detente_checkpoint::UnverifiedNote;
use detente_core::Code;
use detente_log::{LogDirectory, check_log};

use crate::logs::Log;

/// Where Debian's `golang-golang-x-mod-dev` puts its sources; `DETENTE_GOPATH` is another place.
const GOPATH: &str = "/usr/share/gocode";

/// The program, built once; none where Go or x/mod is not at hand.
fn reader() -> Option<&'static Path> {
    static READER: OnceLock<Option<PathBuf>> = OnceLock::new();
    READER.get_or_init(build).as_deref()
}

fn build() -> Option<PathBuf> {
    let gopath = std::env::var("DETENTE_GOPATH").unwrap_or_else(|_| GOPATH.to_owned());
    let sources = Path::new(&gopath).join("src/golang.org/x/mod/sumdb/tlog");
    let absent = if Command::new("go").arg("version").output().is_err() {
        "go not found".to_owned()
    } else if !sources.is_dir() {
        format!("{} not found", sources.display())
    } else {
        return Some(compile(&gopath));
    };
    assert!(std::env::var("DETENTE_INTEROP").as_deref() != Ok("required"), "interop: {absent}");
    // Once, and past the harness, which keeps what tests print to itself.
    let line = format!("interop: the Go reader is not run, {absent}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    None
}

fn compile(gopath: &str) -> PathBuf {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let program = temporary.join("interop-go");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/go/main.go"))
        .envs([("GO111MODULE", "off"), ("GOPATH", gopath), ("GOFLAGS", ""), ("GOTOOLCHAIN", "local")])
        .env("GOCACHE", temporary.join("go-cache"))
        .output()
        .unwrap();
    assert!(built.status.success(), "{built:?}");
    program
}

fn read(reader: &Path, log: &Log, vkey: &str) -> Output {
    Command::new(reader).arg(log.path()).arg(vkey).output().unwrap()
}

/// What the program counts in a log that it accepts.
#[track_caller]
fn counts(reader: &Path, log: &Log) -> String {
    let output = read(reader, log, &log.vkey);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

#[track_caller]
fn refused(reader: &Path, log: &Log, vkey: &str, object: &str) {
    let output = read(reader, log, vkey);
    assert_eq!(output.status.code(), Some(1), "{object}: {output:?}");
    assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{object}: {output:?}");
}

#[test]
fn go_reads_logs_of_every_size() {
    let Some(reader) = reader() else { return };
    for (sizes, expected) in [
        (&[1][..], "1 entries: 1 bundles, 1 tiles, 2 notes, 1 inclusion proofs, 1 consistency proofs"),
        (&[14], "14 entries: 1 bundles, 1 tiles, 2 notes, 14 inclusion proofs, 1 consistency proofs"),
        (&[255], "255 entries: 1 bundles, 1 tiles, 2 notes, 255 inclusion proofs, 1 consistency proofs"),
        (&[256], "256 entries: 1 bundles, 2 tiles, 2 notes, 256 inclusion proofs, 1 consistency proofs"),
        (&[257], "257 entries: 2 bundles, 3 tiles, 2 notes, 257 inclusion proofs, 1 consistency proofs"),
        (
            &[1, 14, 255, 256, 257, 999, 1000],
            "1000 entries: 4 bundles, 7 tiles, 8 notes, 1000 inclusion proofs, 7 consistency proofs",
        ),
        // Three levels of tiles.
        (
            &[1, 300, 65_535, 65_536, 65_537, 70_000],
            "70000 entries: 274 bundles, 277 tiles, 7 notes, 101 inclusion proofs, 6 consistency proofs",
        ),
    ] {
        let counts = counts(reader, &Log::of_bytes(sizes));
        println!("{counts}");
        assert_eq!(counts, expected, "{sizes:?}");
    }
}

/// Every file of a log that both accept, changed in every way that a disk or a log may: neither accepts it.
#[test]
fn go_and_we_refuse_every_changed_file() {
    let Some(reader) = reader() else { return };
    let log = Log::of_statements(&[1, 14, 256, 258, 259]);
    let ours = || check_log(&LogDirectory::open(log.path()).unwrap(), None, |_, _| {});
    counts(reader, &log);
    ours().unwrap();
    let (mut changes, mut unread) = (0, 0);
    for file in log.files() {
        let original = fs::read(log.path().join(&file)).unwrap();
        for (change, bytes) in changed(&original) {
            let object = format!("{file} {change}");
            log.with_file(&file, bytes.as_deref(), || {
                changes += 1;
                // No reader of the newest size needs them; the Go program reads them because a log serves them.
                let superseded = file.ends_with("001.p/2");
                match ours() {
                    Err(_) => assert!(!superseded, "{object}"),
                    // A log may drop a note, and partial tiles; a reader that wants the older size then does without.
                    Ok(_) if superseded || (change == "is gone" && file.starts_with("history/")) => {
                        unread += 1
                    }
                    Ok(_) => panic!("{object}: accepted by check_log"),
                }
                if !(change == "is gone" && (superseded || file.starts_with("history/"))) {
                    refused(reader, &log, &log.vkey, &object);
                }
            });
        }
    }
    // Nothing stays changed.
    counts(reader, &log);
    println!(
        "{} files, {changes} changes, {unread} of files that a reader of ours does not need",
        log.files().len()
    );
    assert_eq!((log.files().len(), changes, unread), (13, 78, 17), "files, changes, accepted by check_log");
}

/// One byte at the start, in the middle and at the end; a byte less, a byte more; no file.
fn changed(original: &[u8]) -> Vec<(&'static str, Option<Vec<u8>>)> {
    let flip = |at: usize| {
        let mut bytes = original.to_vec();
        bytes[at] ^= 1;
        Some(bytes)
    };
    vec![
        ("with another first byte", flip(0)),
        ("with another byte in the middle", flip(original.len() / 2)),
        ("with another last byte", flip(original.len() - 1)),
        ("without its last byte", Some(original[..original.len() - 1].to_vec())),
        ("with a byte more", Some([original, b"0"].concat())),
        ("is gone", None),
    ]
}

/// Files that are whole, and in the wrong place.
#[test]
fn go_refuses_a_file_in_the_place_of_another() {
    let Some(reader) = reader() else { return };
    let log = Log::of_statements(&[1, 14, 256, 258, 259]);
    for (file, other) in [
        ("checkpoint", "history/256"),
        ("history/14", "history/256"),
        ("tile/0/000", "tile/entries/000"),
        ("tile/0/001.p/3", "tile/0/001.p/2"),
        ("tile/1/000.p/1", "tile/0/001.p/3"),
        ("tile/entries/001.p/3", "tile/entries/001.p/2"),
        ("tile/entries/001.p/2", "tile/entries/001.p/3"),
    ] {
        let bytes = fs::read(log.path().join(other)).unwrap();
        log.with_file(file, Some(&bytes), || {
            // An older note is the log's own, but then there is a newer one above it.
            refused(reader, &log, &log.vkey, &format!("{other} as {file}"));
        });
    }
    let vkey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    refused(reader, &log, vkey, "a key of another log");
}

/// 68 bytes leave two bits of the last digit unused. Go skips them.
pub(crate) fn loose_base64() {
    let log = Log::of_statements(&[1]);
    let note = fs::read_to_string(log.path().join("checkpoint")).unwrap();
    let (start, last) = note.trim_end_matches("=\n").split_at(note.len() - 3);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = alphabet.find(last).unwrap();
    assert_eq!(digit % 4, 0, "a canonical last digit");
    let loose = format!("{start}{}=\n", &alphabet[digit + 1..digit + 2]);
    let code = UnverifiedNote::parse(loose.as_bytes()).unwrap_err().code();
    assert_eq!(code, Code::MalformedBase64);
    let Some(reader) = reader() else { return };
    log.with_file("checkpoint", Some(loose.as_bytes()), || counts(reader, &log));
}
