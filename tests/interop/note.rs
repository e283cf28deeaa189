//! Random notes under our reader and under `signed_note` with the checkpoints of `tlog_tiles`.

use detente_checkpoint::{
    CheckpointError, KeyType, NoteKey, Policy, SigningKey, UnverifiedCheckpoint, UnverifiedNote,
};
use detente_core::{Code, Name, base64};
use proptest::{collection::vec, prelude::*, sample::Index};
use signed_note::{Note, StandardVerifier, VerifierList};
use tlog_tiles::checkpoint::Checkpoint;

use crate::differences;

/// What a note says, when somebody accepts it.
pub(crate) type Said = (String, u64, [u8; 32]);

/// Our reader, with one log key and no witness.
pub(crate) fn ours(note: &[u8], key: &NoteKey) -> Result<Said, CheckpointError> {
    let policy = Policy::parse(format!("log {key}\nquorum none\n").as_bytes(), None)?;
    let verified = UnverifiedCheckpoint::parse(note)?.verify(&policy)?;
    Ok((verified.origin().to_string(), verified.size().get(), *verified.root().as_bytes()))
}

/// The peers' reader, with the same key.
pub(crate) fn peers(note: &[u8], vkey: &str) -> Option<Said> {
    let verifier = StandardVerifier::new(vkey).ok()?;
    let note = Note::from_bytes(note).ok()?;
    note.verify(&VerifierList::new(vec![Box::new(verifier)])).ok()?;
    let checkpoint = Checkpoint::from_bytes(note.text()).ok()?;
    Some((checkpoint.origin().to_owned(), checkpoint.size(), checkpoint.hash().0))
}

pub(crate) fn key(name: &str) -> (SigningKey, NoteKey) {
    let key = SigningKey::from_seed(&[7; 32]);
    let note_key = NoteKey::new(Name::parse(name).unwrap(), KeyType::Log, key.public());
    (key, note_key)
}

/// A note of any text, signed by a key of any name.
pub(crate) fn signed(text: &str, key: &SigningKey, name: &str, vkey: &str) -> String {
    let id = vkey.split('+').nth(1).unwrap();
    let id: Vec<u8> = (0..4).map(|at| u8::from_str_radix(&id[2 * at..2 * at + 2], 16).unwrap()).collect();
    let blob = [id, key.sign(text.as_bytes()).to_vec()].concat();
    format!("{text}\n— {name} {}\n", base64::encode(&blob))
}

/// Accepted by both with the same content, refused by both, or a difference of the table.
fn compare(note: &[u8], key: &NoteKey) -> Result<bool, TestCaseError> {
    let (ours, peers) = (ours(note, key), peers(note, &key.to_string()));
    match (ours, peers) {
        (Ok(ours), Some(peers)) => prop_assert_eq!(ours, peers),
        (Err(_), None) => return Ok(false),
        (Err(error), Some(_)) => prop_assert!(
            differences::is_known(&error),
            "only we refuse {:?}: {}",
            String::from_utf8_lossy(note),
            error
        ),
        (Ok(_), None) => prop_assert!(false, "only the peers refuse {:?}", String::from_utf8_lossy(note)),
    }
    Ok(true)
}

fn origins() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,8}\\.example/[a-z]{1,4}", "[a-zé—_.:/]{1,12}"]
}

/// The number of a checkpoint, right and wrong ones.
fn sizes() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => any::<u32>().prop_map(|size| size.to_string()),
        1 => any::<u64>().prop_map(|size| size.to_string()),
        1 => "[+-]?0{0,2}[0-9]{0,3} ?",
    ]
}

fn texts() -> impl Strategy<Value = (String, String)> {
    let extensions = vec(prop_oneof![Just(String::new()), "[ -~]{1,9}"], 0..3);
    (origins(), sizes(), any::<[u8; 32]>(), extensions, 0_u8..12).prop_map(
        |(origin, size, root, lines, cut)| {
            let mut root = base64::encode(&root);
            match cut {
                0 => root.truncate(40),
                // A last digit with bits that mean nothing.
                1 => root.replace_range(42..43, "B"),
                2 => root.push('\n'),
                _ => {}
            }
            let extensions: String = lines.iter().map(|line| format!("{line}\n")).collect();
            (format!("{origin}\n{size}\n{root}\n{extensions}"), origin)
        },
    )
}

