//! Pages for readers of `tests/vectors/`: how to use them, and what is in each folder.

use std::{collections::BTreeMap, fmt::Write as _};

use super::all;

const HEAD: &str = "\
# Vectors

One scenario a file, `<word>/<operation>/<name>.json`, for any implementation of the specs. The files are written by
`cargo run -p detente-testkit -- vectors`; with `--check` it compares instead and names every file that differs. Do not edit them by hand.

## A file

- `operation`: `<word>.<operation>`; what it does is in the numbered procedures and in the table \"Vectors\" of `specs/<word>.md`.
- `description`: what is special about it. For people only.
- `input`: an object. Byte strings are base64 unless the operation's table says hexadecimal.
- `expect`: `OK`, or the one code of `specs/core.md` that the first failing step gives.
- `output`: only when `expect` is `OK`; an object that must be equal as JSON. Empty when the operation gives nothing.

## A runner

1. Walk the folder; read every `.json` file as JSON.
2. Look `operation` up. One that you do not know is a failure, not a skip.
3. Run it on `input`. Compare the code, and on `OK` every member of `output`.
4. Count the files that you ran and compare with the table below, so that an empty folder is no success.

Keys come from fixed seeds and are worthless outside this folder. Hashes, signatures and salts are real: nothing is cut short.
The profile of `presentation.verify` is `specs/profiles/veris-1.json`; all others are inside the vectors.

## What is not here

Inputs just over a large limit would make large files, so unit tests of the crates hold them: notes over 1,000,000 bytes, policies and companions over
1,048,576, offline proofs and requests over 1,100,000, documents over 4,194,304, presentations over 16,777,216, findings over 4,194,304, more than 4,096 openings or hashes, more than 1,000 events.

## How many

| operation | accepted | refused |
| --- | --- | --- |
";

/// Paths below `tests/vectors/` and the text of each page.
pub fn pages() -> Vec<(String, String)> {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for vector in all() {
        let (accepted, refused) = counts.entry(vector.operation).or_default();
        match vector.expect {
            crate::vector::Expect::Ok(_) => *accepted += 1,
            crate::vector::Expect::Code(_) => *refused += 1,
        }
    }
    let mut text = HEAD.to_owned();
    let (mut all_accepted, mut all_refused) = (0, 0);
    for (operation, (accepted, refused)) in counts {
        all_accepted += accepted;
        all_refused += refused;
        let _ = writeln!(text, "| `{operation}` | {accepted} | {refused} |");
    }
    let _ = writeln!(text, "| all | {all_accepted} | {all_refused} |");
    vec![("README.md".to_owned(), text)]
}
