//! Waiting: for the edge, for a payment, for confirmations.

use leptos::prelude::*;

use super::parts::{Column, attribute};
use super::receipt;
use crate::checkout::{Act, Model};
use crate::text::Text;
use crate::wire::Invoice;

/// The edge is making the invoice or the quote.
pub fn preparing(model: &Model, column: &mut Column) {
    column.drawn("spinner");
    column.heading(model);
    column.line("lead", Text::PreparingLead.get());
}

/// The buyer says that they paid; nothing has been seen yet.
pub fn looking(model: &Model, column: &mut Column) {
    column.drawn("spinner");
    column.heading(model);
    column.line("lead", Text::LookingLead.get());
    column.button("quiet", Text::ShowDetails.get(), &Act::Details);
}

/// The full amount is on the chain: how far it is confirmed.
pub fn confirming(model: &Model, invoice: &Invoice, column: &mut Column) {
    let chain = invoice.quote.as_ref().map_or("", |quote| quote.chain_name.as_str());
    let (count, required) = model.confirmations().unwrap_or_default();
    column.drawn("seen");
    column.heading(model);
    column.line("lead", &if count == 0 { Text::SeenLead } else { Text::ConfirmingLead }.with(&[chain]));
    let words = model.confirmations_text();
    let (label, value, max) = (attribute(&words), attribute(&count.to_string()), attribute(&required.to_string()));
    let mut bar = Column::default();
    bar.add(view! { <progress max=max value=value aria-label=label></progress> }.into_any());
    bar.line("strong", &words);
    column.group("count", bar);
    receipt::payments(invoice, column);
}
