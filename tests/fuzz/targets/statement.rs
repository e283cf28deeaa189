//! Statements: canonical bytes, a key history begun with whatever decodes, and no tolerance at the end.
#![no_main]

use detente_core::LeafIndex;
use detente_statement::{KeyHistory, Replay, UnverifiedStatement};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(statement) = UnverifiedStatement::decode(data) else { return };
    assert_eq!(statement.bytes(), data);
    assert!(UnverifiedStatement::decode(&data[..data.len() - 1]).is_err());
    assert!(UnverifiedStatement::decode(&[data, &[0]].concat()).is_err());
    if let Ok((history, first)) = KeyHistory::begin(statement.clone()) {
        assert_eq!(first.index(), LeafIndex::ZERO);
        // A genesis is the beginning of one log and no later entry of any.
        assert!(LeafIndex::new(1).is_ok_and(|index| history.check(index, statement).is_err()));
    }
    let mut replay = Replay::new();
    let _ = replay.push(data).and_then(|_| replay.push(data));
});
