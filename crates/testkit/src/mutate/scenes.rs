//! Presentations of random logs, most of them with one thing wrong that every signature and proof covers.

use detente_core::{
    base64,
    json::{Object, Value},
};

use super::{json, replay, ring};
use crate::{random::Random, vectors::presentation::varied};

/// Input of one presentation.
pub(super) fn scene(random: &mut Random) -> Object {
    let mut input = varied::input(ring::keys(), replay::another, random);
    if random.once_in(10) {
        let file = base64::decode(input["file"].as_str().unwrap()).unwrap();
        let value = json::damaged(&Value::parse(&file).unwrap(), random);
        input.insert("file".to_owned(), base64::encode(&value.to_file()).into());
    }
    input
}
