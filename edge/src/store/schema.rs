//! Tables of a store's object.

use crate::sql::{Sql, SqlError};

/// Each entry brings the schema from its position to the next; never edited once released.
const MIGRATIONS: &[&[&str]] = &[FIRST, ALL_CHAINS, KEYS, PLACES, DELIVERIES, FEWER_ROWS, NUMBERED, CURSORS, LOGO];

const FIRST: &[&str] = &[
    // Settings as one row of JSON: read whole on each request, written rarely.
    "CREATE TABLE settings (one INTEGER PRIMARY KEY CHECK (one = 1), body TEXT NOT NULL)",
    "CREATE TABLE products (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        deleted INTEGER NOT NULL DEFAULT 0,
        body TEXT NOT NULL)",
    // The fold of each invoice, with the columns that are searched.
    "CREATE TABLE invoices (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        status TEXT NOT NULL,
        expires_ms INTEGER NOT NULL,
        body TEXT NOT NULL)",
    "CREATE INDEX invoices_by_status ON invoices (status, sequence)",
    "CREATE INDEX invoices_open ON invoices (expires_ms) WHERE status = 'open'",
    // The truth: what happened, in order, never changed.
    "CREATE TABLE invoice_events (
        invoice_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        at_ms INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (invoice_id, version)) WITHOUT ROWID",
    // The newest report taken from each chain, also where it changed nothing.
    "CREATE TABLE reports (
        invoice_id TEXT NOT NULL,
        chain TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        PRIMARY KEY (invoice_id, chain)) WITHOUT ROWID",
    "CREATE TABLE idempotency (
        key TEXT PRIMARY KEY,
        request_hash TEXT NOT NULL,
        status INTEGER NOT NULL,
        body TEXT NOT NULL,
        created_ms INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE webhook_endpoints (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        url TEXT NOT NULL,
        types TEXT,
        secret TEXT NOT NULL,
        enabled INTEGER NOT NULL DEFAULT 1,
        created_ms INTEGER NOT NULL)",
    // The event log: the very bodies that webhooks carry.
    "CREATE TABLE events (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        type TEXT NOT NULL,
        invoice_id TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        body TEXT NOT NULL)",
    "CREATE TABLE deliveries (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        event_id TEXT NOT NULL,
        endpoint_id TEXT NOT NULL,
        status TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        next_ms INTEGER,
        last_status INTEGER,
        last_error TEXT,
        created_ms INTEGER NOT NULL)",
    "CREATE INDEX deliveries_due ON deliveries (next_ms) WHERE next_ms IS NOT NULL",
    // Requests to the chains' watchers, until they are acknowledged (next_ms NULL).
    "CREATE TABLE watches (
        invoice_id TEXT NOT NULL,
        chain TEXT NOT NULL,
        body TEXT NOT NULL,
        next_ms INTEGER,
        attempts INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (invoice_id, chain)) WITHOUT ROWID",
    "CREATE INDEX watches_due ON watches (next_ms) WHERE next_ms IS NOT NULL",
];

const ALL_CHAINS: &[&str] = &[
    // Invoices whose deposit address some chains' watchers have not been told of yet; gone once all have acknowledged.
    "CREATE TABLE watch_requests (
        invoice_id TEXT PRIMARY KEY,
        chains TEXT NOT NULL,
        next_ms INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID",
    "INSERT INTO watch_requests (invoice_id, chains, next_ms)
        SELECT invoice_id, '[' || group_concat('\"' || chain || '\"') || ']', MIN(next_ms) FROM watches
        WHERE next_ms IS NOT NULL GROUP BY invoice_id",
    "DROP TABLE watches",
    "CREATE INDEX watch_requests_due ON watch_requests (next_ms)",
    // Invoices that hold money in an asset that nobody asked for, until it has been valued.
    "CREATE TABLE strays (
        invoice_id TEXT PRIMARY KEY,
        next_ms INTEGER NOT NULL) WITHOUT ROWID",
];

