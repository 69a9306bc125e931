//! The watch list: what is watched, in which lane, and which reports are due.
//!
//! An address joins alone, from the time it was made, up to the head; then it moves on with its lane. The active lane is
//! looked at with every poll, the late lane now and then, so that a month of old invoices costs next to nothing.

use groat_core::asset::ChainId;
use groat_core::evm::Address;
use groat_core::id::{IdKind, StoreId};
use thiserror::Error;

use super::limits::{
    MAX_CONFIRMATIONS, OBSERVATIONS_PER_REQUEST, PROGRESS_STEPS, UNDELIVERED_KEPT_MS, WATCHES_PER_REQUEST,
};
use super::messages::{Observation, Watch};
use super::state::{Reach, State, address_text, integer, optional, parsed, reach, unsigned};
use crate::sql::{MAX_SAFE_INTEGER, Row, Sql, SqlError};

/// Why a watch is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WatchError {
    /// More than a request may hold.
    #[error("more than {WATCHES_PER_REQUEST} watches in one request")]
    TooMany,
    /// Something in a watch cannot be.
    #[error("the watch of {address} {reason}")]
    Refused {
        /// The address.
        address: Address,
        /// What is wrong.
        reason: &'static str,
    },
    /// Storage.
    #[error(transparent)]
    Sql(#[from] SqlError),
}

/// How often and with whom an address is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Alone, until it has reached the head.
    Joining,
    /// With every poll.
    Active,
    /// Now and then.
    Late,
}

impl Lane {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Joining => "joining",
            Self::Active => "active",
            Self::Late => "late",
        }
    }
}

/// True of a watch that has a payment whose last report did not show it final.
macro_rules! has_pending_payment {
    () => {
        "EXISTS (SELECT 1 FROM payments p WHERE p.address = watches.address
            AND p.height + watches.confirmations > watches.reported_head + 1)"
    };
}
/// True of a watch that belongs into the active lane at the time that is bound.
const IS_ACTIVE: &str = concat!(
    "(active_until_ms > ? OR dirty = 1 OR ",
    has_pending_payment!(),
    " OR EXISTS (SELECT 1 FROM payments p WHERE p.address = watches.address AND p.proven = 0))"
);

/// Stores watches: all of them, or none where one is refused. Says whether any of them is new or quickens.
///
/// What stands at an address that is asked for again is told again: the store may want more, or fewer, confirmations for it
/// by now than when it was told, and nobody would tell it of a payment that was final already.
pub fn add(sql: &mut impl Sql, watches: &[Watch], now_ms: i64) -> Result<bool, WatchError> {
    if watches.len() > WATCHES_PER_REQUEST {
        return Err(WatchError::TooMany);
    }
    for watch in watches {
        let refuse = |reason| Err(WatchError::Refused { address: watch.address, reason });
        if let Some(reason) = fault(watch) {
            return refuse(reason);
        }
        let known = "SELECT 1 FROM watches WHERE address = ? AND NOT (store = ? AND invoice_id = ?)";
        let values =
            [address_text(watch.address).into(), watch.store.as_str().into(), watch.invoice_id.as_str().into()];
        if sql.run_one(known, &values)?.is_some() {
            return refuse("belongs to another invoice");
        }
    }
    let (mut is_new, mut was_late) = (false, false);
    for watch in watches.iter().filter(|watch| watch.until_ms > now_ms) {
        let address = address_text(watch.address);
        let lane = sql.run_one("SELECT lane FROM watches WHERE address = ?", &[address.as_str().into()])?;
        is_new |= lane.is_none();
        was_late |= lane.is_some_and(|row| row.text(0) == Ok(Lane::Late.as_str()));
        sql.run(
            "INSERT INTO watches
                (address, store, invoice_id, confirmations, since_ms, active_until_ms, until_ms, lane)
                VALUES (?, ?, ?, ?, ?, ?, ?, 'joining')
            ON CONFLICT (address) DO UPDATE SET
                confirmations = max(confirmations, excluded.confirmations),
                active_until_ms = excluded.active_until_ms,
                dirty = max(dirty, EXISTS (SELECT 1 FROM payments p WHERE p.address = watches.address)),
                until_ms = max(until_ms, excluded.until_ms)",
            &[
                address.into(),
                watch.store.as_str().into(),
                watch.invoice_id.as_str().into(),
                i64::from(watch.confirmations).into(),
                watch.since_ms.into(),
                watch.active_until_ms.into(),
                watch.until_ms.into(),
            ],
        )?;
    }
    if was_late {
        let late = State::load(sql)?.late;
        quicken(sql, late, now_ms)?;
    }
    Ok(is_new || was_late)
}

