//! Reports: what stands at an address, made when it changes and told until the store has taken it.
//!
//! A report is no row of its own: a watch bears the number and the head of its newest one, and the payments are read when it
//! is told.

use std::collections::BTreeSet;

use groat_core::asset::ChainId;
use groat_core::evm::Address;

use super::ledger;
use super::limits::PROGRESS_STEPS;
use super::messages::Observation;
use super::state::{address_text, integer, parsed, unsigned};
use super::watches::{Lane, in_any_lane, is_untold};
use crate::sql::{Row, Sql, SqlError, Value};

/// What all reports of one poll say beside the payments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Their number: greater than that of any report that a store may have taken.
    pub sequence: u64,
    /// The head that they are made at.
    pub head: u64,
}

/// Makes a report of every address in some lanes, which must have reached the head, whose last one no longer says what there
/// is: there is news of it, or something seen was not final and has come a step nearer to it. News of an address elsewhere
/// is kept until its lane gets there: half of a reorg is nobody's business.
///
/// One row written for each report: one that stands already, made at this head and not told yet, says it all.
pub fn make(
    sql: &mut impl Sql,
    lanes: &[Lane],
    news: &BTreeSet<Address>,
    Stamp { sequence, head }: Stamp,
) -> Result<(), SqlError> {
    let (sequence, head) = (integer(sequence), integer(head));
    // A late one is found by whoever tells.
    let set = |lane: Lane| {
        let owed = if lane == Lane::Late { "lane = 'owed', " } else { "" };
        format!("UPDATE watches SET {owed}sequence = ?, reported_head = ?, dirty = 0 WHERE lane IN {}", lane.stored())
    };
    let mark = concat!("UPDATE watches SET dirty = 1 WHERE ", in_any_lane!(), " AND address = ? AND dirty = 0");
    for address in news.iter().map(|address| Value::from(address_text(*address))) {
        let mut is_there = false;
        for lane in lanes {
            let find = format!("SELECT 1 FROM watches WHERE lane IN {} AND address = ?", lane.stored());
            if sql.run_one(&find, std::slice::from_ref(&address))?.is_some() {
                let is_other = "(dirty = 1 OR sequence <> ? OR reported_head <> ?)";
                let one = format!("{} AND address = ? AND {is_other}", set(*lane));
                sql.run(&one, &[&sequence, &head, &address, &sequence, &head].map(Value::clone))?;
                is_there = true;
                break;
            }
        }
        if !is_there {
            sql.run(mark, &[address])?;
        }
    }
    for lane in lanes {
        let rest = format!(
            "{} AND (dirty = 1 OR (reported_head <> ? AND EXISTS (
                SELECT 1 FROM payments p WHERE p.address = watches.address
                    AND p.height + watches.confirmations > watches.reported_head + 1
                    AND (reported_head + 1 - p.height) * {PROGRESS_STEPS} / confirmations
                        < (? + 1 - p.height) * {PROGRESS_STEPS} / confirmations)))",
            set(*lane)
        );
        sql.run(&rest, &[&sequence, &head, &head, &head].map(Value::clone))?;
    }
    Ok(())
}

/// What a store has not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untold {
    /// The store's ten digits.
    pub store: String,
    /// The report's number.
    pub sequence: u64,
    /// What it is about.
    pub address: String,
}

/// All reports that stores have not taken, oldest first. An address that is being looked at anew waits for the result.
pub fn untold(sql: &mut impl Sql) -> Result<Vec<Untold>, SqlError> {
    let statement = concat!(
        "SELECT store, sequence, address FROM watches
            WHERE lane IN ('joining', 'active', 'owed') AND dirty = 0 AND ",
        is_untold!(),
        " ORDER BY sequence, address"
    );
    let read = |row: &Row| {
        Ok(Untold { store: row.text(0)?.to_owned(), sequence: unsigned(row, 1)?, address: row.text(2)?.to_owned() })
    };
    sql.run(statement, &[])?.iter().map(read).collect()
}

/// A report as it is told; nothing where the address is looked at anew or was forgotten meanwhile.
pub fn observation(sql: &mut impl Sql, chain: ChainId, address: &str) -> Result<Option<Observation>, SqlError> {
    let statement = concat!(
        "SELECT address, invoice_id, sequence, reported_head FROM watches WHERE ",
        in_any_lane!(),
        " AND address = ? AND dirty = 0"
    );
    let Some(row) = sql.run_one(statement, &[address.into()])? else { return Ok(None) };
    Ok(Some(Observation {
        chain,
        address: parsed(&row, 0, "an address")?,
        invoice_id: row.text(1)?.to_owned(),
        sequence: unsigned(&row, 2)?,
        head: unsigned(&row, 3)?,
        payments: ledger::payments_at(sql, address)?,
    }))
}
