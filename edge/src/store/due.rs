//! The one alarm: when anything is due next.

use super::Store;
use super::outbox::which_wait;
use crate::problem::Refusal;
use crate::sql::Sql;

impl<S: Sql> Store<'_, S> {
    /// The earliest of: a window that closes, a webhook to send, a watch to hand over, money to
    /// value. `None` if nothing waits.
    ///
    /// Asked after each request: the index must be named, for SQLite would take the one by status and read every open invoice.
    pub fn next_due_ms(&mut self) -> Result<Option<i64>, Refusal> {
        let webhooks =
            self.sql.run_one(&format!("SELECT MIN(first_ms), MIN(retry_ms) FROM ({})", which_wait()), &[])?;
        let others = self.sql.run_one(
            "SELECT MIN(due) FROM (
                SELECT MIN(expires_ms) AS due FROM invoices INDEXED BY invoices_open WHERE status = 'open'
                UNION ALL SELECT MIN(next_ms) FROM watch_requests
                UNION ALL SELECT MIN(next_ms) FROM strays)",
            &[],
        )?;
        let (first_ms, retry_ms) = match &webhooks {
            Some(row) => (row.optional_integer(0)?, row.optional_integer(1)?),
            None => (None, None),
        };
        let other_ms = others.map(|row| row.optional_integer(0)).transpose()?.flatten();
        // A first try waits for nothing, also where the clock was set back since its event.
        Ok([first_ms.map(|first_ms| first_ms.min(self.now_ms)), retry_ms, other_ms].into_iter().flatten().min())
    }
}