/// Lines of keys that nobody knows, well formed or nearly.
fn strangers() -> impl Strategy<Value = String> {
    let name = prop_oneof!["[a-z.]{1,6}", "[ -~]{0,4}"];
    let blob = vec(any::<u8>(), 0..80).prop_map(|bytes| base64::encode(&bytes));
    prop_oneof![
        6 => (name, blob).prop_map(|(name, blob)| format!("— {name} {blob}\n")),
        1 => "[ -~—]{0,12}\n",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn the_same_notes(
        (text, origin) in texts(), before in vec(strangers(), 0..3), after in vec(strangers(), 0..3),
    ) {
        let (signing, key) = key(&origin);
        let note = signed(&text, &signing, &origin, &key.to_string());
        compare(note.as_bytes(), &key)?;
        let (text, line) = note.split_at(text.len() + 1);
        let note = [text, &before.concat(), line, &after.concat()].concat();
        compare(note.as_bytes(), &key)?;
    }

    /// From a note that both accept: bytes changed, inserted, taken out, lines doubled or exchanged.
    #[test]
    fn the_same_verdict_on_a_changed_note(
        origin in origins(), size in any::<u32>(), root in any::<[u8; 32]>(), stranger in "[a-z.]{1,6}",
        what in 0..5, at in any::<Index>(), other in any::<Index>(), byte in any::<u8>(),
    ) {
        let (signing, key) = key(&origin);
        let text = format!("{origin}\n{}\n{}\n", u64::from(size) + 1, base64::encode(&root));
        let note = signed(&text, &signing, &origin, &key.to_string()) + &format!("— {stranger} AAAAAAA=\n");
        prop_assert!(compare(note.as_bytes(), &key)?, "both accept the note before it is changed");
        let mut bytes = note.clone().into_bytes();
        let mut lines: Vec<&str> = note.split_inclusive('\n').collect();
        let at_byte = at.index(bytes.len());
        match what {
            0 => bytes[at_byte] = byte,
            1 => bytes.insert(at_byte, byte),
            2 => { bytes.remove(at_byte); }
            3 => {
                lines.insert(other.index(lines.len() + 1), lines[at.index(lines.len())]);
                bytes = lines.concat().into_bytes();
            }
            _ => {
                let (one, two) = (at.index(lines.len()), other.index(lines.len()));
                lines.swap(one, two);
                bytes = lines.concat().into_bytes();
            }
        }
        compare(&bytes, &key)?;
    }

    /// Without its meaning: form alone.
    #[test]
    fn the_same_form(lines in vec(prop_oneof![strangers(), Just("\n".to_owned()), "[ -~]{0,5}\n"], 0..8)) {
        let note = lines.concat();
        match (UnverifiedNote::parse(note.as_bytes()), Note::from_bytes(note.as_bytes())) {
            (Ok(ours), Ok(peers)) => {
                prop_assert_eq!(ours.as_bytes(), peers.to_bytes());
                prop_assert_eq!(ours.text().as_bytes(), peers.text());
            }
            (Err(_), Err(_)) => {}
            (Err(error), Ok(_)) => {
                prop_assert!(differences::is_known(&error), "only we refuse {:?}: {}", note, error);
            }
            (Ok(_), Err(error)) => prop_assert!(false, "only the peer refuses {:?}: {}", note, error),
        }
    }

    #[test]
    fn the_same_vkeys(
        name in origins(), seed in any::<[u8; 32]>(), change in proptest::option::of((any::<Index>(), "[ -~]{0,2}")),
    ) {
        let mut vkey = NoteKey::new(Name::parse(&name).unwrap(), KeyType::Log, SigningKey::from_seed(&seed).public()).to_string();
        if let Some((at, text)) = change {
            let places: Vec<usize> = vkey.char_indices().map(|(at, _)| at).collect();
            let start = places[at.index(places.len())];
            let end = start + vkey[start..].chars().next().unwrap().len_utf8();
            vkey.replace_range(start..end, &text);
        }
        match (NoteKey::parse(&vkey), StandardVerifier::new(&vkey)) {
            (Ok(key), Ok(_)) => prop_assert_eq!(key.to_string(), vkey),
            (Err(_), Err(_)) => {}
            (Ok(key), Err(error)) => prop_assert!(false, "only the peer refuses {}: {}", key, error),
            (Err(error), Ok(_)) => {
                prop_assert!(differences::is_known(&error), "only we refuse {}: {}", vkey, error);
            }
        }
    }
}

/// Code of a refusal.
pub(crate) fn code(note: &[u8], key: &NoteKey) -> Option<Code> {
    ours(note, key).err().map(|error| error.code())
}
