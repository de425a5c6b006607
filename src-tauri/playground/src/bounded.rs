//! A map that cannot grow without end: entries expire, and beyond a cap the oldest gives way.

use std::collections::{BTreeMap, HashMap};

use aws_lc_rs::digest::{SHA256, digest};

/// What a secret (code, token, session cookie) is filed under: its SHA-256, so that the secret itself is not kept and a
/// look-up does not leak it through timing.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub fn of(secret: &str) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, secret.as_bytes()).as_ref());
        Self(bytes)
    }
}

/// Something that need not be kept for ever.
pub(crate) trait Expires {
    /// From this moment (Unix seconds) on, it may be forgotten.
    fn forget_at(&self) -> i64;
}

pub(crate) struct Bounded<V> {
    cap: usize,
    next_serial: u64,
    entries: HashMap<Fingerprint, (u64, V)>,
    /// Serial number to key, oldest first.
    ages: BTreeMap<u64, Fingerprint>,
}

impl<V: Expires> Bounded<V> {
    pub fn new(cap: usize) -> Self {
        Self { cap, next_serial: 0, entries: HashMap::new(), ages: BTreeMap::new() }
    }

    /// Files `value` under `key`, replacing what was there; the oldest entry leaves when the cap is reached.
    pub fn insert(&mut self, key: Fingerprint, value: V) {
        self.remove(&key);
        while self.entries.len() >= self.cap {
            let Some((_, oldest)) = self.ages.pop_first() else { break };
            self.entries.remove(&oldest);
        }
        let serial = self.next_serial;
        self.next_serial += 1;
        self.entries.insert(key, (serial, value));
        self.ages.insert(serial, key);
    }

    pub fn find(&self, key: &Fingerprint) -> Option<&V> {
        self.entries.get(key).map(|(_, value)| value)
    }

    pub fn find_mut(&mut self, key: &Fingerprint) -> Option<&mut V> {
        self.entries.get_mut(key).map(|(_, value)| value)
    }

    pub fn remove(&mut self, key: &Fingerprint) -> Option<V> {
        let (serial, value) = self.entries.remove(key)?;
        self.ages.remove(&serial);
        Some(value)
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.values_mut().map(|(_, value)| value)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Fingerprint, &V)> {
        self.entries.iter().map(|(key, (_, value))| (key, value))
    }

    /// Forgets what has expired by `now`.
    pub fn sweep(&mut self, now: i64) {
        let ages = &mut self.ages;
        self.entries.retain(|_, (serial, value)| {
            let keep = value.forget_at() > now;
            if !keep {
                ages.remove(serial);
            }
            keep
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Until(i64);
    impl Expires for Until {
        fn forget_at(&self) -> i64 {
            self.0
        }
    }

    #[test]
    fn the_oldest_entry_gives_way_at_the_cap() {
        let mut map = Bounded::new(3);
        for name in ["a", "b", "c", "d"] {
            map.insert(Fingerprint::of(name), Until(10));
        }
        assert!(map.find(&Fingerprint::of("a")).is_none());
        assert!(["b", "c", "d"].iter().all(|name| map.find(&Fingerprint::of(name)).is_some()));
        assert_eq!(map.ages.len(), map.entries.len());
    }

    #[test]
    fn replacing_an_entry_makes_it_the_youngest() {
        let mut map = Bounded::new(2);
        for name in ["a", "b", "a", "c"] {
            map.insert(Fingerprint::of(name), Until(10));
        }
        assert!(map.find(&Fingerprint::of("b")).is_none());
        assert!(map.find(&Fingerprint::of("a")).is_some());
    }

    #[test]
    fn sweeping_forgets_what_has_expired_and_nothing_else() {
        let mut map = Bounded::new(5);
        map.insert(Fingerprint::of("old"), Until(10));
        map.insert(Fingerprint::of("new"), Until(11));
        map.sweep(10);
        assert!(map.find(&Fingerprint::of("old")).is_none());
        assert!(map.find(&Fingerprint::of("new")).is_some());
        assert_eq!(map.ages.len(), 1);
    }
}
