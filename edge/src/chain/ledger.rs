//! What is known of the canonical chain: payments, sweeps and checkpoints, and how to take them back.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use groat_core::asset::{AssetId, AssetKind};
use groat_core::evm::{Address, B256};
use groat_core::invoice::ObservedPayment;
use groat_core::money::Amount;

use super::limits::{PAYMENTS_PER_ASSET, REORG_WINDOW_BLOCKS};
use super::state::{Checkpoint, Reach, State, address_text, integer, parsed, unsigned};
use super::watches::{self, in_any_lane};
use crate::sql::{Row, Sql, SqlError};

/// A payment with its place within its block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it arrived.
    pub address: Address,
    /// What arrived.
    pub payment: ObservedPayment,
    /// Orders payments of one block.
    pub place: u64,
    /// Its block.
    pub block: B256,
    /// Seen by balance.
    pub is_coin: bool,
}

/// Money that left an address for the payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sweep {
    /// The token's contract; zero is native coin.
    pub token: Address,
    /// How much.
    pub amount: Amount,
    /// In which block.
    pub height: u64,
}

/// All checkpoints up to a height, newest first.
pub fn checkpoints_up_to(sql: &mut impl Sql, height: u64) -> Result<Vec<Checkpoint>, SqlError> {
    let statement = "SELECT height, hash FROM checkpoints WHERE height <= ? ORDER BY height DESC";
    sql.run(statement, &[integer(height)])?.iter().map(checkpoint).collect()
}

fn checkpoint(row: &Row) -> Result<Checkpoint, SqlError> {
    Ok(Checkpoint { height: unsigned(row, 0)?, hash: parsed(row, 1, "a hash")? })
}

/// The newest checkpoint that is as old as a time.
pub fn checkpoint_before(sql: &mut impl Sql, time_ms: i64) -> Result<Option<u64>, SqlError> {
    let statement = "SELECT height FROM checkpoints WHERE time_ms <= ? ORDER BY height DESC LIMIT 1";
    sql.run_one(statement, &[time_ms.into()])?.map(|row| unsigned(&row, 0)).transpose()
}

/// Height and time of the newest checkpoint.
pub fn newest_checkpoint(sql: &mut impl Sql) -> Result<Option<(u64, i64)>, SqlError> {
    let row = sql.run_one("SELECT height, time_ms FROM checkpoints ORDER BY height DESC LIMIT 1", &[])?;
    row.map(|row| Ok((unsigned(&row, 0)?, row.integer(1)?))).transpose()
}

/// Keeps a block, in the place of one that is older than the reorg window.
pub fn keep_checkpoint(sql: &mut impl Sql, checkpoint: Checkpoint, time_ms: i64) -> Result<(), SqlError> {
    sql.run(
        "INSERT INTO checkpoints (slot, height, hash, time_ms) VALUES (?, ?, ?, ?) ON CONFLICT (slot) DO UPDATE SET
            height = excluded.height, hash = excluded.hash, time_ms = excluded.time_ms",
        &[
            integer(checkpoint.height % REORG_WINDOW_BLOCKS),
            integer(checkpoint.height),
            checkpoint.hash.to_string().into(),
            time_ms.into(),
        ],
    )?;
    Ok(())
}

/// Takes back everything above the last block that is still canonical. What is told of it is decided once the watcher has
/// reached the new head: a payment that only moved to another block is no loss.
pub fn roll_back(sql: &mut impl Sql, ancestor: Checkpoint) -> Result<(), SqlError> {
    let above = [integer(ancestor.height)];
    let are_above = concat!(
        "UPDATE watches SET dirty = 1 WHERE ",
        in_any_lane!(),
        " AND address IN (SELECT address FROM payments WHERE height > ?)"
    );
    sql.run(are_above, &above)?;
    for statement in [
        "DELETE FROM payments WHERE height > ?",
        "DELETE FROM swept WHERE height > ?",
        "DELETE FROM checkpoints WHERE height > ?",
        "UPDATE watches SET scanned = min(scanned, ?) WHERE lane = 'joining' AND scanned IS NOT NULL",
        "UPDATE watches SET coins = min(coins, ?) WHERE lane = 'joining' AND coins IS NOT NULL",
    ] {
        sql.run(statement, &above)?;
    }
    State::change(sql, |state| {
        state.active = state.active.map(|reach| reach.min(Reach::both(ancestor.height)));
        state.late = state.late.map(|reach| reach.min(Reach::both(ancestor.height)));
        state.reconciled = state.reconciled.map(|height| height.min(ancestor.height));
        state.head = Some(ancestor);
        state.late_due_ms = 0;
    })
}

