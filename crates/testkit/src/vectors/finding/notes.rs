//! Step 4: the two notes, their lines and signatures.

use detente_core::Code;

use super::{Findings, ORIGIN, Scene, TIME, WITNESS, log, witness};
use crate::build::{
    bytes::{base64, sha256},
    edwards::with_order_added,
    finding::{Finding, Signer},
    keys::{COSIGNATURE, Key, LOG, key_id},
    note::{self, cosignature, line},
};

const FINDING: Code = Code::MalformedFinding;
const BY_LOG: Code = Code::InvalidLogSignature;
const BY_WITNESS: Code = Code::InvalidCosignature;

/// A note for the text that the scene says, in place of the right one.
type Written<'a> = &'a dyn Fn(&str) -> String;

/// The scene with the note of one side written in another way.
fn written(findings: &mut Findings, code: Code, name: &str, description: &str, scene: &Scene, note: Written) {
    let right = scene.finding();
    let first = Finding { first: note(&scene.first.text()), ..right.clone() };
    findings.refuses(code, format!("first-{name}"), description, &first);
    let second = Finding { second: note(&scene.second.text()), ..right };
    findings.refuses(code, format!("second-{name}"), description, &second);
}

pub(super) fn vectors(findings: &mut Findings) {
    unreadable(findings);
    lines(findings);
    log_signatures(findings);
    cosignatures(findings);
}

fn unreadable(findings: &mut Findings) {
    let plain = Scene::plain();
    let mut note = |code: Code, name: &str, description: &str, note: Written| {
        written(findings, code, name, description, &plain, note);
    };
    let signed = |text: &str| log().note(0, text);
    let bad = Code::MalformedNote;
    note(bad, "empty", "no note", &|_| String::new());
    note(bad, "no-line", "no signature line", &|text| format!("{text}\n"));
    note(bad, "text-alone", "no blank line and no signature line", &str::to_owned);
    note(bad, "no-final-lf", "no final line feed", &|text| signed(text).trim_end().to_owned());
    note(bad, "cr-lf", "CR LF", &|text| signed(text).replace('\n', "\r\n"));
    note(bad, "blank-line-at-end", "a blank line after the signature", &|text| format!("{}\n", signed(text)));
    note(bad, "hyphen", "a hyphen for the dash", &|text| signed(text).replace('\u{2014}', "-"));
    note(bad, "four-bytes", "a line with a key id and nothing more", &|text| {
        note::note(text, &[line(ORIGIN, key_id(ORIGIN, LOG, &log().key.public), &[])])
    });
    note(Code::MalformedBase64, "signature-no-base64", "a signature that is no base64", &|text| {
        signed(text).replacen("\u{2014} log.example/a ", "\u{2014} log.example/a ?", 1)
    });
    note(Code::TooManySignatures, "101-lines", "101 signature lines", &|text| {
        let lines: Vec<String> = (0..101).map(|number| line(&format!("x{number}"), [0; 4], &[0])).collect();
        note::note(text, &lines)
    });
    note(Code::DuplicateSignature, "line-twice", "the culprit's line twice", &|text| {
        let line = log().line(0, text);
        note::note(text, &[line.clone(), line])
    });
    let checkpoint = Code::MalformedCheckpoint;
    let root = base64(sha256(&[b"root"]));
    let text = |code: Code, name: &'static str, description: &'static str, text: String| {
        (code, name, description, text)
    };
    for (code, name, description, text) in [
        text(checkpoint, "two-lines", "no root", format!("{ORIGIN}\n7\n")),
        text(checkpoint, "no-origin", "an empty origin", format!("\n7\n{root}\n")),
        text(checkpoint, "space-in-origin", "an origin with a space", format!("log example\n7\n{root}\n")),
        text(
            Code::MalformedNumber,
            "size-07",
            "a size with a zero before it",
            format!("{ORIGIN}\n07\n{root}\n"),
        ),
        text(
            Code::MalformedNumber,
            "size-2-pow-63",
            "a size of 2^63",
            format!("{ORIGIN}\n9223372036854775808\n{root}\n"),
        ),
        text(Code::MalformedNumber, "size-negative", "a size below 0", format!("{ORIGIN}\n-7\n{root}\n")),
        text(
            Code::MalformedBase64,
            "root-no-base64",
            "a root that is no base64",
            format!("{ORIGIN}\n7\n?\n"),
        ),
        text(
            checkpoint,
            "root-31-bytes",
            "a root of 31 bytes",
            format!("{ORIGIN}\n7\n{}\n", base64([7; 31])),
        ),
        text(
            checkpoint,
            "size-0-other-root",
            "the empty tree with another root",
            format!("{ORIGIN}\n0\n{root}\n"),
        ),
        text(
            checkpoint,
            "blank-line-in-text",
            "a blank line in the text",
            format!("{ORIGIN}\n7\n{root}\n\nmore\n"),
        ),
        text(checkpoint, "blank-line-at-end-of-text", "two blank lines", format!("{ORIGIN}\n7\n{root}\n\n")),
    ] {
        note(code, name, description, &|_| signed(&text));
    }
}

