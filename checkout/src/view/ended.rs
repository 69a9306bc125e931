//! Over without being paid: by time, or by the seller.

use groat_core::invoice::Exception;

use super::choose::other_coin;
use super::parts::Column;
use super::receipt;
use crate::format;
use crate::model::{Act, Model};
use crate::text::Text;
use crate::wire::{Embed, Invoice};

/// The quote's time is over, the invoice's is not.
pub fn stale<C: Column>(model: &Model, column: &mut C) {
    column.drawn("clock");
    column.heading(model);
    column.line("lead", Text::StaleLead.get());
    column.button("main", Text::NewAmount.get(), &Act::NewAmount);
    other_coin(model, column);
}

/// The time is over by the clock; the edge has not said so yet.
pub fn time_up<C: Column>(model: &Model, column: &mut C) {
    column.drawn("spinner");
    column.heading(model);
    column.line("lead", Text::TimeUpLead.get());
}

/// The window closed before the full amount arrived.
pub fn expired<C: Column>(model: &Model, invoice: &Invoice, column: &mut C) {
    column.drawn("clock");
    column.heading(model);
    let is_only_part = invoice.exceptions.iter().all(|exception| *exception == Exception::Underpaid);
    match &invoice.quote {
        _ if invoice.payments.is_empty() => column.line("lead", Text::ExpiredLead.get()),
        _ if invoice.exceptions.contains(&Exception::Late) => column.line("lead", Text::NoteLate.get()),
        Some(quote) if quote.has_received && is_only_part => {
            column.line("lead", &Text::ExpiredPartLead.with(&[&format::received(&invoice.payments)]));
        }
        _ => column.line("lead", Text::ExpiredKnownLead.get()),
    }
    for_the_seller(invoice, column);
    if model.may_start_again() {
        // Whoever has sent something should think before they pay twice.
        let class = if invoice.payments.is_empty() { "main" } else { "quiet" };
        column.button(class, Text::StartAgain.get(), &Act::StartAgain);
        column.line("small", Text::StartAgainHint.get());
    } else {
        column.line("lead", Text::AskSeller.get());
    }
}

/// The seller called it off.
pub fn cancelled<C: Column>(model: &Model, invoice: &Invoice, column: &mut C) {
    column.drawn("clock off");
    column.heading(model);
    column.line("lead", Text::CancelledLead.get());
    for_the_seller(invoice, column);
    if model.page.embed == Embed::Modal {
        column.button("quiet", Text::Close.get(), &Act::Close);
    }
}

/// What arrived, and the number that a buyer needs who writes to the seller.
fn for_the_seller<C: Column>(invoice: &Invoice, column: &mut C) {
    if invoice.payments.is_empty() {
        column.line("small", Text::KeepForSeller.get());
        column.line("mono small", &invoice.id);
    } else {
        receipt::for_the_seller(invoice, column);
    }
}