/// Has everything from a height on looked at again, and takes it back until then.
pub fn take_back_from(sql: &mut impl Sql, height: u64) -> Result<(), SqlError> {
    match checkpoints_up_to(sql, height.saturating_sub(1))?.first() {
        Some(below) => roll_back(sql, *below),
        None => start_over(sql),
    }
}

/// Forgets the chain, not the watches: another chain, or a reorg deeper than the window.
pub fn start_over(sql: &mut impl Sql) -> Result<(), SqlError> {
    for statement in [
        concat!(
            "UPDATE watches SET dirty = 1 WHERE ",
            in_any_lane!(),
            " AND address IN (SELECT address FROM payments)"
        ),
        "DELETE FROM payments",
        "DELETE FROM swept",
        "DELETE FROM checkpoints",
    ] {
        sql.run(statement, &[])?;
    }
    rescan(sql)
}

/// Has all addresses looked at again from their beginning. Nothing known is taken back.
pub fn rescan(sql: &mut impl Sql) -> Result<(), SqlError> {
    sql.run("UPDATE watches SET lane = 'joining', scanned = NULL, coins = NULL", &[])?;
    State::change(sql, |state| (state.active, state.late, state.head, state.reconciled) = (None, None, None, None))
}

/// Writes a payment at a watched address; says whether it is news, which whoever calls has reported or kept in mind.
pub fn record_payment(sql: &mut impl Sql, found: &Found) -> Result<bool, SqlError> {
    let address = address_text(found.address);
    let payment = &found.payment;
    let known = sql.run_one(
        "SELECT height, block_time_ms FROM payments WHERE address = ? AND id = ?",
        &[address.as_str().into(), payment.id.as_str().into()],
    )?;
    if known == Some(Row(vec![integer(payment.height), payment.block_time_ms.into()])) {
        return Ok(false);
    }
    if !watches::is_watched(sql, found.address)? {
        return Ok(false);
    }
    sql.run(
        "INSERT OR REPLACE INTO payments
            (address, id, asset, amount, transaction_hash, height, place, block_time_ms, is_coin, block, proven)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &[
            address.into(),
            payment.id.as_str().into(),
            payment.asset.to_string().into(),
            payment.amount.to_base_units().to_string().into(),
            payment.transaction.clone().into(),
            integer(payment.height),
            integer(found.place),
            payment.block_time_ms.into(),
            found.is_coin.into(),
            found.block.to_string().into(),
            (!payment.unproven).into(),
        ],
    )?;
    Ok(true)
}

/// Writes a sweep.
pub fn record_sweep(sql: &mut impl Sql, address: Address, id: &str, sweep: Sweep) -> Result<(), SqlError> {
    sql.run(
        "INSERT INTO swept (address, id, amount, height, token) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (address, id) DO NOTHING",
        &[
            address_text(address).into(),
            id.into(),
            sweep.amount.to_base_units().to_string().into(),
            integer(sweep.height),
            address_text(sweep.token).into(),
        ],
    )?;
    Ok(())
}

/// What one node alone has shown so far, and how deep it must lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unproven {
    /// The payment.
    pub found: Found,
    /// Confirmations that its watch asks for.
    pub confirmations: u32,
}

/// Payments that lie deep enough under a head and that only one node has shown; the oldest, up to a number.
pub fn unproven(sql: &mut impl Sql, head: u64, most: usize) -> Result<Vec<Unproven>, SqlError> {
    let rows = sql.run(
        "SELECT p.id, p.asset, p.amount, p.transaction_hash, p.height, p.block_time_ms, p.proven, p.address, p.place,
                p.block, p.is_coin, w.confirmations
            FROM payments p CROSS JOIN watches w ON w.lane IN ('joining', 'active', 'late', 'owed') AND w.address = p.address
            WHERE p.proven = 0 AND p.height + w.confirmations <= ? ORDER BY p.height, p.address, p.id LIMIT ?",
        &[integer(head + 1), integer(most as u64)],
    )?;
    let read = |row: &Row| {
        let found = Found {
            address: parsed(row, 7, "an address")?,
            payment: observed(row)?,
            place: unsigned(row, 8)?,
            block: parsed(row, 9, "a hash")?,
            is_coin: row.integer(10)? != 0,
        };
        Ok(Unproven { found, confirmations: u32::try_from(unsigned(row, 11)?).unwrap_or(u32::MAX) })
    };
    rows.iter().map(read).collect()
}

