//! Documents that the profile accepts, of every shape.

use detente_core::json::{Number, Object, Value};
use detente_disclosure::{Profile, Shape, Slot, ValueType};
use proptest::prelude::*;

/// Any JSON value, a few levels deep; null is one.
pub(crate) fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        number(),
        "\\PC{0,12}".prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            object_of(inner).prop_map(Value::Object),
        ]
    })
}

/// Any object, a few levels deep.
pub(crate) fn any_object() -> impl Strategy<Value = Object> {
    object_of(any_value())
}

fn object_of(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Object> {
    // Names above U+FFFF and names that a residue's inner slots have are among them.
    let name = prop_oneof![
        "\\PC{0,8}",
        Just("timeline".to_owned()),
        Just("notification".to_owned()),
        Just("𝄞".to_owned())
    ];
    proptest::collection::btree_map(name, inner, 0..4)
}

fn number() -> impl Strategy<Value = Value> {
    prop_oneof![any::<i32>().prop_map(f64::from), any::<f64>(), Just(-0.0), Just(9_007_199_254_740_991.0)]
        .prop_map(|number| Number::new(number).map_or(Value::Null, Value::Number))
}

/// A document of the built-in profile: some of its properties, each with a value of a type that its slot lists.
pub(crate) fn any_document() -> impl Strategy<Value = Object> {
    let slots = Profile::veris_1().slots();
    let property = (0..slots.len()).prop_flat_map(move |at| (Just(at), value_of(&slots[at])));
    proptest::collection::vec(property, 0..40).prop_map(move |properties| {
        let mut document = Object::new();
        for (at, value) in properties {
            if let Some(pointer) = slots[at].pointer() {
                put(&mut document, pointer.tokens(), value);
            }
        }
        document
    })
}

fn value_of(slot: &Slot) -> BoxedStrategy<Value> {
    let types: Vec<_> = slot.types().iter().map(|listed| value_of_type(*listed, slot)).collect();
    proptest::strategy::Union::new(types).boxed()
}

fn value_of_type(listed: ValueType, slot: &Slot) -> BoxedStrategy<Value> {
    match listed {
        ValueType::Array => proptest::collection::vec(any_value(), 0..4).prop_map(Value::Array).boxed(),
        ValueType::Boolean => any::<bool>().prop_map(Value::Bool).boxed(),
        ValueType::Number => number().prop_filter("a number", |value| *value != Value::Null).boxed(),
        ValueType::String => "\\PC{0,20}".prop_map(Value::String).boxed(),
        // The members of a container have slots of their own; only the empty object is its own value.
        ValueType::Object if *slot.shape() == Shape::Container => Just(Value::Object(Object::new())).boxed(),
        ValueType::Object => any_object().prop_map(Value::Object).boxed(),
    }
}

/// Puts a property where it fits; one that another value is in the way of is left out.
fn put(members: &mut Object, tokens: &[String], value: Value) {
    match tokens {
        [] => {}
        [name] => {
            members.entry(name.clone()).or_insert(value);
        }
        [name, below @ ..] => {
            let inner = members.entry(name.clone()).or_insert_with(|| Value::Object(Object::new()));
            if let Value::Object(inner) = inner {
                put(inner, below, value);
            }
        }
    }
}
