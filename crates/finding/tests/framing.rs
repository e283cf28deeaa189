//! Somebody who holds everything that an honest log and an honest witness ever signed, and no key of theirs, tries to
//! make a finding against them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

mod scene;

use detente_checkpoint::{KeyType, NoteKey, SignatureLine, TreeHead, UnverifiedNote, cosignature};
use detente_core::{Code, Digest, Origin, base64, json::Value};
use detente_finding::{Finding, FindingError, Offence, UnverifiedFinding, VerifiedFinding};
use scene::{
    ORIGIN, cosign, cosigned, head, log, log_key, named, policy, prefix, signed, size, time, tree, verify,
    witness, witness_key,
};

/// A file with these members, whatever they say.
fn file(offence: &str, culprit: &NoteKey, first: &[u8], second: &[u8], hashes: &[Digest]) -> Vec<u8> {
    let hashes: Vec<Value> = hashes.iter().map(|hash| base64::encode(hash.as_bytes()).into()).collect();
    let text = |bytes: &[u8]| Value::from(String::from_utf8(bytes.to_vec()).unwrap().as_str());
    Value::from([
        ("culprit", culprit.to_string().as_str().into()),
        ("detente", "finding/v1".into()),
        ("first", text(first)),
        ("hashes", hashes.into()),
        ("offence", offence.into()),
        ("second", text(second)),
    ])
    .to_file()
}

fn code(result: Result<VerifiedFinding, FindingError>) -> Option<Code> {
    result.err().map(|error| error.code())
}

/// The culprit's line alone.
fn only(note: &UnverifiedNote, key: &NoteKey) -> Vec<u8> {
    let line = note.signatures().iter().find(|line| line.is_of(key)).unwrap();
    UnverifiedNote::assemble(note.text(), std::slice::from_ref(line)).unwrap().as_bytes().to_vec()
}

/// All that an honest log signed at sizes 1 to 12, and no list of hashes: not for other sizes, not of another tree, not
/// empty, not longer, makes any two of them an offence.
#[test]
fn no_pair_and_no_list_of_hashes_frames_an_honest_log() {
    let (honest, foreign) = (tree(12, None), tree(12, Some(3)));
    let lists: Vec<Vec<Digest>> = (1..=12)
        .flat_map(|n| (1..=n).map(move |m| (m, n)))
        .flat_map(|(m, n)| [prefix(&honest, m, n), prefix(&foreign, m, n)])
        .chain([Vec::new(), vec![Digest::ZERO; 64]])
        .collect();
    let mut tried = 0;
    for n in 1..=12 {
        for m in 1..=12 {
            let notes = [signed(&honest, m), signed(&honest, n)];
            for hashes in &lists {
                let bytes = file("FORK", &log(), notes[0].as_bytes(), notes[1].as_bytes(), hashes);
                let got = code(verify(&bytes)).unwrap();
                let expected =
                    [Code::NoOffence, Code::ProofLength, Code::InvalidConsistency, Code::MalformedFinding];
                assert!(expected.contains(&got), "{m} to {n}: {got}");
                tried += 1;
            }
        }
    }
    assert!(tried > 20_000, "{tried}");
}

/// A witness that never goes back: sizes and times grow or stay.
#[test]
fn no_pair_frames_an_honest_witness() {
    let honest = tree(9, None);
    let history = [(1, 10), (1, 12), (4, 12), (4, 20), (7, 20), (9, 20), (9, 31)];
    for (m, early) in history {
        for (n, late) in history {
            let [one, two] = [(m, early), (n, late)].map(|(at, when)| cosigned(&honest, at, when));
            let hashes = prefix(&honest, m.min(n), m.max(n));
            for made in [
                Finding::cosigned_fork(&witness(), [&one, &two], &hashes),
                Finding::cosigned_backwards(&witness(), [&one, &two]),
            ] {
                assert_eq!(made.unwrap_err().code(), Code::NoOffence, "{m} at {early}, {n} at {late}");
            }
        }
    }
}

