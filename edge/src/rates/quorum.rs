//! One rate out of several: the median of the sources that are recent and agree, or none.

use groat_core::money::Rate;
use serde::{Deserialize, Serialize};

use super::sources::Source;
use super::{AGREE_BASIS_POINTS, STALE_MS};

/// What one source said of one coin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observation {
    /// Who said it.
    pub source: Source,
    /// The price of one whole coin.
    pub rate: Rate,
    /// When it was true: the exchange's own time where it gives one, else when it was asked.
    pub observed_at_ms: i64,
}

impl Observation {
    /// How old it is. A clock that runs ahead makes nothing younger than now.
    pub fn age_ms(&self, now_ms: i64) -> i64 {
        now_ms.saturating_sub(self.observed_at_ms).max(0)
    }
}

/// What the sources come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The median of those that count; none where fewer than two agree.
    pub rate: Option<Rate>,
    /// For each observation, in the order given, whether it counted.
    pub used: Vec<bool>,
}

/// Judges the observations of one coin, one a source.
///
/// (1) What is older than [`STALE_MS`] is dropped. (2) What lies further than [`AGREE_BASIS_POINTS`] from the median is
/// dropped. (3) Of what is left two must agree within the same measure: two sources on either side of their own midpoint
/// may be twice as far from each other.
pub fn judge(observations: &[Observation], now_ms: i64) -> Verdict {
    let none = || Verdict { rate: None, used: vec![false; observations.len()] };
    let recent = |observation: &Observation| observation.age_ms(now_ms) <= STALE_MS; // (1)
    let Some(middle) = median(observations.iter().filter(|it| recent(it)).map(|it| it.rate)) else { return none() };
    let near = |it: &Observation| recent(it) && it.rate.agrees_with(middle, AGREE_BASIS_POINTS); // (2)
    let used: Vec<bool> = observations.iter().map(near).collect();

    let mut rates: Vec<Rate> = observations.iter().filter(|it| near(it)).map(|it| it.rate).collect();
    rates.sort_unstable();
    let two_agree = rates.windows(2).any(|pair| pair[0].agrees_with(pair[1], AGREE_BASIS_POINTS)); // (3)
    if two_agree { Verdict { rate: median(rates), used } } else { none() }
}

