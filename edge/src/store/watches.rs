//! Requests to the chains' watchers: stored with the quote, sent by the alarm until acknowledged. An invoice's address is the
//! same on every EVM chain, so every chain that this deployment follows is asked to watch it, whatever was quoted.

use groat_core::asset::ChainId;
use groat_core::id::StoreId;
use groat_core::invoice::Invoice;
use groat_core::planted::{self, Bug};
use groat_core::time::{DAY_MS, SECOND_MS};

use super::{Store, from_stored, to_json};
use crate::chain::messages::Watch;
use crate::problem::Refusal;
use crate::sql::Sql;

/// Deposits are watched this long after the window has closed.
const WATCHED_AFTER_EXPIRY_MS: i64 = 30 * DAY_MS;
/// Invoices whose watches are sent in one go.
const INVOICES_AT_ONCE: i64 = 100;
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
    /// Asks for a watch on the chain of a new quote; with an invoice's first quote, on all chains.
    pub(super) fn enqueue_watches(&mut self, invoice: &Invoice, chain: ChainId) -> Result<(), Refusal> {
        let mut chains = self.pending_chains(&invoice.terms.id)?;
        let wanted: Vec<ChainId> =
            if invoice.quotes.len() == 1 { self.platform.chains.keys().copied().collect() } else { vec![chain] };
        chains.extend(wanted);
        chains.sort_unstable();
        chains.dedup();
        self.request_watches(&invoice.terms.id, &chains)
    }

    /// Asks every chain to watch the newest address, as if it had not been asked: watchers that sleep past their time wake.
    pub(super) fn wake_watchers(&mut self) -> Result<(), Refusal> {
        let newest = self.sql.run_one("SELECT id FROM invoices ORDER BY sequence DESC LIMIT 1", &[])?;
        let Some(row) = newest else { return Ok(()) };
        let chains: Vec<ChainId> = self.platform.chains.keys().copied().collect();
        self.request_watches(row.text(0)?, &chains)
    }

    fn request_watches(&mut self, invoice_id: &str, chains: &[ChainId]) -> Result<(), Refusal> {
        self.sql.run(
            "INSERT OR REPLACE INTO watch_requests (invoice_id, chains, next_ms) VALUES (?, ?, ?)",
            &[invoice_id.into(), to_json(&chains)?.into(), self.now_ms.into()],
        )?;
        Ok(())
    }

    fn pending_chains(&mut self, invoice_id: &str) -> Result<Vec<ChainId>, Refusal> {
        let row = self.sql.run_one("SELECT chains FROM watch_requests WHERE invoice_id = ?", &[invoice_id.into()])?;
        row.map_or(Ok(Vec::new()), |row| from_stored(row.text(0)?))
    }

    /// What a chain's watcher is told of an invoice as it stands: busy as long as the buyer may pay there.
    fn watch(&self, store: &StoreId, invoice: &Invoice, chain: ChainId) -> Watch {
        let of_chain = || invoice.quotes.iter().filter(|quote| quote.asset.chain == chain);
        let default = self.platform.chains.get(&chain).map_or(1, |policy| policy.confirmations);
        let (created_ms, closes_ms) =
            (invoice.terms.created_at_ms, invoice.terms.expires_at_ms.saturating_add(invoice.terms.top_up_ms));
        Watch {
            address: invoice.terms.deposit.address(),
            store: store.digits().to_owned(),
            invoice_id: invoice.terms.id.clone(),
            confirmations: of_chain().map(|quote| quote.confirmations_required).max().unwrap_or(default),
            since_ms: created_ms,
            active_until_ms: if of_chain().next().is_some() { closes_ms } else { created_ms },
            until_ms: closes_ms.saturating_add(if planted::is(Bug::ListeningStopsAtExpiry) {
                0
            } else {
                WATCHED_AFTER_EXPIRY_MS
            }),
        }
    }

    /// Watches that watchers have not acknowledged yet, by chain.
    pub fn due_watches(&mut self) -> Result<Vec<OutgoingWatches>, Refusal> {
        let Some(settings) = self.settings()? else { return Ok(Vec::new()) };
        let store = StoreId::parse(&settings.id).map_err(|error| Refusal::internal(&error))?;
        let rows = self.sql.run(
            "SELECT invoices.body, chains, invoice_id FROM watch_requests JOIN invoices ON invoices.id = invoice_id \
             WHERE next_ms <= ? ORDER BY next_ms LIMIT ?",
            &[self.now_ms.into(), INVOICES_AT_ONCE.into()],
        )?;
        let mut by_chain: Vec<OutgoingWatches> = Vec::new();
        for row in rows {
            let read = || {
                Ok::<_, Refusal>((from_stored::<Invoice>(row.text(0)?)?, from_stored::<Vec<ChainId>>(row.text(1)?)?))
            };
            let Ok((invoice, chains)) = read() else {
                // A damaged row holds up no other; it is looked at again in case it is mended.
                let values = [(self.now_ms + LONGEST_RETRY_MS).into(), row.text(2)?.into()];
                self.sql.run("UPDATE watch_requests SET next_ms = ? WHERE invoice_id = ?", &values)?;
                continue;
            };
            for chain in chains {
                let watch = self.watch(&store, &invoice, chain);
                match by_chain.iter_mut().find(|outgoing| outgoing.chain == chain) {
                    Some(outgoing) => outgoing.watches.push(watch),
                    None => by_chain.push(OutgoingWatches { chain, watches: vec![watch] }),
                }
            }
        }
        Ok(by_chain)
    }

    /// Records whether a watcher has taken its watches. One that would be another by now stays due.
    pub fn record_watches(&mut self, sent: &OutgoingWatches, acknowledged: bool) -> Result<(), Refusal> {
        let Some(settings) = self.settings()? else { return Ok(()) };
        let store = StoreId::parse(&settings.id).map_err(|error| Refusal::internal(&error))?;
        for watch in &sent.watches {
            let id = watch.invoice_id.as_str();
            if !acknowledged {
                self.sql.run(
                    "UPDATE watch_requests SET attempts = attempts + 1, next_ms = ? + min(?, ? << min(attempts, 10)) \
                     WHERE invoice_id = ?",
                    &[self.now_ms.into(), LONGEST_RETRY_MS.into(), FIRST_RETRY_MS.into(), id.into()],
                )?;
                continue;
            }
            let invoice = self.invoice(id)?;
            if self.watch(&store, &invoice, sent.chain) != *watch {
                continue;
            }
            let mut chains = self.pending_chains(id)?;
            chains.retain(|chain| *chain != sent.chain);
            if chains.is_empty() {
                self.sql.run("DELETE FROM watch_requests WHERE invoice_id = ?", &[id.into()])?;
            } else {
                let values = [to_json(&chains)?.into(), id.into()];
                self.sql.run("UPDATE watch_requests SET chains = ? WHERE invoice_id = ?", &values)?;
            }
        }
        Ok(())
    }
}
