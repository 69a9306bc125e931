//! Token buckets in memory, one for each stranger, bounded whatever number of strangers there is. No floats, no clock.

use std::collections::BTreeMap;

/// Strangers remembered at once, in each of two generations. About 40 bytes each: under a megabyte.
const MAX_REMEMBERED: usize = 10_000;
/// A bucket holds this share of what it gets in a minute: a page's first requests come all at once, and a flood is over
/// after this many.
const BURST_SHARE: i64 = 4;
const MINUTE_MS: i64 = 60_000;

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// In 1/60,000 of a token, so that a millisecond brings a whole number.
    level: i64,
    at_ms: i64,
}

/// Buckets of one kind, all of one size.
#[derive(Debug)]
pub struct Buckets {
    per_minute: i64,
    capacity: i64,
    /// Those asked for lately. When it is full it becomes `earlier`, and what nobody asked for since is forgotten: by then
    /// others have come in their thousands.
    recent: BTreeMap<u64, Bucket>,
    earlier: BTreeMap<u64, Bucket>,
}

impl Buckets {
    /// Buckets that get `per_minute` tokens a minute, and hold a quarter of that.
    pub fn new(per_minute: u32) -> Self {
        let per_minute = i64::from(per_minute);
        let capacity = (per_minute / BURST_SHARE).max(1) * MINUTE_MS;
        Self { per_minute, capacity, recent: BTreeMap::new(), earlier: BTreeMap::new() }
    }

    /// Takes `tokens` from a bucket; or takes nothing and says in how many seconds they will be there.
    pub fn take(&mut self, who: u64, tokens: u32, now_ms: i64) -> Result<(), u32> {
        let mut bucket = self.filled(who, now_ms);
        let cost = (i64::from(tokens) * MINUTE_MS).min(self.capacity);
        let missing = cost - bucket.level;
        if missing <= 0 {
            bucket.level -= cost;
        }
        self.remember(who, bucket);
        if missing <= 0 {
            return Ok(());
        }
        let wait_ms = (missing + self.per_minute - 1) / self.per_minute;
        Err(u32::try_from((wait_ms + 999) / 1000).unwrap_or(u32::MAX))
    }

    /// Whether `tokens` are there, and if not, in how many seconds. Takes none.
    pub fn has(&mut self, who: u64, tokens: u32, now_ms: i64) -> Result<(), u32> {
        let before = self.filled(who, now_ms);
        let answer = self.take(who, tokens, now_ms);
        self.remember(who, before);
        answer
    }

    /// The bucket with what time has brought. A clock that went back brings nothing.
    fn filled(&self, who: u64, now_ms: i64) -> Bucket {
        let known = self.recent.get(&who).or_else(|| self.earlier.get(&who));
        let Some(bucket) = known else { return Bucket { level: self.capacity, at_ms: now_ms } };
        let passed_ms = (now_ms - bucket.at_ms).clamp(0, MINUTE_MS);
        Bucket { level: (bucket.level + passed_ms * self.per_minute).min(self.capacity), at_ms: now_ms }
    }

    fn remember(&mut self, who: u64, bucket: Bucket) {
        if self.recent.len() >= MAX_REMEMBERED && !self.recent.contains_key(&who) {
            self.earlier = std::mem::take(&mut self.recent);
        }
        self.recent.insert(who, bucket);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empties_and_fills_at_its_pace() {
        let mut buckets = Buckets::new(60);
        // (at_ms, tokens, expected)
        #[rustfmt::skip]
        let table: &[(i64, u32, Result<(), u32>)] = &[
            (0,         10, Ok(())),
            (0,          5, Ok(())),
            (0,          1, Err(1)),
            (999,        1, Err(1)),
            (1_000,      1, Ok(())),
            (1_000,      3, Err(3)),
            (500,        1, Err(1)),
            (4_000,      3, Ok(())),
            (3_600_000, 15, Ok(())),
            (3_600_000,  1, Err(1)),
        ];
        for (now_ms, tokens, expected) in table {
            assert_eq!(buckets.take(1, *tokens, *now_ms), *expected, "{tokens} at {now_ms}");
        }
        assert_eq!(buckets.take(2, 15, 3_600_000), Ok(()), "another's bucket is full");
        assert_eq!(buckets.has(3, 15, 3_600_000), Ok(()));
        assert_eq!(buckets.take(3, 15, 3_600_000), Ok(()), "looking takes nothing");
    }

    #[test]
    fn more_than_it_holds_costs_all_of_it() {
        let mut buckets = Buckets::new(4);
        assert_eq!(buckets.take(1, 100, 0), Ok(()));
        assert_eq!(buckets.take(1, 1, 0), Err(15));
    }

    #[test]
    fn strangers_by_the_thousand_fill_no_memory() {
        let mut buckets = Buckets::new(60);
        for who in 0..100_000 {
            assert_eq!(buckets.take(who, 1, 0), Ok(()));
        }
        assert!(buckets.recent.len() + buckets.earlier.len() <= 2 * MAX_REMEMBERED);
        assert_eq!(buckets.take(99_999, 14, 0), Ok(()), "who came lately");
        assert_eq!(buckets.take(99_999, 1, 0), Err(1), "is remembered");
    }
}
