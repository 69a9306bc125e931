//! What happened to each invoice, in order, never changed: the truth that its fold comes from.
//!
//! The newest events stand in the invoice's own row, beside the fold, which is written with each of them anyway. Once they are
//! many, they move to a row of their own together: so a usual sale's events cost no row, and no invoice's row grows for ever.

use groat_core::invoice::{Event, Invoice, Transition};
use serde::{Deserialize, Serialize};

use super::{Store, from_stored, to_json};
use crate::problem::Refusal;
use crate::sql::Sql;

/// Characters of events that stay in an invoice's row: a usual sale's, and a few more.
const MAX_RECENT_CHARACTERS: usize = 8 * 1024;

/// One event, as a line of text.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<E> {
    version: u64,
    at_ms: i64,
    event: E,
}

/// An event of an invoice, as it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// The invoice's version since then.
    pub version: u64,
    /// When it was applied.
    pub at_ms: i64,
    /// What happened.
    pub event: Event,
}

/// All that happened to an invoice, in order.
pub fn history(sql: &mut impl Sql, invoice_id: &str) -> Result<Vec<Happened>, Refusal> {
    let rows = sql.run(
        "SELECT events FROM (SELECT version, events FROM invoice_histories WHERE invoice_id = ? \
         UNION ALL SELECT ?, recent FROM invoices WHERE id = ?) ORDER BY version",
        &[invoice_id.into(), crate::sql::MAX_SAFE_INTEGER.into(), invoice_id.into()],
    )?;
    let mut events = Vec::new();
    for row in rows {
        for line in row.text(0)?.lines() {
            let Line { version, at_ms, event } = from_stored(line)?;
            events.push(Happened { version, at_ms, event });
        }
    }
    Ok(events)
}

impl<S: Sql> Store<'_, S> {
    /// Events as they are stored, in order.
    pub(super) fn lines(&self, transitions: &[(Transition, &Event)]) -> Result<String, Refusal> {
        let mut lines = String::new();
        for (transition, event) in transitions {
            lines.push_str(&to_json(&Line { version: transition.invoice.version, at_ms: self.now_ms, event })?);
            lines.push('\n');
        }
        Ok(lines)
    }

    /// Makes room in an invoice's row for further events, where it is short. True if they go behind those that stand there.
    pub(super) fn make_room(&mut self, before: &Invoice, lines: &str) -> Result<bool, Refusal> {
        let id = before.terms.id.as_str();
        let held = self.sql.run_one("SELECT length(recent) FROM invoices WHERE id = ?", &[id.into()])?;
        let held = held.map(|row| row.integer(0)).transpose()?.and_then(|held| usize::try_from(held).ok());
        let held = held.unwrap_or_default();
        if held == 0 || held + lines.len() <= MAX_RECENT_CHARACTERS {
            return Ok(true);
        }
        let version = i64::try_from(before.version).map_err(|error| Refusal::internal(&error))?;
        self.sql.run(
            "INSERT INTO invoice_histories (invoice_id, version, events) SELECT id, ?, recent FROM invoices WHERE id = ?",
            &[version.into(), id.into()],
        )?;
        Ok(false)
    }
}
