//! Telling stores what was seen: at least once, in order for each address, and again until it is taken.
//!
//! What is due stands in the watches' rows, so that nothing is lost when anything dies. What a store has taken stands in one
//! row of it, however many reports those were: all up to a number. After a crash some of them are told again.

use std::collections::{BTreeMap, VecDeque};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use groat_core::asset::ChainId;
use thiserror::Error;

use super::limits::{DELIVERIES_AT_ONCE, DELIVERY_RETRY_FIRST_MS, DELIVERY_RETRY_MOST_MS, OBSERVATIONS_PER_REQUEST};
use super::messages::ObserveRequest;
use super::reports::{self, Untold};
use super::state::{integer, unsigned};
use crate::sql::{Sql, SqlError};

/// A store did not take a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the store did not take the observations: {0}")]
pub struct NotTaken(pub String);

/// Carries observations to stores.
#[expect(async_fn_in_trait, reason = "a Durable Object runs on one thread, so no Send bound is wanted")]
pub trait Stores {
    /// Hands observations to the object of a store, named by its ten digits. Done means stored over there.
    async fn observe(&self, store: &str, request: &ObserveRequest) -> Result<(), NotTaken>;
}

/// Which stores are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Those that took the last delivery, before a poll: one that is slow must not keep the chain waiting.
    Reliable,
    /// All; beyond the first few that failed before, only until a time, when the next poll is due.
    Until(i64),
}

/// What one store is to be told, oldest report first.
struct Round {
    store: String,
    reports: VecDeque<Untold>,
}

impl Round {
    /// The next request, and up to where the store has taken everything once it has taken that. Reports of one number may
    /// lie in several requests.
    fn next(&mut self, sql: &mut impl Sql, chain: ChainId) -> Result<Option<(ObserveRequest, u64)>, SqlError> {
        while !self.reports.is_empty() {
            let count = self.reports.len().min(OBSERVATIONS_PER_REQUEST);
            let (mut observations, mut last) = (Vec::with_capacity(count), 0);
            for report in self.reports.drain(..count) {
                observations.extend(reports::observation(sql, chain, &report.address)?);
                last = report.sequence;
            }
            let up_to = self.reports.front().map_or(last, |next| next.sequence - 1);
            // What is not told, because it changes just now, gets a higher number.
            if !observations.is_empty() {
                return Ok(Some((ObserveRequest { observations }, up_to)));
            }
        }
        Ok(None)
    }
}

/// Delivers what is due, to several stores at once and to each in order. One that takes long keeps a place, not the others.
pub async fn deliver<S: Sql>(
    sql: &mut S,
    stores: &impl Stores,
    chain: ChainId,
    told: Told,
    clock: &impl Fn() -> i64,
) -> Result<(), SqlError> {
    let mut rounds: BTreeMap<String, VecDeque<Untold>> = BTreeMap::new();
    for report in reports::untold(sql)? {
        rounds.entry(report.store.clone()).or_default().push_back(report);
    }
    forgive(sql, &rounds)?;
    let (mut reliable, mut failing) = (VecDeque::new(), VecDeque::new());
    for (store, reports) in rounds {
        let retry_at_ms = retry_at_ms(sql, &store)?;
        let round = Round { store, reports };
        match retry_at_ms {
            None => reliable.push_back(round),
            Some(retry_at_ms) if retry_at_ms <= clock() && told != Told::Reliable => failing.push_back(round),
            Some(_) => {}
        }
    }
    let mut places = DELIVERIES_AT_ONCE;
    let mut flying = FuturesUnordered::new();
    loop {
        while flying.len() < DELIVERIES_AT_ONCE {
            let is_time = matches!(told, Told::Until(until_ms) if clock() < until_ms);
            let next = reliable.pop_front().or_else(|| {
                let round = failing.pop_front().filter(|_| is_time || places > 0)?;
                places = places.saturating_sub(1);
                Some(round)
            });
            let Some(mut round) = next else { break };
            if let Some((request, up_to)) = round.next(sql, chain)? {
                flying.push(async move {
                    let taken = stores.observe(&round.store, &request).await;
                    (round, up_to, taken)
                });
            }
        }
        let Some((round, up_to, taken)) = flying.next().await else { return Ok(()) };
        match taken {
            Ok(()) => {
                note_taken(sql, &round.store, up_to)?;
                // There may be more for it.
                reliable.push_back(round);
            }
            Err(NotTaken(_)) => postpone(sql, &round.store, clock())?,
        }
    }
}

/// When the next delivery is due, if any is. Stores that take what they are told have been told whenever a tick is over.
pub fn next_due_ms(sql: &mut impl Sql) -> Result<Option<i64>, SqlError> {
    let row = sql.run_one("SELECT min(retry_at_ms) FROM deliveries WHERE failures > 0", &[])?;
    row.map_or(Ok(None), |row| row.optional_integer(0))
}

/// Notes that a store has taken everything up to a report; newer ones stay due.
pub fn note_taken(sql: &mut impl Sql, store: &str, up_to: u64) -> Result<(), SqlError> {
    sql.run(
        "INSERT INTO deliveries (store, failures, retry_at_ms, taken) VALUES (?, 0, 0, ?)
            ON CONFLICT (store) DO UPDATE SET failures = 0, retry_at_ms = 0, taken = max(taken, excluded.taken)
            WHERE failures > 0 OR taken < excluded.taken",
        &[store.into(), integer(up_to)],
    )?;
    Ok(())
}

/// Ends the pauses of stores that are not to be told anything any more.
fn forgive(sql: &mut impl Sql, rounds: &BTreeMap<String, VecDeque<Untold>>) -> Result<(), SqlError> {
    for row in sql.run("SELECT store FROM deliveries WHERE failures > 0", &[])? {
        let store = row.text(0)?;
        if !rounds.contains_key(store) {
            sql.run("UPDATE deliveries SET failures = 0, retry_at_ms = 0 WHERE store = ?", &[store.into()])?;
        }
    }
    Ok(())
}

fn retry_at_ms(sql: &mut impl Sql, store: &str) -> Result<Option<i64>, SqlError> {
    let row = sql.run_one("SELECT retry_at_ms FROM deliveries WHERE store = ? AND failures > 0", &[store.into()])?;
    row.map(|row| row.integer(0)).transpose()
}

fn postpone(sql: &mut impl Sql, store: &str, now_ms: i64) -> Result<(), SqlError> {
    let row = sql.run_one("SELECT failures FROM deliveries WHERE store = ?", &[store.into()])?;
    let failures = row.map_or(Ok(0), |row| unsigned(&row, 0))?;
    let pause_ms = (DELIVERY_RETRY_FIRST_MS << failures.min(16)).min(DELIVERY_RETRY_MOST_MS);
    sql.run(
        "INSERT INTO deliveries (store, failures, retry_at_ms) VALUES (?, ?, ?)
            ON CONFLICT (store) DO UPDATE SET failures = excluded.failures, retry_at_ms = excluded.retry_at_ms",
        &[store.into(), integer(failures + 1), (now_ms + pause_ms).into()],
    )?;
    Ok(())
}