fn lines(findings: &mut Findings) {
    for (base, scene) in [
        ("log", Scene::plain()),
        ("witness", Scene::plain_cosigned()),
        ("backwards", Scene::plain_backwards()),
    ] {
        let culprit = scene.signer.clone();
        let mut note = |name: &str, description: &str, note: Written| {
            written(findings, FINDING, &format!("{base}-{name}"), description, &scene, note);
        };
        let renamed = Signer { name: "other.example/name".to_owned(), ..culprit.clone() };
        let stranger = Signer { key: Key::named("stranger"), ..culprit.clone() };
        let other = if culprit.kind == LOG { witness() } else { log() };
        let retyped = Signer { kind: LOG + COSIGNATURE - culprit.kind, ..culprit.clone() };
        note("other-name", "the culprit's key under another name", &|text| renamed.note(TIME, text));
        note("other-key", "another key under the culprit's name", &|text| stranger.note(TIME, text));
        note("other-signer", "a line of somebody else", &|text| other.note(TIME, text));
        note("other-type", "the culprit's key as another type", &|text| retyped.note(TIME, text));
        note("other-id", "the culprit's name and signature with another key id", &|text| {
            let blob = if culprit.kind == LOG {
                culprit.key.sign(text.as_bytes()).to_vec()
            } else {
                cosignature(&culprit.key, TIME, text)
            };
            note::note(text, &[line(&culprit.name, [1, 2, 3, 4], &blob)])
        });
        note("id-of-other-name", "the culprit's key id under another name", &|text| {
            note::note(text, &[culprit.line(TIME, text).replacen(&culprit.name, "other.example/name", 1)])
        });
        note("two-lines", "the culprit's line, then another", &|text| {
            note::note(text, &[culprit.line(TIME, text), other.line(TIME, text)])
        });
        note("two-lines-culprit-last", "another line, then the culprit's", &|text| {
            note::note(text, &[other.line(TIME, text), culprit.line(TIME, text)])
        });
        note("two-names-of-culprit", "the culprit's line, and its key under another name", &|text| {
            note::note(text, &[culprit.line(TIME, text), renamed.line(TIME, text)])
        });
        note("junk-line", "the culprit's line, and one of nobody", &|text| {
            note::note(text, &[culprit.line(TIME, text), line("x", [0; 4], &[0])])
        });
    }
}

