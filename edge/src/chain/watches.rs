//! The watch list: what is watched, and in which lane.
//!
//! An address joins alone, from the time it was made, up to the head; then it moves on with its lane. The active lane is
//! looked at with every poll, the late lane now and then, so that a month of old invoices costs next to nothing.
//!
//! The lane stands first in the table's key: a lane is read without the others, and no index has to be written. So whoever
//! looks for one address names all lanes.

use groat_core::evm::Address;
use groat_core::id::{IdKind, StoreId};
use thiserror::Error;

use super::limits::{MAX_CONFIRMATIONS, UNDELIVERED_KEPT_MS, WATCHES_PER_REQUEST};
use super::messages::Watch;
use super::state::{Reach, State, address_text, integer, optional, parsed, reach, unsigned};
use crate::sql::{MAX_SAFE_INTEGER, Row, Sql, SqlError, Value};

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
    /// All that is watched.
    pub const ALL: [Self; 3] = [Self::Joining, Self::Active, Self::Late];

    /// As stored, for `lane IN`. Late ones whose store has yet to take their newest report stand apart from the rest, so
    /// that what is to be told is found without reading a month of old invoices.
    pub const fn stored(self) -> &'static str {
        match self {
            Self::Joining => "('joining')",
            Self::Active => "('active')",
            Self::Late => "('late', 'owed')",
        }
    }
}

/// Finds one address, or several, by the table's key.
macro_rules! in_any_lane {
    () => {
        "lane IN ('joining', 'active', 'late', 'owed')"
    };
}
pub(super) use in_any_lane;

/// True of a watch whose store has not taken the newest report.
macro_rules! is_untold {
    () => {
        "(sequence > 0 AND sequence > coalesce((SELECT d.taken FROM deliveries d WHERE d.store = watches.store), 0))"
    };
}
pub(super) use is_untold;

