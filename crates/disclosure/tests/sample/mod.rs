//! Small profiles and arbitrary documents.
#![allow(dead_code, reason = "each test file uses a part")]

use detente_core::{
    LogId,
    json::{Number, Object, Value},
};
use detente_disclosure::{Document, Profile, Shape, ValueType};
use proptest::prelude::*;

/// Eight slots: the envelope, a string in two parts, and a container that may be a string, with one member.
pub(crate) const EIGHT: &str = r#"{"names":{"all":[[0,8]],"code":[[4,2]],"ends":[[0,1],[7,1]]},"profile":"eight","slots":[
{"name":"kind","slot":0,"types":["string"]},{"name":"claimed_time","slot":1,"types":["string"]},
{"name":"author_role","slot":2,"types":["string"]},{"name":"amends","slot":3,"types":["string"]},
{"name":"code.2","part":[0,2],"pointer":"/code","slot":4,"types":["string"]},
{"name":"code.rest","part":[1,0],"pointer":"/code","slot":5,"types":["string"]},
{"container":true,"name":"box","pointer":"/box","slot":6,"types":["object","string"]},
{"name":"inside","pointer":"/box/in side","slot":7,"types":["boolean","number"]}],"version":1,"width":8}"#;

/// Sixteen slots: a residue with a number inside it, a string in three parts, a derived slot, three of no use.
pub(crate) const SIXTEEN: &str = r#"{"names":{},"profile":"sixteen","slots":[
{"name":"kind","slot":0,"types":["string"]},{"name":"claimed_time","slot":1,"types":["string"]},
{"name":"author_role","slot":2,"types":["string"]},{"name":"amends","slot":3,"types":["string"]},
{"name":"rest","pointer":"/rest","residue":true,"slot":5,"types":["object"]},
{"name":"year","pointer":"/rest/date/year","slot":6,"types":["number"]},
{"name":"p.1","part":[0,1],"pointer":"/p","slot":7,"types":["string"]},
{"name":"p.2","part":[1,2],"pointer":"/p","slot":8,"types":["string"]},
{"name":"p.3","part":[2,0],"pointer":"/p","slot":9,"types":["string"]},
{"name":"country","pointer":"/country","slot":11,"types":["array"]},
{"coarse_of":11,"name":"region","pointer":"/region","slot":12,"types":["array"]},
{"name":"a~b/c","pointer":"/a~0b~1c","slot":13,"types":["array","boolean","number","object","string"]}
],"version":1,"width":16}"#;

/// The file of a profile given as any JSON text.
pub(crate) fn file(text: &str) -> Vec<u8> {
    Value::parse(text.as_bytes()).unwrap().to_file()
}

pub(crate) fn profile(text: &str) -> Profile {
    Profile::parse(&file(text)).unwrap()
}

pub(crate) fn document(text: &str) -> Document {
    Document::parse(text.as_bytes()).unwrap()
}

pub(crate) fn log(byte: u8) -> LogId {
    LogId::new(detente_core::Digest::from_bytes([byte; 32]))
}

fn arb_string() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[0-9]{0,6}", ".{0,12}"]
}

fn arb_number() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<i32>().prop_filter_map("in range", |n| Number::new(f64::from(n))),
        any::<f64>().prop_filter_map("in range", Number::new),
    ]
    .prop_map(Value::Number)
}

pub(crate) fn arb_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        arb_number(),
        arb_string().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map(arb_string(), inner, 0..4).prop_map(Value::Object),
        ]
    })
}

pub(crate) fn arb_of(listed: ValueType) -> BoxedStrategy<Value> {
    match listed {
        ValueType::Array => prop::collection::vec(arb_json(), 0..3).prop_map(Value::Array).boxed(),
        ValueType::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        ValueType::Number => arb_number().boxed(),
        ValueType::Object => {
            prop::collection::btree_map(arb_string(), arb_json(), 0..3).prop_map(Value::Object).boxed()
        }
        ValueType::String => arb_string().prop_map(Value::from).boxed(),
    }
}

/// A value for one slot with a pointer; for a container that it is empty or a listed type other than object.
fn arb_entry(profile: &'static Profile) -> impl Strategy<Value = (Vec<String>, Value)> {
    let slots: Vec<_> = profile.slots().iter().filter(|slot| slot.pointer().is_some()).collect();
    (prop::sample::select(slots), any::<prop::sample::Index>()).prop_flat_map(|(slot, index)| {
        let listed = slot.types()[index.index(slot.types().len())];
        let value = match (slot.shape(), listed) {
            (Shape::Container, ValueType::Object) => Just(Value::Object(Object::new())).boxed(),
            _ => arb_of(listed),
        };
        (Just(slot.pointer().unwrap().tokens().to_vec()), value)
    })
}

fn put(members: &mut Object, tokens: &[String], value: Value) {
    let Some((token, rest)) = tokens.split_first() else { return };
    if rest.is_empty() {
        members.entry(token.clone()).or_insert(value);
    } else if let Value::Object(inner) =
        members.entry(token.clone()).or_insert_with(|| Value::Object(Object::new()))
    {
        put(inner, rest, value);
    }
}

/// Documents that the profile accepts: up to 60 of its properties, whatever fits beside one another.
pub(crate) fn arb_document(profile: &'static Profile) -> impl Strategy<Value = Document> {
    prop::collection::vec(arb_entry(profile), 0..60).prop_map(|entries| {
        let mut members = Object::new();
        for (tokens, value) in entries {
            put(&mut members, &tokens, value);
        }
        Document::from_value(Value::Object(members)).unwrap()
    })
}
