//! One change of a genesis' body.

use super::{ring, text};
use crate::{
    build::{
        bytes::prefixed,
        edwards::torsion,
        keys::{COSIGNATURE, LOG, vkey},
        statement::{Genesis, key_entry},
    },
    random::Random,
};

/// The fields of a body without mistakes in its layout.
fn parse(body: &[u8]) -> Option<Genesis> {
    fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
        let (head, tail) = rest.split_first_chunk::<N>()?;
        *rest = tail;
        Some(*head)
    }
    fn text(rest: &mut &[u8]) -> Option<Vec<u8>> {
        let length = usize::try_from(u64::from_le_bytes(take(rest)?)).ok()?;
        let (head, tail) = rest.split_at_checked(length)?;
        *rest = tail;
        Some(head.to_vec())
    }
    let rest = &mut &*body;
    let nonce: [u8; 16] = take(rest)?;
    let (origin, party, vkey) = (text(rest)?, text(rest)?, text(rest)?);
    let count = u64::from_le_bytes(take(rest)?);
    let keys = (0..count.min(100)).map(|_| take::<34>(rest).map(Vec::from)).collect::<Option<_>>()?;
    let recovery = take::<33>(rest)?.to_vec();
    take::<32>(rest)?;
    Some(Genesis {
        origin,
        party,
        vkey,
        keys,
        recovery,
        predecessor_log: take(rest)?,
        predecessor_size: u64::from_le_bytes(take(rest)?),
        predecessor_root: take(rest)?,
        fill: nonce[0],
    })
}

/// Changes one field, and now and then makes the vkey anew for the origin.
pub(super) fn change(body: &mut Vec<u8>, random: &mut Random) {
    let Some(mut genesis) = parse(body) else { return };
    match random.below(12) {
        0 => genesis.origin = damaged(&genesis.origin, random),
        1 => genesis.party = damaged(&genesis.party, random),
        2 => genesis.party = random.pick(&[vec![], vec![b'x'; 255], vec![b'x'; 256], vec![0xff]]).clone(),
        3 => genesis.vkey = damaged(&genesis.vkey, random),
        4 => genesis.vkey = ring::any_vkey(random).into_bytes(),
        5 | 6 => text::reorder(&mut genesis.keys, random),
        7 => {
            let at = random.below(genesis.keys.len());
            let public =
                if random.once_in(3) { torsion(random.below(8)) } else { random.pick(ring::keys()).public };
            genesis.keys[at] = key_entry(*random.pick(&[0, 1, 1, 2, 2, 3]), &public);
        }
        8 => genesis.keys.push(key_entry(1 + random.below(2) as u8, &random.pick(ring::keys()).public)),
        9 => genesis.recovery[1..].copy_from_slice(&random.pick(ring::keys()).public),
        10 => genesis.recovery[0] = random.below(3) as u8,
        _ => {
            genesis.predecessor_log = *random.pick(&[[0; 32], [3; 32]]);
            genesis.predecessor_size = *random.pick(&[0, 1, i64::MAX as u64, 1 << 63]);
            genesis.predecessor_root = *random.pick(&[[0; 32], [4; 32]]);
        }
    }
    let mut bytes = genesis.body();
    if random.once_in(4)
        && let Ok(origin) = core::str::from_utf8(&genesis.origin)
    {
        let kind = if random.once_in(6) { COSIGNATURE } else { LOG };
        genesis.vkey = vkey(origin, kind, &random.pick(ring::keys()).public).into_bytes();
        bytes = genesis.body();
    }
    if random.once_in(12) {
        // The length of the origin, one off.
        bytes[16] = bytes[16].wrapping_add(*random.pick(&[1, 255]));
    }
    debug_assert!(bytes.len() > prefixed(&genesis.origin).len());
    *body = bytes;
}

fn damaged(given: &[u8], random: &mut Random) -> Vec<u8> {
    text::characters(&String::from_utf8_lossy(given), random).into_bytes()
}