#[test]
fn the_prefix_of_another_tree_is_bound_to_the_signed_root() {
    let (honest, foreign) = (tree(8, None), tree(8, Some(1)));
    let (a, b) = (signed(&honest, 5), signed(&honest, 8));
    let made = Finding::fork(&log(), [&a, &b], &prefix(&foreign, 5, 8));
    assert_eq!(made.unwrap_err().code(), Code::InvalidConsistency);
    for wrong in [vec![], prefix(&honest, 5, 8)[1..].to_vec(), prefix(&honest, 4, 8), prefix(&honest, 5, 7)] {
        let got = Finding::fork(&log(), [&a, &b], &wrong).unwrap_err().code();
        assert!([Code::ProofLength, Code::InvalidConsistency].contains(&got), "{got}");
    }
}

/// A tree that the framer made needs the log's signature, which it does not have.
#[test]
fn a_signature_of_another_key_or_of_another_text_does_not_count() {
    let (honest, made) = (tree(5, None), tree(5, Some(2)));
    let framer = named(ORIGIN, KeyType::Log, &witness_key());
    let foreign = head(&made, 5).sign(&witness_key()).unwrap();
    assert!(foreign.signatures()[0].is_of(&framer), "the log's name, the framer's key");
    let got = Finding::fork(&log(), [&signed(&honest, 5), &foreign], &[]);
    assert_eq!(got.unwrap_err().code(), Code::MalformedFinding, "no line of the log's key");
    // The log's line of one text under another.
    let moved = UnverifiedNote::assemble(foreign.text(), signed(&honest, 5).signatures()).unwrap();
    let got = Finding::fork(&log(), [&signed(&honest, 5), &moved], &[]);
    assert_eq!(got.unwrap_err().code(), Code::InvalidLogSignature);
    let short = SignatureLine::new(&log(), vec![7; 63]);
    let moved = UnverifiedNote::assemble(foreign.text(), &[short]).unwrap();
    let got = Finding::fork(&log(), [&signed(&honest, 5), &moved], &[]);
    assert_eq!(got.unwrap_err().code(), Code::InvalidLogSignature);
}

/// Beside the culprit's there is no other line, so nobody can say that a second line was the accuser's.
#[test]
fn a_line_of_another_key_is_malformed() {
    let (one, two) = (tree(5, None), tree(5, Some(2)));
    let notes = [cosigned(&one, 5, 9), cosigned(&two, 5, 9)];
    let [first, second] = if one.root().as_bytes() < two.root().as_bytes() { [0, 1] } else { [1, 0] };
    let bare = notes.each_ref().map(|note| only(note, &log()));
    let fine = |a: &[u8], b: &[u8], hashes| code(verify(&file("FORK", &log(), a, b, hashes)));
    let hashes = [if second == 1 { two.root() } else { one.root() }];
    assert_eq!(fine(&bare[first], &bare[second], &hashes), None);
    for (a, b) in [
        (notes[first].as_bytes(), bare[second].as_slice()),
        (bare[first].as_slice(), notes[second].as_bytes()),
        (only(&notes[first], &witness()).as_slice(), bare[second].as_slice()),
    ] {
        assert_eq!(fine(a, b, &hashes), Some(Code::MalformedFinding));
    }
}

/// One raw key under two names. For a log the name is signed, as the origin. For a witness it is not, so a file may
/// carry any name: only a policy says whose key it is.
#[test]
fn the_same_raw_key_under_another_name() {
    let (one, two) = (tree(5, None), tree(5, Some(2)));
    let other = named("log.example/b", KeyType::Log, &log_key());
    let renamed = |note: &UnverifiedNote, key: &NoteKey| {
        let line = SignatureLine::new(key, note.signatures()[0].blob().to_vec());
        UnverifiedNote::assemble(note.text(), &[line]).unwrap()
    };
    let notes = [renamed(&signed(&one, 5), &other), renamed(&signed(&two, 5), &other)];
    let got = Finding::fork(&other, [&notes[0], &notes[1]], &[]);
    assert_eq!(got.unwrap_err().code(), Code::OriginMismatch);

    let innocent = named("witness.example/w2", KeyType::Cosignature, &witness_key());
    let line = |head: &TreeHead| {
        let blob = cosign(head, 9).blob().to_vec();
        UnverifiedNote::assemble(&head.to_string(), &[SignatureLine::new(&innocent, blob)]).unwrap()
    };
    let (a, b) = (line(&head(&one, 5)), line(&head(&two, 5)));
    let made = Finding::cosigned_fork(&innocent, [&a, &b], &[]).unwrap();
    assert!(!made.verified().is_named_by_policy());
    let policy = policy(&log(), &witness());
    let got = UnverifiedFinding::parse(&made.to_bytes()).unwrap().verify(Some(&policy));
    assert_eq!(code(got), Some(Code::UnknownCulprit), "the policy names this key by another name");
    // As a log's key, the same 32 bytes are another key too.
    let as_log = named(ORIGIN, KeyType::Log, &witness_key());
    let got = Finding::fork(&as_log, [&a, &b], &[]);
    assert_eq!(got.unwrap_err().code(), Code::MalformedFinding);
}

