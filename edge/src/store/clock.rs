//! A clock that was set back: what was to be done at once by the old one.

use groat_core::time::SECOND_MS;

use super::Store;
use crate::problem::Refusal;
use crate::sql::Sql;

/// A clock that is corrected goes back by less than this, which delays nothing that anybody would notice.
const CLOCK_STEP_MS: i64 = 2 * SECOND_MS;

impl<S: Sql> Store<'_, S> {
    /// Where the last event lies in the future, the clock was set back since: watches and first tries, which are due when
    /// they are made, are due now. They would wait for as long as the clock had been wrong, and payments would not be seen.
    ///
    /// The watchers' alarms were set by the old clock as well, and nobody else wakes a watcher that was told of everything:
    /// the newest address is handed over once more, which changes nothing but that.
    ///
    /// Asked when the object wakes: a runtime that goes on never shows an earlier time than before.
    pub fn follow_clock(&mut self) -> Result<(), Refusal> {
        let row = self.sql.run_one("SELECT created_ms FROM events ORDER BY sequence DESC LIMIT 1", &[])?;
        let newest_ms = row.map(|row| row.integer(0)).transpose()?;
        if newest_ms.is_none_or(|newest_ms| newest_ms <= self.now_ms + CLOCK_STEP_MS) {
            return Ok(());
        }
        for statement in [
            "UPDATE watch_requests SET next_ms = ? WHERE next_ms > ?",
            "UPDATE strays SET next_ms = ? WHERE next_ms > ?",
            "UPDATE deliveries SET next_ms = ? WHERE next_ms > ? AND attempts = 0",
        ] {
            self.sql.run(statement, &[self.now_ms.into(), self.now_ms.into()])?;
        }
        self.wake_watchers()
    }
}
