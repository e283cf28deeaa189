//! The narrow TOML, line by line.

use detente_core::Code;

use super::{
    HEAD, OBLIGATION, PARTIES, example,
    files::{input, ok, refused, with},
};
use crate::vector::Operation;

pub(super) fn add(operation: &mut Operation) {
    forms(operation);
    strings(operation);
    names(operation);
    lists(operation);
    amounts(operation);
}

fn forms(operation: &mut Operation) {
    ok(
        operation,
        "line-blanks-and-remarks",
        "blanks around parts, remarks, empty lines",
        &with(
            "\n[[party]]\nid = \"a\"",
            "\n   \n  # a remark with \" and ] in it\n#\n  [[party]]  \n   id   =   \"a\"  ",
        ),
        &["O1"],
    );
    ok(operation, "line-no-blanks", "no blanks at all", &with("id = \"a\"", "id=\"a\""), &["O1"]);
    for (name, description, file) in [
        ("line-no-final-line-feed", "the last line does not end", example().trim_end().to_owned()),
        ("line-carriage-return", "CR LF", with("id = \"a\"\n", "id = \"a\"\r\n")),
        ("line-tab", "a tab", with("id = \"a\"", "id =\t\"a\"")),
        ("line-delete", "a byte 0x7F in a remark", with("\n[[party]]", "\n# \u{7f}\n[[party]]")),
        ("line-byte-order-mark", "a byte order mark", format!("\u{feff}{}", example())),
        ("line-remark-behind-value", "a remark after a value", with("id = \"a\"", "id = \"a\" # first")),
        ("line-remark-behind-table", "a remark after a table", with("[[party]]", "[[party]] # first")),
        ("line-blank-in-brackets", "blanks within the brackets", with("[[party]]", "[[ party ]]")),
        ("line-bracket-missing", "a table that does not close", with("[[party]]", "[[party]")),
        ("line-dotted-table", "a dotted table", with("[definitions]", "[definitions.more]")),
        ("line-quoted-table", "a quoted table", with("[definitions]", "[\"definitions\"]")),
        ("line-no-value", "a name without a value", with("id = \"a\"", "id =")),
        ("line-no-equals", "a name alone", with("id = \"a\"", "id")),
        ("line-two-values", "two values", with("id = \"a\"", "id = \"a\" \"b\"")),
        ("line-boolean", "a boolean", with("id = \"a\"", "id = true")),
        (
            "line-float",
            "a decimal point",
            with(
                "policy = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
                "policy = 1.0",
            ),
        ),
        ("line-inline-table", "an inline table", with("id = \"a\"", "id = { x = \"a\" }")),
        ("line-literal-string", "a literal string", with("id = \"a\"", "id = 'a'")),
        ("line-long-string", "a string of several lines", with("id = \"a\"", "id = \"\"\"a\"\"\"")),
        ("line-dotted-name", "a dotted name", with("id = \"a\"", "id.x = \"a\"")),
        ("line-quoted-name", "a quoted name", with("id = \"a\"", "\"id\" = \"a\"")),
        ("line-table-twice", "a table twice", format!("{}\n[definitions]\n", example())),
        (
            "line-table-and-member",
            "a name of a table and of a member",
            format!("definitions = \"x\"\n{}", example()),
        ),
        ("line-table-and-list", "a name of a table and of a list", format!("{}\n[party]\n", example())),
    ] {
        refused(operation, name, description, &file);
    }
    let mut latin = example().into_bytes();
    let at = latin.windows(3).position(|three| three == b"ten").unwrap();
    latin[at] = 0xe9;
    operation.fails(Code::MalformedAgreement, "line-not-utf-8", "not UTF-8", input(&latin));
}

