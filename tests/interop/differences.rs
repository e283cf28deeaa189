//! Where we and a peer differ on purpose: each difference with its reason, and shown to be one.

use std::path::Path;

use curve25519_dalek::{EdwardsPoint, Scalar, edwards::CompressedEdwardsY, traits::Identity as _};
use detente_checkpoint::{CheckpointError, KeyType, NoteKey, SigningKey};
use detente_core::{Code, Digest, Name, base64};
use detente_merkle::{EMPTY_ROOT, leaf_hash, node_hash};
use sha2::{Digest as _, Sha256, Sha512};
use signed_note::StandardVerifier;

use crate::{
    note::{code, key, ours, peers, signed},
    tree::{Verdicts, growth_verdicts, inclusion_verdicts},
};

const NOTES: &str = "signed_note, tlog_tiles";
const TREES: &str = "tlog_tiles, ct-merkle";

/// One row of the table in `docs/src/interop.md`.
struct Difference {
    what: &'static str,
    peers: &'static str,
    /// What we do; the peers do the other thing.
    ours: &'static str,
    reason: &'static str,
    /// Shows that it is so.
    show: fn(),
}

const DIFFERENCES: &[Difference] = &[
    Difference {
        what: "two lines of one name and key id",
        peers: NOTES,
        ours: "`DUPLICATE-SIGNATURE`",
        reason: "the peers believe the first line; other readers the last; one note must have one meaning",
        show: duplicate_lines,
    },
    Difference {
        what: "a key id in capital digits",
        peers: NOTES,
        ours: "`MALFORMED-KEY`",
        reason: "a vkey has one spelling, so that two policies that trust the same keys can be the same bytes",
        show: capital_key_id,
    },
    Difference {
        what: "a name of more than 255 bytes, or with a control character",
        peers: NOTES,
        ours: "`MALFORMED-KEY`, `MALFORMED-NOTE`",
        reason: "tlog-cosignature counts names in one byte, and names are shown on screens",
        show: names,
    },
    Difference {
        what: "a public key of small or mixed order",
        peers: NOTES,
        ours: "`WEAK-KEY`",
        reason: "verifiers disagree about its signatures, and one signature can fit many messages",
        show: weak_keys,
    },
    Difference {
        what: "a signature whose R is of small order",
        peers: NOTES,
        ours: "`INVALID-LOG-SIGNATURE`",
        reason: "verifiers disagree about it; see `checkpoint.md` \"Keys\"",
        show: small_order_signature,
    },
    Difference {
        what: "an origin that is no key name",
        peers: NOTES,
        ours: "`MALFORMED-CHECKPOINT`",
        reason: "a log's key is named after its origin",
        show: origin_with_a_space,
    },
    Difference {
        what: "a log key with another name than the origin",
        peers: NOTES,
        ours: "`ORIGIN-MISMATCH`",
        reason: "a key vouches for one log; the peers leave this to their callers",
        show: other_origin,
    },
    Difference {
        what: "a size of 0 with a root that is not that of the empty tree",
        peers: NOTES,
        ours: "`MALFORMED-CHECKPOINT`",
        reason: "no log of size 0 has it, and no proof would ever be asked for",
        show: empty_tree,
    },
    Difference {
        what: "a size above 2^63 - 1",
        peers: "signed_note, tlog_tiles, ct-merkle",
        ours: "`MALFORMED-NUMBER`, `INDEX-RANGE`",
        reason: "readers that count in signed numbers, Go's among them, cannot read it",
        show: sizes_above_the_signed,
    },
    Difference {
        what: "a vkey of type 0x04",
        peers: NOTES,
        ours: "accepted",
        reason: "a witness's key; the peers know logs' keys only and ignore its lines",
        show: cosignature_keys,
    },
    Difference {
        what: "growth from size 0",
        peers: TREES,
        ours: "accepted, with an empty proof and the empty tree's root",
        reason: "tlog-witness begins there",
        show: growth_from_nothing,
    },
    Difference {
        what: "base64 whose last digit has bits that mean nothing",
        peers: "golang.org/x/mod",
        ours: "`MALFORMED-BASE64`",
        reason: "the same signature in two spellings would make two notes of one",
        show: crate::go::loose_base64,
    },
];

#[test]
fn each_difference_is_one_and_the_book_says_so() {
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/interop.md");
    let book = std::fs::read_to_string(book).unwrap();
    for Difference { what, peers, ours, reason, show } in DIFFERENCES {
        show();
        let row = format!("| {what} | {peers} | {ours} | {reason} |\n");
        assert!(book.contains(&row), "the book lacks: {row}");
    }
    let rows = book.lines().skip_while(|line| !line.starts_with("| what | peers")).skip(2);
    assert_eq!(rows.take_while(|line| line.starts_with('|')).count(), DIFFERENCES.len(), "rows of the book");
}

