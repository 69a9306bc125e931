//! Requests to the chains' watchers: stored with the quote, sent by the alarm until acknowledged.

use groat_core::asset::ChainId;
use groat_core::id::StoreId;
use groat_core::invoice::Invoice;
use groat_core::time::{DAY_MS, SECOND_MS};

use super::{Store, from_stored, to_json};
use crate::chain::messages::Watch;
use crate::problem::Refusal;
use crate::sql::Sql;

/// Deposits are watched this long after the window has closed.
const WATCHED_AFTER_EXPIRY_MS: i64 = 30 * DAY_MS;
/// Watches sent in one request.
const WATCHES_AT_ONCE: i64 = 100;
/// Wait before a watcher that did not acknowledge is asked again; doubles up to the longest.
const FIRST_RETRY_MS: i64 = SECOND_MS;
const LONGEST_RETRY_MS: i64 = 30 * SECOND_MS;

/// Watches for one chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingWatches {
    /// The chain.
    pub chain: ChainId,
    /// What to watch.
    pub watches: Vec<Watch>,
}

impl<S: Sql> Store<'_, S> {
    pub(super) fn enqueue_watch(&mut self, store: &StoreId, invoice: &Invoice, chain: ChainId) -> Result<(), Refusal> {
        let of_chain = invoice.quotes.iter().filter(|quote| quote.asset.chain == chain);
        let watch = Watch {
            address: invoice.terms.deposit.address(),
            store: store.digits().to_owned(),
            invoice_id: invoice.terms.id.clone(),
            confirmations: of_chain.map(|quote| quote.confirmations_required).max().unwrap_or(1),
            since_ms: invoice.terms.created_at_ms,
            active_until_ms: invoice.terms.expires_at_ms,
            until_ms: invoice.terms.expires_at_ms + WATCHED_AFTER_EXPIRY_MS,
        };
        let values =
            [invoice.terms.id.as_str().into(), chain.to_string().into(), to_json(&watch)?.into(), self.now_ms.into()];
        self.sql.run(
            "INSERT OR REPLACE INTO watches (invoice_id, chain, body, next_ms, attempts) VALUES (?, ?, ?, ?, 0)",
            &values,
        )?;
        Ok(())
    }

    /// Watches that no watcher has acknowledged yet, by chain.
    pub fn due_watches(&mut self) -> Result<Vec<OutgoingWatches>, Refusal> {
        let rows = self.sql.run(
            "SELECT chain, body FROM watches WHERE next_ms <= ? ORDER BY next_ms LIMIT ?",
            &[self.now_ms.into(), WATCHES_AT_ONCE.into()],
        )?;
        let mut by_chain: Vec<OutgoingWatches> = Vec::new();
        for row in rows {
            let chain: ChainId = row.text(0)?.parse().map_err(|error| Refusal::internal(&error))?;
            let watch: Watch = from_stored(row.text(1)?)?;
            match by_chain.iter_mut().find(|outgoing| outgoing.chain == chain) {
                Some(outgoing) => outgoing.watches.push(watch),
                None => by_chain.push(OutgoingWatches { chain, watches: vec![watch] }),
            }
        }
        Ok(by_chain)
    }

    /// Records whether a watcher has taken its watches. One that changed meanwhile stays due.
    pub fn record_watches(&mut self, sent: &OutgoingWatches, acknowledged: bool) -> Result<(), Refusal> {
        for watch in &sent.watches {
            let id = watch.invoice_id.as_str();
            let (chain, body) = (sent.chain.to_string(), to_json(watch)?);
            if acknowledged {
                self.sql.run(
                    "UPDATE watches SET next_ms = NULL WHERE invoice_id = ? AND chain = ? AND body = ?",
                    &[id.into(), chain.into(), body.into()],
                )?;
            } else {
                self.sql.run(
                    "UPDATE watches SET attempts = attempts + 1, next_ms = ? + min(?, ? << min(attempts, 10)) \
                     WHERE invoice_id = ? AND chain = ?",
                    &[self.now_ms.into(), LONGEST_RETRY_MS.into(), FIRST_RETRY_MS.into(), id.into(), chain.into()],
                )?;
            }
        }
        Ok(())
    }
}