/// The policy's words count by role: a log's key is no witness, and a witness's no log.
#[test]
fn a_policy_names_the_culprit_in_its_role() {
    let (one, two) = (tree(5, None), tree(5, Some(2)));
    let (a, b) = (cosigned(&one, 5, 9), cosigned(&two, 5, 9));
    let (mine, other) = (policy(&log(), &witness()), {
        let key = detente_checkpoint::SigningKey::from_seed(&[3; 32]);
        policy(&named(ORIGIN, KeyType::Log, &key), &named(scene::WITNESS, KeyType::Cosignature, &key))
    });
    for made in [Finding::fork(&log(), [&a, &b], &[]), Finding::cosigned_fork(&witness(), [&a, &b], &[])] {
        let file = UnverifiedFinding::parse(&made.unwrap().to_bytes()).unwrap();
        assert!(file.clone().verify(Some(&mine)).unwrap().is_named_by_policy());
        assert_eq!(code(file.verify(Some(&other))), Some(Code::UnknownCulprit), "same names, other keys");
    }
}

/// Two texts with one tree in them are one tree, whatever else they say.
#[test]
fn extension_lines_are_no_offence() {
    let tree = tree(5, None);
    let extended = |line: &str| {
        let text = format!("{}{line}\n", head(&tree, 5));
        let signature = SignatureLine::new(&log(), log_key().sign(text.as_bytes()).to_vec());
        UnverifiedNote::assemble(&text, &[signature]).unwrap()
    };
    for notes in [[&extended("one"), &extended("two")], [&signed(&tree, 5), &extended("one")]] {
        assert_eq!(Finding::fork(&log(), notes, &[]).unwrap_err().code(), Code::NoOffence);
    }
}

#[test]
fn the_empty_tree_and_a_tree_twice_are_no_offence() {
    let tree = tree(5, None);
    let empty = cosigned(&tree, 0, 50);
    let five = cosigned(&tree, 5, 9);
    for hashes in [vec![], vec![tree.root()], prefix(&tree, 1, 5)] {
        for notes in [[&empty, &five], [&empty, &empty], [&five, &five]] {
            let sizes = (notes[0].text().to_owned(), hashes.len());
            let fork = Finding::fork(&log(), notes, &hashes);
            assert_eq!(fork.unwrap_err().code(), Code::NoOffence, "{sizes:?}");
            let fork = Finding::cosigned_fork(&witness(), notes, &hashes);
            assert_eq!(fork.unwrap_err().code(), Code::NoOffence, "{sizes:?}");
        }
    }
    // Larger tree first in time, but the smaller one is empty: every tree goes on from it.
    let got = Finding::cosigned_backwards(&witness(), [&empty, &five]);
    assert_eq!(got.unwrap_err().code(), Code::NoOffence);
    // A root that no tree of size 0 has is no checkpoint at all.
    let text = format!("{ORIGIN}\n0\n{}\n", base64::encode(tree.root().as_bytes()));
    let line = SignatureLine::new(&log(), log_key().sign(text.as_bytes()).to_vec());
    let note = UnverifiedNote::assemble(&text, &[line]).unwrap();
    let got = Finding::fork(&log(), [&note, &five], &[]);
    assert_eq!(got.unwrap_err().code(), Code::MalformedCheckpoint);
}

