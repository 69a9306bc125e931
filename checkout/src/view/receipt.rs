//! What was paid, as names and values.

use super::parts::Column;
use crate::format;
use crate::model::Model;
use crate::text::Text;
use crate::wire::{Invoice, Payment, Refund};

/// What arrived, with the transactions.
pub fn payments<C: Column>(invoice: &Invoice, column: &mut C) {
    column.facts(received(invoice));
}

/// The same with the invoice's number, which the seller will ask for.
pub fn for_the_seller<C: Column>(invoice: &Invoice, column: &mut C) {
    let mut rows: C = received(invoice);
    rows.id_fact(Text::RowInvoice, &invoice.id);
    column.facts(rows);
}

fn received<C: Column>(invoice: &Invoice) -> C {
    let mut rows = C::default();
    for payment in &invoice.payments {
        row(Text::RowReceived, payment, &mut rows);
    }
    refunds(invoice, &mut rows);
    rows
}

/// The receipt of a paid invoice.
pub fn receipt<C: Column>(model: &Model, invoice: &Invoice, column: &mut C) {
    let mut rows = C::default();
    rows.plain_fact(Text::RowStore, &invoice.store_name);
    if let Some(product) = model.product() {
        rows.plain_fact(Text::RowProduct, &product.name);
    }
    rows.plain_fact(Text::RowPrice, &C::price(&invoice.price));
    for payment in &invoice.payments {
        row(Text::RowPaid, payment, &mut rows);
    }
    if let Some(quote) = &invoice.quote {
        let mut address = C::default();
        address.grouped(&quote.address);
        rows.fact(Text::Address, address);
    }
    refunds(invoice, &mut rows);
    if let Some(payment) = invoice.payments.last() {
        rows.plain_fact(Text::RowDate, &C::time(payment.seen_at_ms));
    }
    if let Some(reference) = &invoice.reference {
        rows.plain_fact(Text::RowReference, reference);
    }
    rows.id_fact(Text::RowInvoice, &invoice.id);
    column.facts(rows);
}

fn row<C: Column>(name: Text, payment: &Payment, rows: &mut C) {
    let what = Text::AssetOn.with(&[&format::amount_of(&payment.amount, &payment.symbol), &payment.chain_name]);
    rows.plain_fact(name, &what);
    match &payment.transaction {
        Some(hash) => transaction(hash, payment.explorer_url.as_deref(), rows),
        None => rows.plain_fact(Text::TransactionHash, Text::InsideContract.get()),
    }
}

fn refunds<C: Column>(invoice: &Invoice, rows: &mut C) {
    for Refund { symbol, amount, transaction: hash, explorer_url } in &invoice.refunds {
        rows.plain_fact(Text::RowRefunded, &format::amount_of(amount, symbol));
        transaction(hash, explorer_url.as_deref(), rows);
    }
}

fn transaction<C: Column>(hash: &str, explorer_url: Option<&str>, rows: &mut C) {
    let shown = format::shortened(hash);
    match explorer_url {
        Some(address) => {
            let spoken = Text::ViewTransaction.with(&[&shown]);
            let mut link = C::default();
            link.link("mono", "_blank", address, &shown, Some(&spoken));
            rows.fact(Text::TransactionHash, link);
        }
        // Without an explorer to look at it the hash itself is all there is, so it stands there whole.
        None => rows.id_fact(Text::TransactionHash, hash),
    }
}