/// How many there are.
pub fn count_unproven(sql: &mut impl Sql, head: u64) -> Result<u64, SqlError> {
    let statement = "SELECT count(*) FROM payments p
        CROSS JOIN watches w ON w.lane IN ('joining', 'active', 'late', 'owed') AND w.address = p.address
        WHERE p.proven = 0 AND p.height + w.confirmations <= ?";
    sql.run_one(statement, &[integer(head + 1)])?.map_or(Ok(0), |row| unsigned(&row, 0))
}

/// Notes that a second node has shown a payment in its block, and what had left before it. Whoever calls has it reported.
pub fn prove(sql: &mut impl Sql, found: &Found, sweeps: &[String]) -> Result<(), SqlError> {
    let address = address_text(found.address);
    sql.run(
        "UPDATE payments SET proven = 1 WHERE address = ? AND id = ? AND block = ?",
        &[address.as_str().into(), found.payment.id.as_str().into(), found.block.to_string().into()],
    )?;
    for id in sweeps {
        let values = [address.as_str().into(), id.as_str().into()];
        sql.run("UPDATE swept SET proven = 1 WHERE address = ? AND id = ?", &values)?;
    }
    Ok(())
}

/// Counts what one node has shown as proven: there is no second one to ask. Gives the addresses, which whoever calls has
/// reported.
pub fn prove_all(sql: &mut impl Sql) -> Result<BTreeSet<Address>, SqlError> {
    if sql.run_one("SELECT 1 FROM payments WHERE proven = 0 LIMIT 1", &[])?.is_none() {
        return Ok(BTreeSet::new());
    }
    let rows = sql.run("UPDATE payments SET proven = 1 WHERE proven = 0 RETURNING address", &[])?;
    rows.iter().map(|row| parsed(row, 0, "an address")).collect()
}

/// Whether a payment is known, wherever it stands.
pub fn is_known(sql: &mut impl Sql, found: &Found) -> Result<bool, SqlError> {
    let values = [address_text(found.address).into(), found.payment.id.as_str().into()];
    Ok(sql.run_one("SELECT 1 FROM payments WHERE address = ? AND id = ?", &values)?.is_some())
}

/// Whether anything is recorded above a height.
pub fn has_payments_above(sql: &mut impl Sql, height: u64) -> Result<bool, SqlError> {
    Ok(sql.run_one("SELECT 1 FROM payments WHERE height > ? LIMIT 1", &[integer(height)])?.is_some())
}

/// Native coin that left an address and that only one node has shown, by id, with the rest that left.
pub fn sweeps_of(sql: &mut impl Sql, address: Address) -> Result<Vec<(String, Sweep, bool)>, SqlError> {
    let rows = sql.run(
        "SELECT id, amount, height, proven FROM swept WHERE address = ? AND token = ?",
        &[address_text(address).into(), address_text(Address::ZERO).into()],
    )?;
    let read = |row: &Row| {
        let sweep = Sweep { token: Address::ZERO, amount: amount(row, 1)?, height: unsigned(row, 2)? };
        Ok((row.text(0)?.to_owned(), sweep, row.integer(3)? != 0))
    };
    rows.iter().map(read).collect()
}

/// Native coin recorded at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Coins {
    /// All of it.
    pub total: Amount,
    /// The block of the last of it.
    pub height: u64,
}

/// The lanes that are read together; as text, since it is ours and stands in a statement.
const fn lanes(with_late: bool) -> &'static str {
    if with_late { "'active', 'joining', 'late', 'owed'" } else { "'active', 'joining'" }
}

/// Native coin by address, without the addresses that only wait for late money unless `with_late`.
pub fn coins(sql: &mut impl Sql, with_late: bool) -> Result<BTreeMap<Address, Coins>, SqlError> {
    // CROSS JOIN keeps the order: a month of old payments is not read for a few open invoices.
    let statement = format!(
        "SELECT p.address, p.amount, p.height FROM watches w CROSS JOIN payments p ON p.address = w.address
            WHERE p.is_coin = 1 AND w.lane IN ({})",
        lanes(with_late)
    );
    let rows = sql.run(&statement, &[])?;
    let mut all: BTreeMap<Address, Coins> = BTreeMap::new();
    for row in rows {
        let coins = all.entry(parsed(&row, 0, "an address")?).or_default();
        let total = coins.total.checked_add(amount(&row, 1)?);
        let wrong = || SqlError::Column { column: 1, expected: "amounts within the maximum", found: "more".to_owned() };
        *coins = Coins { total: total.ok_or_else(wrong)?, height: coins.height.max(unsigned(&row, 2)?) };
    }
    Ok(all)
}

