//! The house as the manifests and sources have it: arrows point down, and what verifies is pure.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use detente_core::json::Value;

/// Each crate and the crates of ours that it may use, from the bottom up.
const ARROWS: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("merkle", &["core"]),
    ("checkpoint", &["core", "merkle"]),
    ("statement", &["core", "merkle", "checkpoint"]),
    ("disclosure", &["core"]),
    ("presentation", &["core", "merkle", "checkpoint", "statement", "disclosure"]),
    ("agreement", &["core", "checkpoint", "statement", "disclosure"]),
    ("finding", &["core", "merkle", "checkpoint"]),
    (
        "audit",
        &["core", "merkle", "checkpoint", "statement", "disclosure", "agreement", "presentation", "finding"],
    ),
    ("log", &["core", "merkle", "checkpoint", "statement"]),
    ("witness", &["core", "merkle", "checkpoint"]),
    (
        "party",
        &["core", "merkle", "checkpoint", "statement", "disclosure", "agreement", "presentation", "log"],
    ),
    ("server", &["core", "merkle", "checkpoint", "statement", "log", "witness"]),
    (
        "cli",
        &[
            "core",
            "merkle",
            "checkpoint",
            "statement",
            "disclosure",
            "agreement",
            "presentation",
            "finding",
            "audit",
            "log",
            "witness",
            "party",
            "server",
        ],
    ),
    // Shares no code with what its vectors test.
    ("testkit", &["core"]),
];

/// The crates that verify: no clock, randomness, network, file or async.
const PURE: &[&str] = &[
    "core",
    "merkle",
    "checkpoint",
    "statement",
    "disclosure",
    "agreement",
    "presentation",
    "finding",
    "audit",
];

/// Everything from outside that a pure crate may use: arithmetic, encodings, errors, wiping.
const PURE_DEPENDENCIES: &[&str] = &[
    "base64",
    "bincode",
    "curve25519-dalek",
    "ed25519-dalek",
    "hmac",
    "rs_merkle",
    "ryu-js",
    "sha2",
    "subtle",
    "tape-sha256",
    "thiserror",
    "zeroize",
];

/// Crates that reach outside the process; none may be below a pure crate, however deep.
const REACHING_OUT: &[&str] = &[
    "async-std",
    "chrono",
    "clap",
    "getrandom",
    "hyper",
    "mio",
    "rand",
    "reqwest",
    "rusqlite",
    "socket2",
    "tempfile",
    "time",
    "tokio",
    "ureq",
];

/// What the sources of a pure crate do not say.
const IMPURE: &[&str] = &[
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::os",
    "std::process",
    "std::time",
    "SystemTime",
    "Instant",
    "rand::",
    "getrandom",
    "OsRng",
    "tokio",
    "async fn",
    "async move",
    "println!",
    "eprintln!",
];