fn fault(watch: &Watch) -> Option<&'static str> {
    let times = [watch.since_ms, watch.active_until_ms, watch.until_ms];
    let store = StoreId::parse(&format!("st_{}", watch.store));
    if watch.address.is_zero() {
        Some("is the zero address")
    } else if !times.iter().all(|time_ms| (0..=MAX_SAFE_INTEGER).contains(time_ms)) {
        Some("holds a time that cannot be")
    } else if !(1..=MAX_CONFIRMATIONS).contains(&watch.confirmations) {
        Some("asks for no confirmations, or too many")
    } else if store.is_err() || IdKind::Invoice.store_of(&watch.invoice_id) != store {
        Some("names an invoice of another store")
    } else {
        None
    }
}

/// How many addresses are watched.
pub fn count(sql: &mut impl Sql) -> Result<u64, SqlError> {
    let row = sql.run_one("SELECT count(*) FROM watches", &[])?;
    row.map_or(Ok(0), |row| unsigned(&row, 0))
}

/// Forgets what has ended, and moves addresses to the lane where they belong now.
pub fn tidy(sql: &mut impl Sql, now_ms: i64) -> Result<(), SqlError> {
    let ended = "SELECT 1 FROM watches WHERE until_ms <= ? LIMIT 1";
    if sql.run_one(ended, &[now_ms.into()])?.is_some() {
        sql.run(
            "DELETE FROM watches WHERE until_ms <= ? AND (acked = sequence OR until_ms <= ?)",
            &[now_ms.into(), (now_ms - UNDELIVERED_KEPT_MS).into()],
        )?;
        for table in ["payments", "swept"] {
            sql.run(&format!("DELETE FROM {table} WHERE address NOT IN (SELECT address FROM watches)"), &[])?;
        }
    }
    let late_was_empty = !has_any(sql, &[Lane::Late])?;
    let slow = format!("UPDATE watches SET lane = 'late' WHERE lane = 'active' AND NOT {IS_ACTIVE} RETURNING address");
    if !sql.run(&slow, &[now_ms.into()])?.is_empty() {
        State::change(sql, |state| {
            let late = if late_was_empty { None } else { state.late };
            state.late = late.into_iter().chain(state.active).reduce(Reach::min);
        })?;
    }
    Ok(())
}

/// Moves late addresses back among the active ones where they belong there again: something was seen that is not final.
pub fn quicken(sql: &mut impl Sql, late: Option<Reach>, now_ms: i64) -> Result<(), SqlError> {
    sql.run(
        &format!("UPDATE watches SET lane = 'joining', scanned = ?, coins = ? WHERE lane = 'late' AND {IS_ACTIVE}"),
        &[optional(late.map(|reach| reach.logs)), optional(late.map(|reach| reach.coins)), now_ms.into()],
    )?;
    Ok(())
}

/// Has an address looked at again: from a block, or from its beginning where none is given or it is younger than a time.
pub fn look_again(
    sql: &mut impl Sql,
    address: Address,
    from: Option<u64>,
    whole_since_ms: i64,
) -> Result<(), SqlError> {
    let address = address_text(address);
    let again = "UPDATE watches SET lane = 'joining', scanned = ?, coins = ? WHERE address = ?";
    sql.run(again, &[optional(from), optional(from), address.as_str().into()])?;
    let whole = "UPDATE watches SET scanned = NULL, coins = NULL WHERE address = ? AND since_ms >= ?";
    sql.run(whole, &[address.into(), whole_since_ms.into()])?;
    Ok(())
}