/// Whether a refusal that only we make of a random note or vkey is one of the table.
pub(crate) fn is_known(error: &CheckpointError) -> bool {
    let says = |words: &str| error.to_string().contains(words);
    match error.code() {
        Code::DuplicateSignature | Code::OriginMismatch | Code::WeakKey => true,
        Code::MalformedNote => says("expected a key name"),
        Code::MalformedKey => says("lower-case hexadecimal") || says("1 to 255 bytes"),
        Code::MalformedCheckpoint => {
            says("an origin that is a key name") || says("the root of the empty tree")
        }
        Code::MalformedNumber => {
            let text = error.to_string();
            text.split('"')
                .nth(1)
                .and_then(|got| got.parse().ok())
                .is_some_and(|got: u64| got > i64::MAX.unsigned_abs())
        }
        _ => false,
    }
}

/// A root of 32 bytes, in base64.
fn root() -> String {
    base64::encode(&[9; 32])
}

fn text(origin: &str, size: &str) -> String {
    format!("{origin}\n{size}\n{}\n", root())
}

#[track_caller]
fn only_we_refuse(note: &str, key: &NoteKey, expected: Code) {
    assert_eq!(code(note.as_bytes(), key), Some(expected));
    assert!(peers(note.as_bytes(), &key.to_string()).is_some(), "the peers refuse it too");
}

fn duplicate_lines() {
    let (signing, key) = key("a.example/log");
    let text = text("a.example/log", "3");
    let note = signed(&text, &signing, "a.example/log", &key.to_string());
    let line = &note[text.len() + 1..];
    assert!(ours(note.as_bytes(), &key).is_ok());
    only_we_refuse(&format!("{note}{line}"), &key, Code::DuplicateSignature);
    // Of an unknown key too, and whatever the second line says.
    let stranger = "— b AAAAAAA=\n— b AAAAAAE=\n";
    only_we_refuse(&format!("{note}{stranger}"), &key, Code::DuplicateSignature);
}

fn capital_key_id() {
    let (_, key) = key("a.example/log");
    let vkey = key.to_string();
    let id = key.id().to_string();
    let capital = vkey.replacen(&id, &id.to_uppercase(), 1);
    assert_ne!(capital, vkey, "an id without letters shows nothing");
    assert_eq!(NoteKey::parse(&capital).unwrap_err().code(), Code::MalformedKey);
    assert!(StandardVerifier::new(&capital).is_ok());
}

