//! What was paid, as names and values.

use super::parts::Column;
use crate::checkout::Model;
use crate::format;
use crate::text::Text;
use crate::wire::{Invoice, Payment};

/// What arrived, with the transactions.
pub fn payments(invoice: &Invoice, column: &mut Column) {
    let mut rows = Column::default();
    for payment in &invoice.payments {
        row(Text::RowReceived, payment, &mut rows);
    }
    column.facts(rows);
}

/// The receipt of a paid invoice.
pub fn receipt(model: &Model, invoice: &Invoice, column: &mut Column) {
    let mut rows = Column::default();
    rows.plain_fact(Text::RowStore, &invoice.store_name);
    if let Some(product) = model.product() {
        rows.plain_fact(Text::RowProduct, &product.name);
    }
    rows.plain_fact(Text::RowPrice, &format::price(&invoice.price));
    for payment in &invoice.payments {
        row(Text::RowPaid, payment, &mut rows);
    }
    if let Some(quote) = &invoice.quote {
        rows.plain_fact(Text::RowNetwork, &quote.chain_name);
    }
    if let Some(payment) = invoice.payments.last() {
        rows.plain_fact(Text::RowDate, &format::time(payment.seen_at_ms));
    }
    if let Some(reference) = &invoice.reference {
        rows.plain_fact(Text::RowReference, reference);
    }
    rows.id_fact(Text::RowInvoice, &invoice.id);
    column.facts(rows);
}

fn row(name: Text, payment: &Payment, rows: &mut Column) {
    rows.plain_fact(name, &format::amount_of(&payment.amount, &payment.symbol));
    match (&payment.transaction, &payment.explorer_url) {
        (Some(hash), Some(address)) => {
            let shown = format::shortened(hash);
            let spoken = Text::ViewTransaction.with(&[&shown]);
            let mut link = Column::default();
            link.link("mono", "_blank", address, &shown, Some(&spoken));
            rows.fact(Text::TransactionHash, link);
        }
        (Some(hash), None) => rows.id_fact(Text::TransactionHash, &format::shortened(hash)),
        (None, _) => rows.plain_fact(Text::TransactionHash, Text::InsideContract.get()),
    }
}