#[test]
fn time_0_and_equal_times_are_no_offence() {
    let (one, two) = (tree(7, None), tree(7, Some(1)));
    for (early, late) in [(0, 9), (9, 0), (0, 0)] {
        let (a, b) = (cosigned(&one, 7, early), cosigned(&two, 7, late));
        let fork = Finding::cosigned_fork(&witness(), [&a, &b], &[]);
        assert_eq!(fork.unwrap_err().code(), Code::NoOffence, "{early} and {late}");
        let (a, b) = (cosigned(&one, 5, late), cosigned(&one, 7, early));
        let backwards = Finding::cosigned_backwards(&witness(), [&a, &b]);
        assert_eq!(backwards.unwrap_err().code(), Code::NoOffence, "{early} and {late}");
        // The log's own signature has no time, so it is a fork all the same.
        assert!(Finding::fork(&log(), [&cosigned(&one, 7, early), &cosigned(&two, 7, late)], &[]).is_ok());
    }
    let (a, b) = (cosigned(&one, 5, 9), cosigned(&one, 7, 9));
    let got = Finding::cosigned_backwards(&witness(), [&a, &b]);
    assert_eq!(got.unwrap_err().code(), Code::NoOffence, "one time");
    let (a, b) = (cosigned(&one, 7, 9), cosigned(&one, 7, 12));
    let got = Finding::cosigned_backwards(&witness(), [&a, &b]);
    assert_eq!(got.unwrap_err().code(), Code::NoOffence, "one size");
}

#[test]
fn notes_of_two_logs_are_not_compared() {
    let (one, two) = (tree(5, None), tree(5, Some(2)));
    let other = TreeHead::new(Origin::parse("log.example/b").unwrap(), size(5), two.root()).unwrap();
    let line = cosignature::sign(witness().name(), &witness_key(), time(3), &other);
    let note = UnverifiedNote::assemble(&other.to_string(), &[line]).unwrap();
    let mine = cosigned(&one, 5, 9);
    let got = Finding::cosigned_fork(&witness(), [&mine, &note], &[]);
    assert_eq!(got.unwrap_err().code(), Code::OriginMismatch);
    let got = Finding::cosigned_backwards(&witness(), [&mine, &note]);
    assert_eq!(got.unwrap_err().code(), Code::OriginMismatch);
    // One key that signs for another origin than its name signs no checkpoint of that log.
    let line = SignatureLine::new(&log(), log_key().sign(other.to_string().as_bytes()).to_vec());
    let note = UnverifiedNote::assemble(&other.to_string(), &[line]).unwrap();
    let got = Finding::fork(&log(), [&mine, &note], &[]);
    assert_eq!(got.unwrap_err().code(), Code::OriginMismatch);
}

#[test]
fn a_swapped_order_is_malformed() {
    let (one, two) = (tree(5, None), tree(7, Some(2)));
    let (a, b) = (signed(&one, 5), signed(&two, 7));
    let hashes = prefix(&two, 5, 7);
    assert_eq!(code(verify(&file("FORK", &log(), a.as_bytes(), b.as_bytes(), &hashes))), None);
    let swapped = file("FORK", &log(), b.as_bytes(), a.as_bytes(), &hashes);
    assert_eq!(code(verify(&swapped)), Some(Code::MalformedFinding));
    let c = signed(&tree(5, Some(2)), 5);
    for [x, y] in [[&a, &c], [&c, &a]] {
        let got = code(verify(&file("FORK", &log(), x.as_bytes(), y.as_bytes(), &[root_of(y)])));
        let in_order = root_of(x).as_bytes() < root_of(y).as_bytes();
        assert_eq!(got, (!in_order).then_some(Code::MalformedFinding));
    }
}

fn root_of(note: &UnverifiedNote) -> Digest {
    TreeHead::parse(note.text()).unwrap().root()
}