/// The middle one, or halfway between the middle two.
fn median(rates: impl IntoIterator<Item = Rate>) -> Option<Rate> {
    let mut rates: Vec<Rate> = rates.into_iter().collect();
    rates.sort_unstable();
    let upper = rates.get(rates.len() / 2).copied()?;
    if rates.len() % 2 == 1 { Some(upper) } else { Some(rates[rates.len() / 2 - 1].midpoint(upper)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 1_795_255_180_000;
    const SOURCES: [Source; 4] = [Source::Coinbase, Source::Kraken, Source::Coingecko, Source::Bitstamp];

    /// Observations written as `price` or `price@age in seconds`.
    fn observations(texts: &[&str]) -> Vec<Observation> {
        let read = |(text, source): (&&str, Source)| {
            let (rate, age_s) = text.split_once('@').unwrap_or((text, "0"));
            let observed_at_ms = NOW_MS - age_s.parse::<i64>().unwrap() * 1_000;
            Observation { source, rate: Rate::parse(rate).unwrap(), observed_at_ms }
        };
        texts.iter().zip(SOURCES).map(read).collect()
    }

    #[test]
    fn judges() {
        /// Name, prices, the rate, and which of the prices counted.
        type Row = (&'static str, &'static [&'static str], Option<&'static str>, &'static [u8]);
        #[rustfmt::skip]
        let table: &[Row] = &[
            ("four agree",                  &["3000", "3010", "3002", "3004"],              Some("3003"),    &[1, 1, 1, 1]),
            ("three agree",                 &["3000", "3010", "3002"],                      Some("3002"),    &[1, 1, 1]),
            ("two agree",                   &["3000", "3010"],                              Some("3005"),    &[1, 1]),
            ("one is down",                 &["3000", "3010", "3002"],                      Some("3002"),    &[1, 1, 1]),
            ("one only",                    &["3000"],                                      None,            &[0]),
            ("nobody",                      &[],                                            None,            &[]),
            ("one ten times too high",      &["3000", "30000", "3002", "3004"],             Some("3002"),    &[1, 0, 1, 1]),
            ("one ten times too low",       &["3000", "300", "3002", "3004"],               Some("3002"),    &[1, 0, 1, 1]),
            ("high, and one is down",       &["3000", "30000", "3002"],                     Some("3001"),    &[1, 0, 1]),
            ("low, and one is down",        &["3000", "300", "3002"],                       Some("3001"),    &[1, 0, 1]),
            ("high, and two are down",      &["3000", "30000"],                             None,            &[0, 0]),
            ("two disagree",                &["3000", "3061"],                              None,            &[0, 0]),
            ("two at the edge agree",       &["3000", "3060"],                              Some("3030"),    &[1, 1]),
            ("two pairs disagree",          &["3000", "3001", "3300", "3301"],              None,            &[0, 0, 0, 0]),
            ("three disagree",              &["2700", "3000", "3300"],                      None,            &[0, 0, 0]),
            ("one stale",                   &["3000", "3001", "2990@61", "3003"],           Some("3001"),    &[1, 1, 0, 1]),
            ("a minute is not stale",       &["3000@60", "3002@60"],                        Some("3001"),    &[1, 1]),
            ("stale ones make no quorum",   &["3000", "3001@61", "3002@3600"],              None,            &[0, 0, 0]),
            ("stale ones move no median",   &["3000", "3001", "30000@61", "30000@61"],      Some("3000.5"),  &[1, 1, 0, 0]),
            ("from the future is now",      &["3000@-5", "3002"],                           Some("3001"),    &[1, 1]),
            ("a dollar is a dollar",        &["0.9999", "1.0003", "0.85", "1"],             Some("1"),       &[1, 1, 0, 1]),
        ];
        for (name, texts, rate, used) in table {
            let verdict = judge(&observations(texts), NOW_MS);
            assert_eq!(verdict.rate.map(Rate::print).as_deref(), *rate, "{name}");
            assert_eq!(verdict.used.iter().map(|used| u8::from(*used)).collect::<Vec<_>>(), *used, "{name}");
        }
    }

    proptest::proptest! {
        /// Three honest sources within 1 % of one another, and a liar who says anything: the rate stays among the honest.
        #[test]
        fn one_liar_moves_nothing_out_of_the_honest_range(
            honest in proptest::array::uniform3(300_000u64..=303_000),
            lie in 1u64..=1_000_000_000,
            place in 0usize..4,
        ) {
            let mut cents = honest.to_vec();
            cents.insert(place, lie);
            let texts: Vec<String> = cents.iter().map(|cents| format!("{}.{:02}", cents / 100, cents % 100)).collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let rate = judge(&observations(&texts), NOW_MS).rate.expect("three agree");
            let of = |cents: u64| Rate::parse(&format!("{}.{:02}", cents / 100, cents % 100)).unwrap();
            proptest::prop_assert!(of(*honest.iter().min().unwrap()) <= rate && rate <= of(*honest.iter().max().unwrap()));
        }

        #[test]
        fn the_order_of_sources_means_nothing(cents in proptest::collection::vec(1u64..=10_000_000, 0..4)) {
            let texts: Vec<String> = cents.iter().map(|cents| format!("{}.{:02}", cents / 100, cents % 100)).filter(|text| text != "0.00").collect();
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let backwards: Vec<&str> = texts.iter().rev().copied().collect();
            proptest::prop_assert_eq!(judge(&observations(&texts), NOW_MS).rate, judge(&observations(&backwards), NOW_MS).rate);
        }
    }
}
