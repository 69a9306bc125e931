//! Paid: the goods, the receipt, and the way back.

use super::parts::Column;
use super::receipt;
use crate::model::{Act, Model};
use crate::text::Text;
use crate::wire::{Delivery, Embed, Invoice};

/// The invoice is paid, finally.
pub fn paid<C: Column>(model: &Model, invoice: &Invoice, column: &mut C) {
    let store = invoice.store_name.as_str();
    column.drawn("tick");
    column.heading(model);
    column.line("lead", &Text::PaidLead.with(&[store]));
    if let Some(delivery) = &invoice.delivery {
        delivered(delivery, column);
    }
    column.line("label", Text::Receipt.get());
    receipt::receipt(model, invoice, column);
    let back = Text::ReturnToShop.with(&[store]);
    let mut acts = C::default();
    if let Some(address) = &invoice.redirect_url {
        acts.link("main", "_top", address, &back, None);
    } else if model.page.embed == Embed::Modal {
        acts.button("main", &back, &Act::Close);
    }
    acts.button("quiet", Text::Print.get(), &Act::Print);
    column.group("acts", acts);
}

fn delivered<C: Column>(delivery: &Delivery, column: &mut C) {
    let mut parts = C::default();
    parts.line("label", Text::DeliveryTitle.get());
    if let Some(message) = &delivery.message {
        parts.line("message", message);
    }
    if let Some(address) = &delivery.url {
        parts.link("main", "_blank", address, Text::DeliveryOpen.get(), None);
    }
    column.group("delivery", parts);
}