#[test]
fn the_form_of_the_file() {
    let (one, two) = (tree(5, None), tree(7, Some(2)));
    let honest = Finding::fork(&log(), [&signed(&one, 5), &signed(&two, 7)], &prefix(&two, 5, 7)).unwrap();
    let Value::Object(members) = Value::parse_file(&honest.to_bytes()).unwrap() else { unreachable!() };
    let with = |name: &str, value: Value| {
        let mut members = members.clone();
        members.insert(name.to_owned(), value);
        code(verify(&Value::Object(members).to_file())).unwrap()
    };
    for name in ["culprit", "detente", "first", "hashes", "offence", "second"] {
        assert_eq!(with(name, Value::Null), Code::MalformedFinding, "{name}");
        let mut fewer = members.clone();
        fewer.remove(name);
        assert_eq!(code(verify(&Value::Object(fewer).to_file())), Some(Code::MalformedFinding), "no {name}");
    }
    assert_eq!(with("note", Value::Null), Code::MalformedFinding, "one more member");
    assert_eq!(with("detente", "finding/v2".into()), Code::MalformedFinding);
    assert_eq!(with("culprit", "log.example/a".into()), Code::MalformedKey);
    assert_eq!(
        with("culprit", witness().to_string().as_str().into()),
        Code::MalformedFinding,
        "of another type"
    );
    assert_eq!(with("hashes", vec!["AA==".into()].into()), Code::MalformedFinding);
    assert_eq!(with("hashes", vec![Value::Null].into()), Code::MalformedFinding);
    let zero = base64::encode(&[0; 32]);
    assert_eq!(with("hashes", vec![zero.as_str().into(); 65].into()), Code::MalformedFinding);
    assert_eq!(with("hashes", vec![zero.as_str().into(); 64].into()), Code::ProofLength);
    for word in ["", "fork", "FORK ", "LATE"] {
        assert_eq!(with("offence", word.into()), Code::UnknownOffence, "{word:?}");
    }
    // A word of a later version, and something else amiss: the file is no finding of any version.
    let mut later = members.clone();
    later.insert("offence".to_owned(), "LATE".into());
    later.insert("hashes".to_owned(), Value::Null);
    assert_eq!(code(verify(&Value::Object(later).to_file())), Some(Code::MalformedFinding));
    let backwards = with("offence", "COSIGNED-BACKWARDS".into());
    assert_eq!(backwards, Code::MalformedFinding, "a log commits no offence of a witness");

    let mut bytes = honest.to_bytes();
    bytes.pop();
    assert_eq!(code(verify(&bytes)), Some(Code::NotCanonical));
    assert_eq!(code(verify(b"[]\n")), Some(Code::MalformedFinding));
    assert_eq!(code(verify(&vec![b' '; detente_finding::FINDING_LIMIT + 1])), Some(Code::Oversize));
}

#[test]
fn backwards_has_no_hashes() {
    let tree = tree(7, None);
    let made = Finding::cosigned_backwards(&witness(), [&cosigned(&tree, 5, 20), &cosigned(&tree, 7, 10)]);
    let Value::Object(mut members) = Value::parse_file(&made.unwrap().to_bytes()).unwrap() else {
        unreachable!()
    };
    let root = base64::encode(tree.root().as_bytes());
    members.insert("hashes".to_owned(), vec![Value::from(root.as_str())].into());
    assert_eq!(code(verify(&Value::Object(members).to_file())), Some(Code::MalformedFinding));
}

#[test]
fn every_offence_has_one_word_and_three_sentences() {
    let (one, two) = (tree(5, None), tree(7, Some(2)));
    let (a, b) = (cosigned(&one, 5, 20), cosigned(&two, 7, 10));
    let hashes = prefix(&two, 5, 7);
    let made = [
        Finding::fork(&log(), [&a, &b], &hashes).unwrap(),
        Finding::cosigned_fork(&witness(), [&a, &b], &hashes).unwrap(),
        Finding::cosigned_backwards(&witness(), [&a, &b]).unwrap(),
    ];
    assert_eq!(made.each_ref().map(|made| made.verified().offence()), Offence::ALL);
    for made in made {
        let verified = made.verified();
        assert_eq!(Offence::parse(verified.offence().as_str()), Some(verified.offence()));
        assert!(verified.proves().contains(ORIGIN) && verified.proves().contains('5'));
        assert!(verified.does_not_prove().contains("stolen key"));
        assert!(verified.framer_would_forge().contains("Ed25519"));
    }
}
