//! Money in an asset that the buyer was never quoted. Where the store takes that asset, it is valued when it is seen: at the
//! rate that the invoice locked for the same coin on another chain, or else at the rate of the moment. What the store does
//! not take stays `wrong_asset`, and waits for the seller.

use groat_core::asset::{AssetId, asset_info};
use groat_core::id::StoreId;
use groat_core::invoice::{Invoice, Status};
use groat_core::money::{Currency, Rate};
use groat_core::time::SECOND_MS;

use super::checkout::Asking;
use super::command::QuoteRates;
use super::settings::Settings;
use super::{Store, from_stored};
use crate::problem::Refusal;
use crate::sql::Sql;

/// Invoices valued in one go.
const INVOICES_AT_ONCE: i64 = 20;
/// Wait before rates are asked for again that were not to be had.
const RETRY_MS: i64 = 30 * SECOND_MS;

impl<S: Sql> Store<'_, S> {
    /// Values what can be valued at a rate that the invoice has locked, and notes the rest for the alarm.
    pub(super) fn take_strays(&mut self, settings: &Settings, invoice: Invoice) -> Result<(), Refusal> {
        let mut invoice = invoice;
        for asset in strays(settings, &invoice) {
            if let Some(rate) = locked_rate(&invoice, asset) {
                invoice = self.value_stray(settings, &invoice, asset, rate)?;
            }
        }
        if !strays(settings, &invoice).is_empty() {
            let values = [invoice.terms.id.into(), self.now_ms.into()];
            self.sql.run("INSERT OR IGNORE INTO strays (invoice_id, next_ms) VALUES (?, ?)", &values)?;
        }
        Ok(())
    }

    /// The currency in which rates are needed now, if money is waiting to be valued.
    pub fn stray_currency(&mut self) -> Result<Option<Currency>, Refusal> {
        Ok(self.due_strays()?.first().map(|invoice| invoice.terms.price.currency()))
    }

    /// Invoices whose money is waiting to be valued. A damaged row holds up no other; it is looked at again later.
    fn due_strays(&mut self) -> Result<Vec<Invoice>, Refusal> {
        let rows = self.sql.run(
            "SELECT body, invoice_id FROM strays JOIN invoices ON invoices.id = invoice_id \
             WHERE next_ms <= ? ORDER BY next_ms LIMIT ?",
            &[self.now_ms.into(), INVOICES_AT_ONCE.into()],
        )?;
        let mut invoices = Vec::new();
        for row in rows {
            if let Ok(invoice) = from_stored(row.text(0)?) {
                invoices.push(invoice);
            } else {
                let values = [(self.now_ms + RETRY_MS).into(), row.text(1)?.into()];
                self.sql.run("UPDATE strays SET next_ms = ? WHERE invoice_id = ?", &values)?;
            }
        }
        Ok(invoices)
    }

    /// Values what is waiting in the rates' currency. What they lack is tried again later.
    pub fn value_strays(&mut self, rates: &QuoteRates) -> Result<(), Refusal> {
        let Some(settings) = self.settings()? else { return Ok(()) };
        for invoice in self.due_strays()? {
            if invoice.terms.price.currency().code() == rates.currency {
                self.atomically(|store| store.value_strays_of(&settings, invoice, rates))?;
            }
        }
        Ok(())
    }

    fn value_strays_of(&mut self, settings: &Settings, invoice: Invoice, rates: &QuoteRates) -> Result<(), Refusal> {
        let mut invoice = invoice;
        for asset in strays(settings, &invoice) {
            let rate = asset_info(asset).and_then(|info| rates.by_symbol.get(info.symbol));
            if let Some(rate) = rate {
                invoice = self.value_stray(settings, &invoice, asset, *rate)?;
            }
        }
        let id = invoice.terms.id.as_str();
        if strays(settings, &invoice).is_empty() {
            self.sql.run("DELETE FROM strays WHERE invoice_id = ?", &[id.into()])?;
        } else {
            let values = [(self.now_ms + RETRY_MS).into(), id.into()];
            self.sql.run("UPDATE strays SET next_ms = ? WHERE invoice_id = ?", &values)?;
        }
        Ok(())
    }

    fn value_stray(
        &mut self,
        settings: &Settings,
        invoice: &Invoice,
        asset: AssetId,
        rate: Rate,
    ) -> Result<Invoice, Refusal> {
        let store = StoreId::parse(&settings.id).map_err(|error| Refusal::internal(&error))?;
        let asking = Asking { asset, rate, unasked: true };
        self.add_quote(settings, &store, invoice, asking)
    }
}

/// Assets in which money has arrived that the store takes and nobody has quoted. None once it no longer matters.
fn strays(settings: &Settings, invoice: &Invoice) -> Vec<AssetId> {
    if !matches!(invoice.status, Status::Open | Status::Expired) {
        return Vec::new();
    }
    let is_stray = |asset: &AssetId| invoice.quote_for(*asset).is_none() && settings.assets.contains(asset);
    let mut assets: Vec<AssetId> = invoice.payments.iter().map(|payment| payment.asset).filter(is_stray).collect();
    assets.sort_unstable();
    assets.dedup();
    assets
}

/// The rate that the invoice locked last for the same coin on another chain.
fn locked_rate(invoice: &Invoice, asset: AssetId) -> Option<Rate> {
    let symbol = asset_info(asset)?.symbol;
    let same_coin = |id: AssetId| asset_info(id).is_some_and(|info| info.symbol == symbol);
    invoice.quotes.iter().rev().find(|quote| same_coin(quote.asset)).map(|quote| quote.rate)
}