fn strings(operation: &mut Operation) {
    let title = "title = \"requests are answered in ten days\"";
    ok(operation, "string-escapes", "both escapes", &with(title, r#"title = "a \"word\" and \\""#), &["O1"]);
    ok(
        operation,
        "string-any-character",
        "characters beyond the basic plane",
        &with(title, "title = \"\u{1f600} \u{ff5e}\""),
        &["O1"],
    );
    ok(operation, "string-hash", "a hash is no remark in a string", &with(title, "title = \"# 1\""), &["O1"]);
    for (name, description, text) in [
        ("string-escape-n", "another escape", r#"title = "a\nb""#),
        ("string-escape-u", "an escape by number", r#"title = "\u0041""#),
        ("string-escape-at-end", "an escape that eats the end", r#"title = "a\""#),
        ("string-open", "a string that does not end", "title = \"a"),
        ("string-c1-control", "a control character above 0x7F", "title = \"a\u{85}b\""),
        ("string-unquoted", "no quotes", "title = ten days"),
    ] {
        refused(operation, name, description, &with(title, text));
    }
}

fn names(operation: &mut Operation) {
    let definition = |name: &str| format!("{HEAD}{PARTIES}\n[definitions]\n{name} = \"x\"\n{OBLIGATION}");
    for (word, name) in
        [("longest", "n".repeat(64)), ("all-kinds", "A_z-0".to_owned()), ("digits", "2015".to_owned())]
    {
        ok(operation, &format!("name-of-member-{word}"), "a bare name", &definition(&name), &["O1"]);
    }
    for (word, name) in [
        ("65", "n".repeat(65)),
        ("empty", String::new()),
        ("accent", "é".to_owned()),
        ("blank", "a b".to_owned()),
        ("colon", "a:b".to_owned()),
    ] {
        refused(operation, &format!("name-of-member-{word}"), "no bare name", &definition(&name));
    }
    refused(
        operation,
        "member-twice",
        "a name twice in one table",
        &format!("{HEAD}{PARTIES}\n[definitions]\nx = \"1\"\nx = \"1\"\n{OBLIGATION}"),
    );
    refused(
        operation,
        "member-twice-at-top",
        "a name twice at the top",
        &format!("name = \"x\"\n{}", example()),
    );
}

fn lists(operation: &mut Operation) {
    let of = "of = [\"request.assistance\"]";
    ok(
        operation,
        "list-blanks",
        "blanks at will",
        &with(of, "of = [  \"request.assistance\"  ,\"request.preserve\"   ]"),
        &["O1"],
    );
    for (name, description, text) in [
        ("list-trailing-comma", "a comma at the end", "of = [\"request.assistance\",]"),
        ("list-two-commas", "an item that is missing", "of = [\"request.assistance\",,\"request.preserve\"]"),
        ("list-mixed", "a string and a number", "of = [\"request.assistance\", 1]"),
        ("list-nested", "a list in a list", "of = [[\"request.assistance\"]]"),
        ("list-open", "a list that does not end", "of = [\"request.assistance\""),
        ("list-lines", "a list over two lines", "of = [\"request.assistance\",\n\"request.preserve\"]"),
        ("list-empty", "an empty list", "of = []"),
        ("list-of-blanks", "an empty list with a blank", "of = [ ]"),
        ("list-repeated", "an item twice", "of = [\"request.assistance\", \"request.assistance\"]"),
        ("list-is-string", "a string in the place of a list", "of = \"request.assistance\""),
    ] {
        refused(operation, name, description, &with(of, text));
    }
    let slots = |count: u32| {
        let list: Vec<String> = (0..count).map(|slot| slot.to_string()).collect();
        format!(
            "{HEAD}{PARTIES}\n[[obligation]]\nid = \"O1\"\nkind = \"open-within\"\ntext = \"x\"\nslots = [{}]\nperiod = \"P1D\"\n",
            list.join(", ")
        )
    };
    ok(operation, "list-256", "as many items as there may be", &slots(256), &["O1"]);
    refused(operation, "list-257", "one item too many", &slots(257));
}

fn amounts(operation: &mut Operation) {
    let budget = |number: &str| {
        format!(
            "{HEAD}{PARTIES}\n[[obligation]]\nid = \"O1\"\nkind = \"budget\"\ntext = \"x\"\nof = [\"ping\"]\nat_most = {number}\nper = \"year\"\n"
        )
    };
    for (word, number) in [("0", "0"), ("largest", "9223372036854775807")] {
        ok(operation, &format!("number-{word}"), "a decimal number", &budget(number), &["O1"]);
    }
    for (word, number) in [
        ("too-large", "9223372036854775808"),
        ("leading-zero", "01"),
        ("plus", "+1"),
        ("minus", "-1"),
        ("underscore", "1_000"),
        ("hexadecimal", "0x10"),
        ("exponent", "1e3"),
        ("string", "\"1\""),
    ] {
        refused(operation, &format!("number-{word}"), "no decimal number", &budget(number));
    }
}