struct Dependency {
    name: String,
    /// `None`, `dev` or `build`.
    kind: Option<String>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn cargo(arguments: &[&str]) -> String {
    let run =
        Command::new(env!("CARGO")).args(arguments).arg("--offline").current_dir(root()).output().unwrap();
    assert!(run.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

/// Every member of the workspace with what its manifest asks for.
fn members() -> BTreeMap<String, Vec<Dependency>> {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let metadata = Value::parse(metadata.trim().as_bytes()).unwrap();
    let packages = metadata.as_object().unwrap()["packages"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    packages
        .iter()
        .map(|package| {
            let package = package.as_object().unwrap();
            let dependencies = package["dependencies"].as_array().unwrap().iter().map(|dependency| {
                let dependency = dependency.as_object().unwrap();
                Dependency {
                    name: text(&dependency["name"]),
                    kind: dependency["kind"].as_str().map(str::to_owned),
                }
            });
            (text(&package["name"]), dependencies.collect())
        })
        .collect()
}

/// The word of one of our crates.
fn word(package: &str) -> Option<&str> {
    package.strip_prefix("detente-").or((package == "detente").then_some("cli"))
}

#[test]
fn arrows_point_down() {
    let members = members();
    let mut seen = BTreeSet::new();
    for (package, dependencies) in &members {
        let word = word(package).unwrap_or_else(|| panic!("{package} is not named after a word"));
        if matches!(word, "tests" | "benches") {
            continue;
        }
        let (_, allowed) =
            ARROWS.iter().find(|(name, _)| *name == word).unwrap_or_else(|| panic!("{word} has no place"));
        seen.insert(word);
        for dependency in dependencies {
            let Some(used) = self::word(&dependency.name) else { continue };
            // A test may look further, but the vectors' generator may not.
            if dependency.kind.as_deref() == Some("dev") && word != "testkit" {
                continue;
            }
            assert!(allowed.contains(&used), "{word} uses {used}");
        }
    }
    assert_eq!(seen, ARROWS.iter().map(|(word, _)| *word).collect());
}

#[test]
fn pure_crates_ask_for_nothing_that_reaches_out() {
    let members = members();
    for word in PURE {
        for dependency in &members[&format!("detente-{word}")] {
            if dependency.kind.as_deref() == Some("dev") || self::word(&dependency.name).is_some() {
                continue;
            }
            assert!(PURE_DEPENDENCIES.contains(&dependency.name.as_str()), "{word} uses {}", dependency.name);
        }
    }
}

#[test]
fn nothing_below_a_pure_crate_reaches_out() {
    for word in PURE {
        let tree = cargo(&[
            "tree",
            "-p",
            &format!("detente-{word}"),
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{lib}",
        ]);
        let below: BTreeSet<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
        assert!(below.contains("sha2"), "{word}: the tree was not read: {below:?}");
        let reaching: Vec<_> =
            REACHING_OUT.iter().filter(|name| below.contains(&*name.replace('-', "_"))).collect();
        assert!(reaching.is_empty(), "{word} is built on {reaching:?}");
    }
}

/// The sources of a crate: path below the root, and the lines that are no comments.
fn sources(word: &str) -> Vec<(String, Vec<String>)> {
    let folder = root().join("crates").join(word).join("src");
    let (mut open, mut found) = (vec![folder], Vec::new());
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let code =
                    text.lines().filter(|line| !line.trim_start().starts_with("//")).map(str::to_owned);
                found.push((path.strip_prefix(root()).unwrap().display().to_string(), code.collect()));
            }
        }
    }
    assert!(!found.is_empty(), "no sources of {word}");
    found
}

/// Whether a line says a phrase, and not as the end of a longer word.
fn says(line: &str, phrase: &str) -> bool {
    let inside = |before: char| before.is_alphanumeric() || before == '_';
    line.match_indices(phrase).any(|(at, _)| !line[..at].chars().next_back().is_some_and(inside))
}

#[test]
fn pure_crates_do_not_reach_out() {
    for word in PURE {
        for (path, code) in sources(word) {
            for line in code {
                let said: Vec<_> = IMPURE.iter().filter(|phrase| says(&line, phrase)).collect();
                assert!(said.is_empty(), "{path} says {said:?}: {line}");
            }
        }
    }
    assert!(says("use std::fs;", "std::fs") && !says("let operand::x", "rand::"), "the search is broken");
}

#[test]
fn one_module_calls_the_encoder() {
    for (word, _) in ARROWS {
        for (path, code) in sources(word) {
            if path.ends_with("core/src/canonical.rs") {
                continue;
            }
            for line in code {
                let calls = ["bincode::encode", "bincode::decode", "bincode::config", "bincode::serde"];
                assert!(!calls.iter().any(|call| says(&line, call)), "{path}: {line}");
            }
        }
    }
}

#[test]
fn one_file_holds_the_labels() {
    for (word, _) in ARROWS.iter().filter(|(word, _)| *word != "testkit") {
        for (path, code) in sources(word) {
            let label = code.iter().find(|line| line.contains("\"detente/"));
            assert!(label.is_none() || path.ends_with("core/src/label.rs"), "{path}: {label:?}");
        }
    }
}

#[test]
fn only_the_strict_rule_verifies_signatures() {
    for (word, _) in ARROWS.iter().filter(|(word, _)| *word != "testkit") {
        for (path, code) in sources(word) {
            let lax = code
                .iter()
                .find(|line| line.contains("verify_batch") || line.contains("legacy_compatibility"));
            assert!(lax.is_none(), "{path}: {lax:?}");
            let strict = code.iter().any(|line| line.contains("ed25519_dalek"));
            assert!(
                !strict || path.ends_with("checkpoint/src/key.rs"),
                "{path} uses signatures beside the one rule"
            );
        }
    }
}

#[test]
fn no_crate_needs_unsafe_code() {
    let members = members();
    for package in members.keys() {
        let word = word(package).unwrap();
        let folder = if matches!(word, "tests" | "benches") {
            root().join(word)
        } else {
            root().join("crates").join(word)
        };
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true"), "{word} does not inherit the lints");
    }
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(workspace.contains("unsafe_code = \"forbid\""));
}

/// What is wiped when it is dropped must not be printed either: `Debug` of such a type is written by hand, or is not.
#[test]
fn no_type_that_wipes_itself_derives_a_way_to_print_it() {
    let mut looked_at = 0;
    for (word, _) in ARROWS.iter().filter(|(word, _)| *word != "testkit") {
        for (path, code) in sources(word) {
            looked_at += code.iter().filter(|line| line.contains("Zeroizing<")).count();
            assert_eq!(printed_secrets(&code), Vec::<String>::new(), "{path}");
        }
    }
    assert!(looked_at > 10, "the search is broken");
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    for found in [
        "#[derive(Debug)]\nstruct A(Zeroizing<String>);",
        "#[derive(Clone, Debug)]\npub enum A {\n    B(Zeroizing<Vec<u8>>),\n}",
        "#[derive(Clone, Serialize, ZeroizeOnDrop)]\nstruct A([u8; 32]);",
    ] {
        assert_eq!(printed_secrets(&lines(found)).len(), 1, "{found}");
    }
    let kept = "#[derive(Clone)]\nstruct A(Zeroizing<String>);\n#[derive(Debug)]\nstruct B(u8);";
    assert!(printed_secrets(&lines(kept)).is_empty());
}

/// First lines of the types that derive a form of printing and hold something that is wiped.
fn printed_secrets(code: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, line) in code.iter().enumerate().filter(|(_, line)| line.trim_start().starts_with("#[derive(")) {
        if !["Debug", "Display", "Serialize"].iter().any(|way| says(line, way)) {
            continue;
        }
        let rest = &code[at + 1..];
        let end = rest.iter().position(|line| line.trim_end().ends_with(';') || line.starts_with('}'));
        let body = &rest[..=end.unwrap_or(rest.len() - 1)];
        if says(line, "ZeroizeOnDrop") || body.iter().any(|line| line.contains("Zeroizing<")) {
            found.push(body.first().cloned().unwrap_or_default());
        }
    }
    found
}