const KEYS: &[&str] = &[
    // Of a secret key its hash, of a public one itself. What a store was made with becomes its first two.
    "CREATE TABLE keys (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        scope TEXT,
        name TEXT,
        last_four TEXT,
        hash TEXT UNIQUE,
        public_text TEXT UNIQUE,
        created_ms INTEGER NOT NULL,
        used_ms INTEGER,
        CHECK ((hash IS NULL) <> (public_text IS NULL)))",
    "INSERT INTO keys (id, kind, scope, hash, created_ms)
        SELECT 'key_' || substr(json_extract(body, '$.id'), 4) || '0000000000000001', 'secret', 'full',
            json_extract(body, '$.secret_key_hash'), json_extract(body, '$.created_at_ms') FROM settings",
    "INSERT INTO keys (id, kind, public_text, last_four, created_ms)
        SELECT 'key_' || substr(json_extract(body, '$.id'), 4) || '0000000000000002', 'public',
            json_extract(body, '$.public_key'), substr(json_extract(body, '$.public_key'), -4),
            json_extract(body, '$.created_at_ms') FROM settings",
    "UPDATE settings SET body = json_remove(body, '$.secret_key_hash')",
];

const PLACES: &[&str] = &[
    // Unpaid invoices that were made with the public key, by the salted hash of who made them; gone within two days.
    "CREATE TABLE places (
        client TEXT NOT NULL,
        until_ms INTEGER NOT NULL,
        invoice_id TEXT NOT NULL,
        PRIMARY KEY (client, until_ms, invoice_id)) WITHOUT ROWID",
    "CREATE TABLE client_salts (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        salt TEXT NOT NULL,
        previous TEXT,
        made_ms INTEGER NOT NULL)",
];

const DELIVERIES: &[&str] = &[
    // A secret that retires, why and since when an endpoint is off, and whether its last try failed.
    "ALTER TABLE webhook_endpoints ADD COLUMN old_secret TEXT",
    "ALTER TABLE webhook_endpoints ADD COLUMN old_secret_until_ms INTEGER",
    "ALTER TABLE webhook_endpoints ADD COLUMN disabled_ms INTEGER",
    "ALTER TABLE webhook_endpoints ADD COLUMN disabled_reason TEXT",
    "ALTER TABLE webhook_endpoints ADD COLUMN failing INTEGER NOT NULL DEFAULT 0",
    // What is due is looked up endpoint by endpoint, first tries apart from later ones.
    "DROP INDEX deliveries_due",
    "CREATE INDEX deliveries_due ON deliveries (endpoint_id, attempts > 0, next_ms) WHERE next_ms IS NOT NULL",
];

const FEWER_ROWS: &[&str] = &[
    // Each index, and the table behind AUTOINCREMENT, is one more row that is written and billed. Nothing is ever deleted
    // from these three, so their sequences grow without it.
    "CREATE TABLE new_invoices (
        sequence INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        status TEXT NOT NULL,
        expires_ms INTEGER NOT NULL,
        body TEXT NOT NULL)",
    "INSERT INTO new_invoices SELECT sequence, id, status, expires_ms, body FROM invoices",
    "DROP TABLE invoices",
    "ALTER TABLE new_invoices RENAME TO invoices",
    "CREATE INDEX invoices_by_status ON invoices (status, sequence)",
    "CREATE INDEX invoices_open ON invoices (expires_ms) WHERE status = 'open'",
    "CREATE TABLE new_events (
        sequence INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        type TEXT NOT NULL,
        invoice_id TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        body TEXT NOT NULL)",
    "INSERT INTO new_events SELECT sequence, id, type, invoice_id, created_ms, body FROM events",
    "DROP TABLE events",
    "ALTER TABLE new_events RENAME TO events",
    "CREATE TABLE new_deliveries (
        sequence INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        event_id TEXT NOT NULL,
        endpoint_id TEXT NOT NULL,
        status TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        next_ms INTEGER,
        last_status INTEGER,
        last_error TEXT,
        created_ms INTEGER NOT NULL)",
    "INSERT INTO new_deliveries SELECT sequence, id, event_id, endpoint_id, status, attempts, next_ms, last_status,
        last_error, created_ms FROM deliveries",
    "DROP TABLE deliveries",
    "ALTER TABLE new_deliveries RENAME TO deliveries",
    "CREATE INDEX deliveries_due ON deliveries (endpoint_id, attempts > 0, next_ms) WHERE next_ms IS NOT NULL",
    // Holds only what has not been acknowledged, which is next to nothing.
    "DROP INDEX watch_requests_due",
];

