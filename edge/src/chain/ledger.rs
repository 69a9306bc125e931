//! What is known of the canonical chain: payments, sweeps and checkpoints, and how to take them back.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use groat_core::asset::AssetId;
use groat_core::evm::Address;
use groat_core::invoice::ObservedPayment;
use groat_core::money::Amount;

use super::limits::{PAYMENTS_PER_ASSET, REORG_WINDOW_BLOCKS};
use super::state::{Checkpoint, Reach, State, address_text, integer, parsed, unsigned};
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
    /// Seen by balance.
    pub is_coin: bool,
}

/// Coins that left an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sweep {
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
    sql.run("UPDATE watches SET dirty = 1 WHERE address IN (SELECT address FROM payments WHERE height > ?)", &above)?;
    for statement in [
        "DELETE FROM payments WHERE height > ?",
        "DELETE FROM swept WHERE height > ?",
        "DELETE FROM checkpoints WHERE height > ?",
        "UPDATE watches SET scanned = min(scanned, ?) WHERE scanned IS NOT NULL",
        "UPDATE watches SET coins = min(coins, ?) WHERE coins IS NOT NULL",
    ] {
        sql.run(statement, &above)?;
    }
    State::change(sql, |state| {
        state.active = state.active.map(|reach| reach.min(Reach::both(ancestor.height)));
        state.late = state.late.map(|reach| reach.min(Reach::both(ancestor.height)));
        state.head = Some(ancestor);
        state.late_due_ms = 0;
    })
}

/// Forgets the chain, not the watches: another chain, or a reorg deeper than the window.
pub fn start_over(sql: &mut impl Sql) -> Result<(), SqlError> {
    for statement in [
        "UPDATE watches SET dirty = 1 WHERE address IN (SELECT address FROM payments)",
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
    State::change(sql, |state| (state.active, state.late, state.head) = (None, None, None))
}

/// Writes a payment at a watched address; says whether it is news.
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
    let watched = "UPDATE watches SET dirty = 1 WHERE address = ? RETURNING address";
    if sql.run_one(watched, &[address.as_str().into()])?.is_none() {
        return Ok(false);
    }
    sql.run(
        "INSERT OR REPLACE INTO payments
            (address, id, asset, amount, transaction_hash, height, place, block_time_ms, is_coin)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
        ],
    )?;
    Ok(true)
}

/// Writes a sweep of native coin.
pub fn record_sweep(sql: &mut impl Sql, address: Address, id: &str, sweep: Sweep) -> Result<(), SqlError> {
    sql.run(
        "INSERT OR REPLACE INTO swept (address, id, amount, height) VALUES (?, ?, ?, ?)",
        &[
            address_text(address).into(),
            id.into(),
            sweep.amount.to_base_units().to_string().into(),
            integer(sweep.height),
        ],
    )?;
    Ok(())
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
    if with_late { "'active', 'joining', 'late'" } else { "'active', 'joining'" }
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

/// Sweeps by address and id, with the same choice.
pub fn sweeps(sql: &mut impl Sql, with_late: bool) -> Result<BTreeMap<Address, BTreeMap<String, Sweep>>, SqlError> {
    let statement = format!(
        "SELECT s.address, s.id, s.amount, s.height FROM watches w CROSS JOIN swept s ON s.address = w.address
            WHERE w.lane IN ({})",
        lanes(with_late)
    );
    let rows = sql.run(&statement, &[])?;
    let mut sweeps: BTreeMap<Address, BTreeMap<String, Sweep>> = BTreeMap::new();
    for row in rows {
        let sweep = Sweep { amount: amount(&row, 2)?, height: unsigned(&row, 3)? };
        sweeps.entry(parsed(&row, 0, "an address")?).or_default().insert(row.text(1)?.to_owned(), sweep);
    }
    Ok(sweeps)
}

/// The payments at an address as they are told: oldest first, and of each asset only the largest.
pub fn payments_at(sql: &mut impl Sql, address: &str) -> Result<Vec<ObservedPayment>, SqlError> {
    let rows = sql.run(
        "SELECT id, asset, amount, transaction_hash, height, block_time_ms FROM payments
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
        unproven: false,
    })
}

fn amount(row: &Row, column: usize) -> Result<Amount, SqlError> {
    let text = row.text(column)?;
    let wrong = |_| SqlError::Column { column, expected: "an amount", found: text.to_owned() };
    Amount::parse_base_units(text).map_err(wrong)
}
