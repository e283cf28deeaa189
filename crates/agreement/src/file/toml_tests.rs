//! The narrow reader against the whole language as another reader has it.

use detente_core::Code;
use proptest::prelude::*;

use super::*;

fn refused(text: &str) -> String {
    let error = read(text.as_bytes()).unwrap_err();
    assert_eq!(error.code(), Code::MalformedAgreement, "{text:?}");
    error.to_string()
}

fn refused_at(line: usize, text: &str) {
    let message = refused(text);
    assert!(message.starts_with(&format!("agreement line {line}: expected ")), "{text:?}: {message}");
}

/// The tables as the other reader has them.
fn as_toml(tables: &[Table]) -> toml::Table {
    let members = |table: &Table| -> toml::Table {
        table.members.iter().map(|(name, member)| (name.clone(), as_value(&member.value))).collect()
    };
    let mut whole = members(&tables[0]);
    for table in &tables[1..] {
        let value = toml::Value::Table(members(table));
        if table.is_list {
            let list = whole.entry(&table.name).or_insert_with(|| toml::Value::Array(Vec::new()));
            list.as_array_mut().unwrap().push(value);
        } else {
            assert!(whole.insert(table.name.clone(), value).is_none());
        }
    }
    whole
}

fn as_value(value: &Value) -> toml::Value {
    let number = |number: &u64| toml::Value::Integer(i64::try_from(*number).unwrap());
    match value {
        Value::String(text) => toml::Value::String(text.clone()),
        Value::Number(value) => number(value),
        Value::Strings(items) => toml::Value::Array(items.iter().cloned().map(toml::Value::String).collect()),
        Value::Numbers(items) => toml::Value::Array(items.iter().map(number).collect()),
    }
}

/// Reads with both when ours accepts.
fn same_in_both(bytes: &[u8]) -> bool {
    let Ok(tables) = read(bytes) else { return false };
    let text = std::str::from_utf8(bytes).unwrap();
    let other: toml::Table = toml::from_str(text).unwrap();
    assert_eq!(as_toml(&tables), other, "{text:?}");
    true
}

#[test]
fn every_form_that_there_is() {
    let text = "# remark \u{e9}\n\n   \n a = \"x \\\" \\\\ # \u{e9}\" \nb=0\n  c-1_ = [ 1,2 , 9223372036854775807 ]\nd=[\"x\",\"\"]\n\
                e = []\nf = [ ]\n[t]\na = \"\"\n [[l]] \n[[l]]\na=1\n[u]\n";
    let tables = read(text.as_bytes()).unwrap();
    let heads: Vec<_> = tables.iter().map(|table| (table.line, table.name.as_str(), table.is_list)).collect();
    assert_eq!(heads, [(1, "", false), (10, "t", false), (12, "l", true), (13, "l", true), (15, "u", false)]);
    assert_eq!(tables[0].members["a"].value, Value::String("x \" \\ # \u{e9}".to_owned()));
    assert_eq!(tables[0].members["c-1_"].value, Value::Numbers(vec![1, 2, i64::MAX as u64]));
    assert_eq!(tables[0].members["f"], Member { line: 9, value: Value::Strings(Vec::new()) });
    assert!(same_in_both(text.as_bytes()));
    assert_eq!(read(b"").unwrap().len(), 1);
}

#[test]
fn bytes_that_no_line_has() {
    refused_at(1, "a = 1");
    refused_at(2, "a = 1\nb = 2");
    refused_at(1, "a = 1\r\n");
    refused_at(1, "a\t= 1\n");
    refused_at(2, "\n# \u{7f}\n");
    refused_at(1, "\u{feff}a = 1\n");
    refused_at(1, "a = \"\u{85}\"\n");
    let error = read(b"\n\na = \"\xff\"\n").unwrap_err();
    assert_eq!(error.culprit(), "line 3");
    // A remark may hold whatever is no control byte; what is said about one shows none.
    assert!(same_in_both("# \u{85}\u{feff}\n".as_bytes()));
    assert!(!refused("\u{9b}2J\n").contains('\u{9b}'));
}

#[test]
fn lines_of_no_form() {
    for line in [
        "a",
        "= 1",
        "a b = 1",
        "a.b = 1",
        "\"a\" = 1",
        "\u{e9} = 1",
        "[t",
        "[t] # remark",
        "[ t]",
        "[t ]",
        "[]",
        "[a.b]",
        "[[t]",
        "[[ t ]]",
        "[t]]",
        "[ [t] ]",
    ] {
        refused_at(1, &format!("{line}\n"));
    }
    refused_at(1, &format!("{} = 1\n", "a".repeat(65)));
    assert!(read(format!("{} = 1\n", "a".repeat(64)).as_bytes()).is_ok());
}

