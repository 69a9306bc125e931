//! ChainDo's tables. A change needs a new version and a step from the one before.

use crate::sql::{Sql, SqlError};

/// The version that this code reads and writes.
const VERSION: i64 = 4;

pub(super) const TABLES: [&str; 8] = [
    "CREATE TABLE schema_version (version INTEGER NOT NULL)",
    // One row: where the watcher stands. `head` is the newest block looked at, `answered_ms` and `tried_ms` the last time
    // a node answered well, or was asked at all; the lanes' heights are null while a lane is empty.
    // Logs are known up to a lane's height, balances up to its `coins`: on the way to a far head only logs are looked at.
    "CREATE TABLE watcher (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        active_height INTEGER, active_coins INTEGER, late_height INTEGER, late_coins INTEGER,
        late_due_ms INTEGER NOT NULL DEFAULT 0,
        head INTEGER, head_hash TEXT, answered_ms INTEGER, tried_ms INTEGER, error TEXT,
        rpc_calls INTEGER NOT NULL DEFAULT 0, next_poll_ms INTEGER, looked_ms INTEGER NOT NULL DEFAULT 0,
        genesis TEXT)",
    // `lane`: 'joining' up to its own `scanned` and `coins`, then 'active' or 'late' up to the lane's heights.
    // `sequence` is the newest report, `reported_head` its head, `acked` the newest one that the store has taken; `dirty`
    // says that what stands here differs from that report.
    "CREATE TABLE watches (
        address TEXT PRIMARY KEY, store TEXT NOT NULL, invoice_id TEXT NOT NULL, confirmations INTEGER NOT NULL,
        since_ms INTEGER NOT NULL, active_until_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,
        lane TEXT NOT NULL, scanned INTEGER, coins INTEGER, dirty INTEGER NOT NULL DEFAULT 0,
        sequence INTEGER NOT NULL DEFAULT 0, reported_head INTEGER NOT NULL DEFAULT 0, acked INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID",
    // What arrived on the canonical chain. `place` orders within a block; `is_coin` marks what was seen by balance.
    "CREATE TABLE payments (
        address TEXT NOT NULL, id TEXT NOT NULL, asset TEXT NOT NULL, amount TEXT NOT NULL, transaction_hash TEXT,
        height INTEGER NOT NULL, place INTEGER NOT NULL, block_time_ms INTEGER NOT NULL, is_coin INTEGER NOT NULL,
        PRIMARY KEY (address, id)) WITHOUT ROWID",
    // Native coin that left for the payout: added to the balance, it gives what arrived in all.
    "CREATE TABLE swept (
        address TEXT NOT NULL, id TEXT NOT NULL, amount TEXT NOT NULL, height INTEGER NOT NULL,
        PRIMARY KEY (address, id)) WITHOUT ROWID",
    // Blocks known to have been canonical, one for each height modulo the reorg window: a new one takes the place of the
    // oldest with a single row written.
    "CREATE TABLE checkpoints (
        slot INTEGER PRIMARY KEY, height INTEGER NOT NULL, hash TEXT NOT NULL, time_ms INTEGER NOT NULL)",
    // Nodes by their place in the configuration's list would be confused by a change of it: they are named by address.
    "CREATE TABLE nodes (
        url TEXT PRIMARY KEY, verified INTEGER NOT NULL DEFAULT 0, log_range INTEGER NOT NULL,
        failures INTEGER NOT NULL DEFAULT 0, retry_at_ms INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID",
    // Listed tokens as the chain shows them.
    "CREATE TABLE tokens (contract TEXT PRIMARY KEY, counts INTEGER NOT NULL, checked_ms INTEGER NOT NULL) WITHOUT ROWID",
];

pub(super) const MORE: [&str; 5] = [
    "CREATE TABLE deliveries (
        store TEXT PRIMARY KEY, failures INTEGER NOT NULL, retry_at_ms INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX watches_by_lane ON watches (lane)",
    "CREATE INDEX watches_by_end ON watches (until_ms)",
    "CREATE INDEX watches_undelivered ON watches (store) WHERE sequence > acked",
    "CREATE INDEX payments_by_height ON payments (height)",
];

