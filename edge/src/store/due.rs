//! The one alarm: when anything is due next.

use super::Store;
use super::outbox::WAITING;
use crate::problem::Refusal;
use crate::sql::Sql;

impl<S: Sql> Store<'_, S> {
    /// The earliest of: a window that closes, a webhook to send, a watch to hand over, money to
    /// value. `None` if nothing waits.
    ///
    /// Asked after each request: the index must be named, for SQLite would take the one by status and read every open invoice.
    pub fn next_due_ms(&mut self) -> Result<Option<i64>, Refusal> {
        let row = self.sql.run_one(
            &format!(
                "WITH waiting AS ({WAITING}) SELECT MIN(due) FROM (
                SELECT MIN(expires_ms) AS due FROM invoices INDEXED BY invoices_open WHERE status = 'open'
                UNION ALL SELECT MIN(first_ms) FROM waiting UNION ALL SELECT MIN(retry_ms) FROM waiting
                UNION ALL SELECT MIN(next_ms) FROM watch_requests
                UNION ALL SELECT MIN(next_ms) FROM strays)"
            ),
            &[],
        )?;
        Ok(row.map(|row| row.optional_integer(0)).transpose()?.flatten())
    }
}