#[test]
fn values_of_no_form() {
    for value in [
        "",
        "x",
        "true",
        "1.0",
        "+1",
        "-1",
        "01",
        "1_000",
        "0x1",
        "9223372036854775808",
        "1 # remark",
        "1 2",
        "2026-11-30",
        "'x'",
        "\"x",
        "\"x\" y",
        "\"\"\"x\"\"\"",
        "\"\\n\"",
        "\"\\u0041\"",
        "\"\\",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1,,2]",
        "[1]]",
        "[1, \"x\"]",
        "[[1]]",
        "{ a = 1 }",
    ] {
        refused_at(1, &format!("a = {value}\n"));
    }
}

#[test]
fn names_that_clash() {
    refused_at(2, "a = 1\na = 2\n");
    refused_at(3, "[t]\na = 1\na = 2\n");
    refused_at(2, "[t]\n[t]\n");
    refused_at(2, "[[t]]\n[t]\n");
    refused_at(2, "[t]\n[[t]]\n");
    refused_at(2, "t = 1\n[t]\n");
    refused_at(2, "t = 1\n[[t]]\n");
    assert!(same_in_both(b"[[t]]\na = 1\n[[t]]\na = 1\n"));
    assert!(same_in_both(b"[t]\nt = 1\n"));
}

#[test]
fn more_than_a_file_may_have() {
    let items = |count| format!("a = [{}]\n", vec!["1"; count].join(","));
    assert!(read(items(256).as_bytes()).is_ok());
    refused_at(1, &items(257));
    let members = |count: usize| (0..count).map(|at| format!("a{at} = 1\n")).collect::<String>();
    assert!(read(members(4_096).as_bytes()).is_ok());
    refused_at(4_097, &members(4_097));
    assert!(read("[[t]]\n".repeat(4_096).as_bytes()).is_ok());
    refused_at(4_097, &"[[t]]\n".repeat(170_000));
    let longest = format!("#{}\n", " ".repeat(MAX_BYTES - 2));
    assert!(read(longest.as_bytes()).is_ok());
    assert_eq!(read(format!(" {longest}").as_bytes()).unwrap_err().code(), Code::Oversize);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        same_in_both(&bytes);
    }

    /// Pieces that lines are made of, in any order.
    #[test]
    fn what_is_accepted_has_the_same_values_elsewhere(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("a"), Just("b"), Just("t"), Just("="), Just(" = "), Just("1"), Just("0"), Just("\"x\""),
                Just("\"\\\\\\\"\""), Just("["), Just("]"), Just("[["), Just("]]"), Just(","), Just(" "), Just("\n"),
                Just("\n"), Just("#"), Just("[t]"), Just("[[l]]"), Just("\na = 1\n"), Just("\nb = [1, 2]\n"),
                Just("\"\u{e9}\""), Just("\\"), Just("\""),
            ],
            0..40,
        ),
    ) {
        same_in_both(format!("{}\n", pieces.concat()).as_bytes());
    }

    /// Files that are nearly always accepted.
    #[test]
    fn whole_files_have_the_same_values_elsewhere(
        lines in proptest::collection::vec(
            ("[a-z]{1,3}", "( ){0,2}", prop_oneof![
                "\"([ !#-\\[\\]-~\u{a0}-\u{2000}]|\\\\\\\\|\\\\\"){0,20}\"",
                "0|[1-9][0-9]{0,17}",
                "\\[ {0,2}(0|[1-9][0-9]{0,5})( {0,2}, {0,2}[1-9]){0,3} {0,2}\\]",
                "\\[(\"x\"(,\"y\"){0,3})?\\]",
            ]),
            0..12,
        ),
        heads in proptest::collection::vec(0..4_usize, 12),
    ) {
        let mut text = String::new();
        for ((name, blanks, value), head) in lines.iter().zip(&heads) {
            match head {
                0 => text.push_str("[[list]]\n"),
                1 => text.push_str(&format!("[{name}-table]\n")),
                _ => {}
            }
            text.push_str(&format!("{blanks}{name}{blanks}={blanks}{value}{blanks}\n"));
        }
        let accepted = same_in_both(text.as_bytes());
        let clash = read(text.as_bytes()).err().map(|error| error.to_string());
        prop_assert!(accepted || clash.unwrap().contains("once"), "{}", text);
    }
}
