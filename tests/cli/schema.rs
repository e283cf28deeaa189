//! What `--json` prints is what `specs/command-line.schema.json` says.

use std::{collections::BTreeSet, fs};

use detente_core::json::{Object, Value};

use crate::command::World;

/// The keywords of JSON Schema that the schema uses. Any other stops the test, so that none is passed over.
struct Schema(Value);

impl Schema {
    fn read() -> Self {
        let path = crate::command::tests().join("..").join("specs/command-line.schema.json");
        Self(Value::parse(&fs::read(path).unwrap()).unwrap())
    }

    fn definition(&self, name: &str) -> &Value {
        &self.0.as_object().unwrap()["$defs"].as_object().unwrap()[name]
    }

    /// Why a value is not what the whole schema says.
    fn check(&self, value: &Value) -> Result<(), String> {
        self.matches(&self.0, value)
    }

    fn matches(&self, rule: &Value, value: &Value) -> Result<(), String> {
        let shown = value.to_canonical();
        let fail = |why: String| Err(format!("{why}: {}", shown.chars().take(200).collect::<String>()));
        for (keyword, argument) in rule.as_object().unwrap() {
            match keyword.as_str() {
                "$schema" | "$defs" | "title" | "description" => {}
                "$ref" => {
                    let name = argument.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                    self.matches(self.definition(name), value)?;
                }
                "oneOf" => {
                    let tried = argument.as_array().unwrap().iter().map(|rule| self.matches(rule, value));
                    let (fitting, failing): (Vec<_>, Vec<_>) = tried.partition(Result::is_ok);
                    if fitting.len() != 1 {
                        return fail(format!("fits {} of several, {failing:?}", fitting.len()));
                    }
                }
                "const" if value != argument => return fail(format!("is not {}", argument.to_canonical())),
                "enum" if !argument.as_array().unwrap().contains(value) => {
                    return fail("is none of enum".to_owned());
                }
                "const" | "enum" => {}
                "minimum" if value.as_u64().is_none() => return fail("is below the minimum".to_owned()),
                "minimum" => {
                    assert_eq!(argument.as_u64(), Some(0), "a minimum that this checker does not know")
                }
                "type" if !is_of_type(value, argument.as_str().unwrap()) => {
                    return fail(format!("is not of type {}", argument.to_canonical()));
                }
                "type" => {}
                "pattern" if !fits(value.as_str().unwrap_or_default(), argument.as_str().unwrap()) => {
                    return fail(format!("does not fit {}", argument.to_canonical()));
                }
                "pattern" => {}
                "items" => {
                    for item in value.as_array().unwrap_or_default() {
                        self.matches(argument, item)?;
                    }
                }
                "required" => {
                    let members = value.as_object().cloned().unwrap_or_default();
                    let missing = argument
                        .as_array()
                        .unwrap()
                        .iter()
                        .find(|name| !members.contains_key(name.as_str().unwrap()));
                    if let Some(name) = missing {
                        return fail(format!("lacks {}", name.to_canonical()));
                    }
                }
                "properties" => {
                    for (name, rule) in argument.as_object().unwrap() {
                        if let Some(value) = value.as_object().and_then(|members| members.get(name)) {
                            self.matches(rule, value).map_err(|why| format!("{name}: {why}"))?;
                        }
                    }
                }
                "additionalProperties" => {
                    assert_eq!(*argument, Value::Bool(false));
                    let known = rule.as_object().unwrap()["properties"].as_object().unwrap();
                    let members = value.as_object().cloned().unwrap_or_default();
                    if let Some(name) = members.keys().find(|name| !known.contains_key(*name)) {
                        return fail(format!("has {name} too"));
                    }
                }
                other => panic!("a keyword that this checker does not know: {other}"),
            }
        }
        Ok(())
    }
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.as_object().is_some(),
        "array" => value.as_array().is_some(),
        "string" => value.as_str().is_some(),
        "boolean" => matches!(value, Value::Bool(_)),
        "null" => *value == Value::Null,
        "integer" => value.as_u64().is_some(),
        other => panic!("a type that this checker does not know: {other}"),
    }
}

