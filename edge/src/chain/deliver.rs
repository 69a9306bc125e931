//! Telling stores what was seen: at least once, in order for each address, and again until it is taken.
//!
//! What is due stands in the watches' rows, so that nothing is lost when anything dies; only the pause after a failure has
//! a row of its own.

use std::collections::VecDeque;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use groat_core::asset::ChainId;
use thiserror::Error;

use super::limits::{DELIVERIES_AT_ONCE, DELIVERY_RETRY_FIRST_MS, DELIVERY_RETRY_MOST_MS};
use super::messages::ObserveRequest;
use super::watches;
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

/// Delivers what is due, to several stores at once and to each in order. One that takes long keeps a place, not the others.
pub async fn deliver<S: Sql>(
    sql: &mut S,
    stores: &impl Stores,
    chain: ChainId,
    told: Told,
    clock: &impl Fn() -> i64,
) -> Result<(), SqlError> {
    let (mut reliable, mut failing) = (VecDeque::new(), VecDeque::new());
    for store in watches::stores_to_tell(sql)? {
        match retry_at_ms(sql, &store)? {
            None => reliable.push_back(store),
            Some(retry_at_ms) if retry_at_ms <= clock() && told != Told::Reliable => failing.push_back(store),
            Some(_) => {}
        }
    }
    let mut places = DELIVERIES_AT_ONCE;
    let mut flying = FuturesUnordered::new();
    loop {
        while flying.len() < DELIVERIES_AT_ONCE {
            let is_time = matches!(told, Told::Until(until_ms) if clock() < until_ms);
            let next = reliable.pop_front().or_else(|| {
                let store = failing.pop_front().filter(|_| is_time || places > 0)?;
                places = places.saturating_sub(1);
                Some(store)
            });
            let Some(store) = next else { break };
            let request = ObserveRequest { observations: watches::observations(sql, chain, &store)? };
            if !request.observations.is_empty() {
                flying.push(async move {
                    let taken = stores.observe(&store, &request).await;
                    (store, request, taken)
                });
            }
        }
        let Some((store, request, taken)) = flying.next().await else { return Ok(()) };
        match taken {
            Ok(()) => {
                watches::taken(sql, &request.observations)?;
                sql.run("DELETE FROM deliveries WHERE store = ?", &[store.as_str().into()])?;
                // There may be more for it.
                reliable.push_back(store);
            }
            Err(NotTaken(_)) => postpone(sql, &store, clock())?,
        }
    }
}

/// When the next delivery is due, if any is.
pub fn next_due_ms(sql: &mut impl Sql, now_ms: i64) -> Result<Option<i64>, SqlError> {
    let mut next_ms: Option<i64> = None;
    for store in watches::stores_to_tell(sql)? {
        let due_ms = retry_at_ms(sql, &store)?.unwrap_or(now_ms);
        next_ms = Some(next_ms.map_or(due_ms, |next_ms| next_ms.min(due_ms)));
    }
    Ok(next_ms)
}

fn retry_at_ms(sql: &mut impl Sql, store: &str) -> Result<Option<i64>, SqlError> {
    let row = sql.run_one("SELECT retry_at_ms FROM deliveries WHERE store = ?", &[store.into()])?;
    row.map(|row| row.integer(0)).transpose()
}

fn postpone(sql: &mut impl Sql, store: &str, now_ms: i64) -> Result<(), SqlError> {
    let row = sql.run_one("SELECT failures FROM deliveries WHERE store = ?", &[store.into()])?;
    let failures = row.map_or(Ok(0), |row| row.integer(0))?;
    let pause_ms = (DELIVERY_RETRY_FIRST_MS << failures.clamp(0, 16)).min(DELIVERY_RETRY_MOST_MS);
    sql.run(
        "INSERT OR REPLACE INTO deliveries (store, failures, retry_at_ms) VALUES (?, ?, ?)",
        &[store.into(), (failures + 1).into(), (now_ms + pause_ms).into()],
    )?;
    Ok(())
}
