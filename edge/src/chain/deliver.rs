//! Telling stores what was seen: at least once, in order for each address, and again until it is taken.
//!
//! What is due stands in the watches' rows, so that nothing is lost when anything dies; only the pause after a failure has
//! a row of its own.

use groat_core::asset::ChainId;
use thiserror::Error;

use super::limits::{DELIVERY_RETRY_FIRST_MS, DELIVERY_RETRY_MOST_MS};
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

/// Delivers everything that is due.
pub async fn deliver<S: Sql>(
    sql: &mut S,
    stores: &impl Stores,
    chain: ChainId,
    clock: &impl Fn() -> i64,
) -> Result<(), SqlError> {
    for store in watches::stores_to_tell(sql)? {
        while retry_at_ms(sql, &store)?.is_none_or(|retry_at_ms| retry_at_ms <= clock()) {
            let request = ObserveRequest { observations: watches::observations(sql, chain, &store)? };
            if request.observations.is_empty() {
                break;
            }
            match stores.observe(&store, &request).await {
                Ok(()) => {
                    watches::taken(sql, &request.observations)?;
                    sql.run("DELETE FROM deliveries WHERE store = ?", &[store.as_str().into()])?;
                }
                Err(NotTaken(_)) => postpone(sql, &store, clock())?,
            }
        }
    }
    Ok(())
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
