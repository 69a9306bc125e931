//! A clock that was set: what was due by the old one.

use super::limits::CLOCK_STEP_MS;
use super::state::State;
use crate::sql::{Sql, SqlError};

/// Where nodes were asked later than now, the clock was set back since: what was due by the old one is due now. It would
/// not come for as long as the clock had been wrong, and payments would wait.
pub fn follow_clock(sql: &mut impl Sql, now_ms: i64) -> Result<(), SqlError> {
    let tried_ms = State::load(sql)?.tried_ms;
    if tried_ms.is_none_or(|tried_ms| tried_ms <= now_ms + CLOCK_STEP_MS) {
        return Ok(());
    }
    for statement in [
        "UPDATE nodes SET retry_at_ms = min(retry_at_ms, ?)",
        "UPDATE deliveries SET retry_at_ms = min(retry_at_ms, ?)",
        "UPDATE tokens SET checked_ms = min(checked_ms, ?)",
    ] {
        sql.run(statement, &[now_ms.into()])?;
    }
    State::change(sql, |row| {
        let was_well = row.answered_ms == row.tried_ms;
        row.tried_ms = Some(now_ms);
        row.answered_ms =
            if was_well { Some(now_ms) } else { row.answered_ms.map(|answered_ms| answered_ms.min(now_ms - 1)) };
        row.next_poll_ms = row.next_poll_ms.map(|next_ms| next_ms.min(now_ms));
        for time_ms in [&mut row.late_due_ms, &mut row.reconcile_due_ms, &mut row.looked_ms] {
            *time_ms = (*time_ms).min(now_ms);
        }
        for since_ms in [&mut row.behind_since_ms, &mut row.head_since_ms] {
            *since_ms = since_ms.map(|since_ms| since_ms.min(now_ms));
        }
    })
}