/// A vkey of any name and bytes, right by its own key id.
fn vkey(name: &str, kind: u8, key: &[u8; 32]) -> String {
    let key = [&[kind], key.as_slice()].concat();
    let id = Sha256::digest([name.as_bytes(), b"\n", &key].concat());
    let id: String = id[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{name}+{id}+{}", base64::encode(&key))
}

fn names() {
    let public = SigningKey::from_seed(&[7; 32]).public();
    let longest = "a".repeat(255);
    assert!(NoteKey::parse(&vkey(&longest, 1, public.as_bytes())).is_ok());
    let (signing, key) = key("a.example/log");
    let note = signed(&text("a.example/log", "3"), &signing, "a.example/log", &key.to_string());
    for name in [format!("{longest}a"), "a\u{7f}".to_owned(), "a\u{9b}b".to_owned()] {
        let vkey = vkey(&name, 1, public.as_bytes());
        assert!(StandardVerifier::new(&vkey).is_ok(), "{name:?}");
        assert_eq!(NoteKey::parse(&vkey).unwrap_err().code(), Code::MalformedKey, "{name:?}");
        only_we_refuse(&format!("{note}— {name} AAAAAAA=\n"), &key, Code::MalformedNote);
    }
}

fn weak_keys() {
    let honest =
        CompressedEdwardsY(*SigningKey::from_seed(&[7; 32]).public().as_bytes()).decompress().unwrap();
    // y = -1 is the point of order two.
    let mut minus_one = [0xff; 32];
    (minus_one[0], minus_one[31]) = (0xec, 0x7f);
    let two = CompressedEdwardsY(minus_one).decompress().unwrap();
    for weak in [EdwardsPoint::identity(), two, honest + two] {
        let vkey = vkey("a.example/log", 1, &weak.compress().0);
        assert_eq!(NoteKey::parse(&vkey).unwrap_err().code(), Code::WeakKey);
        assert!(StandardVerifier::new(&vkey).is_ok());
    }
}

/// R is the identity and S = k·a: the equation holds without any secret number but the key.
fn small_order_signature() {
    let seed = [7; 32];
    let (_, key) = key("a.example/log");
    let text = text("a.example/log", "3");
    let mut expanded: [u8; 32] = Sha512::digest(seed)[..32].try_into().unwrap();
    expanded[0] &= 248;
    expanded[31] = expanded[31] & 63 | 64;
    let secret = Scalar::from_bytes_mod_order(expanded);
    let identity = EdwardsPoint::identity().compress().0;
    let challenge = [identity.as_slice(), key.key().as_bytes(), text.as_bytes()].concat();
    let challenge = Scalar::from_bytes_mod_order_wide(&Sha512::digest(challenge).into());
    let blob = [key.id().as_bytes().as_slice(), &identity, (challenge * secret).as_bytes()].concat();
    let note = format!("{text}\n— a.example/log {}\n", base64::encode(&blob));
    only_we_refuse(&note, &key, Code::InvalidLogSignature);
}

fn origin_with_a_space() {
    let (signing, key) = key("sum.golang.org");
    let note = signed(&text("go.sum database tree", "3"), &signing, "sum.golang.org", &key.to_string());
    only_we_refuse(&note, &key, Code::MalformedCheckpoint);
}

fn other_origin() {
    let (signing, key) = key("a.example/log");
    let note = signed(&text("b.example/log", "3"), &signing, "a.example/log", &key.to_string());
    only_we_refuse(&note, &key, Code::OriginMismatch);
}

fn empty_tree() {
    let (signing, key) = key("a.example/log");
    let note = signed(&text("a.example/log", "0"), &signing, "a.example/log", &key.to_string());
    only_we_refuse(&note, &key, Code::MalformedCheckpoint);
    let empty = format!("a.example/log\n0\n{}\n", base64::encode(EMPTY_ROOT.as_bytes()));
    let note = signed(&empty, &signing, "a.example/log", &key.to_string());
    assert!(ours(note.as_bytes(), &key).is_ok() && peers(note.as_bytes(), &key.to_string()).is_some());
}

fn sizes_above_the_signed() {
    let (signing, key) = key("a.example/log");
    let most = i64::MAX.unsigned_abs();
    for (size, allowed) in [(most, true), (most + 1, false), (u64::MAX, false)] {
        let note =
            signed(&text("a.example/log", &size.to_string()), &signing, "a.example/log", &key.to_string());
        if allowed {
            assert!(
                ours(note.as_bytes(), &key).is_ok() && peers(note.as_bytes(), &key.to_string()).is_some()
            );
        } else {
            only_we_refuse(&note, &key, Code::MalformedNumber);
        }
    }
    // 63 hashes prove the first leaf of a full tree of 2^63, one more that of one leaf more.
    let siblings: Vec<Digest> = (0..64).map(|byte| Digest::from_bytes([byte; 32])).collect();
    let fold = |count: usize| {
        siblings[..count].iter().fold(leaf_hash(b"entry").digest(), |root, sibling| node_hash(&root, sibling))
    };
    let verdicts = |size: u64, count: usize| {
        inclusion_verdicts(b"entry", 0, size, fold(count), siblings[..count].to_vec())
    };
    assert_eq!(verdicts(most, 63), Verdicts { ours: true, tlog_tiles: true, ct_merkle: true });
    assert_eq!(verdicts(most + 1, 63), Verdicts { ours: false, tlog_tiles: true, ct_merkle: true });
    assert!(!verdicts(most + 2, 64).ours);
}

fn cosignature_keys() {
    let name = Name::parse("w1.example").unwrap();
    let key = NoteKey::new(name, KeyType::Cosignature, SigningKey::from_seed(&[7; 32]).public());
    assert_eq!(NoteKey::parse(&key.to_string()).unwrap(), key);
    assert!(StandardVerifier::new(&key.to_string()).is_err());
}

fn growth_from_nothing() {
    let root = Digest::from_bytes([9; 32]);
    let growth = |old_root, proof| growth_verdicts(0, 3, old_root, root, proof);
    let refused = Verdicts { ours: false, tlog_tiles: false, ct_merkle: false };
    assert_eq!(growth(EMPTY_ROOT, Vec::new()), Verdicts { ours: true, ..refused });
    assert_eq!(growth(root, Vec::new()), refused);
    assert_eq!(growth(EMPTY_ROOT, vec![root]), refused);
}