fn fits(text: &str, pattern: &str) -> bool {
    match pattern {
        "^[0-9a-f]{64}$" => {
            text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        }
        "^(0|[1-9][0-9]*)$" => {
            text == "0"
                || (!text.is_empty()
                    && !text.starts_with('0')
                    && text.bytes().all(|byte| byte.is_ascii_digit()))
        }
        "^[A-Z0-9]+(-[A-Z0-9]+)*$" => {
            let word = |word: &str| {
                !word.is_empty()
                    && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            };
            text.split('-').all(word)
        }
        other => panic!("a pattern that this checker does not know: {other}"),
    }
}

/// Commands that together print every kind of object.
const COMMANDS: &[&str] = &[
    "init --party c --origin c.example/log --unlock c.key",
    "vault export a.export --party a --unlock a.key",
    "commit --party a --unlock a.key --duplicates amend reports.jsonl amended.json",
    "commit --party a --unlock a.key --duplicates skip reports.jsonl",
    "amend --party a --unlock a.key --stage final amended.json",
    "vault import a.export --party m --unlock a.key",
    "entries --party m --unlock a.key --kind unknown",
    "vault recover --party m --unlock a.key --tries 8 reports.jsonl",
    "vault recover --party m --unlock a.key --tries 8 reports.jsonl",
    "entries --party a",
    "entries --party a --unlock a.key",
    "disclose 7 --party a --unlock a.key --field action --to b.example --dry-run",
    "disclose 7 --party a --unlock a.key --field action --to b.example --out n.json",
    "verify p.json --policy b/trusted/a.policy",
    "verify n.json --policy b/trusted/a.policy --audience b/share/b.example.vkey",
    "verify a/receipts/00000007.tlog-proof --policy b/trusted/a.policy",
    "verify w/known.json --policy w/w.policy",
    "verify w/known.json --policy w/split.policy",
    "verify w/receipt --policy w/w.policy",
    "verify w/conflict.json --policy w/w.policy",
    "log check a/log",
    "log check a/log --policy b/trusted/a.policy",
    "explain p.json",
    "explain a/log/checkpoint",
    "demo --out story",
    "witness init --witness w9 --name w9.example --log b/trusted/a.policy",
    "witness follow b/share/b.policy --witness w9",
    "witness request a/log --old 0 --out a.request",
    "witness cosign a.request --witness w9 --out a.answer",
    "witness add a.answer --log a/log --policy b/trusted/a.policy",
    "form request.answer",
    "agreement check story/terms.toml",
    "agreement check story/terms.toml --policy story/terms.policy",
    "agreement preset us-cn-2015 --party a=story/a/log --party b=story/b/log --policy story/terms.policy",
    "issue party.declare --from story/declare.toml --party a --unlock a.key",
    "audit story/terms.toml --log a=story/a/log --log b=story/b/log --report r.json --annex annex",
    "audit --check annex",
    "inbox story/terms.toml --party story/a --log story/b/log",
    "witness cosign story/a/log --witness story/w1 --out again",
    "witness add again --log story/a/log --policy story/b/trusted/a.witnessed.policy",
    "anchor a/log --party b --unlock b.key --policy b/trusted/a.policy",
    "keys list --party a --unlock a.key",
    "vault passphrase --party b --unlock b.key --new-unlock n.key",
    "keys add --party a --unlock a.key",
    "keys rotate --role author --party a --unlock a.key",
    "keys rotate --role sealing --party a --unlock a.key",
    "show 7 --party a --unlock a.key",
    "show 11 --party a --unlock a.key",
    "receipt 7 --party a",
    "doctor --party a",
    "doctor --party a --unlock b.key",
    "completion bash",
    "completion zsh",
    "completion fish",
    "man man1",
    "sets save first --party a --field id --field sector.2",
    "sets list --party a",
    "sets show first --party a",
    "entries --party a --unlock a.key --kind incident.amend --newest",
    "finding make f/one.note f/other.note --policy f/f.policy --out f.json",
    "finding make f/one.note f/other.note --policy f/f.policy",
    "verify f.json",
    "verify f/backwards.json --policy f/f.policy",
    "explain f.json",
    "witness evidence w9",
    "verify p.json --policy b/share/b.policy",
    "verify",
    "commit --party a --unlock a.key missing.json",
    "log check a/share",
    "log access add b.example --file access.json",
    "log access list --file access.json",
    "log access remove b.example --file access.json",
];

