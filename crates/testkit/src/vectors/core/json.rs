//! Strict JSON, canonical JSON, files of ours. Expected texts are typed by hand, not written by a JSON writer.

use detente_core::Code;

use crate::{
    build::bytes::base64,
    vector::{Operation, Vector, object},
};

pub(super) fn values() -> Vec<Vector> {
    let mut operation = Operation::new("core.json");
    accepted(&mut operation);
    syntax(&mut operation);
    ranked(&mut operation);
    numbers(&mut operation);
    operation.into_vectors()
}

fn accepted(operation: &mut Operation) {
    let mut ok = |name: &str, description: &str, text: &str, canonical: &str| {
        operation.ok(
            name,
            description,
            object! {"bytes": base64(text)},
            object! {"canonical": base64(canonical)},
        );
    };
    ok("empty-object", "an empty object", "{}", "{}");
    ok("literals", "the three literals", "[true, false, null]", "[true,false,null]");
    ok("scalar-at-the-top", "a value need not be an array or object", " \"a\" ", "\"a\"");
    ok(
        "white-space",
        "tab, line feed, carriage return and space go",
        "\t{\r\n \"b\" : [ ] , \"a\" : { } }\n",
        "{\"a\":{},\"b\":[]}",
    );
    ok(
        "members-sorted-by-utf-16",
        "a name above U+FFFF sorts before U+FB33, as its surrogates do",
        r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#,
        "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u{80}\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\u{fb33}\":\"Hebrew Letter Dalet With Dagesh\"}",
    );
    ok(
        "escapes",
        "short escapes stay, `\\/` and escaped letters do not, other controls are lower-case `\\u00xx`",
        r#""\b\t\n\f\r\"\\\/\u0041\u001F\u0000\u007f""#,
        "\"\\b\\t\\n\\f\\r\\\"\\\\/A\\u001f\\u0000\u{7f}\"",
    );
    ok("surrogate-pair", "an escaped pair is one character", r#""\uD83D\uDE00""#, "\"😀\"");
    ok(
        "name-in-escapes",
        "a name is compared after its escapes are read",
        r#"{"\u0062":1,"a":2}"#,
        r#"{"a":2,"b":1}"#,
    );
    ok("names-differ-in-case", "names are compared as they are", r#"{"A":1,"a":2}"#, r#"{"A":1,"a":2}"#);
    ok(
        "names-not-normalised",
        "a composed and a decomposed letter are two names",
        "{\"\u{e9}\":1,\"e\u{301}\":2}",
        "{\"e\u{301}\":2,\"\u{e9}\":1}",
    );
    let (open, close) = ("[".repeat(64), "]".repeat(64));
    ok("depth-64", "64 arrays inside one another", &format!("{open}{close}"), &format!("{open}{close}"));
    let mixed = format!("{}1{}", "[{\"a\":".repeat(32), "}]".repeat(32));
    ok("depth-64-mixed", "arrays and objects count together", &mixed, &mixed);
}

fn syntax(operation: &mut Operation) {
    let mut fails = |name: &str, description: &str, bytes: &[u8]| {
        operation.fails(Code::MalformedJson, name, description, object! {"bytes": base64(bytes)});
    };
    fails("empty", "no byte", b"");
    fails("only-space", "white space and no value", b" \n");
    fails("byte-order-mark", "a byte order mark before the value", b"\xef\xbb\xbf{}");
    fails("not-utf-8", "a byte that is not UTF-8", b"\"\xff\"");
    fails("utf-8-overlong", "an overlong form of `/`", b"\"\xc0\xaf\"");
    fails("utf-8-surrogate", "a surrogate as three bytes is not UTF-8", b"\"\xed\xa0\x80\"");
    fails("utf-16", "UTF-16 text", b"{\0}\0");
    fails("trailing-value", "a second value", b"{} {}");
    fails("trailing-nul", "a zero byte after the value", b"{}\0");
    fails("trailing-comma-object", "a comma before the closing brace", b"{\"a\":1,}");
    fails("trailing-comma-array", "a comma before the closing bracket", b"[1,]");
    fails("leading-comma", "a comma before the first item", b"[,1]");
    fails("missing-comma", "two items without a comma", b"[1 2]");
    fails("missing-colon", "a member without a colon", b"{\"a\" 1}");
    fails("name-without-quotes", "a name without quotes", b"{a:1}");
    fails("name-is-number", "a number as name", b"{1:1}");
    fails("single-quotes", "single quotes", b"['a']");
    fails("comment", "a comment", b"[1] // one");
    fails("unclosed-object", "the input ends inside an object", b"{\"a\":1");
    fails("unclosed-string", "the input ends inside a string", b"\"a");
    fails("wrong-bracket", "an array closed by a brace", b"[1}");
    fails("form-feed", "a form feed is not white space", b"\x0c1");
    fails("no-break-space", "U+00A0 is not white space", "\u{a0}1".as_bytes());
    fails("raw-tab-in-string", "a tab in a string without escape", b"\"\t\"");
    fails("raw-line-feed-in-string", "a line feed in a string without escape", b"\"\n\"");
    fails("raw-nul-in-string", "a zero byte in a string", b"\"\0\"");
    fails("escape-unknown", "an escape that JSON does not have", b"\"\\x41\"");
    fails("escape-short", "`\\u` with three digits", b"\"\\u041\"");
    fails("escape-sign", "`\\u` followed by a sign", b"\"\\u+041\"");
    fails("escape-at-end", "a backslash as last byte", b"\"\\");
    fails("literal-upper-case", "`True`", b"True");
    fails("literal-cut", "`nul`", b"nul");
    fails("nan", "`NaN`", b"NaN");
    fails("infinity", "`-Infinity`", b"-Infinity");
    fails("number-plus", "`+1`", b"+1");
    fails("number-leading-zero", "`01`", b"01");
    fails("number-minus-leading-zero", "`-01`", b"-01");
    fails("number-no-integer-part", "`.5`", b".5");
    fails("number-no-fraction", "`5.`", b"5.");
    fails("number-no-exponent", "`5e`", b"5e");
    fails("number-exponent-sign-only", "`5e+`", b"5e+");
    fails("number-hexadecimal", "`0x10`", b"0x10");
    fails("number-minus-only", "`-`", b"-");
    fails("number-underscore", "`1_000`", b"1_000");
    fails("depth-65", "65 arrays inside one another", &[b"[".repeat(65), b"]".repeat(65)].concat());
    fails("depth-65-unclosed", "65 opening brackets and nothing else", &b"[".repeat(65));
    fails(
        "depth-65-mixed",
        "32 pairs of array and object and one array more",
        &[b"[{\"a\":".repeat(32), b"[]".to_vec(), b"}]".repeat(32)].concat(),
    );
}

fn ranked(operation: &mut Operation) {
    let mut fails = |code: Code, name: &str, description: &str, text: &str| {
        operation.fails(code, name, description, object! {"bytes": base64(text)});
    };
    let duplicate = Code::DuplicateMember;
    fails(duplicate, "duplicate-member", "a name twice", r#"{"a":1,"a":1}"#);
    fails(
        duplicate,
        "duplicate-member-nested",
        "a name twice in an inner object",
        r#"[{"x":{"a":1,"b":2,"a":3}}]"#,
    );
    fails(duplicate, "duplicate-member-escaped", "a name twice, once in escapes", r#"{"a":1,"\u0061":2}"#);
    fails(duplicate, "duplicate-member-empty-name", "the empty name twice", r#"{"":1,"":2}"#);
    fails(
        duplicate,
        "duplicate-member-lone-surrogate",
        "a name of half a pair, twice: the higher rank wins",
        r#"{"\ud800":1,"\ud800":2}"#,
    );
    fails(
        duplicate,
        "duplicate-after-lone-surrogate",
        "the rank decides, not the place",
        r#"["\ud800",1e400,{"a":1,"a":2}]"#,
    );
    let lone = Code::LoneSurrogate;
    fails(lone, "lone-high-surrogate", "the first half of a pair", r#""\ud800""#);
    fails(lone, "lone-low-surrogate", "the second half of a pair", r#""\udc00""#);
    fails(lone, "lone-high-then-letter", "a first half before a letter", r#""\ud800A""#);
    fails(lone, "lone-high-then-escape", "a first half before another escape", r#""\ud800\n""#);
    fails(
        lone,
        "lone-high-then-bmp-escape",
        "a first half before the escape of a letter",
        r#""\ud800\u0041""#,
    );
    fails(lone, "lone-high-high-low", "a first half before a whole pair", r#""\ud83d\ud83d\ude00""#);
    fails(lone, "lone-reversed-pair", "the halves of a pair in the wrong order", r#""\ude00\ud83d""#);
    fails(lone, "lone-in-name", "half a pair in a name", r#"{"\udfff":1}"#);
    fails(
        lone,
        "lone-in-two-names",
        "two names of different halves are two names",
        r#"{"\ud800":1,"\ud801":2}"#,
    );
    fails(lone, "lone-beside-replacement", "a half and U+FFFD are two names", r#"{"\ud800":1,"\ufffd":2}"#);
    fails(lone, "lone-before-number-range", "the rank decides, not the place", r#"[1e400,"\ud800"]"#);
    let malformed = Code::MalformedJson;
    fails(
        malformed,
        "syntax-after-duplicate",
        "a syntax error wins over a name twice before it",
        r#"[{"a":1,"a":2},]"#,
    );
    fails(
        malformed,
        "syntax-after-lone-surrogate",
        "a syntax error wins over half a pair before it",
        r#"["\ud800" "#,
    );
    fails(malformed, "syntax-after-number-range", "a syntax error wins over a number before it", "[1e400} ");
    fails(
        malformed,
        "lone-surrogate-bad-low-escape",
        "a first half before an escape of two digits",
        r#""\ud800\u00""#,
    );
}

fn numbers(operation: &mut Operation) {
    let forms = [
        ("zero", "0", "0"),
        ("minus-zero", "-0", "0"),
        ("minus-zero-fraction", "-0.0", "0"),
        ("zero-exponent", "0e5", "0"),
        ("zero-huge-exponent", "0.00e400", "0"),
        ("integer-with-fraction", "1.0", "1"),
        ("integer-by-exponent", "1E3", "1000"),
        ("integer-by-negative-exponent", "1200e-2", "12"),
        ("largest-integer", "9007199254740991", "9007199254740991"),
        ("smallest-integer", "-9007199254740991", "-9007199254740991"),
        ("fraction", "4.50", "4.5"),
        ("fraction-small", "0.000001", "0.000001"),
        ("fraction-smaller", "0.0000001", "1e-7"),
        ("fraction-rounded", "333333333.33333329", "333333333.3333333"),
        ("fraction-many-digits", "0.1000000000000000055511151231257827021181583404541015625", "0.1"),
        ("fraction-near-limit", "4503599627370495.5", "4503599627370495.5"),
        ("smallest-double", "5e-324", "5e-324"),
        ("rounds-up-to-smallest-double", "3e-324", "5e-324"),
        ("minus-fraction", "-1.5e-10", "-1.5e-10"),
    ];
    for (name, text, canonical) in forms {
        operation.ok(
            format!("number-{name}"),
            format!("the number `{text}`"),
            object! {"bytes": base64(text)},
            object! {"canonical": base64(canonical)},
        );
    }
    let out = [
        ("above-largest-integer", "9007199254740992"),
        ("below-smallest-integer", "-9007199254740992"),
        ("above-with-fraction-zero", "9007199254740992.0"),
        ("above-by-rounding", "9007199254740991.5"),
        ("above-in-two-pow-64", "18446744073709551616"),
        ("exponent-20", "1e20"),
        ("exponent-21", "1e21"),
        ("largest-double", "1.7976931348623157e308"),
        ("infinite", "1e400"),
        ("minus-infinite", "-1e309"),
        ("infinite-huge-exponent", "1e99999999999999999999"),
        ("vanishes", "1e-400"),
        ("vanishes-below-half", "2e-324"),
        ("vanishes-minus", "-0.1e-9999999999999999999"),
    ];
    for (name, text) in out {
        operation.fails(
            Code::NumberRange,
            format!("number-{name}"),
            format!("the number `{text}`"),
            object! {"bytes": base64(format!("[{text}]"))},
        );
    }
}

pub(super) fn files() -> Vec<Vector> {
    let mut operation = Operation::new("core.file");
    for (name, description, text) in [
        ("object", "sorted members, one line feed", "{\"a\":[1,\"é\"],\"b\":null}\n"),
        ("scalar", "a number and one line feed", "0.5\n"),
        ("utf-16-order", "members in the order of UTF-16 units", "{\"😀\":1,\"\u{fb33}\":2}\n"),
        ("control-escape", "a control character as lower-case escape", "\"\\u001f\"\n"),
    ] {
        operation.ok(name, description, object! {"bytes": base64(text)}, object! {});
    }
    for (name, description, text) in [
        ("no-line-feed", "canonical JSON without the line feed", "{}"),
        ("two-line-feeds", "a second line feed", "{}\n\n"),
        ("carriage-return", "carriage return and line feed", "{}\r\n"),
        ("leading-space", "a space before the value", " {}\n"),
        ("inner-space", "a space after a colon", "{\"a\": 1}\n"),
        ("members-unsorted", "members in another order", "{\"b\":1,\"a\":2}\n"),
        (
            "members-by-code-point",
            "members in code point order where UTF-16 order differs",
            "{\"\u{fb33}\":2,\"😀\":1}\n",
        ),
        ("number-fraction-zero", "`1.0`", "1.0\n"),
        ("number-exponent", "`1e3`", "1e3\n"),
        ("number-minus-zero", "`-0`", "-0\n"),
        ("number-upper-case-exponent", "`1E-7`", "1E-7\n"),
        ("escaped-letter", "a letter as an escape", "\"\\u0041\"\n"),
        ("escaped-solidus", "`\\/`", "\"\\/\"\n"),
        ("escape-upper-case", "an escape in upper case", "\"\\u001F\"\n"),
        ("escape-long-form", "`\\u000a` where `\\n` is the form", "\"\\u000a\"\n"),
        ("escaped-delete", "U+007F is written as itself", "\"\\u007f\"\n"),
        ("escaped-pair", "a surrogate pair in escapes", "\"\\ud83d\\ude00\"\n"),
    ] {
        operation.fails(Code::NotCanonical, name, description, object! {"bytes": base64(text)});
    }
    for (code, name, description, text) in [
        (Code::MalformedJson, "byte-order-mark", "a byte order mark", "\u{feff}{}\n"),
        (Code::MalformedJson, "empty", "no byte", ""),
        (Code::MalformedJson, "only-line-feed", "a line feed alone", "\n"),
        (Code::MalformedJson, "json-lines", "two values on two lines", "{}\n{}\n"),
        (Code::DuplicateMember, "duplicate-member", "a name twice", "{\"a\":1,\"a\":1}\n"),
        (Code::LoneSurrogate, "lone-surrogate", "half a pair", "\"\\ud800\"\n"),
        (Code::NumberRange, "number-range", "2^53", "9007199254740992\n"),
        (
            Code::NumberRange,
            "number-range-not-canonical",
            "strictness comes before form",
            " 9007199254740992",
        ),
    ] {
        operation.fails(code, name, description, object! {"bytes": base64(text)});
    }
    operation.into_vectors()
}