/// Sweeps of native coin by address and id, with the same choice.
pub fn sweeps(sql: &mut impl Sql, with_late: bool) -> Result<BTreeMap<Address, BTreeMap<String, Sweep>>, SqlError> {
    let statement = format!(
        "SELECT s.address, s.id, s.amount, s.height FROM watches w CROSS JOIN swept s ON s.address = w.address
            WHERE s.token = ? AND w.lane IN ({})",
        lanes(with_late)
    );
    let rows = sql.run(&statement, &[address_text(Address::ZERO).into()])?;
    let mut sweeps: BTreeMap<Address, BTreeMap<String, Sweep>> = BTreeMap::new();
    for row in rows {
        let sweep = Sweep { token: Address::ZERO, amount: amount(&row, 2)?, height: unsigned(&row, 3)? };
        sweeps.entry(parsed(&row, 0, "an address")?).or_default().insert(row.text(1)?.to_owned(), sweep);
    }
    Ok(sweeps)
}

/// All that is known to stand at each address of each token: what arrived, without what has left.
pub fn tokens_known(sql: &mut impl Sql) -> Result<BTreeMap<(Address, Address), Amount>, SqlError> {
    let mut known: BTreeMap<(Address, Address), Amount> = BTreeMap::new();
    for row in sql.run("SELECT address, asset, amount FROM payments WHERE is_coin = 0", &[])? {
        let asset: AssetId = parsed(&row, 1, "an asset")?;
        if let AssetKind::Erc20(token) = asset.kind {
            let sum = known.entry((parsed(&row, 0, "an address")?, token)).or_default();
            // Each is a real balance below the maximum; should a sum ever pass it, it stands at what fitted.
            *sum = sum.checked_add(amount(&row, 2)?).unwrap_or(*sum);
        }
    }
    let left = "SELECT address, token, amount FROM swept WHERE token <> ?";
    for row in sql.run(left, &[address_text(Address::ZERO).into()])? {
        if let Some(sum) = known.get_mut(&(parsed(&row, 0, "an address")?, parsed(&row, 1, "an address")?)) {
            *sum = sum.saturating_sub(amount(&row, 2)?);
        }
    }
    Ok(known)
}

/// The payments at an address as they are told: oldest first, and of each asset only the largest.
pub fn payments_at(sql: &mut impl Sql, address: &str) -> Result<Vec<ObservedPayment>, SqlError> {
    let rows = sql.run(
        "SELECT id, asset, amount, transaction_hash, height, block_time_ms, proven FROM payments
            WHERE address = ? ORDER BY height, place, id",
        &[address.into()],
    )?;
    let payments = rows.iter().map(observed).collect::<Result<Vec<_>, _>>()?;
    Ok(largest_of_each_asset(payments))
}

/// Of equal amounts the older ones stay, so that newer dust changes nothing. The order stays.
fn largest_of_each_asset(payments: Vec<ObservedPayment>) -> Vec<ObservedPayment> {
    let mut ranked: Vec<usize> = (0..payments.len()).collect();
    ranked.sort_by_key(|index| (Reverse(payments[*index].amount), *index));
    let mut kept_of: BTreeMap<AssetId, usize> = BTreeMap::new();
    let mut kept = vec![false; payments.len()];
    for index in ranked {
        let count = kept_of.entry(payments[index].asset).or_default();
        *count += 1;
        kept[index] = *count <= PAYMENTS_PER_ASSET;
    }
    payments.into_iter().zip(kept).filter_map(|(payment, is_kept)| is_kept.then_some(payment)).collect()
}

fn observed(row: &Row) -> Result<ObservedPayment, SqlError> {
    Ok(ObservedPayment {
        id: row.text(0)?.to_owned(),
        asset: parsed(row, 1, "an asset")?,
        amount: amount(row, 2)?,
        transaction: row.optional_text(3)?.map(str::to_owned),
        height: unsigned(row, 4)?,
        block_time_ms: row.integer(5)?,
        unproven: row.integer(6)? == 0,
    })
}

fn amount(row: &Row, column: usize) -> Result<Amount, SqlError> {
    let text = row.text(column)?;
    let wrong = |_| SqlError::Column { column, expected: "an amount", found: text.to_owned() };
    Amount::parse_base_units(text).map_err(wrong)
}
