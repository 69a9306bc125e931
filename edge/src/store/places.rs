//! The public door: how many unpaid invoices a client may hold that were made with the public key.
//!
//! Decided in the step that makes the invoice, from the store's own rows: so it holds over restarts, and over any number of
//! isolates that ask. An invoice takes one of its client's places until its window closes, and for an hour at least; what
//! is paid gives its place back. One row is written for each such invoice, none for those that a seller's server makes.

use groat_core::time::{DAY_MS, HOUR_MS};

use super::Store;
use crate::limits::{CROWD_FACTOR, CROWDED_CLIENT_OPEN_INVOICES, Client, spell};
use crate::problem::Refusal;
use crate::sql::{Sql, Value};

/// How long an unpaid invoice holds its place at least: with short windows a client could take twenty more every few
/// minutes, and a chain is watched for each of them for a month.
const PLACE_MS: i64 = HOUR_MS;
/// A salt serves for a day, then one more day for what was counted with it: a place is held for a day at most.
const SALT_MS: i64 = DAY_MS;

/// When to come back to a store that has no place at all: some are given back all the time.
const FULL_RETRY_S: u32 = 300;

/// A place that is free, for a client that is known by its hash.
pub(super) struct Place(String);

/// The salts that clients are hashed with.
struct Salts {
    current: String,
    previous: Option<String>,
}

impl<S: Sql> Store<'_, S> {
    /// What a client is known by here: for places, and for the tag of a connection.
    pub fn client_hash(&mut self, client: &Client) -> Result<String, Refusal> {
        Ok(client.hashed(&self.salts()?.current))
    }

    /// (1) Finds out how crowded the store is, (2) counts what the client holds, (3) refuses with the time at which a place
    /// is free again.
    pub(super) fn find_place(&mut self) -> Result<Place, Refusal> {
        let salts = self.salts()?;
        let known = self.client.hashed(&salts.current);
        let before = salts.previous.map_or_else(|| known.clone(), |salt| self.client.hashed(&salt));
        // (1)
        let limits = self.platform.limits;
        let ceiling = i64::from(limits.store_open_invoices);
        let wall = ceiling * i64::from(CROWD_FACTOR);
        let held = self.places_held(ceiling, wall)?;
        if held >= wall {
            return Err(Refusal::later(
                "This shop has more unpaid payments open than it can watch. Nothing was paid. Try again in a few minutes.",
                FULL_RETRY_S,
            ));
        }
        let allowed = if held >= ceiling {
            limits.client_open_invoices.min(CROWDED_CLIENT_OPEN_INVOICES)
        } else {
            limits.client_open_invoices
        };
        // (2)
        let row = self.sql.run_one(
            "SELECT COUNT(*), MIN(places.until_ms) FROM places JOIN invoices ON invoices.id = places.invoice_id
             WHERE places.client IN (?, ?) AND places.until_ms > ? AND invoices.status NOT IN ('confirming', 'paid')",
            &[known.as_str().into(), before.into(), self.now_ms.into()],
        )?;
        let (count, free_ms) = match &row {
            Some(row) => (row.integer(0)?, row.optional_integer(1)?),
            None => (0, None),
        };
        // (3)
        if count >= i64::from(allowed) {
            let wait_ms = free_ms.map_or(PLACE_MS, |free_ms| free_ms - self.now_ms);
            let seconds = u32::try_from((wait_ms + 999) / 1000).unwrap_or(u32::MAX);
            return Err(Refusal::later(
                format!(
                    "Too many payments were begun from this connection and not paid. Pay one that is open, or try again in {}.",
                    spell(seconds)
                ),
                seconds,
            ));
        }
        Ok(Place(known))
    }

    /// Notes that an invoice, open until `expires_ms`, has taken a place; removes what this client's old ones left.
    pub(super) fn take_place(&mut self, Place(client): Place, invoice: &str, expires_ms: i64) -> Result<(), Refusal> {
        let until_ms = expires_ms.max(self.now_ms + PLACE_MS);
        self.sql.run(
            "DELETE FROM places WHERE client = ? AND until_ms <= ?",
            &[client.as_str().into(), self.now_ms.into()],
        )?;
        let values: [Value; 3] = [client.into(), until_ms.into(), invoice.into()];
        self.sql.run("INSERT INTO places (client, until_ms, invoice_id) VALUES (?, ?, ?)", &values)?;
        Ok(())
    }

    /// Places that are held in all, counted no further than is needed: up to `ceiling`; and where that is reached, once
    /// those that are over have been removed, up to `wall`.
    fn places_held(&mut self, ceiling: i64, wall: i64) -> Result<i64, Refusal> {
        let held = self.count_places(ceiling)?;
        if held < ceiling {
            return Ok(held);
        }
        self.sql.run("DELETE FROM places WHERE until_ms <= ?", &[self.now_ms.into()])?;
        self.count_places(wall)
    }

    fn count_places(&mut self, most: i64) -> Result<i64, Refusal> {
        let row = self.sql.run_one("SELECT COUNT(*) FROM (SELECT 1 FROM places LIMIT ?)", &[most.into()])?;
        Ok(row.map_or(Ok(0), |row| row.integer(0))?)
    }

    /// The salts of this day; a new one when a day is over, which is also when everything that is past is removed.
    fn salts(&mut self) -> Result<Salts, Refusal> {
        let row = self.sql.run_one("SELECT salt, previous, made_ms FROM client_salts", &[])?;
        let mut previous = None;
        if let Some(row) = &row {
            let (current, made_ms) = (row.text(0)?.to_owned(), row.integer(2)?);
            let age_ms = self.now_ms - made_ms;
            if age_ms < SALT_MS {
                return Ok(Salts { current, previous: row.optional_text(1)?.map(str::to_owned) });
            }
            // After two days nothing that it was used for is left.
            previous = Some(current).filter(|_| age_ms < 2 * SALT_MS);
            self.sql.run("DELETE FROM places WHERE until_ms <= ?", &[self.now_ms.into()])?;
        }
        let current = alloy_primitives::hex::encode(self.entropy.bytes16()?);
        let values: [Value; 3] = [current.as_str().into(), previous.as_deref().into(), self.now_ms.into()];
        self.sql
            .run("INSERT OR REPLACE INTO client_salts (one, salt, previous, made_ms) VALUES (1, ?, ?, ?)", &values)?;
        Ok(Salts { current, previous })
    }
}