fn log_signatures(findings: &mut Findings) {
    let plain = Scene::plain();
    let key = log().key;
    let blob =
        |text: &str, blob: &[u8]| note::note(text, &[line(ORIGIN, key_id(ORIGIN, LOG, &key.public), blob)]);
    let mut note = |name: &str, description: &str, note: Written| {
        written(findings, BY_LOG, &format!("log-{name}"), description, &plain, note);
    };
    note("flipped", "one bit of the signature", &|text| {
        let mut bytes = key.sign(text.as_bytes());
        bytes[0] ^= 1;
        blob(text, &bytes)
    });
    note("signature-of-other", "a signature by another key", &|text| {
        blob(text, &Key::named("stranger").sign(text.as_bytes()))
    });
    note("signature-over-other-text", "the signature of another text", &|text| {
        blob(text, &key.sign(b"text\n"))
    });
    note("signature-without-lf", "a signature that leaves the last line feed out", &|text| {
        blob(text, &key.sign(text.trim_end().as_bytes()))
    });
    note("signature-plus-order", "S + L for S", &|text| {
        blob(text, &with_order_added(&key.sign(text.as_bytes()), 1))
    });
    note("63-bytes", "a signature of 63 bytes", &|text| blob(text, &key.sign(text.as_bytes())[..63]));
    note("65-bytes", "a signature of 65 bytes", &|text| {
        blob(text, &[&key.sign(text.as_bytes())[..], &[0]].concat())
    });
    note("cosignature", "a cosignature by the log's key", &|text| blob(text, &cosignature(&key, TIME, text)));
    note("zeros", "64 zeros", &|text| blob(text, &[0; 64]));
    let exchanged = plain.finding();
    let (first, second) = (plain.first.text(), plain.second.text());
    let first = exchanged.first.replacen(&first, &second, 1);
    let exchanged = Finding { first, ..exchanged };
    findings.refuses(
        BY_LOG,
        "log-signature-of-the-other",
        "the first signature under the second text",
        &exchanged,
    );
    let tail = plain.finding().second.replacen(&second, &format!("{second}more\n"), 1);
    let longer = Finding { second: tail, ..plain.finding() };
    findings.refuses(BY_LOG, "log-line-added-to-text", "an extension line that was not signed", &longer);
}

fn cosignatures(findings: &mut Findings) {
    let key = witness().key;
    let blob = |text: &str, blob: &[u8]| {
        note::note(text, &[line(WITNESS, key_id(WITNESS, COSIGNATURE, &key.public), blob)])
    };
    for (base, scene) in [("witness", Scene::plain_cosigned()), ("backwards", Scene::plain_backwards())] {
        let mut note = |name: &str, description: &str, note: Written| {
            written(findings, BY_WITNESS, &format!("{base}-{name}"), description, &scene, note);
        };
        note("flipped", "one bit of the cosignature", &|text| {
            let mut bytes = cosignature(&key, TIME, text);
            bytes[8] ^= 1;
            blob(text, &bytes)
        });
        note("time-changed", "another time than the one signed", &|text| {
            let mut bytes = cosignature(&key, TIME, text);
            bytes[7] ^= 1;
            blob(text, &bytes)
        });
        note("time-2-pow-63", "a time of 2^63, signed", &|text| {
            blob(text, &cosignature(&key, 1 << 63, text))
        });
        note("time-little-endian", "the time in the other byte order", &|text| {
            let bytes = cosignature(&key, TIME, text);
            blob(text, &[&TIME.to_le_bytes()[..], &bytes[8..]].concat())
        });
        note("over-text-alone", "a time, and a signature over the text alone", &|text| {
            blob(text, &[&TIME.to_be_bytes()[..], &key.sign(text.as_bytes())].concat())
        });
        note("64-bytes", "a log's signature by the witness's key", &|text| {
            blob(text, &key.sign(text.as_bytes()))
        });
        note("71-bytes", "71 bytes", &|text| blob(text, &cosignature(&key, TIME, text)[..71]));
        note("73-bytes", "73 bytes", &|text| {
            blob(text, &[&cosignature(&key, TIME, text)[..], &[0]].concat())
        });
        note("one-byte", "one byte", &|text| blob(text, &[0]));
        note("cosignature-of-other", "a cosignature by another key", &|text| {
            blob(text, &cosignature(&Key::named("stranger"), TIME, text))
        });
        note("cosignature-over-other-text", "the cosignature of another text", &|text| {
            blob(text, &cosignature(&key, TIME, &format!("{text}more\n")))
        });
    }
}