const NUMBERED: &[&str] = &[
    // Ids of events and deliveries begin with their sequence, by which they are found: no index of ids. Those made before
    // were made by no release, and are not kept.
    "DROP TABLE events",
    "CREATE TABLE events (
        sequence INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        type TEXT NOT NULL,
        invoice_id TEXT NOT NULL,
        created_ms INTEGER NOT NULL,
        body TEXT NOT NULL)",
    "DROP TABLE deliveries",
    "CREATE TABLE deliveries (
        sequence INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        event_sequence INTEGER NOT NULL,
        endpoint_id TEXT NOT NULL,
        status TEXT NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        next_ms INTEGER,
        last_status INTEGER,
        last_error TEXT,
        created_ms INTEGER NOT NULL)",
    "CREATE INDEX deliveries_due ON deliveries (endpoint_id, attempts > 0, next_ms) WHERE next_ms IS NOT NULL",
];

const CURSORS: &[&str] = &[
    // The event log is the outbox: a delivery has a row once it was tried, and until then follows from the event and the
    // endpoint, of which everything up to `settled` was tried or is not for it. What had gone to endpoints that were deleted
    // is not kept.
    "ALTER TABLE webhook_endpoints ADD COLUMN settled INTEGER NOT NULL DEFAULT 0",
    "UPDATE webhook_endpoints SET settled = (SELECT COALESCE(MAX(sequence), 0) FROM events)",
    "CREATE TABLE new_deliveries (
        event_sequence INTEGER NOT NULL,
        endpoint_sequence INTEGER NOT NULL,
        endpoint_id TEXT NOT NULL,
        status TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        next_ms INTEGER,
        last_status INTEGER,
        last_error TEXT,
        PRIMARY KEY (event_sequence, endpoint_sequence)) WITHOUT ROWID",
    "INSERT INTO new_deliveries SELECT event_sequence, webhook_endpoints.sequence, endpoint_id, status, attempts, next_ms,
        last_status, last_error FROM deliveries JOIN webhook_endpoints ON webhook_endpoints.id = endpoint_id",
    "DROP TABLE deliveries",
    "ALTER TABLE new_deliveries RENAME TO deliveries",
    "CREATE INDEX deliveries_due ON deliveries (endpoint_sequence, next_ms) WHERE next_ms IS NOT NULL",
    // The newest events of an invoice stand in its own row, which is written with each of them anyway, one JSON text a line;
    // once they are many, they move here together, under the last one's version.
    "ALTER TABLE invoices ADD COLUMN recent TEXT NOT NULL DEFAULT ''",
    "CREATE TABLE invoice_histories (
        invoice_id TEXT NOT NULL,
        version INTEGER NOT NULL,
        events TEXT NOT NULL,
        PRIMARY KEY (invoice_id, version)) WITHOUT ROWID",
    "INSERT INTO invoice_histories SELECT invoice_id, version,
        '{\"version\":' || version || ',\"at_ms\":' || at_ms || ',\"event\":' || body || '}' || char(10) FROM invoice_events",
    "DROP TABLE invoice_events",
];

const LOGO: &[&str] = &[
    // Apart from the settings, which are read on every request.
    "CREATE TABLE logo (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        name TEXT NOT NULL,
        media_type TEXT NOT NULL,
        base64 TEXT NOT NULL)",
];

/// Whether the object was ever used. Reads only.
pub fn exists(sql: &mut impl Sql) -> Result<bool, SqlError> {
    Ok(sql.run_one("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema'", &[])?.is_some())
}

/// Brings the tables up to date, all the way or not at all. Cheap when they are.
pub fn migrate(sql: &mut impl Sql) -> Result<(), SqlError> {
    sql.run(
        "CREATE TABLE IF NOT EXISTS schema (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL)",
        &[],
    )?;
    let row = sql.run_one("SELECT version FROM schema", &[])?;
    let version = row.map_or(Ok(0), |row| row.integer(0))?;
    let done = usize::try_from(version).unwrap_or_default();
    if done >= MIGRATIONS.len() {
        return Ok(());
    }
    sql.atomically(|sql| {
        for statement in MIGRATIONS.iter().skip(done).copied().flatten() {
            sql.run(statement, &[])?;
        }
        let version = i64::try_from(MIGRATIONS.len()).unwrap_or_default();
        sql.run("INSERT OR REPLACE INTO schema (one, version) VALUES (1, ?)", &[version.into()])?;
        Ok(())
    })
}

/// For a test that puts a database back to before there were keys and places: makes them again.
#[cfg(test)]
pub fn migrate_keys_and_places(sql: &mut impl Sql) {
    for statement in [KEYS, PLACES].into_iter().flatten() {
        sql.run(statement, &[]).unwrap();
    }
}
