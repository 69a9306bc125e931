//! Writes what a poll has seen: no `await` in here, so it is written as a whole or not at all.
//!
//! Rows written are what a watcher costs; a poll of a new block without payments writes two, however many addresses. What a
//! sale costs on top, `tests/rows.rs` counts.

use std::collections::{BTreeMap, BTreeSet};

use groat_core::evm::Address;

use super::answers::Block;
use super::follow;
use super::ledger::{self, Found};
use super::limits::LATE_POLL_MS;
use super::reports::{self, Stamp};
use super::scan::{Scan, Sight};
use super::state::{Checkpoint, Reach, State};
use super::watches::{self, Lane};
use crate::config::ChainConfig;
use crate::sql::{Sql, SqlError};

/// What health says where the only node left out a log, or a node makes up balances.
const UNEXPLAINED: &str =
    "tokens stand at an address that no log explains: the node may leave out logs, give another one";

/// What a poll has seen.
#[derive(Debug)]
pub struct Seen {
    /// The newest block.
    pub head: Block,
    /// What was looked at; nothing where everything that was due is known up to the head.
    pub scans: Vec<Scan>,
    /// Tokens, sweeps and blocks.
    pub sight: Sight,
    /// Coins.
    pub coins: Vec<Found>,
    /// Where new addresses begin.
    pub beginnings: BTreeMap<Address, u64>,
    /// Addresses that hold less than they should.
    pub shrunk: usize,
    /// Whether something was taken back first, which is to be told though there may be no new block.
    pub has_returned: bool,
}

impl Seen {
    /// Whether the head was reached everywhere.
    pub fn is_at_head(&self) -> bool {
        self.scans.iter().all(|scan| scan.to == self.head.number)
    }

    /// Whether the node has shown on the way to a far head that it takes this many blocks at once.
    pub fn is_full_range(&self, log_range: u64) -> bool {
        !self.is_at_head() && self.scans.iter().any(|scan| scan.to + 1 >= scan.from + log_range)
    }
}

/// Writes (1) payments and sweeps, (2) how far each lane has come, (3) which reports are due.
pub fn write(sql: &mut impl Sql, row: &mut State, seen: &Seen, now_ms: i64) -> Result<(), SqlError> {
    // (1)
    let mut news = BTreeSet::new();
    for found in seen.sight.tokens.iter().chain(&seen.coins) {
        if ledger::record_payment(sql, found)? {
            news.insert(found.address);
        }
    }
    for (address, id, sweep) in &seen.sight.sweeps {
        ledger::record_sweep(sql, *address, id, *sweep)?;
    }
    // (2)
    for scan in &seen.scans {
        advance(sql, row, seen, scan, &news, now_ms)?;
        if let Some(block) = seen.sight.blocks.get(&scan.to) {
            let checkpoint = Checkpoint { height: block.number, hash: block.hash };
            if row.head.is_none_or(|head| head.height < checkpoint.height) {
                ledger::keep_checkpoint(sql, checkpoint, block.time_ms)?;
                (row.head, row.head_since_ms) = (Some(checkpoint), Some(now_ms));
            }
        }
    }
    // (3)
    row.begin_reports(now_ms);
    let was_scanned = |lane: Lane| seen.scans.iter().any(|scan| scan.lane == lane || scan.lane == Lane::Joining);
    let mut lanes = lanes_at(row, seen.head.number);
    lanes.retain(|lane| seen.has_returned || was_scanned(*lane));
    reports::make(sql, &lanes, &news, Stamp { sequence: row.sequence, head: seen.head.number })?;
    if seen.scans.iter().any(|scan| scan.lane == Lane::Late) {
        watches::quicken(sql, row.late, now_ms)?;
    }
    Ok(())
}

/// Makes the reports that became due once all lanes had reached the head. Nobody has been told since those of this poll,
/// so that they may bear the same number.
pub fn report(sql: &mut impl Sql, head: u64, news: &BTreeSet<Address>) -> Result<(), SqlError> {
    let row = State::load(sql)?;
    reports::make(sql, &lanes_at(&row, head), news, Stamp { sequence: row.sequence, head })
}

/// The lanes that are known up to a head.
fn lanes_at(row: &State, head: u64) -> Vec<Lane> {
    let lanes = [(Lane::Active, row.active), (Lane::Late, row.late)].into_iter();
    lanes.filter(|(_, reach)| *reach == Some(Reach::both(head))).map(|(lane, _)| lane).collect()
}

/// Moves a lane, or the addresses that join, up to the last block that was looked at.
fn advance(
    sql: &mut impl Sql,
    row: &mut State,
    seen: &Seen,
    scan: &Scan,
    news: &BTreeSet<Address>,
    now_ms: i64,
) -> Result<(), SqlError> {
    let head = seen.head.number;
    let is_whole = scan.to == head;
    // Balances are looked at where the head is reached.
    let moved = |reach: Option<Reach>| {
        let coins = if is_whole { Some(scan.to) } else { reach.map(|reach| reach.coins) };
        coins.map(|coins| Reach { logs: scan.to, coins })
    };
    match scan.lane {
        Lane::Active => row.active = moved(row.active),
        Lane::Late => row.late = moved(row.late),
        Lane::Joining if !is_whole => {
            for (address, height) in &seen.beginnings {
                watches::set_reach(sql, *address, Reach::both(*height))?;
            }
            for (address, coins) in &scan.deposits {
                watches::set_reach(sql, *address, Reach { logs: scan.to, coins: *coins })?;
            }
        }
        Lane::Joining => {
            let (active, late) = (watches::has_any(sql, &[Lane::Active])?, watches::has_any(sql, &[Lane::Late])?);
            for (address, _) in &scan.deposits {
                watches::join(sql, *address, news.contains(address), now_ms)?;
            }
            if !active {
                row.active = Some(Reach::both(head));
            }
            if !late {
                row.late = Some(Reach::both(head));
            }
        }
    }
    Ok(())
}

/// Notes how a poll went, and when the next one is due.
pub fn conclude(
    sql: &mut impl Sql,
    row: &mut State,
    seen: &Seen,
    config: &ChainConfig,
    started_ms: i64,
    ended_ms: i64,
) -> Result<(), SqlError> {
    let shrunk = || {
        let count = seen.shrunk;
        (count > 0).then(|| format!("{count} addresses hold less coin than arrived, though nothing was swept"))
    };
    let unexplained = || (row.unexplained > 0).then(|| UNEXPLAINED.to_owned());
    row.error = follow::token_fault(sql)?.or_else(shrunk).or_else(unexplained);
    (row.tried_ms, row.answered_ms, row.behind_since_ms) = (Some(ended_ms), Some(ended_ms), None);
    // Every lane that was due has reached the head, be it that there was no new block.
    if seen.is_at_head() && row.late_due_ms <= started_ms {
        row.late_due_ms = started_ms + LATE_POLL_MS;
    }
    let is_quick = watches::has_any(sql, &[Lane::Active, Lane::Joining])?;
    row.next_poll_ms = Some(match seen.is_at_head() {
        false => ended_ms,
        true if row.looked_ms > started_ms => ended_ms,
        true if is_quick => (started_ms + i64::from(config.poll_ms)).max(ended_ms),
        true => row.late_due_ms.max(ended_ms),
    });
    Ok(())
}
