//! One change of a statement's fields, signed again by its author.

use super::{genesis, ring};
use crate::{
    build::statement::{Statement, kind, possession, sign},
    random::Random,
    tamper::{Operator, damage, flip_bit},
};

/// Every code of the table of kinds, its ends, and codes around them.
pub(super) const KINDS: &[u32] = &[
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    15,
    16,
    17,
    32,
    33,
    34,
    35,
    36,
    37,
    38,
    39,
    40,
    48,
    53,
    64,
    66,
    67,
    200,
    256,
    u32::MAX,
];

/// The fields of well-formed entry bytes.
pub(super) fn parse(entry: &[u8]) -> Option<Statement> {
    let (unsigned, _) = entry.split_last_chunk::<64>()?;
    let ([version, suite], rest) = unsigned.split_first_chunk()?;
    let (log, rest) = rest.split_first_chunk::<32>()?;
    let (author, rest) = rest.split_first_chunk::<32>()?;
    let (kind, rest) = rest.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (body, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    let sealed = match rest {
        [0, 0] => None,
        [1, sealed @ .., 0] => Some(sealed.try_into().ok()?),
        _ => return None,
    };
    let (kind, body) = (u32::from_le_bytes(*kind), body.to_vec());
    Some(Statement { version: *version, suite: *suite, log: *log, author: *author, kind, body, sealed })
}

/// Entry bytes with one change. Three of four are signed again, now and then by another key.
pub(super) fn damaged(entry: &[u8], random: &mut Random) -> Vec<u8> {
    let Some(mut statement) = parse(entry) else { return damage(entry, &Operator::ALL, random) };
    if random.once_in(5) {
        let unsigned = layout(&statement, random);
        return match ring::by_digest(&statement.author) {
            Some(key) => sign(&unsigned, key),
            None => [&unsigned[..], &entry[entry.len() - 64..]].concat(),
        };
    }
    change(&mut statement, random);
    match ring::by_digest(&statement.author) {
        Some(key) if !random.once_in(4) => signed_again(&mut statement, key),
        _ if random.once_in(2) => statement.signed(random.pick(ring::keys())),
        _ => [&statement.unsigned(), &entry[entry.len() - 64..]].concat(),
    }
}

/// The entry signed by a key, a possession in it made anew when its key is known.
pub(super) fn signed_again(statement: &mut Statement, key: &crate::build::keys::Key) -> Vec<u8> {
    let start = match (statement.kind, statement.body.len()) {
        (kind::KEY_ADD, 114) => 16,
        (kind::KEY_ROTATE, 146) => 48,
        _ => return statement.signed(key),
    };
    let nonce = *statement.body.first_chunk().unwrap();
    let role = statement.body[start];
    if let Some(new) = ring::by_public(&statement.body[start + 2..start + 34]) {
        let made = possession(new, &statement.log, role, &nonce);
        statement.body[start + 34..].copy_from_slice(&made);
    }
    statement.signed(key)
}

/// One field changed; the result may still be valid.
pub(super) fn change(statement: &mut Statement, random: &mut Random) {
    match random.below(12) {
        0 => statement.version = *random.pick(&[0, 2, 255]),
        1 => statement.suite = *random.pick(&[0, 2, 255]),
        2 => {
            let near = flip_bit(&statement.log, random.below(256)).try_into().unwrap();
            statement.log = *random.pick(&[[0; 32], [1; 32], near]);
        }
        3 => statement.author = random.pick(ring::keys()).digest(),
        4 | 5 => statement.kind = *random.pick(KINDS),
        6 => {
            statement.sealed = match statement.sealed {
                Some(sealed) if random.once_in(2) => {
                    Some(flip_bit(&sealed, random.below(256)).try_into().unwrap())
                }
                Some(_) => None,
                None => Some([7; 32]),
            }
        }
        _ => body(statement, random),
    }
}

fn body(statement: &mut Statement, random: &mut Random) {
    let key_at = match statement.kind {
        kind::GENESIS if !random.once_in(4) => return genesis::change(&mut statement.body, random),
        kind::KEY_ADD => 18,
        kind::KEY_ROTATE => 50,
        _ => statement.body.len(),
    };
    match random.below(7) {
        0 | 1 if key_at + 32 <= statement.body.len() => {
            let key = if random.once_in(4) {
                crate::build::edwards::torsion(random.below(8))
            } else {
                random.pick(ring::keys()).public
            };
            statement.body[key_at..key_at + 32].copy_from_slice(&key);
        }
        2 if key_at < statement.body.len() => statement.body[key_at - 2] = *random.pick(&[0, 1, 2, 3]),
        3 if statement.body.len() >= 48 => {
            let digest = random.pick(ring::keys()).digest();
            statement.body[16..48].copy_from_slice(&digest);
        }
        4 if !statement.body.is_empty() => *statement.body.last_mut().unwrap() = random.below(6) as u8,
        5 => statement.body.resize(*random.pick(&[0, 15, 16, 17, 48, 49]), 7),
        _ => statement.body = damage(&statement.body, &Operator::ALL, random),
    }
}

/// Unsigned bytes whose lengths or tags are wrong.
fn layout(statement: &Statement, random: &mut Random) -> Vec<u8> {
    let mut bytes = statement.unsigned();
    let tag = 78 + statement.body.len();
    match random.below(7) {
        0 => bytes[70] = bytes[70].wrapping_add(1),
        1 => bytes[70] = bytes[70].wrapping_sub(1),
        2 => bytes[77] = *random.pick(&[1, 0x80, 0xff]),
        3 => bytes[tag] = *random.pick(&[0, 1, 2, 255]),
        4 => *bytes.last_mut().unwrap() = *random.pick(&[1, 2, 255]),
        5 => bytes.push(0),
        _ => _ = bytes.pop(),
    }
    bytes
}
