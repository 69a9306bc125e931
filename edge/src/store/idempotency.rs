//! Idempotency keys: the same key and request give the same answer for at least a day.

use groat_core::planted::{self, Bug};
use groat_core::time::DAY_MS;

use super::Store;
use super::command::Reply;
use crate::problem::{Code, Refusal};
use crate::sql::Sql;

/// How long an answer is kept. The contract says 24 hours at least; a margin covers clocks that differ.
const KEPT_MS: i64 = DAY_MS + DAY_MS / 4;
/// Old rows removed with each new one: keeps the table bounded without a sweep of its own.
const REMOVED_AT_ONCE: i64 = 4;

impl<S: Sql> Store<'_, S> {
    /// The answer that this key got before, if any.
    pub(super) fn replay(&mut self, key: &str, request_hash: &str) -> Result<Option<Reply>, Refusal> {
        let row = self.sql.run_one(
            "SELECT request_hash, status, body FROM idempotency WHERE key = ? AND created_ms > ?",
            &[key.into(), (self.now_ms - KEPT_MS).into()],
        )?;
        let Some(row) = row.filter(|_| !planted::is(Bug::NoIdempotency)) else { return Ok(None) };
        if row.text(0)? != request_hash {
            let detail = "this Idempotency-Key came with another request; use a new key for a new request";
            return Err(Refusal::of(Code::IdempotencyConflict, "Idempotency-Key", detail));
        }
        let status = u16::try_from(row.integer(1)?).unwrap_or(200);
        Ok(Some(Reply { status, body: row.text(2)?.to_owned(), version: None, needs_rates: None, page: None }))
    }

    /// Keeps an answer for its key.
    pub(super) fn keep_answer(&mut self, key: &str, request_hash: &str, reply: &Reply) -> Result<(), Refusal> {
        self.sql.run(
            "DELETE FROM idempotency WHERE key IN (SELECT key FROM idempotency WHERE created_ms <= ? LIMIT ?)",
            &[(self.now_ms - KEPT_MS).into(), REMOVED_AT_ONCE.into()],
        )?;
        let values = [
            key.into(),
            request_hash.into(),
            i64::from(reply.status).into(),
            reply.body.as_str().into(),
            self.now_ms.into(),
        ];
        self.sql.run(
            "INSERT OR REPLACE INTO idempotency (key, request_hash, status, body, created_ms) VALUES (?, ?, ?, ?, ?)",
            &values,
        )?;
        Ok(())
    }
}