/// True of a watch that belongs into the active lane at the time that is bound.
macro_rules! is_active {
    () => {
        "(active_until_ms > ? OR dirty = 1
            OR EXISTS (SELECT 1 FROM payments p WHERE p.address = watches.address
                AND (p.proven = 0 OR p.height + watches.confirmations > watches.reported_head + 1)))"
    };
}

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
        let known = concat!(
            "SELECT 1 FROM watches WHERE ",
            in_any_lane!(),
            " AND address = ? AND NOT (store = ? AND invoice_id = ?)"
        );
        let values =
            [address_text(watch.address).into(), watch.store.as_str().into(), watch.invoice_id.as_str().into()];
        if sql.run_one(known, &values)?.is_some() {
            return refuse("belongs to another invoice");
        }
    }
    let (mut is_new, mut was_late) = (false, false);
    for watch in watches.iter().filter(|watch| watch.until_ms > now_ms) {
        let address = address_text(watch.address);
        let known = concat!(
            "UPDATE watches SET confirmations = max(confirmations, ?), active_until_ms = ?, until_ms = max(until_ms, ?),
                dirty = max(dirty, EXISTS (SELECT 1 FROM payments p WHERE p.address = watches.address))
                WHERE ",
            in_any_lane!(),
            " AND address = ? RETURNING lane IN ('late', 'owed')"
        );
        let (confirmations, active_until_ms, until_ms) =
            (i64::from(watch.confirmations), watch.active_until_ms, watch.until_ms);
        let values = [confirmations.into(), active_until_ms.into(), until_ms.into(), address.as_str().into()];
        if let Some(row) = sql.run_one(known, &values)? {
            was_late |= row.integer(0)? != 0;
            continue;
        }
        is_new = true;
        sql.run(
            "INSERT INTO watches
                (lane, address, store, invoice_id, confirmations, since_ms, active_until_ms, until_ms)
                VALUES ('joining', ?, ?, ?, ?, ?, ?, ?)",
            &[
                address.into(),
                watch.store.as_str().into(),
                watch.invoice_id.as_str().into(),
                confirmations.into(),
                watch.since_ms.into(),
                active_until_ms.into(),
                until_ms.into(),
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

/// Moves addresses to the lane where they belong now, and at the slow pace forgets what has ended.
pub fn tidy(sql: &mut impl Sql, now_ms: i64) -> Result<(), SqlError> {
    // Without an index by time all watches are read, as the late ones are then anyway.
    if State::load(sql)?.late_due_ms <= now_ms {
        forget(sql, now_ms)?;
    }
    let late_was_empty = !has_any(sql, &[Lane::Late])?;
    let slow = concat!(
        "UPDATE watches SET lane = CASE WHEN ",
        is_untold!(),
        " THEN 'owed' ELSE 'late' END WHERE lane = 'active' AND NOT ",
        is_active!(),
        " RETURNING 1"
    );
    if !sql.run(slow, &[now_ms.into()])?.is_empty() {
        State::change(sql, |state| {
            let late = if late_was_empty { None } else { state.late };
            state.late = late.into_iter().chain(state.active).reduce(Reach::min);
        })?;
    }
    sql.run(concat!("UPDATE watches SET lane = 'late' WHERE lane = 'owed' AND NOT ", is_untold!()), &[])?;
    Ok(())
}

/// Forgets what has ended, with all that is known of it.
fn forget(sql: &mut impl Sql, now_ms: i64) -> Result<(), SqlError> {
    let ended = concat!(
        "DELETE FROM watches WHERE until_ms <= ? AND (NOT ",
        is_untold!(),
        " OR until_ms <= ?) RETURNING address"
    );
    let ended = sql.run(ended, &[now_ms.into(), (now_ms - UNDELIVERED_KEPT_MS).into()])?;
    for row in &ended {
        for table in ["payments", "swept"] {
            sql.run(&format!("DELETE FROM {table} WHERE address = ?"), &[row.text(0)?.into()])?;
        }
    }
    if !ended.is_empty() {
        sql.run("DELETE FROM deliveries WHERE store NOT IN (SELECT store FROM watches)", &[])?;
    }
    Ok(())
}

/// Moves late addresses back among the active ones where they belong there again: something was seen that is not final.
pub fn quicken(sql: &mut impl Sql, late: Option<Reach>, now_ms: i64) -> Result<(), SqlError> {
    let statement = concat!(
        "UPDATE watches SET lane = 'joining', scanned = ?, coins = ? WHERE lane IN ('late', 'owed') AND ",
        is_active!()
    );
    let (logs, coins) = (late.map(|reach| reach.logs), late.map(|reach| reach.coins));
    sql.run(statement, &[optional(logs), optional(coins), now_ms.into()])?;
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
    let again = concat!(
        "UPDATE watches SET lane = 'joining',
            scanned = CASE WHEN since_ms >= ? THEN NULL ELSE ? END, coins = CASE WHEN since_ms >= ? THEN NULL ELSE ? END
            WHERE ",
        in_any_lane!(),
        " AND address = ?"
    );
    let (whole_since, from) = (Value::from(whole_since_ms), optional(from));
    sql.run(again, &[whole_since.clone(), from.clone(), whole_since, from, address.into()])?;
    Ok(())
}

/// Whether a lane, or one of several, holds any address.
pub fn has_any(sql: &mut impl Sql, lanes: &[Lane]) -> Result<bool, SqlError> {
    for lane in lanes {
        let statement = format!("SELECT 1 FROM watches WHERE lane IN {} LIMIT 1", lane.stored());
        if sql.run_one(&statement, &[])?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The addresses of a lane.
pub fn lane(sql: &mut impl Sql, lane: Lane) -> Result<Vec<Address>, SqlError> {
    let rows = sql.run(&format!("SELECT address FROM watches WHERE lane IN {}", lane.stored()), &[])?;
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

/// Notes up to where a joining address is known.
pub fn set_reach(sql: &mut impl Sql, address: Address, reach: Reach) -> Result<(), SqlError> {
    sql.run(
        "UPDATE watches SET scanned = ?, coins = ? WHERE lane = 'joining' AND address = ?",
        &[integer(reach.logs), integer(reach.coins), address_text(address).into()],
    )?;
    Ok(())
}

/// Lets an address that has reached the head move on with a lane: the active one where there is news of it.
pub fn join(sql: &mut impl Sql, address: Address, has_news: bool, now_ms: i64) -> Result<(), SqlError> {
    let statement = concat!(
        "UPDATE watches SET scanned = NULL, coins = NULL, lane = CASE WHEN ? OR ",
        is_active!(),
        " THEN 'active' WHEN ",
        is_untold!(),
        " THEN 'owed' ELSE 'late' END WHERE lane = 'joining' AND address = ?"
    );
    sql.run(statement, &[has_news.into(), now_ms.into(), address_text(address).into()])?;
    Ok(())
}

/// Whether an address is watched.
pub fn is_watched(sql: &mut impl Sql, address: Address) -> Result<bool, SqlError> {
    let statement = concat!("SELECT 1 FROM watches WHERE ", in_any_lane!(), " AND address = ?");
    Ok(sql.run_one(statement, &[address_text(address).into()])?.is_some())
}
