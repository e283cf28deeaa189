//! Scenarios of `specs/statement.md`.

mod decode;
mod events;
mod genesis;
mod replay;

use detente_core::json::Object;

use crate::{
    build::{
        bytes::{Hash, base64, hex},
        statement::Party,
    },
    vector::{Operation, Vector, object, texts},
};

pub(super) fn vectors() -> Vec<Vector> {
    let mut decode = Operation::new("statement.decode");
    decode::vectors(&mut decode);
    genesis::vectors(&mut decode);
    let mut replay = Operation::new("statement.replay");
    replay::vectors(&mut replay);
    events::vectors(&mut replay);
    [decode.into_vectors(), replay.into_vectors()].concat()
}

/// The party of all scenarios here.
fn party() -> Party {
    Party::named("a.example")
}

/// Input of `statement.replay`; `at` is the index that fails, for information.
fn entries(entries: &[Vec<u8>], at: Option<usize>) -> Object {
    let list: Vec<String> = entries.iter().map(base64).collect();
    let mut input = object! {"entries": texts(&list)};
    if let Some(at) = at {
        input.insert("at".to_owned(), (at as u32).into());
    }
    input
}

/// Output of `statement.replay`.
fn history(log: &Hash, usable: &[Hash], closed: bool) -> Object {
    let mut usable: Vec<String> = usable.iter().map(|digest| hex(digest)).collect();
    usable.sort();
    object! {"log": hex(log), "authors": texts(&usable), "closed": closed}
}