/// Whether a lane, or one of several, holds any address.
pub fn has_any(sql: &mut impl Sql, lanes: &[Lane]) -> Result<bool, SqlError> {
    for lane in lanes {
        if sql.run_one("SELECT 1 FROM watches WHERE lane = ? LIMIT 1", &[lane.as_str().into()])?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The addresses of a lane.
pub fn lane(sql: &mut impl Sql, lane: Lane) -> Result<Vec<Address>, SqlError> {
    let rows = sql.run("SELECT address FROM watches WHERE lane = ?", &[lane.as_str().into()])?;
    rows.iter().map(|row| parsed(row, 0, "an address")).collect()
}

/// An address that is joining.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joiner {
    /// The address.
    pub address: Address,
    /// Up to where it is known; `None` until its beginning has been found.
    pub reach: Option<Reach>,
    /// When it was made.
    pub since_ms: i64,
}

/// The addresses that are joining.
pub fn joiners(sql: &mut impl Sql) -> Result<Vec<Joiner>, SqlError> {
    let rows = sql.run("SELECT address, scanned, coins, since_ms FROM watches WHERE lane = 'joining'", &[])?;
    let read = |row: &Row| {
        let (address, reach) = (parsed(row, 0, "an address")?, reach(row, 1)?);
        Ok(Joiner { address, reach, since_ms: row.integer(3)? })
    };
    rows.iter().map(read).collect()
}

/// Notes where a joining address begins.
pub fn begin(sql: &mut impl Sql, address: Address, height: u64) -> Result<(), SqlError> {
    sql.run(
        "UPDATE watches SET scanned = ?, coins = ? WHERE address = ? AND lane = 'joining'",
        &[integer(height), integer(height), address_text(address).into()],
    )?;
    Ok(())
}

/// Notes up to where the logs of a joining address are known.
pub fn set_scanned(sql: &mut impl Sql, address: Address, height: u64) -> Result<(), SqlError> {
    sql.run(
        "UPDATE watches SET scanned = ? WHERE address = ? AND lane = 'joining'",
        &[integer(height), address_text(address).into()],
    )?;
    Ok(())
}

/// Lets an address that has reached the head move on with a lane.
pub fn join(sql: &mut impl Sql, address: Address, now_ms: i64) -> Result<(), SqlError> {
    let statement = format!(
        "UPDATE watches SET scanned = NULL, coins = NULL, lane = CASE WHEN {IS_ACTIVE} THEN 'active' ELSE 'late' END
            WHERE address = ? AND lane = 'joining'"
    );
    sql.run(&statement, &[now_ms.into(), address_text(address).into()])?;
    Ok(())
}

/// Makes a report of every address in a lane whose last one no longer says what there is: something changed, or something
/// seen was not final and has come a step nearer to it. The lane must have reached `head`.
pub fn report(sql: &mut impl Sql, lane: Lane, head: u64, now_ms: i64) -> Result<(), SqlError> {
    // The time as a sequence goes on growing even if this object should lose its storage.
    let statement = format!(
        "UPDATE watches SET sequence = max(sequence + 1, ?), reported_head = ?, dirty = 0
            WHERE lane = ? AND (dirty = 1 OR (reported_head <> ? AND EXISTS (
                SELECT 1 FROM payments p WHERE p.address = watches.address
                    AND p.height + watches.confirmations > watches.reported_head + 1
                    AND (reported_head + 1 - p.height) * {PROGRESS_STEPS} / confirmations
                        < (? + 1 - p.height) * {PROGRESS_STEPS} / confirmations)))"
    );
    let (lane, head) = (lane.as_str().into(), integer(head));
    sql.run(&statement, &[now_ms.into(), head.clone(), lane, head.clone(), head])?;
    Ok(())
}

/// The stores that have not taken their newest reports.
pub fn stores_to_tell(sql: &mut impl Sql) -> Result<Vec<String>, SqlError> {
    let rows = sql.run("SELECT DISTINCT store FROM watches WHERE sequence > acked AND dirty = 0", &[])?;
    rows.iter().map(|row| row.text(0).map(str::to_owned)).collect()
}

/// What a store is to be told next, oldest report first. An address that is being looked at anew waits for the result:
/// half of a reorg is nobody's business.
pub fn observations(sql: &mut impl Sql, chain: ChainId, store: &str) -> Result<Vec<Observation>, SqlError> {
    let rows = sql.run(
        "SELECT address, invoice_id, sequence, reported_head FROM watches
            WHERE store = ? AND sequence > acked AND dirty = 0 ORDER BY sequence, address LIMIT ?",
        &[store.into(), integer(OBSERVATIONS_PER_REQUEST as u64)],
    )?;
    let mut observations = Vec::with_capacity(rows.len());
    for row in &rows {
        observations.push(Observation {
            chain,
            address: parsed(row, 0, "an address")?,
            invoice_id: row.text(1)?.to_owned(),
            sequence: unsigned(row, 2)?,
            head: unsigned(row, 3)?,
            payments: super::ledger::payments_at(sql, row.text(0)?)?,
        });
    }
    Ok(observations)
}

/// Notes that a store has taken observations; newer reports stay due.
pub fn taken(sql: &mut impl Sql, observations: &[Observation]) -> Result<(), SqlError> {
    for observation in observations {
        let (address, sequence) = (address_text(observation.address), integer(observation.sequence));
        sql.run(
            "UPDATE watches SET acked = ? WHERE address = ? AND acked < ?",
            &[sequence.clone(), address.into(), sequence],
        )?;
    }
    Ok(())
}
