//! Waiting: for the edge, for a payment, for confirmations.

use super::parts::Column;
use super::{receipt, wallets};
use crate::format;
use crate::model::{Act, Model};
use crate::text::Text;
use crate::wire::Invoice;

/// The edge is making the invoice or the quote: what is known stands where it will stand, and a wallet need not wait.
pub fn preparing<C: Column>(model: &Model, column: &mut C) {
    column.heading(model);
    if let Some(option) = model.asked_for() {
        let mut amount = C::default();
        amount.line("label", Text::SendExactly.get());
        amount.drawn("blank");
        let mut asset = C::default();
        asset.mark(&option.symbol);
        asset.words("on", &Text::AssetOn.with(&[&option.symbol, &option.chain_name]));
        amount.group("asset", asset);
        column.group("amount", amount);
    }
    if model.likely_wallet().is_some() {
        wallets::way(model, column);
    }
    column.drawn("spinner");
    column.line("lead", Text::PreparingLead.get());
}

/// The buyer says that they paid; nothing has been seen yet.
pub fn looking<C: Column>(model: &Model, column: &mut C) {
    column.drawn("spinner");
    column.heading(model);
    part(model, column);
    column.line("lead", Text::LookingLead.get());
    column.button("quiet", Text::ShowDetails.get(), &Act::Details);
}

/// What has arrived, where it is less than the whole.
pub fn part<C: Column>(model: &Model, column: &mut C) {
    if let Some(invoice) = model.invoice.as_ref().filter(|invoice| invoice.payments.iter().any(|paid| paid.credited)) {
        column.line("notice good", &Text::PartLead.with(&[&format::received(&invoice.payments)]));
    }
}

/// The full amount is on the chain: how far it is confirmed.
pub fn confirming<C: Column>(model: &Model, invoice: &Invoice, column: &mut C) {
    let chain = invoice.quote.as_ref().map_or("", |quote| quote.chain_name.as_str());
    let (count, required) = model.confirmations().unwrap_or_default();
    column.drawn("seen");
    column.heading(model);
    column.line("lead", &if count == 0 { Text::SeenLead } else { Text::ConfirmingLead }.with(&[chain]));
    let words = model.confirmations_text();
    let mut bar = C::default();
    bar.progress(&words, count, required);
    bar.line("strong", &words);
    column.group("count", bar);
    receipt::payments(invoice, column);
}
