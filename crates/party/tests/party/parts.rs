//! What a part of an export says: whatever is accepted is written in the very same bytes, and that is canonical JSON.

use detente_core::{base64, json::Value};
use detente_party::ExportPart;
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest},
};

const TABLES: [&str; 6] = ["secrets", "keyring", "epochs", "entries", "forgotten", "unknown"];

fn round(bytes: &[u8]) -> Option<Vec<u8>> {
    ExportPart::parse(bytes).map(|part| part.to_bytes().to_vec())
}

fn row(table: &str, number: u64, plain: &[u8], lookup: Option<&str>, name: &str) -> String {
    let mut members = vec![
        ("table", Value::from(table)),
        ("number", number.to_string().into()),
        (name, base64::encode(plain).into()),
    ];
    members.extend(lookup.map(|id| ("lookup", id.into())));
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()).to_canonical()
}

/// Texts with what JSON writes in a way of its own.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("\"".to_owned()),
        Just("\\".to_owned()),
        Just("\",\"number\":\"".to_owned()),
        Just("\u{1}\u{8}\u{1f}\n".to_owned()),
        any::<String>(),
    ];
    vec(pieces, 0..4).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn every_row_is_canonical_json_and_comes_back(
        table in 0..TABLES.len(),
        number in 0..=i64::MAX as u64,
        plain in vec(any::<u8>(), 0..200),
        id in proptest::option::of(text()),
        is_pending in any::<bool>(),
    ) {
        let table = TABLES[table];
        let name = if is_pending { "pending" } else { "row" };
        let written = row(table, number, &plain, id.as_deref(), name);
        let allowed = table == "entries" || (id.is_none() && !is_pending);
        prop_assert_eq!(round(written.as_bytes()), allowed.then(|| written.clone().into_bytes()));
    }

    #[test]
    fn what_is_accepted_is_written_the_same(
        id in text(),
        plain in vec(any::<u8>(), 0..60),
        cuts in vec((any::<proptest::sample::Index>(), any::<proptest::sample::Index>(), any::<Vec<u8>>()), 1..4),
    ) {
        let mut bytes = row("entries", 7, &plain, Some(&id), "row").into_bytes();
        for (from, to, piece) in cuts {
            let (from, to) = (from.index(bytes.len() + 1), to.index(bytes.len() + 1));
            bytes.splice(from.min(to)..from.max(to), piece);
        }
        if let Some(again) = round(&bytes) {
            let value = Value::parse(&bytes);
            prop_assert!(value.is_ok(), "accepted, and no JSON");
            prop_assert_eq!(value.unwrap().to_canonical().into_bytes(), bytes.clone());
            prop_assert_eq!(again, bytes);
        }
    }
}

#[test]
fn other_forms_are_refused() {
    let digest = "0123456789abcdef".repeat(4);
    let meta = format!(
        "{{\"format\":\"detente-vault-v1\",\"log\":\"{digest}\",\"size\":\"12\",\"table\":\"meta\"}}"
    );
    assert_eq!(round(meta.as_bytes()), Some(meta.clone().into_bytes()));
    let good = row("secrets", 1, &[7; 32], None, "row");
    assert_eq!(round(good.as_bytes()), Some(good.clone().into_bytes()));
    for bad in [
        String::new(),
        "{}".to_owned(),
        format!("{meta}\n"),
        meta.replace("v1", "v2"),
        meta.replace("\"12\"", "\"012\""),
        meta.replace("\"12\"", "12"),
        meta.replace(&digest, &digest.to_uppercase()),
        good.replace("\"1\"", "\"01\""),
        good.replace("\"1\"", "\"9223372036854775808\""),
        good.replace("secrets", "counter"),
        good.replace("secrets", "meta"),
        good.replace('=', ""),
        good.replace("{\"", "{ \""),
        good.replace("row", "rows"),
        row("secrets", 1, &[7], Some("n-1"), "row"),
        row("forgotten", 1, &[7], None, "pending"),
        // The same row in other bytes.
        "{\"lookup\":\"\\u0041\",\"number\":\"1\",\"row\":\"AAAA\",\"table\":\"entries\"}".to_owned(),
        "{\"number\":\"1\",\"row\":\"AAAA\",\"table\":\"entries\",\"lookup\":\"A\"}".to_owned(),
        "{\"number\":\"1\",\"row\":\"AAAB\",\"row\":\"AAAA\",\"table\":\"entries\"}".to_owned(),
    ] {
        assert!(round(bad.as_bytes()).is_none(), "{bad}");
    }
}
