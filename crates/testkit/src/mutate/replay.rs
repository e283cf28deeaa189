//! Whole logs after damage: entries moved, changed or new, then log ids and signatures made to fit again.

use super::{
    ring,
    statements::{self, change, parse, signed_again},
    text,
};
use crate::{
    build::{
        statement::{AUTHOR, SEALING, Statement, key_add, key_revoke, key_rotate, kind, log_close, nonce},
        tree::leaf_hash,
    },
    random::Random,
};

/// One to three changes of a log.
pub(super) fn damaged(entries: &[Vec<u8>], random: &mut Random) -> Vec<Vec<u8>> {
    let mut entries = entries.to_vec();
    for _ in 0..=random.below(3) {
        match random.below(8) {
            0 | 1 => {
                // A log without its own genesis is over at once.
                let mut rest = entries.split_off(usize::from(!random.once_in(6)).min(entries.len()));
                text::reorder(&mut rest, random);
                entries.extend(rest);
            }
            2 if !entries.is_empty() => {
                let at = random.below(entries.len());
                entries[at] = statements::damaged(&entries[at], random);
            }
            _ => {
                let log = entries.first().map_or([0; 32], |zero| leaf_hash(zero));
                let at = 1 + random.below(entries.len());
                entries.insert(at.min(entries.len()), another(log, random));
            }
        }
    }
    if random.once_in(4) { entries } else { fitted(&entries) }
}

/// An entry that this log could have, by a key that it may or may not know.
pub(super) fn another(log: [u8; 32], random: &mut Random) -> Vec<u8> {
    let [_, author, sealing, ..] = &ring::keys()[2..] else { panic!("the keys of a.example") };
    let author = if random.once_in(8) { random.pick(ring::keys()) } else { author };
    let new = random.pick(ring::keys());
    let old = match random.below(4) {
        0 => random.pick(ring::keys()),
        1 => author,
        _ => sealing,
    };
    let fill = random.below(200) as u8;
    let odd = random.once_in(8);
    let (kind, mut body) = match random.below(10) {
        0 | 1 => (kind::KEY_ADD, key_add(&log, fill, if odd { SEALING } else { AUTHOR }, new)),
        2 | 3 => {
            let role = if (old.public == sealing.public) == odd { AUTHOR } else { SEALING };
            (kind::KEY_ROTATE, key_rotate(&log, fill, &old.digest(), role, new))
        }
        4 => (kind::KEY_REVOKE, key_revoke(fill, &old.digest(), random.below(if odd { 5 } else { 4 }) as u8)),
        5 if random.once_in(2) => (kind::LOG_CLOSE, log_close(fill, &[0; 32])),
        5 | 6 => (*random.pick(statements::KINDS), nonce(fill).to_vec()),
        _ => {
            let by = if odd { author } else { sealing };
            return Statement::sealing(log, by, [random.below(4) as u8; 32]).signed(by);
        }
    };
    if random.once_in(6) {
        // A bit of the possession, when there is one.
        *body.last_mut().unwrap() ^= 1;
        return Statement::visible(log, author, kind, body).signed(author);
    }
    let mut statement = Statement::visible(log, author, kind, body);
    if kind > 6 && random.once_in(2) {
        statement.sealed = Some([random.below(4) as u8; 32]);
    }
    if random.once_in(8) {
        change(&mut statement, random);
    }
    statement.signed(author)
}

/// The same entries under the log id of the first, signed again where the author's key is known.
fn fitted(entries: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let Some((zero, rest)) = entries.split_first() else { return vec![] };
    let log = leaf_hash(zero);
    let again = |entry: &Vec<u8>| {
        let mut statement = parse(entry)?;
        let key = ring::by_digest(&statement.author)?;
        if statement.log == log {
            return None;
        }
        statement.log = log;
        Some(signed_again(&mut statement, key))
    };
    let rest = rest.iter().map(|entry| again(entry).unwrap_or_else(|| entry.clone()));
    core::iter::once(zero.clone()).chain(rest).collect()
}
