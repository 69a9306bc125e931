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
