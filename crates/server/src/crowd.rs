//! How many of something each client has at once.

use core::hash::Hash;
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

/// Counts, by client and of all.
#[derive(Debug)]
pub(crate) struct Crowd<K>(Mutex<(HashMap<K, usize>, usize)>);

/// What is counted; dropping it ends that.
#[derive(Debug)]
pub(crate) struct Place<K: Eq + Hash> {
    crowd: Arc<Crowd<K>>,
    who: K,
    weight: usize,
}

impl<K> Default for Crowd<K> {
    fn default() -> Self {
        Self(Mutex::new((HashMap::new(), 0)))
    }
}

impl<K: Eq + Hash + Clone> Crowd<K> {
    /// A place, unless the client has so many.
    pub(crate) fn enter(self: &Arc<Self>, who: K, limit: usize) -> Option<Place<K>> {
        self.take(who, 1, limit, usize::MAX)
    }

    /// As much as `weight`, while the client has no more than `each` with it and everybody together no more than `all`.
    pub(crate) fn take(self: &Arc<Self>, who: K, weight: usize, each: usize, all: usize) -> Option<Place<K>> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (clients, total) = &mut *counts;
        let own = clients.get(&who).copied().unwrap_or(0);
        if own.saturating_add(weight) > each || total.saturating_add(weight) > all {
            return None;
        }
        clients.insert(who.clone(), own + weight);
        *total += weight;
        drop(counts);
        Some(Place { crowd: Arc::clone(self), who, weight })
    }
}

impl<K: Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        let mut counts = self.crowd.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (clients, total) = &mut *counts;
        *total -= self.weight;
        if let Some(count) = clients.get_mut(&self.who) {
            *count -= self.weight;
            if *count == 0 {
                clients.remove(&self.who);
            }
        }
    }
}

/// The address that limits count by: an IPv6 network of 64 bits is what one client is given, and all of it is his.
pub(crate) fn origin_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [one, two, three, four, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(one, two, three, four, 0, 0, 0, 0))
        }
        address => address,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_64_bits_is_one_client() {
        let of = |text: &str| origin_of(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"), "the same client by the other protocol");
        assert_ne!(of("::ffff:192.0.2.1"), of("::ffff:192.0.2.2"));
        assert_eq!(of("192.0.2.1"), "192.0.2.1".parse::<IpAddr>().unwrap());
    }

    #[test]
    fn each_has_so_many_and_gives_them_back() {
        let crowd = Arc::<Crowd<u8>>::default();
        let held: Vec<_> = (0..2).map(|_| crowd.enter(1, 2).unwrap()).collect();
        assert!(crowd.enter(1, 2).is_none() && crowd.enter(2, 2).is_some());
        drop(held);
        assert!(crowd.enter(1, 2).is_some());
        let held = [crowd.take(1, 6, 8, 20), crowd.take(2, 8, 8, 20)].map(Option::unwrap);
        assert!(crowd.take(1, 3, 8, 20).is_none() && crowd.take(3, 7, 8, 20).is_none());
        assert!(crowd.take(1, 2, 8, 20).is_some() && crowd.take(3, 6, 8, 20).is_some());
        drop(held);
        let counts = crowd.0.lock().unwrap();
        assert!(counts.0.is_empty() && counts.1 == 0, "nobody is remembered");
    }
}
