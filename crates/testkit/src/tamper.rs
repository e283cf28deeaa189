//! Operators that damage a byte string in one place.

use crate::random::Random;

/// A kind of damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// One bit flipped.
    FlipBit,
    /// Cut off at a random place; at least one byte goes.
    Truncate,
    /// One to eight random bytes at the end.
    Extend,
    /// Two neighbouring runs of one to sixteen bytes exchanged.
    Swap,
    /// A run of one to sixty-four bytes written twice.
    Duplicate,
}

impl Operator {
    /// Every operator.
    pub const ALL: [Self; 5] = [Self::FlipBit, Self::Truncate, Self::Extend, Self::Swap, Self::Duplicate];

    /// The operators that keep the length, for byte strings whose length is fixed by the form of a vector.
    pub const SAME_LENGTH: [Self; 2] = [Self::FlipBit, Self::Swap];

    /// The damaged copy. It differs from `bytes` unless a swap or a duplication meets equal bytes, or `bytes` is empty
    /// and the operator only removes.
    pub fn apply(self, bytes: &[u8], random: &mut Random) -> Vec<u8> {
        match self {
            Self::FlipBit => flip_bit(bytes, random.below(bytes.len() * 8)),
            Self::Truncate => bytes[..random.below(bytes.len())].to_vec(),
            Self::Extend => {
                let more = (0..=random.below(8)).map(|_| random.next_u64() as u8);
                bytes.iter().copied().chain(more).collect()
            }
            Self::Swap => {
                let run = 1 + random.below((bytes.len() / 2).min(16));
                let at = random.below((bytes.len() + 1).saturating_sub(2 * run));
                swap(bytes, at, run)
            }
            Self::Duplicate => {
                let run = 1 + random.below(bytes.len().min(64));
                let at = random.below((bytes.len() + 1).saturating_sub(run));
                duplicate(bytes, at, run)
            }
        }
    }
}

/// One of `operators`, applied; tries again until something has changed, at most 16 times.
pub fn damage(bytes: &[u8], operators: &[Operator], random: &mut Random) -> Vec<u8> {
    for _ in 0..16 {
        let operator = operators[random.below(operators.len())];
        let damaged = operator.apply(bytes, random);
        if damaged != bytes {
            return damaged;
        }
    }
    bytes.to_vec()
}

/// Flips bit `number`, counted from the lowest bit of the first byte; nothing when it lies outside.
pub fn flip_bit(bytes: &[u8], number: usize) -> Vec<u8> {
    let mut copy = bytes.to_vec();
    if let Some(byte) = copy.get_mut(number / 8) {
        *byte ^= 1 << (number % 8);
    }
    copy
}

/// Exchanges the runs `[at, at + run)` and `[at + run, at + 2·run)`; nothing when they do not fit.
pub fn swap(bytes: &[u8], at: usize, run: usize) -> Vec<u8> {
    let mut copy = bytes.to_vec();
    if let Some(both) = copy.get_mut(at..at + 2 * run) {
        both.rotate_left(run);
    }
    copy
}

/// Writes the run `[at, at + run)` twice; nothing when it does not fit.
pub fn duplicate(bytes: &[u8], at: usize, run: usize) -> Vec<u8> {
    match (bytes.get(..at + run), bytes.get(at..)) {
        (Some(head), Some(tail)) => [head, tail].concat(),
        _ => bytes.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_changes_and_keeps_its_promise_of_length() {
        let bytes: Vec<u8> = (0..100).collect();
        let mut random = Random::new(7);
        for operator in Operator::ALL {
            for _ in 0..200 {
                let damaged = operator.apply(&bytes, &mut random);
                assert_ne!(damaged, bytes, "{operator:?}");
                match operator {
                    Operator::FlipBit | Operator::Swap => assert_eq!(damaged.len(), bytes.len()),
                    Operator::Truncate => assert!(damaged.len() < bytes.len()),
                    Operator::Extend | Operator::Duplicate => assert!(damaged.len() > bytes.len()),
                }
            }
        }
    }

    #[test]
    fn nothing_and_one_byte_do_not_panic() {
        let mut random = Random::new(7);
        for operator in Operator::ALL {
            for bytes in [&b""[..], b"x"] {
                for _ in 0..20 {
                    assert!(operator.apply(bytes, &mut random).len() <= bytes.len() + 8);
                }
            }
        }
    }

    #[test]
    fn one_seed_repeats_a_run() {
        let run = |seed| {
            let mut random = Random::new(seed);
            (0..50).map(|_| damage(b"some bytes to damage", &Operator::ALL, &mut random)).collect::<Vec<_>>()
        };
        assert_eq!(run(3), run(3));
        assert_ne!(run(3), run(4));
    }
}
