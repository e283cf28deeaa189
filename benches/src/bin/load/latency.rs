//! Waiting times, counted and not kept: ten million of them must not show in the memory that is measured.

/// Steps of a doubling; a time is known to less than 2 parts in 100.
const STEPS: usize = 64;
const DOUBLINGS: usize = 27;

/// How many waits took how many microseconds.
#[derive(Debug, Clone)]
pub(crate) struct Waits {
    counts: Vec<u32>,
}

impl Waits {
    pub(crate) fn new() -> Self {
        Self { counts: vec![0; STEPS * DOUBLINGS] }
    }

    pub(crate) fn add(&mut self, microseconds: u128) {
        let time = u32::try_from(microseconds).unwrap_or(u32::MAX) as usize;
        // Below STEPS each microsecond has its own place; above, each doubling has STEPS / 2 of them twice as wide.
        let doubling = (usize::BITS - (time / STEPS).leading_zeros()) as usize;
        let place = (doubling * STEPS / 2 + (time >> doubling)).min(self.counts.len() - 1);
        if let Some(count) = self.counts.get_mut(place) {
            *count += 1;
        }
    }

    pub(crate) fn join(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
    }

    /// Milliseconds within which so many of a hundred waits ended.
    pub(crate) fn percentile(&self, part: u64) -> f64 {
        let total: u64 = self.counts.iter().map(|count| u64::from(*count)).sum();
        let mut left = total * part / 100;
        for (place, count) in self.counts.iter().enumerate() {
            if left < u64::from(*count) {
                return lowest(place) as f64 / 1e3;
            }
            left -= u64::from(*count);
        }
        f64::NAN
    }
}

/// The shortest time that is counted at a place, in microseconds.
const fn lowest(place: usize) -> usize {
    if place < STEPS {
        return place;
    }
    let doubling = place / (STEPS / 2) - 1;
    (place - doubling * STEPS / 2) << doubling
}

#[cfg(test)]
mod tests {
    use super::{Waits, lowest};

    #[test]
    fn a_time_is_found_where_it_was_counted_within_two_parts_of_a_hundred() {
        for time in [0, 1, 63, 64, 65, 127, 128, 1000, 99_999, 1_234_567, 60_000_000] {
            let mut waits = Waits::new();
            waits.add(time);
            let found = waits.percentile(50) * 1e3;
            let time = time as f64;
            assert!(found <= time && time - found <= time / 32.0, "{time}: {found}");
        }
        assert!((1..1000).all(|place| lowest(place) > lowest(place - 1)));
    }

    #[test]
    fn half_of_the_waits_are_at_most_the_median() {
        let (mut one, mut other) = (Waits::new(), Waits::new());
        (0..50).for_each(|time| one.add(time));
        (50..100).for_each(|time| other.add(time * 1000));
        one.join(&other);
        assert!((one.percentile(49) - 0.049).abs() < 1e-9);
        assert!((one.percentile(99) - 99.0).abs() < 2.0);
    }
}