/// That an object is what the schema says.
pub(crate) fn check(value: &Value) {
    Schema::read().check(value).unwrap();
}

fn printed(world: &World) -> Vec<(String, Value)> {
    let print = |arguments: &&str| {
        let output = world.detente(&format!("{arguments} --json")).output().unwrap();
        ((*arguments).to_owned(), Value::parse_file(&output.stdout).unwrap())
    };
    world.link_log();
    COMMANDS.iter().map(print).collect()
}

#[test]
fn every_object_is_what_the_schema_says() {
    let schema = Schema::read();
    let mut tags = BTreeSet::new();
    for (arguments, value) in printed(&World::new()) {
        schema.check(&value).unwrap_or_else(|why| panic!("{arguments}: {why}"));
        let members = value.as_object().unwrap().clone();
        let object = members.get("object").and_then(Value::as_str).unwrap_or_default();
        tags.insert(format!("{} {object}", members["detente"].as_str().unwrap()));
        rejects_other_members(&schema, &members);
    }
    let expected = [
        "agreement-check/v1 ",
        "agreement-preset/v1 ",
        "anchor/v1 ",
        "audit-run/v1 ",
        "form/v1 ",
        "inbox/v1 ",
        "issue/v1 ",
        "commit/v1 ",
        "completion/v1 ",
        "demo/v1 ",
        "disclose/v1 ",
        "doctor/v1 ",
        "entries/v1 ",
        "failure/v1 ",
        "init/v1 ",
        "key-event/v1 ",
        "keys/v1 ",
        "vault-export/v1 ",
        "vault-import/v1 ",
        "vault-passphrase/v1 ",
        "vault-recover/v1 ",
        "log-access-add/v1 ",
        "log-access-list/v1 ",
        "log-access-remove/v1 ",
        "log-check/v1 ",
        "man/v1 ",
        "receipt/v1 ",
        "sets/v1 ",
        "show/v1 ",
        "finding-make/v1 ",
        "verify/v1 finding",
        "verify/v1 presentation",
        "verify/v1 receipt",
        "witness-add/v1 ",
        "witness-cosign/v1 ",
        "witness-evidence/v1 ",
        "witness-follow/v1 ",
        "witness-init/v1 ",
        "witness-request/v1 ",
    ];
    let found: BTreeSet<&str> =
        tags.iter().map(String::as_str).filter(|tag| !tag.starts_with("explain/v1")).collect();
    assert_eq!(found, BTreeSet::from(expected));
    assert!(tags.iter().any(|tag| tag.starts_with("explain/v1")));
}

/// The schema would notice a member that is missing, new, or of another type.
fn rejects_other_members(schema: &Schema, members: &Object) {
    let optional = ["file", "length", "encrypted"];
    let disclose = members["detente"].as_str() == Some("disclose/v1");
    for name in members.keys() {
        let mut fewer = members.clone();
        fewer.remove(name);
        let allowed = disclose && optional.contains(&name.as_str());
        assert_eq!(schema.check(&Value::Object(fewer)).is_ok(), allowed, "without {name}");
        let mut other = members.clone();
        other.insert(name.clone(), Value::Object(Object::new()));
        assert!(schema.check(&Value::Object(other)).is_err(), "{name} of another type");
    }
    let mut more = members.clone();
    more.insert("colour".to_owned(), Value::Null);
    assert!(schema.check(&Value::Object(more)).is_err(), "a new member");
}

/// The book names every member of every object.
#[test]
fn the_book_names_every_member() {
    let book = crate::command::tests().join("..").join("docs/src/command-line.md");
    let book = fs::read_to_string(book).unwrap();
    let schema = Schema::read();
    let mut names = 0;
    for definition in schema.0.as_object().unwrap()["$defs"].as_object().unwrap().values() {
        let Some(members) = definition.as_object().unwrap().get("properties") else { continue };
        for (name, rule) in members.as_object().unwrap() {
            names += 1;
            assert!(book.contains(&format!("`{name}`")), "{name} is not in the book");
            if let Some(tag) = rule.as_object().unwrap().get("const").and_then(Value::as_str) {
                assert!(book.contains(&format!("`{tag}`")), "{tag} is not in the book");
            }
        }
    }
    assert!(names > 80, "the definitions were not read");
}