/// Statements from each version to the next, the first from 1 to 2. Released ones never change.
pub(super) const STEPS: [&[&str]; 3] = [
    &[
        // A payment is proven once a second node has shown it in its `block`; those from before this was asked count as such.
        "ALTER TABLE payments ADD COLUMN block TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE payments ADD COLUMN proven INTEGER NOT NULL DEFAULT 1",
        "CREATE INDEX payments_unproven ON payments (height) WHERE proven = 0",
        // Tokens that left, too.
        "ALTER TABLE swept ADD COLUMN token TEXT NOT NULL DEFAULT '0x0000000000000000000000000000000000000000'",
        "ALTER TABLE swept ADD COLUMN proven INTEGER NOT NULL DEFAULT 0",
        // Until when batches are not tried, and how the node was when it was last asked: its head, or what was wrong.
        "ALTER TABLE nodes ADD COLUMN single_until_ms INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE nodes ADD COLUMN head INTEGER",
        "ALTER TABLE nodes ADD COLUMN error TEXT",
        // Since when no node has shown the newest known block; since when that block is the newest; up to where tokens and
        // logs were last seen to agree, when they are compared next, and how often in a row they did not agree.
        "ALTER TABLE watcher ADD COLUMN behind_since_ms INTEGER",
        "ALTER TABLE watcher ADD COLUMN head_since_ms INTEGER",
        "ALTER TABLE watcher ADD COLUMN reconciled INTEGER",
        "ALTER TABLE watcher ADD COLUMN reconcile_due_ms INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE watcher ADD COLUMN unexplained INTEGER NOT NULL DEFAULT 0",
    ],
    &[
        // Only a reorg asks by height, and then reading all costs less than an index on each payment.
        "DROP INDEX payments_by_height",
    ],
    &[
        // What a store has taken is one number, and not one for each watch; reports are numbered by the watcher.
        "ALTER TABLE watcher ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0",
        "UPDATE watcher SET sequence = coalesce((SELECT max(sequence) FROM watches), 0)",
        "ALTER TABLE deliveries ADD COLUMN taken INTEGER NOT NULL DEFAULT 0",
        // Up to the oldest report that it has not taken: those beyond are told again.
        "INSERT INTO deliveries (store, failures, retry_at_ms, taken)
            SELECT store, 0, 0, coalesce(min(CASE WHEN sequence > acked THEN sequence END) - 1, max(sequence))
                FROM watches WHERE sequence > 0 GROUP BY store
            ON CONFLICT (store) DO UPDATE SET taken = excluded.taken",
        // The lane stands in the key: 'joining', 'active' or 'late', or 'owed' for a late one with a report that is not
        // taken. A table without rowids and without indexes costs one row for each change.
        "CREATE TABLE lanes (
            lane TEXT NOT NULL, address TEXT NOT NULL, store TEXT NOT NULL, invoice_id TEXT NOT NULL,
            confirmations INTEGER NOT NULL, since_ms INTEGER NOT NULL, active_until_ms INTEGER NOT NULL,
            until_ms INTEGER NOT NULL, scanned INTEGER, coins INTEGER, dirty INTEGER NOT NULL DEFAULT 0,
            sequence INTEGER NOT NULL DEFAULT 0, reported_head INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (lane, address)) WITHOUT ROWID",
        "INSERT INTO lanes
            SELECT CASE WHEN lane = 'late' AND sequence > coalesce(
                    (SELECT taken FROM deliveries d WHERE d.store = watches.store), 0) THEN 'owed' ELSE lane END,
                address, store, invoice_id, confirmations, since_ms, active_until_ms, until_ms, scanned, coins, dirty,
                sequence, reported_head FROM watches",
        "DROP TABLE watches",
        "ALTER TABLE lanes RENAME TO watches",
    ],
];

/// Creates the tables once, and brings older ones up to date.
pub fn migrate(sql: &mut impl Sql) -> Result<(), SqlError> {
    let exists = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'";
    if sql.run_one(exists, &[])?.is_none() {
        for statement in TABLES.iter().chain(&MORE) {
            sql.run(statement, &[])?;
        }
        sql.run("INSERT INTO watcher (id) VALUES (1)", &[])?;
        sql.run("INSERT INTO schema_version (version) VALUES (1)", &[])?;
    }
    let read = "SELECT version FROM schema_version";
    let mut version = sql.run_one(read, &[])?.map(|row| row.integer(0)).transpose()?;
    for (step, from) in STEPS.iter().zip(1..) {
        if version == Some(from) {
            for statement in *step {
                sql.run(statement, &[])?;
            }
            sql.run("UPDATE schema_version SET version = ?", &[(from + 1).into()])?;
            version = Some(from + 1);
        }
    }
    if version == Some(VERSION) {
        Ok(())
    } else {
        Err(SqlError::Statement(format!("the tables have version {version:?}, this code knows {VERSION}")))
    }
}
